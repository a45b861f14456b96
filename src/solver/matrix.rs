//! Travel between places: seconds, metres and, if the caller has them, costs of its own. One flat table per
//! profile, row after row, so that a leg is one look-up.

use super::problem::NOWHERE;
use std::sync::{Arc, OnceLock};

/// What a leg without a way takes: longer than any shift, so that no tour can use it.
pub const UNREACHABLE_S: i32 = 250_000_000;

/// Why three tables are not a matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    #[error("{table} has {found} values where {size} places need {expected}")]
    Size { table: &'static str, size: usize, found: usize, expected: usize },
    #[error("{table}[{from}][{to}] is {value}, which is outside 0 to {max}")]
    Value { table: &'static str, from: usize, to: usize, value: i32, max: i32 },
}

/// Travel between `size` places. Cloning shares the tables.
#[derive(Debug, Clone)]
pub struct Matrix {
    size: usize,
    durations_s: Arc<[i32]>,
    distances_m: Arc<[i32]>,
    costs: Option<Arc<[i32]>>,
    /// The longest leg that has a way, the longest distance and the highest cost.
    longest: (i32, i32, i32),
    /// The durations, column after column, once somebody needs them so.
    columns: Arc<OnceLock<Vec<i32>>>,
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        self.durations_s == other.durations_s
            && self.distances_m == other.distances_m
            && self.costs == other.costs
    }
}

/// Travel to and from one place. With the columns laid out, both are short stretches of memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    from_here: &'a [i32],
    to_here: &'a [i32],
    step: usize,
}

impl Around<'_> {
    #[inline]
    pub(super) fn seconds_to(&self, place: u32) -> i32 {
        self.from_here[place as usize]
    }
    #[inline]
    pub(super) fn seconds_from(&self, place: u32) -> i32 {
        self.to_here[place as usize * self.step]
    }
    /// Seconds from one place and on to another one; nothing from or to nowhere.
    #[inline]
    pub(super) fn legs(&self, from: u32, to: u32) -> (i32, i32) {
        let from_s = if from == NOWHERE { 0 } else { self.seconds_from(from) };
        (from_s, if to == NOWHERE { 0 } else { self.seconds_to(to) })
    }
}

/// Travel around many places at once, for who asks about all of them again and again.
#[derive(Debug)]
pub(super) struct Crowd<'a> {
    matrix: &'a Matrix,
    places: Vec<u32>,
    /// Seconds to a place from each of the crowd: by place, then by number in the crowd. Empty if that is too much.
    to: Vec<i32>,
}

/// So many legs are laid out for a crowd at most.
const CROWD_LEGS_MAX: usize = 16_000_000;

impl<'a> Crowd<'a> {
    pub(super) fn of(matrix: &'a Matrix, places: &[u32]) -> Self {
        let legs = places.len() * matrix.size;
        let mut to = vec![0; if legs <= CROWD_LEGS_MAX { legs } else { 0 }];
        if !to.is_empty() {
            for (at, from) in places.iter().enumerate() {
                let row = &matrix.durations_s[*from as usize * matrix.size..][..matrix.size];
                for (place, seconds) in row.iter().enumerate() {
                    to[place * places.len() + at] = *seconds;
                }
            }
        }
        Self { matrix, places: places.to_vec(), to }
    }

    /// Seconds from a place to others; nothing from nowhere.
    pub(super) fn from(&self, place: u32, others: &[u32], seconds: &mut [i32]) {
        if place == NOWHERE {
            return seconds.fill(0);
        }
        let row = &self.matrix.durations_s[place as usize * self.matrix.size..][..self.matrix.size];
        for (seconds, other) in seconds.iter_mut().zip(others) {
            *seconds = row[*other as usize];
        }
    }

    /// Seconds from those of the crowd with these numbers to a place; nothing to nowhere.
    pub(super) fn to(&self, place: u32, numbers: &[u32], seconds: &mut [i32]) {
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

impl Matrix {
    /// From flat tables, row (from) after row. An empty table of distances means that nobody asks for them.
    /// `costs`, where given, replace the price of hours and kilometres, in the caller's unit of cost.
    pub fn parse(
        size: usize,
        durations_s: Vec<i32>,
        distances_m: Vec<i32>,
        costs: Option<Vec<i32>>,
    ) -> Result<Self, MatrixError> {
        let distances_m = if distances_m.is_empty() { vec![0; size * size] } else { distances_m };
        Self::check("durations", size, &durations_s, UNREACHABLE_S)?;
        Self::check("distances", size, &distances_m, i32::MAX)?;
        if let Some(costs) = &costs {
            Self::check("costs", size, costs, i32::MAX)?;
        }
        let longest = (
            longest_way_s(&durations_s),
            distances_m.iter().copied().max().unwrap_or(0),
            costs.as_ref().and_then(|costs| costs.iter().copied().max()).unwrap_or(0),
        );
        Ok(Self {
            size,
            longest,
            durations_s: durations_s.into(),
            distances_m: distances_m.into(),
            costs: costs.map(Into::into),
            columns: Arc::default(),
        })
    }

    fn check(
        table: &'static str,
        size: usize,
        values: &[i32],
        max: i32,
    ) -> Result<(), MatrixError> {
        let expected = size * size;
        if values.len() != expected {
            return Err(MatrixError::Size { table, size, found: values.len(), expected });
        }
        match values.iter().position(|value| !(0..=max).contains(value)) {
            None => Ok(()),
            Some(at) => Err(MatrixError::Value {
                table,
                from: at / size,
                to: at % size,
                value: values[at],
                max,
            }),
        }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn duration_s(&self, from: u32, to: u32) -> i32 {
        self.durations_s[from as usize * self.size + to as usize]
    }

    #[inline]
    pub(super) fn around(&self, place: u32) -> Around<'_> {
        let first = place as usize * self.size;
        let from_here = &self.durations_s[first..first + self.size];
        match self.columns.get() {
            Some(columns) => {
                Around { from_here, to_here: &columns[first..first + self.size], step: 1 }
            }
            None => {
                let to_here = &self.durations_s[place as usize..];
                Around { from_here, to_here, step: self.size }
            }
        }
    }

    /// The same travel between some of the places, columns laid out too, for a search that will look at it millions of
    /// times: `order` names the old place of each new one.
    pub(super) fn arranged(&self, order: &[u32]) -> Self {
        let size = order.len();
        let gather = |table: &[i32]| -> Arc<[i32]> {
            let mut gathered = Vec::with_capacity(size * size);
            for &from in order {
                let row = table.chunks_exact(self.size).nth(from as usize).unwrap_or(&[]);
                // A place that this table does not have is out of reach.
                let leg = |&to: &u32| row.get(to as usize).copied().unwrap_or(UNREACHABLE_S);
                gathered.extend(order.iter().map(leg));
            }
            gathered.into()
        };
        let durations_s = gather(&self.durations_s);
        let columns = OnceLock::new();
        columns.get_or_init(|| {
            let column = |to: usize| (0..size).map(move |from| from * size + to);
            (0..size).flat_map(column).map(|at| durations_s[at]).collect()
        });
        let has_distances = self.longest.1 > 0;
        let distances_m =
            if has_distances { gather(&self.distances_m) } else { vec![0; size * size].into() };
        Self {
            size,
            longest: self.longest,
            durations_s,
            distances_m,
            costs: self.costs.as_ref().map(|costs| gather(costs)),
            columns: Arc::new(columns),
        }
    }

    pub fn distance_m(&self, from: u32, to: u32) -> i32 {
        self.distances_m[from as usize * self.size + to as usize]
    }

    /// The caller's own cost of a leg, if it gave such a table.
    pub fn cost(&self, from: u32, to: u32) -> Option<i32> {
        self.costs.as_ref().map(|costs| costs[from as usize * self.size + to as usize])
    }

    pub fn has_costs(&self) -> bool {
        self.costs.is_some()
    }

    /// The longest leg that has a way, the longest distance and the highest cost, for sizing penalties.
    pub(super) fn longest(&self) -> (i32, i32, i32) {
        self.longest
    }

    /// The same places for a vehicle that is `factor` times as fast; shares the tables at 1.
    pub(super) fn at_speed(&self, factor: f64) -> Self {
        if (factor - 1.0).abs() < f64::EPSILON {
            return self.clone();
        }
        let slower = |&s: &i32| {
            if s >= UNREACHABLE_S {
                UNREACHABLE_S
            } else {
                (f64::from(s) / factor).round().min(f64::from(UNREACHABLE_S)) as i32
            }
        };
        let durations_s: Arc<[i32]> = self.durations_s.iter().map(slower).collect();
        let longest = (longest_way_s(&durations_s), self.longest.1, self.longest.2);
        Self { durations_s, longest, columns: Arc::default(), ..self.clone() }
    }
}

fn longest_way_s(durations_s: &[i32]) -> i32 {
    durations_s.iter().copied().filter(|&s| s < UNREACHABLE_S).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_the_wrong_size_or_with_a_negative_leg_is_refused_by_its_place() {
        assert_eq!(
            Matrix::parse(2, vec![0; 3], vec![], None),
            Err(MatrixError::Size { table: "durations", size: 2, found: 3, expected: 4 })
        );
        assert_eq!(
            Matrix::parse(2, vec![0, 5, -1, 0], vec![], None),
            Err(MatrixError::Value {
                table: "durations",
                from: 1,
                to: 0,
                value: -1,
                max: UNREACHABLE_S
            })
        );
    }

    #[test]
    fn a_vehicle_twice_as_fast_needs_half_the_time_and_no_way_stays_no_way() {
        let matrix = Matrix::parse(2, vec![0, 101, UNREACHABLE_S, 0], vec![], None).unwrap();
        let fast = matrix.at_speed(2.0);
        assert_eq!(fast.duration_s(0, 1), 51);
        assert_eq!(fast.duration_s(1, 0), UNREACHABLE_S);
    }
}
