//! What an operator wants to know of the database.

use super::connection::Db;
use super::error::StoreError;
use super::migrations::{self, number, words};
use serde::Serialize;

/// Facts about the database as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// `SQLite` or `PostgreSQL`.
    pub database: &'static str,
    pub version: String,
    /// How a commit is made to last: SQLite's journal and sync modes, PostgreSQL's `fsync` and
    /// `synchronous_commit`.
    pub durability: String,
    pub size_bytes: i64,
    /// Steps of the schema that are not applied yet.
    pub pending_migrations: Vec<String>,
    /// What a check of the file found wrong; empty is well. PostgreSQL checks itself.
    pub damage: Vec<String>,
}

pub(super) fn facts(db: &mut Db) -> Result<Facts, StoreError> {
    let pending_migrations = migrations::status(db)?
        .into_iter()
        .filter(|step| !step.is_applied)
        .map(|step| step.name)
        .collect();
    let (database, version, durability, size, check) = match db {
        Db::Lite(_) => (
            "SQLite",
            "SELECT sqlite_version() AS word",
            "SELECT 'journal_mode=' || journal_mode || ' synchronous=' || synchronous AS word
             FROM pragma_journal_mode, pragma_synchronous",
            "SELECT page_count * page_size AS number FROM pragma_page_count, pragma_page_size",
            "SELECT quick_check AS word FROM pragma_quick_check WHERE quick_check <> 'ok'
             UNION ALL
             SELECT 'a row of ' || \"table\" || ' refers to a missing row of ' || parent
             FROM pragma_foreign_key_check",
        ),
        Db::Pg(_) => (
            "PostgreSQL",
            "SELECT current_setting('server_version') AS word",
            "SELECT 'fsync=' || current_setting('fsync') || ' synchronous_commit='
                 || current_setting('synchronous_commit') AS word",
            "SELECT pg_database_size(current_database()) AS number",
            "SELECT '' AS word WHERE false",
        ),
    };
    Ok(Facts {
        database,
        version: words(db, version)?.concat(),
        durability: words(db, durability)?.concat(),
        size_bytes: number(db, size)?,
        pending_migrations,
        damage: words(db, check)?,
    })
}
