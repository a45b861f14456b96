//! Finds places by what people type, and says what is at a point: addresses, streets, settlements and
//! named businesses of an extract.
//!
//! `fold` makes texts comparable, `collect` gathers what has a name (`locality` says in which
//! settlement it lies), `search` answers. A prefix search over folded words: no typing errors are
//! forgiven.

mod collect;
mod fold;
mod locality;
mod search;

#[cfg(test)]
mod tests;

use crate::roads::osm::OsmMap;
use crate::roads::plane::{BoxTree, Ground, Spot};
use crate::units::Point;
use collect::{Entry, NamedLine, Settlement};
use search::WordIndex;
use serde::{Deserialize, Serialize};

/// What sort of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A house number on a street.
    Address,
    Street,
    /// A settlement, quarter or island.
    Locality,
    /// A business, sight or public building.
    Poi,
}

/// A place as it is shown to people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// All of it in one line: "Triq il-Kbira 12, Mosta".
    pub label: String,
    pub kind: PlaceKind,
    pub at: Point,
    pub street: Option<String>,
    pub housenumber: Option<String>,
    /// The settlement it lies in.
    pub locality: Option<String>,
}

/// What can be found. Built once per extract, then asked from many threads.
#[derive(Debug)]
pub struct PlaceIndex {
    settlements: Vec<Settlement>,
    entries: Vec<Entry>,
    words: WordIndex,
    /// Streets' lines, and a tree of their boxes.
    lines: Vec<NamedLine>,
    line_tree: BoxTree,
    /// House numbers as (entry, number within the entry), and a tree of their places.
    numbers: Vec<(u32, u32)>,
    number_tree: BoxTree,
}

/// At most so far from the point is something said to be "at" it, in metres.
const REVERSE_M_MAX: f64 = 2_000.0;
/// A house number so near is the answer whatever street is nearer, and on the nearest street so near.
const AT_HOUSE_M: f64 = 15.0;
const ALONG_STREET_M: f64 = 40.0;

impl PlaceIndex {
    /// Gathers all that has a name or number. An extract may have none; nothing is found then.
    pub fn build(map: &OsmMap) -> Self {
        collect::collect(&Ground::of(map))
    }

    /// How many streets, settlements and businesses, and how many house numbers.
    pub fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.numbers.len())
    }

    /// What is at a point: the house, or the nearest street with the point on it.
    pub fn reverse(&self, at: Point) -> Option<Place> {
        let spot = Spot::of(at);
        let steps = |metres: f64| metres / spot.step_m();
        let limit = steps(REVERSE_M_MAX);
        let number = self
            .number_tree
            .nearest(spot, limit, |number| self.number_spot(number as usize).distance2(spot));
        let line = self
            .line_tree
            .nearest(spot, limit, |line| self.lines[line as usize].onto(spot).distance2(spot));
        let house = |number: u32| {
            let (entry, number) = self.numbers[number as usize];
            self.place(entry, Some(number))
        };
        match (number, line) {
            (Some((number, distance2)), None) => {
                (distance2.sqrt() <= steps(ALONG_STREET_M)).then(|| house(number))
            }
            (Some((number, distance2)), Some(_)) if distance2.sqrt() <= steps(AT_HOUSE_M) => {
                Some(house(number))
            }
            (_, Some((line, _))) => {
                let line = &self.lines[line as usize];
                let beside = self.number_tree.nearest(spot, steps(ALONG_STREET_M), |number| {
                    if self.numbers[number as usize].0 == line.entry {
                        self.number_spot(number as usize).distance2(spot)
                    } else {
                        f64::INFINITY
                    }
                });
                match beside {
                    Some((number, distance2)) if distance2.is_finite() => Some(house(number)),
                    _ => {
                        let street = self.place(line.entry, None);
                        Some(Place { at: line.onto(spot).point(), ..street })
                    }
                }
            }
            (None, None) => None,
        }
    }

    fn number_spot(&self, number: usize) -> Spot {
        let (entry, within) = self.numbers[number];
        self.entries[entry as usize].numbers[within as usize].spot
    }

    /// An entry, or a house number of it, as it is shown.
    fn place(&self, entry: u32, number: Option<u32>) -> Place {
        let entry = &self.entries[entry as usize];
        let settlement = entry.settlement.map(|number| &self.settlements[number as usize]);
        let locality = settlement.map(|settlement| settlement.name.to_string());
        let number = number.map(|number| &entry.numbers[number as usize]);
        let mut label = entry.name.to_string();
        if let Some(number) = number {
            label.push(' ');
            label.push_str(&number.text);
        }
        if let Some(locality) = locality.as_deref().filter(|&locality| locality != &*entry.name) {
            label.push_str(", ");
            label.push_str(locality);
        }
        let (street, housenumber) = match entry.kind {
            PlaceKind::Street | PlaceKind::Address => {
                (Some(entry.name.to_string()), number.map(|number| number.text.to_string()))
            }
            PlaceKind::Locality => (None, None),
            PlaceKind::Poi => {
                let address = entry.address.as_deref();
                (
                    address.map(|address| address.street.to_string()),
                    address.and_then(|address| address.housenumber.as_deref().map(str::to_owned)),
                )
            }
        };
        Place {
            label,
            kind: if number.is_some() { PlaceKind::Address } else { entry.kind },
            at: number.map_or(entry.spot, |number| number.spot).point(),
            street,
            housenumber,
            locality,
        }
    }
}
