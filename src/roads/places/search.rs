//! Answers a query. The rarest of its words gives the candidates, the others are checked on each; then
//! the same with typing errors, and if nothing was found, passing over words that fit nothing.

use super::ask::{Asked, Manner, readings};
use super::candidates::Near;
use super::columns::{NONE, some};
use super::fit::Fit;
use super::{Confidence, Place, PlaceIndex, PlaceKind, houses};
use crate::units::Point;
use std::cmp::Ordering;
use std::collections::HashSet;

/// From so many words on, some may be passed over if nothing is found otherwise.
const EXTRA_WORDS_MIN: usize = 2;
/// So many houses of a street are shown for an unfinished number.
const BEGUN_HOUSES: usize = 4;
/// Some answers are the same found in another way, or read the same; this many times the wanted ones are
/// enough to choose from.
const ENOUGH: usize = 12;
/// Within this distance importance decides and not nearness, metres.
const NEAR_M: f64 = 500.0;
/// Two places of one label nearer than this are one to whoever reads it, metres.
const SAME_PLACE_M: f64 = 250.0;

/// What counts against an answer beside its name.
const NUMBER_BEGUN: u32 = 2;
const NUMBER_MISSING: u32 = 5;
const NUMBER_LEFT: u32 = 2;
const CODE_UNKNOWN: u32 = 2;
/// A word passed over is as bad as so many typing errors, and one of the name not asked for, where words
/// are passed over, as one.
const WORD_PASSED_OVER: u32 = 3;

/// An answer, and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// Errors and words passed over; nothing makes up for them.
    doubt: u32,
    faults: u32,
    /// Importance and distance; less is better.
    score: f64,
    pub entry: u32,
    /// Among the houses of all streets, or `NONE`.
    pub house: u32,
    /// A house number that was asked for and is not there, or `NONE`.
    pub missing: u32,
    pub confidence: Confidence,
}

impl Found {
    fn order(&self, other: &Self) -> Ordering {
        (self.doubt, self.faults)
            .cmp(&(other.doubt, other.faults))
            .then(self.score.total_cmp(&other.score))
            .then((self.entry, self.house).cmp(&(other.entry, other.house)))
    }
}

impl PlaceIndex {
    /// What fits a text, the best first, at most `limit`. Every word must fit; the last one may be
    /// unfinished, the others too, at a worse place. A house number may stand before or after its
    /// street. What fits without a typing error comes before what fits with one; of equally good ones the
    /// more important and the nearer to `near` come first. If nothing fits, words may be passed over.
    pub fn search(&self, text: &str, near: Option<Point>, limit: usize) -> Vec<Place> {
        if limit == 0 {
            return Vec::new();
        }
        let manner = Manner { unfinished: true, errors: false, extras: false };
        let mut places: Vec<Place> = Vec::new();
        for found in self.find(text, near, manner, limit) {
            let place = self.shown(&found);
            let is_known = places.iter().any(|known| {
                known.label == place.label
                    && known.kind == place.kind
                    && known.at.distance_m(place.at) < SAME_PLACE_M
            });
            if !is_known {
                places.push(place);
            }
            if places.len() == limit {
                break;
            }
        }
        places
    }

    /// The place of a whole address as it is written in lists: "12 Triq il-Kbira, Mosta". Words that fit
    /// nothing (a company, a flat, a country) are passed over, and make the answer less sure.
    pub fn find_address(&self, text: &str, near: Option<Point>) -> Option<Place> {
        let manner = Manner { unfinished: false, errors: false, extras: false };
        self.find(text, near, manner, 1).first().map(|found| self.shown(found))
    }

    /// Another place, elsewhere, that fits a whole address as well as the one that [`Self::find_address`]
    /// gives: then the address alone does not say which is meant, and nearness has decided.
    pub fn find_rival(&self, text: &str, near: Option<Point>) -> Option<Place> {
        let manner = Manner { unfinished: false, errors: false, extras: false };
        let found = self.find(text, near, manner, 1);
        let best = found.first()?;
        let first = self.shown(best);
        let as_good = found
            .iter()
            .skip(1)
            .take_while(|other| (other.doubt, other.faults) == (best.doubt, best.faults));
        as_good
            .map(|other| self.shown(other))
            .find(|other| other.at.distance_m(first.at) >= SAME_PLACE_M)
    }

    /// Best first; a few more than `limit`, since some may look alike.
    fn find(&self, text: &str, near: Option<Point>, manner: Manner, limit: usize) -> Vec<Found> {
        let near = near.map(Near::to);
        let mut found = Vec::new();
        let with_errors = Manner { errors: true, ..manner };
        let with_extras = Manner { extras: true, ..with_errors };
        let mut asked: Vec<Asked> = Vec::new();
        for manner in [manner, with_errors, with_extras] {
            if manner.extras {
                for asked in &mut asked {
                    asked.manner = manner;
                }
            } else {
                asked = readings(text, manner, &self.columns, &self.words);
            }
            let words = asked.iter().map(|asked| asked.words.len()).max().unwrap_or(0);
            if manner.extras && (!found.is_empty() || words < EXTRA_WORDS_MIN) {
                break;
            }
            for asked in &asked {
                for entry in self.candidates(asked, near) {
                    self.judge(entry, asked, near, &mut found);
                }
            }
            let enough = limit.saturating_mul(ENOUGH);
            if found.len() > enough {
                found.select_nth_unstable_by(enough, Found::order);
                found.truncate(enough);
            }
            // The same again, found in another way, is not better than at first.
            found.sort_unstable_by(Found::order);
            let mut known = HashSet::new();
            found.retain(|one| known.insert((one.entry, one.house)));
            if found.len() >= limit {
                break;
            }
        }
        found
    }

    /// Adds the entry or its house numbers, if the words fit.
    fn judge(&self, number: u32, asked: &Asked, near: Option<Near>, found: &mut Vec<Found>) {
        let Some(fit) = self.fit(number, asked) else { return };
        let entry = &self.columns.entries[number as usize];
        let has_figures_only = fit.left_over == 0;
        match entry.kind() {
            PlaceKind::Postcode if !has_figures_only => {
                self.judge_houses_of_code(number, asked, &fit, near, found);
            }
            PlaceKind::Street => self.judge_street(number, asked, &fit, near, found),
            _ => {
                let is_house = some(entry.housenumber).is_some_and(|text| {
                    let run = asked.numbers.iter().filter(|run| run.whole);
                    let key = super::build::house_key(self.columns.texts.of(text as usize));
                    run.into_iter().any(|run| {
                        run.words == fit.left_over
                            && self.columns.number_keys.of(run.keys.start as usize) == key
                    })
                });
                if has_figures_only || is_house {
                    self.add(found, asked, &fit, near, Answer::of(number));
                } else if asked.manner.extras {
                    // A number is as good as a word where there are no houses.
                    let fit = Fit { passed_over: fit.passed_over | fit.left_over, ..fit };
                    let answer = Answer::of(number);
                    self.add(found, asked, &fit, near, answer);
                }
            }
        }
    }

    fn judge_street(
        &self,
        number: u32,
        asked: &Asked,
        fit: &Fit,
        near: Option<Near>,
        found: &mut Vec<Found>,
    ) {
        let range = self.columns.houses.range(number as usize);
        let here = &self.columns.houses.items()[range.clone()];
        let all = Answer::of(number);
        let house = |at: usize| Answer { house: (range.start + at) as u32, ..all };
        // "1" after a street begins "1st Lane" but may as well be house 1.
        let asked_for = houses::asked_for(here, asked, fit);
        if fit.left_over == 0 {
            self.add(found, asked, fit, near, all);
            if let Some((at, _)) = asked_for {
                self.add(found, asked, fit, near, house(at));
            }
            return;
        }
        if let Some((at, left)) = asked_for
            && houses::may_be_left(left, asked)
        {
            let left = left.count_ones();
            self.add(found, asked, fit, near, Answer { left, ..house(at) });
            return;
        }
        let begun = houses::begun(here, asked, fit);
        for at in begun.clone().take(BEGUN_HOUSES) {
            let answer = Answer { faults: NUMBER_BEGUN, ..house(at) };
            self.add(found, asked, fit, near, answer);
        }
        if begun.is_empty() && houses::may_be_left(fit.left_over, asked) {
            let missing = houses::missing(asked, fit).unwrap_or(NONE);
            let left = fit.left_over.count_ones() - u32::from(missing != NONE);
            let answer = Answer { missing, left, faults: NUMBER_MISSING, ..all };
            self.add(found, asked, fit, near, answer);
        }
    }

    /// "2491 DC 12": a code and a number are an address, too.
    fn judge_houses_of_code(
        &self,
        number: u32,
        asked: &Asked,
        fit: &Fit,
        near: Option<Near>,
        found: &mut Vec<Found>,
    ) {
        let Some(code) = some(self.columns.entries[number as usize].postcode) else { return };
        for &street in self.columns.with_code.of(code as usize) {
            let range = self.columns.houses.range(street as usize);
            let here = &self.columns.houses.items()[range.clone()];
            if let Some((at, 0)) = houses::asked_for(here, asked, fit)
                && here[at].postcode == code
            {
                let house = (range.start + at) as u32;
                self.add(found, asked, fit, near, Answer { house, ..Answer::of(street) });
            }
        }
    }

    /// Adds an answer, unless its postcode is another one than was asked for.
    fn add(
        &self,
        found: &mut Vec<Found>,
        asked: &Asked,
        fit: &Fit,
        near: Option<Near>,
        answer: Answer,
    ) {
        let entry = &self.columns.entries[answer.entry as usize];
        let house = some(answer.house).map(|house| &self.columns.houses.items()[house as usize]);
        let mut faults = fit.faults + answer.faults + answer.left * NUMBER_LEFT;
        let mut is_whole = answer.left == 0 && fit.passed_over == 0 && answer.missing == NONE;
        if let Some(codes) = &asked.codes {
            let known = match house.and_then(|house| some(house.postcode)) {
                Some(code) => &[code][..],
                None => self.columns.codes_of.of(answer.entry as usize),
            };
            // A town does not know its codes, and the code itself is a better answer.
            if known.is_empty() && entry.kind() != PlaceKind::Locality {
                faults += CODE_UNKNOWN;
                is_whole = false;
            } else if !known.iter().any(|code| codes.contains(code)) {
                return;
            }
        }
        let passed_over = fit.passed_over.count_ones();
        let mut doubt = fit.errors + passed_over * WORD_PASSED_OVER;
        if asked.manner.extras {
            doubt += answer.left + fit.unasked;
        }
        let is_other_name =
            fit.errors > 0 || !asked.manner.unfinished && (fit.guessed || fit.unasked > 0);
        // Of an address, only the town.
        let is_part = entry.kind() == PlaceKind::Locality && !is_whole;
        let confidence = if is_other_name || is_part {
            Confidence::Fuzzy
        } else if is_whole && answer.faults < NUMBER_MISSING {
            Confidence::Exact
        } else {
            Confidence::Near
        };
        let spot = house.map_or(entry.spot, |house| house.spot);
        let farness = near.map_or(0.0, |near| 10.0 * (1.0 + near.distance_m(spot) / NEAR_M).ln());
        found.push(Found {
            doubt,
            faults,
            score: f64::from(entry.rank) + farness,
            entry: answer.entry,
            house: answer.house,
            missing: answer.missing,
            confidence,
        });
    }
}

/// A possible answer.
#[derive(Debug, Clone, Copy)]
struct Answer {
    entry: u32,
    house: u32,
    missing: u32,
    /// Numbers of the query that it leaves unexplained.
    left: u32,
    faults: u32,
}

impl Answer {
    fn of(entry: u32) -> Self {
        Self { entry, house: NONE, missing: NONE, left: 0, faults: 0 }
    }
}
