//! `sortie bench solver` and `sortie bench living`.

use crate::support::program::{Ended, ended, run, sortie};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

const SMALL: &str = "S2\nVEHICLE\nNUMBER CAPACITY\n2 20\nCUSTOMER\n0 0 0 0 0 100 0\n\
    1 3 4 5 10 20 1\n2 6 8 6 0 50 2\n";

/// A family of one instance with its best known distance, 20, and a file with a rule nobody can hold.
fn bench(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let family = folder.path().join("small");
    std::fs::create_dir(&family).unwrap();
    std::fs::write(family.join("S2.txt"), SMALL).unwrap();
    let later = "DIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nVEHICLES_MAX_DISTANCE : 9\n";
    std::fs::write(folder.path().join("later.vrp"), later).unwrap();
    let known = "instance,bks_cost,vehicles,convention\nS2,20,1,dimacs\n";
    std::fs::write(folder.path().join("bks.csv"), known).unwrap();
    run(folder.path(), &[&["bench", "solver", "--time", "0.1"], arguments].concat())
}

#[test]
fn an_instance_is_held_against_the_best_known_solution() {
    let told = bench(&["small"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.starts_with("S2        20.0  gap   0.00 %  vehicles     1/1"), "{}", told.out);
    assert!(told.out.contains("| small | 1 | 0.1 s | 0.00 % | 0.00 % | 1.0 | 0 |"), "{}", told.out);
}

#[test]
fn what_cannot_be_used_is_refused_by_name_and_the_others_are_searched() {
    let told = bench(&[".", "--json"]);
    assert_eq!(told.code, Some(6), "{}", told.err);
    let report: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(report["instances"][0]["cost"], 20.0, "{report}");
    assert_eq!(report["families"][0]["family"], "small");
    let cause = report["refused"][0]["cause"].as_str().unwrap();
    assert!(cause.contains("line 3: VEHICLES_MAX_DISTANCE"), "{cause}");
}

#[test]
fn a_day_is_lived_in_three_ways_and_told_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["--technicians", "3", "--jobs", "12", "--events", "5", "--iterations", "200"];
    let day = [&["bench", "living", "--only", "replay", "--json"], &small[..]].concat();
    let told = run(folder.path(), &day);
    assert_eq!(told.code, Some(0), "{}", told.err);
    let report: Value = serde_json::from_str(&told.out).unwrap();
    let lived = report["replay"].as_array().unwrap();
    let strategies: Vec<&str> = lived.iter().map(|row| row["strategy"].as_str().unwrap()).collect();
    assert_eq!(strategies, ["ours", "greedy", "free"]);
    assert!(lived.iter().all(|row| row["events"] == 5), "{report}");
    assert!(report.get("place").is_none(), "only what was asked for");
}

#[test]
fn a_made_up_day_needs_no_file_and_its_table_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.md");
    let told = run(
        folder.path(),
        &["bench", "solver", "--city", "20x4,20x4:2", "--time", "0.1", "--markdown", "table.md"],
    );
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("city 20x4:2 "), "{}", told.out);
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(told.out.ends_with(&kept), "{kept}");
    assert!(kept.starts_with("Measured 20") && kept.contains("1 thread, seed 1."), "{kept}");
    assert!(kept.contains("| family | instances | time each | mean cost |"), "{kept}");
    assert!(kept.contains("| city 20x4 | 2 | 0.1 s | "), "{kept}");
}

#[test]
fn a_suite_without_its_files_is_refused_before_anything_is_searched() {
    let folder = tempfile::tempdir().unwrap();
    let told = run(folder.path(), &["bench", "solver", "--published", "."]);
    assert_eq!((told.code, told.out.as_str()), (Some(2), ""));
    assert!(told.err.contains("solomon/C103.txt of the suite is not there"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn whoever_stops_it_gets_what_is_there_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = sortie(folder.path())
        .args(["bench", "solver", "--json", "--time", "60", "--city", "20x4"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut errors = BufReader::new(program.stderr.take().expect("it is piped")).lines();
    let first = errors.next().expect("it tells how far it is").unwrap();
    let progress: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(progress["progress"], "city 20x4");
    let id = nix::unistd::Pid::from_raw(program.id() as i32);
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).expect("it still runs");
    let rest: Vec<String> = errors.map(Result::unwrap).collect();
    let told = ended(program.wait_with_output().expect("the program ends"));
    assert_eq!(told.code, Some(130), "{rest:?}");
    let report: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(report["instances"][0]["is_cut_short"], true);
    assert_eq!(report["families"], serde_json::json!([]), "a part of the time is no result");
    assert!(rest.iter().any(|line| line.contains("stopped after 0 of 1 instances")), "{rest:?}");
}
