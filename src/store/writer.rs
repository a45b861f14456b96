//! The pen: the only thing that writes. The Recorder has it, on a thread of its own.

use super::commit;
use super::connection::{Db, Purpose, Target};
use super::error::StoreError;
use super::journal::{CommitError, Committed, Record};
use super::positions;
use super::tables::{cursor, learned_speed, meta};
use crate::domain::Reading;
use crate::domain::streets::learned_speed::LearnedSpeed;
use crate::units::Timestamp;
use crate::units::id::OrganizationId;

/// The one that writes, on its own connection.
pub struct Writer {
    target: Target,
    /// `None` after the connection was lost; the next call makes a new one.
    db: Option<Db>,
}

impl Writer {
    pub(super) fn connect(target: Target) -> Result<Self, StoreError> {
        let db = Some(target.connect(Purpose::Write)?);
        Ok(Self { target, db })
    }

    /// Writes all records in one transaction and answers each, in their order. If the database refuses a
    /// row of one, they are written again with a savepoint each, so that it does not take its neighbours.
    ///
    /// Once this returns, what was answered with `Ok` is on disk. After `Broken` it is not known whether
    /// the records were written; the same command ids may be sent again.
    pub fn commit(&mut self, records: &[Record]) -> Vec<Result<Committed, CommitError>> {
        if records.is_empty() {
            return Vec::new();
        }
        let answered = self.with(|db| match commit::together(db, records) {
            Ok(answers) => Ok(answers),
            Err(CommitError::Broken(error)) => Err(error),
            Err(refusal) if records.len() == 1 => Ok(vec![Err(refusal)]),
            Err(_) => match commit::one_by_one(db, records) {
                Ok(answers) => Ok(answers),
                Err(CommitError::Broken(error)) => Err(error),
                // A transaction as a whole is refused only by a failure of the database.
                Err(refusal) => Ok(records.iter().map(|_| Err(refusal.clone())).collect()),
            },
        });
        answered.unwrap_or_else(|error| {
            records.iter().map(|_| Err(CommitError::Broken(error.clone()))).collect()
        })
    }

    /// Stores readings, and the newest of each technician as their last one. Durable when it returns.
    pub fn store_positions(
        &mut self,
        organization: OrganizationId,
        readings: &[Reading],
    ) -> Result<(), StoreError> {
        if readings.is_empty() {
            return Ok(());
        }
        self.with(|db| db.transaction(|db| positions::store(db, organization, readings)))
    }

    /// Keeps what driving has taught in the place of what was known of the same streets and bands.
    pub fn set_learned_speeds(&mut self, learned: &[LearnedSpeed]) -> Result<(), StoreError> {
        self.with(|db| db.transaction(|db| learned_speed::set(db, learned)))
    }

    /// Notes how far a reader of the journal has come.
    pub fn set_cursor(
        &mut self,
        organization: OrganizationId,
        name: &str,
        seq: i64,
    ) -> Result<(), StoreError> {
        self.with(|db| cursor::set(db, organization, name, seq))
    }

    /// Notes something about the installation as a whole.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.with(|db| meta::set(db, key, value))
    }

    /// Forgets the answers to commands that were recorded before; they may be carried out once more.
    pub fn forget_commands(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        self.with(|db| commit::forget_commands(db, before))
    }

    /// Forgets readings from before, in every organization, but for the last ones.
    pub fn forget_positions(&mut self, before: Timestamp) -> Result<usize, StoreError> {
        self.with(|db| db.transaction(|db| positions::forget(db, before)))
    }

    /// Works on the connection, and lets it go if it was lost.
    fn with<T>(
        &mut self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut db = match self.db.take() {
            Some(db) => db,
            None => self.target.connect(Purpose::Write)?,
        };
        let answer = work(&mut db);
        let is_lost = matches!(answer, Err(StoreError::Unreachable(_))) || db.is_broken();
        if !is_lost {
            self.db = Some(db);
        }
        answer
    }
}
