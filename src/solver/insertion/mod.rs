//! The best place for one more task in living tours, or why there is none.
//!
//! A place is judged in constant time: its detour is three legs, its times are compared with the earliest time the stop
//! before can be left and the latest at which the stop after may be reached, its load with the peaks on both sides. Only
//! where lateness has a price, or breaks depend on loads, is the tour walked.

mod added;
mod crowd;
mod fit;
mod guest;
mod in_time;
mod pair;
mod place;
mod refusal;

use super::draft::{Role, TaskId, VehicleId};
use super::links::{self, CREW_MAX};
use super::matrix::Crowd;
use super::problem::{Cost, Problem};
use super::tours::Tours;
use super::trips;
pub(super) use added::{added_cost, added_work_s, fits_in_load, walk_with, with};
use crowd::Guests;
pub(super) use fit::{Along, Fit};
pub(super) use guest::Guest;
pub(super) use in_time::reaches_next;
use pair::best_pair;
use place::best_place;
pub use refusal::{Refusal, Rule, refusal, refusals};

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
    /// Of a job for several people: where the others go.
    pub mates: [Option<Mate>; CREW_MAX - 1],
    /// What it adds to the tours and to moved tasks, in inner costs; the price of leaving the task out is not in it.
    pub cost: Cost,
}

/// Another one of a crew: vehicle, and how many tasks come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mate {
    pub task: TaskId,
    pub vehicle: VehicleId,
    pub after: usize,
}

/// A new call beside a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Before(TaskId),
    After(TaskId),
}

/// How many parties of a crew are looked at; more are never needed but by chance.
const PARTIES_MAX: usize = 100_000;

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
    if tours.problem().links.has(head) {
        let party = links::best(tours, head, Some(vehicle), beat, PARTIES_MAX);
        return party.map(|party| party.insertion(tours));
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
    for mate in insertion.mates.into_iter().flatten() {
        let after = tours.spot_at(mate.vehicle, mate.after);
        tours.put(mate.task, mate.vehicle, after);
    }
}

/// Who speaks for a task and, of a shipment, its delivery.
pub(super) fn halves(problem: &Problem, task: TaskId) -> (TaskId, Option<TaskId>) {
    match problem.task(task).role {
        Role::Alone | Role::Call => (problem.links.head(task), None),
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
    if !may_do(tours, head, vehicle) {
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

/// What the best place of each of many heads adds on one vehicle; [`Cost::MAX`] where there is none. How many promises
/// have moved is not asked. The heads come with travel around them, in their order; the rows say which of them matter.
pub(super) fn costs_on(
    tours: &mut Tours<'_>,
    (heads, crowds): (&[TaskId], &[Crowd<'_>]),
    rows: &[usize],
    vehicle: VehicleId,
    mut tell: impl FnMut(usize, Cost),
) {
    let problem = tours.problem();
    let is_spanned = problem.ride(vehicle).is_spanned;
    let mut alone: Vec<(u32, TaskId)> = Vec::with_capacity(rows.len());
    for &row in rows {
        let head = heads[row];
        if problem.links.has(head) {
            let party = links::best(tours, head, Some(vehicle), Cost::MAX, PARTIES_MAX);
            tell(row, party.map_or(Cost::MAX, |party| party.cost));
        } else if is_spanned || problem.partner(head).is_some() {
            let fit = fit_on(tours, head, vehicle, Cost::MAX);
            tell(row, fit.map_or(Cost::MAX, |fit| fit.cost));
        } else if may_do(tours, head, vehicle) {
            alone.push((row as u32, head));
        } else {
            tell(row, Cost::MAX);
        }
    }
    let crowd = problem.crowd_of(crowds, problem.ride(vehicle));
    let costs = Guests::of(problem, &alone, vehicle).costs_on(tours, crowd, vehicle);
    for ((row, head), cost) in alone.into_iter().zip(costs) {
        let moved = tours.disruption().cost(head, vehicle) + problem.preference_cost(head, vehicle);
        tell(row as usize, cost.saturating_add(moved));
    }
}

/// Whether the vehicle may do a head at all, as far as that can be told without looking at places.
fn may_do(tours: &Tours<'_>, head: TaskId, vehicle: VehicleId) -> bool {
    let problem = tours.problem();
    let partner = problem.partner(head);
    let is_allowed = |task| problem.is_allowed(task, vehicle);
    let has_rival = |task| tours.rival_on(task, vehicle).is_some();
    is_allowed(head)
        && partner.is_none_or(is_allowed)
        && tours.holds(vehicle)
        && !has_rival(head)
        && !partner.is_some_and(has_rival)
        && !partner.is_some_and(|partner| problem.has_groups && problem.are_rivals(head, partner))
}
