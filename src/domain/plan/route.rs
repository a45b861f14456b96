//! One technician's day.

use crate::units::id::{JobId, RouteId, TechnicianId, TerritoryId, TruckId, VisitId};
use crate::units::{LocalDay, TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    pub id: RouteId,
    pub territory: TerritoryId,
    pub technician: TechnicianId,
    pub truck: Option<TruckId>,
    pub day: LocalDay,
    /// In driving order. Visits that are over stay in front, as a record of the day.
    pub stops: Vec<Stop>,
    /// When the technician is to leave the start, and be at the end.
    pub planned: Option<TimeWindow>,
    /// Travel of the whole route, the way to the end included.
    pub travel_s: u32,
    pub travel_m: u32,
    pub version: u32,
}

/// A visit's place on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub visit: VisitId,
    pub job: JobId,
    /// Arrival at the location and end of the work. Waiting for a window lies in between.
    pub planned: TimeWindow,
    /// When the work begins: arrival or the opening of the window.
    pub start_at: Timestamp,
    /// From the stop before (or the start).
    pub travel_s: u32,
    pub travel_m: u32,
    /// A dispatcher pinned it to this route; only a hand moves it.
    pub locked: bool,
    /// The technician has been told.
    pub published: bool,
}

impl Stop {
    /// A stop that has no times yet.
    pub fn unplanned(visit: VisitId, job: JobId, now: Timestamp) -> Self {
        Self {
            visit,
            job,
            planned: TimeWindow { from: now, until: now },
            start_at: now,
            travel_s: 0,
            travel_m: 0,
            locked: false,
            published: false,
        }
    }
}

impl Route {
    /// A route without stops.
    pub fn empty(
        id: RouteId,
        territory: TerritoryId,
        technician: TechnicianId,
        truck: Option<TruckId>,
        day: LocalDay,
    ) -> Self {
        Self {
            id,
            territory,
            technician,
            truck,
            day,
            stops: Vec::new(),
            planned: None,
            travel_s: 0,
            travel_m: 0,
            version: 0,
        }
    }

    /// The same technician and day always give the same route.
    pub fn id_for(technician: TechnicianId, day: LocalDay) -> RouteId {
        RouteId::derived(technician.0, &day.to_string())
    }

    pub fn find_stop(&self, job: JobId) -> Option<&Stop> {
        self.stops.iter().rev().find(|stop| stop.job == job)
    }
}
