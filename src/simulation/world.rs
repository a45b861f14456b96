//! The hands and eyes of everyone in the simulation: submit a command, read the tables, sleep in domain
//! time, draw by chance from the seed.

use crate::actors::{Live, Refusal};
use crate::domain::{Answer, Command, Envelope, Reading, Who};
use crate::planning::departure;
use crate::roads::{Map, Path, RoadNetwork as _, Snap};
use crate::store::{Db, Store, StoreError};
use crate::units::id::{CommandId, OrganizationId, TechnicianId, TerritoryId};
use crate::units::{Clock, LocalDay, Point, Timestamp};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Where the simulation plays and whom it acts through. Cheap to clone.
#[derive(Clone)]
pub struct World {
    pub live: Live,
    pub store: Store,
    pub map: Arc<Map>,
    pub organization: OrganizationId,
    pub territory: TerritoryId,
    pub zone: chrono_tz::Tz,
    pub seed: u64,
}

impl World {
    pub fn clock(&self) -> &Clock {
        &self.live.clock
    }

    pub fn now(&self) -> Timestamp {
        self.live.clock.now()
    }

    pub fn today(&self) -> LocalDay {
        LocalDay::at(self.now(), self.zone)
    }

    /// Wishes something as this person, now. `word` makes the id: the same wish of the same person about
    /// the same thing is made once.
    pub async fn wish(&self, who: Who, word: &str, command: Command) -> Result<Answer, Refusal> {
        let now = self.now();
        let envelope = Envelope {
            command_id: CommandId::derived(
                self.organization.0,
                &format!("simulation {} {word}", self.seed),
            ),
            organization: self.organization,
            who,
            meant_at: now,
            arrived_at: now,
            body_hash: [0; 32],
            command,
        };
        loop {
            match self.live.submit(envelope.clone()).await {
                Err(Refusal::Busy { retry_after_s }) => {
                    tokio::time::sleep(Duration::from_secs(u64::from(retry_after_s))).await;
                }
                Err(refusal) => {
                    tracing::debug!(word, refusal = %refusal, "the simulation was refused");
                    return Err(refusal);
                }
                Ok(answer) => return Ok(answer),
            }
        }
    }

    pub async fn report(&self, technician: TechnicianId, reading: Reading) {
        if let Err(refusal) = self.live.report(self.organization, technician, vec![reading]).await {
            tracing::debug!(refusal = %refusal, "a reading was refused");
        }
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<T> {
        match self.store.read(work).await {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::error!(error = %error, "the simulation could not read");
                None
            }
        }
    }

    /// Waits so many seconds of domain time.
    pub async fn wait_s(&self, seconds: f64) {
        tokio::time::sleep(self.clock().real_duration(Duration::from_secs_f64(seconds.max(0.0))))
            .await;
    }

    /// Waits until an instant of domain time. Looks again now and then: the night may be put forward.
    pub async fn wait_until(&self, at: Timestamp) {
        while self.now() < at {
            let ahead_s = at.ms_since(self.now()) as f64 / 1000.0;
            self.wait_s(ahead_s.min(300.0)).await;
        }
    }

    /// Chance that depends on the seed and on what it is about, and on nothing else.
    pub fn chance(&self, about: Uuid, word: &str) -> ChaCha8Rng {
        let mixed = Uuid::new_v5(&about, format!("{} {word}", self.seed).as_bytes());
        ChaCha8Rng::from_seed({
            let mut seed = [0; 32];
            seed[..16].copy_from_slice(mixed.as_bytes());
            seed
        })
    }

    /// A path through the streets; the search runs off the actors' threads.
    pub async fn path(&self, from: Point, to: Point) -> Option<Path> {
        let map = self.map.clone();
        let departure = Some(departure(self.now(), self.zone));
        let found = tokio::task::spawn_blocking(move || {
            let (from, to): (Snap, Snap) =
                (map.network().snap(from).ok()?, map.network().snap(to).ok()?);
            map.network().path(&from, &to, departure).ok()
        });
        found.await.ok().flatten()
    }

    /// A place beside a street, somewhere in the middle of the map.
    pub fn random_place(&self, chance: &mut impl Rng) -> Point {
        random_place(&self.map, chance)
    }
}

/// A place beside a street: a random point of the inner map, moved to the nearest street.
pub fn random_place(map: &Map, chance: &mut impl Rng) -> Point {
    let bounds = map.network().bounds();
    let mut inner = |low: f64, high: f64| {
        let margin = (high - low) * 0.15;
        chance.random_range(low + margin..high - margin)
    };
    for _ in 0..200 {
        let (lat, lon) = (inner(bounds.south, bounds.north), inner(bounds.west, bounds.east));
        if let Ok(point) = Point::parse(lat, lon)
            && let Ok(snap) = map.network().snap(point)
            && snap.distance_m < 120.0
        {
            return snap.on_street;
        }
    }
    bounds.centre()
}
