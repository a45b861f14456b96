//! `sortie bench solver`.

use crate::support::program::{Ended, run};
use serde_json::Value;

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
    assert!(told.out.contains("| small | 1 | 0.00 % | 0.00 % | 1.0 | 0 |"), "{}", told.out);
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
