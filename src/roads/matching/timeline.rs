//! How far a vehicle had come at each reading.
//!
//! Readings jump back and forth along the street, vehicles do not. So each reading is first drawn towards
//! where its neighbours put the vehicle, as far as it may be off and as a vehicle would not have gone
//! faster and slower instead. Then the way is made to never decrease, as near as possible to all readings
//! (isotonic regression by pooling neighbours that violate: M. Ayer et al., "An Empirical Distribution
//! Function for Sampling with Incomplete Information", 1955, DOI 10.1214/aoms/1177728423).
//!
//! Between two readings the vehicle goes as the network says: slowly where the streets are slow.

use std::ops::RangeInclusive;

/// How much a vehicle usually gains or loses speed in traffic, m/s².
const ACCELERATION_MPS2: f64 = 1.0;

/// How far it is from the beginning of a path, in the network's time and in metres/10.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    pub(super) ds: f64,
    pub(super) dm: f64,
}

/// A reading on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) dm: f64,
    pub(super) at_s: f64,
    pub(super) sigma_m: f64,
}

/// Readings that are taken for one place.
#[derive(Debug, Clone, Copy)]
struct Stay {
    way: Way,
    count: usize,
    first_s: f64,
    last_s: f64,
}

#[derive(Debug, Default)]
pub(super) struct Timeline {
    stays: Vec<Stay>,
}

impl Timeline {
    /// Of readings in the order of time; none is farther than the ends of the path. `ds_at` is the time
    /// that the network gives up to a place.
    pub(super) fn of(
        marks: &[Mark],
        ends_dm: RangeInclusive<f64>,
        ds_at: impl Fn(f64) -> f64,
    ) -> Self {
        let mut stays: Vec<Stay> = Vec::with_capacity(marks.len());
        for (number, mark) in marks.iter().enumerate() {
            let neighbours = number.checked_sub(1).map(|before| &marks[before]);
            let dm = neighbours
                .zip(marks.get(number + 1))
                .map_or(mark.dm, |(before, behind)| drawn(before, mark, behind));
            let dm = dm.max(*ends_dm.start()).min(*ends_dm.end());
            let way = Way { dm, ds: 0.0 };
            let mut last = Stay { way, count: 1, first_s: mark.at_s, last_s: mark.at_s };
            while let Some(before) = stays.pop_if(|before| before.way.dm > last.way.dm) {
                last = before.with(&last);
            }
            stays.push(last);
        }
        for stay in &mut stays {
            stay.way.ds = ds_at(stay.way.dm);
        }
        Self { stays }
    }

    /// How far each reading is.
    pub(super) fn ways(&self) -> impl Iterator<Item = Way> {
        self.stays.iter().flat_map(|stay| std::iter::repeat_n(stay.way, stay.count))
    }

    /// How far the first reading is, and the last one.
    pub(super) fn span(&self) -> (Way, Way) {
        let of = |stay: Option<&Stay>| stay.map_or(Way::default(), |stay| stay.way);
        (of(self.stays.first()), of(self.stays.last()))
    }

    /// When the vehicle was so far on its way; where it stood, when it went on.
    pub(super) fn time_at(&self, way: Way) -> f64 {
        let behind = self.stays.partition_point(|stay| stay.way.dm <= way.dm);
        let before = behind.checked_sub(1).map(|before| self.stays[before]);
        match (before, self.stays.get(behind)) {
            (Some(before), Some(behind)) => {
                let between_ds = (behind.way.ds - before.way.ds).max(f64::MIN_POSITIVE);
                let share = ((way.ds - before.way.ds) / between_ds).clamp(0.0, 1.0);
                before.last_s + share * (behind.first_s - before.last_s)
            }
            // What comes behind the end is not known: it was there when it came.
            (Some(before), None) => before.first_s,
            (None, behind) => behind.map_or(0.0, |behind| behind.first_s),
        }
    }
}

/// Where a reading most likely was, with what the ones before and behind it say. The share by which it
/// is drawn is that of its own variance in the variance of how far it is off the line between them: the
/// noise of all three, and what the vehicle may have accelerated.
fn drawn(before: &Mark, mark: &Mark, behind: &Mark) -> f64 {
    let (to_s, on_s) = (mark.at_s - before.at_s, behind.at_s - mark.at_s);
    if to_s <= 0.0 || on_s <= 0.0 {
        return mark.dm;
    }
    let weight = to_s / (to_s + on_s);
    let between = before.dm + weight * (behind.dm - before.dm);
    let noise = (1.0 - weight).powi(2) * before.sigma_m.powi(2)
        + mark.sigma_m.powi(2)
        + weight.powi(2) * behind.sigma_m.powi(2);
    let acceleration = (ACCELERATION_MPS2 * to_s * on_s / 2.0).powi(2);
    mark.dm - (mark.dm - between) * mark.sigma_m.powi(2) / (noise + acceleration)
}

impl Stay {
    fn with(&self, next: &Self) -> Self {
        let count = self.count + next.count;
        let sum = self.way.dm * self.count as f64 + next.way.dm * next.count as f64;
        let way = Way { dm: sum / count as f64, ds: 0.0 };
        Self { way, count, first_s: self.first_s, last_s: next.last_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reading each second, on a street where the network gives a second for each metre.
    fn timeline(ways: &[f64]) -> Timeline {
        let mark = |(at_s, dm): (i32, &f64)| Mark { dm: *dm, at_s: f64::from(at_s), sigma_m: 5.0 };
        Timeline::of(&(0..).zip(ways).map(mark).collect::<Vec<_>>(), 0.0..=60.0, |dm| dm)
    }

    fn ways(timeline: &Timeline) -> Vec<f64> {
        timeline.ways().map(|way| way.dm).collect()
    }

    fn time_at(timeline: &Timeline, dm: f64) -> f64 {
        timeline.time_at(Way { ds: dm, dm })
    }

    #[test]
    fn a_vehicle_that_goes_steadily_is_where_its_readings_are() {
        let timeline = timeline(&[0.0, 10.0, 20.0, 30.0]);
        assert_eq!(ways(&timeline), [0.0, 10.0, 20.0, 30.0]);
        assert!((time_at(&timeline, 15.0) - 1.5).abs() < 1e-9);
        assert!(time_at(&timeline, -5.0) < 1e-9 && time_at(&timeline, 99.0) > 3.0 - 1e-9);
    }

    #[test]
    fn a_vehicle_never_goes_back_nor_beyond_the_ends() {
        let ways = ways(&timeline(&[-5.0, 50.0, 10.0, 40.0, 20.0, 90.0]));
        assert_eq!(ways.len(), 6);
        assert!(ways.is_sorted(), "{ways:?}");
        assert!(ways[0] > -1e-9 && ways[5] < 60.0 + 1e-9, "{ways:?}");
    }

    #[test]
    fn a_reading_that_jumps_ahead_is_drawn_back() {
        let ways = ways(&timeline(&[0.0, 16.0, 20.0]));
        assert!(10.0 < ways[1] && ways[1] < 15.0, "{ways:?}");
    }

    #[test]
    fn a_vehicle_goes_on_when_it_has_stood() {
        let timeline = timeline(&[0.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, 40.0]);
        assert!(time_at(&timeline, 15.0) < 2.0 && time_at(&timeline, 25.0) > 5.0);
    }
}
