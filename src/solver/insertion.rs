//! The best place for one more task in living tours, or why there is none.
//!
//! A place is judged in constant time: its detour is three legs, its times are compared with the earliest time the stop
//! before can be left and the latest at which the stop after may be reached, its load with the peaks on both sides. Only
//! where lateness has a price, or breaks depend on loads, is the tour walked.

use super::draft::{Role, TaskId, VehicleId};
use super::matrix::Around;
use super::problem::{Cost, FAR, LoadRule, Problem, Ride};
use super::schedule::{Schedule, Violation};
use super::times::rested_s;
use super::tours::{Spot, SpotId, Tours};
use super::trips;
use super::validate::BREAKS_MAX;

/// A place for a task: vehicle, how many tasks come before it, and what it adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insertion {
    /// The task alone, or the pickup of a shipment.
    pub task: TaskId,
    pub vehicle: VehicleId,
    pub after: usize,
    /// Of a shipment: how many of the tasks that are there now come before the delivery.
    pub delivery_after: Option<usize>,
    /// A call at a depot or a tip that is put in right before or right behind the task.
    pub call: Option<Call>,
    /// What it adds to the tours and to moved tasks, in inner costs; the price of leaving the task out is not in it.
    pub cost: Cost,
}

/// A new call beside a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Before(TaskId),
    After(TaskId),
}

/// The rule that keeps a vehicle from taking a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The task is locked to another vehicle.
    Locked,
    /// The vehicle lacks this skill.
    Skill { skill: u32 },
    /// Too much aboard in this dimension, by so many units.
    Capacity { dimension: usize },
    /// The task's own window is over, by seconds.
    Window,
    /// Another task would start too late, by seconds.
    OtherWindow { task: TaskId },
    /// The shift would end too late, by seconds.
    ShiftEnd,
    /// A break would come too late, by seconds (or 0: with too much aboard).
    Break { index: usize },
    /// Too many tasks.
    Tasks,
    /// Too much travel, by seconds.
    Travel,
    /// Too far, by metres.
    Distance,
    /// Too much paid time, by seconds.
    Duration,
    /// It may not be in one tour with this task.
    Incompatible { task: TaskId },
    /// Too many promised tasks would have moved.
    Promises,
}

/// Why a vehicle cannot take a task: the rule that is broken most at the place where least is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub vehicle: VehicleId,
    pub rule: Rule,
    /// By how much, in the rule's own unit (seconds, metres, units of load, tasks).
    pub by: i64,
    /// How many tasks come before the place that was least bad; none if no place mattered.
    pub after: Option<usize>,
}

/// The cheapest feasible place of all, or each vehicle's reason.
///
/// # Errors
/// One refusal per vehicle, in their order, if no vehicle can take the task.
pub fn best(tours: &mut Tours<'_>, task: TaskId) -> Result<Insertion, Vec<Refusal>> {
    let mut found: Option<Insertion> = None;
    for vehicle in tours.problem().vehicle_ids() {
        let beat = found.map_or(Cost::MAX, |insertion| insertion.cost);
        if let Some(better) = best_on(tours, task, vehicle, beat) {
            found = Some(better);
        }
    }
    found.ok_or_else(|| refusals(tours, task))
}

/// The cheapest feasible place on each vehicle that has one, cheapest first.
pub fn ranked(tours: &mut Tours<'_>, task: TaskId) -> Vec<Insertion> {
    let vehicles = tours.problem().vehicle_ids();
    let mut found: Vec<Insertion> =
        vehicles.filter_map(|vehicle| best_on(tours, task, vehicle, Cost::MAX)).collect();
    found.sort_by_key(|insertion| (insertion.cost, insertion.vehicle));
    found
}

/// The cheapest feasible place on one vehicle, if it costs less than `beat`.
pub fn best_on(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    beat: Cost,
) -> Option<Insertion> {
    let (head, _) = halves(tours.problem(), task);
    if tours.breaks_promise(head, vehicle) {
        return None;
    }
    fit_on(tours, head, vehicle, beat).map(|fit| fit.insertion(tours, head))
}

/// Makes an insertion happen.
pub fn apply(tours: &mut Tours<'_>, insertion: &Insertion) {
    let Insertion { task, vehicle, after, delivery_after, call, .. } = *insertion;
    let spot = |count| tours.spot_at(vehicle, count);
    let along = match (delivery_after, call) {
        (Some(delivery_after), _) => Along::Delivery(spot(delivery_after)),
        (None, Some(Call::Before(call))) => Along::CallBefore(call),
        (None, Some(Call::After(call))) => Along::CallAfter(call),
        (None, None) => Along::Nothing,
    };
    let fit = Fit { cost: insertion.cost, vehicle, after: spot(after), along };
    fit.apply(tours, task);
}

/// What is put into a tour together with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    Nothing,
    /// The other half of the shipment, behind this spot of the tour as it is now.
    Delivery(SpotId),
    /// A call, right before or right behind the task.
    CallBefore(TaskId),
    CallAfter(TaskId),
}

impl Along {
    /// A task that stands alone and its call, in their order, and how many they are.
    pub(super) fn with(self, task: TaskId) -> ([TaskId; 2], usize) {
        match self {
            Self::Nothing | Self::Delivery(_) => ([task, task], 1),
            Self::CallBefore(call) => ([call, task], 2),
            Self::CallAfter(call) => ([task, call], 2),
        }
    }
}

/// A place for a task (or a shipment) in living tours, by spots: good until the tour changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub cost: Cost,
    pub vehicle: VehicleId,
    pub after: SpotId,
    pub along: Along,
}

impl Fit {
    fn insertion(self, tours: &Tours<'_>, task: TaskId) -> Insertion {
        let (delivery_after, call) = match self.along {
            Along::Nothing => (None, None),
            Along::Delivery(spot) => (Some(tours.count_until(spot)), None),
            Along::CallBefore(call) => (None, Some(Call::Before(call))),
            Along::CallAfter(call) => (None, Some(Call::After(call))),
        };
        let (vehicle, cost) = (self.vehicle, self.cost);
        let after = tours.count_until(self.after);
        Insertion { task, vehicle, after, delivery_after, call, cost }
    }

    pub(super) fn apply(self, tours: &mut Tours<'_>, task: TaskId) {
        match (self.along, tours.problem().partner(task)) {
            (Along::Nothing, _) => tours.put(task, self.vehicle, self.after),
            (Along::Delivery(second), Some(delivery)) => {
                tours.put_pair(task, delivery, self.vehicle, (self.after, second));
            }
            _ => {
                let (tasks, count) = self.along.with(task);
                tours.put_all(&tasks[..count], self.vehicle, self.after);
            }
        }
    }
}

/// A task as head and, of a shipment, its delivery.
pub(super) fn halves(problem: &Problem, task: TaskId) -> (TaskId, Option<TaskId>) {
    match problem.task(task).role {
        Role::Alone | Role::Call => (task, None),
        Role::Pickup { delivery } => (task, Some(delivery)),
        Role::Delivery { pickup } => (pickup, Some(task)),
    }
}

/// The cheapest feasible place of a head on one vehicle, if it costs less than `beat`; how many promises have moved is
/// not asked.
pub(super) fn fit_on(
    tours: &mut Tours<'_>,
    head: TaskId,
    vehicle: VehicleId,
    beat: Cost,
) -> Option<Fit> {
    let problem = tours.problem();
    let partner = problem.partner(head);
    let is_allowed = |task| problem.is_allowed(task, vehicle);
    let has_rival = |task| tours.rival_on(task, vehicle).is_some();
    if !is_allowed(head)
        || !partner.is_none_or(is_allowed)
        || !tours.holds(vehicle)
        || has_rival(head)
        || partner.is_some_and(has_rival)
        || partner.is_some_and(|partner| problem.has_groups && problem.are_rivals(head, partner))
    {
        return None;
    }
    let both = [Some(head), partner].into_iter().flatten();
    let preference: Cost = both.map(|task| problem.preference_cost(task, vehicle)).sum();
    let moved = tours.disruption().cost(head, vehicle) + preference;
    let beat = beat.saturating_sub(moved);
    let found = match partner {
        None if problem.ride(vehicle).is_spanned => trips::best_place(tours, head, vehicle, beat),
        None => best_place(tours, head, vehicle, beat),
        Some(delivery) => best_pair(tours, head, delivery, vehicle, beat),
    };
    found.map(|fit| Fit { cost: fit.cost + moved, ..fit })
}

/// A task of a plain problem (nobody asks for more than windows, sums of loads and travel time) with all at hand that
/// its places are judged by.
pub(super) struct Guest<'p> {
    around: Around<'p>,
    opens_s: i32,
    closes_s: i32,
    service_s: i32,
    pub(super) amount: i32,
}

impl<'p> Guest<'p> {
    pub(super) fn of(problem: &'p Problem, task: TaskId) -> Self {
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
    pub(super) fn fit_on(&self, tours: &Tours<'_>, vehicle: VehicleId) -> Option<Fit> {
        let tour = &tours.tours[vehicle.index()];
        let room = tours.loads.room.get(vehicle.index());
        if !tour.is_feasible
            || !tours.lets_overload && room.is_some_and(|room| *room < self.amount)
        {
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

fn best_place(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    mut beat: Cost,
) -> Option<Fit> {
    let first = tours.first_open(vehicle);
    let mut after = tours.spots[tours.end_of(vehicle) as usize].prev;
    let mut found = None;
    // From the end: of places that cost the same, the one that makes the fewest others wait.
    loop {
        if let Some(cost) = judge(tours, task, vehicle, after, beat) {
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
/// task, its tour holds and the spot is open.
#[inline]
fn judge(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
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
    let (from_s, to_s) = problem.legs_around(ride, from, node.location, to);
    let tour = &tours.tours[vehicle.index()];
    let mut cost = added_cost(tours, ride, task, after, (from_s, to_s));
    if tour.count == 0 {
        cost += ride.fixed;
    }
    // Lateness that is there already could vanish, at best all of it.
    if cost.saturating_sub(tour.late_cost) >= beat {
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
    if tour.soft > 0 || ride.is_soft || ride.has_loaded_breaks || node.late_max_s > 0 {
        cost += walk_with(tours, vehicle, &[(after, task)])?;
    }
    (cost < beat).then_some(cost)
}

/// What lateness and paid time cost more with tasks behind spots; none if some rule breaks.
pub(super) fn walk_with(
    tours: &mut Tours<'_>,
    vehicle: VehicleId,
    more: &[(SpotId, TaskId)],
) -> Option<Cost> {
    let mut walker = std::mem::take(tours.walker());
    let walked = walker.walk(tours.problem(), vehicle, with(tours, vehicle, more), |_| {});
    *tours.walker() = walker;
    if walked.excess_s > 0 {
        return None;
    }
    let tour = &tours.tours[vehicle.index()];
    let mut more = walked.late_cost - tour.late_cost;
    if tours.problem().ride(vehicle).is_paid {
        more += tours.problem().paid_cost(vehicle, walked.paid_s) - tour.paid_cost;
    }
    Some(more)
}

/// The order of a tour with more tasks in it, each behind a spot; of those behind the same one, as they are given.
fn with<'a>(
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
pub(super) fn added_work_s(tours: &Tours<'_>, ride: &Ride, after: SpotId, more: &[TaskId]) -> i32 {
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
pub(super) fn fits_in_load(
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

/// Whether a vehicle without breaks that leaves `place`, `travel_s` away from the spot that follows `after`, at
/// `ready_s` can do all that follows.
#[inline]
pub(super) fn reaches_next(
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
fn fits_between_rests(
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
fn reaches_next_resting(
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
fn times_after(
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

/// The best two places for a shipment on one tour: for every place of the pickup the new times are carried on stop by
/// stop, so each place of the delivery is again judged in constant time.
fn best_pair(
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
                if cost.saturating_sub(tour.late_cost + tour.paid_cost) < beat {
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

/// What a task behind a spot adds in travel and work.
fn added_cost(
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

/// For each vehicle the rule that keeps it from taking the task, and by how much; a vehicle that could take it gives no
/// refusal. Of a shipment only places side by side, or with the delivery last, are looked at. Walks every tour once per
/// place: milliseconds where [`best`] takes microseconds.
pub fn refusals(tours: &mut Tours<'_>, task: TaskId) -> Vec<Refusal> {
    let vehicles = tours.problem().vehicle_ids();
    vehicles.filter_map(|vehicle| refusal(tours, task, vehicle)).collect()
}

/// Why one vehicle cannot take the task; none if it can.
pub fn refusal(tours: &mut Tours<'_>, task: TaskId, vehicle: VehicleId) -> Option<Refusal> {
    let problem = tours.problem();
    let (head, partner) = halves(problem, task);
    for half in [Some(head), partner].into_iter().flatten() {
        if let Some((rule, by)) = forbidden(problem, half, vehicle) {
            return Some(Refusal { vehicle, rule, by, after: None });
        }
    }
    for half in [Some(head), partner].into_iter().flatten() {
        if let Some(task) = tours.rival_on(half, vehicle) {
            let rule = Rule::Incompatible { task };
            return Some(Refusal { vehicle, rule, by: 0, after: None });
        }
    }
    if tours.breaks_promise(head, vehicle) {
        return Some(Refusal { vehicle, rule: Rule::Promises, by: 1, after: None });
    }
    if best_on(tours, head, vehicle, Cost::MAX).is_some() {
        return None;
    }
    let present: Vec<TaskId> = tours.tasks_of(vehicle).collect();
    let count = present.len();
    let mut least: Option<(i64, Refusal)> = None;
    for after in problem.vehicle(vehicle).pinned.len()..=count {
        let places: &[(usize, Option<TaskId>)] = match partner {
            None => &[(after, None)],
            Some(_) => &[(after, partner), (count, partner)],
        };
        for &(second, delivery) in places {
            let mut tasks = present.clone();
            tasks.insert(after, head);
            if let Some(delivery) = delivery {
                tasks.insert(second + 1, delivery);
            }
            let schedule = Schedule::with(tours.walker(), problem, vehicle, &tasks);
            let worst = schedule.violations.iter().max_by_key(|violation| weight(violation))?;
            let total = schedule.violations.iter().map(weight).fold(0, i64::saturating_add);
            if least.is_none_or(|(known, _)| total < known) {
                let (rule, by) = rule_of(worst, &[Some(head), partner], &schedule);
                least = Some((total, Refusal { vehicle, rule, by, after: Some(after) }));
            }
        }
    }
    least.map(|(_, refusal)| refusal)
}

/// What rules a vehicle out whatever its tour.
fn forbidden(problem: &Problem, task: TaskId, vehicle: VehicleId) -> Option<(Rule, i64)> {
    if problem.is_allowed(task, vehicle) {
        return None;
    }
    let (needed, has) = (problem.task(task), problem.vehicle(vehicle));
    if needed.locked_to.is_some_and(|locked| locked != vehicle) {
        return Some((Rule::Locked, 0));
    }
    if let Some(skill) = has.skills.first_missing(&needed.skills) {
        return Some((Rule::Skill { skill }, 0));
    }
    let heaviest = (0..problem.dimensions).map(|dimension| {
        let of = |amounts: &[i32]| i64::from(amounts.get(dimension).copied().unwrap_or(0));
        (of(&needed.delivery).max(of(&needed.pickup)) - of(&has.capacity), dimension)
    });
    heaviest.max().map(|(by, dimension)| (Rule::Capacity { dimension }, by))
}

/// How bad a violation is beside others, in seconds or what we take for them.
fn weight(violation: &Violation) -> i64 {
    match *violation {
        Violation::Late { by_s, .. }
        | Violation::BreakLate { by_s, .. }
        | Violation::Overtime { by_s }
        | Violation::Travel { by_s }
        | Violation::Duration { by_s } => by_s,
        Violation::Distance { by_m } => by_m / 10,
        Violation::Capacity { by, .. } => by.saturating_mul(3600),
        Violation::Tasks { by } => i64::from(by) * 3600,
        Violation::BreakLoad { .. } => 3600,
        Violation::Skill { .. }
        | Violation::Locked { .. }
        | Violation::Incompatible { .. }
        | Violation::Precedence { .. }
        | Violation::Pinned { .. } => i64::from(i32::MAX),
    }
}

fn rule_of(worst: &Violation, own: &[Option<TaskId>], schedule: &Schedule) -> (Rule, i64) {
    match *worst {
        Violation::Late { task, by_s } if own.contains(&Some(task)) => (Rule::Window, by_s),
        Violation::Late { task, by_s } => (Rule::OtherWindow { task }, by_s),
        Violation::BreakLate { index, by_s } => (Rule::Break { index }, by_s),
        Violation::BreakLoad { index } => (Rule::Break { index }, 0),
        Violation::Overtime { by_s } => (Rule::ShiftEnd, by_s),
        Violation::Capacity { dimension, by } => (Rule::Capacity { dimension }, by),
        Violation::Tasks { by } => (Rule::Tasks, i64::from(by)),
        Violation::Travel { by_s } => (Rule::Travel, by_s),
        Violation::Distance { by_m } => (Rule::Distance, by_m),
        Violation::Duration { by_s } => (Rule::Duration, by_s),
        Violation::Skill { skill, .. } => (Rule::Skill { skill }, 0),
        Violation::Locked { .. } => (Rule::Locked, 0),
        Violation::Incompatible { task } => (Rule::Incompatible { task }, 0),
        Violation::Precedence { task } => (Rule::OtherWindow { task }, schedule.end_s),
        Violation::Pinned { .. } => (Rule::ShiftEnd, 0),
    }
}
