//! The plan: every route of a territory, in order. Owned by the territory's Planner.
//!
//! What a wish does to the plan needs travel times, so it is decided in the room `planning`; here are
//! the words: the state, the commands, the events, and how events fold in.

pub mod command;
pub mod event;
pub mod proposal;
pub mod route;

pub use command::{PlanCommand, SeenRoute};
pub use event::{PlanEvent, RouteChange};
pub use proposal::{Difference, Proposal, ProposalStatus};
pub use route::{Route, Stop};
