//! A profile's data: everything countable about a kind of vehicle, as it is written in a TOML file. The
//! five that come with the product lie beside this file; a business may name its own, which states only
//! what differs from one of these (`based_on`).

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a kind of vehicle may drive on, which way, and how fast. `car.toml` explains each entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub vehicle: Vehicle,
    pub(super) access: AccessRules,
    pub(super) one_way: OneWayRules,
    pub(in crate::roads) restrictions: RestrictionRules,
    pub(super) speed: SpeedRules,
    pub(super) streets: HashMap<String, StreetRow>,
    /// By tag and value, km/h.
    pub(super) caps: HashMap<String, HashMap<String, f32>>,
    pub(super) barriers: BarrierRules,
    pub(super) delays: DelayRules,
    pub(in crate::roads) turns: TurnRules,
    #[serde(default)]
    pub(in crate::roads) bands: Vec<BandRules>,
}

/// Loaded, as it stands on the street.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vehicle {
    pub height_m: f32,
    pub width_m: f32,
    pub length_m: f32,
    pub weight_t: f32,
    pub axle_load_t: f32,
}

/// How important a street is, from the class of its `highway` tag; slip roads count as their street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
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
    Cycleway,
    Path,
    Steps,
    Ferry,
}

impl StreetClass {
    pub const ALL: [Self; 15] = [
        Self::Motorway,
        Self::Trunk,
        Self::Primary,
        Self::Secondary,
        Self::Tertiary,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Track,
        Self::Pedestrian,
        Self::Cycleway,
        Self::Path,
        Self::Steps,
        Self::Ferry,
    ];
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessRules {
    pub(super) keys: Vec<String>,
    pub(super) open: Vec<String>,
    pub(super) restricted: Vec<String>,
    pub(super) closed: Vec<String>,
    pub(super) restricted_kmh: f32,
    pub(super) ferry_keys: Vec<String>,
    pub(super) closed_services: Vec<String>,
    pub(super) areas: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneWayRules {
    pub(super) keys: Vec<String>,
    pub(super) implied: bool,
    #[serde(default)]
    pub(super) opened_by: Vec<String>,
}

/// Which turn restrictions hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::roads) struct RestrictionRules {
    pub(in crate::roads) keys: Vec<String>,
    pub(in crate::roads) exempt: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpeedRules {
    pub(super) posted_keys: Vec<String>,
    pub(super) part_of_posted: f32,
    pub(super) max: f32,
    pub(super) service_detail: f32,
    pub(super) ferry: f32,
}

/// One value of the `highway` tag.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StreetRow {
    pub(super) class: StreetClass,
    /// Driven on average where nothing is posted.
    pub(super) kmh: f32,
    /// Closed unless an access tag opens it.
    #[serde(default)]
    pub(super) needs_permission: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BarrierRules {
    pub(super) closed: Vec<String>,
    pub(super) locked_gate_s: f32,
    pub(super) toll_booth_s: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DelayRules {
    pub(super) traffic_signals: f32,
    pub(super) stop: f32,
    pub(super) give_way: f32,
    pub(super) crossing: f32,
}

/// How turns are priced.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnRules {
    /// The most that a turn costs by its angle, seconds.
    pub turn_s: f64,
    /// How much more a turn across the oncoming traffic weighs than one along it.
    pub bias: f64,
    /// On top for turning back, seconds.
    pub u_turn_s: f64,
}

/// Hours of the week that are driven alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::roads) struct BandRules {
    pub(in crate::roads) name: String,
    pub(in crate::roads) days: Vec<Day>,
    /// `7-9` is from 7:00 to 9:00.
    pub(in crate::roads) hours: Vec<String>,
    /// What is left of the speed, on classes that `factors` does not name.
    pub(in crate::roads) factor: f32,
    #[serde(default)]
    pub(in crate::roads) factors: HashMap<StreetClass, f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::roads) enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Why a text is no profile.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    #[error("the profile cannot be read: {0}")]
    Unreadable(String),
    #[error("the profile is based on `{0}`, which is none of {known}", known = BUILT_IN_NAMES.join(", "))]
    UnknownBase(String),
    #[error("`{field}` of the profile `{profile}` is {value}: {cure}")]
    OutOfRange { profile: String, field: String, value: f32, cure: &'static str },
    #[error("there is no profile `{0}`; there are {known}", known = BUILT_IN_NAMES.join(", "))]
    Unknown(String),
}

/// The profiles that come with the product.
pub const BUILT_IN_NAMES: [&str; 5] = ["car", "van", "truck", "bicycle", "foot"];

fn built_in_text(name: &str) -> Option<&'static str> {
    Some(match name {
        "car" => include_str!("car.toml"),
        "van" => include_str!("van.toml"),
        "truck" => include_str!("truck.toml"),
        "bicycle" => include_str!("bicycle.toml"),
        "foot" => include_str!("foot.toml"),
        _ => return None,
    })
}

impl Profile {
    /// One that comes with the product.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn built_in(name: &str) -> Result<Self, ProfileError> {
        let text = built_in_text(name).ok_or_else(|| ProfileError::Unknown(name.to_owned()))?;
        Self::parse(text)
    }

    /// The profile of most businesses.
    pub fn car() -> Self {
        Self::built_in("car").expect("the car profile comes with the product and is tested")
    }

    /// From TOML; what it leaves out is that of the built-in profile it is `based_on`.
    ///
    /// # Errors
    /// The text is not TOML, names what no profile has, or has a number that cannot be.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = with_base(text)?
            .try_into()
            .map_err(|error: toml::de::Error| ProfileError::Unreadable(in_one_line(&error)))?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> Result<(), ProfileError> {
        let refuse = |field: String, value: f32, cure| {
            Err(ProfileError::OutOfRange { profile: self.name.clone(), field, value, cure })
        };
        const SPEED: &str = "a speed is between 1 and 200 km/h";
        let is_speed = |kmh: f32| (1.0..=200.0).contains(&kmh);
        for (name, row) in &self.streets {
            if !is_speed(row.kmh) {
                return refuse(format!("streets.{name}.kmh"), row.kmh, SPEED);
            }
        }
        let speeds = [
            ("access.restricted_kmh", self.access.restricted_kmh),
            ("speed.max", self.speed.max),
            ("speed.service_detail", self.speed.service_detail),
            ("speed.ferry", self.speed.ferry),
        ];
        for (field, value) in speeds {
            if !is_speed(value) {
                return refuse(field.to_owned(), value, SPEED);
            }
        }
        for (key, rows) in &self.caps {
            for (value, cap) in rows {
                if *cap != 0.0 && !is_speed(*cap) {
                    let cure = "a cap is between 1 and 200 km/h, or 0 for impassable";
                    return refuse(format!("caps.{key}.{value}"), *cap, cure);
                }
            }
        }
        const FACTOR: &str = "a factor is between 0.05 and 2";
        let is_factor = |factor: f32| (0.05..=2.0).contains(&factor);
        if !is_factor(self.speed.part_of_posted) {
            return refuse("speed.part_of_posted".into(), self.speed.part_of_posted, FACTOR);
        }
        for band in &self.bands {
            for factor in band.factors.values().chain([&band.factor]) {
                if !is_factor(*factor) {
                    return refuse(format!("bands: {}", band.name), *factor, FACTOR);
                }
            }
        }
        let delays = [
            ("barriers.locked_gate_s", self.barriers.locked_gate_s),
            ("barriers.toll_booth_s", self.barriers.toll_booth_s),
            ("delays.traffic_signals", self.delays.traffic_signals),
            ("delays.stop", self.delays.stop),
            ("delays.give_way", self.delays.give_way),
            ("delays.crossing", self.delays.crossing),
            ("turns.turn_s", self.turns.turn_s as f32),
            ("turns.u_turn_s", self.turns.u_turn_s as f32),
        ];
        for (field, value) in delays {
            if !(0.0..=600.0).contains(&value) {
                return refuse(field.to_owned(), value, "a delay is between 0 and 600 seconds");
            }
        }
        if !(0.5..=2.0).contains(&self.turns.bias) {
            let cure = "the bias is between 0.5 and 2";
            return refuse("turns.bias".into(), self.turns.bias as f32, cure);
        }
        Ok(())
    }
}

/// The text's table, laid over that of the profile it is based on.
fn with_base(text: &str) -> Result<toml::Table, ProfileError> {
    let mut own: toml::Table =
        text.parse().map_err(|error| ProfileError::Unreadable(in_one_line(&error)))?;
    let Some(base) = own.remove("based_on") else { return Ok(own) };
    let name = base.as_str().unwrap_or_default();
    let text = built_in_text(name).ok_or_else(|| ProfileError::UnknownBase(base.to_string()))?;
    let mut merged = with_base(text)?;
    lay_over(&mut merged, own);
    Ok(merged)
}

fn lay_over(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn in_one_line(error: &toml::de::Error) -> String {
    error.message().replace('\n', " ")
}
