//! Leaves as late as the day allows: what would be waited on the way is better spent at home. The end of the route and the
//! order of its stops stay, and nothing becomes late that was not.

use crate::solver::{Problem, Schedule, Stop, Window};

/// Puts off what can wait, in one route of a plan that keeps the rules.
pub(super) fn pack(problem: &Problem, schedule: &mut Schedule) {
    let vehicle = problem.vehicle(schedule.vehicle);
    let windows_of = |stop: Stop| match stop {
        Stop::Task(task) => &problem.task(task).windows[..],
        Stop::Break(at) => &vehicle.breaks[at].windows[..],
    };
    let is_plain = schedule.visits.iter().all(|visit| {
        let over_s = visit.start_s + visit.setup_s + visit.service_s;
        visit.start_s == opening(windows_of(visit.stop), visit.arrival_s) && visit.leave_s == over_s
    });
    // Something else is waited for, goods at a depot or somebody on another tour: it is left as it is.
    if !is_plain || problem.has_links() {
        return;
    }
    let mut leave_s = schedule.end_s - schedule.end_travel_s;
    for visit in schedule.visits.iter().rev() {
        let latest_s = leave_s - visit.setup_s - visit.service_s;
        leave_s = latest_s.min(last_start(windows_of(visit.stop), visit.start_s)) - visit.travel_s;
    }
    let departure_s = leave_s.min(i64::from(vehicle.shift.until_s));
    if departure_s <= schedule.departure_s {
        return;
    }
    schedule.departure_s = departure_s;
    let mut over_s = departure_s;
    let mut waiting_s = 0;
    for visit in &mut schedule.visits {
        visit.arrival_s = over_s + visit.travel_s;
        visit.start_s = opening(windows_of(visit.stop), visit.arrival_s);
        visit.leave_s = visit.start_s + visit.setup_s + visit.service_s;
        waiting_s += visit.start_s - visit.arrival_s;
        over_s = visit.leave_s;
    }
    debug_assert_eq!(over_s + schedule.end_travel_s, schedule.end_s, "only waiting is put off");
    schedule.waiting_s = waiting_s;
}

/// The earliest time in a window from `earliest_s` on; that time itself after all windows, and without any.
pub(super) fn opening(windows: &[Window], earliest_s: i64) -> i64 {
    let open = windows.iter().find(|window| earliest_s <= i64::from(window.until_s));
    open.map_or(earliest_s, |window| earliest_s.max(i64::from(window.from_s)))
}

/// How late what begins at `start_s` may begin in the same window. What is outside of its windows stays where it is.
pub(super) fn last_start(windows: &[Window], start_s: i64) -> i64 {
    let is_around = |window: &&Window| {
        (i64::from(window.from_s)..=i64::from(window.until_s)).contains(&start_s)
    };
    match windows.iter().find(is_around) {
        Some(window) => i64::from(window.until_s),
        None if windows.is_empty() => i64::MAX / 4,
        None => start_s,
    }
}
