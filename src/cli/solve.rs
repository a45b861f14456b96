//! `sortie solve`: a VROOM JSON problem on standard input, a VROOM JSON solution on standard output. The only place
//! where a search meets the clock.

use super::failure::{Exit, Failure};
use super::import_map::load_map;
use super::output::Output;
use crate::planning::vroom::{self, Asked, Prepared, Run, Streets};
use crate::roads::ImportOptions;
use crate::solver::COST_UNIT;
use crate::solver::search::{Options, Progress};
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
    /// Which way the dice fall; 1 if nobody says
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How many parts of a large problem are searched at the same time; steps given, the solution is the same
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Street map for problems without matrices: an OpenStreetMap extract
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Add the course of the routes
    #[arg(long, short = 'g')]
    geometry: bool,
    /// Only time the steps that the vehicles are given
    #[arg(long = "plan", short = 'c')]
    plan_mode: bool,
    /// Tell for each step what it would cost to give it to another vehicle
    #[arg(long)]
    explain: bool,
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
        threads: arguments.threads,
        asked: Asked {
            geometry: arguments.geometry,
            plan_mode: arguments.plan_mode,
            explain: arguments.explain,
        },
    };
    let streets = map.as_ref().map(Streets::of_map);
    let on_better = &mut |used_s: f64, cost: f64, left_out: usize| {
        let told = serde_json::json!({
            "progress": "solving", "seconds": used_s, "cost": cost, "unassigned": left_out,
        });
        output.news(&told, format_args!("{used_s:7.2} s  cost {cost}  {left_out} left out"));
    };
    let code =
        solve(io::stdin().lock(), io::stdout().lock(), &options, streets.as_ref(), on_better);
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

/// How long and how to solve; what is none here, the document's own `options` say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SolveOptions {
    /// All of it, reading and writing included. Without a number of iterations and without a time, ten seconds.
    pub time_s: Option<f64>,
    /// The same seed and number of iterations give the same solution, if no time ends the search first.
    pub iterations: Option<u64>,
    pub seed: Option<u64>,
    /// How many parts of a large problem are searched at the same time. The result does not depend on it.
    pub threads: Option<u16>,
    pub asked: Asked,
}

/// How long it searches if nobody says.
const TIME_S: f64 = 10.0;

/// Solves what comes in. `streets` are needed for documents without matrices; `on_better` hears of every better plan:
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
    streets: Option<&Streets<'_>>,
    on_better: &mut dyn FnMut(f64, f64, usize),
) -> io::Result<u8> {
    let start = Instant::now();
    let mut json = Vec::new();
    input.read_to_end(&mut json)?;
    let solved = Prepared::parse(&json, options.asked, streets)
        .and_then(|prepared| answer(&prepared, options, start, streets, on_better));
    let answer = solved.unwrap_or_else(|error| vroom::failure(&error));
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    output.write_all(&text)?;
    output.flush()?;
    Ok(answer.code)
}

fn answer(
    prepared: &Prepared,
    options: &SolveOptions,
    start: Instant,
    streets: Option<&Streets<'_>>,
    on_better: &mut dyn FnMut(f64, f64, usize),
) -> Result<vroom::Answer, vroom::VroomError> {
    let wishes = prepared.wishes();
    let iterations = options.iterations.or(wishes.iterations);
    let limit_s = match (options.time_s.or(wishes.time), iterations) {
        (None, Some(_)) => None,
        (given, _) => Some(given.unwrap_or(TIME_S)),
    };
    // An answer is a small part of a document with matrices; a little for the system.
    let read_s = start.elapsed().as_secs_f64();
    let spare_s = 0.1 * read_s + 0.02;
    let share_used = move || {
        let room_s = (limit_s.unwrap_or(f64::INFINITY) - read_s - spare_s).max(1e-6);
        (start.elapsed().as_secs_f64() - read_s) / room_s
    };
    let run = Run {
        options: Options {
            seed: options.seed.or(wishes.seed).unwrap_or(1),
            threads: usize::from(options.threads.or(wishes.threads).unwrap_or(1).clamp(1, 256)),
            ..Options::default()
        },
        iterations,
        share_used: limit_s.is_some().then_some(&share_used),
        cancel: None,
    };
    prepared.run(&run, streets, &mut |progress: &Progress| {
        let cost = progress.cost as f64 / COST_UNIT as f64;
        on_better(start.elapsed().as_secs_f64(), cost, progress.left_out);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

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
    fn a_problem_goes_in_and_its_solution_comes_out() {
        let options = SolveOptions { time_s: Some(0.1), ..SolveOptions::default() };
        let (code, solution) = solve(&problem().to_string(), &options);
        assert_eq!((code, &solution["summary"]["cost"]), (0, &json!(19)));
    }

    #[test]
    fn the_same_seed_and_iterations_give_the_same_document() {
        let options = SolveOptions { iterations: Some(50), ..SolveOptions::default() };
        let document = problem().to_string();
        assert_eq!(solve(&document, &options), solve(&document, &options));
    }

    #[test]
    fn what_nobody_says_the_documents_own_options_say() {
        let mut document = problem();
        document["options"] = json!({"iterations": 40, "seed": 7, "t": 2, "x": 5});
        let (code, solution) = solve(&document.to_string(), &SolveOptions::default());
        assert_eq!((code, &solution["summary"]["cost"]), (0, &json!(19)));
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
