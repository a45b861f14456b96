//! The document a VROOM client gets back.

use super::error::VroomError;
use super::explain::{Alternative, CureTold, Explained, Reason};
use super::input;
use super::judge::{Broken, Judged, judge, summed};
use super::prepare::Prepared;
use super::tables::Streets;
use crate::solver::{COST_UNIT, Role, Schedule, Stop, TaskId, VehicleId, Visit};
use crate::units::Point;
use crate::units::polyline;
use serde::Serialize;
use utoipa::ToSchema;

/// VROOM's answer. `code` is 0 solved, 1 internal, 2 input, 3 routing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VroomAnswer)]
pub struct Answer {
    pub code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Ours: a stable word for what is wrong, and the path of the field: `jobs[3].time_windows[0]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    pub unassigned: Vec<Unassigned>,
    pub routes: Vec<Route>,
}

/// What routes and the whole have in common.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = VroomTotals)]
pub struct Totals {
    pub cost: i64,
    pub setup: i64,
    pub service: i64,
    pub duration: i64,
    pub waiting_time: i64,
    pub priority: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Vec<i64>>,
    /// Deprecated: the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Vec<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Vec<i64>>,
    pub violations: Vec<Broken>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = VroomSummary)]
pub struct Summary {
    pub routes: usize,
    pub unassigned: usize,
    #[serde(flatten)]
    pub totals: Totals,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VroomUnassigned)]
pub struct Unassigned {
    pub id: u64,
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u32>,
    /// Ours: the rules that kept vehicles from it, the nearest to being kept first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Ours: what would let it in, the smallest change first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cures: Vec<CureTold>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = VroomRoute)]
pub struct Route {
    pub vehicle: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(flatten)]
    pub totals: Totals,
    pub steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geometry: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = VroomStep)]
pub struct Step {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_index: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// Deprecated: the id of a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<u64>,
    pub setup: i64,
    pub service: i64,
    pub waiting_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<Vec<i64>>,
    pub arrival: i64,
    /// Travel so far.
    pub duration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<i64>,
    pub violations: Vec<Broken>,
    /// Ours, if the document asks: what it would cost to give it to another vehicle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Alternative>,
}

/// The answer to a document that has none.
pub fn failure(error: &VroomError) -> Answer {
    Answer {
        code: error.code(),
        error: Some(error.to_string()),
        error_code: Some(error.word()),
        error_field: error.field().map(str::to_owned),
        summary: None,
        unassigned: Vec::new(),
        routes: Vec::new(),
    }
}

/// Writes routes in time. With streets, and if the document asks for it, routes have their course.
pub(super) fn answer(
    prepared: &Prepared,
    schedules: &[Schedule],
    left_out: &[TaskId],
    explained: &Explained,
    streets: Option<&Streets<'_>>,
) -> Answer {
    let mut routes = Vec::new();
    for schedule in schedules.iter().filter(|schedule| !schedule.visits.is_empty()) {
        let judged = judge(prepared, schedule);
        let mut route = Writer { prepared, schedule, judged: &judged, explained }.route();
        if prepared.wants_geometry() {
            route.geometry = streets.and_then(|streets| course(prepared, schedule, streets));
        }
        routes.push(route);
    }
    let unassigned = left_out.iter().map(|task| unassigned(prepared, *task, explained)).collect();
    let mut totals = Totals { distance: prepared.has_distances.then_some(0), ..Totals::default() };
    let dimensions = prepared.problem().dimensions();
    if dimensions > 0 {
        totals.delivery = Some(vec![0; dimensions]);
        totals.pickup = Some(vec![0; dimensions]);
    }
    for route in &routes {
        totals.add(&route.totals);
    }
    totals.amount.clone_from(&totals.delivery);
    totals.violations = summed(routes.iter().flat_map(|route| &route.totals.violations));
    let (count, missing) = (routes.len(), left_out.len());
    Answer {
        code: 0,
        error: None,
        error_code: None,
        error_field: None,
        summary: Some(Summary { routes: count, unassigned: missing, totals }),
        unassigned,
        routes,
    }
}

impl Totals {
    fn add(&mut self, other: &Self) {
        self.cost += other.cost;
        self.setup += other.setup;
        self.service += other.service;
        self.duration += other.duration;
        self.waiting_time += other.waiting_time;
        self.priority += other.priority;
        if let (Some(sum), Some(more)) = (&mut self.distance, other.distance) {
            *sum += more;
        }
        let amounts = [(&mut self.delivery, &other.delivery), (&mut self.pickup, &other.pickup)];
        for (sums, more) in amounts {
            for (sum, amount) in sums.iter_mut().flatten().zip(more.iter().flatten()) {
                *sum += amount;
            }
        }
    }
}

struct Writer<'a> {
    prepared: &'a Prepared,
    schedule: &'a Schedule,
    judged: &'a Judged,
    explained: &'a Explained,
}

impl Writer<'_> {
    fn route(&self) -> Route {
        let vehicle = &self.prepared.input.vehicles[self.schedule.vehicle.index()];
        let tasks = || {
            self.schedule.visits.iter().filter_map(|visit| match visit.stop {
                Stop::Task(task) => Some(task),
                Stop::Break(_) => None,
            })
        };
        let problem = self.prepared.problem();
        let sum = |of: fn(&crate::solver::Task) -> &[i32]| {
            let dimensions = self.schedule.initial_load.len();
            let amount = |at: usize| {
                let amounts = tasks().map(|task| of(problem.task(task)).get(at).copied());
                amounts.map(|amount| i64::from(amount.unwrap_or(0))).sum()
            };
            (dimensions > 0).then(|| (0..dimensions).map(amount).collect::<Vec<i64>>())
        };
        let visits = &self.schedule.visits;
        let delivery = sum(|task| &task.delivery);
        Route {
            vehicle: vehicle.id,
            description: vehicle.description.clone(),
            totals: Totals {
                cost: (self.schedule.cost.total() + COST_UNIT / 2) / COST_UNIT,
                setup: visits.iter().map(|visit| visit.setup_s).sum(),
                service: visits.iter().map(|visit| visit.service_s).sum(),
                duration: self.schedule.travel_s,
                waiting_time: self.schedule.waiting_s,
                priority: tasks().map(|task| u32::from(problem.task(task).priority)).sum(),
                distance: self.prepared.has_distances.then_some(self.schedule.travel_m),
                amount: delivery.clone(),
                delivery,
                pickup: sum(|task| &task.pickup),
                violations: self.judged.route.clone(),
            },
            steps: self.steps(vehicle),
            geometry: None,
        }
    }

    /// A route without a start begins where its first task is, and one without an end ends at its last: VROOM tells
    /// both as steps.
    fn steps(&self, vehicle: &input::Vehicle) -> Vec<Step> {
        let (schedule, prepared) = (self.schedule, self.prepared);
        let problem = prepared.problem();
        let ride = problem.vehicle(schedule.vehicle);
        let row_of = |visit: &Visit| match visit.stop {
            Stop::Task(task) => Some(problem.task(task).location),
            Stop::Break(_) => None,
        };
        let first = ride.start.or_else(|| schedule.visits.iter().find_map(row_of));
        let last = ride.end.or_else(|| schedule.visits.iter().rev().find_map(row_of));
        let mut steps = Vec::with_capacity(schedule.visits.len() + 2);
        steps.push(Step {
            kind: "start",
            load: Self::load(&schedule.initial_load),
            arrival: schedule.departure_s + prepared.origin_s,
            distance: self.metres(0),
            violations: self.judged.start.clone(),
            ..first.map_or_else(Step::default, |row| self.at(row))
        });
        let (mut travel_s, mut travel_m) = (0, 0);
        for (visit, violations) in schedule.visits.iter().zip(&self.judged.visits) {
            travel_s += visit.travel_s;
            travel_m += visit.travel_m;
            steps.push(Step {
                setup: visit.setup_s,
                service: visit.service_s,
                waiting_time: visit.start_s - visit.arrival_s,
                load: Self::load(&visit.load),
                arrival: visit.arrival_s + prepared.origin_s,
                duration: travel_s,
                distance: self.metres(travel_m),
                violations: violations.clone(),
                ..self.named(vehicle, visit)
            });
        }
        let load = schedule.visits.last().map_or(&schedule.initial_load, |visit| &visit.load);
        steps.push(Step {
            kind: "end",
            load: Self::load(load),
            arrival: schedule.end_s + prepared.origin_s,
            duration: schedule.travel_s,
            distance: self.metres(schedule.travel_m),
            violations: self.judged.end.clone(),
            ..last.map_or_else(Step::default, |row| self.at(row))
        });
        steps
    }

    /// A step that so far only says what it is.
    fn named(&self, vehicle: &input::Vehicle, visit: &Visit) -> Step {
        match visit.stop {
            Stop::Task(task) => self.task_step(task),
            Stop::Break(index) => {
                let order = &self.prepared.breaks[self.schedule.vehicle.index()];
                let rest = &vehicle.breaks[order[index]];
                let (id, description) = (Some(rest.id), rest.description.clone());
                Step { kind: "break", id, description, ..Step::default() }
            }
        }
    }

    fn task_step(&self, task: TaskId) -> Step {
        let (kind, stop) = self.prepared.source(task);
        let problem = self.prepared.problem();
        let head = match problem.task(task).role {
            Role::Delivery { pickup } => pickup,
            Role::Alone | Role::Pickup { .. } | Role::Call => task,
        };
        Step {
            kind,
            id: Some(stop.id),
            job: (kind != "reload").then_some(stop.id),
            description: stop.description.clone(),
            explanation: self.explained.steps.get(&head).cloned(),
            ..self.at(problem.task(task).location)
        }
    }

    /// A step that so far only has a place.
    fn at(&self, row: u32) -> Step {
        let is_indexed = self.prepared.snaps.is_empty();
        Step {
            location: self.prepared.points.get(&row).copied(),
            location_index: is_indexed.then_some(row),
            ..Step::default()
        }
    }

    fn load(load: &[i32]) -> Option<Vec<i64>> {
        (!load.is_empty()).then(|| load.iter().map(|&amount| i64::from(amount)).collect())
    }

    fn metres(&self, metres: i64) -> Option<i64> {
        self.prepared.has_distances.then_some(metres)
    }
}

impl Prepared {
    /// The document's id of a vehicle.
    pub(super) fn vehicle_id(&self, vehicle: VehicleId) -> u64 {
        self.input.vehicles[vehicle.index()].id
    }
}

fn unassigned(prepared: &Prepared, task: TaskId, explained: &Explained) -> Unassigned {
    let problem = prepared.problem();
    let (kind, stop) = prepared.source(task);
    let row = problem.task(task).location;
    let head = match problem.task(task).role {
        Role::Delivery { pickup } => pickup,
        Role::Alone | Role::Pickup { .. } | Role::Call => problem.head(task),
    };
    let (reasons, cures) = explained.left_out.get(&head).cloned().unwrap_or_default();
    Unassigned {
        id: stop.id,
        kind,
        description: stop.description.clone(),
        location: prepared.points.get(&row).copied(),
        location_index: prepared.snaps.is_empty().then_some(row),
        reasons,
        cures,
    }
}

/// The course of a route over the streets; none where the document has its own matrices.
fn course(prepared: &Prepared, schedule: &Schedule, streets: &Streets<'_>) -> Option<String> {
    let problem = prepared.problem();
    let ride = problem.vehicle(schedule.vehicle);
    let profile = prepared.input.vehicles[schedule.vehicle.index()].profile.as_deref();
    let network = streets.of(profile)?;
    let snaps = prepared.snaps.get(ride.matrix as usize)?;
    let tasks = schedule.visits.iter().filter_map(|visit| match visit.stop {
        Stop::Task(task) => Some(problem.task(task).location),
        Stop::Break(_) => None,
    });
    let rows: Vec<u32> = ride.start.into_iter().chain(tasks).chain(ride.end).collect();
    let mut points: Vec<Point> = Vec::new();
    for legs in rows.windows(2).filter(|legs| legs[0] != legs[1]) {
        let from = snaps.get(legs[0] as usize)?.as_ref()?;
        let to = snaps.get(legs[1] as usize)?.as_ref()?;
        points.extend(network.path(from, to, None).ok()?.geometry);
    }
    points.dedup();
    Some(polyline::encode(&points, 5))
}
