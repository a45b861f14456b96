//! `sortie bench solver`: published instances, each searched for its time and held against the best known solution.
//!
//! `subjects` says which files and for how long, `ready` makes a problem of one, `best_known` knows what others reached,
//! `report` is what is printed. The clock and the files are here; the readers of the formats are in
//! `solver/instance`.

mod best_known;
mod ready;
mod report;
mod subjects;

use super::measure::{forget_peak_memory, peak_memory_mb};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, Progress};
use crate::cli::solve::seconds;
use crate::solver::search::{self, Options, Outcome};
use crate::solver::{Budget, COST_UNIT, Solution, Tours, checker};
use best_known::Shelf;
use ready::Ready;
use report::{Refused, Row, SolverReport};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;
use subjects::Subject;

#[derive(Debug, clap::Args)]
pub struct SolverArguments {
    /// Instances (Solomon, Li and Lim, VRPLIB, or VROOM JSON with matrices), or folders of them; with a suite, where
    /// its instances lie
    #[arg(value_name = "FILE or FOLDER", required_unless_present = "suite")]
    paths: Vec<PathBuf>,
    /// Best known solutions; else bks.csv in the folder of an instance or up to two above
    #[arg(long, value_name = "FILE")]
    bks: Option<PathBuf>,
    /// Seconds for each instance, whatever the suite says; 10 if nobody says
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<f64>,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many parts of a large problem are searched at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Which instances, and seconds for each: a table with the columns instance and time
    #[arg(long, value_name = "FILE.csv")]
    suite: Option<PathBuf>,
}

pub fn run(arguments: &SolverArguments, output: Output) -> Result<(), Failure> {
    let subjects = subjects::list(&arguments.paths, arguments.suite.as_deref(), arguments.time)?;
    let mut shelf = Shelf::open(arguments.bks.as_deref())?;
    let width = subjects.iter().map(|subject| subject.name.len()).max().unwrap_or(0);
    let mut report = SolverReport::new(arguments.seed, arguments.threads);
    let mut cures = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        forget_peak_memory();
        let ready = match Ready::read(subject) {
            Ok(ready) => ready,
            Err(failure) => {
                if subjects.len() > 1 {
                    output.note(&failure.cause);
                }
                report.refused.push(Refused { file: subject.file.clone(), cause: failure.cause });
                cures.push(failure.cure);
                continue;
            }
        };
        let known = shelf.find(subject, ready.convention)?;
        let title = match subjects.len() {
            1 => subject.name.clone(),
            count => format!("{} ({} of {count})", subject.name, at + 1),
        };
        let (outcome, seconds) = search(&ready, subject, arguments, output.progress(title));
        let solution = Solution::of(ready.problem(), &outcome.plan);
        let faults = checker::check(ready.problem(), &solution);
        let row = Row::of(subject, &ready, &solution, known).with_faults(&faults).with_effort(
            outcome.iterations,
            seconds,
            peak_memory_mb(),
        );
        if output.json {
            output.news(&row, "");
        } else {
            output.result(&row, row.line(width))?;
        }
        report.instances.push(row);
    }
    report.add_families();
    if !report.instances.is_empty() {
        output.result(&report, &report)?;
    }
    verdict(&report, &cures)
}

/// Searches until the time is over, which begins with the first look at the problem.
fn search(
    ready: &Ready,
    subject: &Subject,
    arguments: &SolverArguments,
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
    let budget = Budget::share_used(&share_used);
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
