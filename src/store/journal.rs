//! The journal: what is recorded, and reading it back.

use super::error::StoreError;
use crate::domain::{Aggregate, Answer, Decision, Envelope, Event, Fact, Row, Who};
use crate::units::Timestamp;
use crate::units::id::{CommandId, OrganizationId};

/// One command that was decided, to be recorded whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub command_id: CommandId,
    /// SHA-256 of what was asked; the same id with another body is refused.
    pub body_hash: [u8; 32],
    pub organization: OrganizationId,
    pub who: Who,
    pub meant_at: Timestamp,
    pub recorded_at: Timestamp,
    /// Aggregates that were only read: they must still be at these versions (0 is "not there").
    pub reads: Vec<(Aggregate, u32)>,
    /// Events with the version of their aggregate after them, which must follow on the present one.
    pub events: Vec<(Aggregate, u32, Event)>,
    /// Versions that rise without an event of their own, as they are after.
    pub bumps: Vec<(Aggregate, u32)>,
    /// Written in this order, after the events.
    pub rows: Vec<Row>,
    /// Remembered under the command's id; its `seq` is filled in.
    pub answer: Answer,
}

impl Record {
    /// A decision about an envelope.
    pub fn new(
        envelope: &Envelope,
        body_hash: [u8; 32],
        recorded_at: Timestamp,
        decision: Decision,
    ) -> Self {
        let (aggregate, version) = decision.subject;
        Self {
            command_id: envelope.command_id,
            body_hash,
            organization: envelope.organization,
            who: envelope.who,
            meant_at: envelope.meant_at,
            recorded_at,
            reads: decision.reads,
            events: decision.events,
            bumps: decision.bumps,
            rows: decision.rows,
            answer: Answer { aggregate, version, seq: None, detail: decision.detail },
        }
    }
}

/// What came of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Its events with their places in the journal; empty if it was repeated.
    pub facts: Vec<Fact>,
    pub answer: Answer,
    /// The command had been carried out before; `answer` is the old one.
    pub repeated: bool,
}

/// Why a record was not written. Nothing of it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// Something the decision rests on has moved: decide again.
    #[error("version {expected} was expected and {current} found")]
    Stale { aggregate: Aggregate, expected: u32, current: u32 },
    /// The id of the command was used before for something else.
    #[error("the command id was used before with another body")]
    OtherBody,
    /// Another one has this: `email`, `slug`, `device`, `number`, `token`, `id`.
    #[error("the {what} is taken")]
    Taken { what: &'static str },
    /// Others refer to what was to be removed: `customer`, `technician` and so on.
    #[error("the {noun} is in use")]
    InUse { noun: &'static str },
    /// What was to be written names something that is not there.
    #[error("the {noun} names something that is not there")]
    Missing { noun: &'static str },
    /// The database itself failed; see [`StoreError::is_passing`].
    #[error("the record could not be written")]
    Broken(#[source] StoreError),
}
