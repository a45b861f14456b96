//! Searches that stay near where they begin: plain Dijkstra on the graph of turns, stopped early. For
//! places that are some hundred metres apart this is cheaper than the hierarchy, and one search tells the
//! ways to all of them.

use super::{Position, StreetNetwork};
use crate::roads::cost::Cost;
use crate::roads::hierarchy::Direction;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A search gives up behind so many edges; what is farther is for the hierarchy.
const EDGES_MAX: usize = 500;

/// No node before this one: the way comes from the place where the search began.
const BEGINNING: u32 = u32::MAX;

/// The memory of local searches, for one graph.
#[derive(Debug)]
pub(in crate::roads) struct LocalSearch {
    labels: Vec<Label>,
    /// Labels of other rounds are not looked at.
    round: u32,
    open: BinaryHeap<Reverse<(Cost, u32)>>,
}

/// The best way known to the beginning of an edge.
#[derive(Debug, Clone, Copy)]
struct Label {
    cost: Cost,
    from: u32,
    round: u32,
}

impl LocalSearch {
    fn new(node_count: usize) -> Self {
        let empty = Label { cost: Cost::UNREACHED, from: BEGINNING, round: 0 };
        Self { labels: vec![empty; node_count], round: 0, open: BinaryHeap::new() }
    }

    /// Visits the edges that lead on from a place, by their nodes, in the order of the time at which they
    /// are reached; with the cost up to the beginning of the edge, turn included, and this search, which
    /// knows the way to them. `behind` is what lies
    /// behind the place on the edge of its node. Goes on as long as ways are no longer than the visitor
    /// says, metres/10; `None` ends the search.
    pub(in crate::roads) fn run(
        &mut self,
        network: &StreetNetwork,
        node: u32,
        behind: Cost,
        length_dm_max: u32,
        mut visit: impl FnMut(&Self, u32, Cost) -> Option<u32>,
    ) {
        self.begin();
        let (turns, drive) = (network.turns.lists(), &*network.living.free().drive);
        let mut length_dm_max = length_dm_max;
        let (mut node, mut at_end) = (node, behind);
        let mut from = BEGINNING;
        for _ in 0..EDGES_MAX {
            for turn in turns.of(node as usize) {
                let cost = at_end.plus(Cost::new(u32::from(turn.delay_ds), 0));
                let label = &mut self.labels[turn.to as usize];
                let is_better = label.round != self.round || cost < label.cost;
                if is_better && cost.length_dm() <= length_dm_max {
                    *label = Label { cost, from, round: self.round };
                    self.open.push(Reverse((cost, turn.to)));
                }
            }
            let Some((cost, reached)) = self.next() else { return };
            let Some(goes_on) = visit(self, reached, cost) else { return };
            length_dm_max = goes_on;
            at_end = cost.plus(drive[network.turns.edge_of(reached) as usize]);
            (node, from) = (reached, reached);
        }
    }

    fn begin(&mut self) {
        self.open.clear();
        if self.round == u32::MAX {
            self.labels.iter_mut().for_each(|label| label.round = 0);
            self.round = 0;
        }
        self.round += 1;
    }

    fn next(&mut self) -> Option<(Cost, u32)> {
        loop {
            let Reverse((cost, node)) = self.open.pop()?;
            if self.labels[node as usize].cost == cost {
                return Some((cost, node));
            }
        }
    }

    /// The nodes of the way to one that was visited, without it and the one where the search began; the
    /// last one first.
    pub(in crate::roads) fn nodes_back_from(&self, node: u32) -> impl Iterator<Item = u32> {
        let before =
            |node: u32| Some(self.labels[node as usize].from).filter(|from| *from != BEGINNING);
        std::iter::successors(before(node), move |node| before(*node))
    }

    /// The nodes of the way to one that was visited, with it.
    pub(in crate::roads) fn nodes_to(&self, node: u32) -> Vec<u32> {
        let mut nodes: Vec<u32> = std::iter::once(node).chain(self.nodes_back_from(node)).collect();
        nodes.reverse();
        nodes
    }
}

impl StreetNetwork {
    pub(in crate::roads) fn with_local_search<T>(
        &self,
        work: impl FnOnce(&mut LocalSearch) -> T,
    ) -> T {
        self.local_searches.with(|| LocalSearch::new(self.turns.node_count()), work)
    }

    /// The costs of the best ways from each place to each other one; rows are sources. For places that are
    /// too far apart for local searches.
    pub(in crate::roads) fn costs_between(
        &self,
        from: &[Position],
        to: &[Position],
    ) -> Vec<Option<Cost>> {
        let [from, to] =
            [from, to].map(|places| places.iter().map(|place| vec![*place]).collect::<Vec<_>>());
        let table = self.at(None).sweep(&self.sweeps, Direction::Along, &from, &to);
        table.into_iter().map(|cost| cost.is_reached().then_some(cost)).collect()
    }

    /// The nodes of the best way from one place to another, with those of both; by the hierarchy.
    pub(in crate::roads) fn nodes_between(
        &self,
        from: &Position,
        to: &Position,
    ) -> Option<Vec<u32>> {
        self.with_search(|search| self.at(None).find_way(search, &[*from], &[*to]))
            .map(|way| way.nodes)
    }
}
