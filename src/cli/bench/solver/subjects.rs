//! Which instances are searched, and for how long.

use crate::cli::failure::{Exit, Failure};
use anyhow::Context as _;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// How long an instance is searched if nobody says.
const TIME_S: f64 = 10.0;
/// How the names of instances end.
const KINDS: [&str; 3] = ["txt", "vrp", "json"];

/// One instance to search.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    pub file: PathBuf,
    /// The file's name without its end: what tables of best known solutions call it.
    pub name: String,
    /// The folder's name.
    pub family: String,
    pub time_s: f64,
}

impl Subject {
    fn new(file: PathBuf, time_s: f64) -> Result<Self, Failure> {
        let whole = file.canonicalize().map_err(|error| unreadable(&file, error))?;
        let told = |part: Option<&std::ffi::OsStr>| {
            part.map_or_else(String::new, |part| part.to_string_lossy().into_owned())
        };
        let name = told(whole.file_stem());
        let family = told(whole.parent().and_then(Path::file_name));
        Ok(Self { file, name, family, time_s })
    }

    /// The folders in which tables may lie: its own and two above.
    pub fn folders(&self) -> Vec<PathBuf> {
        let whole = self.file.canonicalize().unwrap_or_else(|_| self.file.clone());
        whole.ancestors().skip(1).take(3).map(Path::to_owned).collect()
    }
}

/// A line of a suite.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Listed {
    instance: PathBuf,
    time: f64,
}

/// Every instance that is named. A folder without a suite means all in it and below; with a suite it is where the
/// suite's instances lie (else beside the suite), and a file takes its time from the suite.
///
/// # Errors
/// Something that is named is not there.
pub fn list(
    paths: &[PathBuf],
    suite: Option<&Path>,
    time_s: Option<f64>,
) -> Result<Vec<Subject>, Failure> {
    let listed = suite.map(read_suite).transpose()?;
    let time_of = |row: Option<&Listed>| time_s.or(row.map(|row| row.time)).unwrap_or(TIME_S);
    let mut subjects = Vec::new();
    let mut bases = Vec::new();
    for path in paths {
        if !path.is_dir() {
            let row = listed.iter().flatten().find(|row| path.ends_with(&row.instance));
            subjects.push(Subject::new(path.clone(), time_of(row))?);
        } else if listed.is_some() {
            bases.push(path.clone());
        } else {
            for file in files_below(path)? {
                subjects.push(Subject::new(file, time_of(None))?);
            }
        }
    }
    if paths.is_empty() {
        bases.extend(suite.and_then(Path::parent).map(Path::to_owned));
    }
    for row in listed.iter().flatten().filter(|_| !bases.is_empty()) {
        let mut places = bases.iter().map(|base| base.join(&row.instance));
        let file = places.find(|file| file.exists()).ok_or_else(|| {
            let cause = format!("{} of the suite is not there", row.instance.display());
            Failure::new(Exit::Usage, cause, "name the folder in which the suite's instances lie")
        })?;
        subjects.push(Subject::new(file, time_of(Some(row)))?);
    }
    if subjects.is_empty() {
        let cause = "no instance is named";
        return Err(Failure::new(Exit::Usage, cause, "name files that end in .txt, .vrp or .json"));
    }
    Ok(subjects)
}

fn read_suite(file: &Path) -> Result<Vec<Listed>, Failure> {
    let mut reader = open_table(file)?;
    let rows: Result<Vec<Listed>, _> = reader.deserialize().collect();
    let rows = rows.with_context(|| format!("{} is no suite", file.display()));
    let is_time = |row: &Listed| (0.0..=86_400.0).contains(&row.time);
    let cure = "write a line instance,time and below it paths and seconds from 0 to 86400";
    match rows {
        Ok(rows) if rows.iter().all(is_time) => Ok(rows),
        Ok(_) => {
            let cause = format!("a time in {} is no number of seconds", file.display());
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
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_path(file)
        .map_err(|error| unreadable(file, error))
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

    #[test]
    fn a_folder_means_all_instances_below_it() {
        let folder = folder();
        let all = [folder.path().to_owned()];
        assert_eq!(told(list(&all, None, None)), [one("one", 10.0), one("two", 10.0)]);
        assert_eq!(told(list(&all, None, Some(3.0))), [one("one", 3.0), one("two", 3.0)]);
    }

    #[test]
    fn a_suite_says_which_and_how_long() {
        let folder = folder();
        let suite = folder.path().join("suite.csv");
        let suite = Some(suite.as_path());
        assert_eq!(told(list(&[], suite, None)), [one("two", 2.5)]);
        assert_eq!(told(list(&[folder.path().to_owned()], suite, None)), [one("two", 2.5)]);
        assert_eq!(told(list(&[], suite, Some(1.0))), [one("two", 1.0)]);
        let files = ["one/A.txt", "two/A.txt"].map(|file| folder.path().join(file));
        assert_eq!(told(list(&files, suite, None)), [one("one", 10.0), one("two", 2.5)]);
    }

    #[test]
    fn what_is_not_there_is_named() {
        let folder = folder();
        let absent = folder.path().join("C.txt");
        let failure = list(&[absent], None, None).unwrap_err();
        assert!(failure.cause.contains("C.txt cannot be read"), "{}", failure.cause);
        let elsewhere = folder.path().join("one");
        let suite = folder.path().join("suite.csv");
        let failure = list(&[elsewhere], Some(&suite), None).unwrap_err();
        assert_eq!(failure.cause, "two/A.txt of the suite is not there");
        std::fs::write(&suite, "instance,time\nA,soon\n").unwrap();
        assert_eq!(list(&[], Some(&suite), None).unwrap_err().exit, Exit::CheckFailed);
    }
}
