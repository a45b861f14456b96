//! When a technician is where: a route as it comes out of its order, the facts so far, and now.
//!
//! Begun stops follow the facts; the stops after them are scheduled from the end of what has begun, with
//! windows and breaks; who is early sets off later. For the same order a later fact never gives an earlier
//! arrival (where no break is left to take; a break may change places with a stop when the day shifts).

use super::problem::{DayProblem, Orders};
use super::state::PlannerState;
use super::travel::{Travel, off_the_map};
use crate::domain::Rejection;
use crate::domain::plan::{Route, Stop};
use crate::solver::{self, Schedule, TaskId, VehicleId};
use crate::units::id::TechnicianId;
use crate::units::{LocalDay, TimeWindow, Timestamp};

/// The technician's route of the day with these stops still before them. A day that is over is not
/// reckoned again: its stops keep their times. The version is the present one.
///
/// # Errors
/// A place of the route is off the map, or the technician is unknown here.
pub fn reckon(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    technician: TechnicianId,
    day: LocalDay,
    remaining: &[Stop],
) -> Result<Route, Rejection> {
    let id = Route::id_for(technician, day);
    let present = state.routes.get(&id);
    if day < state.today(now) {
        let mut route = present.cloned().ok_or_else(|| Rejection::not_found("route"))?;
        route.stops.retain(|stop| state.is_begun(stop) || remaining.contains(stop));
        return Ok(route);
    }
    let crew =
        state.technicians.get(&technician).ok_or_else(|| Rejection::not_found("technician"))?;
    check_places(state, travel, crew, day, remaining)?;
    let order = remaining.iter().map(|stop| stop.job).collect();
    let orders = Orders::from([(technician, order)]);
    let problem = DayProblem::build_among(state, travel, now, day, &orders, &[])?;
    let Some(vehicle) = problem.vehicle_of(technician) else {
        // Away that day and nothing is left to do.
        let mut route = present.cloned().ok_or_else(|| Rejection::not_found("route"))?;
        route.stops.retain(|stop| state.is_begun(stop));
        return Ok(route);
    };
    let mut route = Route::empty(id, state.territory, technician, problem.truck(vehicle), day);
    route.version = state.route_version(id);
    let tasks = &problem.plan.tours[vehicle.index()];
    fill(&mut route, &problem, vehicle, tasks, remaining);
    Ok(route)
}

/// Puts the begun stops and the schedule of the others into a route.
pub(super) fn fill(
    route: &mut Route,
    problem: &DayProblem,
    vehicle: VehicleId,
    tasks: &[TaskId],
    remaining: &[Stop],
) {
    let begun = problem.begun(vehicle);
    let schedule = problem.schedule(vehicle, tasks);
    route.stops.clone_from(&begun.stops);
    route.stops.extend(stops(problem, &schedule, remaining));
    let (mut home_s, mut home_m) = (schedule.end_travel_s, schedule.end_travel_m);
    let mut until = problem.instant(schedule.end_s);
    if tasks.is_empty() {
        (home_s, home_m) = way_home(problem, vehicle);
        until = begun.end.map_or(until, |(at, _)| at.plus_secs(home_s));
    }
    let from = begun.since.unwrap_or_else(|| problem.instant(schedule.departure_s));
    route.planned = if route.stops.is_empty() {
        (home_s, home_m) = (0, 0);
        None
    } else {
        TimeWindow::parse(from, until.max(from)).ok()
    };
    let travel_s: u32 = route.stops.iter().map(|stop| stop.travel_s).sum();
    let travel_m: u32 = route.stops.iter().map(|stop| stop.travel_m).sum();
    route.travel_s = travel_s.saturating_add(home_s.max(0) as u32);
    route.travel_m = travel_m.saturating_add(home_m.max(0) as u32);
}

fn stops(problem: &DayProblem, schedule: &Schedule, remaining: &[Stop]) -> Vec<Stop> {
    let mut found = Vec::with_capacity(remaining.len());
    for visit in &schedule.visits {
        let solver::Stop::Task(task) = visit.stop else { continue };
        let job = problem.job_of(task);
        let Some(stop) = remaining.iter().find(|stop| stop.job == job) else { continue };
        // Nobody is to stand at a door before its window opens: waiting is done before driving.
        let from = problem.instant(visit.start_s);
        found.push(Stop {
            planned: TimeWindow { from, until: problem.instant(visit.leave_s).max(from) },
            start_at: from,
            travel_s: visit.travel_s.max(0) as u32,
            travel_m: visit.travel_m.max(0) as u32,
            ..*stop
        });
    }
    found
}

/// From the last begun stop to the end of the day; nothing without a way or an end.
fn way_home(problem: &DayProblem, vehicle: VehicleId) -> (i64, i64) {
    let ride = problem.problem.vehicle(vehicle);
    let (Some(from), Some(to)) = (ride.start, ride.end) else { return (0, 0) };
    let matrix = &problem.problem.matrices()[ride.matrix as usize];
    let seconds = matrix.duration_s(from, to);
    if seconds >= solver::UNREACHABLE_S {
        return (0, 0);
    }
    (i64::from(seconds), i64::from(matrix.distance_m(from, to)))
}

/// The one technician's places must be on the map; which one is not is told.
fn check_places(
    state: &PlannerState,
    travel: &mut Travel,
    crew: &super::state::Crew,
    day: LocalDay,
    remaining: &[Stop],
) -> Result<(), Rejection> {
    let technician = &crew.technician;
    let mut check = |noun: &str, at| {
        travel.place(day, at).map(|_| ()).map_err(|error| off_the_map(noun, &error))
    };
    check("start of the technician", *technician.start)?;
    if let Some(end) = &technician.end {
        check("end of the technician", **end)?;
    }
    for stop in remaining {
        if let Some(known) = state.jobs.get(&stop.job) {
            check("location", known.at)?;
        }
    }
    Ok(())
}
