//! `sortie bench`: measures what the documentation promises, on this machine. One file for each subject.

mod living;
mod machine;
mod measure;
mod roads;
mod solver;

use super::failure::Failure;
use super::output::Output;
use clap::Subcommand;

#[derive(Debug, clap::Args)]
pub struct BenchArguments {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    /// Import, tables, paths, weights, snapping, matching, addresses and tiles on a map
    Roads(roads::RoadsArguments),
    /// The living plan: one more job, re-planning after an event, a day beside other ways to plan it
    Living(living::LivingArguments),
    /// The search, on published routing instances, beside the best known solutions
    Solver(solver::SolverArguments),
}

pub fn run(arguments: &BenchArguments, output: Output) -> Result<(), Failure> {
    match &arguments.subject {
        Subject::Roads(roads) => roads::run(roads, output),
        Subject::Living(living) => living::run(living, output),
        Subject::Solver(solver) => solver::run(solver, output),
    }
}
