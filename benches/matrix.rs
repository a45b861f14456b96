//! What travel time tables cost, with turn restrictions and turn costs, on one thread: whole tables from
//! snapped places, one way, and putting new weights in. On the bundled map of Valletta;
//! `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use criterion::{Criterion, criterion_group, criterion_main};
use map::map_bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sortie::roads::file::{FileWriter, PreparedFile};
use sortie::roads::profile::Profile;
use sortie::roads::street_network::StreetNetwork;
use sortie::roads::{RoadNetwork as _, Snap, graph, osm};
use sortie::units::Point;
use std::hint::black_box;

/// Midpoints of streets, from a seed, so that every run asks the same.
fn random_snaps(network: &StreetNetwork, count: usize, seed: u64) -> Vec<Snap> {
    let streets = network.streets();
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut snaps = Vec::with_capacity(count);
    while snaps.len() < count {
        let edge = dice.random_range(0..streets.edges().len() as u32);
        let mut course = streets.course(edge);
        let (Some(a), Some(b)) = (course.next(), course.next()) else { continue };
        let middle = Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) };
        snaps.extend(network.snap(middle).ok());
    }
    snaps
}

fn matrix(criterion: &mut Criterion) {
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    let osm = osm::read(&map_bytes(), &mut |_| {}).expect("the extract is sound");
    let build_network = || {
        let built = graph::build(&osm, &Profile::car()).0.expect("the extract has streets");
        StreetNetwork::new(built, Profile::car()).expect("the car profile is sound")
    };
    let network = build_network();
    let (nodes, turns) = (network.turns().node_count(), network.turns().turn_count());
    println!("{nodes} directed edges, {turns} turns, {:?}", network.hierarchy_size());
    let snaps = random_snaps(&network, 1_000, 1);

    let mut group = criterion.benchmark_group("matrix");
    group.sample_size(20);
    for size in [100, 1_000] {
        group.bench_function(format!("{size}x{size}"), |bencher| {
            bencher.iter(|| {
                one_thread
                    .install(|| network.table(black_box(&snaps[..size]), &snaps[..size], None))
            });
        });
    }
    group.bench_function("1x1000", |bencher| {
        bencher.iter(|| network.one_to_many(black_box(&snaps[0]), &snaps, None));
    });
    group.bench_function("1000x1", |bencher| {
        bencher.iter(|| network.many_to_one(&snaps, black_box(&snaps[0]), None));
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
            network.path(black_box(from), to, None)
        });
    });
    group.bench_function("customize", |bencher| bencher.iter(|| network.customized()));
    group.sample_size(10);
    group.bench_function("streets, order and customize", |bencher| {
        bencher.iter(|| one_thread.install(build_network));
    });
    let mut file = FileWriter::default();
    network.store(&mut file);
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).expect("memory takes all");
    println!("{} bytes prepared", bytes.len());
    let bytes = bytes::Bytes::from(bytes);
    group.bench_function("load a prepared network", |bencher| {
        bencher.iter(|| {
            let file = PreparedFile::open(bytes.clone()).expect("just written");
            StreetNetwork::load(&file, "car").expect("just written")
        });
    });
    group.finish();
}

criterion_group!(benches, matrix);
criterion_main!(benches);
