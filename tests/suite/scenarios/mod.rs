//! Whole days: one script, played in virtual time inside the test (on both databases) and in wall time
//! through the real binary.

mod client;
mod crash;
mod day;
mod program;
mod script;
