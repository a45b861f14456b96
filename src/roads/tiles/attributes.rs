//! Attributes of things: gathered as keys and values, kept as numbered sets in columns, since few of
//! them are different.

use crate::roads::file::{FileError, FileWriter, ListsColumn, PreparedFile, Texts};
use crate::roads::lists::Lists;
use bytemuck::{Pod, Zeroable};
use std::collections::HashMap;
use std::hash::Hash;

/// An attribute's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    Text(Box<str>),
    Number(i64),
    Yes,
}

/// Attributes of a thing.
pub type Attributes = Vec<(&'static str, Value)>;

/// A value as it is read from the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueOf<'a> {
    Text(&'a str),
    Number(i64),
    Yes,
}

/// A key and a value by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Attribute {
    pub key: u32,
    pub value: u32,
}

/// Sets of attributes by number.
#[derive(Debug, Default)]
pub struct AttributeSets {
    keys: Texts,
    /// Each begins with a letter that says what it is: `t` for text, `n` for a number, `y` for yes.
    values: Texts,
    sets: ListsColumn<Attribute>,
}

impl AttributeSets {
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    pub fn of(&self, set: u32) -> &[Attribute] {
        self.sets.of(set as usize)
    }

    pub fn key(&self, key: u32) -> &str {
        self.keys.of(key as usize)
    }

    pub fn value(&self, value: u32) -> ValueOf<'_> {
        let written = self.values.of(value as usize);
        match (written.get(..1), written.get(1..)) {
            (Some("t"), Some(text)) => ValueOf::Text(text),
            (Some("n"), Some(number)) => ValueOf::Number(number.parse().unwrap_or_default()),
            _ => ValueOf::Yes,
        }
    }

    pub fn store(&self, file: &mut FileWriter, name: &str) {
        self.keys.store(file, &format!("{name}.keys"));
        self.values.store(file, &format!("{name}.values"));
        self.sets.store(file, name);
    }

    /// # Errors
    /// The sections are missing, damaged or do not fit each other.
    pub fn load(file: &PreparedFile, name: &str) -> Result<Self, FileError> {
        let keys = Texts::load(file, &format!("{name}.keys"))?;
        let values = Texts::load(file, &format!("{name}.values"))?;
        let sets: ListsColumn<Attribute> = ListsColumn::load(file, name)?;
        let fits = sets.items().iter().all(|attribute| {
            (attribute.key as usize) < keys.len() && (attribute.value as usize) < values.len()
        });
        if fits { Ok(Self { keys, values, sets }) } else { Err(FileError::damaged(name)) }
    }
}

/// Gives numbers to sets of attributes.
#[derive(Default)]
pub struct SetNumbers {
    sets: Numbers<Attributes>,
}

impl SetNumbers {
    pub fn number(&mut self, attributes: Attributes) -> u32 {
        self.sets.number(attributes)
    }

    pub fn finish(self) -> AttributeSets {
        let (mut keys, mut values) = (Numbers::default(), Numbers::default());
        let mut sets = Lists::default();
        for set in self.sets.list {
            sets.push(set.into_iter().map(|(key, value)| Attribute {
                key: keys.number(key),
                value: values.number(match value {
                    Value::Text(text) => format!("t{text}"),
                    Value::Number(number) => format!("n{number}"),
                    Value::Yes => "y".to_owned(),
                }),
            }));
        }
        AttributeSets {
            keys: keys.list.iter().collect(),
            values: values.list.iter().collect(),
            sets: sets.into(),
        }
    }
}

/// Things in the order in which they were first seen.
struct Numbers<T> {
    list: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { list: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbers<T> {
    fn number(&mut self, thing: T) -> u32 {
        if let Some(&known) = self.numbers.get(&thing) {
            return known;
        }
        let number = self.list.len() as u32;
        self.list.push(thing.clone());
        self.numbers.insert(thing, number);
        number
    }
}
