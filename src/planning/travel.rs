//! How long it takes from here to there: points are snapped to the streets once, and per day a table of
//! seconds and metres grows by a row and a column for each new point. Nothing is guessed: a point that is
//! too far from any street is refused, a pair without a way stays without one.
//!
//! The ways from a place are those at the hour at which one is expected to leave it, so that a morning's legs
//! are driven in the morning peak and an evening's in the evening's. When the streets have changed, all legs
//! are worked out anew.

use crate::domain::Rejection;
use crate::roads::speeds::Departure;
use crate::roads::{Leg, RoadError, RoadNetwork, Snap};
use crate::solver::{Matrix, UNREACHABLE_S};
use crate::units::{LocalDay, Point, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// A point to 1e-7 degrees.
type Key = (i32, i32);

/// Travel between the places of each day.
pub struct Travel {
    /// Where newer streets come from, and the streets that are asked until then.
    source: Arc<dyn RoadNetwork>,
    network: Arc<dyn RoadNetwork>,
    snaps: HashMap<Key, Result<Snap, RoadError>>,
    /// Of the streets with which the legs were worked out.
    version: u64,
    days: BTreeMap<LocalDay, Table>,
}

impl std::fmt::Debug for Travel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Travel").field("snaps", &self.snaps.len()).finish_non_exhaustive()
    }
}

/// A departure as the streets understand it, from an instant at a place.
pub fn departure(at: Timestamp, zone: chrono_tz::Tz) -> Departure {
    let minute_of_week = LocalDay::minute_of_week(at, zone);
    Departure { at_s: at.0.div_euclid(1000), minute_of_week }
}

/// The places of a day and the legs between them. The newest places may have none yet.
struct Table {
    places: HashMap<Key, u32>,
    /// When one is expected to leave.
    departures: HashMap<Key, (Timestamp, chrono_tz::Tz)>,
    snaps: Vec<Snap>,
    /// Of each place that has its legs.
    leaves: Vec<Option<Departure>>,
    matrix: Matrix,
}

impl Travel {
    pub fn new(source: Arc<dyn RoadNetwork>) -> Self {
        let network = source.newest().unwrap_or_else(|| Arc::clone(&source));
        let version = network.version();
        Self { source, network, snaps: HashMap::new(), version, days: BTreeMap::new() }
    }

    /// The number of a place in the day's matrix; a new place gets one.
    ///
    /// # Errors
    /// The point is too far from any street.
    pub fn place(&mut self, day: LocalDay, at: Point) -> Result<u32, RoadError> {
        let key = at.to_e7();
        let table = self.days.entry(day).or_default();
        if let Some(place) = table.places.get(&key) {
            return Ok(*place);
        }
        let snap = self.snaps.entry(key).or_insert_with(|| self.network.snap(at)).clone()?;
        table.snaps.push(snap);
        Ok(*table.places.entry(key).or_insert(table.snaps.len() as u32 - 1))
    }

    /// Whether the legs from a place are worked out, so that it does not matter any more when it will be left.
    pub fn has_legs(&self, day: LocalDay, place: u32) -> bool {
        self.days.get(&day).is_some_and(|table| (place as usize) < table.leaves.len())
    }

    /// Says when a place will be left; it counts until the first legs from there are worked out. Where
    /// nobody says, the streets are taken without traffic.
    pub fn expect(&mut self, day: LocalDay, from: Point, at: Timestamp, zone: chrono_tz::Tz) {
        let departures = &mut self.days.entry(day).or_default().departures;
        departures.insert(from.to_e7(), (at, zone));
    }

    /// Legs between all places of the day that have a number.
    pub fn matrix(&mut self, day: LocalDay) -> Matrix {
        let table = self.days.entry(day).or_default();
        table.grow(&*self.network);
        table.matrix.clone()
    }

    /// Forgets all legs if the streets have changed since they were worked out. Not in the middle of a
    /// decision: it is to rest on one state of the streets.
    pub fn renew(&mut self) {
        if let Some(newest) = self.source.newest()
            && !Arc::ptr_eq(&newest, &self.network)
        {
            // Another map: no place of the old one means anything there.
            *self = Self::new(Arc::clone(&self.source));
            return;
        }
        let version = self.network.version();
        if version != self.version {
            self.version = version;
            self.days.values_mut().for_each(Table::forget_legs);
        }
    }

    /// Lets the tables of days before this one go.
    pub fn forget_before(&mut self, day: LocalDay) {
        self.days = self.days.split_off(&day);
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            places: HashMap::new(),
            departures: HashMap::new(),
            snaps: Vec::new(),
            leaves: Vec::new(),
            matrix: Matrix::growing(),
        }
    }
}

impl Table {
    fn forget_legs(&mut self) {
        self.leaves.clear();
        self.matrix = Matrix::growing();
    }

    /// Works out the legs from and to places that have none yet.
    fn grow(&mut self, network: &dyn RoadNetwork) {
        let (known, count) = (self.leaves.len(), self.snaps.len());
        if known == count {
            return;
        }
        self.leaves.resize(count, None);
        for (key, place) in &self.places {
            if *place as usize >= known {
                let leaves = self.departures.get(key);
                self.leaves[*place as usize] =
                    leaves.map(|(at, zone)| coarse(network, departure(*at, *zone)));
            }
        }
        self.matrix.grow(count);
        self.work_out(network, 0..known, known..count);
        self.work_out(network, known..count, 0..count);
    }

    /// Works out the legs from some places to others, those with the same streets together.
    fn work_out(&mut self, network: &dyn RoadNetwork, from: Range<usize>, to: Range<usize>) {
        let mut by_streets: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for place in from {
            let streets = network.conditions(self.leaves[place]);
            by_streets.entry(streets).or_default().push(place);
        }
        let goals = &self.snaps[to.clone()];
        for places in by_streets.into_values() {
            let departure = self.leaves[places[0]];
            let starts: Vec<Snap> = places.iter().map(|place| self.snaps[*place]).collect();
            let ask = |departure| match (&starts[..], goals) {
                ([from], _) => network.one_to_many(from, goals, departure),
                (_, [to]) => network.many_to_one(&starts, to, departure),
                _ => network.table(&starts, goals, departure),
            };
            let legs = round_blocks(ask(departure), departure, || ask(None));
            for (place, row) in places.into_iter().zip(legs.chunks(goals.len().max(1))) {
                self.matrix
                    .write(place as u32, to.start as u32, row.iter().copied())
                    .expect("legs in whole seconds and metres are within bounds");
            }
        }
    }
}

/// What a way takes longer whose end no open street leads to, in tenths of a second: somebody waits, walks, or
/// is let through.
const BLOCKED_DS: u32 = 36_000;

/// A way that a change of the streets blocks takes what it takes without it and an hour more: the visit shows
/// late, nothing is put there without need, and the day goes on.
fn blocked(free: Leg) -> Leg {
    Leg { duration_ds: free.duration_ds.saturating_add(BLOCKED_DS), ..free }
}

/// The way from one place to another, round what is closed, or blocked. `None` where no way ever leads.
pub fn leg(
    network: &dyn RoadNetwork,
    from: &Snap,
    to: &Snap,
    departure: Option<Departure>,
) -> Option<Leg> {
    let find = |departure| network.one_to_many(from, &[*to], departure).first().copied().flatten();
    find(departure).or_else(|| find(None).map(blocked))
}

/// The same for many; `free` answers their ways without any change.
fn round_blocks(
    legs: Vec<Option<Leg>>,
    departure: Option<Departure>,
    free: impl FnOnce() -> Vec<Option<Leg>>,
) -> Vec<(i32, i32)> {
    let is_blocked = departure.is_some() && legs.contains(&None);
    let free = if is_blocked { free() } else { vec![None; legs.len()] };
    let legs = legs.into_iter().zip(free);
    legs.map(|(leg, free)| in_whole_seconds(leg.or_else(|| free.map(blocked)))).collect()
}

/// Back to the full hour, which makes few different times of many; but not to before a change of the streets
/// that holds by then.
fn coarse(network: &dyn RoadNetwork, departure: Departure) -> Departure {
    let minute_of_week = departure.minute_of_week / 60 * 60;
    let minute_s = departure.at_s.div_euclid(60) * 60;
    let hour_s = minute_s - i64::from(departure.minute_of_week - minute_of_week) * 60;
    let at_s = network.changes_hold_since(departure.at_s).map_or(hour_s, |since| since.max(hour_s));
    Departure { at_s, minute_of_week }
}

/// Rounded up, so that a plan never promises a tenth of a second that the streets do not give.
fn in_whole_seconds(leg: Option<Leg>) -> (i32, i32) {
    leg.map_or((UNREACHABLE_S, 0), |leg| {
        let seconds = leg.duration_ds.div_ceil(10).min(UNREACHABLE_S as u32 - 1);
        (seconds as i32, leg.distance_m.min(i32::MAX as u32) as i32)
    })
}

/// The refusal of a place that no street leads to. Says how far off it is, not where (that is personal).
pub fn off_the_map(noun: &str, error: &RoadError) -> Rejection {
    let (distance_m, limit_m) = match error {
        RoadError::OffTheMap { distance_m, limit_m, .. } => (distance_m.round(), limit_m.round()),
        RoadError::NoPath { .. } => (0.0, 0.0),
    };
    Rejection::conflict(
        "location_off_the_map",
        format!(
            "the {noun} is {distance_m:.0} m from the nearest street of the map, the limit is {limit_m:.0} m; move its point or use a larger map"
        ),
    )
    .with_facts(serde_json::json!({ "distance_m": distance_m, "limit_m": limit_m }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::tests::support::{at, clock, friday};
    use crate::roads::Path;
    use crate::units::BoundingBox;
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

    /// A street of which each metre takes so many tenths of a second; at 0 it is closed at any hour.
    struct Street {
        pace: AtomicU32,
        version: AtomicU64,
        changed_at_s: i64,
    }

    impl Street {
        fn drive(&self, pace: u32) {
            self.pace.store(pace, Ordering::Relaxed);
            self.version.fetch_add(1, Ordering::Relaxed);
        }

        fn leg(&self, from: &Snap, to: &Snap, departure: Option<Departure>) -> Option<Leg> {
            let pace = departure.map_or(1, |_| self.pace.load(Ordering::Relaxed));
            let distance_m = from.on_street.distance_m(to.on_street).round() as u32;
            (pace > 0).then_some(Leg { duration_ds: distance_m * pace, distance_m })
        }
    }

    impl RoadNetwork for Street {
        fn bounds(&self) -> BoundingBox {
            BoundingBox { south: -90.0, west: -180.0, north: 90.0, east: 180.0 }
        }
        fn snap(&self, at: Point) -> Result<Snap, RoadError> {
            let (distance_m, edge, along, reverse_edge) = (0.0, 0, 0.0, None);
            Ok(Snap { on_street: at, distance_m, edge, along, reverse_edge })
        }
        fn path(&self, _: &Snap, _: &Snap, _: Option<Departure>) -> Result<Path, RoadError> {
            unreachable!("plans ask for legs only")
        }
        fn one_to_many(
            &self,
            from: &Snap,
            to: &[Snap],
            departure: Option<Departure>,
        ) -> Vec<Option<Leg>> {
            to.iter().map(|to| self.leg(from, to, departure)).collect()
        }
        fn many_to_one(
            &self,
            from: &[Snap],
            to: &Snap,
            departure: Option<Departure>,
        ) -> Vec<Option<Leg>> {
            from.iter().map(|from| self.leg(from, to, departure)).collect()
        }
        fn street_name(&self, _: &Snap) -> Option<String> {
            None
        }
        fn version(&self) -> u64 {
            self.version.load(Ordering::Relaxed)
        }
        fn changes_hold_since(&self, at_s: i64) -> Option<i64> {
            (self.changed_at_s <= at_s).then_some(self.changed_at_s)
        }
        fn size(&self) -> (usize, usize) {
            (0, 0)
        }
    }

    fn street(changed_at: Timestamp) -> Arc<Street> {
        let (pace, version) = (AtomicU32::new(1), AtomicU64::new(0));
        Arc::new(Street { pace, version, changed_at_s: changed_at.secs() })
    }

    #[test]
    fn legs_are_those_of_the_streets_as_they_were_until_they_are_renewed() {
        let streets = street(clock(0, 0));
        let mut travel = Travel::new(streets.clone());
        let (day, here, there) = (friday(), at(0, 0), at(10, 0));
        let seconds = |travel: &mut Travel| {
            travel.expect(day, here, clock(9, 10), chrono_tz::UTC);
            let (from, to) = (travel.place(day, here).unwrap(), travel.place(day, there).unwrap());
            travel.matrix(day).duration_s(from, to)
        };
        let before = seconds(&mut travel);
        streets.drive(3);
        assert_eq!(seconds(&mut travel), before, "one decision sees one state of the streets");
        travel.renew();
        assert!(seconds(&mut travel).abs_diff(3 * before) <= 2);
        // Closed: as if it was open, and an hour.
        streets.drive(0);
        travel.renew();
        assert_eq!(seconds(&mut travel), before + 3_600);
        let (from, to) = (streets.snap(here).unwrap(), streets.snap(there).unwrap());
        let live = leg(&*streets, &from, &to, Some(departure(clock(9, 10), chrono_tz::UTC)));
        assert_eq!(live.unwrap().duration_ds.div_ceil(10), before as u32 + 3_600);
        streets.drive(1);
        travel.renew();
        assert_eq!(seconds(&mut travel), before);
    }

    #[test]
    fn a_table_that_grows_place_by_place_is_the_one_that_is_worked_out_at_once() {
        let streets = street(clock(0, 0));
        let day = friday();
        let places: Vec<Point> = (0..12).map(|x| at(x * 7 % 12, x)).collect();
        // Left at different hours, some of them twice.
        let expect = |travel: &mut Travel, number: usize| {
            let hour = 8 + number as i64 % 3;
            travel.expect(day, places[number], clock(hour, 20), chrono_tz::UTC);
        };
        let mut grown = Travel::new(streets.clone());
        let mut at_once = Travel::new(streets);
        for (number, place) in places.iter().enumerate() {
            expect(&mut grown, number);
            grown.place(day, *place).unwrap();
            if number % 4 != 2 {
                assert_eq!(grown.matrix(day).size(), number + 1);
            }
            expect(&mut at_once, number);
            at_once.place(day, *place).unwrap();
        }
        assert_eq!(grown.matrix(day), at_once.matrix(day));
        assert!(grown.matrix(day).duration_s(0, 11) > 0);
    }

    #[test]
    fn who_holds_an_older_table_keeps_it_as_it_was() {
        let mut travel = Travel::new(street(clock(0, 0)));
        let day = friday();
        travel.place(day, at(0, 0)).unwrap();
        travel.place(day, at(5, 0)).unwrap();
        let older = travel.matrix(day);
        let leg = older.duration_s(0, 1);
        travel.place(day, at(9, 0)).unwrap();
        assert_eq!((travel.matrix(day).size(), older.size()), (3, 2));
        assert_eq!((travel.matrix(day).duration_s(0, 1), older.duration_s(0, 1)), (leg, leg));
    }

    #[test]
    fn departures_are_taken_back_to_the_full_hour_but_not_to_before_a_change() {
        let streets = street(clock(9, 20));
        let coarse_at = |hour, minute| {
            let found =
                coarse(&*streets, departure(clock(hour, minute).plus_secs(7), chrono_tz::UTC));
            (Timestamp::from_secs(found.at_s), found.minute_of_week % 1_440)
        };
        assert_eq!(coarse_at(9, 10), (clock(9, 0), 540));
        assert_eq!(coarse_at(9, 40), (clock(9, 20), 540));
        assert_eq!(coarse_at(10, 40), (clock(10, 0), 600));
    }
}
