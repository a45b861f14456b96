//! What a town promises, at several sizes.

use super::*;
use crate::roads::osm::{MemberKind, OsmWay};
use petgraph::graph::DiGraph;
use petgraph::unionfind::UnionFind;
use std::collections::{HashMap, HashSet};

fn town(size: usize, seed: u64) -> OsmMap {
    generate(&TownOptions { seed, size, ..TownOptions::default() })
}

fn car_ways(map: &OsmMap) -> impl Iterator<Item = &OsmWay> {
    map.ways.iter().filter(|way| tag(&way.tags, "highway").is_some_and(|kind| kind != "footway"))
}

#[test]
fn the_same_seed_gives_the_same_town_and_another_one_another() {
    assert_eq!(town(500, 7), town(500, 7));
    assert_ne!(town(500, 7), town(500, 8));
}

#[test]
fn a_town_has_the_junctions_asked_for_within_a_tenth() {
    for (size, seed) in
        [(50, 1), (50, 2), (51, 3), (80, 4), (137, 5), (300, 6), (999, 7), (2_000, 8), (20_000, 9)]
    {
        let found = count_junctions(&town(size, seed)) as f64;
        let wanted = size as f64;
        assert!((found - wanted).abs() <= wanted * 0.1, "{found} for {size}");
    }
}

#[test]
fn everything_a_way_or_relation_names_is_there_and_ids_are_in_order() {
    let map = town(3_000, 11);
    assert!(map.nodes.windows(2).all(|pair| pair[0].id < pair[1].id));
    assert!(map.ways.windows(2).all(|pair| pair[0].id < pair[1].id));
    let nodes: HashSet<i64> = map.nodes.iter().map(|node| node.id).collect();
    let ways: HashSet<i64> = map.ways.iter().map(|way| way.id).collect();
    for way in &map.ways {
        assert!(way.nodes.len() >= 2 && way.nodes.iter().all(|id| nodes.contains(id)));
        assert!(way.nodes.windows(2).all(|pair| pair[0] != pair[1]), "{:?}", way.tags);
    }
    for member in map.relations.iter().flat_map(|relation| &relation.members) {
        let known = match member.kind {
            MemberKind::Node => nodes.contains(&member.id),
            MemberKind::Way => ways.contains(&member.id),
            MemberKind::Relation => false,
        };
        assert!(known, "{member:?}");
    }
}

#[test]
fn nearly_all_streets_can_be_driven_to_and_from_each_other() {
    for (size, seed) in [(50, 1), (700, 2), (5_000, 3)] {
        let map = town(size, seed);
        let mut graph = DiGraph::<(), ()>::new();
        let mut known = HashMap::new();
        for way in car_ways(&map) {
            let nodes: Vec<_> = way
                .nodes
                .iter()
                .map(|&id| *known.entry(id).or_insert_with(|| graph.add_node(())))
                .collect();
            let oneway = tag(&way.tags, "oneway");
            let round = tag(&way.tags, "junction") == Some("roundabout");
            for pair in nodes.windows(2) {
                if oneway != Some("-1") {
                    graph.add_edge(pair[0], pair[1], ());
                }
                if oneway != Some("yes") && !round {
                    graph.add_edge(pair[1], pair[0], ());
                }
            }
        }
        let largest = petgraph::algo::kosaraju_scc(&graph).iter().map(Vec::len).max().unwrap_or(0);
        let share = largest as f64 / graph.node_count() as f64;
        assert!(share > 0.97, "{share} of {size}");
    }
}

#[test]
fn every_feature_is_there() {
    let map = town(8_000, 7);
    let ways = |key: &str, value: &str| {
        map.ways.iter().filter(|way| tag(&way.tags, key) == Some(value)).count()
    };
    for highway in [
        "trunk",
        "trunk_link",
        "primary",
        "secondary",
        "tertiary",
        "residential",
        "unclassified",
        "living_street",
        "service",
        "footway",
    ] {
        assert!(ways("highway", highway) > 0, "no {highway}");
    }
    assert!(ways("oneway", "yes") > 50 && ways("oneway", "-1") > 0);
    assert!(ways("junction", "roundabout") > 1);
    assert!(ways("bridge", "yes") > 3);
    assert!(ways("leisure", "park") > 0 && ways("natural", "wood") > 0);
    assert!(ways("natural", "water") > 0 && ways("waterway", "river") > 0);
    assert!(ways("landuse", "residential") > 0 && ways("landuse", "industrial") > 0);
    assert!(ways("building", "yes") > 8_000);
    let has = |key: &str| {
        map.ways
            .iter()
            .map(|way| &way.tags)
            .chain(map.nodes.iter().map(|node| &node.tags))
            .filter(|tags| tag(tags, key).is_some())
            .count()
    };
    assert!(has("maxspeed") > 100 && has("addr:housenumber") > 8_000);
    assert!(has("place") > 5 && has("shop") > 20 && has("barrier") > 5);
    let kinds: HashSet<&str> =
        map.relations.iter().filter_map(|relation| tag(&relation.tags, "type")).collect();
    assert_eq!(kinds, HashSet::from(["restriction", "multipolygon"]));
    let largest = town(20_000, 7);
    assert!(car_ways(&largest).any(|way| tag(&way.tags, "highway") == Some("motorway")));
}

#[test]
fn a_street_name_belongs_to_one_street_and_every_address_to_a_street() {
    let map = town(3_000, 5);
    let mut lines: HashMap<&str, Vec<&OsmWay>> = HashMap::new();
    for way in car_ways(&map) {
        if let Some(name) = tag(&way.tags, "name") {
            lines.entry(name).or_default().push(way);
        }
    }
    let rounds: Vec<&OsmWay> =
        car_ways(&map).filter(|way| tag(&way.tags, "junction") == Some("roundabout")).collect();
    for (name, ways) in &lines {
        // A street may be interrupted by a roundabout, which has no name.
        let mut joined = UnionFind::<usize>::new(map.nodes.len() + 1);
        for way in ways.iter().chain(&rounds) {
            for pair in way.nodes.windows(2) {
                joined.union(pair[0] as usize, pair[1] as usize);
            }
        }
        // The two carriageways of the bypass are one street, too.
        let pieces: HashSet<usize> =
            ways.iter().map(|way| joined.find(way.nodes[0] as usize)).collect();
        let bypass = tag(&ways[0].tags, "highway") == Some("trunk");
        assert!(pieces.len() == 1 + usize::from(bypass), "{name} in {} pieces", pieces.len());
    }
    for way in map.ways.iter().filter(|way| tag(&way.tags, "building").is_some()) {
        let street = tag(&way.tags, "addr:street");
        assert!(street.is_none_or(|name| lines.contains_key(name)), "{street:?}");
    }
}

#[test]
fn houses_stand_apart_from_each_other() {
    let map = town(1_500, 6);
    let at: HashMap<i64, (f64, f64)> = map
        .nodes
        .iter()
        .map(|node| (node.id, (f64::from(node.lon_e7), f64::from(node.lat_e7))))
        .collect();
    let rings: Vec<Vec<(f64, f64)>> = map
        .ways
        .iter()
        .filter(|way| tag(&way.tags, "building").is_some())
        .map(|way| way.nodes.iter().map(|id| at[id]).collect())
        .collect();
    let mut overlapping = 0;
    for ring in &rings {
        let inside = |point: (f64, f64)| {
            ring.windows(2).all(|side| {
                let (a, b) = (side[0], side[1]);
                (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0) > 0.0
            }) || ring.windows(2).all(|side| {
                let (a, b) = (side[0], side[1]);
                (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0) < 0.0
            })
        };
        overlapping += rings.iter().filter(|other| other.iter().any(|&p| inside(p))).count();
    }
    assert!(overlapping * 100 < rings.len(), "{overlapping} of {}", rings.len());
}

#[test]
fn a_size_outside_the_range_is_refused_with_the_range() {
    let error = TownOptions { size: 49, ..TownOptions::default() }.check().unwrap_err();
    assert_eq!(error.to_string(), "a town has 50 to 1000000 junctions, not 49");
}
