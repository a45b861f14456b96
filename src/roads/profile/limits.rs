//! Limits of size and weight on signs: `maxheight`, `maxweight` and their kin.
//!
//! <https://wiki.openstreetmap.org/wiki/Key:maxheight>, <https://wiki.openstreetmap.org/wiki/Key:maxweight>

use super::rules::Vehicle;
use crate::roads::osm::{Tags, tag};

const METRES_PER_FOOT: f32 = 0.3048;
const TONNES_PER_POUND: f32 = 0.000_453_592;
const TONNES_PER_SHORT_TON: f32 = 0.907_185;

/// Whether a sign keeps a vehicle out.
pub(super) fn is_too_large(vehicle: &Vehicle, tags: &Tags) -> bool {
    let too_long = |key: &str, own_m: f32| {
        tag(tags, key).and_then(parse_metres).is_some_and(|limit_m| own_m > limit_m)
    };
    let too_heavy = |key: &str, own_t: f32| {
        tag(tags, key).and_then(parse_tonnes).is_some_and(|limit_t| own_t > limit_t)
    };
    too_long("maxheight", vehicle.height_m)
        || too_long("maxheight:physical", vehicle.height_m)
        || too_long("maxwidth", vehicle.width_m)
        || too_long("maxwidth:physical", vehicle.width_m)
        || too_long("maxlength", vehicle.length_m)
        || too_heavy("maxweight", vehicle.weight_t)
        || too_heavy("maxweightrating", vehicle.weight_t)
        || too_heavy("maxaxleload", vehicle.axle_load_t)
}

/// `3.5`, `3.5 m`, `3,5`, `350 cm`, `11'6"`, `11 ft 6 in`; `None` for words (`default`, `none`) and slips.
pub fn parse_metres(text: &str) -> Option<f32> {
    let text = text.trim().to_ascii_lowercase().replace(',', ".");
    let (number, unit) = split_number(&text)?;
    let metres = match unit {
        "" | "m" | "meter" | "metre" | "metres" => number,
        "cm" => number / 100.0,
        "ft" | "'" | "feet" => number * METRES_PER_FOOT,
        _ => {
            let inches = unit.strip_prefix('\'').or_else(|| unit.strip_prefix("ft"))?;
            let (inches, unit) = split_number(inches.trim())?;
            if !matches!(unit, "\"" | "in" | "''" | "") {
                return None;
            }
            (number + inches / 12.0) * METRES_PER_FOOT
        }
    };
    (0.5..=100.0).contains(&metres).then_some(metres)
}

/// `7.5`, `7.5 t`, `7500 kg`, `16000 lbs`, `8 st`; `None` for words and slips.
pub fn parse_tonnes(text: &str) -> Option<f32> {
    let text = text.trim().to_ascii_lowercase().replace(',', ".");
    let (number, unit) = split_number(&text)?;
    let tonnes = match unit {
        "" | "t" | "ton" | "tons" | "tonne" | "tonnes" => number,
        "kg" => number / 1000.0,
        "lb" | "lbs" => number * TONNES_PER_POUND,
        "st" => number * TONNES_PER_SHORT_TON,
        _ => return None,
    };
    (0.2..=500.0).contains(&tonnes).then_some(tonnes)
}

fn split_number(text: &str) -> Option<(f32, &str)> {
    let end =
        text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_weights_come_in_several_forms() {
        for (text, metres) in [
            ("3.5", 3.5),
            ("3.5 m", 3.5),
            ("3,5m", 3.5),
            ("350 cm", 3.5),
            ("11'6\"", 3.505),
            ("11 ft 6 in", 3.505),
            ("12'", 3.658),
        ] {
            let found = parse_metres(text).unwrap_or_else(|| panic!("{text}"));
            assert!((found - metres).abs() < 0.001, "{text} is {found}");
        }
        for (text, tonnes) in [("7.5", 7.5), ("7.5 t", 7.5), ("7500 kg", 7.5), ("16000 lbs", 7.257)]
        {
            let found = parse_tonnes(text).unwrap_or_else(|| panic!("{text}"));
            assert!((found - tonnes).abs() < 0.001, "{text} is {found}");
        }
        for wrong in
            ["", "default", "none", "below_default", "no_sign", "0", "-3", "3 furlongs", "1.2.3"]
        {
            assert_eq!((parse_metres(wrong), parse_tonnes(wrong)), (None, None), "{wrong}");
        }
    }
}
