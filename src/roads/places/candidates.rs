//! Which entries are compared with a query: those that have its rarest word.

use super::PlaceIndex;
use super::ask::{Asked, AskedWord};
use super::columns::Entry;
use crate::roads::plane::{Spot, along_hilbert_curve};
use crate::units::Point;

/// A word that fits more entries than these is not yet a question: only the settlements and those near
/// the wanted place are looked at.
const CANDIDATES_MAX: usize = 12_000;
/// Where the one who asks is.
#[derive(Debug, Clone, Copy)]
pub struct Near {
    spot: Spot,
    step_m: f64,
    /// Along the curve that entries are numbered by.
    along: u64,
}

impl Near {
    pub fn to(point: Point) -> Self {
        let spot = Spot::of(point);
        Self { spot, step_m: spot.step_m(), along: along_hilbert_curve(spot) }
    }

    pub fn distance_m(&self, spot: Spot) -> f64 {
        self.spot.distance2(spot).sqrt() * self.step_m
    }
}

impl PlaceIndex {
    /// Entries that have the rarest of the words that must fit; if all could be numbers, or words may be
    /// passed over, entries that have any.
    pub(super) fn candidates(&self, asked: &Asked, near: Option<Near>) -> Vec<u32> {
        let mut words: Vec<(usize, &AskedWord)> = (asked.words.iter())
            .filter(|word| !word.may_be_number && !word.meant.is_empty())
            .map(|word| (self.count(word), word))
            .collect();
        words.sort_by_key(|(count, _)| *count);
        let mut must_fit = asked.words.iter().filter(|word| !word.may_be_number && !word.is_around);
        if words.is_empty() || asked.manner.extras {
            let mut all: Vec<u32> = Vec::new();
            let numbers = asked.words.iter().filter(|word| words.is_empty() || word.is_last);
            for word in words.iter().map(|(_, word)| *word).chain(numbers) {
                if all.len() < CANDIDATES_MAX {
                    all.extend(self.entries_with(word, near));
                }
            }
            all.sort_unstable();
            all.dedup();
            return all;
        }
        if must_fit.any(|word| word.meant.is_empty()) {
            return Vec::new();
        }
        let mut best: Option<Vec<u32>> = None;
        for (count, word) in words {
            if best.as_ref().is_some_and(|best| best.len() <= count) {
                break;
            }
            let mut entries = self.entries_with(word, near);
            if asked.words.len() > 1 {
                let settlements = entries.partition_point(|&entry| entry < self.settled);
                for at in 0..settlements {
                    entries.extend(self.columns.within.of(entries[at] as usize));
                }
                if settlements > 0 {
                    entries.sort_unstable();
                    entries.dedup();
                }
            }
            if best.as_ref().is_none_or(|best| entries.len() < best.len()) {
                best = Some(entries);
            }
        }
        best.unwrap_or_default()
    }

    fn count(&self, word: &AskedWord) -> usize {
        word.meant.iter().map(|meant| self.words.count(&meant.words)).sum()
    }

    /// The entries that have a word in their names, sorted.
    fn entries_with(&self, word: &AskedWord, near: Option<Near>) -> Vec<u32> {
        if word.meant.iter().all(|meant| meant.errors == 0)
            && let Some(begun) = self.words.begun(&word.text)
        {
            return self.nearest_of(begun, near);
        }
        let mut entries: Vec<u32> = Vec::new();
        let mut meant: Vec<_> = word.meant.iter().collect();
        meant.sort_by_key(|meant| meant.errors);
        for meant in meant {
            for list in self.words.lists(meant.words.clone()) {
                entries.extend(list);
            }
            if entries.len() > 4 * CANDIDATES_MAX {
                break;
            }
        }
        entries.sort_unstable();
        entries.dedup();
        if entries.len() > CANDIDATES_MAX { self.nearest_of(&entries, near) } else { entries }
    }

    /// Of too many entries the settlements, and those that the numbering has near the wanted place, or
    /// spread over the land.
    fn nearest_of(&self, entries: &[u32], near: Option<Near>) -> Vec<u32> {
        if entries.len() <= CANDIDATES_MAX {
            return entries.to_vec();
        }
        let settlements = entries.partition_point(|&entry| entry < self.settled);
        let (settlements, others) = entries.split_at(settlements);
        let mut chosen = settlements[..settlements.len().min(CANDIDATES_MAX / 2)].to_vec();
        let wanted = CANDIDATES_MAX - chosen.len();
        if let Some(near) = near {
            let all: &[Entry] = &self.columns.entries;
            let here = others.partition_point(|&entry| {
                along_hilbert_curve(all[entry as usize].spot) < near.along
            });
            let from = here.saturating_sub(wanted / 2).min(others.len().saturating_sub(wanted));
            chosen.extend(&others[from..(from + wanted).min(others.len())]);
        } else {
            chosen.extend(others.iter().step_by(others.len().div_ceil(wanted)));
        }
        chosen
    }
}
