//! Pieces of JSON that several services share.

use super::request::{Geometries, Options, Overview};
use crate::roads::directions::{Crossing, Manoeuvre, ManoeuvreKind, Step};
use crate::roads::speeds::Departure;
use crate::roads::street_network::StreetNetwork;
use crate::roads::turn_graph::DrivingSide;
use crate::roads::{Path, Snap};
use crate::units::{Point, polyline};
use geo::{LineString, Simplify as _};
use serde_json::{Value, json};

/// How far a street may be where nobody says.
pub(super) const SEARCH_M: f64 = 1_000.0;

/// To six decimals, a tenth of a metre.
pub(super) fn lon_lat(at: Point) -> [f64; 2] {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    [round(at.lon), round(at.lat)]
}

/// To one decimal.
pub(super) fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Where a coordinate meets its street.
pub(super) fn waypoint(network: &StreetNetwork, snap: &Snap) -> Value {
    json!({
        "name": network.streets().name(snap.edge).unwrap_or_default(),
        "location": lon_lat(snap.on_street),
        "distance": tenths(f64::from(snap.distance_m)),
    })
}

/// A departure, for who names one; the map's hours are those of its longitude, which is near enough for
/// bands of hours.
pub(super) fn departure(network: &StreetNetwork, options: &Options) -> Option<Departure> {
    let at_s = options.depart_at_s?;
    let lon = network.streets().bounds().centre().lon;
    let local_s = at_s + (lon / 15.0).round() as i64 * 3600;
    // 1970 began on a Thursday.
    let minute = (local_s.div_euclid(60) + 3 * 24 * 60).rem_euclid(7 * 24 * 60);
    Some(Departure { at_s, minute_of_week: minute as u16 })
}

/// Only the direction in which the place lies at the side where one drives.
pub(super) fn at_curb(network: &StreetNetwork, at: Point, snap: Snap) -> Snap {
    let Some(other) = snap.reversed() else { return snap };
    let ahead: Vec<Point> = network.streets().course(snap.edge).collect();
    let nearest = ahead.windows(2).min_by(|a, b| {
        let off = |pair: &[Point]| {
            pair[0].distance_m(snap.on_street) + pair[1].distance_m(snap.on_street)
                - pair[0].distance_m(pair[1])
        };
        off(a).total_cmp(&off(b))
    });
    let Some([a, b]) = nearest else { return snap };
    let scale = at.lat.to_radians().cos();
    let (east, north) = ((b.lon - a.lon) * scale, b.lat - a.lat);
    let (to_east, to_north) = ((at.lon - a.lon) * scale, at.lat - a.lat);
    let is_right = east * to_north - north * to_east <= 0.0;
    if is_right == (network.driving_side() == DrivingSide::Right) {
        snap.one_way()
    } else {
        other.one_way()
    }
}

/// A line in the form that was asked for.
pub(super) fn geometry(points: &[Point], form: Geometries) -> Value {
    match form {
        Geometries::Polyline => json!(polyline::encode(points, 5)),
        Geometries::Polyline6 => json!(polyline::encode(points, 6)),
        Geometries::GeoJson => {
            // A line has two points at least.
            let alone = if points.len() == 1 { points } else { &[] };
            let line: Vec<[f64; 2]> = points.iter().chain(alone).map(|at| lon_lat(*at)).collect();
            json!({ "type": "LineString", "coordinates": line })
        }
    }
}

/// The whole line, or as much of it as shows on a screen that shows all of it.
pub(super) fn overview(points: &[Point], options: &Options) -> Option<Value> {
    let points = match options.overview {
        Overview::No => return None,
        Overview::Full => points.to_vec(),
        Overview::Simplified => simplify(points),
    };
    Some(geometry(&points, options.geometries))
}

fn simplify(points: &[Point]) -> Vec<Point> {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in points {
        for (axis, value) in [point.lon, point.lat].into_iter().enumerate() {
            low[axis] = low[axis].min(value);
            high[axis] = high[axis].max(value);
        }
    }
    // A pixel of a screen that is a thousand wide.
    let pixel = (high[0] - low[0]).max(high[1] - low[1]) / 1_000.0;
    let line: LineString = points.iter().map(|point| (point.lon, point.lat)).collect();
    line.simplify(pixel).coords().map(|at| Point { lat: at.y, lon: at.x }).collect()
}

/// A leg between two waypoints.
pub(super) fn leg(network: &StreetNetwork, path: &Path, options: &Options) -> Value {
    let steps = network.directions(path);
    let duration = f64::from(path.leg.duration_ds) / 10.0;
    let length_dm: u32 = path.pieces.iter().map(|piece| piece.length_dm).sum();
    let mut leg = json!({
        "distance": f64::from(length_dm) / 10.0,
        "duration": duration,
        "weight": duration,
        "summary": if options.steps { summary(&steps) } else { String::new() },
        "steps": [],
    });
    if options.steps {
        let told = steps.iter().enumerate().map(|(number, step)| {
            // OSRM's last step is a point that is given twice.
            let points = &path.geometry[step.points.clone()];
            let twice = [points, points].concat();
            let points =
                if points.len() == 1 && number + 1 == steps.len() { &twice } else { points };
            step_json(network, step, points, options)
        });
        leg["steps"] = told.collect();
    }
    if !options.annotations.is_empty() {
        leg["annotation"] = annotation(path, options);
    }
    leg
}

/// The two names that are driven longest, in their order.
fn summary(steps: &[Step]) -> String {
    let mut named: Vec<(usize, &Step)> =
        steps.iter().enumerate().filter(|(_, step)| !step.name.is_empty()).collect();
    named.sort_by_key(|(_, step)| std::cmp::Reverse(step.length_dm));
    named.dedup_by(|a, b| a.1.name == b.1.name);
    named.truncate(2);
    named.sort_by_key(|(at, _)| *at);
    named.iter().map(|(_, step)| &*step.name).collect::<Vec<_>>().join(", ")
}

fn step_json(network: &StreetNetwork, step: &Step, points: &[Point], options: &Options) -> Value {
    let duration = f64::from(step.duration_ds) / 10.0;
    let mode = match (step.is_ferry, &*network.profile().name) {
        (true, _) => "ferry",
        (_, "foot") => "walking",
        (_, "bicycle") => "cycling",
        _ => "driving",
    };
    json!({
        "distance": f64::from(step.length_dm) / 10.0,
        "duration": duration,
        "weight": duration,
        "geometry": geometry(points, options.geometries),
        "name": step.name,
        "mode": mode,
        "driving_side": if network.driving_side() == DrivingSide::Right { "right" } else { "left" },
        "maneuver": maneuver(&step.manoeuvre),
        "intersections": step.junctions.iter().map(intersection).collect::<Vec<_>>(),
    })
}

fn maneuver(told: &Manoeuvre) -> Value {
    let (kind, has_modifier) = match told.kind {
        ManoeuvreKind::Depart => ("depart", false),
        ManoeuvreKind::Turn => ("turn", true),
        ManoeuvreKind::Continue => ("continue", true),
        ManoeuvreKind::NewName => ("new name", true),
        ManoeuvreKind::Roundabout { .. } => ("roundabout", true),
        ManoeuvreKind::ExitRoundabout => ("exit roundabout", true),
        ManoeuvreKind::Arrive => ("arrive", false),
    };
    let mut value = json!({
        "type": kind,
        "location": lon_lat(told.at),
        "bearing_before": told.bearing_before,
        "bearing_after": told.bearing_after,
    });
    if has_modifier {
        value["modifier"] = json!(modifier(told.angle_deg));
    }
    if let ManoeuvreKind::Roundabout { exit } = told.kind {
        value["exit"] = json!(exit);
    }
    value
}

fn modifier(angle_deg: f32) -> &'static str {
    let is_left = angle_deg < 0.0;
    match angle_deg.abs() {
        angle if angle > 170.0 => "uturn",
        angle if angle > 120.0 => ["sharp right", "sharp left"][usize::from(is_left)],
        angle if angle > 60.0 => ["right", "left"][usize::from(is_left)],
        angle if angle > 20.0 => ["slight right", "slight left"][usize::from(is_left)],
        _ => "straight",
    }
}

fn intersection(crossing: &Crossing) -> Value {
    let mut value = json!({
        "location": lon_lat(crossing.at),
        "bearings": crossing.bearings.iter().map(|(bearing, _)| bearing).collect::<Vec<_>>(),
        "entry": crossing.bearings.iter().map(|(_, may)| may).collect::<Vec<_>>(),
    });
    if let Some(from) = crossing.from {
        value["in"] = json!(from);
    }
    if let Some(onto) = crossing.onto {
        value["out"] = json!(onto);
    }
    value
}

/// What each stretch between two points of the geometry takes.
fn annotation(path: &Path, options: &Options) -> Value {
    let durations: Vec<f64> =
        path.elapsed_ds.windows(2).map(|pair| f64::from(pair[1] - pair[0]) / 10.0).collect();
    let distances: Vec<f64> =
        path.geometry.windows(2).map(|pair| tenths(pair[0].distance_m(pair[1]))).collect();
    let speeds = || {
        let speed = |(metres, seconds): (&f64, &f64)| {
            if *seconds > 0.0 { tenths(metres / seconds) } else { 0.0 }
        };
        distances.iter().zip(&durations).map(speed).collect::<Vec<f64>>()
    };
    let mut value = json!({});
    for name in &options.annotations {
        value[name] = match &**name {
            "distance" => json!(distances),
            "speed" => json!(speeds()),
            "datasources" => json!(vec![0; durations.len()]),
            _ => json!(durations),
        };
    }
    if options.annotations.iter().any(|name| name == "datasources") {
        value["metadata"] = json!({ "datasource_names": ["profile"] });
    }
    value
}
