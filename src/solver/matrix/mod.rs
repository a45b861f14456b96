//! Travel between places: seconds, metres and, if the caller has them, costs of its own. One flat table per
//! profile, row after row, so that a leg is one look-up.

mod around;
mod grow;

use super::bands::{Band, Bands};
use super::draft::{TIME_MAX_S, TIME_MIN_S};
pub(super) use around::{Around, Block, Crowd};
use std::sync::{Arc, OnceLock};

/// What a leg without a way takes: longer than any shift, so that no tour can use it.
pub const UNREACHABLE_S: i32 = 250_000_000;

/// The most bands of a day.
pub const BANDS_MAX: usize = 96;

/// Why three tables are not a matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    #[error("{table} has {found} values where {size} places need {expected}")]
    Size { table: &'static str, size: usize, found: usize, expected: usize },
    #[error("{table}[{from}][{to}] is {value}, which is outside 0 to {max}")]
    Value { table: &'static str, from: usize, to: usize, value: i32, max: i32 },
    #[error(
        "band {band} begins at {from_s}: bands are 1 to {BANDS_MAX}, each begins after the one before"
    )]
    Band { band: usize, from_s: i32 },
}

/// Travel between `size` places. Cloning shares the tables.
#[derive(Debug, Clone)]
pub struct Matrix {
    size: usize,
    /// From the beginning of a row to that of the next one: there is room for more places.
    stride: usize,
    /// Of bands the quickest.
    durations_s: Arc<[i32]>,
    bands: Option<Arc<Bands>>,
    /// None if nobody asks for them.
    distances_m: Option<Arc<[i32]>>,
    costs: Option<Arc<[i32]>>,
    /// The longest leg that has a way, the longest distance and the highest cost.
    longest: (i32, i32, i32),
    /// The durations, column after column, once somebody needs them so.
    columns: Arc<OnceLock<Vec<i32>>>,
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        let places = || 0..self.size as u32;
        let same = |from, to| {
            self.duration_s(from, to) == other.duration_s(from, to)
                && self.distance_m(from, to) == other.distance_m(from, to)
                && self.cost(from, to) == other.cost(from, to)
        };
        self.size == other.size
            && self.bands == other.bands
            && places().all(|from| places().all(|to| same(from, to)))
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
        Self::check("durations", size, &durations_s, UNREACHABLE_S)?;
        let has_distances = !distances_m.is_empty() || size == 0;
        if has_distances {
            Self::check("distances", size, &distances_m, i32::MAX)?;
        }
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
            stride: size,
            longest,
            durations_s: durations_s.into(),
            bands: None,
            distances_m: has_distances.then(|| distances_m.into()),
            costs: costs.map(Into::into),
            columns: Arc::default(),
        })
    }

    /// The same with durations that depend on when one sets off.
    ///
    /// # Errors
    /// As [`Matrix::parse`], or bands that are none, too many or not in order.
    pub fn by_bands(
        size: usize,
        bands: Vec<Band>,
        distances_m: Vec<i32>,
        costs: Option<Vec<i32>>,
    ) -> Result<Self, MatrixError> {
        if bands.is_empty() || bands.len() > BANDS_MAX {
            return Err(MatrixError::Band { band: bands.len(), from_s: 0 });
        }
        for (at, band) in bands.iter().enumerate() {
            let is_ordered = at == 0 || bands[at - 1].from_s < band.from_s;
            if !is_ordered || !(TIME_MIN_S..=TIME_MAX_S).contains(&band.from_s) {
                return Err(MatrixError::Band { band: at, from_s: band.from_s });
            }
            Self::check("durations", size, &band.durations_s, UNREACHABLE_S)?;
        }
        let slowest = bands.iter().map(|band| longest_way_s(&band.durations_s)).max().unwrap_or(0);
        let bands = Bands {
            begins_s: bands.iter().map(|band| band.from_s).collect(),
            tables: bands.into_iter().map(|band| band.durations_s.into()).collect(),
        };
        let quickest = Self::parse(size, bands.quickest().to_vec(), distances_m, costs)?;
        let (_, distance_m, cost) = quickest.longest;
        let bands = (bands.tables.len() > 1).then(|| Arc::new(bands));
        Ok(Self { bands, longest: (slowest, distance_m, cost), ..quickest })
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

    /// Where a leg is in the tables.
    #[inline]
    fn at(&self, from: u32, to: u32) -> usize {
        from as usize * self.stride + to as usize
    }

    /// The legs that lead away from a place.
    #[inline]
    fn row(&self, from: u32) -> &[i32] {
        &self.durations_s[self.at(from, 0)..][..self.size]
    }

    /// Whether it depends on when one sets off how long it takes.
    pub fn has_bands(&self) -> bool {
        self.bands.is_some()
    }

    /// When each band begins, and the durations of a leg in it; none if there are no bands.
    pub fn bands_of(&self, from: u32, to: u32) -> Vec<(i32, i32)> {
        let cell = self.at(from, to);
        let bands = self.bands.iter().flat_map(|bands| {
            let durations_s = bands.tables.iter().map(move |table| table[cell]);
            bands.begins_s.iter().copied().zip(durations_s)
        });
        bands.collect()
    }

    /// When one arrives who sets off at a time.
    pub(super) fn arrival_s(&self, from: u32, to: u32, leaves_s: i64) -> i64 {
        match &self.bands {
            Some(bands) => bands.arrival_s(self.at(from, to), leaves_s),
            None => leaves_s + i64::from(self.duration_s(from, to)),
        }
    }

    /// When one has to set off at the latest to arrive by a time.
    pub(super) fn latest_departure_s(&self, from: u32, to: u32, arrives_s: i64) -> i64 {
        match &self.bands {
            Some(bands) => bands.latest_departure_s(self.at(from, to), arrives_s),
            None => arrives_s - i64::from(self.duration_s(from, to)),
        }
    }

    /// Seconds of travel, of bands in the quickest one.
    pub fn duration_s(&self, from: u32, to: u32) -> i32 {
        self.durations_s[self.at(from, to)]
    }

    #[inline]
    pub(super) fn around(&self, place: u32) -> Around<'_> {
        let from_here = self.row(place);
        match self.columns.get() {
            Some(columns) => {
                let first = place as usize * self.size;
                Around { from_here, to_here: &columns[first..first + self.size], step: 1 }
            }
            None => {
                let to_here = &self.durations_s[place as usize..];
                Around { from_here, to_here, step: self.stride }
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
                // A place that this table does not have is out of reach.
                let has = |place: u32| (place as usize) < self.size;
                let leg = |&to: &u32| {
                    if has(from) && has(to) { table[self.at(from, to)] } else { UNREACHABLE_S }
                };
                gathered.extend(order.iter().map(leg));
            }
            gathered.into()
        };
        let durations_s = gather(&self.durations_s);
        let bands = self.bands.as_ref().map(|bands| {
            let tables = bands.tables.iter().map(|table| gather(table));
            Arc::new(Bands { begins_s: bands.begins_s.clone(), tables: tables.collect() })
        });
        let columns = OnceLock::new();
        columns.get_or_init(|| {
            let column = |to: usize| (0..size).map(move |from| from * size + to);
            (0..size).flat_map(column).map(|at| durations_s[at]).collect()
        });
        let distances = self.distances_m.as_ref().filter(|_| self.longest.1 > 0);
        Self {
            size,
            stride: size,
            longest: self.longest,
            distances_m: distances.map(|distances| gather(distances)),
            durations_s,
            bands,
            costs: self.costs.as_ref().map(|costs| gather(costs)),
            columns: Arc::new(columns),
        }
    }

    pub fn distance_m(&self, from: u32, to: u32) -> i32 {
        self.distances_m.as_ref().map_or(0, |distances| distances[self.at(from, to)])
    }

    /// The caller's own cost of a leg, if it gave such a table.
    pub fn cost(&self, from: u32, to: u32) -> Option<i32> {
        self.costs.as_ref().map(|costs| costs[self.at(from, to)])
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
        let bands = self.bands.as_ref().map(|bands| {
            let tables = bands.tables.iter().map(|table| table.iter().map(slower).collect());
            Arc::new(Bands { begins_s: bands.begins_s.clone(), tables: tables.collect() })
        });
        let tables = bands.iter().flat_map(|bands| &bands.tables).chain([&durations_s]);
        let slowest_s = tables.map(|table| longest_way_s(table)).max().unwrap_or(0);
        let longest = (slowest_s, self.longest.1, self.longest.2);
        Self { durations_s, bands, longest, columns: Arc::default(), ..self.clone() }
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
