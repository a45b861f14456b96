//! What the fleet's own driving teaches about single streets: for each edge and band of the week, how fast
//! it is really driven compared with what the profile says. Few drives move it little, and old ones fade.

use crate::roads::graph::Streets;
use std::collections::HashMap;

/// A piece of street in one direction, by ids that a newer extract has too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreetKey {
    pub way: i64,
    pub tail_node: i64,
    pub head_node: i64,
}

/// A piece of street that was driven from end to end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    pub street: StreetKey,
    /// When it was entered.
    pub minute_of_week: u16,
    pub duration_s: f32,
}

/// What is known of a piece of street in a band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experience {
    /// Logarithm of the speed driven over the profile's, the mean of what counts.
    pub log_ratio: f32,
    /// How many drives count; old ones count less.
    pub drives: f32,
}

/// What is known of one piece of street in one band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lesson {
    pub street: StreetKey,
    /// A number of the network's [`Bands`](super::Bands).
    pub band: u8,
    pub known: Experience,
}

/// The profile counts as so many drives.
const PROFILE_DRIVES: f32 = 3.0;
/// Beyond so many, each new drive pushes an old one out.
const DRIVES_MAX: f32 = 20.0;
/// A drive that was slower or faster than this was a stop or a mistake.
const RATIO_SENSIBLE: std::ops::RangeInclusive<f32> = 0.1..=2.5;

/// The experience of a fleet on one map.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    of: HashMap<(StreetKey, u8), Experience>,
}

impl Learned {
    /// From what was kept.
    pub fn of_lessons(lessons: impl IntoIterator<Item = Lesson>) -> Self {
        let of = lessons.into_iter().map(|Lesson { street, band, known }| ((street, band), known));
        Self { of: of.collect() }
    }

    pub fn lessons(&self) -> impl Iterator<Item = Lesson> {
        self.of.iter().map(|(&(street, band), &known)| Lesson { street, band, known })
    }

    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Takes a drive in; `expected_s` is what the profile says for it. What is known then, if it counts.
    pub(in crate::roads) fn take(
        &mut self,
        street: StreetKey,
        band: u8,
        expected_s: f32,
        driven_s: f32,
    ) -> Option<Lesson> {
        let ratio = expected_s / driven_s;
        if !RATIO_SENSIBLE.contains(&ratio) {
            return None;
        }
        let known =
            self.of.entry((street, band)).or_insert(Experience { log_ratio: 0.0, drives: 0.0 });
        let before = known.drives.min(DRIVES_MAX - 1.0);
        known.drives = before + 1.0;
        known.log_ratio += (ratio.ln() - known.log_ratio) / known.drives;
        Some(Lesson { street, band, known: *known })
    }

    /// What is left of the profile's speed on an edge, 1 where nothing is known.
    pub(in crate::roads) fn factors(&self, streets: &Streets, band: u8) -> HashMap<u32, f32> {
        if self.of.is_empty() {
            return HashMap::new();
        }
        (0..streets.edges().len() as u32)
            .filter_map(|edge| {
                let known = self.of.get(&(street_key(streets, edge), band))?;
                let share = known.drives / (known.drives + PROFILE_DRIVES);
                Some((edge, (known.log_ratio * share).exp()))
            })
            .collect()
    }
}

/// The ids of an edge.
pub(in crate::roads) fn street_key(streets: &Streets, edge: u32) -> StreetKey {
    let of = &streets.edges()[edge as usize];
    let node = |junction: u32| streets.junctions()[junction as usize].node;
    StreetKey { way: of.way, tail_node: node(of.tail), head_node: node(of.head) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREET: StreetKey = StreetKey { way: 1, tail_node: 2, head_node: 3 };

    fn log_ratio(learned: &Learned) -> f32 {
        learned.lessons().next().unwrap().known.log_ratio
    }

    #[test]
    fn the_mean_of_drives_is_learned_and_what_is_old_fades() {
        let mut learned = Learned::default();
        for driven_s in [20.0, 20.0, 20.0] {
            assert!(learned.take(STREET, 1, 10.0, driven_s).is_some());
        }
        assert!((log_ratio(&learned) - 0.5_f32.ln()).abs() < 1e-5);
        for _ in 0..100 {
            learned.take(STREET, 1, 10.0, 10.0);
        }
        assert!(log_ratio(&learned).abs() < 0.02, "{}", log_ratio(&learned));
    }

    #[test]
    fn a_stop_for_coffee_teaches_nothing() {
        let mut learned = Learned::default();
        assert_eq!(learned.take(STREET, 1, 10.0, 900.0), None);
        assert_eq!(learned.take(STREET, 1, 10.0, 0.0), None);
        assert!(learned.is_empty());
    }

    #[test]
    fn what_is_kept_comes_back() {
        let mut learned = Learned::default();
        learned.take(STREET, 2, 10.0, 15.0);
        let again = Learned::of_lessons(learned.lessons());
        assert_eq!(again.lessons().collect::<Vec<_>>(), learned.lessons().collect::<Vec<_>>());
    }
}
