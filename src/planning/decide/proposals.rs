//! Better plans: looked for, offered, applied or discarded.

use super::place::standing;
use super::revision::Revision;
use super::{check_day, check_seen};
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::plan::{Proposal, ProposalStatus, SeenRoute, Stop};
use crate::domain::{Aggregate, Decision, Rejection};
use crate::planning::state::PlannerState;
use crate::units::LocalDay;
use crate::units::id::{JobId, ProposalId};
use serde_json::json;
use std::collections::BTreeSet;

/// Nothing is recorded: the keeper of the plan starts the search when this is answered.
pub(super) fn improve(revision: Revision<'_>, day: LocalDay) -> Result<Decision, Rejection> {
    check_day(revision.state, revision.now, day)?;
    Ok(Decision {
        detail: json!({ "searching": true }),
        ..Decision::unchanged(Aggregate::Territory(revision.state.territory), 0)
    })
}

/// A search has found something. It takes the place of what was offered for the day before.
pub(super) fn offer(
    mut revision: Revision<'_>,
    proposal: &Proposal,
) -> Result<Decision, Rejection> {
    let state = revision.state;
    if proposal.territory != state.territory || rests_on_the_past(state, proposal) {
        return Err(outdated());
    }
    for known in state.proposals.values() {
        if known.day == proposal.day && known.status == ProposalStatus::Offered {
            revision.end_proposal(known.id, ProposalStatus::Outdated);
        }
    }
    let made = Proposal { status: ProposalStatus::Offered, version: 1, ..proposal.clone() };
    let subject = (Aggregate::Proposal(made.id), 1);
    revision.offer(made);
    revision.finish("offer", subject, serde_json::Value::Null)
}

/// Makes the plan as proposed, if it still is what the proposal rests on and breaks nothing new.
pub(super) fn apply(mut revision: Revision<'_>, id: ProposalId) -> Result<Decision, Rejection> {
    let state = revision.state;
    let proposal = offered(state, id)?;
    check_day(state, revision.now, proposal.day)?;
    let seen: Vec<SeenRoute> = proposal
        .routes
        .iter()
        .map(|route| SeenRoute { route: route.id, version: route.version })
        .collect();
    check_seen(state, &seen)?;
    let day = proposal.day;
    let mut orders = revision.orders(day);
    let before: BTreeSet<JobId> = orders.values().flatten().copied().collect();
    for route in &proposal.routes {
        let present = state.routes.get(&route.id).map_or(&[][..], |present| &present.stops);
        let is_here = |stop: &Stop| present.iter().any(|known| known.visit == stop.visit);
        if route.stops.iter().any(|stop| state.is_begun(stop) && !is_here(stop)) {
            return Err(outdated());
        }
        let movable = route.stops.iter().filter(|stop| !state.is_begun(stop));
        orders.insert(route.technician, movable.map(|stop| stop.job).collect());
    }
    let after: Vec<JobId> = orders.values().flatten().copied().collect();
    let open: Vec<JobId> = after.iter().filter(|job| !before.contains(job)).copied().collect();
    let is_complete = after.len() == before.len() + open.len();
    if !is_complete || !open.iter().all(|job| is_open(state, *job)) {
        return Err(outdated());
    }
    let problem = revision.problem(day, &open)?;
    for (vehicle, technician) in problem.problem.vehicle_ids().zip(&problem.technicians) {
        let order = orders.get(technician).map_or(&[][..], Vec::as_slice);
        let tasks: Vec<_> = order.iter().filter_map(|job| problem.task_of(*job)).collect();
        let is_sound = tasks.len() == order.len();
        if !is_sound || !problem.schedule(vehicle, &tasks).violations.is_empty() {
            return Err(outdated());
        }
    }
    for job in &open {
        revision.discard_over(*job);
    }
    revision.rearrange(day, &orders);
    revision.end_proposal(id, ProposalStatus::Applied);
    let subject = (Aggregate::Proposal(id), proposal.version);
    let mut decision =
        revision.finish("apply", subject, json!({ "difference": proposal.difference }))?;
    decision.subject = (Aggregate::Proposal(id), proposal.version + 1);
    Ok(decision)
}

/// Nobody wants it.
pub(super) fn discard(mut revision: Revision<'_>, id: ProposalId) -> Result<Decision, Rejection> {
    let proposal = offered(revision.state, id)?;
    let subject = (Aggregate::Proposal(id), proposal.version);
    revision.end_proposal(id, ProposalStatus::Discarded);
    revision.finish("discard", subject, serde_json::Value::Null)
}

fn offered(state: &PlannerState, id: ProposalId) -> Result<&Proposal, Rejection> {
    let proposal = state.proposals.get(&id).ok_or_else(|| Rejection::not_found("proposal"))?;
    match proposal.status {
        ProposalStatus::Offered => Ok(proposal),
        status => Err(Rejection::conflict(
            &format!("proposal_already_{}", status.word()),
            format!("the proposal is {}; ask for a new one", status.word()),
        )),
    }
}

fn rests_on_the_past(state: &PlannerState, proposal: &Proposal) -> bool {
    proposal.routes.iter().any(|route| state.route_version(route.id) != route.version)
}

fn is_open(state: &PlannerState, job: JobId) -> bool {
    state.jobs.get(&job).is_some_and(|known| known.job.status == JobStatus::Open)
        && standing(state, job).is_none()
}

fn outdated() -> Rejection {
    Rejection::conflict(
        "proposal_outdated",
        "the day has moved on since this proposal was made; ask for a new one",
    )
}
