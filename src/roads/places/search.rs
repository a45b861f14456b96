//! Answers a query: each of its words begins a word of the name, of another name, or of the settlement
//! of what is found, in any order; words left over must be the house number.
//!
//! A sorted list of all words, each with the entries it occurs in. The rarest word of the query gives
//! the candidates, the others are checked on each.

use super::collect::{Entry, STREET_RANK, Settlement};
use super::{Place, PlaceIndex, PlaceKind, fold};
use crate::roads::plane::Spot;
use crate::units::Point;
use std::collections::HashMap;
use std::ops::Range;

/// Words of all names, and where they occur.
#[derive(Debug, Default)]
pub struct WordIndex {
    /// Sorted.
    words: Vec<Box<str>>,
    /// Entries of word `i` are `entries[first[i]..first[i + 1]]`.
    first: Vec<u32>,
    entries: Vec<u32>,
    /// Of each entry: words of its name, then those of its other names.
    of_entry: Vec<EntryWords>,
    of_settlement: Vec<Box<[u32]>>,
    /// Figures and letters of all house numbers, sorted.
    number_parts: Vec<Box<str>>,
}

#[derive(Debug)]
struct EntryWords {
    words: Box<[u32]>,
    /// So many of them are of the name itself.
    own: u32,
}

/// Words beyond these many are not looked at, neither in a query nor in a name.
const QUERY_WORDS_MAX: usize = 24;
const NAME_WORDS_MAX: usize = 32;
/// A query with more words than these of which nobody can say whether they are a number has none.
const DOUBTFUL_MAX: u32 = 6;
/// A word is common if it is in more than one of so many entries.
const COMMON_SHARE: usize = 40;
/// A query that fits more entries than these is not yet a question; the rest is not looked at.
const CANDIDATES_MAX: usize = 40_000;

impl WordIndex {
    pub fn build(entries: &[Entry], settlements: &[Settlement]) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut intern = |word: String| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        };
        let mut of_settlement: Vec<Vec<u32>> = settlements
            .iter()
            .map(|settlement| {
                let mut words = fold::words(&settlement.name);
                words.extend(fold::variants(&settlement.name));
                for other in &settlement.other_names {
                    words.extend(fold::words(other));
                    words.extend(fold::variants(other));
                }
                words.into_iter().take(NAME_WORDS_MAX).map(&mut intern).collect()
            })
            .collect();
        let mut of_entry: Vec<(Vec<u32>, u32)> = entries
            .iter()
            .map(|entry| {
                let mut words = fold::words(&entry.name);
                words.truncate(NAME_WORDS_MAX);
                let own = words.len() as u32;
                words.extend(fold::variants(&entry.name));
                for other in &entry.other_names {
                    words.extend(fold::words(other));
                    words.extend(fold::variants(other));
                }
                words.truncate(NAME_WORDS_MAX);
                (words.into_iter().map(&mut intern).collect(), own)
            })
            .collect();

        // Words get their number by the alphabet, so that a prefix is a range.
        let mut sorted: Vec<(String, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut renumbered = vec![0; sorted.len()];
        for (new, (_, old)) in (0..).zip(&sorted) {
            renumbered[*old as usize] = new;
        }
        let lists = of_settlement.iter_mut().chain(of_entry.iter_mut().map(|(words, _)| words));
        for word in lists.flatten() {
            *word = renumbered[*word as usize];
        }

        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (number, ((words, _), entry)) in (0..).zip(of_entry.iter().zip(entries)) {
            let settlement = entry.settlement.map(|at| &of_settlement[at as usize]);
            let all = words.iter().chain(settlement.into_iter().flatten());
            pairs.extend(all.map(|&word| (word, number)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut first = vec![0_u32; sorted.len() + 1];
        for (word, _) in &pairs {
            first[*word as usize + 1] += 1;
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        let mut number_parts: Vec<Box<str>> = entries
            .iter()
            .flat_map(|entry| &entry.numbers)
            .flat_map(|number| number.key.split(' '))
            .map(Into::into)
            .collect();
        number_parts.sort_unstable();
        number_parts.dedup();
        Self {
            words: sorted.into_iter().map(|(word, _)| word.into()).collect(),
            first,
            entries: pairs.into_iter().map(|(_, entry)| entry).collect(),
            of_entry: of_entry
                .into_iter()
                .map(|(words, own)| EntryWords { words: words.into(), own })
                .collect(),
            of_settlement: of_settlement.into_iter().map(Into::into).collect(),
            number_parts,
        }
    }

    /// The numbers of the words that begin so.
    fn beginning(&self, prefix: &str) -> Range<u32> {
        let from = self.words.partition_point(|word| &**word < prefix);
        let len = self.words[from..].partition_point(|word| word.starts_with(prefix));
        from as u32..(from + len) as u32
    }

    /// Where the entries of a range of words are listed.
    fn listed(&self, words: &Range<u32>) -> Range<usize> {
        let at = |word: u32| self.first.get(word as usize).map_or(0, |&at| at as usize);
        at(words.start)..at(words.end)
    }

    /// Words like "street" say nothing: a name is not worse for having one that was not asked for.
    fn is_common(&self, word: u32) -> bool {
        self.listed(&(word..word + 1)).len() * COMMON_SHARE > self.of_entry.len()
    }

    /// Whether a word of a query can be, or begin, a house number or a part of one.
    fn may_be_number(&self, word: &str, is_last: bool) -> bool {
        fold::number_parts(word).into_iter().all(|part| {
            let at = self.number_parts.partition_point(|known| &**known < part);
            self.number_parts
                .get(at)
                .is_some_and(|known| &**known == part || is_last && known.starts_with(part))
        })
    }
}

/// A word of a query.
struct Asked {
    text: String,
    beginning: Range<u32>,
    /// The word itself, if it occurs.
    exact: Option<u32>,
    may_be_number: bool,
    is_last: bool,
}

/// How well an entry fits; less is better.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Found {
    /// Faults of the match.
    faults: u32,
    distance: f64,
    rank: u8,
    entry: u32,
    number: Option<u32>,
}

/// Words of a query, as bits by their place in it.
type WordSet = u32;

/// How the words of a query fit an entry.
#[derive(Debug, Default)]
struct Fit {
    faults: u32,
    in_name: bool,
    left_over: WordSet,
    /// May be a number and fit only as a beginning, or elsewhere than in the name shown.
    doubtful: WordSet,
}

impl PlaceIndex {
    /// What fits a text, the best first, at most `limit`. Every word must fit; the last one may be
    /// unfinished, the others too, at a worse place. A house number may stand before or after its
    /// street. Of equally good ones the nearer to `near` comes first.
    pub fn search(&self, text: &str, near: Option<Point>, limit: usize) -> Vec<Place> {
        let asked = self.ask(text);
        if asked.is_empty() || limit == 0 {
            return Vec::new();
        }
        let near = near.map(Spot::of);
        let mut found = Vec::new();
        for entry in self.candidates(&asked) {
            self.judge(entry, &asked, near, &mut found);
        }
        let order = |a: &Found, b: &Found| {
            (a.faults.cmp(&b.faults))
                .then(a.distance.total_cmp(&b.distance))
                .then(a.rank.cmp(&b.rank))
                .then(self.entries[a.entry as usize].name.cmp(&self.entries[b.entry as usize].name))
                .then((a.entry, a.number).cmp(&(b.entry, b.number)))
        };
        if found.len() > limit {
            found.select_nth_unstable_by(limit - 1, order);
            found.truncate(limit);
        }
        found.sort_unstable_by(order);
        found.into_iter().map(|one| self.place(one.entry, one.number)).collect()
    }

    fn ask(&self, text: &str) -> Vec<Asked> {
        let mut words = fold::words(text);
        words.truncate(QUERY_WORDS_MAX);
        let count = words.len();
        (1..)
            .zip(words)
            .map(|(place, text)| {
                let is_last = place == count;
                let beginning = self.words.beginning(&text);
                let first = self.words.words.get(beginning.start as usize);
                let exact = first.is_some_and(|word| **word == *text).then_some(beginning.start);
                let may_be_number = self.words.may_be_number(&text, is_last);
                Asked { text, beginning, exact, may_be_number, is_last }
            })
            .collect()
    }

    /// Entries that have the rarest of the words that must fit a name; if all could be numbers, entries
    /// that have any of them.
    fn candidates(&self, asked: &[Asked]) -> Vec<u32> {
        let rarest = asked
            .iter()
            .filter(|word| !word.may_be_number)
            .map(|word| self.words.listed(&word.beginning))
            .min_by_key(ExactSizeIterator::len);
        let ranges = match rarest {
            Some(range) => vec![range],
            None => asked.iter().map(|word| self.words.listed(&word.beginning)).collect(),
        };
        let mut candidates: Vec<u32> = ranges
            .into_iter()
            .flat_map(|range| &self.words.entries[range])
            .take(CANDIDATES_MAX)
            .copied()
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Adds the entry or its house numbers, if the words fit.
    fn judge(&self, number: u32, asked: &[Asked], near: Option<Spot>, found: &mut Vec<Found>) {
        let entry = &self.entries[number as usize];
        let Some(fit) = self.fit(number, entry, asked) else { return };
        let mut add = |faults: u32, house: Option<u32>| {
            let spot = house.map_or(entry.spot, |house| entry.numbers[house as usize].spot);
            let distance = near.map_or(0.0, |near| near.distance2(spot));
            found.push(Found { faults, distance, rank: entry.rank, entry: number, number: house });
        };
        if fit.left_over == 0 {
            add(fit.faults, None);
            // "1" after a street begins "1st Lane" but may as well be house 1.
            if let Some(house) = house_number(entry, asked, &fit) {
                add(fit.faults, Some(house));
            }
            return;
        }
        if entry.kind != PlaceKind::Street {
            return;
        }
        if let Some(house) = house_number(entry, asked, &fit) {
            add(fit.faults, Some(house));
            return;
        }
        let begun = house_numbers_beginning(entry, asked, fit.left_over);
        for house in begun.clone().take(4) {
            add(fit.faults + 2, Some(house));
        }
        // The house is not in the map, its street is.
        if begun.is_empty() {
            add(fit.faults + 5, None);
        }
    }

    /// Whole words are given away first; each word of the name fits one word of the query. `None` if a
    /// word fits nothing and is no number, or if nothing of the name was asked for.
    fn fit(&self, number: u32, entry: &Entry, asked: &[Asked]) -> Option<Fit> {
        let name = &self.words.of_entry[number as usize];
        let settlement: &[u32] =
            entry.settlement.map_or(&[], |at| &self.words.of_settlement[at as usize]);
        let own = name.own as usize;
        let mut free_name = WordsLeft { words: &name.words, taken: 0 };
        let mut free_settlement = WordsLeft { words: settlement, taken: 0 };
        let mut fit = Fit::default();
        let mut begun: WordSet = 0;
        for (at, word) in asked.iter().enumerate() {
            let Some(exact) = word.exact else {
                begun |= 1 << at;
                continue;
            };
            if let Some(place) = free_name.take(|known| known == exact) {
                fit.in_name = true;
                if place >= own {
                    fit.doubtful |= 1 << at;
                }
            } else if free_settlement.take(|known| known == exact).is_some() {
                fit.faults += 1;
                fit.doubtful |= 1 << at;
            } else {
                begun |= 1 << at;
            }
        }
        for (at, word) in asked.iter().enumerate().filter(|(at, _)| begun >> at & 1 == 1) {
            // An unfinished last word is being typed; an unfinished other one is a guess.
            let fault = 1 + u32::from(!word.is_last);
            if free_name.take(|known| word.beginning.contains(&known)).is_some() {
                fit.in_name = true;
                fit.faults += fault;
                fit.doubtful |= 1 << at;
            } else if free_settlement.take(|known| word.beginning.contains(&known)).is_some() {
                fit.faults += fault + 1;
                fit.doubtful |= 1 << at;
            } else if word.may_be_number {
                fit.left_over |= 1 << at;
            } else {
                return None;
            }
        }
        if !fit.in_name {
            return None;
        }
        for (at, _) in asked.iter().enumerate().filter(|(_, word)| !word.may_be_number) {
            fit.doubtful &= !(1 << at);
        }
        let unasked = (0..own)
            .filter(|&at| free_name.taken >> at & 1 == 0 && !self.words.is_common(name.words[at]))
            .count();
        // A settlement stands before a street, a business or a spot of land nobody lives in behind it.
        let of_kind = match entry.kind {
            PlaceKind::Locality if entry.rank < STREET_RANK => 0,
            PlaceKind::Street | PlaceKind::Address => 1,
            PlaceKind::Locality | PlaceKind::Poi => 2,
        };
        fit.faults += (unasked as u32).min(4) + of_kind;
        Some(fit)
    }
}

/// Words of a name that no word of the query fits yet.
struct WordsLeft<'a> {
    words: &'a [u32],
    taken: u32,
}

impl WordsLeft<'_> {
    /// Takes the first that is wanted, and says where it stands.
    fn take(&mut self, wanted: impl Fn(u32) -> bool) -> Option<usize> {
        let mut places = 0..self.words.len();
        let at = places.find(|&at| self.taken >> at & 1 == 0 && wanted(self.words[at]))?;
        self.taken |= 1 << at;
        Some(at)
    }
}

fn number_key(asked: &[Asked], words: WordSet) -> String {
    let chosen = asked.iter().enumerate().filter(|(at, _)| words >> at & 1 == 1);
    fold::number_key(chosen.map(|(_, word)| word.text.as_str()))
}

/// The house whose number is made of exactly the words left over and none, some or all of the doubtful
/// ones.
fn house_number(entry: &Entry, asked: &[Asked], fit: &Fit) -> Option<u32> {
    if entry.numbers.is_empty() || fit.doubtful.count_ones() > DOUBTFUL_MAX {
        return None;
    }
    // All subsets of the doubtful words, by counting down through their bits.
    let mut added = fit.doubtful;
    loop {
        let words = fit.left_over | added;
        if words != 0 {
            let key = number_key(asked, words);
            if let Ok(at) = entry.numbers.binary_search_by(|number| (*number.key).cmp(&key)) {
                return Some(at as u32);
            }
        }
        if added == 0 {
            return None;
        }
        added = (added - 1) & fit.doubtful;
    }
}

/// The houses whose numbers begin with these words, if the last word of the query is one of them.
fn house_numbers_beginning(entry: &Entry, asked: &[Asked], words: WordSet) -> Range<u32> {
    if entry.numbers.is_empty() || words >> (asked.len() - 1) & 1 == 0 {
        return 0..0;
    }
    let key = number_key(asked, words);
    let from = entry.numbers.partition_point(|number| *number.key < *key);
    let len = entry.numbers[from..].partition_point(|number| number.key.starts_with(&key));
    from as u32..(from + len) as u32
}
