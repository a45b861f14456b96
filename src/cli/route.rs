//! `sortie route`: the fastest way between two places, street by street.

use super::failure::{Exit, Failure};
use super::map_file::{not_prepared_for, open_map};
use super::output::Output;
use crate::roads::directions::{ManoeuvreKind, Step};
use crate::roads::street_network::StreetNetwork;
use crate::roads::{Map, RoadNetwork as _};
use crate::units::{Point, polyline};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct RouteArguments {
    /// Where it begins: an address, or longitude and latitude like 14.5086,35.8958
    #[arg(allow_hyphen_values = true)]
    from: String,
    /// Where it ends
    #[arg(allow_hyphen_values = true)]
    to: String,
    /// A prepared map, or an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Kind of vehicle; the map's first if none is named
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct RouteReport {
    from: Place,
    to: Place,
    duration_s: f64,
    distance_m: u32,
    steps: Vec<StepReport>,
    /// Encoded with five decimals.
    geometry: String,
}

#[derive(Debug, Serialize)]
struct Place {
    label: String,
    at: Point,
}

#[derive(Debug, Serialize)]
struct StepReport {
    instruction: String,
    street: String,
    duration_s: f64,
    distance_m: u32,
}

pub fn run(arguments: &RouteArguments, output: Output) -> Result<(), Failure> {
    let map = open_map(&arguments.map, arguments.profile.as_deref(), output)?;
    let network = network_for(&map, arguments.profile.as_deref())?;
    let (from, to) = (find_place(&map, &arguments.from)?, find_place(&map, &arguments.to)?);
    let off_the_map = |error| {
        Failure::of(Exit::CheckFailed, anyhow::Error::new(error), "name a place on the map")
    };
    let (start, end) = (network.snap(from.at), network.snap(to.at));
    let (start, end) = (start.map_err(off_the_map)?, end.map_err(off_the_map)?);
    let path = network.path(&start, &end, None).map_err(|error| {
        let cure = "ask for a place that can be driven to; ferries count if they take the vehicle";
        Failure::of(Exit::CheckFailed, anyhow::Error::new(error), cure)
    })?;
    let steps = network.directions(&path).iter().map(tell).collect();
    let report = RouteReport {
        from,
        to,
        duration_s: f64::from(path.leg.duration_ds) / 10.0,
        distance_m: path.leg.distance_m,
        steps,
        geometry: polyline::encode(&path.geometry, 5),
    };
    output.result(&report, &report)
}

/// The network of a map for a profile.
fn network_for<'a>(map: &'a Map, profile: Option<&str>) -> Result<&'a StreetNetwork, Failure> {
    let Some(wanted) = profile else { return Ok(map.network()) };
    map.network_for(wanted)
        .map(|network| &**network)
        .ok_or_else(|| not_prepared_for(wanted, &map.profiles().collect::<Vec<_>>().join(", ")))
}

/// A place by its numbers or its address.
fn find_place(map: &Map, text: &str) -> Result<Place, Failure> {
    let numbers = text
        .split_once(',')
        .and_then(|(lon, lat)| Some((lon.trim().parse().ok()?, lat.trim().parse().ok()?)));
    if let Some((lon, lat)) = numbers {
        let at = Point::parse(lat, lon).map_err(|error| {
            let cure = "write longitude before latitude, like 14.5086,35.8958";
            Failure::of(Exit::Usage, anyhow::Error::new(error), cure)
        })?;
        return Ok(Place { label: text.to_owned(), at });
    }
    let found = map.places.find_address(text, Some(map.bounds.centre()));
    let found = found.ok_or_else(|| {
        let cure = "try fewer words, or write longitude and latitude like 14.5086,35.8958";
        Failure::new(Exit::CheckFailed, format_args!("`{text}` is not on the map"), cure)
    })?;
    Ok(Place { label: found.label, at: found.at })
}

fn tell(step: &Step) -> StepReport {
    let side = if step.manoeuvre.angle_deg < 0.0 { "left" } else { "right" };
    let instruction = match step.manoeuvre.kind {
        ManoeuvreKind::Depart => "set off".to_owned(),
        ManoeuvreKind::Turn | ManoeuvreKind::Continue => match step.manoeuvre.angle_deg.abs() {
            angle if angle > 170.0 => "turn back".to_owned(),
            angle if angle > 120.0 => format!("turn sharp {side}"),
            angle if angle < 60.0 => format!("bear {side}"),
            _ => format!("turn {side}"),
        },
        ManoeuvreKind::NewName => "go on".to_owned(),
        ManoeuvreKind::Roundabout { exit } => format!("roundabout, exit {exit}"),
        ManoeuvreKind::ExitRoundabout => "leave the roundabout".to_owned(),
        ManoeuvreKind::Arrive => "arrive".to_owned(),
    };
    StepReport {
        instruction,
        street: step.name.clone(),
        duration_s: f64::from(step.duration_ds) / 10.0,
        distance_m: (step.length_dm + 5) / 10,
    }
}

impl fmt::Display for RouteReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.duration_s / 60.0;
        let kilometres = f64::from(self.distance_m) / 1000.0;
        writeln!(
            f,
            "{} to {}: {minutes:.0} min, {kilometres:.1} km",
            self.from.label, self.to.label
        )?;
        for (at, step) in self.steps.iter().enumerate() {
            let line = format!("{:>7} m  {}", step.distance_m, step.instruction);
            let joint = if step.street.is_empty() { "" } else { ": " };
            write!(f, "{line}{joint}{}", step.street)?;
            if at + 1 < self.steps.len() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
