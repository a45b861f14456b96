//! The streets nearest to a coordinate.

use super::request::Request;
use super::{Answer, OsrmError, parts, snap};
use crate::roads::street_network::StreetNetwork;
use serde_json::{Value, json};

pub(super) fn answer(network: &StreetNetwork, request: &Request) -> Answer {
    let [asked] = request.stops[..] else {
        let what = "nearest takes one coordinate";
        return Err(OsrmError::new("InvalidOptions", what));
    };
    // Says why where there is none.
    let first = snap(network, 0, &asked)?;
    let radius_m = asked.radius_m.unwrap_or(parts::SEARCH_M);
    let mut found = network.within(asked.at, radius_m, asked.heading, request.options.number);
    if let Some(nearest) = found.first_mut() {
        *nearest = first;
    }
    let streets = network.streets();
    let node = |junction: u32| streets.junctions()[junction as usize].node;
    let waypoints: Vec<Value> = found
        .iter()
        .map(|snap| {
            let edge = &streets.edges()[snap.edge as usize];
            let mut waypoint = parts::waypoint(network, snap);
            waypoint["nodes"] = json!([node(edge.tail), node(edge.head)]);
            waypoint
        })
        .collect();
    Ok(json!({ "code": "Ok", "waypoints": waypoints }))
}
