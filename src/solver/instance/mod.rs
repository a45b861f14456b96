//! Reads published instances, so that a search can be held against the best known solutions. For tests, benches and the
//! bench command; files and their names are theirs.
//!
//! Five formats: `solomon` (also Gehring and Homberger), `lilim` (pickups with their deliveries) and `vrplib` (with a
//! matrix, prizes, several depots, trips, or vehicles for some customers only) `trsp` (technicians
//! with tools and parts) and `strsp` (technicians with levels, tasks that may be given away). Depots are the first locations and
//! customers follow, in the order of the tasks. What the model cannot hold is refused by name, never left aside.

mod lilim;
mod rows;
mod solomon;
mod strsp;
mod trsp;
mod vrplib;

pub use solomon::read_solomon;
pub use strsp::is_strsp;

use super::draft::{Draft, Task, Vehicle, Window};
use super::matrix::{Matrix, MatrixError};

/// How distances become whole numbers, and what the published values count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// Ten times the distance, truncated; times ten times: the published values of the DIMACS challenge.
    Dimacs,
    /// A thousand times, rounded.
    Exact,
    /// As they are; a distance between coordinates is rounded.
    Explicit,
    /// As [`Self::Dimacs`], prizes ten times too; published is ten times the distance and the prizes lost.
    Pcvrptw,
    /// As [`Self::Dimacs`]; published is ten times the distance.
    Mtvrptwr,
    /// As [`Self::Exact`]; published is a thousand times the distance.
    Sdvrptw,
    Mdvrptw,
    /// As [`Self::Exact`]; published is the time that technicians are away, or the distance they drive.
    TrspDuration,
    TrspDistance,
}

impl Convention {
    /// As tables of best known solutions call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dimacs => "dimacs",
            Self::Exact => "exact",
            Self::Explicit => "explicit",
            Self::Pcvrptw => "pcvrptw",
            Self::Mtvrptwr => "mtvrptwr",
            Self::Sdvrptw => "sdvrptw",
            Self::Mdvrptw => "mdvrptw",
            Self::TrspDuration => "trsp-duration",
            Self::TrspDistance => "trsp-distance",
        }
    }

    /// How many of the solver's seconds are one unit of the text.
    const fn factor(self) -> u32 {
        match self {
            Self::Dimacs | Self::Pcvrptw | Self::Mtvrptwr => 10,
            Self::Exact
            | Self::Sdvrptw
            | Self::Mdvrptw
            | Self::TrspDuration
            | Self::TrspDistance => 1000,
            Self::Explicit => 1,
        }
    }

    fn whole(self, value: f64) -> i32 {
        (value * f64::from(self.factor())).round_ties_even() as i32
    }

    fn window(self, from: f64, until: f64) -> Window {
        Window { from_s: self.whole(from), until_s: self.whole(until) }
    }

    fn distance(self, one: Point, two: Point) -> i32 {
        // A plain root, not `hypot`: its last bit decides the digit that is cut off.
        let squared = (one.0 - two.0) * (one.0 - two.0) + (one.1 - two.1) * (one.1 - two.1);
        match self {
            Self::Dimacs | Self::Pcvrptw | Self::Mtvrptwr => {
                (squared.sqrt() * f64::from(self.factor())) as i32
            }
            Self::Exact
            | Self::Explicit
            | Self::Sdvrptw
            | Self::Mdvrptw
            | Self::TrspDuration
            | Self::TrspDistance => self.whole(squared.sqrt()),
        }
    }
}

type Point = (f64, f64);

/// How many of the solver's seconds (and of its costs) are one unit of the published value.
pub const fn scale(convention: Convention) -> u32 {
    match convention {
        Convention::Pcvrptw | Convention::Mtvrptwr | Convention::Sdvrptw | Convention::Mdvrptw => 1,
        other => other.factor(),
    }
}

/// A published instance, ready for [`Problem::parse`](super::Problem::parse).
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// If the text says.
    pub name: Option<String>,
    pub convention: Convention,
    /// A distance costs what it takes in time.
    pub draft: Draft,
    /// Costs of a plan divided by this are what is published.
    pub scale: u32,
}

/// Why a text is not an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    #[error("there is no line NUMBER CAPACITY with two whole numbers below it")]
    NoFleet,
    #[error("line {line} has no number in column {column}")]
    Number { line: usize, column: usize },
    #[error("line {line} has {found} columns, not {expected}")]
    Columns { line: usize, found: usize, expected: usize },
    #[error("line {line} is not number {expected}")]
    Order { line: usize, expected: usize },
    #[error("there is no depot followed by customers")]
    NoCustomers,
    #[error("line {line} is no half of a shipment: a pickup and a delivery of as much")]
    Unpaired { line: usize },
    #[error("there is no {what}")]
    Missing { what: &'static str },
    #[error("line {line}: {what} cannot be read yet")]
    Unsupported { line: usize, what: String },
    #[error("{count} {what} are more than {most}")]
    TooMany { what: &'static str, count: usize, most: usize },
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

impl InstanceError {
    /// What to do about it.
    pub fn cure(&self) -> &'static str {
        match self {
            Self::NoFleet => {
                "name a file in the form of Solomon, of Li and Lim, or of VRPLIB with time windows"
            }
            Self::Number { .. } => {
                "write a number there, with a point for decimals, below a million"
            }
            Self::Columns { .. } => "give the line all columns of its table, separated by blanks",
            Self::Order { .. } => "number the rows without gaps, in order, the depot first",
            Self::NoCustomers => "list the depot and at least one customer below it",
            Self::Unpaired { .. } => {
                "let a pickup with a demand above 0 and a delivery with the same below 0 name each other"
            }
            Self::Missing { .. } => "add it to the file, as VRPLIB writes it",
            Self::Unsupported { .. } => "leave this instance out: the model has no such rule",
            Self::TooMany { .. } => "cut the instance down",
            Self::Matrix(_) => "write a full square of whole numbers of 0 and above",
        }
    }
}

/// Reads an instance in any of the formats, told apart by how they begin. Without a convention it is the one that the
/// best known values of the format use: exact for Li and Lim, explicit for matrices, with prizes that of prizes, that
/// of a family which has its own, else that of DIMACS. A matrix is always taken as it is.
///
/// # Errors
/// The line that cannot be read, or the rule that cannot be held.
pub fn read(text: &str, convention: Option<Convention>) -> Result<Instance, InstanceError> {
    let first = rows::lines(text).next().map(|line| line.words).unwrap_or_default();
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    if first.len() == 3 && first.iter().all(is_number) {
        return lilim::read(text, convention.unwrap_or(Convention::Exact));
    }
    if text.contains("EDGE_WEIGHT_TYPE") {
        return vrplib::read(text, convention);
    }
    if is_strsp(text) {
        return strsp::read(text);
    }
    if trsp::is_it(text) {
        return trsp::read(text, convention.unwrap_or(Convention::TrspDuration));
    }
    solomon::read(text, convention.unwrap_or(Convention::Dimacs))
}

/// As many as a table of travel has room for on an ordinary machine.
const PLACES_MAX: usize = 20_000;
const VEHICLES_MAX: usize = 100_000;

/// Vehicles that are all alike.
struct Fleet {
    count: usize,
    capacity: i32,
    shift: Window,
}

impl Fleet {
    fn parse(count: &str, capacity: &str) -> Option<Self> {
        let (count, capacity) = (count.parse().ok()?, capacity.parse().ok()?);
        Some(Self { count, capacity, shift: Window { from_s: 0, until_s: 0 } })
    }

    fn vehicles(&self) -> Result<Vec<Vehicle>, InstanceError> {
        let vehicle = Vehicle {
            start: Some(0),
            end: Some(0),
            shift: self.shift,
            capacity: vec![self.capacity],
            ..Vehicle::default()
        };
        check_count(self.count)?;
        Ok(vec![vehicle; self.count])
    }
}

fn check_count(count: usize) -> Result<(), InstanceError> {
    if count > VEHICLES_MAX {
        return Err(InstanceError::TooMany { what: "vehicles", count, most: VEHICLES_MAX });
    }
    Ok(())
}

fn instance(
    name: Option<&str>,
    convention: Convention,
    vehicles: Vec<Vehicle>,
    tasks: Vec<Task>,
    matrix: Matrix,
) -> Instance {
    Instance {
        name: name.map(str::to_owned),
        convention,
        draft: Draft { tasks, vehicles, matrices: vec![matrix] },
        scale: scale(convention),
    }
}

fn euclidean(places: &[Point], convention: Convention) -> Result<Matrix, InstanceError> {
    let (count, most) = (places.len(), PLACES_MAX);
    if count < 2 {
        return Err(InstanceError::NoCustomers);
    }
    if count > most {
        return Err(InstanceError::TooMany { what: "places", count, most });
    }
    let mut durations = Vec::with_capacity(count * count);
    for one in places {
        durations.extend(places.iter().map(|two| convention.distance(*one, *two)));
    }
    Ok(Matrix::parse(count, durations, Vec::new(), None)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::Problem;
    use crate::units::test_data::test_data;

    #[test]
    fn each_format_is_known_by_its_beginning() {
        let told = |text: &str| read(text, None).map(|instance| instance.convention);
        assert_eq!(told(solomon::tests::SMALL), Ok(Convention::Dimacs));
        assert_eq!(told(lilim::tests::SMALL), Ok(Convention::Exact));
        assert_eq!(told(vrplib::tests::SMALL), Ok(Convention::Dimacs));
        assert_eq!(told(vrplib::tests::MATRIX), Ok(Convention::Explicit));
        assert_eq!(told(trsp::tests::SMALL), Ok(Convention::TrspDuration));
        assert_eq!(told(strsp::tests::SMALL), Ok(Convention::Exact));
        assert_eq!(told(""), Err(InstanceError::NoFleet));
        assert_eq!(told("trsp\n1 2 3"), Err(InstanceError::NoFleet));
    }

    #[test]
    fn a_convention_asked_for_is_used() {
        let length = |convention| {
            let instance = read(solomon::tests::SMALL, Some(convention)).unwrap();
            (instance.draft.matrices[0].duration_s(0, 2), instance.scale)
        };
        // The root of 2.
        assert_eq!(length(Convention::Dimacs), (14, 10));
        assert_eq!(length(Convention::Pcvrptw), (14, 1));
        assert_eq!(length(Convention::Exact), (1414, 1000));
        assert_eq!(length(Convention::Explicit), (1, 1));
    }

    #[test]
    fn every_published_instance_is_read_or_refused_by_name() {
        let families: [(&str, Result<Convention, &str>); 12] = [
            ("solomon", Ok(Convention::Dimacs)),
            ("gh200", Ok(Convention::Dimacs)),
            ("gh400", Ok(Convention::Dimacs)),
            ("gh1000", Ok(Convention::Dimacs)),
            ("lilim100", Ok(Convention::Exact)),
            ("lilim200", Ok(Convention::Exact)),
            ("lilim1000", Ok(Convention::Exact)),
            ("ortec", Ok(Convention::Explicit)),
            ("pcvrptw", Ok(Convention::Pcvrptw)),
            ("sdvrptw", Ok(Convention::Sdvrptw)),
            ("mdvrptw", Ok(Convention::Mdvrptw)),
            ("mtvrptwr", Ok(Convention::Mtvrptwr)),
        ];
        for (family, expected) in families {
            let Some(folder) = test_data(&format!("vrp/{family}")) else { continue };
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let is_instance = |path: &std::path::PathBuf| {
                path.extension().is_some_and(|kind| kind == "txt" || kind == "vrp")
            };
            // A thousand places make a large table: a few of those are enough.
            for path in files.filter(is_instance).take(if family.ends_with("000") { 3 } else { 40 })
            {
                let text = std::fs::read_to_string(&path).unwrap();
                match (read(&text, None), expected) {
                    (Ok(instance), Ok(convention)) => {
                        assert_eq!(instance.convention, convention, "{}", path.display());
                        assert!(Problem::parse(instance.draft).is_ok(), "{}", path.display());
                    }
                    (Err(InstanceError::Unsupported { what, .. }), Err(section)) => {
                        assert!(what.contains(section), "{}: {what}", path.display());
                    }
                    (found, _) => panic!("{}: {:?}", path.display(), found.map(|_| ())),
                }
            }
        }
    }
}
