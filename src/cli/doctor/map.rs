//! The street map: there, and an extract that can be read.

use super::finding::Finding;
use crate::cli::import_map::load_map;
use crate::cli::output::Output;
use crate::roads::ImportOptions;
use std::path::Path;

const WHAT: &str = "map";

/// Reads the whole map, as a start would; a country takes a moment.
pub fn check(file: Option<&Path>) -> Finding {
    let Some(file) = file else {
        return Finding::doubtful(
            WHAT,
            "none is set, so nothing can be planned",
            "name an OpenStreetMap extract with --map (the demo brings its own)",
        );
    };
    let quiet = Output { json: false, verbose: false };
    match load_map(file, &ImportOptions::default(), quiet) {
        Ok((map, report)) => Finding::good(
            WHAT,
            format!(
                "{}: {} junctions, read in {:.1} s",
                file.display(),
                map.report.networks[0].streets.junctions,
                report.seconds_total
            ),
        ),
        Err(failure) => Finding::bad(WHAT, failure.cause, failure.cure),
    }
}
