//! Durations and distances between coordinates.

use super::request::Request;
use super::{Answer, OsrmError, parts, snap_all};
use crate::roads::street_network::StreetNetwork;
use crate::roads::{Leg, RoadNetwork as _, Snap};
use crate::units::Point;
use serde_json::{Value, json};

/// Larger tables take gigabytes as text; `sortie matrix` makes them.
const CELLS_MAX: usize = 25_000_000;

pub(super) fn answer(network: &StreetNetwork, request: &Request) -> Answer {
    let options = &request.options;
    let count = request.stops.len();
    let chosen = |given: &[usize]| -> Vec<usize> {
        if given.is_empty() { (0..count).collect() } else { given.to_vec() }
    };
    let (sources, destinations) = (chosen(&options.sources), chosen(&options.destinations));
    if sources.len().saturating_mul(destinations.len()) > CELLS_MAX {
        let what = format!(
            "{} x {} cells are asked for, {CELLS_MAX} are the most: ask for parts of the table",
            sources.len(),
            destinations.len()
        );
        return Err(OsrmError::new("TooBig", what));
    }
    let snaps = snap_all(network, &request.stops)?;
    let of = |places: &[usize]| places.iter().map(|place| snaps[*place]).collect::<Vec<Snap>>();
    let (from, to) = (of(&sources), of(&destinations));
    let legs = network.table(&from, &to, parts::departure(network, options));

    let mut answer = json!({ "code": "Ok" });
    let mut guessed = Vec::new();
    let guess = |row: usize, column: usize| -> Option<f64> {
        let speed_mps = options.fallback_speed_mps?;
        let place = |at: usize, snap: &Snap| -> Point {
            if options.fallback_from_input { request.stops[at].at } else { snap.on_street }
        };
        let from = place(sources[row], &from[row]);
        Some(from.distance_m(place(destinations[column], &to[column])) / speed_mps)
    };
    let rows = |cell: &mut dyn FnMut(usize, usize, Option<Leg>) -> Value| -> Value {
        let rows = legs.chunks(to.len().max(1)).enumerate();
        rows.map(|(row, legs)| {
            let cells = legs.iter().enumerate();
            Value::Array(cells.map(|(column, leg)| cell(row, column, *leg)).collect())
        })
        .collect()
    };
    if options.annotations.iter().any(|name| name == "duration") {
        answer["durations"] = rows(&mut |row, column, leg| {
            let seconds = leg.map(|leg| f64::from(leg.duration_ds) / 10.0);
            let seconds = seconds.or_else(|| {
                let guess = guess(row, column)?;
                guessed.push([row, column]);
                Some(guess)
            });
            json!(seconds.map(|seconds| parts::tenths(seconds * options.scale_factor)))
        });
    }
    if options.annotations.iter().any(|name| name == "distance") {
        answer["distances"] =
            rows(&mut |_, _, leg| json!(leg.map(|leg| f64::from(leg.distance_m))));
    }
    if options.fallback_speed_mps.is_some() {
        answer["fallback_speed_cells"] = json!(guessed);
    }
    if !options.skip_waypoints {
        let waypoints = |snaps: &[Snap]| -> Vec<Value> {
            snaps.iter().map(|snap| parts::waypoint(network, snap)).collect()
        };
        answer["sources"] = json!(waypoints(&from));
        answer["destinations"] = json!(waypoints(&to));
    }
    Ok(answer)
}
