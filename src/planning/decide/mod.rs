//! What follows from a wish about the plan. Pure but for `Travel`, which remembers what it has asked the
//! streets: the same state, instant and command give the same decision.
//!
//! Every decision works on a [`revision::Revision`]: stops are taken and put, then the touched routes are
//! reckoned anew. Reading order: `revision`, `search_place` (the best place), `near` (among those who come by
//! it), `make_room` (what to move for it), `place`, `by_hand`, `publish`, `proposals`, `upkeep`.

mod by_hand;
mod make_room;
mod near;
mod place;
mod proposals;
mod publish;
mod revision;
mod search_place;
mod upkeep;

use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::plan::{PlanCommand, SeenRoute};
use crate::domain::{Decision, Rejection};
use crate::units::{LocalDay, Timestamp};
use revision::Revision;

pub use place::days_for;
pub(super) use search_place::shift_of_plan;

/// Decides about a wish. Nothing is changed but what `travel` remembers.
///
/// # Errors
/// A rule's no. A job for which there is no place is no error: the answer says so, with reasons.
pub fn decide(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    command: &PlanCommand,
) -> Result<Decision, Rejection> {
    let revision = Revision::new(state, travel, now);
    let decision = match command {
        PlanCommand::Place { job } => place::place(revision, *job),
        PlanCommand::PlaceAll { day } => place::place_all(revision, *day),
        PlanCommand::Assign { job, technician, day, position, anyway, seen } => {
            let wish = by_hand::Assignment {
                job: *job,
                technician: *technician,
                day: *day,
                position: position.map(|position| position as usize),
                anyway: *anyway,
            };
            by_hand::assign(revision, wish, seen)
        }
        PlanCommand::Unassign { job, seen } => by_hand::unassign(revision, *job, seen),
        PlanCommand::Lock { job, seen } => by_hand::lock(revision, *job, true, seen),
        PlanCommand::Unlock { job, seen } => by_hand::lock(revision, *job, false, seen),
        PlanCommand::Publish { day, technicians, seen } => {
            publish::publish(revision, *day, technicians, seen)
        }
        PlanCommand::Improve { day } => proposals::improve(revision, *day),
        PlanCommand::Offer { proposal } => proposals::offer(revision, proposal),
        PlanCommand::Apply { proposal } => proposals::apply(revision, *proposal),
        PlanCommand::Discard { proposal } => proposals::discard(revision, *proposal),
        PlanCommand::Forget { job } => upkeep::forget(revision, *job),
        PlanCommand::Release { technician } => upkeep::release(revision, *technician),
        PlanCommand::Renew { technician, day } => upkeep::renew(revision, *technician, *day),
    }?;
    #[cfg(debug_assertions)]
    super::check::check_decision(state, travel, now, &decision);
    Ok(decision)
}

/// The routes that the caller looked at must be as they were.
fn check_seen(state: &PlannerState, seen: &[SeenRoute]) -> Result<(), Rejection> {
    let Some(stale) = seen.iter().find(|seen| state.route_version(seen.route) != seen.version)
    else {
        return Ok(());
    };
    let current = state.route_version(stale.route);
    let routes: Vec<_> = seen.iter().filter_map(|seen| state.routes.get(&seen.route)).collect();
    Err(Rejection::stale("route", stale.version, current).with_field("seen").with_facts(
        serde_json::json!({
            "route": stale.route,
            "seen": stale.version,
            "current": current,
            "routes": routes,
        }),
    ))
}

/// Nothing is planned on a day that is over.
fn check_day(state: &PlannerState, now: Timestamp, day: LocalDay) -> Result<(), Rejection> {
    let today = state.today(now);
    if day < today {
        return Err(Rejection::invalid("day", format!("day {day} is over; today is {today}")));
    }
    Ok(())
}
