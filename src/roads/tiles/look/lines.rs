//! Lines: streets and what is drawn among them, waterways, borders.

use super::{LayerName, Look, is_yes, text};
use crate::roads::osm::{Tags, tag};
use crate::roads::tiles::attributes::Value;

impl Look {
    /// A street, rail, ferry, waterway or border. The second value is true if the line is to be turned
    /// around, so that one-way streets run with their traffic.
    pub fn of_line(tags: &Tags) -> Option<(Self, bool)> {
        of_street(tags).or_else(|| {
            let line = of_waterway(tags).or_else(|| of_boundary(tags))?;
            Some((line, false))
        })
    }
}

fn of_waterway(tags: &Tags) -> Option<Look> {
    let kind = tag(tags, "waterway")?;
    let min_zoom = match kind {
        "river" => 9,
        "canal" => 11,
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
    Some(Look { layer: LayerName::Waterway, order: 0, min_zoom, full, plain })
}

/// Borders of countries and of what is just below them, on land.
fn of_boundary(tags: &Tags) -> Option<Look> {
    let is_on_land =
        !is_yes(tags, "maritime") && tag(tags, "natural").is_none_or(|kind| kind != "coastline");
    if tag(tags, "boundary") != Some("administrative") || !is_on_land {
        return None;
    }
    let level: i64 = tag(tags, "admin_level")?.parse().ok()?;
    let (order, min_zoom) = match level {
        2 => (1, 8),
        3 | 4 => (0, 8),
        _ => return None,
    };
    let attributes = vec![("level", Value::Number(level))];
    Some(Look::plain(LayerName::Boundaries, order, min_zoom, attributes))
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
    let number = tag(tags, "ref").map(|number| ("ref", text(first_number(number))));
    let mut full = plain.clone();
    // Ferry lines have long names that say nothing on a map of streets.
    if class != "ferry" {
        full.extend(tag(tags, "name").map(|name| ("name", text(name))));
        full.extend(number.clone());
    }
    if matches!(class, "motorway" | "trunk" | "primary") && !ramp {
        plain.extend(number);
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

/// A road that is several is known by the first of its numbers: "A 3;E 1" is A 3.
fn first_number(number: &str) -> &str {
    number.split(';').next().unwrap_or_default().trim()
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
    fn a_large_road_has_its_first_number_far_out_too_and_a_street_only_near() {
        let road = |class: &str| {
            let (look, _) =
                Look::of_line(&tags(&[("highway", class), ("ref", "A 3;E 1")])).unwrap();
            let has = |set: &[(&str, Value)]| set.contains(&("ref", text("A 3")));
            (has(&look.plain), has(&look.full))
        };
        assert_eq!(road("motorway"), (true, true));
        assert_eq!(road("secondary"), (false, true));
        assert_eq!(road("motorway_link"), (false, true));
    }

    #[test]
    fn the_border_of_a_country_is_drawn_on_land_and_that_of_a_town_is_not() {
        let border = |level: &str, more: (&str, &str)| {
            let border = tags(&[("boundary", "administrative"), ("admin_level", level), more]);
            Look::of_line(&border).map(|(look, _)| look.layer)
        };
        assert_eq!(border("2", ("name", "x")), Some(LayerName::Boundaries));
        assert_eq!(border("2", ("maritime", "yes")), None);
        assert_eq!(border("8", ("name", "x")), None);
        // A street or stream along the border is one first.
        assert_eq!(border("2", ("highway", "track")), Some(LayerName::Streets));
        assert_eq!(border("2", ("waterway", "river")), Some(LayerName::Waterway));
    }
}
