//! `sortie config show`.

use crate::support::program::{ended, run, sortie};
use serde_json::Value;

fn setting<'a>(told: &'a Value, name: &str) -> &'a Value {
    let all = told["settings"].as_array().expect("settings is a list");
    all.iter().find(|row| row["name"] == name).expect("the setting is told")
}

#[test]
fn where_each_value_came_from_is_told_and_secrets_are_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sortie.toml"), "workers = 3\nlog = 'debug'").unwrap();
    let told = ended(
        sortie(folder.path())
            .args(["config", "show", "--origin", "--json", "--log", "warn"])
            .env("DATABASE_URL", "postgres://ana:hunter2@db/sortie")
            .output()
            .unwrap(),
    );
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(!told.out.contains("hunter2"));
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(setting(&told, "log")["origin"], "flag");
    assert_eq!(setting(&told, "log")["value"], "warn");
    assert_eq!(setting(&told, "database")["origin"], "environment");
    assert_eq!(setting(&told, "workers")["origin"], "file");
    assert_eq!(setting(&told, "listen")["origin"], "default");
    assert_eq!(setting(&told, "map")["origin"], "not set");
}

#[test]
fn a_wrong_setting_ends_with_three_one_cause_and_one_cure() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sortie.toml"), "lisden = 'x'").unwrap();
    let told = run(folder.path(), &["config", "show"]);
    assert_eq!(told.code, Some(3));
    assert_eq!(told.out, "");
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", told.err);
    assert!(lines[0].starts_with("error: ") && lines[0].contains("lisden"), "{}", lines[0]);
    assert!(lines[1].starts_with("  fix: ") && lines[1].contains("listen"), "{}", lines[1]);

    let told = run(folder.path(), &["config", "show", "--json"]);
    let error: Value = serde_json::from_str(&told.err).unwrap();
    assert_eq!(error["error"]["exit"], 3);
}
