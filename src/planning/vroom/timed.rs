//! When everything happens on routes that are given, rules broken or not (option `c`): the steps stay in their order,
//! breaks where they are given, also in the middle of a leg.
//!
//! Times that steps ask for are kept. Everything else is as early as its windows let it, so that nothing is served
//! before its window in order to be less late elsewhere; then the start is as late as the end of the route allows. Only if a step
//! asks for a time that would else be missed, what comes before it is earlier than its windows, or its shift.

use super::error::{VroomError, wrong};
use super::pack::{last_start, opening};
use super::prepare::Prepared;
use super::steps::{Does, Given};
use crate::solver::{Schedule, Stop, TaskId, VehicleId, Visit, Window};

/// No bound.
const NEVER: i64 = i64::MIN / 4;
const EVER: i64 = i64::MAX / 4;

/// A step with all that decides its time.
#[derive(Debug, Clone)]
struct Event {
    stop: Option<Stop>,
    /// Asked for: not earlier, not later.
    from_s: i64,
    until_s: i64,
    windows: Vec<Window>,
    /// Set-up and service, or the length of the break.
    work_s: i64,
    /// Of a place: the leg from the place before.
    leg_s: i64,
    is_place: bool,
    /// In the document's steps.
    index: Option<usize>,
}

/// The route of one vehicle as it is given.
///
/// # Errors
/// Times that steps ask for contradict each other.
pub(super) fn schedule(prepared: &Prepared, vehicle: VehicleId) -> Result<Schedule, VroomError> {
    let problem = prepared.problem();
    let given = &prepared.given[vehicle.index()];
    let tasks: Vec<TaskId> = given
        .iter()
        .filter_map(|step| match step.does {
            Does::Task(task) => Some(task),
            _ => None,
        })
        .collect();
    // Legs, loads, work and costs are those of the tasks; only times are found here.
    let mut schedule = Schedule::of(problem, vehicle, &tasks);
    if tasks.is_empty() {
        return Ok(schedule);
    }
    let events = events(prepared, vehicle, given, &schedule);
    let starts = times(&events).map_err(|at| {
        let index = events[at].index.unwrap_or(0);
        let what = "the times that steps ask for cannot be kept together";
        wrong(format!("vehicles[{}].steps[{index}]", vehicle.index()), "infeasible_steps", what)
    })?;
    write(&mut schedule, &events, &starts);
    Ok(schedule)
}

fn events(
    prepared: &Prepared,
    vehicle: VehicleId,
    given: &[Given],
    schedule: &Schedule,
) -> Vec<Event> {
    let problem = prepared.problem();
    let ride = problem.vehicle(vehicle);
    let plain = |stop, leg_s| Event {
        stop,
        from_s: NEVER,
        until_s: EVER,
        windows: Vec::new(),
        work_s: 0,
        leg_s,
        is_place: true,
        index: None,
    };
    // The start is early enough with the shift, unless it is asked for.
    let mut start = plain(None, 0);
    start.windows = vec![ride.shift];
    let mut end = plain(None, schedule.end_travel_s);
    let mut visits = schedule.visits.iter().filter(|visit| matches!(visit.stop, Stop::Task(_)));
    let mut events = Vec::with_capacity(given.len() + 2);
    for (index, step) in given.iter().enumerate() {
        let mut event = match step.does {
            Does::Start => {
                ask(prepared, &mut start, step, index);
                continue;
            }
            Does::End => {
                ask(prepared, &mut end, step, index);
                continue;
            }
            Does::Task(task) => {
                let Some(visit) = visits.next() else { continue };
                Event {
                    windows: problem.task(task).windows.clone(),
                    work_s: visit.setup_s + visit.service_s,
                    ..plain(Some(visit.stop), visit.travel_s)
                }
            }
            Does::Break(at) => {
                let Some(number) = prepared.break_number(vehicle.index(), at) else { continue };
                let rest = &ride.breaks[number];
                Event {
                    windows: rest.windows.clone(),
                    work_s: i64::from(rest.duration_s),
                    is_place: false,
                    ..plain(Some(Stop::Break(number)), 0)
                }
            }
        };
        ask(prepared, &mut event, step, index);
        events.push(event);
    }
    events.insert(0, start);
    events.push(end);
    events
}

fn ask(prepared: &Prepared, event: &mut Event, step: &Given, index: usize) {
    let second = |time_s: i64| time_s.saturating_sub(prepared.origin_s).clamp(NEVER / 2, EVER / 2);
    event.from_s = step.at.or(step.after).map_or(NEVER, second);
    event.until_s = step.at.or(step.before).map_or(EVER, second);
    event.index = Some(index);
}

/// When each event begins; or the first whose wish cannot be kept.
fn times(events: &[Event]) -> Result<Vec<i64>, usize> {
    let starts = earliest(events, &latest(events))?;
    if events[0].from_s != NEVER {
        return Ok(starts);
    }
    // Waiting on the way is better spent at home: the start is as late as the end and all windows allow.
    let mut held = events.to_vec();
    for (event, start_s) in held.iter_mut().zip(&starts) {
        event.until_s = event.until_s.min(last_start(&event.windows, *start_s));
    }
    if let (Some(end), Some(end_s)) = (held.last_mut(), starts.last()) {
        end.until_s = *end_s;
    }
    let until = latest(&held);
    held[0].from_s = until[0].max(starts[0]);
    Ok(earliest(&held, &until).unwrap_or(starts))
}

/// As early as windows and wishes let each event begin, none after its latest time.
fn earliest(events: &[Event], latest: &[i64]) -> Result<Vec<i64>, usize> {
    let mut starts: Vec<i64> = Vec::with_capacity(events.len());
    // When the last place was left, the breaks since then, and when the last event was over.
    let (mut left_s, mut rest_s, mut over_s) = (NEVER, 0, NEVER);
    for (at, event) in events.iter().enumerate() {
        let mut ready_s = over_s;
        if event.is_place && at > 0 {
            ready_s = ready_s.max(left_s + event.leg_s + rest_s);
        }
        let earliest_s = ready_s.max(event.from_s);
        if earliest_s > latest[at] {
            return Err(at);
        }
        let start_s = opening(&event.windows, earliest_s).min(latest[at]);
        starts.push(start_s);
        over_s = start_s + event.work_s;
        if event.is_place {
            (left_s, rest_s) = (over_s, 0);
        } else {
            rest_s += event.work_s;
        }
    }
    Ok(starts)
}

/// How late each event may begin for all wishes to be kept.
fn latest(events: &[Event]) -> Vec<i64> {
    let mut latest = vec![EVER; events.len()];
    // Of the next place: when the one before it must be left at the latest, its breaks not counted.
    let (mut leave_s, mut rest_s) = (EVER, 0);
    for at in (0..events.len()).rev() {
        let event = &events[at];
        let by_next = latest.get(at + 1).copied().unwrap_or(EVER);
        let mut until_s = event.until_s.min(by_next - event.work_s);
        if event.is_place {
            until_s = until_s.min(leave_s - rest_s - event.work_s);
            (leave_s, rest_s) = (until_s - event.leg_s, 0);
        } else {
            rest_s += event.work_s;
        }
        latest[at] = until_s;
    }
    latest
}

/// Puts times and breaks into a schedule of the tasks.
fn write(schedule: &mut Schedule, events: &[Event], starts: &[i64]) {
    let last = events.len() - 1;
    let mut tasks: Vec<Visit> = std::mem::take(&mut schedule.visits);
    tasks.retain(|visit| matches!(visit.stop, Stop::Task(_)));
    let mut tasks = tasks.into_iter();
    let mut load = schedule.initial_load.clone();
    schedule.departure_s = starts[0];
    schedule.waiting_s = 0;
    let mut over_s = starts[0];
    // What is left of the leg that is driven, with breaks in between.
    let (mut left_s, mut left_m) = (0, 0);
    for at in 1..=last {
        let event = &events[at];
        if at == 1 || events[at - 1].is_place {
            let next = (at..=last).find(|at| events[*at].is_place).unwrap_or(last);
            left_s = events[next].leg_s;
            left_m = match events[next].stop {
                Some(_) => tasks.as_slice().first().map_or(0, |visit| visit.travel_m),
                None => schedule.end_travel_m,
            };
        }
        let driven_s = if event.is_place { left_s } else { left_s.min(starts[at] - over_s) };
        let driven_m = if driven_s == left_s { left_m } else { left_m * driven_s / left_s };
        (left_s, left_m) = (left_s - driven_s, left_m - driven_m);
        let arrival_s = over_s + driven_s;
        over_s = starts[at] + event.work_s;
        let mut visit = match event.stop {
            None => {
                (schedule.end_travel_s, schedule.end_travel_m) = (driven_s, driven_m);
                schedule.end_s = arrival_s.max(starts[at]);
                continue;
            }
            Some(Stop::Task(_)) => match tasks.next() {
                Some(visit) => visit,
                None => continue,
            },
            Some(stop) => Visit {
                stop,
                arrival_s,
                start_s: starts[at],
                setup_s: 0,
                service_s: event.work_s,
                leave_s: over_s,
                late_s: 0,
                travel_s: driven_s,
                travel_m: driven_m,
                load: load.clone(),
            },
        };
        (visit.arrival_s, visit.start_s, visit.leave_s) = (arrival_s, starts[at], over_s);
        (visit.travel_s, visit.travel_m) = (driven_s, driven_m);
        load.clone_from(&visit.load);
        schedule.waiting_s += visit.start_s - visit.arrival_s;
        schedule.visits.push(visit);
    }
}
