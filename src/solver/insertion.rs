//! The best place for one more task in living tours, or why there is none.
//!
//! A place is judged in constant time: its detour is three legs, its times are compared with the earliest time the stop
//! before can be left and the latest at which the stop after may be reached, its load with the peaks on both sides. Only
//! where lateness has a price, or breaks depend on loads, is the tour walked.

use super::draft::{Role, TaskId, VehicleId};
use super::problem::{Cost, FAR, Problem};
use super::schedule::{Schedule, Violation};
use super::tour::{Tour, leg};
use super::tours::Tours;
use super::validate::BREAKS_MAX;
use super::walk::Walker;

/// A place for a task: vehicle, how many tasks come before it, and what it adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insertion {
    /// The task alone, or the pickup of a shipment.
    pub task: TaskId,
    pub vehicle: VehicleId,
    pub after: usize,
    /// Of a shipment: how many of the tasks that are there now come before the delivery.
    pub delivery_after: Option<usize>,
    /// What it adds to the tours and to moved tasks, in inner costs; the price of leaving the task out is not in it.
    pub cost: Cost,
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
    let problem = tours.problem();
    let (head, partner) = halves(problem, task);
    let is_allowed = |task| problem.is_allowed(task, vehicle);
    if !is_allowed(head) || !partner.is_none_or(is_allowed) || breaks_promise(tours, head, vehicle)
    {
        return None;
    }
    let moved = tours.disruption().cost(head, vehicle);
    let beat = beat.saturating_sub(moved);
    let (all, walker) = tours.walker();
    let tour = &all[vehicle.index()];
    if !tour.is_feasible() {
        return None;
    }
    let place = match partner {
        None => best_place(problem, tour, walker, head, beat),
        Some(delivery) => best_pair(problem, tour, walker, head, delivery, beat),
    };
    place.map(|(cost, after, delivery_after)| Insertion {
        task: head,
        vehicle,
        after,
        delivery_after,
        cost: cost + moved,
    })
}

/// Makes an insertion happen.
pub fn apply(tours: &mut Tours<'_>, insertion: &Insertion) {
    let Insertion { task, vehicle, after, delivery_after, .. } = *insertion;
    match (tours.problem().partner(task), delivery_after) {
        (Some(delivery), Some(delivery_after)) => {
            tours.insert_pair(task, delivery, vehicle, (after, delivery_after));
        }
        _ => tours.insert(task, vehicle, after),
    }
}

/// A task as head and, of a shipment, its delivery.
fn halves(problem: &Problem, task: TaskId) -> (TaskId, Option<TaskId>) {
    match problem.task(task).role {
        Role::Alone => (task, None),
        Role::Pickup { delivery } => (task, Some(delivery)),
        Role::Delivery { pickup } => (pickup, Some(task)),
    }
}

pub(super) fn breaks_promise(tours: &Tours<'_>, task: TaskId, vehicle: VehicleId) -> bool {
    let disruption = tours.disruption();
    if !disruption.is_promised(task) || disruption.home(task) == Some(vehicle) {
        return false;
    }
    let astray = disruption.gone_astray(|task| tours.place(task).map(|place| place.vehicle));
    astray >= disruption.budget()
}

type PlaceFound = (Cost, usize, Option<usize>);

fn best_place(
    problem: &Problem,
    tour: &Tour,
    walker: &mut Walker,
    task: TaskId,
    mut beat: Cost,
) -> Option<PlaceFound> {
    let mut found = None;
    // From the end: of places that cost the same, the one that makes the fewest others wait.
    for after in (tour.pinned(problem)..=tour.tasks().len()).rev() {
        if let Some(cost) = judge(problem, tour, walker, task, after, beat) {
            beat = cost;
            found = Some((cost, after, None));
        }
    }
    found
}

/// What a task that stands alone adds after `after` others, if that is feasible and less than `beat`.
#[inline]
pub(super) fn judge(
    problem: &Problem,
    tour: &Tour,
    walker: &mut Walker,
    task: TaskId,
    after: usize,
    beat: Cost,
) -> Option<Cost> {
    let ride = problem.ride(tour.vehicle());
    let node = problem.node(task);
    if tour.is_hopeless(node, after) {
        return None;
    }
    let legs = tour.legs_around(problem, ride, node.location, after);
    let mut cost = tour.detour_cost(problem, ride, task, after, legs);
    // Lateness that is there already could vanish, at best all of it.
    if cost.saturating_sub(tour.late_cost()) >= beat {
        return None;
    }
    if problem.dimensions > 0 && !tour.fits_in_load(problem, task, after) {
        return None;
    }
    if !tour.fits_in_time(problem, ride, task, after, legs) {
        return None;
    }
    if ride.has_limits {
        let place = problem.node(task).location;
        let (travel_s, travel_m) = detour(problem, tour, &[(place, after)]);
        if !tour.fits_in_limits(problem, 1, travel_s, travel_m) {
            return None;
        }
    }
    if tour.is_soft() || ride.has_loaded_breaks || problem.node(task).late_max_s > 0 {
        let more = [(after, task)];
        let walked = walker.walk(problem, tour.vehicle(), with(tour.tasks(), &more), |_| {});
        if walked.excess_s > 0 {
            return None;
        }
        cost += walked.late_cost - tour.late_cost();
    }
    (cost < beat).then_some(cost)
}

/// An order with more tasks in it; places ascend and count the tasks that are there before.
fn with<'a>(
    tasks: &'a [TaskId],
    more: &'a [(usize, TaskId)],
) -> impl Iterator<Item = TaskId> + use<'a> {
    (0..=tasks.len()).flat_map(move |at| {
        let added = more.iter().filter(move |(after, _)| *after == at).map(|(_, task)| *task);
        added.chain(tasks.get(at).copied())
    })
}

/// Seconds and metres of travel that places after stops add.
fn detour(problem: &Problem, tour: &Tour, places: &[(u32, usize)]) -> (i64, i64) {
    let ride = problem.ride(tour.vehicle());
    let (mut travel_s, mut travel_m) = (0, 0);
    let mut at = 0;
    while at < places.len() {
        let after = places[at].1;
        let (first, last) = (tour.place(after), tour.place(after + 1));
        let mut from = first;
        while at < places.len() && places[at].1 == after {
            travel_s += i64::from(problem.travel_s(ride, from, places[at].0));
            travel_m += problem.travel_m(ride, from, places[at].0);
            from = places[at].0;
            at += 1;
        }
        travel_s += i64::from(problem.travel_s(ride, from, last));
        travel_m += problem.travel_m(ride, from, last);
        if !tour.is_empty() {
            travel_s -= i64::from(problem.travel_s(ride, first, last));
            travel_m -= problem.travel_m(ride, first, last);
        }
    }
    (travel_s, travel_m)
}

/// The best two places for a shipment on one tour: for every place of the pickup the new times are carried on stop by
/// stop, so each place of the delivery is again judged in constant time.
fn best_pair(
    problem: &Problem,
    tour: &Tour,
    walker: &mut Walker,
    pickup: TaskId,
    delivery: TaskId,
    mut beat: Cost,
) -> Option<PlaceFound> {
    let ride = problem.ride(tour.vehicle());
    let stride = ride.breaks as usize + 1;
    let capacity = &problem.vehicle(tour.vehicle()).capacity;
    let amount = problem.change(pickup);
    let holds = |stop: usize| {
        tour.load(problem, stop).iter().zip(amount).enumerate().all(|(dimension, (load, more))| {
            *more == 0 || load + more <= capacity.get(dimension).copied().unwrap_or(0)
        })
    };
    let (from_place, to_place) = (problem.node(pickup).location, problem.node(delivery).location);
    let mut found = None;
    for first in tour.pinned(problem)..=tour.tasks().len() {
        if !holds(first) {
            continue;
        }
        let mut ready = [FAR; BREAKS_MAX + 1];
        let before = tour.place(first);
        let legs = tour.legs_around(problem, ride, from_place, first);
        tour.times_after(problem, ride, pickup, before, legs.0, tour.ready(first), &mut ready);
        let pickup_cost = tour.detour_cost(problem, ride, pickup, first, legs);
        let mut from = from_place;
        for second in first..=tour.tasks().len() {
            if second > first {
                // Carry the times over the stop `second`.
                if !holds(second) {
                    break;
                }
                let task = tour.tasks()[second - 1];
                let carried = ready;
                let to = tour.place(second);
                let leg_s = problem.travel_s(ride, from, to);
                tour.times_after(problem, ride, task, from, leg_s, &carried[..stride], &mut ready);
                from = to;
            }
            if ready[..stride].iter().all(|&time_s| time_s >= FAR) {
                break;
            }
            let legs = tour.legs_around(problem, ride, to_place, second);
            let mut cost = if second == first {
                adjacent_cost(problem, tour, pickup, delivery, first)
            } else {
                pickup_cost + tour.detour_cost(problem, ride, delivery, second, legs)
            };
            if cost.saturating_sub(tour.late_cost()) >= beat {
                continue;
            }
            let mut done = [FAR; BREAKS_MAX + 1];
            let leg_s =
                if second == first { problem.travel_s(ride, from_place, to_place) } else { legs.0 };
            tour.times_after(problem, ride, delivery, from, leg_s, &ready[..stride], &mut done);
            let is_in_time = (0..stride).any(|taken| {
                done[taken] < FAR
                    && tour.reaches_next(
                        problem,
                        ride,
                        second,
                        to_place,
                        legs.1,
                        taken,
                        done[taken],
                    )
            });
            if !is_in_time {
                continue;
            }
            if ride.has_limits {
                let places = [(from_place, first), (to_place, second)];
                let (travel_s, travel_m) = detour(problem, tour, &places);
                if !tour.fits_in_limits(problem, 2, travel_s, travel_m) {
                    continue;
                }
            }
            let may_be_late =
                [pickup, delivery].iter().any(|task| problem.node(*task).late_max_s > 0);
            if tour.is_soft() || ride.has_loaded_breaks || may_be_late {
                let more = [(first, pickup), (second, delivery)];
                let walked =
                    walker.walk(problem, tour.vehicle(), with(tour.tasks(), &more), |_| {});
                if walked.excess_s > 0 {
                    continue;
                }
                cost += walked.late_cost - tour.late_cost();
            }
            if cost < beat {
                beat = cost;
                found = Some((cost, first, Some(second)));
            }
        }
    }
    found
}

/// What a shipment adds when nothing comes between its halves.
fn adjacent_cost(
    problem: &Problem,
    tour: &Tour,
    pickup: TaskId,
    delivery: TaskId,
    after: usize,
) -> Cost {
    let ride = problem.ride(tour.vehicle());
    let (one, two) = (problem.node(pickup).location, problem.node(delivery).location);
    let (from, to) = (tour.place(after), tour.place(after + 1));
    let mut cost =
        leg(problem, ride, from, one) + leg(problem, ride, one, two) + leg(problem, ride, two, to);
    cost -= tour.leg(after);
    if tour.is_empty() {
        cost += ride.fixed;
    }
    if ride.work_per_s != 0 {
        let work_s = |task: TaskId, from: u32, place: u32| {
            let (setup_s, service_s) = problem.work_on(task, ride);
            service_s + if from == place { 0 } else { setup_s }
        };
        let mut added_s = work_s(pickup, from, one) + work_s(delivery, one, two);
        if let Some(next) = tour.tasks().get(after) {
            added_s += work_s(*next, two, to) - work_s(*next, from, to);
        }
        cost += i64::from(added_s) * ride.work_per_s;
    }
    cost
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
    if breaks_promise(tours, head, vehicle) {
        return Some(Refusal { vehicle, rule: Rule::Promises, by: 1, after: None });
    }
    if best_on(tours, head, vehicle, Cost::MAX).is_some() {
        return None;
    }
    let (all, walker) = tours.walker();
    let tour = &all[vehicle.index()];
    let count = tour.tasks().len();
    let mut least: Option<(i64, Refusal)> = None;
    for after in tour.pinned(problem)..=count {
        let places: &[(usize, Option<TaskId>)] = match partner {
            None => &[(after, None)],
            Some(_) => &[(after, partner), (count, partner)],
        };
        for &(second, delivery) in places {
            let mut more = vec![(after, head)];
            more.extend(delivery.map(|delivery| (second, delivery)));
            let tasks: Vec<TaskId> = with(tour.tasks(), &more).collect();
            let schedule = Schedule::with(walker, problem, vehicle, &tasks);
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
        | Violation::Travel { by_s } => by_s,
        Violation::Distance { by_m } => by_m / 10,
        Violation::Capacity { by, .. } => by.saturating_mul(3600),
        Violation::Tasks { by } => i64::from(by) * 3600,
        Violation::BreakLoad { .. } => 3600,
        Violation::Skill { .. }
        | Violation::Locked { .. }
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
        Violation::Skill { skill, .. } => (Rule::Skill { skill }, 0),
        Violation::Locked { .. } => (Rule::Locked, 0),
        Violation::Precedence { task } => (Rule::OtherWindow { task }, schedule.end_s),
        Violation::Pinned { .. } => (Rule::ShiftEnd, 0),
    }
}
