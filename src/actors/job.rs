//! The Job actor: one for each job that somebody does something with. It owns the job and the facts of
//! its visits; the status law is kept here alone.
//!
//! It keeps the job in memory between commands. When the plan moves its visit it forgets what it knows
//! and reads it again at the next command. It goes when nothing has come for a while.

use crate::actors::execute::{Around, Carry, Refusal, carry_out};
use crate::domain::fieldwork::job::{self, Job as JobState, JobCommand};
use crate::domain::{Aggregate, Answer, Command, Decision, Envelope, Event, Rejection, Row};
use crate::store::{Db, StoreError, journal, tables};
use crate::units::Timestamp;
use crate::units::id::{JobId, OrganizationId};
use actix::prelude::*;
use std::time::Duration;

/// An idle actor goes after this much real time.
const IDLE: Duration = Duration::from_secs(120);

/// Know: the plan has changed what it says of this job, or something else has written it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Moved;

pub struct Job {
    around: Around,
    organization: OrganizationId,
    id: JobId,
    /// `None` until first asked, and after the plan moved it.
    known: Option<Known>,
    idle: Option<SpawnHandle>,
}

/// The job (`None` if it is not there) and the version of its placement that its visits tell of.
struct Known {
    job: Option<JobState>,
    placement: u32,
}

impl Job {
    pub fn new(around: Around, organization: OrganizationId, id: JobId) -> Self {
        Self { around, organization, id, known: None, idle: None }
    }
}

impl Actor for Job {
    type Context = Context<Self>;
}

impl Handler<Carry> for Job {
    type Result = AtomicResponse<Self, Result<Answer, Refusal>>;

    fn handle(&mut self, Carry(envelope): Carry, ctx: &mut Self::Context) -> Self::Result {
        if let Some(idle) = self.idle.replace(ctx.run_later(IDLE, |_, ctx| ctx.stop())) {
            ctx.cancel_future(idle);
        }
        let (around, organization, id) = (self.around.clone(), self.organization, self.id);
        let kept = self.known.take();
        let work = async move {
            let load = async || Ok(around.store.read(move |db| load(db, organization, id)).await?);
            carry_out(&around, &envelope, kept, load, |known, now| {
                decide(id, known, &envelope, now)
            })
            .await
        };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(known, answer), actor, _| {
            actor.known = known;
            answer
        })))
    }
}

impl Handler<Moved> for Job {
    type Result = ();

    fn handle(&mut self, _: Moved, _: &mut Self::Context) {
        self.known = None;
    }
}

fn load(db: &mut Db, organization: OrganizationId, id: JobId) -> Result<Known, StoreError> {
    Ok(Known {
        job: tables::job::find(db, organization, id)?,
        placement: journal::version(db, organization, Aggregate::Placement(id))?,
    })
}

/// Decides and folds: what is to be recorded, and the job after it.
fn decide(
    id: JobId,
    known: &Known,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<(Decision, Known), Rejection> {
    let Command::Job(_, command) = &envelope.command else {
        return Err(Rejection::not_found("job"));
    };
    let decided = match (&known.job, command) {
        (None, JobCommand::Create(new)) => job::create((**new).clone())?,
        (None, _) => return Err(Rejection::not_found("job")),
        (Some(job), command) => {
            job::decide(job, command.clone(), &envelope.who, envelope.meant_at)?
        }
    };
    let version = known.job.as_ref().map_or(0, |job| job.version);
    let mut after = known.job.clone();
    let mut events = Vec::new();
    for event in decided.events {
        after = job::apply(after, id, &event, now);
        let version = after.as_ref().map_or(version, |job| job.version);
        events.push((Aggregate::Job(id), version, Event::Job(event)));
    }
    if let (Some(job), Some(details)) = (&mut after, decided.details) {
        job.details = details;
    }
    let decision = Decision {
        // The row says where the visit stands in the plan. If the plan has moved it meanwhile, this
        // decision rests on what no longer is: en route and move can never both win.
        reads: vec![(Aggregate::Placement(id), known.placement)],
        rows: after
            .iter()
            .filter(|_| !events.is_empty())
            .map(|job| Row::Job(Box::new(job.clone())))
            .collect(),
        subject: (Aggregate::Job(id), after.as_ref().map_or(0, |job| job.version)),
        events,
        bumps: Vec::new(),
        detail: serde_json::Value::Null,
    };
    Ok((decision, Known { job: after, placement: known.placement }))
}
