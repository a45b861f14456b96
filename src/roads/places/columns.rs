//! What can be found, as it lies in memory and in the prepared file. Texts, places and codes are named
//! by their numbers.

use super::words::WordIndex;
use super::{PlaceIndex, PlaceKind};
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile, Texts};
use crate::roads::plane::{BoxTree, Spot};
use bytemuck::{Pod, Zeroable};

/// Stands for the number of something that is not there.
pub const NONE: u32 = u32::MAX;

/// The number, if there is one.
pub fn some(number: u32) -> Option<u32> {
    (number != NONE).then_some(number)
}

/// Something that can be found by its name. Settlements come first, the rest follows a curve through the
/// land, so that neighbours have neighbouring numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Entry {
    pub spot: Spot,
    /// A text.
    pub name: u32,
    /// Entries, or `NONE`; the city is the town that the settlement is part of.
    pub settlement: u32,
    pub city: u32,
    /// The code of all of it, or `NONE`.
    pub postcode: u32,
    /// Of a business: an entry, or `NONE`, and a text, or `NONE`.
    pub street: u32,
    pub housenumber: u32,
    kind: u8,
    /// Among those that match equally well, lower comes first; ten are worth a distance e times as long.
    pub rank: u8,
    /// So many of its words are of the name itself.
    pub own_words: u16,
}

/// A house number of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct House {
    pub spot: Spot,
    /// Its number among the keys of all house numbers, which are sorted.
    pub key: u32,
    /// A text.
    pub text: u32,
    /// A code, or `NONE`.
    pub postcode: u32,
    /// The street.
    pub entry: u32,
}

const KINDS: [PlaceKind; 5] = [
    PlaceKind::Address,
    PlaceKind::Street,
    PlaceKind::Locality,
    PlaceKind::Poi,
    PlaceKind::Postcode,
];

impl Entry {
    pub fn new(kind: PlaceKind, spot: Spot, name: u32) -> Self {
        let kind = KINDS.iter().position(|&known| known == kind).unwrap_or_default() as u8;
        Self {
            spot,
            name,
            settlement: NONE,
            city: NONE,
            postcode: NONE,
            street: NONE,
            housenumber: NONE,
            kind,
            rank: 0,
            own_words: 0,
        }
    }

    pub fn kind(&self) -> PlaceKind {
        KINDS.get(usize::from(self.kind)).copied().unwrap_or(PlaceKind::Poi)
    }
}

/// All that a query reads.
#[derive(Debug, Default)]
pub struct Columns {
    /// Names, and numbers of houses, as they are shown.
    pub texts: Texts,
    pub entries: Column<Entry>,
    /// Of each entry, those whose settlement or city it is.
    pub within: ListsColumn<u32>,
    /// Of each street, by key.
    pub houses: ListsColumn<House>,
    /// Keys of house numbers, and the figures and letters they are made of; both sorted.
    pub number_keys: Texts,
    pub number_parts: Texts,
    /// Keys of postcodes, sorted, and the codes as they are shown.
    pub postcode_keys: Texts,
    pub postcode_names: Texts,
    /// Of each entry, the codes in it; and of each code, the streets and businesses that have it.
    pub codes_of: ListsColumn<u32>,
    pub with_code: ListsColumn<u32>,
    /// Lines of streets, and which street each is of.
    pub lines: ListsColumn<Spot>,
    pub line_street: Column<u32>,
}

impl PlaceIndex {
    pub fn store(&self, file: &mut FileWriter) {
        let Columns {
            texts,
            entries,
            within,
            houses,
            number_keys,
            number_parts,
            postcode_keys,
            postcode_names,
            codes_of,
            with_code,
            lines,
            line_street,
        } = &self.columns;
        texts.store(file, "places.texts");
        entries.store(file, "places.entries");
        within.store(file, "places.within");
        houses.store(file, "places.houses");
        number_keys.store(file, "places.number_keys");
        number_parts.store(file, "places.number_parts");
        postcode_keys.store(file, "places.postcode_keys");
        postcode_names.store(file, "places.postcode_names");
        codes_of.store(file, "places.codes_of");
        with_code.store(file, "places.with_code");
        lines.store(file, "places.lines");
        line_street.store(file, "places.line_street");
        self.words.store(file);
        self.line_tree.store(file, "places.line_tree");
        self.house_tree.store(file, "places.house_tree");
    }

    /// # Errors
    /// Sections are missing, damaged, or do not fit each other.
    pub fn load(file: &PreparedFile) -> Result<Self, FileError> {
        let columns = Columns {
            texts: Texts::load(file, "places.texts")?,
            entries: file.column("places.entries")?,
            within: ListsColumn::load(file, "places.within")?,
            houses: ListsColumn::load(file, "places.houses")?,
            number_keys: Texts::load(file, "places.number_keys")?,
            number_parts: Texts::load(file, "places.number_parts")?,
            postcode_keys: Texts::load(file, "places.postcode_keys")?,
            postcode_names: Texts::load(file, "places.postcode_names")?,
            codes_of: ListsColumn::load(file, "places.codes_of")?,
            with_code: ListsColumn::load(file, "places.with_code")?,
            lines: ListsColumn::load(file, "places.lines")?,
            line_street: file.column("places.line_street")?,
        };
        columns.check()?;
        let entries = columns.entries.len();
        Ok(Self {
            words: WordIndex::load(file, &columns.entries)?,
            line_tree: BoxTree::load(file, "places.line_tree", columns.lines.len())?,
            house_tree: BoxTree::load(file, "places.house_tree", columns.houses.item_count())?,
            settled: columns.settled().min(entries as u32),
            columns,
        })
    }
}

impl Columns {
    /// How many entries are settlements; they come first.
    pub fn settled(&self) -> u32 {
        self.entries.partition_point(|entry| entry.kind() == PlaceKind::Locality) as u32
    }

    /// Whether every number names something that is there.
    fn check(&self) -> Result<(), FileError> {
        let entries: &[Entry] = &self.entries;
        let texts = |number: u32| (number as usize) < self.texts.len();
        let entry = |number: u32| (number as usize) < entries.len();
        let code = |number: u32| (number as usize) < self.postcode_keys.len();
        let or_none =
            |number: u32, is_there: &dyn Fn(u32) -> bool| some(number).is_none_or(is_there);
        let entries_fit = entries.iter().all(|one| {
            texts(one.name)
                && or_none(one.settlement, &entry)
                && or_none(one.city, &entry)
                && or_none(one.postcode, &code)
                && or_none(one.street, &entry)
                && or_none(one.housenumber, &texts)
                && usize::from(one.kind) < KINDS.len()
                && one.spot.is_on_map()
        });
        let houses_fit = self.houses.items().iter().all(|one| {
            (one.key as usize) < self.number_keys.len()
                && texts(one.text)
                && or_none(one.postcode, &code)
                && entry(one.entry)
                && one.spot.is_on_map()
        });
        let lines_fit = self.lines.items().iter().all(|spot| spot.is_on_map())
            && (0..self.lines.len()).all(|line| !self.lines.of(line).is_empty())
            && self.line_street.iter().all(|&street| entry(street));
        let fits = [
            ("places.entries", entries_fit),
            ("places.houses", houses_fit && self.houses.len() == entries.len()),
            (
                "places.within",
                self.within.len() == entries.len()
                    && self.within.items().iter().all(|&number| entry(number)),
            ),
            ("places.postcode_names", self.postcode_names.len() == self.postcode_keys.len()),
            (
                "places.codes_of",
                self.codes_of.len() == entries.len()
                    && self.codes_of.items().iter().all(|&number| code(number)),
            ),
            (
                "places.with_code",
                self.with_code.len() == self.postcode_keys.len()
                    && self.with_code.items().iter().all(|&number| entry(number)),
            ),
            ("places.lines", lines_fit && self.line_street.len() == self.lines.len()),
        ];
        match fits.into_iter().find(|(_, fits)| !fits) {
            Some((section, _)) => Err(FileError::damaged(section)),
            None => Ok(()),
        }
    }
}
