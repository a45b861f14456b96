//! Why this vehicle does the task: what the best plan costs in which it may not.

use super::Effort;
use super::refusal::distance;
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::insertion::{self, Refusal};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, Problem};
use crate::solver::schedule::{Schedule, Stop};
use crate::solver::tours::Tours;

/// Why there is no other plan to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Nobody does the task.
    Absent,
    /// It has begun, or is held where it is.
    Pinned,
    /// It may only ride on this vehicle.
    Locked,
}

/// The best plan that was found with an assignment forbidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Who does the task in it; none: nobody can, or leaving it out costs less.
    pub vehicle: Option<VehicleId>,
    pub plan: Plan,
    /// What it has more than the chosen plan. A cost below nothing is a better plan than the chosen one.
    pub more: Difference,
    /// Other tasks that change vehicles, are left out or find a place.
    pub moved: Vec<Moved>,
    /// If nobody does the task: who comes nearest, and the rule in the way.
    pub nearest: Option<Refusal>,
}

/// What one plan has more than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// All of it, tasks left out and moved included, in inner costs.
    pub cost: Cost,
    /// Tours alone, in inner costs.
    pub tours_cost: Cost,
    pub travel_s: i64,
    pub travel_m: i64,
    /// Set-up and service.
    pub work_s: i64,
    pub waiting_s: i64,
    /// After windows and shifts, where that is allowed.
    pub late_s: i64,
    /// Vehicles on the road.
    pub vehicles: i64,
}

/// Another task that is elsewhere in the other plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub task: TaskId,
    pub from: Option<VehicleId>,
    pub to: Option<VehicleId>,
}

/// Forbids the vehicle that has the task to do it, and looks for the best plan then: every other place for the task,
/// and a short search among the tours near it.
///
/// # Errors
/// Why there is nothing to compare.
pub fn assignment(tours: &Tours<'_>, task: TaskId, effort: &Effort) -> Result<Alternative, Fixed> {
    let problem = tours.problem();
    let (head, partner) = insertion::halves(problem, task);
    let home = tours.vehicle_of(head).ok_or(Fixed::Absent)?;
    let halves = || std::iter::once(head).chain(partner);
    if halves().any(|half| tours.is_pinned(half)) {
        return Err(Fixed::Pinned);
    }
    if halves().any(|half| problem.task(half).locked_to == Some(home)) {
        return Err(Fixed::Locked);
    }
    let mut start = tours.clone();
    start.remove(head);
    let mut elsewhere = insertion::ranked(&mut start, head);
    elsewhere.retain(|place| place.vehicle != home);
    if let Some(best) = elsewhere.first()
        && best.cost <= start.absence_cost(head)
    {
        insertion::apply(&mut start, best);
    }
    let mut first = vec![home];
    first.extend(elsewhere.iter().take(effort.tours / 2).map(|place| place.vehicle));
    let found = effort.search(&start, head, &first, |part| {
        let home = part.vehicle_inside(home).expect("its own tour is the first of the region");
        for half in halves() {
            let half = part.inside(half).expect("the task is in the region");
            part.problem.forbid(half, home);
        }
    });
    let cost = start.cost() + found.more - tours.cost();
    let vehicle = found.plan.owners(problem)[head.index()];
    let nearest = if vehicle.is_none() { nearest(&mut start, head, home) } else { None };
    let chosen = tours.plan();
    let mut more = difference(problem, &chosen, &found.plan);
    more.cost = cost;
    let mut moved = moved(problem, &chosen, &found.plan);
    moved.retain(|other| !halves().any(|half| half == other.task));
    Ok(Alternative { vehicle, more, moved, nearest, plan: found.plan })
}

/// Who else comes nearest to a task that nobody else can do.
fn nearest(without: &mut Tours<'_>, head: TaskId, home: VehicleId) -> Option<Refusal> {
    let mut refusals = insertion::refusals(without, head);
    refusals.retain(|refusal| refusal.vehicle != home);
    refusals.into_iter().min_by_key(distance)
}

/// What the tours of one plan have more than those of another; only tours that differ are looked at.
fn difference(problem: &Problem, chosen: &Plan, other: &Plan) -> Difference {
    let mut more = Difference::default();
    let mut add = |schedule: &Schedule, sign: i64| {
        let visits = &schedule.visits;
        more.tours_cost += sign * schedule.cost.total();
        more.travel_s += sign * schedule.travel_s;
        more.travel_m += sign * schedule.travel_m;
        let tasks = visits.iter().filter(|visit| matches!(visit.stop, Stop::Task(_)));
        more.work_s += sign * tasks.map(|visit| visit.setup_s + visit.service_s).sum::<i64>();
        more.waiting_s += sign * schedule.waiting_s;
        let late_s: i64 = visits.iter().map(|visit| visit.late_s).sum();
        more.late_s += sign * (late_s + schedule.overtime_s);
        more.vehicles += sign * i64::from(!visits.is_empty());
    };
    if problem.has_links() {
        // A tour may have other times although its order is the same.
        chosen.schedules(problem).iter().for_each(|schedule| add(schedule, -1));
        other.schedules(problem).iter().for_each(|schedule| add(schedule, 1));
        return more;
    }
    for vehicle in problem.vehicle_ids() {
        let (was, is) = (&chosen.tours[vehicle.index()], &other.tours[vehicle.index()]);
        if was != is {
            add(&Schedule::of(problem, vehicle, was), -1);
            add(&Schedule::of(problem, vehicle, is), 1);
        }
    }
    more
}

/// Tasks that are with another vehicle, of shipments the first half.
pub(super) fn moved(problem: &Problem, chosen: &Plan, other: &Plan) -> Vec<Moved> {
    let (was, is) = (chosen.owners(problem), other.owners(problem));
    Tours::heads(problem)
        .map(|task| Moved { task, from: was[task.index()], to: is[task.index()] })
        .filter(|moved| moved.from != moved.to)
        .collect()
}
