//! What more tasks cost in lateness and paid time where links make tours hang together.

use super::joint::{Joint, LinkTimes};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::insertion::with;
use crate::solver::problem::{Cost, Problem};
use crate::solver::tours::{SpotId, Tour, Tours};

/// More tasks of a vehicle, each behind a spot.
pub(in crate::solver) type More<'a> = (VehicleId, &'a [(SpotId, TaskId)]);

/// Whether links have to be asked when a tour gets more tasks.
#[inline]
pub(in crate::solver) fn are_bound(
    tours: &Tours<'_>,
    vehicle: VehicleId,
    more: &[(SpotId, TaskId)],
) -> bool {
    let problem = tours.problem();
    problem.has_links()
        && (tours.tours[vehicle.index()].links > 0
            || more.iter().any(|(_, task)| problem.links.has(*task)))
}

/// What lateness and paid time of all tours cost more with tasks behind spots; none if some rule breaks.
pub(in crate::solver) fn judge(tours: &mut Tours<'_>, more: &[More<'_>]) -> Option<Cost> {
    if let [one] = more
        && only_delays(tours, one)
    {
        match keep_starts(tours, one) {
            Kept::Broken => return None,
            Kept::As(cost) => return Some(cost),
            Kept::Moved => {}
        }
    }
    let mut joint = std::mem::take(&mut tours.joint);
    let cost = judge_jointly(tours, &mut joint, more);
    tours.joint = joint;
    cost
}

fn judge_jointly(tours: &Tours<'_>, joint: &mut Joint, more: &[More<'_>]) -> Option<Cost> {
    let problem = tours.problem();
    let more_of = |vehicle: VehicleId| more.iter().find(|(of, _)| *of == vehicle);
    joint.gather(
        problem,
        more.iter().map(|(vehicle, _)| *vehicle),
        |vehicle, order| match more_of(vehicle) {
            Some((_, more)) => order.extend(with(tours, vehicle, more)),
            None => order.extend(tours.tasks_of(vehicle)),
        },
        |task| {
            let is_new = |(_, more): &&More<'_>| more.iter().any(|(_, new)| *new == task);
            more.iter().find(is_new).map(|(vehicle, _)| *vehicle).or(tours.vehicle_of(task))
        },
    );
    let holds = |vehicle: &VehicleId| tours.tours[vehicle.index()].holds_alone;
    if !joint.vehicles.iter().all(holds)
        || !joint.is_complete(problem)
        || !joint.settle(problem, true)
    {
        return None;
    }
    let all = joint.vehicles.iter().zip(&joint.walked);
    let change = all.map(|(vehicle, walked)| {
        let tour = &tours.tours[vehicle.index()];
        let paid = paid_cost(problem, *vehicle, walked.paid_s, tour.paid_cost);
        walked.timed_cost() - tour.late_cost + paid
    });
    Some(change.sum())
}

fn paid_cost(problem: &Problem, vehicle: VehicleId, paid_s: i64, before: Cost) -> Cost {
    if problem.ride(vehicle).is_paid { problem.paid_cost(vehicle, paid_s) - before } else { 0 }
}

/// If the starts of all linked tasks, and what lateness and paid time cost, stay as they are with one more task behind
/// a spot of a tour that hangs together with others: the tour as it is without it.
pub(in crate::solver) fn kept(
    tours: &mut Tours<'_>,
    vehicle: VehicleId,
    after: SpotId,
    task: TaskId,
) -> Option<Tour> {
    let before = tours.tours[vehicle.index()];
    let more = [(after, task)];
    if !before.is_feasible || !only_delays(tours, &(vehicle, &more)) {
        return None;
    }
    matches!(keep_starts(tours, &(vehicle, &more)), Kept::As(0)).then_some(before)
}

/// What becomes of a tour with more in it if all linked tasks elsewhere start when they do now.
enum Kept {
    Broken,
    /// Its own linked tasks do so too, and it costs so much more.
    As(Cost),
    Moved,
}

/// Whether more tasks, none of them linked, can only make others later: then starts that are kept are the earliest ones
/// still.
fn only_delays(tours: &Tours<'_>, (vehicle, more): &More<'_>) -> bool {
    let problem = tours.problem();
    let ride = problem.ride(*vehicle);
    // Where breaks go, and how quick legs are, may change in any way.
    if ride.breaks > 0 || ride.is_timed || more.iter().any(|(_, task)| problem.links.has(*task)) {
        return false;
    }
    more.iter().all(|(after, task)| {
        let spot = &tours.spots[*after as usize];
        let node = problem.node(*task);
        let legs = problem.legs_around(ride, spot.place, node.location, spot.next_place);
        let (_, service_s) = problem.work_on(*task, ride);
        let next_setup_s = tours.task_at(spot.next).map_or(0, |next| problem.work_on(next, ride).0);
        let direct_s = spot.leg_s;
        legs.0 + service_s + legs.1 >= direct_s
            && (next_setup_s == 0 || (node.location != spot.next_place))
    }) && more.iter().enumerate().all(|(at, (after, _))| {
        // One behind the other has other legs than these.
        more[..at].iter().all(|(other, _)| other != after)
    })
}

fn keep_starts(tours: &mut Tours<'_>, (vehicle, more): &More<'_>) -> Kept {
    let problem = tours.problem();
    let mut walker = std::mem::take(tours.walker());
    let mut order = std::mem::take(&mut tours.order);
    order.clear();
    order.extend(with(tours, *vehicle, more));
    let mut is_moved = false;
    let walked = walker.walk(problem, *vehicle, order.iter().copied(), |step| {
        if !step.is_break && problem.links.has(order[step.index]) {
            let LinkTimes { start_s, end_s, .. } = tours.link_times[order[step.index].index()];
            let ends_s = step.start_s + i64::from(step.setup_s + step.work_s);
            is_moved |= (step.start_s, ends_s) != (start_s, end_s);
        }
    });
    *tours.walker() = walker;
    tours.order = order;
    if walked.excess_s > 0 {
        return Kept::Broken;
    }
    if is_moved {
        return Kept::Moved;
    }
    let tour = &tours.tours[vehicle.index()];
    Kept::As(
        walked.timed_cost() - tour.late_cost
            + paid_cost(problem, *vehicle, walked.paid_s, tour.paid_cost),
    )
}

impl Tours<'_> {
    /// What others know of a tour that has got another task stays as it was.
    pub(in crate::solver) fn keep_links(&mut self, vehicle: VehicleId, before: &Tour) {
        let tour = &mut self.tours[vehicle.index()];
        (tour.late_cost, tour.shared_cost) = (before.late_cost, before.shared_cost);
        (tour.paid_s, tour.paid_cost) = (before.paid_s, before.paid_cost);
    }

    /// The tours that hang together with one, itself first.
    pub(in crate::solver) fn hanging_with(&mut self, vehicle: VehicleId) -> Vec<VehicleId> {
        if self.tours[vehicle.index()].links == 0 {
            return vec![vehicle];
        }
        let mut joint = std::mem::take(&mut self.joint);
        self.gather(&mut joint, vehicle);
        let vehicles = joint.vehicles.clone();
        self.joint = joint;
        vehicles
    }

    fn gather(&self, joint: &mut Joint, vehicle: VehicleId) {
        joint.gather(
            self.problem(),
            [vehicle],
            |vehicle, order| order.extend(self.tasks_of(vehicle)),
            |task| self.vehicle_of(task),
        );
    }

    /// Works out anew when linked tasks start, in all tours that hang together with some that have changed.
    pub(in crate::solver) fn settle_links(&mut self, changed: &[VehicleId]) {
        let problem = self.problem();
        if !problem.has_links() {
            return;
        }
        let mut joint = std::mem::take(&mut self.joint);
        let mut settled: Vec<VehicleId> = Vec::new();
        for vehicle in changed {
            if self.tours[vehicle.index()].links == 0 || settled.contains(vehicle) {
                continue;
            }
            self.gather(&mut joint, *vehicle);
            let holds = joint.settle(problem, false)
                && joint.is_complete(problem)
                && joint.walked.iter().all(|walked| walked.excess_s == 0)
                && joint.vehicles.iter().all(|other| self.tours[other.index()].holds_alone);
            let mut shared_cost = 0;
            for (task, times) in joint.times() {
                // To others a tour is a new one only if its linked tasks start at other times.
                if std::mem::replace(&mut self.link_times[task.index()], times) != times
                    && let Some(other) = self.vehicle_of(task)
                {
                    self.tours[other.index()].version = self.next_version();
                }
                self.walker().bounds[task.index()] = times.bound_s;
            }
            for (other, walked) in joint.vehicles.iter().zip(&joint.walked) {
                if self.tours[other.index()].is_feasible != holds {
                    self.tours[other.index()].version = self.next_version();
                }
                let tour = &mut self.tours[other.index()];
                tour.is_feasible = holds;
                tour.late_cost = walked.timed_cost();
                tour.paid_s = walked.paid_s;
                if problem.ride(*other).is_paid {
                    tour.paid_cost = problem.paid_cost(*other, walked.paid_s);
                }
                shared_cost += tour.late_cost + tour.paid_cost;
            }
            for other in &joint.vehicles {
                self.tours[other.index()].shared_cost = shared_cost;
            }
            settled.extend(&joint.vehicles);
        }
        self.joint = joint;
    }
}
