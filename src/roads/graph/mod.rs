//! The street graph: junctions and the pieces of street between them, for one profile.
//!
//! `build` makes it from an extract, `turns` reads the turn restrictions. It is a directed
//! `petgraph::Graph`, so that every algorithm of petgraph can run on it; queries run on what is made
//! of it (`turn_graph`, `hierarchy`). It holds the largest strongly connected part of the streets, so
//! from every junction a way leads to every other one. Junctions are numbered along a space-filling
//! curve and edges by the junction they leave, so that neighbours in the street are neighbours in memory.

mod build;
mod cut;
mod report;
mod turns;

#[cfg(test)]
mod tests;

pub use build::build;
pub use report::{IgnoredRestriction, StreetReport};

use crate::roads::profile::StreetClass;
use crate::units::{BoundingBox, Point};
use petgraph::graph::{DiGraph, EdgeIndex};
use std::ops::Range;
use std::sync::Arc;

/// Nodes are junctions and ends of streets; edges are pieces of street in one direction.
pub type StreetGraph = DiGraph<Junction, Piece, u32>;

/// A point in 1e-7 degrees, half the size of [`Point`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PointE7 {
    pub lat: i32,
    pub lon: i32,
}

impl PointE7 {
    pub fn point(self) -> Point {
        Point::from_e7(self.lat, self.lon)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Junction {
    /// The id of the OpenStreetMap node.
    pub node: i64,
    pub at: PointE7,
}

/// A piece of street from one junction to the next, in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Tenths of a second, at least 1.
    pub duration_ds: u32,
    /// Tenths of a metre.
    pub length_dm: u32,
    /// The id of the OpenStreetMap way.
    pub way: i64,
    pub class: StreetClass,
    pub is_restricted: bool,
    pub is_roundabout: bool,
    /// The same piece driven the other way, if that is allowed.
    pub reverse: Option<EdgeIndex>,
    name: Option<u32>,
    /// Where its points stand in [`Streets::points`], in the order of the way.
    course: Range<u32>,
    /// Whether it is driven against the order of the way.
    is_against: bool,
}

impl Piece {
    pub(super) fn is_against(&self) -> bool {
        self.is_against
    }
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
    pub from: EdgeIndex,
    /// The edges between, when the restriction goes over ways; empty when it is at one junction.
    pub via: Vec<EdgeIndex>,
    pub to: EdgeIndex,
}

/// The streets of a map: the graph and what its edges refer to.
#[derive(Debug, Clone)]
pub struct Streets {
    pub graph: StreetGraph,
    pub restrictions: Vec<TurnRestriction>,
    points: Vec<PointE7>,
    names: Vec<Arc<str>>,
    bounds: BoundingBox,
}

impl Streets {
    /// The points of an edge in the order of driving: at least two, the first and the last at its
    /// junctions.
    pub fn course(&self, edge: EdgeIndex) -> Vec<Point> {
        let points = self.points_of(edge).iter().map(|at| at.point());
        if self.graph[edge].is_against { points.rev().collect() } else { points.collect() }
    }

    /// The points of an edge in the order of the way, which both directions share.
    pub(super) fn points_of(&self, edge: EdgeIndex) -> &[PointE7] {
        let course = &self.graph[edge].course;
        &self.points[course.start as usize..course.end as usize]
    }

    /// The name of the street, or its number where it has no name.
    pub fn name(&self, edge: EdgeIndex) -> Option<&Arc<str>> {
        self.graph[edge].name.map(|name| &self.names[name as usize])
    }

    /// Around the streets, ferry lines left out.
    pub fn bounds(&self) -> BoundingBox {
        self.bounds
    }
}
