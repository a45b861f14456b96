//! A table that grows with a living plan: a new place costs a row and a column, not the whole table.

use super::{Matrix, MatrixError, UNREACHABLE_S};
use std::sync::Arc;

/// When there is no room left, it is made for one in so many places more, and some.
const ROOM_SHARE: usize = 16;
const ROOM_MIN: usize = 16;

impl Matrix {
    /// No places yet; with distances.
    pub fn growing() -> Self {
        Self {
            size: 0,
            stride: 0,
            durations_s: Arc::new([]),
            bands: None,
            distances_m: Some(Arc::new([])),
            costs: None,
            longest: (0, 0, 0),
            columns: Arc::default(),
        }
    }

    /// From now on there are so many places, if there were fewer. No way leads to and from the new ones until
    /// [`Self::write`] says so; to themselves it takes no time.
    /// A table that grows has no bands.
    pub fn grow(&mut self, size: usize) {
        if size <= self.size {
            return;
        }
        if size > self.stride {
            self.make_room(size + size / ROOM_SHARE + ROOM_MIN);
        }
        self.columns = Arc::default();
        self.bands = None;
        let known = std::mem::replace(&mut self.size, size) as u32;
        let at = |from: u32, to: u32| from as usize * self.stride + to as usize;
        let durations_s = Arc::make_mut(&mut self.durations_s);
        for from in 0..size as u32 {
            let first = if from < known { known } else { 0 };
            durations_s[at(from, first)..at(from, size as u32)].fill(UNREACHABLE_S);
        }
        for place in known..size as u32 {
            durations_s[at(place, place)] = 0;
        }
    }

    /// Legs from a place to those from `first` on, one after the other: seconds and metres. Tables that are shared with
    /// others are copied first.
    ///
    /// # Errors
    /// A leg that is not within bounds; those before it are written.
    pub fn write(
        &mut self,
        from: u32,
        first: u32,
        legs: impl IntoIterator<Item = (i32, i32)>,
    ) -> Result<(), MatrixError> {
        let (at, room) = (self.at(from, first), self.size - first as usize);
        self.columns = Arc::default();
        let durations_s = &mut Arc::make_mut(&mut self.durations_s)[at..][..room];
        let mut distances_m =
            self.distances_m.as_mut().map(|table| &mut Arc::make_mut(table)[at..][..room]);
        for (to, (seconds, metres)) in legs.into_iter().take(room).enumerate() {
            let fault = |table, value, max| {
                let to = first as usize + to;
                MatrixError::Value { table, from: from as usize, to, value, max }
            };
            if !(0..=UNREACHABLE_S).contains(&seconds) {
                return Err(fault("durations", seconds, UNREACHABLE_S));
            }
            if metres < 0 {
                return Err(fault("distances", metres, i32::MAX));
            }
            durations_s[to] = seconds;
            if seconds < UNREACHABLE_S {
                self.longest.0 = self.longest.0.max(seconds);
            }
            if let Some(distances_m) = &mut distances_m {
                distances_m[to] = metres;
                self.longest.1 = self.longest.1.max(metres);
            }
        }
        Ok(())
    }

    fn make_room(&mut self, stride: usize) {
        self.durations_s = self.wider(&self.durations_s, stride);
        self.distances_m = self.distances_m.as_ref().map(|table| self.wider(table, stride));
        self.costs = self.costs.as_ref().map(|table| self.wider(table, stride));
        self.stride = stride;
    }

    /// A table with rows of another length.
    fn wider(&self, table: &[i32], stride: usize) -> Arc<[i32]> {
        let mut wide = vec![0; stride * stride];
        for from in 0..self.size {
            wide[from * stride..][..self.size]
                .copy_from_slice(&table[from * self.stride..][..self.size]);
        }
        wide.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::made_up;
    use super::*;
    use rand::RngExt;

    #[test]
    fn a_table_that_grows_place_by_place_is_the_one_that_was_there_from_the_start() {
        for seed in 0..20 {
            let mut dice = made_up::dice(seed);
            let whole = made_up::matrix(&mut dice, dice_size(seed));
            let size = whole.size() as u32;
            let mut grown = Matrix::growing();
            let mut shared = Vec::new();
            while (grown.size() as u32) < size {
                let known = grown.size() as u32;
                let now = (known + dice.random_range(1..4)).min(size);
                // Who holds an older table keeps it as it was.
                if dice.random_bool(0.3) {
                    shared.push((grown.clone(), known));
                }
                grown.grow(now as usize);
                let leg = |from, to| (whole.duration_s(from, to), whole.distance_m(from, to));
                for from in 0..known {
                    grown.write(from, known, (known..now).map(|to| leg(from, to))).unwrap();
                }
                for from in known..now {
                    grown.write(from, 0, (0..now).map(|to| leg(from, to))).unwrap();
                }
            }
            assert_eq!(grown, whole, "seed {seed}");
            assert_eq!(grown.longest(), whole.longest(), "seed {seed}");
            for (older, known) in shared {
                assert_eq!(older.size() as u32, known);
                let order: Vec<u32> = (0..known).collect();
                assert_eq!(older, whole.arranged(&order), "seed {seed}");
            }
        }
    }

    fn dice_size(seed: u64) -> usize {
        1 + seed as usize * 4
    }

    #[test]
    fn a_new_place_is_out_of_reach_until_legs_are_written_and_wrong_ones_are_refused() {
        let mut matrix = Matrix::growing();
        matrix.grow(2);
        assert_eq!((matrix.duration_s(0, 1), matrix.duration_s(1, 1)), (UNREACHABLE_S, 0));
        let fault = matrix.write(0, 1, [(-1, 0)]).unwrap_err();
        assert_eq!(
            fault,
            MatrixError::Value {
                table: "durations",
                from: 0,
                to: 1,
                value: -1,
                max: UNREACHABLE_S
            }
        );
        assert!(matrix.write(0, 1, [(5, -7)]).is_err());
    }
}
