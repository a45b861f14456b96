//! Where tests find what is too large for the repository: real maps and published instances.
//!
//! Compiled for tests only. The folder is named by `SORTIE_TEST_DATA`; without it such a test prints
//! `skipped: why` and passes. This is the one place outside `config` that reads the environment.

use std::path::PathBuf;

/// A file below the folder of test data, such as `osm/malta.osm.pbf`; `None` after saying why not.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]
pub fn test_data(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("SORTIE_TEST_DATA") else {
        println!("skipped: SORTIE_TEST_DATA is not set, so there is no {name}");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    if !path.exists() {
        println!("skipped: {} does not exist", path.display());
        return None;
    }
    Some(path)
}
