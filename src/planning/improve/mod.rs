//! Looks for a better plan of a day. The search runs on a copy, on any thread; what it finds is a proposal
//! with its difference, and only if it is worth the unrest: a promise or a published visit moves only when
//! the gain pays the organization's price, and only so many promises may move at all.
//!
//! First it looks near what has changed since the last search, which takes a moment; then at the whole day. It is free to
//! move anything, at that price. If what it finds is not worth it, it starts again with all promised and published
//! visits held. The first find that is worth it is told at once, a better one at the end.

mod earlier;
mod proposal;

use super::decide::days_for;
use super::problem::{DayProblem, Orders};
use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::plan::{Proposal, Route, Stop};
use crate::solver::nearby::{self, Change};
use crate::solver::search::{self, Options};
use crate::solver::stop::Budget;
use crate::solver::{Disruption, Moving, Plan, Problem, TaskId, Tours, Window};
use crate::units::id::{JobId, ProposalId, RouteId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
pub use earlier::Earlier;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a search goes on: up to which share of the budget, where it looks, and whether promised and published visits are
/// held. Short looks at the whole day come before long ones, so that there is soon something to tell.
const PHASES: [Phase; 7] = [
    Phase { until: 0.04, is_near: true, is_held: false },
    Phase { until: 0.06, is_near: true, is_held: true },
    Phase { until: 0.08, is_near: false, is_held: false },
    Phase { until: 0.20, is_near: false, is_held: false },
    Phase { until: 0.30, is_near: false, is_held: true },
    Phase { until: 0.65, is_near: false, is_held: false },
    Phase { until: 1.00, is_near: false, is_held: true },
];

#[derive(Debug, Clone, Copy)]
struct Phase {
    until: f64,
    is_near: bool,
    is_held: bool,
}

/// How long a search may take: a number of steps (the same seed gives the same plan), or a share of time
/// used that somebody else counts, whichever ends first.
#[derive(Clone, Copy, Default)]
pub struct SearchBudget<'a> {
    pub iterations: Option<u64>,
    pub share_used: Option<&'a (dyn Fn() -> f64 + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
}

impl SearchBudget<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed))
    }
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
    /// What is new since an earlier search, if there was one.
    change: Option<Change>,
    /// What an earlier search had found when the day moved on, as far as it still goes.
    start: Option<Plan>,
}

impl Improvement {
    /// Takes the day up as it is. Open jobs that may be done on it come along. `earlier` is what is left of the search
    /// before, if there was one.
    ///
    /// # Errors
    /// The day cannot be laid out.
    pub fn prepare(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        day: LocalDay,
        earlier: Option<&Earlier>,
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
        let mut prepared = Self {
            territory: state.territory,
            day,
            problem,
            versions,
            stops,
            settings: state.settings.clone(),
            change: None,
            start: None,
        };
        if let Some(earlier) = earlier {
            prepared.change =
                Some(prepared.change_since(earlier)).filter(|change| !change.is_empty());
            prepared.start = prepared.rebase(earlier);
        }
        Ok(prepared)
    }

    /// Whether the plan still is as it was when the search was prepared.
    pub fn still_holds(&self, state: &PlannerState) -> bool {
        self.versions.iter().all(|(route, version)| state.route_version(*route) == *version)
    }

    /// Searches until the budget ends. `tell` hears of the first proposal that is worth making and, if there is a
    /// clearly better one by the end, of that.
    pub fn run(
        &self,
        seed: u64,
        budget: &SearchBudget<'_>,
        id: ProposalId,
        made_at: Timestamp,
        tell: &mut dyn FnMut(Proposal),
    ) {
        // Made when it is first asked for.
        let held = std::cell::OnceCell::new();
        let mut best: Option<Proposal> = None;
        let mut plan = self.start.clone();
        let (mut from, mut told) = (0.0, None);
        for phase in PHASES {
            let share = (from, phase.until);
            // With visits held it is only looked while nothing else was worth it.
            let is_idle = (phase.is_near && self.change.is_none())
                || (phase.is_held && best.is_some())
                || budget.is_cancelled();
            if is_idle {
                continue;
            }
            from = phase.until;
            let problem = if phase.is_held {
                held.get_or_init(|| self.held()).as_ref()
            } else {
                Some(&self.problem.problem)
            };
            let Some(problem) = problem else { continue };
            let start = if phase.is_held { None } else { plan.as_ref() };
            let Some(found) = self.search(problem, start, phase, (seed, share), budget) else {
                continue;
            };
            let number = ProposalId::derived(id.0, &format!("{}", phase.until));
            let proposal = self.proposal(&found, number, made_at);
            if !phase.is_held {
                plan = Some(found);
            }
            if self.is_worth(&proposal) && best.as_ref().is_none_or(|best| gains(&proposal, best)) {
                if told.is_none() {
                    told = Some(proposal.id);
                    tell(proposal.clone());
                }
                best = Some(proposal);
            }
        }
        if let Some(best) = best.filter(|best| Some(best.id) != told) {
            tell(best);
        }
    }

    /// One phase of the search, which has a share of the budget.
    fn search(
        &self,
        problem: &Problem,
        start: Option<&Plan>,
        phase: Phase,
        (seed, (from, until)): (u64, (f64, f64)),
        budget: &SearchBudget<'_>,
    ) -> Option<Plan> {
        let tours = Tours::of(problem, start.unwrap_or(&self.problem.plan)).ok()?;
        let tours = tours.with_disruption(self.disruption(problem));
        let share = budget.share_used.map(|used| move || (used() - from) / (until - from));
        let steps = |most: u64| (most as f64 * (until - from)) as u64;
        let part = Budget {
            iterations: budget.iterations.map(steps),
            share_used: share.as_ref().map(|share| share as &(dyn Fn() -> f64 + Sync)),
            cancel: budget.cancel,
        };
        let options = Options::gentle(seed);
        let outcome = match (&self.change, phase.is_near) {
            (Some(change), true) => nearby::improve_near(&tours, change, &options, &part),
            _ => search::improve(tours, &options, &part, &mut |_| {}),
        };
        debug_assert!(
            super::check::is_sound(problem, &outcome.plan),
            "a search never leaves the rules"
        );
        let owners = |plan: &Plan| -> Vec<TaskId> {
            let mut tasks: Vec<TaskId> = plan.tours.iter().flatten().copied().collect();
            tasks.sort_unstable();
            tasks
        };
        let after = owners(&outcome.plan);
        let is_complete =
            owners(&self.problem.plan).iter().all(|task| after.binary_search(task).is_ok());
        debug_assert!(is_complete, "what is planned stays planned");
        (is_complete && outcome.plan != self.problem.plan).then_some(outcome.plan)
    }

    /// What it costs that promised and published visits change hands.
    fn disruption(&self, problem: &Problem) -> Disruption {
        let moving: Vec<Moving> = problem.task_ids().filter_map(|task| self.moving(task)).collect();
        let budget = self.settings.moved_promises_max;
        Disruption::from_plan(problem, &self.problem.plan, &moving, budget)
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
}

/// Whether one proposal is clearly better than another: it places more, or saves time that somebody would notice.
fn gains(one: &Proposal, other: &Proposal) -> bool {
    let (one, other) = (&one.difference, &other.difference);
    let saved_s = other.travel_s + other.lateness_s - one.travel_s - one.lateness_s;
    one.placed_jobs > other.placed_jobs
        || (one.placed_jobs == other.placed_jobs && saved_s >= proposal::GAIN_S_MIN)
}
