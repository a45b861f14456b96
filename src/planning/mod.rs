//! The bridge between the halls: what the plan's commands do, with travel times from `roads` and searches
//! from `solver`. *Mapping is simple, searching is not*: the searching is the solver's.
//!
//! Who uses it: the Planner actor, which owns the state and records what is decided here; and tests,
//! which need neither actors nor a database.
//!
//! Reading order: `state` (what the Planner knows), `travel` (how long it takes), `begun` (what the plan
//! no longer moves), `streets` (what is changed and known of them), `problem` (the rest of a day for the solver), `arrival` (a route with its times),
//! `reason` (why not), `decide` (what follows from a wish), `options` (what could be chosen), `explain` (why it is so), `improve`
//! (better plans, offered), `difference` (what they would change), `check` (the independent judge), `vroom` (problems and plans as VROOM writes
//! them, for the command line).

pub mod arrival;
pub mod begun;
pub mod check;
pub mod decide;
mod difference;
pub mod explain;
pub mod improve;
pub mod options;
pub mod problem;
pub mod reason;
pub mod state;
pub mod streets;
#[cfg(test)]
pub(crate) mod tests;
pub mod travel;
pub mod trip;
pub mod vroom;

pub use decide::decide;
pub use explain::{Explanation, Question};
pub use improve::{Earlier, Improvement, SearchBudget};
pub use options::{PlacementOption, options};
pub use reason::Reason;
pub use state::{Crew, Followed, PlannedJob, PlannerState};
pub use streets::{learned_speed, road_change, road_learned};
pub use travel::{Travel, departure, leg};
