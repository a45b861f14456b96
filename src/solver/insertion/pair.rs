//! The best two places on one tour for a shipment.

use super::added::{added_cost, walk_with};
use super::fit::{Along, Fit};
use super::in_time::{reaches_next_resting, times_after};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::problem::{Cost, FAR, Ride};
use crate::solver::tours::{SpotId, Tours};
use crate::solver::validate::BREAKS_MAX;

/// The best two places for a shipment on one tour: for every place of the pickup the new times are carried on stop by
/// stop, so each place of the delivery is again judged in constant time.
pub(super) fn best_pair(
    tours: &mut Tours<'_>,
    pickup: TaskId,
    delivery: TaskId,
    vehicle: VehicleId,
    mut beat: Cost,
) -> Option<Fit> {
    let problem = tours.problem();
    let ride = problem.ride(vehicle);
    let breaks = ride.breaks as usize;
    let dimensions = problem.dimensions;
    let capacity = problem.capacity(vehicle);
    let amount = problem.change(pickup);
    let (from_place, to_place) = (problem.node(pickup).location, problem.node(delivery).location);
    let between_s = problem.travel_s(ride, from_place, to_place);
    let may_be_late = [pickup, delivery].iter().any(|task| problem.node(*task).late_max_s > 0);
    let (first_open, end) = (tours.first_open(vehicle), tours.end_of(vehicle));
    let closes_s = problem.node(pickup).closes_s + problem.node(pickup).late_max_s;
    let opens_s = problem.node(delivery).opens_s;
    let mut found = None;
    let mut first = first_open;
    while first != end {
        let spot = tours.spots[first as usize];
        let holds = |tours: &Tours<'_>, spot: SpotId| {
            let load = &tours.loads.after[spot as usize * dimensions..][..dimensions];
            (0..dimensions).all(|d| amount[d] == 0 || load[d] + amount[d] <= capacity[d])
        };
        if spot.ready_s > closes_s {
            break;
        }
        if !holds(tours, first) {
            first = spot.next;
            continue;
        }
        let mut ready = [FAR; BREAKS_MAX + 1];
        let legs = problem.legs_around(ride, spot.place, from_place, spot.next_place);
        {
            let own = [spot.ready_s];
            let row = if breaks == 0 {
                &own[..]
            } else {
                &tours.by_breaks.ready[first as usize * tours.by_breaks.stride..][..=breaks]
            };
            times_after(tours, vehicle, pickup, spot.place, legs.0, row, &mut ready);
        }
        let pickup_cost = added_cost(tours, ride, pickup, first, legs);
        let mut from = from_place;
        let mut second = first;
        loop {
            if ready[..=breaks].iter().all(|&time_s| time_s >= FAR) {
                break;
            }
            let here = tours.spots[second as usize];
            if here.next_due_s >= opens_s {
                let legs = problem.legs_around(ride, here.place, to_place, here.next_place);
                let mut cost = if second == first {
                    adjacent_cost(tours, ride, pickup, delivery, first, between_s)
                } else {
                    pickup_cost + added_cost(tours, ride, delivery, second, legs)
                };
                let tour = tours.tours[vehicle.index()];
                if tour.count == 0 {
                    cost += ride.fixed;
                }
                if cost.saturating_sub(tour.shared_cost) < beat {
                    let mut done = [FAR; BREAKS_MAX + 1];
                    let leg_s = if second == first { between_s } else { legs.0 };
                    times_after(
                        tours,
                        vehicle,
                        delivery,
                        from,
                        leg_s,
                        &ready[..=breaks],
                        &mut done,
                    );
                    let more = [(first, pickup), (second, delivery)];
                    let is_in_time =
                        reaches_next_resting(tours, ride, second, to_place, legs.1, &done);
                    if is_in_time && (!ride.has_limits || pair_fits(tours, ride, vehicle, &more)) {
                        let is_walked = tour.soft > 0
                            || tour.links > 0
                            || ride.is_timed
                            || ride.is_soft
                            || ride.has_loaded_breaks
                            || may_be_late
                            || ride.is_spanned;
                        let lateness =
                            if is_walked { walk_with(tours, vehicle, &more) } else { Some(0) };
                        if let Some(lateness) = lateness
                            && cost + lateness < beat
                        {
                            cost += lateness;
                            beat = cost;
                            found = Some(Fit {
                                cost,
                                vehicle,
                                after: first,
                                along: Along::Delivery(second),
                            });
                        }
                    }
                }
            }
            // Carry the times over the next stop.
            second = here.next;
            let is_last = tours.task_at(second).is_none_or(|task| problem.is_call(task));
            if is_last || !holds(tours, second) {
                break;
            }
            let carried = ready;
            let to = tours.spots[second as usize].place;
            let leg_s = problem.travel_s(ride, from, to);
            let task = TaskId(second);
            times_after(tours, vehicle, task, from, leg_s, &carried[..=breaks], &mut ready);
            from = to;
        }
        first = spot.next;
    }
    found
}

/// What a shipment adds when nothing comes between its halves.
fn adjacent_cost(
    tours: &Tours<'_>,
    ride: &Ride,
    pickup: TaskId,
    delivery: TaskId,
    after: SpotId,
    between_s: i32,
) -> Cost {
    let problem = tours.problem();
    let spot = &tours.spots[after as usize];
    let (one, two) = (problem.node(pickup).location, problem.node(delivery).location);
    let (from, to) = (spot.place, spot.next_place);
    let leg =
        |from: u32, to: u32| problem.leg_cost(ride, from, to, problem.travel_s(ride, from, to));
    let mut cost = leg(from, one) + problem.leg_cost(ride, one, two, between_s) + leg(two, to);
    cost -= spot.leg;
    if ride.work_per_s != 0 {
        let work_s = |task: TaskId, from: u32, place: u32| {
            let (setup_s, service_s) = problem.work_on(task, ride);
            service_s + if from == place { 0 } else { setup_s }
        };
        let mut added_s = work_s(pickup, from, one) + work_s(delivery, one, two);
        if let Some(next) = tours.task_at(spot.next) {
            added_s += work_s(next, two, to) - work_s(next, from, to);
        }
        cost += i64::from(added_s) * ride.work_per_s;
    }
    cost
}

/// Whether the limits hold with a shipment behind two spots.
fn pair_fits(
    tours: &Tours<'_>,
    ride: &Ride,
    vehicle: VehicleId,
    more: &[(SpotId, TaskId); 2],
) -> bool {
    let problem = tours.problem();
    let place = |task: TaskId| problem.node(task).location;
    let mut legs: Vec<(u32, u32)> = Vec::with_capacity(4);
    let mut without = Vec::with_capacity(2);
    let (first, second) = (more[0].0, more[1].0);
    let (one, two) = (&tours.spots[first as usize], &tours.spots[second as usize]);
    let (pickup, delivery) = (place(more[0].1), place(more[1].1));
    legs.push((one.place, pickup));
    if first == second {
        legs.push((pickup, delivery));
    } else {
        legs.extend([(pickup, one.next_place), (two.place, delivery)]);
        without.push((two.place, two.next_place));
    }
    legs.push((delivery, two.next_place));
    without.push((one.place, one.next_place));
    if tours.tours[vehicle.index()].count == 0 {
        without.clear();
    }
    let sum = |legs: &[(u32, u32)]| {
        let travel_s: i64 =
            legs.iter().map(|leg| i64::from(problem.travel_s(ride, leg.0, leg.1))).sum();
        let travel_m: i64 = legs.iter().map(|leg| problem.travel_m(ride, leg.0, leg.1)).sum();
        (travel_s, travel_m)
    };
    let (more, less) = (sum(&legs), sum(&without));
    tours.fits_in_limits(vehicle, 2, more.0 - less.0, more.1 - less.1)
}
