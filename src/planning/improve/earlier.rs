//! What is left of a search when the day moves on: a later one looks first where something is new, and goes on from what
//! was found.

use super::Improvement;
use crate::domain::plan::{Proposal, Route};
use crate::planning::problem::Orders;
use crate::planning::state::PlannerState;
use crate::solver::nearby::Change;
use crate::solver::{Plan, TaskId, Tours, VehicleId, insertion};
use crate::units::LocalDay;
use crate::units::id::{JobId, RouteId};
use std::collections::{BTreeMap, BTreeSet};

/// What an earlier search knew of a day.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    versions: BTreeMap<RouteId, u32>,
    /// The jobs for which nobody had a place.
    open: BTreeSet<JobId>,
    /// What it found, and nobody has used.
    found: Orders,
}

impl Earlier {
    /// The day as it is: what changes from now on is new to the next search.
    pub fn of(state: &PlannerState, day: LocalDay) -> Self {
        let versions = state.routes_on(day).map(|route| (route.id, route.version)).collect();
        Self { versions, ..Self::default() }
    }

    /// Whether something was found that nobody has used.
    pub fn has_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// What it found comes too late to be offered.
    pub fn keep(&mut self, proposal: &Proposal) {
        let jobs = |route: &Route| route.stops.iter().map(|stop| stop.job).collect();
        self.found = proposal.routes.iter().map(|route| (route.technician, jobs(route))).collect();
    }
}

impl Improvement {
    /// What the next search will know of this one.
    pub fn as_earlier(&self) -> Earlier {
        let open = self.problem.plan.left_out(&self.problem.problem);
        Earlier {
            versions: self.versions.clone(),
            open: open.into_iter().map(|task| self.problem.job_of(task)).collect(),
            found: Orders::new(),
        }
    }

    /// The routes and open jobs that an earlier search has not seen as they are.
    pub(super) fn change_since(&self, earlier: &Earlier) -> Change {
        let mut change = Change::default();
        for (at, technician) in self.problem.technicians.iter().enumerate() {
            let route = Route::id_for(*technician, self.day);
            let before = earlier.versions.get(&route).copied().unwrap_or(0);
            if self.versions.get(&route).is_some_and(|now| *now != before) {
                change.tours.push(VehicleId(at as u32));
            }
        }
        let open = self.problem.plan.left_out(&self.problem.problem).into_iter();
        change.tasks =
            open.filter(|task| !earlier.open.contains(&self.problem.job_of(*task))).collect();
        change
    }

    /// What an earlier search found, laid over the day as it is: jobs that are gone or have begun are left away, new
    /// ones find their places. None if that breaks a rule or is no better than the plan.
    pub(super) fn rebase(&self, earlier: &Earlier) -> Option<Plan> {
        if earlier.found.is_empty() {
            return None;
        }
        let index: BTreeMap<JobId, TaskId> =
            (0..).map(TaskId).zip(&self.problem.jobs).map(|(task, job)| (*job, task)).collect();
        let mut plan = self.problem.plan.clone();
        for (technician, order) in &earlier.found {
            let Some(vehicle) = self.problem.vehicle_of(*technician) else { continue };
            let tour: Vec<TaskId> =
                order.iter().filter_map(|job| index.get(job).copied()).collect();
            for other in &mut plan.tours {
                other.retain(|task| !tour.contains(task));
            }
            plan.tours[vehicle.index()] = tour;
        }
        let problem = &self.problem.problem;
        let present = Tours::of(problem, &self.problem.plan).ok()?;
        let present = present.with_disruption(self.disruption(problem));
        let mut tours = Tours::of(problem, &plan).ok()?.with_disruption(self.disruption(problem));
        let missing: Vec<TaskId> = self
            .problem
            .plan
            .tours
            .iter()
            .flatten()
            .copied()
            .filter(|task| tours.vehicle_of(*task).is_none())
            .collect();
        for task in missing {
            let place = *insertion::ranked(&mut tours, task).first()?;
            insertion::apply(&mut tours, &place);
        }
        let is_allowed = problem
            .vehicle_ids()
            .all(|vehicle| tours.tasks_of(vehicle).all(|task| problem.is_allowed(task, vehicle)));
        let is_better = tours.is_feasible() && is_allowed && tours.cost() < present.cost();
        is_better.then(|| tours.plan())
    }
}
