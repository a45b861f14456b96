//! How a search with trials shares its budget.

use crate::solver::problem::Problem;

/// Up to so many tasks there is time for many trials, and trials pay for mixed fleets too. Beyond so many a region that is
/// crossed is too small a part of the plan.
const SMALL_MAX: usize = 250;
const CROSSED_MAX: usize = 600;

/// So many tasks are crossed at most.
pub(super) const REGION_MAX: usize = 150;

/// The shares of the budget.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub pilot: f64,
    /// Without trials, one plan is cooled from the pilot's heat.
    pub trials: Option<Trials>,
}

/// How many trials there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trials {
    /// The share of three trials together.
    pub batch: f64,
    pub batches: u32,
}

impl Course {
    /// None if a pilot does not pay: tours of a large plan whose vehicles differ cannot take the place of each other, nor
    /// can tours that hang together.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        let tasks = problem.asked;
        if problem.has_links() {
            return None;
        }
        if tasks <= SMALL_MAX && problem.kinds() == 1 {
            return Some(Self { pilot: 0.03, trials: Some(Trials { batch: 0.09, batches: 3 }) });
        }
        let trials = (tasks <= CROSSED_MAX).then_some(Trials { batch: 0.36, batches: 1 });
        (problem.kinds() == 1 || tasks <= SMALL_MAX).then_some(Self { pilot: 0.12, trials })
    }
}
