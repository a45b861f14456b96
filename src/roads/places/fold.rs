//! Makes texts comparable: words in lower case without accents, so that "Ħaż-Żebbuġ" is found by
//! "haz zebbug". Other scripts keep their letters, in their plainest form.

use super::letters::{is_apostrophe, is_mark, is_unspaced, push_folded};

/// The words of a text. Whatever is neither letter nor digit parts words, and so does the border
/// between a script that is written without blanks and anything else.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut was_unspaced = false;
    for letter in text.chars() {
        if is_mark(letter) {
            continue;
        }
        let goes_on = letter.is_alphanumeric();
        if (!goes_on || is_unspaced(letter) != was_unspaced) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if goes_on {
            was_unspaced = is_unspaced(letter);
            push_folded(&mut word, letter);
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// How words are written short where that is not just their beginning.
const SHORT: [(&str, &str); 16] = [
    ("saint", "st"),
    ("sankt", "st"),
    ("santa", "st"),
    ("santa", "sta"),
    ("santo", "sto"),
    ("sainte", "ste"),
    ("boulevard", "blvd"),
    ("boulevard", "bd"),
    ("road", "rd"),
    ("lane", "ln"),
    ("court", "ct"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("doctor", "dr"),
    ("doutor", "dr"),
    ("mount", "mt"),
];

/// Parts of a name in a script without blanks are found up to this length, letters.
const PART_LEN_MAX: usize = 12;

/// Other ways to write words of a text: as one where there is an apostrophe ("julians" for "Julian's"),
/// short ("st" for "Saint", "hauptstr" for "Hauptstraße"), and from each letter on in a script without
/// blanks.
pub fn variants(text: &str, words: &[String]) -> Vec<String> {
    let mut variants = joined_words(text);
    for word in words {
        let short = SHORT.iter().filter(|(long, _)| word == long);
        variants.extend(short.map(|(_, short)| (*short).to_owned()));
        if let Some(name) = word.strip_suffix("strasse").or_else(|| word.strip_suffix("straat")) {
            variants.push(format!("{name}str"));
        }
        if word.chars().next().is_some_and(is_unspaced) {
            for (at, _) in word.char_indices().skip(1) {
                variants.push(word[at..].chars().take(PART_LEN_MAX).collect());
            }
        }
    }
    variants
}

fn joined_words(text: &str) -> Vec<String> {
    if !text.contains(is_apostrophe) {
        return Vec::new();
    }
    let parts = text.split(|letter: char| {
        !letter.is_alphanumeric() && !is_apostrophe(letter) && !is_mark(letter)
    });
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

/// A house number's value among its neighbours: 12 of "12 a".
pub fn number_value(text: &str) -> Option<u32> {
    number_parts(text).into_iter().find_map(|part| part.trim().parse().ok())
}

pub fn has_figure(word: &str) -> bool {
    word.contains(char::is_numeric)
}

/// A postcode as a key: "4050-123" and "4050 123" are one.
pub fn postcode_key(text: &str) -> String {
    words(text).concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn variants_of(text: &str) -> Vec<String> {
        variants(text, &words(text))
    }

    #[test]
    fn marks_and_case_fall_away_and_scripts_stay() {
        assert_eq!(words("Ħaż-Żebbuġ"), ["haz", "zebbug"]);
        assert_eq!(words("Triq  San Ġwann"), ["triq", "san", "gwann"]);
        assert_eq!(
            words("Straße Œuvre ÅRHUS Łódź ﬁn"),
            ["strasse", "oeuvre", "arhus", "lodz", "fin"]
        );
        assert_eq!(words("İstanbul Diyarbakır"), ["istanbul", "diyarbakir"]);
        assert_eq!(words("e\u{301}cole"), ["ecole"]);
        assert_eq!(words("Οδός Ἀθηνᾶς ΟΔΟΣ"), ["οδοσ", "αθηνασ", "οδοσ"]);
        assert_eq!(words("Артём Київ й"), ["артем", "киів", "и"]);
        assert_eq!(words("شَارِع الأهْرَام"), ["شارع", "الاهرام"]);
        assert_eq!(words("שְׂדֵרוֹת ירושלים"), ["שדרות", "ירושלימ"]);
        assert_eq!(words("दिल्ली १२"), ["दिलली", "12"]);
        assert_eq!(words("Ｎｏ．１２"), ["no", "12"]);
    }

    #[test]
    fn a_script_without_blanks_is_parted_from_figures_and_found_from_each_letter_on() {
        assert_eq!(words("中山路12号"), ["中山路", "12", "号"]);
        assert_eq!(variants_of("中山路"), ["山路", "路"]);
        assert_eq!(variants_of("Main"), [""; 0]);
    }

    #[test]
    fn an_apostrophe_parts_words_and_also_does_not() {
        assert_eq!(words("St Julian's"), ["st", "julian", "s"]);
        assert_eq!(variants_of("Saint Julian's"), ["julians", "st"]);
        assert_eq!(variants_of("Triq D’Argens"), ["dargens"]);
        assert_eq!(variants_of("Hauptstraße"), ["hauptstr"]);
    }

    #[test]
    fn a_house_number_is_known_however_it_is_spaced() {
        for text in ["12A", "12 a", "a 12", "12/A", "１２ａ"] {
            assert_eq!(number_key(words(text).iter().map(String::as_str)), "12 a");
        }
        assert_eq!(number_value("12 a"), Some(12));
        assert_eq!(number_value("a"), None);
    }

    #[test]
    fn a_postcode_is_known_however_it_is_spaced() {
        assert_eq!(postcode_key("4050-123"), postcode_key("4050 123"));
        assert_eq!(postcode_key("VLT 1234"), "vlt1234");
    }

    proptest! {
        #[test]
        fn folding_a_folded_text_changes_nothing(text in "\\PC{0,40}") {
            let once = words(&text).join(" ");
            prop_assert_eq!(words(&once).join(" "), once.clone());
        }
    }
}
