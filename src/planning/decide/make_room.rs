//! Makes room for a job that fits nowhere: stops that nobody has set off for move.
//!
//! First to other places of the same day ([`ejection`]), where each keeps its window: the fewest stops, then the least
//! detour. One that was published or promised changes hands only for a more urgent job, at the organization's price, and
//! only so many promises do in one decision. If that is not enough, less urgent stops without a promise leave the day
//! for a later one that suits them. Locked stops stay.

use super::revision::Revision;
use super::search_place::{Displaced, Found, describe, tours_of};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::planning::problem::DayProblem;
use crate::solver::ejection::{self, Chain, Ejection, Step};
use crate::solver::{Disruption, Moving, Plan, TaskId, insertion};
use crate::units::LocalDay;
use crate::units::id::{JobId, TechnicianId};

/// So many stops may move for one job.
const MOVED_STOPS_MAX: usize = 3;
/// So many places are looked for before it is given up: some hundredths of a second with 200 technicians.
const TRIALS_MAX: u64 = 50_000;
/// So many ways to let stops leave the day are followed to other days.
const LEAVINGS_MAX: usize = 16;

/// A place on this day that becomes free when others move.
pub(super) fn make_room(
    revision: &mut Revision<'_>,
    job: JobId,
    facts: &Job,
    day: LocalDay,
) -> Result<Option<Found>, Rejection> {
    let problem = revision.problem(day, &[job])?;
    let (Some(task), Some(tours)) = (problem.task_of(job), tours_of(&problem)) else {
        return Ok(None);
    };
    let mut tours = tours.with_disruption(disruption(revision, &problem));
    let may_move = |other: TaskId| {
        let stop = Present::of(revision, &problem, other);
        let is_less_urgent = stop.priority < facts.priority;
        !stop.is_locked && (is_less_urgent || !(stop.is_promised || stop.is_published))
    };
    let search =
        Ejection { moved_max: MOVED_STOPS_MAX, trials_max: TRIALS_MAX, may_move: &may_move };
    if let Some(chain) = ejection::make_room(&mut tours, task, &search) {
        let found = found(&problem, &chain);
        ejection::apply(&mut tours, &chain);
        return Ok(Some(settle(revision, &problem, found, &tours.plan(), chain.moved())));
    }
    let may_leave = |other: TaskId| {
        let stop = Present::of(revision, &problem, other);
        !stop.is_locked && !stop.is_promised && stop.priority < facts.priority
    };
    let search = Ejection { may_move: &may_leave, ..search };
    let mut leavings = ejection::evictions(&mut tours, task, &search);
    let priority = |task: &TaskId| u32::from(problem.problem.task(*task).priority);
    leavings
        .sort_by_key(|step| (step.ejected.len(), step.ejected.iter().map(priority).sum::<u32>()));
    for step in leavings.into_iter().take(LEAVINGS_MAX) {
        let mut tours = tours.clone();
        let chain = Chain { cost: step.insertion.cost, steps: vec![step] };
        let mut found = found(&problem, &chain);
        ejection::apply(&mut tours, &chain);
        // The most urgent of those that made room chooses first.
        let mut waiting: Vec<TaskId> = chain.moved().collect();
        waiting.sort_by_key(|task| std::cmp::Reverse(priority(task)));
        let mut leaving = Vec::new();
        for stop in waiting {
            match insertion::ranked(&mut tours, stop).first() {
                Some(insertion) => insertion::apply(&mut tours, insertion),
                None => leaving.push(problem.job_of(stop)),
            }
        }
        if let Some(later) = places_elsewhere(revision, &leaving, day)? {
            found = settle(revision, &problem, found, &tours.plan(), chain.moved());
            for (moved, technician, on, position) in later {
                revision.take(moved);
                revision.put(moved, technician, on, position);
                found.displaced.retain(|known| known.job != moved);
                found.displaced.push(Displaced { job: moved, technician, day: on });
            }
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// What matters of a stop of the day when it is asked to make room.
struct Present {
    priority: u8,
    is_locked: bool,
    is_published: bool,
    is_promised: bool,
}

impl Present {
    fn of(revision: &Revision<'_>, problem: &DayProblem, task: TaskId) -> Self {
        let job = problem.job_of(task);
        let known = &revision.state.jobs[&job].job;
        let stop = revision.state.place_of(job).map(|(_, stop)| stop);
        Self {
            priority: known.priority,
            is_locked: stop.is_some_and(|stop| stop.locked),
            is_published: stop.is_some_and(|stop| stop.published),
            is_promised: known.promised.is_some(),
        }
    }
}

/// What it costs that stops of the day change hands, and how many promises still may.
fn disruption(revision: &Revision<'_>, problem: &DayProblem) -> Disruption {
    let settings = &revision.state.settings;
    let price = i64::from(settings.disruption_price_s);
    let moving = problem.plan.tours.iter().flatten().filter_map(|task| {
        let stop = Present::of(revision, problem, *task);
        let has_price = stop.is_promised || stop.is_published;
        has_price.then_some(Moving { task: *task, price, is_promised: stop.is_promised })
    });
    let moving: Vec<Moving> = moving.collect();
    let budget = settings.moved_promises_max.saturating_sub(revision.moved_promises());
    Disruption::from_plan(&problem.problem, &problem.plan, &moving, budget)
}

/// What the first step of a chain means in the world, once those that it ejects are away.
fn found(problem: &DayProblem, chain: &Chain) -> Found {
    let Step { ejected, insertion } = &chain.steps[0];
    let mut without: Plan = problem.plan.clone();
    without.tours[insertion.vehicle.index()].retain(|task| !ejected.contains(task));
    describe(problem, &without, insertion)
}

/// Makes the day as it is planned, and notes who moved in it.
fn settle(
    revision: &mut Revision<'_>,
    problem: &DayProblem,
    mut found: Found,
    plan: &Plan,
    moved: impl Iterator<Item = TaskId>,
) -> Found {
    let orders = problem.orders_of(plan);
    let before = problem.orders_of(&problem.plan);
    for task in moved {
        let job = problem.job_of(task);
        let Some((technician, _)) = orders.iter().find(|(_, order)| order.contains(&job)) else {
            continue;
        };
        found.displaced.push(Displaced { job, technician: *technician, day: found.day });
        let has_changed_hands = !before[technician].contains(&job);
        if has_changed_hands && Present::of(revision, problem, task).is_promised {
            revision.note_moved_promise(job);
        }
    }
    revision.rearrange(found.day, &orders);
    found
}

type Elsewhere = Vec<(JobId, TechnicianId, LocalDay, usize)>;

/// Places on other days for those that leave this one; none if one of them finds none.
fn places_elsewhere(
    revision: &mut Revision<'_>,
    leaving: &[JobId],
    day: LocalDay,
) -> Result<Option<Elsewhere>, Rejection> {
    let mut later = Elsewhere::new();
    let mut taken_days = Vec::new();
    for moved in leaving {
        let Some(known) = revision.state.jobs.get(moved) else { return Ok(None) };
        let days = super::days_for(revision.state, revision.now, &known.job);
        let mut place = None;
        // One a day, so that two of them cannot be promised the same gap.
        for on in days.into_iter().filter(|on| *on != day && !taken_days.contains(on)) {
            let problem = revision.problem(on, &[*moved])?;
            let (Some(task), Some(mut tours)) = (problem.task_of(*moved), tours_of(&problem))
            else {
                continue;
            };
            if let Some(insertion) = insertion::ranked(&mut tours, task).first() {
                let technician = problem.technicians[insertion.vehicle.index()];
                place = Some((*moved, technician, on, insertion.after));
                break;
            }
        }
        let Some(place) = place else { return Ok(None) };
        taken_days.push(place.2);
        later.push(place);
    }
    Ok(Some(later))
}
