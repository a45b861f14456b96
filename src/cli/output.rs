//! What a command says: results on standard output, everything else on standard error.
//!
//! With `--json` a result is one line of JSON, and so is a failure and each step of progress (on standard
//! error). Bars move only on a terminal.

use super::failure::Failure;
use crate::config::environment;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal, Write};
use std::time::Duration;

/// Where and how a command speaks; the same for all of its parts.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub json: bool,
    pub verbose: bool,
}

impl Output {
    /// The result of the command: the value as JSON, or the text for people.
    pub fn result(self, value: &impl Serialize, text: impl Display) -> Result<(), Failure> {
        if self.json {
            let line = serde_json::to_string(value).expect("results are plain values");
            print_line(line)
        } else {
            print_line(text)
        }
    }

    /// A sentence for people on standard error; silent with `--json`.
    pub fn note(self, text: impl Display) {
        if !self.json {
            say(text);
        }
    }

    /// News of long work without a known end, on standard error: a JSON line, or text on a terminal.
    pub fn news(self, value: &impl Serialize, text: impl Display) {
        if self.json {
            say(serde_json::to_string(value).expect("news are plain values"));
        } else if std::io::stderr().is_terminal() {
            say(text);
        }
    }

    /// The failure on standard error: cause and cure, each on a line.
    pub fn failure(self, failure: &Failure) {
        if self.json {
            let told = serde_json::json!({ "error": {
                "exit": failure.exit as u8, "cause": failure.cause, "cure": failure.cure,
            }});
            say(told);
            return;
        }
        say(format_args!("{} {}", paint("error:", Ink::Red), failure.cause));
        if !failure.cure.is_empty() {
            say(format_args!("{} {}", paint("  fix:", Ink::Green), failure.cure));
        }
        if self.verbose {
            for part in failure.chain.iter().skip(1) {
                say(format_args!("because: {part}"));
            }
        }
    }

    /// Long work with a known end; `name` is what is being done.
    pub fn progress(self, name: impl Into<Cow<'static, str>>) -> Progress {
        let name = name.into();
        let so_far = String::new();
        if self.json {
            return Progress { name, so_far, kind: Kind::Lines { told_percent: None } };
        }
        if !std::io::stderr().is_terminal() {
            return Progress { name, so_far, kind: Kind::Silent };
        }
        let style = ProgressStyle::with_template("{msg} [{wide_bar}] {percent} % {eta}")
            .expect("the template is right")
            .progress_chars("=> ");
        let bar = ProgressBar::new(0).with_style(style).with_message(name.clone());
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { name, so_far, kind: Kind::Bar(bar) }
    }
}

/// A bar on a terminal, JSON lines with `--json`, else nothing. Taken off the screen when dropped.
pub struct Progress {
    name: Cow<'static, str>,
    so_far: String,
    kind: Kind,
}

enum Kind {
    Bar(ProgressBar),
    Lines { told_percent: Option<u64> },
    Silent,
}

impl Progress {
    /// How much of how much is done, in whatever the work counts.
    pub fn set(&mut self, done: u64, total: u64) {
        match &mut self.kind {
            Kind::Silent => {}
            Kind::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Kind::Lines { told_percent } => {
                let percent = (done.min(total) * 100).checked_div(total).unwrap_or(0);
                if *told_percent != Some(percent) {
                    *told_percent = Some(percent);
                    let mut told = serde_json::json!({ "progress": self.name, "percent": percent });
                    if !self.so_far.is_empty() {
                        told["so_far"] = self.so_far.as_str().into();
                    }
                    say(told);
                }
            }
        }
    }

    /// What has come of it so far, told beside the name.
    pub fn tell(&mut self, so_far: String) {
        if let Kind::Bar(bar) = &self.kind {
            bar.set_message(format!("{}: {so_far}", self.name));
        }
        self.so_far = so_far;
    }

    /// The next part of the work; counting starts again.
    pub fn next_part(&mut self, name: &'static str) {
        self.name = name.into();
        self.so_far.clear();
        match &mut self.kind {
            Kind::Silent => {}
            Kind::Bar(bar) => {
                bar.set_message(name);
                bar.reset();
            }
            Kind::Lines { told_percent } => *told_percent = None,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }
}

/// Colours that mean something; the words beside them say the same.
#[derive(Debug, Clone, Copy)]
pub enum Ink {
    Red,
    Yellow,
    Green,
}

/// Coloured on a terminal that wants it, else as it is.
pub fn paint(text: &str, ink: Ink) -> String {
    let wanted = std::io::stderr().is_terminal()
        && std::io::stdout().is_terminal()
        && environment("NO_COLOR").is_none()
        && environment("TERM").is_none_or(|terminal| terminal != "dumb");
    let code = match ink {
        Ink::Red => "31;1",
        Ink::Yellow => "33",
        Ink::Green => "32",
    };
    if wanted { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A line on standard output. Whoever reads may leave early (`| head`): then there is nothing left to do.
fn print_line(text: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::of(
            super::failure::Exit::Error,
            anyhow::Error::from(error).context("the result cannot be written"),
            "check where standard output leads",
        )),
    }
}

/// A line on standard error; if nobody reads it, that is no reason to fail.
fn say(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
