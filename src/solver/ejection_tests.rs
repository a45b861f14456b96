//! Ejection chains against trying everything, and what they must never do.

use super::disruption::{Disruption, Moving};
use super::ejection::{self, Chain, Ejection};
use super::made_up::{self, Taste};
use super::properties::{by_brute_force, feasible_plan};
use super::{
    COST_UNIT, Cost, Draft, Matrix, Pinned, Plan, Problem, Schedule, Solution, Task, TaskId, Tours,
    Vehicle, VehicleId, Window, checker,
};

const ANYBODY: fn(TaskId) -> bool = |_| true;

fn at_most(moved_max: usize) -> Ejection<'static> {
    Ejection { moved_max, trials_max: 100_000, may_move: &ANYBODY }
}

/// The same with ways that are never longer than detours.
fn without_shortcuts(problem: &Problem) -> Problem {
    let mut draft = problem.draft().clone();
    let size = draft.matrices[0].size() as u32;
    let shortest = |of: &dyn Fn(u32, u32) -> i32| {
        let mut legs: Vec<i32> = (0..size * size).map(|at| of(at / size, at % size)).collect();
        for by in 0..size as usize {
            for from in 0..size as usize {
                for to in 0..size as usize {
                    let at = |from: usize, to: usize| from * size as usize + to;
                    let detour = legs[at(from, by)] + legs[at(by, to)];
                    legs[at(from, to)] = legs[at(from, to)].min(detour);
                }
            }
        }
        legs
    };
    let matrix = &draft.matrices[0];
    let durations = shortest(&|from, to| matrix.duration_s(from, to));
    let distances = shortest(&|from, to| matrix.distance_m(from, to));
    draft.matrices = vec![Matrix::parse(size as usize, durations, distances, None).unwrap()];
    // Rounding makes shortcuts too.
    for vehicle in &mut draft.vehicles {
        (vehicle.speed_factor, vehicle.matrix) = (1.0, 0);
    }
    Problem::parse(draft).unwrap()
}

/// What the cheapest way adds that moves one task to another vehicle, by trying all of them.
fn cheapest_by_hand(tours: &Tours<'_>, task: TaskId) -> Option<Cost> {
    let problem = tours.problem();
    let mut least: Option<Cost> = None;
    for vehicle in problem.vehicle_ids() {
        for moved in tours.tasks_of(vehicle).filter(|task| problem.is_head(*task)) {
            let mut without = tours.clone();
            if !without.remove(moved) || !without.holds(vehicle) {
                continue;
            }
            let gain = tours.cost_of(vehicle) - without.cost_of(vehicle);
            let Some(taken) = by_brute_force(problem, &without, task, vehicle) else { continue };
            for other in problem.vehicle_ids().filter(|other| *other != vehicle) {
                if let Some(given) = by_brute_force(problem, &without, moved, other) {
                    let cost = taken + given - gain;
                    least = Some(least.map_or(cost, |least| least.min(cost)));
                }
            }
        }
    }
    least
}

#[test]
fn a_chain_of_one_is_found_whenever_there_is_one_and_costs_no_more_than_any() {
    let (mut found, mut refused) = (0, 0);
    for seed in 0..900 {
        let taste = Taste { tasks: 12, vehicles: 3, shipments: (seed % 3) as usize, is_rich: true };
        let problem = without_shortcuts(&made_up::any(seed, taste));
        let Some(plan) = feasible_plan(&problem, 0.9, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        let absent: Vec<TaskId> = tours.left_out().filter(|task| problem.is_head(*task)).collect();
        for task in absent {
            if !super::insertion::ranked(&mut tours, task).is_empty() {
                continue;
            }
            let chain = ejection::make_room(&mut tours, task, &at_most(1));
            let by_hand = cheapest_by_hand(&tours, task);
            if let Some(least) = by_hand.filter(|least| *least < problem.left_out_cost(task)) {
                let cost = chain.as_ref().map(|chain| chain.cost);
                assert!(
                    cost.is_some_and(|cost| cost <= least),
                    "seed {seed}, {task:?}: {cost:?} {least}"
                );
                found += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(found > 100 && refused > 100, "{found} found, {refused} refused");
}

/// Applies a chain and looks at what came of it.
fn judge(tours: &Tours<'_>, task: TaskId, chain: &Chain, moved_max: usize, seed: u64) {
    let problem = tours.problem();
    let mut after = tours.clone();
    ejection::apply(&mut after, chain);
    let solution = Solution::of(problem, &after.plan());
    assert_eq!(checker::check(problem, &solution), [], "seed {seed}, {task:?}");
    let worth = tours.absence_cost(task);
    assert_eq!(after.cost(), tours.cost() + chain.cost - worth, "seed {seed}: the cost is exact");
    assert!(chain.cost < worth, "seed {seed}: worth it");
    let moved: Vec<TaskId> = chain.moved().collect();
    assert!(moved.len() <= moved_max, "seed {seed}: {moved:?}");
    for other in problem.asked_ids() {
        let (was, is) = (tours.vehicle_of(other), after.vehicle_of(other));
        assert!(was.is_none() || is.is_some(), "seed {seed}: {other:?} has lost its place");
        let head = super::insertion::halves(problem, other).0;
        let has_moved = was.is_some() && was != is;
        assert!(!has_moved || moved.contains(&head), "seed {seed}: {other:?} moved unsaid");
    }
}

#[test]
fn chains_keep_all_rules_cost_what_they_say_and_leave_nobody_behind() {
    let mut lengths = [0; 4];
    for seed in 0..500 {
        let taste = Taste { tasks: 24, vehicles: 4, shipments: (seed % 3) as usize, is_rich: true };
        let problem = made_up::any(seed, taste);
        let Some(plan) = feasible_plan(&problem, 0.95, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        let absent: Vec<TaskId> = tours.left_out().filter(|task| problem.is_head(*task)).collect();
        for task in absent {
            let before = (tours.plan(), tours.cost());
            let may_move = |other: TaskId| !other.0.is_multiple_of(4);
            let ejection = Ejection { moved_max: 3, trials_max: 20_000, may_move: &may_move };
            let chain = ejection::make_room(&mut tours, task, &ejection);
            assert_eq!(
                (tours.plan(), tours.cost()),
                before,
                "seed {seed}: looking changes nothing"
            );
            let Some(chain) = chain else { continue };
            lengths[chain.moved().count()] += 1;
            assert!(chain.moved().all(may_move), "seed {seed}: {chain:?}");
            judge(&tours, task, &chain, 3, seed);
        }
    }
    assert!(lengths.iter().all(|count| *count > 20), "{lengths:?}");
}

/// Vehicles at one place, each with room for three; tasks beside it, that weigh so much.
fn room_for_three(vehicles: usize, weights: &[i32], skills: &[&[u32]]) -> Problem {
    let tasks = weights.iter().zip(skills).map(|(weight, skills)| Task {
        location: 1,
        delivery: vec![*weight],
        skills: skills.iter().copied().collect(),
        ..Task::default()
    });
    let vehicle = |at: usize| Vehicle {
        start: Some(0),
        end: Some(0),
        shift: Window { from_s: 0, until_s: 100_000 },
        capacity: vec![3],
        skills: [at as u32].into_iter().collect(),
        ..Vehicle::default()
    };
    let matrix = Matrix::parse(2, vec![0, 10, 10, 0], Vec::new(), None).unwrap();
    Problem::parse(Draft {
        tasks: tasks.collect(),
        vehicles: (0..vehicles).map(vehicle).collect(),
        matrices: vec![matrix],
    })
    .unwrap()
}

fn tour(tasks: &[u32]) -> Vec<TaskId> {
    tasks.iter().map(|task| TaskId(*task)).collect()
}

#[test]
fn who_makes_room_may_need_room_made_in_turn() {
    // Only vehicle 0 may do task 0; 1 weighs two and 2 and 3 one each, so 1 fits beside nobody but 4.
    let problem = room_for_three(3, &[3, 3, 3, 1], &[&[0], &[], &[], &[]]);
    let plan = Plan { tours: vec![tour(&[1]), tour(&[3]), tour(&[])] };
    let mut tours = Tours::of(&problem, &plan).unwrap();
    let chain = ejection::make_room(&mut tours, TaskId(0), &at_most(1)).unwrap();
    assert_eq!(chain.moved().collect::<Vec<_>>(), tour(&[1]), "the idle vehicle takes it");
    // With all three in use 1 has to push 3 out of its tour, which goes to 2's.
    let problem = room_for_three(3, &[3, 3, 2, 1], &[&[0], &[], &[], &[]]);
    let plan = Plan { tours: vec![tour(&[1]), tour(&[3]), tour(&[2])] };
    let mut tours = Tours::of(&problem, &plan).unwrap();
    assert_eq!(ejection::make_room(&mut tours, TaskId(0), &at_most(1)), None);
    let chain = ejection::make_room(&mut tours, TaskId(0), &at_most(2)).unwrap();
    assert_eq!(chain.moved().collect::<Vec<_>>(), tour(&[1, 3]));
    ejection::apply(&mut tours, &chain);
    assert_eq!(tours.plan().tours, [tour(&[0]), tour(&[1]), tour(&[2, 3])]);
}

#[test]
fn two_leave_a_tour_together_where_one_is_not_enough() {
    let problem = room_for_three(3, &[3, 1, 1, 2, 2], &[&[0], &[], &[], &[], &[]]);
    let plan = Plan { tours: vec![tour(&[1, 2]), tour(&[3]), tour(&[4])] };
    let mut tours = Tours::of(&problem, &plan).unwrap();
    assert_eq!(ejection::make_room(&mut tours, TaskId(0), &at_most(1)), None);
    let chain = ejection::make_room(&mut tours, TaskId(0), &at_most(2)).unwrap();
    assert_eq!(chain.steps[0].ejected, tour(&[1, 2]));
    judge(&tours, TaskId(0), &chain, 2, 0);
    // Left to themselves, they only have to leave.
    let evictions = ejection::evictions(&mut tours, TaskId(0), &at_most(2));
    assert_eq!(evictions.iter().map(|step| &step.ejected).collect::<Vec<_>>(), [&tour(&[1, 2])]);
}

#[test]
fn pinned_locked_and_forbidden_tasks_stay_where_they_are() {
    let problem = room_for_three(2, &[3, 3], &[&[0], &[]]);
    let plan = Plan { tours: vec![tour(&[1]), tour(&[])] };
    let find = |problem: &Problem, may_move: &dyn Fn(TaskId) -> bool| {
        let mut tours = Tours::of(problem, &plan).unwrap();
        let ejection = Ejection { moved_max: 2, trials_max: 1000, may_move };
        ejection::make_room(&mut tours, TaskId(0), &ejection)
    };
    assert!(find(&problem, &ANYBODY).is_some());
    assert_eq!(find(&problem, &|_| false), None);
    let mut locked = problem.draft().clone();
    locked.tasks[1].locked_to = Some(VehicleId(0));
    assert_eq!(find(&Problem::parse(locked).unwrap(), &ANYBODY), None);
    let mut pinned = problem.draft().clone();
    pinned.vehicles[0].pinned = vec![Pinned { task: TaskId(1), start_s: None }];
    assert_eq!(find(&Problem::parse(pinned).unwrap(), &ANYBODY), None);
}

#[test]
fn moved_promises_stay_within_their_budget_and_cost_their_price() {
    let problem = room_for_three(2, &[3, 3], &[&[0], &[]]);
    let plan = Plan { tours: vec![tour(&[1]), tour(&[])] };
    let find = |budget, price| {
        let moving = [Moving { task: TaskId(1), price, is_promised: true }];
        let disruption = Disruption::from_plan(&problem, &plan, &moving, budget);
        let mut tours = Tours::of(&problem, &plan).unwrap().with_disruption(disruption);
        ejection::make_room(&mut tours, TaskId(0), &at_most(1)).map(|chain| chain.cost)
    };
    assert_eq!(find(0, 7), None);
    let free = find(1, 0).unwrap();
    assert_eq!(find(1, 7), Some(free + 7 * COST_UNIT));
    assert_eq!(find(1, 1_000_000), None, "leaving it out is cheaper");
}

#[test]
fn without_trials_nothing_is_found_and_what_fits_needs_nobody_to_move() {
    let problem = room_for_three(2, &[3, 3], &[&[0], &[]]);
    let plan = Plan { tours: vec![tour(&[1]), tour(&[])] };
    let mut tours = Tours::of(&problem, &plan).unwrap();
    let none = Ejection { trials_max: 0, ..at_most(2) };
    assert_eq!(ejection::make_room(&mut tours, TaskId(0), &none), None);
    let plan = Plan { tours: vec![tour(&[]), tour(&[1])] };
    let mut tours = Tours::of(&problem, &plan).unwrap();
    let chain = ejection::make_room(&mut tours, TaskId(0), &at_most(2)).unwrap();
    assert_eq!((chain.steps.len(), chain.moved().count()), (1, 0));
    let schedule = Schedule::of(&problem, VehicleId(0), &[TaskId(0)]);
    assert_eq!(chain.cost, schedule.cost.total());
}
