//! `sortie user`.

use crate::support::program::{Ended, ended, run, sortie};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

/// Runs with a password on standard input.
fn with_password(folder: &Path, arguments: &[&str], password: &str) -> Ended {
    let mut child = sortie(folder)
        .args(arguments)
        .args(["--password-stdin", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses before it reads closes the pipe; that is no fault of the test.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    ended(child.wait_with_output().unwrap())
}

fn users(folder: &Path) -> Vec<Value> {
    let told = run(folder, &["user", "list", "--json"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    told["users"].as_array().unwrap().clone()
}

const FOUND: [&str; 5] = ["user", "add", "ana@example.org", "--organization", "Acme Heating & Co."];

#[test]
fn the_first_owner_founds_the_organization_and_others_join_it() {
    let folder = tempfile::tempdir().unwrap();
    let nameless = with_password(folder.path(), &FOUND[..3], "correct horse");
    assert_eq!(nameless.code, Some(2), "{}", nameless.err);
    let owner = with_password(folder.path(), &FOUND, "correct horse");
    assert_eq!(owner.code, Some(0), "{}", owner.err);
    let dispatcher = ["user", "add", "Ben@Example.org", "--role", "dispatcher", "--name", "Ben B."];
    assert_eq!(with_password(folder.path(), &dispatcher, "battery staple").code, Some(0));

    let users = users(folder.path());
    assert_eq!(users.len(), 2);
    assert!(users.iter().all(|user| user["organization"] == "Acme Heating & Co."));
    assert!(
        users.iter().any(|user| user["email"] == "ben@example.org" && user["name"] == "Ben B.")
    );
    assert!(!format!("{users:?}").contains("argon2"));
}

#[test]
fn what_cannot_be_is_refused_with_cause_and_cure_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(with_password(folder.path(), &FOUND, "correct horse").code, Some(0));
    let cases: [(&[&str], &str, &str); 6] = [
        (&["user", "add", "cleo@example.org"], "short", "10 to"),
        (&["user", "add", "not an address"], "correct horse", "e-mail address"),
        (&["user", "add", "ana@example.org"], "correct horse", "already"),
        (&["user", "add", "d@example.org", "--role", "technician"], "correct horse", "technician"),
        (&["user", "add", "d@example.org", "--technician", "Zoe"], "correct horse", "Zoe"),
        (&["user", "set-password", "nobody@example.org"], "correct horse", "nobody"),
    ];
    for (arguments, password, told) in cases {
        let refused = with_password(folder.path(), arguments, password);
        assert_eq!(refused.code, Some(1), "{arguments:?}: {}", refused.err);
        let error: Value = serde_json::from_str(&refused.err).expect("one line of JSON");
        let cause = error["error"]["cause"].as_str().unwrap();
        assert!(cause.contains(told), "{arguments:?}: {cause}");
        assert!(!error["error"]["cure"].as_str().unwrap().is_empty());
    }
    assert_eq!(users(folder.path()).len(), 1);
}

#[test]
fn a_login_gets_a_new_password_and_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(with_password(folder.path(), &FOUND, "correct horse").code, Some(0));
    let again = ["user", "set-password", "ana@example.org"];
    assert_eq!(with_password(folder.path(), &again, "battery staple").code, Some(0));
    assert_eq!(run(folder.path(), &["user", "deactivate", "ana@example.org"]).code, Some(0));
    assert_eq!(users(folder.path())[0]["active"], false);
}

#[test]
fn without_a_terminal_the_password_is_not_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let told = ended(sortie(folder.path()).args(FOUND).stdin(Stdio::null()).output().unwrap());
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("--password-stdin"), "{}", told.err);
}
