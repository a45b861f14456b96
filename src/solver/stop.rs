//! When a search ends, and how far it is. The hall has no clock: a caller that counts time says which share of it is
//! used.

use std::sync::atomic::{AtomicBool, Ordering};

/// The end of a search: whichever comes first.
#[derive(Clone, Copy, Default)]
pub struct Budget<'a> {
    /// The same seed and number of iterations give the same result, always.
    pub iterations: Option<u64>,
    /// Which share of the time is used, 0 to 1; from 1 on the search ends. Asked every few iterations, on any thread.
    pub share_used: Option<&'a (dyn Fn() -> f64 + Sync)>,
    /// Somebody else ends it.
    pub cancel: Option<&'a AtomicBool>,
}

impl<'a> Budget<'a> {
    pub fn iterations(iterations: u64) -> Self {
        Self { iterations: Some(iterations), ..Self::default() }
    }

    pub fn share_used(share_used: &'a (dyn Fn() -> f64 + Sync)) -> Self {
        Self { share_used: Some(share_used), ..Self::default() }
    }

    /// How much of the budget is used before this iteration, 0 to 1; at 1 it is over. A budget without any bound is
    /// over at once.
    pub(super) fn share(&self, iteration: u64) -> f64 {
        let counted = match self.iterations {
            Some(most) if iteration >= most => return 1.0,
            Some(most) => iteration as f64 / most as f64,
            None if self.share_used.is_none() && self.cancel.is_none() => return 1.0,
            None => 0.0,
        };
        if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return 1.0;
        }
        let timed = self.share_used.map_or(0.0, |share_used| share_used());
        counted.max(timed).min(1.0)
    }

    /// Whether this iteration is one too many, told without a clock.
    pub(super) fn is_spent(&self, iteration: u64) -> bool {
        self.iterations.is_some_and(|most| iteration >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bound_that_is_reached_ends_the_search() {
        let over = AtomicBool::new(true);
        assert!(Budget::iterations(10).share(5) < 1.0);
        assert!(Budget::iterations(10).share(10) >= 1.0);
        assert!(Budget { cancel: Some(&over), ..Budget::iterations(10) }.share(0) >= 1.0);
        assert!(Budget { share_used: Some(&|| 1.5), ..Budget::iterations(10) }.share(0) >= 1.0);
        assert!(Budget::default().share(0) >= 1.0);
    }
}
