//! What is only written: places, waters, points of interest, house numbers.

use super::{LayerName, Look, text};
use crate::roads::osm::{Tags, tag};
use crate::roads::tiles::attributes::Value;

impl Look {
    /// Something with a name of its own that is written at a point: a settlement, a water, a point of
    /// interest. One thing is one of these.
    pub fn of_name(tags: &Tags) -> Option<Self> {
        let name = tag(tags, "name")?;
        of_place(tags, name).or_else(|| of_water(tags, name)).or_else(|| of_poi(tags, name))
    }

    /// A house number, shown at the deepest zoom made.
    pub fn of_housenumber(tags: &Tags) -> Option<Self> {
        let number = tag(tags, "addr:housenumber")?;
        Some(Self::plain(LayerName::Housenumbers, 0, 16, vec![("housenumber", text(number))]))
    }
}

/// Names are written in the order of their rank: clients that draw labels in order place the first ones
/// first.
fn named(layer: LayerName, name: &str, kind: &str, rank: u8, min_zoom: u8) -> Look {
    let attributes =
        vec![("name", text(name)), ("kind", text(kind)), ("rank", Value::Number(i64::from(rank)))];
    Look::plain(layer, rank, min_zoom, attributes)
}

fn of_place(tags: &Tags, name: &str) -> Option<Look> {
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
    let population: i64 = tag(tags, "population").and_then(|count| count.parse().ok()).unwrap_or(0);
    if tag(tags, "capital") == Some("yes") {
        return Some(named(LayerName::Places, name, kind, 1, 8));
    }
    let rank = rank - u8::from(population >= 10_000);
    Some(named(LayerName::Places, name, kind, rank, min_zoom))
}

fn of_water(tags: &Tags, name: &str) -> Option<Look> {
    let (kind, rank, min_zoom) = match (tag(tags, "natural"), tag(tags, "landuse")) {
        (Some("bay"), _) => ("bay", 1, 12),
        (Some("water"), _) | (_, Some("reservoir")) => match tag(tags, "water") {
            // Rivers have their names along their lines.
            Some("river" | "canal" | "stream") => return None,
            _ => ("lake", 2, 15),
        },
        _ => return None,
    };
    Some(named(LayerName::WaterNames, name, kind, rank, min_zoom))
}

/// What people find their way by, and where work is done: not every shop and bench.
fn of_poi(tags: &Tags, name: &str) -> Option<Look> {
    let amenity = || match tag(tags, "amenity")? {
        "hospital" => Some(("hospital", 1, 14)),
        "university" | "college" => Some(("education", 2, 15)),
        "ferry_terminal" | "bus_station" => Some(("station", 2, 15)),
        "school" => Some(("education", 3, 16)),
        "police" | "fire_station" | "townhall" | "courthouse" | "library" | "post_office"
        | "prison" | "community_centre" => Some(("civic", 3, 16)),
        "clinic" | "pharmacy" | "nursing_home" => Some(("health", 4, 16)),
        "fuel" | "charging_station" => Some(("fuel", 4, 16)),
        "theatre" | "cinema" | "arts_centre" => Some(("culture", 4, 16)),
        "place_of_worship" => Some(("worship", 5, 16)),
        "marketplace" => Some(("shop", 5, 16)),
        _ => None,
    };
    let transport = || {
        let is_station = tag(tags, "railway") == Some("station")
            || tag(tags, "public_transport") == Some("station");
        match tag(tags, "aeroway") {
            Some("aerodrome") => Some(("airport", 0, 11)),
            _ if is_station => Some(("station", 1, 14)),
            _ => None,
        }
    };
    let leisure = || match tag(tags, "leisure")? {
        "park" => Some(("park", 3, 15)),
        "stadium" | "sports_centre" => Some(("sport", 3, 16)),
        "golf_course" | "marina" => Some(("sport", 3, 15)),
        _ => None,
    };
    let landuse = || match tag(tags, "landuse")? {
        "industrial" | "commercial" | "retail" => Some(("industry", 2, 15)),
        "cemetery" => Some(("cemetery", 4, 16)),
        _ => None,
    };
    let sight = || match (tag(tags, "tourism"), tag(tags, "historic"), tag(tags, "shop")) {
        (Some("zoo" | "theme_park"), _, _) => Some(("culture", 2, 15)),
        (Some("museum" | "gallery"), _, _) => Some(("culture", 3, 16)),
        (Some("hotel" | "hostel"), _, _) => Some(("lodging", 4, 16)),
        (_, Some("castle" | "fort" | "archaeological_site"), _) => Some(("culture", 3, 16)),
        (_, _, Some("mall" | "department_store")) => Some(("shop", 3, 15)),
        (_, _, Some("supermarket" | "doityourself" | "hardware" | "trade")) => {
            Some(("shop", 4, 16))
        }
        _ => None,
    };
    let (kind, rank, min_zoom) =
        transport().or_else(amenity).or_else(leisure).or_else(sight).or_else(landuse)?;
    Some(named(LayerName::Pois, name, kind, rank, min_zoom))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn what_has_no_name_is_not_written_and_a_bench_not_even_with_one() {
        assert_eq!(Look::of_name(&tags(&[("amenity", "hospital")])), None);
        assert_eq!(Look::of_name(&tags(&[("amenity", "bench"), ("name", "Joe")])), None);
        let hospital = Look::of_name(&tags(&[("amenity", "hospital"), ("name", "Mater Dei")]));
        assert_eq!(hospital.map(|look| (look.layer, look.min_zoom)), Some((LayerName::Pois, 14)));
    }

    #[test]
    fn many_people_and_a_government_raise_a_place() {
        let rank = |more: (&str, &str)| {
            Look::of_name(&tags(&[("place", "town"), ("name", "x"), more])).unwrap().order
        };
        assert_eq!(rank(("population", "500")), 4);
        assert_eq!(rank(("population", "15000")), 3);
        assert_eq!(rank(("capital", "yes")), 1);
    }
}
