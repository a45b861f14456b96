//! `sortie match`: the streets that a recorded trace was driven on.

use super::failure::{Exit, Failure};
use super::map_file::open_network;
use super::output::Output;
use crate::roads::matching::{DrivenEdge, MatchOptions, Matched, Reading, match_trace};
use crate::roads::street_network::StreetNetwork;
use crate::units::{Point, polyline};
use anyhow::Context as _;
use serde::Serialize;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct MatchArguments {
    /// The trace
    #[arg(value_name = "FILE.gpx")]
    trace: PathBuf,
    /// A prepared map, or an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Kind of vehicle; the map's first if none is named
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// How far off a reading usually is, metres
    #[arg(long, value_name = "METRES", value_parser = accuracy)]
    accuracy: Option<f32>,
}

fn accuracy(text: &str) -> Result<f32, String> {
    let metres = text.parse().ok().filter(|metres| (1.0..=100.0).contains(metres));
    metres.ok_or_else(|| "write metres, from 1 to 100".to_owned())
}

/// What is printed.
#[derive(Debug, Serialize)]
struct MatchReport {
    readings: usize,
    /// That fit to no part.
    left_out: usize,
    parts: Vec<PartReport>,
}

#[derive(Debug, Serialize)]
struct PartReport {
    distance_m: u32,
    /// As driven, by the readings' times.
    driven_s: f64,
    /// As the streets would have it.
    expected_s: f64,
    confidence: f32,
    streets: Vec<StreetReport>,
    /// Encoded with five decimals.
    geometry: String,
}

/// Pieces of one street behind each other.
#[derive(Debug, Serialize)]
struct StreetReport {
    name: String,
    distance_m: f64,
    seconds: f64,
}

pub fn run(arguments: &MatchArguments, output: Output) -> Result<(), Failure> {
    let readings = read_trace(&arguments.trace, arguments.accuracy)?;
    let network = open_network(&arguments.map, arguments.profile.as_deref(), output)?;
    let matched = match_trace(&network, &readings, MatchOptions::default());
    if matched.parts.is_empty() {
        let cure = "check that the trace lies on the map and has readings a few seconds apart";
        return Err(Failure::new(
            Exit::CheckFailed,
            "no part of the trace fits to the streets",
            cure,
        ));
    }
    let report = report(&network, &readings, &matched);
    output.result(&report, &report)
}

/// The points of all tracks, in the order of time. Without times, as if five seconds apart.
fn read_trace(file: &Path, accuracy_m: Option<f32>) -> Result<Vec<Reading>, Failure> {
    let gpx = File::open(file)
        .map_err(anyhow::Error::from)
        .and_then(|opened| Ok(gpx::read(BufReader::new(opened))?))
        .with_context(|| format!("the trace {} cannot be read", file.display()))
        .map_err(|error| Failure::of(Exit::CheckFailed, error, "name a file in GPX 1.0 or 1.1"))?;
    let points = gpx.tracks.iter().flat_map(|track| &track.segments).flat_map(|part| &part.points);
    let mut readings: Vec<Reading> = points
        .enumerate()
        .filter_map(|(number, waypoint)| {
            let at = waypoint.point();
            let at = Point::parse(at.y(), at.x()).ok()?;
            let at_s = match waypoint.time {
                Some(time) => seconds(&time.format().ok()?)?,
                None => number as f64 * 5.0,
            };
            let speed_mps = waypoint.speed.map(|speed| speed as f32);
            Some(Reading { accuracy_m, speed_mps, ..Reading::new(at, at_s) })
        })
        .collect();
    if readings.len() < 2 {
        let cause = format!("{} has no track of two points or more", file.display());
        return Err(Failure::new(
            Exit::CheckFailed,
            cause,
            "name a GPX file with a recorded track",
        ));
    }
    readings.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    Ok(readings)
}

/// Since 1970, of a time as it stands in the file.
fn seconds(text: &str) -> Option<f64> {
    let at = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(at.timestamp_millis() as f64 / 1000.0)
}

fn report(network: &StreetNetwork, readings: &[Reading], matched: &Matched) -> MatchReport {
    let parts = matched.parts.iter().map(|part| PartReport {
        distance_m: part.leg.distance_m,
        driven_s: match (part.edges.first(), part.edges.last()) {
            (Some(first), Some(last)) => last.left_s - first.entered_s,
            _ => 0.0,
        },
        expected_s: f64::from(part.leg.duration_ds) / 10.0,
        confidence: part.confidence,
        streets: streets(network, &part.edges),
        geometry: polyline::encode(&part.geometry, 5),
    });
    MatchReport {
        readings: readings.len(),
        left_out: matched.places.iter().filter(|place| place.is_none()).count(),
        parts: parts.collect(),
    }
}

fn streets(network: &StreetNetwork, edges: &[DrivenEdge]) -> Vec<StreetReport> {
    let name = |edge: &DrivenEdge| network.streets().name(edge.edge).unwrap_or_default();
    edges
        .chunk_by(|a, b| name(a) == name(b))
        .map(|pieces| StreetReport {
            name: pieces.first().map(name).unwrap_or_default().to_owned(),
            distance_m: pieces.iter().map(|piece| f64::from(piece.metres)).sum(),
            seconds: pieces.iter().map(|piece| piece.left_s - piece.entered_s).sum(),
        })
        .collect()
}

impl fmt::Display for MatchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} readings, {} left out", self.readings, self.left_out)?;
        for part in &self.parts {
            let (km, minutes) = (f64::from(part.distance_m) / 1000.0, part.driven_s / 60.0);
            let expected = part.expected_s / 60.0;
            write!(
                f,
                "\n{km:.1} km in {minutes:.1} min (the streets say {expected:.1}), confidence {:.2}",
                part.confidence
            )?;
            for street in &part.streets {
                let name = if street.name.is_empty() { "-" } else { &street.name };
                write!(f, "\n{:>7.0} m {:>6.0} s  {name}", street.distance_m, street.seconds)?;
            }
        }
        Ok(())
    }
}
