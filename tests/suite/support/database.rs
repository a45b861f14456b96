//! Databases for tests: a file of its own or a database of its own on a PostgreSQL that the suite starts.
//!
//! One server for the test binary, one database for each test. `TEST_DATABASE_URL` names a server to use
//! instead; only `SKIP_POSTGRES_TESTS=1` leaves PostgreSQL out, and each test that is left out says so.

use sortie::store::{Store, StoreOptions, Writer};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Makes two tests of one body, which takes a fresh, migrated database of either kind.
macro_rules! on_both_databases {
    ($($(#[$attribute:meta])* fn $name:ident($database:ident) $body:block)*) => {$(
        mod $name {
            #[allow(clippy::wildcard_imports, unused_imports, reason = "as the file around it")]
            use super::*;

            $(#[$attribute])*
            fn body($database: &$crate::support::database::Database) $body

            #[test]
            fn on_sqlite() {
                body(&$crate::support::database::Database::lite());
            }

            #[test]
            fn on_postgres() {
                if let Some(database) = $crate::support::database::Database::postgres() {
                    body(&database);
                }
            }
        }
    )*};
}
pub(crate) use on_both_databases;

/// A database of its own; gone when it is dropped.
pub struct Database {
    pub address: String,
    kept: Kept,
}

enum Kept {
    Folder(tempfile::TempDir),
    OnServer { name: String },
}

impl Database {
    /// An empty SQLite file in a folder of its own.
    pub fn empty_lite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let address = folder.path().join("sortie.sqlite3").display().to_string();
        Self { address, kept: Kept::Folder(folder) }
    }

    /// An empty database on PostgreSQL; `None` after saying that it was left out.
    pub fn empty_postgres() -> Option<Self> {
        if setting("SKIP_POSTGRES_TESTS").as_deref() == Some("1") {
            println!("skipped: SKIP_POSTGRES_TESTS is set, so this did not run on PostgreSQL");
            return None;
        }
        let name = format!("test_{}", uuid::Uuid::now_v7().simple());
        run_sql(server(), &format!("CREATE DATABASE {name}"));
        let address = database_of(server(), &name);
        Some(Self { address, kept: Kept::OnServer { name } })
    }

    /// A migrated SQLite file.
    pub fn lite() -> Self {
        let database = Self::empty_lite();
        database.open().migrate().expect("the schema can be made");
        database
    }

    /// A migrated database on PostgreSQL.
    pub fn postgres() -> Option<Self> {
        let database = Self::empty_postgres()?;
        database.open().migrate().expect("the schema can be made");
        Some(database)
    }

    pub fn is_lite(&self) -> bool {
        matches!(self.kept, Kept::Folder(_))
    }

    pub fn open(&self) -> Store {
        Store::open(&self.address, StoreOptions { readers_max: 2, ..StoreOptions::default() })
            .expect("the database opens")
    }

    pub fn store_and_writer(&self) -> (Store, Writer) {
        let store = self.open();
        let writer = store.writer().expect("there can be a writer");
        (store, writer)
    }

    /// The folder of a SQLite file.
    pub fn folder(&self) -> Option<&Path> {
        match &self.kept {
            Kept::Folder(folder) => Some(folder.path()),
            Kept::OnServer { .. } => None,
        }
    }

    /// Runs statements behind the store's back.
    pub fn run_sql(&self, statements: &str) {
        match &self.kept {
            Kept::OnServer { .. } => run_sql(&self.address, statements),
            Kept::Folder(_) => {
                use diesel::Connection;
                use diesel::connection::SimpleConnection;
                let mut connection =
                    diesel::SqliteConnection::establish(&self.address).expect("the file opens");
                connection.batch_execute(statements).expect("the statements run");
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Kept::OnServer { name } = &self.kept {
            run_sql(server(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the suite reads the environment"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// `postgres://…/OLD` with another database at the end.
fn database_of(server: &str, name: &str) -> String {
    let end = server.rfind('/').expect("an address has a path");
    format!("{}/{name}", &server[..end])
}

fn run_sql(address: &str, statements: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls)
            .await
            .expect("the test server answers");
        let driver = tokio::spawn(connection);
        client.batch_execute(statements).await.expect("the statements run");
        drop(client);
        let _ = driver.await;
    });
}

/// Whether the server syncs what it commits. Tests do without, because they outlive no power cut.
static IS_DURABLE: AtomicBool = AtomicBool::new(false);

/// Makes the server sync what it commits, for benches; before the first database is made.
pub fn make_durable() {
    IS_DURABLE.store(true, Ordering::Relaxed);
}

/// The address of the server, which is started when it is first asked for.
fn server() -> &'static str {
    static SERVER: OnceLock<(String, Option<Child>)> = OnceLock::new();
    &SERVER
        .get_or_init(|| {
            if let Some(address) = setting("TEST_DATABASE_URL") {
                return (address, None);
            }
            let (address, child) = start_server();
            (address, Some(child))
        })
        .0
}

/// Starts a server in a folder of its own. The shell around it waits for the end of its input, which is
/// the end of this process however it ends; then it stops the server and removes the folder.
fn start_server() -> (String, Child) {
    let programs = programs_folder().expect(
        "initdb/postgres not found; install PostgreSQL, set TEST_DATABASE_URL, or set SKIP_POSTGRES_TESTS=1",
    );
    let folder = tempfile::Builder::new()
        .prefix("sortie-postgres-")
        .tempdir()
        .expect("a temporary folder can be made")
        .keep();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(
            r#"
            "$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --no-sync >"$2/log" 2>&1 || exit 1
            "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync="$3" \
                -c full_page_writes="$3" -c max_connections=300 >>"$2/log" 2>&1 &
            server=$!
            cat >/dev/null
            kill -INT $server
            wait $server
            rm -rf "$2"
            "#,
        )
        .arg("sh")
        .arg(&programs)
        .arg(&folder)
        .arg(if IS_DURABLE.load(Ordering::Relaxed) { "on" } else { "off" })
        .current_dir(&folder)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // PostgreSQL refuses to run as root.
    if nix::unistd::geteuid().is_root() {
        let user = ["postgres", "nobody"]
            .iter()
            .find_map(|name| nix::unistd::User::from_name(name).ok().flatten())
            .expect("there is a user postgres or nobody");
        chown(&folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
            .expect("root may give a folder away");
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    let child = command.spawn().expect("sh starts");
    let socket = folder.display().to_string().replace('/', "%2F");
    let address = format!("postgres://postgres@{socket}/postgres");
    wait_for(&folder, &address);
    (address, child)
}

fn wait_for(folder: &Path, address: &str) {
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    while began.elapsed() < Duration::from_secs(60) {
        let has_answered = runtime.block_on(async {
            let answer = tokio_postgres::connect(address, tokio_postgres::NoTls).await;
            if answer.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            answer.is_ok()
        });
        if has_answered {
            return;
        }
    }
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL did not start within a minute:\n{log}");
}

/// Where `initdb` and `postgres` are: PATH, what `pg_config` says, then where packages put them.
fn programs_folder() -> Option<PathBuf> {
    let has_both =
        |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let path = setting("PATH").unwrap_or_default();
    let by_pg_config = Command::new("pg_config").arg("--bindir").output().ok().and_then(|output| {
        String::from_utf8(output.stdout).ok().map(|text| PathBuf::from(text.trim()))
    });
    let packaged = ["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/opt"]
        .into_iter()
        .filter_map(|parent| std::fs::read_dir(parent).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")));
    std::env::split_paths(&path).chain(by_pg_config).chain(packaged).find(has_both)
}
