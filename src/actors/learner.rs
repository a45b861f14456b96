//! The Learner: follows the drives of the fleet along the streets, and tells the StreetKeeper how long each
//! piece of street took that was driven from end to end.
//!
//! It owns the matcher of each technician and nothing that would be missed: what a restart forgets, the
//! next drives teach. Readings wait for a round, which matches those of the whole fleet, off the actors'
//! threads. When too many wait, the newest are passed over: screens and books have had them already.

use crate::actors::street_keeper::{Learn, StreetKeeper};
use crate::domain::Reading;
use crate::planning::departure;
use crate::roads::LiveMap;
use crate::roads::Map;
use crate::roads::matching::{self, OnlineMatcher, observed_speeds};
use crate::roads::speeds::Observation;
use crate::units::id::TechnicianId;
use crate::units::{Clock, Timestamp};
use actix::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Readings are matched this often, in real time: a round costs little, and nobody waits for one.
const MATCH_EVERY: Duration = Duration::from_secs(5);
/// What was observed is taught this often, in domain time: then the weights of the streets are made anew, and
/// plans are looked at.
const TEACH_EVERY: Duration = Duration::from_secs(3_600);
/// But not more often than this, in real time, however fast the clock goes.
const TEACH_EVERY_MIN: Duration = Duration::from_secs(30);
/// So many readings wait for a round.
const WAITING_MAX: usize = 100_000;
/// So many observations wait to be taught.
const OBSERVED_MAX: usize = 500_000;

/// Know: these were believed and stored, and their technician may have been driving.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drove {
    pub zone: chrono_tz::Tz,
    /// Of one technician, oldest first.
    pub readings: Vec<Reading>,
}

pub struct Learner {
    clock: Clock,
    map: LiveMap,
    keeper: Addr<StreetKeeper>,
    waiting: Vec<Drove>,
    waiting_count: usize,
    /// `None` while a round goes on.
    fleet: Option<Fleet>,
    observed: Vec<Observation>,
}

impl Learner {
    pub fn new(clock: Clock, map: LiveMap, keeper: Addr<StreetKeeper>) -> Self {
        let fleet = Some(Fleet::on(map.current()));
        Self {
            clock,
            map,
            keeper,
            waiting: Vec::new(),
            waiting_count: 0,
            fleet,
            observed: Vec::new(),
        }
    }
}

impl Actor for Learner {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
        ctx.run_interval(MATCH_EVERY, Self::match_waiting);
        let teach_every = self.clock.real_duration(TEACH_EVERY).max(TEACH_EVERY_MIN);
        ctx.run_interval(teach_every, |actor, _| actor.teach());
    }
}

impl Handler<Drove> for Learner {
    type Result = ();

    fn handle(&mut self, drove: Drove, _: &mut Self::Context) {
        if self.waiting_count + drove.readings.len() > WAITING_MAX {
            metrics::counter!("sortie_readings_not_matched_total")
                .increment(drove.readings.len() as u64);
            return;
        }
        self.waiting_count += drove.readings.len();
        self.waiting.push(drove);
    }
}

impl Learner {
    fn match_waiting(&mut self, ctx: &mut Context<Self>) {
        let Some(mut fleet) = self.fleet.take() else { return };
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_count = 0;
        let (map, now) = (self.map.current(), self.clock.now());
        let round = tokio::task::spawn_blocking(move || {
            if !Arc::ptr_eq(&fleet.map, &map) {
                fleet = Fleet::on(map);
            }
            let mut observed = Vec::new();
            for drove in waiting {
                fleet.follow(&drove, &mut observed);
            }
            fleet.let_go_before(now.plus_ms(-IDLE_MS), &mut observed);
            (fleet, observed)
        });
        ctx.spawn(round.into_actor(self).map(|round, actor, _| {
            let Ok((fleet, mut observed)) = round else {
                tracing::error!("drives could not be followed along the streets; beginning anew");
                actor.fleet = Some(Fleet::on(actor.map.current()));
                return;
            };
            actor.fleet = Some(fleet);
            observed.truncate(OBSERVED_MAX - actor.observed.len());
            metrics::counter!("sortie_streets_observed_total").increment(observed.len() as u64);
            actor.observed.append(&mut observed);
        }));
    }

    fn teach(&mut self) {
        if !self.observed.is_empty() {
            // Unbounded on purpose: once an hour.
            self.keeper.do_send(Learn(std::mem::take(&mut self.observed)));
        }
    }
}

/// Whoever was silent for so long has parked.
const IDLE_MS: i64 = 600_000;

/// Everybody who drives, on one map.
struct Fleet {
    map: Arc<Map>,
    drives: HashMap<TechnicianId, Drive>,
}

struct Drive {
    zone: chrono_tz::Tz,
    matcher: OnlineMatcher,
    heard_at: Timestamp,
}

impl Fleet {
    fn on(map: Arc<Map>) -> Self {
        Self { map, drives: HashMap::new() }
    }

    fn follow(&mut self, drove: &Drove, observed: &mut Vec<Observation>) {
        let network = self.map.network();
        for reading in &drove.readings {
            let drive = self.drives.entry(reading.technician).or_insert_with(|| Drive {
                zone: drove.zone,
                matcher: OnlineMatcher::default(),
                heard_at: reading.at,
            });
            drive.heard_at = reading.at;
            let settled = drive.matcher.take(network, &road_reading(reading)).settled;
            observed.extend(observations(&self.map, drive.zone, &settled));
        }
    }

    /// Forgets those who were heard last before an instant, after what they still had to tell.
    fn let_go_before(&mut self, instant: Timestamp, observed: &mut Vec<Observation>) {
        let map = &self.map;
        self.drives.retain(|_, drive| {
            if drive.heard_at >= instant {
                return true;
            }
            observed.extend(observations(map, drive.zone, &drive.matcher.finish(map.network())));
            false
        });
    }
}

fn road_reading(reading: &Reading) -> matching::Reading {
    matching::Reading {
        at: reading.point,
        at_s: reading.at.ms() as f64 / 1_000.0,
        accuracy_m: reading.accuracy_m,
        heading_deg: reading.heading_deg,
        speed_mps: reading.speed_kmh.map(|kmh| kmh / 3.6),
    }
}

fn observations(
    map: &Map,
    zone: chrono_tz::Tz,
    driven: &[matching::DrivenEdge],
) -> impl Iterator<Item = Observation> {
    observed_speeds(driven).map(move |speed| {
        let entered_at = Timestamp((speed.entered_s * 1_000.0) as i64);
        Observation {
            street: map.network().street_key(speed.edge),
            minute_of_week: departure(entered_at, zone).minute_of_week,
            duration_s: speed.seconds,
        }
    })
}
