//! Builds, starts and stops the system: the only file that knows every part.
//!
//! The actors live on the thread that starts the app (an actix system); requests are served by worker
//! threads of their own; reading, writing and searching happen on threads that may wait.

use crate::actors::directory::Directory;
use crate::actors::hub::{CutOff, Hub};
use crate::actors::learner::Learner;
use crate::actors::reactor::Reactor;
use crate::actors::recorder::{Committed, Follow, Recorder};
use crate::actors::solver_pool::SolverPool;
use crate::actors::street_keeper::StreetKeeper;
use crate::actors::{Around, Live};
use crate::api::{self, ApiOptions, ApiState};
use crate::auth::Auth;
use crate::domain::{Aggregate, Event, Who};
use crate::roads::LiveMap;
use crate::store::{Store, StoreError};
use crate::telemetry::Metrics;
use crate::units::Clock;
use crate::units::clock::real_now;
use actix::prelude::*;
use actix_web::dev::ServerHandle;
use actix_web::{HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// What a system is made of.
pub struct Parts {
    pub store: Store,
    pub map: LiveMap,
    pub clock: Clock,
    pub auth: Auth,
    pub metrics: Metrics,
    pub pool: SolverPool,
}

/// How it is reached.
pub struct Entrance {
    pub listen: SocketAddr,
    /// Certificate chain and key in PEM.
    pub tls: Option<rustls::ServerConfig>,
    pub workers: Option<usize>,
    pub options: ApiOptions,
}

/// Why the system does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A system that runs.
pub struct App {
    pub live: Live,
    pub store: Store,
    pub map: LiveMap,
    /// Where it listens; the port that was found if 0 was asked for. `None` without a server.
    pub address: Option<SocketAddr>,
    server: Option<ServerHandle>,
    /// Ends when the server does.
    serving: Option<actix_web::rt::task::JoinHandle<std::io::Result<()>>>,
}

/// A graceful stop takes at most so long.
const STOP_S_MAX: u64 = 8;

/// So many clients may wait for being let in: all of them come at once after a restart.
const BACKLOG: i32 = 2_048;

/// Starts the live state: every actor that is always there. The tables must be migrated.
pub fn start_live(parts: &Parts) -> Result<Live, StartError> {
    // PostgreSQL's driver waits, which is not allowed on the thread of an actix system.
    let prepare = || {
        parts.auth.revocations.load(&parts.store, real_now())?;
        parts.store.writer()
    };
    let prepared = std::thread::scope(|scope| scope.spawn(prepare).join());
    let writer = prepared.map_err(|_| StoreError::Stopped)??;
    let recorder = Recorder::new(writer).start();
    let around = Around {
        clock: parts.clock.clone(),
        store: parts.store.clone(),
        recorder: recorder.clone(),
    };
    let hub = Hub::new(parts.clock.clone(), parts.store.clone()).start();
    let roads = Arc::new(parts.map.clone());
    // Technicians tell the Learner, it tells the StreetKeeper, and that one tells the Directory, which starts
    // technicians: an address of this ring is needed before its actor is there.
    let learner = Context::<Learner>::new();
    let pool = parts.pool.clone();
    let directory =
        Directory::new(around.clone(), roads, pool, hub.clone(), learner.address()).start();
    let reactor = Reactor::new(around.clone(), directory.clone()).start();
    let keeper = StreetKeeper::new(around, parts.map.clone(), directory.clone()).start();
    learner.run(Learner::new(parts.clock.clone(), parts.map.clone(), keeper.clone()));
    let listener = AuthListener { auth: parts.auth.clone(), hub: hub.clone() }.start();
    // The owners hear first, then the screens, then those who act upon it.
    for follower in [
        directory.clone().recipient::<Committed>(),
        hub.clone().recipient(),
        listener.recipient(),
        keeper.clone().recipient(),
        reactor.recipient(),
    ] {
        recorder.do_send(Follow(follower));
    }
    let (clock, pool) = (parts.clock.clone(), parts.pool.clone());
    Ok(Live { clock, directory, hub, recorder, streets: keeper, pool })
}

impl App {
    /// Starts the live state and the server.
    pub fn start(parts: Parts, entrance: Entrance) -> Result<Self, StartError> {
        // First of all: nothing is to be running when the port turns out to be taken.
        let failed = |source| StartError::Listen { address: entrance.listen, source };
        let listener = bind(entrance.listen).map_err(failed)?;
        let live = start_live(&parts)?;
        let Parts { store, map, auth, metrics, .. } = parts;
        let state = web::Data::new(ApiState::new(
            live.clone(),
            store.clone(),
            map.clone(),
            auth,
            metrics,
            entrance.options,
        ));
        let app = move || {
            let state = state.clone();
            actix_web::App::new().configure(move |config| api::configure(config, state))
        };
        let mut server = HttpServer::new(app)
            .on_connect(api::on_connect)
            .shutdown_timeout(STOP_S_MAX)
            .disable_signals();
        if let Some(workers) = entrance.workers {
            server = server.workers(workers);
        }
        let server = match entrance.tls {
            Some(tls) => server.listen_rustls_0_23(listener, tls).map_err(failed)?,
            None => server.listen(listener).map_err(failed)?,
        };
        let address = server.addrs().first().copied();
        let server = server.run();
        let handle = server.handle();
        let serving = actix_web::rt::spawn(server);
        Ok(Self { live, store, map, address, server: Some(handle), serving: Some(serving) })
    }

    /// Stops in order: no new requests, what was handed in is written, then the end.
    pub async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            server.stop(true).await;
        }
        if let Some(serving) = self.serving.take() {
            let _ = tokio::time::timeout(Duration::from_secs(STOP_S_MAX), serving).await;
        }
        self.live.drain().await;
    }
}

/// Takes the address, without serving anybody yet.
fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    // After a kill the system still remembers the old connections for a minute.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Tells who is logged in from what is recorded: a revoked session or link ends at once, everywhere.
/// (Sockets of users look at the revocations themselves.)
struct AuthListener {
    auth: Auth,
    hub: Addr<Hub>,
}

impl Actor for AuthListener {
    type Context = Context<Self>;
}

impl Handler<Committed> for AuthListener {
    type Result = ();

    fn handle(&mut self, Committed(facts): Committed, _: &mut Self::Context) {
        let now = real_now();
        for fact in facts.iter() {
            self.auth.revocations.hear(fact, now);
            if let (Event::TrackingLinkRevoked { .. }, Aggregate::TrackingLink(link)) =
                (&fact.event, fact.aggregate)
            {
                self.hub.do_send(CutOff(Who::Customer { link }));
            }
        }
    }
}
