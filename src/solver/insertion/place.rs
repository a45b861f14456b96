//! The best place on one tour for a task that stands alone.

use super::added::{added_cost, fits_in_load, walk_with};
use super::fit::{Along, Fit};
use super::in_time::{fits_between_rests, reaches_next};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::problem::{Cost, FAR};
use crate::solver::tours::{SpotId, Tours};

pub(super) fn best_place(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    mut beat: Cost,
) -> Option<Fit> {
    let problem = tours.problem();
    let around = problem.around(problem.ride(vehicle), problem.node(task).location);
    let first = tours.first_open(vehicle);
    let mut after = tours.spots[tours.end_of(vehicle) as usize].prev;
    let mut found = None;
    // From the end: of places that cost the same, the one that makes the fewest others wait.
    loop {
        let legs = |from, to| around.legs(from, to);
        if let Some(cost) = judge(tours, task, vehicle, after, legs, beat) {
            beat = cost;
            found = Some(Fit { cost, vehicle, after, along: Along::Nothing });
        }
        if after == first {
            return found;
        }
        after = tours.spots[after as usize].prev;
    }
}

/// What a task that stands alone adds after a spot, if that is feasible and less than `beat`. The vehicle may do the
/// task, its tour holds and the spot is open. `legs` tells the seconds from one place to the task and on to another.
#[inline]
pub(super) fn judge(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
    legs: impl FnOnce(u32, u32) -> (i32, i32),
    beat: Cost,
) -> Option<Cost> {
    let problem = tours.problem();
    let node = problem.node(task);
    let spot = &tours.spots[after as usize];
    // Told without any travel: the spot is left after the window, or the next one is due before it.
    if spot.ready_s > node.closes_s + node.late_max_s || spot.next_due_s < node.opens_s {
        return None;
    }
    let ride = problem.ride(vehicle);
    let (from, to) = (spot.place, spot.next_place);
    let (from_s, to_s) = legs(from, to);
    let tour = &tours.tours[vehicle.index()];
    let mut cost = added_cost(tours, ride, task, after, (from_s, to_s));
    if tour.count == 0 {
        cost += ride.fixed;
    }
    // Lateness that is there already could vanish, at best all of it.
    if cost.saturating_sub(tour.shared_cost) >= beat {
        return None;
    }
    if !fits_in_load(tours, task, vehicle, after) {
        return None;
    }
    if ride.breaks == 0 {
        let start_s = problem.start_s(node, spot.ready_s.max(node.release_s) + from_s);
        let (setup_s, service_s) = problem.work_on(task, ride);
        let setup_s = if from == node.location { 0 } else { setup_s };
        if start_s >= FAR
            || !reaches_next(tours, ride, after, node.location, to_s, start_s + setup_s + service_s)
        {
            return None;
        }
    } else if !fits_between_rests(tours, ride, task, vehicle, after, (from_s, to_s)) {
        return None;
    }
    let tour = &tours.tours[vehicle.index()];
    if ride.has_limits {
        let travel_s = i64::from(from_s) + i64::from(to_s) - i64::from(spot.leg_s);
        let mut travel_m =
            problem.travel_m(ride, from, node.location) + problem.travel_m(ride, node.location, to);
        if tour.count > 0 {
            travel_m -= problem.travel_m(ride, from, to);
        }
        if !tours.fits_in_limits(vehicle, 1, travel_s, travel_m) {
            return None;
        }
    }
    let is_walked = tour.soft > 0 || tour.links > 0 || ride.is_soft || ride.has_loaded_breaks;
    if is_walked || ride.is_timed || node.late_max_s > 0 {
        cost += walk_with(tours, vehicle, &[(after, task)])?;
    }
    (cost < beat).then_some(cost)
}
