//! Every query against petgraph's own Dijkstra on the graph, and the promises about a path's course.

use super::*;
use crate::roads::graph::{Piece, build};
use crate::roads::test_maps::{random_map, random_point, real_streets};
use petgraph::algo::dijkstra;
use proptest::prelude::*;

/// Duration and length in one number, as the network compares them.
fn packed(piece: &Piece) -> u64 {
    u64::from(piece.duration_ds) << 32 | u64::from(piece.length_dm)
}

/// A direction of a snap's street: the edge, and what lies before and behind the place.
struct Side {
    edge: EdgeIndex,
    before: u64,
    behind: u64,
}

fn sides(streets: &Streets, snap: &Snap) -> Vec<Side> {
    let along = f64::from(snap.along);
    let mut directed = vec![(snap.edge, along)];
    directed.extend(snap.reverse_edge.map(|edge| (edge, 1.0 - along)));
    directed
        .into_iter()
        .map(|(edge, along)| {
            let edge = EdgeIndex::new(edge as usize);
            let piece = &streets.graph[edge];
            let part = |whole: u32| (f64::from(whole) * along).round() as u64;
            let before = part(piece.duration_ds) << 32 | part(piece.length_dm);
            Side { edge, before, behind: packed(piece) - before }
        })
        .collect()
}

/// The oracle: petgraph's Dijkstra from every far end, all combinations one by one.
fn oracle(streets: &Streets, from: &Snap, to: &Snap) -> Option<Leg> {
    let ends = |side: &Side| streets.graph.edge_endpoints(side.edge).unwrap();
    let mut found = Vec::new();
    for source in sides(streets, from) {
        let costs = dijkstra(&streets.graph, ends(&source).1, None, |edge| packed(edge.weight()));
        for target in sides(streets, to) {
            let between = costs.get(&ends(&target).0);
            found.extend(between.map(|cost| source.behind + cost + target.before));
            let is_ahead = source.before >> 32 <= target.before >> 32
                && source.before as u32 <= target.before as u32;
            if source.edge == target.edge && is_ahead {
                found.push(target.before - source.before);
            }
        }
    }
    let cost = found.into_iter().min()?;
    Some(Leg { duration_ds: (cost >> 32) as u32, distance_m: (cost as u32 + 5) / 10 })
}

fn check_course(path: &Path, from: &Snap, to: &Snap) {
    assert_eq!(path.geometry.len(), path.elapsed_ds.len());
    assert_eq!(path.elapsed_ds[0], 0);
    assert_eq!(path.elapsed_ds.last(), Some(&path.leg.duration_ds));
    assert!(path.elapsed_ds.is_sorted(), "{:?}", path.elapsed_ds);
    let is_at = |point: &Point, snap: &Snap| point.distance_m(snap.on_street) < 0.01;
    assert!(is_at(&path.geometry[0], from) && is_at(path.geometry.last().unwrap(), to));
    let drawn_m: f64 = path.geometry.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
    // Each edge is rounded to a tenth of a metre.
    let rounding_m = 1.0 + 0.1 * path.geometry.len() as f64;
    assert!(
        (drawn_m - f64::from(path.leg.distance_m)).abs() < rounding_m,
        "{drawn_m} m are drawn and {} m counted",
        path.leg.distance_m
    );
}

/// All queries between the given points, each against the oracle.
fn check_queries(network: &DijkstraNetwork, points: &[Point]) {
    let snaps: Vec<Snap> = points.iter().filter_map(|at| network.snap(*at).ok()).collect();
    let table = network.table(&snaps, &snaps);
    for (row, from) in snaps.iter().enumerate() {
        let along = network.one_to_many(from, &snaps);
        let against = network.many_to_one(&snaps, from);
        for (column, to) in snaps.iter().enumerate() {
            let expected = oracle(network.streets(), from, to);
            assert_eq!(along[column], expected, "{from:?} to {to:?}");
            assert_eq!(against[column], oracle(network.streets(), to, from));
            assert_eq!(table[row * snaps.len() + column], expected);
            let path = network.path(from, to);
            assert_eq!(path.as_ref().ok().map(|path| path.leg), expected);
            if let Ok(path) = path {
                check_course(&path, from, to);
            }
        }
    }
    // More sources than targets go the other way about.
    if let [first, ..] = snaps[..] {
        assert_eq!(network.table(&snaps, &[first]), network.many_to_one(&snaps, &first));
    }
}

/// The nearest street by looking at all of them, metres.
fn nearest_street_m(streets: &Streets, at: Point) -> f64 {
    let metres = |point: Point| {
        let scale = crate::units::geo::EARTH_RADIUS_M.to_radians();
        ((point.lon - at.lon) * scale * at.lat.to_radians().cos(), (point.lat - at.lat) * scale)
    };
    let mut nearest = f64::INFINITY;
    for edge in streets.graph.edge_indices() {
        for pair in streets.course(edge).windows(2) {
            let ((ax, ay), (bx, by)) = (metres(pair[0]), metres(pair[1]));
            let (dx, dy) = (bx - ax, by - ay);
            let share = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            let share = if share.is_nan() { 0.0 } else { share };
            nearest = nearest.min((ax + share * dx).hypot(ay + share * dy));
        }
    }
    nearest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_query_equals_dijkstra_on_the_graph(
        map in random_map(),
        points in prop::collection::vec(random_point(), 1..6),
    ) {
        let Some(streets) = build(&map).0 else { return Ok(()) };
        check_queries(&DijkstraNetwork::new(Arc::new(streets)), &points);
    }

    #[test]
    fn the_nearest_street_is_the_nearest_of_all(map in random_map(), at in random_point()) {
        let Some(streets) = build(&map).0 else { return Ok(()) };
        let expected_m = nearest_street_m(&streets, at);
        match DijkstraNetwork::new(Arc::new(streets)).snap(at) {
            Ok(snap) => prop_assert!((f64::from(snap.distance_m) - expected_m).abs() < 0.05),
            Err(RoadError::OffTheMap { distance_m, .. }) => {
                prop_assert!((distance_m - expected_m).abs() < 0.5);
                prop_assert!(expected_m > 999.9);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

/// A straight street of 1 km to the east, from 35.9, 14.5, both ways.
fn one_street() -> DijkstraNetwork {
    use crate::roads::osm::{OsmMap, OsmNode, OsmWay, Tags};
    let node = |id, lon_e7| OsmNode { id, lat_e7: 359_000_000, lon_e7, tags: Tags::new() };
    let tags = vec![("highway".into(), "residential".into()), ("name".into(), "Strada".into())];
    let map = OsmMap {
        nodes: vec![node(1, 145_000_000), node(2, 145_111_000)],
        ways: vec![OsmWay { id: 1, nodes: vec![1, 2], tags }],
        relations: vec![],
    };
    DijkstraNetwork::new(Arc::new(build(&map).0.unwrap()))
}

#[test]
fn a_snap_tells_where_on_which_street() {
    let network = one_street();
    let snap = network.snap(Point { lat: 35.9009, lon: 14.505_55 }).unwrap();
    assert!((snap.distance_m - 100.0).abs() < 1.0);
    assert!((snap.along - 0.5).abs() < 1e-3);
    assert!((snap.on_street.lat - 35.9).abs() < 1e-6);
    assert!(snap.reverse_edge.is_some());
    assert_eq!(network.street_name(&snap).as_deref(), Some("Strada"));
}

#[test]
fn a_point_off_the_map_is_refused_with_its_distance() {
    let network = one_street();
    let refused = network.snap(Point { lat: 35.92, lon: 14.505 }).unwrap_err();
    let RoadError::OffTheMap { distance_m, limit_m, .. } = refused else { panic!("{refused}") };
    assert!((distance_m - 2_224.0).abs() < 5.0 && limit_m < distance_m);
    for (lat, lon) in [(-40.0, 175.0), (90.0, 0.0), (-90.0, -180.0), (35.9, 179.9)] {
        assert!(network.snap(Point { lat, lon }).is_err());
    }
}

#[test]
fn places_on_one_street_are_joined_without_leaving_it() {
    let network = one_street();
    let snap = |lon| network.snap(Point { lat: 35.9, lon }).unwrap();
    let (west, east) = (snap(14.503), snap(14.508));
    for (from, to) in [(west, east), (east, west)] {
        let path = network.path(&from, &to).unwrap();
        assert_eq!(path.geometry, [from.on_street, to.on_street]);
        assert!((i64::from(path.leg.distance_m) - 450).abs() <= 1, "{:?}", path.leg);
    }
    let still = network.path(&west, &west).unwrap();
    assert_eq!((still.geometry.len(), still.leg.duration_ds), (1, 0));
}

#[test]
fn a_snap_of_another_map_finds_no_way_and_does_not_panic() {
    let network = one_street();
    let here = network.snap(Point { lat: 35.9, lon: 14.505 }).unwrap();
    let foreign = Snap { edge: 999_999, reverse_edge: Some(1_000_000), ..here };
    assert!(matches!(network.path(&here, &foreign), Err(RoadError::NoPath { .. })));
    assert_eq!(network.one_to_many(&foreign, &[here]), [None]);
    assert_eq!(network.street_name(&foreign), None);
}

#[test]
fn searches_from_several_threads_do_not_disturb_each_other() {
    let network = one_street();
    let snap = |lon| network.snap(Point { lat: 35.9, lon }).unwrap();
    let snaps: Vec<Snap> = (1..10).map(|step| snap(14.5 + 0.001 * f64::from(step))).collect();
    let expected = network.one_to_many(&snaps[0], &snaps);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(network.one_to_many(&snaps[0], &snaps), expected);
                }
            });
        }
    });
}

#[test]
fn every_query_equals_dijkstra_on_real_maps() {
    for name in ["monaco.osm.pbf", "malta.osm.pbf", "porto.osm.pbf"] {
        let Some(streets) = real_streets(name) else { return };
        let network = DijkstraNetwork::new(Arc::new(streets));
        let bounds = network.bounds();
        // A lattice over the map; points in the sea are off the map and fall out.
        let points: Vec<Point> = (0..5)
            .flat_map(|row| (0..5).map(move |column| (f64::from(row), f64::from(column))))
            .map(|(row, column)| Point {
                lat: bounds.south + (bounds.north - bounds.south) * (row + 0.5) / 5.0,
                lon: bounds.west + (bounds.east - bounds.west) * (column + 0.5) / 5.0,
            })
            .filter(|at| network.snap(*at).is_ok())
            .step_by(2)
            .collect();
        assert!(points.len() >= 3, "{name}");
        check_queries(&network, &points);
    }
}
