//! Whole tiles, decoded by a reader of their own: by hand for a tiny map, by law for a town, by sight
//! of numbers for the real extracts.

mod stored;

use super::*;
use crate::roads::osm::{OsmNode, OsmWay, Tags, read};
use crate::roads::test_maps::real_extract;
use crate::roads::town::{TownOptions, generate};
use crate::roads::wire::{Field, next_field};
use rings::{doubled_area, ring_contains};
use std::collections::HashMap;

/// A feature as a client sees it.
#[derive(Debug, Default, Clone, PartialEq)]
struct Seen {
    attributes: Vec<(String, String)>,
    kind: u64,
    /// Points, or lines, or rings closed by their first place.
    parts: Vec<Vec<Spot>>,
}

impl Seen {
    fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

fn fields(mut bytes: &[u8]) -> Vec<(u32, Field<'_>)> {
    let mut fields = Vec::new();
    while let Some((number, field, rest)) = next_field(bytes) {
        fields.push((number, field));
        bytes = rest;
    }
    assert!(bytes.is_empty(), "the message is whole");
    fields
}

fn varints(bytes: &[u8]) -> Vec<u64> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0, 0);
    for byte in bytes {
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            numbers.push(value);
            (value, shift) = (0, 0);
        }
    }
    numbers
}

fn decode(bytes: &[u8]) -> HashMap<String, Vec<Seen>> {
    let mut layers = HashMap::new();
    for (number, field) in fields(bytes) {
        let (3, Field::Bytes(layer)) = (number, field) else { panic!("only layers in a tile") };
        let (mut name, mut keys, mut values, mut features) =
            (String::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, field) in fields(layer) {
            match (number, field) {
                (1, Field::Bytes(text)) => name = String::from_utf8(text.to_vec()).unwrap(),
                (2, Field::Bytes(feature)) => features.push(feature),
                (3, Field::Bytes(key)) => keys.push(String::from_utf8(key.to_vec()).unwrap()),
                (4, Field::Bytes(value)) => values.push(match fields(value)[..] {
                    [(1, Field::Bytes(text))] => String::from_utf8(text.to_vec()).unwrap(),
                    [(6, Field::Number(number))] => (number >> 1).to_string(),
                    [(7, Field::Number(1))] => "true".to_owned(),
                    ref other => panic!("{other:?}"),
                }),
                (5, Field::Number(extent)) => assert_eq!(extent, 4096),
                (15, Field::Number(version)) => assert_eq!(version, 2),
                other => panic!("{other:?}"),
            }
        }
        let seen = features.into_iter().map(|feature| decode_feature(feature, &keys, &values));
        assert!(layers.insert(name, seen.collect()).is_none(), "a layer comes once");
    }
    layers
}

fn decode_feature(bytes: &[u8], keys: &[String], values: &[String]) -> Seen {
    let mut seen = Seen::default();
    for (number, field) in fields(bytes) {
        match (number, field) {
            (2, Field::Bytes(tags)) => {
                for pair in varints(tags).chunks(2) {
                    let (key, value) = (&keys[pair[0] as usize], &values[pair[1] as usize]);
                    seen.attributes.push((key.clone(), value.clone()));
                }
            }
            (3, Field::Number(kind)) => seen.kind = kind,
            (4, Field::Bytes(geometry)) => {
                let numbers = varints(geometry);
                let mut at = 0;
                let mut cursor = Spot::default();
                while at < numbers.len() {
                    let (command, count) = (numbers[at] & 7, numbers[at] >> 3);
                    at += 1;
                    if command == 7 {
                        let ring = seen.parts.last_mut().unwrap();
                        ring.push(ring[0]);
                        continue;
                    }
                    for _ in 0..count {
                        let step = |number: u64| (number >> 1) as i32 ^ -((number & 1) as i32);
                        cursor.x += step(numbers[at]);
                        cursor.y += step(numbers[at + 1]);
                        at += 2;
                        if command == 1 {
                            seen.parts.push(Vec::new());
                        }
                        seen.parts.last_mut().unwrap().push(cursor);
                    }
                }
            }
            other => panic!("{other:?}"),
        }
    }
    seen
}

/// Layers with the kind of their geometry: points, lines, areas.
const LAYERS: [(&str, u64); 11] = [
    ("landuse", 3),
    ("green", 3),
    ("water", 3),
    ("waterway", 2),
    ("buildings", 3),
    ("boundaries", 2),
    ("streets", 2),
    ("water_names", 1),
    ("pois", 1),
    ("housenumbers", 1),
    ("places", 1),
];

/// What every tile must keep.
fn check(bytes: &[u8]) -> HashMap<String, Vec<Seen>> {
    let layers = decode(bytes);
    for (name, features) in &layers {
        for feature in features {
            let in_reach = |value: i32| (-BUFFER..=EXTENT + BUFFER).contains(&value);
            assert!(!feature.parts.is_empty());
            for part in &feature.parts {
                assert!(part.iter().all(|spot| in_reach(spot.x) && in_reach(spot.y)), "{name}");
                assert!(feature.kind == 1 || part.windows(2).all(|pair| pair[0] != pair[1]));
                match feature.kind {
                    1 => assert_eq!(part.len(), 1),
                    2 => assert!(part.len() >= 2),
                    _ => assert!(part.len() >= 4 && doubled_area(part) != 0),
                }
            }
            if feature.kind == 3 {
                assert!(doubled_area(&feature.parts[0]) > 0, "{name} begins with a border");
            }
            let expected = LAYERS.iter().find(|(layer, _)| layer == name).unwrap().1;
            assert_eq!(feature.kind, expected, "{name}");
        }
    }
    layers
}

fn tile_at(point: Point, z: u8) -> Tile {
    let spot = Spot::of(point);
    let bits = 28 - u32::from(z);
    Tile { z, x: spot.x as u32 >> bits, y: spot.y as u32 >> bits }
}

fn tile_of(source: &TileSource, point: Point, z: u8) -> HashMap<String, Vec<Seen>> {
    let Tile { z, x, y } = tile_at(point, z);
    check(&source.tile(z, x, y).unwrap())
}

/// Whether an area of the layer covers a point.
fn is_covered(layer: Option<&Vec<Seen>>, point: Point, z: u8) -> bool {
    let unit = tile_at(point, z).unit(Spot::of(point));
    let rings = layer.into_iter().flatten().flat_map(|feature| &feature.parts);
    rings
        .filter(|ring| ring_contains(ring, unit))
        .map(|ring| doubled_area(ring).signum())
        .sum::<i64>()
        > 0
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|&(key, value)| (key.into(), value.into())).collect()
}

/// A map of nodes in units of tile 16/40000/30000, so that its geometry can be told by hand.
fn tiny_map(nodes: &[(i32, i32)], ways: Vec<(Vec<i64>, Tags)>) -> OsmMap {
    let place =
        |&(x, y): &(i32, i32)| Spot { x: 40_000 * 4096 + x, y: 30_000 * 4096 + y }.point().to_e7();
    OsmMap {
        nodes: (1..)
            .zip(nodes.iter().map(place))
            .map(|(id, (lat_e7, lon_e7))| OsmNode { id, lat_e7, lon_e7, tags: Tags::new() })
            .collect(),
        ways: (1..).zip(ways).map(|(id, (nodes, tags))| OsmWay { id, nodes, tags }).collect(),
        relations: Vec::new(),
    }
}

fn spots(places: &[(i32, i32)]) -> Vec<Spot> {
    places.iter().map(|&(x, y)| Spot { x, y }).collect()
}

#[test]
fn a_tiny_map_has_the_geometry_told_by_hand() {
    let map = tiny_map(
        &[(100, 200), (300, 200), (5000, 200), (10, 10), (60, 10), (60, 50), (10, 50)],
        vec![
            (
                vec![1, 2, 3],
                tags(&[("highway", "residential"), ("name", "Main"), ("oneway", "-1")]),
            ),
            (vec![4, 7, 6, 5, 4], tags(&[("building", "yes"), ("addr:housenumber", "12A")])),
        ],
    );
    let source = TileSource::build(&map);
    let layers = check(&source.tile(16, 40_000, 30_000).unwrap());
    let street = &layers["streets"][0];
    assert_eq!(street.get("class"), Some("minor"));
    assert_eq!(street.get("name"), Some("Main"));
    assert_eq!(street.get("oneway"), Some("true"));
    // Turned with the traffic and cut at the buffer.
    assert_eq!(street.parts, [spots(&[(4160, 200), (300, 200), (100, 200)])]);
    let house = &layers["buildings"][0];
    assert_eq!(house.parts, [spots(&[(60, 10), (60, 50), (10, 50), (10, 10), (60, 10)])]);
    let number = &layers["housenumbers"][0];
    assert_eq!(
        (number.get("housenumber"), &number.parts),
        (Some("12A"), &vec![spots(&[(35, 30)])])
    );
    // The street goes on in the next tile, from its own buffer on.
    let next = check(&source.tile(16, 40_001, 30_000).unwrap());
    assert_eq!(next["streets"][0].parts, [spots(&[(904, 200), (-64, 200)])]);
    // Half as deep, half as large.
    let above = check(&source.tile(15, 20_000, 15_000).unwrap());
    assert_eq!(above["streets"][0].parts, [spots(&[(2500, 100), (150, 100), (50, 100)])]);
}

#[test]
fn there_is_no_tile_outside_of_the_zooms_and_the_pyramid_and_an_empty_one_elsewhere() {
    let source = TileSource::build(&OsmMap::default());
    assert_eq!(source.tile(7, 0, 0), None);
    assert_eq!(source.tile(17, 0, 0), None);
    assert_eq!(source.tile(8, 256, 0), None);
    assert_eq!(source.tile(8, 255, 255).map(|bytes| bytes.len()), Some(0));
}

#[test]
fn every_tile_of_a_town_is_sound_and_streets_appear_by_rank() {
    let map = generate(&TownOptions { size: 1_500, ..TownOptions::default() });
    let source = TileSource::build(&map);
    let bounds = source.bounds();
    let corners = [
        Point { lat: bounds.north, lon: bounds.west },
        Point { lat: bounds.south, lon: bounds.east },
    ];
    let mut seen = std::collections::HashSet::new();
    for z in MIN_ZOOM..=MAX_ZOOM {
        let (first, last) = (tile_at(corners[0], z), tile_at(corners[1], z));
        for x in first.x.max(1) - 1..=last.x + 1 {
            for y in first.y.max(1) - 1..=last.y + 1 {
                let bytes = source.tile(z, x, y).unwrap();
                let layers = check(&bytes);
                let classes = layers.get("streets").into_iter().flatten();
                let classes = classes.map(|feature| feature.get("class").unwrap().to_owned());
                seen.extend(classes.map(|class| (z, class)));
                seen.extend(layers.keys().map(|layer| (z, format!("layer {layer}"))));
                let packed = source.tile_gzip(z, x, y).unwrap();
                let mut unpacked = Vec::new();
                let mut decoder = flate2::read::GzDecoder::new(&packed[..]);
                std::io::Read::read_to_end(&mut decoder, &mut unpacked).unwrap();
                assert_eq!(unpacked, bytes);
            }
        }
    }
    let has = |z: u8, what: &str| seen.contains(&(z, what.to_owned()));
    assert!(has(8, "trunk") && has(8, "primary") && !has(8, "secondary") && !has(8, "minor"));
    assert!(has(12, "minor") && !has(13, "service") && has(14, "service"));
    for layer in ["landuse", "green", "water", "waterway", "buildings", "streets", "places"] {
        assert!(has(14, &format!("layer {layer}")), "no {layer} at 14");
    }
    assert!(!has(13, "layer buildings") && has(16, "layer housenumbers"));
}

/// Tiles of all zooms around the middle of a source.
fn some_tiles(source: &TileSource) -> Vec<Tile> {
    let centre = source.bounds().centre();
    (MIN_ZOOM..=MAX_ZOOM)
        .flat_map(|z| {
            let middle = tile_at(centre, z);
            (0..9).map(move |at| Tile { z, x: middle.x + at % 3 - 1, y: middle.y + at / 3 - 1 })
        })
        .collect()
}

/// Where lines and borders cross the line `x = edge`, by layer and attributes.
fn crossings(layers: &HashMap<String, Vec<Seen>>, edge: i32) -> Vec<(String, i32)> {
    let mut crossings = Vec::new();
    for (layer, features) in layers {
        for feature in features.iter().filter(|feature| feature.kind != 1) {
            for side in feature.parts.iter().flat_map(|part| part.windows(2)) {
                if (side[0].x < edge) != (side[1].x < edge) {
                    let y = geometry::at_x(side[0], side[1], edge).y;
                    if (0..=EXTENT).contains(&y) {
                        crossings.push((format!("{layer} {:?}", feature.attributes), y));
                    }
                }
            }
        }
    }
    crossings
}

fn assert_neighbours_agree(source: &TileSource, tile: Tile) {
    let layers = |x| check(&source.tile(tile.z, x, tile.y).unwrap());
    let (west, east) = (crossings(&layers(tile.x), EXTENT), crossings(&layers(tile.x + 1), 0));
    // Lines cut at different buffers end on whole units.
    let is_in = |list: &[(String, i32)], (what, y): &(String, i32)| {
        list.iter().any(|(other, at)| what == other && (at - y).abs() <= 2)
    };
    let inner = |(_, y): &&(String, i32)| (4..=EXTENT - 4).contains(y);
    for crossing in west.iter().filter(inner) {
        assert!(is_in(&east, crossing), "{tile:?} alone has {crossing:?}");
    }
    for crossing in east.iter().filter(inner) {
        assert!(is_in(&west, crossing), "{tile:?} lacks {crossing:?}");
    }
}

#[test]
fn tiles_beside_each_other_agree_where_they_meet() {
    let source =
        TileSource::build(&generate(&TownOptions { size: 1_500, ..TownOptions::default() }));
    for tile in some_tiles(&source) {
        assert_neighbours_agree(&source, tile);
    }
    let Some(bytes) = real_extract("malta.osm.pbf") else {
        return;
    };
    let source = TileSource::build(&read(&bytes, &mut |_| {}).unwrap());
    for tile in some_tiles(&source) {
        assert_neighbours_agree(&source, tile);
    }
}

#[test]
fn the_island_in_the_lake_is_a_hole() {
    let map = generate(&TownOptions { size: 400, ..TownOptions::default() });
    let relation = map
        .relations
        .iter()
        .find(|relation| crate::roads::osm::tag(&relation.tags, "type") == Some("multipolygon"));
    let island = map.ways.iter().find(|way| way.id == relation.unwrap().members[1].id).unwrap();
    let node = map.nodes.iter().find(|node| node.id == island.nodes[0]).unwrap();
    let opposite = map.nodes.iter().find(|node| node.id == island.nodes[4]).unwrap();
    let (a, b) = (
        Point::from_e7(node.lat_e7, node.lon_e7),
        Point::from_e7(opposite.lat_e7, opposite.lon_e7),
    );
    let on_island = Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) };
    let in_lake = Point { lat: on_island.lat + 14.0 / 111_195.0, ..on_island };
    let source = TileSource::build(&map);
    assert!(!is_covered(tile_of(&source, on_island, 16).get("water"), on_island, 16));
    assert!(is_covered(tile_of(&source, in_lake, 16).get("water"), in_lake, 16));
}

#[test]
fn the_harbour_of_valletta_is_water_and_the_town_is_not() {
    let Some(bytes) = real_extract("malta.osm.pbf") else {
        return;
    };
    let source = TileSource::build(&read(&bytes, &mut |_| {}).unwrap());
    let harbour = [(35.8935, 14.5190), (35.9010, 14.5065), (35.95, 14.56), (35.80, 14.30)];
    let land = [(35.8983, 14.5125), (35.8850, 14.4030), (36.0440, 14.2390), (35.8880, 14.5220)];
    for z in [8, 10, 12, 13, 14, 15, 16] {
        // The harbours are narrower than a pixel far out.
        for &(lat, lon) in if z < 12 { &harbour[2..] } else { &harbour } {
            let point = Point { lat, lon };
            let layers = tile_of(&source, point, z);
            assert!(is_covered(layers.get("water"), point, z), "{lat}, {lon} at {z}");
        }
        for (lat, lon) in land {
            let point = Point { lat, lon };
            let layers = tile_of(&source, point, z);
            assert!(!is_covered(layers.get("water"), point, z), "{lat}, {lon} at {z}");
        }
    }
}

#[test]
fn real_extracts_make_sound_tiles_with_or_without_water_and_buildings() {
    for (name, centre) in [
        ("malta.osm.pbf", Point { lat: 35.8983, lon: 14.5125 }),
        ("monaco.osm.pbf", Point { lat: 43.7340, lon: 7.4250 }),
        ("porto.osm.pbf", Point { lat: 41.1500, lon: -8.6200 }),
    ] {
        let Some(bytes) = real_extract(name) else {
            return;
        };
        let source = TileSource::build(&read(&bytes, &mut |_| {}).unwrap());
        for z in MIN_ZOOM..=MAX_ZOOM {
            let middle = tile_at(centre, z);
            for x in middle.x - 1..=middle.x + 1 {
                for y in middle.y - 1..=middle.y + 1 {
                    check(&source.tile(z, x, y).unwrap());
                }
            }
            let layers = tile_of(&source, centre, z);
            assert!(layers.contains_key("streets"), "{name} at {z}");
            let has_water = layers.contains_key("water");
            assert_eq!(has_water, name != "porto.osm.pbf", "{name} at {z}");
        }
    }
}
