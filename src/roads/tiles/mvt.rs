//! Writes Mapbox Vector Tiles 2.1: layers of features with tags, as protobuf.
//!
//! <https://github.com/mapbox/vector-tile-spec/tree/master/2.1>

use super::attributes::{AttributeSets, ValueOf};
use super::geometry::EXTENT;
use super::rings::doubled_area;
use crate::roads::plane::Spot;
use crate::roads::wire::{Writer, zigzag};
use std::collections::HashMap;

/// What a feature looks like, in units of the tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    Points(Vec<Spot>),
    Lines(Vec<Vec<Spot>>),
    /// Each with its border and holes; rings are closed by their first place.
    Areas(Vec<Vec<Vec<Spot>>>),
}

impl Shape {
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Points(points) => points.is_empty(),
            Self::Lines(lines) => lines.is_empty(),
            Self::Areas(areas) => areas.is_empty(),
        }
    }
}

/// One layer in the making.
#[derive(Debug)]
pub struct Layer<'a> {
    name: &'a str,
    sets: &'a AttributeSets,
    features: Vec<Writer>,
    keys: Vec<u32>,
    values: Vec<u32>,
    value_numbers: HashMap<u32, u64>,
}

impl<'a> Layer<'a> {
    /// Its features have attributes of these sets.
    pub fn new(name: &'a str, sets: &'a AttributeSets) -> Self {
        let (features, keys, values) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, sets, features, keys, values, value_numbers: HashMap::new() }
    }

    /// Adds a feature with a set of attributes; one without geometry is left out.
    pub fn add(&mut self, set: u32, shape: &Shape) {
        if shape.is_empty() {
            return;
        }
        let attributes = self.sets.of(set);
        let mut tags = Vec::with_capacity(attributes.len() * 2);
        for attribute in attributes {
            let known = self.keys.iter().position(|&key| key == attribute.key);
            tags.push(known.unwrap_or(self.keys.len()) as u64);
            if known.is_none() {
                self.keys.push(attribute.key);
            }
            let values = &mut self.values;
            tags.push(*self.value_numbers.entry(attribute.value).or_insert_with(|| {
                values.push(attribute.value);
                values.len() as u64 - 1
            }));
        }
        let mut feature = Writer::new();
        feature.packed(2, tags);
        feature.number(
            3,
            match shape {
                Shape::Points(_) => 1,
                Shape::Lines(_) => 2,
                Shape::Areas(_) => 3,
            },
        );
        feature.packed(4, commands(shape));
        self.features.push(feature);
    }

    /// Writes the layer as a field of the tile; an empty one is left out.
    pub fn finish(self, tile: &mut Writer) {
        if self.features.is_empty() {
            return;
        }
        let mut layer = Writer::new();
        layer.number(15, 2);
        layer.bytes(1, self.name.as_bytes());
        for feature in self.features {
            layer.message(2, feature);
        }
        for key in self.keys {
            layer.bytes(3, self.sets.key(key).as_bytes());
        }
        for value in self.values {
            let mut message = Writer::new();
            match self.sets.value(value) {
                ValueOf::Text(text) => message.bytes(1, text.as_bytes()),
                ValueOf::Number(number) => message.number(6, zigzag(number)),
                ValueOf::Yes => message.number(7, 1),
            }
            layer.message(4, message);
        }
        layer.number(5, EXTENT as u64);
        tile.message(3, layer);
    }
}

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// Section 4.3 of the specification: commands with their count, then steps from place to place.
fn commands(shape: &Shape) -> Vec<u64> {
    let mut commands = Commands { cursor: Spot::default(), numbers: Vec::new() };
    match shape {
        Shape::Points(points) => {
            commands.start(MOVE_TO, points.len());
            commands.go(points.iter().copied());
        }
        Shape::Lines(lines) => {
            for line in lines {
                commands.path(line.iter().copied(), line.len());
            }
        }
        Shape::Areas(areas) => {
            for rings in areas {
                for (number, ring) in rings.iter().enumerate() {
                    // Borders run clockwise on the screen, holes the other way; the closing place is
                    // implied.
                    let open = &ring[..ring.len() - 1];
                    let clockwise = doubled_area(ring) > 0;
                    if clockwise == (number == 0) {
                        commands.path(open.iter().copied(), open.len());
                    } else {
                        commands.path(open.iter().rev().copied(), open.len());
                    }
                    commands.start(CLOSE_PATH, 1);
                }
            }
        }
    }
    commands.numbers
}

struct Commands {
    cursor: Spot,
    numbers: Vec<u64>,
}

impl Commands {
    fn start(&mut self, command: u64, count: usize) {
        self.numbers.push(command | (count as u64) << 3);
    }

    fn go(&mut self, places: impl Iterator<Item = Spot>) {
        for place in places {
            self.numbers.push(zigzag(i64::from(place.x - self.cursor.x)));
            self.numbers.push(zigzag(i64::from(place.y - self.cursor.y)));
            self.cursor = place;
        }
    }

    fn path(&mut self, mut places: impl Iterator<Item = Spot>, len: usize) {
        self.start(MOVE_TO, 1);
        self.go(places.by_ref().take(1));
        self.start(LINE_TO, len - 1);
        self.go(places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots(places: &[(i32, i32)]) -> Vec<Spot> {
        places.iter().map(|&(x, y)| Spot { x, y }).collect()
    }

    #[test]
    fn the_examples_of_the_specification_come_out_number_for_number() {
        assert_eq!(commands(&Shape::Points(spots(&[(25, 17)]))), [9, 50, 34]);
        assert_eq!(commands(&Shape::Points(spots(&[(5, 7), (3, 2)]))), [17, 10, 14, 3, 9]);
        assert_eq!(
            commands(&Shape::Lines(vec![
                spots(&[(2, 2), (2, 10), (10, 10)]),
                spots(&[(1, 1), (3, 5)])
            ])),
            [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]
        );
        assert_eq!(
            commands(&Shape::Areas(vec![vec![spots(&[(3, 6), (8, 12), (20, 34), (3, 6)])]])),
            [9, 6, 12, 18, 10, 12, 24, 44, 15]
        );
    }

    #[test]
    fn borders_are_turned_clockwise_and_holes_the_other_way() {
        let border = spots(&[(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]);
        let hole = spots(&[(4, 4), (4, 6), (6, 6), (6, 4), (4, 4)]);
        let right = commands(&Shape::Areas(vec![vec![border.clone(), hole.clone()]]));
        // Multipolygon example of the specification: the border's first step is to the east.
        assert_eq!(right[..7], [9, 0, 0, 26, 20, 0, 0]);
        let turned = |ring: &Vec<Spot>| ring.iter().rev().copied().collect::<Vec<_>>();
        let wrong = commands(&Shape::Areas(vec![vec![turned(&border), turned(&hole)]]));
        assert_eq!(wrong.len(), right.len());
        assert_eq!(doubled_area(&border), 200);
        assert_eq!(wrong[..4], [9, 20, 0, 26], "the last place comes first");
    }
}
