//! The map that is in use. A newer one takes its place as a whole while questions go on: who has begun with
//! the old one ends with it.

use super::map::Map;
use super::network::{Leg, Path, RoadError, RoadNetwork, Snap};
use super::speeds::Departure;
use crate::units::{BoundingBox, Point};
use std::sync::{Arc, PoisonError, RwLock};

/// The same map for all who hold a clone.
#[derive(Clone)]
pub struct LiveMap(Arc<RwLock<Arc<Map>>>);

impl LiveMap {
    pub fn new(map: Arc<Map>) -> Self {
        Self(Arc::new(RwLock::new(map)))
    }

    /// The map as it is now. Places on its streets mean nothing on the next one: who asks several questions
    /// that belong together asks one map.
    pub fn current(&self) -> Arc<Map> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this one.
    pub fn replace(&self, map: Arc<Map>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = map;
    }
}

impl RoadNetwork for LiveMap {
    fn bounds(&self) -> BoundingBox {
        self.current().bounds
    }

    fn snap(&self, at: Point) -> Result<Snap, RoadError> {
        self.current().network().snap(at)
    }

    fn path(
        &self,
        from: &Snap,
        to: &Snap,
        departure: Option<Departure>,
    ) -> Result<Path, RoadError> {
        self.current().network().path(from, to, departure)
    }

    fn one_to_many(
        &self,
        from: &Snap,
        to: &[Snap],
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>> {
        self.current().network().one_to_many(from, to, departure)
    }

    fn many_to_one(
        &self,
        from: &[Snap],
        to: &Snap,
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>> {
        self.current().network().many_to_one(from, to, departure)
    }

    fn table(&self, from: &[Snap], to: &[Snap], departure: Option<Departure>) -> Vec<Option<Leg>> {
        self.current().network().table(from, to, departure)
    }

    fn street_name(&self, snap: &Snap) -> Option<String> {
        self.current().network().street_name(snap)
    }

    fn size(&self) -> (usize, usize) {
        self.current().network().size()
    }

    fn version(&self) -> u64 {
        self.current().network().version()
    }

    fn changes_hold_since(&self, at_s: i64) -> Option<i64> {
        self.current().network().changes_hold_since(at_s)
    }

    fn conditions(&self, departure: Option<Departure>) -> u64 {
        self.current().network().conditions(departure)
    }

    fn newest(&self) -> Option<Arc<dyn RoadNetwork>> {
        Some(self.current().network().clone())
    }
}
