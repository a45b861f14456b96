//! Writing and opening a prepared file.

use super::Column;
use bytemuck::{AnyBitPattern, NoUninit};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Goes up when a section changes its meaning; an older file is then prepared again.
pub const VERSION: u16 = 1;

const MAGIC: &[u8; 10] = b"SORTIEMAP\n";
const HEAD_LEN: usize = MAGIC.len() + 2 + 4 + 4;
const ALIGN: usize = 64;

// Sections are used as they lie there.
const _: () = assert!(cfg!(target_endian = "little"), "prepared maps are little-endian");

/// Why a prepared file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("this is not a prepared map")]
    NotPrepared,
    #[error("the prepared map has format {found}, this program reads format {VERSION}")]
    OtherVersion { found: u16 },
    #[error("the prepared map is damaged: its section `{section}` is not as it was written")]
    Damaged { section: String },
    #[error("the prepared map has no section `{section}`")]
    Missing { section: String },
}

impl FileError {
    /// A section that contradicts itself or another one.
    pub fn damaged(section: &str) -> Self {
        Self::Damaged { section: section.to_owned() }
    }

    /// What to do about it.
    pub const CURE: &'static str =
        "prepare the map again from its extract: `sortie import-map FILE.osm.pbf --out MAP`";
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Section {
    name: String,
    start: u64,
    len: u64,
    item_len: u32,
    crc: u32,
}

/// Sections that will be a file.
#[derive(Debug, Default)]
pub struct FileWriter {
    sections: Vec<(String, u32, Vec<u8>)>,
}

impl FileWriter {
    /// # Panics
    /// Two sections of one name are a mistake of the program.
    pub fn put<T: NoUninit>(&mut self, name: &str, items: &[T]) {
        assert!(self.sections.iter().all(|(known, ..)| known != name), "{name} is written twice");
        let bytes = bytemuck::cast_slice(items).to_vec();
        self.sections.push((name.to_owned(), size_of::<T>() as u32, bytes));
    }

    /// A small thing, as JSON.
    pub fn put_json(&mut self, name: &str, value: &impl Serialize) {
        let json = serde_json::to_vec(value).expect("our own types are JSON");
        self.put(name, &json);
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What the destination says.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        // Where sections start depends on the length of the directory, which holds the starts: those
        // count from the end of the directory.
        let mut start = 0;
        let mut directory = Vec::new();
        for (name, item_len, bytes) in &self.sections {
            let len = bytes.len() as u64;
            let crc = crc32fast::hash(bytes);
            directory.push(Section { name: name.clone(), start, len, item_len: *item_len, crc });
            start += len.next_multiple_of(ALIGN as u64);
        }
        let directory = serde_json::to_vec(&directory)?;
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&(directory.len() as u32).to_le_bytes())?;
        out.write_all(&crc32fast::hash(&directory).to_le_bytes())?;
        out.write_all(&directory)?;
        fill(out, HEAD_LEN + directory.len())?;
        for (_, _, bytes) in &self.sections {
            out.write_all(bytes)?;
            fill(out, bytes.len())?;
        }
        out.flush()
    }
}

/// Zeroes up to the next start of a section.
fn fill(out: &mut impl Write, len: usize) -> io::Result<()> {
    out.write_all(&[0; ALIGN][..len.next_multiple_of(ALIGN) - len])
}

/// A file whose directory is read; its sections are when they are asked for.
#[derive(Debug, Clone)]
pub struct PreparedFile {
    bytes: Bytes,
    sections: BTreeMap<String, Section>,
    /// Where the first section starts.
    base: usize,
}

impl PreparedFile {
    /// Whether bytes begin like a prepared file, of whatever version.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// # Errors
    /// Not one of ours, of another version, or with a damaged directory.
    pub fn open(bytes: Bytes) -> Result<Self, FileError> {
        let head = bytes.get(..HEAD_LEN).filter(|head| Self::is_one(head));
        let head = head.ok_or(FileError::NotPrepared)?;
        let (version, rest) = head[MAGIC.len()..].split_at(2);
        let found = u16::from_le_bytes([version[0], version[1]]);
        if found != VERSION {
            return Err(FileError::OtherVersion { found });
        }
        let number =
            |at: usize| u32::from_le_bytes([rest[at], rest[at + 1], rest[at + 2], rest[at + 3]]);
        let (len, crc) = (number(0) as usize, number(4));
        let damaged = || FileError::damaged("directory");
        let directory = bytes.get(HEAD_LEN..HEAD_LEN.saturating_add(len)).ok_or_else(damaged)?;
        if crc32fast::hash(directory) != crc {
            return Err(damaged());
        }
        let list: Vec<Section> = serde_json::from_slice(directory).map_err(|_| damaged())?;
        let base = (HEAD_LEN + len).next_multiple_of(ALIGN);
        let sections = list.into_iter().map(|section| (section.name.clone(), section)).collect();
        Ok(Self { bytes, sections, base })
    }

    pub fn has(&self, name: &str) -> bool {
        self.sections.contains_key(name)
    }

    /// The names of all sections and how long they are, bytes.
    pub fn sections(&self) -> impl Iterator<Item = (&str, u64)> {
        self.sections.values().map(|section| (&*section.name, section.len))
    }

    fn bytes_of(&self, name: &str) -> Result<(Bytes, u32), FileError> {
        let missing = || FileError::Missing { section: name.to_owned() };
        let section = self.sections.get(name).ok_or_else(missing)?;
        let damaged = || FileError::damaged(name);
        let (start, len) = (usize::try_from(section.start), usize::try_from(section.len));
        let start = start.ok().and_then(|start| start.checked_add(self.base));
        let end = start.zip(len.ok()).and_then(|(start, len)| start.checked_add(len));
        let (start, end) = start.zip(end).ok_or_else(damaged)?;
        if end > self.bytes.len() {
            return Err(damaged());
        }
        let bytes = self.bytes.slice(start..end);
        if crc32fast::hash(&bytes) != section.crc {
            return Err(damaged());
        }
        Ok((bytes, section.item_len))
    }

    /// # Errors
    /// The section is missing or damaged, or holds items of another size.
    pub fn column<T: AnyBitPattern + NoUninit>(&self, name: &str) -> Result<Column<T>, FileError> {
        let (bytes, item_len) = self.bytes_of(name)?;
        if item_len as usize != size_of::<T>() {
            return Err(FileError::damaged(name));
        }
        Column::of_bytes(bytes).ok_or_else(|| FileError::damaged(name))
    }

    /// # Errors
    /// The section is missing or damaged, or is not such a value.
    pub fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, FileError> {
        let (bytes, _) = self.bytes_of(name)?;
        serde_json::from_slice(&bytes).map_err(|_| FileError::damaged(name))
    }
}
