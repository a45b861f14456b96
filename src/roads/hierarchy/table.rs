//! Tables: from many starts to many goals at once.
//!
//! What all goals can be reached from is gathered once: their ancestors, highest first, with the arcs
//! that lead down to them (RPHAST: D. Delling, A. Goldberg, R. Werneck, "Faster Batched Shortest Paths in
//! Road Networks", ATMOS 2011, DOI 10.4230/OASIcs.ATMOS.2011.52; on the elimination tree: B. Strasser,
//! T. Zeitz, "A* with Perfect Potentials", 2021). Then the starts are taken some at a time, neighbours
//! together so that they share their climb: up over the union of their ancestors, down over the gathered
//! part, with a lane of the processor's vectors for each start.

use super::lanes::{LocalArcs, pull_in, push_on, read_out};
use super::metric::{Metric, SearchGraph};
use super::topology::{NONE, Topology};
use crate::roads::cost::Cost;
use crate::roads::lists::Lists;

const UNREACHED: i64 = Cost::UNREACHED.0 as i64;

/// Which way the arcs are driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From starts to goals.
    Along,
    /// From goals to starts.
    Against,
}

/// Goals, with all that a sweep down to them needs.
#[derive(Debug)]
pub struct Targets {
    direction: Direction,
    /// Ranks, highest first: every goal and its ancestors.
    nodes: Vec<u32>,
    /// For each of them, the arcs that lead down to it.
    arcs: LocalArcs,
    /// For each goal, the places of its nodes in `nodes`, and what is left from there.
    goals: Lists<(u32, Cost)>,
}

/// The memory of a sweep of some starts at once, for one graph.
#[derive(Debug)]
pub struct Sweep<const LANES: usize> {
    /// For each rank its place in what is worked on; `NONE` between calls.
    place: Vec<u32>,
    /// The ancestors of the starts, lowest first, and their arcs up.
    climb: Vec<u32>,
    climb_arcs: LocalArcs,
    climb_labels: Vec<[i64; LANES]>,
    labels: Vec<[i64; LANES]>,
}

impl Targets {
    /// Goals, each some nodes with what is left from there.
    pub fn new<const LANES: usize>(
        topology: &Topology,
        metric: &Metric,
        direction: Direction,
        goals: &[Vec<(u32, Cost)>],
        sweep: &mut Sweep<LANES>,
    ) -> Self {
        let graph = if direction == Direction::Along { &metric.downward } else { &metric.upward };
        let mut nodes = Vec::new();
        let ranks = goals.iter().flatten().map(|(node, _)| topology.rank[*node as usize]);
        sweep.gather(topology, ranks, &mut nodes);
        nodes.sort_unstable_by(|a, b| b.cmp(a));
        for (place, rank) in (0..).zip(&nodes) {
            sweep.place[*rank as usize] = place;
        }
        let mut arcs = LocalArcs::default();
        for rank in &nodes {
            arcs.push(graph.local(*rank, &sweep.place));
        }
        let mut ends = Lists::default();
        for goal in goals {
            ends.push(
                goal.iter().map(|(node, left)| {
                    (sweep.place[topology.rank[*node as usize] as usize], *left)
                }),
            );
        }
        sweep.forget(&nodes);
        Self { direction, nodes, arcs, goals: ends }
    }

    /// How many goals.
    pub fn goal_count(&self) -> usize {
        self.goals.len()
    }
}

impl<const LANES: usize> Sweep<LANES> {
    pub fn new(node_count: usize) -> Self {
        Self {
            place: vec![NONE; node_count],
            climb: Vec::new(),
            climb_arcs: LocalArcs::default(),
            climb_labels: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// The nodes and all their ancestors, in no order; each is marked in `place`.
    fn gather(
        &mut self,
        topology: &Topology,
        ranks: impl Iterator<Item = u32>,
        nodes: &mut Vec<u32>,
    ) {
        for mut rank in ranks {
            while rank != NONE && self.place[rank as usize] == NONE {
                self.place[rank as usize] = 0;
                nodes.push(rank);
                rank = topology.parent[rank as usize];
            }
        }
    }

    fn forget(&mut self, nodes: &[u32]) {
        for rank in nodes {
            self.place[*rank as usize] = NONE;
        }
    }

    /// Rows are starts, each some nodes with what it costs to get there; columns are goals.
    /// `Cost::UNREACHED` where no way leads.
    pub fn table(
        &mut self,
        topology: &Topology,
        metric: &Metric,
        starts: &[Vec<(u32, Cost)>],
        targets: &Targets,
    ) -> Vec<Cost> {
        let graph = match targets.direction {
            Direction::Along => &metric.upward,
            Direction::Against => &metric.downward,
        };
        let mut rows: Vec<u32> = (0..starts.len() as u32).collect();
        let rank_of = |row: &u32| {
            starts[*row as usize].first().map(|(node, _)| topology.rank[*node as usize])
        };
        rows.sort_by_cached_key(rank_of);
        // Every cell is written.
        let mut table = bytemuck::zeroed_vec(starts.len() * targets.goal_count());
        for batch in rows.chunks(LANES) {
            self.climb(topology, graph, starts, batch);
            self.descend(targets);
            read_out(&targets.goals, &self.labels, batch, &mut table);
        }
        table
    }

    fn climb(
        &mut self,
        topology: &Topology,
        graph: &SearchGraph,
        starts: &[Vec<(u32, Cost)>],
        batch: &[u32],
    ) {
        let mut climb = std::mem::take(&mut self.climb);
        climb.clear();
        let of_batch = || batch.iter().flat_map(|row| &starts[*row as usize]);
        self.gather(
            topology,
            of_batch().map(|(node, _)| topology.rank[*node as usize]),
            &mut climb,
        );
        climb.sort_unstable();
        for (place, rank) in (0..).zip(&climb) {
            self.place[*rank as usize] = place;
        }
        self.climb_labels.clear();
        self.climb_labels.resize(climb.len(), [UNREACHED; LANES]);
        for (lane, row) in batch.iter().enumerate() {
            for (node, cost) in &starts[*row as usize] {
                let place = self.place[topology.rank[*node as usize] as usize] as usize;
                let label = &mut self.climb_labels[place][lane];
                *label = (cost.0 as i64).min(*label);
            }
        }
        self.climb_arcs.clear();
        for rank in &climb {
            self.climb_arcs.push(graph.local(*rank, &self.place));
        }
        push_on(&self.climb_arcs, &mut self.climb_labels);
        self.climb = climb;
    }

    /// Down to the goals; takes the marks of the climb away.
    fn descend(&mut self, targets: &Targets) {
        self.labels.clear();
        self.labels.extend(targets.nodes.iter().map(|rank| match self.place[*rank as usize] {
            NONE => [UNREACHED; LANES],
            place => self.climb_labels[place as usize],
        }));
        pull_in(&targets.arcs, &mut self.labels);
        let climb = std::mem::take(&mut self.climb);
        self.forget(&climb);
        self.climb = climb;
    }
}
