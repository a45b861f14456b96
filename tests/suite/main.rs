//! The suite: the product from the outside, in one binary so that it links once.
//!
//! `support` has what several parts need. `cli` runs the real program; `store` works on both databases;
//! `scenarios` are whole days.

mod api;
mod cli;
mod scenarios;
mod store;
mod support;
