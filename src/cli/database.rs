//! What an error of the database means for whoever typed the command.

use super::failure::{Exit, Failure};
use crate::store::StoreError;

/// Cause and cure of what the store said.
pub fn failure_of(error: StoreError) -> Failure {
    let (exit, cure) = match &error {
        StoreError::Foreign { cause, cure } => return Failure::new(Exit::CheckFailed, cause, cure),
        StoreError::Address(_) => {
            (Exit::Config, "`sortie config show --origin` tells where the address comes from")
        }
        StoreError::Unreachable(_) | StoreError::Pool(_) => (
            Exit::Unreachable,
            "check that the server runs (or the file can be opened) and that --database names it rightly",
        ),
        StoreError::Corrupt { .. } => {
            (Exit::CheckFailed, "go back to a copy of the database; keep this one for a look")
        }
        StoreError::Migration(_) => {
            (Exit::CheckFailed, "`sortie migrate status` tells which steps are done")
        }
        StoreError::Query(_) | StoreError::Cursor | StoreError::Stopped => {
            (Exit::Error, "`sortie doctor` looks at disk, rights and database")
        }
    };
    Failure::of(exit, error, cure)
}
