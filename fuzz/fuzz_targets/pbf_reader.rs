//! Any bytes as an OpenStreetMap extract: they become a map, or an error that names what is wrong.
//!
//! The library that takes blocks apart may panic on damaged ones, which the reader takes for damage. So a
//! panic counts only if it gets out: the hook that ends the process at the first one is taken away.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sortie::roads::osm;
use std::sync::Once;

static HOOK: Once = Once::new();

fuzz_target!(|bytes: &[u8]| {
    HOOK.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let _ = osm::read_data_at_s(bytes);
    let _ = osm::read(bytes, &mut |_| {});
});
