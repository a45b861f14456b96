//! What the plan's events mean for a job: its visit comes, moves, is published, goes.
//!
//! The plan's version of a job is its *placement*; the job's own version stays as it is.

use super::state::{Job, Visit};
use super::status::{JobStep, VisitStatus, VisitStep};
use crate::domain::plan::{Route, Stop};
use crate::units::Timestamp;

/// The job's visit stands on this route at this stop. A visit that is over stays as it is: its stop is
/// a record of the day, and the job may be open again for another visit.
pub fn placed(job: &mut Job, route: &Route, stop: &Stop, at: Timestamp) {
    if job.find_visit(stop.visit).is_some_and(|visit| visit.status.is_over()) {
        return;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fieldwork::job::{JobDetails, JobStatus, Outcome};
    use crate::domain::plan::Route;
    use crate::domain::text::{Load, Skills};
    use crate::units::id::{
        CustomerId, JobId, LocationId, ServiceTypeId, TechnicianId, TerritoryId,
    };
    use crate::units::{LocalDay, TimeWindow};
    use uuid::Uuid;

    #[test]
    fn a_finished_stop_on_a_renewed_route_does_not_schedule_its_open_job_again() {
        let window = TimeWindow { from: Timestamp(0), until: Timestamp(1) };
        let day = LocalDay::parse("2026-11-20").unwrap();
        let technician = TechnicianId(Uuid::nil());
        let id = Route::id_for(technician, day);
        let route = Route::empty(id, TerritoryId(Uuid::nil()), technician, None, day);
        let mut job = Job {
            id: JobId(Uuid::nil()),
            number: 1,
            territory: TerritoryId(Uuid::nil()),
            customer: CustomerId(Uuid::nil()),
            location: LocationId(Uuid::nil()),
            service_type: ServiceTypeId(Uuid::nil()),
            details: JobDetails::default(),
            status: JobStatus::Open,
            priority: 0,
            duration_s: 600,
            skills: Skills::new(),
            load: Load::new(),
            needs_approval: false,
            wanted: None,
            promised: None,
            technician: None,
            created_at: Timestamp(0),
            ended_at: None,
            visits: Vec::new(),
            version: 1,
        };
        let stop = Stop {
            visit: job.next_visit_id(),
            job: job.id,
            planned: window,
            start_at: window.from,
            travel_s: 0,
            travel_m: 0,
            locked: false,
            published: true,
        };
        placed(&mut job, &route, &stop, Timestamp(2));
        assert_eq!(job.status, JobStatus::Scheduled);
        let visit = &mut job.visits[0];
        (visit.status, visit.outcome) = (VisitStatus::Finished, Some(Outcome::Partial));
        job.status = JobStatus::Open;
        placed(&mut job, &route, &stop, Timestamp(3));
        assert_eq!(job.status, JobStatus::Open);
    }
}
