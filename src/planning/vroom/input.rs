//! The document a VROOM client sends (VROOM-Project/vroom, docs/API.md), and keys of our own, marked so. Keys we do not
//! know are ignored. Coordinates are `[lon, lat]`, times seconds, windows inclusive.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Input {
    #[serde(default)]
    pub jobs: Vec<Stop>,
    #[serde(default)]
    pub shipments: Vec<Shipment>,
    pub vehicles: Vec<Vehicle>,
    /// By profile.
    #[serde(default)]
    pub matrices: BTreeMap<String, Matrices>,
    /// Deprecated: durations of the profile `car`.
    #[serde(default)]
    pub matrix: Option<Rows>,
    #[serde(default)]
    pub options: WrapperOptions,
}

/// Row after row; a gap is a leg without a way.
pub type Rows = Vec<Vec<Option<u32>>>;

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Matrices {
    #[serde(default)]
    pub durations: Option<Rows>,
    #[serde(default)]
    pub distances: Option<Rows>,
    #[serde(default)]
    pub costs: Option<Rows>,
}

/// What the HTTP wrapper of VROOM takes beside the problem.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct WrapperOptions {
    /// Add the course of the routes.
    #[serde(default)]
    pub g: bool,
    /// Only time the steps that are given.
    #[serde(default)]
    pub c: bool,
}

/// A job, one half of a shipment (which has amounts, skills and priority as a whole), or a reload of a vehicle.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Stop {
    pub id: u64,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub location: Option<[f64; 2]>,
    #[serde(default)]
    pub location_index: Option<u32>,
    #[serde(default)]
    pub setup: u32,
    #[serde(default)]
    pub service: u32,
    #[serde(default)]
    pub setup_per_type: BTreeMap<String, u32>,
    #[serde(default)]
    pub service_per_type: BTreeMap<String, u32>,
    #[serde(default)]
    pub time_windows: Vec<[i64; 2]>,
    #[serde(default)]
    pub delivery: Option<Vec<u32>>,
    #[serde(default)]
    pub pickup: Option<Vec<u32>>,
    /// Deprecated: a delivery.
    #[serde(default)]
    pub amount: Option<Vec<u32>>,
    #[serde(default)]
    pub skills: Vec<u32>,
    #[serde(default)]
    pub priority: u32,
    /// Ours: when its goods are at the depot; the trip that carries it does not set out before.
    #[serde(default)]
    pub release_time: Option<i64>,
    /// Ours: what sort of thing a job is, and with which sorts it may not be in one route.
    #[serde(default)]
    pub group: Option<u32>,
    #[serde(default)]
    pub excludes: Vec<u32>,
    /// Ours: what it costs that vehicles do it; those that are not named cost nothing.
    #[serde(default)]
    pub preferences: Vec<Preference>,
    /// Ours, of a reload: how often at most; once if nobody says.
    #[serde(default)]
    pub at_most: Option<u32>,
}

/// A price for doing a job with a vehicle.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Preference {
    /// Its id.
    pub vehicle: u64,
    pub price: u32,
}

/// A price of long days: each hour of paid time above so many seconds costs so much more.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Surcharge {
    pub above: u32,
    pub per_hour: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Shipment {
    pub pickup: Stop,
    pub delivery: Stop,
    #[serde(default)]
    pub amount: Vec<u32>,
    #[serde(default)]
    pub skills: Vec<u32>,
    #[serde(default)]
    pub priority: u32,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Vehicle {
    pub id: u64,
    #[serde(default)]
    pub profile: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub start: Option<[f64; 2]>,
    #[serde(default)]
    pub start_index: Option<u32>,
    #[serde(default)]
    pub end: Option<[f64; 2]>,
    #[serde(default)]
    pub end_index: Option<u32>,
    #[serde(default)]
    pub capacity: Vec<u32>,
    #[serde(default)]
    pub costs: Costs,
    #[serde(default)]
    pub skills: Vec<u32>,
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    #[serde(default)]
    pub time_window: Option<[i64; 2]>,
    #[serde(default)]
    pub breaks: Vec<Break>,
    #[serde(default)]
    pub speed_factor: Option<f64>,
    #[serde(default)]
    pub max_tasks: Option<u32>,
    #[serde(default)]
    pub max_travel_time: Option<u32>,
    #[serde(default)]
    pub max_distance: Option<u32>,
    /// Ours: the longest time from leaving the start to coming to the end, waiting and breaks included.
    #[serde(default)]
    pub max_duration: Option<u32>,
    /// Ours: prices of that time above targets; several add up.
    #[serde(default)]
    pub surcharges: Vec<Surcharge>,
    /// Ours: depots or tips where it may call between two trips, to unload everything and load anew.
    #[serde(default)]
    pub reloads: Vec<Stop>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Costs {
    pub fixed: u32,
    pub per_hour: u32,
    pub per_task_hour: u32,
    pub per_km: u32,
    /// Ours: from leaving the start to coming to the end, waiting and breaks included.
    pub per_paid_hour: u32,
}

impl Default for Costs {
    fn default() -> Self {
        Self { fixed: 0, per_hour: 3600, per_task_hour: 0, per_km: 0, per_paid_hour: 0 }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct Break {
    pub id: u64,
    #[serde(default)]
    pub time_windows: Vec<[i64; 2]>,
    #[serde(default)]
    pub service: u32,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub max_load: Option<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Start,
    Job,
    Pickup,
    Delivery,
    Break,
    /// Ours.
    Reload,
    End,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Step {
    #[serde(rename = "type")]
    pub kind: StepKind,
    #[serde(default)]
    pub id: Option<u64>,
    #[serde(default)]
    pub service_at: Option<i64>,
    #[serde(default)]
    pub service_after: Option<i64>,
    #[serde(default)]
    pub service_before: Option<i64>,
}
