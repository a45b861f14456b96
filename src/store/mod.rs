//! The only SQL: one code for SQLite and PostgreSQL.
//!
//! Reading goes through [`Store::read`], a pool of connections that can only read; each reading sees
//! one state. Writing goes through the one [`Writer`], which the Recorder has: events and tables change
//! in one transaction. Every function on a table names the organization first, after the connection.
//!
//! Reading order: `connection` (either database), `dialect` (values as columns), `schema`,
//! `migrations`, `journal` (what is recorded), `writer` and `commit` (how), `rows` (what the tables say
//! then), `tables` (one per noun), `positions`, `views` (what is shown), `doctor`.

mod commit;
mod connection;
mod dialect;
mod doctor;
mod error;
pub mod journal;
mod migrations;
pub mod positions;
mod rows;
mod schema;
pub mod tables;
pub mod views;
mod writer;

pub use connection::Db;
pub use doctor::Facts;
pub use error::StoreError;
pub use migrations::MigrationState;
pub use writer::Writer;

use connection::{Manager, Purpose, Target};
use std::sync::Arc;

/// How the store is opened.
#[derive(Debug, Clone, Copy)]
pub struct StoreOptions {
    /// Connections that read at the same time.
    pub readers_max: u32,
    /// How long a reading waits for a free connection.
    pub wait_ms_max: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { readers_max: 4, wait_ms_max: 10_000 }
    }
}

/// The database of an installation. Cheap to clone; all clones share the readers.
#[derive(Clone)]
pub struct Store {
    readers: r2d2::Pool<Manager>,
    target: Target,
}

impl Store {
    /// Opens `postgres://…`, `sqlite://PATH` or a path. A new SQLite file is made when there is none; a
    /// database of another program is refused with cause and cure. Tables are made by [`Store::migrate`].
    pub fn open(address: &str, options: StoreOptions) -> Result<Self, StoreError> {
        let target = Target::parse(address)?;
        migrations::check_ours(&mut target.look()?, &target)?;
        // Readers may not make what is missing, so the first connection of all can write.
        target.connect(Purpose::Write)?;
        let readers = r2d2::Pool::builder()
            .max_size(options.readers_max)
            .min_idle(Some(1))
            .connection_timeout(std::time::Duration::from_millis(options.wait_ms_max))
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build(Manager { target: target.clone() })
            .map_err(|error| StoreError::Pool(Arc::new(error)))?;
        Ok(Self { readers, target })
    }

    /// Runs the steps of the schema that are missing, and names them.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        migrations::run(&mut self.target.connect(Purpose::Write)?)
    }

    /// Every step of the schema that this program knows, in order.
    pub fn migrations(&self) -> Result<Vec<MigrationState>, StoreError> {
        migrations::status(&mut self.target.look()?)
    }

    /// Takes the last step of the schema back, with all that it holds, and names it.
    pub fn revert_last_migration(&self) -> Result<Option<String>, StoreError> {
        migrations::revert_last(&mut self.target.connect(Purpose::Write)?)
    }

    /// What an operator wants to know of the database.
    pub fn facts(&self) -> Result<Facts, StoreError> {
        doctor::facts(&mut self.target.connect(Purpose::Write)?)
    }

    /// Reads from a future: on a thread that may wait, which also holds a turned test clock still.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        match tokio::task::spawn_blocking(move || store.read_now(work)).await {
            Ok(answer) => answer,
            Err(gone) if gone.is_panic() => std::panic::resume_unwind(gone.into_panic()),
            Err(_) => Err(StoreError::Stopped),
        }
    }

    /// Reads from a plain thread. All statements of `work` see the same state.
    pub fn read_now<T>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut db = self.readers.get().map_err(|error| StoreError::Pool(Arc::new(error)))?;
        db.snapshot(work)
    }

    /// The one that writes; there is only one in a program, the Recorder's.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        Writer::connect(self.target.clone())
    }
}

/// So many items of a list, after the place where the last answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub limit: u32,
    /// `next` of the answer before; `None` for the beginning.
    pub after: Option<String>,
}

impl Page {
    pub const fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next: Option<String>,
}
