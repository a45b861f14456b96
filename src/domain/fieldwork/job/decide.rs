//! What follows from a wish about a job.

use super::command::{JobChanges, JobCommand, NewJob};
use super::event::JobEvent;
use super::state::{Job, JobDetails, Visit};
use super::status::{JobStep, Outcome, VisitStatus, VisitStep};
use crate::domain::fieldwork::service_type::DURATION_S;
use crate::domain::text::{self, Pii};
use crate::domain::{Rejection, Who};
use crate::units::Timestamp;
use crate::units::id::VisitId;

/// The longest wanted window that makes sense, in seconds: a year.
pub const WANTED_S_MAX: i64 = 366 * 86_400;

/// Events and, where texts change, the texts after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JobDecision {
    pub events: Vec<JobEvent>,
    pub details: Option<JobDetails>,
}

impl From<JobEvent> for JobDecision {
    fn from(event: JobEvent) -> Self {
        Self { events: vec![event], details: None }
    }
}

/// The first decision about a job: whether it comes to be.
pub fn create(new: NewJob) -> Result<JobDecision, Rejection> {
    let details = JobDetails {
        title: Pii(text::required("title", &new.details.title, text::NAME_LEN_MAX)?),
        description: Pii(text::optional(
            "description",
            &new.details.description,
            text::NOTE_LEN_MAX,
        )?),
        remark: Pii::default(),
    };
    check_facts(new.priority, new.duration_s, &new.skills, &new.load)?;
    check_wanted(new.wanted, new.duration_s)?;
    let event = JobEvent::Created {
        number: new.number,
        territory: new.territory,
        customer: new.customer,
        location: new.location,
        service_type: new.service_type,
        priority: new.priority,
        duration_s: new.duration_s,
        skills: new.skills,
        load: new.load,
        needs_approval: new.needs_approval,
        wanted: new.wanted,
        technician: new.technician,
    };
    Ok(JobDecision { events: vec![event], details: Some(details) })
}

/// Decides about a job that is there. `meant_at` is when the person meant it (a phone may have been
/// offline since); it stamps what happened in the field.
pub fn decide(
    job: &Job,
    command: JobCommand,
    who: &Who,
    meant_at: Timestamp,
) -> Result<JobDecision, Rejection> {
    match command {
        JobCommand::Create(_) => {
            Err(Rejection::conflict("job_already_exists", "a job with this id is there already"))
        }
        JobCommand::Change { seen, changes } => {
            check_seen(job, seen)?;
            change(job, *changes)
        }
        JobCommand::Promise { seen, window } => {
            check_seen(job, seen)?;
            if job.status.is_over() {
                return Err(over(job));
            }
            Ok(if job.promised == Some(window) {
                JobDecision::default()
            } else {
                JobEvent::Promised { window }.into()
            })
        }
        JobCommand::Hold { seen, remark } => {
            check_seen(job, seen)?;
            step(job, JobStep::Hold)?;
            with_remark(job, JobEvent::Held, &remark)
        }
        JobCommand::Resume { seen } => {
            check_seen(job, seen)?;
            step(job, JobStep::Resume)?;
            Ok(JobEvent::Resumed.into())
        }
        JobCommand::Cancel { seen, remark } => {
            check_seen(job, seen)?;
            step(job, JobStep::Cancel)?;
            with_remark(job, JobEvent::Cancelled, &remark)
        }
        JobCommand::Approve { seen } => {
            check_seen(job, seen)?;
            step(job, JobStep::Approve)?;
            Ok(JobEvent::Approved.into())
        }
        JobCommand::Close { seen } => {
            check_seen(job, seen)?;
            step(job, JobStep::Close)?;
            Ok(JobEvent::Closed.into())
        }
        JobCommand::Reopen { seen } => {
            check_seen(job, seen)?;
            step(job, JobStep::Reopen)?;
            if job.open_visit().is_some() {
                return Err(Rejection::conflict(
                    "visit_under_way",
                    "a visit is under way; finish it first",
                ));
            }
            Ok(JobEvent::Reopened.into())
        }
        JobCommand::Accept { visit } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::Accept)?;
            Ok(JobEvent::Accepted { visit, at: meant_at }.into())
        }
        JobCommand::Decline { visit, remark } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::Decline)?;
            with_remark(job, JobEvent::Declined { visit, at: meant_at }, &remark)
        }
        JobCommand::Depart { visit } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::Depart)?;
            Ok(JobEvent::Departed { visit, at: meant_at }.into())
        }
        JobCommand::TurnBack { visit } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::TurnBack)?;
            Ok(JobEvent::TurnedBack { visit, at: meant_at }.into())
        }
        JobCommand::Arrive { visit } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::Arrive)?;
            Ok(JobEvent::Arrived { visit, at: meant_at }.into())
        }
        JobCommand::Leave { visit } => {
            let found = own_visit(job, visit, who)?;
            let is_news = found.status == VisitStatus::OnSite && found.left_at.is_none();
            Ok(if is_news {
                JobEvent::Left { visit, at: meant_at }.into()
            } else {
                JobDecision::default()
            })
        }
        JobCommand::Finish { visit, outcome, remark } => {
            let found = own_visit(job, visit, who)?;
            visit_step(found, VisitStep::Finish)?;
            let arrived_at = found.arrived_at.unwrap_or(meant_at);
            let promise_kept =
                job.promised.map(|window| arrived_at <= window.until && outcome != Outcome::Failed);
            let at = meant_at.max(arrived_at);
            with_remark(job, JobEvent::Finished { visit, at, outcome, promise_kept }, &remark)
        }
    }
}

fn check_seen(job: &Job, seen: Option<u32>) -> Result<(), Rejection> {
    match seen {
        Some(seen) if seen != job.version => Err(Rejection::stale("job", seen, job.version)),
        _ => Ok(()),
    }
}

fn step(job: &Job, step: JobStep) -> Result<(), Rejection> {
    if job.status.after(step).is_some() {
        return Ok(());
    }
    if job.status.is_over() && step != JobStep::Close {
        return Err(over(job));
    }
    let wish = match step {
        JobStep::Approve => "approved: only finished work that waits for approval can be",
        JobStep::Close => "closed: only completed jobs can be",
        JobStep::Hold => "put on hold: work has begun",
        JobStep::Resume => "resumed: it is not on hold",
        JobStep::Cancel => "cancelled: the work is done",
        _ => "changed like this",
    };
    Err(Rejection::conflict(
        "job_step_not_allowed",
        format!("{} is {} and cannot be {wish}", job.label(), job.status.word()),
    ))
}

fn over(job: &Job) -> Rejection {
    Rejection::conflict(
        &format!("job_already_{}", job.status.word()),
        format!("{} is {}; reopen it or make a new job", job.label(), job.status.word()),
    )
}

fn visit_step(visit: &Visit, step: VisitStep) -> Result<(), Rejection> {
    visit.status.after(step).map(|_| ()).ok_or_else(|| {
        let wish = match step {
            VisitStep::Publish => "be published",
            VisitStep::Accept => "be accepted",
            VisitStep::Decline => "be declined",
            VisitStep::Depart => "be driven to",
            VisitStep::TurnBack => "be turned back from",
            VisitStep::Arrive => "be arrived at",
            VisitStep::Finish => "be finished",
            VisitStep::Cancel => "be cancelled",
        };
        Rejection::conflict(
            "visit_step_not_allowed",
            format!("the visit is {} and cannot {wish}; load the route again", visit.status.word()),
        )
        .with_facts(serde_json::json!({ "visit_status": visit.status.word() }))
    })
}

/// The open visit by its id; a technician reaches only their own.
fn own_visit<'a>(job: &'a Job, visit: VisitId, who: &Who) -> Result<&'a Visit, Rejection> {
    let found = job.find_visit(visit).ok_or_else(|| Rejection::not_found("visit"))?;
    if who.technician().is_some_and(|technician| technician != found.technician) {
        return Err(Rejection::conflict(
            "visit_is_not_yours",
            "the office has given this visit to somebody else; load your route again",
        ));
    }
    Ok(found)
}

fn with_remark(job: &Job, event: JobEvent, remark: &str) -> Result<JobDecision, Rejection> {
    let remark = text::optional("remark", remark, text::NOTE_LEN_MAX)?;
    let details =
        (!remark.is_empty()).then(|| JobDetails { remark: Pii(remark), ..job.details.clone() });
    Ok(JobDecision { events: vec![event], details })
}

fn change(job: &Job, changes: JobChanges) -> Result<JobDecision, Rejection> {
    if job.status.is_over() {
        return Err(over(job));
    }
    let mut details = job.details.clone();
    let mut texts = Vec::new();
    if let Some(title) = changes.title {
        details.title = Pii(text::required("title", &title, text::NAME_LEN_MAX)?);
        texts.push("title".to_owned());
    }
    if let Some(description) = changes.description {
        details.description = Pii(text::optional("description", &description, text::NOTE_LEN_MAX)?);
        texts.push("description".to_owned());
    }
    let event = JobEvent::Changed {
        priority: changes.priority.unwrap_or(job.priority),
        duration_s: changes.duration_s.unwrap_or(job.duration_s),
        skills: changes.skills.unwrap_or_else(|| job.skills.clone()),
        load: changes.load.unwrap_or_else(|| job.load.clone()),
        wanted: changes.wanted.unwrap_or(job.wanted),
        technician: changes.technician.unwrap_or(job.technician),
        texts,
    };
    if let JobEvent::Changed { priority, duration_s, skills, load, wanted, .. } = &event {
        check_facts(*priority, *duration_s, skills, load)?;
        check_wanted(*wanted, *duration_s)?;
    }
    Ok(JobDecision { events: vec![event], details: Some(details) })
}

fn check_facts(
    priority: u8,
    duration_s: u32,
    skills: &text::Skills,
    load: &text::Load,
) -> Result<(), Rejection> {
    if priority > 100 {
        return Err(Rejection::invalid("priority", "priority must be 0 to 100"));
    }
    if !DURATION_S.contains(&duration_s) {
        return Err(Rejection::invalid("duration_s", "duration_s must be 60 to 86400 seconds"));
    }
    text::skills("skills", skills)?;
    text::load("load", load)
}

fn check_wanted(
    wanted: Option<crate::units::TimeWindow>,
    _duration_s: u32,
) -> Result<(), Rejection> {
    match wanted {
        Some(window) if window.duration_s() > WANTED_S_MAX => {
            Err(Rejection::invalid("wanted/until", "wanted must not be longer than a year"))
        }
        _ => Ok(()),
    }
}
