//! Which instances are searched, and for how long.

use super::city::City;
use crate::cli::failure::{Exit, Failure};
use anyhow::Context as _;
use serde::Deserialize;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How long an instance is searched if nobody says.
const TIME_S: f64 = 10.0;
/// How the names of instances end.
const KINDS: [&str; 3] = ["txt", "vrp", "json"];
/// The suite of the published tables.
const PUBLISHED: &str = include_str!("../../../../assets/bench/suite.csv");

/// Where an instance comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    File(PathBuf),
    City(City),
}

/// One instance to search.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub source: Source,
    /// The file's name without its end: what tables of best known solutions call it.
    pub name: String,
    /// The folder's name; `city` and its size if it is made up.
    pub family: String,
    pub time_s: f64,
}

impl Subject {
    fn file(file: PathBuf, time_s: f64) -> Result<Self, Failure> {
        let whole = file.canonicalize().map_err(|error| unreadable(&file, error))?;
        let told = |part: Option<&std::ffi::OsStr>| {
            part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
        };
        let name = told(whole.file_stem());
        let family = told(whole.parent().and_then(Path::file_name));
        Ok(Self { source: Source::File(file), name, family, time_s })
    }

    fn city(city: City, time_s: f64) -> Self {
        let name = format!("city {city}");
        let family = format!("city {}x{}", city.jobs, city.vehicles);
        Self { source: Source::City(city), name, family, time_s }
    }

    /// The folders in which tables may lie: its own and two above.
    pub fn folders(&self) -> Vec<PathBuf> {
        let Source::File(file) = &self.source else { return Vec::new() };
        let whole = file.canonicalize().unwrap_or_else(|_| file.clone());
        whole.ancestors().skip(1).take(3).map(Path::to_owned).collect()
    }

    /// What it is called where it has to be found again.
    pub fn place(&self) -> String {
        match &self.source {
            Source::File(file) => file.display().to_string(),
            Source::City(_) => self.name.clone(),
        }
    }
}

/// A line of a suite: a file below the suite's folders, or a made-up city.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Listed {
    instance: String,
    time: f64,
}

impl Listed {
    fn city(&self) -> Option<City> {
        self.instance.parse().ok()
    }
}

/// What the caller names.
#[derive(Debug, Default)]
pub struct Wanted<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    pub cities: &'a [City],
    /// A table of instances and times.
    pub suite: Option<&'a Path>,
    /// The suite of the published tables.
    pub is_published: bool,
    /// Seconds, whatever a suite says.
    pub time_s: Option<f64>,
    /// Only these families, if any is named.
    pub families: &'a [String],
}

/// Every instance that is wanted. A folder without a suite means all in it and below; with a suite it is where the
/// suite's instances lie (else beside the suite), and a file takes its time from the suite.
///
/// # Errors
/// Something that is named is not there.
pub fn list(wanted: &Wanted<'_>) -> Result<Vec<Subject>, Failure> {
    let mut subjects = listed(wanted)?;
    let is_wanted = |subject: &Subject| {
        let is_its = |family: &String| subject.family.eq_ignore_ascii_case(family);
        wanted.families.is_empty() || wanted.families.iter().any(is_its)
    };
    let known: Vec<String> = families(&subjects);
    subjects.retain(is_wanted);
    match (subjects.is_empty(), wanted.families) {
        (true, []) => {
            let cure = "name files that end in .txt, .vrp or .json";
            Err(Failure::new(Exit::Usage, "no instance is named", cure))
        }
        (true, families) => {
            let cause = format!("no instance is of the family {}", families.join(" or "));
            Err(Failure::new(Exit::Usage, cause, format!("there are {}", known.join(", "))))
        }
        _ => Ok(subjects),
    }
}

/// The families in the order of their first instances.
pub fn families(subjects: &[Subject]) -> Vec<String> {
    let mut families: Vec<String> = Vec::new();
    for subject in subjects {
        if !families.contains(&subject.family) {
            families.push(subject.family.clone());
        }
    }
    families
}

fn listed(wanted: &Wanted<'_>) -> Result<Vec<Subject>, Failure> {
    let suite = match wanted.suite {
        Some(file) => Some(read_suite(open_table(file)?, &file.display().to_string())?),
        None if wanted.is_published => Some(published()),
        None => None,
    };
    let time_of =
        |row: Option<&Listed>| wanted.time_s.or(row.map(|row| row.time)).unwrap_or(TIME_S);
    let mut subjects = Vec::new();
    let mut bases = Vec::new();
    for path in wanted.paths {
        if !path.is_dir() {
            let row = suite.iter().flatten().find(|row| path.ends_with(&row.instance));
            subjects.push(Subject::file(path.clone(), time_of(row))?);
        } else if suite.is_some() {
            bases.push(path.clone());
        } else {
            for file in files_below(path)? {
                subjects.push(Subject::file(file, time_of(None))?);
            }
        }
    }
    let is_whole = wanted.paths.is_empty() || !bases.is_empty();
    if wanted.paths.is_empty() {
        bases.extend(wanted.suite.and_then(Path::parent).map(Path::to_owned));
    }
    for row in suite.iter().flatten().filter(|_| is_whole) {
        if let Some(city) = row.city() {
            subjects.push(Subject::city(city, time_of(Some(row))));
            continue;
        }
        let mut places = bases.iter().map(|base| base.join(&row.instance));
        let file = places.find(|file| file.exists()).ok_or_else(|| {
            let cause = format!("{} of the suite is not there", row.instance);
            Failure::new(Exit::Usage, cause, "name the folder in which the suite's instances lie")
        })?;
        subjects.push(Subject::file(file, time_of(Some(row)))?);
    }
    subjects.extend(wanted.cities.iter().map(|city| Subject::city(*city, time_of(None))));
    Ok(subjects)
}

fn published() -> Vec<Listed> {
    let rows = table_of(PUBLISHED.as_bytes());
    read_suite(rows, "the published suite").expect("the suite that is part of the program is right")
}

/// Whether the names are exactly those of a family in the suite of the published tables, in its time; a made-up day is
/// the same for any time.
pub fn is_published_family(family: &str, time_s: f64, names: &[&str]) -> bool {
    let rows = published();
    let mut cities = rows.iter().filter_map(Listed::city).map(|city| Subject::city(city, 0.0));
    if cities.any(|city| city.family == family && names == [city.name.as_str()]) {
        return true;
    }
    let is_its = |row: &&Listed| {
        let of = Path::new(&row.instance).parent().map(|folder| folder.to_string_lossy());
        of.is_some_and(|of| of == family) && (row.time - time_s).abs() < 1e-9
    };
    let rows: Vec<&Listed> = rows.iter().filter(is_its).collect();
    let is_there = |row: &&Listed| {
        let stem = Path::new(&row.instance).file_stem().unwrap_or_default().to_string_lossy();
        names.iter().any(|name| *name == stem)
    };
    rows.len() == names.len() && rows.iter().all(is_there)
}

fn read_suite<R: Read>(mut reader: csv::Reader<R>, name: &str) -> Result<Vec<Listed>, Failure> {
    let rows: Result<Vec<Listed>, _> = reader.deserialize().collect();
    let rows = rows.with_context(|| format!("{name} is no suite"));
    let is_time = |row: &Listed| (0.0..=86_400.0).contains(&row.time);
    let cure = "write a line instance,time and below it paths and seconds from 0 to 86400";
    match rows {
        Ok(rows) if rows.iter().all(is_time) => Ok(rows),
        Ok(_) => {
            let cause = format!("a time in {name} is no number of seconds");
            Err(Failure::new(Exit::CheckFailed, cause, cure))
        }
        Err(error) => Err(Failure::of(Exit::CheckFailed, error, cure)),
    }
}

/// All instances in a folder and those below it, in the order of their names.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let path = entry.path();
            // A link to a folder is not followed: it may lead back.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
                continue;
            }
            let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
            if path.is_file() && kind.is_some_and(|kind| KINDS.contains(&kind.as_str())) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A table with commas; lines that begin with # are remarks.
pub fn open_table(file: &Path) -> Result<csv::Reader<std::fs::File>, Failure> {
    let opened = std::fs::File::open(file).map_err(|error| unreadable(file, error))?;
    Ok(table_of(opened))
}

/// The same of anything that can be read.
pub fn table_of<R: Read>(of: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(of)
}

pub fn unreadable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    let error = anyhow::Error::new(error).context(format!("{} cannot be read", path.display()));
    Failure::of(Exit::Error, error, "check the path and the rights of the file")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two families with an instance each, something else beside them, and a suite of one.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for family in ["one", "two"] {
            std::fs::create_dir(folder.path().join(family)).unwrap();
            std::fs::write(folder.path().join(family).join("A.txt"), "").unwrap();
        }
        std::fs::write(folder.path().join("bks.csv"), "").unwrap();
        let suite = "# Short.\ninstance,time\ntwo/A.txt, 2.5\n";
        std::fs::write(folder.path().join("suite.csv"), suite).unwrap();
        folder
    }

    fn told(subjects: Result<Vec<Subject>, Failure>) -> Vec<(String, String, f64)> {
        let told = |subject: Subject| (subject.family, subject.name, subject.time_s);
        subjects.unwrap().into_iter().map(told).collect()
    }

    fn one(family: &str, time_s: f64) -> (String, String, f64) {
        (family.to_owned(), "A".to_owned(), time_s)
    }

    fn wanted<'a>(
        paths: &'a [PathBuf],
        suite: Option<&'a Path>,
        time_s: Option<f64>,
    ) -> Wanted<'a> {
        Wanted { paths, suite, time_s, ..Wanted::default() }
    }

    #[test]
    fn a_folder_means_all_instances_below_it() {
        let folder = folder();
        let all = [folder.path().to_owned()];
        let found = |time_s| told(list(&wanted(&all, None, time_s)));
        assert_eq!(found(None), [one("one", 10.0), one("two", 10.0)]);
        assert_eq!(found(Some(3.0)), [one("one", 3.0), one("two", 3.0)]);
        let two = ["TWO".to_owned()];
        let some = Wanted { families: &two, ..wanted(&all, None, None) };
        assert_eq!(told(list(&some)), [one("two", 10.0)]);
        let three = ["three".to_owned()];
        let failure = list(&Wanted { families: &three, ..wanted(&all, None, None) }).unwrap_err();
        assert_eq!(failure.cure, "there are one, two");
    }

    #[test]
    fn a_suite_says_which_and_how_long() {
        let folder = folder();
        let suite = folder.path().join("suite.csv");
        let suite = Some(suite.as_path());
        let found = |paths: &[PathBuf], time_s| told(list(&wanted(paths, suite, time_s)));
        assert_eq!(found(&[], None), [one("two", 2.5)]);
        assert_eq!(found(&[folder.path().to_owned()], None), [one("two", 2.5)]);
        assert_eq!(found(&[], Some(1.0)), [one("two", 1.0)]);
        let files = ["one/A.txt", "two/A.txt"].map(|file| folder.path().join(file));
        assert_eq!(found(&files, None), [one("one", 10.0), one("two", 2.5)]);
    }

    #[test]
    fn cities_are_made_up_by_their_size() {
        let folder = folder();
        let suite = folder.path().join("cities.csv");
        std::fs::write(&suite, "instance,time\n9x2,1\n9x2:5,1\n").unwrap();
        let city = |name: &str, time_s| ("city 9x2".to_owned(), name.to_owned(), time_s);
        let found = told(list(&wanted(&[], Some(&suite), None)));
        assert_eq!(found, [city("city 9x2", 1.0), city("city 9x2:5", 1.0)]);
        let cities = ["9x2".parse().unwrap()];
        let alone = Wanted { cities: &cities, ..Wanted::default() };
        assert_eq!(told(list(&alone)), [city("city 9x2", 10.0)]);
        for wrong in ["9", "0x2", "9x0", "9x2:x", "99999999x1", "A.txt"] {
            assert!(wrong.parse::<City>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_published_families_are_those_of_the_suite() {
        let of = |rows: &[Listed], family: &str| -> Vec<String> {
            let its = rows.iter().filter(|row| row.instance.starts_with(family));
            let stem = |row: &Listed| Path::new(&row.instance).file_stem().unwrap().to_owned();
            its.map(|row| stem(row).into_string().unwrap()).collect()
        };
        let solomon = of(&published(), "solomon/");
        let mut names: Vec<&str> = solomon.iter().map(String::as_str).collect();
        assert_eq!(names.len(), 12);
        assert!(is_published_family("solomon", 10.0, &names));
        assert!(!is_published_family("solomon", 5.0, &names), "another time");
        names.pop();
        assert!(!is_published_family("solomon", 10.0, &names), "not all of them");
        assert!(is_published_family("city 200x20", 10.0, &["city 200x20"]));
        assert!(is_published_family("city 200x20", 3.0, &["city 200x20"]), "the same day");
        assert!(!is_published_family("city 200x20", 10.0, &["city 200x20:2"]));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = folder();
        let absent = folder.path().join("C.txt");
        let failure = list(&wanted(&[absent], None, None)).unwrap_err();
        assert!(failure.cause.contains("C.txt cannot be read"), "{}", failure.cause);
        let elsewhere = folder.path().join("one");
        let suite = folder.path().join("suite.csv");
        let failure = list(&wanted(&[elsewhere], Some(&suite), None)).unwrap_err();
        assert_eq!(failure.cause, "two/A.txt of the suite is not there");
        std::fs::write(&suite, "instance,time\nA,soon\n").unwrap();
        let failure = list(&wanted(&[], Some(&suite), None)).unwrap_err();
        assert_eq!(failure.exit, Exit::CheckFailed);
    }
}
