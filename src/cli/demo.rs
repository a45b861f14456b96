//! `sortie demo`: a living day to look at. The sample organization, a fleet that drives by itself, and a
//! clock of its own that goes on where it stood.

use super::failure::{Exit, Failure};
use super::import_map::load_map;
use super::output::Output;
use super::system::Ground;
use crate::config::{Flags, Origin, Settings, load};
use crate::roads::{ImportOptions, Map};
use crate::simulation::demo::{self, DemoOptions, Visitor};
use serde_json::json;
use std::fmt::Write as _;

/// Malta's urban core, made by `sortie clip-map`; © OpenStreetMap contributors, ODbL 1.0.
const BUNDLED_MAP: &[u8] = include_bytes!("../../assets/maps/valletta.osm.pbf");
const BUNDLED_ZONE: chrono_tz::Tz = chrono_tz::Europe::Malta;

/// A demo keeps out of the way of the real thing.
const DATA: &str = "sortie-demo";
const LOG: &str = "warn";

#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// How many times as fast as life the day passes
    #[arg(long, value_name = "N", default_value_t = 10.0, value_parser = speed)]
    speed: f64,
    /// Another number gives another business and another day
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    #[command(flatten)]
    flags: Box<Flags>,
}

fn speed(text: &str) -> Result<f64, String> {
    let asked = text.parse().ok().filter(|speed| (0.1..=600.0).contains(speed));
    asked.ok_or_else(|| "the speed is a number from 0.1 to 600".to_owned())
}

pub fn run(arguments: &DemoArguments, output: Output) -> Result<(), Failure> {
    let settings = settings(&arguments.flags)?;
    let data = settings.data.clone();
    let ground = Ground::prepare(settings, "sortie demo")?;
    let (map, zone) = match &ground.settings.map {
        Some(file) => {
            let (map, _) = load_map(file, &ImportOptions::default(), output)?;
            let zone = demo::zone_by_longitude(map.bounds.centre().lon);
            (map, zone)
        }
        None => (bundled_map()?, BUNDLED_ZONE),
    };
    let options = DemoOptions { seed: arguments.seed, speed: arguments.speed };
    let clock = demo::clock(&data, &ground.store, zone, options.speed)
        .map_err(super::database::failure_of)?;
    let kept = clock.clone();
    ground.run(map, None, clock, async |app, url| {
        output.note("Making up the day …");
        let visitor = demo::open(&app.live, &app.store, &app.map.current(), zone, options).await;
        let visitor = visitor.map_err(|refusal| {
            let cure = "start with an empty folder (--data), or look with --log info what broke";
            let error = anyhow::Error::from(refusal).context("the sample could not be made");
            Failure::of(Exit::Error, error, cure)
        })?;
        actix::spawn(demo::keep_clock(kept, data.clone()));
        let tracking: Vec<String> =
            visitor.tracking.iter().map(|token| format!("{url}/t#{token}")).collect();
        let told = json!({ "url": url, "logins": visitor.logins, "tracking": tracking });
        let text = welcome(url, &visitor, &tracking, options, &data.display().to_string());
        output.result(&told, text)
    })
}

/// As for `serve`, but nobody wants a demo in the folder of their real data, nor its log on the screen.
fn settings(flags: &Flags) -> Result<Settings, Failure> {
    let asked = load(flags)?;
    let is_default = |name: &str| {
        asked.shown().iter().any(|row| row.name == name && row.origin == Some(Origin::Default))
    };
    let mut flags = flags.clone();
    if is_default("data") {
        flags.data = Some(DATA.to_owned());
    }
    if is_default("log") {
        flags.log = Some(LOG.to_owned());
    }
    Ok(load(&flags)?)
}

fn bundled_map() -> Result<Map, Failure> {
    Map::from_pbf(BUNDLED_MAP, &ImportOptions::default(), &mut |_| {})
        .map_err(|error| Failure::of(Exit::CheckFailed, error, "name another map with --map FILE"))
}

fn welcome(
    url: &str,
    visitor: &Visitor,
    tracking: &[String],
    options: DemoOptions,
    data: &str,
) -> String {
    let email_of = |role: &str| {
        let found = visitor.logins.iter().find(|login| login.role == role);
        found.map_or("", |login| login.email.as_str())
    };
    let password = visitor.logins.first().map_or("", |login| login.password.as_str());
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ =
        writeln!(text, "A made-up business is at work, {} times as fast as life.\n", options.speed);
    let _ = writeln!(text, "  dispatcher  {url}/         {}", email_of("dispatcher"));
    let _ = writeln!(text, "  driver      {url}/driver   {}", email_of("technician"));
    for link in tracking.iter().take(1) {
        let _ = writeln!(text, "  customer    {link}");
    }
    let _ = writeln!(text, "\n  The password of every login is {password}");
    let _ =
        write!(text, "\nCtrl-C stops it; the next start goes on where it stood (folder {data}).");
    text
}
