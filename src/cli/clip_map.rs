//! `sortie clip-map`: cuts an area out of an OpenStreetMap extract and writes it as a small one, with
//! what Sortie reads and nothing else.

use super::failure::{Exit, Failure};
use super::import_map::{Follower, not_a_map, read_file};
use super::output::Output;
use crate::roads::clip::{slim, within};
use crate::roads::graph;
use crate::roads::map::read_staged;
use crate::roads::osm::{self, WriteOptions};
use crate::roads::profile::Profile;
use crate::roads::{MapError, Progress, Stage};
use crate::units::BoundingBox;
use anyhow::Context as _;
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct ClipMapArguments {
    /// The extract to cut from
    #[arg(value_name = "FILE.osm.pbf")]
    file: PathBuf,
    /// Where to write the clip; a file that is there is replaced
    #[arg(value_name = "OUT.osm.pbf")]
    out: PathBuf,
    /// The area, in degrees; streets that leave it end at their first node outside
    #[arg(long, value_name = "WEST,SOUTH,EAST,NORTH", value_parser = BoundingBox::parse, allow_hyphen_values = true)]
    bbox: BoundingBox,
}

/// What is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipMapReport {
    pub file: PathBuf,
    pub file_bytes: usize,
    pub out: PathBuf,
    pub out_bytes: usize,
    pub nodes: usize,
    pub ways: usize,
    pub relations: usize,
    pub junctions: usize,
    pub street_km: f64,
}

/// Clips and reports.
pub fn run(arguments: &ClipMapArguments, output: Output) -> Result<(), Failure> {
    let report = clip_map(arguments, output)?;
    output.result(&report, &report)
}

/// Clips a file. An area without streets is refused; a file that is there is replaced only when all is
/// written.
fn clip_map(options: &ClipMapArguments, output: Output) -> Result<ClipMapReport, Failure> {
    let bytes = read_file(&options.file)?;
    let what_for = || format!("{} cannot be clipped", options.file.display());
    let mut follower = Follower::new(output);
    let whole = read_staged(&bytes, &mut |progress| follower.follow(progress))
        .with_context(what_for)
        .map_err(not_a_map)?;
    follower.follow(Progress { stage: Stage::Cutting, done: 0, total: 1 });
    let mut part = within(&whole, &options.bbox);
    slim(&mut part);
    let (streets, street_report) = graph::build(&part, &Profile::car());
    if streets.is_none() {
        let refusal = match graph::build(&whole, &Profile::car()).0 {
            Some(built) => MapError::EmptyArea { area: options.bbox, file: built.streets.bounds() },
            None => MapError::NoStreets { profile: "car".to_owned() },
        };
        return Err(not_a_map(anyhow::Error::new(refusal).context(what_for())));
    }
    let write_options = WriteOptions {
        source: Some("© OpenStreetMap contributors, ODbL 1.0".to_owned()),
        data_at_s: osm::read_data_at_s(&bytes).with_context(what_for).map_err(not_a_map)?,
    };
    let clipped = osm::write(&part, &write_options);
    follower.finish();
    write_file(&options.out, &clipped).map_err(|error| {
        Failure::of(
            Exit::Error,
            error,
            "check that the folder exists, can be written, and has room",
        )
    })?;
    Ok(ClipMapReport {
        file: options.file.clone(),
        file_bytes: bytes.len(),
        out: options.out.clone(),
        out_bytes: clipped.len(),
        nodes: part.nodes.len(),
        ways: part.ways.len(),
        relations: part.relations.len(),
        junctions: street_report.junctions,
        street_km: street_report.length_km,
    })
}

fn write_file(out: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let unfinished = out.with_extension("unfinished");
    std::fs::write(&unfinished, bytes)
        .and_then(|()| std::fs::rename(&unfinished, out))
        .with_context(|| format!("the clip could not be written to {}", out.display()))
}

impl fmt::Display for ClipMapReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: usize| bytes as f64 / 1e6;
        writeln!(
            f,
            "{}: {:.2} MB, {:.2} MB before",
            self.out.display(),
            megabytes(self.out_bytes),
            megabytes(self.file_bytes)
        )?;
        writeln!(
            f,
            "  holds    {} nodes, {} ways, {} relations",
            self.nodes, self.ways, self.relations
        )?;
        write!(f, "  streets  {:.0} km, {} junctions", self.street_km, self.junctions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::osm::{OsmMap, OsmNode, OsmWay};
    use crate::roads::{ImportOptions, Map};

    const QUIET: Output = Output { json: false, verbose: false };

    /// A street of ten nodes along the equator, a hundredth of a degree apart.
    fn street_file(folder: &Path) -> PathBuf {
        let map = OsmMap {
            nodes: (0..10)
                .map(|at| OsmNode {
                    id: at + 1,
                    lat_e7: 0,
                    lon_e7: at as i32 * 100_000,
                    tags: vec![],
                })
                .collect(),
            ways: vec![OsmWay {
                id: 1,
                nodes: (1..=10).collect(),
                tags: vec![("highway".into(), "primary".into()), ("lit".into(), "yes".into())],
            }],
            relations: vec![],
        };
        let file = folder.join("whole.osm.pbf");
        let options = WriteOptions { source: None, data_at_s: Some(5) };
        std::fs::write(&file, osm::write(&map, &options)).unwrap();
        file
    }

    #[test]
    fn the_clip_is_a_smaller_map_with_the_date_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("clip.osm.pbf");
        let options = ClipMapArguments {
            file: street_file(folder.path()),
            bbox: BoundingBox::parse("0.025,-0.01,0.055,0.01").unwrap(),
            out: out.clone(),
        };
        let report = clip_map(&options, QUIET).unwrap();
        assert!(report.to_string().contains("5 nodes, 1 ways"));
        let bytes = std::fs::read(out).unwrap();
        let map = Map::from_pbf(&bytes, &ImportOptions::default(), &mut |_| {}).unwrap();
        assert_eq!(map.report.data_at_s, Some(5));
        assert!((map.bounds.west - 0.02).abs() < 1e-9 && (map.bounds.east - 0.06).abs() < 1e-9);
    }

    #[test]
    fn an_area_without_streets_is_refused_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("clip.osm.pbf");
        let options = ClipMapArguments {
            file: street_file(folder.path()),
            bbox: BoundingBox::parse("10,10,11,11").unwrap(),
            out: out.clone(),
        };
        let failure = clip_map(&options, QUIET).unwrap_err();
        assert!(failure.cause.contains("no street lies in the area"));
        assert_eq!(failure.exit, Exit::CheckFailed);
        assert!(!out.exists());
    }
}
