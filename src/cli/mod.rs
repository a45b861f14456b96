//! cli

pub mod town;
