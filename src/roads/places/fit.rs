//! How well a query fits one entry: each of its words fits a word of the name, of another name, or of
//! what lies around it, in any order; words left over may be a house number.

use super::PlaceIndex;
use super::ask::{Asked, WordSet};
use super::columns::some;
use super::letters::is_unspaced;
use super::words::{FIRST_OF_NAME, VARIANT, WORD};

/// What a query has and an entry lacks, and the other way round.
#[derive(Debug, Default, Clone, Copy)]
pub struct Fit {
    /// Typing errors.
    pub errors: u32,
    /// Everything else that is less than the very name; less is better.
    pub faults: u32,
    /// Words of the name itself that were not asked for.
    pub unasked: u32,
    /// Some word of the name is only begun, though it is no common one.
    pub guessed: bool,
    /// Words that fit the name.
    pub in_name: WordSet,
    /// Words that fit nothing: some may be a number, the others are passed over.
    pub left_over: WordSet,
    pub passed_over: WordSet,
    /// Words that may be a number and fit only as a beginning, or elsewhere than in the name shown.
    pub doubtful: WordSet,
}

/// How a word fits, from the best on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Whole,
    Begun,
    Wrong,
}

const GRADES: [Grade; 3] = [Grade::Whole, Grade::Begun, Grade::Wrong];

/// How a word of the query fits a word of the entry.
#[derive(Debug, Clone, Copy)]
struct WordFit {
    grade: Grade,
    errors: u8,
    whole: bool,
}

impl PlaceIndex {
    /// Whole words are given away first, then beginnings, then errors; each word of the name fits one
    /// word of the query. `None` if a word fits nothing and is no number, or if nothing of the name was
    /// asked for.
    pub(super) fn fit(&self, number: u32, asked: &Asked) -> Option<Fit> {
        let entry = &self.columns.entries[number as usize];
        let name = self.words.words_of(number);
        let own = usize::from(entry.own_words);
        let city = some(entry.city).or_else(|| {
            some(entry.settlement)
                .and_then(|settlement| some(self.columns.entries[settlement as usize].city))
        });
        let around = [some(entry.settlement), city, some(entry.street)];
        let around = around.map(|entry| entry.map_or(&[][..], |entry| self.words.words_of(entry)));

        let mut fit = Fit::default();
        let mut open: WordSet = 0;
        // What can fit at all; most entries end here.
        for (at, word) in asked.words.iter().enumerate() {
            let fits = |known: &u32| word.fits(known & WORD).is_some();
            if name.iter().any(fits) {
                fit.in_name |= 1 << at;
                open |= 1 << at;
            } else if around.iter().copied().flatten().any(fits) {
                open |= 1 << at;
            } else if word.may_be_number || word.is_around || asked.manner.extras {
                self.leave(&mut fit, asked, at);
            } else {
                return None;
            }
        }
        if fit.in_name == 0 {
            return None;
        }

        let mut taken: u32 = 0;
        let may_be_in_name = std::mem::take(&mut fit.in_name);
        for grade in GRADES {
            for (at, word) in asked.words.iter().enumerate() {
                if open >> at & 1 == 0 {
                    continue;
                }
                // An unfinished last word is being typed; an unfinished other one is a guess.
                let unfinished = 1 + u32::from(!word.is_last);
                let best = |words: &[u32], taken: u32| {
                    let free = (0..words.len()).filter(|&place| taken >> place & 1 == 0);
                    let fitting = free.filter_map(|place| {
                        let meant = word.fits(words[place] & WORD)?;
                        let fits = WordFit::of(meant.errors, meant.whole);
                        (fits.grade == grade).then_some((fits.errors, !fits.whole, place))
                    });
                    fitting.min()
                };
                let in_name = if may_be_in_name >> at & 1 == 1 { best(name, taken) } else { None };
                if let Some((errors, begun, place)) = in_name {
                    taken |= 1 << place;
                    fit.in_name |= 1 << at;
                    fit.errors += u32::from(errors);
                    fit.faults += if begun { unfinished } else { 0 };
                    fit.guessed |= begun && self.says_something(name[place] & WORD);
                    if grade != Grade::Whole || place >= own {
                        fit.doubtful |= 1 << at;
                    }
                    open &= !(1 << at);
                    continue;
                }
                // The settlement itself is better than the town it belongs to.
                let beside = (1..).zip(around).filter_map(|(far, words): (u32, &[u32])| {
                    best(words, 0).map(|(errors, begun, _)| (errors, begun, far))
                });
                if let Some((errors, begun, far)) = beside.min() {
                    fit.errors += u32::from(errors);
                    fit.faults += far + if begun { unfinished } else { 0 };
                    fit.doubtful |= 1 << at;
                    open &= !(1 << at);
                }
            }
        }
        if fit.in_name == 0 {
            return None;
        }
        // Two words of the query fit the same word of the name.
        for (at, word) in asked.words.iter().enumerate().filter(|(at, _)| open >> at & 1 == 1) {
            if !(word.may_be_number || word.is_around || asked.manner.extras) {
                return None;
            }
            self.leave(&mut fit, asked, at);
        }
        for (at, _) in asked.words.iter().enumerate().filter(|(_, word)| !word.may_be_number) {
            fit.doubtful &= !(1 << at);
        }
        let (unasked, said) = self.asked_of(name, taken);
        fit.unasked = unasked;
        fit.faults += unasked.min(4);
        // "Rua das Flores" is not any other "Rua", nor is "Flores" alone enough among words passed over.
        (!asked.manner.extras || unasked == 0 || said > unasked).then_some(fit)
    }

    /// How many words that say something were not asked for, and how many were, of the name that was
    /// meant: of several names the one that lacks the least.
    fn asked_of(&self, names: &[u32], taken: u32) -> (u32, u32) {
        let mut best: Option<(u32, u32)> = None;
        let mut place = 0;
        for name in names.chunk_by(|_, next| next & FIRST_OF_NAME == 0) {
            let (mut unasked, mut said, mut other, mut is_meant) = (0_u32, 0, 0, place == 0);
            for &word in name {
                let is_taken = taken >> place & 1 == 1;
                is_meant |= is_taken;
                if word & VARIANT != 0 {
                    other += u32::from(is_taken);
                } else if self.says_something(word & WORD) {
                    *(if is_taken { &mut said } else { &mut unasked }) += 1;
                }
                place += 1;
            }
            // A word that is written another way stands for one of the name.
            let other = other.min(unasked);
            let name = (unasked - other, said + other);
            let is_better = best.is_none_or(|best| (name.0, best.1) < (best.0, name.1));
            if is_meant && is_better {
                best = Some(name);
            }
        }
        best.unwrap_or_default()
    }

    /// A name without this word may be another name: it is neither common nor an article.
    fn says_something(&self, word: u32) -> bool {
        let is_article = || {
            let mut letters = self.words.words().of(word as usize).chars();
            letters.clone().count() <= 2 && !letters.any(is_unspaced)
        };
        !self.words.is_common(word) && !is_article()
    }

    /// A word that fits nothing.
    fn leave(&self, fit: &mut Fit, asked: &Asked, at: usize) {
        let word = &asked.words[at];
        if word.may_be_number {
            fit.left_over |= 1 << at;
        } else if word.is_around {
            fit.faults += 1;
        } else {
            fit.passed_over |= 1 << at;
        }
    }
}

impl WordFit {
    fn of(errors: u8, whole: bool) -> Self {
        let grade = match (errors, whole) {
            (0, true) => Grade::Whole,
            (0, false) => Grade::Begun,
            _ => Grade::Wrong,
        };
        Self { grade, errors, whole }
    }
}
