//! What tiles cost: to gather from an extract, and to make, each of those that cover streets (sampled
//! evenly where there are many), made anew and taken from memory; and how large they are. Fails if one is
//! larger than 500 kB. On the bundled map of Valletta; `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use criterion::{Criterion, criterion_group, criterion_main};
use map::map_bytes;
use sortie::roads::osm::{OsmMap, read, tag};
use sortie::roads::plane::{Ground, WORLD_BITS};
use sortie::roads::tiles::{MAX_ZOOM, MIN_ZOOM, TileSource};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

/// Of each zoom, at most about so many.
const SAMPLE: usize = 1_500;
/// A tile of this size is an error.
const LEN_MAX: usize = 500_000;

type Address = (u8, u32, u32);

/// The tiles of a zoom with a node of a street in it.
fn tiles_with_streets(map: &OsmMap, zoom: u8) -> Vec<Address> {
    let ground = Ground::of(map);
    let bits = WORLD_BITS - u32::from(zoom);
    let mut tiles = BTreeSet::new();
    for way in map.ways.iter().filter(|way| tag(&way.tags, "highway").is_some()) {
        let tile = |x: i32, y: i32| (zoom, x as u32 >> bits, y as u32 >> bits);
        tiles.extend(ground.line(way).iter().map(|spot| tile(spot.x, spot.y)));
    }
    let every = tiles.len().div_ceil(SAMPLE).max(1);
    tiles.into_iter().step_by(every).collect()
}

struct Figures(Vec<f64>);

impl Figures {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        Self(values)
    }

    fn at(&self, share: f64) -> f64 {
        self.0[((self.0.len() - 1) as f64 * share).round() as usize]
    }

    fn line(&self) -> String {
        format!("{:>8.3} {:>8.3} {:>8.3}", self.at(0.5), self.at(0.95), self.at(1.0))
    }
}

fn ask(source: &TileSource, (z, x, y): Address) -> usize {
    source.tile(z, x, y).expect("a tile of the pyramid").len()
}

fn milliseconds(work: impl FnOnce() -> usize) -> (f64, usize) {
    let start = Instant::now();
    let len = black_box(work());
    (start.elapsed().as_secs_f64() * 1e3, len)
}

fn table(source: &TileSource, samples: &[Vec<Address>]) {
    println!("zoom tiles | anew, ms: p50 p95 max | from memory, ms: p50 p95 max | kB: p50 p95 max");
    let mut all = (Vec::new(), Vec::new(), Vec::new());
    for tiles in samples {
        let (mut anew, mut kept, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
        for &tile in tiles {
            let (first, len) = milliseconds(|| ask(source, tile));
            anew.push(first);
            kept.push(milliseconds(|| ask(source, tile)).0);
            sizes.push(len as f64 / 1e3);
            assert!(len <= LEN_MAX, "{tile:?} has {len} bytes");
        }
        all.0.extend(&anew);
        all.1.extend(&kept);
        all.2.extend(&sizes);
        row(&tiles[0].0.to_string(), anew, kept, sizes);
    }
    row("all", all.0, all.1, all.2);
}

fn row(name: &str, anew: Vec<f64>, kept: Vec<f64>, sizes: Vec<f64>) {
    let count = sizes.len();
    let [anew, kept, sizes] = [anew, kept, sizes].map(|values| Figures::of(values).line());
    println!("{name:>4} {count:>5} | {anew} | {kept} | {sizes}");
}

fn tiles(criterion: &mut Criterion) {
    let map = read(&map_bytes(), &mut |_| {}).expect("sound");
    let samples: Vec<Vec<Address>> =
        (MIN_ZOOM..=MAX_ZOOM).map(|zoom| tiles_with_streets(&map, zoom)).collect();
    table(&TileSource::build(&map), &samples);

    let mut group = criterion.benchmark_group("tiles");
    group.sample_size(10);
    group.bench_function("gather", |bencher| bencher.iter(|| TileSource::build(black_box(&map))));
    let source = TileSource::build(&map);
    for tiles in samples.iter().step_by(2) {
        let middle = tiles[tiles.len() / 2];
        ask(&source, middle);
        group.bench_function(format!("zoom {} from memory", middle.0), |bencher| {
            bencher.iter(|| ask(&source, black_box(middle)));
        });
    }
    group.finish();
}

criterion_group!(benches, tiles);
criterion_main!(benches);
