//! `sortie migrate`: the steps of the database's schema, for whoever wants to do them before a start.

use super::data_folder::DataFolder;
use super::database::{failure_of, open, open_present};
use super::failure::{Exit, Failure};
use super::output::Output;
use crate::config::{Flags, Settings, load};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct MigrateArguments {
    #[command(subcommand)]
    action: MigrateAction,
}

#[derive(Debug, clap::Subcommand)]
enum MigrateAction {
    /// Do the steps that are missing; a start does the same
    Run(DatabaseFlags),
    /// List every step and whether it is done
    Status(DatabaseFlags),
    /// Take the last step back, with everything that its tables hold
    Revert {
        /// Yes, delete what the tables of the last step hold
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        flags: DatabaseFlags,
    },
}

/// Which database; what commands need that serve nobody.
#[derive(Debug, Clone, clap::Args)]
pub struct DatabaseFlags {
    /// Folder of the database and the keys
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// A postgres:// URL or a SQLite file, if it is not in the data folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Settings file; the default is sortie.toml in this folder, if it is there
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl DatabaseFlags {
    pub fn settings(&self) -> Result<Settings, Failure> {
        let flags = Flags {
            data: self.data.clone(),
            database: self.database.clone(),
            config: self.config.clone(),
            ..Flags::default()
        };
        Ok(load(&flags)?)
    }
}

pub fn run(arguments: &MigrateArguments, output: Output) -> Result<(), Failure> {
    match &arguments.action {
        MigrateAction::Run(flags) => {
            let settings = flags.settings()?;
            let _folder = DataFolder::take(&settings.data, "sortie migrate")?;
            let done = open(&settings)?.migrate().map_err(failure_of)?;
            let text = if done.is_empty() {
                "nothing to do".to_owned()
            } else {
                format!("done: {}", done.join(", "))
            };
            output.result(&json!({ "done": done }), text)
        }
        MigrateAction::Status(flags) => {
            let steps = open_present(&flags.settings()?)?.migrations().map_err(failure_of)?;
            let told: Vec<_> = steps
                .iter()
                .map(|step| json!({ "name": step.name, "done": step.is_applied }))
                .collect();
            let lines: Vec<String> = steps
                .iter()
                .map(|step| format!("{} {}", if step.is_applied { "✓" } else { "-" }, step.name))
                .collect();
            output.result(&json!({ "steps": told }), lines.join("\n"))
        }
        MigrateAction::Revert { yes, flags } => {
            let settings = flags.settings()?;
            let _folder = DataFolder::take(&settings.data, "sortie migrate")?;
            let store = open_present(&settings)?;
            let steps = store.migrations().map_err(failure_of)?;
            let last = steps.iter().rfind(|step| step.is_applied).map(|step| step.name.clone());
            if let (Some(last), false) = (&last, yes) {
                return Err(Failure::new(
                    Exit::Usage,
                    format_args!("taking back {last} deletes everything that its tables hold"),
                    "copy the database first, then run this again with --yes",
                ));
            }
            let reverted = store.revert_last_migration().map_err(failure_of)?;
            let text = reverted.as_ref().map_or_else(
                || "nothing to take back".to_owned(),
                |name| format!("taken back: {name}"),
            );
            output.result(&json!({ "reverted": reverted }), text)
        }
    }
}
