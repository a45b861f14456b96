//! The Hub: who watches what. It turns facts and positions into updates for screens.
//!
//! - *Topics* ([`topics`]): numbered by the organization's journal. A subscriber gets a snapshot and then
//!   whole entities as they change; after a reconnect exactly what it missed, or an explicit reset.
//! - *Viewports* ([`viewports`]): positions, newest value wins, shared frames at most four times a second.
//!
//! It holds no truth: what it says it reads from the tables when facts tell that something changed. A
//! connection that does not keep up loses deltas, gets one fresh snapshot, and if it stays behind is cut
//! off; it never slows another one.

pub mod topics;
pub mod tracking;
pub mod viewports;

use crate::actors::execute::Refusal;
use crate::actors::recorder::Committed;
use crate::domain::access::{Permission, permits};
use crate::domain::{Fact, Reading, Who};
use crate::store::Store;
use crate::units::id::{JobId, OrganizationId, RouteId, TechnicianId, TerritoryId};
use crate::units::{BoundingBox, Clock, LocalDay, Timestamp};
use actix::prelude::*;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use topics::Change;
use viewports::Fleet;

pub use crate::actors::technician::progress::Arrival;
pub use tracking::TrackingView;

/// Positions go out this often, in real time.
const TICK: Duration = Duration::from_millis(250);
/// Most frames that a connection may miss in a row before it is cut off.
const LAG_MAX: u32 = 40;
/// Most subscriptions of one connection.
const SUBSCRIPTIONS_MAX: usize = 32;

/// A socket's number, never used twice in a process.
pub type ConnectionId = u64;

/// What goes out to a socket. Clones share their bytes.
#[derive(Message, Debug, Clone)]
#[rtype(result = "()")]
pub enum OutFrame {
    Text(Bytes),
    Binary(Bytes),
}

/// What can be watched.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Topic {
    /// Moving technicians within a box.
    Viewport {
        west: f64,
        south: f64,
        east: f64,
        north: f64,
    },
    /// A territory's day: routes, jobs, technicians, trucks, proposals.
    Plan {
        territory: TerritoryId,
        day: LocalDay,
    },
    Job {
        job: JobId,
    },
    /// One technician's day, with its jobs.
    Route {
        technician: TechnicianId,
        day: LocalDay,
    },
    /// Streets of the organization that are closed or slower.
    StreetChanges,
    /// What the holder of a tracking link may see.
    Tracking,
}

/// Do: take this connection in.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Join {
    pub connection: ConnectionId,
    pub organization: OrganizationId,
    pub who: Who,
    /// For a customer: the job of their link.
    pub tracked_job: Option<JobId>,
    pub out: Recipient<OutFrame>,
    /// Ends a socket that does not read.
    pub kick: Arc<dyn Fn() + Send + Sync>,
}

/// Know: the connection is gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave(pub ConnectionId);

/// Do: end every connection of this caller at once (their tracking link was revoked).
#[derive(Message)]
#[rtype(result = "()")]
pub struct CutOff(pub Who);

/// Do: watch a topic under the client's number; `last` is the journal number the client has.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Subscribe {
    pub connection: ConnectionId,
    pub id: u32,
    pub topic: Topic,
    pub last: Option<i64>,
}

/// Do: watch it no longer.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unsubscribe {
    pub connection: ConnectionId,
    pub id: u32,
}

/// Do: move a viewport.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MoveView {
    pub connection: ConnectionId,
    pub id: u32,
    pub view: BoundingBox,
}

/// Know: a technician is here now.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Moved {
    pub organization: OrganizationId,
    pub territory: TerritoryId,
    pub reading: Reading,
    /// 0 idle, 1 on the way, 2 on site, 3 silent, 4 off duty.
    pub status: u8,
}

/// Know: when a technician will reach the coming stops.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Arrivals {
    pub organization: OrganizationId,
    pub technician: TechnicianId,
    pub stops: Vec<Arrival>,
}

/// Ask: what the customer of this job may see now.
#[derive(Message)]
#[rtype(result = "Result<TrackingView, Refusal>")]
pub struct GetTracking {
    pub organization: OrganizationId,
    pub job: JobId,
}

/// Do: send what has moved since the last time. The Hub says it to itself four times a second.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Flush;

/// Ask: how many connections and subscriptions there are.
#[derive(Message)]
#[rtype(result = "(usize, usize)")]
pub struct GetAudience;

pub struct Hub {
    clock: Clock,
    store: Store,
    connections: HashMap<ConnectionId, Connection>,
    fleets: HashMap<OrganizationId, Fleet>,
    arrivals: HashMap<(OrganizationId, TechnicianId), Vec<Arrival>>,
    /// Facts that wait to be shown, in journal order.
    facts: VecDeque<Fact>,
    showing: bool,
}

struct Connection {
    organization: OrganizationId,
    who: Who,
    tracked_job: Option<JobId>,
    out: Recipient<OutFrame>,
    kick: Arc<dyn Fn() + Send + Sync>,
    subscriptions: HashMap<u32, Subscription>,
    lag: u32,
}

struct Subscription {
    topic: Topic,
    /// The journal number that the client has; `None` while its snapshot is being made.
    seq: Option<i64>,
    /// Changes that came while the snapshot was being made.
    waiting: Vec<Arc<[Change]>>,
    /// Deltas were lost: a fresh snapshot is due when the mailbox has room.
    needs_snapshot: bool,
    /// Of a viewport: its cells, `None` for everything.
    cells: Option<HashSet<viewports::Cell>>,
}

impl Hub {
    pub fn new(clock: Clock, store: Store) -> Self {
        Self {
            clock,
            store,
            connections: HashMap::new(),
            fleets: HashMap::new(),
            arrivals: HashMap::new(),
            facts: VecDeque::new(),
            showing: false,
        }
    }
}

impl Actor for Hub {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(65_536);
        // The last known positions, so that the map is not empty after a restart.
        let store = self.store.clone();
        let read = async move { store.read(viewports::load_fleets).await };
        ctx.spawn(read.into_actor(self).map(|read, actor, _| match read {
            Ok(fleets) => {
                for (organization, known) in fleets {
                    let fleet = actor.fleets.entry(organization).or_default();
                    for (reading, status) in known {
                        fleet.place_if_unknown(reading, status);
                    }
                }
            }
            Err(error) => tracing::error!(error = %error, "the last positions could not be read"),
        }));
        ctx.run_interval(TICK, Self::flush);
    }
}

impl Handler<Join> for Hub {
    type Result = ();

    fn handle(&mut self, join: Join, _: &mut Self::Context) {
        let connection = Connection {
            organization: join.organization,
            who: join.who,
            tracked_job: join.tracked_job,
            out: join.out,
            kick: join.kick,
            subscriptions: HashMap::new(),
            lag: 0,
        };
        self.connections.insert(join.connection, connection);
        metrics::gauge!("sortie_live_connections").set(self.connections.len() as f64);
    }
}

impl Handler<Leave> for Hub {
    type Result = ();

    fn handle(&mut self, Leave(id): Leave, _: &mut Self::Context) {
        self.connections.remove(&id);
        metrics::gauge!("sortie_live_connections").set(self.connections.len() as f64);
    }
}

impl Handler<CutOff> for Hub {
    type Result = ();

    fn handle(&mut self, CutOff(who): CutOff, _: &mut Self::Context) {
        self.connections
            .values()
            .filter(|connection| connection.who == who)
            .for_each(|gone| (gone.kick)());
    }
}

impl Handler<Subscribe> for Hub {
    type Result = ();

    fn handle(&mut self, wish: Subscribe, ctx: &mut Self::Context) {
        let Some(connection) = self.connections.get_mut(&wish.connection) else { return };
        if let Err(sentence) = may_watch(&connection.who, connection.tracked_job, &wish.topic) {
            let error = json!({ "type": "error", "id": wish.id, "code": "forbidden", "sentence": sentence });
            connection.send(text(&error));
            return;
        }
        if connection.subscriptions.len() >= SUBSCRIPTIONS_MAX {
            let error = json!({ "type": "error", "id": wish.id, "code": "too_many_subscriptions",
                "sentence": "unsubscribe from something first" });
            connection.send(text(&error));
            return;
        }
        let mut subscription = Subscription {
            topic: wish.topic,
            seq: None,
            waiting: Vec::new(),
            needs_snapshot: false,
            cells: None,
        };
        if let Topic::Viewport { west, south, east, north } = wish.topic {
            let Ok(view) = BoundingBox::parse_corners(west, south, east, north) else {
                let error = json!({ "type": "error", "id": wish.id, "code": "invalid_value",
                    "sentence": "a viewport needs west < east and south < north, in degrees" });
                connection.send(text(&error));
                return;
            };
            subscription.cells = viewports::cells(&view);
            connection.subscriptions.insert(wish.id, subscription);
            self.show_viewport(wish.connection, wish.id);
            return;
        }
        connection.subscriptions.insert(wish.id, subscription);
        self.start_topic(wish.connection, wish.id, wish.last, ctx);
    }
}

impl Handler<Unsubscribe> for Hub {
    type Result = ();

    fn handle(&mut self, wish: Unsubscribe, _: &mut Self::Context) {
        if let Some(connection) = self.connections.get_mut(&wish.connection) {
            connection.subscriptions.remove(&wish.id);
        }
    }
}

impl Handler<MoveView> for Hub {
    type Result = ();

    fn handle(&mut self, wish: MoveView, _: &mut Self::Context) {
        if let Some(connection) = self.connections.get_mut(&wish.connection)
            && let Some(subscription) = connection.subscriptions.get_mut(&wish.id)
            && let Topic::Viewport { .. } = subscription.topic
        {
            subscription.cells = viewports::cells(&wish.view);
            self.show_viewport(wish.connection, wish.id);
        }
    }
}

impl Handler<Committed> for Hub {
    type Result = ();

    fn handle(&mut self, Committed(facts): Committed, ctx: &mut Self::Context) {
        self.facts.extend(facts.iter().cloned());
        self.show_facts(ctx);
    }
}

impl Handler<Moved> for Hub {
    type Result = ();

    fn handle(&mut self, moved: Moved, ctx: &mut Self::Context) {
        let technician = moved.reading.technician;
        let announce =
            self.fleets.entry(moved.organization).or_default().place(moved.reading, moved.status);
        if let Some(index) = announce {
            self.announce_index(moved.organization, technician, index);
        }
        self.show_tracking(moved.organization, technician, ctx);
    }
}

impl Handler<Arrivals> for Hub {
    type Result = ();

    fn handle(&mut self, arrivals: Arrivals, _: &mut Self::Context) {
        let Arrivals { organization, technician, stops } = arrivals;
        for connection in
            self.connections.values_mut().filter(|one| one.organization == organization)
        {
            let watching: Vec<u32> = connection
                .subscriptions
                .iter()
                .filter(|(_, subscription)| match subscription.topic {
                    Topic::Plan { .. } => true,
                    Topic::Route { technician: watched, .. } => watched == technician,
                    _ => false,
                })
                .map(|(id, _)| *id)
                .collect();
            for id in watching {
                connection.send(text(
                    &json!({ "type": "etas", "id": id, "technician": technician, "stops": stops }),
                ));
            }
        }
        self.arrivals.insert((organization, technician), stops);
    }
}

impl Handler<Flush> for Hub {
    type Result = ();

    fn handle(&mut self, _: Flush, ctx: &mut Self::Context) {
        self.flush(ctx);
    }
}

impl Handler<GetTracking> for Hub {
    type Result = ResponseFuture<Result<TrackingView, Refusal>>;

    fn handle(&mut self, ask: GetTracking, _: &mut Self::Context) -> Self::Result {
        let reading = self.tracking_reader(ask.organization, ask.job);
        Box::pin(async move { reading.await?.ok_or_else(tracking::not_found) })
    }
}

impl Handler<GetAudience> for Hub {
    type Result = MessageResult<GetAudience>;

    fn handle(&mut self, _: GetAudience, _: &mut Self::Context) -> Self::Result {
        let subscriptions =
            self.connections.values().map(|connection| connection.subscriptions.len()).sum();
        MessageResult((self.connections.len(), subscriptions))
    }
}

impl Connection {
    /// Hands a frame over; a full mailbox counts as lag, and too much lag ends the connection.
    fn send(&mut self, frame: OutFrame) -> bool {
        if self.out.try_send(frame).is_ok() {
            self.lag = 0;
            return true;
        }
        self.lag += 1;
        metrics::counter!("sortie_live_frames_dropped_total").increment(1);
        if self.lag > LAG_MAX {
            (self.kick)();
        }
        false
    }
}

/// Who may watch what. A technician watches their own route and the jobs on it, a customer their link.
fn may_watch(who: &Who, tracked_job: Option<JobId>, topic: &Topic) -> Result<(), &'static str> {
    let allowed = match topic {
        Topic::Tracking => tracked_job.is_some(),
        Topic::Route { technician, .. } => {
            permits(who, Permission::ReadAll)
                || (permits(who, Permission::ReadOwn) && who.technician() == Some(*technician))
        }
        Topic::Viewport { .. } | Topic::Plan { .. } | Topic::Job { .. } | Topic::StreetChanges => {
            permits(who, Permission::ReadAll)
        }
    };
    if allowed { Ok(()) } else { Err("your login does not allow you to watch this") }
}

/// A JSON text frame.
fn text(value: &serde_json::Value) -> OutFrame {
    OutFrame::Text(Bytes::from(value.to_string()))
}

/// The route that a technician and a day always have.
fn route_of(technician: TechnicianId, day: LocalDay) -> RouteId {
    crate::domain::plan::Route::id_for(technician, day)
}

/// Now and how fast it runs; in every snapshot.
fn clock_fields(clock: &Clock) -> (Timestamp, f64) {
    (clock.now(), clock.speed())
}
