//! A few tours near some tasks as a problem of its own, and a search in it: to look at a change at once, where the whole
//! plan would take seconds.

use super::draft::{TaskId, VehicleId};
use super::links;
use super::part::{Cut, Part};
use super::plan::Plan;
use super::problem::{Cost, NOWHERE};
use super::search::{self, Options, Outcome};
use super::stop::Budget;
use super::tours::Tours;

/// More tasks than this are too many to look at in a moment.
const TASKS_MAX: usize = 250;
/// So many other absent tasks, the nearest ones, may find a place too.
const ABSENT_MAX: usize = 10;
/// Where some tours have changed, so many others near them are looked at with each.
const NEAR_EACH: usize = 8;

/// Which tours are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region<'a> {
    /// What they are near to.
    pub around: &'a [TaskId],
    /// The vehicles that matter most.
    pub first: &'a [VehicleId],
    /// How many tours, those of `first` included.
    pub tours: usize,
}

/// What a search in a region came to.
pub(super) struct Found {
    /// Of the whole problem.
    pub plan: Plan,
    /// What the whole costs more than before.
    pub more: Cost,
    pub iterations: u64,
}

/// Where something is new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    pub tours: Vec<VehicleId>,
    /// In no tour yet.
    pub tasks: Vec<TaskId>,
}

impl Change {
    /// Nothing is new.
    pub fn is_empty(&self) -> bool {
        self.tours.is_empty() && self.tasks.is_empty()
    }
}

/// Improves only what is near a change, and puts in absent tasks near it. The same as [`search::improve`] otherwise: never
/// worse than what is given, and the same input and number of iterations give the same plan.
pub fn improve_near(
    tours: &Tours<'_>,
    change: &Change,
    options: &Options,
    budget: &Budget<'_>,
) -> Outcome {
    let problem = tours.problem();
    let stops = change.tours.iter().flat_map(|vehicle| tours.tasks_of(*vehicle));
    let stops = stops.filter(|task| !problem.is_call(*task));
    let around: Vec<TaskId> = stops.chain(change.tasks.iter().copied()).collect();
    let places = change.tours.len() + change.tasks.len();
    let region = Region { around: &around, first: &change.tours, tours: places * (NEAR_EACH + 1) };
    let found = search(tours, region, options, budget, |_| {});
    let owners = found.plan.owners(problem);
    Outcome {
        moved_promises: tours.disruption().moved(|task| owners[task.index()]),
        cost: tours.cost() + found.more,
        cost_before: tours.cost(),
        iterations: found.iterations,
        plan: found.plan,
    }
}

/// Searches in a region from the tours given. `change` is made to the small problem, in which tasks and vehicles have
/// other numbers, told by the [`Part`].
pub(super) fn search(
    tours: &Tours<'_>,
    region: Region<'_>,
    options: &Options,
    budget: &Budget<'_>,
    change: impl FnOnce(&mut Part),
) -> Found {
    let problem = tours.problem();
    let plan = tours.plan();
    let mut vehicles = vehicles(tours, region);
    let mut absent = absent_near(tours, region.around);
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
    let found = search::improve(part.tours(), options, budget, &mut |_| {});
    let mut whole = plan;
    part.write(&found.plan, &mut whole);
    let more = found.cost - found.cost_before;
    Found { plan: whole, more, iterations: found.iterations }
}

/// The vehicles that matter most, then those that come nearest to the tasks' places.
fn vehicles(tours: &Tours<'_>, region: Region<'_>) -> Vec<VehicleId> {
    let problem = tours.problem();
    let mut by_distance: Vec<(i32, VehicleId)> = problem
        .vehicle_ids()
        .filter(|vehicle| !region.first.contains(vehicle))
        .map(|vehicle| {
            let distances = region.around.iter().map(|task| distance_s(tours, *task, vehicle));
            (distances.min().unwrap_or(i32::MAX), vehicle)
        })
        .collect();
    by_distance.sort_unstable();
    let (mut vehicles, mut count) = (Vec::new(), 0);
    let near = by_distance.iter().map(|(_, vehicle)| vehicle);
    for vehicle in region.first.iter().chain(near).take(region.tours) {
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

/// The heads of absent tasks nearest to some tasks, themselves included if they are absent.
fn absent_near(tours: &Tours<'_>, around: &[TaskId]) -> Vec<TaskId> {
    let problem = tours.problem();
    let Some(ride) = problem.vehicle_ids().next().map(|vehicle| problem.ride(vehicle)) else {
        return Vec::new();
    };
    let way_s = |head: TaskId, task: TaskId| {
        problem.travel_s(ride, problem.node(head).location, problem.node(task).location)
    };
    let absent = Tours::heads(problem).filter(|head| tours.vehicle_of(*head).is_none());
    let mut near: Vec<(i32, TaskId)> = absent
        .map(|head| {
            let ways = around.iter().map(|task| way_s(head, *task));
            let nearest_s = ways.min().unwrap_or(0);
            (if around.contains(&head) { -1 } else { nearest_s }, head)
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

#[cfg(test)]
mod tests {
    use super::super::made_up::{self, Taste};
    use super::super::properties::feasible_plan;
    use super::super::{Disruption, Moving, Solution, checker};
    use super::*;

    #[test]
    fn what_is_near_gets_better_at_the_price_it_says_and_nothing_else_changes() {
        let (mut better, mut untouched) = (0, 0);
        for seed in 0..120 {
            let taste = Taste { tasks: 40, vehicles: 12, shipments: 2, is_rich: true };
            let problem = made_up::any(seed, taste);
            let Some(plan) = feasible_plan(&problem, 0.7, seed) else { continue };
            let tours = Tours::of(&problem, &plan).unwrap();
            let promised = plan.tours.iter().flatten().map(|task| Moving {
                task: *task,
                price: 5,
                is_promised: task.0 % 2 == 0,
            });
            let moving: Vec<Moving> = promised.collect();
            let tours = tours.with_disruption(Disruption::from_plan(&problem, &plan, &moving, 2));
            let changed = VehicleId(seed as u32 % 12);
            let change = Change { tours: vec![changed], tasks: Vec::new() };
            let look = || {
                let budget = Budget::iterations(200);
                improve_near(&tours, &change, &Options::gentle(seed), &budget)
            };
            let found = look();
            assert_eq!(found, look(), "seed {seed}: the same again");
            let after = Tours::of(&problem, &found.plan).unwrap();
            let after = after.with_disruption(tours.disruption().clone());
            assert_eq!(after.cost(), found.cost, "seed {seed}: the cost is exact");
            assert!(found.cost <= found.cost_before, "seed {seed}: never worse");
            assert!(found.moved_promises <= 2, "seed {seed}: {}", found.moved_promises);
            let solution = Solution::of(&problem, &found.plan);
            assert_eq!(checker::check(&problem, &solution), [], "seed {seed}");
            better += u32::from(found.cost < found.cost_before);
            let same = plan.tours.iter().zip(&found.plan.tours).filter(|(was, is)| was == is);
            assert!(
                same.count() >= 12 - (NEAR_EACH + 1),
                "seed {seed}: only so many are looked at"
            );
            untouched += u32::from(plan == found.plan);
        }
        assert!(better > 40, "{better} got better, {untouched} did not");
    }

    #[test]
    fn a_task_that_is_new_finds_its_place_near_by() {
        let taste = Taste { tasks: 30, vehicles: 8, shipments: 0, is_rich: false };
        let problem = made_up::problem(3, taste);
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let change = Change { tours: Vec::new(), tasks: vec![TaskId(7)] };
        assert!(!change.is_empty() && Change::default().is_empty());
        let budget = Budget::iterations(20);
        let found = improve_near(&tours, &change, &Options::gentle(1), &budget);
        assert!(found.plan.tours.iter().flatten().any(|task| *task == TaskId(7)));
        assert!(found.cost < found.cost_before);
    }
}
