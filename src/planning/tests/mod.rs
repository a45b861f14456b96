//! Decisions about the plan in a small world with exact arithmetic: streets are a grid, a block takes a
//! minute and is a hundred metres long.

mod begun;
mod by_hand;
mod explaining;
mod improving;
mod placing;
mod properties;
pub(crate) mod support;
mod upkeep;
