//! What `serve` and `demo` share: from settings to a system that runs until it is told to stop.
//!
//! Whatever waits (opening the database, reading the map) is done here on a plain thread, before the
//! actors' system starts.

use super::data_folder::DataFolder;
use super::database::{failure_of, open};
use super::failure::{Exit, Failure};
use super::import_map::load_map;
use super::output::Output;
use super::tls;
use crate::actors::Live;
use crate::actors::solver_pool::{SolverOptions, SolverPool};
use crate::api::ApiOptions;
use crate::app::{App, Entrance, Parts, StartError};
use crate::auth::{Auth, Keys};
use crate::config::{LogFormat, Settings};
use crate::roads::{ImportOptions, LiveMap, Map};
use crate::store::Store;
use crate::telemetry::{LogShape, start_log, start_metrics};
use crate::units::Clock;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A plan that has changed is looked over for a better one this often, in domain time.
const IMPROVE_EVERY: Duration = Duration::from_secs(600);

/// The data folder is ours and the database is as this version wants it; the map is still to come.
pub struct Ground {
    pub settings: Settings,
    pub store: Store,
    auth: Auth,
    tls: Option<rustls::ServerConfig>,
    _folder: DataFolder,
}

impl Ground {
    /// Everything that can be refused quickly is refused here.
    pub fn prepare(settings: Settings, purpose: &str) -> Result<Self, Failure> {
        let shape = match settings.log_format {
            LogFormat::Auto => LogShape::Auto,
            LogFormat::Text => LogShape::Text,
            LogFormat::Json => LogShape::Json,
        };
        start_log(&settings.log, shape).map_err(|error| {
            Failure::of(Exit::Config, error, "see `sortie config show --origin`")
        })?;
        check_reach(&settings)?;
        let tls = settings.tls.as_ref().map(tls::read).transpose()?.map(|tls| tls.config);
        let folder = DataFolder::take(&settings.data, purpose)?;
        let store = open(&settings)?;
        for step in store.migrate().map_err(failure_of)? {
            tracing::info!(step, "a step of the schema was done");
        }
        let keys = Keys::open(&folder.path).map_err(|error| {
            Failure::of(Exit::Error, error, "check the rights of the data folder")
        })?;
        let auth = Auth::new(keys);
        raise_open_files();
        Ok(Self { settings, store, auth, tls, _folder: folder })
    }

    /// Starts the system, lets `begin` do what is to be done with it first, and stays until somebody
    /// stops it. `begin` is given the address under which it is reached.
    pub fn run(
        self,
        map: Map,
        map_file: Option<PathBuf>,
        clock: Clock,
        begin: impl AsyncFnOnce(&App, &str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let settings = &self.settings;
        let options =
            SolverOptions { by_itself_every: Some(IMPROVE_EVERY), ..SolverOptions::default() };
        let parts = Parts {
            store: self.store,
            map: LiveMap::new(Arc::new(map)),
            clock,
            auth: self.auth,
            metrics: start_metrics(),
            pool: SolverPool::new(options),
        };
        let is_https = self.tls.is_some();
        let entrance = Entrance {
            listen: settings.listen,
            tls: self.tls,
            workers: settings.workers,
            options: ApiOptions {
                secure_cookies: is_https || is_behind_https(settings),
                public_url: settings.public_url.clone(),
                trusted_proxies: settings.trusted_proxies.clone(),
                vroom_seconds: settings.vroom_seconds,
                vroom_tasks: settings.vroom_tasks,
            },
        };
        actix::System::new().block_on(async {
            let told = told_to_stop();
            let app = App::start(parts, entrance).map_err(not_started)?;
            let url = address_of(settings, &app, is_https);
            if let Some(file) = map_file {
                actix::spawn(follow_map(file, app.live.clone()));
            }
            let stopped = match begin(&app, &url).await {
                Ok(()) => {
                    until_told_to_stop(told).await;
                    tracing::info!("stopping");
                    Ok(())
                }
                Err(failure) => Err(failure),
            };
            app.stop().await;
            stopped
        })
    }
}

/// Looks at the map file now and then. When another one stands in its place, it is read beside the old map and
/// then used instead; one that cannot be read is told of, and the old map stays.
async fn follow_map(file: PathBuf, live: Live) {
    /// A file that is still being written changes between two looks.
    const EVERY: Duration = Duration::from_secs(2);
    let stamp = |file: &Path| {
        let about = std::fs::metadata(file).ok()?;
        Some((about.len(), about.modified().ok()?))
    };
    let mut used = stamp(&file);
    let mut seen = used;
    loop {
        tokio::time::sleep(EVERY).await;
        let now = stamp(&file);
        let is_settled = now.is_some() && now == seen && now != used;
        seen = now;
        if !is_settled {
            continue;
        }
        used = now;
        let path = file.clone();
        let quiet = Output { json: false, verbose: false };
        let read =
            tokio::task::spawn_blocking(move || load_map(&path, &ImportOptions::default(), quiet));
        match read.await {
            Ok(Ok((map, _))) => live.replace_map(Arc::new(map)),
            Ok(Err(failure)) => {
                tracing::error!(
                    cause = failure.cause,
                    cure = failure.cure,
                    "the new map is not used"
                );
            }
            Err(_) => return,
        }
    }
}

fn not_started(error: StartError) -> Failure {
    match error {
        StartError::Store(error) => failure_of(error),
        StartError::Listen { .. } => Failure::new(
            Exit::Error,
            error,
            "stop the program that listens there, or name another address or port with --listen",
        ),
    }
}

/// Logins over plain http can be read on the way, and phones refuse to work offline without https.
fn check_reach(settings: &Settings) -> Result<(), Failure> {
    let is_local = settings.listen.ip().is_loopback()
        || settings.public_url.as_deref().is_some_and(is_loopback_url);
    if is_local || settings.tls.is_some() || is_behind_https(settings) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Config,
        format_args!(
            "{} can be reached by others, and plain http is not safe there",
            settings.listen
        ),
        "give --tls-cert and --tls-key, or put a proxy in front and name it with --trusted-proxy",
    ))
}

/// Others reach us by https though we speak http ourselves.
fn is_behind_https(settings: &Settings) -> bool {
    match &settings.public_url {
        Some(url) => url.starts_with("https://"),
        None => !settings.trusted_proxies.is_empty(),
    }
}

fn is_loopback_url(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |parts| parts.1);
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

fn address_of(settings: &Settings, app: &App, is_https: bool) -> String {
    if let Some(url) = &settings.public_url {
        return url.clone();
    }
    let mut address = app.address.unwrap_or(settings.listen);
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("{}://{address}", if is_https { "https" } else { "http" })
}

/// Each client is an open file; take as many as the system lets us.
fn raise_open_files() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        let raised = getrlimit(Resource::RLIMIT_NOFILE)
            .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard.min(1 << 20), hard));
        if let Err(error) = raised {
            tracing::warn!(error = %error, "the limit of open files could not be raised");
        }
    }
}

/// Waits for Ctrl-C or the signal to end. A second one ends the process at once.
async fn until_told_to_stop(told: impl Future<Output = ()>) {
    told.await;
    let again = told_to_stop();
    actix::spawn(async {
        again.await;
        std::process::exit(i32::from(Exit::Interrupted as u8));
    });
}

/// Listens from now on, also before it is awaited: whoever reads that we are ready may stop us at once.
#[cfg(unix)]
pub(super) fn told_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let heard = |kind| {
        let signal = signal(kind);
        async {
            match signal {
                Ok(mut signal) => _ = signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        }
    };
    let (interrupt, terminate) = (heard(SignalKind::interrupt()), heard(SignalKind::terminate()));
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}

#[cfg(not(unix))]
pub(super) async fn told_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_this_machine_is_told_from_one_that_looks_like_it() {
        for url in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]/x"] {
            assert!(is_loopback_url(url), "{url}");
        }
        for url in ["http://localhost.example.org", "http://127.0.0.10", "http://10.0.0.1"] {
            assert!(!is_loopback_url(url), "{url}");
        }
    }
}
