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

pub use cost::DrivingSide;

use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, ListsView, PreparedFile};
use crate::roads::graph::Built;
use crate::roads::lists::Lists;
use crate::roads::profile::TurnRules;
use bytemuck::{Pod, Zeroable};
use cost::TurnCosts;
use restrictions::Signs;

/// The turns of a map. Nodes below [`TurnGraph::edge_count`] are the street edges of the same number.
#[derive(Debug)]
pub struct TurnGraph {
    edge_count: u32,
    /// Of each node behind those, the street edge that it copies.
    copy_of: Column<u32>,
    /// Street edges that have copies, each with one, in order.
    copies: Column<[u32; 2]>,
    /// Of each node.
    turns: ListsColumn<Turn>,
}

/// A turn from one node into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Turn {
    pub to: u32,
    /// Tenths of a second.
    pub delay_ds: u16,
    reserved: u16,
}

impl TurnGraph {
    pub fn new(built: &Built, rules: TurnRules, side: DrivingSide) -> Self {
        let streets = &built.streets;
        let signs = Signs::of(&built.restrictions);
        let costs = TurnCosts::new(streets, rules, side);
        let edge_count = streets.edges().len() as u32;
        let copy_of: Vec<u32> = signs.copies().collect();
        let mut copies: Vec<[u32; 2]> =
            copy_of.iter().zip(edge_count..).map(|(edge, copy)| [*edge, copy]).collect();
        copies.sort_unstable();
        let mut turns = Lists::default();
        for (node, from) in (0..).zip((0..edge_count).chain(copy_of.iter().copied())) {
            let allowed = signs.turns_of(streets, from, node);
            turns.push(allowed.into_iter().map(|(onto, to)| Turn {
                to: to.unwrap_or(onto),
                delay_ds: costs.of(from, onto),
                reserved: 0,
            }));
        }
        Self { edge_count, copy_of: copy_of.into(), copies: copies.into(), turns: turns.into() }
    }

    pub fn node_count(&self) -> usize {
        self.turns.len()
    }

    pub fn edge_count(&self) -> usize {
        self.edge_count as usize
    }

    pub fn turn_count(&self) -> usize {
        self.turns.item_count()
    }

    /// The street edge on which a node lies.
    pub fn edge_of(&self, node: u32) -> u32 {
        if node < self.edge_count { node } else { self.copy_of[(node - self.edge_count) as usize] }
    }

    /// All nodes on a street edge: the edge itself and its copies.
    pub fn nodes_on(&self, edge: u32) -> impl Iterator<Item = u32> {
        let copies = &self.copies;
        let from = copies.partition_point(|[of, _]| *of < edge);
        let own = copies[from..].iter().take_while(move |[of, _]| *of == edge);
        std::iter::once(edge).chain(own.map(|[_, copy]| *copy))
    }

    pub fn turns_from(&self, node: u32) -> &[Turn] {
        self.turns.of(node as usize)
    }

    /// The turns from each node, for who asks for many.
    pub(in crate::roads) fn lists(&self) -> ListsView<'_, Turn> {
        self.turns.view()
    }

    /// Every turn with its node of origin, in the order of the nodes.
    pub fn all_turns(&self) -> impl Iterator<Item = (u32, Turn)> {
        let turns = self.turns.view();
        (0..self.node_count() as u32)
            .flat_map(move |node| turns.of(node as usize).iter().map(move |turn| (node, *turn)))
    }

    /// The turn between two nodes that follow each other.
    pub fn turn_between(&self, from: u32, to: u32) -> Option<Turn> {
        self.turns_from(from).iter().find(|turn| turn.to == to).copied()
    }

    pub(in crate::roads) fn store(&self, file: &mut FileWriter, room: &str) {
        self.copy_of.store(file, &format!("{room}.copy_of"));
        self.copies.store(file, &format!("{room}.copies"));
        self.turns.store(file, &format!("{room}.turns"));
    }

    pub(in crate::roads) fn load(
        file: &PreparedFile,
        room: &str,
        edge_count: usize,
    ) -> Result<Self, FileError> {
        let graph = Self {
            edge_count: edge_count as u32,
            copy_of: file.column(&format!("{room}.copy_of"))?,
            copies: file.column(&format!("{room}.copies"))?,
            turns: ListsColumn::load(file, &format!("{room}.turns"))?,
        };
        let node_count = graph.node_count();
        let is_sound = node_count == edge_count + graph.copy_of.len()
            && graph.copies.is_sorted()
            && graph.copy_of.iter().all(|edge| *edge < graph.edge_count)
            && graph.copies.iter().all(|[_, copy]| (*copy as usize) < node_count)
            && graph.turns.items().iter().all(|turn| (turn.to as usize) < node_count);
        if is_sound { Ok(graph) } else { Err(FileError::damaged(&format!("{room}.turns"))) }
    }
}
