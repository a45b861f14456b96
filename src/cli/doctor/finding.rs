//! What a check found: good, doubtful or bad, in one line, with the cure.

use crate::cli::output::{Ink, paint};
use serde::Serialize;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Good,
    /// Works, but somebody should look.
    Doubtful,
    /// The server will not start, or not do what it promises.
    Bad,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `data folder`.
    pub what: &'static str,
    pub verdict: Verdict,
    pub said: String,
    /// Only where something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Finding {
    pub fn good(what: &'static str, said: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Good, said: said.into(), cure: None }
    }
    pub fn doubtful(what: &'static str, said: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Doubtful, said: said.into(), cure: Some(cure.into()) }
    }
    pub fn bad(what: &'static str, said: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { what, verdict: Verdict::Bad, said: said.into(), cure: Some(cure.into()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Good => paint("✓", Ink::Green),
            Verdict::Doubtful => paint("!", Ink::Yellow),
            Verdict::Bad => paint("✗", Ink::Red),
        };
        write!(f, "{mark} {:14}  {}", self.what, self.said)?;
        if let Some(cure) = &self.cure {
            write!(f, "\n  {:14}  fix: {cure}", "")?;
        }
        Ok(())
    }
}
