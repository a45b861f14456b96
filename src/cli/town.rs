//! `sortie town`: writes a made-up town as an OpenStreetMap extract.

use super::failure::{Exit, Failure};
use super::output::Output;
use crate::roads::osm;
use crate::roads::town::{DEFAULT_CENTRE, SIZES, TownOptions, generate};
use crate::units::Point;
use anyhow::Context as _;
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct TownArguments {
    /// Where to write the extract; a file that is there is replaced
    #[arg(value_name = "OUT.osm.pbf")]
    out: PathBuf,
    /// The same seed and size give the same town
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// How many junctions, from 50 to 1000000
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = size)]
    size: usize,
    /// Where the middle of the town lies; the default is in the open Atlantic
    #[arg(long, value_name = "LAT,LON", value_parser = centre, allow_hyphen_values = true)]
    centre: Option<Point>,
}

fn size(text: &str) -> Result<usize, String> {
    let asked = text.parse().ok().filter(|size| SIZES.contains(size));
    asked.ok_or_else(|| format!("a town has {} to {} junctions", SIZES.start(), SIZES.end()))
}

fn centre(text: &str) -> Result<Point, String> {
    let (lat, lon) = text.split_once(',').ok_or("write latitude,longitude, such as 45.0,-20.0")?;
    let number = |text: &str| text.trim().parse().map_err(|_| format!("{text} is not a number"));
    Point::parse(number(lat)?, number(lon)?).map_err(|error| error.to_string())
}

pub fn run(arguments: &TownArguments, output: Output) -> Result<(), Failure> {
    let options = TownOptions {
        seed: arguments.seed,
        size: arguments.size,
        centre: arguments.centre.unwrap_or(DEFAULT_CENTRE),
    };
    let report = write_town(&options, &arguments.out).map_err(|error| {
        let cure = "check that the folder exists, can be written, and has room";
        Failure::of(Exit::Error, error, cure)
    })?;
    let text = format!(
        "wrote {}: {} nodes, {} ways, {} relations, {} bytes",
        arguments.out.display(),
        report.nodes,
        report.ways,
        report.relations,
        report.bytes
    );
    output.result(&report, text)
}

/// What was written, for people and for `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TownReport {
    pub seed: u64,
    pub junctions_wanted: usize,
    pub nodes: usize,
    pub ways: usize,
    pub relations: usize,
    pub bytes: usize,
}

/// Makes the town and writes it to `out`. A file that is there is replaced only when all is written.
pub fn write_town(options: &TownOptions, out: &Path) -> anyhow::Result<TownReport> {
    options.check()?;
    let map = generate(options);
    let source = format!("a made-up town, seed {}, size {}", options.seed, options.size);
    let write_options = osm::WriteOptions { source: Some(source), data_at_s: None };
    let bytes = osm::write(&map, &write_options);
    let unfinished = out.with_extension("unfinished");
    std::fs::write(&unfinished, &bytes)
        .and_then(|()| std::fs::rename(&unfinished, out))
        .with_context(|| format!("the town could not be written to {}", out.display()))?;
    Ok(TownReport {
        seed: options.seed,
        junctions_wanted: options.size,
        nodes: map.nodes.len(),
        ways: map.ways.len(),
        relations: map.relations.len(),
        bytes: bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_written_is_read_back_as_the_town() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("town.osm.pbf");
        let options = TownOptions { size: 200, ..TownOptions::default() };
        let report = write_town(&options, &out).unwrap();
        let bytes = std::fs::read(&out).unwrap();
        assert_eq!(report.bytes, bytes.len());
        assert_eq!(osm::read(&bytes, &mut |_| {}).unwrap(), generate(&options));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let out = Path::new("/nowhere/town.osm.pbf");
        let error =
            write_town(&TownOptions { size: 60, ..TownOptions::default() }, out).unwrap_err();
        assert_eq!(error.to_string(), "the town could not be written to /nowhere/town.osm.pbf");
    }
}
