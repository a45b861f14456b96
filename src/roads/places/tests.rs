//! Finding things in a town by law, and in Malta by example.

use super::*;
use crate::roads::osm::read;
use crate::roads::test_maps::real_extract;
use crate::roads::town::{TownOptions, generate};
use std::time::{Duration, Instant};

fn town(size: usize) -> PlaceIndex {
    PlaceIndex::build(&generate(&TownOptions { size, ..TownOptions::default() }))
}

fn malta() -> Option<PlaceIndex> {
    Some(PlaceIndex::build(&read(&real_extract("malta.osm.pbf")?, &mut |_| {}).unwrap()))
}

fn all_addresses(index: &PlaceIndex) -> Vec<Place> {
    index.numbers.iter().map(|&(entry, number)| index.place(entry, Some(number))).collect()
}

fn find(index: &PlaceIndex, text: &str) -> Vec<Place> {
    index.search(text, None, 10)
}

/// Every house number is found by its label, by the label folded, and with the number before the
/// street.
fn check_addresses(index: &PlaceIndex, every: usize) {
    let addresses = all_addresses(index);
    assert!(!addresses.is_empty());
    for address in addresses.iter().step_by(every) {
        let locality = address.locality.clone().unwrap_or_default();
        let (street, number) =
            (address.street.clone().unwrap(), address.housenumber.clone().unwrap());
        for text in [
            address.label.clone(),
            fold::words(&address.label).join(" "),
            format!("{number} {street}, {locality}"),
            format!("{locality} {street} {number}"),
        ] {
            let found = index.search(&text, Some(address.at), 10);
            let there = found.iter().any(|place| {
                place.kind == PlaceKind::Address
                    && place.label == address.label
                    && place.at == address.at
            });
            assert!(there, "{text}: {found:?}");
        }
    }
}

#[test]
fn every_house_of_a_town_is_found_by_its_label() {
    let index = town(1_200);
    assert!(index.size().1 > 1_500, "{:?}", index.size());
    check_addresses(&index, 7);
}

#[test]
fn every_house_of_malta_is_found_by_its_label() {
    let Some(index) = malta() else { return };
    check_addresses(&index, 1);
}

#[test]
fn words_may_come_in_any_order_and_the_last_one_unfinished() {
    let index = town(600);
    let address = &all_addresses(&index)[3];
    let (street, number) = (address.street.clone().unwrap(), address.housenumber.clone().unwrap());
    let mut words = fold::words(&street);
    words.reverse();
    let last = words.last_mut().unwrap();
    last.pop();
    let found = find(&index, &format!("{number} {}", words.join(" ")));
    assert!(found.iter().any(|place| place.label == address.label), "{found:?}");
}

#[test]
fn a_number_that_the_map_lacks_gives_the_street() {
    let index = town(600);
    let street = all_addresses(&index)[3].street.clone().unwrap();
    let longest = all_addresses(&index)
        .iter()
        .filter_map(|address| address.housenumber.as_ref()?.parse::<u32>().ok())
        .max()
        .unwrap();
    let on_street = |number: &str| {
        all_addresses(&index).iter().any(|address| {
            address.street.as_deref() == Some(&street)
                && address.housenumber.as_deref() == Some(number)
        })
    };
    // A number that some street has and this one lacks.
    let number = (1..=longest).rev().map(|n| n.to_string()).find(|n| !on_street(n)).unwrap();
    let found = find(&index, &format!("{street} {number}"));
    assert_eq!(found[0].kind, PlaceKind::Street, "{found:?}");
    assert_eq!(found[0].street.as_deref(), Some(&*street));
}

#[test]
fn a_street_begun_shows_its_first_house_numbers() {
    let index = town(600);
    let house = all_addresses(&index)
        .into_iter()
        .find(|address| address.housenumber.as_ref().is_some_and(|number| number.len() == 2))
        .unwrap();
    let begun = &house.housenumber.as_ref().unwrap()[..1];
    let found = find(&index, &format!("{} {begun}", house.street.as_ref().unwrap()));
    assert!(found.iter().any(|place| place.kind == PlaceKind::Address), "{found:?}");
}

#[test]
fn nonsense_finds_nothing_and_breaks_nothing() {
    let index = town(100);
    for text in ["", "   ", "qqqq", "12", "'", "!!! ---", &"x".repeat(10_000), &"a ".repeat(500)] {
        let found = find(&index, text);
        assert!(found.len() <= 10, "{text}");
    }
    assert!(find(&index, "qqqq").is_empty());
    assert!(PlaceIndex::build(&OsmMap::default()).search("x", None, 5).is_empty());
    let nowhere = Point { lat: 1.0, lon: 1.0 };
    assert_eq!(PlaceIndex::build(&OsmMap::default()).reverse(nowhere), None);
    assert_eq!(index.reverse(nowhere), None);
}

#[test]
fn the_place_of_a_house_is_that_house_and_the_middle_of_a_street_that_street() {
    let index = town(600);
    let addresses = all_addresses(&index);
    for address in addresses.iter().step_by(11) {
        let found = index.reverse(address.at).unwrap();
        let near_m = found.at.distance_m(address.at);
        assert!(found.kind == PlaceKind::Address && near_m < 15.0, "{address:?} {found:?}");
    }
    for entry in index.entries.iter().filter(|entry| entry.kind == PlaceKind::Street).step_by(9) {
        let at = entry.spot.point();
        let found = index.reverse(at).unwrap();
        let near_m = found.at.distance_m(at);
        assert!(found.street.as_deref() == Some(&*entry.name) || near_m < 20.0, "{found:?}");
    }
}

#[test]
fn the_nearer_of_two_equal_streets_comes_first() {
    let Some(index) = malta() else { return };
    let in_nadur = Point { lat: 36.0380, lon: 14.2940 };
    let in_zurrieq = Point { lat: 35.8300, lon: 14.4740 };
    for here in [in_nadur, in_zurrieq] {
        let found = index.search("triq il-kbira", Some(here), 5);
        let distances: Vec<f64> = found.iter().map(|place| place.at.distance_m(here)).collect();
        assert!(found.len() == 5 && distances.is_sorted(), "{found:?}");
    }
}

#[test]
fn maltese_names_are_found_without_maltese_letters() {
    let Some(index) = malta() else { return };
    let first = |text: &str| find(&index, text).into_iter().next().map(|place| place.label);
    assert_eq!(first("haz zebbug").as_deref(), Some("Ħaż-Żebbuġ"));
    assert_eq!(first("valletta").as_deref(), Some("Valletta"));
    assert_eq!(first("ħal qormi").as_deref(), Some("Ħal Qormi"));
    assert_eq!(first("QORMI hal").as_deref(), Some("Ħal Qormi"));
    let found = find(&index, "republic street valletta");
    assert!(found.iter().any(|place| place.label.starts_with("Triq ir-Repubblika")), "{found:?}");
    let found = find(&index, "repubblika trq");
    assert!(found.is_empty(), "typing errors are not forgiven");
}

#[test]
fn a_letter_more_is_answered_within_five_milliseconds_nineteen_times_of_twenty() {
    let Some(index) = malta() else { return };
    let near = Some(Point { lat: 35.8983, lon: 14.5125 });
    let mut times: Vec<Duration> = Vec::new();
    for entry in index.entries.iter().step_by(97) {
        let name: Vec<char> = entry.name.chars().collect();
        for len in 1..=name.len() {
            let text: String = name[..len].iter().collect();
            let start = Instant::now();
            index.search(&text, near, 10);
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    let p95 = times[times.len() * 95 / 100];
    println!(
        "{} queries: median {:?}, p95 {p95:?}, slowest {:?}",
        times.len(),
        times[times.len() / 2],
        times[times.len() - 1]
    );
    // Other tests share the machine: twice the promise is still a failure of the promise.
    assert!(p95 < Duration::from_millis(10), "{p95:?}");
}
