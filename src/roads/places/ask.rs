//! Reads what somebody typed: words, which of them may be numbers, and which are a postcode.

use super::columns::Columns;
use super::errors::{Meant, errors_max, with_errors, without_errors};
use super::fold;
use super::letters::is_unspaced;
use super::words::{WordIndex, lower_bound, range_of_prefix};
use crate::roads::file::Texts;
use std::ops::Range;

/// Words of a query, as bits by their place in it.
pub type WordSet = u32;

/// Words beyond these many are not looked at.
pub const QUERY_WORDS_MAX: usize = 24;
/// A house number has at most so many words: "12 bis a", "Office No 3, The Annex".
const NUMBER_WORDS_MAX: usize = 6;
/// A postcode has at most so many words.
const CODE_WORDS_MAX: usize = 3;

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// The last word may be unfinished, and the house number with it.
    pub unfinished: bool,
    /// Typing errors are forgiven.
    pub errors: bool,
    /// Words that fit nothing are passed over.
    pub extras: bool,
}

/// A word of a query.
#[derive(Debug, Clone)]
pub struct AskedWord {
    pub text: String,
    /// What it may mean, sorted by words.
    pub meant: Vec<Meant>,
    pub may_be_number: bool,
    /// The country or region around everything.
    pub is_around: bool,
    /// It is the last one and may be unfinished.
    pub is_last: bool,
    /// Between which commas it stands.
    pub part: u32,
}

/// Neighbouring words that are a house number somewhere in the map.
#[derive(Debug, Clone)]
pub struct NumberRun {
    pub words: WordSet,
    pub keys: Range<u32>,
    /// The whole number, not only its beginning.
    pub whole: bool,
}

/// One way to read a query.
#[derive(Debug, Clone)]
pub struct Asked {
    pub words: Vec<AskedWord>,
    pub numbers: Vec<NumberRun>,
    /// Codes that a postcode in it may mean.
    pub codes: Option<Range<u32>>,
    pub manner: Manner,
}

impl AskedWord {
    /// How well a word of a name fits.
    pub fn fits(&self, word: u32) -> Option<&Meant> {
        let at = self.meant.partition_point(|meant| meant.words.end <= word);
        self.meant.get(at).filter(|meant| meant.words.start <= word)
    }
}

/// The ways to read a text: without looking for a postcode, and with one taken out.
pub fn readings(text: &str, manner: Manner, columns: &Columns, index: &WordIndex) -> Vec<Asked> {
    let words = asked_words(text, manner, columns, index);
    if words.is_empty() {
        return Vec::new();
    }
    let mut readings = Vec::new();
    if let Some((place, codes)) = find_code(&words, manner, &columns.postcode_keys)
        && place.len() < words.len()
    {
        let mut rest = words.clone();
        rest.drain(place);
        readings.push(asked(rest, Some(codes), manner, columns));
    }
    readings.push(asked(words, None, manner, columns));
    readings
}

fn asked(
    words: Vec<AskedWord>,
    codes: Option<Range<u32>>,
    manner: Manner,
    columns: &Columns,
) -> Asked {
    let numbers = number_runs(&words, &columns.number_keys);
    Asked { words, numbers, codes, manner }
}

fn asked_words(text: &str, manner: Manner, columns: &Columns, index: &WordIndex) -> Vec<AskedWord> {
    let parts = text.split([',', ';', '\n', '،', '、', '，', '|']);
    let texts = (0..).zip(parts).flat_map(|(part, text)| {
        let words = fold::words(text).into_iter();
        words.flat_map(|word| segments(word, index.words())).map(move |word| (part, word))
    });
    let texts: Vec<(u32, String)> = texts.take(QUERY_WORDS_MAX).collect();
    // A blank behind the last word says that it is finished, but people type them carelessly.
    let last = texts.len().wrapping_sub(1);
    texts
        .into_iter()
        .enumerate()
        .map(|(at, (part, text))| {
            let errors = if manner.errors { errors_max(&text) } else { 0 };
            let meant = match errors {
                0 => without_errors(index.words(), &text),
                errors => with_errors(index.words(), &text, errors),
            };
            let is_last = manner.unfinished && at == last;
            let may_be_number = may_be_number(&columns.number_parts, &text, is_last);
            let is_around = meant.iter().any(|meant| {
                meant.whole && meant.errors == 0 && index.is_around(meant.words.start)
            });
            AskedWord { text, meant, may_be_number, is_around, is_last, part }
        })
        .collect()
}

/// A word with figures can be a house number, whether the map has it or not; one without, only if the
/// map has such numbers.
fn may_be_number(number_parts: &Texts, word: &str, is_last: bool) -> bool {
    fold::has_figure(word)
        || fold::number_parts(word).into_iter().all(|part| {
            let at = lower_bound(number_parts, part);
            at < number_parts.len() && {
                let known = number_parts.of(at);
                known == part || is_last && known.starts_with(part)
            }
        })
}

/// A word of a script without blanks that begins no known word is cut into known ones, each as long as
/// can be.
fn segments(word: String, words: &Texts) -> Vec<String> {
    if !word.chars().next().is_some_and(is_unspaced) || !range_of_prefix(words, &word).is_empty() {
        return vec![word];
    }
    let mut segments: Vec<String> = Vec::new();
    let mut unknown = String::new();
    let mut rest = &word[..];
    while let Some(letter) = rest.chars().next() {
        let ends = rest.char_indices().map(|(at, letter)| at + letter.len_utf8());
        let known = ends
            .filter(|&end| {
                let range = range_of_prefix(words, &rest[..end]);
                let is_word = !range.is_empty() && words.of(range.start as usize).len() == end;
                is_word || end == rest.len() && !range.is_empty()
            })
            .last();
        let len = known.unwrap_or(letter.len_utf8());
        if known.is_some() {
            segments.extend((!unknown.is_empty()).then(|| std::mem::take(&mut unknown)));
            segments.push(rest[..len].to_owned());
        } else {
            unknown.push(letter);
        }
        rest = &rest[len..];
    }
    segments.extend((!unknown.is_empty()).then_some(unknown));
    segments
}

/// The longest neighbouring words that are a postcode, or, at the end of an unfinished text, begin one.
fn find_code(
    words: &[AskedWord],
    manner: Manner,
    keys: &Texts,
) -> Option<(Range<usize>, Range<u32>)> {
    let mut found: Option<(bool, usize, Range<usize>, Range<u32>)> = None;
    for start in 0..words.len() {
        let mut key = String::new();
        for end in start + 1..=(start + CODE_WORDS_MAX).min(words.len()) {
            key.push_str(&words[end - 1].text);
            if !fold::has_figure(&key) {
                continue;
            }
            let codes = range_of_prefix(keys, &key);
            let is_whole = !codes.is_empty() && keys.of(codes.start as usize) == key;
            let codes = if is_whole { codes.start..codes.start + 1 } else { codes };
            let may_begin = manner.unfinished && end == words.len() && key.len() > 1;
            let is_better = found
                .as_ref()
                .is_none_or(|(whole, len, ..)| (*whole, *len) < (is_whole, end - start));
            if !codes.is_empty() && (is_whole || may_begin) && is_better {
                found = Some((is_whole, end - start, start..end, codes));
            }
        }
    }
    found.map(|(.., place, codes)| (place, codes))
}

fn number_runs(words: &[AskedWord], keys: &Texts) -> Vec<NumberRun> {
    let mut runs = Vec::new();
    for start in 0..words.len() {
        for end in start + 1..=(start + NUMBER_WORDS_MAX).min(words.len()) {
            if !words[end - 1].may_be_number {
                break;
            }
            let run = &words[start..end];
            let key = fold::number_key(run.iter().map(|word| word.text.as_str()));
            let set = (start..end).fold(0, |set: WordSet, at| set | 1 << at);
            let found = range_of_prefix(keys, &key);
            if found.is_empty() {
                continue;
            }
            if keys.of(found.start as usize) == key {
                let only = found.start..found.start + 1;
                runs.push(NumberRun { words: set, keys: only, whole: true });
            }
            if words[end - 1].is_last {
                runs.push(NumberRun { words: set, keys: found, whole: false });
            }
        }
    }
    runs
}
