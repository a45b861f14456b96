//! The street graph: junctions and the pieces of street between them, for one profile.
//!
//! `build` makes it from an extract as a directed `petgraph::Graph`, so that petgraph's algorithms can check
//! and prune it; `turns` reads the turn restrictions. What is left is frozen into [`Streets`]: plain
//! columns that a prepared file holds as they are. It is the largest strongly connected part of the streets,
//! so from every junction a way leads to every other one. Junctions are numbered along a space-filling
//! curve and edges by the junction they leave, so that neighbours in the street are neighbours in memory.

mod build;
mod cut;
mod report;
mod streets;
mod turns;

#[cfg(test)]
mod tests;

pub use build::{Built, build};
pub use report::{IgnoredRestriction, StreetReport};
pub use streets::{Edge, Junction, PointE7, Streets};

use crate::roads::profile::StreetClass;
use petgraph::graph::{DiGraph, EdgeIndex};
use std::ops::Range;

/// Nodes are junctions and ends of streets; edges are pieces of street in one direction.
type StreetGraph = DiGraph<Junction, Piece, u32>;

/// A piece of street from one junction to the next, in one direction.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    /// Tenths of a second, at least 1.
    duration_ds: u32,
    /// Tenths of a metre.
    length_dm: u32,
    /// The id of the OpenStreetMap way.
    way: i64,
    class: StreetClass,
    is_restricted: bool,
    is_roundabout: bool,
    /// The same piece driven the other way, if that is allowed.
    reverse: Option<EdgeIndex>,
    name: Option<u32>,
    /// Where its points stand, in the order of the way.
    course: Range<u32>,
    /// Whether it is driven against the order of the way.
    is_against: bool,
}

/// Whether a restriction forbids its turn or all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnRule {
    Forbidden,
    Mandatory,
}

/// A turn that a sign forbids or commands: from one edge over none or some to another. `turn_graph`
/// obeys it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRestriction {
    /// The id of the OpenStreetMap relation.
    pub relation: i64,
    pub rule: TurnRule,
    pub from: u32,
    /// The edges between, when the restriction goes over ways; empty when it is at one junction.
    pub via: Vec<u32>,
    pub to: u32,
}
