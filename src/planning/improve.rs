//! Looks for a better plan of a day. The search runs on a copy, on any thread; what it finds is a proposal
//! with its difference, and only if it is worth the unrest: a promise or a published visit moves only when
//! the gain pays the organization's price, and only so many promises may move at all.
//!
//! First the search is free to move anything (at that price). If what it finds is not worth it, it starts
//! again with all promised and published visits held.

use super::arrival;
use super::decide::days_for;
use super::difference::difference;
use super::problem::{DayProblem, Orders};
use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::plan::{Proposal, ProposalStatus, Route, Stop};
use crate::solver::search::{self, Options};
use crate::solver::stop::Budget;
use crate::solver::{Disruption, Moving, Plan, Problem, TaskId, Tours, VehicleId, Window};
use crate::units::id::{JobId, ProposalId, RouteId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

/// Less than this is not worth anybody's attention, in seconds of travel and lateness.
const GAIN_S_MIN: i64 = 120;

/// How long a search may take: a number of steps (the same seed gives the same plan), or a share of time
/// used that somebody else counts, whichever ends first.
#[derive(Clone, Copy, Default)]
pub struct SearchBudget<'a> {
    pub iterations: Option<u64>,
    pub share_used: Option<&'a (dyn Fn() -> f64 + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
}

/// A search for a better plan of a day, ready to run. Owns all it needs.
#[derive(Debug, Clone)]
pub struct Improvement {
    pub territory: TerritoryId,
    pub day: LocalDay,
    problem: DayProblem,
    /// The routes it rests on.
    versions: BTreeMap<RouteId, u32>,
    /// The stop of every job in the problem.
    stops: BTreeMap<JobId, Stop>,
    settings: OrganizationSettings,
}

impl Improvement {
    /// Takes the day up as it is. Open jobs that may be done on it come along.
    ///
    /// # Errors
    /// The day cannot be laid out.
    pub fn prepare(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        day: LocalDay,
    ) -> Result<Self, Rejection> {
        let mut orders = Orders::new();
        let mut stops = BTreeMap::new();
        for route in state.routes_on(day) {
            let remaining = state.remaining_stops(route);
            orders.insert(route.technician, remaining.iter().map(|stop| stop.job).collect());
            stops.extend(remaining.into_iter().map(|stop| (stop.job, stop)));
        }
        let mut open = Vec::new();
        for (id, known) in &state.jobs {
            let is_open = known.job.status == JobStatus::Open && !stops.contains_key(id);
            if is_open
                && days_for(state, now, &known.job).contains(&day)
                && travel.place(day, known.at).is_ok()
            {
                open.push(*id);
            }
        }
        let problem = DayProblem::build(state, travel, now, day, &orders, &open)?;
        for job in open {
            let visit = state.jobs[&job].job.next_visit_id();
            stops.insert(job, Stop::unplanned(visit, job, now));
        }
        let versions = problem.technicians.iter().map(|technician| Route::id_for(*technician, day));
        let versions = versions.map(|route| (route, state.route_version(route))).collect();
        Ok(Self {
            territory: state.territory,
            day,
            problem,
            versions,
            stops,
            settings: state.settings.clone(),
        })
    }

    /// Whether the plan still is as it was when the search was prepared.
    pub fn still_holds(&self, state: &PlannerState) -> bool {
        self.versions.iter().all(|(route, version)| state.route_version(*route) == *version)
    }

    /// Searches until the budget ends. A proposal, if there is one worth making.
    pub fn run(
        &self,
        seed: u64,
        budget: &SearchBudget<'_>,
        id: ProposalId,
        made_at: Timestamp,
    ) -> Option<Proposal> {
        let free = self.search(&self.problem.problem, seed, budget, 0.0);
        let offer = |plan: Plan| {
            let proposal = self.proposal(&plan, id, made_at);
            self.is_worth(&proposal).then_some(proposal)
        };
        free.and_then(offer).or_else(|| {
            let held = self.held()?;
            self.search(&held, seed, budget, 0.5).and_then(offer)
        })
    }

    /// One half of the budget, from a share of it on.
    fn search(
        &self,
        problem: &Problem,
        seed: u64,
        budget: &SearchBudget<'_>,
        from: f64,
    ) -> Option<Plan> {
        let tours = Tours::of(problem, &self.problem.plan).ok()?;
        let moving: Vec<Moving> = problem.task_ids().filter_map(|task| self.moving(task)).collect();
        let disruption = Disruption::from_plan(
            problem,
            &self.problem.plan,
            &moving,
            self.settings.moved_promises_max,
        );
        let share = budget.share_used.map(|share_used| move || (share_used() - from) * 2.0);
        let half = Budget {
            iterations: budget.iterations.map(|iterations| iterations / 2),
            share_used: share.as_ref().map(|share| share as &(dyn Fn() -> f64 + Sync)),
            cancel: budget.cancel,
        };
        let outcome = search::improve(
            tours.with_disruption(disruption),
            &Options::gentle(seed),
            &half,
            &mut |_| {},
        );
        debug_assert!(
            super::check::is_sound(problem, &outcome.plan),
            "a search never leaves the rules"
        );
        let present = self.problem.plan.tours.iter().flatten();
        let is_complete = present
            .into_iter()
            .all(|task| outcome.plan.tours.iter().any(|tour| tour.contains(task)));
        debug_assert!(is_complete, "what is planned stays planned");
        (is_complete && outcome.plan != self.problem.plan).then_some(outcome.plan)
    }

    fn moving(&self, task: TaskId) -> Option<Moving> {
        let is_promised = self.problem.is_promised(task);
        let is_published = self.stop_of(task).is_some_and(|stop| stop.published);
        let price = i64::from(self.settings.disruption_price_s);
        (is_promised || is_published).then_some(Moving { task, price, is_promised })
    }

    fn stop_of(&self, task: TaskId) -> Option<&Stop> {
        self.stops.get(&self.problem.job_of(task))
    }

    /// The same day with promised and published visits held: with whom they are and, the promised, when.
    fn held(&self) -> Option<Problem> {
        let mut draft = self.problem.problem.draft().clone();
        let slack_s = i32::try_from(self.settings.promise_slack_s).ok()?;
        for (vehicle, tour) in self.problem.problem.vehicle_ids().zip(&self.problem.plan.tours) {
            let schedule = self.problem.schedule(vehicle, tour);
            for task in tour.iter().filter(|task| self.moving(**task).is_some()) {
                let held = &mut draft.tasks[task.index()];
                held.locked_to = Some(vehicle);
                let Some(visit) = schedule.visit_of(*task) else { continue };
                let start_s = visit.start_s as i32;
                if self.problem.is_promised(*task)
                    && let [window] = held.windows[..]
                {
                    let from_s = window.from_s.max(start_s - slack_s);
                    let until_s = window.until_s.min(start_s + slack_s);
                    if from_s <= start_s && start_s <= until_s {
                        held.windows = vec![Window { from_s, until_s }];
                    }
                }
            }
        }
        let tolerance = super::problem::tolerance();
        Problem::parse(draft).ok()?.tolerating(&self.problem.plan, tolerance).ok()
    }

    fn is_worth(&self, proposal: &Proposal) -> bool {
        let difference = &proposal.difference;
        let gain_s = -(difference.travel_s + difference.lateness_s);
        let is_published = |job: &JobId| self.stops.get(job).is_some_and(|stop| stop.published);
        let handed_over = difference.moves.iter().filter(|moved| {
            moved.from.is_some() && moved.from != moved.to && is_published(&moved.job)
        });
        let disrupted = (handed_over.count() as i64).max(i64::from(difference.moved_promises));
        let price_s = i64::from(self.settings.disruption_price_s) * disrupted;
        let is_within_budget = difference.moved_promises <= self.settings.moved_promises_max;
        is_within_budget && (difference.placed_jobs > 0 || gain_s >= GAIN_S_MIN.max(price_s + 1))
    }

    /// What the plan would be, and how it differs.
    fn proposal(&self, plan: &Plan, id: ProposalId, made_at: Timestamp) -> Proposal {
        let mut routes = Vec::new();
        let stops: Vec<Stop> = self.stops.values().copied().collect();
        for (at, technician) in self.problem.technicians.iter().enumerate() {
            let (was, is) = (&self.problem.plan.tours[at], &plan.tours[at]);
            if was == is {
                continue;
            }
            let vehicle = VehicleId(at as u32);
            let route = Route::id_for(*technician, self.day);
            let truck = self.problem.truck(vehicle);
            let mut route = Route::empty(route, self.territory, *technician, truck, self.day);
            route.version = self.versions.get(&route.id).copied().unwrap_or(0);
            arrival::fill(&mut route, &self.problem, vehicle, is, &stops);
            routes.push(route);
        }
        Proposal {
            id,
            territory: self.territory,
            day: self.day,
            status: ProposalStatus::Offered,
            made_at,
            routes,
            difference: difference(&self.problem, plan, &self.settings),
            version: 1,
        }
    }
}
