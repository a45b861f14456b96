//! The real program `sortie`, started as a user would, away from the environment of whoever tests.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

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

/// Runs to the end with something on standard input.
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Ended {
    let mut program = sortie(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = program.stdin.take().expect("standard input is piped");
    stdin.write_all(input.as_bytes()).expect("the program reads");
    drop(stdin);
    ended(program.wait_with_output().expect("the program ends"))
}

pub fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}
