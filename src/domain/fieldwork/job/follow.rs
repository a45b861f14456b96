//! What the plan's events mean for a job: its visit comes, moves, is published, goes.
//!
//! The plan's version of a job is its *placement*; the job's own version stays as it is.

use super::state::{Job, Visit};
use super::status::{JobStep, VisitStatus, VisitStep};
use crate::domain::plan::{Route, Stop};
use crate::units::Timestamp;

/// The job's visit stands on this route at this stop.
pub fn placed(job: &mut Job, route: &Route, stop: &Stop, at: Timestamp) {
    if let Some(visit) = job.visits.iter_mut().find(|visit| visit.id == stop.visit) {
        if visit.technician != route.technician && !visit.status.is_under_way() {
            // Somebody else's visit now: what the one before had said of it no longer counts.
            visit.status = VisitStatus::Planned;
            (visit.published_at, visit.accepted_at) = (None, None);
        }
        visit.route = route.id;
        visit.technician = route.technician;
        visit.truck = route.truck;
        visit.planned = stop.planned;
    } else {
        job.visits.push(Visit {
            id: stop.visit,
            status: VisitStatus::Planned,
            route: route.id,
            technician: route.technician,
            truck: route.truck,
            planned: stop.planned,
            published_at: None,
            accepted_at: None,
            departed_at: None,
            arrived_at: None,
            left_at: None,
            finished_at: None,
            outcome: None,
        });
    }
    if stop.published
        && let Some(visit) = job.visits.iter_mut().find(|visit| visit.id == stop.visit)
        && visit.published_at.is_none()
        && let Some(after) = visit.status.after(VisitStep::Publish)
    {
        visit.status = after;
        visit.published_at = Some(at);
    }
    if let Some(after) = job.status.after(JobStep::Schedule) {
        job.status = after;
    }
}

/// The plan let the visit go before it began: it leaves no trace on the job but its absence.
pub fn removed(job: &mut Job, visit: crate::units::id::VisitId) {
    job.visits
        .retain(|known| known.id != visit || known.status.is_over() || known.status.is_under_way());
    if job.open_visit().is_none()
        && let Some(after) = job.status.after(JobStep::Unschedule)
    {
        job.status = after;
    }
}
