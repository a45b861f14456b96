//! Opening the database for a command, and what its errors mean for whoever typed it.

use super::failure::{Exit, Failure};
use crate::config::Settings;
use crate::store::{Store, StoreError, StoreOptions};
use std::path::Path;

/// Opens the database of the settings; a new SQLite file is made where there is none.
pub fn open(settings: &Settings) -> Result<Store, Failure> {
    Store::open(&settings.database, StoreOptions::default()).map_err(failure_of)
}

/// The same for commands that only look: a file that is not there is not made.
pub fn open_present(settings: &Settings) -> Result<Store, Failure> {
    if let Some(file) = missing_file(&settings.database) {
        return Err(Failure::new(
            Exit::Error,
            format_args!("there is no database {} yet", file.display()),
            "the first `sortie serve`, `sortie demo` or `sortie migrate run` makes it; or name another one with --data or --database",
        ));
    }
    open(settings)
}

/// The SQLite file that this address names and that is not there.
pub fn missing_file(address: &str) -> Option<&Path> {
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return None;
    }
    let file = Path::new(address.strip_prefix("sqlite://").unwrap_or(address));
    (!file.exists()).then_some(file)
}

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
