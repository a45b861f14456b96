//! What a letter more in the address field costs: a made-up typing session over the names of an index,
//! as they are written and with typing errors, with and without a place to be near. Prints the median,
//! the 95th percentile and the slowest answer, and measures whole addresses and the making of the index.
//! On the bundled map of Valletta; `SORTIE_BENCH_MAP` names another file.

#[path = "support/map.rs"]
mod map;

use criterion::{Criterion, criterion_group, criterion_main};
use map::map_bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sortie::roads::osm::read;
use sortie::roads::places::PlaceIndex;
use sortie::units::Point;
use std::hint::black_box;
use std::time::{Duration, Instant};

const NAMES: usize = 300;
const LIMIT: usize = 8;

/// One error in the middle of typing: a letter more, less, another one, or two swapped.
fn with_error(name: &str, dice: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = dice.random_range(0..letters.len());
    match dice.random_range(0..4) {
        0 => letters.insert(at, 'e'),
        1 if letters.len() > 1 => drop(letters.remove(at)),
        2 if at > 0 => letters.swap(at - 1, at),
        _ => letters[at] = 'o',
    }
    letters.into_iter().collect()
}

/// Every beginning of a text.
fn typed(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, letter)| &text[..at + letter.len_utf8()])
}

fn session(name: &str, index: &PlaceIndex, texts: &[String], near: Option<Point>) {
    let mut times: Vec<(Duration, &str)> = Vec::new();
    let mut found = 0;
    for text in texts.iter().flat_map(|text| typed(text)) {
        // The better of two, since other programs interrupt this one.
        let timed = || {
            let start = Instant::now();
            let is_found = !black_box(index.search(text, near, LIMIT)).is_empty();
            (start.elapsed(), is_found)
        };
        let ((first, is_found), (second, _)) = (timed(), timed());
        found += usize::from(is_found);
        times.push((first.min(second), text));
    }
    times.sort_unstable();
    let share = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].0;
    println!(
        "{name}: {} letters, {found} answered; p50 {:?}, p95 {:?}, max {:?} for {:?}",
        times.len(),
        share(50),
        share(95),
        share(100),
        times[times.len() - 1].1
    );
}

fn geocode(criterion: &mut Criterion) {
    let osm = read(&map_bytes(), &mut |_| {}).expect("the map is sound");
    let index = PlaceIndex::build(&osm);
    println!("{:?} entries and house numbers", index.size());
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let all: Vec<&str> = index.names().filter(|name| !name.is_empty()).collect();
    let names: Vec<String> =
        (0..NAMES).map(|_| all[dice.random_range(0..all.len())].to_owned()).collect();
    let wrong: Vec<String> = names.iter().map(|name| with_error(name, &mut dice)).collect();
    let here = index.search(&names[0], None, 1).first().map(|place| place.at);
    session("as written", &index, &names, None);
    session("as written, near", &index, &names, here);
    session("with an error", &index, &wrong, None);
    session("with an error, near", &index, &wrong, here);
    let short: Vec<String> = names.iter().map(|name| name.chars().take(2).collect()).collect();
    session("one or two letters", &index, &short, None);
    session("one or two letters, near", &index, &short, here);

    let mut group = criterion.benchmark_group("geocode");
    let mut turn = 0;
    let mut next = |texts: &[String]| {
        turn += 1;
        texts[turn % texts.len()].clone()
    };
    group.bench_function("a name", |bencher| {
        bencher.iter(|| index.search(&next(&names), here, LIMIT));
    });
    group.bench_function("a name with an error", |bencher| {
        bencher.iter(|| index.search(&next(&wrong), here, LIMIT));
    });
    group.bench_function("an address with words too many", |bencher| {
        bencher.iter(|| index.find_address(&format!("Zyx Ltd, {} 12, Qwv", next(&names)), here));
    });
    group.bench_function("what is here", |bencher| {
        bencher.iter(|| here.and_then(|here| index.reverse(black_box(here))));
    });
    group.sample_size(10);
    group.bench_function("make the index", |bencher| bencher.iter(|| PlaceIndex::build(&osm)));
    group.finish();
}

criterion_group!(benches, geocode);
criterion_main!(benches);
