//! The one table of settings: name, default, whether it is secret, and what it is for.

/// A setting as people write it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// In `sortie.toml`; the flag is `--name` with dashes, the environment `SORTIE_NAME` in capitals.
    pub name: &'static str,
    pub default: Option<&'static str>,
    /// Never printed in full.
    pub secret: bool,
    /// A second name in the environment that others have made usual.
    pub also: Option<&'static str>,
    pub help: &'static str,
}

const fn key(name: &'static str, default: Option<&'static str>, help: &'static str) -> Key {
    Key { name, default, secret: false, also: None, help }
}

/// Every setting there is.
pub const KEYS: &[Key] = &[
    key("listen", Some("127.0.0.1:8080"), "address and port to serve on"),
    key("data", Some("sortie-data"), "folder for the database, keys and the demo's clock"),
    Key {
        secret: true,
        also: Some("DATABASE_URL"),
        ..key(
            "database",
            None,
            "postgres://… or a SQLite file; the default is sortie.db in the data folder",
        )
    },
    key("map", None, "street map: an OpenStreetMap extract (.osm.pbf) or a prepared map"),
    key("tls_cert", None, "certificate chain in PEM; with tls_key the server speaks https"),
    key("tls_key", None, "private key of the certificate in PEM"),
    key("public_url", None, "address under which others reach the server, for links"),
    key(
        "trusted_proxy",
        None,
        "addresses of reverse proxies, comma separated, whose X-Forwarded-For counts",
    ),
    key("workers", None, "threads that serve requests; the default is one per core"),
    key(
        "vroom_seconds",
        Some("30"),
        "longest search for POST /vroom, whatever its options ask for",
    ),
    key(
        "vroom_tasks",
        Some("2000"),
        "most jobs (a shipment is two) and vehicles that POST /vroom takes",
    ),
    key("log", Some("info"), "what to log: error, warn, info, debug, or per part: sortie=debug"),
    key("log_format", Some("auto"), "auto (text on a terminal, else json), text or json"),
];

/// The setting of this name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

impl Key {
    /// `--tls-cert`
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// `SORTIE_TLS_CERT`
    pub fn variable(&self) -> String {
        format!("SORTIE_{}", self.name.to_uppercase())
    }
}
