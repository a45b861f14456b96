//! The Technician actor: one for each technician who is on duty or heard of. It owns duty, the last
//! position, and progress on today's route.
//!
//! A reading passes visible steps: judged (`domain::reading`), stored, followed along the route
//! ([`progress`]): geofence, arrival times, then told to the screens. Only what is stored is acknowledged.
//! A watchdog notices silence. What it knows of the route is a copy that it reads again when told that
//! work has moved; the facts of a visit belong to the Job, so arrival is a command like any other.

pub mod progress;

use crate::actors::directory::{Directory, Submit};
use crate::actors::execute::{Around, Carry, Refusal, carry_out};
use crate::actors::hub::{Arrivals, Hub, Moved as PositionMoved};
use crate::actors::learner::{Drove, Learner};
use crate::actors::live::{RefusedReading, ReportAnswer};
use crate::actors::recorder::{StoreReadings, WriteError};
use crate::domain::access::SystemPart;
use crate::domain::fieldwork::job::{JobCommand, VisitStatus};
use crate::domain::people::technician::{
    Duty, DutyCommand, DutyStatus, Technician as TechnicianFacts, apply_duty, decide_duty,
};
use crate::domain::reading::{Reading, judge};
use crate::domain::{Aggregate, Answer, Command, Decision, Envelope, Event, Rejection, Row, Who};
use crate::roads::RoadNetwork;
use crate::store::{Db, StoreError, positions, tables};
use crate::units::Timestamp;
use crate::units::id::{CommandId, JobId, OrganizationId, TechnicianId};
use actix::prelude::*;
use progress::{Progress, Sighting, Today};
use std::sync::Arc;
use std::time::Duration;

/// The watchdog looks this often, in domain time.
const WATCH: Duration = Duration::from_secs(30);
/// Arrival times are reckoned this often while readings come, in domain milliseconds.
const ARRIVALS_EVERY_MS: i64 = 15_000;

/// Do: take these readings in.
#[derive(Message)]
#[rtype(result = "Result<ReportAnswer, Refusal>")]
pub struct Report {
    pub readings: Vec<Reading>,
}

/// Know: the route has changed, or this job has.
#[derive(Message)]
#[rtype(result = "()")]
pub struct WorkMoved {
    pub job: Option<JobId>,
}

/// Who hears of what a technician's actor finds out.
pub struct Listeners {
    pub directory: Addr<Directory>,
    pub hub: Addr<Hub>,
    pub learner: Addr<Learner>,
}

pub struct Technician {
    around: Around,
    roads: Arc<dyn RoadNetwork>,
    listeners: Listeners,
    organization: OrganizationId,
    id: TechnicianId,
    /// `None` until first asked.
    known: Option<Known>,
    last: Option<Reading>,
    /// Today's route; `None` when it must be read (again).
    today: Option<Today>,
    progress: Progress,
    arrivals_at: Timestamp,
}

/// Who it is (`None` if not there) and their duty.
#[derive(Clone)]
struct Known {
    technician: Option<TechnicianFacts>,
    duty: Duty,
}

impl Technician {
    pub fn new(
        around: Around,
        roads: Arc<dyn RoadNetwork>,
        listeners: Listeners,
        organization: OrganizationId,
        id: TechnicianId,
    ) -> Self {
        Self {
            around,
            roads,
            listeners,
            organization,
            id,
            known: None,
            last: None,
            today: None,
            progress: Progress::default(),
            arrivals_at: Timestamp(0),
        }
    }
}

impl Actor for Technician {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(256);
        // The last position is read back, so that an old fix is refused after a restart too.
        let (store, organization, id) = (self.around.store.clone(), self.organization, self.id);
        let read = async move {
            store
                .read(move |db| {
                    Ok((load(db, organization, id)?, positions::find_last(db, organization, id)?))
                })
                .await
        };
        ctx.wait(read.into_actor(self).map(|read, actor, _| match read {
            Ok((known, last)) => (actor.known, actor.last) = (Some(known), last),
            Err(error) => tracing::error!(error = %error, "a technician could not be read"),
        }));
        ctx.run_interval(self.around.clock.real_duration(WATCH), Self::watch);
    }
}

impl Handler<Carry> for Technician {
    type Result = AtomicResponse<Self, Result<Answer, Refusal>>;

    fn handle(&mut self, Carry(envelope): Carry, _: &mut Self::Context) -> Self::Result {
        let (around, organization, id) = (self.around.clone(), self.organization, self.id);
        let kept = self.known.take();
        let work = async move {
            let load = async || Ok(around.store.read(move |db| load(db, organization, id)).await?);
            carry_out(&around, &envelope, kept, load, |known, now| decide(known, &envelope, now))
                .await
        };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(known, answer), actor, _| {
            actor.known = known;
            actor.tell_position();
            answer
        })))
    }
}

impl Handler<Report> for Technician {
    type Result = AtomicResponse<Self, Result<ReportAnswer, Refusal>>;

    fn handle(&mut self, Report { mut readings }: Report, _: &mut Self::Context) -> Self::Result {
        let (around, organization, id) = (self.around.clone(), self.organization, self.id);
        let kept = (self.known.take(), self.today.take());
        let last = self.last;
        let take_in = async move {
            let known = match kept.0 {
                Some(known) => known,
                None => around.store.read(move |db| load(db, organization, id)).await?,
            };
            if known.technician.is_none() {
                return Err(Refusal::Rejected(Rejection::not_found("technician")));
            }
            let now = around.clock.now();
            let (believed, answer) = believe(last, &mut readings, now);
            if !believed.is_empty() {
                let write = StoreReadings { organization, readings: believed.clone() };
                match around.recorder.send(write).await {
                    Ok(Ok(())) => {}
                    Ok(Err(WriteError::Busy)) => return Err(Refusal::Busy { retry_after_s: 1 }),
                    Ok(Err(_)) | Err(_) => return Err(Refusal::Broken),
                }
            }
            let today = match kept.1 {
                Some(today) if today.is_of(now) => today,
                _ => around.store.read(move |db| Today::load(db, organization, id, now)).await?,
            };
            Ok((known, today, believed, answer))
        };
        AtomicResponse::new(Box::pin(take_in.into_actor(self).map(|taken, actor, ctx| {
            let (known, today, believed, answer) = taken?;
            (actor.known, actor.today) = (Some(known), Some(today));
            actor.follow(&believed, ctx);
            Ok(answer)
        })))
    }
}

impl Handler<WorkMoved> for Technician {
    type Result = ();

    fn handle(&mut self, WorkMoved { job }: WorkMoved, _: &mut Self::Context) {
        let concerns = match job {
            None => true,
            Some(job) => self.today.as_ref().is_some_and(|today| today.has(job)),
        };
        if concerns {
            self.today = None;
            // Who they are may have changed as well.
            if job.is_none() {
                self.known = None;
            }
        }
    }
}

impl Technician {
    /// Readings that are stored: along the route, and to the screens.
    fn follow(&mut self, believed: &[Reading], ctx: &mut Context<Self>) {
        let Some(newest) = believed.last().copied() else { return };
        self.last = Some(newest);
        let silent = self.known.as_ref().is_some_and(|known| known.duty.silent_since.is_some());
        if silent {
            self.wish(
                SystemPart::Watchdog,
                "voice",
                newest.at,
                Command::Duty(self.id, DutyCommand::NoteVoice),
            );
        }
        if let Some(today) = &self.today {
            for reading in believed {
                match self.progress.see(today, reading) {
                    Some(Sighting::Arrived { job, visit }) => {
                        let command = Command::Job(job, JobCommand::Arrive { visit });
                        self.wish(
                            SystemPart::Geofence,
                            &format!("arrive {visit}"),
                            reading.at,
                            command,
                        );
                    }
                    Some(Sighting::Left { job, visit }) => {
                        let command = Command::Job(job, JobCommand::Leave { visit });
                        self.wish(
                            SystemPart::Geofence,
                            &format!("leave {visit}"),
                            reading.at,
                            command,
                        );
                    }
                    None => {}
                }
            }
        }
        self.tell_position();
        self.tell_drive(believed);
        if newest.at.ms_since(self.arrivals_at) >= ARRIVALS_EVERY_MS {
            self.arrivals_at = newest.at;
            self.reckon_arrivals(newest, ctx);
        }
    }

    fn reckon_arrivals(&self, from: Reading, ctx: &mut Context<Self>) {
        let Some(today) = self.today.clone() else { return };
        let roads = self.roads.clone();
        let (hub, organization, technician) =
            (self.listeners.hub.clone(), self.organization, self.id);
        // Searching the streets takes milliseconds: not on the actors' thread.
        let reckoned = tokio::task::spawn_blocking(move || {
            let roads = roads.newest().unwrap_or(roads);
            today.arrivals(&*roads, &from)
        });
        ctx.spawn(reckoned.into_actor(self).map(move |reckoned, _, _| {
            if let Ok(Some(stops)) = reckoned {
                // Newest value wins in the hub, and it keeps up or the whole process does not.
                hub.do_send(Arrivals { organization, technician, stops });
            }
        }));
    }

    fn tell_position(&self) {
        let (Some(reading), Some(known)) = (self.last, &self.known) else { return };
        let Some(technician) = &known.technician else { return };
        let under_way = self.today.as_ref().and_then(Today::under_way);
        self.listeners.hub.do_send(PositionMoved {
            organization: self.organization,
            territory: technician.territory,
            reading,
            status: progress::screen_status(&known.duty, under_way),
        });
    }

    /// Who is on duty and not at work somewhere may be driving.
    fn tell_drive(&self, believed: &[Reading]) {
        let (Some(known), Some(today)) = (&self.known, &self.today) else { return };
        let is_driving = matches!(today.under_way(), None | Some(VisitStatus::EnRoute));
        if known.duty.status == DutyStatus::On && is_driving {
            // A reading that teaches nothing is no loss.
            let _ = self
                .listeners
                .learner
                .try_send(Drove { zone: today.zone(), readings: believed.to_vec() });
        }
    }

    /// Sends a command of our own making to its owner, without waiting. Its id is derived, so that the same
    /// finding is carried out once.
    fn wish(&self, part: SystemPart, finding: &str, meant_at: Timestamp, command: Command) {
        let at =
            if part == SystemPart::Geofence { String::new() } else { meant_at.ms().to_string() };
        let envelope = Envelope {
            command_id: CommandId::derived(self.id.0, &format!("{finding} {at}")),
            organization: self.organization,
            who: Who::System { part },
            meant_at,
            arrived_at: self.around.clock.now(),
            body_hash: [0; 32],
            command,
        };
        let sent = self.listeners.directory.send(Submit(envelope));
        actix::spawn(async move {
            if let Ok(Err(Refusal::Rejected(rejection))) = sent.await {
                tracing::debug!(code = rejection.code, "a finding was not needed");
            }
        });
    }

    /// Looks whether readings still come while on duty.
    fn watch(&mut self, _: &mut Context<Self>) {
        let Some(known) = &self.known else { return };
        if known.duty.status != DutyStatus::On || known.duty.silent_since.is_some() {
            return;
        }
        let heard_at =
            self.last.map_or(known.duty.since, |reading| reading.at.max(known.duty.since));
        let silence_s = self.today.as_ref().map_or(300, |today| today.settings().silence_s);
        if self.around.clock.now().secs_since(heard_at) > i64::from(silence_s) {
            let command = Command::Duty(self.id, DutyCommand::NoteSilence { since: heard_at });
            self.wish(SystemPart::Watchdog, "silence", heard_at, command);
        }
    }
}

fn load(db: &mut Db, organization: OrganizationId, id: TechnicianId) -> Result<Known, StoreError> {
    Ok(Known {
        technician: tables::technician::find(db, organization, id)?,
        duty: tables::duty::find(db, organization, id)?.unwrap_or_else(|| Duty::new(id)),
    })
}

/// The readings that are believed, oldest first, and the answer about all of them.
fn believe(
    last: Option<Reading>,
    readings: &mut [Reading],
    now: Timestamp,
) -> (Vec<Reading>, ReportAnswer) {
    let mut order: Vec<usize> = (0..readings.len()).collect();
    order.sort_by_key(|&at| readings[at].at);
    let (mut believed, mut answer) = (Vec::new(), ReportAnswer::default());
    for at in order {
        let before = believed.last().or(last.as_ref());
        match judge(before, &readings[at], now) {
            Ok(()) => {
                believed.push(readings[at]);
                answer.accepted += 1;
            }
            Err(reason) => answer.refused.push(RefusedReading { index: at as u32, reason }),
        }
    }
    answer.refused.sort_by_key(|refused| refused.index);
    (believed, answer)
}

fn decide(
    known: &Known,
    envelope: &Envelope,
    now: Timestamp,
) -> Result<(Decision, Known), Rejection> {
    let (Command::Duty(id, command), Some(technician)) = (&envelope.command, &known.technician)
    else {
        return Err(Rejection::not_found("technician"));
    };
    if !technician.active {
        return Err(Rejection::conflict(
            "technician_not_active",
            "the technician is not active; activate them first",
        ));
    }
    let mut duty = known.duty.clone();
    let mut events = Vec::new();
    for event in decide_duty(&known.duty, *command)? {
        apply_duty(&mut duty, &event, now);
        events.push((Aggregate::Duty(*id), duty.version, Event::Duty(event)));
    }
    let decision = Decision {
        reads: Vec::new(),
        rows: if events.is_empty() { Vec::new() } else { vec![Row::Duty(duty.clone())] },
        events,
        bumps: Vec::new(),
        subject: (Aggregate::Duty(*id), duty.version),
        detail: serde_json::Value::Null,
    };
    Ok((decision, Known { duty, technician: known.technician.clone() }))
}
