//! Who wins: a flag over the environment over `sortie.toml` over the default.

use super::keys::{KEYS, Key};
use super::settings::{ConfigError, Origin, Settings, Written};
use std::path::{Path, PathBuf};

/// The file that is read where none is named.
const FILE: &str = "sortie.toml";

/// Settings as flags; `cli` flattens them into the commands that need them.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Address and port to serve on.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Folder for the database, keys and the demo's clock.
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// A postgres:// URL or a SQLite file.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Street map: an OpenStreetMap extract (.osm.pbf) or a prepared map.
    #[arg(long, value_name = "FILE")]
    pub map: Option<String>,
    /// Certificate chain in PEM; with --tls-key the server speaks https.
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// Private key of the certificate in PEM.
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Address under which others reach the server, for links.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Addresses of reverse proxies whose X-Forwarded-For counts.
    #[arg(long, value_name = "ADDRESSES")]
    pub trusted_proxy: Option<String>,
    /// Threads that serve requests.
    #[arg(long, value_name = "N")]
    pub workers: Option<String>,
    /// What to log: error, warn, info, debug, or per part.
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
    /// How to log: auto, text or json.
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Settings file; the default is sortie.toml in this folder, if it is there.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl Flags {
    fn find(&self, key: &Key) -> Option<String> {
        match key.name {
            "listen" => self.listen.clone(),
            "data" => self.data.clone(),
            "database" => self.database.clone(),
            "map" => self.map.clone(),
            "tls_cert" => self.tls_cert.clone(),
            "tls_key" => self.tls_key.clone(),
            "public_url" => self.public_url.clone(),
            "trusted_proxy" => self.trusted_proxy.clone(),
            "workers" => self.workers.clone(),
            "log" => self.log.clone(),
            "log_format" => self.log_format.clone(),
            _ => None,
        }
    }
}

/// Reads a variable of the process's environment; other rooms get what they need of it from here.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads flags, environment and file, and checks every value.
pub fn load(flags: &Flags) -> Result<Settings, ConfigError> {
    let named = flags.config.clone().or_else(|| environment("SORTIE_CONFIG").map(PathBuf::from));
    let file = match named {
        Some(path) => Some(path),
        None => Some(PathBuf::from(FILE)).filter(|path| path.is_file()),
    };
    let text = match &file {
        None => None,
        Some(path) => Some(std::fs::read_to_string(path).map_err(|source| {
            ConfigError::FileUnreadable { path: path.clone(), cause: source.to_string() }
        })?),
    };
    load_from(flags, &environment, file.as_deref().zip(text.as_deref()))
}

/// The same with the environment and the file's text given; for tests.
pub fn load_from(
    flags: &Flags,
    environment: &dyn Fn(&str) -> Option<String>,
    file: Option<(&Path, &str)>,
) -> Result<Settings, ConfigError> {
    let table = match file {
        None => toml::Table::new(),
        Some((path, text)) => parse_file(path, text)?,
    };
    let written = KEYS
        .iter()
        .map(|key| {
            let found = flags
                .find(key)
                .map(|value| (value, Origin::Flag))
                .or_else(|| environment(&key.variable()).map(|value| (value, Origin::Environment)))
                .or_else(|| {
                    key.also.and_then(environment).map(|value| (value, Origin::Environment))
                })
                .or_else(|| Some((text_of(table.get(key.name)?), Origin::File)))
                .or_else(|| key.default.map(|value| (value.to_owned(), Origin::Default)));
            Written { key, found }
        })
        .collect();
    Settings::parse(written)
}

fn parse_file(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        ConfigError::FileBroken { path: path.to_owned(), cause: error.message().to_owned() }
    })?;
    for (name, value) in &table {
        if super::keys::find(name).is_none() {
            let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
            return Err(ConfigError::UnknownKey {
                path: path.to_owned(),
                name: name.clone(),
                known: names.join(", "),
            });
        }
        if value.is_table() || value.is_array() {
            return Err(ConfigError::FileBroken {
                path: path.to_owned(),
                cause: format!("{name} must be a text or a number"),
            });
        }
    }
    Ok(table)
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(
        flags: &Flags,
        variables: &[(&str, &str)],
        file: Option<&str>,
    ) -> Result<Settings, ConfigError> {
        let environment = |name: &str| {
            variables.iter().find(|known| known.0 == name).map(|known| known.1.to_owned())
        };
        load_from(flags, &environment, file.map(|text| (Path::new("sortie.toml"), text)))
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let file = "listen = '127.0.0.1:1'\nworkers = 3";
        let variables = [("SORTIE_LISTEN", "127.0.0.1:2")];
        let flags = Flags { listen: Some("127.0.0.1:3".into()), ..Flags::default() };
        assert_eq!(with(&flags, &variables, Some(file)).unwrap().listen.port(), 3);
        let settings = with(&Flags::default(), &variables, Some(file)).unwrap();
        assert_eq!(settings.listen.port(), 2);
        assert_eq!(settings.workers, Some(3));
        assert_eq!(with(&Flags::default(), &[], None).unwrap().listen.port(), 8080);
    }

    #[test]
    fn where_each_value_came_from_is_shown_and_the_password_is_not() {
        let variables = [("DATABASE_URL", "postgres://ana:hunter2@db/sortie")];
        let settings = with(&Flags::default(), &variables, Some("map = 'm.osm.pbf'")).unwrap();
        let shown = settings.shown();
        let find = |name: &str| shown.iter().find(|row| row.name == name).unwrap();
        assert_eq!(find("map").origin, Some(Origin::File));
        assert_eq!(find("database").origin, Some(Origin::Environment));
        assert_eq!(find("database").value.as_deref(), Some("postgres://ana:***@db/sortie"));
        assert_eq!(find("workers").value, None);
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn a_misspelt_setting_is_named_with_those_there_are() {
        let error = with(&Flags::default(), &[], Some("lisden = 'x'")).unwrap_err();
        assert!(error.to_string().contains("lisden"));
        assert!(error.cure().contains("listen"));
    }

    #[test]
    fn a_value_that_cannot_be_is_named_with_its_origin_and_cure() {
        for (variable, value) in [
            ("SORTIE_LISTEN", "here"),
            ("SORTIE_WORKERS", "0"),
            ("SORTIE_LOG_FORMAT", "xml"),
            ("SORTIE_TRUSTED_PROXY", "proxy.local"),
            ("SORTIE_PUBLIC_URL", "example.org"),
        ] {
            let error = with(&Flags::default(), &[(variable, value)], None).unwrap_err();
            assert!(error.to_string().contains(value), "{error}");
            assert!(error.to_string().contains("environment"), "{error}");
            assert!(!error.cure().is_empty());
        }
    }

    #[test]
    fn a_certificate_without_its_key_is_refused() {
        let error = with(&Flags::default(), &[("SORTIE_TLS_CERT", "a.pem")], None).unwrap_err();
        assert!(error.cure().contains("--tls-key"), "{error}");
    }
}
