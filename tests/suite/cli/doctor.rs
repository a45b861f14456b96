//! `sortie doctor`.

use crate::support::program::run;
use crate::support::tls;
use serde_json::Value;
use std::path::Path;

fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let arguments = [&["doctor", "--json", "--listen", "127.0.0.1:0"], arguments].concat();
    let ended = run(folder, &arguments);
    let told = serde_json::from_str(&ended.out)
        .unwrap_or_else(|error| panic!("{error}: {} {}", ended.out, ended.err));
    (ended.code, told)
}

fn finding<'a>(told: &'a Value, what: &str) -> &'a Value {
    let all = told["findings"].as_array().expect("findings is a list");
    all.iter().find(|finding| finding["what"] == what).unwrap_or(&Value::Null)
}

#[test]
fn a_fresh_folder_is_healthy_and_stays_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let (code, told) = told(folder.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told["healthy"], true);
    assert_eq!(finding(&told, "database")["verdict"], "good");
    assert_eq!(finding(&told, "map")["verdict"], "doubtful");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_bad_has_a_cure_and_ends_with_five() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.db"), "these are my notes, not a database").unwrap();
    std::fs::write(folder.path().join("map.osm.pbf"), "not a map").unwrap();
    let (code, told) = told(folder.path(), &["--database", "notes.db", "--map", "map.osm.pbf"]);
    assert_eq!(code, Some(5));
    assert_eq!(told["healthy"], false);
    for what in ["database", "map"] {
        let finding = finding(&told, what);
        assert_eq!(finding["verdict"], "bad", "{finding}");
        assert!(!finding["cure"].as_str().unwrap().is_empty());
    }
    let bytes = std::fs::read(folder.path().join("notes.db")).unwrap();
    assert_eq!(bytes, b"these are my notes, not a database");
}

#[test]
fn a_certificate_is_judged_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = tls::write_to(folder.path());
    let (code, told) = told(folder.path(), &["--tls-cert", &cert, "--tls-key", &key]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(finding(&told, "certificate")["verdict"], "good", "{told}");
}

#[test]
fn plain_http_for_the_whole_network_is_doubtful() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["doctor", "--json", "--listen", "0.0.0.0:0"]);
    let told: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(finding(&told, "certificate")["verdict"], "doubtful");
}
