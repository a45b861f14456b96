//! Folds a job's own events into its state.

use super::event::JobEvent;
use super::state::{Job, JobDetails, Visit};
use super::status::{JobStatus, JobStep, Outcome, VisitStep};
use crate::units::Timestamp;
use crate::units::id::{JobId, VisitId};

/// Folds one event in. `job` is `None` before the first one. `at` is when it was recorded.
///
/// An event that the status law forbids cannot have been recorded; such a one leaves the status as it
/// is and is caught by a `debug_assert!`.
pub fn apply(job: Option<Job>, id: JobId, event: &JobEvent, at: Timestamp) -> Option<Job> {
    if let JobEvent::Created {
        number,
        territory,
        customer,
        location,
        service_type,
        priority,
        duration_s,
        skills,
        load,
        needs_approval,
        wanted,
        technician,
    } = event
    {
        return Some(Job {
            id,
            number: *number,
            territory: *territory,
            customer: *customer,
            location: *location,
            service_type: *service_type,
            details: JobDetails::default(),
            status: JobStatus::Open,
            priority: *priority,
            duration_s: *duration_s,
            skills: skills.clone(),
            load: load.clone(),
            needs_approval: *needs_approval,
            wanted: *wanted,
            promised: None,
            technician: *technician,
            created_at: at,
            ended_at: None,
            visits: Vec::new(),
            version: 1,
        });
    }
    let mut job = job?;
    job.version += 1;
    match event {
        JobEvent::Created { .. } => {}
        JobEvent::Changed { priority, duration_s, skills, load, wanted, technician, texts: _ } => {
            job.priority = *priority;
            job.duration_s = *duration_s;
            job.skills.clone_from(skills);
            job.load = load.clone();
            job.wanted = *wanted;
            job.technician = *technician;
        }
        JobEvent::Promised { window } => job.promised = Some(*window),
        JobEvent::Held => leave_plan(&mut job, JobStep::Hold),
        JobEvent::Resumed => take(&mut job, JobStep::Resume),
        JobEvent::Cancelled => {
            leave_plan(&mut job, JobStep::Cancel);
            job.ended_at = Some(at);
        }
        JobEvent::Approved => {
            take(&mut job, JobStep::Approve);
            job.ended_at = Some(at);
        }
        JobEvent::Closed => take(&mut job, JobStep::Close),
        JobEvent::Reopened => {
            take(&mut job, JobStep::Reopen);
            job.ended_at = None;
        }
        JobEvent::Accepted { visit, at } => {
            visit_take(&mut job, *visit, VisitStep::Accept, |found| found.accepted_at = Some(*at));
        }
        JobEvent::Declined { visit, at: _ } => {
            visit_take(&mut job, *visit, VisitStep::Decline, |_| {});
            take(&mut job, JobStep::Unschedule);
        }
        JobEvent::Departed { visit, at } => {
            visit_take(&mut job, *visit, VisitStep::Depart, |found| found.departed_at = Some(*at));
            take(&mut job, JobStep::Begin);
        }
        JobEvent::TurnedBack { visit, at: _ } => {
            visit_take(&mut job, *visit, VisitStep::TurnBack, |found| found.departed_at = None);
            take(&mut job, JobStep::GiveBack);
        }
        JobEvent::Arrived { visit, at } => {
            visit_take(&mut job, *visit, VisitStep::Arrive, |found| found.arrived_at = Some(*at));
            take(&mut job, JobStep::Begin);
        }
        JobEvent::Left { visit, at } => {
            if let Some(found) = job.visits.iter_mut().find(|known| known.id == *visit) {
                found.left_at = Some(*at);
            }
        }
        JobEvent::Finished { visit, at: ended_at, outcome, promise_kept: _ } => {
            visit_take(&mut job, *visit, VisitStep::Finish, |found| {
                found.arrived_at.get_or_insert(*ended_at);
                found.finished_at = Some(*ended_at);
                found.outcome = Some(*outcome);
            });
            match outcome {
                Outcome::Completed if job.needs_approval => take(&mut job, JobStep::Present),
                Outcome::Completed => {
                    take(&mut job, JobStep::Complete);
                    job.ended_at = Some(at);
                }
                Outcome::Partial | Outcome::Failed | Outcome::NoShow => {
                    take(&mut job, JobStep::Reopen);
                }
            }
        }
    }
    Some(job)
}

fn take(job: &mut Job, step: JobStep) {
    let after = job.status.after(step);
    debug_assert!(after.is_some(), "{:?} does not allow {step:?}", job.status);
    job.status = after.unwrap_or(job.status);
}

fn visit_take(job: &mut Job, id: VisitId, step: VisitStep, change: impl FnOnce(&mut Visit)) {
    let Some(visit) = job.visits.iter_mut().find(|visit| visit.id == id) else {
        debug_assert!(false, "an event names a visit that the job does not have");
        return;
    };
    let after = visit.status.after(step);
    debug_assert!(after.is_some(), "{:?} does not allow {step:?}", visit.status);
    visit.status = after.unwrap_or(visit.status);
    change(visit);
}

/// Hold and cancel end the open visit too; the Planner takes it off its route when it hears.
fn leave_plan(job: &mut Job, step: JobStep) {
    if let Some(visit) = job.open_visit_mut() {
        visit.status = visit.status.after(VisitStep::Cancel).unwrap_or(visit.status);
    }
    take(job, step);
}
