//! What a caller says about a planning problem, in plain data. It becomes a [`Problem`](super::Problem) by
//! [`Problem::parse`](super::Problem::parse), which is the only way to make one.
//!
//! Times are whole seconds from an origin of the caller's choice (the start of the day, say), distances
//! metres, costs whole numbers of the caller's unit (cents, or VROOM's points).

use super::matrix::Matrix;
use super::skills::Skills;

/// A task by its place in [`Draft::tasks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

/// A vehicle by its place in [`Draft::vehicles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VehicleId(pub u32);

impl TaskId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl VehicleId {
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A span of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    pub from_s: i32,
    pub until_s: i32,
}

/// How much later than its last window something may still start, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness {
    pub at_most_s: i32,
    /// Per hour late.
    pub per_hour: i64,
}

/// Whether a task stands alone or is one half of a shipment. Both halves ride on one vehicle in one trip, the pickup
/// first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    #[default]
    Alone,
    Pickup {
        delivery: TaskId,
    },
    Delivery {
        pickup: TaskId,
    },
    /// A call at a depot or a tip, between two trips of the vehicle it is locked to: there everything is unloaded and
    /// what the next trip delivers is loaded. Nobody asks for it; it is made if it is worth its way. Calls come behind
    /// all other tasks. A vehicle may make as many as there are; those that are alike are one.
    Call,
}

/// Set-up and service on vehicles of one work type, where they differ from the task's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkByType {
    pub work_type: u32,
    pub setup_s: i32,
    pub service_s: i32,
}

/// What it costs that a task rides with a vehicle (one from another territory, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    pub vehicle: VehicleId,
    pub price: i64,
}

/// A task that has to be over, and for how long, before another one may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub task: TaskId,
    pub gap_s: i32,
}

/// One thing to do at one place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Task {
    /// Row and column of the matrices.
    pub location: u32,
    /// The start must fall into one of them; none means any time. Set-up and service may go on after the end.
    pub windows: Vec<Window>,
    /// Late starts that are allowed at a price.
    pub lateness: Lateness,
    /// Time before the service, only if the vehicle comes from another location.
    pub setup_s: i32,
    pub service_s: i32,
    pub by_type: Vec<WorkByType>,
    /// What is dropped here and what is taken up, by dimension. What a task that stands alone drops is aboard
    /// from the start of the trip; what it takes up stays aboard to its end.
    pub delivery: Vec<i32>,
    pub pickup: Vec<i32>,
    pub skills: Skills,
    /// 0 to 100. Sizes the price of leaving the task out, unless `left_out` names one.
    pub priority: u8,
    /// The price of leaving it out.
    pub left_out: Option<i64>,
    /// Leaving it out is never worth it, whatever the price (a promise, a lock).
    pub is_required: bool,
    /// No vehicle may set off towards it before.
    pub release_s: Option<i32>,
    /// Its goods are at the depot only then: the trip that carries it may not set out before, be it from the start of
    /// the tour or from a call.
    pub goods_from_s: Option<i32>,
    pub role: Role,
    /// It may only ride on this vehicle.
    pub locked_to: Option<VehicleId>,
    /// Vehicles that are not named cost nothing.
    pub preferences: Vec<Preference>,
    /// What sort of thing it is, and with which sorts it may not be in one tour. It is enough if one of two tasks says
    /// so; a sort may exclude itself.
    pub group: Option<u32>,
    pub excludes: Vec<u32>,
    /// Tasks with the same number are one job for several people: they start at the same time, each on a vehicle of
    /// its own, and all of them are done or none. The first one speaks for all: its price is what leaving the job out
    /// costs. If some have begun, the others follow as soon as they can.
    pub crew: Option<u32>,
    /// What has to be over before it may start, on whatever vehicle. It is not done without them.
    pub after: Vec<After>,
}

/// A rest, taken where the vehicle stands after a task (or before the first one), before it drives on. A rest at a
/// place of its own is a task that is locked to the vehicle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Break {
    /// Its start must fall into one of them; none means any time.
    pub windows: Vec<Window>,
    pub lateness: Lateness,
    pub duration_s: i32,
    /// It may only be taken with at most this aboard.
    pub max_load: Option<Vec<i32>>,
}

/// What a vehicle costs, in the caller's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VehicleCosts {
    /// If it is used at all.
    pub fixed: i64,
    /// Per hour of travel.
    pub per_hour: i64,
    /// Per hour of set-up and service.
    pub per_task_hour: i64,
    pub per_km: i64,
    /// Per hour from leaving the start to coming to the end, waiting and breaks included. The vehicle leaves as late as
    /// it can without anything ending later.
    pub per_paid_hour: i64,
}

/// A price of long days: each hour of paid time above this costs so much more. Several add up, so what a day costs
/// rises ever faster and even days cost least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surcharge {
    pub above_s: i32,
    pub per_hour: i64,
}

impl Default for VehicleCosts {
    /// A second of travel costs one.
    fn default() -> Self {
        Self { fixed: 0, per_hour: 3600, per_task_hour: 0, per_km: 0, per_paid_hour: 0 }
    }
}

/// Upper limits of one tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    pub tasks: Option<u32>,
    pub travel_s: Option<i32>,
    pub distance_m: Option<i64>,
    /// Paid time, from leaving to coming home.
    pub duration_s: Option<i32>,
}

/// A visit that is frozen: it stays first, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pinned {
    pub task: TaskId,
    /// It has begun (or will begin) exactly then, whatever travel times and windows say.
    pub start_s: Option<i32>,
}

/// Who does the tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    /// Where the tour begins and ends; none means at its first or last task.
    pub start: Option<u32>,
    pub end: Option<u32>,
    pub shift: Window,
    /// How much later than the shift it may come home, and what that costs.
    pub overtime: Lateness,
    /// At most seven, taken in the order of their windows.
    pub breaks: Vec<Break>,
    pub capacity: Vec<i32>,
    /// What is aboard when it leaves its start, beside what the first trip delivers: it takes room until the first call,
    /// where it is unloaded.
    pub aboard: Vec<i32>,
    pub skills: Skills,
    pub costs: VehicleCosts,
    pub surcharges: Vec<Surcharge>,
    /// 2 drives twice as fast as the matrix says.
    pub speed_factor: f64,
    pub limits: Limits,
    /// Which of [`Draft::matrices`].
    pub matrix: u32,
    /// Looked up in [`Task::by_type`].
    pub work_type: u32,
    pub pinned: Vec<Pinned>,
}

impl Default for Vehicle {
    fn default() -> Self {
        Self {
            start: None,
            end: None,
            shift: Window { from_s: 0, until_s: TIME_MAX_S },
            overtime: Lateness::default(),
            breaks: Vec::new(),
            capacity: Vec::new(),
            aboard: Vec::new(),
            skills: Skills::default(),
            costs: VehicleCosts::default(),
            surcharges: Vec::new(),
            speed_factor: 1.0,
            limits: Limits::default(),
            matrix: 0,
            work_type: 0,
            pinned: Vec::new(),
        }
    }
}

/// The earliest and the latest time anybody may name (six years): so sums never overflow and a leg without a way is
/// always too long.
pub const TIME_MIN_S: i32 = -10_000_000;
pub const TIME_MAX_S: i32 = 200_000_000;
/// The longest single service, set-up or break.
pub const WORK_MAX_S: i32 = 20_000_000;
/// The greatest lateness that can be allowed.
pub const LATENESS_MAX_S: i32 = 400_000_000;

/// A planning problem as the caller tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    pub tasks: Vec<Task>,
    pub vehicles: Vec<Vehicle>,
    pub matrices: Vec<Matrix>,
}
