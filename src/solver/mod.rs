//! Tours for vehicles: a pure library that knows tasks and vehicles, never jobs and technicians. No clock, no dice of
//! its own: a seed, a budget and a question "how much of the time is used" are arguments.
//!
//! A caller writes a [`Draft`], [`Problem::parse`] checks it. A [`Plan`] is who does what in which order; [`Schedule`]
//! says when, and what is wrong with it. [`Tours`] is a plan kept alive, with earliest and latest times at every stop,
//! so that one more task is judged in constant time per position. On it work [`insertion`] (one task, now),
//! [`ejection`] (others make room for it), [`assignment`] (many tasks at once) and [`search`] (ruin and recreate, as long
//! as there is time). [`checker`] shares no code with any of them and judges every result in tests and debug builds.
//!
//! Tours do not know of each other, but for tasks that are linked (two people at one job, work after other work): `links`
//! finds when they start.
//!
//! Rules are hard. A plan that already breaks some (a day that runs late) is taken up by [`Problem::tolerating`]: what
//! is broken now may stay broken as far as it is, at a price, so that it can be improved and never gets worse unseen.

mod anneal;
pub mod assignment;
mod bands;
mod calls;
pub mod checker;
mod cut;
pub mod disruption;
pub mod draft;
pub mod ejection;
#[cfg(test)]
mod ejection_tests;
pub mod explain;
pub mod insertion;
pub mod instance;
mod links;
#[cfg(test)]
mod made_up;
pub mod matching;
pub mod matrix;
pub mod nearby;
mod neighbours;
mod part;
pub mod plan;
pub mod problem;
#[cfg(test)]
mod properties;
mod recreate;
mod ruin;
pub mod schedule;
pub mod search;
#[cfg(test)]
mod search_tests;
mod segment;
pub mod skills;
pub mod solution;
mod spans;
pub mod stop;
mod tails;
mod times;
pub mod tours;
mod trips;
mod undo;
mod validate;
mod walk;

pub use assignment::Batch;
pub use bands::Band;
pub use disruption::{Disruption, Moving};
pub use draft::{
    After, Break, Draft, Lateness, Limits, Pinned, Preference, Role, Surcharge, Task, TaskId,
    Vehicle, VehicleCosts, VehicleId, Window, WorkByType,
};
pub use insertion::{Insertion, Refusal, Rule};
pub use links::broken_links;
pub use matrix::{BANDS_MAX, Matrix, MatrixError, UNREACHABLE_S};
pub use plan::{Plan, PlanError, Tolerance};
pub use problem::{COST_UNIT, Cost, PRICED_LEG_S, Problem};
pub use schedule::{Schedule, Stop, Violation, Visit};
pub use skills::Skills;
pub use solution::Solution;
pub use stop::Budget;
pub use tours::Tours;
pub use validate::ProblemError;
