//! How records are written: everything that many of them have in common is read once before and
//! written once after, so that a commit of five hundred costs little more than the rows themselves.

use super::connection::{Db, both};
use super::dialect::Column;
use super::error::StoreError;
use super::journal::{self, CommitError, Committed, FactRow, Record};
use super::rows;
use super::schema::{aggregates, command_log, mentions};
use super::tables::CHUNK_LEN;
use crate::domain::{Aggregate, Answer, Event, Fact};
use crate::units::Timestamp;
use crate::units::id::{CommandId, OrganizationId};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::{BTreeMap, HashMap};

/// Key of the advisory lock that all who write into one PostgreSQL database take: journals have no gaps,
/// so commits come one after the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(6001984514917712965)";

/// Writes the records in one transaction, each with an answer of its own. A rule's no (stale, repeated
/// under another body) concerns one record alone; when the database refuses a row, nothing of the whole
/// transaction is written and that refusal is the error.
pub(super) fn together(
    db: &mut Db,
    records: &[Record],
) -> Result<Vec<Result<Committed, CommitError>>, CommitError> {
    db.transaction(|db| {
        lock(db)?;
        write(db, records)
    })
}

/// Writes the records in one transaction with a savepoint each, so that one that the database refuses
/// does not take its neighbours. A failure of the database itself gives up all of them.
pub(super) fn one_by_one(
    db: &mut Db,
    records: &[Record],
) -> Result<Vec<Result<Committed, CommitError>>, CommitError> {
    db.transaction(|db| {
        lock(db)?;
        records
            .iter()
            .map(|record| {
                let alone = db.transaction(|db| {
                    let mut answers = write(db, std::slice::from_ref(record))?;
                    answers.pop().expect("one record has one answer")
                });
                match alone {
                    Err(CommitError::Broken(error)) => Err(CommitError::Broken(error)),
                    answer => Ok(answer),
                }
            })
            .collect()
    })
}

fn lock(db: &mut Db) -> QueryResult<()> {
    match db {
        Db::Pg(_) => db.batch(LOCK),
        // `BEGIN IMMEDIATE` has it.
        Db::Lite(_) => Ok(()),
    }
}

impl From<diesel::result::Error> for CommitError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Broken(error.into())
    }
}

fn write(
    db: &mut Db,
    records: &[Record],
) -> Result<Vec<Result<Committed, CommitError>>, CommitError> {
    let mut batch = Batch::read(db, records).map_err(CommitError::Broken)?;
    let mut answers = Vec::with_capacity(records.len());
    for record in records {
        answers.push(match batch.check(record) {
            Ok(Some(repeated)) => Ok(repeated),
            Ok(None) => Ok(batch.add(db, record)?),
            Err(refusal) => Err(refusal),
        });
    }
    batch.write(db).map_err(CommitError::Broken)?;
    Ok(answers)
}

/// What the records of one transaction rest on and what they have changed so far.
#[derive(Default)]
struct Batch {
    heads: HashMap<OrganizationId, i64>,
    versions: HashMap<(OrganizationId, Aggregate), u32>,
    answers: HashMap<(OrganizationId, CommandId), ([u8; 32], Answer)>,
    facts: Vec<FactRow>,
    mentions: Vec<MentionRow>,
    raised: HashMap<(OrganizationId, Aggregate), u32>,
    commands: Vec<CommandRow>,
}

#[derive(Insertable)]
#[diesel(table_name = mentions, treat_none_as_default_value = false)]
struct MentionRow {
    organization: Vec<u8>,
    id: Vec<u8>,
    seq: i64,
}

#[derive(Insertable)]
#[diesel(table_name = aggregates, treat_none_as_default_value = false)]
struct AggregateRow {
    organization: Vec<u8>,
    id: Vec<u8>,
    kind: &'static str,
    version: i64,
}

#[derive(Insertable)]
#[diesel(table_name = command_log, treat_none_as_default_value = false)]
struct CommandRow {
    organization: Vec<u8>,
    command_id: Vec<u8>,
    body_hash: Vec<u8>,
    answer: String,
    recorded_at: i64,
}

impl Batch {
    /// Reads the present state of whatever the records name.
    fn read(db: &mut Db, records: &[Record]) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        let mut by_organization: BTreeMap<OrganizationId, Vec<&Record>> = BTreeMap::new();
        for record in records {
            by_organization.entry(record.organization).or_default().push(record);
        }
        for (organization, records) in by_organization {
            batch.heads.insert(organization, journal::head(db, organization)?);
            let commands: Vec<CommandId> = records.iter().map(|record| record.command_id).collect();
            for (command, answer) in journal::answers(db, organization, &commands)? {
                batch.answers.insert((organization, command), answer);
            }
            let named: Vec<Aggregate> = records.iter().flat_map(|record| names(record)).collect();
            for (aggregate, version) in journal::versions(db, organization, &named)? {
                batch.versions.insert((organization, aggregate), version);
            }
        }
        Ok(batch)
    }

    fn version(&self, organization: OrganizationId, aggregate: Aggregate) -> u32 {
        self.versions.get(&(organization, aggregate)).copied().unwrap_or(0)
    }

    /// Whether the record may be written, or was before.
    fn check(&self, record: &Record) -> Result<Option<Committed>, CommitError> {
        let organization = record.organization;
        if let Some((hash, answer)) = self.answers.get(&(organization, record.command_id)) {
            if *hash != record.body_hash {
                return Err(CommitError::OtherBody);
            }
            let answer = answer.clone();
            return Ok(Some(Committed { facts: Vec::new(), answer, repeated: true }));
        }
        for &(aggregate, expected) in &record.reads {
            let current = self.version(organization, aggregate);
            if current != expected {
                return Err(CommitError::Stale { aggregate, expected, current });
            }
        }
        let mut raised: HashMap<Aggregate, u32> = HashMap::new();
        for (aggregate, after) in raises(record) {
            let current = raised
                .get(&aggregate)
                .copied()
                .unwrap_or_else(|| self.version(organization, aggregate));
            let expected = after.saturating_sub(1);
            if current != expected || after == 0 {
                return Err(CommitError::Stale { aggregate, expected, current });
            }
            raised.insert(aggregate, after);
        }
        Ok(None)
    }

    /// Writes the rows of a record that was checked, and keeps the rest for the end.
    fn add(&mut self, db: &mut Db, record: &Record) -> Result<Committed, CommitError> {
        let organization = record.organization;
        let before = self.heads.get(&organization).copied().unwrap_or(0);
        let facts: Vec<Fact> = record
            .events
            .iter()
            .zip(before + 1..)
            .map(|((aggregate, version, event), seq)| Fact {
                organization,
                seq,
                aggregate: *aggregate,
                version: *version,
                event: event.clone(),
                command_id: record.command_id,
                who: record.who,
                meant_at: record.meant_at,
                recorded_at: record.recorded_at,
            })
            .collect();
        let mentioned = rows::write(db, organization, &record.rows, record.recorded_at)?;
        for mention in mentioned {
            let route = Aggregate::Route(mention.route);
            if let Some(fact) = facts.iter().find(|fact| fact.aggregate == route) {
                self.mentions.push(MentionRow {
                    organization: organization.store(),
                    id: mention.job.store(),
                    seq: fact.seq,
                });
            }
        }
        let seq = facts.last().map(|fact| fact.seq);
        self.heads.insert(organization, seq.unwrap_or(before));
        self.facts.extend(facts.iter().map(|fact| FactRow::store(organization, fact)));
        for (aggregate, version) in raises(record) {
            self.versions.insert((organization, aggregate), version);
            self.raised.insert((organization, aggregate), version);
        }
        let answer = Answer { seq, ..record.answer.clone() };
        self.commands.push(CommandRow {
            organization: organization.store(),
            command_id: record.command_id.store(),
            body_hash: record.body_hash.store(),
            answer: answer.store(),
            recorded_at: record.recorded_at.store(),
        });
        self.answers.insert((organization, record.command_id), (record.body_hash, answer.clone()));
        Ok(Committed { facts, answer, repeated: false })
    }

    /// Writes the journal, the versions and the answers.
    fn write(self, db: &mut Db) -> Result<(), StoreError> {
        for chunk in self.facts.chunks(CHUNK_LEN) {
            both!(db, |c| diesel::insert_into(super::schema::journal::table)
                .values(chunk)
                .execute(c))?;
        }
        for chunk in self.mentions.chunks(CHUNK_LEN) {
            both!(db, |c| diesel::insert_into(mentions::table)
                .values(chunk)
                .on_conflict_do_nothing()
                .execute(c))?;
        }
        let raised: Vec<AggregateRow> = self
            .raised
            .into_iter()
            .map(|((organization, aggregate), version)| {
                let (kind, id) = aggregate.parts();
                AggregateRow {
                    organization: organization.store(),
                    id: id.store(),
                    kind,
                    version: version.store(),
                }
            })
            .collect();
        for chunk in raised.chunks(CHUNK_LEN) {
            both!(db, |c| diesel::insert_into(aggregates::table)
                .values(chunk)
                .on_conflict((aggregates::organization, aggregates::id, aggregates::kind))
                .do_update()
                .set(aggregates::version.eq(excluded(aggregates::version)))
                .execute(c))?;
        }
        for chunk in self.commands.chunks(CHUNK_LEN) {
            both!(db, |c| diesel::insert_into(command_log::table).values(chunk).execute(c))?;
        }
        Ok(())
    }
}

/// The aggregates that a record raises, with their versions after, in order.
fn raises(record: &Record) -> impl Iterator<Item = (Aggregate, u32)> + '_ {
    let of_event = |(aggregate, version, _): &(Aggregate, u32, Event)| (*aggregate, *version);
    record.events.iter().map(of_event).chain(record.bumps.iter().copied())
}

fn names(record: &Record) -> impl Iterator<Item = Aggregate> + '_ {
    record.reads.iter().map(|read| read.0).chain(raises(record).map(|raise| raise.0))
}

/// Removes what was answered to commands that were recorded before.
pub(super) fn forget_commands(db: &mut Db, before: Timestamp) -> Result<usize, StoreError> {
    Ok(both!(db, |c| diesel::delete(command_log::table)
        .filter(command_log::recorded_at.lt(before.store()))
        .execute(c))?)
}
