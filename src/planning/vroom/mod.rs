//! VROOM's JSON, in and out, so that programs which talk to VROOM can talk to us unchanged.
//!
//! [`Prepared::parse`] makes a problem of a document, [`Prepared::solve`] searches, [`answer::answer`] writes the result.
//! Nobody here counts time: the budget is the caller's. Beyond VROOM's keys an answer has, for each task left out, the
//! rules that kept the vehicles from it. A document may say more than VROOM's: jobs have `release_time`, `group`,
//! `excludes` and `preferences`, vehicles `reloads`, `max_duration`, `surcharges` and `costs.per_paid_hour`.
//!
//! Differences to know: a break is taken where the vehicle stands, never in the middle of a leg; where only the given
//! steps are timed (option `c`), breaks still go where they disturb least, not where the steps have them.

pub mod answer;
pub mod input;
mod prepare;

pub use answer::{Answer, answer, failure};
pub use prepare::{Asked, Prepared};

use crate::roads::RoadError;
use crate::solver::search::{self, Options, Outcome, Progress};
use crate::solver::{Budget, Plan, PlanError, Tours};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum VroomError {
    #[error("something broke inside")]
    Internal(#[from] PlanError),
    #[error("{field}: {what}")]
    Input { field: String, what: String },
    #[error("without matrices a map is needed to find travel times")]
    NoMap,
    #[error("{field}: {source}")]
    Routing { field: String, source: RoadError },
}

impl VroomError {
    /// VROOM's code: 1 internal, 2 input, 3 routing.
    pub fn code(&self) -> u8 {
        match self {
            Self::Internal(_) => 1,
            Self::Input { .. } => 2,
            Self::NoMap | Self::Routing { .. } => 3,
        }
    }
}

impl Prepared {
    /// The best plan the budget allows, or the given steps where only they are to be timed.
    ///
    /// # Errors
    /// The given steps make no sense as a plan.
    pub fn solve(
        &self,
        options: &Options,
        budget: &Budget<'_>,
        on_better: &mut dyn FnMut(&Progress),
    ) -> Result<Plan, VroomError> {
        if self.is_plan_mode() {
            return Ok(self.given_plan().clone());
        }
        Ok(self.search(options, budget, on_better)?.plan)
    }

    fn search(
        &self,
        options: &Options,
        budget: &Budget<'_>,
        on_better: &mut dyn FnMut(&Progress),
    ) -> Result<Outcome, VroomError> {
        let tours = Tours::of(self.problem(), &self.start())?;
        Ok(search::improve(tours, options, budget, on_better))
    }
}

#[cfg(test)]
mod tests;
