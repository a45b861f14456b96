//! `sortie import-map --out`, `matrix`, `route`, `geocode` and `match`, on a made-up town.

use crate::support::program::{Ended, run, run_with_input};
use serde_json::{Value, json};
use std::path::Path;

/// A town, and a map prepared from it for cars and for people on foot.
fn prepared(folder: &Path) {
    assert_eq!(run(folder, &["town", "--size", "200", "town.osm.pbf"]).code, Some(0));
    let told = run(
        folder,
        &["import-map", "town.osm.pbf", "--out", "town.map", "--profile", "car,foot", "--json"],
    );
    assert_eq!(told.code, Some(0), "{}", told.err);
    let report = parse(&told.out);
    assert_eq!(report["prepared"]["file"], "town.map");
    assert_eq!(report["networks"].as_array().unwrap().len(), 2);
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn matrix(folder: &Path, arguments: &[&str], points: &str) -> Ended {
    run_with_input(folder, &[&["matrix"], arguments].concat(), points)
}

/// Three places in the middle of the town, which lies around 45, -20.
const POINTS: &str = "[[-20.001, 45.001], [-20.003, 44.999], [-19.999, 45.002]]";

#[test]
fn a_prepared_map_gives_the_same_table_as_its_extract() {
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let of = |arguments: &[&str]| {
        let told = matrix(folder.path(), arguments, POINTS);
        assert_eq!(told.code, Some(0), "{}", told.err);
        assert!(told.err.contains("timing load_ms=") && told.err.contains("timing matrix_ms="));
        parse(&told.out)
    };
    let table = of(&["--map", "town.map"]);
    assert_eq!(table, of(&["--map", "town.osm.pbf"]));
    assert_eq!(table, of(&["--map", "town.map", "--threads", "2"]));
    assert_eq!(table["durations"][1][1], 0.0);
    let on_foot = of(&["--map", "town.map", "--profile", "foot"]);
    assert!(on_foot["durations"][0][1].as_f64() > table["durations"][0][1].as_f64());
}

#[test]
fn points_off_the_map_and_profiles_that_are_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let off = matrix(folder.path(), &["--map", "town.map"], "[[-20.001, 45.001], [0, 0]]");
    assert_eq!(off.code, Some(5));
    assert!(off.err.contains("points[1]") && off.err.contains("nearest street"), "{}", off.err);
    let truck = matrix(folder.path(), &["--map", "town.map", "--profile", "truck"], POINTS);
    assert_eq!(truck.code, Some(2));
    assert!(truck.err.contains("car, foot"), "{}", truck.err);
    for map in ["town.osm.pbf", "town.map"] {
        let way = ["route", "--map", map, "--profile", "boat", "-20.001,45.001", "-20.002,45.001"];
        let boat = run(folder.path(), &way);
        assert!(boat.code == Some(2) && boat.err.contains("boat"), "{map}: {}", boat.err);
    }
    let boat = run(folder.path(), &["import-map", "town.osm.pbf", "--profile", "boat"]);
    assert_eq!(boat.code, Some(2));
    assert!(boat.err.contains("car, van, truck, bicycle, foot"), "{}", boat.err);
}

#[test]
fn a_damaged_or_old_prepared_map_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let file = folder.path().join("town.map");
    let whole = std::fs::read(&file).unwrap();
    let refused = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let told = run(folder.path(), &["import-map", "town.map"]);
        assert_eq!(told.code, Some(5), "{}", told.err);
        assert!(told.err.contains("import-map FILE.osm.pbf --out MAP"), "{}", told.err);
        told.err
    };
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    assert!(refused(&damaged).contains("damaged"));
    assert!(refused(&whole[..whole.len() / 2]).contains("damaged"));
    let mut older = whole.clone();
    older[10] = 0;
    assert!(refused(&older).contains("format"));
}

#[test]
fn an_address_is_found_and_a_way_to_it_told_street_by_street() {
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let near = run(
        folder.path(),
        &["route", "--map", "town.map", "--json", "--", "-20.001,45.001", "-19.999,45.002"],
    );
    assert_eq!(near.code, Some(0), "{}", near.err);
    let way = parse(&near.out);
    let steps = way["steps"].as_array().unwrap();
    assert_eq!(steps[0]["instruction"], "set off");
    assert_eq!(steps[steps.len() - 1]["instruction"], "arrive");
    let street =
        steps.iter().map(|step| step["street"].as_str().unwrap()).find(|name| !name.is_empty());
    let street = street.expect("a town's streets have names").to_owned();

    let found = run(folder.path(), &["geocode", "--map", "town.map", "--json", &street]);
    assert_eq!(found.code, Some(0), "{}", found.err);
    let place = &parse(&found.out)["places"][0];
    assert!(place["label"].as_str().unwrap().contains(&street), "{place}");
    let by_name =
        run(folder.path(), &["route", "--map", "town.map", &street, "--", "-19.999,45.002"]);
    assert_eq!(by_name.code, Some(0), "{}", by_name.err);
    assert!(by_name.out.contains(&street), "{}", by_name.out);
    let nowhere = run(folder.path(), &["geocode", "--map", "town.map", "Qxzwvk"]);
    assert_eq!(nowhere.code, Some(5));
}

#[test]
fn a_recorded_trace_is_matched_to_its_streets() {
    let folder = tempfile::tempdir().unwrap();
    prepared(folder.path());
    let told = run(
        folder.path(),
        &["route", "--map", "town.map", "--json", "--", "-20.003,44.999", "-19.999,45.002"],
    );
    let way = parse(&told.out);
    let line = sortie::units::polyline::decode(way["geometry"].as_str().unwrap(), 5).unwrap();
    let point = |(at, point): (usize, &sortie::units::Point)| {
        let time = format!("2026-11-20T08:{:02}:{:02}Z", at * 8 / 60, at * 8 % 60);
        let (lat, lon) = (point.lat, point.lon);
        format!("<trkpt lat=\"{lat}\" lon=\"{lon}\"><time>{time}</time></trkpt>")
    };
    let points = line.iter().enumerate().map(point).collect::<Vec<_>>().concat();
    let gpx = format!(
        "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"test\" \
         xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>{points}</trkseg></trk></gpx>"
    );
    std::fs::write(folder.path().join("drive.gpx"), gpx).unwrap();
    let told = run(folder.path(), &["match", "drive.gpx", "--map", "town.map", "--json"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    let matched = parse(&told.out);
    assert_eq!(matched["readings"], json!(line.len()));
    let (driven, whole) =
        (matched["parts"][0]["distance_m"].as_f64().unwrap(), way["distance_m"].as_f64().unwrap());
    assert!((driven - whole).abs() < 0.1 * whole + 20.0, "{driven} of {whole}");
    std::fs::write(folder.path().join("notes.gpx"), "not a trace").unwrap();
    let told = run(folder.path(), &["match", "notes.gpx", "--map", "town.map"]);
    assert_eq!(told.code, Some(5));
    assert!(told.err.contains("notes.gpx"), "{}", told.err);
}
