//! Asking for a password: on the terminal without showing it, or one line of standard input.

use super::failure::{Exit, Failure};
use crate::auth::password;
use std::io::BufRead;

/// A new password that is long enough. On a terminal it is asked for twice.
pub fn new_password(from_stdin: bool) -> Result<String, Failure> {
    let password = if from_stdin { first_line()? } else { asked_twice()? };
    password::check("password", &password).map_err(|rejection| {
        Failure::new(Exit::Error, rejection.sentence, "choose another one and run this again")
    })?;
    Ok(password)
}

fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| {
        let error = anyhow::Error::from(error).context("standard input cannot be read");
        Failure::of(Exit::Error, error, "write the password as one line of standard input")
    })?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn asked_twice() -> Result<String, Failure> {
    let terminal = console::Term::stderr();
    if !terminal.is_term() {
        return Err(Failure::new(
            Exit::Usage,
            "there is no terminal to ask for the password on",
            "give it on standard input with --password-stdin",
        ));
    }
    let ask = |question: &str| {
        terminal.write_str(question).and_then(|()| terminal.read_secure_line()).map_err(|error| {
            let exit = match error.kind() {
                std::io::ErrorKind::Interrupted => Exit::Interrupted,
                _ => Exit::Error,
            };
            let error = anyhow::Error::from(error).context("the password could not be read");
            Failure::of(exit, error, "run this again, or use --password-stdin")
        })
    };
    let first = ask("Password (at least 10 characters): ")?;
    if ask("Once more: ")? == first {
        return Ok(first);
    }
    Err(Failure::new(Exit::Error, "the two passwords differ", "run this again"))
}
