//! Finding things in a town by law, in made-up maps of many scripts, and in real ones by example.

mod properties;
mod real;
mod written;

use super::*;
use crate::roads::osm::{OsmNode, OsmWay, Tags};
use crate::roads::town::{TownOptions, generate};

fn town(size: usize) -> PlaceIndex {
    PlaceIndex::build(&generate(&TownOptions { size, ..TownOptions::default() }))
}

fn all_addresses(index: &PlaceIndex) -> Vec<Place> {
    let houses = (0..).zip(index.columns.houses.items());
    houses.map(|(number, house)| index.place(house.entry, Some(number))).collect()
}

fn all_entries(index: &PlaceIndex) -> Vec<Place> {
    (0..index.columns.entries.len() as u32).map(|entry| index.place(entry, None)).collect()
}

fn find(index: &PlaceIndex, text: &str) -> Vec<Place> {
    index.search(text, None, 10)
}

fn first(index: &PlaceIndex, text: &str) -> Option<String> {
    find(index, text).into_iter().next().map(|place| place.label)
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

/// A map that grows by things at places counted in steps of about 11 m from a corner.
#[derive(Default)]
struct Draft {
    map: OsmMap,
}

impl Draft {
    fn node(mut self, east: i32, north: i32, pairs: &[(&str, &str)]) -> Self {
        self.push(east, north, tags(pairs));
        self
    }

    fn push(&mut self, east: i32, north: i32, tags: Tags) -> i64 {
        let id = self.map.nodes.len() as i64 + 1;
        let (lat_e7, lon_e7) = (410_000_000 + north * 1_000, -86_000_000 + east * 1_000);
        self.map.nodes.push(OsmNode { id, lat_e7, lon_e7, tags });
        id
    }

    /// A street to the east.
    fn street(mut self, east: i32, north: i32, pairs: &[(&str, &str)]) -> Self {
        let nodes = [0, 10, 20].map(|along| self.push(east + along, north, Vec::new()));
        let id = self.map.ways.len() as i64 + 1;
        let mut tags = tags(pairs);
        tags.push(("highway".into(), "residential".into()));
        self.map.ways.push(OsmWay { id, nodes: nodes.to_vec(), tags });
        self
    }

    fn index(self) -> PlaceIndex {
        PlaceIndex::build(&self.map)
    }
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
                    && place.at.distance_m(address.at) < 250.0
                    && place.confidence == Confidence::Exact
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
    let long = ["x".repeat(10_000), "a ".repeat(500), "é1 ".repeat(40), "山".repeat(300)];
    let short = ["", "   ", "qqqq", "12", "'", "!!! ---", "山", ",;,"].map(str::to_owned);
    for text in short.iter().chain(&long) {
        let found = find(&index, text);
        assert!(found.len() <= 10, "{text}");
        let _ = index.find_address(text, None);
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
    let streets = all_entries(&index);
    for street in streets.iter().filter(|entry| entry.kind == PlaceKind::Street).step_by(9) {
        let found = index.reverse(street.at).unwrap();
        let near_m = found.at.distance_m(street.at);
        assert!(found.street == street.street || near_m < 20.0, "{found:?}");
    }
}
