//! The words of all names, and in which entries each occurs.

use super::columns::Entry;
use super::fold;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile, Texts};
use crate::roads::lists::Lists;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A name with what else it is called.
#[derive(Debug, Clone, Copy)]
pub struct NamedWords<'a> {
    pub name: &'a str,
    pub other_names: &'a [&'a str],
    /// A postcode is also found without its blanks, and with blanks it does not have.
    pub is_code: bool,
}

#[derive(Debug, Default)]
pub struct WordIndex {
    /// Sorted, so that what begins alike is a range.
    words: Texts,
    entries_of: ListsColumn<u32>,
    /// One or two letters with which many names have a word, sorted, and the entries of those.
    beginnings: Texts,
    entries_begun: ListsColumn<u32>,
    /// Of each entry: words of its name, then those of its other names, marked.
    words_of: ListsColumn<u32>,
    /// Words of countries and regions around everything, sorted.
    around: Column<u32>,
}

/// In the lists of entries: the word's number, and marks on the first word of each name and on what is
/// another way to write a word before it.
pub const WORD: u32 = VARIANT - 1;
pub const FIRST_OF_NAME: u32 = 1 << 31;
pub const VARIANT: u32 = 1 << 30;

/// Words beyond these many of a name are not looked at.
pub const NAME_WORDS_MAX: usize = 32;
/// A word is common if it is in more than one of so many entries, and in more than these.
const COMMON_SHARE: usize = 40;
const COMMON_MIN: usize = 4;
/// Beginnings of fewer entries are put together when they are asked for.
const MANY: usize = 500;
/// So many names are folded at once.
const FOLDED_LEN: usize = 16_384;

impl NamedWords<'_> {
    /// Its words with their marks, and how many of them are of the name itself.
    fn folded(&self) -> (Vec<(String, u32)>, u16) {
        let mut all: Vec<(String, u32)> = Vec::new();
        let mut own = 0;
        for (number, name) in std::iter::once(&self.name).chain(self.other_names).enumerate() {
            let words = fold::words(name);
            let variants = if self.is_code {
                let key = fold::postcode_key(name);
                let parts = fold::number_parts(&key).into_iter().map(str::to_owned);
                parts.chain([key.clone()]).collect()
            } else {
                fold::variants(name, &words)
            };
            let first = all.len();
            all.extend(words.into_iter().map(|word| (word, 0)));
            if number == 0 {
                own = all.len().min(NAME_WORDS_MAX) as u16;
            }
            all.extend(variants.into_iter().map(|word| (word, VARIANT)));
            if let Some((_, mark)) = all.get_mut(first) {
                *mark |= FIRST_OF_NAME;
            }
        }
        all.truncate(NAME_WORDS_MAX);
        (all, own)
    }
}

impl WordIndex {
    /// Of all entries in their order; also says how many words each name itself has.
    pub fn build(names: Vec<NamedWords<'_>>, around: &[&str]) -> (Self, Vec<u16>) {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut intern = |word: String| {
            let next = numbers.len() as u32;
            *numbers.entry(word).or_insert(next)
        };
        let (mut words_of, mut own_words) = (Lists::default(), Vec::with_capacity(names.len()));
        for names in names.chunks(FOLDED_LEN) {
            let folded: Vec<_> = names.par_iter().map(NamedWords::folded).collect();
            for (words, own) in folded {
                words_of.push(words.into_iter().map(|(word, mark)| intern(word) | mark));
                own_words.push(own);
            }
        }
        let mut around: Vec<u32> =
            around.iter().flat_map(|name| fold::words(name)).map(&mut intern).collect();

        // Words get their number by the alphabet.
        let mut sorted: Vec<(String, u32)> = numbers.into_iter().collect();
        sorted.par_sort_unstable();
        let mut renumbered = vec![0; sorted.len()];
        for (new, (_, old)) in (0..).zip(&sorted) {
            renumbered[*old as usize] = new;
        }
        for word in words_of.items_mut().iter_mut().chain(&mut around) {
            *word = renumbered[(*word & WORD) as usize] | *word & !WORD;
        }
        around.sort_unstable();
        around.dedup();
        let words_of = ListsColumn::from(words_of);

        let mut pairs: Vec<(u32, u32)> = (0..own_words.len())
            .flat_map(|entry| {
                words_of.of(entry).iter().map(move |&word| (word & WORD, entry as u32))
            })
            .collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        let entries_of = ListsColumn::from(Lists::grouped(sorted.len(), pairs.iter().copied()));
        let words: Texts = sorted.iter().map(|(word, _)| word).collect();
        let (beginnings, entries_begun) = begun(&words, &entries_of);
        let around = around.into();
        (Self { words, entries_of, beginnings, entries_begun, words_of, around }, own_words)
    }

    pub fn store(&self, file: &mut FileWriter) {
        self.words.store(file, "places.words");
        self.entries_of.store(file, "places.entries_of");
        self.beginnings.store(file, "places.beginnings");
        self.entries_begun.store(file, "places.entries_begun");
        self.words_of.store(file, "places.words_of");
        self.around.store(file, "places.around");
    }

    /// # Errors
    /// Sections are missing, damaged, or do not fit each other or the entries.
    pub fn load(file: &PreparedFile, entries: &[Entry]) -> Result<Self, FileError> {
        let index = Self {
            words: Texts::load(file, "places.words")?,
            entries_of: ListsColumn::load(file, "places.entries_of")?,
            beginnings: Texts::load(file, "places.beginnings")?,
            entries_begun: ListsColumn::load(file, "places.entries_begun")?,
            words_of: ListsColumn::load(file, "places.words_of")?,
            around: file.column("places.around")?,
        };
        let entry = |&number: &u32| (number as usize) < entries.len();
        let word = |&number: &u32| (number as usize) < index.words.len();
        let words_fit = index.words_of.len() == entries.len()
            && index.words_of.items().iter().all(|marked| word(&(marked & WORD)))
            && (0..entries.len()).zip(entries).all(|(number, entry)| {
                let len = index.words_of.of(number).len();
                len <= NAME_WORDS_MAX && usize::from(entry.own_words) <= len
            });
        // The walk through the words relies on their order.
        let in_order = index.words.iter().zip(index.words.iter().skip(1)).all(|(a, b)| a < b)
            && index.words.iter().all(|word| !word.is_empty());
        let fits = [
            ("places.words", in_order),
            (
                "places.entries_of",
                index.entries_of.len() == index.words.len()
                    && index.entries_of.items().iter().all(entry),
            ),
            (
                "places.entries_begun",
                index.entries_begun.len() == index.beginnings.len()
                    && index.entries_begun.items().iter().all(entry),
            ),
            ("places.words_of", words_fit),
            ("places.around", index.around.iter().all(word)),
        ];
        match fits.into_iter().find(|(_, fits)| !fits) {
            Some((section, _)) => Err(FileError::damaged(section)),
            None => Ok(index),
        }
    }

    pub fn words(&self) -> &Texts {
        &self.words
    }

    /// The words of an entry's names, with their marks.
    pub fn words_of(&self, entry: u32) -> &[u32] {
        self.words_of.of(entry as usize)
    }

    /// How often words of a range occur in entries.
    pub fn count(&self, words: &Range<u32>) -> usize {
        if words.is_empty() {
            return 0;
        }
        let last = self.entries_of.range(words.end as usize - 1);
        last.end - self.entries_of.range(words.start as usize).start
    }

    /// The entries of a range of words, list after list.
    pub fn lists(&self, words: Range<u32>) -> impl Iterator<Item = &[u32]> {
        words.map(|word| self.entries_of.of(word as usize))
    }

    /// All entries that have a word beginning so, if there are many.
    pub fn begun(&self, prefix: &str) -> Option<&[u32]> {
        let at = lower_bound(&self.beginnings, prefix);
        let is_there = at < self.beginnings.len() && self.beginnings.of(at) == prefix;
        is_there.then(|| self.entries_begun.of(at))
    }

    /// Words like "street" say nothing: a name is not worse for having one that was not asked for.
    pub fn is_common(&self, word: u32) -> bool {
        let count = self.count(&(word..word + 1));
        count > COMMON_MIN && count * COMMON_SHARE > self.words_of.len()
    }

    pub fn is_around(&self, word: u32) -> bool {
        self.around.binary_search(&word).is_ok()
    }
}

/// The entries that have a word beginning with the same one or two letters, where they are many.
fn begun(words: &Texts, entries_of: &ListsColumn<u32>) -> (Texts, ListsColumn<u32>) {
    let mut lists: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for number in 0..words.len() {
        let word = words.of(number);
        let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
        for end in ends.take(2) {
            lists.entry(&word[..end]).or_default().extend(entries_of.of(number));
        }
    }
    lists.retain(|_, entries| entries.len() >= MANY);
    let mut entries_begun = Lists::default();
    for entries in lists.values_mut() {
        entries.sort_unstable();
        entries.dedup();
        entries_begun.push(entries.iter().copied());
    }
    (lists.keys().collect(), entries_begun.into())
}

/// The first of sorted texts that is not less.
pub fn lower_bound(texts: &Texts, wanted: &str) -> usize {
    let (mut from, mut to) = (0, texts.len());
    while from < to {
        let middle = usize::midpoint(from, to);
        if texts.of(middle) < wanted {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    from
}

/// Which of sorted texts begin so.
pub fn range_of_prefix(texts: &Texts, prefix: &str) -> Range<u32> {
    let from = lower_bound(texts, prefix);
    let (mut low, mut high) = (from, texts.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if texts.of(middle).starts_with(prefix) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    from as u32..low as u32
}
