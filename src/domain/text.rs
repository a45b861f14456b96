//! Texts that people give us, checked once: trimmed, not empty, not too long, no control characters.

use crate::domain::Rejection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Longest name of a thing or person, in characters.
pub const NAME_LEN_MAX: usize = 120;
/// Longest free text, in characters.
pub const NOTE_LEN_MAX: usize = 4_000;

/// A text of 1 to `len_max` characters without control characters (line breaks are allowed in long ones).
pub fn required(field: &str, text: &str, len_max: usize) -> Result<String, Rejection> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Rejection::invalid(field, format!("{field} must not be empty")));
    }
    optional(field, text, len_max)
}

/// Like [`required`], and may be empty.
pub fn optional(field: &str, text: &str, len_max: usize) -> Result<String, Rejection> {
    let text = text.trim();
    if text.chars().count() > len_max {
        return Err(Rejection::invalid(
            field,
            format!("{field} must have at most {len_max} characters"),
        ));
    }
    if text
        .chars()
        .any(|c| c.is_control() && !(len_max > NAME_LEN_MAX && matches!(c, '\n' | '\r' | '\t')))
    {
        return Err(Rejection::invalid(field, format!("{field} must not have control characters")));
    }
    Ok(text.to_owned())
}

/// Words such as `screen_repair`: what a technician can do, or what a truck has on board.
pub type Skills = BTreeSet<String>;

/// Amounts by dimension, such as `{"kg": 120, "bins": 4}`.
pub type Load = BTreeMap<String, u32>;

/// At most 64 words of `a-z 0-9 _ -`, each at most 40 long.
pub fn skills(field: &str, words: &Skills) -> Result<(), Rejection> {
    if words.len() > 64 {
        return Err(Rejection::invalid(field, format!("{field} must have at most 64 words")));
    }
    words.iter().try_for_each(|word| slug(field, word))
}

/// At most 8 dimensions, each amount at most a million.
pub fn load(field: &str, amounts: &Load) -> Result<(), Rejection> {
    if amounts.len() > 8 {
        return Err(Rejection::invalid(field, format!("{field} must have at most 8 dimensions")));
    }
    for (dimension, amount) in amounts {
        slug(field, dimension)?;
        if *amount > 1_000_000 {
            return Err(Rejection::invalid(
                field,
                format!("{field} must be at most 1000000 in each dimension"),
            ));
        }
    }
    Ok(())
}

/// `a-z 0-9 _ -`, 1 to 40 long.
pub fn slug(field: &str, word: &str) -> Result<(), Rejection> {
    let fits = (1..=40).contains(&word.len())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    if fits {
        Ok(())
    } else {
        Err(Rejection::invalid(
            field,
            format!("{field}: write each word with 1 to 40 of the characters a-z 0-9 _ -"),
        ))
    }
}

/// A phone number as `+` and 6 to 15 digits once spaces, dashes and brackets are left out; may be empty.
pub fn phone(field: &str, text: &str) -> Result<String, Rejection> {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')' | '.' | '/'))
        .collect();
    if compact.is_empty() {
        return Ok(compact);
    }
    let digits = compact.strip_prefix('+').unwrap_or(&compact);
    if (6..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(compact)
    } else {
        Err(Rejection::invalid(
            field,
            format!("{field} must be a phone number such as +35621234567"),
        ))
    }
}

/// An e-mail address: one `@`, a dot in the domain, at most 254 characters; lower-cased. May be empty.
pub fn email(field: &str, text: &str) -> Result<String, Rejection> {
    let address = text.trim().to_lowercase();
    if address.is_empty() {
        return Ok(address);
    }
    let fits = address.len() <= 254
        && !address.chars().any(|c| c.is_whitespace() || c.is_control())
        && address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        });
    if fits {
        Ok(address)
    } else {
        Err(Rejection::invalid(
            field,
            format!("{field} must be an e-mail address such as ana@example.org"),
        ))
    }
}

/// What a person's field shows in logs and debug output: nothing.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pii<T>(pub T);

impl<T> std::fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl<T> std::ops::Deref for Pii<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_keeps_its_digits_and_loses_its_decoration() {
        assert_eq!(phone("phone", "+356 2123-4567").unwrap(), "+35621234567");
        assert!(phone("phone", "call me").is_err());
    }

    #[test]
    fn an_address_without_a_domain_is_refused_by_its_field() {
        assert_eq!(email("email", "ana@example").unwrap_err().field.as_deref(), Some("email"));
        assert_eq!(email("email", " Ana@Example.org ").unwrap(), "ana@example.org");
    }

    #[test]
    fn personal_text_does_not_print() {
        assert_eq!(format!("{:?}", Pii("Ana")), "***");
    }
}
