//! The street network by plain Dijkstra: the first that answers behind `RoadNetwork`, and later the
//! oracle for faster ones.
//!
//! The petgraph graph is frozen into flat arrays, once for each direction. A place on a street is up to
//! two positions, one per direction that may be driven; a search starts at the far ends of the source's
//! edges and ends at the near ends of the target's, and pairs on one edge are looked at apart.
//!
//! Turn restrictions are not obeyed here: they need a graph of turns.

mod path;
mod search;

#[cfg(test)]
mod tests;

use crate::roads::cost::Cost;
use crate::roads::graph::Streets;
use crate::roads::network::{Leg, Path, RoadError, RoadNetwork, Snap};
use crate::roads::snap::SnapGrid;
use crate::units::{BoundingBox, Point};
use petgraph::graph::EdgeIndex;
use petgraph::visit::EdgeRef as _;
use rayon::prelude::*;
use search::{Arcs, Search};
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub struct DijkstraNetwork {
    streets: Arc<Streets>,
    grid: SnapGrid,
    outgoing: Arcs,
    incoming: Arcs,
    edges: Vec<Edge>,
    /// Searches at rest; as many as ever ran at once.
    searches: Mutex<Vec<Search>>,
}

#[derive(Debug, Clone, Copy)]
struct Edge {
    tail: u32,
    head: u32,
    cost: Cost,
}

/// A place on a directed edge.
#[derive(Debug, Clone, Copy)]
struct Position {
    edge: u32,
    /// From the tail of the edge to the place, and from there to its head.
    before: Cost,
    behind: Cost,
}

impl DijkstraNetwork {
    pub fn new(streets: Arc<Streets>) -> Self {
        let edges: Vec<Edge> = streets
            .graph
            .edge_references()
            .map(|edge| Edge {
                tail: edge.source().index() as u32,
                head: edge.target().index() as u32,
                cost: Cost::new(edge.weight().duration_ds, edge.weight().length_dm),
            })
            .collect();
        let arcs = |ends: fn(&Edge) -> (u32, u32)| {
            let numbered = (0..).zip(&edges);
            let list = numbered.map(|(number, edge)| {
                let (from, to) = ends(edge);
                (from, search::Arc { to, edge: number, cost: edge.cost })
            });
            Arcs::new(streets.graph.node_count(), list.collect())
        };
        Self {
            grid: SnapGrid::of(&streets),
            outgoing: arcs(|edge| (edge.tail, edge.head)),
            incoming: arcs(|edge| (edge.head, edge.tail)),
            edges,
            searches: Mutex::new(Vec::new()),
            streets,
        }
    }

    /// The graph that the network was made of.
    pub fn streets(&self) -> &Arc<Streets> {
        &self.streets
    }

    /// The positions of a snap: none if it is of another map, two if the street goes both ways.
    fn positions(&self, snap: &Snap) -> Vec<Position> {
        let along = f64::from(snap.along).clamp(0.0, 1.0);
        let directed =
            [Some((snap.edge, along)), snap.reverse_edge.map(|edge| (edge, 1.0 - along))];
        directed
            .into_iter()
            .flatten()
            .filter_map(|(edge, along)| {
                let cost = self.edges.get(edge as usize)?.cost;
                let part = |whole: u32| (f64::from(whole) * along).round() as u32;
                let before = Cost::new(part(cost.duration_ds()), part(cost.length_dm()));
                Some(Position { edge, before, behind: cost.minus(before) })
            })
            .collect()
    }

    fn tail(&self, position: &Position) -> u32 {
        self.edges[position.edge as usize].tail
    }

    fn head(&self, position: &Position) -> u32 {
        self.edges[position.edge as usize].head
    }

    fn with_search<T>(&self, work: impl FnOnce(&mut Search) -> T) -> T {
        let at_rest = || self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let resting = at_rest().pop();
        let mut search = resting.unwrap_or_else(|| Search::new(self.streets.graph.node_count()));
        let result = work(&mut search);
        at_rest().push(search);
        result
    }
}

/// The cost between two positions without leaving their edge.
fn direct(from: &Position, to: &Position) -> Option<Cost> {
    (from.edge == to.edge
        && from.before.duration_ds() <= to.before.duration_ds()
        && from.before.length_dm() <= to.before.length_dm())
    .then(|| to.before.minus(from.before))
}

/// The best of all pairs of positions that lie on one edge.
fn best_direct(from: &[Position], to: &[Position]) -> Option<Cost> {
    from.iter().flat_map(|from| to.iter().filter_map(|to| direct(from, to))).min()
}

fn leg(cost: Cost) -> Leg {
    Leg { duration_ds: cost.duration_ds(), distance_m: (cost.length_dm() + 5) / 10 }
}

impl RoadNetwork for DijkstraNetwork {
    fn bounds(&self) -> BoundingBox {
        self.streets.bounds()
    }

    fn snap(&self, at: Point) -> Result<Snap, RoadError> {
        self.grid.snap(&self.streets, at)
    }

    fn path(&self, from: &Snap, to: &Snap) -> Result<Path, RoadError> {
        self.with_search(|search| self.find_path(search, from, to)).ok_or(RoadError::NoPath {
            from_lat: from.on_street.lat,
            from_lon: from.on_street.lon,
            to_lat: to.on_street.lat,
            to_lon: to.on_street.lon,
        })
    }

    fn one_to_many(&self, from: &Snap, to: &[Snap]) -> Vec<Option<Leg>> {
        let sources = self.positions(from);
        let targets: Vec<Vec<Position>> = to.iter().map(|snap| self.positions(snap)).collect();
        let starts: Vec<_> =
            sources.iter().map(|source| (self.head(source), source.behind)).collect();
        let goals: Vec<u32> = targets.iter().flatten().map(|target| self.tail(target)).collect();
        self.with_search(|search| {
            search.run(&self.outgoing, &starts, &goals);
            let reach = |target: &Position| {
                search.cost_of(self.tail(target)).map(|cost| cost.plus(target.before))
            };
            targets
                .iter()
                .map(|targets| {
                    let around = targets.iter().filter_map(reach).min();
                    around.into_iter().chain(best_direct(&sources, targets)).min().map(leg)
                })
                .collect()
        })
    }

    fn many_to_one(&self, from: &[Snap], to: &Snap) -> Vec<Option<Leg>> {
        let sources: Vec<Vec<Position>> = from.iter().map(|snap| self.positions(snap)).collect();
        let targets = self.positions(to);
        let starts: Vec<_> =
            targets.iter().map(|target| (self.tail(target), target.before)).collect();
        let goals: Vec<u32> = sources.iter().flatten().map(|source| self.head(source)).collect();
        self.with_search(|search| {
            search.run(&self.incoming, &starts, &goals);
            let reach = |source: &Position| {
                search.cost_of(self.head(source)).map(|cost| cost.plus(source.behind))
            };
            sources
                .iter()
                .map(|sources| {
                    let around = sources.iter().filter_map(reach).min();
                    around.into_iter().chain(best_direct(sources, &targets)).min().map(leg)
                })
                .collect()
        })
    }

    fn table(&self, from: &[Snap], to: &[Snap]) -> Vec<Option<Leg>> {
        if to.len() < from.len() {
            // Fewer searches against the streets than along them.
            let columns: Vec<_> =
                to.par_iter().map(|target| self.many_to_one(from, target)).collect();
            return (0..from.len())
                .flat_map(|row| columns.iter().map(move |column| column[row]))
                .collect();
        }
        from.par_iter().flat_map_iter(|source| self.one_to_many(source, to)).collect()
    }

    fn street_name(&self, snap: &Snap) -> Option<Arc<str>> {
        let edge = EdgeIndex::new(snap.edge as usize);
        self.streets.graph.edge_weight(edge)?;
        self.streets.name(edge).cloned()
    }

    fn size(&self) -> (usize, usize) {
        (self.streets.graph.node_count(), self.streets.graph.edge_count())
    }
}
