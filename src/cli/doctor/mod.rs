//! `sortie doctor`: looks at everything a server needs, one line each, with the cure.
//!
//! Nothing is changed: no folder is made, no migration run, no lock taken. A bad finding makes the exit
//! code 5 (3 where the settings themselves cannot be read).

mod certificate;
mod database;
mod finding;
mod machine;
mod map;

use super::failure::{Exit, Failure};
use super::output::Output;
use crate::config::{Flags, Settings, load};
use crate::units::clock::real_now;
use finding::{Finding, Verdict};

#[derive(Debug, clap::Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    flags: Box<Flags>,
}

pub fn run(arguments: &DoctorArguments, output: Output) -> Result<(), Failure> {
    let settings = load(&arguments.flags)?;
    let findings = examine(&settings);
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    let bad = findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    let told = serde_json::json!({ "healthy": bad == 0, "findings": findings });
    output.result(&told, lines.join("\n"))?;
    if bad == 0 {
        return Ok(());
    }
    let cause = format!("{bad} of {} checks found something that must be mended", findings.len());
    Err(Failure::new(Exit::CheckFailed, cause, "see the lines marked with ✗ above"))
}

fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![origins(settings)];
    findings.extend(machine::data_folder(&settings.data));
    findings.extend(database::check(&settings.database));
    findings.push(map::check(settings.map.as_deref()));
    findings.push(machine::port(settings.listen, &settings.data));
    findings.extend(machine::open_files());
    findings.extend(reach(settings));
    findings.push(Finding::good(
        "time zones",
        format!("IANA {}, built in", chrono_tz::IANA_TZDB_VERSION),
    ));
    findings
}

/// The settings can be read, else nothing of this runs; which of them are not the defaults?
fn origins(settings: &Settings) -> Finding {
    let set: Vec<String> = settings
        .shown()
        .iter()
        .filter_map(|shown| {
            let origin = shown.origin.filter(|origin| *origin != crate::config::Origin::Default)?;
            Some(format!("{} from {}", shown.name, origin.word()))
        })
        .collect();
    let said = if set.is_empty() { "all as by default".to_owned() } else { set.join(", ") };
    Finding::good("settings", said)
}

/// Whether phones and other machines can use the server: outside loopback they need https.
fn reach(settings: &Settings) -> Option<Finding> {
    if let Some(files) = &settings.tls {
        return Some(certificate::check(files, real_now().secs()));
    }
    let is_behind_proxy = !settings.trusted_proxies.is_empty()
        || settings.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    (!settings.listen.ip().is_loopback() && !is_behind_proxy).then(|| {
        Finding::doubtful(
            "certificate",
            format!("{} is open to the network over plain http", settings.listen),
            "give --tls-cert and --tls-key, or put a proxy in front and name it with --trusted-proxy",
        )
    })
}
