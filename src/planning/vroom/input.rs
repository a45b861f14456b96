//! The document a VROOM client sends (VROOM-Project/vroom, docs/API.md). Keys we do not know are ignored. Coordinates
//! are `[lon, lat]`, times seconds, windows inclusive.

use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomProblem)]
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

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomMatrices)]
pub struct Matrices {
    #[serde(default)]
    pub durations: Option<Rows>,
    #[serde(default)]
    pub distances: Option<Rows>,
    #[serde(default)]
    pub costs: Option<Rows>,
    /// Ours: durations from times of the day on; before the first of them `durations` hold.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// Durations for who is on the way from a time on, until the next band begins.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomBand)]
pub struct Band {
    pub from: i64,
    pub durations: Rows,
}

/// What the HTTP wrapper of VROOM takes beside the problem, and our own. Others (its `x`) are ignored.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[schema(as = VroomOptions)]
pub struct WrapperOptions {
    /// Add the course of the routes.
    #[serde(default)]
    pub g: bool,
    /// Only time the steps that are given.
    #[serde(default)]
    pub c: bool,
    /// How many parts of a large problem are searched at the same time; in VROOM's wrapper `t`.
    #[serde(default, alias = "t")]
    pub threads: Option<u16>,
    /// Seconds for all of it; in VROOM's wrapper `l`.
    #[serde(default, alias = "l")]
    pub time: Option<f64>,
    #[serde(default)]
    pub seed: Option<u64>,
    /// Stop after so many steps.
    #[serde(default)]
    pub iterations: Option<u64>,
    /// Tell for each step what it would cost to give it to another vehicle.
    #[serde(default)]
    pub explain: bool,
}

/// A job, one half of a shipment (which has amounts, skills and priority as a whole), or a reload of a vehicle.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomJob)]
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
    pub time_windows: Option<Vec<[i64; 2]>>,
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
    /// Ours: jobs with the same number are one for several people. They start at the same time, each with a vehicle of
    /// its own, and all are done or none.
    #[serde(default)]
    pub crew: Option<u32>,
    /// Ours: which jobs have to be over before it may start. It is not done without them.
    #[serde(default)]
    pub after: Vec<After>,
    /// Ours, of a reload: how often at most; once if nobody says.
    #[serde(default)]
    pub at_most: Option<u32>,
}

/// A job that has to be over, and for how many seconds, before another one may start.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = VroomAfter)]
pub struct After {
    /// Its id.
    pub job: u64,
    #[serde(default)]
    pub gap: u32,
}

/// A price for doing a job with a vehicle.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = VroomPreference)]
pub struct Preference {
    /// Its id.
    pub vehicle: u64,
    pub price: u32,
}

/// A price of long days: each hour of paid time above so many seconds costs so much more.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = VroomSurcharge)]
pub struct Surcharge {
    pub above: u32,
    pub per_hour: u32,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomShipment)]
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

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomVehicle)]
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
    /// Ours: what is aboard when it sets out, until it is unloaded at the first reload.
    #[serde(default)]
    pub aboard: Vec<u32>,
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

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = VroomCosts)]
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

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = VroomBreak)]
pub struct Break {
    pub id: u64,
    #[serde(default)]
    pub time_windows: Option<Vec<[i64; 2]>>,
    #[serde(default)]
    pub service: u32,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub max_load: Option<Vec<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[schema(as = VroomStepKind)]
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

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = VroomVehicleStep)]
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
