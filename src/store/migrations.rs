//! The steps of the schema, and whose database this is.
//!
//! Steps are embedded in the program. A database of another program, or of a newer version of ours, is
//! refused before anything in it is touched.

use super::connection::{Db, Target, both};
use super::error::StoreError;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const LITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const PG: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// In the header of every SQLite file of ours: `SRTE`.
const APPLICATION_ID: i64 = 0x5352_5445;

/// A step of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// Such as `0001_nouns`.
    pub name: String,
    pub is_applied: bool,
}

/// Every step that this program knows, in order.
pub(super) fn status(db: &mut Db) -> Result<Vec<MigrationState>, StoreError> {
    let applied = applied(db)?;
    let known: Vec<String> = match db {
        Db::Pg(_) => names(MigrationSource::<diesel::pg::Pg>::migrations(&PG)),
        Db::Lite(_) => names(MigrationSource::<diesel::sqlite::Sqlite>::migrations(&LITE)),
    }?;
    Ok(known
        .into_iter()
        .map(|name| MigrationState { is_applied: applied.contains(&version(&name)), name })
        .collect())
}

/// Runs the steps that are missing and names them.
pub(super) fn run(db: &mut Db) -> Result<Vec<String>, StoreError> {
    let before = status(db)?;
    match db {
        Db::Pg(found) => found.run_pending_migrations(PG).map(|_| ()),
        Db::Lite(found) => found.run_pending_migrations(LITE).map(|_| ()),
    }
    .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(before.into_iter().filter(|step| !step.is_applied).map(|step| step.name).collect())
}

/// Takes the last step back, with all that it holds; `None` when there is none.
pub(super) fn revert_last(db: &mut Db) -> Result<Option<String>, StoreError> {
    let Some(last) = status(db)?.into_iter().rfind(|step| step.is_applied) else {
        return Ok(None);
    };
    match db {
        Db::Pg(found) => found.revert_last_migration(PG).map(|_| ()),
        Db::Lite(found) => found.revert_last_migration(LITE).map(|_| ()),
    }
    .map_err(|error| StoreError::Migration(error.to_string()))?;
    Ok(Some(last.name))
}

type Found<DB> = diesel::migration::Result<Vec<Box<dyn Migration<DB>>>>;

fn names<DB: diesel::backend::Backend>(found: Found<DB>) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = found
        .map_err(|error| StoreError::Migration(error.to_string()))?
        .iter()
        .map(|step| step.name().to_string())
        .collect();
    names.sort();
    Ok(names)
}

/// `0001` of `0001_nouns`.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).to_owned()
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

pub(super) fn words(db: &mut Db, statement: &str) -> QueryResult<Vec<String>> {
    let rows: Vec<Word> = both!(db, |c| diesel::sql_query(statement).load(c))?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

pub(super) fn number(db: &mut Db, statement: &str) -> QueryResult<i64> {
    let row: Number = both!(db, |c| diesel::sql_query(statement).get_result(c))?;
    Ok(row.number)
}

/// The tables that are there, those of Diesel's own book-keeping too.
fn table_names(db: &mut Db) -> QueryResult<Vec<String>> {
    let statement = match db {
        Db::Lite(_) => {
            "SELECT name AS word FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Db::Pg(_) => {
            "SELECT table_name::text AS word FROM information_schema.tables
             WHERE table_schema = current_schema()"
        }
    };
    words(db, statement)
}

const BOOK: &str = "__diesel_schema_migrations";

fn applied(db: &mut Db) -> Result<Vec<String>, StoreError> {
    if !table_names(db)?.iter().any(|name| name == BOOK) {
        return Ok(Vec::new());
    }
    Ok(words(db, "SELECT version AS word FROM __diesel_schema_migrations")?)
}

/// Whether this database is ours or still nobody's; anything else is refused.
pub(super) fn check_ours(db: &mut Db, target: &Target) -> Result<(), StoreError> {
    let place = target.to_string();
    let tables = table_names(db).map_err(|error| not_a_database(error, &place))?;
    let is_empty = tables.iter().all(|name| name == BOOK);
    if is_empty {
        if let Db::Lite(_) = db {
            let id = number(db, "SELECT application_id AS number FROM pragma_application_id")?;
            if id == 0 {
                db.batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))?;
            } else if id != APPLICATION_ID {
                return Err(foreign(&place));
            }
        }
        return Ok(());
    }
    let is_ours = match db {
        Db::Lite(_) => {
            number(db, "SELECT application_id AS number FROM pragma_application_id")?
                == APPLICATION_ID
        }
        Db::Pg(_) => {
            tables.iter().any(|name| name == "meta")
                && words(db, "SELECT value AS word FROM meta WHERE key = 'application'")
                    .is_ok_and(|found| found == ["sortie"])
        }
    };
    if !is_ours {
        return Err(foreign(&place));
    }
    let known: Vec<String> = status(db)?.iter().map(|step| version(&step.name)).collect();
    match applied(db)?.into_iter().find(|step| !known.contains(step)) {
        Some(step) => Err(StoreError::Foreign {
            cause: format!(
                "{place} was made by a newer version of Sortie (step {step} is unknown)"
            ),
            cure: "start that version, or restore a backup from before".to_owned(),
        }),
        None => Ok(()),
    }
}

fn foreign(place: &str) -> StoreError {
    StoreError::Foreign {
        cause: format!("{place} belongs to another program"),
        cure: "give an empty database or the path of a new file".to_owned(),
    }
}

fn not_a_database(error: diesel::result::Error, place: &str) -> StoreError {
    if error.to_string().contains("not a database") {
        StoreError::Foreign {
            cause: format!("{place} is not a database"),
            cure: "give the path of a new file".to_owned(),
        }
    } else {
        error.into()
    }
}
