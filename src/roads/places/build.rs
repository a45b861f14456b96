//! Makes columns of what was gathered.

use super::collect::{Draft, Gathered, gather};
use super::columns::{Columns, Entry, House, NONE};
use super::words::{NamedWords, WordIndex};
use super::{PlaceIndex, PlaceKind, fold};
use crate::roads::file::{Column, ListsColumn, Texts};
use crate::roads::lists::Lists;
use crate::roads::osm::OsmMap;
use crate::roads::plane::{BoxTree, Frame, Ground, along_hilbert_curve};
use std::collections::{BTreeSet, HashMap};

impl PlaceIndex {
    pub(super) fn of(map: &OsmMap) -> Self {
        let Gathered { drafts, lines, around } = gather(&Ground::of(map));
        let mut order: Vec<u32> = (0..drafts.len() as u32).collect();
        order.sort_by_cached_key(|&number| {
            let draft = &drafts[number as usize];
            let is_settlement = draft.kind == PlaceKind::Locality;
            (!is_settlement, along_hilbert_curve(draft.spot), draft.name)
        });
        let mut number_of = vec![0; drafts.len()];
        for (new, old) in (0..).zip(&order) {
            number_of[*old as usize] = new;
        }
        let drafts = Drafts { drafts: &drafts, order: &order, number_of: &number_of };

        let mut columns = drafts.columns();
        columns.line_street = lines.iter().map(|line| number_of[line.street as usize]).collect();
        let frames = (0..).zip(lines.iter().map(|line| Frame::around(&line.line)));
        let line_tree = BoxTree::build_of(frames);
        let mut spots = Lists::default();
        for line in lines {
            spots.push(line.line);
        }
        columns.lines = spots.into();
        let houses = (0..).zip(columns.houses.items());
        let house_tree =
            BoxTree::build_of(houses.map(|(at, house)| (at, Frame::around(&[house.spot]))));

        let (words, own_words) = WordIndex::build(drafts.named_words(), &around);
        let mut entries = columns.entries.to_vec();
        for (entry, own) in entries.iter_mut().zip(own_words) {
            entry.own_words = own;
        }
        columns.entries = entries.into();
        Self { settled: columns.settled(), columns, words, line_tree, house_tree }
    }
}

/// What was gathered, in the order of the entries that are made of it.
struct Drafts<'d, 'a> {
    drafts: &'d [Draft<'a>],
    order: &'d [u32],
    /// Of each draft, its number as an entry.
    number_of: &'d [u32],
}

/// Texts, each once, by their numbers.
#[derive(Default)]
struct TextNumbers<'a> {
    number_of: HashMap<&'a str, u32>,
    texts: Vec<&'a str>,
}

impl<'a> TextNumbers<'a> {
    fn of(&mut self, text: &'a str) -> u32 {
        *self.number_of.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        })
    }
}

/// Keys, each once, numbered by the alphabet.
struct SortedKeys {
    keys: Vec<String>,
}

impl SortedKeys {
    fn of(keys: impl Iterator<Item = String>) -> Self {
        let mut keys: Vec<String> = keys.filter(|key| !key.is_empty()).collect();
        keys.sort_unstable();
        keys.dedup();
        Self { keys }
    }

    fn number(&self, key: &str) -> Option<u32> {
        self.keys.binary_search_by(|known| (**known).cmp(key)).ok().map(|at| at as u32)
    }

    fn code(&self, postcode: Option<&str>) -> u32 {
        postcode.and_then(|code| self.number(&fold::postcode_key(code))).unwrap_or(NONE)
    }
}

pub(super) fn house_key(number: &str) -> String {
    fold::number_key(fold::words(number).iter().map(String::as_str))
}

impl<'d, 'a> Drafts<'d, 'a> {
    fn in_order(&self) -> impl Iterator<Item = &'d Draft<'a>> + Clone + use<'d, 'a> {
        let drafts = self.drafts;
        self.order.iter().map(move |&number| &drafts[number as usize])
    }

    fn entry_number(&self, draft: Option<u32>) -> u32 {
        draft.map_or(NONE, |draft| self.number_of[draft as usize])
    }

    fn columns(&self) -> Columns {
        let all_codes = self.in_order().flat_map(|draft| {
            let of_houses = draft.houses.iter().filter_map(|house| house.postcode);
            draft.postcodes.iter().copied().chain(of_houses)
        });
        let codes = SortedKeys::of(all_codes.clone().map(fold::postcode_key));
        let mut postcode_names = vec![""; codes.keys.len()];
        for code in all_codes {
            if let Some(number) = codes.number(&fold::postcode_key(code)) {
                postcode_names[number as usize] = code;
            }
        }
        let houses = self.in_order().flat_map(|draft| &draft.houses);
        let number_keys = SortedKeys::of(houses.map(|house| house_key(house.number)));
        let number_parts: BTreeSet<&str> =
            number_keys.keys.iter().flat_map(|key| key.split(' ')).collect();

        let mut texts = TextNumbers::default();
        let (mut entries, mut house_lists, mut code_lists) =
            (Vec::with_capacity(self.order.len()), Lists::default(), Lists::default());
        for (number, draft) in (0..).zip(self.in_order()) {
            let mut houses: Vec<House> = Vec::with_capacity(draft.houses.len());
            for house in &draft.houses {
                let Some(key) = number_keys.number(&house_key(house.number)) else { continue };
                let text = texts.of(house.number);
                let postcode = codes.code(house.postcode.or_else(|| single(&draft.postcodes)));
                houses.push(House { spot: house.spot, key, text, postcode, entry: number });
            }
            // The same number again is another entrance of the same house.
            houses.sort_by_key(|house| (house.key, house.postcode));
            houses.dedup_by_key(|house| house.key);

            let own = draft.postcodes.iter().map(|code| codes.code(Some(code)));
            let mut own: Vec<u32> = own.chain(houses.iter().map(|house| house.postcode)).collect();
            own.retain(|&code| code != NONE);
            own.sort_unstable();
            own.dedup();

            let mut entry = Entry::new(draft.kind, draft.spot, texts.of(draft.name));
            entry.settlement = self.entry_number(draft.settlement);
            entry.city = self.entry_number(draft.city);
            entry.street = self.entry_number(draft.street);
            entry.housenumber = draft.housenumber.map_or(NONE, |number| texts.of(number));
            entry.postcode = if let [code] = own[..] { code } else { NONE };
            entry.rank = draft.rank;
            entries.push(entry);
            house_lists.push(houses);
            code_lists.push(own);
        }
        let code_lists: ListsColumn<u32> = code_lists.into();
        let coded = (0..self.order.len())
            .filter(|&number| matches!(entries[number].kind(), PlaceKind::Street | PlaceKind::Poi));
        let with_code = coded.flat_map(|number| {
            code_lists.of(number).iter().map(move |&code| (code, number as u32))
        });
        let with_code = Lists::grouped(codes.keys.len(), with_code);
        let numbered = || (0_u32..).zip(&entries);
        let within = numbered()
            .flat_map(|(number, entry)| [(entry.settlement, number), (entry.city, number)])
            .filter(|(settlement, _)| *settlement != NONE);
        let within = Lists::grouped(entries.len(), within);
        Columns {
            texts: texts.texts.into_iter().collect(),
            within: within.into(),
            houses: house_lists.into(),
            number_keys: number_keys.keys.iter().collect(),
            number_parts: number_parts.into_iter().collect::<Texts>(),
            postcode_keys: codes.keys.iter().collect(),
            postcode_names: postcode_names.into_iter().collect(),
            codes_of: code_lists,
            with_code: with_code.into(),
            entries: Column::from(entries),
            lines: ListsColumn::default(),
            line_street: Column::default(),
        }
    }

    fn named_words(&self) -> Vec<NamedWords<'d>> {
        self.in_order()
            .map(|draft| NamedWords {
                name: draft.name,
                other_names: &draft.other_names,
                is_code: draft.kind == PlaceKind::Postcode,
            })
            .collect()
    }
}

fn single<'a>(codes: &[&'a str]) -> Option<&'a str> {
    if let [code] = codes { Some(code) } else { None }
}
