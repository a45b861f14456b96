//! Every answer of a hierarchy against petgraph's Dijkstra on the same graph, in any order of the nodes.

use super::*;
use crate::roads::cost::Cost;
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;

/// A graph at random, with loops, parallel arcs and parts that do not hang together.
#[derive(Debug, Clone)]
struct Sample {
    places: Vec<Place>,
    arcs: Vec<(Arc, Cost)>,
    order: Vec<u32>,
}

fn sample() -> impl Strategy<Value = Sample> {
    (2_usize..24)
        .prop_flat_map(|count| {
            let ends = 0..count as u32;
            let arc = (ends.clone(), ends, 1_u32..50, 0_u32..5);
            (
                prop::collection::vec((0_i32..100, 0_i32..100), count),
                prop::collection::vec(arc, 0..60),
                Just((0..count as u32).collect::<Vec<_>>()).prop_shuffle(),
            )
        })
        .prop_map(|(places, arcs, order)| Sample {
            places: places.into_iter().map(|(x, y)| [x, y]).collect(),
            arcs: arcs
                .into_iter()
                .map(|(from, to, duration, length)| (Arc { from, to }, Cost::new(duration, length)))
                .collect(),
            order,
        })
}

struct Built {
    topology: Topology,
    metric: Metric,
}

fn built(sample: &Sample) -> Built {
    let arcs: Vec<Arc> = sample.arcs.iter().map(|(arc, _)| *arc).collect();
    let topology = Topology::new(sample.order.clone(), &arcs);
    let metric = Metric::customize(&topology, |arc| sample.arcs[arc].1);
    Built { topology, metric }
}

/// All pairs; `None` where no way leads.
fn oracle(sample: &Sample) -> Vec<Vec<Option<Cost>>> {
    let mut graph = DiGraph::<(), u64>::new();
    for _ in &sample.places {
        graph.add_node(());
    }
    for (arc, cost) in &sample.arcs {
        graph.add_edge(NodeIndex::new(arc.from as usize), NodeIndex::new(arc.to as usize), cost.0);
    }
    graph
        .node_indices()
        .map(|from| {
            let costs = dijkstra(&graph, from, None, |arc| *arc.weight());
            graph.node_indices().map(|to| costs.get(&to).map(|cost| Cost(*cost))).collect()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_way_costs_what_dijkstra_says_and_is_made_of_arcs(sample in sample()) {
        let Built { topology, metric } = built(&sample);
        let expected = oracle(&sample);
        let mut search = Search::new(topology.node_count());
        for (from, row) in (0..).zip(&expected) {
            for (to, expected) in (0..).zip(row) {
                let found = search.run(&topology, &metric, &[(from, Cost::ZERO)], &[(to, Cost::ZERO)]);
                prop_assert_eq!(found.map(|found| found.cost), *expected);
                let Some(found) = found else { continue };
                let nodes = search.unpack(&topology, &metric, &found);
                prop_assert_eq!((nodes[0], nodes[nodes.len() - 1]), (from, to));
                let mut total = Cost::ZERO;
                for pair in nodes.windows(2) {
                    let arc = Arc { from: pair[0], to: pair[1] };
                    let of_arc = sample.arcs.iter().filter(|(other, _)| *other == arc);
                    total = total.plus(of_arc.map(|(_, cost)| *cost).min().unwrap());
                }
                prop_assert_eq!(total, found.cost);
            }
        }
    }

    #[test]
    fn the_best_of_several_starts_and_goals_is_found(
        sample in sample(),
        ends in prop::collection::vec((0_usize..24, 0_usize..24, 0_u32..20, 0_u32..20), 1..4),
    ) {
        let Built { topology, metric } = built(&sample);
        let expected = oracle(&sample);
        let count = sample.places.len();
        let starts: Vec<_> =
            ends.iter().map(|(at, _, cost, _)| ((at % count) as u32, Cost::new(*cost, 0))).collect();
        let goals: Vec<_> =
            ends.iter().map(|(_, at, _, cost)| ((at % count) as u32, Cost::new(*cost, 0))).collect();
        let pairs = starts.iter().flat_map(|start| goals.iter().map(move |goal| (start, goal)));
        let least = pairs
            .filter_map(|((from, before), (to, behind))| {
                Some(before.plus(expected[*from as usize][*to as usize]?).plus(*behind))
            })
            .min();
        let found = Search::new(count).run(&topology, &metric, &starts, &goals);
        prop_assert_eq!(found.map(|found| found.cost), least);
    }

    #[test]
    fn a_table_holds_what_dijkstra_says_along_and_against(sample in sample()) {
        let Built { topology, metric } = built(&sample);
        let expected = oracle(&sample);
        let count = sample.places.len();
        let mut sweep = Sweep::<4>::new(count);
        let goals: Vec<_> = (0..count as u32).map(|node| vec![(node, Cost::new(0, 7))]).collect();
        let starts: Vec<_> = (0..count as u32).map(|node| vec![(node, Cost::new(3, 0))]).collect();
        for direction in [Direction::Along, Direction::Against] {
            let targets = Targets::new(&topology, &metric, direction, &goals, &mut sweep);
            let table = sweep.table(&topology, &metric, &starts, &targets);
            for start in 0..count {
                for goal in 0..count {
                    let (from, to) = match direction {
                        Direction::Along => (start, goal),
                        Direction::Against => (goal, start),
                    };
                    let expected = expected[from][to].map_or(Cost::UNREACHED, |cost| {
                        cost.plus(Cost::new(3, 7))
                    });
                    prop_assert_eq!(table[start * count + goal], expected);
                }
            }
        }
    }

    #[test]
    fn new_weights_in_the_same_hierarchy_are_exact_too(
        sample in sample(),
        seconds in prop::collection::vec(1_u32..1000, 60),
    ) {
        let Built { topology, .. } = built(&sample);
        let mut changed = sample.clone();
        for ((_, cost), seconds) in changed.arcs.iter_mut().zip(seconds) {
            *cost = Cost::new(seconds, 1);
        }
        let metric = Metric::customize(&topology, |arc| changed.arcs[arc].1);
        let mut search = Search::new(topology.node_count());
        for (from, row) in (0..).zip(oracle(&changed)) {
            for (to, expected) in (0..).zip(row) {
                let found = search.run(&topology, &metric, &[(from, Cost::ZERO)], &[(to, Cost::ZERO)]);
                prop_assert_eq!(found.map(|found| found.cost), expected);
            }
        }
    }

    #[test]
    fn an_order_names_every_edge_once(sample in sample()) {
        let edges: Vec<Ends> = sample.arcs.iter().map(|(arc, _)| [arc.from, arc.to]).collect();
        let mut order = dissect(&sample.places, &edges);
        order.sort_unstable();
        prop_assert_eq!(order, (0..edges.len() as u32).collect::<Vec<_>>());
    }
}

#[test]
fn a_bridge_between_two_quarters_is_ranked_highest() {
    // Two squares of streets joined by one, both ways.
    let block = |shift: i32| [[shift, 0], [shift, 10], [shift + 10, 0], [shift + 10, 10]];
    let places: Vec<Place> = [block(0), block(100)].concat();
    let mut edges: Vec<Ends> = Vec::new();
    for base in [0, 4] {
        for (from, to) in [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)] {
            edges.extend([[base + from, base + to], [base + to, base + from]]);
        }
    }
    edges.extend([[3, 4], [4, 3]]);
    let order = dissect(&places, &edges);
    assert_eq!(order[order.len() - 2..].iter().min(), Some(&20));
    assert_eq!(order[order.len() - 2..].iter().max(), Some(&21));
}
