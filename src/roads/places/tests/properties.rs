//! What holds for any map and any query.

use super::*;
use crate::roads::file::{FileWriter, PreparedFile};
use crate::roads::test_maps::random_map;
use proptest::prelude::*;

/// Names of one to three words, none of them a number.
fn name() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "[a-zéßłøħΑ-ΡΣ-Ωа-яא-ת]{2,10}",
        1 => prop::sample::select(vec!["Rua", "Triq", "il", "Street"]).prop_map(str::to_owned),
    ];
    prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "))
}

fn code() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[A-C]{2} [0-9]{3}")
}

/// A random map whose streets, houses, businesses and settlements have names.
fn named_map() -> impl Strategy<Value = OsmMap> {
    let names = prop::collection::vec((name(), 0_u8..5, 1_u32..40, code()), 20..60);
    (random_map(), names).prop_map(|(mut map, names)| {
        let mut names = names.into_iter().cycle();
        let mut street = String::new();
        for way in &mut map.ways {
            let (name, _, _, code) = names.next().unwrap();
            way.tags.push(("name".into(), name.clone().into()));
            way.tags.extend(code.map(|code| ("postal_code".into(), code.into())));
            street = name;
        }
        for node in &mut map.nodes {
            let (name, sort, number, code) = names.next().unwrap();
            let number = number.to_string();
            match sort {
                0 => node.tags = tags(&[("place", "village"), ("name", &name)]),
                1 => node.tags = tags(&[("shop", "yes"), ("name", &name)]),
                2 => node.tags = tags(&[("addr:housenumber", &number), ("addr:street", &street)]),
                3 => {
                    node.tags = tags(&[
                        ("addr:housenumber", &number),
                        ("addr:street", &name),
                        ("addr:city", "Mosta"),
                    ]);
                }
                _ => {}
            }
            if !node.tags.is_empty() {
                node.tags.extend(code.map(|code| ("addr:postcode".into(), code.into())));
            }
        }
        map
    })
}

/// Whether an entry is among what is found, or something that reads the same.
fn has(found: &[Place], wanted: &Place) -> bool {
    found.iter().any(|place| place.label == wanted.label && place.kind == wanted.kind)
}

/// A prepared file with an index in it.
fn stored(index: &PlaceIndex) -> Vec<u8> {
    let mut file = FileWriter::default();
    index.store(&mut file);
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).unwrap();
    bytes
}

/// The same file with a bit of one section turned over, and checksums that fit.
fn damaged(index: &PlaceIndex, at: f64, section: f64, bit: u8) -> PreparedFile {
    const HEAD: usize = 20;
    let mut bytes = stored(index);
    let len = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) as usize;
    let mut sections: Vec<serde_json::Value> =
        serde_json::from_slice(&bytes[HEAD..HEAD + len]).unwrap();
    let base = (HEAD + len).next_multiple_of(64);
    let mut filled: Vec<_> = sections.iter_mut().filter(|section| section["len"] != 0).collect();
    let chosen = (filled.len() as f64 * section) as usize;
    let number = |key: &str| filled[chosen][key].as_u64().unwrap() as usize;
    let (start, len) = (base + number("start"), number("len"));
    bytes[start + (len as f64 * at) as usize] ^= 1 << bit;
    filled[chosen]["crc"] = crc32fast::hash(&bytes[start..start + len]).into();
    let directory = serde_json::to_vec(&sections).unwrap();
    let mut file = bytes[..12].to_vec();
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(crc32fast::hash(&directory).to_le_bytes());
    file.extend(directory);
    file.resize(file.len().next_multiple_of(64), 0);
    file.extend(&bytes[base..]);
    PreparedFile::open(file.into()).unwrap()
}

const EVERYTHING: usize = 1_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_name_is_found_first_by_its_whole_text_or_ties_with_the_first(map in named_map()) {
        let index = PlaceIndex::build(&map);
        for (name, entry) in index.names().zip(all_entries(&index)) {
            let found = index.search(name, Some(entry.at), EVERYTHING);
            prop_assert!(has(&found, &entry), "{name}: {found:?}");
            let best = &found[0];
            let first = fold::words(&best.label);
            let is_tied = fold::words(name).iter().all(|word| first.contains(word));
            prop_assert!(best.confidence == Confidence::Exact && is_tied, "{name}: {best:?}");
        }
    }

    #[test]
    fn every_beginning_of_three_letters_and_more_finds_the_name(map in named_map()) {
        let index = PlaceIndex::build(&map);
        for (name, entry) in index.names().zip(all_entries(&index)).step_by(3) {
            for (at, letter) in name.char_indices().skip(2) {
                let begun = &name[..at + letter.len_utf8()];
                let found = index.search(begun, None, EVERYTHING);
                prop_assert!(has(&found, &entry), "{begun}: {found:?}");
            }
        }
    }

    #[test]
    fn a_name_with_one_typing_error_is_still_found(
        map in named_map(), at in 0.0..1.0, sort in 0_u8..4, letter in "[a-zа-я]",
    ) {
        let index = PlaceIndex::build(&map);
        let letter = letter.chars().next().unwrap();
        for (name, entry) in index.names().zip(all_entries(&index)).step_by(3) {
            let mut words = fold::words(name);
            let mut long = (0..words.len()).filter(|&word| {
                // Short words must be right, also once a letter is gone.
                words[word].chars().count() > 4 && !fold::has_figure(&words[word])
            });
            let Some(word) = long.next_back() else { continue };
            let mut letters: Vec<char> = words[word].chars().collect();
            let at = (letters.len() as f64 * at) as usize;
            match sort {
                0 => letters.insert(at, letter),
                1 => drop(letters.remove(at)),
                2 if at > 0 => letters.swap(at - 1, at),
                _ => letters[at] = letter,
            }
            words[word] = letters.into_iter().collect();
            let text = words.join(" ");
            let found = index.search(&text, None, EVERYTHING);
            prop_assert!(has(&found, &entry), "{text}: {found:?}");
            // What fits without an error stands before what fits with one.
            let sure = found.iter().map(|place| place.confidence == Confidence::Fuzzy);
            prop_assert!(sure.is_sorted(), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_index_answers_the_same_after_it_was_stored(map in named_map(), text in "\\PC{0,12}") {
        let index = PlaceIndex::build(&map);
        let file = PreparedFile::open(stored(&index).into()).unwrap();
        let loaded = PlaceIndex::load(&file).unwrap();
        let mut texts: Vec<String> =
            all_entries(&index).into_iter().map(|place| place.label).collect();
        texts.push(text);
        for text in &texts {
            let near = Some(Point { lat: 35.91, lon: 14.51 });
            prop_assert_eq!(index.search(text, near, 8), loaded.search(text, near, 8));
            prop_assert_eq!(index.find_address(text, None), loaded.find_address(text, None));
        }
        for entry in all_entries(&index) {
            prop_assert_eq!(index.reverse(entry.at), loaded.reverse(entry.at));
        }
    }

    #[test]
    fn a_damaged_index_is_refused_or_answers_without_panic(
        map in named_map(), at in 0.0..1.0, section in 0.0..1.0, bit in 0_u8..8,
    ) {
        let index = PlaceIndex::build(&map);
        if let Ok(loaded) = PlaceIndex::load(&damaged(&index, at, section, bit)) {
            for entry in all_entries(&index) {
                let _ = loaded.search(&entry.label, Some(entry.at), 8);
                let _ = loaded.search(&format!("{} 1", entry.label), None, 8);
                let _ = loaded.find_address(&format!("Qwx {} 12", entry.label), None);
                let _ = loaded.reverse(entry.at);
            }
        }
    }
}
