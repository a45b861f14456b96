//! The map that a bench runs on: the bundled one, or the file that `SORTIE_BENCH_MAP` names.

#[expect(clippy::disallowed_methods, reason = "a bench is told its map by the environment")]
pub fn map_bytes() -> Vec<u8> {
    let bundled = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/maps/valletta.osm.pbf");
    let file = std::env::var("SORTIE_BENCH_MAP").unwrap_or_else(|_| bundled.to_owned());
    std::fs::read(&file).unwrap_or_else(|error| panic!("{file} cannot be read: {error}"))
}
