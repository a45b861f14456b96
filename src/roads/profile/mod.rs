//! What a kind of vehicle may drive on, which way, and how fast: the meaning of OpenStreetMap's tags. All
//! that can be counted is data (`rules`, read from the TOML files beside it); this file is the order in
//! which tags are asked. `maxspeed` and `limits` read what is on signs.
//!
//! Speeds are what is driven on average, not what is posted. A street that is private or for
//! destinations only is kept, because the customer may live there, but driven slowly, so that it is rarely
//! worth a detour.

mod limits;
pub mod maxspeed;
mod rules;

pub use limits::{parse_metres, parse_tonnes};
pub use rules::{BUILT_IN_NAMES, Profile, ProfileError, StreetClass, TurnRules, Vehicle};
pub(in crate::roads) use rules::{BandRules, RestrictionRules};

use crate::roads::osm::{Tags, tag};
use maxspeed::parse_maxspeed;
use serde::{Deserialize, Serialize};

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
    /// Of a kind that the profile does not name (steps for a car), or closed to it without permission.
    OfAnotherKind,
    /// Access says no.
    Forbidden,
    /// A square or a parking lot, mapped as an area.
    Area,
    /// Too rough.
    Impassable,
    /// Too low, too narrow or too weak for the vehicle.
    TooLarge,
    /// Its direction changes with the time of day.
    Reversible,
    /// A ferry that does not say that it takes such a vehicle.
    FerryForOthers,
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
    /// A gate to open, a light to wait at: tenths of a second, along the order of the way and against.
    Delayed {
        along_ds: u32,
        against_ds: u32,
    },
    Closed,
}

impl Passage {
    fn both_ways(delay_s: f32) -> Self {
        let delay_ds = (delay_s * 10.0).round() as u32;
        if delay_ds == 0 {
            return Self::Free;
        }
        Self::Delayed { along_ds: delay_ds, against_ds: delay_ds }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Open,
    Restricted,
    Closed,
}

fn has(list: &[String], value: &str) -> bool {
    list.iter().any(|known| known == value)
}

impl Profile {
    /// Judges a way by its tags.
    pub fn judge_way(&self, tags: &Tags) -> Verdict {
        if let Some(highway) = tag(tags, "highway") {
            return match self.judge_street(highway, tags) {
                Ok(street) => Verdict::Driven(street),
                Err(reason) => Verdict::NotDriven(reason),
            };
        }
        if tag(tags, "route") == Some("ferry") {
            return match self.judge_ferry(tags) {
                Ok(ferry) => Verdict::Driven(ferry),
                Err(reason) => Verdict::NotDriven(reason),
            };
        }
        Verdict::SomethingElse
    }

    fn judge_street(&self, highway: &str, tags: &Tags) -> Result<Street, NotDriven> {
        // Of several (`unclassified;tertiary`) the first that is a street.
        let row = highway.split(';').find_map(|value| self.streets.get(value.trim()));
        let row = row.ok_or(NotDriven::OfAnotherKind)?;
        if tag(tags, "area") == Some("yes") && !self.access.areas {
            return Err(NotDriven::Area);
        }
        let access = match (self.access(tags), row.needs_permission) {
            (None, true) => return Err(NotDriven::OfAnotherKind),
            (Some(Access::Closed), _) => return Err(NotDriven::Forbidden),
            (found, _) => found.unwrap_or(Access::Open),
        };
        let service = tag(tags, "service");
        let is_closed_service =
            service.is_some_and(|service| has(&self.access.closed_services, service));
        if is_closed_service && access == Access::Open {
            return Err(NotDriven::Forbidden);
        }
        if limits::is_too_large(&self.vehicle, tags) {
            return Err(NotDriven::TooLarge);
        }
        let (goes_forward, goes_backward) =
            self.directions(row.class, highway, tags).ok_or(NotDriven::Reversible)?;

        let mut cap_kmh = self.cap_kmh(tags);
        if cap_kmh <= 0.0 {
            return Err(NotDriven::Impassable);
        }
        if access == Access::Restricted {
            cap_kmh = cap_kmh.min(self.access.restricted_kmh);
        }
        if row.class == StreetClass::Service && service.is_some() {
            cap_kmh = cap_kmh.min(self.speed.service_detail);
        }
        let posted = |key: &str| {
            tag(tags, key).and_then(parse_maxspeed).map(|kmh| kmh * self.speed.part_of_posted)
        };
        let both_ways = self.speed.posted_keys.iter().find_map(|key| posted(key));
        let one_way = |key| if self.speed.posted_keys.is_empty() { None } else { posted(key) };
        let forward = one_way("maxspeed:forward").or(both_ways);
        let backward = one_way("maxspeed:backward").or(both_ways);
        let driven = |posted: Option<f32>| posted.unwrap_or(row.kmh).min(cap_kmh);
        Ok(Street {
            class: row.class,
            forward_kmh: goes_forward.then(|| driven(forward)),
            backward_kmh: goes_backward.then(|| driven(backward)),
            crossing_s: None,
            is_restricted: access == Access::Restricted,
            is_roundabout: is_roundabout(tags),
            is_posted: forward.or(backward).is_some(),
        })
    }

    /// A ferry must say that it takes such vehicles: most that say nothing carry people only.
    fn judge_ferry(&self, tags: &Tags) -> Result<Street, NotDriven> {
        let says_so = tags.iter().any(|(key, _)| has(&self.access.ferry_keys, key));
        match self.access(tags) {
            Some(Access::Closed) => return Err(NotDriven::FerryForOthers),
            Some(Access::Open | Access::Restricted) | None if says_so => {}
            _ => return Err(NotDriven::FerryForOthers),
        }
        let (goes_forward, goes_backward) =
            self.directions(StreetClass::Ferry, "ferry", tags).ok_or(NotDriven::Reversible)?;
        Ok(Street {
            class: StreetClass::Ferry,
            forward_kmh: goes_forward.then_some(self.speed.ferry),
            backward_kmh: goes_backward.then_some(self.speed.ferry),
            crossing_s: tag(tags, "duration").and_then(parse_duration_s),
            is_restricted: false,
            is_roundabout: false,
            is_posted: false,
        })
    }

    /// The most specific access tag decides; `None` when there is none that we understand.
    fn access(&self, tags: &Tags) -> Option<Access> {
        self.access.keys.iter().find_map(|key| self.parse_access(tag(tags, key)?))
    }

    /// Of several values (`private;yes`) the most open one counts.
    fn parse_access(&self, values: &str) -> Option<Access> {
        let any_in = |list: &[String]| values.split(';').any(|value| has(list, value.trim()));
        if any_in(&self.access.open) {
            Some(Access::Open)
        } else if any_in(&self.access.restricted) {
            Some(Access::Restricted)
        } else if any_in(&self.access.closed) {
            Some(Access::Closed)
        } else {
            None
        }
    }

    /// Whether the way is driven along and against its nodes; `None` if that changes with the time.
    fn directions(&self, class: StreetClass, highway: &str, tags: &Tags) -> Option<(bool, bool)> {
        let (key, value) = self
            .one_way
            .keys
            .iter()
            .find_map(|key| Some((&**key, tag(tags, key)?)))
            .unwrap_or_default();
        // A one-way street may be open to us against its direction; what is said about us alone stands.
        let is_general = matches!(key, "oneway" | "oneway:vehicle" | "");
        let is_opened = is_general
            && ["cycleway", "cycleway:left", "cycleway:right", "cycleway:both"]
                .iter()
                .any(|key| tag(tags, key).is_some_and(|value| has(&self.one_way.opened_by, value)));
        match value {
            "yes" | "true" | "1" => Some((true, is_opened)),
            "-1" | "reverse" => Some((is_opened, true)),
            "reversible" => None,
            "no" | "false" | "0" | "alternating" => Some((true, true)),
            _ => {
                // Slip roads of motorways say it themselves; OpenStreetMap does not imply it.
                let implied = is_roundabout(tags)
                    || (class == StreetClass::Motorway && highway == "motorway");
                Some((true, !(implied && self.one_way.implied) || is_opened))
            }
        }
    }

    /// The lowest of what ground and vehicle allow.
    fn cap_kmh(&self, tags: &Tags) -> f32 {
        self.caps
            .iter()
            .filter_map(|(key, rows)| rows.get(tag(tags, key)?).copied())
            .fold(self.speed.max, f32::min)
    }

    /// Judges a node that lies on a street by its tags.
    pub fn judge_node(&self, tags: &Tags) -> Passage {
        if tags.is_empty() {
            return Passage::Free;
        }
        if limits::is_too_large(&self.vehicle, tags) {
            return Passage::Closed;
        }
        let Some(barrier) = tag(tags, "barrier") else { return self.judge_light(tags) };
        let locked = Passage::both_ways(self.barriers.locked_gate_s);
        match self.access(tags) {
            Some(Access::Closed) => Passage::Closed,
            Some(Access::Restricted) => locked,
            None if barrier == "bollard"
                && tag(tags, "bollard") == Some("rising")
                && has(&self.barriers.closed, barrier) =>
            {
                locked
            }
            None if barrier == "toll_booth" => Passage::both_ways(self.barriers.toll_booth_s),
            None if has(&self.barriers.closed, barrier) => Passage::Closed,
            Some(Access::Open) | None => Passage::Free,
        }
    }

    /// Traffic signals, stop signs and crossings, which may hold for one direction only.
    fn judge_light(&self, tags: &Tags) -> Passage {
        let (delay_s, direction_key) = match tag(tags, "highway") {
            Some("traffic_signals") => (self.delays.traffic_signals, "traffic_signals:direction"),
            Some("stop") => (self.delays.stop, "direction"),
            Some("give_way") => (self.delays.give_way, "direction"),
            Some("crossing") if tag(tags, "crossing") == Some("traffic_signals") => {
                (self.delays.traffic_signals, "crossing:direction")
            }
            Some("crossing") if tag(tags, "crossing") != Some("no") => {
                (self.delays.crossing, "crossing:direction")
            }
            _ => return Passage::Free,
        };
        match (Passage::both_ways(delay_s), tag(tags, direction_key)) {
            (Passage::Delayed { along_ds, .. }, Some("forward")) => {
                Passage::Delayed { along_ds, against_ds: 0 }
            }
            (Passage::Delayed { against_ds, .. }, Some("backward")) => {
                Passage::Delayed { along_ds: 0, against_ds }
            }
            (passage, _) => passage,
        }
    }
}

fn is_roundabout(tags: &Tags) -> bool {
    matches!(tag(tags, "junction"), Some("roundabout" | "circular"))
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
        match Profile::car().judge_way(&tags(pairs)) {
            Verdict::Driven(street) => street,
            other => panic!("{pairs:?} is {other:?}"),
        }
    }

    fn refusal(pairs: &[(&str, &str)]) -> NotDriven {
        match Profile::car().judge_way(&tags(pairs)) {
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
        assert_eq!(refusal(&[("highway", "track")]), NotDriven::OfAnotherKind);
        street(&[("highway", "track"), ("motor_vehicle", "yes")]);
        assert_eq!(refusal(&[("highway", "pedestrian")]), NotDriven::OfAnotherKind);
        street(&[("highway", "pedestrian"), ("motor_vehicle", "delivery")]);
        assert_eq!(refusal(&[("highway", "steps")]), NotDriven::OfAnotherKind);
        assert_eq!(refusal(&[("highway", "service"), ("area", "yes")]), NotDriven::Area);
    }

    #[test]
    fn a_ferry_must_say_that_it_takes_vehicles() {
        let gozo = street(&[("route", "ferry"), ("motor_vehicle", "yes"), ("duration", "0:25")]);
        assert_eq!((gozo.class, gozo.crossing_s), (StreetClass::Ferry, Some(1500)));
        assert_eq!(refusal(&[("route", "ferry")]), NotDriven::FerryForOthers);
        assert_eq!(refusal(&[("route", "ferry"), ("access", "yes")]), NotDriven::FerryForOthers);
        assert_eq!(
            refusal(&[("route", "ferry"), ("motor_vehicle", "no")]),
            NotDriven::FerryForOthers
        );
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

    fn passage(pairs: &[(&str, &str)]) -> Passage {
        Profile::car().judge_node(&tags(pairs))
    }

    #[test]
    fn barriers_close_a_street_unless_their_access_opens_it() {
        assert_eq!(passage(&[("natural", "tree")]), Passage::Free);
        assert_eq!(passage(&[("barrier", "bollard")]), Passage::Closed);
        assert_eq!(passage(&[("barrier", "bollard"), ("motor_vehicle", "yes")]), Passage::Free);
        assert_eq!(passage(&[("barrier", "gate")]), Passage::Free);
        assert_eq!(passage(&[("barrier", "gate"), ("access", "no")]), Passage::Closed);
        assert_eq!(
            passage(&[("barrier", "gate"), ("access", "private")]),
            Passage::Delayed { along_ds: 300, against_ds: 300 }
        );
    }

    #[test]
    fn lights_and_crossings_delay_in_the_direction_they_face() {
        let both = Passage::Delayed { along_ds: 20, against_ds: 20 };
        assert_eq!(passage(&[("highway", "traffic_signals")]), both);
        assert_eq!(passage(&[("highway", "crossing"), ("crossing", "traffic_signals")]), both);
        let facing = [("highway", "traffic_signals"), ("traffic_signals:direction", "backward")];
        assert_eq!(passage(&facing), Passage::Delayed { along_ds: 0, against_ds: 20 });
        assert!(matches!(passage(&[("highway", "crossing")]), Passage::Delayed { .. }));
        assert_eq!(passage(&[("highway", "crossing"), ("crossing", "no")]), Passage::Free);
    }

    fn judged(profile: &str, pairs: &[(&str, &str)]) -> Verdict {
        Profile::built_in(profile).unwrap().judge_way(&tags(pairs))
    }

    #[test]
    fn a_truck_minds_signs_that_a_car_may_pass() {
        let primary = ("highway", "primary");
        for sign in [
            ("maxheight", "3.5"),
            ("maxweight", "7.5 t"),
            ("maxwidth", "2.3"),
            ("maxlength", "8"),
            ("maxaxleload", "6"),
        ] {
            let of = |profile| judged(profile, &[primary, sign]);
            assert_eq!(of("truck"), Verdict::NotDriven(NotDriven::TooLarge), "{sign:?}");
            assert!(matches!(of("car"), Verdict::Driven(_)), "{sign:?}");
        }
        let closed = judged("truck", &[primary, ("hgv", "no")]);
        assert_eq!(closed, Verdict::NotDriven(NotDriven::Forbidden));
        let Verdict::Driven(residents) = judged("truck", &[primary, ("hgv", "destination")]) else {
            panic!("trucks may deliver there")
        };
        assert!(residents.is_restricted);
        let Verdict::Driven(slow) =
            judged("truck", &[("highway", "motorway"), ("maxspeed", "120")])
        else {
            panic!("a motorway is for trucks")
        };
        assert_eq!(slow.forward_kmh, Some(80.0));
    }

    #[test]
    fn bicycles_and_people_go_where_cars_do_not() {
        let driven = |profile: &str, pairs: &[(&str, &str)]| match judged(profile, pairs) {
            Verdict::Driven(street) => {
                Some((street.forward_kmh.is_some(), street.backward_kmh.is_some()))
            }
            _ => None,
        };
        let against = [("highway", "residential"), ("oneway", "yes"), ("cycleway", "opposite")];
        assert_eq!(driven("bicycle", &against), Some((true, true)));
        assert_eq!(driven("car", &against), Some((true, false)));
        let opened = [("highway", "residential"), ("oneway", "yes"), ("oneway:bicycle", "no")];
        assert_eq!(driven("bicycle", &opened), Some((true, true)));
        assert_eq!(
            driven("foot", &[("highway", "primary"), ("oneway", "yes")]),
            Some((true, true))
        );
        assert_eq!(driven("foot", &[("highway", "steps")]), Some((true, true)));
        assert_eq!(driven("bicycle", &[("highway", "steps")]), None);
        assert_eq!(
            driven("bicycle", &[("highway", "footway"), ("bicycle", "yes")]),
            Some((true, true))
        );
        assert_eq!(driven("bicycle", &[("highway", "motorway")]), None);
        assert_eq!(
            driven("foot", &[("highway", "pedestrian"), ("area", "yes")]),
            Some((true, true))
        );
        assert_eq!(driven("foot", &[("route", "ferry")]), Some((true, true)));
    }

    #[test]
    fn a_profile_of_ones_own_states_only_what_differs() {
        let own =
            Profile::parse("name = \"tow truck\"\nbased_on = \"van\"\n[vehicle]\nheight_m = 3.2\n")
                .unwrap();
        let van = Profile::built_in("van").unwrap();
        assert_eq!(own.vehicle, Vehicle { height_m: 3.2, ..van.vehicle });
        assert_eq!((own.speed, own.access), (van.speed, van.access));
    }

    #[test]
    fn a_wrong_profile_is_refused_with_the_name_of_the_field() {
        let refused = |text: &str| Profile::parse(text).unwrap_err().to_string();
        let own = |rest: &str| refused(&format!("name = \"own\"\nbased_on = \"car\"\n{rest}"));
        assert!(own("[speed]\nmax = 0.0").contains("speed.max"));
        assert!(
            own("[streets]\nmotorway = { class = \"motorway\", kmh = nan }")
                .contains("streets.motorway")
        );
        assert!(own("[turns]\nturn_s = -1.0").contains("turns.turn_s"));
        assert!(own("[speeed]\nmax = 3.0").contains("speeed"));
        assert!(own("[streets]\nriver = { class = \"river\", kmh = 5.0 }").contains("river"));
        assert!(refused("based_on = \"boat\"").contains("boat"));
        assert!(refused("[[[").contains("cannot be read"));
        assert!(Profile::built_in("boat").unwrap_err().to_string().contains("car, van, truck"));
    }

    #[test]
    fn every_profile_that_comes_with_the_product_is_sound() {
        for name in BUILT_IN_NAMES {
            assert_eq!(Profile::built_in(name).unwrap().name, name);
        }
    }

    #[test]
    fn what_is_neither_street_nor_ferry_is_something_else() {
        assert_eq!(Profile::car().judge_way(&tags(&[("building", "yes")])), Verdict::SomethingElse);
    }
}
