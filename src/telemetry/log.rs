//! Logging: text for people on a terminal, JSON lines for machines.

use std::io::IsTerminal;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogShape {
    /// Text if standard error is a terminal, else JSON.
    Auto,
    Text,
    Json,
}

/// Why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error(
        "the log filter {filter:?} is not right; write error, warn, info, debug or sortie=debug"
    )]
    Filter { filter: String },
    #[error("logging has been started already")]
    Started,
}

/// Starts logging to standard error for the whole process. `filter` is as in `info` or
/// `warn,sortie=debug`.
pub fn start_log(filter: &str, shape: LogShape) -> Result<(), LogError> {
    let parsed =
        EnvFilter::try_new(filter).map_err(|_| LogError::Filter { filter: filter.to_owned() })?;
    let json = match shape {
        LogShape::Auto => !std::io::stderr().is_terminal(),
        LogShape::Text => false,
        LogShape::Json => true,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    } else {
        lines.with_target(false).compact().boxed()
    };
    tracing_subscriber::registry()
        .with(parsed)
        .with(lines)
        .try_init()
        .map_err(|_| LogError::Started)
}
