//! What a map costs: to import, to snap to, and to ask for paths and travel times. On the bundled map of
//! Valletta; `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use map::map_bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sortie::roads::{ImportOptions, Map, RoadNetwork, Snap};
use sortie::units::Point;
use std::hint::black_box;

fn import(bytes: &[u8]) -> Map {
    Map::from_pbf(bytes, &ImportOptions::default(), &mut |_| {}).expect("the map is sound")
}

/// Points on land, from a seed, so that every run asks the same.
fn random_snaps(network: &dyn RoadNetwork, count: usize, seed: u64) -> Vec<Snap> {
    let bounds = network.bounds();
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut snaps = Vec::with_capacity(count);
    while snaps.len() < count {
        let lat = dice.random_range(bounds.south..bounds.north);
        let lon = dice.random_range(bounds.west..bounds.east);
        snaps.extend(network.snap(Point { lat, lon }).ok());
    }
    snaps
}

fn roads(criterion: &mut Criterion) {
    let bytes = map_bytes();
    let map = import(&bytes);
    let (junctions, edges) = map.network().size();
    println!("{} bytes, {junctions} junctions, {edges} edges", bytes.len());
    let network = &**map.network();

    let mut slow = criterion.benchmark_group("roads");
    slow.sample_size(10);
    slow.bench_function("import", |bencher| bencher.iter(|| import(black_box(&bytes))));
    slow.finish();

    let sources = random_snaps(network, 64, 1);
    let targets = random_snaps(network, 1_000, 2);
    let points: Vec<Point> = targets.iter().map(|snap| snap.on_street).collect();

    let mut group = criterion.benchmark_group("roads");
    group.sample_size(30);
    let mut turn = 0;
    let mut next = move || {
        turn += 1;
        turn
    };
    group.bench_function("snap", |bencher| {
        bencher.iter_batched(
            &mut next,
            |turn| network.snap(black_box(points[turn % points.len()])),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("path", |bencher| {
        bencher.iter_batched(
            &mut next,
            |turn| {
                network.path(&sources[turn % sources.len()], &targets[turn % targets.len()], None)
            },
            BatchSize::SmallInput,
        );
    });
    for count in [100, 1_000] {
        group.bench_function(format!("one_to_many_1x{count}"), |bencher| {
            bencher.iter_batched(
                &mut next,
                |turn| network.one_to_many(&sources[turn % sources.len()], &targets[..count], None),
                BatchSize::SmallInput,
            );
        });
    }
    group.bench_function("table_50x50", |bencher| {
        bencher.iter(|| network.table(black_box(&sources[..50]), &targets[..50], None));
    });
    group.finish();
}

criterion_group!(benches, roads);
criterion_main!(benches);
