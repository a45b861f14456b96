//! The data folder and its lock: one process at a time writes there.
//!
//! The lock is held on the file `sortie.lock` for as long as the process lives; the system frees it even
//! after `kill -9`. The file names who holds it, for the message to whoever comes second.

use super::failure::{Exit, Failure};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

const LOCK_FILE: &str = "sortie.lock";

/// A data folder that this process alone writes, until dropped.
#[derive(Debug)]
pub struct DataFolder {
    pub path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if it is missing and takes its lock. `purpose` is told to others who want it.
    pub fn take(path: &Path, purpose: &str) -> Result<Self, Failure> {
        create(path).map_err(|error| unusable(path, error))?;
        let file_path = path.join(LOCK_FILE);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&file_path)
            .map_err(|error| unusable(path, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(taken(path, &mut file)),
            Err(TryLockError::Error(error)) => return Err(unusable(path, error)),
        }
        let line = format!("{purpose}, process {}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(line.as_bytes()))
            .map_err(|error| unusable(path, error))?;
        Ok(Self { path: path.to_owned(), _lock: file })
    }

    /// Who holds the lock of this folder, if anybody does.
    pub fn holder(path: &Path) -> Option<String> {
        let mut file = File::open(path.join(LOCK_FILE)).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Some(holder_named_in(&mut file)),
            _ => None,
        }
    }
}

/// Personal data lives there, so nobody but the owner may look in.
fn create(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn holder_named_in(file: &mut File) -> String {
    let mut text = String::new();
    // The name is a courtesy; without it the message is still true.
    let _ = file.read_to_string(&mut text);
    match text.trim() {
        "" => "another process".to_owned(),
        named => named.to_owned(),
    }
}

fn taken(path: &Path, file: &mut File) -> Failure {
    Failure::new(
        Exit::Error,
        format_args!("the data folder {} is in use by {}", path.display(), holder_named_in(file)),
        "stop that process first, or name another folder with --data",
    )
}

fn unusable(path: &Path, error: std::io::Error) -> Failure {
    let cure = "check that the folder can be made and written by this user, or name another one with --data";
    let context = format!("the data folder {} cannot be used", path.display());
    Failure::of(Exit::Error, anyhow::Error::from(error).context(context), cure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_taker_is_told_who_holds_the_folder_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/data");
        let first = DataFolder::take(&path, "sortie serve").unwrap();
        let failure = DataFolder::take(&path, "sortie user").unwrap_err();
        assert!(failure.cause.contains("sortie serve, process "), "{}", failure.cause);
        assert!(DataFolder::holder(&path).is_some());
        drop(first);
        assert_eq!(DataFolder::holder(&path), None);
        assert!(DataFolder::take(&path, "sortie user").is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let failure = DataFolder::take(&file.join("data"), "x").unwrap_err();
        assert!(failure.cause.contains("file/data"), "{}", failure.cause);
        assert!(failure.cure.contains("--data"));
    }
}
