//! One connection to either database, and how one is made.
//!
//! `Db` is our own enum over both kinds; a statement is written once inside [`both!`] and checked by
//! the compiler for each. Diesel's `MultiConnection` knows no upsert and no batch insert.

use super::error::StoreError;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::{Connection, QueryResult, SqliteConnection};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use std::sync::Arc;

/// The pure Rust driver behind Diesel's blocking interface.
pub(super) type PgConnection = AsyncConnectionWrapper<AsyncPgConnection>;

/// A connection to PostgreSQL or SQLite.
pub enum Db {
    Pg(Box<PgConnection>),
    Lite(Box<SqliteConnection>),
}

/// Runs one expression on whichever connection it is. Never open a transaction inside: what takes a
/// `&mut Db` cannot be called there.
macro_rules! both {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::store::connection::Db::Pg(found) => {
                let $connection = &mut **found;
                $body
            }
            $crate::store::connection::Db::Lite(found) => {
                let $connection = &mut **found;
                $body
            }
        }
    };
}
pub(in crate::store) use both;

fn begin<C: Connection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::begin_transaction(connection)
}

fn commit<C: Connection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::commit_transaction(connection)
}

fn rollback<C: Connection>(connection: &mut C) -> QueryResult<()> {
    C::TransactionManager::rollback_transaction(connection)
}

impl Db {
    /// All or nothing. Nested calls are savepoints. The outermost one on SQLite takes the write lock at
    /// once, so that it cannot fail half-way because somebody else wrote meanwhile.
    pub(super) fn transaction<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        let is_outermost = both!(self, |c| depth(c)) == 0;
        match self {
            Self::Lite(found) if is_outermost => {
                AnsiTransactionManager::begin_transaction_sql(&mut **found, "BEGIN IMMEDIATE")?;
            }
            _ => both!(self, |c| begin(c))?,
        }
        self.finish(work)
    }

    /// Several readings that see the same state.
    pub(super) fn snapshot<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        both!(self, |c| begin(c))?;
        self.finish(work)
    }

    fn finish<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Db) -> Result<T, E>,
    ) -> Result<T, E> {
        match work(self) {
            Ok(value) => {
                both!(self, |c| commit(c))?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to tell; a connection that cannot roll back is broken and
                // says so when it is next looked at.
                let _ = both!(self, |c| rollback(c));
                Err(error)
            }
        }
    }

    /// Several statements without parameters.
    pub(super) fn batch(&mut self, statements: &str) -> QueryResult<()> {
        both!(self, |c| c.batch_execute(statements))
    }

    /// Whether it can be used further.
    pub(super) fn is_broken(&mut self) -> bool {
        both!(self, |c| in_error(c))
    }
}

fn in_error<C: Connection>(connection: &mut C) -> bool {
    C::TransactionManager::is_broken_transaction_manager(connection)
}

/// How many transactions are open within each other; what is in error counts as none.
fn depth<C: Connection>(connection: &mut C) -> u32 {
    C::TransactionManager::transaction_manager_status_mut(connection)
        .transaction_depth()
        .ok()
        .flatten()
        .map_or(0, Into::into)
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// Where the database is.
#[derive(Clone)]
pub(super) enum Target {
    Lite(String),
    Pg(Arc<Server>),
}

/// A PostgreSQL server, and the thread that drives the sockets to it. It has a runtime of its own, so
/// that a connection works from any thread, under a turned test clock too.
pub(super) struct Server {
    config: tokio_postgres::Config,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The last owner may be a future, and a runtime must not wait inside one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Target {
    /// From `postgres://…`, `sqlite://PATH` or a path.
    pub(super) fn parse(address: &str) -> Result<Self, StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let config = address.parse().map_err(|_: tokio_postgres::Error| {
                StoreError::Address(without_password(address))
            })?;
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("postgres")
                .enable_all()
                .build()
                .map_err(|error| StoreError::Unreachable(Arc::new(error)))?;
            return Ok(Self::Pg(Arc::new(Server { config, runtime: Some(runtime) })));
        }
        let path = address.strip_prefix("sqlite://").unwrap_or(address);
        if path.is_empty() || path.contains("://") || path.starts_with(':') {
            return Err(StoreError::Address(without_password(address)));
        }
        Ok(Self::Lite(path.to_owned()))
    }

    /// A connection that changes nothing, not even how the file is kept: to look whose it is.
    pub(super) fn look(&self) -> Result<Db, StoreError> {
        match self {
            Self::Lite(path) => Ok(Db::Lite(Box::new(open_lite(path)?))),
            Self::Pg(server) => server.connect(Purpose::Write),
        }
    }

    pub(super) fn connect(&self, purpose: Purpose) -> Result<Db, StoreError> {
        match self {
            Self::Lite(path) => connect_lite(path, purpose),
            Self::Pg(server) => server.connect(purpose),
        }
    }
}

fn open_lite(path: &str) -> Result<SqliteConnection, StoreError> {
    let mut found = SqliteConnection::establish(path).map_err(|error| StoreError::Foreign {
        cause: format!("{path} cannot be opened: {error}"),
        cure: "check that its folder is there and that this user may write into it".to_owned(),
    })?;
    found.batch_execute("PRAGMA busy_timeout = 5000")?;
    Ok(found)
}

/// As it can be shown: a server without its password.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lite(path) => f.write_str(path),
            Self::Pg(server) => {
                let name = server.config.get_dbname().unwrap_or("postgres");
                write!(f, "the PostgreSQL database {name}")
            }
        }
    }
}

/// WAL lets readers go on while the writer commits; `synchronous=FULL` makes a commit outlive a power cut.
fn connect_lite(path: &str, purpose: Purpose) -> Result<Db, StoreError> {
    let mut found = open_lite(path)?;
    found.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
    )?;
    match purpose {
        Purpose::Read => found.batch_execute("PRAGMA query_only = ON;")?,
        Purpose::Write => found.batch_execute("PRAGMA cache_size = -32768;")?,
    }
    super::dialect::register(&mut found)?;
    Ok(Db::Lite(Box::new(found)))
}

impl Server {
    fn connect(&self, purpose: Purpose) -> Result<Db, StoreError> {
        let runtime = self.runtime.as_ref().ok_or(StoreError::Stopped)?;
        // The wrapper takes the runtime that it is made in as the one to wait with.
        let _entered = runtime.enter();
        let tls = tokio_postgres_rustls::MakeRustlsConnect::new(tls_config());
        let connected = runtime.block_on(async {
            let (client, socket) = self
                .config
                .connect(tls)
                .await
                .map_err(|error| StoreError::Unreachable(Arc::new(error)))?;
            AsyncPgConnection::try_from_client_and_connection(client, socket)
                .await
                .map_err(|error| StoreError::Unreachable(Arc::new(error)))
        })?;
        let mut found = PgConnection::from(connected);
        if purpose == Purpose::Read {
            found.batch_execute(
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            )?;
        }
        Ok(Db::Pg(Box::new(found)))
    }
}

/// Certificates are checked against the well-known authorities.
fn tls_config() -> rustls::ClientConfig {
    let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows the default protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// An address that can be shown: whatever stands between `//` and `@` may hold a password.
fn without_password(address: &str) -> String {
    match (address.find("//"), address.rfind('@')) {
        (Some(from), Some(until)) if from < until => {
            format!("{}//***{}", &address[..from], &address[until..])
        }
        _ => address.to_owned(),
    }
}

/// Hands connections to the pool of readers.
pub(super) struct Manager {
    pub(super) target: Target,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        self.target.connect(Purpose::Read)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), StoreError> {
        Ok(db.batch("SELECT 1")?)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        db.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_neither_database_is_refused_without_showing_its_password() {
        let refused = Target::parse("mysql://ana:secret@host/name").err().unwrap().to_string();
        assert!(refused.contains("mysql://***@host/name"), "{refused}");
        assert!(!refused.contains("secret"));
        assert!(Target::parse("").is_err());
    }
}
