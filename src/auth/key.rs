//! The keys that sign access tokens, kept in the data folder: 256 bits each, with an id, newest first.
//!
//! The first one signs, all of them verify, so a new key can be put in front without logging anybody out.
//! The file is readable by its owner alone.

use crate::auth::secret;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// In the data folder.
pub const FILE_NAME: &str = "auth-keys.json";

/// A signing key and its id.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub bytes: [u8; 32],
}

/// All keys of the installation; never empty.
#[derive(Clone)]
pub struct Keys {
    keys: Vec<Key>,
}

/// Why the keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the key file {} cannot be read or written", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the key file {} is damaged; restore it, or delete it and everybody logs in again", path.display())]
    Damaged { path: PathBuf },
}

#[derive(Serialize, Deserialize)]
struct Stored {
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    secret: String,
}

impl Keys {
    /// One new key that is not kept anywhere.
    pub fn random() -> Self {
        Self { keys: vec![new_key()] }
    }

    /// Reads the keys of a data folder, or makes the first one.
    pub fn open(data: &Path) -> Result<Self, KeyError> {
        let path = data.join(FILE_NAME);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).ok_or(KeyError::Damaged { path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let keys = Self::random();
                keys.save(&path).map_err(|source| KeyError::File { path, source })?;
                Ok(keys)
            }
            Err(source) => Err(KeyError::File { path, source }),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let keys: Vec<Key> = stored
            .keys
            .into_iter()
            .map(|key| Some(Key { id: key.id, bytes: secret::decode(&key.secret)? }))
            .collect::<Option<_>>()?;
        (!keys.is_empty()).then_some(Self { keys })
    }

    fn save(&self, path: &Path) -> std::io::Result<()> {
        let keys = self
            .keys
            .iter()
            .map(|key| StoredKey { id: key.id.clone(), secret: secret::encode(&key.bytes) });
        let text = serde_json::to_string_pretty(&Stored { keys: keys.collect() })?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// The one that signs.
    pub fn current(&self) -> &Key {
        &self.keys[0]
    }

    /// The one of this id, to verify with.
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }
}

fn new_key() -> Key {
    Key { id: secret::encode(&secret::random::<6>()), bytes: secret::random() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_folder_stay_the_same_and_belong_to_their_owner() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(folder.path()).unwrap();
        let second = Keys::open(folder.path()).unwrap();
        assert_eq!(first.current().bytes, second.current().bytes);
        assert_eq!(first.current().id, second.current().id);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(FILE_NAME)).unwrap().permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_file_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), "{\"keys\":[]}").unwrap();
        assert!(matches!(Keys::open(folder.path()), Err(KeyError::Damaged { .. })));
    }
}
