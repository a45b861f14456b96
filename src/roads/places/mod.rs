//! Finds places by what people type, and says what is at a point: addresses, streets, settlements,
//! postcodes and named businesses of an extract.
//!
//! In reading order. Making it: `letters` and `fold` make texts comparable; `collect` gathers what has a
//! name (`streets`, `addresses`, `postcodes`; `locality` says in which settlement it lies); `words` lists
//! where each word occurs; `build` puts all of it into `columns`, which lie in memory or in the prepared
//! file. Asking it: `ask` reads a query, `errors` finds the words that may be meant, `candidates` the
//! entries to look at, `fit` compares with one, `houses` chooses the number, `search` ranks, `shown` writes
//! the answer; `reverse` goes the other way.
//!
//! What is deliberately so: a word without its typing errors always comes before one with them; two
//! words written as one are not parted, and nothing is transliterated into another script.

mod addresses;
mod ask;
mod build;
mod candidates;
mod collect;
mod columns;
mod errors;
mod fit;
mod fold;
mod houses;
mod letters;
mod locality;
mod postcodes;
mod reverse;
mod search;
mod shown;
mod streets;
mod words;

#[cfg(test)]
mod tests;

use crate::roads::osm::OsmMap;
use crate::roads::plane::BoxTree;
use crate::units::Point;
use columns::Columns;
pub use fold::words as comparable_words;
use serde::{Deserialize, Serialize};
use words::WordIndex;

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
    /// All that has one postcode.
    Postcode,
}

/// How sure it is that a place is the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Everything that was asked for fits.
    Exact,
    /// The right street or place, but less than was asked for: the house number is reckoned from its
    /// neighbours or missing, so that the street is given, or some words were passed over.
    Near,
    /// A similar name, or only a part of the address.
    Fuzzy,
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
    /// As the map writes it; a street that has several has none here.
    pub postcode: Option<String>,
    pub confidence: Confidence,
}

/// What can be found. Built once per extract, then asked from many threads.
#[derive(Debug)]
pub struct PlaceIndex {
    columns: Columns,
    words: WordIndex,
    /// Entries below this number are settlements.
    settled: u32,
    /// Boxes of streets' lines, and of house numbers.
    line_tree: BoxTree,
    house_tree: BoxTree,
}

impl PlaceIndex {
    /// Gathers all that has a name or number. An extract may have none; nothing is found then.
    pub fn build(map: &OsmMap) -> Self {
        Self::of(map)
    }

    /// How many streets, settlements, businesses and postcodes, and how many house numbers.
    pub fn size(&self) -> (usize, usize) {
        (self.columns.entries.len(), self.columns.houses.item_count())
    }

    /// The names of all entries, in no order that means anything.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        (0..self.columns.entries.len() as u32).map(|entry| self.name(entry))
    }
}
