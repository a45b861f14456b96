//! Many open tasks at once. One after the other would give the first task the place that the last one needs; so each
//! round is an assignment: a bipartite graph of tasks and vehicles, an edge where the task fits, its weight what the
//! insertion adds less the price of leaving the task out. The matching of least weight is put into the tours, every
//! vehicle gets at most one task a round, and rounds go on until nothing more fits.
//!
//! The graph of a round begins with the cheapest edges of each task. The matching's potentials tell whether some other
//! edge would make it cheaper; those come in until none is left, so the matching is the cheapest of all edges.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Insertion};
use super::matching::{Matching, cheapest_matching};
use super::matrix::Crowd;
use super::problem::Cost;
use super::tours::Tours;
use petgraph::graph::{DiGraph, NodeIndex};

/// How many of its cheapest vehicles a task brings into a round at first.
const EDGES_PER_TASK: usize = 12;

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
    let mut offers = Offers::of(tours, open);
    let mut batch = Batch::default();
    let mut rows: Vec<usize> = (0..offers.tasks.len()).collect();
    loop {
        let mut is_changed = vec![false; offers.vehicles];
        let mut is_placed = vec![false; offers.tasks.len()];
        for (row, vehicle) in offers.cheapest(&rows) {
            // Promises that run out within a round can make an offer stale, and tours that hang together.
            let found = insertion::best_on(tours, offers.tasks[row], vehicle, Cost::MAX);
            let Some(insertion) = found else { continue };
            insertion::apply(tours, &insertion);
            batch.placed.push(insertion);
            for changed in tours.hanging_with(vehicle) {
                is_changed[changed.index()] = true;
            }
            is_placed[row] = true;
        }
        if !is_placed.contains(&true) {
            break;
        }
        batch.rounds += 1;
        rows.retain(|&row| !is_placed[row]);
        // What had to wait for a task that is placed now has a place too.
        let has_links = tours.problem().has_links();
        offers.renew(tours, &rows, |vehicle| has_links || is_changed[vehicle.index()]);
    }
    batch.left = rows.into_iter().map(|row| offers.tasks[row]).collect();
    batch
}

/// What the best place of each open task on each vehicle adds.
struct Offers<'p> {
    tasks: Vec<TaskId>,
    /// Travel around the tasks.
    crowds: Vec<Crowd<'p>>,
    /// What each costs while it is left out.
    absence: Vec<Cost>,
    vehicles: usize,
    /// Row after row; [`Cost::MAX`] where there is no place.
    costs: Vec<Cost>,
}

impl<'p> Offers<'p> {
    fn of(tours: &mut Tours<'p>, open: &[TaskId]) -> Self {
        let problem = tours.problem();
        let mut is_open = vec![false; problem.tasks().len()];
        for task in open {
            is_open[task.index()] = true;
        }
        let tasks: Vec<TaskId> = Tours::heads(problem)
            .filter(|head| is_open[head.index()] && tours.vehicle_of(*head).is_none())
            .collect();
        let vehicles = problem.vehicles().len();
        let places: Vec<u32> = tasks.iter().map(|task| problem.node(*task).location).collect();
        let mut offers = Self {
            crowds: problem.crowds(&places),
            absence: tasks.iter().map(|task| tours.absence_cost(*task)).collect(),
            vehicles,
            costs: vec![Cost::MAX; tasks.len() * vehicles],
            tasks,
        };
        let rows: Vec<usize> = (0..offers.tasks.len()).collect();
        offers.renew(tours, &rows, |_| true);
        offers
    }

    fn renew(
        &mut self,
        tours: &mut Tours<'_>,
        rows: &[usize],
        is_changed: impl Fn(VehicleId) -> bool,
    ) {
        for vehicle in tours.problem().vehicle_ids().filter(|vehicle| is_changed(*vehicle)) {
            let Self { tasks, crowds, costs, vehicles, .. } = &mut *self;
            let at = |row: usize| row * *vehicles + vehicle.index();
            insertion::costs_on(tours, (tasks, crowds), rows, vehicle, |row, cost| {
                costs[at(row)] = cost;
            });
            for row in rows.iter().filter(|row| tours.breaks_promise(tasks[**row], vehicle)) {
                costs[at(*row)] = Cost::MAX;
            }
        }
    }

    /// What it is worth, if anything, that the vehicles do the task of a row rather than nobody: less than 0.
    fn weights(&self, row: usize) -> impl Iterator<Item = (Cost, usize)> + '_ {
        let costs = &self.costs[row * self.vehicles..][..self.vehicles];
        let absence = self.absence[row];
        costs.iter().enumerate().filter_map(move |(vehicle, cost)| {
            let weight = cost.saturating_sub(absence);
            (weight < 0).then_some((weight, vehicle))
        })
    }

    /// Who does what in the cheapest assignment of some rows.
    fn cheapest(&self, rows: &[usize]) -> Vec<(usize, VehicleId)> {
        let mut graph = self.graph(rows);
        loop {
            let matching = cheapest_matching(&graph);
            if self.add_missing(&mut graph, rows, &matching) {
                continue;
            }
            let pairs = matching.pairs.iter().filter_map(|(one, two)| match graph[*two] {
                Side::Vehicle(vehicle) => Some((rows[one.index() - self.vehicles], vehicle)),
                Side::Task(_) => None,
            });
            return pairs.collect();
        }
    }

    /// Vehicles, then the tasks of the rows with their cheapest edges.
    fn graph(&self, rows: &[usize]) -> DiGraph<Side, Cost> {
        let nodes = self.vehicles + rows.len();
        let mut graph = DiGraph::with_capacity(nodes, rows.len() * EDGES_PER_TASK);
        for vehicle in 0..self.vehicles as u32 {
            graph.add_node(Side::Vehicle(VehicleId(vehicle)));
        }
        let mut edges: Vec<(Cost, usize)> = Vec::with_capacity(self.vehicles);
        for &row in rows {
            edges.clear();
            edges.extend(self.weights(row));
            if edges.len() > EDGES_PER_TASK {
                edges.select_nth_unstable(EDGES_PER_TASK);
                edges.truncate(EDGES_PER_TASK);
            }
            edges.sort_unstable();
            let node = graph.add_node(Side::Task(self.tasks[row]));
            for &(weight, vehicle) in &edges {
                graph.add_edge(node, NodeIndex::new(vehicle), weight);
            }
        }
        graph
    }

    /// Adds the edges that are cheaper than the potentials of their ends; says whether there were any.
    fn add_missing(
        &self,
        graph: &mut DiGraph<Side, Cost>,
        rows: &[usize],
        matching: &Matching,
    ) -> bool {
        let edges_before = graph.edge_count();
        let (of_vehicles, of_tasks) = matching.potentials.split_at(self.vehicles);
        for (at, &row) in rows.iter().enumerate() {
            for (weight, vehicle) in self.weights(row) {
                if weight < of_tasks[at] + of_vehicles[vehicle] {
                    let (task, vehicle) =
                        (NodeIndex::new(self.vehicles + at), NodeIndex::new(vehicle));
                    graph.add_edge(task, vehicle, weight);
                }
            }
        }
        graph.edge_count() > edges_before
    }
}

#[cfg(test)]
mod tests {
    use super::super::made_up::{self, Taste};
    use super::super::{Plan, Solution, checker};
    use super::*;
    use rand::RngExt;

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

    /// The least weight of all assignments of rows, by trying all of them.
    fn by_brute_force(offers: &Offers<'_>, rows: &[usize], taken: &mut Vec<usize>) -> Cost {
        let Some((&row, rest)) = rows.split_first() else { return 0 };
        let mut least = by_brute_force(offers, rest, taken);
        for (weight, vehicle) in offers.weights(row) {
            if !taken.contains(&vehicle) {
                taken.push(vehicle);
                least = least.min(weight + by_brute_force(offers, rest, taken));
                taken.pop();
            }
        }
        least
    }

    /// More vehicles than a task brings into a round at first, most of them wanted by everybody.
    fn crowd(seed: u64) -> Offers<'static> {
        let mut dice = made_up::dice(seed);
        let (tasks, vehicles) = (4, EDGES_PER_TASK + 3);
        let prices: Vec<Cost> = (0..vehicles as Cost).map(|vehicle| vehicle * 10).collect();
        let mut costs = prices.repeat(tasks);
        for cost in &mut costs {
            *cost += dice.random_range(0..40);
        }
        Offers {
            tasks: (0..tasks as u32).map(TaskId).collect(),
            crowds: Vec::new(),
            absence: vec![200; tasks],
            vehicles,
            costs,
        }
    }

    #[test]
    fn a_round_is_the_cheapest_assignment_although_most_edges_are_not_in_its_graph() {
        for seed in 0..40 {
            let offers = crowd(seed);
            let rows: Vec<usize> = (0..offers.tasks.len()).collect();
            let found = offers.cheapest(&rows);
            let weight = |(row, vehicle): &(usize, VehicleId)| {
                offers.costs[row * offers.vehicles + vehicle.index()] - offers.absence[*row]
            };
            let total: Cost = found.iter().map(weight).sum();
            assert_eq!(total, by_brute_force(&offers, &rows, &mut Vec::new()), "seed {seed}");
        }
    }

    #[test]
    fn edges_that_were_left_out_come_in_when_everybody_wants_the_same_vehicles() {
        let (tasks, vehicles) = (EDGES_PER_TASK + 2, EDGES_PER_TASK + 2);
        let prices: Vec<Cost> = (0..vehicles as Cost).collect();
        let offers = Offers {
            tasks: (0..tasks as u32).map(TaskId).collect(),
            crowds: Vec::new(),
            absence: vec![1000; tasks],
            vehicles,
            costs: prices.repeat(tasks),
        };
        let rows: Vec<usize> = (0..tasks).collect();
        assert!(cheapest_matching(&offers.graph(&rows)).pairs.len() < tasks);
        assert_eq!(offers.cheapest(&rows).len(), tasks);
    }
}
