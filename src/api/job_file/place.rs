//! The place of a row: what was found for its address, and how sure it is that it is the one meant.

use crate::roads::places::{Confidence, Place, PlaceIndex, PlaceKind};
use crate::units::Point;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the place of a row is the one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sureness {
    /// A house or business to which everything fits, coordinates on the map, or a place in the books.
    Sure,
    /// Something was found; people should compare it with what was written.
    Unsure,
    NotFound,
}

/// A place found for a row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlaceFound {
    /// As the map, or the books, have it.
    pub label: String,
    pub lat: f64,
    pub lon: f64,
    /// Why it may be another: `street_only`, `number_estimated`, `similar_name`, `area_only`, `in_part`,
    /// `several_places`, `outside_map`; absent where it is sure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<&'static str>,
    /// Another place that fits as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rival: Option<String>,
}

impl PlaceFound {
    /// As it is, from coordinates or the books.
    pub fn sure(label: String, at: Point) -> Self {
        Self { label, lat: at.lat, lon: at.lon, doubt: None, rival: None }
    }

    /// The map's answer to an address.
    pub fn search(places: &PlaceIndex, address: &str, near: Option<Point>) -> Option<Self> {
        let place = places.find_address(address, near)?;
        let doubt = doubt(&place);
        let rival = if doubt.is_none() { places.find_rival(address, near) } else { None };
        let doubt = doubt.or(rival.is_some().then_some("several_places"));
        let rival = rival.map(|rival| rival.label);
        Some(Self { doubt, rival, ..Self::sure(place.label, place.at) })
    }

    pub fn point(&self) -> Point {
        Point { lat: self.lat, lon: self.lon }
    }

    pub fn sureness(&self) -> Sureness {
        if self.doubt.is_some() { Sureness::Unsure } else { Sureness::Sure }
    }

    /// What to look at; nothing where it is sure.
    pub fn doubt_sentence(&self) -> Option<String> {
        let label = &self.label;
        Some(match self.doubt? {
            "street_only" => {
                format!("only the street was found, not the house: {label}; compare, or correct it")
            }
            "number_estimated" => format!(
                "the house lies about here, or a part of the address is not in the map: {label}"
            ),
            "similar_name" => format!("a similar name was found: {label}; compare, or correct it"),
            "area_only" => {
                format!("only the area was found: {label}; add the street, or coordinates")
            }
            "several_places" => {
                let rival = self.rival.as_deref().unwrap_or_default();
                format!("several places fit: {label}, and {rival}; add the town or the postcode")
            }
            "outside_map" => {
                "these coordinates lie outside of the map; check that they are not the wrong way round"
                    .to_owned()
            }
            _ => format!("only a part of the address fits: {label}; compare, or correct it"),
        })
    }
}

/// Work is done at a door: a street or a town is less than that, even where nothing more was written.
fn doubt(place: &Place) -> Option<&'static str> {
    match (place.confidence, place.kind) {
        (Confidence::Exact, PlaceKind::Address | PlaceKind::Poi) => None,
        (_, PlaceKind::Locality | PlaceKind::Postcode) => Some("area_only"),
        (Confidence::Fuzzy, _) => Some("similar_name"),
        (_, PlaceKind::Street) => Some("street_only"),
        (Confidence::Near, PlaceKind::Address) => Some("number_estimated"),
        (Confidence::Near, PlaceKind::Poi) => Some("in_part"),
    }
}
