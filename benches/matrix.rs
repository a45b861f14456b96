//! What travel time tables cost, with turn restrictions and turn costs, on one thread: whole tables from
//! snapped places, one way, and putting new weights in. On the bundled map of Valletta;
//! `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use criterion::{Criterion, criterion_group, criterion_main};
use map::map_bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sortie::roads::street_network::StreetNetwork;
use sortie::roads::{ImportOptions, Map, RoadNetwork as _, Snap};
use sortie::units::Point;
use std::hint::black_box;
use std::sync::Arc;

/// Midpoints of streets, from a seed, so that every run asks the same.
fn random_snaps(network: &StreetNetwork, count: usize, seed: u64) -> Vec<Snap> {
    let graph = &network.streets().graph;
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut snaps = Vec::with_capacity(count);
    while snaps.len() < count {
        let edge = petgraph::graph::EdgeIndex::new(dice.random_range(0..graph.edge_count()));
        let course = network.streets().course(edge);
        let (a, b) = (course[0], course[1]);
        let middle = Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) };
        snaps.extend(network.snap(middle).ok());
    }
    snaps
}

fn matrix(criterion: &mut Criterion) {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let map = Map::from_pbf(&map_bytes(), &ImportOptions::default(), &mut |_| {}).expect("sound");
    let network = StreetNetwork::new(Arc::clone(&map.streets));
    let (nodes, turns) = (network.turns().node_count(), network.turns().turn_count());
    println!("{nodes} directed edges, {turns} turns, {:?}", network.hierarchy_size());
    let snaps = random_snaps(&network, 1_000, 1);

    let mut group = criterion.benchmark_group("matrix");
    group.sample_size(20);
    for size in [100, 1_000] {
        group.bench_function(format!("{size}x{size}"), |bencher| {
            bencher.iter(|| {
                one_thread.install(|| network.table(black_box(&snaps[..size]), &snaps[..size]))
            });
        });
    }
    group.bench_function("1x1000", |bencher| {
        bencher.iter(|| network.one_to_many(black_box(&snaps[0]), &snaps));
    });
    group.bench_function("1000x1", |bencher| {
        bencher.iter(|| network.many_to_one(&snaps, black_box(&snaps[0])));
    });
    let mut turn = 0;
    let mut pair = || {
        turn += 1;
        (&snaps[turn * 7 % snaps.len()], &snaps[turn * 13 % snaps.len()])
    };
    group.bench_function("one leg", |bencher| {
        bencher.iter(|| {
            let (from, to) = pair();
            network.leg(black_box(from), to)
        });
    });
    group.bench_function("path with geometry", |bencher| {
        bencher.iter(|| {
            let (from, to) = pair();
            network.path(black_box(from), to)
        });
    });
    group.bench_function("customize", |bencher| bencher.iter(|| network.customized()));
    group.sample_size(10);
    group.bench_function("order and customize", |bencher| {
        bencher.iter(|| one_thread.install(|| StreetNetwork::new(Arc::clone(&map.streets))));
    });
    group.finish();
}

criterion_group!(benches, matrix);
criterion_main!(benches);
