//! The shortest trip through coordinates in any order.

use super::request::{Request, TripEnd};
use super::route::{paths_through, route_json};
use super::{Answer, OsrmError, parts, snap_all};
use crate::planning::trip::{TripEnds, best_order};
use crate::roads::RoadNetwork as _;
use crate::roads::street_network::StreetNetwork;
use serde_json::{Value, json};

/// More stops than these are planned with vehicles, windows and loads: that is `sortie solve`.
const STOPS_MAX: usize = 500;

pub(super) fn answer(network: &StreetNetwork, request: &Request) -> Answer {
    let options = &request.options;
    let count = request.stops.len();
    if count > STOPS_MAX {
        let what = format!("{count} coordinates are given, a trip has at most {STOPS_MAX}");
        return Err(OsrmError::new("TooBig", what));
    }
    let ends = match (options.round_trip, options.source, options.destination) {
        (true, _, TripEnd::Any) => TripEnds { first: Some(0), last: Some(0) },
        // Back from the last one to the first one.
        (true, _, TripEnd::Given) | (false, TripEnd::Given, TripEnd::Given) => {
            TripEnds { first: Some(0), last: Some(count as u32 - 1) }
        }
        (false, TripEnd::Given, TripEnd::Any) => TripEnds { first: Some(0), last: None },
        (false, TripEnd::Any, TripEnd::Given) => {
            TripEnds { first: None, last: Some(count as u32 - 1) }
        }
        (false, TripEnd::Any, TripEnd::Any) => {
            let what = "a trip that is no round trip needs source=first or destination=last";
            return Err(OsrmError::new("NotImplemented", what));
        }
    };
    let snaps = snap_all(network, &request.stops)?;
    let departure = parts::departure(network, options);
    let legs = network.table(&snaps, &snaps, departure);
    let durations: Vec<Option<u32>> =
        legs.iter().map(|leg| leg.map(|leg| leg.duration_ds)).collect();
    let no_trip = || OsrmError::new("NoTrips", "no way leads from every coordinate to every other");
    let order = best_order(count, &durations, ends).ok_or_else(no_trip)?;
    let back = options.round_trip.then(|| order[0]);
    let driven: Vec<_> = order.iter().copied().chain(back).map(|stop| snaps[stop]).collect();
    let paths = paths_through(network, &driven, false, departure).ok_or_else(no_trip)?;
    let mut answer = json!({ "code": "Ok", "trips": [route_json(network, &paths, options)] });
    if !options.skip_waypoints {
        let mut waypoints = vec![Value::Null; count];
        for (place, stop) in order.iter().enumerate() {
            let mut waypoint = parts::waypoint(network, &snaps[*stop]);
            waypoint["trips_index"] = json!(0);
            waypoint["waypoint_index"] = json!(place);
            waypoints[*stop] = waypoint;
        }
        answer["waypoints"] = json!(waypoints);
    }
    Ok(answer)
}
