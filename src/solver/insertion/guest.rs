//! The fast way for problems that ask for little.

use super::fit::{Along, Fit};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::matrix::Around;
use crate::solver::problem::Problem;
use crate::solver::tours::Tours;

/// A task of a plain problem (nobody asks for more than windows, sums of loads and travel time) with all at hand that
/// its places are judged by.
pub(in crate::solver) struct Guest<'p> {
    around: Around<'p>,
    opens_s: i32,
    closes_s: i32,
    service_s: i32,
    amount: i32,
}

impl<'p> Guest<'p> {
    pub(in crate::solver) fn of(problem: &'p Problem, task: TaskId) -> Self {
        let node = problem.node(task);
        let ride = problem.ride(VehicleId(0));
        Self {
            around: problem.around(ride, node.location),
            opens_s: node.opens_s,
            closes_s: node.closes_s,
            service_s: problem.work_on(task, ride).1,
            amount: problem.amount(task).first().copied().unwrap_or(0),
        }
    }

    /// The same as [`fit_on`] for a vehicle that may do the task.
    #[inline]
    pub(in crate::solver) fn fit_on(&self, tours: &Tours<'_>, vehicle: VehicleId) -> Option<Fit> {
        let tour = &tours.tours[vehicle.index()];
        let room = tours.loads.room.get(vehicle.index());
        if !tour.is_feasible || room.is_some_and(|room| *room < self.amount) {
            return None;
        }
        let end = tours.end_of(vehicle);
        let mut here = tours.start_of(vehicle);
        let (mut least_s, mut after) = (i32::MAX, end);
        while here != end {
            let spot = &tours.spots[here as usize];
            // From here on every stop is left after the window.
            if spot.ready_s > self.closes_s {
                break;
            }
            if spot.next_due_s >= self.opens_s {
                let from_s = self.around.seconds_from(spot.place);
                let to_s = self.around.seconds_to(spot.next_place);
                let more_s = from_s + to_s - spot.leg_s;
                let start_s = (spot.ready_s + from_s).max(self.opens_s);
                // Of places that cost the same the last one.
                if more_s <= least_s
                    && start_s <= self.closes_s
                    && start_s + self.service_s + to_s <= spot.next_due_s
                {
                    (least_s, after) = (more_s, here);
                }
            }
            here = spot.next;
        }
        if after == end {
            return None;
        }
        let ride = tours.problem().ride(vehicle);
        let fixed = if tour.count == 0 { ride.fixed } else { 0 };
        let cost = i64::from(least_s) * ride.per_s + fixed;
        Some(Fit { cost, vehicle, after, along: Along::Nothing })
    }
}
