//! What the Planner of a territory knows: the crew, the trucks, the routes of today and later, the jobs that
//! are open or stand on a route, and the proposals. Plain data; facts fold in, decisions only read.
//!
//! Who loads it and who stores what was decided is not known here: that is the actor's part.

use crate::domain::fieldwork::job::{self, Job, JobEvent, Visit, follow};
use crate::domain::fleet::truck::Truck;
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::people::technician::{Duty, DutyStatus, Technician, apply_duty};
use crate::domain::plan::{PlanEvent, Proposal, Route, RouteChange, Stop};
use crate::domain::{Aggregate, Decision, Event, Fact};
use crate::units::id::{
    JobId, OrganizationId, ProposalId, RouteId, TechnicianId, TerritoryId, TruckId,
};
use crate::units::{LocalDay, Point, Timestamp};
use std::collections::BTreeMap;

/// A technician with their duty.
#[derive(Debug, Clone, PartialEq)]
pub struct Crew {
    pub technician: Technician,
    pub duty: Duty,
}

impl Crew {
    /// Reported sick: nothing new is planned for them on any day until they are back.
    pub fn is_sick(&self) -> bool {
        self.duty.status == DutyStatus::Sick
    }
}

/// A job as the plan sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedJob {
    pub job: Job,
    /// Where the work is.
    pub at: Point,
    /// Version of `Aggregate::Placement` of this job.
    pub placement: u32,
}

/// Everything that decisions about the routes of one territory read.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannerState {
    pub organization: OrganizationId,
    pub territory: TerritoryId,
    pub zone: chrono_tz::Tz,
    pub settings: OrganizationSettings,
    pub technicians: BTreeMap<TechnicianId, Crew>,
    pub trucks: BTreeMap<TruckId, Truck>,
    pub jobs: BTreeMap<JobId, PlannedJob>,
    pub routes: BTreeMap<RouteId, Route>,
    pub proposals: BTreeMap<ProposalId, Proposal>,
}

/// What a fact asks of the keeper of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Folded in, known already, or of no concern.
    Done,
    /// The fact does not say enough: load this aggregate (and what belongs to it) from the tables.
    Reload(Aggregate),
}

impl PlannerState {
    /// A territory in which nothing is known yet.
    pub fn new(
        organization: OrganizationId,
        territory: TerritoryId,
        zone: chrono_tz::Tz,
        settings: OrganizationSettings,
    ) -> Self {
        Self {
            organization,
            territory,
            zone,
            settings,
            technicians: BTreeMap::new(),
            trucks: BTreeMap::new(),
            jobs: BTreeMap::new(),
            routes: BTreeMap::new(),
            proposals: BTreeMap::new(),
        }
    }

    pub fn today(&self, now: Timestamp) -> LocalDay {
        LocalDay::at(now, self.zone)
    }

    /// The technician's route of the day, if there is one.
    pub fn route_of(&self, technician: TechnicianId, day: LocalDay) -> Option<&Route> {
        self.routes.get(&Route::id_for(technician, day))
    }

    /// The version of a route; 0 if there is none yet.
    pub fn route_version(&self, route: RouteId) -> u32 {
        self.routes.get(&route).map_or(0, |found| found.version)
    }

    /// The routes of a day, by id.
    pub fn routes_on(&self, day: LocalDay) -> impl Iterator<Item = &Route> {
        self.routes.values().filter(move |route| route.day == day)
    }

    /// Where the job's newest visit stands in the plan.
    pub fn place_of(&self, job: JobId) -> Option<(&Route, &Stop)> {
        let visit = self.jobs.get(&job)?.job.visits.last()?;
        let route = self.routes.get(&visit.route)?;
        route.stops.iter().find(|stop| stop.visit == visit.id).map(|stop| (route, stop))
    }

    /// The visit that a stop stands for.
    pub fn visit_of(&self, stop: &Stop) -> Option<&Visit> {
        self.jobs.get(&stop.job)?.job.find_visit(stop.visit)
    }

    /// Somebody has set off for it or has been there: the plan does not move it any more.
    pub fn is_begun(&self, stop: &Stop) -> bool {
        self.visit_of(stop).is_some_and(has_begun)
    }

    /// The stops of a route that nobody has set off for, in their order.
    pub fn remaining_stops(&self, route: &Route) -> Vec<Stop> {
        route.stops.iter().filter(|stop| !self.is_begun(stop)).copied().collect()
    }

    /// Folds a decision of our own in, once it is recorded.
    pub fn apply(&mut self, decision: &Decision, at: Timestamp) {
        for (_, version, event) in &decision.events {
            if let Event::Plan(event) = event {
                self.apply_plan(*version, event, at);
            }
        }
        for (aggregate, version) in &decision.bumps {
            if let Aggregate::Placement(job) = aggregate
                && let Some(known) = self.jobs.get_mut(job)
            {
                known.placement = *version;
            }
        }
    }

    /// Folds a recorded fact in; one that is known already changes nothing. What we decided ourselves is
    /// known: a fact about the plan that is not means that our state is not the tables' any more.
    pub fn follow(&mut self, fact: &Fact) -> Followed {
        let reload = Followed::Reload(fact.aggregate);
        match (&fact.event, fact.aggregate) {
            (Event::Plan(PlanEvent::RouteChanged(change)), _) => {
                let is_known = fact.version <= self.route_version(change.route.id);
                if is_known || change.route.territory != self.territory {
                    Followed::Done
                } else {
                    reload
                }
            }
            (Event::Job(event), Aggregate::Job(id)) => {
                let Some(known) = self.jobs.get_mut(&id) else {
                    // One that was over has left us; it comes back when it is open again.
                    return match event {
                        JobEvent::Created { territory, .. } if *territory == self.territory => {
                            reload
                        }
                        JobEvent::Resumed | JobEvent::Reopened => reload,
                        _ => Followed::Done,
                    };
                };
                if fact.version <= known.job.version {
                    return Followed::Done;
                }
                if fact.version > known.job.version + 1 {
                    return reload;
                }
                if let Some(after) =
                    job::apply(Some(known.job.clone()), id, event, fact.recorded_at)
                {
                    known.job = after;
                }
                Followed::Done
            }
            (Event::Duty(event), Aggregate::Duty(id)) => {
                let Some(crew) = self.technicians.get_mut(&id) else { return Followed::Done };
                if fact.version <= crew.duty.version {
                    return Followed::Done;
                }
                if fact.version > crew.duty.version + 1 {
                    return reload;
                }
                apply_duty(&mut crew.duty, event, fact.recorded_at);
                Followed::Done
            }
            (Event::Saved { .. } | Event::Removed, aggregate) => match aggregate {
                Aggregate::Organization(_) => reload,
                Aggregate::Technician(id) => {
                    let known = self.technicians.get(&id).map_or(0, |crew| crew.technician.version);
                    if fact.version > known { reload } else { Followed::Done }
                }
                Aggregate::Truck(id) => {
                    let known = self.trucks.get(&id).map_or(0, |truck| truck.version);
                    if fact.version > known { reload } else { Followed::Done }
                }
                Aggregate::Location(id) => {
                    let is_ours = self.jobs.values().any(|known| known.job.location == id);
                    if is_ours { reload } else { Followed::Done }
                }
                _ => Followed::Done,
            },
            _ => Followed::Done,
        }
    }

    fn apply_plan(&mut self, version: u32, event: &PlanEvent, at: Timestamp) {
        match event {
            PlanEvent::RouteChanged(change) => self.apply_change(change, version, at),
            PlanEvent::ProposalMade { proposal } => {
                self.proposals.insert(proposal.id, (**proposal).clone());
            }
            // One that is over is never looked at again.
            PlanEvent::ProposalEnded { proposal, .. } => _ = self.proposals.remove(proposal),
        }
    }

    fn apply_change(&mut self, change: &RouteChange, version: u32, at: Timestamp) {
        let before = self.routes.get(&change.route.id);
        let touched: Vec<Stop> = touched(before, &change.route).copied().collect();
        for stop in &touched {
            let known = self.jobs.get_mut(&stop.job);
            debug_assert!(known.is_some(), "the jobs of all routes are known");
            if let Some(known) = known {
                follow::placed(&mut known.job, &change.route, stop, at);
            }
        }
        for gone in &change.removed {
            if let Some(known) = self.jobs.get_mut(&gone.job) {
                follow::removed(&mut known.job, gone.visit);
            }
        }
        self.routes.insert(change.route.id, Route { version, ..change.route.clone() });
    }

    /// Drops what no decision will ask for again: routes of days before `day`, and jobs that are over and
    /// stand on no route.
    pub fn forget_before(&mut self, day: LocalDay) {
        let jobs = &self.jobs;
        self.routes.retain(|_, route| {
            route.day >= day
                || route.stops.iter().any(|stop| {
                    let visit =
                        jobs.get(&stop.job).and_then(|known| known.job.find_visit(stop.visit));
                    visit.is_some_and(|visit| !visit.status.is_over())
                })
        });
        let standing: std::collections::BTreeSet<JobId> =
            self.routes.values().flat_map(|route| &route.stops).map(|stop| stop.job).collect();
        self.jobs.retain(|id, known| !known.job.status.is_over() || standing.contains(id));
        self.proposals.retain(|_, proposal| proposal.day >= day);
    }
}

/// Somebody has set off for the visit or has been there (and has not turned back).
pub fn has_begun(visit: &Visit) -> bool {
    visit.departed_at.is_some() || visit.arrived_at.is_some()
}

/// The stops of a route that say something else than before: their jobs' placements change.
pub(super) fn touched<'a>(
    before: Option<&'a Route>,
    after: &'a Route,
) -> impl Iterator<Item = &'a Stop> {
    after.stops.iter().filter(move |stop| {
        before.is_none_or(|route| route.truck != after.truck || !route.stops.contains(stop))
    })
}
