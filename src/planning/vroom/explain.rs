//! Beyond VROOM's keys: why tasks are left out and what would let them in, and on request what each step saves.

use super::prepare::Prepared;
use crate::solver::explain::{self, Change, Cure, Effort, Verdict};
use crate::solver::insertion::{self, Refusal, Rule};
use crate::solver::{COST_UNIT, Plan, TaskId, Tours, VehicleId};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A leg without a way is longer than any day.
const NO_WAY_S: i64 = 60 * 86_400;
/// Where nobody counts time, this many tasks are told cures.
const CURED_MAX: usize = 50;
/// Where nobody counts time, reasons are found as long as they take no more than so many walked stops.
const REASON_STOPS_MAX: usize = 3_000_000;

/// A rule, how many vehicles it kept away, and the one that came nearest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VroomReason)]
pub struct Reason {
    /// `skills` `capacity` `time_window` `other_time_window` `vehicle_time_window` `break` `max_tasks` `max_travel_time`
    /// `max_distance` `max_duration` `incompatible` `crew` `after` `unreachable` `off_the_map`; or `cost` (leaving it out
    /// costs less) and `others_must_move` (it would have a place if others moved).
    pub rule: &'static str,
    pub vehicles: usize,
    /// The vehicle that came nearest, and by how much it missed (seconds, metres, units of load, tasks).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest_vehicle: Option<u64>,
    pub by: i64,
    /// Of a missing skill: which one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<u32>,
}

/// A change with which the task would have been done, nothing else left out for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VroomCure)]
pub struct CureTold {
    /// `time_window_later` `time_window_earlier` `vehicle_time_window_later` `without_break` `capacity` `max_tasks`
    /// `max_travel_time` `max_distance` `skills`.
    pub change: &'static str,
    /// As little as is enough: seconds, metres, units of load, tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<i64>,
    /// Who does the task then, and what that costs more.
    pub vehicle: u64,
    pub cost: i64,
    /// Whose window it is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The skills the vehicle lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skills: Option<Vec<u32>>,
    /// The break it goes without.
    #[serde(rename = "break", skip_serializing_if = "Option::is_none")]
    pub rest: Option<u64>,
    /// Which number of the capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<usize>,
}

/// What the best plan has more in which the vehicle does not do the task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VroomExplanation)]
pub struct Alternative {
    /// Who would do it; null: nobody.
    pub vehicle: Option<u64>,
    /// What tours cost more, the price of leaving tasks out not counted.
    pub cost: i64,
    pub duration: i64,
    pub distance: i64,
    pub waiting_time: i64,
    /// Other tasks that would change vehicles, be left out or be done.
    pub moved: Vec<MovedTold>,
    /// If nobody would do it: the rule that keeps the nearest vehicle from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Reason>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VroomMoved)]
pub struct MovedTold {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: u64,
    pub from: Option<u64>,
    pub to: Option<u64>,
}

/// All that is told beyond VROOM's keys, by the head of a shipment or a task alone.
#[derive(Debug, Default)]
pub(super) struct Explained {
    pub left_out: BTreeMap<TaskId, (Vec<Reason>, Vec<CureTold>)>,
    pub steps: BTreeMap<TaskId, Alternative>,
}

/// Explains a plan that keeps the rules, as long as there is time; the reasons are told in any case, if shortly.
/// `is_time_left` is none where nobody counts time.
pub(super) fn explained(
    prepared: &Prepared,
    plan: &Plan,
    is_time_left: Option<&dyn Fn() -> bool>,
) -> Explained {
    let problem = prepared.problem();
    let mut found = Explained::default();
    let Some(mut tours) = Tours::of(problem, plan).ok().filter(Tours::is_feasible) else {
        return found;
    };
    let effort = Effort { steps: 200, ..Effort::default() };
    let stops = |tasks: &Vec<TaskId>| (tasks.len() + 1) * (tasks.len() + 1);
    let per_task: usize = plan.tours.iter().map(stops).sum::<usize>().max(1);
    let mut cured_left = CURED_MAX.min(REASON_STOPS_MAX / per_task);
    let mut reasons_left = REASON_STOPS_MAX / per_task;
    let heads: Vec<TaskId> = Tours::heads(problem).collect();
    let (present, absent): (Vec<TaskId>, Vec<TaskId>) =
        heads.into_iter().partition(|head| tours.vehicle_of(*head).is_some());
    for head in absent {
        let has_time = is_time_left.map_or(cured_left > 0, |is_time_left| is_time_left());
        cured_left = cured_left.saturating_sub(1);
        let told = if let Some(reason) = off_the_map(prepared, head) {
            (vec![reason], Vec::new())
        } else if has_time {
            verdict(prepared, &mut tours, head, &effort)
        } else if is_time_left.is_none() && reasons_left > 0 {
            reasons_left -= 1;
            (reasons(prepared, &insertion::refusals(&mut tours, head)), Vec::new())
        } else {
            (reasons(prepared, &at_a_glance(&mut tours, head)), Vec::new())
        };
        found.left_out.insert(head, told);
    }
    if prepared.input.options.explain {
        for head in present {
            if is_time_left.is_some_and(|is_time_left| !is_time_left()) {
                break;
            }
            if let Ok(other) = explain::assignment(&tours, head, &effort) {
                found.steps.insert(head, alternative(prepared, &other));
            }
        }
    }
    found
}

fn off_the_map(prepared: &Prepared, head: TaskId) -> Option<Reason> {
    let problem = prepared.problem();
    let mut halves = std::iter::once(head).chain(problem.partner(head));
    halves.any(|half| prepared.is_off_the_map(half)).then(|| Reason {
        rule: "off_the_map",
        vehicles: problem.vehicles().len(),
        nearest_vehicle: None,
        by: 0,
        skill: None,
    })
}

fn verdict(
    prepared: &Prepared,
    tours: &mut Tours<'_>,
    head: TaskId,
    effort: &Effort,
) -> (Vec<Reason>, Vec<CureTold>) {
    let would_do = |rule, vehicle, by| {
        let nearest_vehicle = Some(prepared.vehicle_id(vehicle));
        (vec![Reason { rule, vehicles: 1, nearest_vehicle, by, skill: None }], Vec::new())
    };
    match explain::refusal(tours, head, effort) {
        Verdict::Placed(vehicle) => would_do("cost", vehicle, 0),
        Verdict::Fits(place) => would_do("cost", place.vehicle, in_unit(place.cost)),
        Verdict::FitsMoving { plan, moved } => {
            let taker = plan.tours.iter().position(|tour| tour.contains(&head)).unwrap_or(0);
            would_do("others_must_move", VehicleId(taker as u32), moved.len() as i64)
        }
        Verdict::Refused(refused) => {
            let cures = refused.cures.iter().map(|cure| told(prepared, head, cure)).collect();
            let reasons = refused.reasons.iter().map(|count| Reason {
                vehicles: count.vehicles,
                ..reason(prepared, &count.nearest)
            });
            (reasons.collect(), cures)
        }
    }
}

/// What can be said at once: the rules that need no look at the tours, and those of one vehicle more.
fn at_a_glance(tours: &mut Tours<'_>, head: TaskId) -> Vec<Refusal> {
    let problem = tours.problem();
    let halves = || std::iter::once(head).chain(problem.partner(head));
    let (able, unable): (Vec<VehicleId>, Vec<VehicleId>) = problem
        .vehicle_ids()
        .partition(|vehicle| halves().all(|half| problem.is_allowed(half, *vehicle)));
    let asked = able.into_iter().take(1).chain(unable);
    asked.filter_map(|vehicle| insertion::refusal(tours, head, vehicle)).collect()
}

/// One line per rule, the rule with the nearest vehicle first; what cannot be measured comes last.
fn reasons(prepared: &Prepared, refusals: &[Refusal]) -> Vec<Reason> {
    let counted = explain::count(refusals);
    let told = counted
        .iter()
        .map(|count| Reason { vehicles: count.vehicles, ..reason(prepared, &count.nearest) });
    told.collect()
}

fn reason(prepared: &Prepared, refusal: &Refusal) -> Reason {
    let is_time = matches!(refusal.rule, Rule::Window | Rule::OtherWindow { .. } | Rule::ShiftEnd);
    let rule = match refusal.rule {
        _ if is_time && refusal.by > NO_WAY_S => "unreachable",
        Rule::Locked => "locked",
        Rule::Skill { .. } => "skills",
        Rule::Promises => "promises",
        Rule::Capacity { .. } => "capacity",
        Rule::Window => "time_window",
        Rule::OtherWindow { .. } => "other_time_window",
        Rule::ShiftEnd => "vehicle_time_window",
        Rule::Break { .. } => "break",
        Rule::Tasks => "max_tasks",
        Rule::Travel if refusal.by > NO_WAY_S => "unreachable",
        Rule::Travel => "max_travel_time",
        Rule::Distance => "max_distance",
        Rule::Duration => "max_duration",
        Rule::Incompatible { .. } => "incompatible",
        Rule::Crew => "crew",
        Rule::Before { .. } => "after",
    };
    let skill = match refusal.rule {
        Rule::Skill { skill } => prepared.skill(skill),
        _ => None,
    };
    let by = if rule == "unreachable" { 0 } else { refusal.by };
    let nearest_vehicle = Some(prepared.vehicle_id(refusal.vehicle));
    Reason { rule, vehicles: 1, nearest_vehicle, by, skill }
}

fn told(prepared: &Prepared, head: TaskId, cure: &Cure) -> CureTold {
    let problem = prepared.problem();
    let vehicle = cure.place.vehicle;
    let source = |task: TaskId| {
        let (kind, stop) = prepared.source(task);
        (Some(kind), Some(stop.id))
    };
    let plain = CureTold {
        change: "",
        by: (cure.by > 0).then_some(cure.by),
        vehicle: prepared.vehicle_id(vehicle),
        cost: in_unit(cure.place.cost),
        kind: None,
        id: None,
        skills: None,
        rest: None,
        dimension: None,
    };
    match cure.change {
        Change::Later { task } => {
            let (kind, id) = source(task);
            CureTold { change: "time_window_later", kind, id, ..plain }
        }
        Change::Earlier { task } => {
            let (kind, id) = source(task);
            CureTold { change: "time_window_earlier", kind, id, ..plain }
        }
        Change::Overtime => CureTold { change: "vehicle_time_window_later", ..plain },
        Change::NoBreak { index } => {
            let at = prepared.breaks[vehicle.index()][index];
            let rest = Some(prepared.input.vehicles[vehicle.index()].breaks[at].id);
            CureTold { change: "without_break", rest, ..plain }
        }
        Change::Capacity { dimension } => {
            CureTold { change: "capacity", dimension: Some(dimension), ..plain }
        }
        Change::Tasks => CureTold { change: "max_tasks", ..plain },
        Change::Travel => CureTold { change: "max_travel_time", ..plain },
        Change::Duration => CureTold { change: "max_duration", ..plain },
        Change::Distance => CureTold { change: "max_distance", ..plain },
        Change::Unlock => CureTold { change: "unlock", ..plain },
        Change::Skills => {
            let has = &problem.vehicle(vehicle).skills;
            let needed = std::iter::once(head).chain(problem.partner(head));
            let needed = needed.flat_map(|half| problem.task(half).skills.iter());
            let mut missing: Vec<u32> = needed
                .filter(|skill| !has.contains(*skill))
                .filter_map(|skill| prepared.skill(skill))
                .collect();
            missing.sort_unstable();
            missing.dedup();
            CureTold { change: "skills", skills: Some(missing), ..plain }
        }
    }
}

fn alternative(prepared: &Prepared, other: &explain::Alternative) -> Alternative {
    let id = |vehicle: VehicleId| prepared.vehicle_id(vehicle);
    let moved = other.moved.iter().map(|moved| {
        let (kind, stop) = prepared.source(moved.task);
        MovedTold { kind, id: stop.id, from: moved.from.map(id), to: moved.to.map(id) }
    });
    Alternative {
        vehicle: other.vehicle.map(id),
        cost: in_unit(other.more.tours_cost),
        duration: other.more.travel_s,
        distance: other.more.travel_m,
        waiting_time: other.more.waiting_s,
        moved: moved.collect(),
        nearest: other.nearest.as_ref().map(|refusal| reason(prepared, refusal)),
    }
}

fn in_unit(cost: i64) -> i64 {
    (cost as f64 / COST_UNIT as f64).round() as i64
}
