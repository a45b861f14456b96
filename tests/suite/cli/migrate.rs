//! `sortie migrate`, and what stands in the way of a database.

use crate::support::program::run;
use serde_json::Value;
use std::path::Path;

fn told(folder: &Path, arguments: &[&str]) -> Value {
    let ended = run(folder, &[arguments, &["--json"]].concat());
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.err);
    serde_json::from_str(&ended.out).expect("one line of JSON")
}

fn all_done(status: &Value, done: bool) -> bool {
    let steps = status["steps"].as_array().expect("steps is a list");
    !steps.is_empty() && steps.iter().all(|step| step["done"] == done)
}

#[test]
fn the_steps_are_done_once_listed_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(folder.path(), &["migrate", "status"]);
    assert_eq!(missing.code, Some(1));
    assert!(!folder.path().join("sortie-data").exists(), "a look makes nothing");

    let first = told(folder.path(), &["migrate", "run"]);
    assert!(!first["done"].as_array().unwrap().is_empty());
    assert_eq!(told(folder.path(), &["migrate", "run"])["done"], Value::Array(vec![]));
    assert!(all_done(&told(folder.path(), &["migrate", "status"]), true));

    let refused = run(folder.path(), &["migrate", "revert"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    while !told(folder.path(), &["migrate", "revert", "--yes"])["reverted"].is_null() {}
    assert!(all_done(&told(folder.path(), &["migrate", "status"]), false));
    told(folder.path(), &["migrate", "run"]);
    let healthy = told(folder.path(), &["doctor", "--listen", "127.0.0.1:0"]);
    assert_eq!(healthy["healthy"], true, "{healthy}");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.db");
    std::fs::write(&file, "these are my notes, not a database").unwrap();
    let ended = run(folder.path(), &["migrate", "run", "--database", "other.db"]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 2, "{}", ended.err);
    assert!(ended.err.contains("other.db"), "{}", ended.err);
    assert_eq!(std::fs::read(&file).unwrap(), b"these are my notes, not a database");
}

#[test]
fn a_server_that_is_not_there_ends_with_four() {
    let folder = tempfile::tempdir().unwrap();
    let address = "postgres://ana:hunter2@127.0.0.1:1/sortie";
    let ended = run(folder.path(), &["migrate", "status", "--database", address]);
    assert_eq!(ended.code, Some(4), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 2, "{}", ended.err);
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("taken"), "a file").unwrap();
    let ended = run(folder.path(), &["migrate", "run", "--data", "taken"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("taken"), "{}", ended.err);
    assert_eq!(ended.err.lines().count(), 2, "{}", ended.err);
}
