//! The graph of turns: its nodes are the directed edges of the streets, its arcs the turns from one edge
//! into the next that may be taken, each with what it costs. Restrictions are arcs that are not there.
//!
//! A restriction over several edges depends on where one came from. So the edges on the way there exist
//! once more, as copies that are reached only from its start (`restrictions`); a copy lies on the same
//! street and has the same turns, less those that the restriction takes away.

mod cost;
mod restrictions;
#[cfg(test)]
mod tests;

pub use cost::{DrivingSide, TurnCosts};

use crate::roads::cost::Cost;
use crate::roads::graph::Streets;
use crate::roads::lists::Lists;
use petgraph::graph::EdgeIndex;
use restrictions::Signs;
use std::collections::HashMap;

/// The turns of a map. Nodes below [`TurnGraph::edge_count`] are the street edges of the same number.
#[derive(Debug)]
pub struct TurnGraph {
    /// Of each node, the street edge that it is or copies.
    edge: Vec<u32>,
    copies: HashMap<u32, Vec<u32>>,
    /// Of each street edge.
    drive: Vec<Cost>,
    /// Of each node.
    turns: Lists<Turn>,
}

/// A turn from one node into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub to: u32,
    /// Tenths of a second.
    pub delay_ds: u16,
}

impl TurnGraph {
    pub fn new(streets: &Streets, costs: &TurnCosts) -> Self {
        let signs = Signs::of(&streets.restrictions);
        let edge_count = streets.graph.edge_count();
        let mut edge: Vec<u32> = (0..edge_count as u32).collect();
        edge.extend(signs.copies().map(EdgeIndex::index).map(|edge| edge as u32));
        let mut copies: HashMap<u32, Vec<u32>> = HashMap::new();
        for (node, of) in (0..).zip(&edge).skip(edge_count) {
            copies.entry(*of).or_default().push(node);
        }
        let mut turns = Lists::default();
        for node in 0..edge.len() as u32 {
            let from = EdgeIndex::new(edge[node as usize] as usize);
            let allowed = signs.turns_of(streets, from, node);
            turns.push(allowed.into_iter().map(|(onto, to)| {
                let to = to.unwrap_or(onto.index() as u32);
                Turn { to, delay_ds: costs.of(streets, from, onto) }
            }));
        }
        let drive = streets
            .graph
            .edge_references()
            .map(|edge| Cost::new(edge.weight().duration_ds, edge.weight().length_dm))
            .collect();
        Self { edge, copies, drive, turns }
    }

    pub fn node_count(&self) -> usize {
        self.edge.len()
    }

    pub fn edge_count(&self) -> usize {
        self.drive.len()
    }

    pub fn turn_count(&self) -> usize {
        self.turns.item_count()
    }

    /// The street edge on which a node lies.
    pub fn edge_of(&self, node: u32) -> u32 {
        self.edge[node as usize]
    }

    /// All nodes on a street edge: the edge itself and its copies.
    pub fn nodes_on(&self, edge: u32) -> impl Iterator<Item = u32> {
        let copies = self.copies.get(&edge).into_iter().flatten();
        std::iter::once(edge).chain(copies.copied())
    }

    /// What driving a street edge from end to end costs, `None` for an edge of another map.
    pub fn drive(&self, edge: u32) -> Option<Cost> {
        self.drive.get(edge as usize).copied()
    }

    pub fn turns_from(&self, node: u32) -> &[Turn] {
        self.turns.of(node as usize)
    }

    /// Every turn with its node of origin, in the order of the nodes.
    pub fn all_turns(&self) -> impl Iterator<Item = (u32, Turn)> {
        (0..self.node_count() as u32)
            .flat_map(|node| self.turns_from(node).iter().map(move |turn| (node, *turn)))
    }

    /// What a turn costs together with driving the edge that it leads onto.
    pub fn cost(&self, turn: Turn) -> Cost {
        self.drive[self.edge_of(turn.to) as usize].plus(Cost::new(u32::from(turn.delay_ds), 0))
    }

    /// The turn between two nodes that follow each other.
    pub fn turn_between(&self, from: u32, to: u32) -> Option<Turn> {
        self.turns_from(from).iter().find(|turn| turn.to == to).copied()
    }
}
