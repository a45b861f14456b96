//! The StreetKeeper: keeps the living streets of the map as the books have them. It reads the changes that are
//! not over when the program starts, whenever one is made, changed or lifted, and at the instant at which
//! one begins or ends; puts them into every network; and tells the Directory, so that plans are looked at.
//!
//! It owns no truth: the books do. One look at a time, off the actors' threads; what comes meanwhile makes it
//! look once more, so nothing queues up. Readers of the streets never wait: a network changes as a whole,
//! when the weights of now and the next hours are made. If a look fails, it is repeated.
//!
//! What driving has taught goes the same way: the network learns it, then the books keep it; when the
//! program starts, and on another map, it goes on with what was kept.
//!
//! The map is shared, so the changes of all organizations of this server hold for all of them, and so does
//! what was learned.

use crate::actors::directory::{Directory, StreetsChanged};
use crate::actors::execute::Around;
use crate::actors::recorder::{Committed, SetLearnedSpeeds};
use crate::domain::Aggregate;
use crate::domain::streets::learned_speed::LearnedSpeed;
use crate::domain::streets::street_change::StreetChange;
use crate::planning::{departure, learned_speed, road_change, road_learned};
use crate::roads::speeds::{Change, Departure, Observation};
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

/// Do: teach the streets how long it took to drive them.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Learn(pub Vec<Observation>);

pub struct StreetKeeper {
    around: Around,
    map: LiveMap,
    /// A newer one, until it is in use.
    coming: Option<Arc<Map>>,
    directory: Addr<Directory>,
    /// The networks know what the books have learned.
    is_taught: bool,
    /// To be learned.
    observed: Vec<Observation>,
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
            is_taught: false,
            observed: Vec::new(),
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

impl Handler<Learn> for StreetKeeper {
    type Result = ();

    fn handle(&mut self, Learn(mut observed): Learn, ctx: &mut Self::Context) {
        self.observed.append(&mut observed);
        self.look(ctx);
    }
}

/// What a look goes by.
#[derive(Clone)]
struct Look {
    live: LiveMap,
    coming: Option<Arc<Map>>,
    is_taught: bool,
    observed: Vec<Observation>,
    told: Vec<Change>,
    turn: Option<Timestamp>,
}

/// What it led to.
struct Looked {
    told: Vec<Change>,
    turn: Option<Timestamp>,
    has_changed: bool,
}

/// What the books say now.
struct Books {
    changes: Vec<StreetChange>,
    /// Of the organizations, each once.
    zones: Vec<chrono_tz::Tz>,
    /// If it was asked for.
    learned: Option<Vec<LearnedSpeed>>,
}

/// `learned_for` names the profile whose lessons are wanted.
fn read_books(db: &mut Db, now: Timestamp, learned_for: Option<&str>) -> Result<Books, StoreError> {
    let learned = learned_for
        .map(|profile| tables::learned_speed::list_of_profile(db, profile))
        .transpose()?;
    let mut books = Books { changes: Vec::new(), zones: Vec::new(), learned };
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
        let look = Look {
            live: self.map.clone(),
            coming: self.coming.take(),
            is_taught: self.is_taught,
            observed: std::mem::take(&mut self.observed),
            told: self.told.clone(),
            turn: self.turn,
        };
        let work = look.clone().take(self.around.clone());
        ctx.spawn(work.into_actor(self).map(move |looked, actor, ctx| {
            actor.is_looking = false;
            match looked {
                Ok(looked) => {
                    (actor.told, actor.turn) = (looked.told, looked.turn);
                    actor.is_taught = true;
                    if looked.has_changed {
                        // Unbounded on purpose: at most one for each look.
                        actor.directory.do_send(StreetsChanged);
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "what is known of the streets could not be put in force");
                    actor.coming = actor.coming.take().or(look.coming);
                    actor.observed.extend(look.observed);
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

impl Look {
    async fn take(self, around: Around) -> Result<Looked, StoreError> {
        let now = around.clock.now();
        let map = self.coming.clone().unwrap_or_else(|| self.live.current());
        let profile = map.network().profile().name.clone();
        let learned_for = (!self.is_taught || self.coming.is_some()).then_some(profile);
        let read = move |db: &mut Db| read_books(db, now, learned_for.as_deref());
        let books = around.store.read(read).await?;
        let turn = books.changes.iter().filter_map(|change| change.turns_at(now)).min();
        // One that begins is told already, but whoever has not left by now is concerned anew.
        let has_turned = self.turn.is_some_and(|at| at <= now);
        let changes: Vec<Change> = books.changes.iter().map(road_change).collect();
        let has_lessons = !self.observed.is_empty()
            || books.learned.as_ref().is_some_and(|kept| !kept.is_empty());
        if changes == self.told && !has_turned && self.coming.is_none() && !has_lessons {
            return Ok(Looked { told: self.told, turn, has_changed: false });
        }
        let soon = departures_soon(now, &books.zones);
        let told = changes.clone();
        let put = tokio::task::spawn_blocking(move || {
            let lessons = teach(&map, books.learned.as_deref(), &self.observed);
            put_in(&map, &changes, &soon);
            if self.coming.is_some() {
                self.live.replace(map);
                tracing::info!("another map is in use");
            }
            lessons
        });
        let lessons = put.await.map_err(|_| StoreError::Stopped)?;
        if !lessons.is_empty()
            && !matches!(around.recorder.send(SetLearnedSpeeds(lessons)).await, Ok(Ok(())))
        {
            tracing::warn!(
                "what was learned of the streets is not in the books; it is used until the next start"
            );
        }
        Ok(Looked { told, turn, has_changed: true })
    }
}

/// Has the network learn what the books have kept and what was observed. What is to be kept.
fn teach(map: &Map, kept: Option<&[LearnedSpeed]>, observed: &[Observation]) -> Vec<LearnedSpeed> {
    let network = map.network();
    // The weights are made when the changes are put in as well.
    if let Some(kept) = kept {
        network.set_learned(road_learned(network, kept), &[]);
    }
    if observed.is_empty() {
        return Vec::new();
    }
    let lessons = network.learn(observed, &[]);
    let (observations, lesson_count) = (observed.len(), lessons.len());
    tracing::info!(observations, lessons = lesson_count, "drives have taught the streets");
    lessons.iter().map(|lesson| learned_speed(network, lesson)).collect()
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
