//! How another plan of a day differs from the present one: as a whole, by technician, and by job with what speaks for the
//! move.

use super::problem::DayProblem;
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::plan::Difference;
use crate::domain::plan::proposal::{Move, RouteDifference, RouteFigures, Share};
use crate::solver::{Plan, Schedule, TaskId, VehicleId};
use crate::units::Timestamp;
use crate::units::id::TechnicianId;
use std::collections::BTreeMap;

/// An arrival that moves by less is not told as a move.
const MOVE_S_MIN: i64 = 300;

/// A job's place in a plan.
#[derive(Clone, Copy)]
struct Place {
    technician: TechnicianId,
    arrival_at: Timestamp,
    share: Share,
}

/// What would be different if the day went as `plan` says.
pub(super) fn difference(
    problem: &DayProblem,
    plan: &Plan,
    settings: &OrganizationSettings,
) -> Difference {
    let mut difference = Difference::default();
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    for (at, technician) in problem.technicians.iter().enumerate() {
        let vehicle = VehicleId(at as u32);
        let (was, is) = (&problem.plan.tours[at], &plan.tours[at]);
        if was == is {
            continue;
        }
        let (old, new) = (problem.schedule(vehicle, was), problem.schedule(vehicle, is));
        note_places(problem, *technician, &old, was, &mut before);
        note_places(problem, *technician, &new, is, &mut after);
        difference.travel_s += new.travel_s - old.travel_s;
        difference.travel_m += new.travel_m - old.travel_m;
        difference.lateness_s += late_s(&new) - late_s(&old);
        difference.routes.push(RouteDifference {
            technician: *technician,
            before: figures(problem, &old, was, settings),
            after: figures(problem, &new, is, settings),
        });
    }
    for (task, place) in &after {
        let was = before.get(task);
        let moved_s = was.map_or(i64::MAX, |was| place.arrival_at.secs_since(was.arrival_at).abs());
        let is_off = moved_s > i64::from(settings.promise_slack_s);
        let moves_promise = problem.is_promised(*task) && was.is_some() && is_off;
        difference.placed_jobs += u32::from(was.is_none());
        difference.moved_promises += u32::from(moves_promise);
        if was.map(|was| was.technician) != Some(place.technician) || moved_s >= MOVE_S_MIN {
            difference.moves.push(Move {
                job: problem.job_of(*task),
                from: was.map(|was| was.technician),
                to: Some(place.technician),
                arrival_before: was.map(|was| was.arrival_at),
                arrival_after: Some(place.arrival_at),
                moves_promise,
                before: was.map(|was| was.share),
                after: Some(place.share),
            });
        }
    }
    difference.cost = settings.road_cost(difference.travel_s, difference.travel_m);
    difference
}

fn note_places(
    problem: &DayProblem,
    technician: TechnicianId,
    schedule: &Schedule,
    tour: &[TaskId],
    places: &mut BTreeMap<TaskId, Place>,
) {
    for visit in &schedule.visits {
        let crate::solver::Stop::Task(task) = visit.stop else { continue };
        let without: Vec<TaskId> = tour.iter().copied().filter(|other| *other != task).collect();
        let rest = problem.schedule(schedule.vehicle, &without);
        let share = Share { detour_s: schedule.travel_s - rest.travel_s, lateness_s: visit.late_s };
        let arrival_at = problem.instant(visit.start_s);
        places.insert(task, Place { technician, arrival_at, share });
    }
}

fn figures(
    problem: &DayProblem,
    schedule: &Schedule,
    tour: &[TaskId],
    settings: &OrganizationSettings,
) -> RouteFigures {
    RouteFigures {
        jobs: tour.len() as u32,
        travel_s: schedule.travel_s,
        travel_m: schedule.travel_m,
        lateness_s: late_s(schedule),
        cost: settings.road_cost(schedule.travel_s, schedule.travel_m),
        end_at: (!tour.is_empty()).then(|| problem.instant(schedule.end_s)),
    }
}

/// Seconds after windows and shift, allowed or not.
fn late_s(schedule: &Schedule) -> i64 {
    schedule.visits.iter().map(|visit| visit.late_s).sum::<i64>() + schedule.overtime_s
}
