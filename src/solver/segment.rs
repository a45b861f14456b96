//! Stretches of a tour in time, and how two of them are joined in constant time: the algebra of T. Vidal, T. Crainic, M.
//! Gendreau, C. Prins, "A hybrid genetic algorithm with adaptive diversity management for a large class of vehicle
//! routing problems with time-windows", Computers & Operations Research 40(1), 2013, doi 10.1016/j.cor.2012.07.018,
//! without its time warp: a stretch that cannot be done in time is [`Segment::IMPOSSIBLE`]. Exact for single hard windows.

use super::draft::{TIME_MAX_S, TIME_MIN_S};
use super::problem::FAR;

/// A stretch: some stops and the legs between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// From its beginning to its end, waiting included, if it begins when that is shortest.
    pub duration_s: i32,
    /// It is shortest if it begins between these two; later it cannot begin at all.
    pub earliest_s: i32,
    pub latest_s: i32,
}

impl Segment {
    pub(super) const IMPOSSIBLE: Self =
        Self { duration_s: 0, earliest_s: TIME_MAX_S, latest_s: TIME_MIN_S };
    /// Nothing happens, at any time.
    pub(super) const NOTHING: Self =
        Self { duration_s: 0, earliest_s: TIME_MIN_S, latest_s: TIME_MAX_S };

    /// Something that begins within a window.
    #[inline]
    pub(super) fn stay(opens_s: i32, closes_s: i32, duration_s: i32) -> Self {
        Self { duration_s, earliest_s: opens_s, latest_s: closes_s }
    }

    /// Nobody passes before a time; one that is always past stops nobody.
    #[inline]
    pub(super) fn gate(from_s: i32) -> Self {
        Self { earliest_s: from_s.max(TIME_MIN_S), ..Self::NOTHING }
    }

    #[inline]
    pub(super) fn is_possible(self) -> bool {
        self.earliest_s <= self.latest_s
    }

    /// When it is over at the earliest; far in the future if it cannot be done.
    #[inline]
    pub(super) fn ends_s(self) -> i32 {
        if self.is_possible() { self.earliest_s + self.duration_s } else { FAR }
    }

    /// This one, so much travel, and then the next one.
    #[inline]
    pub(super) fn then(self, travel_s: i32, next: Self) -> Self {
        let until_next_s = self.duration_s + travel_s;
        if !self.is_possible()
            || !next.is_possible()
            || self.earliest_s + until_next_s > next.latest_s
        {
            return Self::IMPOSSIBLE;
        }
        let waiting_s = (next.earliest_s - until_next_s - self.latest_s).max(0);
        Self {
            duration_s: until_next_s + next.duration_s + waiting_s,
            earliest_s: self.earliest_s.max(next.earliest_s - until_next_s) - waiting_s,
            latest_s: self.latest_s.min(next.latest_s - until_next_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// When the last stop is left if the first one is reached at a time.
    fn walk(stops: &[(i32, i32, i32, i32)], begin_s: i32) -> Option<i32> {
        let mut now_s = begin_s;
        for (at, &(travel_s, opens_s, length_s, work_s)) in stops.iter().enumerate() {
            let arrival_s = if at == 0 { now_s } else { now_s + travel_s };
            if arrival_s > opens_s + length_s {
                return None;
            }
            now_s = arrival_s.max(opens_s) + work_s;
        }
        Some(now_s)
    }

    fn segment(stops: &[(i32, i32, i32, i32)]) -> Segment {
        let stay = |stop: &(i32, i32, i32, i32)| Segment::stay(stop.1, stop.1 + stop.2, stop.3);
        let legs = stops.iter().enumerate().map(|(at, stop)| if at == 0 { 0 } else { stop.0 });
        stops
            .iter()
            .zip(legs)
            .fold(Segment::NOTHING, |joined, (stop, leg_s)| joined.then(leg_s, stay(stop)))
    }

    proptest! {
        #[test]
        fn joined_stretches_are_as_short_as_the_best_of_all_beginnings(
            stops in prop::collection::vec((0..20, 0..60, 0..30, 0..15), 1..6),
            cut in 0..6_usize,
        ) {
            let walks = (-200..200).filter_map(|begin_s| Some((begin_s, walk(&stops, begin_s)?)));
            let walks: Vec<(i32, i32)> = walks.collect();
            let shortest = walks.iter().map(|(begin_s, end_s)| end_s - begin_s).min();
            let found = segment(&stops);
            prop_assert_eq!(found.is_possible(), shortest.is_some());
            if let Some(shortest) = shortest {
                prop_assert_eq!(found.duration_s, shortest);
                prop_assert_eq!(Some(found.latest_s), walks.iter().map(|walk| walk.0).max());
                for (begin_s, end_s) in walks {
                    prop_assert_eq!(begin_s.max(found.earliest_s) + found.duration_s, end_s);
                }
            }
            // Wherever it is cut, the two halves make the whole.
            let cut = cut.min(stops.len() - 1);
            if cut > 0 {
                let halves = segment(&stops[..cut]).then(stops[cut].0, segment(&stops[cut..]));
                prop_assert_eq!(halves, found);
            }
        }
    }
}
