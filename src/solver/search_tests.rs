//! What a search promises: the same answer for the same question, never a worse plan, nothing moved that must not move.

use super::instance::{self, Convention};
use super::made_up::{self, Taste};
use super::properties::{PRICES, feasible_plan};
use super::search::{Options, Outcome, improve};
use super::{
    Budget, Cost, Disruption, Matrix, Moving, Plan, Problem, Role, Solution, Task, TaskId, Tours,
    Vehicle, VehicleId, Window, checker,
};
use std::sync::atomic::{AtomicU32, Ordering};

fn rich(tasks: usize, vehicles: usize, shipments: usize) -> Taste {
    Taste { tasks, vehicles, shipments, is_rich: true }
}

fn run(problem: &Problem, plan: &Plan, seed: u64, iterations: u64) -> Outcome {
    let tours = Tours::of(problem, plan).unwrap();
    improve(
        tours,
        &Options { seed, ..Options::default() },
        &Budget::iterations(iterations),
        &mut |_| {},
    )
}

#[test]
fn every_result_passes_the_checker_and_costs_what_it_says() {
    for seed in 0..60 {
        let problem = made_up::any(seed, rich(24, 4, (seed % 5) as usize));
        let empty = Plan::empty(&problem);
        if !Tours::of(&problem, &empty).unwrap().is_feasible() {
            continue;
        }
        let outcome = run(&problem, &empty, seed, 300);
        let solution = Solution::of(&problem, &outcome.plan);
        assert_eq!(checker::check(&problem, &solution), [], "seed {seed}");
        assert_eq!(solution.cost, outcome.cost, "seed {seed}");
        assert!(outcome.cost <= outcome.cost_before, "seed {seed}");
    }
}

#[test]
fn the_same_seed_and_iterations_give_the_same_plan() {
    let problem = made_up::problem(7, rich(40, 5, 4));
    let once = run(&problem, &Plan::empty(&problem), 3, 400);
    assert_eq!(once, run(&problem, &Plan::empty(&problem), 3, 400));
    let other = run(&problem, &Plan::empty(&problem), 4, 400);
    assert_ne!(once.plan, other.plan, "another seed searches elsewhere");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for is_rich in [false, true] {
        let taste =
            Taste { tasks: 640, vehicles: 60, shipments: 20 * usize::from(is_rich), is_rich };
        let problem = made_up::problem(11, taste);
        let once = |threads: usize| {
            let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
            let options = Options { seed: 5, threads, ..Options::default() };
            improve(tours, &options, &Budget::iterations(600), &mut |_| {})
        };
        let alone = once(1);
        assert!(alone.iterations >= 600 && alone.cost < alone.cost_before);
        assert_eq!(alone, once(2));
        assert_eq!(alone, once(4));
    }
}

#[test]
fn trials_on_several_threads_give_the_same_plan_too() {
    let problem = made_up::problem(12, rich(16, 4, 2));
    let once = |threads: usize| {
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let options = Options { seed: 5, threads, ..Options::default() };
        // Enough for each task that trials are made.
        improve(tours, &options, &Budget::iterations(32_000), &mut |_| {})
    };
    let alone = once(1);
    assert_eq!(alone.iterations, 32_000);
    assert_eq!(alone, once(2));
    assert_eq!(alone, once(4));
}

#[test]
fn a_search_that_somebody_ends_is_over_soon_in_whatever_it_was_at() {
    let problem = made_up::problem(12, rich(16, 4, 2));
    for looks_max in [0, 10, 60, 150, 400, 800, 1200, 1600, 1950] {
        let looks = AtomicU32::new(0);
        let share_used = || {
            let looks = looks.fetch_add(1, Ordering::Relaxed);
            assert!(looks < looks_max + 1000, "it goes on after its end at look {looks_max}");
            if looks < looks_max { 0.0 } else { 1.0 }
        };
        // Enough for each task that trials are made.
        let budget = Budget { share_used: Some(&share_used), ..Budget::iterations(32_000) };
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let outcome = improve(tours, &Options::default(), &budget, &mut |_| {});
        assert!(outcome.iterations < 32_000, "{} with {looks_max} looks", outcome.iterations);
    }
}

#[test]
fn tails_are_swapped_where_short_strings_cannot_mend_a_plan() {
    // Two far rows of tasks. Each vehicle begins in one row and, from the middle on, goes on in the other.
    const ROW: u32 = 60;
    let at = |task: u32| (task % ROW, task / ROW);
    let place = |place: u32| if place == 2 * ROW { (0, 0) } else { at(place) };
    let size = 2 * ROW as usize + 1;
    let durations = (0..size as u32 * size as u32).map(|cell| {
        let ((x1, y1), (x2, y2)) = (place(cell / size as u32), place(cell % size as u32));
        (x1.abs_diff(x2) * 10 + y1.abs_diff(y2) * 60) as i32
    });
    let problem = Problem::parse(super::Draft {
        // Each has its time, so nothing can be turned round.
        tasks: (0..2 * ROW)
            .map(|task| {
                let from_s = 1000 + 100 * (task % ROW) as i32;
                let window = Window { from_s, until_s: from_s + 50 };
                Task { location: task, windows: vec![window], ..Task::default() }
            })
            .collect(),
        vehicles: vec![Vehicle { start: Some(2 * ROW), ..Vehicle::default() }; 2],
        matrices: vec![Matrix::parse(size, durations.collect(), vec![], None).unwrap()],
    });
    let problem = problem.unwrap();
    let tour = |vehicle: u32| {
        (0..ROW).map(move |x| TaskId(if (x < ROW / 2) == (vehicle == 0) { x } else { ROW + x }))
    };
    let plan = Plan { tours: vec![tour(0).collect(), tour(1).collect()] };
    let crossed = Tours::of(&problem, &plan).unwrap();
    assert!(crossed.is_feasible());
    let outcome = improve(
        crossed,
        &Options { heat: (1e-6, 1e-6), ..Options::gentle(1) },
        &Budget::iterations(1500),
        &mut |_| {},
    );
    let straight: Vec<TaskId> = (0..ROW).map(TaskId).collect();
    assert!(outcome.plan.tours.contains(&straight), "{:?}", outcome.plan);
}

#[test]
fn a_plan_that_breaks_rules_gets_no_worse_and_keeps_its_pins_and_locks() {
    for seed in 0..60 {
        let problem = made_up::any(seed, rich(18, 3, (seed % 3) as usize));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.7);
        let tolerant = problem.tolerating(&plan, PRICES).unwrap();
        let outcome = run(&tolerant, &plan, seed, 200);
        assert!(outcome.cost <= outcome.cost_before, "seed {seed}");
        let solution = Solution::of(&tolerant, &outcome.plan);
        assert_eq!(checker::check(&tolerant, &solution), [], "seed {seed}");
    }
}

#[test]
fn moved_promises_stay_within_their_budget_and_moves_cost_their_price() {
    let mut moved = 0;
    for seed in 0..60 {
        let problem = made_up::any(seed, rich(20, 4, 2));
        let Some(plan) = feasible_plan(&problem, 0.8, seed) else { continue };
        let moving: Vec<Moving> =
            problem.task_ids().map(|task| Moving { task, price: 5, is_promised: true }).collect();
        for budget in [0, 2] {
            let disruption = Disruption::from_plan(&problem, &plan, &moving, budget);
            let tours = Tours::of(&problem, &plan).unwrap().with_disruption(disruption.clone());
            let options = Options { seed, ..Options::default() };
            let outcome = improve(tours, &options, &Budget::iterations(200), &mut |_| {});
            let mut now = vec![None; problem.tasks().len()];
            for (vehicle, tasks) in problem.vehicle_ids().zip(&outcome.plan.tours) {
                for task in tasks {
                    now[task.index()] = Some(vehicle);
                }
            }
            let changed = disruption.moved(|task| now[task.index()]);
            assert_eq!(changed, outcome.moved_promises, "seed {seed}");
            assert!(changed <= budget, "seed {seed}: {changed} moved");
            moved += changed;
            let price = Solution::of(&problem, &outcome.plan).cost
                + i64::from(changed) * 5 * super::COST_UNIT;
            assert_eq!(outcome.cost, price, "seed {seed}");
        }
    }
    assert!(moved > 10, "{moved}");
}

/// Four places on a line, 100 s apart; both vehicles start and end at the first one.
fn line(tasks: Vec<Task>) -> Problem {
    let durations = (0..16).map(|at| (at / 4 - at % 4_i32).abs() * 100).collect();
    let matrix = Matrix::parse(4, durations, vec![], None).unwrap();
    let vehicle = Vehicle {
        start: Some(0),
        end: Some(0),
        shift: Window { from_s: 0, until_s: 1000 },
        ..Vehicle::default()
    };
    let vehicles = vec![vehicle; 2];
    Problem::parse(super::Draft { tasks, vehicles, matrices: vec![matrix] }).unwrap()
}

#[test]
fn a_late_day_is_set_right_where_that_is_possible() {
    // Task 0 closes at 100 s, but the plan does the far one first.
    let urgent =
        Task { location: 1, windows: vec![Window { from_s: 0, until_s: 100 }], ..Task::default() };
    let far = Task { location: 3, ..Task::default() };
    let problem = line(vec![urgent, far]);
    let late = Plan { tours: vec![vec![TaskId(1), TaskId(0)], vec![]] };
    assert!(!Solution::of(&problem, &late).is_feasible());
    let tolerant = problem.clone().tolerating(&late, PRICES).unwrap();
    let outcome = run(&tolerant, &late, 1, 100);
    assert_eq!(outcome.plan.tours[0].len() + outcome.plan.tours[1].len(), 2);
    assert!(Solution::of(&problem, &outcome.plan).is_feasible(), "nothing is late any more");
}

#[test]
fn a_required_task_displaces_a_cheap_one_when_only_one_fits() {
    let only = |priority, is_required| Task {
        location: 3,
        service_s: 400,
        windows: vec![Window { from_s: 0, until_s: 300 }],
        priority,
        is_required,
        ..Task::default()
    };
    let problem = line(vec![only(0, false), only(0, false), only(0, true)]);
    let first = Plan { tours: vec![vec![TaskId(0)], vec![TaskId(1)]] };
    let outcome = run(&problem, &first, 1, 200);
    let left_out = outcome.plan.left_out(&problem);
    assert_eq!(left_out.len(), 1);
    assert_ne!(left_out, [TaskId(2)]);
}

#[test]
fn a_shipment_is_picked_up_before_it_is_delivered() {
    let pickup =
        Task { location: 3, role: Role::Pickup { delivery: TaskId(1) }, ..Task::default() };
    let delivery =
        Task { location: 1, role: Role::Delivery { pickup: TaskId(0) }, ..Task::default() };
    let problem = line(vec![pickup, delivery]);
    let outcome = run(&problem, &Plan::empty(&problem), 1, 20);
    assert_eq!(outcome.plan.left_out(&problem), []);
    assert!(outcome.plan.tours.contains(&vec![TaskId(0), TaskId(1)]));
    assert_eq!(outcome.cost, 600 * super::COST_UNIT);
}

#[test]
fn without_a_budget_or_a_task_nothing_happens() {
    let problem = line(vec![Task::default()]);
    let plan = Plan::empty(&problem);
    let tours = Tours::of(&problem, &plan).unwrap();
    let outcome = improve(tours, &Options::default(), &Budget::default(), &mut |_| {});
    assert_eq!((outcome.iterations, outcome.plan), (0, plan));
    let nothing = line(vec![]);
    assert_eq!(run(&nothing, &Plan::empty(&nothing), 1, 50).cost, 0);
}

#[test]
fn a_published_instance_is_solved_to_the_best_known_value() {
    let Some(path) = crate::units::test_data::test_data("vrp/solomon/C101.txt") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let draft = instance::read_solomon(&text, Convention::Dimacs).unwrap();
    let problem = Problem::parse(draft).unwrap();
    let outcome = run(&problem, &Plan::empty(&problem), 1, 4000);
    assert_eq!(outcome.cost, 8273 * super::COST_UNIT);
}

/// Searches a small problem from nothing. What is found is never cheaper than the best of all plans; says whether it is
/// that.
pub(super) fn finds_the_best_of_all(problem: &Problem, seed: u64, iterations: u64) -> bool {
    let least = by_brute_force(problem);
    let outcome = run(problem, &Plan::empty(problem), seed, iterations);
    assert!(outcome.cost >= least, "seed {seed}: better than the best of all");
    outcome.cost == least
}

/// The cheapest of all plans, by making every one.
fn by_brute_force(problem: &Problem) -> Cost {
    let mut best = Cost::MAX;
    let mut plan = Plan::empty(problem);
    let tasks: Vec<TaskId> = problem.task_ids().collect();
    fn go(problem: &Problem, plan: &mut Plan, tasks: &[TaskId], best: &mut Cost) {
        let Some((&task, rest)) = tasks.split_first() else {
            let solution = Solution::of(problem, plan);
            if solution.is_feasible() && checker::check(problem, &solution).is_empty() {
                *best = (*best).min(solution.cost);
            }
            return;
        };
        go(problem, plan, rest, best);
        for tour in 0..plan.tours.len() {
            if !problem.is_allowed(task, VehicleId(tour as u32)) {
                continue;
            }
            for at in 0..=plan.tours[tour].len() {
                plan.tours[tour].insert(at, task);
                go(problem, plan, rest, best);
                plan.tours[tour].remove(at);
            }
        }
    }
    go(problem, &mut plan, &tasks, &mut best);
    best
}

#[test]
fn small_days_of_trips_paid_time_and_likings_are_solved_to_the_best_of_all_plans() {
    let (mut solved, mut best_of_all) = (0, 0);
    for seed in 0..30 {
        let taste = Taste { tasks: 5, vehicles: 2, shipments: 0, is_rich: false };
        let mut draft = made_up::with_trips(seed, taste).draft().clone();
        // One call for each vehicle, loads that need it.
        draft.tasks.truncate(5);
        for (at, task) in draft.tasks.iter_mut().enumerate() {
            task.delivery = vec![1 + at as i32 % 2];
        }
        for vehicle in 0..2 {
            draft.vehicles[vehicle as usize].capacity = vec![3];
            if let Some(aboard) = draft.vehicles[vehicle as usize].aboard.first_mut() {
                *aboard = (*aboard).min(3);
            }
            draft.tasks.push(Task {
                location: vehicle,
                service_s: 20,
                role: Role::Call,
                locked_to: Some(VehicleId(vehicle)),
                ..Task::default()
            });
        }
        let mut problem = Problem::parse(draft).unwrap();
        if seed % 2 == 0 {
            problem = made_up::paid(&problem, seed);
        }
        if seed % 3 == 0 {
            problem = made_up::choosy(&problem, seed);
        }
        solved += 1;
        best_of_all += u32::from(finds_the_best_of_all(&problem, seed, 3000));
    }
    assert!(best_of_all * 20 >= solved * 19, "{best_of_all} of {solved}");
}
