//! How a search with trials shares its budget.

use crate::solver::problem::Problem;

/// Up to so many tasks there is time for many trials; beyond so many more only one vehicle for all stands for another.
const SMALL_MAX: usize = 250;
const MIDDLE_MAX: usize = 600;

/// The shares of the budget.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub pilot: f64,
    /// Three trials together.
    pub batch: f64,
    pub batches: u32,
    /// How many tasks are crossed at most.
    pub crossed_max: usize,
}

impl Course {
    /// None if trials do not pay: tours of a large plan whose vehicles differ cannot take the place of each other, nor can
    /// tours that hang together.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        let tasks = problem.asked;
        if problem.has_links() {
            return None;
        }
        if tasks <= SMALL_MAX {
            return Some(Self { pilot: 0.03, batch: 0.09, batches: 3, crossed_max: 150 });
        }
        let crossed_max = if tasks <= MIDDLE_MAX { 150 } else { 60 };
        (problem.kinds() == 1).then_some(Self { pilot: 0.12, batch: 0.36, batches: 1, crossed_max })
    }
}
