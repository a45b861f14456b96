//! Travel between places: seconds, metres and, if the caller has them, costs of its own. One flat table per
//! profile, row after row, so that a leg is one look-up.

use std::sync::Arc;

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
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    durations_s: Arc<[i32]>,
    distances_m: Arc<[i32]>,
    costs: Option<Arc<[i32]>>,
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
        Ok(Self {
            size,
            durations_s: durations_s.into(),
            distances_m: distances_m.into(),
            costs: costs.map(Into::into),
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

    /// The longest leg that has a way, and the longest distance and cost, for sizing penalties.
    pub(super) fn longest(&self) -> (i32, i32, i32) {
        let duration = self.durations_s.iter().copied().filter(|&s| s < UNREACHABLE_S).max();
        let distance = self.distances_m.iter().copied().max();
        let cost = self.costs.as_ref().and_then(|costs| costs.iter().copied().max());
        (duration.unwrap_or(0), distance.unwrap_or(0), cost.unwrap_or(0))
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
        Self { durations_s: self.durations_s.iter().map(slower).collect(), ..self.clone() }
    }
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
