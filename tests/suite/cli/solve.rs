//! `sortie solve`.

use crate::support::program::{Ended, run_with_input};
use serde_json::{Value, json};

fn solve(document: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    run_with_input(folder.path(), &[&["solve"], arguments].concat(), document)
}

#[test]
fn a_problem_goes_in_and_the_same_solution_comes_out_each_time() {
    let problem = json!({
        "matrices": {"car": {"durations": [[0, 5, 9], [5, 0, 5], [9, 5, 0]]}},
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
    })
    .to_string();
    let first = solve(&problem, &["--iterations", "100", "--seed", "3"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let solution: Value = serde_json::from_str(&first.out).unwrap();
    assert_eq!(solution["summary"]["cost"], 19);
    assert_eq!(solve(&problem, &["--iterations", "100", "--seed", "3"]).out, first.out);
}

#[test]
fn what_is_no_problem_comes_back_as_a_document_and_vrooms_code() {
    let told = solve("{\"jobs\": 5}", &[]);
    assert_eq!(told.code, Some(2), "{}", told.err);
    let document: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(document["code"], 2);
    assert!(document["error"].is_string());
}
