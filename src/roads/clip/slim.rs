//! Which tags, nodes, ways and relations are left in a small extract: those that streets, tiles or places
//! read. What they read is listed here; a key that is read newly must be added.

use super::{is_land, is_multipolygon, is_postcode_border};
use crate::roads::osm::{MemberKind, OsmMap, OsmNode, Tags, tag};
use std::collections::HashSet;

/// A node or way with one of these is shown, searched or driven.
const SUBJECTS: &[&str] = &[
    "highway",
    "building",
    "building:part",
    "natural",
    "landuse",
    "leisure",
    "water",
    "waterway",
    "amenity",
    "shop",
    "tourism",
    "office",
    "craft",
    "healthcare",
    "industrial",
    "historic",
    "man_made",
    "aeroway",
    "railway",
    "place",
    "boundary",
    "addr:housenumber",
    "addr:housename",
];

/// Further keys that are read of what is kept.
const DETAILS: &[&str] = &[
    "type",
    "route",
    "ferry",
    "duration",
    "oneway",
    "junction",
    "access",
    "motorcar",
    "motor_vehicle",
    "vehicle",
    "goods",
    "hgv",
    "bicycle",
    "foot",
    "cycleway",
    "crossing",
    "direction",
    "barrier",
    "bollard",
    "maxspeed",
    "surface",
    "tracktype",
    "smoothness",
    "service",
    "area",
    "lanes",
    "bridge",
    "tunnel",
    "layer",
    "restriction",
    "except",
    "name",
    "ref",
    "alt_name",
    "old_name",
    "int_name",
    "short_name",
    "official_name",
    "loc_name",
    "population",
    "capital",
    "intermittent",
    "location",
    "public_transport",
    "admin_level",
    "maritime",
    "postal_code",
    "boundary",
];

/// Signs that keep vehicles out by their size, at a node or along a way.
const LIMITS: &[&str] = &[
    "maxheight",
    "maxheight:physical",
    "maxwidth",
    "maxwidth:physical",
    "maxlength",
    "maxweight",
    "maxweightrating",
    "maxaxleload",
];

/// The same for keys with a suffix: `name:en`, `maxspeed:forward`, `restriction:conditional`.
const DETAIL_PREFIXES: &[&str] = &[
    "addr:",
    "oneway:",
    "maxspeed:",
    "source:maxspeed",
    "zone:",
    "restriction:",
    "cycleway:",
    "traffic_signals:direction",
    "crossing:direction",
];

/// Names in other languages than these are dropped; the plain `name` stays in any.
const NAME_LANGUAGES: &[&str] = &["name:en", "name:mt", "name:pt", "name:fr", "name:de"];

/// What a node on a street may say to who drives by.
const NODE_HIGHWAYS: &[&str] = &["traffic_signals", "stop", "give_way", "crossing"];

/// Drops tags, and then nodes, ways and relations, that nothing in the product reads.
pub fn slim(map: &mut OsmMap) {
    let shown_ways: HashSet<i64> =
        map.ways.iter().filter(|way| has_subject(&way.tags)).map(|way| way.id).collect();
    // In old data the outer way says what a multipolygon is, and the relation says nothing.
    map.relations.retain(|relation| match tag(&relation.tags, "type") {
        Some("multipolygon") => {
            let has_shown = relation.members.iter().any(|member| shown_ways.contains(&member.id));
            let is_ground = is_multipolygon(relation) && (has_subject(&relation.tags) || has_shown);
            // The outline of an island says where its name is written.
            is_ground || matches!(tag(&relation.tags, "place"), Some("island" | "islet"))
        }
        Some("restriction" | "associatedStreet" | "street") => true,
        Some("boundary") => is_postcode_border(&relation.tags) || is_land(&relation.tags),
        _ => false,
    });
    for relation in &mut map.relations {
        if is_land(&relation.tags) && !is_postcode_border(&relation.tags) {
            relation.members.clear();
        }
        relation.tags.retain(|(key, _)| is_read(key));
    }
    let member_ways: HashSet<i64> = map
        .relations
        .iter()
        .flat_map(|relation| &relation.members)
        .filter(|member| member.kind == MemberKind::Way)
        .map(|member| member.id)
        .collect();
    for way in &mut map.ways {
        // Of routes only ferries are driven; a barrier along a way is a wall.
        way.tags.retain(|(key, value)| match &**key {
            "barrier" => false,
            "route" => &**value == "ferry",
            "boundary" => &**value == "administrative",
            key => is_read(key),
        });
        if !is_shown_way(&way.tags) {
            way.tags.clear();
        }
    }
    map.ways.retain(|way| !way.tags.is_empty() || member_ways.contains(&way.id));
    let of_streets: HashSet<i64> = map
        .ways
        .iter()
        .filter(|way| tag(&way.tags, "highway").is_some())
        .flat_map(|way| way.nodes.iter().copied())
        .collect();
    let mut needed: HashSet<i64> =
        map.ways.iter().flat_map(|way| way.nodes.iter().copied()).collect();
    needed.extend(
        map.relations
            .iter()
            .flat_map(|relation| &relation.members)
            .filter(|member| member.kind == MemberKind::Node)
            .map(|member| member.id),
    );
    for node in &mut map.nodes {
        slim_node(node, of_streets.contains(&node.id));
    }
    map.nodes.retain(|node| !node.tags.is_empty() || needed.contains(&node.id));
}

fn is_read(key: &str) -> bool {
    SUBJECTS.contains(&key)
        || DETAILS.contains(&key)
        || LIMITS.contains(&key)
        || NAME_LANGUAGES.contains(&key)
        || DETAIL_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

fn has_subject(tags: &Tags) -> bool {
    tags.iter().any(|(key, _)| SUBJECTS.contains(&&**key))
        || tag(tags, "public_transport") == Some("station")
}

fn is_shown_way(tags: &Tags) -> bool {
    has_subject(tags) || tag(tags, "route") == Some("ferry")
}

/// A node is a barrier or a sign on a street, an address, or something with a name; a tree or a bench
/// is neither.
fn slim_node(node: &mut OsmNode, is_on_street: bool) {
    let tags = &mut node.tags;
    if tags.is_empty() {
        return;
    }
    let is_sign = is_on_street
        && (tag(tags, "barrier").is_some()
            || tags.iter().any(|(key, _)| LIMITS.contains(&&**key))
            || tag(tags, "highway").is_some_and(|value| NODE_HIGHWAYS.contains(&value)));
    let is_address =
        tag(tags, "addr:housenumber").is_some() || tag(tags, "addr:housename").is_some();
    // A bus stop or a crossing is no thing of its own, even with a name.
    let is_thing = tags.iter().any(|(key, _)| &**key != "highway" && SUBJECTS.contains(&&**key))
        || tag(tags, "public_transport") == Some("station");
    let is_named_thing = is_thing && tag(tags, "name").is_some();
    if is_sign || is_address || is_named_thing {
        tags.retain(|(key, _)| is_read(key));
    } else {
        tags.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::osm::OsmWay;
    use crate::roads::profile::Profile;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    fn way(id: i64, nodes: &[i64], pairs: &[(&str, &str)]) -> OsmWay {
        OsmWay { id, nodes: nodes.to_vec(), tags: tags(pairs) }
    }

    #[test]
    fn slimming_keeps_what_is_driven_shown_or_searched() {
        let mut map = OsmMap {
            nodes: (1..10)
                .map(|id| OsmNode { id, lat_e7: 0, lon_e7: 0, tags: Tags::new() })
                .collect(),
            ways: vec![
                way(1, &[4, 5], &[("highway", "primary"), ("lit", "yes"), ("maxspeed", "50")]),
                way(2, &[5, 6], &[("barrier", "wall")]),
                way(3, &[6, 7], &[("power", "generator")]),
            ],
            relations: Vec::new(),
        };
        map.nodes[3].tags = tags(&[("barrier", "gate"), ("note", "blue")]);
        map.nodes[4].tags = tags(&[("natural", "tree")]);
        map.nodes[7].tags = tags(&[("addr:housenumber", "7"), ("phone", "1")]);
        slim(&mut map);
        assert_eq!(map.ways, [way(1, &[4, 5], &[("highway", "primary"), ("maxspeed", "50")])]);
        assert_eq!(map.nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [4, 5, 8]);
        assert_eq!(map.nodes[0].tags, tags(&[("barrier", "gate")]));
        assert!(map.nodes[1].tags.is_empty());
        assert_eq!(map.nodes[2].tags, tags(&[("addr:housenumber", "7")]));
    }

    #[test]
    fn a_slim_extract_has_the_same_streets_tiles_and_places() {
        use crate::roads::places::PlaceIndex;
        use crate::roads::{graph, osm::read, test_maps::real_extract, tiles::TileSource};
        for name in ["monaco.osm.pbf", "malta.osm.pbf"] {
            let Some(bytes) = real_extract(name) else {
                return;
            };
            let whole = read(&bytes, &mut |_| {}).unwrap();
            let mut small = whole.clone();
            slim(&mut small);
            assert!(small.nodes.len() < whole.nodes.len());
            let (streets, report) = graph::build(&whole, &Profile::car());
            let (slim_streets, slim_report) = graph::build(&small, &Profile::car());
            assert_eq!(report, slim_report, "{name}");
            let centre = streets.unwrap().streets.bounds().centre();
            assert_eq!(slim_streets.unwrap().streets.bounds().centre(), centre);

            let (places, slim_places) = (PlaceIndex::build(&whole), PlaceIndex::build(&small));
            assert_eq!(places.size(), slim_places.size(), "{name}");
            assert_eq!(places.reverse(centre), slim_places.reverse(centre), "{name}");

            let (tiles, slim_tiles) = (TileSource::build(&whole), TileSource::build(&small));
            for zoom in [10, 13, 14, 16_u8] {
                let count = f64::from(1_u32 << zoom);
                let column = (centre.lon + 180.0) / 360.0 * count;
                let lat = centre.lat.to_radians();
                let row = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * count;
                for (right, down) in [(0, 0), (1, 0), (0, 1), (2, 2)] {
                    let (x, y) = (column as u32 + right, row as u32 + down);
                    assert!(
                        tiles.tile(zoom, x, y) == slim_tiles.tile(zoom, x, y),
                        "{name} {zoom}/{x}/{y}"
                    );
                }
            }
        }
    }
}
