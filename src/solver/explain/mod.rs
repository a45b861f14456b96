//! Why the plan is as it is, in numbers that can be checked: what it would cost to forbid an assignment, and which rules
//! keep a task out, with the smallest changes that would let it in.
//!
//! Nothing here is a guess. A difference is the cost of a whole plan that exists, minus the cost of the one that was
//! chosen; a cure is shown only after the task has been placed with it and the checker had nothing to say.
//!
//! Both look at a few tours near the task ([`nearby`](super::nearby)), as a problem of its own, by a search of a fixed number of
//! steps: the same question has the same answer.

mod assignment;
mod cure;
#[cfg(test)]
mod properties;
mod refusal;

use super::draft::{TaskId, VehicleId};
use super::nearby::{self, Found, Region};
use super::part::Part;
use super::search::Options;
use super::stop::Budget;
use super::tours::Tours;
pub use assignment::{Alternative, Difference, Fixed, Moved, assignment};
pub use cure::{Change, Cure};
pub use refusal::{ReasonCount, Refused, Verdict, count, refusal};

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Tours near the task that may be rearranged, its own included.
    pub tours: usize,
    /// Steps of the search among them; none: only the one task moves.
    pub steps: u64,
}

/// Which way the dice fall in a search near a task.
const SEED: u64 = 1;

impl Effort {
    /// Searches near a task; see [`nearby::search`](super::nearby::search).
    fn search(
        &self,
        tours: &Tours<'_>,
        task: TaskId,
        first: &[VehicleId],
        change: impl FnOnce(&mut Part),
    ) -> Found {
        let region = Region { around: &[task], first, tours: self.tours };
        let budget = Budget::iterations(self.steps);
        nearby::search(tours, region, &Options::gentle(SEED), &budget, change)
    }
}

impl Default for Effort {
    /// Some tens of milliseconds.
    fn default() -> Self {
        Self { tours: 8, steps: 500 }
    }
}
