//! The fastest way through coordinates in the given order.

use super::request::{Options, Request};
use super::{Answer, OsrmError, parts, snap_all};
use crate::roads::speeds::Departure;
use crate::roads::street_network::StreetNetwork;
use crate::roads::{Path, RoadNetwork as _, Snap};
use crate::units::Point;
use serde_json::{Value, json};

pub(super) fn answer(network: &StreetNetwork, request: &Request) -> Answer {
    let options = &request.options;
    let snaps = snap_all(network, &request.stops)?;
    let departure = parts::departure(network, options);
    // Nobody on foot minds turning round.
    let straight = options.continue_straight.unwrap_or(network.profile().name != "foot");
    let paths = paths_through(network, &snaps, straight, departure)
        .ok_or_else(|| OsrmError::new("NoRoute", "no way leads through all coordinates"))?;
    // Between two waypoints there may be coordinates that are only passed.
    let waypoints: Vec<usize> = if options.waypoints.is_empty() {
        (0..snaps.len()).collect()
    } else {
        options.waypoints.clone()
    };
    let legs: Vec<Path> = waypoints
        .windows(2)
        .filter_map(|pair| paths[pair[0]..pair[1]].iter().cloned().reduce(Path::then))
        .collect();
    let mut answer = json!({ "code": "Ok", "routes": [route_json(network, &legs, options)] });
    if !options.skip_waypoints {
        let at = waypoints.iter().map(|number| parts::waypoint(network, &snaps[*number]));
        answer["waypoints"] = at.collect();
    }
    Ok(answer)
}

/// A route of legs.
pub(super) fn route_json(network: &StreetNetwork, legs: &[Path], options: &Options) -> Value {
    let told: Vec<Value> = legs.iter().map(|path| parts::leg(network, path, options)).collect();
    let sum =
        |key: &str| -> f64 { parts::tenths(told.iter().filter_map(|leg| leg[key].as_f64()).sum()) };
    let mut route = json!({
        "distance": sum("distance"),
        "duration": sum("duration"),
        "weight": sum("weight"),
        "weight_name": "duration",
    });
    let mut points: Vec<Point> = Vec::new();
    for path in legs {
        let first = usize::from(!points.is_empty());
        points.extend(path.geometry.get(first..).unwrap_or_default());
    }
    if let Some(geometry) = parts::overview(&points, options) {
        route["geometry"] = geometry;
    }
    route["legs"] = json!(told);
    route
}

/// The best paths from each place to the next. Straight on, a place that is passed is left in the direction in
/// which it is reached. `None` where no way leads.
pub(super) fn paths_through(
    network: &StreetNetwork,
    snaps: &[Snap],
    straight: bool,
    departure: Option<Departure>,
) -> Option<Vec<Path>> {
    let chosen = if straight && snaps.len() > 2 {
        choose_directions(network, snaps, departure)?
    } else {
        snaps.to_vec()
    };
    chosen.windows(2).map(|pair| network.path(&pair[0], &pair[1], departure).ok()).collect()
}

/// For each place the direction in which it is passed, so that the whole is fastest.
fn choose_directions(
    network: &StreetNetwork,
    snaps: &[Snap],
    departure: Option<Departure>,
) -> Option<Vec<Snap>> {
    let directions = |snap: &Snap| -> Vec<Snap> {
        std::iter::once(snap.one_way()).chain(snap.reversed().map(Snap::one_way)).collect()
    };
    // For each place and direction, the least time to get there, and by which direction of the place before.
    let mut reached: Vec<Vec<(Snap, Option<u64>, usize)>> =
        vec![directions(&snaps[0]).into_iter().map(|snap| (snap, Some(0), 0)).collect()];
    for snap in &snaps[1..] {
        let goals = directions(snap);
        let mut best: Vec<(Snap, Option<u64>, usize)> =
            goals.iter().map(|goal| (*goal, None, 0)).collect();
        let before = &reached[reached.len() - 1];
        for (number, (from, so_far, _)) in before.iter().enumerate() {
            let Some(so_far) = so_far else { continue };
            let legs = network.one_to_many(from, &goals, departure);
            for (slot, leg) in best.iter_mut().zip(legs) {
                let Some(leg) = leg else { continue };
                let total = so_far + u64::from(leg.duration_ds);
                if slot.1.is_none_or(|known| total < known) {
                    (slot.1, slot.2) = (Some(total), number);
                }
            }
        }
        reached.push(best);
    }
    let last = &reached[reached.len() - 1];
    let (mut number, _) = last
        .iter()
        .enumerate()
        .filter_map(|(number, (_, total, _))| Some((number, (*total)?)))
        .min_by_key(|(_, total)| *total)?;
    let mut chosen = Vec::with_capacity(snaps.len());
    for place in reached.iter().rev() {
        let (snap, _, before) = place[number];
        chosen.push(snap);
        number = before;
    }
    chosen.reverse();
    Some(chosen)
}
