//! The Reactor: sends what follows from facts to the owners it concerns (`domain::reaction`), each under
//! an id derived from the fact. It keeps a durable cursor in the journal: after a crash it goes on where
//! it stood, and what was sent already is only answered.

use crate::actors::directory::{Directory, Submit};
use crate::actors::execute::{Around, Refusal};
use crate::actors::recorder::{Committed, SetCursor};
use crate::domain::access::SystemPart;
use crate::domain::fieldwork::job::JobCommand;
use crate::domain::reaction::{self, Reaction};
use crate::domain::{Command, Envelope, Fact, Who};
use crate::store::{StoreError, journal, tables};
use crate::units::id::{CommandId, OrganizationId, TerritoryId};
use actix::prelude::*;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The name of the cursor.
const CURSOR: &str = "reactor";
/// Facts read at once when catching up.
const PAGE_LEN: u32 = 500;
/// An owner that is busy is asked again after this much real time.
const PAUSE: Duration = Duration::from_millis(200);
/// So often, then it is left to people: one reaction must not hold up all others for good.
const ATTEMPTS_MAX: u32 = 150;

pub struct Reactor {
    around: Around,
    directory: Addr<Directory>,
    waiting: VecDeque<Fact>,
    /// The last fact taken on, by organization; facts at or before it are known.
    taken: HashMap<OrganizationId, i64>,
    working: bool,
}

impl Reactor {
    pub fn new(around: Around, directory: Addr<Directory>) -> Self {
        Self { around, directory, waiting: VecDeque::new(), taken: HashMap::new(), working: false }
    }
}

impl Actor for Reactor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // What was recorded before the last stop and not yet acted upon.
        self.working = true;
        let store = self.around.store.clone();
        let missed = async move {
            store
                .read(|db| {
                    let mut missed = Vec::new();
                    for organization in tables::organization::list_all(db)? {
                        let mut seen = tables::cursor::find(db, organization.id, CURSOR)?;
                        loop {
                            let page = journal::since(db, organization.id, seen, PAGE_LEN)?;
                            let Some(last) = page.last() else { break };
                            seen = last.seq;
                            missed.extend(
                                page.into_iter()
                                    .filter(|fact| !reaction::reactions(fact).is_empty()),
                            );
                        }
                    }
                    Ok(missed)
                })
                .await
        };
        ctx.spawn(missed.into_actor(self).map(|missed, actor, ctx| {
            match missed {
                Ok(missed) => {
                    // What came in meanwhile may be in both; `take_on` drops the second one.
                    let news: Vec<Fact> = actor.waiting.drain(..).collect();
                    actor.taken.clear();
                    missed.into_iter().chain(news).for_each(|fact| actor.take_on(fact));
                }
                Err(error) => {
                    tracing::error!(error = %error, "the reactor could not read what it missed");
                }
            }
            actor.working = false;
            actor.work(ctx);
        }));
    }
}

impl Handler<Committed> for Reactor {
    type Result = ();

    fn handle(&mut self, Committed(facts): Committed, ctx: &mut Self::Context) {
        facts.iter().for_each(|fact| self.take_on(fact.clone()));
        self.work(ctx);
    }
}

impl Reactor {
    fn take_on(&mut self, fact: Fact) {
        let taken = self.taken.entry(fact.organization).or_insert(0);
        if fact.seq > *taken {
            *taken = fact.seq;
            if !reaction::reactions(&fact).is_empty() {
                self.waiting.push_back(fact);
            }
        }
    }

    /// Acts upon the next fact, one at a time and in order, so that the cursor tells the truth.
    fn work(&mut self, ctx: &mut Context<Self>) {
        if self.working {
            return;
        }
        let Some(fact) = self.waiting.pop_front() else { return };
        self.working = true;
        let (around, directory) = (self.around.clone(), self.directory.clone());
        let react = async move {
            for (at, reaction) in reaction::reactions(&fact).into_iter().enumerate() {
                let id = reaction::command_id(&fact, at);
                match commands(&around, fact.organization, id, reaction).await {
                    Ok(commands) => {
                        for (id, command) in commands {
                            send_until_heard(&around, &directory, &fact, id, command).await;
                        }
                    }
                    Err(error) => {
                        tracing::error!(fact.seq, %error, "what follows from a fact could not be read");
                    }
                }
            }
            let cursor = SetCursor { organization: fact.organization, name: CURSOR, seq: fact.seq };
            if !matches!(around.recorder.send(cursor).await, Ok(Ok(()))) {
                tracing::warn!(
                    "the reactor's cursor was not written; it will send again after a restart"
                );
            }
        };
        ctx.spawn(react.into_actor(self).map(|(), actor, ctx| {
            actor.working = false;
            actor.work(ctx);
        }));
    }
}

/// The commands that a reaction comes down to, each with the id under which it is sent.
async fn commands(
    around: &Around,
    organization: OrganizationId,
    id: CommandId,
    reaction: Reaction,
) -> Result<Vec<(CommandId, Command)>, StoreError> {
    let found = around.store.read(move |db| {
        let plan = |territory: Option<TerritoryId>, command| {
            territory.map(|territory| (id, Command::Plan(territory, command)))
        };
        Ok(match reaction {
            Reaction::ForJob(job, command) => {
                let found = tables::job::find(db, organization, job)?;
                plan(found.map(|job| job.territory), command).into_iter().collect()
            }
            Reaction::ForTechnician(technician, command) => {
                let found = tables::technician::find(db, organization, technician)?;
                plan(found.map(|found| found.territory), command).into_iter().collect()
            }
            Reaction::TurnRound(technician) => {
                tables::visit::list_en_route(db, organization, technician)?
                    .into_iter()
                    .map(|(job, visit)| {
                        let id = CommandId::derived(id.0, &visit.to_string());
                        (id, Command::Job(job, JobCommand::TurnBack { visit }))
                    })
                    .collect()
            }
        })
    });
    found.await
}

async fn send_until_heard(
    around: &Around,
    directory: &Addr<Directory>,
    fact: &Fact,
    command_id: CommandId,
    command: Command,
) {
    for _ in 0..ATTEMPTS_MAX {
        let envelope = Envelope {
            command_id,
            organization: fact.organization,
            who: Who::System { part: SystemPart::Reactor },
            meant_at: fact.recorded_at,
            arrived_at: around.clock.now(),
            body_hash: [0; 32],
            command: command.clone(),
        };
        match directory.send(Submit(envelope)).await {
            Ok(Ok(_)) => return,
            Ok(Err(Refusal::Rejected(rejection))) => {
                // The world has moved on (the job was cancelled meanwhile): nothing is left to do.
                tracing::debug!(code = rejection.code, "a reaction was not needed any more");
                return;
            }
            Ok(Err(Refusal::Busy { .. } | Refusal::Broken)) => tokio::time::sleep(PAUSE).await,
            Err(_) => return,
        }
    }
    tracing::error!(
        fact.seq,
        "a reaction could not be carried out; the dispatcher will see an open job"
    );
}
