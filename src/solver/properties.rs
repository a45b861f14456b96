//! What must hold whatever the problem: constant-time judgement equals walking, insertion equals trying every place,
//! what is tolerated holds, and the checker agrees with all of it and with nothing that was tampered with.

use super::made_up::{self, Taste};
use super::{
    Band, COST_UNIT, Cost, Draft, Insertion, Matrix, Plan, Problem, Schedule, Solution, Stop, Task,
    TaskId, Tolerance, Tours, Vehicle, VehicleId, Violation, Window, checker, insertion,
};
use rand::RngExt;

pub(super) const PRICES: Tolerance = Tolerance { lateness_per_hour: 6000, overtime_per_hour: 4000 };

fn rich(tasks: usize, vehicles: usize, shipments: usize) -> Taste {
    Taste { tasks, vehicles, shipments, is_rich: true }
}

/// A feasible plan, made by inserting tasks in order while they fit.
pub(super) fn feasible_plan(problem: &Problem, share: f64, seed: u64) -> Option<Plan> {
    let mut dice = made_up::dice(seed);
    let mut tours = Tours::of(problem, &Plan::empty(problem)).unwrap();
    if !tours.is_feasible() {
        return None;
    }
    for head in Tours::heads(problem).collect::<Vec<_>>() {
        if tours.vehicle_of(head).is_none()
            && dice.random_bool(share)
            && let Ok(found) = insertion::best(&mut tours, head)
        {
            insertion::apply(&mut tours, &found);
        }
    }
    Some(tours.plan())
}

/// The best place by trying every one with a full evaluation.
pub(super) fn by_brute_force(
    problem: &Problem,
    tours: &Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
) -> Option<Cost> {
    let before: Vec<TaskId> = tours.tasks_of(vehicle).collect();
    let cost_before = tours.cost_of(vehicle);
    let mut best = None;
    let mut weigh = |tasks: &[TaskId]| {
        let schedule = Schedule::of(problem, vehicle, tasks);
        if schedule.violations.is_empty() {
            let cost = schedule.cost.total() - cost_before;
            best = Some(best.map_or(cost, |known: Cost| known.min(cost)));
        }
    };
    let pinned = problem.vehicle(vehicle).pinned.len();
    for after in pinned..=before.len() {
        let mut tasks = before.clone();
        tasks.insert(after, task);
        match problem.partner(task) {
            None => {
                weigh(&tasks);
                let is_made = |call: TaskId| before.contains(&call);
                for call in problem.calls().open(vehicle, is_made) {
                    for at in [after, after + 1] {
                        let mut both = tasks.clone();
                        both.insert(at, call);
                        let mut trips = both.split(|task| problem.is_call(*task)).enumerate();
                        let is_laden = !problem.vehicle(vehicle).aboard.is_empty();
                        // A call that makes an empty trip is none, but where there is something to unload.
                        if trips.all(|(at, trip)| !trip.is_empty() || (at == 0 && is_laden)) {
                            weigh(&both);
                        }
                    }
                }
            }
            Some(delivery) => {
                for second in after + 1..=tasks.len() {
                    let mut both = tasks.clone();
                    both.insert(second, delivery);
                    weigh(&both);
                }
            }
        }
    }
    best.filter(|_| problem.is_allowed(task, vehicle))
}

#[test]
fn insertion_is_as_good_as_trying_every_place() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..400 {
        let problem = made_up::any(seed, rich(14, 3, (seed % 4) as usize));
        let Some(plan) = feasible_plan(&problem, 0.6, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        for task in plan.left_out(&problem) {
            if !problem.is_head(task) {
                continue;
            }
            for vehicle in problem.vehicle_ids() {
                let found = insertion::best_on(&mut tours, task, vehicle, Cost::MAX);
                let expected = by_brute_force(&problem, &tours, task, vehicle);
                assert_eq!(found.map(|f| f.cost), expected, "seed {seed}, {task:?} {vehicle:?}");
                let refusal = insertion::refusal(&mut tours, task, vehicle);
                if expected.is_some() {
                    taken += 1;
                    assert_eq!(refusal, None, "seed {seed}, {task:?} {vehicle:?}");
                } else {
                    refused += 1;
                    // Of a shipment the refusal looks at fewer places, but it looks at no other ones.
                    assert!(refusal.is_some(), "seed {seed}, {task:?} {vehicle:?}");
                }
            }
        }
    }
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
}

#[test]
fn what_an_insertion_says_it_adds_is_what_it_adds() {
    for seed in 0..200 {
        let problem = made_up::any(seed, rich(20, 4, 4));
        let Some(plan) = feasible_plan(&problem, 0.5, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        for task in plan.left_out(&problem) {
            if tours.vehicle_of(task).is_some() {
                continue;
            }
            let before = tours.cost();
            let Ok(found) = insertion::best(&mut tours, task) else { continue };
            insertion::apply(&mut tours, &found);
            let absent = problem.left_out_cost(found.task);
            assert_eq!(tours.cost(), before + found.cost - absent, "seed {seed}, {task:?}");
            let solution = Solution::of(&problem, &tours.plan());
            assert_eq!(checker::check(&problem, &solution), [], "seed {seed}, {task:?}");
            assert_eq!(tours.cost(), solution.cost, "seed {seed}");
        }
    }
}

#[test]
fn a_living_tour_is_feasible_exactly_when_walking_it_breaks_nothing() {
    let mut feasible = 0;
    for seed in 0..600 {
        let problem = made_up::any(seed, rich(6, 3, 0));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.7);
        let tours = Tours::of(&problem, &plan).unwrap();
        for (vehicle, tasks) in problem.vehicle_ids().zip(&plan.tours) {
            let schedule = Schedule::of(&problem, vehicle, tasks);
            // Who may do what is no matter of the tour.
            let holds = schedule.violations.iter().all(|violation| {
                matches!(violation, Violation::Skill { .. } | Violation::Locked { .. })
            });
            assert_eq!(tours.holds(vehicle), holds, "seed {seed} {vehicle:?}");
            feasible += u32::from(holds && tasks.len() > 1);
        }
    }
    assert!(feasible > 100, "{feasible}");
}

#[test]
fn a_plan_that_breaks_rules_holds_once_it_is_tolerated() {
    let mut broken = 0;
    for seed in 0..400 {
        let problem = made_up::any(seed, rich(16, 3, (seed % 3) as usize));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.8);
        broken += u32::from(!Solution::of(&problem, &plan).is_feasible());
        let tolerant = problem.tolerating(&plan, PRICES).unwrap();
        let solution = Solution::of(&tolerant, &plan);
        assert!(solution.is_feasible(), "seed {seed}: {:?}", solution.schedules);
        assert_eq!(checker::check(&tolerant, &solution), [], "seed {seed}");
        assert!(Tours::of(&tolerant, &plan).unwrap().is_feasible(), "seed {seed}");
    }
    assert!(broken > 300, "{broken}");
}

#[test]
fn a_new_task_makes_no_late_task_later() {
    let mut inserted = 0;
    for seed in 0..200 {
        let problem = made_up::any(seed, rich(14, 2, 0));
        let plan = made_up::any_plan(&problem, &mut made_up::dice(seed), 0.5);
        let strict = problem.clone();
        let tolerant = problem.tolerating(&plan, PRICES).unwrap();
        let late_before = lateness(&strict, &plan.schedules(&strict));
        let mut tours = Tours::of(&tolerant, &plan).unwrap();
        for task in plan.left_out(&tolerant) {
            let Ok(found) = insertion::best(&mut tours, task) else { continue };
            insertion::apply(&mut tours, &found);
            inserted += 1;
            let solution = Solution::of(&tolerant, &tours.plan());
            assert_eq!(checker::check(&tolerant, &solution), [], "seed {seed}");
        }
        let late_after = lateness(&strict, &tours.plan().schedules(&tolerant));
        for (task, (before, after)) in late_before.iter().zip(&late_after).enumerate() {
            assert!(after <= before, "seed {seed}: task {task} was {before}, is {after} s late");
        }
    }
    assert!(inserted > 50, "{inserted}");
}

/// Seconds beyond what a problem allows, by task; a task left out is not late.
fn lateness(problem: &Problem, schedules: &[Schedule]) -> Vec<i64> {
    let mut late = vec![0; problem.tasks().len()];
    for visit in schedules.iter().flat_map(|schedule| &schedule.visits) {
        if let Stop::Task(task) = visit.stop {
            let allowed_s = i64::from(problem.task(task).lateness.at_most_s);
            late[task.index()] = (visit.late_s - allowed_s).max(0);
        }
    }
    late
}

#[test]
fn the_checker_rejects_what_was_tampered_with() {
    let mut rejected = [0; 7];
    for seed in 0..150 {
        let problem =
            made_up::any(seed, Taste { tasks: 20, vehicles: 3, shipments: 3, is_rich: true });
        let Some(plan) = feasible_plan(&problem, 1.0, seed) else { continue };
        let honest = Solution::of(&problem, &plan);
        assert_eq!(checker::check(&problem, &honest), [], "seed {seed}");
        let Some(long) = honest.schedules.iter().position(|schedule| schedule.visits.len() > 3)
        else {
            continue;
        };
        let mut tamper = |kind: usize, change: &dyn Fn(&mut Solution)| {
            let mut lie = honest.clone();
            change(&mut lie);
            assert_ne!(checker::check(&problem, &lie), [], "seed {seed}, kind {kind}");
            rejected[kind] += 1;
        };
        let at = long;
        tamper(0, &|lie| {
            let visits = &mut lie.schedules[at].visits;
            let (one, two) = (visits[1].stop, visits[2].stop);
            (visits[1].stop, visits[2].stop) = (two, one);
            // The same work at the same place may be swapped unseen; then the lie is another one.
            visits[1].start_s -= 1;
        });
        tamper(1, &|lie| drop(lie.schedules[at].visits.remove(1)));
        tamper(2, &|lie| {
            let twin = lie.schedules[at].visits[1].clone();
            lie.schedules[at].visits.insert(2, twin);
        });
        tamper(3, &|lie| lie.schedules[at].visits[2].load[0] += 100);
        tamper(4, &|lie| {
            for visit in &mut lie.schedules[at].visits {
                (visit.arrival_s, visit.start_s) = (visit.arrival_s + 9999, visit.start_s + 9999);
            }
        });
        tamper(5, &|lie| lie.cost -= 1);
        tamper(6, &|lie| lie.left_out.push(TaskId(0)));
    }
    assert!(rejected.iter().all(|&count| count > 50), "{rejected:?}");
}

#[test]
fn the_checker_rejects_an_overloaded_and_a_late_tour() {
    // The same orders, judged by a problem with a smaller vehicle, and with narrower windows.
    let (mut overloaded, mut late) = (0, 0);
    for seed in 0..200 {
        let problem = made_up::any(seed, rich(20, 3, 0));
        let Some(plan) = feasible_plan(&problem, 1.0, seed) else { continue };
        let peak = |schedule: &Schedule| {
            schedule
                .visits
                .iter()
                .map(|visit| visit.load[0])
                .chain([schedule.initial_load[0]])
                .max()
        };
        let honest = Solution::of(&problem, &plan);
        let mut draft = problem.draft().clone();
        let is_empty = |of: &Schedule| problem.vehicle(of.vehicle).aboard.is_empty();
        let full = honest.schedules.iter().find(|of| peak(of) > Some(4) && is_empty(of));
        if let Some(full) = full {
            draft.vehicles[full.vehicle.index()].capacity[0] = 3;
            let small = Problem::parse(draft).unwrap();
            assert_ne!(checker::check(&small, &Solution::of(&small, &plan)), [], "seed {seed}");
            overloaded += 1;
        }
        let mut draft = problem.draft().clone();
        let waiting_not = honest
            .schedules
            .iter()
            .flat_map(|schedule| &schedule.visits)
            .find(|visit| matches!(visit.stop, Stop::Task(_)) && visit.start_s > 100);
        if let Some(visit) = waiting_not
            && let Stop::Task(task) = visit.stop
            && draft.vehicles.iter().all(|vehicle| vehicle.pinned.is_empty())
        {
            draft.tasks[task.index()].windows = vec![super::Window { from_s: 0, until_s: 1 }];
            draft.tasks[task.index()].lateness = super::Lateness::default();
            let narrow = Problem::parse(draft).unwrap();
            let lie = Solution::of(&narrow, &plan);
            if !lie.is_feasible() {
                assert_ne!(checker::check(&narrow, &lie), [], "seed {seed}");
                late += 1;
            }
        }
    }
    assert!(overloaded > 20 && late > 20, "{overloaded} {late}");
}

#[test]
fn the_cheapest_vehicle_wins() {
    for seed in 0..50 {
        let problem = made_up::any(seed, rich(16, 4, 2));
        let Some(plan) = feasible_plan(&problem, 0.6, seed) else { continue };
        let mut tours = Tours::of(&problem, &plan).unwrap();
        for task in plan.left_out(&problem) {
            let ranked: Vec<Insertion> = insertion::ranked(&mut tours, task);
            match insertion::best(&mut tours, task) {
                Ok(found) => assert_eq!(found.cost, ranked[0].cost, "seed {seed}"),
                Err(refusals) => {
                    assert!(ranked.is_empty());
                    assert_eq!(refusals.len(), problem.vehicles().len(), "seed {seed}");
                }
            }
        }
    }
}

#[test]
fn timed_days_are_solved_to_the_best_of_all_plans() {
    let (mut solved, mut best_of_all) = (0, 0);
    for seed in 0..30 {
        let taste = Taste { tasks: 5, vehicles: 2, shipments: 0, is_rich: seed % 2 == 0 };
        let problem = made_up::timed(&made_up::problem(seed, taste), seed);
        let empty = Plan::empty(&problem);
        let tours = Tours::of(&problem, &empty).unwrap();
        if !tours.is_feasible() {
            continue;
        }
        solved += 1;
        let is_best = super::search_tests::finds_the_best_of_all(&problem, seed, 2000);
        best_of_all += u32::from(is_best);
    }
    assert!(solved > 15 && best_of_all * 20 >= solved * 19, "{best_of_all} of {solved}");
}

#[test]
fn a_leg_takes_what_the_hour_makes_of_it() {
    let band = |from_s, leg_s| Band { from_s, durations_s: vec![0, leg_s, leg_s, 0] };
    let bands = vec![band(0, 600), band(3600, 1200)];
    let vehicle = Vehicle {
        start: Some(0),
        end: Some(0),
        shift: Window { from_s: 0, until_s: 20_000 },
        ..Vehicle::default()
    };
    let problem = Problem::parse(Draft {
        tasks: vec![Task {
            location: 1,
            windows: vec![Window { from_s: 3300, until_s: 9000 }],
            ..Task::default()
        }],
        vehicles: vec![vehicle],
        matrices: vec![Matrix::by_bands(2, bands, vec![], None).unwrap()],
    });
    let problem = problem.unwrap();
    let schedule = Schedule::of(&problem, VehicleId(0), &[TaskId(0)]);
    // There in the first band; home half of the way in it (300 s), the other half in the second one (600 s).
    assert_eq!((schedule.departure_s, schedule.visits[0].start_s), (2700, 3300));
    assert_eq!((schedule.end_travel_s, schedule.end_s), (900, 4200));
    assert_eq!(schedule.cost.total(), 1500 * COST_UNIT);
    let solution = Solution::of(&problem, &Plan { tours: vec![vec![TaskId(0)]] });
    assert_eq!(checker::check(&problem, &solution), []);
    let mut lie = solution;
    lie.schedules[0].end_travel_s -= 100;
    lie.schedules[0].travel_s -= 100;
    lie.schedules[0].end_s -= 100;
    lie.cost -= 100 * COST_UNIT;
    assert_ne!(checker::check(&problem, &lie), []);
}
