//! Lists of plain numbers that lie in memory, or in a section of a mapped file.

use super::{FileError, FileWriter, PreparedFile};
use crate::roads::lists::Lists;
use bytemuck::{AnyBitPattern, NoUninit};
use bytes::Bytes;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A list of plain items. Reading one item by one goes through a small check each time: who reads many
/// takes the slice first.
pub struct Column<T> {
    at: Lies<T>,
}

enum Lies<T> {
    InMemory(Vec<T>),
    /// Aligned, and a whole number of items.
    InFile(Bytes, PhantomData<T>),
}

impl<T: AnyBitPattern + NoUninit> Column<T> {
    /// From a section: as it lies there if that is aligned, otherwise copied.
    pub(super) fn of_bytes(bytes: Bytes) -> Option<Self> {
        if bytemuck::try_cast_slice::<u8, T>(&bytes).is_ok() {
            return Some(Self { at: Lies::InFile(bytes, PhantomData) });
        }
        if !bytes.len().is_multiple_of(size_of::<T>().max(1)) {
            return None;
        }
        let mut items = vec![T::zeroed(); bytes.len() / size_of::<T>().max(1)];
        bytemuck::cast_slice_mut(&mut items).copy_from_slice(&bytes);
        Some(Self::from(items))
    }

    pub fn store(&self, file: &mut FileWriter, name: &str) {
        file.put(name, self);
    }
}

impl<T: AnyBitPattern> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.at {
            Lies::InMemory(items) => items,
            Lies::InFile(bytes, _) => bytemuck::cast_slice(bytes),
        }
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(items: Vec<T>) -> Self {
        Self { at: Lies::InMemory(items) }
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self { at: Lies::InMemory(items.into_iter().collect()) }
    }
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T: AnyBitPattern> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.len())
    }
}

/// Many short lists, one behind the other.
#[derive(Debug)]
pub struct ListsColumn<T: AnyBitPattern> {
    /// Where each list starts; one more at the end.
    first: Column<u32>,
    items: Column<T>,
}

impl<T: AnyBitPattern> ListsColumn<T> {
    /// How many lists.
    pub fn len(&self) -> usize {
        self.first.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn item_count(&self) -> usize {
        self.items.len()
    }

    /// All items, in the order of their lists.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    pub fn of(&self, list: usize) -> &[T] {
        &self.items[self.range(list)]
    }

    /// Where a list stands among all items.
    pub fn range(&self, list: usize) -> std::ops::Range<usize> {
        self.first[list] as usize..self.first[list + 1] as usize
    }

    /// For who reads many lists.
    pub fn view(&self) -> ListsView<'_, T> {
        ListsView { first: &self.first, items: &self.items }
    }
}

/// The lists of a [`ListsColumn`] as slices.
#[derive(Debug, Clone, Copy)]
pub struct ListsView<'a, T> {
    first: &'a [u32],
    items: &'a [T],
}

impl<'a, T> ListsView<'a, T> {
    pub fn of(&self, list: usize) -> &'a [T] {
        &self.items[self.first[list] as usize..self.first[list + 1] as usize]
    }
}

impl<T: AnyBitPattern + NoUninit> ListsColumn<T> {
    pub fn store(&self, file: &mut FileWriter, name: &str) {
        file.put(&format!("{name}.first"), &self.first);
        file.put(name, &self.items);
    }

    /// # Errors
    /// The sections are missing, damaged, or do not fit each other; then the file is not one of ours.
    pub fn load(file: &PreparedFile, name: &str) -> Result<Self, FileError> {
        let lists =
            Self { first: file.column(&format!("{name}.first"))?, items: file.column(name)? };
        let first: &[u32] = &lists.first;
        let fits = first.is_sorted()
            && first.first() == Some(&0)
            && first.last().is_some_and(|end| *end as usize == lists.items.len());
        if fits { Ok(lists) } else { Err(FileError::damaged(name)) }
    }
}

impl<T: AnyBitPattern> From<Lists<T>> for ListsColumn<T> {
    fn from(lists: Lists<T>) -> Self {
        let (first, items) = lists.into_parts();
        Self { first: first.into(), items: items.into() }
    }
}

impl<T: AnyBitPattern> Default for ListsColumn<T> {
    fn default() -> Self {
        Self::from(Lists::default())
    }
}

/// Many short texts, one behind the other.
#[derive(Debug, Default)]
pub struct Texts(ListsColumn<u8>);

impl Texts {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, text: usize) -> &str {
        // Each was a text when it came in.
        std::str::from_utf8(self.0.of(text)).unwrap_or_default()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|text| self.of(text))
    }

    pub fn store(&self, file: &mut FileWriter, name: &str) {
        self.0.store(file, name);
    }

    /// # Errors
    /// As [`ListsColumn::load`].
    pub fn load(file: &PreparedFile, name: &str) -> Result<Self, FileError> {
        Ok(Self(ListsColumn::load(file, name)?))
    }
}

impl<S: AsRef<str>> FromIterator<S> for Texts {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        let mut lists = Lists::default();
        for text in texts {
            lists.push(text.as_ref().bytes());
        }
        Self(lists.into())
    }
}
