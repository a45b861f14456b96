//! `sortie geocode`: where an address is, as the program's own search finds it.

use super::failure::{Exit, Failure};
use super::map_file::open_map;
use super::output::Output;
use crate::roads::places::{Confidence, Place};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct GeocodeArguments {
    /// An address, or the beginning of a street's, place's or business's name
    #[arg(required = true)]
    text: Vec<String>,
    /// A prepared map, or an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// At most so many answers
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    limit: u8,
    /// One answer for a whole address as it stands in a list, forgiving words that the map does not know
    #[arg(long)]
    address: bool,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct GeocodeReport {
    places: Vec<Place>,
}

pub fn run(arguments: &GeocodeArguments, output: Output) -> Result<(), Failure> {
    let map = open_map(&arguments.map, None, output)?;
    let text = arguments.text.join(" ");
    let near = Some(map.bounds.centre());
    let places = if arguments.address {
        map.places.find_address(&text, near).into_iter().collect()
    } else {
        map.places.search(&text, near, usize::from(arguments.limit))
    };
    if places.is_empty() {
        let cure = "try fewer words; --address forgives words that the map does not know";
        return Err(Failure::new(
            Exit::CheckFailed,
            format_args!("`{text}` is not on the map"),
            cure,
        ));
    }
    let report = GeocodeReport { places };
    output.result(&report, &report)
}

impl fmt::Display for GeocodeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, place) in self.places.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            let doubt = match place.confidence {
                Confidence::Exact => "",
                Confidence::Near => "  (near)",
                Confidence::Fuzzy => "  (similar)",
            };
            write!(f, "{:.6},{:.6}  {}{doubt}", place.at.lon, place.at.lat, place.label)?;
        }
        Ok(())
    }
}
