//! `sortie bench roads`: everything that the streets promise, measured on one map, as one table.

use super::measure::{Times, human, peak_memory_mb};
use crate::cli::failure::{Exit, Failure};
use crate::cli::import_map::{not_a_map, read_file};
use crate::cli::output::Output;
use crate::roads::matching::{MatchOptions, Reading, match_trace};
use crate::roads::osm::{OsmMap, read};
use crate::roads::profile::Profile;
use crate::roads::street_network::StreetNetwork;
use crate::roads::tiles::{MAX_ZOOM, MIN_ZOOM, TileSource};
use crate::roads::town::{TownOptions, generate};
use crate::roads::{FileFacts, ImportOptions, Map, MapError, RoadNetwork as _, Snap};
use crate::units::Point;
use bytes::Bytes;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug, clap::Args)]
pub struct RoadsArguments {
    /// An OpenStreetMap extract
    #[arg(value_name = "FILE.osm.pbf", required_unless_present = "growth")]
    map: Option<PathBuf>,
    /// Instead of a map, made-up towns with so many junctions each, to see what grows how
    #[arg(long, value_name = "JUNCTIONS", value_delimiter = ',', conflicts_with = "map")]
    growth: Vec<usize>,
    /// Seconds for each line of the table
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    seconds: f64,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct RoadsReport {
    subject: String,
    junctions: usize,
    edges: usize,
    turns: usize,
    rows: Vec<Row>,
    peak_memory_mb: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    median_s: f64,
    p95_s: f64,
    #[serde(skip_serializing_if = "String::is_empty")]
    remark: String,
}

pub fn run(arguments: &RoadsArguments, output: Output) -> Result<(), Failure> {
    if arguments.growth.is_empty() {
        let file = arguments.map.as_deref().unwrap_or_else(|| std::path::Path::new(""));
        let bytes = read_file(file)?;
        let import = |threads: &ThreadPool| {
            threads.install(|| Map::from_pbf(&bytes, &ImportOptions::default(), &mut |_| {}))
        };
        let osm =
            read(&bytes, &mut |_| {}).map_err(|error| not_a_map(anyhow::Error::new(error)))?;
        let report = measure(arguments, &file.display().to_string(), &osm, &import)?;
        return output.result(&report, &report);
    }
    let mut reports = Vec::new();
    for junctions in &arguments.growth {
        let options =
            TownOptions { size: *junctions, seed: arguments.seed, ..TownOptions::default() };
        options
            .check()
            .map_err(|error| Failure::of(Exit::Usage, error, "name other numbers with --growth"))?;
        let osm = generate(&options);
        let profiles = [Profile::car()];
        let import = |threads: &ThreadPool| {
            threads.install(|| Map::from_osm(&osm, FileFacts::default(), &profiles, &mut |_| {}))
        };
        let report = measure(arguments, &format!("a town of {junctions}"), &osm, &import)?;
        output.note(&report);
        reports.push(report);
    }
    let growth = Growth { reports };
    output.result(&growth, &growth)
}

struct Bench<'a> {
    map: &'a Map,
    network: &'a StreetNetwork,
    spend: Duration,
    dice: Xoshiro256PlusPlus,
    rows: Vec<Row>,
}

fn threads(count: usize) -> Result<ThreadPool, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(count).build();
    pool.map_err(|error| Failure::of(Exit::Error, error, "close other programs and try again"))
}

fn measure(
    arguments: &RoadsArguments,
    subject: &str,
    osm: &OsmMap,
    import: &dyn Fn(&ThreadPool) -> Result<Map, MapError>,
) -> Result<RoadsReport, Failure> {
    let (one, two) = (threads(1)?, threads(2)?);
    let started = Instant::now();
    let map = import(&one).map_err(|error| not_a_map(anyhow::Error::new(error)))?;
    let import_s = started.elapsed().as_secs_f64();
    let peak_memory_mb = peak_memory_mb();
    let started = Instant::now();
    drop(import(&two));
    let import_two_s = started.elapsed().as_secs_f64();
    let once =
        |what, seconds| Row { what, median_s: seconds, p95_s: seconds, remark: "once".to_owned() };
    let network = &**map.network();
    let mut bench = Bench {
        map: &map,
        network,
        spend: Duration::from_secs_f64(arguments.seconds.clamp(0.01, 600.0)),
        dice: Xoshiro256PlusPlus::seed_from_u64(arguments.seed),
        rows: vec![
            once("import, order and weights, one thread", import_s),
            once("import, order and weights, two threads", import_two_s),
        ],
    };
    one.install(|| bench.add("new weights, one thread", |_| network.customized()));
    two.install(|| bench.add("new weights, two threads", |_| network.customized()));
    bench.load();
    one.install(|| bench.queries());
    one.install(|| bench.matching());
    one.install(|| bench.addresses());
    one.install(|| bench.tiles(osm));
    let (junctions, edges) = network.size();
    let turns = network.turns().turn_count();
    Ok(RoadsReport {
        subject: subject.to_owned(),
        junctions,
        edges,
        turns,
        rows: bench.rows,
        peak_memory_mb,
    })
}

impl Bench<'_> {
    fn add<T>(&mut self, what: &'static str, work: impl FnMut(usize) -> T) {
        let times = Times::of(self.spend, work);
        self.row(what, &times, String::new());
    }

    fn row(&mut self, what: &'static str, times: &Times, remark: String) {
        self.rows.push(Row { what, median_s: times.median_s(), p95_s: times.p95_s(), remark });
    }

    fn load(&mut self) {
        let mut bytes = Vec::new();
        self.map.store().write_to(&mut bytes).expect("memory takes all");
        let bytes = Bytes::from(bytes);
        let megabytes = bytes.len() as f64 / 1e6;
        let times = Times::of(self.spend, |_| Map::load(bytes.clone()).is_ok());
        self.row("load a prepared map", &times, format!("{megabytes:.0} MB, in memory"));
    }

    /// Middles of streets, as a dispatcher's jobs lie beside them.
    fn points(&mut self, count: usize) -> Vec<Point> {
        let streets = self.network.streets();
        (0..count)
            .filter_map(|_| {
                let edge = self.dice.random_range(0..streets.edges().len() as u32);
                let mut course = streets.course(edge);
                let (a, b) = (course.next()?, course.next()?);
                Some(Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) })
            })
            .collect()
    }

    fn queries(&mut self) {
        let network = self.network;
        let points = self.points(1_000);
        self.add("snap a point", |turn| network.snap(points[turn % points.len()]).is_ok());
        let snaps: Vec<Snap> = points.iter().filter_map(|at| network.snap(*at).ok()).collect();
        let pair = |turn: usize| (&snaps[turn * 7 % snaps.len()], &snaps[turn * 13 % snaps.len()]);
        self.add("duration and distance", |turn| {
            let (from, to) = pair(turn + 1);
            network.leg(from, to)
        });
        self.add("path with geometry", |turn| {
            let (from, to) = pair(turn + 1);
            network.path(from, to, None).is_ok()
        });
        let snapped = |count: usize| -> Vec<Snap> {
            points[..count.min(points.len())]
                .iter()
                .filter_map(|at| network.snap(*at).ok())
                .collect()
        };
        self.add("1 x 1000 with snapping", |_| {
            let to = snapped(1_000);
            network.one_to_many(&to[0], &to, None).len()
        });
        self.add("1000 x 1 with snapping", |_| {
            let from = snapped(1_000);
            network.many_to_one(&from, &from[0], None).len()
        });
        for (what, count) in
            [("100 x 100 with snapping", 100), ("1000 x 1000 with snapping", 1_000)]
        {
            self.add(what, |_| {
                let all = snapped(count);
                network.table(&all, &all, None).len()
            });
        }
    }

    /// Drives along fastest paths with a reading each five seconds, off by six metres along either axis.
    fn matching(&mut self) {
        let traces: Vec<Vec<(Reading, Point)>> = (0..60).filter_map(|_| self.trace()).collect();
        if traces.is_empty() {
            return;
        }
        let readings: Vec<Vec<Reading>> = traces
            .iter()
            .map(|trace| trace.iter().map(|(reading, _)| *reading).collect())
            .collect();
        let mean = readings.iter().map(Vec::len).sum::<usize>() / readings.len();
        let network = self.network;
        let mut off_m: Vec<f64> = Vec::new();
        for (trace, readings) in traces.iter().zip(&readings) {
            let matched = match_trace(network, readings, MatchOptions::default());
            for ((_, truth), place) in trace.iter().zip(&matched.places) {
                off_m.extend(place.map(|place| place.snap.on_street.distance_m(*truth)));
            }
        }
        off_m.sort_by(f64::total_cmp);
        let median_m = off_m.get(off_m.len() / 2).copied().unwrap_or(f64::NAN);
        let times = Times::of(self.spend, |turn| {
            match_trace(network, &readings[turn % readings.len()], MatchOptions::default())
        });
        let remark = format!("{mean} readings; median error {median_m:.1} m");
        self.row("match a trace", &times, remark);
    }

    fn trace(&mut self) -> Option<Vec<(Reading, Point)>> {
        let points = self.points(2);
        let (from, to) =
            (self.network.snap(*points.first()?).ok()?, self.network.snap(*points.get(1)?).ok()?);
        let path = self.network.path(&from, &to, None).ok()?;
        let mut trace = Vec::new();
        let mut at_s = 0.0;
        while at_s * 10.0 < f64::from(path.leg.duration_ds) && trace.len() < 140 {
            let behind =
                path.elapsed_ds.partition_point(|elapsed| f64::from(*elapsed) <= at_s * 10.0);
            let behind = behind.clamp(1, path.geometry.len().max(2) - 1);
            let (a, b) = (path.geometry[behind - 1], *path.geometry.get(behind)?);
            let (from, until) = (path.elapsed_ds[behind - 1], path.elapsed_ds[behind]);
            let share = (at_s * 10.0 - f64::from(from)) / f64::from((until - from).max(1));
            let truth = Point {
                lat: a.lat + (b.lat - a.lat) * share,
                lon: a.lon + (b.lon - a.lon) * share,
            };
            let (north_m, east_m) = (self.noise_m(), self.noise_m());
            let lat = truth.lat + north_m / 111_195.0;
            let lon = truth.lon + east_m / (111_195.0 * truth.lat.to_radians().cos());
            trace.push((Reading::new(Point { lat, lon }, at_s), truth));
            at_s += 5.0;
        }
        (trace.len() >= 20).then_some(trace)
    }

    /// Normally distributed with a deviation of six metres, from twelve throws.
    fn noise_m(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.dice.random_range(0.0..1.0)).sum();
        (sum - 6.0) * 6.0
    }

    /// Street names of the map, typed letter by letter.
    fn addresses(&mut self) {
        let streets = self.network.streets();
        let mut typed: Vec<String> = Vec::new();
        for _ in 0..200 {
            let edge = self.dice.random_range(0..streets.edges().len() as u32);
            let Some(name) = streets.name(edge) else { continue };
            let letters: Vec<char> = name.chars().collect();
            typed.extend((1..=letters.len()).map(|len| letters[..len].iter().collect()));
        }
        if typed.is_empty() {
            return;
        }
        let (places, near) = (&self.map.places, Some(self.map.bounds.centre()));
        let times = Times::of(self.spend, |turn| {
            places.search(&typed[turn * 31 % typed.len()], near, 8).len()
        });
        self.row("find a typed prefix", &times, String::new());
    }

    fn tiles(&mut self, osm: &OsmMap) {
        let mut addresses = Vec::new();
        for zoom in MIN_ZOOM..=MAX_ZOOM {
            for _ in 0..60 {
                let points = self.points(1);
                addresses.extend(points.first().map(|at| tile_of(*at, zoom)));
            }
        }
        let source = TileSource::build(osm);
        let mut asked = std::collections::HashSet::new();
        let cold: Vec<_> = addresses.iter().filter(|address| asked.insert(**address)).collect();
        let mut turn = 0;
        // Each tile once: the second time it is kept.
        let times = Times::of_each(cold.len(), || {
            let (z, x, y) = *cold[turn];
            turn += 1;
            source.tile(z, x, y).map(|tile| tile.len())
        });
        self.row("a tile, cold", &times, String::new());
        let times = Times::of(self.spend, |turn| {
            let (z, x, y) = addresses[turn % addresses.len()];
            source.tile(z, x, y).map(|tile| tile.len())
        });
        self.row("a tile, kept", &times, String::new());
    }
}

fn tile_of(at: Point, zoom: u8) -> (u8, u32, u32) {
    let side = f64::from(1_u32 << zoom);
    let down = (1.0 - at.lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0;
    (zoom, ((at.lon + 180.0) / 360.0 * side) as u32, (down * side) as u32)
}

impl fmt::Display for RoadsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} junctions, {} directed edges, {} turns\n",
            self.subject, self.junctions, self.edges, self.turns
        )?;
        writeln!(f, "| what | median | 95 % | |\n|---|---:|---:|---|")?;
        for row in &self.rows {
            let (median, p95) = (human(row.median_s), human(row.p95_s));
            writeln!(f, "| {} | {median} | {p95} | {} |", row.what, row.remark)?;
        }
        match self.peak_memory_mb {
            Some(megabytes) => write!(f, "\npeak memory after the import: {megabytes:.0} MB"),
            None => Ok(()),
        }
    }
}

/// Towns of several sizes beside each other.
#[derive(Debug, Serialize)]
struct Growth {
    reports: Vec<RoadsReport>,
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| what |")?;
        for report in &self.reports {
            write!(f, " {} |", report.junctions)?;
        }
        write!(f, "\n|---|{}", "---:|".repeat(self.reports.len()))?;
        for (number, row) in
            self.reports.first().map_or(&[][..], |report| &report.rows).iter().enumerate()
        {
            write!(f, "\n| {} |", row.what)?;
            for report in &self.reports {
                let cell = report.rows.get(number).filter(|other| other.what == row.what);
                write!(f, " {} |", cell.map_or_else(String::new, |row| human(row.median_s)))?;
            }
        }
        Ok(())
    }
}
