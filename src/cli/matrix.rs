//! `sortie matrix`: a table of travel times and distances, from points on standard input.

use super::failure::{Exit, Failure};
use super::map_file::open_network;
use super::output::Output;
use crate::roads::{Leg, RoadError, RoadNetwork as _, Snap};
use crate::units::Point;
use rayon::prelude::*;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Reads a JSON list of `[lon, lat]` and writes `{"durations": [[s]], "distances": [[m]]}`: rows are sources,
/// `null` where no way leads. Times are told on standard error.
#[derive(Debug, clap::Args)]
pub struct MatrixArguments {
    /// A prepared map, or an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Kind of vehicle; the map's first if none is named
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Threads to work on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
}

/// More cells than these are not one question but a mistake; they would take gigabytes.
const CELLS_MAX: usize = 100_000_000;

pub fn run(arguments: &MatrixArguments, output: Output) -> Result<(), Failure> {
    let started = Instant::now();
    let network = open_network(&arguments.map, arguments.profile.as_deref(), output)?;
    let load_ms = started.elapsed().as_secs_f64() * 1000.0;
    let points = read_points(io::stdin().lock())?;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(usize::from(arguments.threads));
    let threads = threads
        .build()
        .map_err(|error| Failure::of(Exit::Error, error, "name fewer threads with --threads"))?;
    let started = Instant::now();
    let table = threads.install(|| {
        let snaps: Vec<Snap> = points
            .par_iter()
            .enumerate()
            .map(|(number, at)| network.snap(*at).map_err(|error| off_the_map(number, &error)))
            .collect::<Result<_, _>>()?;
        Ok::<_, Failure>(network.table(&snaps, &snaps, None))
    })?;
    let matrix_ms = started.elapsed().as_secs_f64() * 1000.0;
    eprintln!("timing load_ms={load_ms:.3}");
    eprintln!("timing matrix_ms={matrix_ms:.3}");
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write_table(&mut out, points.len(), &table).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let error = anyhow::Error::from(error).context("the table cannot be written");
            Err(Failure::of(Exit::Error, error, "check where standard output leads"))
        }
        _ => Ok(()),
    }
}

fn off_the_map(number: usize, error: &RoadError) -> Failure {
    let cause = format!("points[{number}]: {error}");
    let cure = "give points as [lon, lat] on the map; `sortie import-map` tells what a map covers";
    Failure::new(Exit::CheckFailed, cause, cure)
}

fn read_points(input: impl io::Read) -> Result<Vec<Point>, Failure> {
    let cure = "write a JSON list like [[14.51, 35.89], [14.49, 35.91]]: longitude before latitude";
    let refuse = |cause: String| Failure::new(Exit::Usage, cause, cure);
    let pairs: Vec<[f64; 2]> = serde_json::from_reader(io::BufReader::new(input))
        .map_err(|error| refuse(format!("standard input is not a list of points: {error}")))?;
    if pairs.len() * pairs.len() > CELLS_MAX {
        let most = CELLS_MAX.isqrt();
        let cause = format!("{} points are asked for, a table has at most {most}", pairs.len());
        return Err(Failure::new(Exit::Usage, cause, "ask for parts of it, one after the other"));
    }
    let parse = |(number, [lon, lat]): (usize, [f64; 2])| {
        Point::parse(lat, lon).map_err(|error| refuse(format!("points[{number}]: {error}")))
    };
    pairs.into_iter().enumerate().map(parse).collect()
}

/// By hand: a million cells are no tree of values.
fn write_table(out: &mut impl Write, size: usize, table: &[Option<Leg>]) -> io::Result<()> {
    write!(out, "{{\"durations\":")?;
    write_rows(out, size, table, |out, leg| {
        write!(out, "{}.{}", leg.duration_ds / 10, leg.duration_ds % 10)
    })?;
    write!(out, ",\"distances\":")?;
    write_rows(out, size, table, |out, leg| write!(out, "{}", leg.distance_m))?;
    writeln!(out, "}}")
}

fn write_rows<W: Write>(
    out: &mut W,
    size: usize,
    table: &[Option<Leg>],
    cell: fn(&mut W, Leg) -> io::Result<()>,
) -> io::Result<()> {
    write!(out, "[")?;
    for (at, row) in table.chunks(size.max(1)).enumerate() {
        write!(out, "{}", if at == 0 { "[" } else { ",[" })?;
        for (at, leg) in row.iter().enumerate() {
            if at > 0 {
                write!(out, ",")?;
            }
            match leg {
                None => write!(out, "null")?,
                Some(leg) => cell(out, *leg)?,
            }
        }
        write!(out, "]")?;
    }
    write!(out, "]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(input: &str) -> String {
        read_points(input.as_bytes()).unwrap_err().cause
    }

    #[test]
    fn points_are_refused_by_their_number() {
        assert!(refusal("[[14.5, 35.9], [200, 35.9]]").contains("points[1]"));
        assert!(refusal("{}").contains("not a list of points"));
        assert!(refusal("[[1]]").contains("not a list of points"));
        assert_eq!(read_points(&b"[]"[..]).unwrap(), []);
    }

    #[test]
    fn a_table_is_rows_of_seconds_and_of_metres() {
        let leg = |duration_ds, distance_m| Some(Leg { duration_ds, distance_m });
        let table = [leg(0, 0), leg(1234, 999), None, leg(0, 0)];
        let mut out = Vec::new();
        write_table(&mut out, 2, &table).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(json["durations"], serde_json::json!([[0.0, 123.4], [null, 0.0]]));
        assert_eq!(json["distances"], serde_json::json!([[0, 999], [null, 0]]));
    }
}
