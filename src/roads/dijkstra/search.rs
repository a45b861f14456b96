//! Dijkstra's algorithm over flat arrays, for one source and many goals (E. W. Dijkstra, "A note on two
//! problems in connexion with graphs", Numerische Mathematik 1, 1959, DOI 10.1007/BF01386390), with a
//! heap in which outdated entries stay until they come up.

use crate::roads::cost::Cost;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An edge as one search direction sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    /// The junction at its other end.
    pub(super) to: u32,
    pub(super) edge: u32,
    pub(super) cost: Cost,
}

/// The arcs of every junction, one list after the other.
#[derive(Debug)]
pub(super) struct Arcs {
    first: Vec<u32>,
    arcs: Vec<Arc>,
}

impl Arcs {
    /// From pairs of a junction and an arc that leaves it.
    pub(super) fn new(junction_count: usize, mut arcs: Vec<(u32, Arc)>) -> Self {
        arcs.sort_by_key(|(from, arc)| (*from, arc.edge));
        let mut first = vec![0; junction_count + 1];
        for (from, _) in &arcs {
            first[*from as usize + 1] += 1;
        }
        for junction in 0..junction_count {
            first[junction + 1] += first[junction];
        }
        Self { first, arcs: arcs.into_iter().map(|(_, arc)| arc).collect() }
    }

    fn of(&self, junction: u32) -> &[Arc] {
        let at = junction as usize;
        &self.arcs[self.first[at] as usize..self.first[at + 1] as usize]
    }
}

#[derive(Debug, Clone, Copy)]
struct Label {
    cost: Cost,
    /// The edge by which it was reached; [`FROM_START`] where the search began.
    edge: u32,
    /// The run that wrote this label; labels of earlier runs count as unknown.
    run: u32,
}

pub(super) const FROM_START: u32 = u32::MAX;

/// The memory of a search, used again for the next one, so that a short search costs little.
#[derive(Debug)]
pub(super) struct Search {
    run: u32,
    labels: Vec<Label>,
    /// The run for which a junction is a goal not reached yet.
    goal_of_run: Vec<u32>,
    queue: BinaryHeap<Reverse<(Cost, u32)>>,
}

impl Search {
    pub(super) fn new(junction_count: usize) -> Self {
        Self {
            run: 0,
            labels: vec![Label { cost: Cost::UNREACHED, edge: FROM_START, run: 0 }; junction_count],
            goal_of_run: vec![0; junction_count],
            queue: BinaryHeap::new(),
        }
    }

    /// Searches from all starts at once until every goal is reached.
    pub(super) fn run(&mut self, arcs: &Arcs, starts: &[(u32, Cost)], goals: &[u32]) {
        if self.run == u32::MAX {
            *self = Self::new(self.labels.len());
        }
        self.run += 1;
        self.queue.clear();
        let mut goals_left = 0;
        for goal in goals {
            let of_run = &mut self.goal_of_run[*goal as usize];
            goals_left += usize::from(*of_run != self.run);
            *of_run = self.run;
        }
        for (junction, cost) in starts {
            self.improve(*junction, *cost, FROM_START);
        }
        while goals_left > 0
            && let Some(Reverse((cost, junction))) = self.queue.pop()
        {
            if cost > self.cost(junction) {
                continue;
            }
            if self.goal_of_run[junction as usize] == self.run {
                self.goal_of_run[junction as usize] = 0;
                goals_left -= 1;
            }
            for arc in arcs.of(junction) {
                self.improve(arc.to, cost.plus(arc.cost), arc.edge);
            }
        }
    }

    fn improve(&mut self, junction: u32, cost: Cost, edge: u32) {
        if cost < self.cost(junction) {
            self.labels[junction as usize] = Label { cost, edge, run: self.run };
            self.queue.push(Reverse((cost, junction)));
        }
    }

    fn cost(&self, junction: u32) -> Cost {
        let label = &self.labels[junction as usize];
        if label.run == self.run { label.cost } else { Cost::UNREACHED }
    }

    /// The cost of a goal of the last run; `None` if no way leads there.
    pub(super) fn cost_of(&self, goal: u32) -> Option<Cost> {
        Some(self.cost(goal)).filter(|cost| *cost != Cost::UNREACHED)
    }

    /// The edge by which a junction was reached in the last run.
    pub(super) fn edge_to(&self, junction: u32) -> u32 {
        self.labels[junction as usize].edge
    }
}
