//! Tiles from a prepared file: the same as before, and never a panic whatever the file holds.

use super::*;
use proptest::prelude::*;

fn stored(source: &TileSource) -> Vec<u8> {
    let mut file = FileWriter::default();
    source.store(&mut file);
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).unwrap();
    bytes
}

fn loaded(bytes: Vec<u8>) -> Result<TileSource, FileError> {
    TileSource::load(&PreparedFile::open(bytes.into())?)
}

fn small_town() -> TileSource {
    TileSource::build(&generate(&TownOptions { size: 300, ..TownOptions::default() }))
}

#[test]
fn a_stored_source_makes_the_same_tiles() {
    let source = small_town();
    let again = loaded(stored(&source)).unwrap();
    assert_eq!(again.bounds(), source.bounds());
    for Tile { z, x, y } in some_tiles(&source) {
        assert!(source.tile(z, x, y) == again.tile(z, x, y), "{z}/{x}/{y}");
    }
}

/// A prepared file whose section `number` has other bytes at a place, with right checksums: what only
/// somebody who means harm writes.
fn forged(bytes: &[u8], number: usize, at: f64, with: [u8; 4]) -> Vec<u8> {
    const HEAD_LEN: usize = 20;
    let directory_len = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let mut directory: Vec<serde_json::Value> =
        serde_json::from_slice(&bytes[HEAD_LEN..HEAD_LEN + directory_len]).unwrap();
    let mut sections = bytes[(HEAD_LEN + directory_len).next_multiple_of(64)..].to_vec();
    let count = directory.len();
    let entry = &mut directory[number % count];
    let (start, len) =
        (entry["start"].as_u64().unwrap() as usize, entry["len"].as_u64().unwrap() as usize);
    let section = &mut sections[start..start + len];
    let place = ((len / 4) as f64 * at) as usize * 4;
    for (byte, new) in section.iter_mut().skip(place).zip(with) {
        *byte = new;
    }
    entry["crc"] = crc32fast::hash(section).into();
    let directory = serde_json::to_vec(&directory).unwrap();
    let mut forged = bytes[..12].to_vec();
    forged.extend((directory.len() as u32).to_le_bytes());
    forged.extend(crc32fast::hash(&directory).to_le_bytes());
    forged.extend(directory);
    forged.resize(forged.len().next_multiple_of(64), 0);
    forged.extend(sections);
    forged
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_forged_file_is_refused_or_makes_tiles_but_never_causes_a_panic(
        forgeries in prop::collection::vec(
            (0_usize..100, 0.0..1.0, prop_oneof![
                any::<[u8; 4]>(),
                (0_u32..20_000).prop_map(u32::to_le_bytes),
            ]),
            1..4,
        ),
    ) {
        static SOURCE: std::sync::LazyLock<(Vec<u8>, Vec<Tile>)> = std::sync::LazyLock::new(|| {
            let source = small_town();
            (stored(&source), some_tiles(&source))
        });
        let (bytes, tiles) = &*SOURCE;
        let mut forgery = bytes.clone();
        for (number, at, with) in forgeries {
            forgery = forged(&forgery, number, at, with);
        }
        if let Ok(source) = loaded(forgery) {
            for tile in tiles {
                let _ = source.tile(tile.z, tile.x, tile.y);
            }
        }
    }
}
