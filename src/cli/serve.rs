//! `sortie serve`: the server, on real time.

use super::failure::{Exit, Failure};
use super::import_map::load_map;
use super::output::Output;
use super::system::Ground;
use crate::config::{Flags, load};
use crate::roads::ImportOptions;
use crate::simulation::demo;
use crate::units::Clock;
use serde_json::json;

#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    #[command(flatten)]
    flags: Box<Flags>,
}

pub fn run(arguments: &ServeArguments, output: Output) -> Result<(), Failure> {
    let settings = load(&arguments.flags)?;
    let Some(file) = settings.map.clone() else {
        return Err(Failure::new(
            Exit::Config,
            "there is no street map to plan on",
            "name an OpenStreetMap extract with --map FILE.osm.pbf (to look around: `sortie demo`)",
        ));
    };
    if demo::has_clock(&settings.data) {
        return Err(Failure::new(
            Exit::Config,
            format_args!(
                "the data folder {} holds a demo, whose days are not real",
                settings.data.display()
            ),
            "go on with `sortie demo`, or name another folder with --data",
        ));
    }
    let ground = Ground::prepare(settings, "sortie serve")?;
    let (map, _) = load_map(&file, &ImportOptions::default(), output)?;
    ground.run(map, Some(file), Clock::real(), async |_, url| {
        output.result(&json!({ "url": url }), format_args!("Sortie serves {url}"))
    })
}
