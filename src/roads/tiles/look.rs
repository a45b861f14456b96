//! What tags mean on the map: which layer a thing belongs to, with which attributes, from which zoom.
//! The schema is described for readers in `docs/map.md`; this file is what it describes.

use super::mvt::{Attributes, Value};
use crate::roads::osm::{Tags, tag};

/// The layers of a tile, in the order they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LayerName {
    Landuse,
    Green,
    Water,
    Waterway,
    Buildings,
    Streets,
    Housenumbers,
    Places,
}

impl LayerName {
    pub fn text(self) -> &'static str {
        match self {
            Self::Landuse => "landuse",
            Self::Green => "green",
            Self::Water => "water",
            Self::Waterway => "waterway",
            Self::Buildings => "buildings",
            Self::Streets => "streets",
            Self::Housenumbers => "housenumbers",
            Self::Places => "places",
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
    /// Below zoom 13, where names do not fit and lines are joined.
    pub plain: Attributes,
}

/// Names, directions and bridges are told from this zoom on.
pub const FULL_FROM_ZOOM: u8 = 13;

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn is_yes(tags: &Tags, key: &str) -> bool {
    tag(tags, key).is_some_and(|value| value != "no")
}

impl Look {
    fn area(layer: LayerName, order: u8, min_zoom: u8, kind: &str) -> Self {
        let attributes = vec![("kind", text(kind))];
        Self { layer, order, min_zoom, full: attributes.clone(), plain: attributes }
    }

    /// The sea, which has no tags of its own.
    pub fn sea() -> Self {
        Self::area(LayerName::Water, 0, 8, "sea")
    }

    /// A closed way or multipolygon: a building, water, green or used land.
    pub fn of_area(tags: &Tags) -> Option<Self> {
        if is_yes(tags, "building") {
            let (full, plain) = (Attributes::new(), Attributes::new());
            return Some(Self { layer: LayerName::Buildings, order: 0, min_zoom: 14, full, plain });
        }
        of_water(tags).or_else(|| of_green(tags)).or_else(|| of_landuse(tags))
    }

    /// A street, rail, ferry or waterway. The second value is true if the line is to be turned around,
    /// so that one-way streets run with their traffic.
    pub fn of_line(tags: &Tags) -> Option<(Self, bool)> {
        if let Some(kind) = tag(tags, "waterway") {
            let min_zoom = match kind {
                "river" | "canal" => 9,
                "stream" => 13,
                "ditch" | "drain" => 14,
                _ => return None,
            };
            if is_yes(tags, "tunnel") {
                return None;
            }
            let plain = vec![("kind", text(kind))];
            let mut full = plain.clone();
            full.extend(tag(tags, "name").map(|name| ("name", text(name))));
            let layer = LayerName::Waterway;
            return Some((Self { layer, order: 0, min_zoom, full, plain }, false));
        }
        of_street(tags)
    }

    /// A node with a name on the map: a settlement or island.
    pub fn of_place(tags: &Tags) -> Option<Self> {
        let name = tag(tags, "name")?;
        let (kind, min_zoom, rank) = match tag(tags, "place")? {
            "city" => ("city", 8, 2),
            "town" => ("town", 8, 4),
            "village" => ("village", 10, 6),
            "island" => ("island", 9, 5),
            "suburb" => ("suburb", 11, 7),
            "hamlet" => ("hamlet", 12, 8),
            "quarter" => ("quarter", 13, 9),
            "neighbourhood" => ("neighbourhood", 13, 10),
            "islet" => ("islet", 13, 11),
            "locality" | "isolated_dwelling" | "farm" | "square" => ("locality", 14, 12),
            _ => return None,
        };
        let population: i64 =
            tag(tags, "population").and_then(|count| count.parse().ok()).unwrap_or(0);
        let capital = tag(tags, "capital") == Some("yes");
        let rank = if capital { 1 } else { rank - i64::from(population >= 10_000) };
        let attributes =
            vec![("name", text(name)), ("kind", text(kind)), ("rank", Value::Number(rank))];
        Some(Self {
            layer: LayerName::Places,
            // Later means less important: clients that draw labels in order place the first ones first.
            order: rank as u8,
            min_zoom: if capital { 8 } else { min_zoom },
            full: attributes.clone(),
            plain: attributes,
        })
    }

    /// A house number, shown at the deepest zoom made.
    pub fn of_housenumber(tags: &Tags) -> Option<Self> {
        let number = tag(tags, "addr:housenumber")?;
        let attributes = vec![("housenumber", text(number))];
        Some(Self {
            layer: LayerName::Housenumbers,
            order: 0,
            min_zoom: 16,
            full: attributes.clone(),
            plain: attributes,
        })
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

/// Class, order within the layer, first zoom.
fn street_class(tags: &Tags) -> Option<(&'static str, u8, u8)> {
    if let Some(highway) = tag(tags, "highway") {
        return Some(match highway {
            "motorway" | "motorway_link" => ("motorway", 12, 8),
            "trunk" | "trunk_link" => ("trunk", 11, 8),
            "primary" | "primary_link" => ("primary", 10, 8),
            "secondary" | "secondary_link" => ("secondary", 9, 9),
            "tertiary" | "tertiary_link" => ("tertiary", 8, 11),
            "residential" | "unclassified" | "road" => ("minor", 7, 12),
            "living_street" => ("living_street", 6, 13),
            "pedestrian" => ("pedestrian", 5, 13),
            "service" if tag(tags, "service").is_some() => ("service", 4, 15),
            "service" => ("service", 4, 14),
            "track" => ("track", 3, 14),
            "footway" | "path" | "cycleway" | "steps" | "bridleway" => ("path", 2, 14),
            _ => return None,
        });
    }
    if tag(tags, "route") == Some("ferry") {
        return Some(("ferry", 0, 9));
    }
    match (tag(tags, "railway"), tag(tags, "aeroway"), tag(tags, "man_made")) {
        (Some("rail" | "light_rail" | "narrow_gauge"), _, _) if tag(tags, "service").is_none() => {
            Some(("rail", 13, 10))
        }
        (Some("rail"), _, _) => Some(("rail", 13, 14)),
        (Some("tram" | "funicular"), _, _) => Some(("rail", 13, 13)),
        (_, Some("runway"), _) => Some(("runway", 1, 11)),
        (_, Some("taxiway"), _) => Some(("runway", 1, 13)),
        (_, _, Some("pier" | "breakwater")) => Some(("pier", 1, 13)),
        _ => None,
    }
}

fn of_street(tags: &Tags) -> Option<(Look, bool)> {
    let (class, order, class_zoom) = street_class(tags)?;
    if tag(tags, "area") == Some("yes") {
        return None;
    }
    let highway = tag(tags, "highway").unwrap_or_default();
    let ramp = highway.ends_with("_link");
    let min_zoom = if ramp { class_zoom.max(11) } else { class_zoom };
    let mut plain = vec![("class", text(class))];
    if ramp {
        plain.push(("ramp", Value::Yes));
    }
    let mut full = plain.clone();
    // Ferry lines have long names that say nothing on a map of streets.
    if class != "ferry" {
        full.extend(tag(tags, "name").map(|name| ("name", text(name))));
        full.extend(tag(tags, "ref").map(|reference| ("ref", text(reference))));
    }
    let (oneway, turned) = if order >= 3 { direction(tags, highway) } else { (false, false) };
    let bridge = is_yes(tags, "bridge");
    let tunnel = !bridge && is_yes(tags, "tunnel");
    for (name, holds) in [("oneway", oneway), ("bridge", bridge), ("tunnel", tunnel)] {
        if holds {
            full.push((name, Value::Yes));
        }
    }
    let level = if bridge {
        40
    } else if tunnel {
        0
    } else {
        20
    };
    Some((Look { layer: LayerName::Streets, order: level + order, min_zoom, full, plain }, turned))
}

/// Whether traffic goes one way only, and whether against the direction the way is drawn in.
fn direction(tags: &Tags, highway: &str) -> (bool, bool) {
    match tag(tags, "oneway") {
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (true, true),
        Some(_) => (false, false),
        None => {
            let round = matches!(tag(tags, "junction"), Some("roundabout" | "circular"));
            (round || highway == "motorway", false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn a_one_way_street_drawn_against_its_traffic_is_turned() {
        let street = tags(&[("highway", "residential"), ("oneway", "-1"), ("name", "Triq")]);
        let (look, turned) = Look::of_line(&street).unwrap();
        assert!(turned && look.full.contains(&("oneway", Value::Yes)));
        assert_eq!(look.plain, [("class", text("minor"))]);
    }

    #[test]
    fn bridges_are_drawn_above_and_tunnels_below_everything_on_the_ground() {
        let order = |pairs: &[(&str, &str)]| Look::of_line(&tags(pairs)).unwrap().0.order;
        let motorway = order(&[("highway", "motorway")]);
        assert!(order(&[("highway", "footway"), ("bridge", "yes")]) > motorway);
        assert!(
            order(&[("highway", "motorway"), ("tunnel", "yes")]) < order(&[("highway", "path")])
        );
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
