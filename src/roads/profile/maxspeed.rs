//! The forms in which `maxspeed` is written: numbers with units, words, and values that a law implies
//! (`DE:urban`). Those of a country are only listed where they differ from the usual ones.
//!
//! <https://wiki.openstreetmap.org/wiki/Key:maxspeed>

const KMH_PER_MPH: f32 = 1.609_344;
const KMH_PER_KNOT: f32 = 1.852;

/// No sign below or above these makes sense for a car; such values are slips of the pen.
const POSTED_KMH: std::ops::RangeInclusive<f32> = 5.0..=160.0;

/// What a word or an implied value means in km/h, where a country has no rule of its own.
const USUAL: &[(&str, f32)] = &[
    ("none", 140.0),
    ("walk", 7.0),
    ("living_street", 10.0),
    ("school", 30.0),
    ("urban", 50.0),
    ("rural", 90.0),
    ("trunk", 110.0),
    ("motorway", 130.0),
];

/// Where a country differs from [`USUAL`].
const BY_COUNTRY: &[(&str, f32)] = &[
    ("at:rural", 100.0),
    ("at:trunk", 100.0),
    ("be:motorway", 120.0),
    ("be-bru:rural", 70.0),
    ("be-bru:urban", 30.0),
    ("be-vlg:rural", 70.0),
    ("bg:motorway", 140.0),
    ("by:motorway", 110.0),
    ("by:urban", 60.0),
    ("ch:motorway", 120.0),
    ("ch:rural", 80.0),
    ("ch:trunk", 100.0),
    ("de:living_street", 7.0),
    ("de:motorway", 140.0),
    ("de:rural", 100.0),
    ("dk:rural", 80.0),
    ("es:motorway", 120.0),
    ("es:trunk", 90.0),
    ("fi:motorway", 120.0),
    ("fi:rural", 80.0),
    ("fr:rural", 80.0),
    ("gb:motorway", 70.0 * KMH_PER_MPH),
    ("gb:nsl_dual", 70.0 * KMH_PER_MPH),
    ("gb:nsl_restricted", 30.0 * KMH_PER_MPH),
    ("gb:nsl_single", 60.0 * KMH_PER_MPH),
    ("gr:motorway", 130.0),
    ("ie:motorway", 120.0),
    ("ie:rural", 80.0),
    ("it:rural", 90.0),
    ("mt:motorway", 80.0),
    ("mt:rural", 80.0),
    ("mt:trunk", 80.0),
    ("nl:rural", 80.0),
    ("nl:trunk", 100.0),
    ("no:motorway", 110.0),
    ("no:rural", 80.0),
    ("pl:motorway", 140.0),
    ("pl:trunk", 120.0),
    ("pt:motorway", 120.0),
    ("pt:trunk", 100.0),
    ("ro:trunk", 100.0),
    ("ru:living_street", 20.0),
    ("ru:motorway", 110.0),
    ("ru:urban", 60.0),
    ("se:rural", 70.0),
    ("uk:motorway", 70.0 * KMH_PER_MPH),
    ("uk:nsl_dual", 70.0 * KMH_PER_MPH),
    ("uk:nsl_single", 60.0 * KMH_PER_MPH),
    ("us:motorway", 65.0 * KMH_PER_MPH),
    ("us:rural", 55.0 * KMH_PER_MPH),
    ("us:urban", 25.0 * KMH_PER_MPH),
    ("za:rural", 100.0),
    ("za:urban", 60.0),
];

/// The posted speed in km/h; of several values (`50; 40`) the lowest. `None` where the text says
/// nothing that holds always (`signals`, `variable`) or nothing that makes sense.
pub fn parse_maxspeed(text: &str) -> Option<f32> {
    text.split([';', '|', ',']).filter_map(parse_one).reduce(f32::min)
}

fn parse_one(text: &str) -> Option<f32> {
    let value = text.trim().to_ascii_lowercase();
    parse_number(&value).or_else(|| parse_word(&value)).filter(|kmh| POSTED_KMH.contains(kmh))
}

fn parse_number(value: &str) -> Option<f32> {
    let unit_at = value.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, unit) = value.split_at(unit_at.unwrap_or(value.len()));
    let kmh_per_unit = match unit.trim() {
        "" | "km/h" | "kmh" | "kph" | "kmph" => 1.0,
        "mph" => KMH_PER_MPH,
        "knots" | "knot" => KMH_PER_KNOT,
        _ => return None,
    };
    number.parse::<f32>().ok().map(|number| number * kmh_per_unit)
}

fn parse_word(value: &str) -> Option<f32> {
    let row = |rows: &[(&str, f32)], word: &str| {
        rows.iter().find(|(known, _)| *known == word).map(|(_, kmh)| *kmh)
    };
    if let Some(kmh) = row(BY_COUNTRY, value).or_else(|| row(USUAL, value)) {
        return Some(kmh);
    }
    // `DE:urban` by the usual meaning; `DE:zone30`, `DE:zone:30`, `DE:30` and `zone30` by their number.
    let word = value.split_once(':').map_or(value, |(_country, word)| word);
    let zone = word.strip_prefix("zone").map_or(word, |rest| rest.trim_start_matches(':'));
    row(USUAL, word).or_else(|| parse_number(zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_common_forms_are_understood() {
        for (text, kmh) in [
            ("50", 50.0),
            ("50 km/h", 50.0),
            (" 30kmh ", 30.0),
            ("30 mph", 48.28),
            ("20mph", 32.19),
            ("none", 140.0),
            ("walk", 7.0),
            ("DE:urban", 50.0),
            ("MT:rural", 80.0),
            ("PT:motorway", 120.0),
            ("xx:rural", 90.0),
            ("DE:zone30", 30.0),
            ("DE:zone:20", 20.0),
            ("IT:30", 30.0),
            ("GB:nsl_single", 96.56),
            ("50; 40", 40.0),
            ("BE-BRU:urban", 30.0),
        ] {
            let found = parse_maxspeed(text).unwrap_or_else(|| panic!("{text}"));
            assert!((found - kmh).abs() < 0.01, "{text} is {found}");
        }
    }

    #[test]
    fn nonsense_and_what_changes_is_no_speed() {
        for text in ["", "signals", "variable", "0", "3", "5000", "fast", ".", "50 furlongs", "-50"]
        {
            assert_eq!(parse_maxspeed(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_a_sensible_speed_or_none(text in ".{0,20}") {
            if let Some(kmh) = parse_maxspeed(&text) {
                prop_assert!(POSTED_KMH.contains(&kmh));
            }
        }
    }
}
