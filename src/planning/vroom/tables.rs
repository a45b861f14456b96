//! How far it is from place to place: the document's own matrices, or our streets between its coordinates.

use super::error::{VroomError, wrong};
use super::input::{self, Input, Rows};
use super::nouns::from_origin;
use crate::roads::{Map, RoadNetwork, Snap};
use crate::solver::draft::TIME_MIN_S;
use crate::solver::{Band, Matrix, UNREACHABLE_S};
use crate::units::Point;
use std::collections::{BTreeMap, HashMap};

/// The profile of vehicles that name none.
const DEFAULT_PROFILE: &str = "car";

/// Rows of the matrices and what is known about them.
pub(super) struct Places {
    /// The document gives matrices and names their rows.
    pub is_indexed: bool,
    /// Of documents with coordinates: the row of each place, and the field that named it first.
    rows: HashMap<[u64; 2], u32>,
    fields: Vec<String>,
    /// Of documents with coordinates: where vehicles start or end, and the field that named it first.
    bases: HashMap<u32, String>,
    pub points: HashMap<u32, [f64; 2]>,
}

/// Other programs' names of our profiles.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("driving", "car"),
    ("driving-car", "car"),
    ("cycling", "bicycle"),
    ("bike", "bicycle"),
    ("cycling-regular", "bicycle"),
    ("walking", "foot"),
    ("foot-walking", "foot"),
];

/// The streets for each profile.
pub struct Streets<'a> {
    by_profile: Vec<(&'a str, &'a dyn RoadNetwork)>,
}

impl<'a> Streets<'a> {
    /// All profiles of a map.
    pub fn of_map(map: &'a Map) -> Self {
        let networks = map.profiles().zip(map.networks());
        let by_profile = networks.map(|(name, network)| (name, &**network as &dyn RoadNetwork));
        Self { by_profile: by_profile.collect() }
    }

    /// One network, for vehicles that name no profile or `car`.
    pub fn one(network: &'a dyn RoadNetwork) -> Self {
        Self { by_profile: vec![(DEFAULT_PROFILE, network)] }
    }

    /// For the profile of a vehicle; who names none drives by the first.
    pub(super) fn of(&self, profile: Option<&str>) -> Option<&'a dyn RoadNetwork> {
        let Some(profile) = profile else { return Some(self.by_profile.first()?.1) };
        let usual = OTHER_NAMES.iter().find(|(other, _)| *other == profile).map(|(_, own)| *own);
        let named = |wanted: &str| self.by_profile.iter().find(|(name, _)| *name == wanted);
        named(profile).or_else(|| named(usual?)).map(|(_, network)| *network)
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.by_profile.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}

/// Travel over the streets, by the number of a profile.
pub(super) struct Travels {
    pub matrices: Vec<Matrix>,
    /// By row; none for a place that no street is near.
    pub snaps: Vec<Vec<Option<Snap>>>,
}

impl Places {
    pub(super) fn of(input: &Input) -> Self {
        let is_indexed = !input.matrices.is_empty() || input.matrix.is_some();
        Self {
            is_indexed,
            rows: HashMap::new(),
            fields: Vec::new(),
            bases: HashMap::new(),
            points: HashMap::new(),
        }
    }

    /// The row of a place that a field of the document names.
    pub(super) fn row(
        &mut self,
        location: Option<[f64; 2]>,
        index: Option<u32>,
        field: &str,
        key: &str,
    ) -> Result<u32, VroomError> {
        if self.is_indexed {
            let key = format!("{field}.{key}_index");
            let row = index.ok_or_else(|| wrong(key, "missing", "it is needed beside matrices"))?;
            if let Some(location) = location {
                self.points.entry(row).or_insert(location);
            }
            return Ok(row);
        }
        let field = format!("{field}.{key}");
        let location = location
            .ok_or_else(|| wrong(&field, "missing", "coordinates are needed without matrices"))?;
        Point::parse(location[1], location[0])
            .map_err(|error| wrong(&field, "out_of_range", error))?;
        let next = self.rows.len() as u32;
        let row = *self.rows.entry(location.map(f64::to_bits)).or_insert(next);
        if row == next {
            self.fields.push(field.clone());
            self.points.insert(row, location);
        }
        if key != "location" {
            self.bases.entry(row).or_insert(field);
        }
        Ok(row)
    }

    /// Travel over the streets between all places, for each profile. Tasks far from any street are out of reach.
    ///
    /// # Errors
    /// The streets do not know a profile, or a vehicle starts or ends far from any street.
    pub(super) fn travels(
        &self,
        input: &Input,
        streets: &Streets<'_>,
    ) -> Result<Travels, VroomError> {
        let mut travels = Travels { matrices: Vec::new(), snaps: Vec::new() };
        for number in 0..profile_numbers(input).len() {
            let numbers = profile_numbers(input);
            let first = input
                .vehicles
                .iter()
                .position(|vehicle| numbers[profile_of(vehicle)] as usize == number)
                .expect("every profile is some vehicle's");
            let profile = input.vehicles[first].profile.as_deref();
            let network = streets.of(profile).ok_or_else(|| {
                let what =
                    format!("the map was not prepared for it, it was for {}", streets.names());
                wrong(format!("vehicles[{first}].profile"), "unknown_profile", what)
            })?;
            let snaps = self.snaps(network)?;
            travels.matrices.push(between(network, &snaps)?);
            travels.snaps.push(snaps);
        }
        Ok(travels)
    }

    fn snaps(&self, network: &dyn RoadNetwork) -> Result<Vec<Option<Snap>>, VroomError> {
        let mut snaps = Vec::with_capacity(self.fields.len());
        for (row, field) in self.fields.iter().enumerate() {
            let [lon, lat] = self.points[&(row as u32)];
            let point = Point::parse(lat, lon);
            let point = point.map_err(|error| wrong(field, "out_of_range", error))?;
            snaps.push(match network.snap(point) {
                Ok(snap) => Some(snap),
                Err(source) => match self.bases.get(&(row as u32)) {
                    Some(field) => {
                        return Err(VroomError::Routing { field: field.clone(), source });
                    }
                    None => None,
                },
            });
        }
        Ok(snaps)
    }
}

/// So many rows of a table are asked for at once.
const ROWS_AT_ONCE: usize = 512;

/// Travel between places at streets.
fn between(network: &dyn RoadNetwork, snaps: &[Option<Snap>]) -> Result<Matrix, VroomError> {
    let known: Vec<Snap> = snaps.iter().flatten().copied().collect();
    // Some rows at a time: the table of the streets is larger than ours.
    let mut legs = known.chunks(ROWS_AT_ONCE).flat_map(|rows| network.table(rows, &known, None));
    let size = snaps.len();
    let mut seconds = vec![UNREACHABLE_S; size * size];
    let mut metres = vec![0; size * size];
    for from in 0..size {
        seconds[from * size + from] = 0;
        if snaps[from].is_none() {
            continue;
        }
        for to in (0..size).filter(|to| snaps[*to].is_some()) {
            let Some(leg) = legs.next().flatten() else { continue };
            if from != to {
                let rounded = (leg.duration_ds.saturating_add(5) / 10).min(i32::MAX as u32);
                seconds[from * size + to] = (rounded as i32).min(UNREACHABLE_S);
                metres[from * size + to] = i32::try_from(leg.distance_m).unwrap_or(i32::MAX);
            }
        }
    }
    Matrix::parse(size, seconds, metres, None)
        .map_err(|error| wrong("document", "out_of_range", error))
}

pub(super) fn profile_of(vehicle: &input::Vehicle) -> &str {
    vehicle.profile.as_deref().unwrap_or(DEFAULT_PROFILE)
}

pub(super) fn profile_numbers(input: &Input) -> BTreeMap<&str, u32> {
    let mut numbers = BTreeMap::new();
    for vehicle in &input.vehicles {
        let next = numbers.len() as u32;
        numbers.entry(profile_of(vehicle)).or_insert(next);
    }
    numbers
}

/// The document's matrices, by the numbers of the profiles.
pub(super) fn given_matrices(
    input: &Input,
    profiles: &BTreeMap<&str, u32>,
    origin_s: i64,
) -> Result<Vec<Matrix>, VroomError> {
    let mut by_number: Vec<(u32, &str)> =
        profiles.iter().map(|(profile, number)| (*number, *profile)).collect();
    by_number.sort_unstable();
    by_number.into_iter().map(|(_, profile)| given_matrix(input, profile, origin_s)).collect()
}

fn given_matrix(input: &Input, profile: &str, origin_s: i64) -> Result<Matrix, VroomError> {
    let tables = input.matrices.get(profile);
    let (durations, field) = match (tables.and_then(|of| of.durations.as_ref()), &input.matrix) {
        (Some(durations), _) => (durations, format!("matrices.{profile}.durations")),
        (None, Some(durations)) if profile == DEFAULT_PROFILE => (durations, "matrix".to_owned()),
        _ => {
            let field = format!("matrices.{profile}.durations");
            let what = "a vehicle has this profile, so its durations are needed";
            return Err(wrong(field, "missing", what));
        }
    };
    let size = durations.len();
    if size == 0 {
        return Err(wrong(field, "wrong_size", "it is empty"));
    }
    let seconds = durations_of(durations, size, &field)?;
    // Elsewhere it may only be where there is no way.
    let has_no_way = |at: usize| (seconds[at] == UNREACHABLE_S).then_some(0);
    let table = |rows: Option<&Rows>, key: &str| {
        let field = format!("matrices.{profile}.{key}");
        rows.map(|rows| flat(rows, size, &field, has_no_way)).transpose()
    };
    let metres = table(tables.and_then(|of| of.distances.as_ref()), "distances")?;
    let costs = table(tables.and_then(|of| of.costs.as_ref()), "costs")?;
    let metres = metres.unwrap_or_default();
    let given = tables.map_or(&[][..], |tables| &tables.bands);
    if given.is_empty() {
        return Matrix::parse(size, seconds, metres, costs)
            .map_err(|error| wrong(field, "out_of_range", error));
    }
    let mut bands = vec![Band { from_s: TIME_MIN_S, durations_s: seconds }];
    for (at, band) in given.iter().enumerate() {
        let field = format!("matrices.{profile}.bands[{at}]");
        let from_s = from_origin(band.from, origin_s);
        if bands.last().is_some_and(|before| before.from_s >= from_s) {
            let what = format!("it begins at {}, not after the one before", band.from);
            return Err(wrong(format!("{field}.from"), "wrong_order", what));
        }
        let durations_s = durations_of(&band.durations, size, &format!("{field}.durations"))?;
        bands.push(Band { from_s, durations_s });
    }
    Matrix::by_bands(size, bands, metres, costs)
        .map_err(|error| wrong(format!("matrices.{profile}.bands"), "out_of_range", error))
}

/// A gap among the durations is a leg without a way.
fn durations_of(rows: &Rows, size: usize, field: &str) -> Result<Vec<i32>, VroomError> {
    let mut seconds = flat(rows, size, field, |_| Some(UNREACHABLE_S))?;
    for value in &mut seconds {
        *value = (*value).min(UNREACHABLE_S);
    }
    Ok(seconds)
}

/// Rows to one flat table; `gap` says what a gap is, if it may be there.
fn flat(
    rows: &Rows,
    size: usize,
    field: &str,
    gap: impl Fn(usize) -> Option<i32>,
) -> Result<Vec<i32>, VroomError> {
    if rows.len() != size {
        return Err(wrong(field, "wrong_size", format!("it has {} rows, not {size}", rows.len())));
    }
    let mut flat = Vec::with_capacity(size * size);
    for (from, row) in rows.iter().enumerate() {
        if row.len() != size {
            let what = format!("it has {} values, not {size}", row.len());
            return Err(wrong(format!("{field}[{from}]"), "wrong_size", what));
        }
        for (to, value) in row.iter().enumerate() {
            let found = match value {
                None => gap(flat.len()).ok_or(("gap", "it is missing".to_owned())),
                Some(value) => i32::try_from(*value)
                    .map_err(|_| ("out_of_range", format!("{value} is too large"))),
            };
            flat.push(
                found
                    .map_err(|(code, what)| wrong(format!("{field}[{from}][{to}]"), code, what))?,
            );
        }
    }
    Ok(flat)
}
