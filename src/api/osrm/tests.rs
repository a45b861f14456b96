//! Every service on a small made-up town: what it answers is what the streets say, and what cannot be answered
//! is refused with OSRM's code.

use super::*;
use crate::roads::map::FileFacts;
use crate::roads::profile::Profile;
use crate::roads::town::{TownOptions, generate};
use crate::units::{Point, polyline};
use std::sync::LazyLock;

static TOWN: LazyLock<Map> = LazyLock::new(|| {
    let osm = generate(&TownOptions { size: 300, ..TownOptions::default() });
    let profiles = [Profile::car(), Profile::built_in("foot").unwrap()];
    Map::from_osm(&osm, FileFacts::default(), &profiles, &mut |_| {}).unwrap()
});

/// Places on streets, spread over the town.
fn places(count: usize) -> Vec<Point> {
    let streets = TOWN.network().streets();
    let step = streets.edges().len() / count;
    (0..count)
        .map(|number| {
            let mut course = streets.course((number * step) as u32);
            let (a, b) = (course.next().unwrap(), course.next().unwrap());
            let middle =
                Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) };
            Point::from_e7(middle.to_e7().0, middle.to_e7().1)
        })
        .collect()
}

fn text(points: &[Point]) -> String {
    points.iter().map(|at| format!("{:.7},{:.7}", at.lon, at.lat)).collect::<Vec<_>>().join(";")
}

fn ask(service: &str, points: &[Point], query: &str) -> Answer {
    let path = format!("{service}/v1/driving/{}", text(points));
    answer(&TOWN, &request::parse(&path, query)?)
}

fn refusal(service: &str, points: &[Point], query: &str) -> &'static str {
    ask(service, points, query).unwrap_err().code
}

fn seconds(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_route_is_the_path_of_the_streets_in_any_form() {
    let [from, to] = places(2)[..] else { unreachable!() };
    let network = TOWN.network();
    let path =
        network.path(&network.snap(from).unwrap(), &network.snap(to).unwrap(), None).unwrap();
    let found =
        ask("route", &[from, to], "overview=full&geometries=polyline6&steps=true&annotations=true")
            .unwrap();
    let route = &found["routes"][0];
    assert!((seconds(&route["duration"]) - f64::from(path.leg.duration_ds) / 10.0).abs() < 1e-6);
    assert!((seconds(&route["distance"]) - f64::from(path.leg.distance_m)).abs() <= 0.5);
    let drawn = polyline::decode(route["geometry"].as_str().unwrap(), 6).unwrap();
    assert_eq!(drawn.len(), path.geometry.len());
    let leg = &route["legs"][0];
    let sum = |list: &Value, key: &str| -> f64 {
        list.as_array().unwrap().iter().map(|of| seconds(&of[key])).sum()
    };
    assert!((sum(&leg["steps"], "duration") - seconds(&route["duration"])).abs() < 1e-6);
    let annotation = &leg["annotation"];
    let total: f64 = annotation["duration"].as_array().unwrap().iter().map(seconds).sum();
    assert!((total - seconds(&route["duration"])).abs() < 1e-6);
    let steps = leg["steps"].as_array().unwrap();
    assert_eq!(steps[0]["maneuver"]["type"], "depart");
    assert_eq!(steps[steps.len() - 1]["maneuver"]["type"], "arrive");
    assert_eq!(steps[0]["intersections"][0]["out"], 0);

    let line = ask("route", &[from, to], "geometries=geojson").unwrap();
    let line = &line["routes"][0]["geometry"];
    assert_eq!(line["type"], "LineString");
    assert!(line["coordinates"].as_array().unwrap().len() <= drawn.len());
    let none = ask("route", &[from, to], "overview=false").unwrap();
    assert!(none["routes"][0].get("geometry").is_none());
    assert_eq!(found["waypoints"].as_array().unwrap().len(), 2);
    assert!(ask("route", &[from, to], "skip_waypoints=true").unwrap().get("waypoints").is_none());
}

#[test]
fn coordinates_that_are_only_passed_make_no_leg() {
    let points = places(4);
    let whole = ask("route", &points, "").unwrap();
    let passed = ask("route", &points, "waypoints=0;3&steps=true").unwrap();
    let (whole, passed) = (&whole["routes"][0], &passed["routes"][0]);
    assert_eq!(
        (whole["legs"].as_array().unwrap().len(), passed["legs"].as_array().unwrap().len()),
        (3, 1)
    );
    assert!((seconds(&whole["duration"]) - seconds(&passed["duration"])).abs() < 0.05);
    // Straight on at each of them takes as long as turning back there, or longer.
    let free = ask("route", &points, "continue_straight=false").unwrap();
    assert!(seconds(&free["routes"][0]["duration"]) <= seconds(&whole["duration"]) + 1e-6);
}

#[test]
fn a_table_has_the_durations_of_the_routes() {
    let points = places(5);
    let table = ask("table", &points, "annotations=duration,distance").unwrap();
    let part = ask("table", &points, "sources=1;3&destinations=0").unwrap();
    for (row, from) in points.iter().enumerate() {
        for (column, to) in points.iter().enumerate() {
            let cell = seconds(&table["durations"][row][column]);
            let route = ask("route", &[*from, *to], "overview=false").unwrap();
            assert!((seconds(&route["routes"][0]["duration"]) - cell).abs() < 1e-6);
        }
    }
    assert_eq!(part["durations"], json!([[table["durations"][1][0]], [table["durations"][3][0]]]));
    assert!(part.get("distances").is_none());
    assert_eq!(part["sources"].as_array().unwrap().len(), 2);
    let twice = ask("table", &points, "scale_factor=2").unwrap();
    let (scaled, cell) = (seconds(&twice["durations"][0][1]), seconds(&table["durations"][0][1]));
    assert!((scaled - 2.0 * cell).abs() < 1e-6);
}

#[test]
fn the_nearest_streets_come_with_their_nodes_and_in_their_order() {
    let at = places(3)[1];
    let found = ask("nearest", &[at], "number=4").unwrap();
    let waypoints = found["waypoints"].as_array().unwrap();
    assert!((2..=4).contains(&waypoints.len()), "{found}");
    assert!(waypoints.is_sorted_by(|a, b| seconds(&a["distance"]) <= seconds(&b["distance"])));
    assert_eq!(waypoints[0]["nodes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_bearing_a_radius_and_the_kerb_choose_the_street() {
    let network = TOWN.network();
    let at = places(3)[1];
    let both = network.snap(at).unwrap();
    let asked = |heading, radius_m, at_curb| Asked { at, heading, radius_m, at_curb };
    assert!(both.reverse_edge.is_some(), "the street goes both ways");
    let kerb = snap(network, 0, &asked(None, None, true)).unwrap();
    assert_eq!(kerb.reverse_edge, None);
    let away = Point { lat: at.lat + 0.001, ..at };
    let far = network.snap(away).unwrap().distance_m;
    if far > 2.0 {
        assert_eq!(refusal("nearest", &[away], "radiuses=1"), "NoSegment");
    }
    let course: Vec<Point> = network.streets().course(both.edge).collect();
    let east = (course[1].lon - course[0].lon) * at.lat.to_radians().cos();
    let heading_deg = east.atan2(course[1].lat - course[0].lat).to_degrees().rem_euclid(360.0);
    let one = snap(
        network,
        0,
        &asked(
            Some(crate::roads::HeadingRange {
                heading_deg: heading_deg as f32,
                tolerance_deg: 20.0,
            }),
            None,
            false,
        ),
    );
    assert_eq!(one.unwrap().reverse_edge, None);
}

#[test]
fn a_trip_visits_all_and_is_no_longer_than_the_given_order() {
    let points = places(6);
    let trip = ask("trip", &points, "").unwrap();
    let mut round = points.clone();
    round.push(points[0]);
    let given = ask("route", &round, "continue_straight=false").unwrap();
    assert!(
        seconds(&trip["trips"][0]["duration"]) <= seconds(&given["routes"][0]["duration"]) + 0.01
    );
    let mut places: Vec<u64> = trip["waypoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waypoint| waypoint["waypoint_index"].as_u64().unwrap())
        .collect();
    places.sort_unstable();
    assert_eq!(places, [0, 1, 2, 3, 4, 5]);
    let open = ask("trip", &points, "roundtrip=false&source=first&destination=last").unwrap();
    assert_eq!(open["waypoints"][0]["waypoint_index"], 0);
    assert_eq!(open["waypoints"][5]["waypoint_index"], 5);
    assert_eq!(open["trips"][0]["legs"].as_array().unwrap().len(), 5);
    assert_eq!(refusal("trip", &points, "roundtrip=false"), "NotImplemented");
}

#[test]
fn a_trace_along_a_path_is_matched_to_it() {
    let [from, to] = places(2)[..] else { unreachable!() };
    let network = TOWN.network();
    let path =
        network.path(&network.snap(from).unwrap(), &network.snap(to).unwrap(), None).unwrap();
    let mut trace: Vec<Point> = Vec::new();
    let mut times: Vec<String> = Vec::new();
    for (at, elapsed_ds) in path.geometry.iter().zip(&path.elapsed_ds) {
        let at_s = (elapsed_ds / 10).to_string();
        if times.last() != Some(&at_s) {
            times.push(at_s);
            trace.push(*at);
        }
    }
    let query = format!("timestamps={}&steps=true&overview=full", times.join(";"));
    let found = ask("match", &trace, &query).unwrap();
    assert_eq!(found["matchings"].as_array().unwrap().len(), 1);
    let matching = &found["matchings"][0];
    let whole_m = f64::from(path.leg.distance_m);
    assert!((seconds(&matching["distance"]) - whole_m).abs() < 0.05 * whole_m + 20.0);
    assert!(seconds(&matching["confidence"]) > 0.5);
    assert_eq!(found["tracepoints"].as_array().unwrap().len(), trace.len());
    assert_eq!(found["tracepoints"][0]["waypoint_index"], 0);
    let far = [Point { lat: 0.0, lon: 0.0 }, Point { lat: 0.001, lon: 0.0 }];
    assert_eq!(refusal("match", &far, ""), "NoMatch");
}

#[test]
fn what_the_map_cannot_answer_is_refused_with_osrms_code() {
    let sea = Point { lat: -60.0, lon: -140.0 };
    let here = places(2)[0];
    for service in ["route", "table", "trip"] {
        assert_eq!(refusal(service, &[here, sea], ""), "NoSegment", "{service}");
    }
    assert_eq!(refusal("nearest", &[sea], ""), "NoSegment");
    assert_eq!(refusal("nearest", &[here, here], ""), "InvalidOptions");
    let by = |profile: &str| {
        let path = format!("nearest/v1/{profile}/{}", text(&[here]));
        answer(&TOWN, &request::parse(&path, "").unwrap()).map(|_| ()).map_err(|error| error.code)
    };
    assert_eq!([by("driving"), by("car"), by("foot"), by("walking")], [Ok(()); 4]);
    assert_eq!(by("truck"), Err("InvalidValue"));
}
