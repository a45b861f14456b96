//! Many open tasks at once. One after the other would give the first task the place that the last one needs; so each
//! round is an assignment: a bipartite graph of tasks and vehicles, an edge where the task fits, its weight what the
//! insertion adds less the price of leaving the task out. The matching of least weight is put into the tours, every
//! vehicle gets at most one task a round, and rounds go on until nothing more fits.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Insertion};
use super::problem::Cost;
use super::tours::Tours;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many of its cheapest vehicles a task brings into a round.
const EDGES_PER_TASK: usize = 32;

/// Which side of the graph a node is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Task(TaskId),
    Vehicle(VehicleId),
}

/// What became of many tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// In the order in which they were put in; places count the tasks that were there at that moment.
    pub placed: Vec<Insertion>,
    /// Tasks that fit nowhere (or are not worth their cost); [`insertion::refusals`] says why.
    pub left: Vec<TaskId>,
    pub rounds: u32,
}

/// Places as many of the open tasks as fit, round by round. Tasks that are in a tour already, and deliveries (their
/// pickup speaks for them), are passed over.
pub fn place_all(tours: &mut Tours<'_>, open: &[TaskId]) -> Batch {
    let problem = tours.problem();
    let mut left: Vec<TaskId> = Tours::heads(problem)
        .filter(|head| open.contains(head) && tours.vehicle_of(*head).is_none())
        .collect();
    let vehicles: Vec<VehicleId> = problem.vehicle_ids().collect();
    // Row after row: the best place of each open task on each vehicle.
    let mut offers: Vec<Option<Insertion>> = Vec::with_capacity(left.len() * vehicles.len());
    for &task in &left {
        for &vehicle in &vehicles {
            offers.push(insertion::best_on(tours, task, vehicle, Cost::MAX));
        }
    }
    let mut batch = Batch::default();
    let mut rows: Vec<usize> = (0..left.len()).collect();
    loop {
        let graph = graph_of(tours, &left, &rows, &offers, vehicles.len());
        let matching = cheapest_matching(&graph);
        if matching.is_empty() {
            break;
        }
        batch.rounds += 1;
        let mut is_changed = vec![false; vehicles.len()];
        let mut is_placed = vec![false; left.len()];
        for (one, two) in matching {
            let (Side::Task(task), Side::Vehicle(vehicle)) = (graph[one], graph[two]) else {
                continue;
            };
            let Some(row) = left.iter().position(|open| *open == task) else { continue };
            let Some(offer) = offers[row * vehicles.len() + vehicle.index()] else { continue };
            // Only promises that run out within a round can make an offer stale.
            if tours.breaks_promise(task, vehicle) {
                continue;
            }
            // Where tours hang together, what came before in this round matters.
            let is_linked = tours.problem().links.has(task) || tours.is_linked(vehicle);
            let offer = if is_linked {
                insertion::best_on(tours, task, vehicle, Cost::MAX)
            } else {
                Some(offer)
            };
            let Some(offer) = offer else { continue };
            insertion::apply(tours, &offer);
            batch.placed.push(offer);
            for changed in tours.hanging_with(vehicle) {
                is_changed[changed.index()] = true;
            }
            is_placed[row] = true;
        }
        rows.retain(|&row| !is_placed[row]);
        if !is_placed.contains(&true) {
            break;
        }
        if tours.problem().has_links() {
            // What had to wait for a task that is placed now has a place too.
            is_changed.fill(true);
        }
        for &row in &rows {
            for &vehicle in vehicles.iter().filter(|vehicle| is_changed[vehicle.index()]) {
                offers[row * vehicles.len() + vehicle.index()] =
                    insertion::best_on(tours, left[row], vehicle, Cost::MAX);
            }
        }
    }
    left = rows.into_iter().map(|row| left[row]).collect();
    Batch { left, ..batch }
}

/// The graph of a round: only edges that are worth more than leaving the task out, the cheapest of each task.
fn graph_of(
    tours: &Tours<'_>,
    tasks: &[TaskId],
    rows: &[usize],
    offers: &[Option<Insertion>],
    vehicles: usize,
) -> DiGraph<Side, Cost> {
    let mut graph = DiGraph::with_capacity(rows.len() + vehicles, rows.len() * EDGES_PER_TASK);
    let ends: Vec<NodeIndex> = (0..vehicles as u32)
        .map(|vehicle| graph.add_node(Side::Vehicle(VehicleId(vehicle))))
        .collect();
    let mut edges: Vec<(Cost, usize)> = Vec::with_capacity(vehicles);
    for &row in rows {
        let task = tasks[row];
        let absence = tours.absence_cost(task);
        edges.clear();
        edges.extend(offers[row * vehicles..(row + 1) * vehicles].iter().enumerate().filter_map(
            |(vehicle, offer)| {
                let weight = offer.as_ref()?.cost - absence;
                (weight < 0).then_some((weight, vehicle))
            },
        ));
        if edges.len() > EDGES_PER_TASK {
            edges.select_nth_unstable(EDGES_PER_TASK);
            edges.truncate(EDGES_PER_TASK);
        }
        edges.sort_unstable();
        let node = graph.add_node(Side::Task(task));
        for &(weight, vehicle) in &edges {
            graph.add_edge(node, ends[vehicle], weight);
        }
    }
    graph
}

/// The matching of least total weight in a bipartite graph whose edges all lead from one side to the other. A node may
/// stay alone, so an edge of weight 0 or more is never taken.
///
/// The Hungarian method by shortest augmenting paths with potentials (Kuhn 1955, doi 10.1002/nav.3800020109; Edmonds and
/// Karp 1972, doi 10.1145/321694.321699; Jonker and Volgenant 1987, doi 10.1007/BF02278710). Every node that edges leave
/// also has a partner of its own at weight 0, which stands for staying alone. O(n · m log n).
pub fn cheapest_matching<N>(graph: &DiGraph<N, Cost>) -> Vec<(NodeIndex, NodeIndex)> {
    let count = graph.node_count();
    let mut matching = Matching {
        graph,
        one: vec![0; count],
        two: vec![0; count],
        partner: vec![None; count],
        distance: vec![Cost::MAX; count],
        from: vec![NodeIndex::end(); count],
    };
    let starts: Vec<NodeIndex> =
        graph.node_indices().filter(|node| graph.edges(*node).next().is_some()).collect();
    for &start in &starts {
        matching.augment(start);
    }
    let mut pairs: Vec<(NodeIndex, NodeIndex)> = graph
        .node_indices()
        .filter_map(|end| matching.partner[end.index()].map(|start| (start, end)))
        .collect();
    pairs.sort_unstable();
    pairs
}

struct Matching<'g, N> {
    graph: &'g DiGraph<N, Cost>,
    /// Potentials of the side that edges leave and of the side they reach.
    one: Vec<Cost>,
    two: Vec<Cost>,
    /// Of the side that is reached: who has it.
    partner: Vec<Option<NodeIndex>>,
    distance: Vec<Cost>,
    from: Vec<NodeIndex>,
}

impl<N> Matching<'_, N> {
    /// Finds the shortest alternating path from `start` to a free node, or to a node that rather stays alone, and turns
    /// it round.
    fn augment(&mut self, start: NodeIndex) {
        let reduced =
            self.graph.edges(start).map(|edge| edge.weight() - self.two[edge.target().index()]);
        self.one[start.index()] = reduced.min().unwrap_or(0).min(0);
        let mut heap = BinaryHeap::new();
        let mut reached: Vec<NodeIndex> = Vec::new();
        let mut settled: Vec<NodeIndex> = Vec::new();
        // The cheapest way to end by leaving somebody alone.
        let mut alone = (Cost::MAX, start);
        let mut here = start;
        let mut so_far = 0;
        let (length, end) = loop {
            let staying = so_far - self.one[here.index()];
            if staying < alone.0 {
                alone = (staying, here);
            }
            for edge in self.graph.edges(here) {
                let end = edge.target();
                let length =
                    so_far + edge.weight() - self.one[here.index()] - self.two[end.index()];
                if length < self.distance[end.index()] {
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
                Some(Reverse((length, end))) if length < alone.0 => match self.partner[end.index()]
                {
                    None => break (length, Some(end)),
                    Some(other) => {
                        settled.push(end);
                        (here, so_far) = (other, length);
                    }
                },
                _ => break (alone.0, None),
            }
        };
        self.one[start.index()] += length;
        for &node in &settled {
            let shift = length - self.distance[node.index()];
            self.two[node.index()] -= shift;
            if let Some(partner) = self.partner[node.index()] {
                self.one[partner.index()] += shift;
            }
        }
        self.turn_round(start, end, alone.1);
        for node in reached {
            self.distance[node.index()] = Cost::MAX;
        }
    }

    fn turn_round(&mut self, start: NodeIndex, end: Option<NodeIndex>, left_alone: NodeIndex) {
        // The node that ends up alone gives its partner to the one that reached it, and so on back to the start.
        let mut freed = match end {
            Some(end) => Some(end),
            None if left_alone == start => return,
            None => {
                let of = |node: &NodeIndex| self.partner[node.index()] == Some(left_alone);
                self.graph.neighbors(left_alone).find(of)
            }
        };
        while let Some(node) = freed {
            let taker = self.from[node.index()];
            let had = self
                .graph
                .neighbors(taker)
                .find(|other| *other != node && self.partner[other.index()] == Some(taker));
            self.partner[node.index()] = Some(taker);
            freed = if taker == start { None } else { had };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{self, Taste};
    use super::super::{Plan, Solution, checker};
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

    #[test]
    fn the_matching_is_the_cheapest_of_all() {
        for seed in 0..500 {
            let mut dice = made_up::dice(seed);
            let mut graph: DiGraph<(), Cost> = DiGraph::new();
            let ends: Vec<_> = (0..dice.random_range(1..6)).map(|_| graph.add_node(())).collect();
            let starts: Vec<_> = (0..dice.random_range(1..7)).map(|_| graph.add_node(())).collect();
            for &start in &starts {
                for &end in &ends {
                    if dice.random_bool(0.6) {
                        graph.add_edge(start, end, dice.random_range(-30..8));
                    }
                }
            }
            let pairs = cheapest_matching(&graph);
            let mut seen: Vec<_> = pairs.iter().flat_map(|(one, two)| [*one, *two]).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), pairs.len() * 2, "seed {seed}: nobody is matched twice");
            let least = by_brute_force(&graph, &starts, &mut Vec::new());
            assert_eq!(total(&graph, &pairs), least, "seed {seed}");
        }
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
            assert_eq!(cheapest_matching(&graph).len(), most);
        }
    }

    #[test]
    fn a_batch_leaves_only_what_fits_nowhere() {
        for seed in 0..80 {
            let taste = Taste { tasks: 24, vehicles: 5, shipments: 3, is_rich: true };
            let problem = made_up::any(seed, taste);
            let mut tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
            if !tours.is_feasible() {
                continue;
            }
            let before = tours.cost();
            let open: Vec<TaskId> = problem.task_ids().collect();
            let batch = place_all(&mut tours, &open);
            let solution = Solution::of(&problem, &tours.plan());
            assert_eq!(checker::check(&problem, &solution), [], "seed {seed}");
            let added: Cost = batch
                .placed
                .iter()
                .map(|placed| placed.cost - problem.left_out_cost(placed.task))
                .sum();
            assert_eq!(tours.cost(), before + added, "seed {seed}");
            for &task in &batch.left {
                let worth = problem.left_out_cost(task);
                let offers = insertion::ranked(&mut tours, task);
                assert!(offers.iter().all(|offer| offer.cost >= worth), "seed {seed}, {task:?}");
            }
        }
    }
}
