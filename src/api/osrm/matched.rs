//! A trace on the streets.

use super::request::Request;
use super::route::{paths_through, route_json};
use super::{Answer, OsrmError, parts};
use crate::roads::Path;
use crate::roads::matching::{MatchOptions, MatchedPart, MatchedPlace, Reading, match_trace};
use crate::roads::street_network::StreetNetwork;
use serde_json::{Value, json};

/// Between readings whose times nobody tells, seconds.
const USUAL_GAP_S: f64 = 5.0;

pub(super) fn answer(network: &StreetNetwork, request: &Request) -> Answer {
    let options = &request.options;
    let readings: Vec<Reading> = request
        .stops
        .iter()
        .enumerate()
        .map(|(number, asked)| Reading {
            accuracy_m: asked.radius_m.map(|radius_m| radius_m as f32),
            ..Reading::new(asked.at, at_s(&options.timestamps, number))
        })
        .collect();
    let usual = MatchOptions::default();
    let gap_s_max =
        usual.gap_s_max.filter(|_| options.splits_gaps && !options.timestamps.is_empty());
    let matched = match_trace(network, &readings, MatchOptions { gap_s_max, tidy: options.tidy });
    let mut matchings = Vec::new();
    for part in &matched.parts {
        let legs = legs_of(network, request, part, &matched.places)
            .ok_or_else(|| OsrmError::new("NoMatch", "the trace cannot be matched"))?;
        let mut matching = route_json(network, &legs, options);
        matching["confidence"] = json!((f64::from(part.confidence) * 1e6).round() / 1e6);
        matchings.push(matching);
    }
    if matchings.is_empty() {
        let what = "no two readings of the trace lie on streets that lead from one to the other";
        return Err(OsrmError::new("NoMatch", what));
    }
    let mut answer = json!({ "code": "Ok", "matchings": matchings });
    if !options.skip_waypoints {
        let told = matched.places.iter().enumerate().map(|(number, place)| {
            let Some(place) = place else { return Value::Null };
            let stops = waypoints_of(request, &matched.parts[place.part]);
            let mut point = parts::waypoint(network, &place.snap);
            point["matchings_index"] = json!(place.part);
            point["waypoint_index"] = json!(stops.iter().position(|stop| *stop == number));
            point["alternatives_count"] = json!(place.alternatives);
            point
        });
        answer["tracepoints"] = told.collect();
    }
    Ok(answer)
}

fn at_s(timestamps: &[i64], number: usize) -> f64 {
    timestamps.get(number).map_or(number as f64 * USUAL_GAP_S, |at_s| *at_s as f64)
}

/// The readings of a part at which its legs begin and end: all, or those that were named and its ends.
fn waypoints_of(request: &Request, part: &MatchedPart) -> Vec<usize> {
    let named = &request.options.waypoints;
    let (first, last) = (part.readings.first(), part.readings.last());
    let is_end = |reading: &usize| Some(reading) == first || Some(reading) == last;
    let is_wanted =
        |reading: &&usize| named.is_empty() || is_end(reading) || named.contains(reading);
    part.readings.iter().filter(is_wanted).copied().collect()
}

/// The paths between the waypoints of a part, over all of its readings.
fn legs_of(
    network: &StreetNetwork,
    request: &Request,
    part: &MatchedPart,
    places: &[Option<MatchedPlace>],
) -> Option<Vec<Path>> {
    let snaps: Vec<_> =
        part.readings.iter().filter_map(|reading| Some(places[*reading]?.snap)).collect();
    let paths = paths_through(network, &snaps, false, None)?;
    let stops = waypoints_of(request, part);
    let place_of = |stop: usize| part.readings.iter().position(|reading| *reading == stop);
    let leg = |pair: &[usize]| {
        let between = place_of(pair[0])?..place_of(pair[1])?;
        paths[between].iter().cloned().reduce(Path::then)
    };
    stops.windows(2).map(leg).collect()
}
