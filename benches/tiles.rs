//! What tiles cost: to gather from an extract, to load from a prepared file, and to make one, on one
//! thread, anew and from memory; and how large they are. The tiles are those with a street in them,
//! evenly sampled where there are many. Fails if one is larger than 500 kB. On the bundled map of
//! Valletta; `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use map::map_bytes;
use sortie::roads::file::{FileWriter, PreparedFile};
use sortie::roads::osm::{OsmMap, read, tag};
use sortie::roads::plane::{Ground, WORLD_BITS};
use sortie::roads::tiles::{MAX_ZOOM, MIN_ZOOM, TileSource};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

/// Of each zoom, at most so many.
const SAMPLE_MAX: usize = 1_500;
/// A tile of this size is an error.
const LEN_MAX: usize = 500_000;
/// Each tile is made so many times; the fastest counts, since other programs interrupt.
const PASSES: usize = 3;

type Address = (u8, u32, u32);

/// The tiles of a zoom with a node of a street in it.
fn tiles_with_streets(ground: &Ground<'_>, zoom: u8) -> Vec<Address> {
    let bits = WORLD_BITS - u32::from(zoom);
    let mut tiles = BTreeSet::new();
    for way in ground.map.ways.iter().filter(|way| tag(&way.tags, "highway").is_some()) {
        let spots = ground.line(way);
        tiles.extend(spots.iter().map(|spot| (zoom, spot.x as u32 >> bits, spot.y as u32 >> bits)));
    }
    let every = tiles.len().div_ceil(SAMPLE_MAX).max(1);
    tiles.into_iter().step_by(every).collect()
}

fn stored(source: &TileSource) -> Bytes {
    let mut file = FileWriter::default();
    source.store(&mut file);
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).expect("writing to memory does not fail");
    bytes.into()
}

fn load(bytes: &Bytes) -> TileSource {
    PreparedFile::open(bytes.clone()).and_then(|file| TileSource::load(&file)).expect("sound")
}

fn ask(source: &TileSource, (z, x, y): Address) -> usize {
    source.tile(z, x, y).expect("a tile of the pyramid").len()
}

fn milliseconds(work: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64() * 1e3
}

/// Milliseconds anew, milliseconds from memory, and kilobytes of each tile.
fn measure(file: &Bytes, tiles: &[Address]) -> [Vec<f64>; 3] {
    let mut columns = [vec![f64::MAX; tiles.len()], vec![f64::MAX; tiles.len()], Vec::new()];
    for _ in 0..PASSES {
        let source = load(file);
        columns[2].clear();
        for (at, &tile) in tiles.iter().enumerate() {
            columns[0][at] = columns[0][at].min(milliseconds(|| ask(&source, tile)));
            columns[1][at] = columns[1][at].min(milliseconds(|| ask(&source, tile)));
            let len = ask(&source, tile);
            assert!(len <= LEN_MAX, "{tile:?} has {len} bytes");
            columns[2].push(len as f64 / 1e3);
        }
    }
    columns
}

fn row(zoom: &str, columns: [Vec<f64>; 3]) {
    print!("{zoom:>4} {:>6}", columns[0].len());
    for mut values in columns {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        print!(" | {:>9.4} {:>9.4} {:>9.4}", at(0.5), at(0.95), at(1.0));
    }
    println!();
}

fn table(map: &OsmMap, file: &Bytes) {
    println!("zoom  tiles | anew, ms: p50, p95, max        | from memory, ms               | kB");
    let ground = Ground::of(map);
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for zoom in MIN_ZOOM..=MAX_ZOOM {
        let columns = measure(file, &tiles_with_streets(&ground, zoom));
        for (all, column) in all.iter_mut().zip(&columns) {
            all.extend(column);
        }
        row(&zoom.to_string(), columns);
    }
    row("all", all);
}

fn tiles(criterion: &mut Criterion) {
    let map = read(&map_bytes(), &mut |_| {}).expect("sound");
    let source = TileSource::build(&map);
    let file = stored(&source);
    println!("{:.1} MB in the prepared file", file.len() as f64 / 1e6);
    table(&map, &file);

    let mut group = criterion.benchmark_group("tiles");
    group.sample_size(10);
    group.bench_function("gather", |bencher| bencher.iter(|| TileSource::build(black_box(&map))));
    group.bench_function("load", |bencher| bencher.iter(|| load(black_box(&file))));
    let ground = Ground::of(&map);
    for zoom in [8, 12, 16] {
        let tiles = tiles_with_streets(&ground, zoom);
        let middle = tiles[tiles.len() / 2];
        group.bench_function(format!("zoom {zoom} from memory"), |bencher| {
            bencher.iter(|| ask(&source, black_box(middle)));
        });
    }
    group.finish();
}

criterion_group!(benches, tiles);
criterion_main!(benches);
