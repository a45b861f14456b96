//! What tasks behind spots of a tour add to it.

use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::links;
use crate::solver::problem::{Cost, LoadRule, Ride};
use crate::solver::tours::{SpotId, Tours};

/// What lateness and paid time cost more with tasks behind spots; none if some rule breaks.
pub(in crate::solver) fn walk_with(
    tours: &mut Tours<'_>,
    vehicle: VehicleId,
    more: &[(SpotId, TaskId)],
) -> Option<Cost> {
    if links::are_bound(tours, vehicle, more) {
        return links::judge(tours, &[(vehicle, more)]);
    }
    let mut walker = std::mem::take(tours.walker());
    let walked = walker.walk(tours.problem(), vehicle, with(tours, vehicle, more), |_| {});
    *tours.walker() = walker;
    if walked.excess_s > 0 {
        return None;
    }
    let tour = &tours.tours[vehicle.index()];
    let mut more = walked.timed_cost() - tour.late_cost;
    if tours.problem().ride(vehicle).is_paid {
        more += tours.problem().paid_cost(vehicle, walked.paid_s) - tour.paid_cost;
    }
    Some(more)
}

/// The order of a tour with more tasks in it, each behind a spot; of those behind the same one, as they are given.
pub(in crate::solver) fn with<'a>(
    tours: &'a Tours<'_>,
    vehicle: VehicleId,
    more: &'a [(SpotId, TaskId)],
) -> impl Iterator<Item = TaskId> + use<'a> {
    let start = tours.start_of(vehicle);
    let behind = move |spot: SpotId| {
        more.iter().filter(move |(after, _)| *after == spot).map(|(_, task)| *task)
    };
    behind(start).chain(
        tours.tasks_of(vehicle).flat_map(move |task| std::iter::once(task).chain(behind(task.0))),
    )
}

/// Seconds of set-up and service that tasks behind a spot add, one behind the other.
pub(in crate::solver) fn added_work_s(
    tours: &Tours<'_>,
    ride: &Ride,
    after: SpotId,
    more: &[TaskId],
) -> i32 {
    let problem = tours.problem();
    let spot = &tours.spots[after as usize];
    let (mut from, mut work_s) = (spot.place, 0);
    for task in more {
        let place = problem.node(*task).location;
        let (setup_s, service_s) = problem.work_on(*task, ride);
        work_s += service_s + if from == place { 0 } else { setup_s };
        from = place;
    }
    if let Some(next) = tours.task_at(spot.next) {
        let (setup_s, _) = problem.work_on(next, ride);
        work_s += setup_s
            * (i32::from(from != spot.next_place) - i32::from(spot.place != spot.next_place));
    }
    work_s
}

/// Whether the load holds with the task, which stands alone, behind a spot.
#[inline]
pub(in crate::solver) fn fits_in_load(
    tours: &Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
) -> bool {
    let problem = tours.problem();
    let dimensions = problem.dimensions;
    match problem.load_rule {
        LoadRule::None => true,
        LoadRule::Sum => {
            let room = &tours.loads.room[vehicle.index() * dimensions..][..dimensions];
            room.iter().zip(problem.amount(task)).all(|(room, amount)| room >= amount)
        }
        LoadRule::Peaks => {
            let row = after as usize * dimensions..(after as usize + 1) * dimensions;
            let until = &tours.loads.peak_until[row.clone()];
            let from = &tours.loads.peak_from[row];
            let capacity = problem.capacity(vehicle);
            let (aboard, change) = (problem.aboard(task), problem.change(task));
            (0..dimensions).all(|d| {
                until[d] + aboard[d] <= capacity[d]
                    && from[d] + aboard[d] + change[d] <= capacity[d]
            })
        }
    }
}

/// What a task behind a spot adds in travel and work.
pub(in crate::solver) fn added_cost(
    tours: &Tours<'_>,
    ride: &Ride,
    task: TaskId,
    after: SpotId,
    (from_s, to_s): (i32, i32),
) -> Cost {
    let problem = tours.problem();
    let spot = &tours.spots[after as usize];
    let place = problem.node(task).location;
    let mut cost = problem.leg_cost(ride, spot.place, place, from_s)
        + problem.leg_cost(ride, place, spot.next_place, to_s)
        - spot.leg;
    if ride.work_per_s != 0 {
        cost += i64::from(added_work_s(tours, ride, after, &[task])) * ride.work_per_s;
    }
    cost
}
