//! The command line: one file per command.
//!
//! A command parses its arguments with clap, does its work through the rooms below, and ends with a
//! result on standard output or a [`Failure`]: exit code, one line of cause, one line of cure. Settings
//! come from `config`, never from the environment. A command that writes the data folder takes its lock
//! first.
//!
//! Reading order: `failure` and `output` (how a command ends and speaks), `prompt`, `data_folder`,
//! `database`, `tls`, `system` (what `serve` and `demo` share); the rest are the commands.

mod data_folder;
mod database;
mod failure;
mod map_file;
mod output;
mod prompt;
mod stop;
mod system;
mod tls;

mod bench;
pub mod clip_map;
mod config;
mod demo;
mod doctor;
mod geocode;
pub mod import_map;
mod match_trace;
mod matrix;
mod migrate;
mod route;
mod serve;
pub mod solve;
pub mod town;
mod user;

pub use data_folder::DataFolder;
pub use failure::{Exit, Failure};
pub use output::{Output, Progress};

use clap::{Parser, Subcommand};
use std::process::ExitCode;

const AFTER_HELP: &str = "\
Settings come from flags, then SORTIE_... variables, then sortie.toml;
`sortie config show --origin` tells which one won.

Exit codes: 0 done, 1 error, 2 wrong arguments, 3 wrong settings,
4 database not reached, 5 data is not right, 6 partly done, 130 interrupted.";

/// Plans the routes of people and trucks, and shows dispatchers, drivers and customers the same live day.
#[derive(Debug, Parser)]
#[command(name = "sortie", version, after_help = AFTER_HELP, arg_required_else_help = true)]
struct Arguments {
    /// Print the result as JSON on one line, and messages and progress as JSON lines on standard error
    #[arg(long, global = true)]
    json: bool,
    /// Tell more about what went wrong
    #[arg(long, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at a living day: a sample business whose fleet drives by itself
    Demo(demo::DemoArguments),
    /// Serve dispatchers, drivers and customers
    Serve(serve::ServeArguments),
    /// Read an OpenStreetMap extract and report what became of it
    ImportMap(import_map::ImportMapArguments),
    /// Work out a table of travel times and distances between points
    Matrix(matrix::MatrixArguments),
    /// Find the fastest way from one place to another
    Route(route::RouteArguments),
    /// Find an address on the map
    Geocode(geocode::GeocodeArguments),
    /// Find the streets that a recorded trace was driven on
    Match(match_trace::MatchArguments),
    /// Measure this machine and this program
    Bench(bench::BenchArguments),
    /// Cut an area out of an OpenStreetMap extract
    ClipMap(clip_map::ClipMapArguments),
    /// Solve a routing problem in VROOM's JSON, from standard input to standard output
    Solve(solve::SolveArguments),
    /// Make up a town and write it as an OpenStreetMap extract
    Town(town::TownArguments),
    /// Add, list, change or close logins while no server runs
    User(user::UserArguments),
    /// Do, list or take back the steps of the database's schema
    Migrate(migrate::MigrateArguments),
    /// Look at everything a server needs: settings, disk, database, map, port, certificate
    Doctor(doctor::DoctorArguments),
    /// Show the settings and where they come from
    Config(config::ConfigArguments),
}

/// Runs the command that the arguments name and answers the exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output { json: arguments.json, verbose: arguments.verbose };
    let ended = match &arguments.command {
        Command::Demo(demo) => demo::run(demo, output),
        Command::Serve(serve) => serve::run(serve, output),
        Command::Solve(solve) => solve::run(solve, output),
        Command::ImportMap(import) => import_map::run(import, output),
        Command::Matrix(matrix) => matrix::run(matrix, output),
        Command::Route(route) => route::run(route, output),
        Command::Geocode(geocode) => geocode::run(geocode, output),
        Command::Match(trace) => match_trace::run(trace, output),
        Command::Bench(bench) => bench::run(bench, output),
        Command::ClipMap(clip) => clip_map::run(clip, output),
        Command::Town(town) => town::run(town, output),
        Command::User(user) => user::run(user, output),
        Command::Migrate(migrate) => migrate::run(migrate, output),
        Command::Doctor(doctor) => doctor::run(doctor, output),
        Command::Config(config) => config::run(config, output),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other_and_every_command_is_explained() {
        let command = Arguments::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{} has no help", sub.get_name());
        }
    }
}
