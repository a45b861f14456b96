//! Makes room for an urgent job: less urgent, unpromised, unlocked stops that nobody has set off for move,
//! if each of them finds another place. A promise is never touched.

use super::revision::Revision;
use super::search_place::{Displaced, Found, describe, tours_of};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::planning::problem::{DayProblem, Orders};
use crate::solver::{TaskId, insertion};
use crate::units::LocalDay;
use crate::units::id::{JobId, TechnicianId};

/// So many stops may move for one job.
const MOVED_STOPS_MAX: usize = 3;

/// A place on this day that becomes free when others move: first to places on the same day, then to later
/// days that suit them. A single stop is tried before several.
pub(super) fn make_room(
    revision: &mut Revision<'_>,
    job: JobId,
    facts: &Job,
    day: LocalDay,
) -> Result<Option<Found>, Rejection> {
    let problem = revision.problem(day, &[job])?;
    let (Some(task), Some(present)) = (problem.task_of(job), tours_of(&problem)) else {
        return Ok(None);
    };
    let movable = movable(revision, &problem, facts);
    if movable.is_empty() {
        return Ok(None);
    }
    let mut spilled: Option<Room> = None;
    for attempt in attempts(&problem, &movable) {
        let vehicle = present.vehicle_of(attempt[0]);
        let Some(vehicle) = vehicle else { continue };
        let mut tours = present.clone();
        for stop in &attempt {
            tours.remove(*stop);
        }
        let Some(insertion) = insertion::best_on(&mut tours, task, vehicle, i64::MAX) else {
            continue;
        };
        let found = describe(&problem, &tours.plan(), &insertion);
        insertion::apply(&mut tours, &insertion);
        // The most urgent of those that made room chooses first.
        let mut waiting = attempt.clone();
        waiting.reverse();
        let mut elsewhere = Vec::new();
        for stop in waiting {
            match insertion::best(&mut tours, stop) {
                Ok(insertion) => insertion::apply(&mut tours, &insertion),
                Err(_) => elsewhere.push(problem.job_of(stop)),
            }
        }
        let moved = attempt.iter().map(|stop| problem.job_of(*stop)).collect();
        let room = Room { orders: problem.orders_of(&tours.plan()), found, moved, elsewhere };
        if room.elsewhere.is_empty() {
            return Ok(Some(settle(revision, job, room)));
        }
        if spilled.is_none() && place_elsewhere(revision, &room, day)?.is_some() {
            spilled = Some(room);
        }
    }
    match spilled {
        None => Ok(None),
        Some(room) => {
            let later = place_elsewhere(revision, &room, day)?.unwrap_or_default();
            let mut found = settle(revision, job, room);
            for (moved, technician, on, position) in later {
                revision.take(moved);
                revision.put(moved, technician, on, position);
                found.displaced.retain(|known| known.job != moved);
                found.displaced.push(Displaced { job: moved, technician, day: on });
            }
            Ok(Some(found))
        }
    }
}

/// Room that was made: the day's orders with the job in them.
struct Room {
    orders: Orders,
    found: Found,
    moved: Vec<JobId>,
    /// Of those that moved, the ones without a place on this day.
    elsewhere: Vec<JobId>,
}

fn settle(revision: &mut Revision<'_>, job: JobId, room: Room) -> Found {
    let mut found = room.found;
    found.displaced = room
        .moved
        .iter()
        .filter_map(|moved| {
            let place = room.orders.iter().find(|(_, order)| order.contains(moved));
            place.map(|(technician, _)| Displaced {
                job: *moved,
                technician: *technician,
                day: found.day,
            })
        })
        .collect();
    debug_assert!(room.orders.values().any(|order| order.contains(&job)), "the job has its place");
    revision.rearrange(found.day, &room.orders);
    found
}

type Elsewhere = Vec<(JobId, TechnicianId, LocalDay, usize)>;

/// Places on other days for those that made room; none if one of them finds none.
fn place_elsewhere(
    revision: &mut Revision<'_>,
    room: &Room,
    day: LocalDay,
) -> Result<Option<Elsewhere>, Rejection> {
    let mut later = Elsewhere::new();
    let mut taken_days = Vec::new();
    for moved in &room.elsewhere {
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
            if let Ok(insertion) = insertion::best(&mut tours, task) {
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

/// The stops that may make room for a job, the least urgent first.
fn movable(revision: &Revision<'_>, problem: &DayProblem, facts: &Job) -> Vec<TaskId> {
    let mut movable: Vec<(u8, TaskId)> = Vec::new();
    for task in problem.plan.tours.iter().flatten() {
        let id = problem.job_of(*task);
        let other = &revision.state.jobs[&id].job;
        let is_locked = revision.state.place_of(id).is_some_and(|(_, stop)| stop.locked);
        if other.priority < facts.priority && other.promised.is_none() && !is_locked {
            movable.push((other.priority, *task));
        }
    }
    movable.sort();
    movable.into_iter().map(|(_, task)| task).collect()
}

/// What to take away, in the order of trying: each stop alone, then two and three of one tour, always the
/// least urgent first.
fn attempts(problem: &DayProblem, movable: &[TaskId]) -> Vec<Vec<TaskId>> {
    let mut attempts: Vec<Vec<TaskId>> = movable.iter().map(|task| vec![*task]).collect();
    for count in 2..=MOVED_STOPS_MAX {
        for tour in &problem.plan.tours {
            let of_tour: Vec<TaskId> =
                movable.iter().filter(|task| tour.contains(task)).copied().collect();
            attempts.extend(of_tour.windows(count).map(<[TaskId]>::to_vec));
        }
    }
    attempts
}
