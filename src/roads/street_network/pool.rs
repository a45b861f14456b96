//! Memory of searches at rest: as many as ever ran at once.

use std::sync::{Mutex, PoisonError};

pub(super) struct Pool<T> {
    at_rest: Mutex<Vec<T>>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { at_rest: Mutex::new(Vec::new()) }
    }
}

impl<T> Pool<T> {
    /// Works with one at rest, or with a new one. One that panics does not come back.
    pub(super) fn with<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let at_rest = || self.at_rest.lock().unwrap_or_else(PoisonError::into_inner);
        let resting = at_rest().pop();
        let mut item = resting.unwrap_or_else(make);
        let result = work(&mut item);
        at_rest().push(item);
        result
    }
}
