//! Any bytes as an OpenStreetMap extract: they become a map, or an error that names what is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sortie::roads::osm;

fuzz_target!(|bytes: &[u8]| {
    let _ = osm::read_data_at_s(bytes);
    let _ = osm::read(bytes, &mut |_| {});
});
