//! Travel that depends on when one sets off: a table of durations for each band of the day.
//!
//! A leg is driven with the speed of the band it is in, and goes on with another one when the next band begins: the
//! travel speed model of S. Ichoua, M. Gendreau and J.-Y. Potvin, "Vehicle dispatching with time-dependent travel times",
//! European Journal of Operational Research 144(2), 2003, doi 10.1016/S0377-2217(02)00147-9. So whoever sets off later
//! never arrives earlier, which looking a duration up by the hour of departure does not promise. How much of a leg is done
//! is counted in whole parts, so that this holds to the second.

use std::sync::Arc;

/// So many parts make a leg.
const PARTS: i64 = 1 << 30;

/// Durations of one band, which lasts until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// The first band begins before, whatever this says, and the last one never ends.
    pub from_s: i32,
    /// Row after row.
    pub durations_s: Vec<i32>,
}

/// The bands of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bands {
    pub begins_s: Vec<i32>,
    pub tables: Vec<Arc<[i32]>>,
}

impl Bands {
    /// The shortest duration of each leg.
    pub(super) fn quickest(&self) -> Arc<[i32]> {
        let cells = 0..self.tables.first().map_or(0, |table| table.len());
        let least = |cell: usize| self.tables.iter().map(|table| table[cell]).min().unwrap_or(0);
        cells.map(least).collect()
    }

    /// The band at a time.
    fn at(&self, time_s: i64) -> usize {
        let begun = self.begins_s[1..].iter().take_while(|begin_s| i64::from(**begin_s) <= time_s);
        begun.count()
    }

    /// When one arrives who sets off at a time.
    pub(super) fn arrival_s(&self, cell: usize, leaves_s: i64) -> i64 {
        let mut at = self.at(leaves_s);
        let (mut now_s, mut open) = (leaves_s, PARTS);
        loop {
            let leg_s = i64::from(self.tables[at][cell]);
            let Some(end_s) = self.begins_s.get(at + 1).map(|end_s| i64::from(*end_s)) else {
                return now_s + div_up(open * leg_s, PARTS);
            };
            if leg_s == 0 || (open == PARTS && now_s + leg_s <= end_s) {
                return now_s + leg_s;
            }
            let begin_s = i64::from(self.begins_s[at]);
            let done = |time_s: i64| ((time_s - begin_s) * PARTS).div_euclid(leg_s);
            let before = done(now_s);
            let arrival_s = begin_s + div_up((before + open) * leg_s, PARTS);
            if arrival_s <= end_s {
                return arrival_s;
            }
            open -= done(end_s) - before;
            now_s = end_s;
            at += 1;
        }
    }

    /// When one has to set off at the latest to arrive by a time.
    pub(super) fn latest_departure_s(&self, cell: usize, arrives_s: i64) -> i64 {
        let mut at = self.at(arrives_s);
        let (mut now_s, mut open) = (arrives_s, PARTS);
        loop {
            let leg_s = i64::from(self.tables[at][cell]);
            let begin_s = i64::from(self.begins_s[at]);
            if leg_s == 0 {
                // From the next band on it is too late.
                return if open == PARTS && now_s == arrives_s { now_s } else { now_s - 1 };
            }
            if open == PARTS && (at == 0 || now_s - leg_s >= begin_s) {
                return now_s - leg_s;
            }
            let left = ((now_s - begin_s) * PARTS).div_euclid(leg_s) - open;
            if left >= 0 || at == 0 {
                return begin_s + div_up((left + 1) * leg_s, PARTS) - 1;
            }
            open = -left;
            now_s = begin_s;
            at -= 1;
        }
    }
}

fn div_up(value: i64, by: i64) -> i64 {
    -(-value).div_euclid(by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bands() -> impl Strategy<Value = Bands> {
        prop::collection::vec((1..80_i32, 0..60_i32), 1..5).prop_map(|bands| {
            let mut begins_s = Vec::new();
            let mut from_s = 0;
            for (length_s, _) in &bands {
                begins_s.push(from_s);
                from_s += length_s;
            }
            let tables = bands.iter().map(|(_, leg_s)| vec![*leg_s].into()).collect();
            Bands { begins_s, tables }
        })
    }

    proptest! {
        #[test]
        fn whoever_leaves_later_never_arrives_earlier(bands in bands()) {
            let arrivals: Vec<i64> = (-100..400).map(|at| bands.arrival_s(0, at)).collect();
            prop_assert!(arrivals.windows(2).all(|pair| pair[0] <= pair[1]), "{arrivals:?}");
            prop_assert!(arrivals.iter().zip(-100..).all(|(arrival_s, at)| *arrival_s >= at));
        }

        #[test]
        fn the_latest_departure_is_the_last_one_that_arrives_in_time(
            bands in bands(),
            arrives_s in 0..300_i64,
        ) {
            let latest_s = bands.latest_departure_s(0, arrives_s);
            prop_assert!(bands.arrival_s(0, latest_s) <= arrives_s);
            prop_assert!(bands.arrival_s(0, latest_s + 1) > arrives_s);
        }

        #[test]
        fn a_leg_is_driven_in_shares_of_its_bands(bands in bands(), leaves_s in -50..350_i64) {
            prop_assume!(bands.tables.iter().all(|table| table[0] > 0));
            let arrival_s = bands.arrival_s(0, leaves_s);
            // Second by second, in fractions of the leg.
            let share = |until_s: i64| -> f64 {
                (leaves_s..until_s).map(|at| 1.0 / f64::from(bands.tables[bands.at(at)][0])).sum()
            };
            prop_assert!(share(arrival_s) > 1.0 - 1e-6);
            prop_assert!(share(arrival_s - 1) < 1.0 + 1e-6);
        }

        #[test]
        fn within_one_band_a_leg_takes_what_its_table_says(leg_s in 0..5000_i32, at in 0..9999_i64) {
            let bands = Bands {
                begins_s: vec![0, 20_000],
                tables: vec![vec![leg_s].into(), vec![7].into()],
            };
            prop_assert_eq!(bands.arrival_s(0, at), at + i64::from(leg_s));
        }
    }
}
