//! `sortie bench solver`: published instances and made-up days, each searched for its time and held against the best
//! known solution and what other solvers reached.
//!
//! `subjects` says which files and for how long, `city` (with the dice of `twister`) makes days up, `ready` makes a problem
//! of each, `best_known` and `peers` know what others reached, `report` and `table` are what is printed. The clock and the
//! files are here; the readers of the formats are in `solver/instance`.

mod best_known;
mod city;
mod peers;
mod ready;
mod report;
mod subjects;
mod table;
mod twister;

use super::measure::{forget_peak_memory, peak_memory_mb};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, Progress};
use crate::cli::solve::seconds;
use crate::cli::stop::Stop;
use crate::solver::search::{self, Options, Outcome};
use crate::solver::{Budget, COST_UNIT, Solution, Tours, checker};
use best_known::Shelf;
use city::City;
use peers::Peers;
use ready::Ready;
use report::{Refused, Row, SolverReport};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;
use subjects::{Subject, Wanted};

#[derive(Debug, clap::Args)]
pub struct SolverArguments {
    /// Instances (Solomon, Li and Lim, VRPLIB, or VROOM JSON with matrices), or folders of them; with a suite, where
    /// its instances lie
    #[arg(value_name = "FILE or FOLDER", required_unless_present_any = ["suite", "city"])]
    paths: Vec<PathBuf>,
    /// The suite of docs/benchmarks.md, each instance for its time; its files lie below FOLDER
    #[arg(long, requires = "paths", conflicts_with = "suite")]
    published: bool,
    /// Which instances, and seconds for each: a table with the columns instance and time
    #[arg(long, value_name = "FILE.csv")]
    suite: Option<PathBuf>,
    /// Made-up days of field service, jobs x vehicles; 200x20:7 for another seed than 1
    #[arg(long, value_name = "200x20", value_delimiter = ',')]
    city: Vec<City>,
    /// Only instances of these families (the folders' names)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    family: Vec<String>,
    /// Best known solutions; else bks.csv in the folder of an instance or up to two above
    #[arg(long, value_name = "FILE.csv")]
    bks: Option<PathBuf>,
    /// What other solvers reached; else what is known of the published suite
    #[arg(long, value_name = "FILE.csv")]
    peers: Option<PathBuf>,
    /// Write the tables there too
    #[arg(long, value_name = "FILE.md")]
    markdown: Option<PathBuf>,
    /// Seconds for each instance, whatever the suite says; 10 if nobody says
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<f64>,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many parts of a large problem are searched at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
}

pub fn run(arguments: &SolverArguments, output: Output) -> Result<(), Failure> {
    let subjects = subjects::list(&Wanted {
        paths: &arguments.paths,
        cities: &arguments.city,
        suite: arguments.suite.as_deref(),
        is_published: arguments.published,
        time_s: arguments.time,
        families: &arguments.family,
    })?;
    let peers = Peers::open(arguments.peers.as_deref())?;
    let mut shelf = Shelf::open(arguments.bks.as_deref())?;
    let width = subjects.iter().map(|subject| subject.name.len()).max().unwrap_or(0);
    let mut report = SolverReport::new(arguments.seed, arguments.threads);
    let mut cures = Vec::new();
    let stop = Stop::listen();
    for (at, subject) in subjects.iter().enumerate() {
        forget_peak_memory();
        let ready = match Ready::read(subject) {
            Ok(ready) => ready,
            Err(failure) => {
                if subjects.len() > 1 {
                    output.note(&failure.cause);
                }
                report.refused.push(Refused { file: subject.place(), cause: failure.cause });
                cures.push(failure.cure);
                continue;
            }
        };
        let known = shelf.find(subject, ready.convention)?;
        let title = match subjects.len() {
            1 => subject.name.clone(),
            count => format!("{} ({} of {count})", subject.name, at + 1),
        };
        let progress = output.progress(title);
        let (outcome, seconds) = search(&ready, subject, arguments, &stop, progress);
        let solution = Solution::of(ready.problem(), &outcome.plan);
        let faults = checker::check(ready.problem(), &solution);
        let mut row = Row::of(subject, &ready, &solution, known).with_faults(&faults).with_effort(
            outcome.iterations,
            seconds,
            peak_memory_mb(),
        );
        row.is_cut_short = stop.is_heard() && seconds < subject.time_s;
        if output.json {
            output.news(&row, "");
        } else {
            output.result(&row, row.line(width))?;
        }
        report.instances.push(row);
        if stop.is_heard() {
            break;
        }
    }
    report.families = table::families(&report.instances, &peers);
    if !report.instances.is_empty() {
        output.result(&report, format_args!("\n{report}"))?;
        if let Some(file) = &arguments.markdown {
            write_markdown(file, &report)?;
        }
    }
    if stop.is_heard() {
        let whole = report.instances.iter().filter(|row| !row.is_cut_short).count();
        let cause = format!("stopped after {whole} of {} instances", subjects.len());
        let cure = "the tables tell what was measured until then; start again for the rest";
        return Err(Failure::new(Exit::Interrupted, cause, cure));
    }
    verdict(&report, &cures)
}

fn write_markdown(file: &Path, report: &SolverReport) -> Result<(), Failure> {
    std::fs::write(file, format!("{report}\n")).map_err(|error| {
        let error =
            anyhow::Error::new(error).context(format!("{} cannot be written", file.display()));
        Failure::of(Exit::Error, error, "name a file in a folder that is there")
    })
}

/// Searches until the time is over, which begins with the first look at the problem.
fn search(
    ready: &Ready,
    subject: &Subject,
    arguments: &SolverArguments,
    stop: &Stop,
    progress: Progress,
) -> (Outcome, f64) {
    let started = Instant::now();
    // Nobody waits for the bar: who finds it taken leaves it as it is.
    let progress = Mutex::new(progress);
    let share_used = || {
        let share = started.elapsed().as_secs_f64() / subject.time_s.max(1e-6);
        if let Ok(mut progress) = progress.try_lock() {
            progress.set((share * 1000.0) as u64, 1000);
        }
        share
    };
    let options = Options {
        seed: arguments.seed,
        threads: usize::from(arguments.threads),
        ..Options::default()
    };
    let tours = Tours::of(ready.problem(), &ready.start()).expect("a plan made for the problem");
    let budget = Budget { cancel: Some(stop.flag()), ..Budget::share_used(&share_used) };
    let outcome = search::improve(tours, &options, &budget, &mut |better| {
        if let Ok(mut progress) = progress.try_lock() {
            let cost = better.cost as f64 / COST_UNIT as f64 / f64::from(ready.scale);
            let decimals = ready.decimals();
            progress.tell(match better.left_out {
                0 => format!("best {cost:.decimals$}"),
                _ => format!("{} left out", better.left_out),
            });
        }
    });
    (outcome, started.elapsed().as_secs_f64())
}

/// How the command ends: a plan that breaks rules is our error, an instance that could not be read the caller's.
fn verdict(report: &SolverReport, cures: &[String]) -> Result<(), Failure> {
    let dirty: Vec<String> = report
        .instances
        .iter()
        .filter_map(|row| Some(format!("{}: {}", row.instance, row.faults.first()?)))
        .collect();
    if !dirty.is_empty() {
        let cause = format!("{} plans break rules: {}", dirty.len(), dirty.join("; "));
        let cure = "this is an error of sortie: report it with the instance and the seed";
        return Err(Failure::new(Exit::Error, cause, cure));
    }
    let (Some(first), Some(cure)) = (report.refused.first(), cures.first()) else {
        return Ok(());
    };
    let exit = if report.instances.is_empty() { Exit::CheckFailed } else { Exit::Partial };
    let cause = match report.refused.len() {
        1 => first.cause.clone(),
        count => format!("{count} instances cannot be used, the first: {}", first.cause),
    };
    Err(Failure::new(exit, cause, cure))
}
