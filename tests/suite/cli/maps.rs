//! `sortie import-map` and `clip-map`, on a made-up town.

use crate::support::program::run;
use serde_json::Value;
use std::path::Path;

fn town(folder: &Path) {
    let told = run(folder, &["town", "--size", "200", "town.osm.pbf"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn an_import_reports_streets_and_its_steps_and_tells_progress_as_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    town(folder.path());
    let told = run(folder.path(), &["import-map", "town.osm.pbf", "--json"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    let report = json(&told.out);
    assert!(report["networks"][0]["streets"]["junctions"].as_u64().unwrap() > 100, "{report}");
    let last = json(told.err.lines().last().expect("progress is told"));
    assert_eq!(last["percent"], 100);
}

#[test]
fn a_clip_is_a_map_of_its_own_within_the_area() {
    let folder = tempfile::tempdir().unwrap();
    town(folder.path());
    let whole = json(&run(folder.path(), &["import-map", "town.osm.pbf", "--json"]).out);
    let clip =
        ["clip-map", "town.osm.pbf", "clip.osm.pbf", "--bbox", "-20.004,44.996,-19.996,45.004"];
    assert_eq!(run(folder.path(), &clip).code, Some(0));
    let part = json(&run(folder.path(), &["import-map", "clip.osm.pbf", "--json"]).out);
    let junctions =
        |report: &Value| report["networks"][0]["streets"]["junctions"].as_u64().unwrap();
    assert!(junctions(&part) > 0 && junctions(&part) < junctions(&whole), "{part}");
}

#[test]
fn a_file_that_is_no_map_ends_with_five_and_a_missing_one_with_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a map").unwrap();
    let told = run(folder.path(), &["import-map", "notes.txt"]);
    assert_eq!(told.code, Some(5), "{}", told.err);
    assert!(told.err.contains("notes.txt"), "{}", told.err);
    assert_eq!(told.err.lines().count(), 2, "{}", told.err);

    let told = run(folder.path(), &["import-map", "missing.osm.pbf"]);
    assert_eq!(told.code, Some(1));
    assert_eq!(told.err.lines().count(), 2, "{}", told.err);

    town(folder.path());
    let elsewhere = ["import-map", "town.osm.pbf", "--bbox", "0,0,1,1"];
    let told = run(folder.path(), &elsewhere);
    assert_eq!(told.code, Some(5));
    assert!(told.err.contains("0.0000,0.0000,1.0000,1.0000"), "{}", told.err);
    assert_eq!(
        run(folder.path(), &["import-map", "town.osm.pbf", "--bbox", "1,0,0,1"]).code,
        Some(2)
    );
}
