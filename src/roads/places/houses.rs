//! House numbers of a street: the one that was asked for, those that begin so, or where it must be.

use super::ask::{Asked, WordSet};
use super::columns::House;
use super::fit::Fit;
use super::fold;
use crate::roads::file::Texts;
use crate::roads::plane::Spot;

/// The house whose number is made of words left over and doubtful ones; of several, the one that leaves
/// the fewest words and stands nearest to the name. Says also which words it leaves.
pub fn asked_for(houses: &[House], asked: &Asked, fit: &Fit) -> Option<(usize, WordSet)> {
    let found = asked.numbers.iter().filter(|run| run.whole).filter_map(|run| {
        let left = left_by(run.words, asked, fit)?;
        let at = houses.partition_point(|house| house.key < run.keys.start);
        let is_there = houses.get(at).is_some_and(|house| house.key == run.keys.start);
        is_there.then_some((at, left, run.words))
    });
    let best = found.min_by_key(|&(_, left, words)| {
        (left.count_ones(), from_name(asked, fit, words), u32::MAX - words.count_ones())
    });
    best.map(|(at, left, _)| (at, left))
}

/// Which words are left over if some are the number; `None` if those are needed for the name. A word
/// that was given to the name may be had back for the same word left over.
fn left_by(number: WordSet, asked: &Asked, fit: &Fit) -> Option<WordSet> {
    let places = |set: WordSet| (0..asked.words.len()).filter(move |at| set >> at & 1 == 1);
    let mut left = fit.left_over & !number;
    for at in places(number & !(fit.left_over | fit.doubtful)) {
        let twin = places(left).find(|&twin| asked.words[twin].text == asked.words[at].text)?;
        left &= !(1 << twin);
    }
    Some(left)
}

/// The houses whose numbers begin with all words left over, if the last word is one of them.
pub fn begun(houses: &[House], asked: &Asked, fit: &Fit) -> std::ops::Range<usize> {
    let run = asked.numbers.iter().find(|run| !run.whole && run.words == fit.left_over);
    run.map_or(0..0, |run| {
        let from = houses.partition_point(|house| house.key < run.keys.start);
        let to = houses.partition_point(|house| house.key < run.keys.end);
        from..to
    })
}

/// Whether words may be left over: numbers may, but a longer word without figures is one only where some
/// house has it.
pub fn may_be_left(left: WordSet, asked: &Asked) -> bool {
    asked.manner.extras
        || (0..).zip(&asked.words).all(|(at, word)| {
            left >> at & 1 == 0 || fold::has_figure(&word.text) || word.text.chars().count() <= 1
        })
}

/// The number that was asked for, which no house has: of the words left over the one nearest to the
/// name.
pub fn missing(asked: &Asked, fit: &Fit) -> Option<u32> {
    let words = (0..asked.words.len()).filter(|at| fit.left_over >> at & 1 == 1);
    let numbers = words.filter_map(|at| {
        let value = fold::number_value(&asked.words[at].text)?;
        Some((from_name(asked, fit, 1 << at), value))
    });
    numbers.min_by_key(|(distance, _)| *distance).map(|(_, value)| value)
}

/// How many words and commas lie between a number and the name.
fn from_name(asked: &Asked, fit: &Fit, number: WordSet) -> u32 {
    const COMMA: u32 = 8;
    let first = number.trailing_zeros();
    let last = u32::BITS - 1 - number.leading_zeros();
    let part = asked.words[first as usize].part;
    let in_name = (0..asked.words.len() as u32).filter(|at| fit.in_name >> at & 1 == 1);
    let distances = in_name.map(|at| {
        let words = first.saturating_sub(at).max(at.saturating_sub(last));
        words + COMMA * part.abs_diff(asked.words[at as usize].part)
    });
    distances.min().unwrap_or(u32::MAX)
}

/// Neighbours farther apart than this say nothing about what is between them, metres.
const NEIGHBOURS_M: f64 = 400.0;

/// Where a number must be whose side of the street has a lower and a higher one.
pub fn between(houses: &[House], keys: &Texts, number: u32) -> Option<Spot> {
    let beside = houses.iter().filter_map(|house| {
        let value = fold::number_value(keys.of(house.key as usize))?;
        (value % 2 == number % 2).then_some((value, house.spot))
    });
    let below = beside.clone().filter(|(value, _)| *value < number).max_by_key(|(value, _)| *value);
    let above = beside.filter(|(value, _)| *value > number).min_by_key(|(value, _)| *value);
    let ((low, from), (high, to)) = (below?, above?);
    if from.distance2(to).sqrt() * from.step_m() > NEIGHBOURS_M {
        return None;
    }
    let share = f64::from(number - low) / f64::from(high - low);
    let step = |from: i32, to: i32| from + (f64::from(to - from) * share).round() as i32;
    Some(Spot { x: step(from.x, to.x), y: step(from.y, to.y) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::places::columns::NONE;

    #[test]
    fn a_number_lies_between_its_neighbours_of_the_same_side() {
        let keys: Texts = ["10", "11", "14", "20 a"].into_iter().collect();
        let spots = [(100, 0), (0, 50), (140, 0), (160, 0)];
        let houses: Vec<House> = (0..)
            .zip(spots)
            .map(|(key, (x, y))| House {
                spot: Spot { x, y: 100_000_000 + y },
                key,
                text: 0,
                postcode: NONE,
                entry: 0,
            })
            .collect();
        let at = |number| between(&houses, &keys, number).map(|spot| (spot.x, spot.y));
        assert_eq!(at(12), Some((120, 100_000_000)));
        assert_eq!(at(17), None);
        assert_eq!(at(19), None);
        assert_eq!(at(18), Some((153, 100_000_000)));
        assert_eq!(at(8), None);
        assert_eq!(at(22), None);
    }
}
