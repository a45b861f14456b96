//! Swaps the tails of two tours behind tasks that are good to come one after the other ("2-opt*": Potvin and Rousseau
//! 1995, doi 10.1057/jors.1995.204). Strings that are torn out are short; this moves the long ends that they cannot, and
//! makes one tour of two. A swap is judged by four legs before anything is touched, so many can be tried for one ruin.

use super::draft::{TaskId, VehicleId};
use super::neighbours::Neighbours;
use super::problem::{Cost, Problem, Ride};
use super::tours::{SpotId, Tours};
use super::undo::Undo;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Two tours and where their tails begin.
#[derive(Debug, Default)]
pub(super) struct TailSwap {
    vehicles: [VehicleId; 2],
    /// The last spots that stay.
    stays: [SpotId; 2],
    tails: [Vec<TaskId>; 2],
    more: Cost,
}

impl TailSwap {
    /// Draws a task and one that is good behind it; says whether the tails may be swapped so that the second comes behind
    /// the first, as far as legs tell, and for at most so much. Closing a tour saves `tour_price` beside its own.
    pub(super) fn draw(
        &mut self,
        tours: &Tours<'_>,
        neighbours: &Neighbours,
        (cost_max, tour_price): (f64, Cost),
        dice: &mut Xoshiro256PlusPlus,
    ) -> bool {
        let problem = tours.problem();
        // Tails must not part shipments, nor leave calls without a trip.
        if problem.shipments > 0 || problem.asked < problem.tasks().len() {
            return false;
        }
        let first = TaskId(dice.random_range(0..problem.asked as u32));
        let row = neighbours.beside(first);
        if row.is_empty() {
            return false;
        }
        let second = row[dice.random_range(0..row.len())];
        let (Some(one), Some(two)) = (tours.vehicle_of(first), tours.vehicle_of(second)) else {
            return false;
        };
        let (ride, other) = (problem.ride(one), problem.ride(two));
        let has_links = [one, two].iter().any(|vehicle| tours.tours[vehicle.index()].links > 0);
        if one == two || has_links || !ride.travels_like(other) || tours.is_pinned(second) {
            return false;
        }
        let stays = tours.spots[first.index()];
        let comes = tours.spots[second.index()];
        let before = tours.spots[comes.prev as usize];
        let tail = tours.task_at(stays.next);
        if tail.is_some_and(|task| tours.is_pinned(task)) {
            return false;
        }
        let closes = tail.is_none() && tours.task_at(comes.prev).is_none();
        let (there_s, there) = leg(problem, ride, stays.place, comes.place);
        let (back_s, back) =
            if closes { (0, 0) } else { leg(problem, ride, before.place, stays.next_place) };
        let mut more = there + back - stays.leg - before.leg;
        if ride.end != other.end {
            more += to_another_end(tours, ride, two, ride.end);
            if tail.is_some() {
                more += to_another_end(tours, ride, one, other.end);
            }
        }
        if closes {
            more -= other.fixed + tour_price;
        }
        let is_late = stays.ready_s + there_s > comes.due_s
            || !closes && before.ready_s + back_s > stays.next_due_s;
        if is_late || more as f64 > cost_max {
            return false;
        }
        self.more = more;
        self.vehicles = [one, two];
        self.stays = [first.0, comes.prev];
        for (at, vehicle) in self.vehicles.into_iter().enumerate() {
            let end = tours.end_of(vehicle);
            let mut here = tours.spots[self.stays[at] as usize].next;
            self.tails[at].clear();
            while here != end {
                self.tails[at].push(TaskId(here));
                here = tours.spots[here as usize].next;
            }
        }
        let may = |tail: &[TaskId], to| tail.iter().all(|task| problem.is_allowed(*task, to));
        may(&self.tails[0], two) && may(&self.tails[1], one)
    }

    /// What the legs of what was drawn cost more.
    pub(super) fn more(&self) -> Cost {
        self.more
    }

    /// Swaps what was drawn.
    pub(super) fn apply(&self, tours: &mut Tours<'_>, undo: &mut Undo) {
        for (vehicle, tail) in self.vehicles.into_iter().zip(&self.tails) {
            undo.touch(tours, vehicle);
            if !tail.is_empty() {
                tours.take_out(vehicle, tail);
            }
        }
        let others = self.tails.iter().rev();
        for ((vehicle, stays), tail) in self.vehicles.into_iter().zip(self.stays).zip(others) {
            if !tail.is_empty() {
                tours.put_all(tail, vehicle, stays);
            }
        }
    }
}

fn leg(problem: &Problem, ride: &Ride, from: u32, to: u32) -> (i32, Cost) {
    let leg_s = problem.travel_s(ride, from, to);
    (leg_s, problem.leg_cost(ride, from, to, leg_s))
}

/// What it costs more if the last task of a tour is followed by another end.
fn to_another_end(tours: &Tours<'_>, ride: &Ride, vehicle: VehicleId, end: u32) -> Cost {
    let last = tours.spots[tours.spots[tours.end_of(vehicle) as usize].prev as usize];
    leg(tours.problem(), ride, last.place, end).1 - last.leg
}
