//! The suite: the product from the outside, in one binary so that it links once.
//!
//! `support` has what several parts need. `cli` runs the real program; `store` works on both databases.

mod cli;
mod store;
mod support;
