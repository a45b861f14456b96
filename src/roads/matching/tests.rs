//! Drives whose truth is known, told as readings: exact ones, noisy ones, and nonsense.

use super::*;
use crate::roads::graph::build;
use crate::roads::network::{RoadNetwork as _, Snap};
use crate::roads::osm::{OsmMap, OsmNode, OsmWay, Tags, read};
use crate::roads::profile::Profile;
use crate::roads::street_network::StreetNetwork;
use crate::roads::test_maps::{bundled_map, random_map, random_point, real_extract};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

const EVERY_S: f64 = 5.0;
const DEGREE_M: f64 = 111_195.0;

fn network_of(map: &OsmMap) -> Option<StreetNetwork> {
    Some(StreetNetwork::new(build(map, &Profile::car()).0?, Profile::car()))
}

fn bundled_network() -> StreetNetwork {
    network_of(&read(&bundled_map(), &mut |_| {}).unwrap()).unwrap()
}

/// Metres to the east and to the north of a corner in Malta.
fn place(east_m: f64, north_m: f64) -> Point {
    let scale = DEGREE_M * 35.9_f64.to_radians().cos();
    Point { lat: 35.9 + north_m / DEGREE_M, lon: 14.5 + east_m / scale }
}

/// Streets between places, each a list of them, with its tags.
fn streets(ways: &[(&[(f64, f64)], &str)]) -> StreetNetwork {
    let mut map = OsmMap::default();
    let mut known: Vec<(f64, f64)> = Vec::new();
    for (number, (places, oneway)) in (1..).zip(ways) {
        let mut nodes = Vec::new();
        for at in *places {
            let number = known.iter().position(|of| of == at).unwrap_or_else(|| {
                let (lat_e7, lon_e7) = place(at.0, at.1).to_e7();
                let id = known.len() as i64;
                map.nodes.push(OsmNode { id, lat_e7, lon_e7, tags: Tags::new() });
                known.push(*at);
                known.len() - 1
            });
            nodes.push(number as i64);
        }
        let tags =
            vec![("highway".into(), "residential".into()), ("oneway".into(), (*oneway).into())];
        map.ways.push(OsmWay { id: number, nodes, tags });
    }
    network_of(&map).unwrap()
}

/// Three blocks by three, of 200 m each.
fn town() -> StreetNetwork {
    let line = [0.0, 200.0, 400.0, 600.0];
    let rows = line.map(|north| line.map(|east| (east, north)));
    let columns = line.map(|east| line.map(|north| (east, north)));
    let ways: Vec<(&[(f64, f64)], &str)> =
        rows.iter().chain(&columns).map(|way| (&way[..], "no")).collect();
    streets(&ways)
}

/// Readings along a line through some places, at a steady speed.
fn readings_along(places: &[(f64, f64)], speed_mps: f64) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut so_far_m = 0.0;
    for pair in places.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length_m = (b.0 - a.0).hypot(b.1 - a.1);
        loop {
            let at_s = readings.len() as f64 * EVERY_S;
            let share = (at_s * speed_mps - so_far_m) / length_m;
            if share >= 1.0 {
                break;
            }
            let at = place(a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
            readings.push(Reading::new(at, at_s));
        }
        so_far_m += length_m;
    }
    readings
}

fn matched(network: &StreetNetwork, readings: &[Reading]) -> Matched {
    let matched = match_trace(network, readings, MatchOptions::default());
    check(network, readings, &matched);
    matched
}

/// What holds for every trace.
fn check(network: &StreetNetwork, readings: &[Reading], matched: &Matched) {
    assert_eq!(matched.places.len(), readings.len());
    let edges = network.streets().edges();
    for (number, part) in matched.parts.iter().enumerate() {
        assert!(part.readings.len() >= 2 && part.legs.len() == part.readings.len() - 1);
        assert!(part.readings.is_sorted());
        for (in_part, reading) in part.readings.iter().enumerate() {
            let of = matched.places[*reading].unwrap();
            assert_eq!((of.part, of.in_part), (number, in_part));
            let is_on = |driven: &DrivenEdge| {
                driven.edge == of.snap.edge
                    && (driven.from - 1e-4..=driven.to + 1e-4).contains(&of.snap.along)
            };
            assert!(part.edges.iter().any(is_on), "{:?} is not on {:?}", of.snap, part.edges);
        }
        for driven in &part.edges {
            assert!(driven.from <= driven.to && driven.entered_s <= driven.left_s, "{driven:?}");
        }
        for pair in part.edges.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(|driven| &edges[driven.edge as usize]);
            let goes_on = a.head == b.tail && pair[0].to >= 1.0 && pair[1].from <= 0.0;
            let turns_back = a.reverse() == Some(pair[1].edge);
            assert!(goes_on || turns_back, "{pair:?}");
            assert!(pair[0].left_s <= pair[1].entered_s + 1e-6);
        }
        let drawn_m: f64 = part.geometry.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
        let driven_m: f64 = part.edges.iter().map(|driven| f64::from(driven.metres)).sum();
        let rounding_m = 1.0 + 0.5 * part.edges.len() as f64;
        assert!((driven_m - f64::from(part.leg.distance_m)).abs() < rounding_m);
        assert!((driven_m - drawn_m).abs() < rounding_m, "{driven_m} driven, {drawn_m} drawn");
        assert!((0.0..=1.0).contains(&part.confidence));
    }
    let placed = matched.places.iter().flatten().count();
    assert_eq!(placed, matched.parts.iter().map(|part| part.readings.len()).sum::<usize>());
}

/// A drive on the fastest way between two places: its edges, and where it is at a time.
struct Drive {
    /// With when each begins, behind the turn onto it; seconds.
    edges: Vec<(u32, f64)>,
    end_s: f64,
}

impl Drive {
    fn between(network: &StreetNetwork, from: &Snap, to: &Snap) -> Option<Self> {
        let [start, end] = [from, to].map(|snap| network.position(snap.edge, 0.0));
        let nodes = network.nodes_between(&start?, &end?)?;
        let mut now_s = 0.0;
        let mut edges = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| nodes[before]);
            let turn = before.and_then(|before| network.turns().turn_between(before, *node));
            now_s += turn.map_or(0.0, |turn| f64::from(turn.delay_ds) / 10.0);
            let edge = network.turns().edge_of(*node);
            edges.push((edge, now_s));
            now_s += f64::from(network.streets().edges()[edge as usize].duration_ds) / 10.0;
        }
        Some(Self { edges, end_s: now_s })
    }

    fn at(&self, network: &StreetNetwork, at_s: f64) -> Point {
        let behind = self.edges.partition_point(|(_, start_s)| *start_s <= at_s);
        let (edge, start_s) = self.edges[behind - 1];
        let duration_s = f64::from(network.streets().edges()[edge as usize].duration_ds) / 10.0;
        network.streets().point_at(edge, ((at_s - start_s) / duration_s).min(1.0))
    }

    fn readings(&self, network: &StreetNetwork, noise: impl FnMut() -> (f64, f64)) -> Vec<Reading> {
        let mut noise = noise;
        (0..(self.end_s / EVERY_S) as usize)
            .map(|number| number as f64 * EVERY_S)
            .map(|at_s| {
                let truth = self.at(network, at_s);
                let (east_m, north_m) = noise();
                let scale = DEGREE_M * truth.lat.to_radians().cos();
                let (lat, lon) = (truth.lat + north_m / DEGREE_M, truth.lon + east_m / scale);
                Reading::new(Point { lat, lon }, at_s)
            })
            .collect()
    }
}

fn random_drives(network: &StreetNetwork, count: usize, seed: u64) -> Vec<Drive> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let edge_count = network.streets().edges().len() as u32;
    let mut drives = Vec::new();
    while drives.len() < count {
        let [from, to] = [(); 2].map(|()| {
            let edge = dice.random_range(0..edge_count);
            network.snap_on(edge, 0.0, network.streets().point_at(edge, 0.0))
        });
        drives.extend(Drive::between(network, &from, &to).filter(|drive| drive.end_s > 60.0));
    }
    drives
}

fn normal(dice: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (dice.random_range(f64::MIN_POSITIVE..1.0), dice.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// The edges that were driven whole.
fn whole(edges: &[DrivenEdge]) -> Vec<u32> {
    observed_speeds(edges).map(|of| of.edge).collect()
}

#[test]
fn a_trace_around_a_corner_is_matched_to_the_edges_driven() {
    let network = town();
    let readings = readings_along(&[(50.0, 0.0), (400.0, 0.0), (400.0, 350.0)], 10.0);
    let Matched { places, parts } = matched(&network, &readings);
    assert!(places.iter().all(|place| place.is_some_and(|place| place.snap.distance_m < 0.5)));
    let [part] = &parts[..] else { panic!("{} parts", parts.len()) };
    assert_eq!((part.edges.len(), whole(&part.edges).len()), (4, 2));
    assert!((f64::from(part.leg.distance_m) - 650.0).abs() < 2.0, "{:?}", part.leg);
    assert!(part.confidence > 0.95);
    // Each whole edge of 200 m took 20 s.
    for speed in observed_speeds(&part.edges) {
        assert!((f64::from(speed.metres) - 200.0).abs() < 1.0);
        assert!((f64::from(speed.seconds) - 20.0).abs() < 2.0, "{speed:?}");
    }
}

#[test]
fn exact_traces_are_matched_to_the_edges_driven() {
    let network = bundled_network();
    let (mut driven, mut found) = (0, 0);
    for drive in random_drives(&network, 40, 1) {
        let readings = drive.readings(&network, || (0.0, 0.0));
        let Matched { parts, .. } = matched(&network, &readings);
        let [part] = &parts[..] else { panic!("{} parts", parts.len()) };
        let inner = &drive.edges[1..drive.edges.len().max(3) - 2];
        let matched = whole(&part.edges);
        driven += inner.len();
        found += inner.iter().filter(|(edge, _)| matched.contains(edge)).count();
    }
    // Where two streets lie on each other, the other one is as good.
    assert!(found as f64 >= 0.99 * driven as f64, "{found} of {driven}");
}

#[test]
fn noisy_traces_are_matched_to_the_edges_driven() {
    let network = match real_extract("malta.osm.pbf") {
        Some(bytes) => network_of(&read(&bytes, &mut |_| {}).unwrap()).unwrap(),
        None => bundled_network(),
    };
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    let mut off_m = Vec::new();
    let (mut driven, mut found) = (0, 0);
    for drive in random_drives(&network, 20, 2) {
        let noise = || (6.0 * normal(&mut dice), 6.0 * normal(&mut dice));
        let readings = drive.readings(&network, noise);
        let Matched { places, parts } = matched(&network, &readings);
        for (reading, place) in readings.iter().zip(&places) {
            let truth = drive.at(&network, reading.at_s);
            off_m.extend(place.map(|place| place.snap.on_street.distance_m(truth)));
        }
        let edges: Vec<u32> = parts.iter().flat_map(|part| whole(&part.edges)).collect();
        driven += drive.edges.len();
        found += drive.edges.iter().filter(|(edge, _)| edges.contains(edge)).count();
    }
    off_m.sort_by(f64::total_cmp);
    assert!(off_m[off_m.len() / 2] < 6.0, "{} m", off_m[off_m.len() / 2]);
    assert!(found as f64 > 0.9 * driven as f64, "{found} of {driven}");
}

/// Two one-way streets beside each other, joined at their ends.
fn lanes() -> StreetNetwork {
    streets(&[
        (&[(0.0, 0.0), (1000.0, 0.0)], "yes"),
        (&[(1000.0, 0.0), (1000.0, 14.0)], "yes"),
        (&[(1000.0, 14.0), (0.0, 14.0)], "yes"),
        (&[(0.0, 14.0), (0.0, 0.0)], "yes"),
    ])
}

#[test]
fn parallel_streets_are_told_apart_by_the_heading() {
    let network = lanes();
    // Nearer to the street that leads east.
    let at = place(500.0, 6.0);
    let read = |heading_deg, speed_mps| {
        let reading = Reading { heading_deg, speed_mps, ..Reading::new(at, 0.0) };
        OnlineMatcher::default().take(&network, &reading).place.unwrap().edge
    };
    let east = network.snap(place(500.0, 0.0)).unwrap().edge;
    let west = network.snap(place(500.0, 14.0)).unwrap().edge;
    assert_eq!(read(None, None), east);
    assert_eq!(read(Some(85.0), Some(10.0)), east);
    assert_eq!(read(Some(265.0), Some(10.0)), west);
    // A truck that hardly moves does not know where it looks.
    assert_eq!([read(Some(265.0), Some(0.5)), read(Some(265.0), None)], [east; 2]);
}

#[test]
fn parallel_streets_are_told_apart_by_where_one_goes() {
    let network = lanes();
    let readings = readings_along(&[(900.0, 5.0), (100.0, 5.0)], 12.0);
    let west = network.snap(place(500.0, 14.0)).unwrap().edge;
    let places = matched(&network, &readings).places;
    assert!(places.iter().all(|place| place.unwrap().snap.edge == west));
}

#[test]
fn a_jump_splits_a_trace() {
    let network = town();
    let mut readings = readings_along(&[(0.0, 0.0), (250.0, 0.0)], 10.0);
    // Across the town in no time.
    let from_s = readings.last().unwrap().at_s + 1.0;
    for reading in readings_along(&[(300.0, 600.0), (550.0, 600.0)], 10.0) {
        readings.push(Reading { at_s: from_s + reading.at_s / 5.0, ..reading });
    }
    let Matched { places, parts } = matched(&network, &readings);
    assert_eq!(parts.len(), 2);
    assert!(places.iter().all(Option::is_some));
}

#[test]
fn a_gap_splits_a_trace_unless_it_is_to_be_ignored() {
    let network = town();
    let mut readings = readings_along(&[(0.0, 0.0), (600.0, 0.0)], 10.0);
    readings[6..].iter_mut().for_each(|reading| reading.at_s += GAP_S);
    assert_eq!(matched(&network, &readings).parts.len(), 2);
    let options = MatchOptions { gap_s_max: None, ..MatchOptions::default() };
    let ignored = match_trace(&network, &readings, options);
    check(&network, &readings, &ignored);
    assert_eq!(ignored.parts.len(), 1);
}

#[test]
fn one_bad_reading_is_an_outlier() {
    let network = town();
    let mut readings = readings_along(&[(0.0, 0.0), (600.0, 0.0)], 10.0);
    readings[5].at = place(200.0, 590.0);
    let Matched { places, parts } = matched(&network, &readings);
    assert_eq!(parts.len(), 1);
    for (number, place) in places.iter().enumerate() {
        assert_eq!(place.is_none(), number == 5, "{number}");
    }
}

#[test]
fn readings_off_the_map_have_no_place() {
    let network = town();
    let mut readings = readings_along(&[(0.0, 0.0), (600.0, 0.0)], 10.0);
    readings[4].at = place(300.0, 100.0);
    readings[5].at = place(f64::NAN, 0.0);
    let Matched { places, parts } = matched(&network, &readings);
    assert_eq!(parts.len(), 1);
    assert_eq!(places.iter().filter(|place| place.is_none()).count(), 2);
    assert!(places[4].is_none() && places[5].is_none());
    let far = [Reading::new(place(90_000.0, 0.0), 0.0), Reading::new(place(90_010.0, 0.0), 5.0)];
    assert_eq!(matched(&network, &far).places, [None, None]);
}

#[test]
fn a_trace_of_none_or_one_is_no_drive() {
    let network = town();
    assert_eq!(matched(&network, &[]), Matched::default());
    let one = matched(&network, &[Reading::new(place(50.0, 0.0), 0.0)]);
    assert_eq!((one.places, one.parts.len()), (vec![None], 0));
}

#[test]
fn a_stop_is_no_loop() {
    let network = town();
    let mut dice = ChaCha8Rng::seed_from_u64(3);
    for stop_m in [190.0, 200.0, 300.0] {
        let mut readings = readings_along(&[(50.0, 0.0), (stop_m, 0.0)], 10.0);
        // Half an hour at the kerb, or right at the junction.
        for _ in 0..360 {
            let at = place(stop_m + 5.0 * normal(&mut dice), 5.0 * normal(&mut dice));
            readings.push(Reading::new(at, readings.len() as f64 * EVERY_S));
        }
        let go_on = readings_along(&[(stop_m, 0.0), (600.0, 0.0)], 10.0);
        let from_s = readings.len() as f64 * EVERY_S;
        readings.extend(go_on.iter().map(|of| Reading { at_s: from_s + of.at_s, ..*of }));
        let Matched { parts, .. } = matched(&network, &readings);
        let [part] = &parts[..] else { panic!("{} parts", parts.len()) };
        let driven_m = f64::from(part.leg.distance_m);
        assert!((490.0..560.0).contains(&driven_m), "{driven_m} m with a stop at {stop_m}");
        assert_eq!(part.edges.len(), 3, "{:?}", part.edges);
    }
}

#[test]
fn turning_back_on_a_street_is_found() {
    let network = town();
    let readings = readings_along(&[(50.0, 0.0), (320.0, 0.0), (50.0, 0.0)], 10.0);
    let Matched { parts, .. } = matched(&network, &readings);
    let [part] = &parts[..] else { panic!("{} parts", parts.len()) };
    let driven_m = f64::from(part.leg.distance_m);
    assert!((450.0..560.0).contains(&driven_m), "{driven_m}");
    assert_eq!(part.edges.len(), 4);
}

#[test]
fn sparse_readings_are_joined_by_the_fastest_way() {
    let network = bundled_network();
    for drive in random_drives(&network, 10, 4) {
        let readings = drive.readings(&network, || (0.0, 0.0));
        let ends = [readings[0], readings[readings.len() - 1]];
        let Matched { parts, .. } = matched(&network, &ends);
        let Some(part) = parts.first() else { continue };
        let inner = &drive.edges[1..drive.edges.len() - 1];
        let edges = whole(&part.edges);
        let found = inner.iter().filter(|(edge, _)| edges.contains(edge)).count();
        assert!(found as f64 > 0.8 * inner.len() as f64, "{found} of {}", inner.len());
    }
}

#[test]
fn readings_that_fit_badly_are_told_with_less_confidence() {
    let network = town();
    let confidence = |north_m: f64| {
        let readings = readings_along(&[(50.0, north_m), (550.0, north_m)], 10.0);
        matched(&network, &readings).parts[0].confidence
    };
    let (good, fair, bad) = (confidence(0.0), confidence(8.0), confidence(18.0));
    assert!(good > 0.95 && good > fair && fair > bad && bad < 0.5, "{good} {fair} {bad}");
}

#[test]
fn tidy_leaves_out_readings_that_cluster() {
    let network = town();
    let mut readings = readings_along(&[(50.0, 0.0), (250.0, 0.0)], 10.0);
    let last = *readings.last().unwrap();
    readings.extend((1..9).map(|wait| Reading { at_s: last.at_s + f64::from(wait), ..last }));
    let options = MatchOptions { tidy: true, ..MatchOptions::default() };
    let tidied = match_trace(&network, &readings, options);
    check(&network, &readings, &tidied);
    assert_eq!(tidied.places.iter().filter(|place| place.is_none()).count(), 8);
}

/// All that a matcher tells of a trace, one reading at a time.
fn online(network: &StreetNetwork, readings: &[Reading]) -> (Vec<Option<Snap>>, Vec<DrivenEdge>) {
    let mut matcher = OnlineMatcher::default();
    let mut places = Vec::new();
    let mut driven = Vec::new();
    for reading in readings {
        let Progress { place, settled } = matcher.take(network, reading);
        places.push(place);
        driven.extend(settled);
    }
    driven.extend(matcher.finish(network));
    assert!(matcher.finish(network).is_empty());
    (places, driven)
}

#[test]
fn reading_by_reading_the_same_edges_are_driven() {
    let network = bundled_network();
    for drive in random_drives(&network, 20, 5) {
        let readings = drive.readings(&network, || (0.0, 0.0));
        let offline = matched(&network, &readings);
        let (_, driven) = online(&network, &readings);
        let edges = |driven: &[DrivenEdge]| driven.iter().map(|of| of.edge).collect::<Vec<_>>();
        let [part] = &offline.parts[..] else { panic!("{} parts", offline.parts.len()) };
        assert_eq!(edges(&driven), edges(&part.edges));
        for (one, other) in driven.iter().zip(&part.edges) {
            assert!((one.entered_s - other.entered_s).abs() < 1.0, "{one:?} {other:?}");
        }
    }
}

#[test]
fn a_truck_that_jumps_and_pauses_is_followed_on() {
    let network = town();
    let first = readings_along(&[(0.0, 0.0), (600.0, 0.0)], 10.0);
    let second = readings_along(&[(600.0, 600.0), (0.0, 600.0)], 10.0);
    for pause_s in [56.0, 56.0 + 3_600.0] {
        let later = second.iter().map(|of| Reading { at_s: of.at_s / 5.0 + pause_s, ..*of });
        let readings: Vec<Reading> = first.iter().copied().chain(later).collect();
        let (places, driven) = online(&network, &readings);
        assert!(places.last().unwrap().is_some());
        let driven_m: f32 = driven.iter().map(|of| of.metres).sum();
        assert!((1_050.0..1_200.0).contains(&driven_m), "{driven_m} m, {pause_s} s");
        assert_eq!(whole(&driven).len(), 4, "{pause_s} s");
    }
}

#[test]
fn a_matcher_does_not_grow() {
    let network = town();
    let mut dice = ChaCha8Rng::seed_from_u64(8);
    let mut matcher = OnlineMatcher::default();
    let lap = [(0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 400.0), (0.0, 0.0)];
    let mut driven_m = 0.0;
    let mut now_s = 0.0;
    for round in 0..30 {
        for reading in readings_along(&lap, 10.0) {
            // Each lap ends with a long stop.
            let stop = if reading.at_s == 0.0 { 500 } else { 1 };
            for _ in 0..stop {
                now_s += EVERY_S;
                let lat = reading.at.lat + 5.0 * normal(&mut dice) / DEGREE_M;
                let at = Point { lat, ..reading.at };
                let progress = matcher.take(&network, &Reading::new(at, now_s));
                driven_m += progress.settled.iter().map(|of| of.metres).sum::<f32>();
            }
        }
        let size = format!("{matcher:?}").len();
        assert!(size < 400_000, "{size} after {round} rounds");
    }
    assert!((driven_m / (30.0 * 1_600.0) - 1.0).abs() < 0.1, "{driven_m} m");
}

#[test]
fn another_map_begins_anew() {
    let mut matcher = OnlineMatcher::default();
    for network in [town(), lanes(), town()] {
        for reading in readings_along(&[(0.0, 0.0), (100.0, 0.0)], 10.0) {
            assert!(matcher.take(&network, &reading).place.is_some());
        }
    }
}

fn any_reading() -> impl Strategy<Value = Reading> {
    let number = || prop_oneof![8 => 0_f32..50.0, 1 => -400_f32..1e9, 1 => Just(f32::NAN)];
    (
        prop_oneof![9 => random_point(), 1 => Just(Point { lat: f64::NAN, lon: 1e9 })],
        prop_oneof![9 => 0.0..60.0, 1 => -500.0..5_000.0, 1 => Just(f64::INFINITY)],
        prop::option::of(number()),
        prop::option::of(-400_f32..400.0),
        prop::option::of(number()),
    )
        .prop_map(|(at, at_s, accuracy_m, heading_deg, speed_mps)| Reading {
            at,
            at_s,
            accuracy_m,
            heading_deg,
            speed_mps,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nonsense_is_no_panic(
        map in random_map(),
        readings in prop::collection::vec(any_reading(), 0..40),
        has_limit: bool,
        tidy: bool,
        is_walk: bool,
    ) {
        let Some(network) = network_of(&map) else { return Ok(()) };
        let mut readings = readings;
        if is_walk {
            // One after the other, from near to near.
            let mut now_s = 0.0;
            let mut at = Point { lat: 35.91, lon: 14.51 };
            for reading in readings.iter_mut().filter(|of| of.at.lat.is_finite()) {
                now_s += reading.at_s.clamp(0.0, 30.0);
                at.lat += (reading.at.lat - at.lat) * 0.1;
                at.lon += (reading.at.lon - at.lon) * 0.1;
                (reading.at, reading.at_s) = (at, now_s);
            }
        }
        let options = MatchOptions { gap_s_max: has_limit.then_some(GAP_S), tidy };
        check(&network, &readings, &match_trace(&network, &readings, options));
        let (_, driven) = online(&network, &readings);
        for of in driven {
            prop_assert!(of.from <= of.to && of.entered_s <= of.left_s, "{:?}", of);
        }
    }
}
