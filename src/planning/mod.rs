//! Between the halls: travel times for the solver, jobs as tasks, plans as routes, and the formats of others.

pub mod vroom;
