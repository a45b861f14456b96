//! The Directory: the one door. Every change passes here: access is checked, the owner is found or
//! started, the envelope is handed over. An owner that has fallen is started anew from the tables, and
//! the envelope, whose id makes it safe, is handed to the new one.
//!
//! It also passes what is recorded on to the owners that it concerns. It holds addresses and no state
//! that would be missed.

use crate::actors::clerk::Clerk;
use crate::actors::execute::{Around, Carry, Refusal};
use crate::actors::hub::Hub;
use crate::actors::job::{self, Job};
use crate::actors::learner::Learner;
use crate::actors::planner::{Look, Planner};
use crate::actors::recorder::Committed;
use crate::actors::solver_pool::SolverPool;
use crate::actors::technician::{Listeners, Technician, WorkMoved};
use crate::actors::truck::Truck;
use crate::domain::plan::PlanEvent;
use crate::domain::{Aggregate, Answer, Command, Envelope, Event, access};
use crate::roads::RoadNetwork;
use crate::units::id::{JobId, OrganizationId, TechnicianId, TerritoryId, TruckId};
use actix::dev::ToEnvelope;
use actix::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Do: check this envelope's access and have its owner carry it out.
#[derive(Message)]
#[rtype(result = "Result<Answer, Refusal>")]
pub struct Submit(pub Envelope);

/// Ask: the technician's actor, started if need be.
#[derive(Message)]
#[rtype(result = "Addr<Technician>")]
pub struct GetTechnician(pub OrganizationId, pub TechnicianId);

/// Ask: the territory's planner, started if need be.
#[derive(Message)]
#[rtype(result = "Addr<Planner>")]
pub struct GetPlanner(pub OrganizationId, pub TerritoryId);

/// Know: the streets are driven otherwise than before.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StreetsChanged;

pub struct Directory {
    around: Around,
    roads: Arc<dyn RoadNetwork>,
    pool: SolverPool,
    hub: Addr<Hub>,
    learner: Addr<Learner>,
    clerks: HashMap<OrganizationId, Addr<Clerk>>,
    planners: HashMap<(OrganizationId, TerritoryId), Addr<Planner>>,
    technicians: HashMap<(OrganizationId, TechnicianId), Addr<Technician>>,
    trucks: HashMap<(OrganizationId, TruckId), Addr<Truck>>,
    jobs: HashMap<(OrganizationId, JobId), Addr<Job>>,
}

impl Directory {
    pub fn new(
        around: Around,
        roads: Arc<dyn RoadNetwork>,
        pool: SolverPool,
        hub: Addr<Hub>,
        learner: Addr<Learner>,
    ) -> Self {
        Self {
            around,
            roads,
            pool,
            hub,
            learner,
            clerks: HashMap::new(),
            planners: HashMap::new(),
            technicians: HashMap::new(),
            trucks: HashMap::new(),
            jobs: HashMap::new(),
        }
    }
}

impl Actor for Directory {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
    }
}

impl Handler<Submit> for Directory {
    type Result = ResponseFuture<Result<Answer, Refusal>>;

    fn handle(&mut self, Submit(envelope): Submit, ctx: &mut Self::Context) -> Self::Result {
        if let Err(rejection) = access::check(&envelope.who, &envelope.command) {
            return Box::pin(async { Err(Refusal::Rejected(rejection)) });
        }
        let organization = envelope.organization;
        let door = ctx.address();
        match envelope.command {
            Command::Clerk(_) => hand_over(self.clerk(organization), envelope),
            Command::Job(id, _) => hand_over(self.job(organization, id), envelope),
            Command::Plan(id, _) => hand_over(self.planner(organization, id), envelope),
            Command::Duty(id, _) => hand_over(self.technician(door, organization, id), envelope),
            Command::Cargo(id, _) => hand_over(self.truck(organization, id), envelope),
        }
    }
}

impl Handler<GetTechnician> for Directory {
    type Result = MessageResult<GetTechnician>;

    fn handle(
        &mut self,
        GetTechnician(organization, id): GetTechnician,
        ctx: &mut Self::Context,
    ) -> Self::Result {
        MessageResult(self.technician(ctx.address(), organization, id))
    }
}

impl Handler<GetPlanner> for Directory {
    type Result = MessageResult<GetPlanner>;

    fn handle(
        &mut self,
        GetPlanner(organization, id): GetPlanner,
        _: &mut Self::Context,
    ) -> Self::Result {
        MessageResult(self.planner(organization, id))
    }
}

impl Handler<Committed> for Directory {
    type Result = ();

    fn handle(&mut self, committed: Committed, _: &mut Self::Context) {
        for ((organization, _), planner) in &self.planners {
            if committed.0.iter().any(|fact| fact.organization == *organization) {
                // Unbounded on purpose, as everywhere facts are told.
                planner.do_send(committed.clone());
            }
        }
        for fact in committed.0.iter() {
            let organization = fact.organization;
            match (&fact.event, fact.aggregate) {
                (Event::Plan(PlanEvent::RouteChanged(change)), _) => {
                    let placed = change.route.stops.iter().map(|stop| stop.job);
                    let removed = change.removed.iter().map(|visit| visit.job);
                    for id in placed.chain(removed) {
                        if let Some(job) = self.jobs.get(&(organization, id)) {
                            job.do_send(job::Moved);
                        }
                    }
                    self.tell_technician(organization, change.route.technician);
                }
                (_, Aggregate::Job(id)) => {
                    // Whoever drives to this job sees it on their next reading.
                    for ((other, _), technician) in &self.technicians {
                        if *other == organization {
                            technician.do_send(WorkMoved { job: Some(id) });
                        }
                    }
                }
                (_, Aggregate::Technician(id)) => self.tell_technician(organization, id),
                (_, Aggregate::Truck(id)) => {
                    self.trucks.remove(&(organization, id));
                }
                _ => {}
            }
        }
    }
}

impl Handler<StreetsChanged> for Directory {
    type Result = ();

    fn handle(&mut self, _: StreetsChanged, _: &mut Self::Context) {
        // Unbounded on purpose: once for each change of the streets.
        self.planners.values().for_each(|planner| planner.do_send(Look));
    }
}

impl Directory {
    fn clerk(&mut self, organization: OrganizationId) -> Addr<Clerk> {
        let around = &self.around;
        live_one(&mut self.clerks, organization, || {
            Clerk::new(around.clone(), organization).start()
        })
    }

    fn job(&mut self, organization: OrganizationId, id: JobId) -> Addr<Job> {
        if self.jobs.len() > 10_000 {
            self.jobs.retain(|_, job| job.connected());
        }
        let around = &self.around;
        live_one(&mut self.jobs, (organization, id), || {
            Job::new(around.clone(), organization, id).start()
        })
    }

    fn truck(&mut self, organization: OrganizationId, id: TruckId) -> Addr<Truck> {
        let around = &self.around;
        live_one(&mut self.trucks, (organization, id), || {
            Truck::new(around.clone(), organization, id).start()
        })
    }

    fn planner(&mut self, organization: OrganizationId, id: TerritoryId) -> Addr<Planner> {
        let (around, roads, pool) = (&self.around, &self.roads, &self.pool);
        live_one(&mut self.planners, (organization, id), || {
            Planner::new(around.clone(), roads.clone(), pool.clone(), organization, id).start()
        })
    }

    fn technician(
        &mut self,
        door: Addr<Self>,
        organization: OrganizationId,
        id: TechnicianId,
    ) -> Addr<Technician> {
        let (around, roads) = (&self.around, &self.roads);
        let (hub, learner) = (&self.hub, &self.learner);
        live_one(&mut self.technicians, (organization, id), || {
            let listeners =
                Listeners { directory: door, hub: hub.clone(), learner: learner.clone() };
            Technician::new(around.clone(), roads.clone(), listeners, organization, id).start()
        })
    }

    fn tell_technician(&self, organization: OrganizationId, id: TechnicianId) {
        if let Some(technician) = self.technicians.get(&(organization, id)) {
            technician.do_send(WorkMoved { job: None });
        }
    }
}

/// The living actor of this key; a fallen or new one is started.
fn live_one<K: Eq + Hash, A: Actor>(
    known: &mut HashMap<K, Addr<A>>,
    key: K,
    start: impl FnOnce() -> Addr<A>,
) -> Addr<A> {
    match known.entry(key) {
        std::collections::hash_map::Entry::Occupied(entry) if entry.get().connected() => {
            entry.get().clone()
        }
        std::collections::hash_map::Entry::Occupied(mut entry) => {
            metrics::counter!("sortie_actors_started_anew_total").increment(1);
            entry.insert(start());
            entry.get().clone()
        }
        std::collections::hash_map::Entry::Vacant(entry) => entry.insert(start()).clone(),
    }
}

fn hand_over<A>(owner: Addr<A>, envelope: Envelope) -> ResponseFuture<Result<Answer, Refusal>>
where
    A: Handler<Carry>,
    A::Context: ToEnvelope<A, Carry>,
{
    let kind = kind(&envelope.command);
    Box::pin(async move {
        let started = std::time::Instant::now();
        let answer = owner.send(Carry(envelope)).await.unwrap_or(
            // The owner fell over this very envelope, or went idle as it came: the caller may send it again.
            Err(Refusal::Busy { retry_after_s: 1 }),
        );
        let outcome = match &answer {
            Ok(_) => "done",
            Err(Refusal::Rejected(_)) => "rejected",
            Err(Refusal::Busy { .. }) => "busy",
            Err(Refusal::Broken) => "broken",
        };
        metrics::histogram!("sortie_command_seconds", "kind" => kind, "outcome" => outcome)
            .record(started.elapsed().as_secs_f64());
        answer
    })
}

const fn kind(command: &Command) -> &'static str {
    match command {
        Command::Job(..) => "job",
        Command::Plan(..) => "plan",
        Command::Duty(..) => "duty",
        Command::Cargo(..) => "cargo",
        Command::Clerk(_) => "clerk",
    }
}
