//! `sortie import-map`: reads an OpenStreetMap extract, builds the map of it, and says what became of
//! the file and how long each step took.

use super::failure::{Exit, Failure};
use super::map_file::{map_into_memory, refuse_prepared};
use super::output::{Output, Progress as Bar};
use crate::roads::file::PreparedFile;
use crate::roads::profile::Profile;
use crate::roads::{ImportOptions, ImportReport, Map, NetworkReport, Progress, Stage};
use crate::units::BoundingBox;
use anyhow::Context as _;
use serde::Serialize;
use std::fmt;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Debug, clap::Args)]
pub struct ImportMapArguments {
    /// The extract
    #[arg(value_name = "FILE.osm.pbf")]
    file: PathBuf,
    /// Only this part of it, in degrees
    #[arg(long, value_name = "WEST,SOUTH,EAST,NORTH", value_parser = BoundingBox::parse, allow_hyphen_values = true)]
    bbox: Option<BoundingBox>,
    /// Kinds of vehicle to prepare the streets for: car, van, truck, bicycle, foot, or a TOML file of one's
    /// own; the first is used where none is named
    #[arg(long, value_name = "NAME|FILE.toml", value_delimiter = ',', default_value = "car")]
    profile: Vec<String>,
    /// Keep the prepared map in this file, from which a start takes a moment
    #[arg(long, value_name = "MAP")]
    out: Option<PathBuf>,
}

/// What is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImportMapReport {
    pub file: PathBuf,
    #[serde(flatten)]
    pub map: ImportReport,
    pub seconds: Vec<StageSeconds>,
    pub seconds_total: f64,
    /// Where the prepared map lies, if it was to be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepared: Option<Prepared>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prepared {
    pub file: PathBuf,
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageSeconds {
    pub stage: Stage,
    pub seconds: f64,
}

/// Imports and reports.
pub fn run(arguments: &ImportMapArguments, output: Output) -> Result<(), Failure> {
    let profiles =
        arguments.profile.iter().map(|name| read_profile(name)).collect::<Result<_, _>>()?;
    let options = ImportOptions { area: arguments.bbox, profiles };
    let (map, mut report) = load_map(&arguments.file, &options, output)?;
    if let Some(out) = &arguments.out {
        let bytes = write_prepared(&map, out)?;
        report.prepared = Some(Prepared { file: out.clone(), bytes });
    }
    output.result(&report, &report)
}

/// Writes a prepared map. A file that is there is replaced only when all is written, so who has it open
/// keeps what it has.
fn write_prepared(map: &Map, out: &Path) -> Result<u64, Failure> {
    let unfinished = out.with_extension("unfinished");
    let write = || -> std::io::Result<u64> {
        let mut file = BufWriter::new(File::create(&unfinished)?);
        map.store().write_to(&mut file)?;
        let file = file.into_inner()?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        std::fs::rename(&unfinished, out)?;
        Ok(bytes)
    };
    write().with_context(|| format!("the map cannot be written to {}", out.display())).map_err(
        |error| {
            let cure = "check that the folder exists, can be written, and has room";
            Failure::of(Exit::Error, error, cure)
        },
    )
}

/// Reads a map file, prepared or not, with progress on standard error. Also for the commands that go on to
/// use the map. A prepared map has the profiles and the area that it was prepared with.
pub fn load_map(
    file: &Path,
    options: &ImportOptions,
    output: Output,
) -> Result<(Map, ImportMapReport), Failure> {
    let started = Instant::now();
    let bytes = map_into_memory(file)?;
    if PreparedFile::is_one(&bytes) {
        let map = Map::load(bytes).map_err(|error| refuse_prepared(file, &error))?;
        let report = ImportMapReport {
            file: file.to_owned(),
            map: map.report.clone(),
            seconds: Vec::new(),
            seconds_total: rounded(started),
            prepared: None,
        };
        return Ok((map, report));
    }
    let mut follower = Follower::new(output);
    let map = Map::from_pbf(&bytes, options, &mut |progress| follower.follow(progress))
        .with_context(|| format!("{} cannot be used as a map", file.display()))
        .map_err(not_a_map)?;
    let (seconds, seconds_total) = follower.finish();
    let report = ImportMapReport {
        file: file.to_owned(),
        map: map.report.clone(),
        seconds,
        seconds_total,
        prepared: None,
    };
    Ok((map, report))
}

/// A profile that comes with the product, or one in a file.
pub(super) fn read_profile(name: &str) -> Result<Profile, Failure> {
    let is_file = Path::new(name).extension().is_some_and(|extension| extension == "toml");
    let profile = if is_file {
        let text = std::fs::read_to_string(name)
            .with_context(|| format!("the profile {name} cannot be read"))
            .map_err(|error| {
                let cure = "check the path and the rights of the file";
                Failure::of(Exit::Error, error, cure)
            })?;
        Profile::parse(&text)
    } else {
        Profile::built_in(name)
    };
    let cure = "name car, van, truck, bicycle or foot, or a TOML file like those";
    profile.map_err(|error| Failure::new(Exit::Usage, error, cure))
}

pub(super) fn read_file(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .with_context(|| format!("the map {} cannot be read", file.display()))
        .map_err(|error| {
            Failure::of(Exit::Error, error, "check the path and the rights of the file")
        })
}

/// The bytes are there but are not a map with streets.
pub(super) fn not_a_map(error: anyhow::Error) -> Failure {
    let cure = "name an OpenStreetMap extract in PBF form that has streets (and covers the area asked for)";
    Failure::of(Exit::CheckFailed, error, cure)
}

/// Shows the progress and takes the time of each stage.
pub(super) struct Follower {
    bar: Bar,
    started: Instant,
    stage: Option<(Stage, Instant)>,
    seconds: Vec<StageSeconds>,
}

impl Follower {
    pub(super) fn new(output: Output) -> Self {
        let bar = output.progress(name(Stage::Reading));
        Self { bar, started: Instant::now(), stage: None, seconds: Vec::new() }
    }

    pub(super) fn follow(&mut self, progress: Progress) {
        if self.stage.is_none_or(|(stage, _)| stage != progress.stage) {
            self.end_stage();
            self.stage = Some((progress.stage, Instant::now()));
            self.bar.next_part(name(progress.stage));
        }
        self.bar.set(progress.done, progress.total);
    }

    fn end_stage(&mut self) {
        if let Some((stage, since)) = self.stage.take() {
            self.seconds.push(StageSeconds { stage, seconds: rounded(since) });
        }
    }

    pub(super) fn finish(mut self) -> (Vec<StageSeconds>, f64) {
        self.end_stage();
        (self.seconds, rounded(self.started))
    }
}

fn rounded(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Reading => "reading",
        Stage::Cutting => "cutting",
        Stage::Streets => "building the streets",
        Stage::Network => "building the network",
    }
}

/// A value that serializes to a word, as people write it.
fn in_words(value: &impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(|word| word.as_str()).unwrap_or_default().replace('_', " ")
}

/// `1234567` as `1,234,567`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn listed<'a, K: Serialize + 'a>(counts: impl Iterator<Item = (&'a K, &'a usize)>) -> String {
    let parts: Vec<String> =
        counts.map(|(reason, count)| format!("{} {}", grouped(*count), in_words(reason))).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

/// What became of the streets for one profile.
fn write_streets(network: &NetworkReport, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let streets = &network.streets;
    writeln!(
        f,
        "  for a {:<7} {} km: {} junctions, {} edges (each direction counts)",
        network.profile,
        grouped(streets.length_km.round() as usize),
        grouped(streets.junctions),
        grouped(streets.edges),
    )?;
    writeln!(
        f,
        "  from          {} ways: {} one-way, {} restricted, {} ferries, {} with a posted speed",
        grouped(streets.ways_driven),
        grouped(streets.ways_one_way),
        grouped(streets.ways_restricted),
        grouped(streets.ferries),
        grouped(streets.ways_posted),
    )?;
    writeln!(f, "  not driven    {}", listed(streets.ways_not_driven.iter()))?;
    writeln!(
        f,
        "  left out      {} junctions and {} edges without a way there and back, {} ways cut at the border",
        grouped(streets.junctions_left_out),
        grouped(streets.edges_left_out),
        grouped(streets.ways_incomplete),
    )?;
    writeln!(
        f,
        "  restrictions  {} at junctions, {} over ways; ignored: {}",
        grouped(streets.restrictions_at_junctions),
        grouped(streets.restrictions_over_ways),
        listed(streets.restrictions_ignored.iter()),
    )
}

impl fmt::Display for ImportMapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let map = &self.map;
        let megabytes = map.file_bytes as f64 / 1e6;
        writeln!(f, "{}: {megabytes:.1} MB", self.file.display())?;
        let date = map
            .data_at_s
            .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
            .map_or_else(String::new, |at| format!(", data of {}", at.format("%Y-%m-%d")));
        writeln!(
            f,
            "  holds         {} nodes, {} ways, {} relations{date}",
            grouped(map.nodes),
            grouped(map.ways),
            grouped(map.relations),
        )?;
        for network in &map.networks {
            write_streets(network, f)?;
        }
        let bounds = map.bounds;
        writeln!(
            f,
            "  covers        {:.4},{:.4},{:.4},{:.4}",
            bounds.west, bounds.south, bounds.east, bounds.north
        )?;
        let stages: Vec<String> = self
            .seconds
            .iter()
            .map(|taken| format!("{} {:.2}", in_words(&taken.stage), taken.seconds))
            .collect();
        write!(f, "  took          {:.2} s ({})", self.seconds_total, stages.join(", "))?;
        if let Some(prepared) = &self.prepared {
            let megabytes = prepared.bytes as f64 / 1e6;
            write!(f, "\n  prepared      {} ({megabytes:.1} MB)", prepared.file.display())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::osm::{OsmMap, OsmNode, OsmWay, WriteOptions, write};

    /// A file with one street.
    fn street_file(folder: &Path) -> PathBuf {
        let node = |id, lon_e7| OsmNode { id, lat_e7: 359_000_000, lon_e7, tags: Vec::new() };
        let map = OsmMap {
            nodes: vec![node(1, 145_000_000), node(2, 145_100_000)],
            ways: vec![OsmWay {
                id: 1,
                nodes: vec![1, 2],
                tags: vec![("highway".into(), "residential".into())],
            }],
            relations: Vec::new(),
        };
        let file = folder.join("street.osm.pbf");
        let options = WriteOptions { source: None, data_at_s: Some(1_710_288_000) };
        std::fs::write(&file, write(&map, &options)).unwrap();
        file
    }

    const QUIET: Output = Output { json: false, verbose: false };

    #[test]
    fn the_report_says_in_words_and_in_json_what_was_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = street_file(folder.path());
        let (_, report) = load_map(&file, &ImportOptions::default(), QUIET).unwrap();
        let words = report.to_string();
        assert!(words.contains("2 nodes, 1 ways, 0 relations, data of 2024-03-13"), "{words}");
        assert!(words.contains("2 junctions, 2 edges"), "{words}");

        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["networks"][0]["streets"]["edges"], 2);
        assert_eq!(json["seconds"][0]["stage"], "reading");
        assert!(json["seconds_total"].is_number());
    }

    #[test]
    fn what_is_wrong_with_the_file_is_said_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let said = |file: &Path, area: Option<&str>| {
            let area = area.map(|text| BoundingBox::parse(text).unwrap());
            let failure =
                load_map(file, &ImportOptions { area, ..ImportOptions::default() }, QUIET)
                    .err()
                    .unwrap();
            (failure.exit, failure.cause)
        };
        let (exit, missing) = said(&folder.path().join("missing.pbf"), None);
        assert!(missing.contains("missing.pbf cannot be read"), "{missing}");
        assert_eq!(exit, Exit::Error);

        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "not a map").unwrap();
        let (exit, wrong) = said(&text, None);
        assert!(wrong.contains("not an OpenStreetMap PBF extract"), "{wrong}");
        assert_eq!(exit, Exit::CheckFailed);

        let file = street_file(folder.path());
        let whole = std::fs::read(&file).unwrap();
        let (_, elsewhere) = said(&file, Some("0,0,1,1"));
        assert!(elsewhere.contains("no street lies in the area"), "{elsewhere}");
        std::fs::write(&file, &whole[..whole.len() - 5]).unwrap();
        let (_, cut) = said(&file, None);
        assert!(cut.contains("ends early"), "{cut}");
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
