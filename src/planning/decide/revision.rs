//! A change of the plan in the making: stops are taken and put, then every touched route is reckoned anew
//! and the difference becomes one decision. A visit is on one route or none, because it can only be put
//! after it was taken.

use crate::domain::plan::event::RemovedVisit;
use crate::domain::plan::{PlanEvent, Proposal, ProposalStatus, Route, RouteChange, Stop};
use crate::domain::{Aggregate, Decision, Event, Rejection, Row};
use crate::planning::arrival;
use crate::planning::problem::{DayProblem, Orders};
use crate::planning::state::{PlannerState, touched};
use crate::planning::travel::Travel;
use crate::units::id::{JobId, ProposalId, TechnicianId};
use crate::units::{LocalDay, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// What a decision works with.
pub(super) struct Revision<'a> {
    pub state: &'a PlannerState,
    pub travel: &'a mut Travel,
    pub now: Timestamp,
    /// The stops that can still move, of every route that was touched.
    drafts: BTreeMap<(LocalDay, TechnicianId), Vec<Stop>>,
    /// Stops that were taken and are nowhere.
    taken: BTreeMap<JobId, Stop>,
    /// Stops of visits that are over, taken for good.
    gone: Vec<Stop>,
    /// Promised jobs that went to another technician to make room.
    moved_promises: BTreeSet<JobId>,
    reads: BTreeSet<(Aggregate, u32)>,
    ended: Vec<(ProposalId, ProposalStatus)>,
    offered: Option<Proposal>,
}

impl<'a> Revision<'a> {
    pub fn new(state: &'a PlannerState, travel: &'a mut Travel, now: Timestamp) -> Self {
        Self {
            state,
            travel,
            now,
            drafts: BTreeMap::new(),
            taken: BTreeMap::new(),
            gone: Vec::new(),
            moved_promises: BTreeSet::new(),
            reads: BTreeSet::new(),
            ended: Vec::new(),
            offered: None,
        }
    }

    /// The stops of a route that can still move, to be changed.
    pub fn draft(&mut self, technician: TechnicianId, day: LocalDay) -> &mut Vec<Stop> {
        let state = self.state;
        self.drafts.entry((day, technician)).or_insert_with(|| {
            state
                .route_of(technician, day)
                .map_or_else(Vec::new, |route| state.remaining_stops(route))
        })
    }

    /// What everybody has before them on a day, as it is to be.
    pub fn orders(&self, day: LocalDay) -> Orders {
        let mut orders: Orders = self
            .state
            .routes_on(day)
            .map(|route| (route.technician, self.state.remaining_stops(route)))
            .map(|(technician, stops)| (technician, jobs_of(&stops)))
            .collect();
        for ((drafted, technician), stops) in &self.drafts {
            if *drafted == day {
                orders.insert(*technician, jobs_of(stops));
            }
        }
        orders
    }

    /// The rest of a day as it is to be, with open jobs to be placed.
    pub fn problem(&mut self, day: LocalDay, open: &[JobId]) -> Result<DayProblem, Rejection> {
        let orders = self.orders(day);
        DayProblem::build(self.state, self.travel, self.now, day, &orders, open)
    }

    /// The same for some technicians alone.
    pub fn problem_among(
        &mut self,
        day: LocalDay,
        technicians: impl Iterator<Item = TechnicianId>,
        open: &[JobId],
    ) -> Result<DayProblem, Rejection> {
        let order = |technician| match self.drafted(technician, day) {
            Some(stops) => jobs_of(stops),
            None => {
                let route = self.state.route_of(technician, day);
                route.map_or_else(Vec::new, |route| jobs_of(&self.state.remaining_stops(route)))
            }
        };
        let orders: Orders = technicians.map(|id| (id, order(id))).collect();
        DayProblem::build_among(self.state, self.travel, self.now, day, &orders, open)
    }

    /// The stops of a route that can still move, if it was touched.
    pub fn drafted(&self, technician: TechnicianId, day: LocalDay) -> Option<&[Stop]> {
        self.drafts.get(&(day, technician)).map(Vec::as_slice)
    }

    /// Takes a job off the route on which it stands, if it has not begun.
    pub fn take(&mut self, job: JobId) -> Option<(TechnicianId, LocalDay)> {
        let place = self.find(job)?;
        let draft = self.drafts.get_mut(&(place.1, place.0))?;
        let at = draft.iter().position(|stop| stop.job == job)?;
        let stop = draft.remove(at);
        self.taken.insert(job, stop);
        Some(place)
    }

    /// Takes the stop of a visit that is over for good: it will not be put anywhere.
    pub fn discard(&mut self, job: JobId) {
        if self.take(job).is_some() {
            self.gone.extend(self.taken.remove(&job));
        }
    }

    /// Takes the stop of the job's last visit for good if that visit is over and was not driven.
    pub fn discard_over(&mut self, job: JobId) {
        let place = self.state.place_of(job);
        let visit = place.and_then(|(_, stop)| self.state.visit_of(stop));
        if visit.is_some_and(|visit| visit.status.is_over()) {
            self.discard(job);
        }
    }

    /// A touched route as it would be.
    pub fn preview(&mut self, technician: TechnicianId, day: LocalDay) -> Result<Route, Rejection> {
        let remaining = self.draft(technician, day).clone();
        arrival::reckon(self.state, self.travel, self.now, technician, day, &remaining)
    }

    /// On whose route of which day a job now stands, as a stop that can still move.
    fn find(&mut self, job: JobId) -> Option<(TechnicianId, LocalDay)> {
        let drafted =
            self.drafts.iter().find(|(_, stops)| stops.iter().any(|stop| stop.job == job));
        if let Some(((day, technician), _)) = drafted {
            return Some((*technician, *day));
        }
        let (route, stop) = self.state.place_of(job)?;
        let place = (route.technician, route.day);
        if self.state.is_begun(stop) || self.drafts.contains_key(&(place.1, place.0)) {
            return None;
        }
        self.draft(place.0, place.1);
        Some(place)
    }

    /// Makes the day so. Jobs that are in no order any more are taken; those that stand nowhere come in.
    pub fn rearrange(&mut self, day: LocalDay, orders: &Orders) {
        let changed: Vec<(TechnicianId, &Vec<JobId>)> = orders
            .iter()
            .filter(|(technician, order)| jobs_of(self.draft(**technician, day)) != **order)
            .map(|(technician, order)| (*technician, order))
            .collect();
        for (technician, _) in &changed {
            for job in jobs_of(self.draft(*technician, day)) {
                self.take(job);
            }
        }
        for (technician, order) in &changed {
            for (position, job) in order.iter().enumerate() {
                self.put(*job, *technician, day, position);
            }
        }
    }

    /// Puts a job that was taken, or stands nowhere, before the stop that is now at `position` among those
    /// that can still move.
    pub fn put(&mut self, job: JobId, technician: TechnicianId, day: LocalDay, position: usize) {
        let stop = self.taken.remove(&job).or_else(|| self.new_stop(job));
        let Some(stop) = stop else { return };
        if let Some(crew) = self.state.technicians.get(&technician) {
            self.reads.insert((Aggregate::Duty(technician), crew.duty.version));
            self.reads.insert((Aggregate::Technician(technician), crew.technician.version));
        }
        let draft = self.draft(technician, day);
        debug_assert!(draft.iter().all(|known| known.job != job), "a job stands once on a route");
        let position = position.min(draft.len());
        draft.insert(position, stop);
    }

    fn new_stop(&self, job: JobId) -> Option<Stop> {
        let known = self.state.jobs.get(&job)?;
        Some(Stop::unplanned(known.job.next_visit_id(), job, self.now))
    }

    /// How many promised jobs have changed hands to make room.
    pub fn moved_promises(&self) -> u32 {
        self.moved_promises.len() as u32
    }

    /// This promised job changes hands to make room.
    pub fn note_moved_promise(&mut self, job: JobId) {
        self.moved_promises.insert(job);
    }

    /// The facts of this job mattered.
    pub fn read_job(&mut self, job: JobId) {
        let version = self.state.jobs.get(&job).map_or(0, |known| known.job.version);
        self.reads.insert((Aggregate::Job(job), version));
    }

    /// This proposal is over.
    pub fn end_proposal(&mut self, proposal: ProposalId, status: ProposalStatus) {
        self.ended.push((proposal, status));
    }

    /// This proposal is made.
    pub fn offer(&mut self, proposal: Proposal) {
        self.offered = Some(proposal);
    }

    /// What was taken is free to go anywhere from now on.
    pub fn unlock_taken(&mut self) {
        for stop in self.taken.values_mut() {
            stop.locked = false;
        }
    }

    /// Reckons every touched route and says what is to be recorded. Proposals that rest on a route that
    /// changes are outdated. `subject` is what the answer speaks of where no route changes.
    pub fn finish(
        mut self,
        cause: &str,
        subject: (Aggregate, u32),
        detail: serde_json::Value,
    ) -> Result<Decision, Rejection> {
        let drafts = std::mem::take(&mut self.drafts);
        let mut changes = Vec::new();
        for ((day, technician), remaining) in drafts {
            let after =
                arrival::reckon(self.state, self.travel, self.now, technician, day, &remaining)?;
            let before = self.state.routes.get(&after.id);
            let is_same = before.map_or(after.stops.is_empty(), |before| *before == after);
            if !is_same {
                changes.push(after);
            }
        }
        let mut decision = Decision::unchanged(subject.0, subject.1);
        decision.detail = detail;
        let mut bumps: BTreeSet<(Aggregate, u32)> = BTreeSet::new();
        let mut changed = BTreeSet::new();
        for mut after in changes {
            let before = self.state.routes.get(&after.id);
            let removed = self.removed_from(before);
            for job in before.iter().flat_map(|route| &route.stops).chain(&after.stops) {
                self.read_job(job.job);
            }
            let touched = touched(before, &after).map(|stop| stop.job);
            for job in touched.chain(removed.iter().map(|gone| gone.job)) {
                let placement = self.state.jobs.get(&job).map_or(0, |known| known.placement);
                bumps.insert((Aggregate::Placement(job), placement + 1));
            }
            after.version += 1;
            changed.insert(after.id);
            let (aggregate, version) = (Aggregate::Route(after.id), after.version);
            let change = Box::new(RouteChange { route: after, removed, cause: cause.to_owned() });
            decision.rows.push(Row::Route(change.clone()));
            decision.events.push((
                aggregate,
                version,
                Event::Plan(PlanEvent::RouteChanged(change)),
            ));
        }
        for (id, proposal) in &self.state.proposals {
            let is_ended = self.ended.iter().any(|(ended, _)| ended == id);
            let is_offered = proposal.status == ProposalStatus::Offered;
            let rests_on = proposal.routes.iter().any(|route| changed.contains(&route.id));
            if is_offered && !is_ended && rests_on {
                self.ended.push((*id, ProposalStatus::Outdated));
            }
        }
        for (id, status) in &self.ended {
            if let Some(proposal) = self.state.proposals.get(id) {
                let mut after = proposal.clone();
                (after.status, after.version) = (*status, after.version + 1);
                let event = PlanEvent::ProposalEnded { proposal: *id, status: *status };
                decision.events.push((Aggregate::Proposal(*id), after.version, Event::Plan(event)));
                decision.rows.push(Row::Proposal(Box::new(after)));
            }
        }
        if let Some(proposal) = self.offered {
            let event = PlanEvent::ProposalMade { proposal: Box::new(proposal.clone()) };
            let (aggregate, version) = (Aggregate::Proposal(proposal.id), proposal.version);
            decision.events.insert(0, (aggregate, version, Event::Plan(event)));
            decision.rows.push(Row::Proposal(Box::new(proposal)));
        }
        if let Some((aggregate, version, _)) = decision.events.first() {
            decision.subject = (*aggregate, *version);
        }
        decision.bumps = bumps.into_iter().collect();
        decision.reads = self.reads.into_iter().collect();
        Ok(decision)
    }

    /// The visits that left this route and were put nowhere.
    fn removed_from(&self, before: Option<&Route>) -> Vec<RemovedVisit> {
        let stops = before.map_or(&[][..], |route| &route.stops);
        self.taken
            .values()
            .chain(&self.gone)
            .filter(|gone| stops.iter().any(|stop| stop.visit == gone.visit))
            .map(|gone| RemovedVisit { job: gone.job, visit: gone.visit })
            .collect()
    }
}

fn jobs_of(stops: &[Stop]) -> Vec<JobId> {
    stops.iter().map(|stop| stop.job).collect()
}
