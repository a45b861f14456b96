//! A customizable contraction hierarchy over any directed graph: an order once (`order`, on `flow`), the
//! arcs it needs (`topology`), weights put in whenever they change (`customize`, into a `metric`), and then paths (`query`)
//! and tables (`table`) that look at a few hundred nodes instead of all.
//!
//! It knows nodes, arcs and costs; what they mean is its owner's business. Everything is exact: equal to
//! Dijkstra's algorithm on the same graph.

mod customize;
mod flow;
mod lanes;
mod metric;
mod order;
mod query;
mod table;
#[cfg(test)]
mod tests;
mod topology;

pub use metric::Metric;
pub use order::{Ends, Place, dissect};
pub use query::{Found, Search};
pub use table::{Direction, Sweep, Targets};
pub use topology::Topology;

/// A directed arc between two nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    pub from: u32,
    pub to: u32,
}
