//! Why a task is where it is, and why one is nowhere, in a living plan of 200 vehicles with 20 stops each.

use criterion::{Criterion, criterion_group, criterion_main};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use sortie::solver::explain::{self, Effort, Verdict};
use sortie::solver::{
    Break, Draft, Matrix, Plan, Problem, Task, TaskId, Tours, Vehicle, Window, insertion,
};
use std::hint::black_box;

const HOUR_S: i32 = 3600;
const VEHICLES: usize = 200;

/// A city of 24 km: jobs with windows of four hours, skills, vans of 60 units with a break at noon. The last tasks are
/// open.
fn city(tasks: usize, seed: u64) -> Problem {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let size = VEHICLES + tasks;
    let places: Vec<(f64, f64)> = (0..size)
        .map(|_| (dice.random_range(0.0..24_000.0), dice.random_range(0.0..24_000.0)))
        .collect();
    let mut durations = Vec::with_capacity(size * size);
    for one in &places {
        for two in &places {
            durations.push(((one.0 - two.0).hypot(one.1 - two.1) / 12.0) as i32);
        }
    }
    let distances = durations.iter().map(|seconds| seconds * 12).collect();
    let tasks = (0..tasks).map(|at| {
        let from_s = dice.random_range(8..13) * HOUR_S;
        Task {
            location: (VEHICLES + at) as u32,
            windows: vec![Window { from_s, until_s: from_s + 4 * HOUR_S }],
            service_s: dice.random_range(300..900),
            delivery: vec![dice.random_range(0..3)],
            skills: (0..8).filter(|_| dice.random_bool(0.05)).collect(),
            ..Task::default()
        }
    });
    let tasks: Vec<Task> = tasks.collect();
    let vehicles = (0..VEHICLES).map(|at| Vehicle {
        start: Some(at as u32),
        end: Some(at as u32),
        shift: Window { from_s: 8 * HOUR_S, until_s: 18 * HOUR_S },
        breaks: vec![Break {
            windows: vec![Window { from_s: 11 * HOUR_S, until_s: 14 * HOUR_S }],
            duration_s: HOUR_S / 2,
            ..Break::default()
        }],
        capacity: vec![60],
        skills: (0..8).filter(|_| dice.random_bool(0.8)).collect(),
        ..Vehicle::default()
    });
    let vehicles: Vec<Vehicle> = vehicles.collect();
    let matrices = vec![Matrix::parse(size, durations, distances, None).expect("it is square")];
    Problem::parse(Draft { tasks, vehicles, matrices }).expect("it is in range")
}

/// The first tasks, put in one after the other.
fn planned(problem: &Problem, count: u32) -> Plan {
    let mut tours = Tours::of(problem, &Plan::empty(problem)).expect("an empty plan holds");
    for task in (0..count).map(TaskId) {
        if let Ok(found) = insertion::best(&mut tours, task) {
            insertion::apply(&mut tours, &found);
        }
    }
    tours.plan()
}

fn assignments(criterion: &mut Criterion) {
    let problem = city(4100, 7);
    let plan = planned(&problem, 4000);
    let tours = Tours::of(&problem, &plan).expect("the plan holds");
    let mut turn = (0..4000).step_by(37).map(TaskId).cycle();
    criterion.bench_function("explain one assignment among 200 tours of 20 stops", |bench| {
        bench.iter(|| {
            let task = turn.next().expect("it never ends");
            black_box(explain::assignment(&tours, task, &Effort::default()))
        });
    });
}

/// Tasks that are refused for different reasons.
fn refusals(criterion: &mut Criterion) {
    type Change = fn(&mut Task);
    let cases: [(&str, Change); 3] = [
        ("it would have to begin before anybody can be there", |task| {
            task.windows = vec![Window { from_s: 7 * HOUR_S, until_s: 8 * HOUR_S }];
        }),
        ("nobody has a skill of it", |task| task.skills.insert(20)),
        ("it takes longer than anybody has", |task| task.service_s = 9 * HOUR_S),
    ];
    let problem = city(4100, 7);
    let plan = planned(&problem, 4000);
    for (why, change) in cases {
        let mut draft = problem.draft().clone();
        change(&mut draft.tasks[4000]);
        let late = Problem::parse(draft).expect("it is in range");
        let mut tours = Tours::of(&late, &plan).expect("the plan holds");
        match explain::refusal(&mut tours, TaskId(4000), &Effort::default()) {
            Verdict::Refused(found) => println!("{why}: {} cures", found.cures.len()),
            other => println!("{why}: {other:?}"),
        }
        criterion.bench_function(&format!("refuse a task with its cures: {why}"), |bench| {
            bench
                .iter(|| black_box(explain::refusal(&mut tours, TaskId(4000), &Effort::default())));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = assignments, refusals
}
criterion_main!(benches);
