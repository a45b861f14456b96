//! What a car or van may drive on, which way, and how fast: the meaning of OpenStreetMap's tags for
//! vehicles like ours. Everything countable is in `table`; this file is the order in which tags are asked.
//!
//! Speeds are what is driven on average, not what is posted: most streets carry no `maxspeed`, so the
//! class decides. Class, surface and posted speed follow the car profile of OSRM (the table that most
//! routers are compared with). Turn costs and time of day come elsewhere.
//!
//! A street that is private or for destinations only is kept, because the customer may live there, but
//! driven slowly, so that it is rarely worth a detour.

pub mod maxspeed;
mod table;

use crate::roads::osm::{Tags, tag};
use maxspeed::parse_maxspeed;
use serde::{Deserialize, Serialize};

/// How important a street is, from the class of its `highway` tag; slip roads count as their street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreetClass {
    Motorway,
    Trunk,
    Primary,
    Secondary,
    Tertiary,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
    Track,
    Pedestrian,
    Ferry,
}

/// How a drivable way is driven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Street {
    pub class: StreetClass,
    /// Average speed along the order of the way's nodes; `None` where that is forbidden.
    pub forward_kmh: Option<f32>,
    /// The same against the order of the nodes.
    pub backward_kmh: Option<f32>,
    /// Of the whole way, for a ferry that names it; it stands before the speed.
    pub crossing_s: Option<u32>,
    /// Private, customers, destination: to be entered only by who has business there.
    pub is_restricted: bool,
    pub is_roundabout: bool,
    /// Whether a `maxspeed` decided the speed.
    pub is_posted: bool,
}

/// Why a way with a `highway` or ferry tag is not driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotDriven {
    /// Footways, steps, paths, tracks without permission, streets being built.
    NotForCars,
    /// Access says no.
    Forbidden,
    /// A square or a parking lot, mapped as an area.
    Area,
    /// Too rough for any car.
    Impassable,
    /// Its direction changes with the time of day.
    Reversible,
    /// A ferry that does not say that it takes vehicles.
    FootFerry,
}

/// What the tags of a way mean for us.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    Driven(Street),
    NotDriven(NotDriven),
    /// Neither a street nor a ferry.
    SomethingElse,
}

/// What a node on a street does to who passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Free,
    /// A barrier that is opened first, tenths of a second.
    Delayed(u32),
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Open,
    Restricted,
    Closed,
}

/// Judges a way by its tags.
pub fn judge_way(tags: &Tags) -> Verdict {
    if let Some(highway) = tag(tags, "highway") {
        return judge_street(highway, tags);
    }
    if tag(tags, "route") == Some("ferry") {
        return judge_ferry(tags);
    }
    Verdict::SomethingElse
}

fn judge_street(highway: &str, tags: &Tags) -> Verdict {
    let Some(row) = table::street(highway) else {
        return Verdict::NotDriven(NotDriven::NotForCars);
    };
    if tag(tags, "area") == Some("yes") {
        return Verdict::NotDriven(NotDriven::Area);
    }
    let access = match (access(tags), row.needs_permission) {
        (None, true) => return Verdict::NotDriven(NotDriven::NotForCars),
        (Some(Access::Closed), _) => return Verdict::NotDriven(NotDriven::Forbidden),
        (found, _) => found.unwrap_or(Access::Open),
    };
    let service = tag(tags, "service");
    if service == Some("emergency_access") && access == Access::Open {
        return Verdict::NotDriven(NotDriven::Forbidden);
    }
    let Some((goes_forward, goes_backward)) = directions(row.class, highway, tags) else {
        return Verdict::NotDriven(NotDriven::Reversible);
    };

    let mut cap_kmh = table::surface_cap_kmh(tags);
    if cap_kmh <= 0.0 {
        return Verdict::NotDriven(NotDriven::Impassable);
    }
    if access == Access::Restricted {
        cap_kmh = cap_kmh.min(table::RESTRICTED_KMH);
    }
    if row.class == StreetClass::Service && service.is_some() {
        cap_kmh = cap_kmh.min(table::SERVICE_DETAIL_KMH);
    }
    let posted = |key: &str| {
        tag(tags, key).and_then(parse_maxspeed).map(|kmh| kmh * table::DRIVEN_PART_OF_POSTED)
    };
    let both_ways = ["maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed"]
        .into_iter()
        .find_map(posted);
    let forward = posted("maxspeed:forward").or(both_ways);
    let backward = posted("maxspeed:backward").or(both_ways);
    let driven = |posted: Option<f32>| posted.unwrap_or(row.kmh).min(cap_kmh);
    Verdict::Driven(Street {
        class: row.class,
        forward_kmh: goes_forward.then(|| driven(forward)),
        backward_kmh: goes_backward.then(|| driven(backward)),
        crossing_s: None,
        is_restricted: access == Access::Restricted,
        is_roundabout: is_roundabout(tags),
        is_posted: forward.or(backward).is_some(),
    })
}

/// A ferry must say that it takes vehicles: most that say nothing carry people only.
fn judge_ferry(tags: &Tags) -> Verdict {
    match access(tags) {
        Some(Access::Open | Access::Restricted) if names_vehicles(tags) => {}
        _ => return Verdict::NotDriven(NotDriven::FootFerry),
    }
    let Some((goes_forward, goes_backward)) = directions(StreetClass::Ferry, "ferry", tags) else {
        return Verdict::NotDriven(NotDriven::Reversible);
    };
    Verdict::Driven(Street {
        class: StreetClass::Ferry,
        forward_kmh: goes_forward.then_some(table::FERRY_KMH),
        backward_kmh: goes_backward.then_some(table::FERRY_KMH),
        crossing_s: tag(tags, "duration").and_then(parse_duration_s),
        is_restricted: false,
        is_roundabout: false,
        is_posted: false,
    })
}

/// The most specific access tag decides; `None` when there is none that we understand.
fn access(tags: &Tags) -> Option<Access> {
    table::ACCESS_KEYS.iter().find_map(|key| parse_access(tag(tags, key)?))
}

fn names_vehicles(tags: &Tags) -> bool {
    tags.iter().any(|(key, _)| table::VEHICLE_KEYS.contains(&&**key))
}

/// Of several values (`private;yes`) the most open one counts.
fn parse_access(values: &str) -> Option<Access> {
    let has = |list: &[&str]| values.split(';').any(|value| list.contains(&value.trim()));
    if has(table::ACCESS_OPEN) {
        Some(Access::Open)
    } else if has(table::ACCESS_RESTRICTED) {
        Some(Access::Restricted)
    } else if has(table::ACCESS_CLOSED) {
        Some(Access::Closed)
    } else {
        None
    }
}

fn is_roundabout(tags: &Tags) -> bool {
    matches!(tag(tags, "junction"), Some("roundabout" | "circular"))
}

/// Whether the way is driven along and against its nodes; `None` if that changes with the time.
fn directions(class: StreetClass, highway: &str, tags: &Tags) -> Option<(bool, bool)> {
    let oneway = ["oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"]
        .into_iter()
        .find_map(|key| tag(tags, key));
    match oneway {
        Some("yes" | "true" | "1") => Some((true, false)),
        Some("-1" | "reverse") => Some((false, true)),
        Some("reversible") => None,
        Some("no" | "false" | "0" | "alternating") => Some((true, true)),
        _ => {
            // Slip roads of motorways say it themselves; OpenStreetMap does not imply it.
            let implied =
                is_roundabout(tags) || (class == StreetClass::Motorway && highway == "motorway");
            Some((true, !implied))
        }
    }
}

/// Judges a node that lies on a street by its tags.
pub fn judge_node(tags: &Tags) -> Passage {
    let Some(barrier) = tag(tags, "barrier") else { return Passage::Free };
    match access(tags) {
        Some(Access::Closed) => Passage::Closed,
        Some(Access::Restricted) => Passage::Delayed(table::LOCKED_GATE_DS),
        None if barrier == "bollard" && tag(tags, "bollard") == Some("rising") => {
            Passage::Delayed(table::LOCKED_GATE_DS)
        }
        None if barrier == "toll_booth" => Passage::Delayed(table::TOLL_BOOTH_DS),
        None if table::BARRIERS_CLOSED.contains(&barrier) => Passage::Closed,
        Some(Access::Open) | None => Passage::Free,
    }
}

/// `H:MM`, `H:MM:SS`, whole minutes, or ISO 8601 (`PT1H45M`); seconds, `None` for anything else.
pub fn parse_duration_s(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix("PT") {
        return parse_iso_duration_s(iso);
    }
    let parts: Vec<u32> =
        text.split(':').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
    let seconds = |hours: u32, minutes: u32, seconds: u32| {
        hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)
    };
    match parts[..] {
        [minutes] => seconds(0, minutes, 0),
        [hours, minutes] => seconds(hours, minutes, 0),
        [hours, minutes, rest] => seconds(hours, minutes, rest),
        _ => None,
    }
    .filter(|found| *found > 0)
}

fn parse_iso_duration_s(iso: &str) -> Option<u32> {
    let mut total = 0_u32;
    let mut digits = String::new();
    for letter in iso.chars() {
        let unit_s = match letter {
            '0'..='9' => {
                digits.push(letter);
                continue;
            }
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u32>().ok()?.checked_mul(unit_s)?)?;
        digits.clear();
    }
    (digits.is_empty() && total > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    fn street(pairs: &[(&str, &str)]) -> Street {
        match judge_way(&tags(pairs)) {
            Verdict::Driven(street) => street,
            other => panic!("{pairs:?} is {other:?}"),
        }
    }

    fn refusal(pairs: &[(&str, &str)]) -> NotDriven {
        match judge_way(&tags(pairs)) {
            Verdict::NotDriven(reason) => reason,
            other => panic!("{pairs:?} is {other:?}"),
        }
    }

    #[test]
    fn a_street_without_maxspeed_is_driven_at_the_speed_of_its_class() {
        let residential = street(&[("highway", "residential")]);
        assert_eq!(residential.forward_kmh, Some(25.0));
        assert_eq!(residential.backward_kmh, Some(25.0));
        assert!(!residential.is_posted);
        assert_eq!(street(&[("highway", "primary_link")]).class, StreetClass::Primary);
    }

    #[test]
    fn a_posted_speed_is_driven_at_four_fifths_and_may_differ_by_direction() {
        let posted = street(&[("highway", "primary"), ("maxspeed", "50")]);
        assert_eq!(posted.forward_kmh, Some(40.0));
        let uphill =
            street(&[("highway", "primary"), ("maxspeed", "50"), ("maxspeed:backward", "30")]);
        assert_eq!((uphill.forward_kmh, uphill.backward_kmh), (Some(40.0), Some(24.0)));
        let implied = street(&[("highway", "primary"), ("maxspeed:type", "MT:urban")]);
        assert_eq!(implied.forward_kmh, Some(40.0));
    }

    #[test]
    fn a_rough_surface_slows_and_an_impassable_one_closes() {
        let cobbled = street(&[("highway", "secondary"), ("surface", "cobblestone")]);
        assert_eq!(cobbled.forward_kmh, Some(30.0));
        let rough = [("highway", "secondary"), ("smoothness", "impassable")];
        assert_eq!(refusal(&rough), NotDriven::Impassable);
    }

    #[test]
    fn one_way_streets_are_driven_one_way() {
        let both = |pairs: &[(&str, &str)]| {
            let found = street(pairs);
            (found.forward_kmh.is_some(), found.backward_kmh.is_some())
        };
        let residential = ("highway", "residential");
        assert_eq!(both(&[residential, ("oneway", "yes")]), (true, false));
        assert_eq!(both(&[residential, ("oneway", "-1")]), (false, true));
        assert_eq!(both(&[residential, ("oneway", "no")]), (true, true));
        assert_eq!(both(&[residential, ("junction", "roundabout")]), (true, false));
        assert_eq!(both(&[("highway", "motorway")]), (true, false));
        assert_eq!(both(&[("highway", "motorway"), ("oneway", "no")]), (true, true));
        assert_eq!(both(&[("highway", "motorway_link")]), (true, true));
        let bicycle_street = [residential, ("oneway", "yes"), ("oneway:motor_vehicle", "no")];
        assert_eq!(both(&bicycle_street), (true, true));
        assert_eq!(refusal(&[residential, ("oneway", "reversible")]), NotDriven::Reversible);
    }

    #[test]
    fn the_most_specific_access_tag_decides() {
        let residential = ("highway", "residential");
        assert_eq!(refusal(&[residential, ("access", "no")]), NotDriven::Forbidden);
        street(&[residential, ("access", "no"), ("motor_vehicle", "yes")]);
        assert_eq!(
            refusal(&[residential, ("access", "yes"), ("motorcar", "no")]),
            NotDriven::Forbidden
        );
        let private = street(&[residential, ("access", "private")]);
        assert!(private.is_restricted);
        assert_eq!(private.forward_kmh, Some(10.0));
        assert!(!street(&[residential, ("access", "private;yes")]).is_restricted);
        assert!(street(&[residential, ("motor_vehicle", "destination")]).is_restricted);
    }

    #[test]
    fn tracks_and_pedestrian_streets_need_permission() {
        assert_eq!(refusal(&[("highway", "track")]), NotDriven::NotForCars);
        street(&[("highway", "track"), ("motor_vehicle", "yes")]);
        assert_eq!(refusal(&[("highway", "pedestrian")]), NotDriven::NotForCars);
        street(&[("highway", "pedestrian"), ("motor_vehicle", "delivery")]);
        assert_eq!(refusal(&[("highway", "steps")]), NotDriven::NotForCars);
        assert_eq!(refusal(&[("highway", "service"), ("area", "yes")]), NotDriven::Area);
    }

    #[test]
    fn a_ferry_must_say_that_it_takes_vehicles() {
        let gozo = street(&[("route", "ferry"), ("motor_vehicle", "yes"), ("duration", "0:25")]);
        assert_eq!((gozo.class, gozo.crossing_s), (StreetClass::Ferry, Some(1500)));
        assert_eq!(refusal(&[("route", "ferry")]), NotDriven::FootFerry);
        assert_eq!(refusal(&[("route", "ferry"), ("access", "yes")]), NotDriven::FootFerry);
        assert_eq!(refusal(&[("route", "ferry"), ("motor_vehicle", "no")]), NotDriven::FootFerry);
    }

    #[test]
    fn durations_come_in_several_forms() {
        assert_eq!(parse_duration_s("1:45"), Some(6300));
        assert_eq!(parse_duration_s("00:15:30"), Some(930));
        assert_eq!(parse_duration_s("45"), Some(2700));
        assert_eq!(parse_duration_s("PT1H5M"), Some(3900));
        for wrong in ["", "soon", "PT", "PT5", "0:00", "-3", "99999999999:00", "4294967295:00"] {
            assert_eq!(parse_duration_s(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn barriers_close_a_street_unless_their_access_opens_it() {
        assert_eq!(judge_node(&tags(&[("highway", "crossing")])), Passage::Free);
        assert_eq!(judge_node(&tags(&[("barrier", "bollard")])), Passage::Closed);
        assert_eq!(
            judge_node(&tags(&[("barrier", "bollard"), ("motor_vehicle", "yes")])),
            Passage::Free
        );
        assert_eq!(judge_node(&tags(&[("barrier", "gate")])), Passage::Free);
        assert_eq!(judge_node(&tags(&[("barrier", "gate"), ("access", "no")])), Passage::Closed);
        assert!(matches!(
            judge_node(&tags(&[("barrier", "gate"), ("access", "private")])),
            Passage::Delayed(_)
        ));
    }

    #[test]
    fn what_is_neither_street_nor_ferry_is_something_else() {
        assert_eq!(judge_way(&tags(&[("building", "yes")])), Verdict::SomethingElse);
    }
}
