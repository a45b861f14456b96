//! Travel around one place, and around many at once.

use super::Matrix;
use crate::solver::problem::NOWHERE;

/// Travel to and from one place. With the columns laid out, both are short stretches of memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::solver) struct Around<'a> {
    pub(super) from_here: &'a [i32],
    pub(super) to_here: &'a [i32],
    pub(super) step: usize,
}

impl Around<'_> {
    #[inline]
    pub(in crate::solver) fn seconds_to(&self, place: u32) -> i32 {
        self.from_here[place as usize]
    }
    #[inline]
    pub(in crate::solver) fn seconds_from(&self, place: u32) -> i32 {
        self.to_here[place as usize * self.step]
    }
    /// Seconds from one place and on to another one; nothing from or to nowhere.
    #[inline]
    pub(in crate::solver) fn legs(&self, from: u32, to: u32) -> (i32, i32) {
        let from_s = if from == NOWHERE { 0 } else { self.seconds_from(from) };
        (from_s, if to == NOWHERE { 0 } else { self.seconds_to(to) })
    }
}

/// Travel around a few places side by side: ways from everywhere to one place are far apart in memory, those to several
/// places are read together.
#[derive(Debug)]
pub(in crate::solver) struct Block<'a> {
    matrix: &'a Matrix,
    places: &'a [u32],
    /// By number in the block, then by place.
    columns: Vec<i32>,
}

impl<'a> Block<'a> {
    pub(in crate::solver) fn of(matrix: &'a Matrix, places: &'a [u32]) -> Self {
        let size = matrix.size;
        let mut columns = vec![0; places.len() * size];
        for from in 0..size {
            let row = matrix.row(from as u32);
            for (at, to) in places.iter().enumerate() {
                columns[at * size + from] = row[*to as usize];
            }
        }
        Self { matrix, places, columns }
    }

    pub(in crate::solver) fn len(&self) -> usize {
        self.places.len()
    }

    pub(in crate::solver) fn around(&self, at: usize) -> Around<'_> {
        let to_here = &self.columns[at * self.matrix.size..][..self.matrix.size];
        Around { from_here: self.matrix.row(self.places[at]), to_here, step: 1 }
    }
}

/// Travel around many places at once, for who asks about all of them again and again.
#[derive(Debug)]
pub(in crate::solver) struct Crowd<'a> {
    matrix: &'a Matrix,
    places: Vec<u32>,
    /// Seconds to a place from each of the crowd: by place, then by number in the crowd. Empty if that is too much.
    to: Vec<i32>,
}

/// So many legs are laid out for a crowd at most.
const CROWD_LEGS_MAX: usize = 25_000_000;

impl<'a> Crowd<'a> {
    pub(in crate::solver) fn of(matrix: &'a Matrix, places: &[u32]) -> Self {
        let legs = places.len() * matrix.size;
        let mut to = vec![0; if legs <= CROWD_LEGS_MAX { legs } else { 0 }];
        if !to.is_empty() {
            for (at, from) in places.iter().enumerate() {
                for (place, seconds) in matrix.row(*from).iter().enumerate() {
                    to[place * places.len() + at] = *seconds;
                }
            }
        }
        Self { matrix, places: places.to_vec(), to }
    }

    /// Seconds from a place to others; nothing from nowhere.
    pub(in crate::solver) fn from(&self, place: u32, others: &[u32], seconds: &mut [i32]) {
        if place == NOWHERE {
            return seconds.fill(0);
        }
        let row = self.matrix.row(place);
        for (seconds, other) in seconds.iter_mut().zip(others) {
            *seconds = row[*other as usize];
        }
    }

    /// Seconds from those of the crowd with these numbers to a place; nothing to nowhere.
    pub(in crate::solver) fn to(&self, place: u32, numbers: &[u32], seconds: &mut [i32]) {
        if place == NOWHERE {
            return seconds.fill(0);
        }
        if self.to.is_empty() {
            for (seconds, number) in seconds.iter_mut().zip(numbers) {
                *seconds = self.matrix.duration_s(self.places[*number as usize], place);
            }
            return;
        }
        let row = &self.to[place as usize * self.places.len()..][..self.places.len()];
        for (seconds, number) in seconds.iter_mut().zip(numbers) {
            *seconds = row[*number as usize];
        }
    }
}
