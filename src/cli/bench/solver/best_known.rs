//! Best known solutions: tables with the columns `instance`, `bks_cost`, `vehicles` and `convention`, and more that do
//! not matter here. An instance is named as its file is, or `family/name` where families share names.

use super::subjects::{Subject, open_table};
use crate::cli::failure::{Exit, Failure};
use crate::solver::instance::Convention;
use anyhow::Context as _;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The table's name beside the instances.
const FILE: &str = "bks.csv";
/// Fewest vehicles first, then distance: tells how many vehicles are needed, but its distances belong to that many.
const HIERARCHICAL: &str = "hierarchical";

/// What others reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Known {
    /// In published units; none if only another convention is known.
    pub cost: Option<f64>,
    pub vehicles: Option<u32>,
    /// The least distance with that number of vehicles, where the number counts first: says nothing about plans with
    /// more.
    pub cost_at_vehicles: Option<f64>,
}

impl Known {
    /// What a plan with so many vehicles can be held against.
    pub fn comparable(&self, vehicles: usize) -> Option<f64> {
        let is_as_many = self.vehicles.is_some_and(|count| count as usize == vehicles);
        self.cost.or(self.cost_at_vehicles.filter(|_| is_as_many))
    }
}

#[derive(Debug, Deserialize)]
struct Line {
    instance: String,
    bks_cost: f64,
    vehicles: Option<u32>,
    convention: String,
}

/// By instance and convention, in small letters.
type Table = HashMap<(String, String), (f64, Option<u32>)>;

/// The tables that were read so far.
#[derive(Debug)]
pub struct Shelf {
    given: Option<PathBuf>,
    tables: HashMap<PathBuf, Table>,
}

impl Shelf {
    /// With the one table that counts, or none: then each instance has its own beside it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn open(given: Option<&Path>) -> Result<Self, Failure> {
        let mut tables = HashMap::new();
        if let Some(file) = given {
            tables.insert(file.to_owned(), read(file)?);
        }
        Ok(Self { given: given.map(Path::to_owned), tables })
    }

    /// What is known of an instance.
    ///
    /// # Errors
    /// The table beside it cannot be read.
    pub fn find(&mut self, subject: &Subject, convention: Convention) -> Result<Known, Failure> {
        let beside = || subject.folders().into_iter().map(|folder| folder.join(FILE));
        let file = self.given.clone().or_else(|| beside().find(|file| file.is_file()));
        let Some(file) = file else { return Ok(Known::default()) };
        if !self.tables.contains_key(&file) {
            self.tables.insert(file.clone(), read(&file)?);
        }
        Ok(known(&self.tables[&file], subject, convention))
    }
}

fn known(table: &Table, subject: &Subject, convention: Convention) -> Known {
    let name = subject.name.to_lowercase();
    let names = [format!("{}/{name}", subject.family.to_lowercase()), name];
    let row = |convention: &str| {
        names.iter().find_map(|name| table.get(&(name.clone(), convention.to_owned())))
    };
    match (row(convention.name()), row(HIERARCHICAL)) {
        (Some(&(cost, vehicles)), _) => {
            Known { cost: Some(cost), vehicles, cost_at_vehicles: None }
        }
        (None, Some(&(cost, vehicles))) if convention == Convention::Exact => {
            Known { cost: None, vehicles, cost_at_vehicles: Some(cost) }
        }
        (None, Some(&(_, vehicles))) => Known { vehicles, ..Known::default() },
        (None, None) => Known::default(),
    }
}

fn read(file: &Path) -> Result<Table, Failure> {
    let mut reader = open_table(file)?;
    let mut table = Table::new();
    for line in reader.deserialize() {
        let line: Line = line
            .with_context(|| format!("{} is no table of best known solutions", file.display()))
            .map_err(|error| {
                let cure = "give it the columns instance, bks_cost, vehicles and convention";
                Failure::of(Exit::CheckFailed, error, cure)
            })?;
        let key = (line.instance.to_lowercase(), line.convention.to_lowercase());
        table.insert(key, (line.bks_cost, line.vehicles));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::super::subjects::Source;
    use super::*;

    const TABLE: &str = "\
instance,family,customers,bks_cost,vehicles,convention,verified,source
C1_10_1,gh1000,1000,42444.8,100,dimacs,yes,somewhere
c1_10_1,gh1000,1000,42478.95,90,hierarchical,no,somewhere
pcvrptw/C1_10_1,pcvrptw,,245391,15,pcvrptw,cost,somewhere
lc101,lilim100,106,828.94,10,hierarchical,no,somewhere
";

    fn subject(file: PathBuf, family: &str, name: &str) -> Subject {
        let source = Source::File(file);
        Subject { source, name: name.to_owned(), family: family.to_owned(), time_s: 1.0 }
    }

    #[test]
    fn only_values_of_the_same_convention_are_comparable() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), TABLE).unwrap();
        let family = folder.path().join("family");
        std::fs::create_dir(&family).unwrap();
        let file = family.join("c1_10_1.txt");
        std::fs::write(&file, "").unwrap();
        let mut shelf = Shelf::open(None).unwrap();
        let mut find = |family: &str, name: &str, convention| {
            let known = shelf.find(&subject(file.clone(), family, name), convention).unwrap();
            (known.cost, known.vehicles)
        };
        assert_eq!(find("gh1000", "c1_10_1", Convention::Dimacs), (Some(42444.8), Some(100)));
        assert_eq!(find("pcvrptw", "C1_10_1", Convention::Pcvrptw), (Some(245_391.0), Some(15)));
        assert_eq!(find("gh1000", "c1_10_1", Convention::Exact), (None, Some(90)));
        assert_eq!(find("lilim100", "lc101", Convention::Exact), (None, Some(10)));
        assert_eq!(find("ortec", "lc102", Convention::Explicit), (None, None));
    }

    #[test]
    fn a_distance_of_fewest_vehicles_counts_for_as_many_vehicles() {
        let table =
            HashMap::from([(("lc101".to_owned(), HIERARCHICAL.to_owned()), (828.94, Some(10)))]);
        let lc101 = subject(PathBuf::new(), "lilim100", "lc101");
        let exact = known(&table, &lc101, Convention::Exact);
        assert_eq!((exact.comparable(10), exact.comparable(11)), (Some(828.94), None));
        let truncated = known(&table, &lc101, Convention::Dimacs);
        assert_eq!(truncated.comparable(10), None, "another way to round");
        let free = Known { cost: Some(5.0), ..Known::default() };
        assert_eq!(free.comparable(7), Some(5.0));
    }

    #[test]
    fn a_table_without_its_columns_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.csv");
        std::fs::write(&file, "name,cost\nC101,827.3\n").unwrap();
        let failure = Shelf::open(Some(&file)).unwrap_err();
        assert_eq!(failure.exit, Exit::CheckFailed);
        assert!(failure.cause.contains("instance"), "{}", failure.cause);
        assert!(Shelf::open(Some(&folder.path().join("none.csv"))).is_err());
    }
}
