//! The cheapest matching of a bipartite graph, with prices that prove it.
//!
//! The Hungarian method by shortest augmenting paths with potentials (Kuhn 1955, doi 10.1002/nav.3800020109; Edmonds and
//! Karp 1972, doi 10.1145/321694.321699; Jonker and Volgenant 1987, doi 10.1007/BF02278710), from the nodes of the
//! smaller side: they find somebody free soon, where those of the larger one would search all of the graph before they
//! learn that they stay alone. Every node of that side also has a partner of its own at weight 0, which stands for
//! staying alone. O(n · m log n) for n nodes of the smaller side.

use super::problem::Cost;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A matching of least total weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// Each with the node that its edge leaves first, ascending.
    pub pairs: Vec<(NodeIndex, NodeIndex)>,
    /// By node, none above 0 and 0 where a node stays alone. No edge weighs less than the potentials of its ends
    /// together, and the edges of the matching weigh just that: so no other matching weighs less.
    pub potentials: Vec<Cost>,
}

/// The matching of least total weight in a bipartite graph whose edges all lead from one side to the other. A node may
/// stay alone, so an edge of weight 0 or more is never needed.
pub fn cheapest_matching<N>(graph: &DiGraph<N, Cost>) -> Matching {
    let side = |direction: Direction| graph.externals(direction.opposite()).count();
    // Those without an incoming edge leave edges, if they have any at all.
    let is_outgoing = side(Direction::Outgoing) <= side(Direction::Incoming);
    let direction = if is_outgoing { Direction::Outgoing } else { Direction::Incoming };
    let count = graph.node_count();
    let mut search = Search {
        graph,
        direction,
        potential: vec![0; count],
        mate: vec![None; count],
        distance: vec![Cost::MAX; count],
        from: vec![NodeIndex::end(); count],
    };
    for start in graph.node_indices() {
        if graph.edges_directed(start, direction).next().is_some() {
            search.augment(start);
        }
    }
    let pairs = graph.node_indices().filter_map(|node| {
        let is_first = graph.edges_directed(node, Direction::Outgoing).next().is_some();
        search.mate[node.index()].filter(|_| is_first).map(|mate| (node, mate))
    });
    Matching { pairs: pairs.collect(), potentials: search.potential }
}

struct Search<'g, N> {
    graph: &'g DiGraph<N, Cost>,
    /// In which edges lead away from the side that is searched from.
    direction: Direction,
    potential: Vec<Cost>,
    mate: Vec<Option<NodeIndex>>,
    /// Of nodes of the other side, in the search that goes on: how far it is, and from whom it was reached.
    distance: Vec<Cost>,
    from: Vec<NodeIndex>,
}

impl<N> Search<'_, N> {
    fn edges(&self, node: NodeIndex) -> impl Iterator<Item = (NodeIndex, Cost)> {
        let direction = self.direction;
        self.graph.edges_directed(node, direction).map(move |edge| match direction {
            Direction::Outgoing => (edge.target(), *edge.weight()),
            Direction::Incoming => (edge.source(), *edge.weight()),
        })
    }

    /// Finds the shortest alternating path from `start` to a free node, or to a node that rather stays alone, and turns
    /// it round.
    fn augment(&mut self, start: NodeIndex) {
        let reduced = self.edges(start).map(|(end, weight)| weight - self.potential[end.index()]);
        self.potential[start.index()] = reduced.min().unwrap_or(0).min(0);
        let mut heap = BinaryHeap::new();
        let mut reached: Vec<NodeIndex> = Vec::new();
        let mut settled: Vec<NodeIndex> = Vec::new();
        // The cheapest way to end by leaving somebody alone.
        let mut alone = (Cost::MAX, start);
        let mut here = start;
        let mut so_far = 0;
        let (length, end) = loop {
            let staying = so_far - self.potential[here.index()];
            if staying < alone.0 {
                alone = (staying, here);
            }
            let direction = self.direction;
            for edge in self.graph.edges_directed(here, direction) {
                let end =
                    if direction == Direction::Outgoing { edge.target() } else { edge.source() };
                let length = staying + edge.weight() - self.potential[end.index()];
                // A way that is longer than leaving somebody alone leads nowhere.
                if length < self.distance[end.index()] && length < alone.0 {
                    if self.distance[end.index()] == Cost::MAX {
                        reached.push(end);
                    }
                    self.distance[end.index()] = length;
                    self.from[end.index()] = here;
                    heap.push(Reverse((length, end)));
                }
            }
            let next = loop {
                match heap.pop() {
                    Some(Reverse((length, end))) if length > self.distance[end.index()] => {}
                    other => break other,
                }
            };
            match next {
                Some(Reverse((length, end))) if length < alone.0 => match self.mate[end.index()] {
                    None => break (length, Some(end)),
                    Some(other) => {
                        settled.push(end);
                        (here, so_far) = (other, length);
                    }
                },
                _ => break (alone.0, None),
            }
        };
        self.potential[start.index()] += length;
        for &node in &settled {
            let shift = length - self.distance[node.index()];
            self.potential[node.index()] -= shift;
            if let Some(mate) = self.mate[node.index()] {
                self.potential[mate.index()] += shift;
            }
        }
        self.turn_round(start, end, alone.1);
        for node in reached {
            self.distance[node.index()] = Cost::MAX;
        }
    }

    /// The node that ends up alone gives its mate to the one that reached it, and so on back to the start.
    fn turn_round(&mut self, start: NodeIndex, end: Option<NodeIndex>, left_alone: NodeIndex) {
        let mut freed = end.or_else(|| self.mate[left_alone.index()].take());
        while let Some(node) = freed {
            let taker = self.from[node.index()];
            self.mate[node.index()] = Some(taker);
            freed = self.mate[taker.index()].replace(node);
            debug_assert!(freed.is_some() || taker == start, "only the start had nobody");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up;
    use super::*;
    use rand::RngExt;

    fn total(graph: &DiGraph<(), Cost>, pairs: &[(NodeIndex, NodeIndex)]) -> Cost {
        pairs.iter().map(|(one, two)| graph[graph.find_edge(*one, *two).unwrap()]).sum()
    }

    /// The least weight of all matchings, by trying all of them.
    fn by_brute_force(
        graph: &DiGraph<(), Cost>,
        starts: &[NodeIndex],
        taken: &mut Vec<NodeIndex>,
    ) -> Cost {
        let Some((&start, rest)) = starts.split_first() else { return 0 };
        let mut least = by_brute_force(graph, rest, taken);
        for edge in graph.edges(start) {
            if !taken.contains(&edge.target()) {
                taken.push(edge.target());
                least = least.min(edge.weight() + by_brute_force(graph, rest, taken));
                taken.pop();
            }
        }
        least
    }

    /// Whether the potentials are what they are said to be.
    fn prove(graph: &DiGraph<(), Cost>, matching: &Matching) -> bool {
        let Matching { pairs, potentials } = matching;
        let of = |node: NodeIndex| potentials[node.index()];
        let is_tight = |(one, two): &(NodeIndex, NodeIndex)| {
            graph[graph.find_edge(*one, *two).unwrap()] == of(*one) + of(*two)
        };
        let holds = |edge: petgraph::graph::EdgeReference<'_, Cost>| {
            *edge.weight() >= of(edge.source()) + of(edge.target())
        };
        let is_matched =
            |node: NodeIndex| pairs.iter().any(|pair| pair.0 == node || pair.1 == node);
        pairs.iter().all(is_tight)
            && graph.edge_references().all(holds)
            && graph.node_indices().all(|node| of(node) <= 0)
            && graph.node_indices().all(|node| of(node) == 0 || is_matched(node))
    }

    #[test]
    fn the_matching_is_the_cheapest_of_all_and_its_potentials_prove_it() {
        let (mut more_starts, mut more_ends) = (0, 0);
        for seed in 0..800 {
            let mut dice = made_up::dice(seed);
            let mut graph: DiGraph<(), Cost> = DiGraph::new();
            let ends: Vec<_> = (0..dice.random_range(1..7)).map(|_| graph.add_node(())).collect();
            let starts: Vec<_> = (0..dice.random_range(1..7)).map(|_| graph.add_node(())).collect();
            more_starts += u32::from(starts.len() > ends.len());
            more_ends += u32::from(starts.len() < ends.len());
            for &start in &starts {
                for &end in &ends {
                    if dice.random_bool(0.6) {
                        graph.add_edge(start, end, dice.random_range(-30..8));
                    }
                }
            }
            let matching = cheapest_matching(&graph);
            let pairs = &matching.pairs;
            let mut seen: Vec<_> = pairs.iter().flat_map(|(one, two)| [*one, *two]).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), pairs.len() * 2, "seed {seed}: nobody is matched twice");
            let least = by_brute_force(&graph, &starts, &mut Vec::new());
            assert_eq!(total(&graph, pairs), least, "seed {seed}");
            assert!(prove(&graph, &matching), "seed {seed}: {matching:?}");
        }
        assert!(more_starts > 100 && more_ends > 100, "searched from both sides");
    }

    #[test]
    fn as_many_are_matched_as_can_be_when_all_edges_are_worth_the_same() {
        let mut dice = made_up::dice(5);
        for _ in 0..50 {
            let mut graph: DiGraph<(), Cost> = DiGraph::new();
            let ends: Vec<_> = (0..30).map(|_| graph.add_node(())).collect();
            for _ in 0..40 {
                let start = graph.add_node(());
                for &end in &ends {
                    if dice.random_bool(0.05) {
                        graph.add_edge(start, end, -1);
                    }
                }
            }
            let undirected = graph.clone().into_edge_type::<petgraph::Undirected>();
            let most = petgraph::algo::maximum_matching(&undirected).edges().count();
            assert_eq!(cheapest_matching(&graph).pairs.len(), most);
        }
    }
}
