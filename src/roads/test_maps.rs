//! Maps for tests: small random ones, and the real extracts of `SORTIE_TEST_DATA`.

use super::graph::{Built, build};
use super::osm::{OsmMap, OsmNode, OsmWay, Tags, read};
use super::profile::Profile;
use crate::units::Point;
use crate::units::test_data::test_data;
use proptest::prelude::*;

fn way_tags() -> impl Strategy<Value = Tags> {
    let class = prop::sample::select(vec!["primary", "residential", "service", "living_street"]);
    let oneway = prop::sample::select(vec!["no", "no", "yes", "-1"]);
    (class, oneway).prop_map(|(class, oneway)| {
        vec![("highway".into(), class.into()), ("oneway".into(), oneway.into())]
    })
}

/// Up to forty nodes within two kilometres, some at one place, and streets between them at random:
/// loops, parallel streets, streets that meet themselves, dead ends.
pub(crate) fn random_map() -> impl Strategy<Value = OsmMap> {
    let nodes = prop::collection::vec((0_i32..200_000, 0_i32..200_000), 4..40);
    let ways =
        prop::collection::vec((prop::collection::vec(0_usize..1000, 2..6), way_tags()), 3..40);
    (nodes, ways).prop_map(|(places, ways)| {
        let count = places.len();
        let nodes = (1..)
            .zip(places)
            .map(|(id, (lat, lon))| OsmNode {
                id,
                lat_e7: 359_000_000 + lat,
                lon_e7: 145_000_000 + lon,
                tags: Tags::new(),
            })
            .collect();
        let ways = (1..)
            .zip(ways)
            .map(|(id, (picks, tags))| OsmWay {
                id,
                nodes: picks.iter().map(|pick| (pick % count) as i64 + 1).collect(),
                tags,
            })
            .collect();
        OsmMap { nodes, ways, relations: Vec::new() }
    })
}

/// A point in or somewhat around the random maps.
pub(crate) fn random_point() -> impl Strategy<Value = Point> {
    (35.896..35.924, 14.496..14.524).prop_map(|(lat, lon)| Point { lat, lon })
}

/// The bytes of a real extract, or `None` with a line that says why the test is skipped.
pub(crate) fn real_extract(name: &str) -> Option<Vec<u8>> {
    let path = test_data(&format!("osm/{name}"))?;
    Some(std::fs::read(path).expect("an extract that is there is readable"))
}

/// The map that comes with the product.
pub(crate) fn bundled_map() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/maps/valletta.osm.pbf");
    std::fs::read(path).expect("the bundled map is part of the repository")
}

/// The streets of a real extract.
pub(crate) fn real_streets(name: &str) -> Option<Built> {
    let map = read(&real_extract(name)?, &mut |_| {}).expect("the extract is sound");
    build(&map, &Profile::car()).0
}
