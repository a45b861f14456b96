//! The numbers and word lists of the car profile, one row per value. Speeds in km/h.

use super::StreetClass;
use crate::roads::osm::{Tags, tag};

/// One value of the `highway` tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreetRow {
    highway: &'static str,
    pub(super) class: StreetClass,
    /// Driven on average where nothing is posted.
    pub(super) kmh: f32,
    /// Closed unless an access tag opens it.
    pub(super) needs_permission: bool,
}

const fn open(highway: &'static str, class: StreetClass, kmh: f32) -> StreetRow {
    StreetRow { highway, class, kmh, needs_permission: false }
}

const fn on_permission(highway: &'static str, class: StreetClass, kmh: f32) -> StreetRow {
    StreetRow { highway, class, kmh, needs_permission: true }
}

const STREETS: &[StreetRow] = &[
    open("motorway", StreetClass::Motorway, 90.0),
    open("motorway_link", StreetClass::Motorway, 45.0),
    open("trunk", StreetClass::Trunk, 85.0),
    open("trunk_link", StreetClass::Trunk, 40.0),
    open("primary", StreetClass::Primary, 65.0),
    open("primary_link", StreetClass::Primary, 30.0),
    open("secondary", StreetClass::Secondary, 55.0),
    open("secondary_link", StreetClass::Secondary, 25.0),
    open("tertiary", StreetClass::Tertiary, 40.0),
    open("tertiary_link", StreetClass::Tertiary, 20.0),
    open("unclassified", StreetClass::Unclassified, 25.0),
    open("road", StreetClass::Unclassified, 25.0),
    open("residential", StreetClass::Residential, 25.0),
    open("living_street", StreetClass::LivingStreet, 10.0),
    open("service", StreetClass::Service, 15.0),
    on_permission("track", StreetClass::Track, 15.0),
    on_permission("pedestrian", StreetClass::Pedestrian, 10.0),
];

/// The row of a `highway` value; of several (`unclassified;tertiary`) the first that is a street.
pub(super) fn street(highway: &str) -> Option<&'static StreetRow> {
    highway.split(';').find_map(|value| STREETS.iter().find(|row| row.highway == value.trim()))
}

/// Curves, crossings and other traffic: what is left of the posted speed.
pub(super) const DRIVEN_PART_OF_POSTED: f32 = 0.8;
/// On streets that are private or for destinations only.
pub(super) const RESTRICTED_KMH: f32 = 10.0;
/// Alleys, driveways, aisles of car parks.
pub(super) const SERVICE_DETAIL_KMH: f32 = 10.0;
/// For a ferry that does not say how long it takes.
pub(super) const FERRY_KMH: f32 = 15.0;

/// Until someone opens.
pub(super) const LOCKED_GATE_DS: u32 = 300;
pub(super) const TOLL_BOOTH_DS: u32 = 150;

/// The most that a surface allows, by three tags; 0 is impassable.
const CAPS: &[(&str, &[(&str, f32)])] = &[
    (
        "surface",
        &[
            ("compacted", 80.0),
            ("fine_gravel", 80.0),
            ("paving_stones", 60.0),
            ("metal", 60.0),
            ("brick", 60.0),
            ("bricks", 60.0),
            ("sett", 40.0),
            ("unhewn_cobblestone", 30.0),
            ("cobblestone", 30.0),
            ("wood", 40.0),
            ("grass", 40.0),
            ("grass_paver", 40.0),
            ("gravel", 40.0),
            ("unpaved", 40.0),
            ("ground", 40.0),
            ("dirt", 40.0),
            ("pebblestone", 40.0),
            ("clay", 30.0),
            ("earth", 20.0),
            ("stone", 20.0),
            ("rock", 20.0),
            ("rocky", 20.0),
            ("sand", 20.0),
            ("mud", 10.0),
        ],
    ),
    (
        "tracktype",
        &[("grade1", 60.0), ("grade2", 40.0), ("grade3", 30.0), ("grade4", 25.0), ("grade5", 20.0)],
    ),
    (
        "smoothness",
        &[
            ("intermediate", 80.0),
            ("bad", 40.0),
            ("very_bad", 20.0),
            ("horrible", 10.0),
            ("very_horrible", 5.0),
            ("impassable", 0.0),
        ],
    ),
];

/// The lowest cap of a way's surface, track type and smoothness.
pub(super) fn surface_cap_kmh(tags: &Tags) -> f32 {
    CAPS.iter()
        .filter_map(|(key, rows)| {
            let value = tag(tags, key)?;
            rows.iter().find(|(known, _)| value == *known).map(|(_, kmh)| *kmh)
        })
        .fold(f32::INFINITY, f32::min)
}

/// From the most specific to the most general.
pub(super) const ACCESS_KEYS: &[&str] = &["motorcar", "motor_vehicle", "vehicle", "access"];
/// Keys that show that a ferry thinks of vehicles at all.
pub(super) const VEHICLE_KEYS: &[&str] = &["motorcar", "motor_vehicle", "vehicle"];

pub(super) const ACCESS_OPEN: &[&str] =
    &["yes", "permissive", "designated", "official", "public", "hov"];
pub(super) const ACCESS_RESTRICTED: &[&str] = &[
    "private",
    "destination",
    "customers",
    "delivery",
    "permit",
    "residents",
    "employees",
    "students",
];
pub(super) const ACCESS_CLOSED: &[&str] =
    &["no", "agricultural", "forestry", "emergency", "psv", "bus", "military", "use_sidepath"];

/// Barriers that stop a car when no access tag speaks; gates and the like are passed.
pub(super) const BARRIERS_CLOSED: &[&str] = &[
    "bar",
    "block",
    "bollard",
    "chain",
    "cycle_barrier",
    "debris",
    "ditch",
    "fence",
    "full-height_turnstile",
    "guard_rail",
    "hedge",
    "jersey_barrier",
    "kissing_gate",
    "log",
    "motorcycle_barrier",
    "planter",
    "rope",
    "spikes",
    "stile",
    "turnstile",
    "wall",
    "yes",
];
