//! What can break in the store. A rule's no is not an error: see `journal::CommitError` for those.

use std::sync::Arc;

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is not one that we know.
    #[error(
        "the database address {0:?} is not understood; give a file path, sqlite://PATH or postgres://USER@HOST/NAME"
    )]
    Address(String),
    /// The database cannot be opened, is not ours, or is of a newer version.
    #[error("{cause}; {cure}")]
    Foreign { cause: String, cure: String },
    /// The server or file does not answer; it may later.
    #[error("the database does not answer")]
    Unreachable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// All reading connections are taken, or no new one could be made.
    #[error("no connection to the database was free in time")]
    Pool(#[source] Arc<r2d2::Error>),
    /// A statement failed: disk full, a failed sync, a damaged file, a fault of ours.
    #[error("the database refused a statement")]
    Query(#[source] Arc<diesel::result::Error>),
    /// A stored value cannot be read.
    #[error("the stored {what} cannot be read: {why}")]
    Corrupt { what: &'static str, why: String },
    /// `after` is not one that a list gave.
    #[error("the cursor is not one that this list gave; begin again without it")]
    Cursor,
    /// A step of the schema failed.
    #[error("a migration failed: {0}")]
    Migration(String),
    /// The work was given up, because the program stops.
    #[error("the reading was given up")]
    Stopped,
}

impl StoreError {
    /// Whether the same may succeed later without anybody's help: a server that restarts, a busy file.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Pool(_) => true,
            Self::Query(error) => is_busy(error) || is_lost(error),
            _ => false,
        }
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::DeserializationError(why) => {
                Self::Corrupt { what: "row", why: why.to_string() }
            }
            error if is_lost(&error) => Self::Unreachable(Arc::new(error)),
            error => Self::Query(Arc::new(error)),
        }
    }
}

/// The connection is gone, or the server is on its way down or up.
fn is_lost(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    match error {
        Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        )
        | Error::BrokenTransactionManager => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            ["terminating connection", "the database system is"]
                .iter()
                .any(|sign| info.message().contains(sign))
        }
        _ => false,
    }
}

/// Another program holds the file.
fn is_busy(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, info)
        if info.message().contains("database is locked"))
}
