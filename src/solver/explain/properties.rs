//! What explanations promise, on made-up problems with every feature of the model: cures cure and are as small as can
//! be, differences are what the other plan really costs, and what has a place is not refused.

use super::{Change, Cure, Effort, Fixed, Verdict, assignment, refusal};
use crate::solver::made_up::{self, Taste};
use crate::solver::properties::feasible_plan;
use crate::solver::{
    Break, Cost, Disruption, Draft, Matrix, Moving, Plan, Problem, Rule, Solution, Task, TaskId,
    Tours, Vehicle, VehicleId, Window, checker, insertion,
};

/// Enough where the search is not what is tested.
const QUICK: Effort = Effort { tours: 3, steps: 60 };

fn rich(tasks: usize, vehicles: usize, shipments: usize) -> Taste {
    Taste { tasks, vehicles, shipments, is_rich: true }
}

/// Small made-up problems with a feasible plan.
fn living(seeds: std::ops::Range<u64>) -> impl Iterator<Item = (u64, Problem, Plan)> {
    seeds.filter_map(|seed| {
        let problem = made_up::problem(seed, rich(18, 3, (seed % 4) as usize));
        let plan = feasible_plan(&problem, 0.8, seed)?;
        Some((seed, problem, plan))
    })
}

fn heads(problem: &Problem, tasks: &[TaskId]) -> Vec<TaskId> {
    tasks.iter().copied().filter(|task| problem.is_head(*task)).collect()
}

/// The same problem with a cure, for a vehicle and by an amount of its own.
fn cured(problem: &Problem, change: Change, head: TaskId, vehicle: VehicleId, by: i64) -> Problem {
    let mut draft = problem.draft().clone();
    change.make(&mut draft, head, vehicle, by);
    Problem::parse_waiving(draft, problem.waived().to_vec()).unwrap()
}

#[test]
fn every_cure_cures_and_none_is_larger_than_it_must_be() {
    let mut kinds = std::collections::BTreeMap::new();
    for (seed, problem, plan) in living(0..100) {
        let mut tours = Tours::of(&problem, &plan).unwrap();
        let left_out = plan.left_out(&problem);
        for head in heads(&problem, &left_out) {
            let Verdict::Refused(refused) = refusal(&mut tours, head, &QUICK) else {
                continue;
            };
            let vehicles: usize = refused.reasons.iter().map(|reason| reason.vehicles).sum();
            assert_eq!(vehicles, refused.refusals.len());
            for Cure { change, by, place } in refused.cures {
                let what = format!("seed {seed}, task {head:?}: {change:?} by {by}");
                let word = format!("{change:?}");
                let word = word.split_once(' ').map_or(word.as_str(), |(word, _)| word);
                *kinds.entry(word.to_owned()).or_insert(0) += 1;
                let changed = cured(&problem, change, head, place.vehicle, by);
                let mut with = Tours::of(&changed, &plan).unwrap();
                let cost_before = with.cost_of(place.vehicle);
                insertion::apply(&mut with, &place);
                let solution = Solution::of(&changed, &with.plan());
                assert_eq!(checker::check(&changed, &solution), [], "{what}");
                let halves = [Some(head), problem.partner(head)];
                let mut expected = left_out.clone();
                expected.retain(|task| !halves.contains(&Some(*task)));
                assert_eq!(solution.left_out, expected, "{what}");
                assert_eq!(with.cost_of(place.vehicle) - cost_before, place.cost, "{what}");
                if by > 1 {
                    let less = cured(&problem, change, head, place.vehicle, by - 1);
                    let mut without = Tours::of(&less, &plan).unwrap();
                    let found = insertion::best_on(&mut without, head, place.vehicle, Cost::MAX);
                    assert_eq!(found, None, "{what}: one less is enough");
                }
            }
        }
    }
    for kind in ["Capacity", "Earlier", "Later", "NoBreak", "Overtime", "Skills", "Tasks", "Unlock"]
    {
        assert!(kinds.contains_key(kind), "no cure of the kind {kind} was seen: {kinds:?}");
    }
}

#[test]
fn the_difference_is_what_the_other_plan_really_costs() {
    let (mut elsewhere, mut nowhere, mut fixed) = (0, 0, 0);
    for (seed, problem, plan) in living(0..60) {
        let tours = Tours::of(&problem, &plan).unwrap();
        let chosen = Solution::of(&problem, &plan);
        let present: Vec<TaskId> = plan.tours.iter().flatten().copied().collect();
        for head in heads(&problem, &present) {
            let home = tours.vehicle_of(head).unwrap();
            let other = match assignment(&tours, head, &QUICK) {
                Ok(other) => other,
                Err(Fixed::Pinned) => {
                    assert!(tours.is_pinned(head));
                    fixed += 1;
                    continue;
                }
                Err(Fixed::Locked) => {
                    assert_eq!(problem.task(head).locked_to, Some(home));
                    fixed += 1;
                    continue;
                }
                Err(Fixed::Absent) => panic!("the task is in a tour"),
            };
            let solution = Solution::of(&problem, &other.plan);
            assert_eq!(checker::check(&problem, &solution), [], "seed {seed}");
            assert_eq!(other.more.cost, solution.cost - chosen.cost, "seed {seed}");
            let owner = other.plan.owners(&problem)[head.index()];
            assert_eq!(owner, other.vehicle);
            assert_ne!(owner, Some(home), "the assignment is forbidden");
            let (mut travel_s, mut tours_cost) = (0, 0);
            for (was, is) in chosen.schedules.iter().zip(&solution.schedules) {
                travel_s += is.travel_s - was.travel_s;
                tours_cost += is.cost.total() - was.cost.total();
            }
            assert_eq!((other.more.travel_s, other.more.tours_cost), (travel_s, tours_cost));
            assert_eq!(other.nearest.is_some(), owner.is_none(), "seed {seed}");
            match owner {
                Some(_) => elsewhere += 1,
                None => nowhere += 1,
            }
            // Never worse than moving only the task, and never worse than leaving it out.
            let mut without = tours.clone();
            without.remove(head);
            let plain = insertion::ranked(&mut without, head);
            let plain = plain.iter().filter(|place| place.vehicle != home).map(|place| place.cost);
            let best = plain.chain([problem.left_out_cost(head)]).min().unwrap();
            let known = without.cost() - without.absence_cost(head) + best - tours.cost();
            assert!(other.more.cost <= known, "seed {seed}: {} > {known}", other.more.cost);
        }
    }
    assert!(elsewhere > 50 && nowhere > 20 && fixed > 5, "{elsewhere} {nowhere} {fixed}");
}

/// The cheapest of all plans that `is_meant` lets through, by trying every one.
fn best_of_all(problem: &Problem, is_meant: &dyn Fn(&Plan) -> bool) -> Option<Cost> {
    fn grow(problem: &Problem, plan: &mut Plan, rest: &[TaskId], tell: &mut dyn FnMut(&Plan)) {
        let Some((head, rest)) = rest.split_first() else { return tell(plan) };
        grow(problem, plan, rest, tell);
        for tour in 0..plan.tours.len() {
            if !problem.is_allowed(*head, VehicleId(tour as u32)) {
                continue;
            }
            let first = problem.vehicles()[tour].pinned.len();
            for at in first..=plan.tours[tour].len() {
                plan.tours[tour].insert(at, *head);
                grow(problem, plan, rest, tell);
                plan.tours[tour].remove(at);
            }
        }
    }
    let mut plan = Plan::empty(problem);
    let pinned: Vec<TaskId> = plan.tours.iter().flatten().copied().collect();
    let mut rest: Vec<TaskId> = problem.task_ids().collect();
    rest.retain(|task| !pinned.contains(task));
    let mut best: Option<Cost> = None;
    grow(problem, &mut plan, &rest, &mut |plan| {
        if is_meant(plan) {
            let solution = Solution::of(problem, plan);
            if solution.is_feasible() {
                best = Some(best.map_or(solution.cost, |known| known.min(solution.cost)));
            }
        }
    });
    best
}

#[test]
fn on_tiny_problems_the_other_plan_is_the_best_there_is() {
    let (mut count, mut best) = (0, 0);
    for seed in 0..40 {
        let problem = made_up::problem(seed, rich(5, 2, 0));
        let Some(plan) = feasible_plan(&problem, 1.0, seed) else { continue };
        let tours = Tours::of(&problem, &plan).unwrap();
        for task in plan.tours.iter().flatten() {
            let Ok(other) = assignment(&tours, *task, &Effort::default()) else { continue };
            let home = tours.vehicle_of(*task);
            let truth = best_of_all(&problem, &|plan| plan.owners(&problem)[task.index()] != home);
            let truth = truth.unwrap() - tours.cost();
            assert!(other.more.cost >= truth, "seed {seed}: nothing is better than the best");
            count += 1;
            best += i32::from(other.more.cost == truth);
        }
    }
    assert!(count > 60 && best * 100 >= count * 98, "{best} of {count} are the best");
}

#[test]
fn what_has_a_place_is_not_refused() {
    let (mut moving, mut refused) = (0, 0);
    for seed in 0..120 {
        let problem = made_up::problem(seed, rich(5, 2, 0));
        let Some(plan) = feasible_plan(&problem, 0.7, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        let present: Vec<TaskId> = plan.tours.iter().flatten().copied().collect();
        for task in plan.left_out(&problem) {
            let fits = insertion::best(&mut tours, task).ok();
            let everyone = |plan: &Plan| {
                let owners = plan.owners(&problem);
                present.iter().chain([&task]).all(|task| owners[task.index()].is_some())
            };
            match refusal(&mut tours, task, &Effort::default()) {
                Verdict::Placed(_) => panic!("the task is in no tour"),
                Verdict::Fits(place) => assert_eq!(Some(place), fits),
                Verdict::FitsMoving { plan, moved } => {
                    moving += 1;
                    assert_eq!(fits, None);
                    let solution = Solution::of(&problem, &plan);
                    assert_eq!(checker::check(&problem, &solution), []);
                    assert!(everyone(&plan), "seed {seed}");
                    assert!(moved.iter().all(|other| other.task != task));
                }
                Verdict::Refused(_) => {
                    refused += 1;
                    assert_eq!(best_of_all(&problem, &everyone), None, "seed {seed}");
                }
            }
        }
    }
    assert!(moving > 5 && refused > 20, "{moving} {refused}");
    // And what is in a tour is told so.
    let (_, problem, plan) = living(0..9).next().unwrap();
    let task = *plan.tours.iter().flatten().next().unwrap();
    let mut tours = Tours::of(&problem, &plan).unwrap();
    let home = tours.vehicle_of(task).unwrap();
    assert_eq!(refusal(&mut tours, task, &Effort::default()), Verdict::Placed(home));
}

#[test]
fn explanations_move_no_more_promises_than_the_budget_allows() {
    let mut seen = 0;
    for (seed, problem, plan) in living(0..60) {
        let promised = |task| Moving { task, price: 100, is_promised: true };
        let moving: Vec<Moving> = problem.task_ids().map(promised).collect();
        let disruption = Disruption::from_plan(&problem, &plan, &moving, 1);
        let tours = Tours::of(&problem, &plan).unwrap().with_disruption(disruption.clone());
        let moved = |plan: &Plan| {
            let owners = plan.owners(&problem);
            disruption.moved(|task| owners[task.index()])
        };
        for task in heads(&problem, &plan.tours.concat()) {
            let Ok(other) = assignment(&tours, task, &QUICK) else { continue };
            seen += 1;
            assert!(moved(&other.plan) <= 1, "seed {seed}: the task itself is the one");
        }
        let mut tours = tours;
        for task in heads(&problem, &plan.left_out(&problem)) {
            if let Verdict::FitsMoving { plan, .. } = refusal(&mut tours, task, &QUICK) {
                assert!(moved(&plan) <= 1, "seed {seed}");
            }
        }
    }
    assert!(seen > 50);
}

fn window(from_s: i32, until_s: i32) -> Window {
    Window { from_s, until_s }
}

/// Five places on a line, 100 s and 1000 m apart; a vehicle at the first one, a task at the third.
fn on_a_line() -> Draft {
    let table =
        |step: i32| -> Vec<i32> { (0..25).map(|at: i32| (at / 5 - at % 5).abs() * step).collect() };
    Draft {
        tasks: vec![Task { location: 2, ..Task::default() }],
        vehicles: vec![Vehicle { start: Some(0), end: Some(0), ..Vehicle::default() }],
        matrices: vec![Matrix::parse(5, table(100), table(1000), None).unwrap()],
    }
}

#[test]
fn each_rule_has_its_cure() {
    const TASK: TaskId = TaskId(0);
    const OTHER: TaskId = TaskId(1);
    let cures = |change: fn(&mut Draft)| -> Vec<(Change, i64)> {
        let mut draft = on_a_line();
        change(&mut draft);
        let problem = Problem::parse(draft).unwrap();
        let mut plan = Plan::empty(&problem);
        plan.tours[0].extend(problem.task_ids().skip(1));
        let mut tours = Tours::of(&problem, &plan).unwrap();
        match refusal(&mut tours, TASK, &Effort::default()) {
            Verdict::Refused(refused) => {
                refused.cures.iter().map(|cure| (cure.change, cure.by)).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    let (later, earlier) = (Change::Later { task: TASK }, Change::Earlier { task: TASK });
    assert_eq!(cures(|draft| draft.tasks[0].windows = vec![window(0, 150)]), [(later, 50)]);
    let found = cures(|draft| {
        draft.tasks[0].windows = vec![window(300, 400)];
        draft.vehicles[0].shift = window(0, 450);
    });
    assert_eq!(found, [(earlier, 50), (Change::Overtime, 50)]);
    let found = cures(|draft| {
        draft.vehicles[0].shift = window(0, 600);
        let rest = Break { windows: vec![window(0, 100)], duration_s: 300, ..Break::default() };
        draft.vehicles[0].breaks = vec![rest];
    });
    assert_eq!(found, [(Change::Overtime, 100), (Change::NoBreak { index: 0 }, 0)]);
    let found = cures(|draft| {
        draft.tasks[0].delivery = vec![0, 5];
        draft.vehicles[0].capacity = vec![9, 3];
    });
    assert_eq!(found, [(Change::Capacity { dimension: 1 }, 2)]);
    let found = cures(|draft| {
        draft.tasks.push(Task { location: 1, ..Task::default() });
        draft.vehicles[0].limits.tasks = Some(1);
    });
    assert_eq!(found, [(Change::Tasks, 1)]);
    let travel = cures(|draft| draft.vehicles[0].limits.travel_s = Some(350));
    assert_eq!(travel, [(Change::Travel, 50)]);
    let distance = cures(|draft| draft.vehicles[0].limits.distance_m = Some(3900));
    assert_eq!(distance, [(Change::Distance, 100)]);
    let skills = cures(|draft| draft.tasks[0].skills = [3, 70].into_iter().collect());
    assert_eq!(skills, [(Change::Skills, 0)]);
    let found = cures(|draft| {
        // A vehicle too early at home to do it.
        draft.vehicles.push(Vehicle { shift: window(0, 100), ..draft.vehicles[0].clone() });
        draft.tasks[0].locked_to = Some(VehicleId(1));
    });
    assert_eq!(found, [(Change::Overtime, 300), (Change::Unlock, 0)]);
    // After the other one it would begin 200 s too late, before it the other one 180 s.
    let found = cures(|draft| {
        let windows = vec![window(0, 120)];
        draft.tasks.push(Task { location: 1, windows, service_s: 200, ..Task::default() });
        draft.tasks[0].windows = vec![window(0, 200)];
    });
    assert_eq!(found, [(Change::Later { task: OTHER }, 180), (later, 200)]);
}

#[test]
fn what_no_single_change_lets_in_has_no_cure() {
    let mut draft = on_a_line();
    draft.tasks[0].skills = [3].into_iter().collect();
    draft.tasks[0].windows = vec![window(0, 100)];
    let problem = Problem::parse(draft).unwrap();
    let mut tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
    let Verdict::Refused(refused) = refusal(&mut tours, TaskId(0), &Effort::default()) else {
        panic!("a skill is missing");
    };
    assert_eq!(refused.cures, []);
    assert_eq!(refused.reasons[0].nearest.rule, Rule::Skill { skill: 3 });
}
