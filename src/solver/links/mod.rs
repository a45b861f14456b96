//! Tasks that are linked across tours: several people at one job, who start at the same time, and work that has to be
//! over before other work may start.
//!
//! Links make tours hang together: when one is late, so are others. Of all times that keep the links the earliest ones
//! are meant, and [`Joint`] finds them by walking the tours that hang together again and again, each time with the starts
//! that the others ask for, until nobody asks for more. Whatever touches such a tour is judged by that; tours without
//! links do not know of it. A crew comes and goes as one, and takes along what has to come after it.

mod check;
mod component;
mod crew;
mod graph;
mod joint;
mod judge;
#[cfg(test)]
mod properties;

pub(super) use check::check;
pub(super) use component::{closure_of, gather_absent, in_order, keep_together, torn_with};
pub(super) use crew::best;
pub(super) use graph::{CREW_MAX, Links};
pub use joint::broken_links;
pub(super) use joint::{Joint, LinkTimes};
pub(super) use judge::{are_bound, judge, kept};
