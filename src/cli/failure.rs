//! How a command ends when it does not succeed: an exit code, one line of cause, one line of cure.

use crate::config::ConfigError;
use std::fmt::Display;
use std::process::ExitCode;

/// The exit codes, as scripts rely on them (docs/operations.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Error = 1,
    /// Unknown or malformed arguments; clap uses the same number.
    Usage = 2,
    Config = 3,
    /// The database does not answer.
    Unreachable = 4,
    /// Data was read and is not what it must be.
    CheckFailed = 5,
    /// Some of it was done.
    Partial = 6,
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed and what to do about it.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    /// One line, lower case, no full stop.
    pub cause: String,
    /// One line that says what to do.
    pub cure: String,
    /// What stood behind the cause, outermost first; shown with `--verbose`.
    pub chain: Vec<String>,
}

impl Failure {
    pub fn new(exit: Exit, cause: impl Display, cure: impl Display) -> Self {
        Self {
            exit,
            cause: one_line(&cause.to_string()),
            cure: one_line(&cure.to_string()),
            chain: Vec::new(),
        }
    }

    /// From an error with sources: the cause names all of them, because the innermost one is the one
    /// that helps.
    pub fn of(exit: Exit, error: impl Into<anyhow::Error>, cure: impl Display) -> Self {
        let error: anyhow::Error = error.into();
        let chain: Vec<String> = error.chain().map(|part| one_line(&part.to_string())).collect();
        let mut cause = String::new();
        for part in &chain {
            // Some libraries repeat their source's text in their own.
            if !cause.contains(part.as_str()) {
                let joint = if cause.is_empty() { "" } else { ": " };
                cause.push_str(joint);
                cause.push_str(part);
            }
        }
        Self { exit, cause, cure: one_line(&cure.to_string()), chain }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let cure = error.cure();
        Self::of(Exit::Config, error, cure)
    }
}

/// Texts of databases and libraries may have several lines; ours have one.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn the_cause_names_what_stands_behind_it_once_and_on_one_line() {
        let inner = std::io::Error::other("no space\nleft");
        let error = Err::<(), _>(inner).context("the map could not be written").unwrap_err();
        let failure = Failure::of(Exit::Error, error, "make room");
        assert_eq!(failure.cause, "the map could not be written: no space left");
        assert_eq!(failure.chain.len(), 2);

        let repeated = anyhow::anyhow!("file is gone").context("cannot read: file is gone");
        assert_eq!(Failure::of(Exit::Error, repeated, "").cause, "cannot read: file is gone");
    }
}
