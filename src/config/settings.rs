//! What the settings mean: parsed, checked, each with its origin.

use super::keys::Key;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

impl Origin {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// How to log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    Text,
    Json,
}

/// Certificate chain and private key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Every setting, ready to use.
#[derive(Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    /// As given, or the SQLite file in the data folder.
    pub database: String,
    pub map: Option<PathBuf>,
    pub tls: Option<TlsFiles>,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub workers: Option<usize>,
    pub vroom_seconds: u32,
    pub vroom_tasks: usize,
    pub log: String,
    pub log_format: LogFormat,
    shown: Vec<Shown>,
}

/// A line of `config show --origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub name: &'static str,
    /// Secrets masked; `None` where nothing is set.
    pub value: Option<String>,
    pub origin: Option<Origin>,
    pub help: &'static str,
}

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {}: {cause}", path.display())]
    FileUnreadable { path: PathBuf, cause: String },
    #[error("the settings file {} is not right: {cause}", path.display())]
    FileBroken { path: PathBuf, cause: String },
    #[error("the settings file {} has an unknown setting {name}", path.display())]
    UnknownKey { path: PathBuf, name: String, known: String },
    #[error("the setting {name} (from {origin}) cannot be {value:?}")]
    Invalid { name: &'static str, origin: &'static str, value: String, cure: String },
    #[error("tls_cert and tls_key belong together, only one is set")]
    TlsHalf,
}

impl ConfigError {
    /// What to do about it, in one line.
    pub fn cure(&self) -> String {
        match self {
            Self::FileUnreadable { .. } => {
                "check the path given with --config and the rights of the file".into()
            }
            Self::FileBroken { .. } => "write one `name = \"value\"` per line".into(),
            Self::UnknownKey { known, .. } => format!("the settings are: {known}"),
            Self::Invalid { cure, .. } => cure.clone(),
            Self::TlsHalf => "give both --tls-cert and --tls-key, or neither".into(),
        }
    }
}

/// A setting as found, before it is parsed.
pub(super) struct Written {
    pub key: &'static Key,
    pub found: Option<(String, Origin)>,
}

impl Settings {
    pub(super) fn parse(written: Vec<Written>) -> Result<Self, ConfigError> {
        let find = |name: &str| written.iter().find(|row| row.key.name == name);
        let text = |name: &str| find(name)?.found.as_ref().map(|found| found.0.clone());
        let invalid = |name: &'static str, cure: &str| {
            let found = find(name).and_then(|row| row.found.clone());
            let (value, origin) = found.unwrap_or((String::new(), Origin::Default));
            ConfigError::Invalid { name, origin: origin.word(), value, cure: cure.to_owned() }
        };
        let path = |name: &str| text(name).map(PathBuf::from);

        let listen = text("listen").unwrap_or_default();
        let listen: SocketAddr = listen.parse().map_err(|_| {
            invalid("listen", "write an address and a port, such as 127.0.0.1:8080")
        })?;
        let data = path("data").unwrap_or_default();
        let database = text("database")
            .unwrap_or_else(|| data.join("sortie.db").to_string_lossy().into_owned());
        let tls = match (path("tls_cert"), path("tls_key")) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            _ => return Err(ConfigError::TlsHalf),
        };
        let public_url = text("public_url").map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            return Err(invalid("public_url", "start it with https:// (or http://)"));
        }
        let trusted_proxies = text("trusted_proxy")
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<Vec<IpAddr>, _>>()
            .map_err(|_| invalid("trusted_proxy", "write IP addresses, separated by commas"))?;
        let workers = match text("workers") {
            None => None,
            Some(number) => Some(
                number
                    .parse()
                    .ok()
                    .filter(|n| (1..=1024).contains(n))
                    .ok_or_else(|| invalid("workers", "write a number from 1 to 1024"))?,
            ),
        };
        let number = |name: &'static str, most: u32| {
            let written = text(name).unwrap_or_default();
            let number = written.parse().ok().filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| invalid(name, &format!("write a number from 1 to {most}")))
        };
        let vroom_seconds = number("vroom_seconds", 3_600)?;
        let vroom_tasks = number("vroom_tasks", 100_000)? as usize;
        let log_format = match text("log_format").as_deref() {
            None | Some("auto") => LogFormat::Auto,
            Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => return Err(invalid("log_format", "write auto, text or json")),
        };
        let log = text("log").unwrap_or_default();
        let shown = written
            .iter()
            .map(|row| Shown {
                name: row.key.name,
                value: row
                    .found
                    .as_ref()
                    .map(|(value, _)| if row.key.secret { masked(value) } else { value.clone() }),
                origin: row.found.as_ref().map(|found| found.1),
                help: row.key.help,
            })
            .collect();
        Ok(Self {
            listen,
            data,
            database,
            map: path("map"),
            tls,
            public_url,
            trusted_proxies,
            workers,
            vroom_seconds,
            vroom_tasks,
            log,
            log_format,
            shown,
        })
    }

    /// Every setting with its value (secrets masked) and origin, in the order of the table.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pairs = self.shown.iter().map(|row| (row.name, &row.value));
        f.debug_map().entries(pairs).finish()
    }
}

/// A database URL without its password; a file path is no secret.
fn masked(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else { return value.to_owned() };
    let Some((login, host)) = rest.rsplit_once('@') else { return value.to_owned() };
    let user = login.split_once(':').map_or(login, |parts| parts.0);
    format!("{scheme}://{user}:***@{host}")
}
