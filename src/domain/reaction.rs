//! What follows from a fact for another owner. The Reactor reads the journal with a durable cursor and
//! sends these; their ids are derived from the fact, so that sending twice does nothing twice.

use crate::domain::fieldwork::job::JobEvent;
use crate::domain::people::technician::DutyEvent;
use crate::domain::plan::PlanCommand;
use crate::domain::{Aggregate, Event, Fact};
use crate::units::id::{CommandId, JobId, TechnicianId};

/// A wish that follows from a fact; the Reactor finds the territory of the job or technician.
#[derive(Debug, Clone, PartialEq)]
pub enum Reaction {
    /// For the Planner of the job's territory.
    ForJob(JobId, PlanCommand),
    /// For the Planner of the technician's territory.
    ForTechnician(TechnicianId, PlanCommand),
    /// For the Job of each visit that the technician is on the way to: they turn round.
    TurnRound(TechnicianId),
}

/// What follows from this fact, in order.
pub fn reactions(fact: &Fact) -> Vec<Reaction> {
    match (&fact.event, fact.aggregate) {
        (Event::Job(event), Aggregate::Job(job)) => match event {
            // The caller who made the job sends the same wish under the same id, for a quick answer.
            JobEvent::Created { .. } | JobEvent::Resumed | JobEvent::Reopened => {
                vec![Reaction::ForJob(job, PlanCommand::Place { job })]
            }
            JobEvent::Held | JobEvent::Cancelled => {
                vec![Reaction::ForJob(job, PlanCommand::Forget { job })]
            }
            JobEvent::Declined { .. } => vec![
                Reaction::ForJob(job, PlanCommand::Forget { job }),
                Reaction::ForJob(job, PlanCommand::Place { job }),
            ],
            JobEvent::Finished { .. } => vec![Reaction::ForJob(job, PlanCommand::Forget { job })],
            _ => vec![],
        },
        (Event::Duty(DutyEvent::FellSick), Aggregate::Duty(technician)) => {
            // First, so that what they were on the way to is released as well.
            vec![
                Reaction::TurnRound(technician),
                Reaction::ForTechnician(technician, PlanCommand::Release { technician }),
            ]
        }
        _ => vec![],
    }
}

/// The id under which the n-th reaction to a fact is sent.
pub fn command_id(fact: &Fact, at: usize) -> CommandId {
    place_id(fact.command_id, fact.seq, at)
}

/// The same, for the caller who has only the command's id and the journal position from the answer.
pub fn place_id(command: CommandId, seq: i64, at: usize) -> CommandId {
    CommandId::derived(command.0, &format!("reaction {seq} {at}"))
}
