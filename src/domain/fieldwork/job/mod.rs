//! A job: work at a customer's location, done in one or more visits.
//!
//! The Job actor owns the job and the facts of its visits (accepted, on the way, arrived, finished). The
//! Planner owns their place in the plan. Both write the same row, never the same fact: what the plan
//! says of a job arrives through [`follow::follow`].
//!
//! Reading order: `status` (the law, as a table), `state`, `command`, `event`, `decide`, `apply`, `follow`.

pub mod apply;
pub mod command;
pub mod decide;
pub mod event;
pub mod follow;
pub mod state;
pub mod status;

pub use apply::apply;
pub use command::{JobChanges, JobCommand, NewJob};
pub use decide::{WANTED_S_MAX, create, decide};
pub use event::JobEvent;
pub use state::{Job, JobDetails, Visit};
pub use status::{JobStatus, JobStep, Outcome, VisitStatus, VisitStep};
