//! One more task into a living plan of 200 vehicles with 20 stops each, into a full one where others have to make room;
//! and a batch of 500 tasks for 200 vehicles. `sortie bench living` has the same with ways over streets.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use sortie::solver::ejection::{self, Ejection};
use sortie::solver::{
    Draft, Matrix, Plan, Problem, Task, TaskId, Tours, Vehicle, Window, assignment, insertion,
};
use std::hint::black_box;
use std::time::Instant;

const HOUR_S: i32 = 3600;

/// A city of 24 km: half-hour jobs with windows of four hours, skills, vans of 40 units; the last tasks are open.
fn city(vehicles: usize, tasks: usize, seed: u64) -> Problem {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let size = vehicles + tasks;
    let places: Vec<(f64, f64)> = (0..size)
        .map(|_| (dice.random_range(0.0..24_000.0), dice.random_range(0.0..24_000.0)))
        .collect();
    let mut durations = Vec::with_capacity(size * size);
    for one in &places {
        for two in &places {
            durations.push(((one.0 - two.0).hypot(one.1 - two.1) / 12.0) as i32);
        }
    }
    let opening = |dice: &mut Xoshiro256PlusPlus| dice.random_range(8..13) * HOUR_S;
    let tasks = (0..tasks).map(|at| {
        let from_s = opening(&mut dice);
        Task {
            location: (vehicles + at) as u32,
            windows: vec![Window { from_s, until_s: from_s + 4 * HOUR_S }],
            service_s: dice.random_range(300..900),
            delivery: vec![dice.random_range(0..3)],
            skills: (0..8).filter(|_| dice.random_bool(0.05)).collect(),
            ..Task::default()
        }
    });
    let tasks: Vec<Task> = tasks.collect();
    let vehicles = (0..vehicles).map(|at| Vehicle {
        start: Some(at as u32),
        end: Some(at as u32),
        shift: Window { from_s: 8 * HOUR_S, until_s: 18 * HOUR_S },
        capacity: vec![40],
        skills: (0..8).filter(|_| dice.random_bool(0.8)).collect(),
        ..Vehicle::default()
    });
    let vehicles: Vec<Vehicle> = vehicles.collect();
    let matrices = vec![Matrix::parse(size, durations, Vec::new(), None).expect("it is square")];
    Problem::parse(Draft { tasks, vehicles, matrices }).expect("it is in range")
}

/// The first tasks, put in one after the other.
fn planned(problem: &Problem, planned: u32) -> Plan {
    let mut tours = Tours::of(problem, &Plan::empty(problem)).expect("an empty plan holds");
    for task in (0..planned).map(TaskId) {
        if let Ok(found) = insertion::best(&mut tours, task) {
            insertion::apply(&mut tours, &found);
        }
    }
    tours.plan()
}

fn one_task(criterion: &mut Criterion) {
    let problem = city(200, 4100, 7);
    let plan = planned(&problem, 4000);
    let mut tours = Tours::of(&problem, &plan).expect("the plan holds");
    let stops: usize = plan.tours.iter().map(Vec::len).sum();
    println!("{stops} stops on 200 tours");
    let open = (4000..4100).map(TaskId);
    let fits: Vec<TaskId> =
        open.filter(|task| !insertion::ranked(&mut tours, *task).is_empty()).collect();
    let taken = slow_end(&fits, |task| drop(black_box(insertion::best(&mut tours, task))));
    println!("insert one task: median {:.3} ms, 99 % {:.3} ms", taken.0, taken.1);
    let mut turn = fits.iter().cycle();
    criterion.bench_function("insert one task into 200 tours of 20 stops", |bench| {
        bench.iter(|| black_box(turn.next().map(|task| insertion::best(&mut tours, *task))));
    });
    // A task that nobody can do by noon of the day before.
    let mut draft = problem.draft().clone();
    draft.tasks[4000].windows = vec![Window { from_s: 0, until_s: HOUR_S }];
    let late = Problem::parse(draft).expect("it is in range");
    let mut crowded = Tours::of(&late, &plan).expect("the plan holds");
    criterion.bench_function("refuse a task with a reason from each of 200 vehicles", |bench| {
        bench.iter(|| black_box(insertion::best(&mut crowded, TaskId(4000))));
    });
    criterion.bench_function("take up a plan of 200 tours of 20 stops", |bench| {
        bench.iter(|| black_box(Tours::of(&problem, &plan)));
    });
    criterion.bench_function("check a draft of 4100 tasks and 200 vehicles", |bench| {
        let draft = || problem.draft().clone();
        bench.iter_batched(draft, |draft| black_box(Problem::parse(draft)), BatchSize::LargeInput);
    });
}

/// The median and the 99th percentile of what is done with each task fifty times, milliseconds.
fn slow_end(tasks: &[TaskId], mut work: impl FnMut(TaskId)) -> (f64, f64) {
    let mut taken: Vec<f64> = (0..50)
        .flat_map(|_| tasks)
        .map(|task| {
            let started = Instant::now();
            work(*task);
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    (taken[taken.len() / 2], taken[taken.len() * 99 / 100])
}

/// Tours so full that some tasks fit nowhere: others make room for them.
fn full_tours(criterion: &mut Criterion) {
    let mut draft = city(200, 4600, 7).draft().clone();
    for task in &mut draft.tasks {
        task.service_s += 300;
        task.windows[0].until_s = task.windows[0].from_s + 2 * HOUR_S;
    }
    for vehicle in &mut draft.vehicles {
        vehicle.shift.until_s = 14 * HOUR_S;
        vehicle.capacity = vec![24];
    }
    let problem = Problem::parse(draft).expect("it is in range");
    let plan = planned(&problem, 4600);
    let mut tours = Tours::of(&problem, &plan).expect("the plan holds");
    let left: Vec<TaskId> = tours.left_out().take(100).collect();
    let search = Ejection { moved_max: 3, trials_max: 50_000, may_move: &|_| true };
    let with_room = left.iter().filter(|task| {
        let chain = ejection::make_room(&mut tours, **task, &search);
        chain.is_some()
    });
    println!("others make room for {} of {} tasks that fit nowhere", with_room.count(), left.len());
    let mut turn = left.iter().cycle();
    criterion.bench_function("make room for a task in 200 full tours", |bench| {
        bench.iter(|| {
            let task = turn.next().expect("there are tasks left out");
            black_box(ejection::make_room(&mut tours, *task, &search))
        });
    });
}

fn batch(criterion: &mut Criterion) {
    let problem = city(200, 2500, 9);
    let plan = planned(&problem, 2000);
    let tours = Tours::of(&problem, &plan).expect("the plan holds");
    let open: Vec<TaskId> = (2000..2500).map(TaskId).collect();
    criterion.bench_function("assign 500 tasks to 200 vehicles with 10 stops", |bench| {
        let fresh = || tours.clone();
        bench.iter_batched(
            fresh,
            |mut tours| black_box(assignment::place_all(&mut tours, &open)),
            BatchSize::LargeInput,
        );
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = one_task, full_tours, batch
}
criterion_main!(benches);
