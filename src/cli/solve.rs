//! `sortie solve`: a VROOM JSON problem on standard input, a VROOM JSON solution on standard output. The only place
//! where a search meets the clock.

use super::failure::{Exit, Failure};
use super::import_map::load_map;
use super::output::Output;
use crate::planning::vroom::{self, Asked, Prepared};
use crate::roads::{ImportOptions, RoadNetwork};
use crate::solver::search::{Options, Progress};
use crate::solver::{Budget, COST_UNIT};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Ends with VROOM's codes: 0 solved, 1 internal, 2 the problem is not right, 3 no way leads there.
#[derive(Debug, clap::Args)]
pub struct SolveArguments {
    /// Seconds for all of it; 10 if neither this nor --iterations is given
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    time: Option<f64>,
    /// Stop after so many steps: the same problem, seed and number give the same solution
    #[arg(long, value_name = "N")]
    iterations: Option<u64>,
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many parts of a large problem are searched at the same time; steps given, the solution is the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// Street map for problems without matrices: an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Add the course of the routes
    #[arg(long, short = 'g')]
    geometry: bool,
    /// Only time the steps that the vehicles are given
    #[arg(long = "plan", short = 'c')]
    plan_mode: bool,
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let asked = text.parse().ok().filter(|time| (0.0..=86_400.0).contains(time));
    asked.ok_or_else(|| "write seconds, from 0 to 86400".to_owned())
}

/// Standard input to standard output.
pub fn run(arguments: &SolveArguments, output: Output) -> Result<(), Failure> {
    let map = match &arguments.map {
        Some(file) => Some(load_map(file, &ImportOptions::default(), output)?.0),
        None => None,
    };
    let options = SolveOptions {
        time_s: arguments.time,
        iterations: arguments.iterations,
        seed: arguments.seed,
        threads: usize::from(arguments.threads),
        geometry: arguments.geometry,
        plan_mode: arguments.plan_mode,
    };
    let network = map.as_ref().map(|map| &**map.network() as &dyn RoadNetwork);
    let on_better = &mut |used_s: f64, cost: f64, left_out: usize| {
        let told = serde_json::json!({
            "progress": "solving", "seconds": used_s, "cost": cost, "unassigned": left_out,
        });
        output.news(&told, format_args!("{used_s:7.2} s  cost {cost}  {left_out} left out"));
    };
    let code = solve(io::stdin().lock(), io::stdout().lock(), &options, network, on_better);
    let exit = match code {
        Ok(0) => return Ok(()),
        Ok(2) => Exit::Usage,
        Ok(3) => Exit::Config,
        Ok(_) => Exit::Error,
        Err(error) => {
            let error = anyhow::Error::from(error)
                .context("the problem cannot be read or the solution written");
            return Err(Failure::of(
                Exit::Error,
                error,
                "check where standard input and output lead",
            ));
        }
    };
    let cure = "its `error` says what to change (problems without matrices need --map)";
    Err(Failure::new(exit, "the problem was not solved; see the document on standard output", cure))
}

/// How long and how to solve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolveOptions {
    /// All of it, reading and writing included. Without a number of iterations and without a time, ten seconds.
    pub time_s: Option<f64>,
    /// The same seed and number of iterations give the same solution, if no time ends the search first.
    pub iterations: Option<u64>,
    pub seed: u64,
    /// How many parts of a large problem are searched at the same time. The result does not depend on it.
    pub threads: usize,
    /// Add the course of the routes.
    pub geometry: bool,
    /// Only time the given steps.
    pub plan_mode: bool,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            time_s: None,
            iterations: None,
            seed: 1,
            threads: 1,
            geometry: false,
            plan_mode: false,
        }
    }
}

/// How long it searches if nobody says.
const TIME_S: f64 = 10.0;

/// Solves what comes in. `network` is needed for documents without matrices; `on_better` hears of every better plan:
/// seconds used, cost in the document's unit, tasks left out.
///
/// Returns VROOM's code, which is also the program's exit code: 0 solved, 1 internal, 2 input, 3 routing. A failure is
/// written as a document too.
///
/// # Errors
/// Only reading and writing themselves.
pub fn solve(
    mut input: impl Read,
    mut output: impl Write,
    options: &SolveOptions,
    network: Option<&dyn RoadNetwork>,
    on_better: &mut dyn FnMut(f64, f64, usize),
) -> io::Result<u8> {
    let start = Instant::now();
    let mut json = Vec::new();
    input.read_to_end(&mut json)?;
    let asked = Asked { geometry: options.geometry, plan_mode: options.plan_mode };
    let solved = Prepared::parse(&json, asked, network).and_then(|prepared| {
        let plan = search(&prepared, options, start, on_better)?;
        Ok(vroom::answer(&prepared, &plan, network))
    });
    let answer = solved.unwrap_or_else(|error| vroom::failure(&error));
    serde_json::to_writer(&mut output, &answer)?;
    output.write_all(b"\n")?;
    output.flush()?;
    Ok(answer.code)
}

fn search(
    prepared: &Prepared,
    options: &SolveOptions,
    start: Instant,
    on_better: &mut dyn FnMut(f64, f64, usize),
) -> Result<crate::solver::Plan, vroom::VroomError> {
    let limit_s = match (options.time_s, options.iterations) {
        (None, Some(_)) => None,
        (given, _) => Some(given.unwrap_or(TIME_S)),
    };
    // Writing takes about as long as reading did, and a little for the system.
    let read_s = start.elapsed().as_secs_f64();
    let spare_s = (0.5 * read_s).min(1.0) + 0.01;
    let share_used = move || {
        let limit_s = limit_s.unwrap_or(f64::INFINITY);
        let room_s = (limit_s - read_s - spare_s).max(1e-6);
        (start.elapsed().as_secs_f64() - read_s) / room_s
    };
    let budget = Budget {
        iterations: options.iterations,
        share_used: limit_s.is_some().then_some(&share_used),
        cancel: None,
    };
    let search_options =
        Options { seed: options.seed, threads: options.threads, ..Options::default() };
    prepared.solve(&search_options, &budget, &mut |progress: &Progress| {
        let cost = progress.cost as f64 / COST_UNIT as f64;
        on_better(start.elapsed().as_secs_f64(), cost, progress.left_out);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::time::Duration;

    fn problem() -> Value {
        json!({
            "matrices": {"car": {"durations": [[0, 5, 9], [5, 0, 5], [9, 5, 0]]}},
            "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
            "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        })
    }

    fn solve(document: &str, options: &SolveOptions) -> (u8, Value) {
        let mut output = Vec::new();
        let code = super::solve(document.as_bytes(), &mut output, options, None, &mut |_, _, _| {})
            .unwrap();
        (code, serde_json::from_slice(&output).unwrap())
    }

    #[test]
    fn a_problem_goes_in_and_its_solution_comes_out_in_time() {
        let options = SolveOptions { time_s: Some(0.2), ..SolveOptions::default() };
        let start = Instant::now();
        let (code, solution) = solve(&problem().to_string(), &options);
        assert_eq!((code, &solution["summary"]["cost"]), (0, &json!(19)));
        assert!(start.elapsed() < Duration::from_millis(400));
    }

    #[test]
    fn the_same_seed_and_iterations_give_the_same_document() {
        let options = SolveOptions { iterations: Some(50), ..SolveOptions::default() };
        let document = problem().to_string();
        assert_eq!(solve(&document, &options), solve(&document, &options));
    }

    #[test]
    fn what_is_no_problem_comes_back_as_an_error_document() {
        let (code, answer) = solve("{\"jobs\": 5}", &SolveOptions::default());
        assert_eq!((code, &answer["code"]), (2, &json!(2)));
        assert!(answer["error"].as_str().unwrap().starts_with("jobs: "), "{answer}");
        let (code, _) = solve("nonsense", &SolveOptions::default());
        assert_eq!(code, 2);
    }
}
