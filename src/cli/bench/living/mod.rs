//! `sortie bench living`: what happens to a plan while its day is lived: how long one more job takes, how soon there is
//! a better plan after something has happened, and how many promises are moved on a whole day beside a planner that only
//! inserts and one that re-optimises freely.
//!
//! `office` is a business without actors or a database, `drive` its technicians; `place`, `replan` and `replay` are the
//! three measurements, `strategy` the three planners, `report` what is printed.

mod drive;
mod office;
mod place;
mod replan;
mod replay;
mod report;
mod strategy;

use crate::cli::failure::{Exit, Failure};
use crate::cli::map_file::open_map;
use crate::cli::output::Output;
use crate::cli::solve::seconds;
use crate::domain::Rejection;
use crate::roads::{ImportOptions, Map};
use replan::{Forenoon, ReplanOptions};
use replay::{Day, DayOptions};
use report::LivingReport;
use std::path::PathBuf;
use strategy::Strategy;

const BUNDLED_MAP: &[u8] = include_bytes!("../../../../assets/maps/valletta.osm.pbf");

#[derive(Debug, clap::Args)]
pub struct LivingArguments {
    /// Only these measurements
    #[arg(long, value_name = "PART", value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Another street map than the bundled one: an extract, or a prepared map
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Technicians of the day that is replayed
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=500))]
    technicians: u16,
    /// Its jobs in the morning
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u16).range(1..=5000))]
    jobs: u16,
    /// What happens on it
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=2000))]
    events: u16,
    /// Steps of each search in the replay: the same number gives the same day
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    iterations: u64,
    /// Technicians and jobs of the large day, for one more job (with twice as many, short ones) and for re-planning
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=500))]
    large: u16,
    /// Events of each kind after which it is planned again
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Seconds of each search after them
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    time: f64,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    Place,
    Replan,
    Replay,
}

pub fn run(arguments: &LivingArguments, output: Output) -> Result<(), Failure> {
    let map = match &arguments.map {
        Some(file) => open_map(file, None, output)?,
        None => Map::from_pbf(BUNDLED_MAP, &ImportOptions::default(), &mut |_| {})
            .map_err(|error| Failure::of(Exit::CheckFailed, error, "name a map with --map FILE"))?,
    };
    let mut report = LivingReport { seed: arguments.seed, ..LivingReport::default() };
    let is_wanted = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let large = usize::from(arguments.large);
    if is_wanted(Part::Place) {
        let placed = place::measure(&map, large, 20, 300, arguments.seed);
        report.place = Some(placed.map_err(undecided)?);
    }
    if is_wanted(Part::Replan) {
        let options = ReplanOptions {
            technicians: large,
            jobs: large * 10,
            rounds: usize::from(arguments.rounds),
            search_s: arguments.time,
            morning_s: 30.0,
            seed: arguments.seed,
        };
        let mut forenoon = Forenoon::draw(&map, options).map_err(undecided)?;
        let mut progress = output.progress("re-planning");
        progress.tell(format!("{} visits before them", forenoon.left()));
        let events = 4 * u64::from(arguments.rounds);
        let met = forenoon.meet(&map, |number| progress.set(number as u64, events));
        report.replan = met.map_err(undecided)?;
    }
    if is_wanted(Part::Replay) {
        let options = DayOptions {
            technicians: usize::from(arguments.technicians),
            jobs: usize::from(arguments.jobs),
            events: usize::from(arguments.events),
            iterations: arguments.iterations,
            seed: arguments.seed,
        };
        let day = Day::draw(&map, options).map_err(undecided)?;
        for strategy in Strategy::ALL {
            let mut progress = output.progress(strategy.name());
            let events = u64::from(arguments.events);
            let lived = day.live(&map, strategy, |number| progress.set(number as u64, events));
            report.replay.push(lived.map_err(undecided)?);
        }
    }
    output.result(&report, &report)
}

/// A rule said no where none should: an error of ours.
fn undecided(rejection: Rejection) -> Failure {
    let cause = format!("the plan was refused: {}", rejection.sentence);
    Failure::new(Exit::Error, cause, "this is an error of sortie: report it with the seed")
}
