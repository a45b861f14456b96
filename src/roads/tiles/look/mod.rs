//! What tags mean on the map: which layer a thing belongs to, with which attributes, from which zoom.
//! The schema is described for readers in `docs/map.md`; this folder is what it describes: `areas`,
//! `lines` and `names`.

mod areas;
mod lines;
mod names;

use super::attributes::{Attributes, Value};
use crate::roads::osm::{Tags, tag};

/// The layers of a tile, in the order they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum LayerName {
    Landuse,
    Green,
    Water,
    Waterway,
    Buildings,
    Boundaries,
    Streets,
    WaterNames,
    Pois,
    Housenumbers,
    Places,
}

/// What the things of a layer are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Point,
    Line,
    Area,
}

impl LayerName {
    const ALL: [Self; 11] = [
        Self::Landuse,
        Self::Green,
        Self::Water,
        Self::Waterway,
        Self::Buildings,
        Self::Boundaries,
        Self::Streets,
        Self::WaterNames,
        Self::Pois,
        Self::Housenumbers,
        Self::Places,
    ];

    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Landuse => "landuse",
            Self::Green => "green",
            Self::Water => "water",
            Self::Waterway => "waterway",
            Self::Buildings => "buildings",
            Self::Boundaries => "boundaries",
            Self::Streets => "streets",
            Self::WaterNames => "water_names",
            Self::Pois => "pois",
            Self::Housenumbers => "housenumbers",
            Self::Places => "places",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Landuse | Self::Green | Self::Water | Self::Buildings => Kind::Area,
            Self::Waterway | Self::Boundaries | Self::Streets => Kind::Line,
            Self::WaterNames | Self::Pois | Self::Housenumbers | Self::Places => Kind::Point,
        }
    }
}

/// How a thing appears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub layer: LayerName,
    /// Things of a higher order are drawn later, so above.
    pub order: u8,
    pub min_zoom: u8,
    /// From zoom 13 on.
    pub full: Attributes,
    /// Below zoom 13, where names of streets do not fit.
    pub plain: Attributes,
}

/// Names, directions and bridges of streets are told from this zoom on.
pub const FULL_FROM_ZOOM: u8 = 13;

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn is_yes(tags: &Tags, key: &str) -> bool {
    tag(tags, key).is_some_and(|value| value != "no")
}

impl Look {
    /// One that is the same at all zooms.
    fn plain(layer: LayerName, order: u8, min_zoom: u8, attributes: Attributes) -> Self {
        Self { layer, order, min_zoom, full: attributes.clone(), plain: attributes }
    }
}
