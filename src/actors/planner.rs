//! The Planner: the routing actor, one per territory. It owns the plan: every route of the territory, in
//! order. Who asks it: the Directory with commands, people with `GetOptions`. What it decides is worked
//! out by `planning::decide`; here is only its life: one command at a time, facts folded in, arrivals
//! reckoned anew when facts come or time goes by, searches started and their finds offered.
//!
//! When it falls it is started anew from the tables. A search that was under way is lost; nothing else is.

mod desk;
mod load;
#[cfg(test)]
mod tests;

use crate::actors::execute::{Around, Carry, Refusal};
use crate::actors::recorder::Committed;
use crate::actors::solver_pool::{Search, SolverPool};
use crate::domain::access::SystemPart;
use crate::domain::fieldwork::job::JobEvent;
use crate::domain::plan::{PlanCommand, Proposal};
use crate::domain::{Aggregate, Answer, Command, Envelope, Event, Fact, Who};
use crate::planning::{Earlier, Improvement, PlacementOption, Question};
use crate::roads::RoadNetwork;
use crate::units::id::{
    CommandId, JobId, OrganizationId, ProposalId, TechnicianId, TerritoryId, VisitId,
};
use crate::units::{LocalDay, Timestamp};
use actix::prelude::*;
use desk::{Books, Desk};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Arrivals are reckoned anew this often, in domain time, if only because time goes by.
const LOOK_EVERY: Duration = Duration::from_secs(180);
/// But not more often than this in real time, however fast the clock runs.
const LOOK_EVERY_REAL_MIN: Duration = Duration::from_millis(500);
/// A search whose find came too late is started again so often.
const SEARCHES_MAX: u32 = 3;

/// Ask: every technician of the territory for this job, best first. Changes nothing.
#[derive(Message)]
#[rtype(result = "Result<Vec<PlacementOption>, Refusal>")]
pub struct GetOptions {
    pub job: JobId,
    pub day: Option<LocalDay>,
}

/// Ask: all that is needed to say why a job is where it is, or nowhere.
#[derive(Message)]
#[rtype(result = "Result<Question, Refusal>")]
pub struct GetQuestion {
    pub job: JobId,
    pub day: Option<LocalDay>,
}

/// Do: look whether arrivals have moved by themselves or because the streets have changed, visits were left
/// over, or a search is due.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Look;

/// Know: a search has found something, and goes on.
#[derive(Message)]
#[rtype(result = "()")]
struct Found {
    proposal: Proposal,
    search: Arc<UnderWay>,
}

/// Know: a search has ended.
#[derive(Message)]
#[rtype(result = "()")]
struct Searched {
    search: Arc<UnderWay>,
}

/// A search that is under way.
struct UnderWay {
    day: LocalDay,
    attempt: u32,
    /// Ends it.
    cancel: Arc<AtomicBool>,
}

pub struct Planner {
    books: Books,
    pool: SolverPool,
    /// `None` until first needed, while a command is carried out, and after something went wrong.
    desk: Option<Desk>,
    searches: HashMap<LocalDay, Arc<UnderWay>>,
    /// What is left of the last search of a day.
    earlier: HashMap<LocalDay, Earlier>,
    searches_made: u64,
    /// The state of the streets at the last look.
    streets: u64,
    /// When the last search began by itself, and the route versions it saw.
    searched: Option<(Timestamp, u64)>,
}

impl Planner {
    pub fn new(
        around: Around,
        roads: Arc<dyn RoadNetwork>,
        pool: SolverPool,
        organization: OrganizationId,
        territory: TerritoryId,
    ) -> Self {
        let streets = roads.version();
        Self {
            books: Books { around, roads, organization, territory },
            pool,
            desk: None,
            searches: HashMap::new(),
            earlier: HashMap::new(),
            searches_made: 0,
            streets,
            searched: None,
        }
    }
}

impl Actor for Planner {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let every = self.books.around.clock.real_duration(LOOK_EVERY).max(LOOK_EVERY_REAL_MIN);
        // One message each time; when the Planner is busy they wait like all others.
        ctx.run_interval(every, |_, ctx| ctx.notify(Look));
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.searches.values().for_each(|search| search.cancel.store(true, Ordering::Relaxed));
    }
}

impl Handler<Carry> for Planner {
    type Result = AtomicResponse<Self, Result<Answer, Refusal>>;

    fn handle(&mut self, Carry(envelope): Carry, _: &mut Self::Context) -> Self::Result {
        let (books, desk) = (self.books.clone(), self.desk.take());
        let earlier = match &envelope.command {
            Command::Plan(_, PlanCommand::Improve { day }) => self.earlier.get(day).cloned(),
            _ => None,
        };
        let work = async move { desk::carry_out(&books, desk, &envelope, earlier).await };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(desk, carried), actor, ctx| {
            actor.desk = desk;
            if let Some(improvement) = carried.search {
                actor.search(improvement, 1, ctx);
            }
            carried.answer
        })))
    }
}

impl Handler<GetOptions> for Planner {
    type Result = AtomicResponse<Self, Result<Vec<PlacementOption>, Refusal>>;

    fn handle(
        &mut self,
        GetOptions { job, day }: GetOptions,
        _: &mut Self::Context,
    ) -> Self::Result {
        let (books, desk) = (self.books.clone(), self.desk.take());
        let work = async move { desk::list_options(&books, desk, job, day).await };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(desk, found), actor, _| {
            actor.desk = desk;
            found
        })))
    }
}

impl Handler<GetQuestion> for Planner {
    type Result = AtomicResponse<Self, Result<Question, Refusal>>;

    fn handle(
        &mut self,
        GetQuestion { job, day }: GetQuestion,
        _: &mut Self::Context,
    ) -> Self::Result {
        let (books, desk) = (self.books.clone(), self.desk.take());
        let work = async move { desk::question(&books, desk, job, day).await };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(desk, found), actor, _| {
            actor.desk = desk;
            found
        })))
    }
}

impl Handler<Committed> for Planner {
    type Result = ();

    fn handle(&mut self, Committed(facts): Committed, ctx: &mut Self::Context) {
        for fact in facts.iter().filter(|fact| fact.organization == self.books.organization) {
            // Without a desk nothing is known that could be old.
            if let Some(desk) = &mut self.desk {
                desk.follow(fact);
            }
            if let Some(technician) = self.who_moved(fact) {
                let id = CommandId::derived(fact.command_id.0, &format!("renew {}", fact.seq));
                let renew = PlanCommand::Renew { technician, day: None };
                let envelope = self.envelope(id, SystemPart::Planner, fact.recorded_at, renew);
                // Unbounded on purpose: at most one per fact, and facts are few.
                ctx.address().do_send(Carry(envelope));
            }
        }
    }
}

impl Handler<Look> for Planner {
    type Result = AtomicResponse<Self, ()>;

    fn handle(&mut self, _: Look, _: &mut Self::Context) -> Self::Result {
        let (books, desk) = (self.books.clone(), self.desk.take());
        let work = async move { desk::up_to_date(&books, desk).await };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|desk, actor, ctx| {
            actor.desk = desk.ok();
            for envelope in actor.due() {
                ctx.address().do_send(Carry(envelope));
            }
        })))
    }
}

impl Handler<Found> for Planner {
    type Result = ();

    fn handle(&mut self, Found { proposal, search }: Found, ctx: &mut Self::Context) {
        let is_fresh = self.desk.as_ref().is_none_or(|desk| {
            let version = |route| desk.state.route_version(route);
            proposal.routes.iter().all(|route| version(route.id) == route.version)
        });
        if is_fresh {
            let id = CommandId::derived(proposal.id.0, "offer");
            let command = PlanCommand::Offer { proposal: Box::new(proposal) };
            let now = self.books.around.clock.now();
            let envelope = self.envelope(id, SystemPart::Improvement, now, command);
            // Two for each search at most.
            ctx.address().do_send(Carry(envelope));
        } else {
            // The plan has moved on meanwhile: the search after this one begins with what was found.
            self.earlier.entry(search.day).or_default().keep(&proposal);
            search.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Handler<Searched> for Planner {
    type Result = ();

    fn handle(&mut self, Searched { search }: Searched, ctx: &mut Self::Context) {
        let UnderWay { day, attempt, .. } = *search;
        let is_last = self.searches.get(&day).is_some_and(|last| Arc::ptr_eq(last, &search));
        if !is_last {
            return;
        }
        self.searches.remove(&day);
        let earlier = self.earlier.get(&day).filter(|earlier| earlier.has_found());
        if attempt >= SEARCHES_MAX || earlier.is_none() {
            return;
        }
        let now = self.books.around.clock.now();
        let prepared = self.desk.as_mut().and_then(|desk| {
            Improvement::prepare(&desk.state, &mut desk.travel, now, day, earlier).ok()
        });
        if let Some(improvement) = prepared {
            self.search(improvement, attempt + 1, ctx);
        }
    }
}

impl Planner {
    /// Starts a search; one that is under way for the same day ends.
    fn search(&mut self, improvement: Improvement, attempt: u32, ctx: &mut Context<Self>) {
        let day = improvement.day;
        let under_way = Arc::new(UnderWay { day, attempt, cancel: Arc::default() });
        if let Some(before) = self.searches.insert(day, under_way.clone()) {
            before.cancel.store(true, Ordering::Relaxed);
        }
        self.earlier.retain(|known, _| *known >= day);
        self.earlier.insert(day, improvement.as_earlier());
        self.searches_made += 1;
        let now = self.books.around.clock.now();
        let search = Search {
            improvement,
            seed: self.searches_made,
            id: ProposalId::new(now),
            made_at: now,
            cancel: under_way.cancel.clone(),
        };
        let (pool, planner, told) = (self.pool.clone(), ctx.address(), under_way.clone());
        let work = async move {
            let tell = move |proposal| {
                planner.do_send(Found { proposal, search: told.clone() });
            };
            pool.search(search, tell).await;
        };
        ctx.spawn(work.into_actor(self).map(move |(), _, ctx| {
            ctx.notify(Searched { search: under_way });
        }));
    }

    fn envelope(
        &self,
        command_id: CommandId,
        part: SystemPart,
        meant_at: Timestamp,
        command: PlanCommand,
    ) -> Envelope {
        Envelope {
            command_id,
            organization: self.books.organization,
            who: Who::System { part },
            meant_at,
            arrived_at: self.books.around.clock.now(),
            body_hash: [0; 32],
            command: Command::Plan(self.books.territory, command),
        }
    }

    /// Whose arrivals a fact moves. What a finished visit means comes from the Reactor as `Forget`.
    fn who_moved(&self, fact: &Fact) -> Option<TechnicianId> {
        let (Event::Job(event), Aggregate::Job(job)) = (&fact.event, fact.aggregate) else {
            return None;
        };
        let visit: VisitId = match event {
            JobEvent::Departed { visit, .. }
            | JobEvent::TurnedBack { visit, .. }
            | JobEvent::Arrived { visit, .. }
            | JobEvent::Left { visit, .. } => *visit,
            _ => return None,
        };
        let known = self.desk.as_ref()?.state.jobs.get(&job)?;
        known.job.find_visit(visit).map(|visit| visit.technician)
    }

    /// What is due because time has gone by.
    fn due(&mut self) -> Vec<Envelope> {
        let Some(desk) = &self.desk else { return Vec::new() };
        let now = self.books.around.clock.now();
        let state = &desk.state;
        let today = state.today(now);
        // Tomorrow's arrivals move with the streets only.
        let streets = self.books.roads.version();
        let has_moved = std::mem::replace(&mut self.streets, streets) != streets;
        let mut wishes: Vec<(CommandId, SystemPart, PlanCommand)> = Vec::new();
        for route in state.routes.values() {
            let left: Vec<_> = state.remaining_stops(route);
            if route.day < today {
                // Nobody came to them: they look for another place.
                for stop in left {
                    let id = |word| {
                        CommandId::derived(stop.visit.0, &format!("{word} {}", route.version))
                    };
                    let (job, seen) = (stop.job, Vec::new());
                    let unassign = PlanCommand::Unassign { job, seen };
                    wishes.push((id("left over"), SystemPart::Planner, unassign));
                    wishes.push((id("place"), SystemPart::Planner, PlanCommand::Place { job }));
                }
            } else if (route.day == today || has_moved) && !left.is_empty() {
                let renew =
                    PlanCommand::Renew { technician: route.technician, day: Some(route.day) };
                wishes.push((CommandId::new(now), SystemPart::Planner, renew));
            }
        }
        if self.is_search_due(now, today) {
            let improve = PlanCommand::Improve { day: today };
            wishes.push((CommandId::new(now), SystemPart::Improvement, improve));
        }
        wishes
            .into_iter()
            .map(|(id, part, command)| self.envelope(id, part, now, command))
            .collect()
    }

    /// A search by itself: if that is wanted, the plan is another one than last time, nothing is offered,
    /// and enough time has gone by.
    fn is_search_due(&mut self, now: Timestamp, today: LocalDay) -> bool {
        let (Some(every), Some(desk)) = (self.pool.options().by_itself_every, &self.desk) else {
            return false;
        };
        let orders: BTreeSet<JobId> = desk
            .state
            .routes_on(today)
            .flat_map(|route| desk.state.remaining_stops(route))
            .map(|stop| stop.job)
            .collect();
        let versions = desk.state.routes_on(today).map(|route| u64::from(route.version)).sum();
        let is_new = self.searched.is_none_or(|(at, seen)| {
            seen != versions && now.ms_since(at) >= every.as_millis() as i64
        });
        let is_offered = desk.state.proposals.values().any(|proposal| proposal.day == today);
        let is_due =
            orders.len() > 1 && is_new && !is_offered && !self.searches.contains_key(&today);
        if is_due {
            self.searched = Some((now, versions));
        }
        is_due
    }
}
