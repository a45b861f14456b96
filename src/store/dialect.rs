//! Where the two databases differ, and how values of the domain become columns.

use diesel::SqliteConnection;

/// Functions that SQLite lacks.
pub(super) fn register(_connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    Ok(())
}
