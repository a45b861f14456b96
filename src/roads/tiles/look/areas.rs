//! Areas: buildings, water, green and used land.

use super::{LayerName, Look, is_yes, text};
use crate::roads::osm::{Tags, tag};
use crate::roads::tiles::attributes::Attributes;

impl Look {
    fn area(layer: LayerName, order: u8, min_zoom: u8, kind: &str) -> Self {
        Self::plain(layer, order, min_zoom, vec![("kind", text(kind))])
    }

    /// The sea, which has no tags of its own.
    pub fn sea() -> Self {
        Self::area(LayerName::Water, 0, 8, "sea")
    }

    /// A closed way or multipolygon: a building, water, green or used land.
    pub fn of_area(tags: &Tags) -> Option<Self> {
        if is_yes(tags, "building") {
            return Some(Self::plain(LayerName::Buildings, 0, 14, Attributes::new()));
        }
        of_water(tags).or_else(|| of_green(tags)).or_else(|| of_landuse(tags))
    }
}

fn of_water(tags: &Tags) -> Option<Look> {
    let kind = if tag(tags, "natural") == Some("water") {
        match tag(tags, "water") {
            Some("river" | "canal" | "stream") => "river",
            _ => "lake",
        }
    } else if matches!(tag(tags, "waterway"), Some("riverbank" | "dock")) {
        "river"
    } else if matches!(tag(tags, "landuse"), Some("reservoir" | "basin")) {
        "lake"
    } else if tag(tags, "leisure") == Some("swimming_pool") {
        return Some(Look::area(LayerName::Water, 1, 15, "pool"));
    } else {
        return None;
    };
    Some(Look::area(LayerName::Water, 1, 8, kind))
}

fn of_green(tags: &Tags) -> Option<Look> {
    let leisure = match tag(tags, "leisure") {
        Some("park" | "recreation_ground" | "common" | "dog_park") => Some(("park", 3, 10)),
        Some("garden") => Some(("garden", 4, 12)),
        Some("golf_course") => Some(("golf_course", 2, 10)),
        Some("pitch" | "track" | "playground") => Some(("pitch", 5, 14)),
        _ => None,
    };
    let landuse = || match tag(tags, "landuse") {
        Some("forest") => Some(("wood", 2, 9)),
        Some("grass" | "meadow" | "village_green") => Some(("grass", 2, 12)),
        Some("recreation_ground") => Some(("park", 3, 10)),
        Some("flowerbed") => Some(("garden", 4, 14)),
        Some("cemetery") => Some(("cemetery", 3, 12)),
        Some("farmland" | "orchard" | "vineyard" | "allotments") => Some(("farmland", 0, 10)),
        _ => None,
    };
    let natural = || match tag(tags, "natural") {
        Some("wood") => Some(("wood", 2, 9)),
        Some("scrub" | "heath") => Some(("scrub", 1, 11)),
        Some("grassland") => Some(("grass", 1, 11)),
        Some("beach" | "sand" | "shingle") => Some(("sand", 4, 12)),
        Some("wetland") => Some(("wetland", 3, 11)),
        _ => None,
    };
    let (kind, order, min_zoom) = leisure.or_else(landuse).or_else(natural)?;
    Some(Look::area(LayerName::Green, order, min_zoom, kind))
}

fn of_landuse(tags: &Tags) -> Option<Look> {
    let landuse = match tag(tags, "landuse") {
        Some("residential") => Some(("residential", 0, 9)),
        Some("industrial" | "port" | "depot") => Some(("industrial", 1, 10)),
        Some("commercial" | "retail") => Some(("commercial", 1, 11)),
        Some("military") => Some(("military", 1, 11)),
        Some("quarry") => Some(("quarry", 1, 11)),
        Some("railway") => Some(("railway", 1, 12)),
        _ => None,
    };
    let amenity = || match tag(tags, "amenity") {
        Some("school" | "university" | "college" | "kindergarten") => Some(("school", 2, 13)),
        Some("hospital" | "clinic") => Some(("hospital", 2, 13)),
        Some("parking") => Some(("parking", 3, 14)),
        _ => None,
    };
    let ground = || match (tag(tags, "aeroway"), tag(tags, "man_made")) {
        (Some("aerodrome"), _) => Some(("aerodrome", 1, 10)),
        (Some("runway" | "taxiway" | "apron"), _) => Some(("runway", 4, 11)),
        (_, Some("pier" | "breakwater" | "groyne")) => Some(("pier", 5, 12)),
        _ if is_yes(tags, "highway") && tag(tags, "area") == Some("yes") => Some(("plaza", 4, 14)),
        _ => None,
    };
    let (kind, order, min_zoom) = landuse.or_else(amenity).or_else(ground)?;
    Some(Look::area(LayerName::Landuse, order, min_zoom, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn a_square_is_an_area_and_not_a_street() {
        let square = tags(&[("highway", "pedestrian"), ("area", "yes")]);
        assert_eq!(Look::of_line(&square), None);
        assert_eq!(Look::of_area(&square).unwrap().layer, LayerName::Landuse);
    }

    #[test]
    fn what_is_no_building_is_not_drawn_as_one() {
        assert_eq!(Look::of_area(&tags(&[("building", "no")])), None);
    }
}
