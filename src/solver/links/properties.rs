//! What must hold where tours hang together: what living tours know equals what whole plans come to, the best place is
//! the best of all, and the checker, which knows nothing of how starts are found, agrees.

use crate::solver::made_up::{self, Taste};
use crate::solver::properties::{PRICES, feasible_plan};
use crate::solver::search::{Options, improve};
use crate::solver::search_tests;
use crate::solver::{
    Budget, Cost, Plan, Problem, Rule, Solution, Task, TaskId, Tours, VehicleId, checker, insertion,
};

fn linked(seed: u64, tasks: usize, vehicles: usize, is_rich: bool) -> Problem {
    let taste = Taste { tasks, vehicles, shipments: usize::from(seed.is_multiple_of(3)), is_rich };
    let problem = if is_rich { made_up::any(seed, taste) } else { made_up::problem(seed, taste) };
    let problem = made_up::linked(&problem, seed);
    if seed.is_multiple_of(11) { made_up::timed(&problem, seed) } else { problem }
}

#[test]
fn living_tours_that_hang_together_are_what_the_whole_plan_comes_to() {
    let (mut feasible, mut broken) = (0, 0);
    for seed in 0..600 {
        let problem = linked(seed, 9, 3, seed.is_multiple_of(2));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.6);
        let solution = Solution::of(&problem, &plan);
        let tours = Tours::of(&problem, &plan).unwrap();
        let violations = solution.schedules.iter().flat_map(|schedule| &schedule.violations);
        // Who may do what is no matter of the tours.
        let holds = violations.into_iter().all(|violation| {
            use crate::solver::Violation::{Locked, Skill};
            matches!(violation, Skill { .. } | Locked { .. })
        });
        assert_eq!(tours.is_feasible(), holds, "seed {seed} {:?}", solution.schedules);
        assert!(!holds || tours.cost() == solution.cost, "seed {seed}");
        if holds && problem.has_links() {
            feasible += 1;
        } else {
            broken += 1;
        }
    }
    assert!(feasible > 60 && broken > 60, "{feasible} {broken}");
}

/// The best place of a head and all of its crew, by trying every plan with them.
fn by_brute_force(problem: &Problem, plan: &Plan, head: TaskId, on: VehicleId) -> Option<Cost> {
    let members: Vec<TaskId> = std::iter::once(head).chain(problem.links.followers(head)).collect();
    let before = plan.cost(problem) - problem.left_out_cost(head);
    let mut best = None;
    let mut open = vec![(plan.clone(), 0)];
    while let Some((plan, at)) = open.pop() {
        if at == members.len() {
            let solution = Solution::of(problem, &plan);
            if solution.is_feasible() {
                let cost = solution.cost - before;
                best = Some(best.map_or(cost, |known: Cost| known.min(cost)));
            }
            continue;
        }
        for vehicle in problem.vehicle_ids().filter(|vehicle| at > 0 || *vehicle == on) {
            if !problem.is_allowed(members[at], vehicle) {
                continue;
            }
            let first = problem.vehicle(vehicle).pinned.len();
            for after in first..=plan.tours[vehicle.index()].len() {
                let mut with = plan.clone();
                with.tours[vehicle.index()].insert(after, members[at]);
                open.push((with, at + 1));
            }
        }
    }
    best
}

#[test]
fn the_best_place_of_a_task_and_its_crew_is_the_best_of_all() {
    let (mut taken, mut refused, mut crews) = (0, 0, 0);
    for seed in 0..500 {
        let problem = linked(seed, 9, 3, false);
        let Some(plan) = feasible_plan(&problem, 0.7, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        for head in plan.left_out(&problem) {
            if !problem.is_head(head) || problem.partner(head).is_some() {
                continue;
            }
            for vehicle in problem.vehicle_ids() {
                let found = insertion::best_on(&mut tours, head, vehicle, Cost::MAX);
                let expected = by_brute_force(&problem, &plan, head, vehicle);
                assert_eq!(found.map(|found| found.cost), expected, "seed {seed} {head:?}");
                let refusal = insertion::refusal(&mut tours, head, vehicle);
                assert_eq!(refusal.is_none(), expected.is_some(), "seed {seed} {refusal:?}");
                let is_crew = problem.links.followers(head).next().is_some();
                crews += u32::from(is_crew && expected.is_some());
                taken += u32::from(expected.is_some());
                refused += u32::from(expected.is_none());
            }
        }
    }
    assert!(taken > 300 && refused > 300 && crews > 20, "{taken} {refused} {crews}");
}

#[test]
fn what_an_insertion_says_it_adds_is_what_all_tours_cost_more() {
    let mut inserted = 0;
    for seed in 0..300 {
        let problem = linked(seed, 14, 4, seed.is_multiple_of(2));
        let Some(plan) = feasible_plan(&problem, 0.6, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        for task in plan.left_out(&problem) {
            if tours.vehicle_of(task).is_some() {
                continue;
            }
            let before = tours.cost();
            let Ok(found) = insertion::best(&mut tours, task) else { continue };
            insertion::apply(&mut tours, &found);
            inserted += u32::from(problem.links.has(task));
            let absent = problem.left_out_cost(found.task);
            assert_eq!(tours.cost(), before + found.cost - absent, "seed {seed}, {task:?}");
            let solution = Solution::of(&problem, &tours.plan());
            assert_eq!(checker::check(&problem, &solution), [], "seed {seed}, {task:?}");
            assert_eq!(tours.cost(), solution.cost, "seed {seed}");
        }
        // Whatever is taken out takes along what cannot be done without it.
        for task in problem.asked_ids() {
            tours.remove(task);
            let solution = Solution::of(&problem, &tours.plan());
            assert_eq!(tours.is_feasible(), solution.is_feasible(), "seed {seed} {task:?}");
            if !tours.is_feasible() {
                // A leg was longer than a way round.
                break;
            }
            assert_eq!(tours.cost(), solution.cost, "seed {seed} {task:?}");
        }
    }
    assert!(inserted > 50, "{inserted}");
}

#[test]
fn every_search_keeps_links_and_costs_what_it_says() {
    for seed in 0..80 {
        let problem = linked(seed, 24, 4, seed.is_multiple_of(2));
        let empty = Plan::empty(&problem);
        let Ok(tours) = Tours::of(&problem, &empty) else { continue };
        if !tours.is_feasible() {
            continue;
        }
        let options = Options { seed, ..Options::default() };
        let outcome = improve(tours, &options, &Budget::iterations(200), &mut |_| {});
        let solution = Solution::of(&problem, &outcome.plan);
        assert_eq!(checker::check(&problem, &solution), [], "seed {seed}");
        assert_eq!(solution.cost, outcome.cost, "seed {seed}");
    }
}

#[test]
fn small_days_with_crews_and_orders_are_solved_to_the_best_of_all_plans() {
    let (mut solved, mut best_of_all) = (0, 0);
    for seed in 0..40 {
        let taste = Taste { tasks: 5, vehicles: 2, shipments: 0, is_rich: false };
        let problem = made_up::linked(&made_up::problem(seed, taste), seed);
        if !problem.has_links() {
            continue;
        }
        solved += 1;
        best_of_all += u32::from(search_tests::finds_the_best_of_all(&problem, seed, 2000));
    }
    assert!(solved > 20 && best_of_all * 20 >= solved * 19, "{best_of_all} of {solved}");
}

#[test]
fn parts_keep_together_what_hangs_together_whatever_the_threads() {
    let taste = Taste { tasks: 640, vehicles: 60, shipments: 4, is_rich: true };
    let mut draft = made_up::problem(11, taste).draft().clone();
    let alone: Vec<usize> = (0..draft.tasks.len())
        .filter(|task| draft.tasks[*task].role == crate::solver::Role::Alone)
        .collect();
    for (crew, pair) in alone[..20].chunks_exact(2).enumerate() {
        for task in pair {
            draft.tasks[*task].crew = Some(crew as u32);
        }
    }
    for pair in alone[20..60].chunks_exact(2) {
        let first = crate::solver::After { task: TaskId(pair[0] as u32), gap_s: 0 };
        draft.tasks[pair[1]].after = vec![first];
    }
    let problem = Problem::parse(draft).unwrap();
    let once = |threads: usize| {
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let options = Options { seed: 5, threads, ..Options::default() };
        improve(tours, &options, &Budget::iterations(600), &mut |_| {})
    };
    let alone = once(1);
    assert_eq!(alone, once(2));
    let solution = Solution::of(&problem, &alone.plan);
    assert_eq!(checker::check(&problem, &solution), []);
    assert_eq!(solution.cost, alone.cost);
    let is_done = |task: &TaskId| !solution.left_out.contains(task);
    let linked = problem.task_ids().filter(|task| problem.links.has(*task)).filter(is_done);
    assert!(linked.count() > 10);
}

#[test]
fn a_plan_that_breaks_links_is_taken_up_without_them() {
    for seed in 0..200 {
        let problem = linked(seed, 12, 3, seed.is_multiple_of(2));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.7);
        let tolerant = problem.tolerating(&plan, PRICES).unwrap();
        let solution = Solution::of(&tolerant, &plan);
        assert!(solution.is_feasible(), "seed {seed}: {:?}", solution.schedules);
        assert_eq!(checker::check(&tolerant, &solution), [], "seed {seed}");
    }
}

#[test]
fn the_checker_rejects_a_crew_that_is_apart_and_work_that_comes_too_early() {
    let (mut apart, mut early) = (0, 0);
    for seed in 0..300 {
        let problem = linked(seed, 14, 4, false);
        let Some(plan) = feasible_plan(&problem, 1.0, seed) else { continue };
        let honest = Solution::of(&problem, &plan);
        assert_eq!(checker::check(&problem, &honest), [], "seed {seed}");
        // The same orders, timed by a problem without links, are judged by the one with them.
        let mut draft = problem.draft().clone();
        for task in &mut draft.tasks {
            (task.crew, task.after) = (None, Vec::new());
        }
        let free = Problem::parse(draft).unwrap();
        let lie = Solution { schedules: plan.schedules(&free), ..honest.clone() };
        for (task, of) in problem.tasks().iter().enumerate() {
            let start_s = |solution: &Solution, task: usize| {
                let mut schedules = solution.schedules.iter();
                schedules.find_map(|of| of.visit_of(TaskId(task as u32))).map(|at| at.start_s)
            };
            if start_s(&honest, task) == start_s(&lie, task) {
                continue;
            }
            let faults = checker::check(&problem, &lie);
            assert_ne!(faults, [], "seed {seed}");
            apart += u32::from(of.crew.is_some());
            early += u32::from(!of.after.is_empty());
        }
    }
    assert!(apart > 5 && early > 5, "{apart} {early}");
}

#[test]
fn two_people_wait_for_each_other_and_a_deadlock_is_none() {
    // Places 0, 1, 2 on a line, 100 s apart. Two people are needed at 1 and at 2.
    let durations = (0..9).map(|at| (at / 3 - at % 3_i32).abs() * 100).collect();
    let matrix = crate::solver::Matrix::parse(3, durations, vec![], None).unwrap();
    let task = |location, crew| Task { location, crew: Some(crew), ..Task::default() };
    let vehicle = crate::solver::Vehicle { start: Some(0), ..crate::solver::Vehicle::default() };
    let draft = crate::solver::Draft {
        tasks: vec![task(1, 1), task(1, 1), task(2, 2), task(2, 2)],
        vehicles: vec![vehicle; 2],
        matrices: vec![matrix],
    };
    let problem = Problem::parse(draft.clone()).unwrap();
    let of =
        |tours: [[u32; 2]; 2]| Plan { tours: tours.map(|tour| tour.map(TaskId).to_vec()).to_vec() };
    assert!(Solution::of(&problem, &of([[0, 2], [1, 3]])).is_feasible());
    // One goes to 1 first and waits for the other, who waits at 2.
    let deadlock = Solution::of(&problem, &of([[0, 2], [3, 1]]));
    assert!(!deadlock.is_feasible());
    assert_ne!(checker::check(&problem, &deadlock), []);
    assert!(!Tours::of(&problem, &of([[0, 2], [3, 1]])).unwrap().is_feasible());
    // One person alone is nobody.
    let one = crate::solver::Draft { vehicles: draft.vehicles[..1].to_vec(), ..draft };
    let one = Problem::parse(one).unwrap();
    let mut tours = Tours::of(&one, &Plan::empty(&one)).unwrap();
    let refusals = insertion::best(&mut tours, TaskId(0)).unwrap_err();
    assert_eq!(refusals[0].rule, Rule::Crew);
}

#[test]
fn work_waits_for_what_has_to_come_first_also_on_another_vehicle() {
    let durations = (0..9).map(|at| (at / 3 - at % 3_i32).abs() * 100).collect();
    let matrix = crate::solver::Matrix::parse(3, durations, vec![], None).unwrap();
    let after = vec![crate::solver::After { task: TaskId(0), gap_s: 60 }];
    let draft = crate::solver::Draft {
        tasks: vec![
            Task { location: 1, service_s: 500, locked_to: Some(VehicleId(0)), ..Task::default() },
            Task { location: 2, after, locked_to: Some(VehicleId(1)), ..Task::default() },
        ],
        vehicles: vec![
            crate::solver::Vehicle {
                start: Some(0),
                ..crate::solver::Vehicle::default()
            };
            2
        ],
        matrices: vec![matrix],
    };
    let problem = Problem::parse(draft).unwrap();
    let mut tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
    let refusals = insertion::best(&mut tours, TaskId(1)).unwrap_err();
    assert_eq!(refusals[1].rule, Rule::Before { task: TaskId(0) });
    for task in [0, 1] {
        let place = insertion::best(&mut tours, TaskId(task)).unwrap();
        insertion::apply(&mut tours, &place);
    }
    let solution = Solution::of(&problem, &tours.plan());
    assert_eq!(solution.schedules[1].visits[0].start_s, 100 + 500 + 60);
    tours.remove(TaskId(0));
    assert_eq!(tours.left_out().count(), 2, "what has to come after leaves too");
}
