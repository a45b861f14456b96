//! What the plan does when life moves on: a job ends, a technician falls ill, a visit begins.

use super::days_for;
use super::place::standing;
use super::revision::Revision;
use super::search_place::find_place;
use crate::domain::plan::{Route, Stop};
use crate::domain::{Aggregate, Decision, Rejection};
use crate::units::LocalDay;
use crate::units::id::{JobId, TechnicianId};
use serde_json::json;
use std::cmp::Reverse;

/// Times that move by less than this are not worth a record.
const RENEWAL_S: i64 = 60;

/// A visit is over: its stop goes, or stays as a record if it was driven. Later arrivals are reckoned anew.
pub(super) fn forget(mut revision: Revision<'_>, job: JobId) -> Result<Decision, Rejection> {
    let state = revision.state;
    let Some(known) = state.jobs.get(&job) else {
        // It never was in a plan of ours.
        return Ok(Decision::unchanged(Aggregate::Placement(job), 0));
    };
    let subject = (Aggregate::Placement(job), known.placement);
    let Some((route, stop)) = state.place_of(job) else {
        return Ok(Decision::unchanged(subject.0, subject.1));
    };
    let is_over = state.visit_of(stop).is_none_or(|visit| visit.status.is_over());
    if !is_over {
        // A late message: the job is in the plan again.
        return Ok(Decision::unchanged(subject.0, subject.1));
    }
    revision.discard(job);
    revision.draft(route.technician, route.day);
    revision.finish("forget", subject, serde_json::Value::Null)
}

/// A technician is away: what they have not begun goes to others at once, the promised and most urgent
/// first; what finds no place is open again, with reasons.
pub(super) fn release(
    mut revision: Revision<'_>,
    technician: TechnicianId,
) -> Result<Decision, Rejection> {
    let state = revision.state;
    let Some(crew) = state.technicians.get(&technician) else {
        return Err(Rejection::not_found("technician"));
    };
    let subject = (Aggregate::Duty(technician), crew.duty.version);
    if !crew.is_sick() && crew.technician.active {
        // A late message: they are back.
        return Ok(Decision::unchanged(subject.0, subject.1));
    }
    let today = state.today(revision.now);
    let mut released: Vec<(LocalDay, Stop)> = Vec::new();
    for route in state.routes.values().filter(|route| route.technician == technician) {
        if route.day >= today {
            released.extend(state.remaining_stops(route).iter().map(|stop| (route.day, *stop)));
        }
    }
    released.sort_by_key(|(_, stop)| {
        let job = &state.jobs[&stop.job].job;
        (job.promised.is_none(), Reverse(job.priority), stop.planned.from)
    });
    for (_, stop) in &released {
        revision.take(stop.job);
    }
    revision.unlock_taken();
    let (mut moved, mut open) = (Vec::new(), Vec::new());
    for (day, stop) in &released {
        let mut days = days_for(state, revision.now, &state.jobs[&stop.job].job);
        // Where there is a choice, the day that was planned is the first one.
        days.sort_by_key(|other| (other != day, *other < *day, *other));
        match find_place(&mut revision, stop.job, &days) {
            Ok(Ok(found)) => moved.push(json!({ "job": stop.job, "place": found })),
            Ok(Err(reasons)) => open.push(json!({ "job": stop.job, "reasons": reasons })),
            Err(rejection) => open.push(json!({
                "job": stop.job,
                "reasons": [],
                "rule": rejection.code,
            })),
        }
    }
    revision.finish("release", subject, json!({ "moved": moved, "open": open }))
}

/// Facts have come in, time has gone by or the streets have changed: the arrivals of a day, today's where none
/// is named, are reckoned anew.
pub(super) fn renew(
    mut revision: Revision<'_>,
    technician: TechnicianId,
    day: Option<LocalDay>,
) -> Result<Decision, Rejection> {
    let state = revision.state;
    let day = day.unwrap_or_else(|| state.today(revision.now));
    let Some(route) = state.route_of(technician, day) else {
        return Ok(Decision::unchanged(Aggregate::Route(Route::id_for(technician, day)), 0));
    };
    let unchanged = Decision::unchanged(Aggregate::Route(route.id), route.version);
    // A stop whose visit is over without having been driven waits for its `Forget`.
    let waits = |stop: &Stop| !state.is_begun(stop) && standing(state, stop.job).is_none();
    if route.stops.iter().any(waits) {
        return Ok(unchanged);
    }
    revision.draft(technician, day);
    let after = revision.preview(technician, day)?;
    if is_near(route, &after) {
        return Ok(unchanged);
    }
    revision.finish("renew", unchanged.subject, serde_json::Value::Null)
}

/// Whether two states of a route differ by nothing that somebody would notice.
fn is_near(before: &Route, after: &Route) -> bool {
    let same_stop = |(a, b): (&Stop, &Stop)| {
        a.visit == b.visit
            && a.planned.from.secs_since(b.planned.from).abs() < RENEWAL_S
            && a.planned.until.secs_since(b.planned.until).abs() < RENEWAL_S
    };
    before.stops.len() == after.stops.len() && before.stops.iter().zip(&after.stops).all(same_stop)
}
