//! Why a vehicle cannot take a task.

use super::{best_on, halves};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, Problem};
use crate::solver::schedule::{Schedule, Violation};
use crate::solver::tours::Tours;

/// The rule that keeps a vehicle from taking a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The task is locked to another vehicle.
    Locked,
    /// The vehicle lacks this skill.
    Skill { skill: u32 },
    /// Too much aboard in this dimension, by so many units.
    Capacity { dimension: usize },
    /// The task's own window is over, by seconds.
    Window,
    /// Another task would start too late, by seconds.
    OtherWindow { task: TaskId },
    /// The shift would end too late, by seconds.
    ShiftEnd,
    /// A break would come too late, by seconds (or 0: with too much aboard).
    Break { index: usize },
    /// Too many tasks.
    Tasks,
    /// Too much travel, by seconds.
    Travel,
    /// Too far, by metres.
    Distance,
    /// Too much paid time, by seconds.
    Duration,
    /// It may not be in one tour with this task.
    Incompatible { task: TaskId },
    /// Nobody can come along, or not at the same time.
    Crew,
    /// This task has to come first, and nobody does it.
    Before { task: TaskId },
    /// Too many promised tasks would have moved.
    Promises,
}

/// Why a vehicle cannot take a task: the rule that is broken most at the place where least is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub vehicle: VehicleId,
    pub rule: Rule,
    /// By how much, in the rule's own unit (seconds, metres, units of load, tasks).
    pub by: i64,
    /// How many tasks come before the place that was least bad; none if no place mattered.
    pub after: Option<usize>,
}

/// For each vehicle the rule that keeps it from taking the task, and by how much; a vehicle that could take it gives no
/// refusal. Of a shipment only places side by side, or with the delivery last, are looked at. Walks every tour once per
/// place: milliseconds where [`best`] takes microseconds.
pub fn refusals(tours: &mut Tours<'_>, task: TaskId) -> Vec<Refusal> {
    let vehicles = tours.problem().vehicle_ids();
    vehicles.filter_map(|vehicle| refusal(tours, task, vehicle)).collect()
}

/// Why one vehicle cannot take the task; none if it can.
pub fn refusal(tours: &mut Tours<'_>, task: TaskId, vehicle: VehicleId) -> Option<Refusal> {
    let problem = tours.problem();
    let (head, partner) = halves(problem, task);
    for half in [Some(head), partner].into_iter().flatten() {
        if let Some((rule, by)) = forbidden(problem, half, vehicle) {
            return Some(Refusal { vehicle, rule, by, after: None });
        }
    }
    for half in [Some(head), partner].into_iter().flatten() {
        if let Some(task) = tours.rival_on(half, vehicle) {
            let rule = Rule::Incompatible { task };
            return Some(Refusal { vehicle, rule, by: 0, after: None });
        }
    }
    if tours.breaks_promise(head, vehicle) {
        return Some(Refusal { vehicle, rule: Rule::Promises, by: 1, after: None });
    }
    let crew = std::iter::once(head).chain(problem.links.followers(head));
    if let Some(task) = crew.into_iter().find_map(|member| tours.missing_before(member)) {
        return Some(Refusal { vehicle, rule: Rule::Before { task }, by: 0, after: None });
    }
    if best_on(tours, head, vehicle, Cost::MAX).is_some() {
        return None;
    }
    let is_linked =
        problem.has_links() && (problem.links.has(head) || tours.tours[vehicle.index()].links > 0);
    let has_crew = problem.links.followers(head).next().is_some();
    let mut plan = is_linked.then(|| tours.plan());
    let present: Vec<TaskId> = tours.tasks_of(vehicle).collect();
    let count = present.len();
    let mut least: Option<(i64, Refusal)> = None;
    for after in problem.vehicle(vehicle).pinned.len()..=count {
        let places: &[(usize, Option<TaskId>)] = match partner {
            None => &[(after, None)],
            Some(_) => &[(after, partner), (count, partner)],
        };
        for &(second, delivery) in places {
            let mut tasks = present.clone();
            tasks.insert(after, head);
            if let Some(delivery) = delivery {
                tasks.insert(second + 1, delivery);
            }
            let schedule = match &mut plan {
                // A crew is asked one by one: alone each may have a place.
                Some(plan) if !has_crew => linked_schedule(problem, plan, vehicle, &tasks),
                Some(_) => Schedule::of(problem, vehicle, &tasks),
                None => Schedule::with(tours.walker(), problem, vehicle, &tasks),
            };
            let Some(worst) = schedule.violations.iter().max_by_key(|broken| weight(broken)) else {
                return Some(Refusal { vehicle, rule: Rule::Crew, by: 0, after: Some(after) });
            };
            let total = schedule.violations.iter().map(weight).fold(0, i64::saturating_add);
            if least.is_none_or(|(known, _)| total < known) {
                let (rule, by) = rule_of(worst, &[Some(head), partner], &schedule);
                least = Some((total, Refusal { vehicle, rule, by, after: Some(after) }));
            }
        }
    }
    least.map(|(_, refusal)| refusal)
}

/// The schedule of a tour that hangs together with others, with what all of them break.
fn linked_schedule(
    problem: &Problem,
    plan: &mut Plan,
    vehicle: VehicleId,
    tasks: &[TaskId],
) -> Schedule {
    let before = std::mem::replace(&mut plan.tours[vehicle.index()], tasks.to_vec());
    let mut schedules = plan.schedules(problem);
    plan.tours[vehicle.index()] = before;
    let broken: Vec<Violation> = schedules
        .iter()
        .filter(|other| other.vehicle != vehicle)
        .flat_map(|other| other.violations.iter().copied().filter(is_of_links))
        .collect();
    let mut schedule = schedules.swap_remove(vehicle.index());
    schedule.violations.extend(broken);
    schedule
}

/// Whether a violation of another tour can come from here.
fn is_of_links(violation: &Violation) -> bool {
    matches!(
        violation,
        Violation::Late { .. }
            | Violation::BreakLate { .. }
            | Violation::Overtime { .. }
            | Violation::Duration { .. }
            | Violation::Apart { .. }
            | Violation::TooEarly { .. }
    )
}

/// What rules a vehicle out whatever its tour.
fn forbidden(problem: &Problem, task: TaskId, vehicle: VehicleId) -> Option<(Rule, i64)> {
    if problem.is_allowed(task, vehicle) {
        return None;
    }
    let (needed, has) = (problem.task(task), problem.vehicle(vehicle));
    if needed.locked_to.is_some_and(|locked| locked != vehicle) {
        return Some((Rule::Locked, 0));
    }
    if let Some(skill) = has.skills.first_missing(&needed.skills) {
        return Some((Rule::Skill { skill }, 0));
    }
    let heaviest = (0..problem.dimensions).map(|dimension| {
        let of = |amounts: &[i32]| i64::from(amounts.get(dimension).copied().unwrap_or(0));
        (of(&needed.delivery).max(of(&needed.pickup)) - of(&has.capacity), dimension)
    });
    heaviest.max().map(|(by, dimension)| (Rule::Capacity { dimension }, by))
}

/// How bad a violation is beside others, in seconds or what we take for them.
fn weight(violation: &Violation) -> i64 {
    match *violation {
        Violation::Late { by_s, .. }
        | Violation::TooEarly { by_s, .. }
        | Violation::BreakLate { by_s, .. }
        | Violation::Overtime { by_s }
        | Violation::Travel { by_s }
        | Violation::Duration { by_s } => by_s,
        Violation::Distance { by_m } => by_m / 10,
        Violation::Capacity { by, .. } => by.saturating_mul(3600),
        Violation::Tasks { by } => i64::from(by) * 3600,
        Violation::BreakLoad { .. } => 3600,
        Violation::Skill { .. }
        | Violation::Locked { .. }
        | Violation::Incompatible { .. }
        | Violation::Precedence { .. }
        | Violation::Apart { .. }
        | Violation::Pinned { .. } => i64::from(i32::MAX),
    }
}

fn rule_of(worst: &Violation, own: &[Option<TaskId>], schedule: &Schedule) -> (Rule, i64) {
    match *worst {
        Violation::Late { task, by_s } if own.contains(&Some(task)) => (Rule::Window, by_s),
        Violation::Late { task, by_s } => (Rule::OtherWindow { task }, by_s),
        Violation::BreakLate { index, by_s } => (Rule::Break { index }, by_s),
        Violation::BreakLoad { index } => (Rule::Break { index }, 0),
        Violation::Overtime { by_s } => (Rule::ShiftEnd, by_s),
        Violation::Capacity { dimension, by } => (Rule::Capacity { dimension }, by),
        Violation::Tasks { by } => (Rule::Tasks, i64::from(by)),
        Violation::Travel { by_s } => (Rule::Travel, by_s),
        Violation::Distance { by_m } => (Rule::Distance, by_m),
        Violation::Duration { by_s } => (Rule::Duration, by_s),
        Violation::Skill { skill, .. } => (Rule::Skill { skill }, 0),
        Violation::Locked { .. } => (Rule::Locked, 0),
        Violation::Incompatible { task } => (Rule::Incompatible { task }, 0),
        Violation::Precedence { task } => (Rule::OtherWindow { task }, schedule.end_s),
        Violation::Apart { .. } => (Rule::Crew, 0),
        Violation::TooEarly { before, .. } => (Rule::Before { task: before }, 0),
        Violation::Pinned { .. } => (Rule::ShiftEnd, 0),
    }
}
