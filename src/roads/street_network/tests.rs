//! Every query against petgraph's own Dijkstra on the graph of turns, and the promises about a path's
//! course.

use super::*;
use crate::roads::graph::{Built, build};
use crate::roads::network::PathPiece;
use crate::roads::speeds::{
    Change, ChangeError, Effect, Extent, Heading, MINUTES_OF_WEEK, Observation, street_key,
};
use crate::roads::test_maps::{random_map, random_point, real_streets};
use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;

fn network_of(built: Built) -> StreetNetwork {
    StreetNetwork::new(built, Profile::car()).unwrap()
}

/// The oracle: for a source, petgraph's Dijkstra behind each turn out of its edges; all combinations one
/// by one.
struct Oracle<'a> {
    at: Moment<'a>,
    graph: DiGraph<(), u64>,
}

impl<'a> Oracle<'a> {
    fn of(network: &'a StreetNetwork, departure: Option<Departure>) -> Self {
        let at = network.at(departure);
        let mut graph = DiGraph::new();
        for _ in 0..network.turns().node_count() {
            graph.add_node(());
        }
        for (from, turn) in network.turns().all_turns() {
            let [from, to] = [from, turn.to].map(|node| NodeIndex::new(node as usize));
            if at.turn_cost(turn).is_reached() {
                graph.add_edge(from, to, at.turn_cost(turn).0);
            }
        }
        Self { at, graph }
    }

    fn row(&self, from: &Snap, to: &[Snap]) -> Vec<Option<Leg>> {
        let turns = self.at.network.turns();
        let targets: Vec<_> = to.iter().map(|snap| self.at.positions(snap)).collect();
        let mut best = vec![None; to.len()];
        let mut offer = |target: usize, cost: u64| {
            best[target] = Some(best[target].map_or(cost, |least: u64| least.min(cost)));
        };
        for source in self.at.positions(from) {
            for (number, target) in targets.iter().enumerate() {
                for target in target {
                    if target.edge == source.edge && target.before >= source.before {
                        offer(number, target.before.minus(source.before).0);
                    }
                }
            }
            for turn in turns.turns_from(source.edge) {
                if !self.at.turn_cost(*turn).is_reached() {
                    continue;
                }
                let begin = source.behind.plus(self.at.turn_cost(*turn)).0;
                let costs = dijkstra(&self.graph, NodeIndex::new(turn.to as usize), None, |arc| {
                    *arc.weight()
                });
                for (number, target) in targets.iter().enumerate() {
                    for target in target {
                        for node in turns.nodes_on(target.edge) {
                            if let Some(cost) = costs.get(&NodeIndex::new(node as usize)) {
                                offer(number, begin + cost - target.behind.0);
                            }
                        }
                    }
                }
            }
        }
        best.into_iter().map(|cost| cost.map(|cost| leg(Cost(cost)))).collect()
    }
}

/// What a local search finds, against the hierarchy.
fn check_local_search(network: &StreetNetwork, from: &Snap, length_dm_max: u32) {
    for source in network.at(None).positions(from) {
        let mut found: HashMap<u32, Cost> = HashMap::new();
        network.with_local_search(|search| {
            search.run(network, source.edge, source.behind, length_dm_max, |search, node, cost| {
                let nodes: Vec<u32> =
                    std::iter::once(source.edge).chain(search.nodes_to(node)).collect();
                let mut driven = source.behind;
                for pair in nodes.windows(2) {
                    let turn = network.turns().turn_between(pair[0], pair[1]).unwrap();
                    let drive = network.drive(network.turns().edge_of(pair[1])).unwrap();
                    driven = driven.plus(Cost::new(u32::from(turn.delay_ds), 0)).plus(drive);
                }
                let edge = network.turns().edge_of(node);
                assert_eq!(driven, cost.plus(network.drive(edge).unwrap()));
                assert!(cost.length_dm() <= length_dm_max);
                let least = found.entry(edge).or_insert(cost);
                *least = cost.min(*least);
                Some(length_dm_max)
            });
        });
        for (edge, cost) in found {
            let end = network.position(edge, 1.0).unwrap();
            let best = network.costs_between(&[source], &[end])[0].unwrap();
            let local = cost.plus(network.drive(edge).unwrap());
            // A search with a bound may miss a fast way that is longer than that.
            assert!(best <= local);
            assert!(best.length_dm() > length_dm_max || edge == source.edge || best == local);
        }
    }
}

fn check_course(path: &Path, from: &Snap, to: &Snap) {
    assert_eq!(path.geometry.len(), path.elapsed_ds.len());
    assert_eq!(path.elapsed_ds[0], 0);
    let sum = |part: fn(&PathPiece) -> u32| path.pieces.iter().map(part).sum::<u32>();
    let pieces_ds = sum(|piece| piece.duration_ds + u32::from(piece.turn_ds));
    assert_eq!(pieces_ds, path.leg.duration_ds);
    assert_eq!((sum(|piece| piece.length_dm) + 5) / 10, path.leg.distance_m);
    assert!(path.pieces.is_sorted_by_key(|piece| piece.first_point));
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
fn check_queries(network: &StreetNetwork, points: &[Point], departure: Option<Departure>) {
    let snaps: Vec<Snap> = points.iter().filter_map(|at| network.snap(*at).ok()).collect();
    let oracle = Oracle::of(network, departure);
    let expected: Vec<Vec<Option<Leg>>> =
        snaps.iter().map(|from| oracle.row(from, &snaps)).collect();
    assert_eq!(network.table(&snaps, &snaps, departure), expected.concat());
    for (row, from) in snaps.iter().enumerate() {
        assert_eq!(network.one_to_many(from, &snaps, departure), expected[row]);
        let column: Vec<_> = expected.iter().map(|of_source| of_source[row]).collect();
        assert_eq!(network.many_to_one(&snaps, from, departure), column);
        for (to, expected) in snaps.iter().zip(&expected[row]) {
            let path = network.path(from, to, departure);
            assert_eq!(path.as_ref().ok().map(|path| path.leg), *expected, "{from:?} to {to:?}");
            if let Ok(path) = path {
                check_course(&path, from, to);
            }
        }
    }
    // More sources than targets go the other way about.
    if let [first, second, ..] = snaps[..] {
        let table = network.table(&snaps, &[first, second], departure);
        let both: Vec<_> = expected.iter().flat_map(|row| [row[0], row[1]]).collect();
        assert_eq!(table, both);
    }
}

/// By looking at all of them: of each street with a part that fits, the distance of the nearest such part
/// and the lower of its edges; nearest first. `fits` is asked with the headings of driving.
fn nearest_streets(streets: &Streets, at: Point, fits: impl Fn(f32) -> bool) -> Vec<(f64, u32)> {
    let metres = |point: Point| {
        let scale = crate::units::geo::EARTH_RADIUS_M.to_radians();
        ((point.lon - at.lon) * scale * at.lat.to_radians().cos(), (point.lat - at.lat) * scale)
    };
    let mut nearest: HashMap<u32, f64> = HashMap::new();
    for (number, edge) in (0..).zip(streets.edges()) {
        let course: Vec<Point> = streets.course(number).collect();
        for pair in course.windows(2).filter(|pair| pair[0] != pair[1]) {
            if !fits(pair[0].bearing_deg(pair[1]) as f32) {
                continue;
            }
            let ((ax, ay), (bx, by)) = (metres(pair[0]), metres(pair[1]));
            let (dx, dy) = (bx - ax, by - ay);
            let share = (-(ax * dx + ay * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            let distance_m = (ax + share * dx).hypot(ay + share * dy);
            let street = edge.reverse().map_or(number, |other| number.min(other));
            let known = nearest.entry(street).or_insert(distance_m);
            *known = known.min(distance_m);
        }
    }
    let mut nearest: Vec<_> =
        nearest.into_iter().map(|(edge, distance_m)| (distance_m, edge)).collect();
    nearest.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    nearest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_query_equals_dijkstra_on_the_graph(
        map in random_map(),
        points in prop::collection::vec(random_point(), 1..6),
    ) {
        let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
        check_queries(&network_of(built), &points, None);
    }

    #[test]
    fn every_query_equals_dijkstra_under_changes_and_at_any_hour(
        map in random_map(),
        points in prop::collection::vec(random_point(), 1..5),
        changes in prop::collection::vec(random_change(), 0..4),
        minute_of_week in 0..MINUTES_OF_WEEK,
        at_s in 0_i64..100,
    ) {
        let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
        let network = network_of(built);
        // Those that concern no street are left out.
        network.set_changes(&changes, &[]);
        let departure = Departure { at_s, minute_of_week };
        check_queries(&network, &points, Some(departure));
    }

    #[test]
    fn a_search_nearby_finds_the_best_ways(
        map in random_map(),
        at in random_point(),
        length_dm_max in 0_u32..30_000,
    ) {
        let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
        let network = network_of(built);
        if let Ok(from) = network.snap(at) {
            check_local_search(&network, &from, length_dm_max);
        }
    }

    #[test]
    fn the_nearest_street_is_the_nearest_of_all(map in random_map(), at in random_point()) {
        let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
        let expected_m = nearest_streets(&built.streets, at, |_| true)[0].0;
        match network_of(built).snap(at) {
            Ok(snap) => prop_assert!((f64::from(snap.distance_m) - expected_m).abs() < 0.05),
            Err(RoadError::OffTheMap { distance_m, .. }) => {
                prop_assert!((distance_m - expected_m).abs() < 0.5);
                prop_assert!(expected_m > 999.9);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

fn random_change() -> impl Strategy<Value = Change> {
    let area =
        prop::collection::vec(random_point(), 3..6).prop_map(|corners| Extent::Area { corners });
    let way = (1_i64..20).prop_map(|way| Extent::Way { way, heading: Heading::Both });
    let street = random_point().prop_map(|at| Extent::Street { at, heading: Heading::Along });
    let effect = prop_oneof![
        Just(Effect::Closed),
        (0.1_f32..1.5).prop_map(|factor| Effect::Factor { factor }),
        (3.0_f32..60.0).prop_map(|kmh| Effect::Limit { kmh }),
    ];
    (prop_oneof![area, way, street], effect, prop::option::of(0_i64..100))
        .prop_map(|(extent, effect, until_s)| Change { extent, effect, from_s: None, until_s })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_streets_within_a_radius_are_the_nearest_of_all_that_fit(
        map in random_map(),
        at in random_point(),
        radius_m in 1.0..1_500.0,
        heading in prop::option::of((-400_f32..400.0, 0_f32..200.0)),
        limit in 1_usize..12,
    ) {
        let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
        let heading = heading
            .map(|(heading_deg, tolerance_deg)| HeadingRange { heading_deg, tolerance_deg });
        // The course of the earth and of the plane differ a little: the oracle asks for a little less and
        // for a little more.
        let expected = |more: f32| {
            let range = heading.map(|range| HeadingRange {
                tolerance_deg: range.tolerance_deg + more, ..range
            });
            let mut streets = nearest_streets(&built.streets, at, |deg| {
                range.is_none_or(|range| range.holds(deg))
            });
            streets.retain(|(distance_m, _)| *distance_m <= radius_m + f64::from(more));
            streets
        };
        let (strict, lenient) = (expected(-0.05), expected(0.05));
        prop_assume!(strict == lenient);
        let network = network_of(built);
        let found = network.within(at, radius_m, heading, limit);
        prop_assert_eq!(found.len(), strict.len().min(limit));
        for (snap, (distance_m, edge)) in found.iter().zip(&strict) {
            prop_assert!((f64::from(snap.distance_m) - distance_m).abs() < 0.05);
            let of = &network.streets().edges()[snap.edge as usize];
            let is_tied = strict.iter().filter(|of| (of.0 - distance_m).abs() < 0.05).count() > 1;
            prop_assert!(is_tied || snap.edge == *edge || of.reverse() == Some(*edge));
            prop_assert!(snap.on_street.distance_m(at) - f64::from(snap.distance_m) < 0.01);
            if heading.is_none() {
                prop_assert_eq!(snap.reverse_edge, of.reverse());
            }
        }
        if let Some(range) = heading {
            let snap = network.snap_heading(at, radius_m, range).ok();
            let expected = found.first().copied().or_else(|| network.snap(at).ok());
            prop_assert_eq!(snap, expected);
        }
    }
}

#[test]
fn with_a_heading_only_the_directions_that_fit_are_found() {
    let network = one_street();
    let at = Point { lat: 35.9001, lon: 14.503 };
    let within = |heading_deg, tolerance_deg| {
        network.within(at, 50.0, Some(HeadingRange { heading_deg, tolerance_deg }), 9)
    };
    let both = network.within(at, 50.0, None, 9);
    let east = within(80.0, 15.0);
    let west = within(-80.0, 15.0);
    assert_eq!(both.len(), 1);
    assert_eq!([east.len(), west.len(), within(0.0, 45.0).len()], [1, 1, 0]);
    assert!(both[0].reverse_edge.is_some());
    assert_eq!([east[0].reverse_edge, west[0].reverse_edge], [None, None]);
    assert_ne!(east[0].edge, west[0].edge);
    assert!((east[0].along + west[0].along - 1.0).abs() < 1e-6);
    assert!(network.streets().course(east[0].edge).next().unwrap().lon < 14.501);
    assert_eq!(within(0.0, 90.0)[0].reverse_edge, both[0].reverse_edge);
}

/// A straight street of 1 km to the east, from 35.9, 14.5, both ways.
fn one_street() -> StreetNetwork {
    use crate::roads::osm::{OsmMap, OsmNode, OsmWay, Tags};
    let node = |id, lon_e7| OsmNode { id, lat_e7: 359_000_000, lon_e7, tags: Tags::new() };
    let tags = vec![("highway".into(), "residential".into()), ("name".into(), "Strada".into())];
    let map = OsmMap {
        nodes: vec![node(1, 145_000_000), node(2, 145_111_000)],
        ways: vec![OsmWay { id: 1, nodes: vec![1, 2], tags }],
        relations: vec![],
    };
    network_of(build(&map, &Profile::car()).0.unwrap())
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
        let path = network.path(&from, &to, None).unwrap();
        assert_eq!(path.geometry, [from.on_street, to.on_street]);
        assert!((i64::from(path.leg.distance_m) - 450).abs() <= 1, "{:?}", path.leg);
    }
    let still = network.path(&west, &west, None).unwrap();
    assert_eq!((still.geometry.len(), still.leg.duration_ds), (1, 0));
}

#[test]
fn a_snap_of_another_map_finds_no_way_and_does_not_panic() {
    let network = one_street();
    let here = network.snap(Point { lat: 35.9, lon: 14.505 }).unwrap();
    let foreign = Snap { edge: 999_999, reverse_edge: Some(1_000_000), ..here };
    assert!(matches!(network.path(&here, &foreign, None), Err(RoadError::NoPath { .. })));
    assert_eq!(network.one_to_many(&foreign, &[here], None), [None]);
    assert_eq!(network.street_name(&foreign), None);
}

#[test]
fn searches_from_several_threads_do_not_disturb_each_other() {
    let network = one_street();
    let snap = |lon| network.snap(Point { lat: 35.9, lon }).unwrap();
    let snaps: Vec<Snap> = (1..10).map(|step| snap(14.5 + 0.001 * f64::from(step))).collect();
    let expected = network.one_to_many(&snaps[0], &snaps, None);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(network.one_to_many(&snaps[0], &snaps, None), expected);
                }
            });
        }
    });
}

#[test]
fn every_query_equals_dijkstra_on_real_maps() {
    for name in ["monaco.osm.pbf", "malta.osm.pbf", "porto.osm.pbf"] {
        let Some(built) = real_streets(name) else { return };
        let network = network_of(built);
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
        for at in &points {
            check_local_search(&network, &network.snap(*at).unwrap(), 10_000);
        }
        check_queries(&network, &points, None);
        // Tuesday, half past eight: on the way out of the morning peak.
        let departure = Departure { at_s: 0, minute_of_week: 24 * 60 + 8 * 60 + 30 };
        check_queries(&network, &points[..3], Some(departure));
    }
}

/// Sunday, noon: no band of the car profile.
const SUNDAY: Departure = Departure { at_s: 1_000, minute_of_week: 6 * 24 * 60 + 12 * 60 };

#[test]
fn a_closed_street_is_not_driven_while_it_is_closed() {
    let network = one_street();
    let snap = |lon| network.snap(Point { lat: 35.9, lon }).unwrap();
    let (west, east) = (snap(14.503), snap(14.508));
    let leg = |departure| network.one_to_many(&east, &[west], departure)[0];
    let open = leg(None);
    let change = |effect, until_s| Change {
        extent: Extent::Way { way: 1, heading: Heading::Against },
        effect,
        from_s: None,
        until_s: Some(until_s),
    };
    // Who stands on it drives on; who comes from the other side does not turn into it.
    assert_eq!(network.set_changes(&[change(Effect::Closed, 2_000)], &[SUNDAY]), []);
    assert!(network.one_to_many(&west, &[snap(14.502)], Some(SUNDAY))[0].is_some());
    let beyond = Departure { at_s: 2_000, ..SUNDAY };
    assert_eq!(leg(Some(beyond)), open);
    network.set_changes(&[change(Effect::Factor { factor: 0.5 }, 2_000)], &[]);
    let slowed = leg(Some(SUNDAY)).unwrap();
    assert!(slowed.duration_ds.abs_diff(2 * open.unwrap().duration_ds) <= 2, "{slowed:?}");
    assert_eq!(slowed.distance_m, open.unwrap().distance_m);
    network.set_changes(&[], &[]);
    assert_eq!(leg(Some(SUNDAY)), open);
}

#[test]
fn a_change_that_cannot_be_is_left_out_and_the_others_hold() {
    let network = one_street();
    let change = |extent, effect| Change { extent, effect, from_s: None, until_s: None };
    let far = Extent::Street { at: Point { lat: 36.5, lon: 14.5 }, heading: Heading::Both };
    let own = Extent::Way { way: 1, heading: Heading::Both };
    let line = Extent::Area { corners: vec![Point { lat: 35.9, lon: 14.5 }; 2] };
    let slow = Effect::Factor { factor: 0.5 };
    for (refused, error) in [
        (change(far, slow), ChangeError::NoStreet),
        (change(line, slow), ChangeError::Corners { found: 2 }),
        (change(own.clone(), Effect::Factor { factor: 0.0 }), ChangeError::Factor { found: 0.0 }),
        (
            change(own.clone(), Effect::Limit { kmh: f32::INFINITY }),
            ChangeError::Limit { found: f32::INFINITY },
        ),
        (
            Change { from_s: Some(5), until_s: Some(5), ..change(own.clone(), slow) },
            ChangeError::Reversed,
        ),
    ] {
        let given = [refused, change(own.clone(), slow)];
        assert_eq!(network.set_changes(&given, &[]), [(0, error)]);
    }
    let snap = |lon| network.snap(Point { lat: 35.9, lon }).unwrap();
    let leg =
        |departure| network.one_to_many(&snap(14.503), &[snap(14.508)], departure)[0].unwrap();
    assert!(leg(Some(SUNDAY)).duration_ds > leg(None).duration_ds);
}

#[test]
fn who_asks_what_a_change_is_about_learns_it_and_when_the_streets_have_changed() {
    let network = one_street();
    let change = |from_s, until_s| Change {
        extent: Extent::Way { way: 1, heading: Heading::Both },
        effect: Effect::Closed,
        from_s,
        until_s,
    };
    let found = network.concerned(&change(None, None)).unwrap();
    let streets = network.streets();
    let pieces = streets.edges().iter().filter(|edge| edge.way == 1 && !edge.is_against());
    assert_eq!(found.pieces, pieces.clone().count());
    assert_eq!(found.length_m, pieces.map(|edge| u64::from(edge.length_dm)).sum::<u64>() / 10);
    assert_eq!(found.lines.len(), found.pieces);
    assert!(found.lines.iter().all(|line| line.len() >= 2));
    let nowhere = Extent::Way { way: 99, heading: Heading::Both };
    let refused = network.concerned(&Change { extent: nowhere, ..change(None, None) });
    assert_eq!(refused, Err(ChangeError::NoStreet));

    let before = network.version();
    network.set_changes(&[change(Some(100), Some(200)), change(None, Some(150))], &[]);
    assert!(network.version() > before);
    let since = |at_s| network.changes_hold_since(at_s);
    assert_eq!(
        [since(99), since(100), since(170), since(500)],
        [None, Some(100), Some(150), Some(200)]
    );
}

#[test]
fn what_was_driven_is_learned_for_its_street_and_hour() {
    let network = one_street();
    let street = street_key(network.streets(), 0);
    let expected_s = network.streets().edges()[0].duration_ds as f32 / 10.0;
    let drive =
        Observation { street, minute_of_week: SUNDAY.minute_of_week, duration_s: 2.0 * expected_s };
    let lessons = network.learn(&[drive; 20], &[]);
    let [lesson] = lessons[..] else { panic!("{lessons:?}") };
    assert_eq!((lesson.street, lesson.known.drives), (street, 20.0));
    let (from, to) = {
        let (a, b) = (
            network.snap(Point { lat: 35.9, lon: 14.503 }).unwrap(),
            network.snap(Point { lat: 35.9, lon: 14.508 }).unwrap(),
        );
        if a.edge == 0 && a.along < b.along { (a, b) } else { (b, a) }
    };
    let seconds = |departure| network.one_to_many(&from, &[to], departure)[0].unwrap().duration_ds;
    let slowed = f64::from(seconds(Some(SUNDAY))) / f64::from(seconds(None));
    assert!((1.6..2.0).contains(&slowed), "{slowed}");
    // What is learned outlives the process, and other hours are as before.
    let again = one_street();
    again.set_learned(network.learned(), &[]);
    assert_eq!(
        again.one_to_many(&from, &[to], Some(SUNDAY))[0].unwrap().duration_ds,
        seconds(Some(SUNDAY))
    );
    let night = Departure { minute_of_week: 5 * 24 * 60 + 3 * 60, ..SUNDAY };
    assert!(seconds(Some(night)) < seconds(None));
}
