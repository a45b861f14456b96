//! A place as it is shown to people.

use super::columns::{Entry, NONE, some};
use super::search::Found;
use super::{Confidence, Place, PlaceIndex, PlaceKind, houses};
use crate::roads::plane::Spot;

impl PlaceIndex {
    /// An answer to a query.
    pub(super) fn shown(&self, found: &Found) -> Place {
        let mut place = self.place(found.entry, some(found.house));
        if let Some(number) = some(found.missing) {
            let houses = self.columns.houses.of(found.entry as usize);
            if let Some(spot) = houses::between(houses, &self.columns.number_keys, number) {
                place = self.house_at(found.entry, &number.to_string(), spot, NONE);
            }
        }
        place.confidence = found.confidence;
        place
    }

    /// An entry, or a house of it.
    pub(super) fn place(&self, number: u32, house: Option<u32>) -> Place {
        let entry = &self.columns.entries[number as usize];
        if let Some(house) = house {
            let house = &self.columns.houses.items()[house as usize];
            let text = self.text(house.text);
            return self.house_at(number, text, house.spot, house.postcode);
        }
        let kind = entry.kind();
        let name = self.text(entry.name);
        let (street, housenumber) = match kind {
            PlaceKind::Street | PlaceKind::Address => (Some(name), None),
            PlaceKind::Locality | PlaceKind::Postcode => (None, None),
            PlaceKind::Poi => (
                some(entry.street).map(|street| self.name(street)),
                some(entry.housenumber).map(|number| self.text(number)),
            ),
        };
        let locality = some(entry.settlement).map(|settlement| self.name(settlement));
        let behind = if kind == PlaceKind::Postcode { " " } else { ", " };
        Place {
            label: label(name, behind, locality),
            kind,
            at: entry.spot.point(),
            street: street.map(str::to_owned),
            housenumber: housenumber.map(str::to_owned),
            locality: locality.map(str::to_owned),
            postcode: self.code(entry.postcode),
            confidence: Confidence::Exact,
        }
    }

    fn house_at(&self, street: u32, number: &str, spot: Spot, postcode: u32) -> Place {
        let entry: &Entry = &self.columns.entries[street as usize];
        let name = self.text(entry.name);
        let locality = some(entry.settlement).map(|settlement| self.name(settlement));
        Place {
            label: label(&format!("{name} {number}"), ", ", locality),
            kind: PlaceKind::Address,
            at: spot.point(),
            street: Some(name.to_owned()),
            housenumber: Some(number.to_owned()),
            locality: locality.map(str::to_owned),
            postcode: self.code(postcode),
            confidence: Confidence::Exact,
        }
    }

    pub(super) fn name(&self, entry: u32) -> &str {
        self.text(self.columns.entries[entry as usize].name)
    }

    fn text(&self, text: u32) -> &str {
        self.columns.texts.of(text as usize)
    }

    fn code(&self, code: u32) -> Option<String> {
        some(code).map(|code| self.columns.postcode_names.of(code as usize).to_owned())
    }
}

/// One line: "Triq il-Kbira 12, Mosta".
fn label(name: &str, behind: &str, locality: Option<&str>) -> String {
    match locality.filter(|&locality| locality != name) {
        Some(locality) => format!("{name}{behind}{locality}"),
        None => name.to_owned(),
    }
}
