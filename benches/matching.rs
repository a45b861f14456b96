//! Map matching on drives made up on the network itself, so that the truth is known: how far off, and
//! what it costs, for whole traces and reading by reading. On the bundled map of Valletta;
//! `SORTIE_BENCH_MAP` names another file, `SORTIE_BENCH_SEED` other dice.

#[path = "support/drive.rs"]
mod drive;
#[path = "support/map.rs"]
mod map;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use drive::{Drive, Truth, drives};
use map::map_bytes;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use sortie::roads::matching::{
    DrivenEdge, MatchOptions, Matched, OnlineMatcher, Reading, match_trace, observed_speeds,
};
use sortie::roads::profile::Profile;
use sortie::roads::street_network::StreetNetwork;
use sortie::roads::{RoadNetwork as _, Snap, graph, osm};
use std::collections::{HashMap, HashSet};
use std::hint::black_box;

/// As in the comparison with other engines: 140 readings, one each 5 s, off by 6 m along either axis.
const READINGS: usize = 140;
const EVERY_S: f64 = 5.0;
const SIGMA_M: f64 = 6.0;
const TRACES: usize = 100;

type Trace = (Drive, Vec<(Reading, Truth)>);

fn traces(network: &StreetNetwork, every_s: f64, sigma_m: f64, seed: u64) -> Vec<Trace> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed + 1_000);
    let least_s = EVERY_S * READINGS as f64;
    drives(network, TRACES, least_s, seed)
        .into_iter()
        .map(|drive| {
            let readings = drive.readings(network, every_s, sigma_m, READINGS, &mut dice);
            (drive, readings)
        })
        .collect()
}

fn plain(trace: &Trace) -> Vec<Reading> {
    trace.1.iter().map(|(reading, _)| *reading).collect()
}

/// Edges left before this time are seen whole.
fn end_s(trace: &Trace) -> f64 {
    trace.1.last().map_or(0.0, |(reading, _)| reading.at_s - 2.0 * EVERY_S)
}

/// How well places and edges fit the truth.
#[derive(Default)]
struct Score {
    off_m: Vec<f64>,
    readings: usize,
    on_right_edge: usize,
    /// Edges driven whole, and how many of them were found; and found without having been driven.
    driven: usize,
    found: usize,
    made_up: usize,
    /// How far off the times are that driving those found took.
    off_s: Vec<f64>,
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get((values.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN)
}

impl Score {
    fn place(&mut self, truth: &Truth, snap: Option<Snap>) {
        self.readings += 1;
        let Some(snap) = snap else { return };
        self.off_m.push(snap.on_street.distance_m(truth.at));
        self.on_right_edge += usize::from(snap.edge == truth.edge);
    }

    fn edges(&mut self, network: &StreetNetwork, drive: &Drive, end_s: f64, driven: &[DrivenEdge]) {
        let times = drive.leaving_s(network);
        let mut truth: HashMap<u32, f64> = times
            .windows(2)
            .filter(|pair| pair[1].1 < end_s)
            .map(|pair| (pair[1].0, pair[1].1 - pair[0].1))
            .collect();
        self.driven += truth.len();
        let all: HashSet<u32> = times.iter().map(|(edge, _)| *edge).collect();
        for speed in observed_speeds(driven) {
            match truth.remove(&speed.edge) {
                Some(seconds) => {
                    self.found += 1;
                    self.off_s.push((f64::from(speed.seconds) - seconds).abs());
                }
                None => self.made_up += usize::from(!all.contains(&speed.edge)),
            }
        }
    }

    fn print(mut self, name: &str) {
        let percent = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        let lost = self.readings - self.off_m.len();
        println!(
            "{name}: off by {:.2} m (median), {:.1} m (95 %); {:.2} % of readings lost, {:.2} % on the \
             right edge; {:.2} % of edges found, {:.2} % made up, their time off by {:.1} s (median)",
            quantile(&mut self.off_m, 0.5),
            quantile(&mut self.off_m, 0.95),
            percent(lost, self.readings),
            percent(self.on_right_edge, self.readings),
            percent(self.found, self.driven),
            percent(self.made_up, self.found),
            quantile(&mut self.off_s, 0.5),
        );
    }
}

fn score_offline(network: &StreetNetwork, traces: &[Trace]) -> Score {
    let mut score = Score::default();
    for trace in traces {
        let Matched { places, parts } =
            match_trace(network, &plain(trace), MatchOptions::default());
        for ((_, truth), place) in trace.1.iter().zip(places) {
            score.place(truth, place.map(|place| place.snap));
        }
        let edges: Vec<_> = parts.iter().flat_map(|part| part.edges.clone()).collect();
        score.edges(network, &trace.0, end_s(trace), &edges);
    }
    score
}

fn score_online(network: &StreetNetwork, traces: &[Trace]) -> Score {
    let mut score = Score::default();
    for trace in traces {
        let mut matcher = OnlineMatcher::default();
        let mut driven = Vec::new();
        for (reading, truth) in &trace.1 {
            let progress = matcher.take(network, reading);
            score.place(truth, progress.place);
            driven.extend(progress.settled);
        }
        driven.extend(matcher.finish(network));
        score.edges(network, &trace.0, end_s(trace), &driven);
    }
    score
}

#[expect(clippy::disallowed_methods, reason = "a bench is told its dice by the environment")]
fn seed() -> u64 {
    std::env::var("SORTIE_BENCH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn matching(criterion: &mut Criterion) {
    let osm = osm::read(&map_bytes(), &mut |_| {}).expect("the extract is sound");
    let built = graph::build(&osm, &Profile::car()).0.expect("the extract has streets");
    let network = StreetNetwork::new(built, Profile::car()).expect("the car profile is sound");
    let made = traces(&network, EVERY_S, SIGMA_M, seed());
    score_offline(&network, &made).print("offline");
    score_online(&network, &made).print("online");
    for (every_s, sigma_m) in [(1.0, 6.0), (5.0, 15.0), (20.0, 6.0), (60.0, 6.0)] {
        let mut others = traces(&network, every_s, sigma_m, seed());
        for (reading, _) in others.iter_mut().flat_map(|(_, readings)| readings) {
            reading.accuracy_m = Some(sigma_m as f32);
        }
        score_offline(&network, &others).print(&format!("offline, {every_s} s, {sigma_m} m"));
    }

    let mut group = criterion.benchmark_group("matching");
    group.sample_size(30);
    let plain: Vec<Vec<Reading>> = made.iter().map(plain).collect();
    let mut turn = 0;
    let mut next = move || {
        turn += 1;
        turn % TRACES
    };
    group.bench_function("offline, a trace of 140", |bencher| {
        bencher.iter_batched(
            &mut next,
            |trace| match_trace(&network, black_box(&plain[trace]), MatchOptions::default()),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("online, a trace of 140", |bencher| {
        bencher.iter_batched(
            &mut next,
            |trace| {
                let mut matcher = OnlineMatcher::default();
                for reading in &plain[trace] {
                    black_box(matcher.take(&network, reading));
                }
            },
            BatchSize::SmallInput,
        );
    });
    let sparse: Vec<Vec<Reading>> =
        traces(&network, 60.0, SIGMA_M, seed()).iter().map(self::plain).collect();
    group.bench_function("offline, 12 minutes, a reading each 60 s", |bencher| {
        bencher.iter_batched(
            &mut next,
            |trace| match_trace(&network, black_box(&sparse[trace]), MatchOptions::default()),
            BatchSize::SmallInput,
        );
    });
    let mut all = plain.iter().flatten().cycle();
    group.bench_function("snap", |bencher| {
        bencher.iter(|| network.snap(all.next().expect("endless").at));
    });
    group.bench_function("within 20 m", |bencher| {
        bencher.iter(|| network.within(all.next().expect("endless").at, 20.0, None, 8));
    });
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
