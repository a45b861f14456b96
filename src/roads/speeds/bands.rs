//! Bands of the week: hours that are driven alike.

use super::MINUTES_OF_WEEK;
use crate::roads::profile::{BandRules, Profile, ProfileError, StreetClass};

const HOURS: usize = 7 * 24;

/// What is left of the speeds of a profile in each hour of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Of each hour since Monday, 0:00, the band; 0 is without traffic.
    of_hour: [u8; HOURS],
    /// Of each band, by class.
    factors: Vec<[f32; StreetClass::ALL.len()]>,
    names: Vec<String>,
}

/// Two bands at once: the half hour before a change is driven half like each, so that who leaves a little later
/// does not arrive much earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Blend {
    pub from: u8,
    pub to: u8,
    /// Whether `to` counts as much as `from`, or not at all.
    pub is_half: bool,
}

impl Blend {
    /// As if there was no traffic.
    pub const FREE: Self = Self { from: 0, to: 0, is_half: false };
}

impl Bands {
    /// # Errors
    /// An hour is none, or is named by two bands.
    pub fn of(profile: &Profile) -> Result<Self, ProfileError> {
        let mut bands = Self {
            of_hour: [0; HOURS],
            factors: vec![[1.0; StreetClass::ALL.len()]],
            names: vec!["free".to_owned()],
        };
        for rules in &profile.bands {
            let number = bands.names.len() as u8;
            bands.names.push(rules.name.clone());
            for hour in hours_of(rules)? {
                if bands.of_hour[hour] != 0 {
                    let other = &bands.names[usize::from(bands.of_hour[hour])];
                    let both = format!("the bands `{other}` and `{}` share hours", rules.name);
                    return Err(ProfileError::Unreadable(both));
                }
                bands.of_hour[hour] = number;
            }
            let factor = |class| rules.factors.get(&class).copied().unwrap_or(rules.factor);
            bands.factors.push(StreetClass::ALL.map(factor));
        }
        Ok(bands)
    }

    pub fn count(&self) -> usize {
        self.names.len()
    }

    pub fn name(&self, band: u8) -> &str {
        &self.names[usize::from(band)]
    }

    /// The band of a minute of the week.
    pub fn at(&self, minute_of_week: u16) -> u8 {
        self.of_hour[usize::from(minute_of_week % MINUTES_OF_WEEK) / 60]
    }

    /// The bands of a minute of the week, and how much of each.
    pub fn blend_at(&self, minute_of_week: u16) -> Blend {
        let minute = minute_of_week % MINUTES_OF_WEEK;
        let (from, to) = (self.at(minute), self.at(minute + 30));
        Blend { from, to, is_half: from != to }
    }

    /// What is left of the speed on a class of street.
    pub(in crate::roads) fn factor(&self, band: u8, class: StreetClass) -> f32 {
        self.factors[usize::from(band)][class as usize]
    }
}

fn hours_of(rules: &BandRules) -> Result<Vec<usize>, ProfileError> {
    let mut hours = Vec::new();
    for text in &rules.hours {
        let parsed = text.split_once('-').and_then(|(from, to)| {
            let (from, to): (usize, usize) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
            (from < to && to <= 24).then_some(from..to)
        });
        let Some(range) = parsed else {
            let wrong = format!(
                "the band `{}` names the hours `{text}`: write them like `7-9`, within 0-24",
                rules.name
            );
            return Err(ProfileError::Unreadable(wrong));
        };
        for day in &rules.days {
            hours.extend(range.clone().map(|hour| *day as usize * 24 + hour));
        }
    }
    Ok(hours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::profile::BUILT_IN_NAMES;

    const MONDAY_8: u16 = 8 * 60;

    #[test]
    fn an_hour_is_driven_as_its_band_says_and_goes_over_into_the_next_without_a_step() {
        let bands = Bands::of(&Profile::car()).unwrap();
        assert_eq!(bands.name(bands.at(MONDAY_8)), "morning peak");
        assert_eq!(bands.name(bands.at(6 * 24 * 60 + 15 * 60)), "free");
        let whole = bands.blend_at(MONDAY_8 - 60);
        assert_eq!((whole.from, whole.is_half), (bands.at(MONDAY_8), false));
        assert!(!bands.blend_at(MONDAY_8 + 29).is_half);
        let half = bands.blend_at(MONDAY_8 + 30);
        assert_eq!(
            (half.from, bands.name(half.to), half.is_half),
            (whole.from, "working day", true)
        );
        // The last hour of the week goes over into the first.
        let last = bands.blend_at(MINUTES_OF_WEEK - 1);
        assert_eq!((bands.name(last.from), bands.name(last.to)), ("night", "night"));
    }

    #[test]
    fn important_streets_lose_more_in_the_peak_than_small_ones() {
        let bands = Bands::of(&Profile::car()).unwrap();
        let peak = bands.at(MONDAY_8);
        let factor = |class| bands.factor(peak, class);
        assert!(factor(StreetClass::Primary) < factor(StreetClass::Residential));
        assert!((bands.factor(0, StreetClass::Primary) - 1.0).abs() < f32::EPSILON);
    }

    #[test]
    fn wrong_hours_are_refused_with_the_name_of_the_band() {
        let with = |hours: &str| {
            let text = format!(
                "name = \"own\"\nbased_on = \"foot\"\n[[bands]]\nname = \"rush\"\ndays = [\"mon\"]\n\
                 hours = {hours}\nfactor = 0.5\n"
            );
            Bands::of(&Profile::parse(&text).unwrap())
        };
        assert!(with("[\"7-9\"]").is_ok());
        for wrong in ["[\"9-7\"]", "[\"7-25\"]", "[\"morning\"]", "[\"7-9\", \"8-10\"]"] {
            let refused = with(wrong).unwrap_err().to_string();
            assert!(refused.contains("rush"), "{wrong}: {refused}");
        }
    }

    #[test]
    fn every_profile_that_comes_with_the_product_has_sound_bands() {
        for name in BUILT_IN_NAMES {
            Bands::of(&Profile::built_in(name).unwrap()).unwrap();
        }
    }
}
