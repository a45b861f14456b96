//! The prepared file: everything that an import makes of a map, in sections that are used as they lie in
//! the file, so that a start maps it into memory and reads nothing twice.
//!
//! `sections` writes and opens it, `column` is a list of numbers that lies in memory or in a section.
//! What is in the sections is the business of those who write them; each has a `store` and a `load`.
//!
//! ```text
//! "SORTIEMAP\n" · version u16 · length and checksum of the directory, u32 each
//! directory: JSON, one entry per section: name, start, length, size of an item, CRC-32
//! sections, each at a multiple of 64 bytes
//! ```
//! All numbers are little-endian. A section's checksum is compared when it is first loaded.

mod column;
mod sections;
#[cfg(test)]
mod tests;

pub use column::{Column, ListsColumn, ListsView, Texts};
pub use sections::{FileError, FileWriter, PreparedFile, VERSION};
