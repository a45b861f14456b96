//! One way: from both ends up the elimination tree to where they meet, then the shortcuts unpacked.

use super::metric::{Metric, SearchGraph};
use super::topology::{NONE, Topology};
use crate::roads::cost::Cost;

/// A search's memory, for one graph; used again and again.
#[derive(Debug)]
pub struct Search {
    forward: Side,
    backward: Side,
}

#[derive(Debug)]
struct Side {
    labels: Vec<Label>,
    /// Nodes with a label or visited, lowest first.
    visited: Vec<u32>,
    tips: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Label {
    cost: Cost,
    /// The lower node this was reached from, and by which arc; `NONE` at a start.
    from: u32,
    arc: u32,
}

const EMPTY: Label = Label { cost: Cost::UNREACHED, from: NONE, arc: NONE };

/// The best way between some starts and some goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub cost: Cost,
    meeting: u32,
}

impl Search {
    pub fn new(node_count: usize) -> Self {
        let side =
            || Side { labels: vec![EMPTY; node_count], visited: Vec::new(), tips: Vec::new() };
        Self { forward: side(), backward: side() }
    }

    /// The least of start, way and goal together; `None` where no way leads. Nodes are the owner's.
    pub fn run(
        &mut self,
        topology: &Topology,
        metric: &Metric,
        starts: &[(u32, Cost)],
        goals: &[(u32, Cost)],
    ) -> Option<Found> {
        self.forward.begin(topology, starts);
        self.backward.begin(topology, goals);
        let mut best = Found { cost: Cost::UNREACHED, meeting: NONE };
        // Both sides climb together, so that what is found early ends the rest.
        while let Some(node) = self.forward.lowest().into_iter().chain(self.backward.lowest()).min()
        {
            let reached = self.forward.labels[node as usize].cost;
            let left = self.backward.labels[node as usize].cost;
            if reached.is_reached() && left.is_reached() && reached.plus(left) < best.cost {
                best = Found { cost: reached.plus(left), meeting: node };
            }
            self.forward.climb(topology, &metric.upward, node, best.cost);
            self.backward.climb(topology, &metric.downward, node, best.cost);
        }
        best.cost.is_reached().then_some(best)
    }

    /// The nodes of the way that was found last, from a start to a goal.
    pub fn unpack(&self, topology: &Topology, metric: &Metric, found: &Found) -> Vec<u32> {
        // Arcs from the start up to the meeting, then down to the goal.
        let mut upward = Vec::new();
        let mut here = found.meeting;
        while self.forward.labels[here as usize].arc != NONE {
            let Label { from, arc, .. } = self.forward.labels[here as usize];
            upward.push((arc, false));
            here = from;
        }
        let mut nodes = vec![here];
        let unpacker = Unpacker { topology, metric };
        for part in upward.into_iter().rev() {
            unpacker.unpack(part, &mut nodes);
        }
        let mut here = found.meeting;
        while self.backward.labels[here as usize].arc != NONE {
            let Label { from, arc, .. } = self.backward.labels[here as usize];
            unpacker.unpack((arc, true), &mut nodes);
            here = from;
        }
        nodes.iter().map(|rank| topology.node[*rank as usize]).collect()
    }
}

impl Side {
    fn begin(&mut self, topology: &Topology, starts: &[(u32, Cost)]) {
        for node in self.visited.drain(..) {
            self.labels[node as usize] = EMPTY;
        }
        self.tips.clear();
        for (node, cost) in starts {
            let rank = topology.rank[*node as usize];
            let label = &mut self.labels[rank as usize];
            if *cost < label.cost {
                *label = Label { cost: *cost, ..EMPTY };
            }
            if !self.tips.contains(&rank) {
                self.tips.push(rank);
            }
        }
    }

    fn lowest(&self) -> Option<u32> {
        self.tips.iter().copied().min()
    }

    /// Visits a node if it is the lowest, and goes on to its parent.
    fn climb(&mut self, topology: &Topology, graph: &SearchGraph, node: u32, bound: Cost) {
        if !self.tips.contains(&node) {
            return;
        }
        self.visited.push(node);
        let parent = topology.parent[node as usize];
        self.tips.retain(|tip| *tip != node);
        if parent != NONE && !self.tips.contains(&parent) {
            self.tips.push(parent);
        }
        let reached = self.labels[node as usize].cost;
        if reached >= bound {
            return;
        }
        for arc in graph.of_node(node) {
            let label = &mut self.labels[arc.head as usize];
            let cost = reached.plus(arc.cost);
            if cost < label.cost {
                *label = Label { cost, from: node, arc: arc.arc };
            }
        }
    }
}

/// Arcs back to what they stand for.
struct Unpacker<'a> {
    topology: &'a Topology,
    metric: &'a Metric,
}

impl Unpacker<'_> {
    /// Adds the nodes behind the first of an arc, driven up or down.
    fn unpack(&self, part: (u32, bool), nodes: &mut Vec<u32>) {
        let mut parts = vec![part];
        while let Some((arc, is_down)) = parts.pop() {
            match self.metric.stands_for(self.topology, arc, is_down) {
                // From the first end down to the node below, then up to the other end.
                Some((to_low, to_high)) if is_down => {
                    parts.extend([(to_low, false), (to_high, true)]);
                }
                Some((to_low, to_high)) => parts.extend([(to_high, false), (to_low, true)]),
                None => {
                    let end = if is_down { &self.topology.tail } else { &self.topology.head };
                    nodes.push(end[arc as usize]);
                }
            }
        }
    }
}
