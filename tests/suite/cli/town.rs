//! `sortie town`.

use crate::support::program::run;

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |seed: &str, file: &str| {
        let arguments = ["town", "--seed", seed, "--size", "60", "--json", file];
        let told = run(folder.path(), &arguments);
        assert_eq!(told.code, Some(0), "{}", told.err);
        let report: serde_json::Value = serde_json::from_str(&told.out).unwrap();
        let bytes = std::fs::read(folder.path().join(file)).unwrap();
        assert_eq!(report["bytes"], bytes.len());
        bytes
    };
    let first = write("7", "a.osm.pbf");
    assert_eq!(write("7", "b.osm.pbf"), first);
    assert_ne!(write("8", "c.osm.pbf"), first);
}

#[test]
fn a_file_that_cannot_be_written_is_named_with_a_cure() {
    let folder = tempfile::tempdir().unwrap();
    let told = run(folder.path(), &["town", "--size", "60", "no/such/folder/t.osm.pbf"]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("no/such/folder/t.osm.pbf"), "{}", told.err);
    assert_eq!(told.err.lines().count(), 2);
}
