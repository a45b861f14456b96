//! Makes texts comparable: words in lower case without accents, so that "Ħaż-Żebbuġ" is found by
//! "haz zebbug". Letters of other scripts stay as they are, in lower case.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Latin letters with marks, by what people type instead.
const FOLDS: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặª"),
    ("ae", "æǽǣ"),
    ("b", "ḃḅḇɓ"),
    ("c", "çćĉċčḉƈ"),
    ("d", "ďđðḋḍḏḑḓɖɗ"),
    ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệǝə"),
    ("f", "ḟƒ"),
    ("g", "ĝğġģǧǵḡǥ"),
    ("h", "ĥħȟḣḥḧḩḫẖ"),
    ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
    ("ij", "ĳ"),
    ("j", "ĵǰ"),
    ("k", "ķǩḱḳḵƙĸ"),
    ("l", "ĺļľŀłḷḹḻḽ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňŉŋǹṅṇṉṋ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợº"),
    ("oe", "œ"),
    ("p", "ṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšșṡṣṥṧṩſ"),
    ("ss", "ß"),
    ("t", "ţťŧțṫṭṯṱẗ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹ"),
    ("z", "źżžẑẓẕƶ"),
];

static FOLD_OF: LazyLock<HashMap<char, &'static str>> = LazyLock::new(|| {
    FOLDS.iter().flat_map(|(plain, marked)| marked.chars().map(|c| (c, *plain))).collect()
});

fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '′')
}

/// One letter, folded, onto a word.
fn push_folded(word: &mut String, letter: char) {
    for lower in letter.to_lowercase() {
        if is_mark(lower) {
            continue;
        }
        match FOLD_OF.get(&lower) {
            Some(plain) => word.push_str(plain),
            None => word.push(lower),
        }
    }
}

/// The words of a text. Whatever is neither letter nor digit parts words.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() || is_mark(letter) {
            push_folded(&mut word, letter);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Other ways to write words of a text: as one where there is an apostrophe ("julians" for "Julian's"),
/// and short ("st" for "Saint").
pub fn variants(text: &str) -> Vec<String> {
    let mut variants = joined_words(text);
    let short = words(text).into_iter().filter_map(|word| match word.as_str() {
        "saint" | "sankt" | "santa" => Some("st".to_owned()),
        _ => None,
    });
    variants.extend(short);
    variants
}

fn joined_words(text: &str) -> Vec<String> {
    if !text.contains(is_apostrophe) {
        return Vec::new();
    }
    let parts = text.split(|letter: char| !letter.is_alphanumeric() && !is_apostrophe(letter));
    let with_apostrophe = parts.filter(|part| part.contains(is_apostrophe));
    with_apostrophe.map(|part| words(part).concat()).filter(|word| !word.is_empty()).collect()
}

/// A house number as a key: its figures and letters apart and in order, so that "12A", "12 a" and
/// "a12" are one.
pub fn number_key<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut parts: Vec<&str> = words.into_iter().flat_map(number_parts).collect();
    parts.sort_unstable();
    parts.join(" ")
}

/// Figures and letters apart.
pub fn number_parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut figures: Option<bool> = None;
    for (at, letter) in word.char_indices() {
        let figure = letter.is_numeric();
        if figures.is_some_and(|before| before != figure) {
            parts.push(&word[start..at]);
            start = at;
        }
        figures = Some(figure);
    }
    if start < word.len() {
        parts.push(&word[start..]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn marks_and_case_fall_away_and_other_scripts_stay() {
        assert_eq!(words("Ħaż-Żebbuġ"), ["haz", "zebbug"]);
        assert_eq!(words("Triq  San Ġwann"), ["triq", "san", "gwann"]);
        assert_eq!(words("Straße Œuvre ÅRHUS Łódź"), ["strasse", "oeuvre", "arhus", "lodz"]);
        assert_eq!(words("İstanbul Diyarbakır"), ["istanbul", "diyarbakir"]);
        assert_eq!(words("e\u{301}cole"), ["ecole"]);
        assert_eq!(words("Ленина 東京 Αθήνα"), ["ленина", "東京", "αθήνα"]);
    }

    #[test]
    fn an_apostrophe_parts_words_and_also_does_not() {
        assert_eq!(words("St Julian's"), ["st", "julian", "s"]);
        assert_eq!(variants("Saint Julian's"), ["julians", "st"]);
        assert_eq!(variants("Triq D’Argens"), ["dargens"]);
    }

    #[test]
    fn a_house_number_is_known_however_it_is_spaced() {
        for text in ["12A", "12 a", "a 12", "12/A"] {
            assert_eq!(number_key(words(text).iter().map(String::as_str)), "12 a");
        }
    }

    proptest! {
        #[test]
        fn folding_a_folded_text_changes_nothing(text in "\\PC{0,40}") {
            let once = words(&text).join(" ");
            prop_assert_eq!(words(&once).join(" "), once.clone());
        }
    }
}
