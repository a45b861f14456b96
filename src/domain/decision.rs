//! What an owner wants recorded: the outcome of `decide`, on its way to the Recorder.

use crate::domain::{Aggregate, Event, Row};

/// Events and rows to be written in one transaction, and what they rest on.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Versions of aggregates that were only read; 0 is "not there".
    pub reads: Vec<(Aggregate, u32)>,
    /// Events with the version of their aggregate after them.
    pub events: Vec<(Aggregate, u32, Event)>,
    /// Versions that rise without an event of their own: the placements of the jobs that a route's
    /// event names. The number is the version after.
    pub bumps: Vec<(Aggregate, u32)>,
    pub rows: Vec<Row>,
    /// What the answer speaks of, with its version after.
    pub subject: (Aggregate, u32),
    /// What else the caller wants to know.
    pub detail: serde_json::Value,
}

impl Decision {
    /// Nothing changes; `subject` is at `version`.
    pub fn unchanged(subject: Aggregate, version: u32) -> Self {
        Self {
            reads: Vec::new(),
            events: Vec::new(),
            bumps: Vec::new(),
            rows: Vec::new(),
            subject: (subject, version),
            detail: serde_json::Value::Null,
        }
    }
}
