//! The document a VROOM client gets back.

use super::prepare::{Origin, Prepared};
use super::{VroomError, input};
use crate::roads::RoadNetwork;
use crate::solver::insertion::{self, Refusal, Rule};
use crate::solver::{
    COST_UNIT, Plan, Role, Schedule, Stop, TaskId, Tours, VehicleId, Violation, Visit,
};
use crate::units::Point;
use crate::units::polyline;
use serde::Serialize;

/// Reasons are worked out as long as they take no more than so many walked stops.
const REASON_STOPS_MAX: usize = 3_000_000;

#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    pub unassigned: Vec<Unassigned>,
    pub routes: Vec<Route>,
}

/// What routes and the whole have in common.
#[derive(Debug, Clone, Default, Serialize)]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Vec<i64>>,
    pub violations: Vec<Broken>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    pub routes: usize,
    pub unassigned: usize,
    #[serde(flatten)]
    pub totals: Totals,
}

#[derive(Debug, Clone, Serialize)]
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
}

/// A rule, how many vehicles it kept away, and the one that came nearest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub rule: &'static str,
    pub vehicles: usize,
    /// The vehicle that came nearest, and by how much it missed (seconds, metres, units of load).
    pub nearest_vehicle: u64,
    pub by: i64,
    /// Of a missing skill: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<u32>,
}

#[derive(Debug, Clone, Serialize)]
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

#[derive(Debug, Clone, Default, Serialize)]
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
    /// Deprecated: the id of a job.
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
}

/// A broken rule in VROOM's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    pub cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
}

/// The answer to a document that has none.
pub fn failure(error: &VroomError) -> Answer {
    Answer {
        code: error.code(),
        error: Some(error.to_string()),
        summary: None,
        unassigned: Vec::new(),
        routes: Vec::new(),
    }
}

/// Writes a plan of a prepared document. With a network, and if the document asks for it, routes have their course.
pub fn answer(prepared: &Prepared, plan: &Plan, network: Option<&dyn RoadNetwork>) -> Answer {
    let schedules = plan.schedules(prepared.problem());
    let mut summary = Summary::default();
    let mut routes = Vec::new();
    for schedule in schedules.iter().filter(|schedule| !schedule.visits.is_empty()) {
        let mut route = Writer { prepared, schedule }.route();
        if prepared.wants_geometry() {
            route.geometry = network.and_then(|network| course(prepared, schedule, network));
        }
        summary.totals.add(&route.totals);
        routes.push(route);
    }
    let unassigned = unassigned(prepared, plan);
    summary.routes = routes.len();
    summary.unassigned = unassigned.len();
    if !prepared.has_distances {
        summary.totals.distance = None;
    }
    Answer { code: 0, error: None, summary: Some(summary), unassigned, routes }
}

impl Totals {
    fn add(&mut self, other: &Self) {
        self.cost += other.cost;
        self.setup += other.setup;
        self.service += other.service;
        self.duration += other.duration;
        self.waiting_time += other.waiting_time;
        self.priority += other.priority;
        self.distance = Some(self.distance.unwrap_or(0) + other.distance.unwrap_or(0));
        for (all, more) in
            [(&mut self.delivery, &other.delivery), (&mut self.pickup, &other.pickup)]
        {
            let Some(more) = more else { continue };
            let all = all.get_or_insert_with(|| vec![0; more.len()]);
            for (sum, amount) in all.iter_mut().zip(more) {
                *sum += amount;
            }
        }
        for broken in &other.violations {
            if !self.violations.contains(broken) {
                self.violations.push(broken.clone());
            }
        }
    }
}

struct Writer<'a> {
    prepared: &'a Prepared,
    schedule: &'a Schedule,
}

impl Writer<'_> {
    fn route(&self) -> Route {
        let vehicle = &self.prepared.input.vehicles[self.schedule.vehicle.index()];
        let steps = self.steps(vehicle);
        let mut violations: Vec<Broken> =
            self.schedule.violations.iter().filter_map(of_route).collect();
        for broken in steps.iter().flat_map(|step| &step.violations) {
            violations.push(broken.clone());
        }
        let tasks = || {
            self.schedule.visits.iter().filter_map(|visit| match visit.stop {
                Stop::Task(task) => Some(task),
                Stop::Break(_) => None,
            })
        };
        let problem = self.prepared.problem();
        let is_head =
            |task: &TaskId| matches!(problem.task(*task).role, Role::Alone | Role::Pickup { .. });
        let sum = |of: fn(&crate::solver::Task) -> &[i32]| {
            let dimensions = self.schedule.initial_load.len();
            let amount = |at: usize| {
                let amounts = tasks().map(|task| of(problem.task(task)).get(at).copied());
                amounts.map(|amount| i64::from(amount.unwrap_or(0))).sum()
            };
            (dimensions > 0).then(|| (0..dimensions).map(amount).collect())
        };
        let visits = &self.schedule.visits;
        Route {
            vehicle: vehicle.id,
            description: vehicle.description.clone(),
            totals: Totals {
                cost: (self.schedule.cost.total() + COST_UNIT / 2) / COST_UNIT,
                setup: visits.iter().map(|visit| visit.setup_s).sum(),
                service: visits.iter().map(|visit| visit.service_s).sum(),
                duration: self.schedule.travel_s,
                waiting_time: self.schedule.waiting_s,
                priority: tasks()
                    .filter(is_head)
                    .map(|task| u32::from(problem.task(task).priority))
                    .sum(),
                distance: self.prepared.has_distances.then_some(self.schedule.travel_m),
                delivery: sum(|task| &task.delivery),
                pickup: sum(|task| &task.pickup),
                violations,
            },
            steps,
            geometry: None,
        }
    }

    fn steps(&self, vehicle: &input::Vehicle) -> Vec<Step> {
        let (schedule, prepared) = (self.schedule, self.prepared);
        let ride = prepared.problem().vehicle(schedule.vehicle);
        let mut steps = Vec::with_capacity(schedule.visits.len() + 2);
        if let Some(start) = ride.start {
            steps.push(Step {
                kind: "start",
                load: Self::load(&schedule.initial_load),
                arrival: schedule.departure_s + prepared.origin_s,
                distance: self.metres(0),
                ..self.at(start)
            });
        }
        let (mut travel_s, mut travel_m) = (0, 0);
        for visit in &schedule.visits {
            travel_s += visit.travel_s;
            travel_m += visit.travel_m;
            let named = match visit.stop {
                Stop::Task(task) => self.task_step(task),
                Stop::Break(index) => {
                    let order = &prepared.breaks[schedule.vehicle.index()];
                    let rest = &vehicle.breaks[order[index]];
                    Step {
                        kind: "break",
                        id: Some(rest.id),
                        description: rest.description.clone(),
                        ..Step::default()
                    }
                }
            };
            steps.push(Step {
                setup: visit.setup_s,
                service: visit.service_s,
                waiting_time: visit.start_s - visit.arrival_s,
                load: Self::load(&visit.load),
                arrival: visit.arrival_s + prepared.origin_s,
                duration: travel_s,
                distance: self.metres(travel_m),
                violations: self.broken_at(visit),
                ..named
            });
        }
        if let Some(end) = ride.end {
            let mut violations = Vec::new();
            for violation in &schedule.violations {
                if let Violation::Overtime { by_s } = *violation {
                    violations.push(Broken { cause: "delay", duration: Some(by_s) });
                }
            }
            let load = schedule.visits.last().map_or(&schedule.initial_load, |visit| &visit.load);
            steps.push(Step {
                kind: "end",
                load: Self::load(load),
                arrival: schedule.end_s + prepared.origin_s,
                duration: schedule.travel_s,
                distance: self.metres(schedule.travel_m),
                violations,
                ..self.at(end)
            });
        }
        steps
    }

    fn task_step(&self, task: TaskId) -> Step {
        let origin = self.prepared.origins[task.index()];
        let (kind, stop) = self.prepared.source(origin);
        Step {
            kind,
            id: Some(stop.id),
            job: (kind == "job").then_some(stop.id),
            description: stop.description.clone(),
            ..self.at(self.prepared.problem().task(task).location)
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

    fn broken_at(&self, visit: &Visit) -> Vec<Broken> {
        let found = self.schedule.violations.iter().filter_map(|violation| {
            match (*violation, visit.stop) {
                (Violation::Late { task, by_s }, Stop::Task(of)) if task == of => {
                    Some(Broken { cause: "delay", duration: Some(by_s) })
                }
                (Violation::BreakLate { index, by_s }, Stop::Break(of)) if index == of => {
                    Some(Broken { cause: "delay", duration: Some(by_s) })
                }
                (Violation::BreakLoad { index }, Stop::Break(of)) if index == of => {
                    Some(Broken { cause: "max_load", duration: None })
                }
                (Violation::Skill { task, .. }, Stop::Task(of)) if task == of => {
                    Some(Broken { cause: "skills", duration: None })
                }
                (Violation::Incompatible { task }, Stop::Task(of)) if task == of => {
                    Some(Broken { cause: "incompatible", duration: None })
                }
                (Violation::Precedence { task }, Stop::Task(of)) if task == of => {
                    Some(Broken { cause: "precedence", duration: None })
                }
                _ => None,
            }
        });
        found.collect()
    }
}

/// Violations that belong to a route as a whole.
fn of_route(violation: &Violation) -> Option<Broken> {
    Some(match *violation {
        Violation::Capacity { .. } => Broken { cause: "load", duration: None },
        Violation::Tasks { .. } => Broken { cause: "max_tasks", duration: None },
        Violation::Travel { by_s } => Broken { cause: "max_travel_time", duration: Some(by_s) },
        Violation::Distance { .. } => Broken { cause: "max_distance", duration: None },
        Violation::Duration { by_s } => Broken { cause: "max_duration", duration: Some(by_s) },
        _ => return None,
    })
}

impl Prepared {
    pub(super) fn source(&self, origin: Origin) -> (&'static str, &input::Stop) {
        match origin {
            Origin::Job(at) => ("job", &self.input.jobs[at]),
            Origin::Pickup(at) => ("pickup", &self.input.shipments[at].pickup),
            Origin::Delivery(at) => ("delivery", &self.input.shipments[at].delivery),
            Origin::Reload(vehicle, at) => ("reload", &self.input.vehicles[vehicle].reloads[at]),
        }
    }
}

fn unassigned(prepared: &Prepared, plan: &Plan) -> Vec<Unassigned> {
    let problem = prepared.problem();
    // A plan that breaks rules (only timed, not searched) has no room to ask about.
    let mut tours = Tours::of(problem, plan).ok().filter(Tours::is_feasible);
    let stops = |tasks: &Vec<TaskId>| (tasks.len() + 1) * (tasks.len() + 1);
    let per_task: usize = plan.tours.iter().map(stops).sum::<usize>().max(1);
    let mut reasons_left = REASON_STOPS_MAX / per_task;
    let mut found = Vec::new();
    for task in plan.left_out(problem) {
        let (kind, stop) = prepared.source(prepared.origins[task.index()]);
        let row = problem.task(task).location;
        let mut reasons = Vec::new();
        if reasons_left > 0
            && let Some(tours) = &mut tours
        {
            reasons_left -= 1;
            reasons = reasons_of(prepared, &insertion::refusals(tours, task));
        }
        found.push(Unassigned {
            id: stop.id,
            kind,
            description: stop.description.clone(),
            location: prepared.points.get(&row).copied(),
            location_index: prepared.snaps.is_empty().then_some(row),
            reasons,
        });
    }
    found
}

/// One line per rule, the rule with the nearest vehicle first; skills and locks, which have no nearness, last.
fn reasons_of(prepared: &Prepared, refusals: &[Refusal]) -> Vec<Reason> {
    let mut reasons: Vec<(bool, Reason)> = Vec::new();
    let vehicle_of = |id: VehicleId| prepared.input.vehicles[id.index()].id;
    for refusal in refusals {
        let (rule, is_measured) = name(refusal.rule);
        let skill = match refusal.rule {
            Rule::Skill { skill } => prepared.skill(skill),
            _ => None,
        };
        match reasons.iter_mut().find(|(_, known)| known.rule == rule && known.skill == skill) {
            Some((_, known)) => {
                known.vehicles += 1;
                if refusal.by < known.by {
                    (known.by, known.nearest_vehicle) = (refusal.by, vehicle_of(refusal.vehicle));
                }
            }
            None => reasons.push((
                !is_measured,
                Reason {
                    rule,
                    vehicles: 1,
                    nearest_vehicle: vehicle_of(refusal.vehicle),
                    by: refusal.by,
                    skill,
                },
            )),
        }
    }
    reasons.sort_by_key(|(is_last, reason)| (*is_last, reason.by));
    reasons.into_iter().map(|(_, reason)| reason).collect()
}

/// A rule's name, and whether its distance means something.
fn name(rule: Rule) -> (&'static str, bool) {
    match rule {
        Rule::Locked => ("locked", false),
        Rule::Skill { .. } => ("skills", false),
        Rule::Promises => ("promises", false),
        Rule::Capacity { .. } => ("capacity", true),
        Rule::Window => ("time_window", true),
        Rule::OtherWindow { .. } => ("other_time_window", true),
        Rule::ShiftEnd => ("vehicle_time_window", true),
        Rule::Break { .. } => ("break", true),
        Rule::Tasks => ("max_tasks", true),
        Rule::Travel => ("max_travel_time", true),
        Rule::Distance => ("max_distance", true),
        Rule::Duration => ("max_duration", true),
        Rule::Incompatible { .. } => ("incompatible", false),
    }
}

/// The course of a route over the streets; none where the document has its own matrices.
fn course(prepared: &Prepared, schedule: &Schedule, network: &dyn RoadNetwork) -> Option<String> {
    let problem = prepared.problem();
    let ride = problem.vehicle(schedule.vehicle);
    let tasks = schedule.visits.iter().filter_map(|visit| match visit.stop {
        Stop::Task(task) => Some(problem.task(task).location),
        Stop::Break(_) => None,
    });
    let rows: Vec<u32> = ride.start.into_iter().chain(tasks).chain(ride.end).collect();
    let mut points: Vec<Point> = Vec::new();
    for legs in rows.windows(2).filter(|legs| legs[0] != legs[1]) {
        let from = prepared.snaps.get(legs[0] as usize)?;
        let to = prepared.snaps.get(legs[1] as usize)?;
        points.extend(network.path(from, to, None).ok()?.geometry);
    }
    points.dedup();
    Some(polyline::encode(&points, 5))
}
