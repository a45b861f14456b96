//! The real program `sortie`, started as a user would, away from the environment of whoever tests.

use std::path::Path;
use std::process::{Command, Output};

/// A command line of the program, run in `folder` with an environment of its own.
pub fn sortie(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sortie"));
    command.current_dir(folder).env_clear();
    command
}

/// How it ended: exit code, standard output, standard error.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs to the end.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    ended(sortie(folder).args(arguments).output().expect("the program starts"))
}

pub fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}
