//! `sortie town`: writes a made-up town as an OpenStreetMap extract.

use crate::roads::osm;
use crate::roads::town::{TownOptions, generate};
use anyhow::Context as _;
use serde::Serialize;
use std::path::Path;

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
