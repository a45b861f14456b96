//! Finds a place for a job: the best feasible one on the earliest possible day; and if there is none, one
//! that [`make_room`](super::make_room) makes.

use super::make_room::make_room;
use super::near;
use super::revision::Revision;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::planning::problem::DayProblem;
use crate::planning::reason::{self, Reason};
use crate::solver::insertion::{self, Insertion};
use crate::solver::{COST_UNIT, Plan, Schedule, Stop, TaskId, Tours, VehicleId, Visit};
use crate::units::id::{JobId, TechnicianId};
use crate::units::{LocalDay, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many vehicles with the least detours are looked at closely.
pub(super) const VEHICLES_MAX: usize = 8;
/// A second of travel is worth so many seconds of delay.
const DELAY: i64 = 60;
/// So many points of priority weigh the delay of a job once more.
const URGENCY: i64 = 10;

/// A place that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Found {
    pub technician: TechnicianId,
    pub day: LocalDay,
    pub arrival_at: Timestamp,
    pub added_travel_s: i64,
    pub added_travel_m: i64,
    /// Jobs that moved to make room.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<Displaced>,
}

/// A job that made room, and where it is now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Displaced {
    pub job: JobId,
    pub technician: TechnicianId,
    pub day: LocalDay,
}

/// Puts the job at the best place on the first of the days that has one. If no day has, makes room.
///
/// # Errors
/// The inner one: one reason per technician.
pub(super) fn find_place(
    revision: &mut Revision<'_>,
    job: JobId,
    days: &[LocalDay],
) -> Result<Result<Found, Vec<Reason>>, Rejection> {
    let Some(known) = revision.state.jobs.get(&job) else {
        return Err(Rejection::not_found("job"));
    };
    let facts = known.job.clone();
    let mut reasons = Reasons::lasting(revision, &facts);
    let days: Vec<LocalDay> =
        days.iter().copied().filter(|day| reasons.note_day(revision, *day)).collect();
    for day in &days {
        if let Some(found) = try_day(revision, job, &facts, *day, &mut reasons)? {
            return Ok(Ok(found));
        }
    }
    for day in &days {
        if let Some(found) = make_room(revision, job, &facts, *day)? {
            return Ok(Ok(found));
        }
    }
    Ok(Err(reasons.into_list()))
}

fn try_day(
    revision: &mut Revision<'_>,
    job: JobId,
    facts: &Job,
    day: LocalDay,
    reasons: &mut Reasons,
) -> Result<Option<Found>, Rejection> {
    let found = near::find(revision, job, day, &reasons.able, near::Effort::default())?;
    if let Some((found, after)) = found {
        revision.put(job, found.technician, day, after);
        return Ok(Some(found));
    }
    // Nobody, whoever is asked: the whole day says why.
    let problem = revision.problem(day, &[job])?;
    let (Some(task), Some(mut tours)) = (problem.task_of(job), tours_of(&problem)) else {
        return Ok(None);
    };
    if let Some(insertion) = soonest_of_best(&problem, &mut tours, task) {
        let found = describe(&problem, &problem.plan, &insertion);
        revision.put(job, found.technician, day, insertion.after);
        return Ok(Some(found));
    }
    for refusal in &insertion::refusals(&mut tours, task) {
        reasons.note(reason::of_refusal(&problem, facts, refusal));
    }
    for kept_out in problem.kept_out {
        reasons.note(kept_out);
    }
    Ok(None)
}

/// The best place where time matters too: of the vehicles with the least detours, the place that costs
/// least in travel and in delay, its own and that of the stops behind it, each the more the more urgent it
/// is; where that is the same, whoever came first is not moved. (The insertion alone counts detours: it
/// would do a free job after an hour of waiting.)
pub(in crate::planning) fn soonest_of_best(
    problem: &DayProblem,
    tours: &mut Tours<'_>,
    task: TaskId,
) -> Option<Insertion> {
    let ranked = insertion::ranked(tours, task);
    soonest_of(problem, tours, ranked.into_iter().take(VEHICLES_MAX))
}

/// The same of vehicles of which the place with the least detour is known.
pub(super) fn soonest_of(
    problem: &DayProblem,
    tours: &Tours<'_>,
    ranked: impl Iterator<Item = Insertion>,
) -> Option<Insertion> {
    let urgency = |task: TaskId| 1 + i64::from(problem.problem.task(task).priority) / URGENCY;
    let starts_s = |schedule: &Schedule| -> i64 {
        let start = |visit: &Visit| match visit.stop {
            Stop::Task(task) => urgency(task) * visit.start_s,
            Stop::Break(_) => 0,
        };
        schedule.visits.iter().map(start).sum()
    };
    let mut best: Option<(i64, Insertion)> = None;
    for first in ranked {
        let present: Vec<TaskId> = tours.tasks_of(first.vehicle).collect();
        let was = problem.schedule(first.vehicle, &present);
        for after in (0..=present.len()).rev() {
            let mut tasks = present.clone();
            tasks.insert(after, first.task);
            let is = problem.schedule(first.vehicle, &tasks);
            if !is.violations.is_empty() {
                continue;
            }
            let cost = is.cost.total() - if present.is_empty() { 0 } else { was.cost.total() };
            let delay_s = starts_s(&is) - starts_s(&was);
            let price = cost / COST_UNIT + delay_s / DELAY;
            if best.is_none_or(|(known, _)| price < known) {
                best = Some((price, Insertion { after, cost, ..first }));
            }
        }
    }
    best.map(|(_, insertion)| insertion)
}

/// Living tours of a day; none if its plan makes no sense, which cannot be.
pub(super) fn tours_of(problem: &DayProblem) -> Option<Tours<'_>> {
    let tours = Tours::of(&problem.problem, &problem.plan);
    debug_assert!(tours.is_ok(), "a plan made from orders names each task once");
    tours.ok()
}

/// What an insertion into a plan means in the world.
pub(super) fn describe(problem: &DayProblem, before: &Plan, insertion: &Insertion) -> Found {
    let Insertion { task, vehicle, after, .. } = *insertion;
    let (arrival_at, added_travel_s, added_travel_m, _) =
        shift_of_plan(problem, before, vehicle, task, after);
    Found {
        technician: problem.technicians[vehicle.index()],
        day: problem.day,
        arrival_at,
        added_travel_s,
        added_travel_m,
        displaced: Vec::new(),
    }
}

/// What a task adds to a tour at a place: its arrival, seconds and metres of travel, seconds of lateness.
pub(in crate::planning) fn shift_of_plan(
    problem: &DayProblem,
    before: &Plan,
    vehicle: VehicleId,
    task: TaskId,
    after: usize,
) -> (Timestamp, i64, i64, i64) {
    let present = &before.tours[vehicle.index()];
    let mut tasks = present.clone();
    tasks.insert(after.min(tasks.len()), task);
    let was = problem.schedule(vehicle, present);
    let is = problem.schedule(vehicle, &tasks);
    let late_s = |schedule: &crate::solver::Schedule| {
        schedule.visits.iter().map(|visit| visit.late_s).sum::<i64>() + schedule.overtime_s
    };
    let arrival_s = is.visit_of(task).map_or(0, |visit| visit.start_s);
    (
        problem.instant(arrival_s),
        is.travel_s - was.travel_s,
        is.travel_m - was.travel_m,
        late_s(&is) - late_s(&was),
    )
}

/// One reason per technician: the lasting one, or the one that was closest to a yes.
struct Reasons {
    found: BTreeMap<TechnicianId, Reason>,
    able: Vec<TechnicianId>,
}

impl Reasons {
    fn lasting(revision: &Revision<'_>, facts: &Job) -> Self {
        let mut reasons = Self { found: BTreeMap::new(), able: Vec::new() };
        for (id, crew) in &revision.state.technicians {
            let has_declined = reason::has_declined(facts, *id);
            let lasting = reason::lasting(revision.state, crew, facts)
                .or_else(|| has_declined.then(|| reason::declined(*id)));
            match lasting {
                Some(lasting) => _ = reasons.found.insert(*id, lasting),
                None => reasons.able.push(*id),
            }
        }
        reasons
    }

    /// Whether anybody who could do it works on that day.
    fn note_day(&mut self, revision: &Revision<'_>, day: LocalDay) -> bool {
        let state = revision.state;
        let mut somebody = false;
        for id in self.able.clone() {
            match state.technicians[&id].technician.shift_on(day, state.zone) {
                Some(_) => somebody = true,
                None => self.note(reason::no_shift(id, day)),
            }
        }
        somebody
    }

    fn note(&mut self, reason: Reason) {
        // Nothing measured is farther from a yes than anything measured.
        let distance = |reason: &Reason| match (reason.is_lasting(), reason.by) {
            (true, _) => (0, 0),
            (false, Some(by)) => (1, by),
            (false, None) => (2, 0),
        };
        match self.found.get(&reason.technician) {
            Some(known) if distance(known) <= distance(&reason) => {}
            _ => _ = self.found.insert(reason.technician, reason),
        }
    }

    fn into_list(self) -> Vec<Reason> {
        self.found.into_values().collect()
    }
}
