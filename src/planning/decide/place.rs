//! Places for open jobs: one at once, or all of a day together.

use super::check_day;
use super::revision::Revision;
use super::search_place::{find_place, tours_of};
use crate::domain::fieldwork::job::{Job, JobStatus};
use crate::domain::plan::{Route, Stop};
use crate::domain::{Aggregate, Decision, Rejection};
use crate::planning::problem::binding_window;
use crate::planning::reason::{self, Reason, minutes};
use crate::planning::state::PlannerState;
use crate::solver::{assignment, insertion};
use crate::units::id::JobId;
use crate::units::{LocalDay, Timestamp};
use serde_json::json;

/// So far ahead a place is looked for, in days.
const HORIZON_DAYS: usize = 14;

/// The days on which a job may be done, earliest first: those of its window, or from today on; two weeks
/// at most.
pub fn days_for(state: &PlannerState, now: Timestamp, job: &Job) -> Vec<LocalDay> {
    let today = state.today(now);
    let window = binding_window(job);
    let first = window.map_or(today, |window| today.max(LocalDay::at(window.from, state.zone)));
    let last = window.map(|window| LocalDay::at(window.until, state.zone));
    std::iter::successors(Some(first), |day| Some(day.next()))
        .take(HORIZON_DAYS)
        .take_while(|day| last.is_none_or(|last| *day <= last))
        .collect()
}

/// The best place for an open job. Without one the job stays open, and the answer says why.
pub(super) fn place(mut revision: Revision<'_>, job: JobId) -> Result<Decision, Rejection> {
    let Some(known) = revision.state.jobs.get(&job) else {
        return Err(Rejection::not_found("job"));
    };
    let subject = (Aggregate::Placement(job), known.placement);
    if let Some((route, stop)) = standing(revision.state, job) {
        return Ok(Decision {
            detail: json!({
                "placed": true,
                "technician": route.technician,
                "day": route.day,
                "arrival_at": stop.planned.from,
                "added_travel_s": 0,
                "added_travel_m": 0,
            }),
            ..Decision::unchanged(subject.0, subject.1)
        });
    }
    if known.job.status != JobStatus::Open {
        return Ok(Decision {
            detail: json!({ "placed": false, "job_status": known.job.status, "reasons": [] }),
            ..Decision::unchanged(subject.0, subject.1)
        });
    }
    revision.discard_over(job);
    revision.read_job(job);
    let days = days_for(revision.state, revision.now, &known.job);
    let outcome = if days.is_empty() {
        Err(window_is_over(revision.state, revision.now, &known.job))
    } else {
        find_place(&mut revision, job, &days)?
    };
    match outcome {
        Ok(found) => {
            let mut detail = json!(found);
            detail["placed"] = json!(true);
            revision.finish("place", subject, detail)
        }
        Err(reasons) => {
            revision.finish("place", subject, json!({ "placed": false, "reasons": reasons }))
        }
    }
}

/// Places for all open jobs that may be done on a day, by assignment in rounds.
pub(super) fn place_all(mut revision: Revision<'_>, day: LocalDay) -> Result<Decision, Rejection> {
    check_day(revision.state, revision.now, day)?;
    let state = revision.state;
    let mut open = Vec::new();
    let mut off_the_map = Vec::new();
    for (id, known) in &state.jobs {
        let is_open = known.job.status == JobStatus::Open && standing(state, *id).is_none();
        if !is_open || !suits(state, &known.job, day) {
            continue;
        }
        match revision.travel.place(day, known.at) {
            Ok(_) => open.push(*id),
            Err(_) => off_the_map.push(*id),
        }
    }
    for job in &open {
        revision.discard_over(*job);
        revision.read_job(*job);
    }
    let problem = revision.problem(day, &open)?;
    let subject = (Aggregate::Territory(state.territory), 0);
    let Some(mut tours) = tours_of(&problem) else {
        return Ok(Decision::unchanged(subject.0, subject.1));
    };
    let tasks: Vec<_> = open.iter().filter_map(|job| problem.task_of(*job)).collect();
    assignment::place_all(&mut tours, &tasks);
    let mut refused = Vec::new();
    for job in &open {
        let Some(task) = problem.task_of(*job) else { continue };
        if tours.vehicle_of(task).is_none() {
            let facts = &state.jobs[job].job;
            let mut reasons: Vec<Reason> = insertion::refusals(&mut tours, task)
                .iter()
                .map(|refusal| reason::of_refusal(&problem, facts, refusal))
                .collect();
            reasons.retain(|known| {
                problem.kept_out.iter().all(|kept_out| kept_out.technician != known.technician)
            });
            reasons.extend(problem.kept_out.iter().cloned());
            refused.push(json!({ "job": job, "reasons": reasons }));
        }
    }
    let placed = open.len() - refused.len();
    revision.rearrange(day, &problem.orders_of(&tours.plan()));
    for job in off_the_map {
        refused.push(json!({ "job": job, "reasons": [], "rule": "location_off_the_map" }));
    }
    let detail = json!({ "placed": placed, "refused": refused });
    revision.finish("place", subject, detail)
}

/// Where the job stands with a visit that is not over.
pub(super) fn standing(state: &PlannerState, job: JobId) -> Option<(&Route, &Stop)> {
    state
        .place_of(job)
        .filter(|(_, stop)| state.visit_of(stop).is_some_and(|visit| !visit.status.is_over()))
}

fn suits(state: &PlannerState, job: &Job, day: LocalDay) -> bool {
    binding_window(job).is_none_or(|window| {
        LocalDay::at(window.from, state.zone) <= day
            && day <= LocalDay::at(window.until, state.zone)
    })
}

fn window_is_over(state: &PlannerState, now: Timestamp, job: &Job) -> Vec<Reason> {
    let over_s = binding_window(job).map_or(0, |window| now.secs_since(window.until));
    state
        .technicians
        .iter()
        .map(|(id, crew)| {
            reason::lasting(state, crew, job).unwrap_or_else(|| {
                let sentence = format!("the job's window was over {} ago", minutes(over_s));
                Reason::new(*id, "window", sentence).by(over_s)
            })
        })
        .collect()
}
