//! A prepared map with some bytes changed and its checksums made right again: it is refused, or answers without
//! a panic. Changed bytes with wrong checksums are the easy part, and tried too.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sortie::roads::file::PreparedFile;
use sortie::roads::profile::Profile;
use sortie::roads::town::{TownOptions, generate};
use sortie::roads::{FileFacts, Map, RoadNetwork as _};
use std::sync::LazyLock;

static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let town = generate(&TownOptions { size: 60, ..TownOptions::default() });
    let map = Map::from_osm(&town, FileFacts::default(), &[Profile::car()], &mut |_| {});
    let mut bytes = Vec::new();
    map.expect("the town has streets").store().write_to(&mut bytes).expect("memory takes all");
    bytes
});

/// Where the parts of a file stand: see the head of `roads/file/mod.rs`.
const DIRECTORY_LEN_AT: usize = 12;
const DIRECTORY_AT: usize = 20;

/// Writes the checksums of all sections and of the directory anew.
fn heal(bytes: &mut [u8]) -> Option<()> {
    let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let len = number(DIRECTORY_LEN_AT)? as usize;
    let directory = bytes.get(DIRECTORY_AT..DIRECTORY_AT + len)?;
    let mut text = String::from_utf8(directory.to_vec()).ok()?;
    let sections: Vec<serde_json::Value> = serde_json::from_str(&text).ok()?;
    let base = (DIRECTORY_AT + len).next_multiple_of(64);
    for section in sections {
        let start = base.checked_add(section["start"].as_u64()? as usize)?;
        let end = start.checked_add(section["len"].as_u64()? as usize)?;
        let crc = crc32fast::hash(bytes.get(start..end)?);
        let (old, new) = (section["crc"].as_u64()?.to_string(), crc.to_string());
        // The directory keeps its length: a shorter number gets zeroes in front, which JSON refuses, so only
        // numbers of the same length are replaced.
        if old.len() == new.len() {
            text = text.replacen(&format!("\"crc\":{old}"), &format!("\"crc\":{new}"), 1);
        }
    }
    bytes[DIRECTORY_AT..DIRECTORY_AT + len].copy_from_slice(text.as_bytes());
    let crc = crc32fast::hash(text.as_bytes());
    bytes[16..20].copy_from_slice(&crc.to_le_bytes());
    Some(())
}

fuzz_target!(|changes: Vec<(u32, u8)>| {
    let mut bytes = WHOLE.clone();
    for (at, with) in changes {
        let at = at as usize % bytes.len();
        bytes[at] ^= with;
    }
    let _ = PreparedFile::open(Bytes::from(bytes.clone()));
    let _ = heal(&mut bytes);
    let Ok(map) = Map::load(bytes.into()) else { return };
    let network = map.network();
    let corner = sortie::units::Point { lat: map.bounds.south, lon: map.bounds.west };
    if let (Ok(from), Ok(to)) = (network.snap(map.bounds.centre()), network.snap(corner)) {
        if let Ok(path) = network.path(&from, &to, None) {
            let _ = network.directions(&path);
        }
        let _ = network.table(&[from, to], &[to, from], None);
        let _ = network.customized();
    }
    let _ = map.tiles.tile(14, 8848, 6446);
    let _ = map.places.search("a", None, 5);
    let _ = map.places.reverse(corner);
});
