//! Threads for long searches, off the actors' threads.

#[derive(Clone, Default)]
pub struct SolverPool;
