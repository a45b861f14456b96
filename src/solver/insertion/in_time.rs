//! Whether the times of a tour hold with more in it, told in constant time.

use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::problem::{FAR, Ride};
use crate::solver::times::rested_s;
use crate::solver::tours::{Spot, SpotId, Tours};
use crate::solver::validate::BREAKS_MAX;

/// Whether a vehicle without breaks that leaves `place`, `travel_s` away from the spot that follows `after`, at
/// `ready_s` can do all that follows.
#[inline]
pub(in crate::solver) fn reaches_next(
    tours: &Tours<'_>,
    ride: &Ride,
    after: SpotId,
    place: u32,
    travel_s: i32,
    ready_s: i32,
) -> bool {
    let spot = &tours.spots[after as usize];
    let arrives = |arrival_s: i32| arrival_s <= spot.next_due_s;
    let leaves = |ready_s: i32| ready_s <= tours.spots[spot.next as usize].leave_s;
    follows(tours, ride, spot, place, travel_s, ready_s, arrives, leaves)
}

/// The same for any number of breaks taken: `arrives` tells whether an arrival at the next spot is early enough as long
/// as its set-up is what it was, `leaves` whether a time to leave it is.
#[expect(clippy::too_many_arguments, reason = "the inner loop, all of them numbers")]
#[inline]
fn follows(
    tours: &Tours<'_>,
    ride: &Ride,
    spot: &Spot,
    place: u32,
    travel_s: i32,
    ready_s: i32,
    arrives: impl Fn(i32) -> bool,
    leaves: impl Fn(i32) -> bool,
) -> bool {
    let problem = tours.problem();
    let Some(next) = tours.task_at(spot.next) else { return arrives(ready_s + travel_s) };
    let node = problem.node(next);
    let to = spot.next_place;
    let arrival_s = ready_s.max(node.release_s) + travel_s;
    let (setup_s, service_s) = problem.work_on(next, ride);
    if setup_s == 0 || (place == to) == (spot.place == to) {
        return arrives(arrival_s);
    }
    let start_s = problem.start_s(node, arrival_s);
    let work_s = service_s + if place == to { 0 } else { setup_s };
    start_s < FAR && leaves(start_s + work_s)
}

/// Whether the times hold on a vehicle with breaks.
pub(super) fn fits_between_rests(
    tours: &Tours<'_>,
    ride: &Ride,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
    (from_s, to_s): (i32, i32),
) -> bool {
    let stride = tours.by_breaks.stride;
    let spot = &tours.spots[after as usize];
    let ready = &tours.by_breaks.ready[after as usize * stride..][..=ride.breaks as usize];
    let mut done = [FAR; BREAKS_MAX + 1];
    times_after(tours, vehicle, task, spot.place, from_s, ready, &mut done);
    let place = tours.problem().node(task).location;
    reaches_next_resting(tours, ride, after, place, to_s, &done)
}

/// Whether some number of breaks taken on the way leads to all that follows `after`.
pub(super) fn reaches_next_resting(
    tours: &Tours<'_>,
    ride: &Ride,
    after: SpotId,
    place: u32,
    travel_s: i32,
    ready: &[i32; BREAKS_MAX + 1],
) -> bool {
    if ride.breaks == 0 {
        return ready[0] < FAR && reaches_next(tours, ride, after, place, travel_s, ready[0]);
    }
    let stride = tours.by_breaks.stride;
    let spot = &tours.spots[after as usize];
    let row = spot.next as usize * stride;
    (0..=ride.breaks as usize).any(|taken| {
        let arrives = |arrival_s: i32| arrival_s <= tours.by_breaks.due[row + taken];
        let leaves = |ready_s: i32| ready_s <= tours.by_breaks.leave[row + taken];
        ready[taken] < FAR
            && follows(tours, ride, spot, place, travel_s, ready[taken], arrives, leaves)
    })
}

/// The earliest times to leave `task` when the place before it, `travel_s` away, is left at `ready`, by breaks taken.
pub(super) fn times_after(
    tours: &Tours<'_>,
    vehicle: VehicleId,
    task: TaskId,
    from: u32,
    travel_s: i32,
    ready: &[i32],
    done: &mut [i32; BREAKS_MAX + 1],
) {
    let problem = tours.problem();
    let ride = problem.ride(vehicle);
    let node = problem.node(task);
    let (setup_s, service_s) = problem.work_on(task, ride);
    let work_s = service_s + if from == node.location { 0 } else { setup_s };
    let breaks = if ride.breaks > 0 { &problem.vehicle(vehicle).breaks[..] } else { &[] };
    let mut before_s = FAR;
    for (taken, &ready_s) in ready.iter().enumerate() {
        let mut done_s = FAR;
        if ready_s < FAR {
            let start_s = problem.start_s(node, ready_s.max(node.release_s) + travel_s);
            if start_s < FAR {
                done_s = start_s + work_s;
            }
        }
        if taken > 0 {
            done_s = done_s.min(rested_s(&breaks[taken - 1], before_s));
        }
        before_s = done_s;
        done[taken] = done_s;
    }
}
