//! Words that somebody may have meant: those that a text begins, and those that it would begin with a
//! letter more or less, another letter, or two neighbours swapped.
//!
//! The sorted words are walked like a tree of letters. On the way down, one row of the table of edit
//! distances is kept for each letter (optimal string alignment: Damerau 1964, doi
//! 10.1145/363958.363994; a swapped pair is not edited again); where no entry of a row is small enough,
//! all words below are passed over.

use super::words::range_of_prefix;
use crate::roads::file::Texts;
use std::ops::Range;

/// Words that are meant, if so many errors were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// By their numbers.
    pub words: Range<u32>,
    pub errors: u8,
    /// The text is the whole word, not only its beginning.
    pub whole: bool,
}

/// Longer words are not looked into for errors, letters.
const LEN_MAX: usize = 40;

/// How many errors are forgiven in a word.
pub fn errors_max(word: &str) -> u8 {
    if word.contains(char::is_numeric) {
        return 0;
    }
    match word.chars().count() {
        4..=7 => 1,
        8..=LEN_MAX => 2,
        _ => 0,
    }
}

/// The words that a text is or begins, sorted.
pub fn without_errors(words: &Texts, text: &str) -> Vec<Meant> {
    let Range { start, end } = range_of_prefix(words, text);
    let is_word = start < end && words.of(start as usize) == text;
    let begun = start + u32::from(is_word);
    [(start..begun, true), (begun..end, false)]
        .into_iter()
        .filter(|(words, _)| !words.is_empty())
        .map(|(words, whole)| Meant { words, errors: 0, whole })
        .collect()
}

/// The same with at most so many errors; sorted by words, each only once, with its fewest errors.
pub fn with_errors(words: &Texts, text: &str, errors_max: u8) -> Vec<Meant> {
    let asked: Vec<char> = text.chars().collect();
    let first: Vec<u8> = (0..=asked.len()).map(|at| cap(at, errors_max)).collect();
    let begun = first[asked.len()];
    let mut walk =
        Walk { words, asked, errors_max, path: Vec::new(), rows: first, found: Vec::new() };
    if !words.is_empty() {
        walk.below(0..words.len(), 0, begun);
    }
    walk.found
}

fn cap(errors: usize, errors_max: u8) -> u8 {
    errors.min(usize::from(errors_max) + 1) as u8
}

struct Walk<'a> {
    words: &'a Texts,
    asked: Vec<char>,
    errors_max: u8,
    /// The letters down to here, and after each the least errors for each length of the asked text.
    path: Vec<char>,
    /// One row behind the other.
    rows: Vec<u8>,
    found: Vec<Meant>,
}

impl Walk<'_> {
    /// Words that agree in the letters of the path, `len` bytes. The asked text begins some words above
    /// with `begun` errors.
    fn below(&mut self, range: Range<usize>, len: usize, begun: u8) {
        let mut at = range.start;
        if self.words.of(at).len() == len {
            let whole = self.rows[self.rows.len() - 1];
            self.add(at..at + 1, whole.min(begun), whole <= begun);
            at += 1;
        }
        while at < range.end {
            let word = self.words.of(at);
            let Some(letter) = word[len..].chars().next() else { return };
            let next_len = len + letter.len_utf8();
            let end = self.end_of(at..range.end, &word[..next_len]);
            let least = self.descend(letter);
            let begun = begun.min(self.rows[self.rows.len() - 1]);
            if least <= self.errors_max {
                self.below(at..end, next_len, begun);
            } else {
                self.add(at..end, begun, false);
            }
            self.path.pop();
            self.rows.truncate(self.rows.len() - self.asked.len() - 1);
            at = end;
        }
    }

    fn add(&mut self, words: Range<usize>, errors: u8, whole: bool) {
        if errors <= self.errors_max {
            let words = words.start as u32..words.end as u32;
            self.found.push(Meant { words, errors, whole });
        }
    }

    /// Where words stop to begin so, searched in growing steps: mostly it is near.
    fn end_of(&self, range: Range<usize>, beginning: &str) -> usize {
        let begins = |at: usize| self.words.of(at).as_bytes().starts_with(beginning.as_bytes());
        let (mut known, mut step) = (range.start, 1);
        while known + step < range.end && begins(known + step) {
            known += step;
            step *= 2;
        }
        let (mut from, mut to) = (known + 1, (known + step).min(range.end));
        while from < to {
            let middle = usize::midpoint(from, to);
            if begins(middle) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    /// The next letter's row; gives its least entry.
    fn descend(&mut self, letter: char) -> u8 {
        let depth = self.path.len() + 1;
        let errors_max = usize::from(self.errors_max);
        let beyond = self.errors_max + 1;
        let row_len = self.asked.len() + 1;
        let row = self.rows.len();
        let above = row - row_len;
        self.rows.resize(row + row_len, beyond);
        self.rows[row] = cap(depth, self.errors_max);
        let mut least = self.rows[row];
        // Farther from the diagonal there are too many errors.
        let from = depth.saturating_sub(errors_max).max(1);
        let to = (depth + errors_max).min(self.asked.len());
        for at in from..=to {
            let asked = self.asked[at - 1];
            let mut errors = self.rows[above + at - 1] + u8::from(asked != letter);
            errors = errors.min(self.rows[above + at] + 1).min(self.rows[row + at - 1] + 1);
            if depth >= 2
                && at >= 2
                && self.asked[at - 2] == letter
                && self.path[depth - 2] == asked
            {
                errors = errors.min(self.rows[above - row_len + at - 2] + 1);
            }
            self.rows[row + at] = errors.min(beyond);
            least = least.min(self.rows[row + at]);
        }
        self.path.push(letter);
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The whole table, by the book.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                };
            }
        }
        table[a.len()][b.len()]
    }

    fn expected(word: &str, text: &str, errors_max: usize) -> Option<(u8, bool)> {
        let (word, text): (Vec<char>, Vec<char>) = (word.chars().collect(), text.chars().collect());
        let whole = distance(&text, &word);
        let begun = (0..=word.len()).map(|len| distance(&text, &word[..len])).min().unwrap();
        (begun <= errors_max).then_some((begun as u8, whole == begun))
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_comparing_with_every_word_finds(
            words in prop::collection::btree_set("[abcé]{1,7}", 1..40),
            text in "[abcé]{1,7}",
            errors_max in 0_u8..3,
        ) {
            let words: Texts = words.iter().collect();
            let found = with_errors(&words, &text, errors_max);
            prop_assert!(found.windows(2).all(|two| two[0].words.end <= two[1].words.start));
            for (number, word) in (0..).zip(words.iter()) {
                let found = found.iter().find(|meant| meant.words.contains(&number));
                let found = found.map(|meant| (meant.errors, meant.whole));
                prop_assert_eq!(found, expected(word, &text, usize::from(errors_max)), "{}", word);
            }
            if errors_max == 0 {
                let parted = |found: Vec<Meant>| -> Vec<(u32, bool)> {
                    let each = found.into_iter().map(|meant| (meant.words, meant.whole));
                    each.flat_map(|(words, whole)| words.map(move |word| (word, whole))).collect()
                };
                prop_assert_eq!(parted(found), parted(without_errors(&words, &text)));
            }
        }
    }

    #[test]
    fn short_words_and_numbers_must_be_right() {
        let forgiven = ["il", "rua", "triq", "catarin", "catarina", "12345678"].map(errors_max);
        assert_eq!(forgiven, [0, 0, 1, 1, 2, 0]);
    }
}
