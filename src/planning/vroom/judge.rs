//! What a route breaks, in VROOM's words: at which step, and all together. Judges any schedule, searched or given.

use super::prepare::Prepared;
use crate::solver::{Role, Schedule, Stop, TaskId, Violation, Window};
use serde::Serialize;
use utoipa::ToSchema;

/// So much too early is one for which nobody does what has to come first.
const NO_ANSWER_S: i64 = i32::MAX as i64;

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = VroomViolation)]
pub struct Broken {
    /// `delay` `lead_time` `load` `max_tasks` `skills` `precedence` `missing_break` `max_travel_time` `max_distance`
    /// `max_load`; beside VROOM's `max_duration` `incompatible` `crew` `after`.
    pub cause: &'static str,
    /// Seconds, of a delay or a lead time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
}

impl Broken {
    fn rule(cause: &'static str) -> Self {
        Self { cause, duration: None }
    }
}

/// What is broken on a route.
pub(super) struct Judged {
    pub start: Vec<Broken>,
    /// By visit.
    pub visits: Vec<Vec<Broken>>,
    pub end: Vec<Broken>,
    /// Every cause once.
    pub route: Vec<Broken>,
}

/// Every cause once, with the sum of its durations.
pub(super) fn summed<'a>(all: impl IntoIterator<Item = &'a Broken>) -> Vec<Broken> {
    let mut sums: Vec<Broken> = Vec::new();
    for broken in all {
        match sums.iter_mut().find(|known| known.cause == broken.cause) {
            Some(known) => {
                if let (Some(sum), Some(more)) = (&mut known.duration, broken.duration) {
                    *sum += more;
                }
            }
            None => sums.push(broken.clone()),
        }
    }
    sums
}

/// Judges the route of a vehicle that is on the road.
pub(super) fn judge(prepared: &Prepared, schedule: &Schedule) -> Judged {
    let problem = prepared.problem();
    let vehicle = problem.vehicle(schedule.vehicle);
    let shift = [vehicle.shift];
    let capacity = |at: usize| vehicle.capacity.get(at).copied().unwrap_or(0);
    let is_over = |load: &[i32]| load.iter().enumerate().any(|(at, load)| *load > capacity(at));
    let tasks: Vec<TaskId> = schedule.visits.iter().filter_map(task_of).collect();

    let mut start: Vec<Broken> = off_windows(&shift, schedule.departure_s).into_iter().collect();
    if is_over(&schedule.initial_load) {
        start.push(Broken::rule("load"));
    }
    let (mut done, mut asked, mut travel_s, mut travel_m) = (0, 0, 0, 0);
    let limits = |broken: &mut Vec<Broken>, travel_s: i64, travel_m: i64| {
        if vehicle.limits.travel_s.is_some_and(|most| travel_s > i64::from(most)) {
            broken.push(Broken::rule("max_travel_time"));
        }
        if vehicle.limits.distance_m.is_some_and(|most| travel_m > most) {
            broken.push(Broken::rule("max_distance"));
        }
    };
    let mut visits = Vec::with_capacity(schedule.visits.len());
    for visit in &schedule.visits {
        travel_s += visit.travel_s;
        travel_m += visit.travel_m;
        let mut broken = Vec::new();
        match visit.stop {
            Stop::Task(task) => {
                let needed = problem.task(task);
                broken.extend(off_windows(&needed.windows, visit.start_s));
                if is_over(&visit.load) {
                    broken.push(Broken::rule("load"));
                }
                if !vehicle.skills.covers(&needed.skills) {
                    broken.push(Broken::rule("skills"));
                }
                if is_incompatible(schedule, task) {
                    broken.push(Broken::rule("incompatible"));
                }
                for (cause, by_s) in broken_links(schedule, task) {
                    broken.push(Broken { cause, duration: by_s });
                }
                if !is_ordered(needed.role, &tasks, done) {
                    broken.push(Broken::rule("precedence"));
                }
                done += 1;
                asked += usize::from(needed.role != Role::Call);
                if vehicle.limits.tasks.is_some_and(|most| asked > most as usize) {
                    broken.push(Broken::rule("max_tasks"));
                }
            }
            Stop::Break(at) => {
                let rest = &vehicle.breaks[at];
                broken.extend(off_windows(&rest.windows, visit.start_s));
                if is_over(&visit.load) {
                    broken.push(Broken::rule("load"));
                }
                let most = rest.max_load.as_deref().unwrap_or(&[]);
                if visit.load.iter().zip(most).any(|(load, most)| load > most) {
                    broken.push(Broken::rule("max_load"));
                }
            }
        }
        limits(&mut broken, travel_s, travel_m);
        visits.push(broken);
    }
    let mut end: Vec<Broken> = off_windows(&shift, schedule.end_s).into_iter().collect();
    limits(&mut end, schedule.travel_s, schedule.travel_m);
    if let Some(most) = vehicle.limits.duration_s
        && schedule.end_s - schedule.departure_s > i64::from(most)
    {
        end.push(Broken::rule("max_duration"));
    }
    let taken = |at: usize| schedule.visits.iter().any(|visit| visit.stop == Stop::Break(at));
    let missing = (0..vehicle.breaks.len()).any(|at| !taken(at));
    let missing = missing.then(|| Broken::rule("missing_break"));
    let route = summed(start.iter().chain(visits.iter().flatten()).chain(&end).chain(&missing));
    Judged { start, visits, end, route }
}

fn task_of(visit: &crate::solver::Visit) -> Option<TaskId> {
    match visit.stop {
        Stop::Task(task) => Some(task),
        Stop::Break(_) => None,
    }
}

/// How far a time is from the nearest window, if it is in none.
fn off_windows(windows: &[Window], at_s: i64) -> Option<Broken> {
    let distances = windows.iter().map(|window| {
        let delay_s = at_s - i64::from(window.until_s);
        let lead_s = i64::from(window.from_s) - at_s;
        if delay_s > 0 { ("delay", delay_s) } else { ("lead_time", lead_s.max(0)) }
    });
    let (cause, off_s) = distances.min_by_key(|(_, off_s)| *off_s)?;
    (off_s > 0).then_some(Broken { cause, duration: Some(off_s) })
}

/// Links with other jobs that a task breaks, and by how many seconds.
fn broken_links(
    schedule: &Schedule,
    task: TaskId,
) -> impl Iterator<Item = (&'static str, Option<i64>)> + '_ {
    schedule.violations.iter().filter_map(move |violation| match *violation {
        Violation::Apart { task: apart } if apart == task => Some(("crew", None)),
        Violation::TooEarly { task: early, by_s, .. } if early == task => {
            Some(("after", Some(by_s).filter(|by_s| *by_s < NO_ANSWER_S)))
        }
        _ => None,
    })
}

/// Whether the task may not be in one tour with another one that is in it.
fn is_incompatible(schedule: &Schedule, task: TaskId) -> bool {
    let broken = Violation::Incompatible { task };
    schedule.violations.contains(&broken)
}

/// Whether the other half of a shipment is where it has to be.
fn is_ordered(role: Role, tasks: &[TaskId], at: usize) -> bool {
    match role {
        Role::Alone | Role::Call => true,
        Role::Pickup { delivery } => tasks[at + 1..].contains(&delivery),
        Role::Delivery { pickup } => tasks[..at].contains(&pickup),
    }
}
