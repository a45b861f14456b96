//! What it would mean to give a job to each technician: for people who choose by hand. Changes nothing.

use super::decide::{days_for, shift_of_plan};
use super::problem::{DayProblem, Orders};
use super::reason::{self, Reason};
use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::Rejection;
use crate::solver::{Tours, insertion};
use crate::units::id::{JobId, TechnicianId};
use crate::units::{LocalDay, Timestamp};
use serde::{Deserialize, Serialize};

/// What it would mean to give a job to a technician.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacementOption {
    pub technician: TechnicianId,
    pub day: LocalDay,
    pub feasible: bool,
    /// Among the stops that nobody has set off for.
    pub position: Option<u32>,
    pub arrival_at: Option<Timestamp>,
    pub added_travel_s: Option<i64>,
    pub added_travel_m: Option<i64>,
    /// Seconds after the ends of windows and shifts that it would add, summed.
    pub lateness_s: i64,
    /// Why not: the word of the tightest rule, and a sentence.
    pub rule: Option<String>,
    pub reason: Option<String>,
}

/// Every technician of the territory for this job, best first; those who cannot come last, the nearest to
/// a yes first. Without a day: the one it is planned on, or else the first on which somebody can.
///
/// # Errors
/// The job is unknown or off the map.
pub fn options(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    job: JobId,
    day: Option<LocalDay>,
) -> Result<Vec<PlacementOption>, Rejection> {
    let Some(known) = state.jobs.get(&job) else { return Err(Rejection::not_found("job")) };
    let planned = state.place_of(job).map(|(route, _)| route.day);
    let days = match day.or(planned) {
        Some(day) => vec![day],
        None => days_for(state, now, &known.job),
    };
    let mut first = None;
    for day in &days {
        let options = options_on(state, travel, now, job, *day)?;
        if options.first().is_some_and(|best| best.feasible) {
            return Ok(options);
        }
        first.get_or_insert(options);
    }
    match first {
        Some(options) => Ok(options),
        None => options_on(state, travel, now, job, state.today(now)),
    }
}

fn options_on(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    job: JobId,
    day: LocalDay,
) -> Result<Vec<PlacementOption>, Rejection> {
    let facts = &state.jobs[&job].job;
    let mut orders = Orders::new();
    for route in state.routes_on(day) {
        let remaining = state.remaining_stops(route);
        let others = remaining.iter().map(|stop| stop.job).filter(|other| *other != job);
        orders.insert(route.technician, others.collect());
    }
    let problem = DayProblem::build(state, travel, now, day, &orders, &[job])?;
    let (Some(task), Ok(mut tours)) =
        (problem.task_of(job), Tours::of(&problem.problem, &problem.plan))
    else {
        return Ok(Vec::new());
    };
    let at = |vehicle, position: usize| {
        let (arrival_at, added_travel_s, added_travel_m, lateness_s) =
            shift_of_plan(&problem, &problem.plan, vehicle, task, position);
        PlacementOption {
            technician: problem.technicians[vehicle.index()],
            day,
            feasible: true,
            position: Some(position as u32),
            arrival_at: Some(arrival_at),
            added_travel_s: Some(added_travel_s),
            added_travel_m: Some(added_travel_m),
            lateness_s,
            rule: None,
            reason: None,
        }
    };
    let ranked = insertion::ranked(&mut tours, task);
    let mut options: Vec<PlacementOption> =
        ranked.iter().map(|insertion| at(insertion.vehicle, insertion.after)).collect();
    let mut refused: Vec<(i64, PlacementOption)> = Vec::new();
    for (id, crew) in &state.technicians {
        if options.iter().any(|option| option.technician == *id) {
            continue;
        }
        let refusal = problem
            .vehicle_of(*id)
            .and_then(|vehicle| insertion::refusal(&mut tours, task, vehicle));
        let kept_out = problem.kept_out.iter().find(|reason| reason.technician == *id).cloned();
        let reason = reason::lasting(state, crew, facts)
            .or(kept_out)
            .or_else(|| refusal.map(|refusal| reason::of_refusal(&problem, facts, &refusal)))
            .unwrap_or_else(|| reason::no_shift(*id, day));
        let place =
            refusal.and_then(|refusal| refusal.after.map(|after| at(refusal.vehicle, after)));
        // Seconds are nearer to a yes than a missing skill.
        let distance = if place.is_some() { reason.by.unwrap_or(0) } else { i64::MAX };
        refused.push((distance, refuse(place, reason, day)));
    }
    refused.sort_by_key(|(distance, option)| (*distance, option.technician));
    options.extend(refused.into_iter().map(|(_, option)| option));
    Ok(options)
}

fn refuse(place: Option<PlacementOption>, reason: Reason, day: LocalDay) -> PlacementOption {
    let nowhere = PlacementOption {
        technician: reason.technician,
        day,
        feasible: false,
        position: None,
        arrival_at: None,
        added_travel_s: None,
        added_travel_m: None,
        lateness_s: 0,
        rule: None,
        reason: None,
    };
    PlacementOption {
        feasible: false,
        rule: Some(reason.rule),
        reason: Some(reason.sentence),
        ..place.unwrap_or(nowhere)
    }
}
