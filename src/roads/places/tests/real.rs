//! Real extracts by example.

use super::*;
use crate::roads::osm::read;
use crate::roads::test_maps::real_extract;

fn real(name: &str) -> Option<PlaceIndex> {
    Some(PlaceIndex::build(&read(&real_extract(name)?, &mut |_| {}).unwrap()))
}

#[test]
fn every_house_of_real_extracts_is_found_by_its_label() {
    for name in ["malta.osm.pbf", "monaco.osm.pbf", "porto.osm.pbf"] {
        let Some(index) = real(name) else { return };
        check_addresses(&index, 1);
    }
}

#[test]
fn the_nearer_of_two_equal_streets_comes_first() {
    let Some(index) = real("malta.osm.pbf") else { return };
    let in_nadur = Point { lat: 36.0380, lon: 14.2940 };
    let in_zurrieq = Point { lat: 35.8300, lon: 14.4740 };
    for here in [in_nadur, in_zurrieq] {
        let found = index.search("triq il-kbira", Some(here), 5);
        let distances: Vec<f64> = found.iter().map(|place| place.at.distance_m(here)).collect();
        let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
        // A main street may stand before a lane that is a little nearer.
        assert!(found.len() == 5 && distances[0] <= nearest * 1.3, "{found:?}");
        assert!(distances[0] < distances[4], "{found:?}");
    }
}

#[test]
fn maltese_names_are_found_without_maltese_letters_and_with_errors() {
    let Some(index) = real("malta.osm.pbf") else { return };
    for (text, label) in [
        ("haz zebbug", "Ħaż-Żebbuġ"),
        ("valletta", "Valletta"),
        ("vallettta", "Valletta"),
        ("avlletta", "Valletta"),
        ("ħal qormi", "Ħal Qormi"),
        ("QORMI hal", "Ħal Qormi"),
        ("birkirakra", "Birkirkara"),
    ] {
        assert_eq!(first(&index, text).as_deref(), Some(label), "{text}");
    }
    for text in ["republic street valletta", "repubblika trqi valletta", "ripubblika valeta"] {
        let found = find(&index, text);
        let is_there =
            found.iter().any(|place| place.label.starts_with("Triq ir-Repubblika, Valletta"));
        assert!(is_there, "{text}: {found:?}");
    }
}

#[test]
fn addresses_of_a_maltese_list_are_found() {
    let Some(index) = real("malta.osm.pbf") else { return };
    let house = all_addresses(&index)
        .into_iter()
        .find(|house| house.postcode.as_deref() == Some("FGR1202"))
        .unwrap();
    let (street, number) = (house.street.clone().unwrap(), house.housenumber.clone().unwrap());
    let locality = house.locality.clone().unwrap();
    for (text, confidence) in [
        (format!("{number}, {street}, {locality} FGR 1202"), Confidence::Exact),
        (format!("{number}, {street}, {locality}, FGR 1202, Malta"), Confidence::Exact),
        (format!("Flat 77, {number}, {street}, {locality} FGR 1202"), Confidence::Near),
        (format!("Zxqv Ltd, {number} {street}, {locality}"), Confidence::Near),
    ] {
        let found = index.find_address(&text, None).unwrap();
        assert_eq!((found.label, found.confidence), (house.label.clone(), confidence), "{text}");
    }
    let found = find(&index, "FGR 1202");
    assert_eq!(found[0].kind, PlaceKind::Postcode, "{found:?}");
}

#[test]
fn porto_without_settlements_still_tells_its_postcodes_and_towns() {
    let Some(index) = real("porto.osm.pbf") else { return };
    let house = &find(&index, "rua machado dos santos 505")[0];
    assert_eq!(house.postcode.as_deref(), Some("4760-505"));
    assert_eq!(find(&index, "4760-505")[0].kind, PlaceKind::Postcode);
    let text = "Rua de Santa Catarina 112, 4000-442 Porto, Portugal";
    let found = index.find_address(text, None).unwrap();
    assert_eq!(found.street.as_deref(), Some("Rua de Santa Catarina"), "{found:?}");
    assert_ne!(found.confidence, Confidence::Exact);
}
