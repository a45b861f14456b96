//! Any text as an address and a query, any bytes as a body, of the OSRM interface.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sortie::api::osrm::request::{parse, parse_body};

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (path, query, body) = input;
    let _ = parse(path, query);
    let _ = parse_body(path, body);
    for service in ["nearest", "route", "table", "match", "trip"] {
        let _ = parse(&format!("{service}/v1/car/{path}"), query);
        let _ = parse(&format!("{service}/v1/car/14.5,35.9;14.6,35.8"), query);
        let _ = parse_body(&format!("{service}/v1/car"), body);
    }
});
