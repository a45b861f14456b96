//! What every command has in common.

use crate::support::program::{run, sortie};
use std::process::Stdio;

#[test]
fn without_arguments_the_commands_and_exit_codes_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &[]);
    assert_eq!(ended.code, Some(2));
    for word in ["config", "town", "Exit codes"] {
        assert!(ended.err.contains(word), "{word} is missing in {}", ended.err);
    }
}

#[test]
fn a_wrong_argument_ends_with_two_and_writes_no_result() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["fly"][..], &["town"], &["town", "--size", "1", "x"], &["config", "shw"]] {
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert_eq!(ended.out, "", "{arguments:?}");
        assert!(ended.err.starts_with("error: "), "{}", ended.err);
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = sortie(folder.path())
        .args(["config", "show"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
