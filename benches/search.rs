//! The search on a published instance (if the data are there) and on a made-up one: time per thousand iterations, and
//! the gap to the best known value after so many.

use criterion::{Criterion, criterion_group, criterion_main};
use sortie::solver::instance::{self, Convention};
use sortie::solver::search::{self, Options};
use sortie::solver::{Budget, COST_UNIT, Plan, Problem, Tours};
use std::hint::black_box;
use std::path::Path;

/// Instance and best known distance (DIMACS convention).
const INSTANCES: [(&str, f64); 4] = [
    ("solomon/R101", 1637.7),
    ("solomon/RC207", 962.9),
    ("gh200/R1_2_1", 4667.2),
    ("gh1000/R1_10_1", 53026.1),
];

fn published(name: &str) -> Option<Problem> {
    #[expect(clippy::disallowed_methods, reason = "where the data lie")]
    let folder = std::env::var("SORTIE_TEST_DATA").ok()?;
    let folder = Path::new(&folder).join("vrp").join(Path::new(name).parent()?);
    // Files of the families differ in the case of their names.
    let wanted = Path::new(name).file_name()?.to_str()?.to_lowercase();
    let files = std::fs::read_dir(folder).ok()?;
    let file = files.filter_map(Result::ok).map(|entry| entry.path()).find(|path| {
        path.file_stem().is_some_and(|stem| stem.to_string_lossy().to_lowercase() == wanted)
    })?;
    let text = std::fs::read_to_string(file).ok()?;
    Problem::parse(instance::read_solomon(&text, Convention::Dimacs).ok()?).ok()
}

fn iterations(criterion: &mut Criterion) {
    for (name, best_known) in INSTANCES {
        let Some(problem) = published(name) else {
            println!("skipped: {name} is not there (SORTIE_TEST_DATA names the folder)");
            continue;
        };
        let from = Tours::of(&problem, &Plan::empty(&problem)).expect("an empty plan holds");
        let run = |iterations| {
            let budget = Budget::iterations(iterations);
            search::improve(from.clone(), &Options::default(), &budget, &mut |_| {})
        };
        criterion.bench_function(&format!("1000 iterations on {name}"), |bench| {
            bench.iter(|| black_box(run(1000)));
        });
        let distance = run(20_000).cost as f64 / COST_UNIT as f64 / 10.0;
        let gap = (distance / best_known - 1.0) * 100.0;
        println!("{name}: {distance:.1} after 20,000 iterations, {gap:.2} % above the best known");
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = iterations
}
criterion_main!(benches);
