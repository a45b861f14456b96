//! The StreetKeeper: keeps the living streets of the map as the books have them. It reads the changes that are
//! not over when the program starts, whenever one is made, changed or lifted, and at the instant at which
//! one begins or ends; puts them into every network; and tells the Directory, so that plans are looked at.
//!
//! It owns no truth: the books do. One look at a time, off the actors' threads; what comes meanwhile makes it
//! look once more, so nothing queues up. Readers of the streets never wait: a network changes as a whole,
//! when the weights of now and the next hours are made. If a look fails, it is repeated.
//!
//! The map is shared, so the changes of all organizations of this server hold for all of them.

use crate::actors::directory::{Directory, StreetsChanged};
use crate::actors::execute::Around;
use crate::actors::recorder::Committed;
use crate::domain::Aggregate;
use crate::domain::streets::street_change::StreetChange;
use crate::planning::{departure, road_change};
use crate::roads::speeds::{Change, Departure};
use crate::roads::{LiveMap, Map};
use crate::store::{Db, StoreError, tables};
use crate::units::Timestamp;
use actix::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// Weights are made ahead for now and so many full hours after it.
const HOURS_AHEAD: i64 = 3;
/// And for so many departures at most, however many time zones there are: a network keeps no more.
const SOON_MAX: usize = 8;
/// A look that failed is repeated after this much real time.
const PAUSE: Duration = Duration::from_secs(5);
/// A clock that is put forward (the demo's night is short) is noticed within this much real time.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Do: look whether a change has begun or ended.
#[derive(Message)]
#[rtype(result = "()")]
struct Wake;

/// Do: use another map from now on, once the changes of the streets hold on it too.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ReplaceMap(pub Arc<Map>);

pub struct StreetKeeper {
    around: Around,
    map: LiveMap,
    /// A newer one, until it is in use.
    coming: Option<Arc<Map>>,
    directory: Addr<Directory>,
    is_looking: bool,
    /// Something came while it was looking.
    is_due: bool,
    /// What the networks were told last.
    told: Vec<Change>,
    /// When the next change begins or ends.
    turn: Option<Timestamp>,
    waking: Option<SpawnHandle>,
}

impl StreetKeeper {
    pub fn new(around: Around, map: LiveMap, directory: Addr<Directory>) -> Self {
        Self {
            around,
            map,
            coming: None,
            directory,
            is_looking: false,
            is_due: false,
            told: Vec::new(),
            turn: None,
            waking: None,
        }
    }
}

impl Actor for StreetKeeper {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

impl Handler<Committed> for StreetKeeper {
    type Result = ();

    fn handle(&mut self, Committed(facts): Committed, ctx: &mut Self::Context) {
        if facts.iter().any(|fact| matches!(fact.aggregate, Aggregate::StreetChange(_))) {
            self.look(ctx);
        }
    }
}

impl Handler<Wake> for StreetKeeper {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.waking = None;
        if self.turn.is_some_and(|turn| turn <= self.around.clock.now()) {
            self.look(ctx);
        } else {
            self.wait(ctx);
        }
    }
}

impl Handler<ReplaceMap> for StreetKeeper {
    type Result = ();

    fn handle(&mut self, ReplaceMap(map): ReplaceMap, ctx: &mut Self::Context) {
        self.coming = Some(map);
        self.look(ctx);
    }
}

/// What the books say now.
struct Books {
    changes: Vec<StreetChange>,
    /// Of the organizations, each once.
    zones: Vec<chrono_tz::Tz>,
}

fn read_books(db: &mut Db, now: Timestamp) -> Result<Books, StoreError> {
    let mut books = Books { changes: Vec::new(), zones: Vec::new() };
    for organization in tables::organization::list_all(db)? {
        books.changes.extend(tables::street_change::list_not_over(db, organization.id, now)?);
        if let Ok(zone) = organization.zone()
            && !books.zones.contains(&zone)
        {
            books.zones.push(zone);
        }
    }
    Ok(books)
}

/// The departures that will be asked for next: live ones now, planned ones at full hours.
fn departures_soon(now: Timestamp, zones: &[chrono_tz::Tz]) -> Vec<Departure> {
    const HOUR_MS: i64 = 3_600_000;
    let this_hour = Timestamp(now.0.div_euclid(HOUR_MS) * HOUR_MS);
    let hours = (1..=HOURS_AHEAD).map(|hour| this_hour.plus_ms(hour * HOUR_MS));
    let instants: Vec<Timestamp> = std::iter::once(now).chain(hours).collect();
    let soon = instants.iter().flat_map(|at| zones.iter().map(|zone| departure(*at, *zone)));
    soon.take(SOON_MAX).collect()
}

impl StreetKeeper {
    /// Reads the books and puts what they say into the networks.
    fn look(&mut self, ctx: &mut Context<Self>) {
        if self.is_looking {
            self.is_due = true;
            return;
        }
        self.is_looking = true;
        let (around, live, told) = (self.around.clone(), self.map.clone(), self.told.clone());
        let coming = self.coming.take();
        let is_new_map = coming.is_some();
        let map = coming.clone().unwrap_or_else(|| live.current());
        let turn_before = self.turn;
        let work = async move {
            let now = around.clock.now();
            let books = around.store.read(move |db| read_books(db, now)).await?;
            let turn = books.changes.iter().filter_map(|change| change.turns_at(now)).min();
            let changes: Vec<Change> = books.changes.iter().map(road_change).collect();
            // One that begins is told already, but whoever has not left by now is concerned anew.
            let has_turned = turn_before.is_some_and(|at| at <= now);
            if changes == told && !has_turned && !is_new_map {
                return Ok((told, turn, false));
            }
            let soon = departures_soon(now, &books.zones);
            let put = tokio::task::spawn_blocking(move || {
                if is_new_map {
                    take_over(&live.current(), &map);
                }
                put_in(&map, &changes, &soon);
                if is_new_map {
                    live.replace(map);
                    tracing::info!("another map is in use");
                }
                changes
            });
            let told = put.await.map_err(|_| StoreError::Stopped)?;
            Ok::<_, StoreError>((told, turn, true))
        };
        ctx.spawn(work.into_actor(self).map(move |looked, actor, ctx| {
            actor.is_looking = false;
            match looked {
                Ok((told, turn, has_changed)) => {
                    (actor.told, actor.turn) = (told, turn);
                    if has_changed {
                        // Unbounded on purpose: at most one for each look.
                        actor.directory.do_send(StreetsChanged);
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "changes of the streets could not be put in force");
                    actor.coming = actor.coming.take().or(coming);
                    ctx.run_later(PAUSE, Self::look);
                }
            }
            if std::mem::take(&mut actor.is_due) {
                actor.look(ctx);
            } else {
                actor.wait(ctx);
            }
        }));
    }

    /// Waits for the next begin or end.
    fn wait(&mut self, ctx: &mut Context<Self>) {
        if let Some(waking) = self.waking.take() {
            ctx.cancel_future(waking);
        }
        let Some(turn) = self.turn else { return };
        let domain_ms = turn.ms_since(self.around.clock.now()).max(0) as u64;
        // A millisecond more, so that it has really come.
        let wait = self.around.clock.real_duration(Duration::from_millis(domain_ms + 1));
        self.waking = Some(ctx.notify_later(Wake, wait.min(WAIT_MAX)));
    }
}

/// What the fleet's drives taught holds on the newer map too.
fn take_over(old: &Map, new: &Map) {
    for network in new.networks() {
        if let Some(known) = old.network_for(&network.profile().name) {
            network.set_learned(known.learned(), &[]);
        }
    }
}

/// On a thread that may wait: making weights takes as long as the map is large.
fn put_in(map: &Map, changes: &[Change], soon: &[Departure]) {
    let started = std::time::Instant::now();
    for network in map.networks() {
        let left_out = network.set_changes(changes, soon);
        for (number, why) in &left_out {
            let profile = &*network.profile().name;
            tracing::debug!(number, profile, why = %why, "a change of the streets concerns no street of this map");
        }
    }
    metrics::gauge!("sortie_street_changes").set(changes.len() as f64);
    metrics::histogram!("sortie_street_changes_seconds").record(started.elapsed().as_secs_f64());
    let (changes, duration_ms) = (changes.len(), started.elapsed().as_millis() as u64);
    tracing::info!(changes, duration_ms, "changes of the streets are in force");
}
