//! `sortie config show`: every setting, its value, and with `--origin` where it came from.

use super::failure::Failure;
use super::output::Output;
use crate::config::{Flags, Origin, Shown, load};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Debug, clap::Args)]
pub struct ConfigArguments {
    #[command(subcommand)]
    action: ConfigAction,
}

#[derive(Debug, clap::Subcommand)]
enum ConfigAction {
    /// Print every setting as it would be used; secrets are masked
    Show {
        /// Say where each value came from: flag, environment, file or default
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        flags: Box<Flags>,
    },
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    name: &'a str,
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    help: &'a str,
}

pub fn run(arguments: &ConfigArguments, output: Output) -> Result<(), Failure> {
    let ConfigAction::Show { origin, flags } = &arguments.action;
    let settings = load(flags)?;
    let lines: Vec<Line> = settings.shown().iter().map(|shown| line(shown, *origin)).collect();
    output.result(&serde_json::json!({ "settings": lines }), table(&lines, *origin))
}

fn line(shown: &Shown, with_origin: bool) -> Line<'_> {
    Line {
        name: shown.name,
        value: shown.value.as_deref(),
        origin: with_origin.then(|| shown.origin.map_or("not set", Origin::word)),
        help: shown.help,
    }
}

fn table(lines: &[Line], with_origin: bool) -> String {
    let width = |text: fn(&Line) -> usize| lines.iter().map(text).max().unwrap_or(0);
    let name_width = width(|line| line.name.len());
    let value_width = width(|line| line.value.unwrap_or("-").chars().count()).min(48);
    let mut text = String::new();
    for line in lines {
        let value = line.value.unwrap_or("-");
        let _ = write!(text, "{:name_width$}  {value:value_width$}", line.name);
        if with_origin {
            let _ = write!(text, "  {:11}", line.origin.unwrap_or_default());
        }
        let _ = writeln!(text, "  {}", line.help);
    }
    text.truncate(text.trim_end().len());
    text
}
