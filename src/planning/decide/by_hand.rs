//! What dispatchers do by hand. Skills, capacity, and who is away are rules for them too; a broken window
//! or shift is theirs to allow. What has begun stays where it is.

use super::place::standing;
use super::revision::Revision;
use super::search_place::shift_of_plan;
use super::{check_day, check_seen};
use crate::domain::fieldwork::job::{Job, JobStatus};
use crate::domain::plan::{Route, SeenRoute, Stop};
use crate::domain::{Aggregate, Decision, Rejection};
use crate::planning::problem::DayProblem;
use crate::planning::reason::{self, Reason};
use crate::planning::state::PlannerState;
use crate::planning::travel::off_the_map;
use crate::solver::insertion::{Refusal, Rule};
use crate::solver::{TaskId, VehicleId, Violation};
use crate::units::LocalDay;
use crate::units::id::{JobId, TechnicianId};
use serde_json::json;

/// A wish to put a job on a route.
pub(super) struct Assignment {
    pub job: JobId,
    pub technician: TechnicianId,
    pub day: LocalDay,
    /// Among the stops that nobody has set off for; the best one if absent.
    pub position: Option<usize>,
    /// Even if a window or the shift is broken.
    pub anyway: bool,
}

/// Puts a job on a technician's route, or moves it there.
pub(super) fn assign(
    mut revision: Revision<'_>,
    wish: Assignment,
    seen: &[SeenRoute],
) -> Result<Decision, Rejection> {
    let Assignment { job, technician, day, anyway, .. } = wish;
    let state = revision.state;
    let facts = movable_job(state, job)?;
    let crew = state.technicians.get(&technician);
    let crew = crew.ok_or_else(|| Rejection::not_found("technician"))?;
    check_day(state, revision.now, day)?;
    check_seen(state, seen)?;
    if let Some(reason) = reason::lasting(state, crew, facts) {
        return Err(refused(&reason, false));
    }
    let place = revision.travel.place(day, state.jobs[&job].at);
    place.map_err(|error| off_the_map("location", &error))?;

    revision.discard_over(job);
    let was = revision.take(job);
    // Naming the technician makes them part of the day, if only with an empty order.
    revision.draft(technician, day);
    let problem = revision.problem(day, &[job])?;
    let (Some(vehicle), Some(task)) = (problem.vehicle_of(technician), problem.task_of(job)) else {
        let kept_out = problem.kept_out.iter().find(|reason| reason.technician == technician);
        return Err(kept_out
            .map_or_else(|| Rejection::not_found("technician"), |reason| refused(reason, false)));
    };
    let best = best_position(&problem, vehicle, task, wish.position);
    let broken = broken_rules(&problem, vehicle, task, facts, &best);
    if let Some(hard) = broken.iter().find(|reason| reason.rule == "capacity") {
        return Err(refused(hard, false));
    }
    if let Some(tightest) = broken.first()
        && !anyway
    {
        return Err(refused(tightest, true));
    }
    let (arrival_at, added_travel_s, added_travel_m, lateness_s) =
        shift_of_plan(&problem, &problem.plan, vehicle, task, best.position);
    revision.put(job, technician, day, best.position);
    let placement = state.jobs[&job].placement;
    let detail = json!({
        "technician": technician,
        "day": day,
        "arrival_at": arrival_at,
        "added_travel_s": added_travel_s,
        "added_travel_m": added_travel_m,
        "lateness_s": lateness_s,
        "from": was.map(|(technician, _)| technician),
        "broken": broken,
    });
    let mut decision = revision.finish("assign", (Aggregate::Placement(job), placement), detail)?;
    // The answer speaks of the route that the caller asked for.
    let route = Aggregate::Route(Route::id_for(technician, day));
    if let Some((_, version, _)) = decision.events.iter().find(|event| event.0 == route) {
        decision.subject = (route, *version);
    }
    Ok(decision)
}

/// Takes a job off its route.
pub(super) fn unassign(
    mut revision: Revision<'_>,
    job: JobId,
    seen: &[SeenRoute],
) -> Result<Decision, Rejection> {
    let state = revision.state;
    movable_job(state, job)?;
    check_seen(state, seen)?;
    if revision.take(job).is_none() {
        return Err(not_on_a_route());
    }
    let placement = state.jobs[&job].placement;
    revision.finish("unassign", (Aggregate::Placement(job), placement), serde_json::Value::Null)
}

/// Pins a stop to its route, or lets it go.
pub(super) fn lock(
    mut revision: Revision<'_>,
    job: JobId,
    is_locked: bool,
    seen: &[SeenRoute],
) -> Result<Decision, Rejection> {
    let state = revision.state;
    movable_job(state, job)?;
    check_seen(state, seen)?;
    let Some((route, _)) = standing(state, job) else { return Err(not_on_a_route()) };
    let draft = revision.draft(route.technician, route.day);
    let Some(stop) = draft.iter_mut().find(|stop| stop.job == job) else {
        return Err(not_on_a_route());
    };
    stop.locked = is_locked;
    let cause = if is_locked { "lock" } else { "unlock" };
    let subject = (Aggregate::Route(route.id), route.version);
    revision.finish(cause, subject, serde_json::Value::Null)
}

/// The job, if a hand may move it now.
fn movable_job(state: &PlannerState, job: JobId) -> Result<&Job, Rejection> {
    let Some(known) = state.jobs.get(&job) else { return Err(Rejection::not_found("job")) };
    let facts = &known.job;
    let is_begun = |(_, stop): (&Route, &Stop)| state.is_begun(stop);
    match facts.status {
        JobStatus::Open => Ok(facts),
        JobStatus::Scheduled if !standing(state, job).is_some_and(is_begun) => Ok(facts),
        JobStatus::Scheduled | JobStatus::InProgress => Err(Rejection::conflict(
            "visit_under_way",
            format!(
                "somebody is on the way to {} or at work there; it stays where it is",
                facts.label()
            ),
        )),
        JobStatus::OnHold => Err(Rejection::conflict(
            "job_on_hold",
            format!("{} is on hold; resume it first", facts.label()),
        )),
        status => Err(Rejection::conflict(
            &format!("job_already_{}", status.word()),
            format!("{} is {}; reopen it or make a new job", facts.label(), status.word()),
        )),
    }
}

fn not_on_a_route() -> Rejection {
    Rejection::conflict("job_not_on_a_route", "the job is on no route; assign it first")
}

/// A place on the route and what it breaks.
struct Judged {
    position: usize,
    violations: Vec<Violation>,
}

/// The given position, or the one that breaks least and then costs least.
fn best_position(
    problem: &DayProblem,
    vehicle: VehicleId,
    task: TaskId,
    position: Option<usize>,
) -> Judged {
    let present = &problem.plan.tours[vehicle.index()];
    let positions = match position {
        Some(position) => position.min(present.len())..=position.min(present.len()),
        None => 0..=present.len(),
    };
    let mut best: Option<((i64, i64), Judged)> = None;
    for position in positions {
        let mut tasks = present.clone();
        tasks.insert(position, task);
        let mut schedule = problem.schedule(vehicle, &tasks);
        schedule.violations.retain(|violation| weight(violation) > 0);
        let broken: i64 = schedule.violations.iter().map(weight).sum();
        let rank = (broken, schedule.cost.total());
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, Judged { position, violations: schedule.violations }));
        }
    }
    best.map_or(Judged { position: 0, violations: Vec::new() }, |(_, judged)| judged)
}

/// How bad a violation is in seconds; what a hand may do without asking weighs nothing.
fn weight(violation: &Violation) -> i64 {
    match *violation {
        Violation::Late { by_s, .. }
        | Violation::BreakLate { by_s, .. }
        | Violation::Overtime { by_s } => by_s,
        Violation::Capacity { by, .. } => by.saturating_mul(86_400),
        // Locks and refusals bind the product, not the dispatcher; skills were looked at before.
        _ => 0,
    }
}

/// The rules that the place breaks, the worst first.
fn broken_rules(
    problem: &DayProblem,
    vehicle: VehicleId,
    task: TaskId,
    facts: &Job,
    judged: &Judged,
) -> Vec<Reason> {
    let technician = problem.technicians[vehicle.index()];
    let mut violations = judged.violations.clone();
    violations.sort_by_key(|violation| -weight(violation));
    let mut broken: Vec<Reason> =
        problem.kept_out.iter().filter(|reason| reason.technician == technician).cloned().collect();
    for violation in violations {
        let (rule, by) = match violation {
            Violation::Late { task: late, by_s } if late == task => (Rule::Window, by_s),
            Violation::Late { task: late, by_s } => (Rule::OtherWindow { task: late }, by_s),
            Violation::BreakLate { index, by_s } => (Rule::Break { index }, by_s),
            Violation::Overtime { by_s } => (Rule::ShiftEnd, by_s),
            Violation::Capacity { dimension, by } => (Rule::Capacity { dimension }, by),
            _ => continue,
        };
        let refusal = Refusal { vehicle, rule, by, after: Some(judged.position) };
        broken.push(reason::of_refusal(problem, facts, &refusal));
    }
    broken
}

/// The refusal of a hand's wish: code and sentence of the rule, with its numbers; `helps_anyway` if people
/// may decide to break it.
fn refused(reason: &Reason, helps_anyway: bool) -> Rejection {
    let cure = if helps_anyway { "; repeat it with anyway to do it all the same" } else { "" };
    Rejection::conflict(
        &format!("rule_{}", reason.rule),
        format!("the technician cannot take the job: {}{cure}", reason.sentence),
    )
    .with_facts(json!({ "reasons": [reason], "anyway": helps_anyway }))
}
