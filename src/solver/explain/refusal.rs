//! Why nobody does a task: the rule that keeps each vehicle from it, counted, and what would let it in.

use super::Effort;
use super::assignment::{Moved, moved};
use super::cure::{self, Cure};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::insertion::{self, Insertion, Refusal, Rule};
use crate::solver::plan::Plan;
use crate::solver::tours::Tours;

/// What became of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The task is not left out at all.
    Placed(VehicleId),
    /// There is a place, so no rule refuses it: only its price could.
    Fits(Insertion),
    /// There is a place if others move; nothing else is left out for it.
    FitsMoving { plan: Plan, moved: Vec<Moved> },
    /// There is none that was found.
    Refused(Refused),
}

/// Why no vehicle can take a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Each vehicle's tightest rule, in their order.
    pub refusals: Vec<Refusal>,
    /// The same, counted by rule; the one with the vehicle that comes nearest first.
    pub reasons: Vec<ReasonCount>,
    /// What would let the task in, the smallest change first; each is proved.
    pub cures: Vec<Cure>,
}

/// A rule and how many vehicles it keeps from the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonCount {
    pub vehicles: usize,
    /// Who comes nearest.
    pub nearest: Refusal,
}

/// Why a task is in no tour.
pub fn refusal(tours: &mut Tours<'_>, task: TaskId, effort: &Effort) -> Verdict {
    let (head, _) = insertion::halves(tours.problem(), task);
    if let Some(vehicle) = tours.vehicle_of(head) {
        return Verdict::Placed(vehicle);
    }
    let refusals = match insertion::best(tours, head) {
        Ok(place) => return Verdict::Fits(place),
        Err(refusals) => refusals,
    };
    let nearest = by_distance(&refusals);
    if let Some(plan) = by_moving_others(tours, head, &nearest, effort) {
        let moved = moved(tours.problem(), &tours.plan(), &plan);
        let moved = moved.into_iter().filter(|other| other.task != head).collect();
        return Verdict::FitsMoving { plan, moved };
    }
    let cures = cure::find(tours, head, &nearest);
    Verdict::Refused(Refused { reasons: count(&refusals), refusals, cures })
}

/// A plan in which nothing that is done is left out, and the task is done too.
fn by_moving_others(
    tours: &Tours<'_>,
    head: TaskId,
    nearest: &[Refusal],
    effort: &Effort,
) -> Option<Plan> {
    let able = nearest.iter().filter(|refusal| refusal.after.is_some());
    let first: Vec<VehicleId> = able.map(|refusal| refusal.vehicle).take(effort.tours).collect();
    if first.is_empty() || effort.steps == 0 {
        return None;
    }
    let problem = tours.problem();
    let present = tours.plan();
    let found = effort.search(tours, head, &first, |part| {
        for task in present.tours.iter().flatten().chain([&head]) {
            if let Some(inside) = part.inside(*task) {
                part.problem.require(inside);
            }
        }
    });
    let owners = found.plan.owners(problem);
    let mut needed = present.tours.iter().flatten().chain([&head]);
    needed.all(|task| owners[task.index()].is_some()).then_some(found.plan)
}

fn by_distance(refusals: &[Refusal]) -> Vec<Refusal> {
    let mut nearest = refusals.to_vec();
    nearest.sort_by_key(|refusal| (distance(refusal), refusal.vehicle));
    nearest
}

/// How far a refusal is from a yes, for ordering: what can be measured first, in seconds or what is taken for them.
pub(super) fn distance(refusal: &Refusal) -> (bool, i64) {
    let by = refusal.by;
    match refusal.rule {
        Rule::Locked
        | Rule::Skill { .. }
        | Rule::Promises
        | Rule::Incompatible { .. }
        | Rule::Crew
        | Rule::Before { .. } => (true, 0),
        Rule::Window
        | Rule::OtherWindow { .. }
        | Rule::ShiftEnd
        | Rule::Break { .. }
        | Rule::Travel
        | Rule::Duration => (false, by),
        Rule::Distance => (false, by / 10),
        Rule::Capacity { .. } | Rule::Tasks => (false, by.saturating_mul(3600)),
    }
}

/// Counts refusals by their rules, the rule with the vehicle that comes nearest first.
pub fn count(refusals: &[Refusal]) -> Vec<ReasonCount> {
    let mut reasons: Vec<ReasonCount> = Vec::new();
    for refusal in &by_distance(refusals) {
        match reasons.iter_mut().find(|known| is_same(known.nearest.rule, refusal.rule)) {
            Some(known) => known.vehicles += 1,
            None => reasons.push(ReasonCount { vehicles: 1, nearest: *refusal }),
        }
    }
    reasons
}

/// Whether two rules are one to whoever asks.
fn is_same(one: Rule, two: Rule) -> bool {
    match (one, two) {
        (Rule::OtherWindow { .. }, Rule::OtherWindow { .. })
        | (Rule::Break { .. }, Rule::Break { .. })
        | (Rule::Incompatible { .. }, Rule::Incompatible { .. })
        | (Rule::Before { .. }, Rule::Before { .. }) => true,
        _ => one == two,
    }
}
