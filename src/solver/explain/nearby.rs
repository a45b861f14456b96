//! A few tours near a task as a problem of its own, and a short search in it.

use super::Effort;
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::links;
use crate::solver::part::{Cut, Part};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, NOWHERE};
use crate::solver::search::{self, Options};
use crate::solver::stop::Budget;
use crate::solver::tours::Tours;

/// More tasks than this are too many to look at in a moment.
const TASKS_MAX: usize = 250;
/// So many other absent tasks, the nearest ones, may find a place too.
const ABSENT_MAX: usize = 10;
const SEED: u64 = 1;

/// What a search near a task came to.
pub(super) struct Found {
    /// Of the whole problem.
    pub plan: Plan,
    /// What the whole costs more than before.
    pub more: Cost,
}

/// Searches near a task from the tours given; `first` are the vehicles that matter most. `change` is made to the small
/// problem, in which the task and the vehicles have other numbers, told by the [`Part`].
pub(super) fn search(
    tours: &Tours<'_>,
    task: TaskId,
    first: &[VehicleId],
    effort: &Effort,
    change: impl FnOnce(&mut Part),
) -> Found {
    let problem = tours.problem();
    let plan = tours.plan();
    let mut vehicles = region(tours, task, first, effort);
    let mut absent = absent_near(tours, task);
    links::gather_absent(tours, &mut vehicles, &mut absent);
    let promises = promises(tours, &vehicles, &absent);
    let mut part = Part::of(
        problem,
        &plan,
        tours.disruption(),
        None,
        &Cut { vehicles, absent, promises, tours_max: usize::MAX },
    );
    change(&mut part);
    let budget = Budget::iterations(effort.steps);
    let found = search::improve(part.tours(), &Options::gentle(SEED), &budget, &mut |_| {});
    let mut whole = plan;
    part.write(&found.plan, &mut whole);
    Found { plan: whole, more: found.cost - found.cost_before }
}

/// The vehicles that matter most, then those that come nearest to the task's place.
fn region(tours: &Tours<'_>, task: TaskId, first: &[VehicleId], effort: &Effort) -> Vec<VehicleId> {
    let problem = tours.problem();
    let mut by_distance: Vec<(i32, VehicleId)> = problem
        .vehicle_ids()
        .filter(|vehicle| !first.contains(vehicle))
        .map(|vehicle| (distance_s(tours, task, vehicle), vehicle))
        .collect();
    by_distance.sort_unstable();
    let (mut vehicles, mut count) = (Vec::new(), 0);
    let near = by_distance.iter().map(|(_, vehicle)| vehicle);
    for vehicle in first.iter().chain(near).take(effort.tours) {
        count += tours.count_of(*vehicle);
        if count > TASKS_MAX && !vehicles.is_empty() {
            break;
        }
        vehicles.push(*vehicle);
    }
    vehicles.sort_unstable();
    vehicles
}

/// How near a tour comes to a task: the way to the nearest of its stops, or from its start.
fn distance_s(tours: &Tours<'_>, task: TaskId, vehicle: VehicleId) -> i32 {
    let problem = tours.problem();
    let ride = problem.ride(vehicle);
    let place = problem.node(task).location;
    let stops = tours.tasks_of(vehicle).map(|stop| problem.node(stop).location);
    let places = stops.chain([ride.start, ride.end]).filter(|stop| *stop != NOWHERE);
    places.map(|stop| problem.travel_s(ride, stop, place)).min().unwrap_or(i32::MAX)
}

/// The heads of absent tasks nearest to a task, itself included if it is absent.
fn absent_near(tours: &Tours<'_>, task: TaskId) -> Vec<TaskId> {
    let problem = tours.problem();
    let Some(ride) = problem.vehicle_ids().next().map(|vehicle| problem.ride(vehicle)) else {
        return Vec::new();
    };
    let place = problem.node(task).location;
    let absent = Tours::heads(problem).filter(|head| tours.vehicle_of(*head).is_none());
    let mut near: Vec<(i32, TaskId)> = absent
        .map(|head| {
            let way_s = problem.travel_s(ride, problem.node(head).location, place);
            (if head == task { -1 } else { way_s }, head)
        })
        .collect();
    near.sort_unstable();
    near.truncate(ABSENT_MAX);
    near.into_iter().map(|(_, head)| head).collect()
}

/// How many promises may be moved among these: as many as have moved already, and what is left of the budget.
fn promises(tours: &Tours<'_>, vehicles: &[VehicleId], absent: &[TaskId]) -> u32 {
    let disruption = tours.disruption();
    let is_moved = |task: &TaskId| tours.vehicle_of(*task) != disruption.home(*task);
    let is_inside = |task: &TaskId| match tours.vehicle_of(*task) {
        Some(vehicle) => vehicles.contains(&vehicle),
        None => absent.contains(task),
    };
    let moved: Vec<TaskId> = disruption.promised().filter(is_moved).collect();
    let inside = moved.iter().filter(|task| is_inside(task)).count() as u32;
    inside + disruption.budget().saturating_sub(moved.len() as u32)
}
