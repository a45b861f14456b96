//! The journal: what is recorded, and reading it back.
//!
//! Every organization has a journal of its own: its events numbered 1, 2, 3 without gaps, in the order
//! in which they were recorded. Nothing in it is ever rewritten.

use super::connection::{Db, both};
use super::dialect::{Column, row};
use super::error::StoreError;
use super::schema::{aggregates, command_log, journal, mentions};
use super::tables::{CHUNK_LEN, listed};
use super::{Listed, Page};
use crate::domain::{Aggregate, Answer, Decision, Envelope, Event, Fact, Row, Who};
use crate::units::Timestamp;
use crate::units::id::{CommandId, OrganizationId};
use diesel::dsl::max;
use diesel::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

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
    /// Written in this order.
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
    /// Another one has this: `email`, `slug`, `device`, `number`, `token`, `visit`, `route`, `id`.
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

row! {
    FactRow in journal by (organization, seq) of noun: Fact {
        seq: i64,
        kind: String = noun.aggregate.parts().0.to_owned(),
        id: Uuid = noun.aggregate.parts().1,
        version: u32,
        event: Event,
        command_id: CommandId,
        who: Who,
        meant_at: Timestamp,
        recorded_at: Timestamp,
    } => Fact {
        organization,
        seq,
        aggregate: Aggregate::from_parts(&kind, id)
            .ok_or(StoreError::Corrupt { what: "kind of aggregate", why: kind })?,
        version,
        event,
        command_id,
        who,
        meant_at,
        recorded_at,
    }
}

/// The facts after a position, at most so many, in order.
pub fn since(
    db: &mut Db,
    organization: OrganizationId,
    seq: i64,
    limit: u32,
) -> Result<Vec<Fact>, StoreError> {
    let rows: Vec<FactRow> = both!(db, |c| journal::table
        .filter(journal::organization.eq(organization.store()))
        .filter(journal::seq.gt(seq))
        .order(journal::seq)
        .limit(i64::from(limit))
        .select(FactRow::as_select())
        .load(c))?;
    rows.into_iter().map(FactRow::load).collect()
}

/// The position of the last fact; 0 before the first.
pub fn head(db: &mut Db, organization: OrganizationId) -> Result<i64, StoreError> {
    let found: Option<i64> = both!(db, |c| journal::table
        .filter(journal::organization.eq(organization.store()))
        .select(max(journal::seq))
        .first(c))?;
    Ok(found.unwrap_or(0))
}

/// What happened to the thing with this id, oldest first: its own facts (a technician's duty and a
/// truck's cargo have its id too), and for a job those of routes that changed where it stands.
pub fn timeline(
    db: &mut Db,
    organization: OrganizationId,
    id: Uuid,
    page: &Page,
) -> Result<Listed<Fact>, StoreError> {
    let after: i64 = match &page.after {
        Some(text) => text.parse().map_err(|_| StoreError::Cursor)?,
        None => 0,
    };
    let rows: Vec<FactRow> = both!(db, |c| journal::table
        .filter(journal::organization.eq(organization.store()))
        .filter(journal::seq.gt(after))
        .filter(
            journal::id.eq(id.store()).or(journal::seq.eq_any(
                mentions::table
                    .filter(mentions::organization.eq(organization.store()))
                    .filter(mentions::id.eq(id.store()))
                    .select(mentions::seq),
            )),
        )
        .order(journal::seq)
        .limit(i64::from(page.limit) + 1)
        .select(FactRow::as_select())
        .load(c))?;
    listed(page, rows, FactRow::load, |fact| fact.seq.to_string())
}

/// What was answered to a command that was carried out, with the hash of its body.
pub fn find_answer(
    db: &mut Db,
    organization: OrganizationId,
    command: CommandId,
) -> Result<Option<([u8; 32], Answer)>, StoreError> {
    Ok(answers(db, organization, &[command])?.remove(&command))
}

/// The same for many commands at once.
pub(super) fn answers(
    db: &mut Db,
    organization: OrganizationId,
    commands: &[CommandId],
) -> Result<HashMap<CommandId, ([u8; 32], Answer)>, StoreError> {
    let mut found = HashMap::new();
    for chunk in commands.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        let rows: Vec<(Vec<u8>, Vec<u8>, String)> = both!(db, |c| command_log::table
            .filter(command_log::organization.eq(organization.store()))
            .filter(command_log::command_id.eq_any(&ids))
            .select((command_log::command_id, command_log::body_hash, command_log::answer))
            .load(c))?;
        for (command, hash, answer) in rows {
            found.insert(
                Column::load(command)?,
                (Column::load(hash)?, <Answer as Column>::load(answer)?),
            );
        }
    }
    Ok(found)
}

/// The present version of an aggregate; 0 if it was never there.
pub fn version(
    db: &mut Db,
    organization: OrganizationId,
    aggregate: Aggregate,
) -> Result<u32, StoreError> {
    Ok(versions(db, organization, &[aggregate])?.remove(&aggregate).unwrap_or(0))
}

/// The present versions of those that were ever there.
pub fn versions(
    db: &mut Db,
    organization: OrganizationId,
    wanted: &[Aggregate],
) -> Result<HashMap<Aggregate, u32>, StoreError> {
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(CHUNK_LEN) {
        // By id alone: what shares one (a job and its placement) is seldom asked for apart.
        let ids: Vec<Vec<u8>> = chunk.iter().map(|one| one.parts().1.store()).collect();
        let rows: Vec<(String, Vec<u8>, i64)> = both!(db, |c| aggregates::table
            .filter(aggregates::organization.eq(organization.store()))
            .filter(aggregates::id.eq_any(&ids))
            .select((aggregates::kind, aggregates::id, aggregates::version))
            .load(c))?;
        for (kind, id, version) in rows {
            let aggregate = Aggregate::from_parts(&kind, Uuid::load(id)?)
                .ok_or(StoreError::Corrupt { what: "kind of aggregate", why: kind })?;
            found.insert(aggregate, u32::load(version)?);
        }
    }
    Ok(found)
}
