//! Judges plans by the solver's independent checker, in tests and debug builds.

use super::problem::{DayProblem, Orders};
use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::plan::PlanEvent;
use crate::domain::{Decision, Event};
use crate::solver::{Plan, Problem, Solution, checker};
use crate::units::{LocalDay, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the checker finds no fault in a plan.
pub(super) fn is_sound(problem: &Problem, plan: &Plan) -> bool {
    let faults = checker::check(problem, &Solution::of(problem, plan));
    if !faults.is_empty() {
        tracing::error!(?faults, "the checker finds faults in a plan");
    }
    faults.is_empty()
}

/// Everything that must hold of the plan after a decision; panics with what does not.
pub fn check_decision(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    decision: &Decision,
) {
    let mut after = state.clone();
    after.apply(decision, now);
    let mut days = BTreeSet::new();
    for (_, version, event) in &decision.events {
        let Event::Plan(PlanEvent::RouteChanged(change)) = event else { continue };
        assert_eq!(*version, state.route_version(change.route.id) + 1, "versions rise by one");
        check_begun_first(state, &after, &change.route);
        days.insert(change.route.day);
    }
    check_one_place_each(&after);
    let today = after.today(now);
    for day in days.into_iter().filter(|day| *day >= today) {
        check_day(&after, travel, now, day);
    }
}

/// The plan of a day, as the independent checker sees it: sound, if what is late by hand may be.
pub fn check_day(state: &PlannerState, travel: &mut Travel, now: Timestamp, day: LocalDay) {
    let orders: Orders = state
        .routes_on(day)
        .map(|route| {
            let remaining = state.remaining_stops(route);
            (route.technician, remaining.iter().map(|stop| stop.job).collect())
        })
        .collect();
    let problem = DayProblem::build(state, travel, now, day, &orders, &[])
        .expect("a plan that was decided can be laid out");
    assert!(is_sound(&problem.problem, &problem.plan), "the checker finds faults on {day}");
}

/// A visit is on one route or none.
fn check_one_place_each(state: &PlannerState) {
    let mut seen = BTreeMap::new();
    for route in state.routes.values() {
        for stop in &route.stops {
            let other = seen.insert(stop.visit, route.id);
            assert_eq!(other, None, "visit {} stands twice", stop.visit);
        }
    }
}

/// What has begun stands in front and never leaves its route.
fn check_begun_first(
    before: &PlannerState,
    after: &PlannerState,
    route: &crate::domain::plan::Route,
) {
    let first_movable = route.stops.iter().position(|stop| !after.is_begun(stop));
    let last_begun = route.stops.iter().rposition(|stop| after.is_begun(stop));
    if let (Some(movable), Some(begun)) = (first_movable, last_begun) {
        assert!(begun < movable, "a begun stop stands behind one that can move");
    }
    let was = before.routes.get(&route.id);
    for stop in was.iter().flat_map(|route| &route.stops).filter(|stop| before.is_begun(stop)) {
        assert!(route.stops.iter().any(|kept| kept.visit == stop.visit), "a begun stop has left");
    }
}
