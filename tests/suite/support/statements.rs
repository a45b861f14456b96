//! Counts the statements that a connection runs.

use diesel::Connection;
use diesel::connection::InstrumentationEvent;
use sortie::store::Db;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// From now on every statement on this connection counts; ask the answer how many there were.
pub fn counted(db: &mut Db) -> impl Fn() -> usize + use<> {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let listen = move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    };
    match db {
        Db::Pg(found) => found.set_instrumentation(listen),
        Db::Lite(found) => found.set_instrumentation(listen),
    }
    move || count.load(Ordering::Relaxed)
}
