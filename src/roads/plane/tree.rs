//! A packed tree of boxes: built once, then asked which boxes touch another one, or which thing is
//! nearest to a place.
//!
//! Boxes are sorted along a Hilbert curve and packed sixteen to a node, level upon level (Kamel,
//! Faloutsos 1993, "On packing R-trees", doi 10.1145/170088.170403).

use super::{Frame, Spot, WORLD_BITS};
use crate::roads::file::{Column, FileError, FileWriter, PreparedFile};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

const NODE_LEN: usize = 16;

/// The boxes of things numbered from 0.
#[derive(Debug)]
pub struct BoxTree {
    /// Numbers of the things, in the order of the lowest level.
    things: Column<u32>,
    /// Boxes of all levels, the things' own first.
    frames: Column<Frame>,
    /// Where each level begins in `frames`; one more entry than levels.
    levels: Vec<usize>,
}

impl BoxTree {
    /// One box for each thing.
    pub fn build(boxes: &[Frame]) -> Self {
        Self::build_of((0..boxes.len() as u32).map(|thing| (thing, boxes[thing as usize])))
    }

    /// Boxes with the numbers of their things.
    pub fn build_of(boxes: impl IntoIterator<Item = (u32, Frame)>) -> Self {
        let mut sorted: Vec<(u64, u32, Frame)> = boxes
            .into_iter()
            .filter(|(_, frame)| !frame.is_empty())
            .map(|(thing, frame)| {
                let middle = Spot {
                    x: i32::midpoint(frame.west, frame.east),
                    y: i32::midpoint(frame.north, frame.south),
                };
                (along_hilbert_curve(middle), thing, frame)
            })
            .collect();
        sorted.sort_unstable_by_key(|&(curve, thing, _)| (curve, thing));
        let things = sorted.iter().map(|&(_, thing, _)| thing).collect();
        let mut frames: Vec<Frame> = sorted.iter().map(|&(_, _, frame)| frame).collect();
        let levels = level_starts(frames.len());
        for level in levels.windows(2).take(levels.len() - 2) {
            let above: Vec<Frame> = frames[level[0]..level[1]]
                .chunks(NODE_LEN)
                .map(|node| node.iter().fold(Frame::EMPTY, |all, &frame| all.join(frame)))
                .collect();
            frames.extend(above);
        }
        Self { things, frames: frames.into(), levels }
    }

    pub fn store(&self, file: &mut FileWriter, name: &str) {
        self.things.store(file, &format!("{name}.things"));
        self.frames.store(file, &format!("{name}.boxes"));
    }

    /// A tree of things numbered below `thing_count`.
    ///
    /// # Errors
    /// The sections are missing, damaged, or no such tree.
    pub fn load(file: &PreparedFile, name: &str, thing_count: usize) -> Result<Self, FileError> {
        let things: Column<u32> = file.column(&format!("{name}.things"))?;
        let frames: Column<Frame> = file.column(&format!("{name}.boxes"))?;
        let levels = level_starts(things.len());
        let fits = levels.last() == Some(&frames.len())
            && things.iter().all(|&thing| (thing as usize) < thing_count)
            && frames.iter().all(|frame| frame.is_on_map());
        if fits { Ok(Self { things, frames, levels }) } else { Err(FileError::damaged(name)) }
    }

    pub fn len(&self) -> usize {
        self.things.len()
    }

    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// Visits the things whose boxes touch the frame, in no order that means anything.
    pub fn visit(&self, frame: Frame, mut visitor: impl FnMut(u32)) {
        if self.is_empty() {
            return;
        }
        let (things, frames): (&[u32], &[Frame]) = (&self.things, &self.frames);
        let top = self.levels.len() - 2;
        let mut open = vec![(top, self.levels[top])];
        while let Some((level, at)) = open.pop() {
            if !frames[at].touches(frame) {
                continue;
            }
            if level == 0 {
                visitor(things[at]);
            } else {
                open.extend(self.children(level, at).map(|child| (level - 1, child)));
            }
        }
    }

    /// The thing with the least distance to a place, as measured by the caller: the square of the
    /// distance in steps, at least that to the thing's box. Things farther than `limit` steps are not
    /// found.
    pub fn nearest(
        &self,
        spot: Spot,
        limit: f64,
        mut measure: impl FnMut(u32) -> f64,
    ) -> Option<(u32, f64)> {
        if self.is_empty() {
            return None;
        }
        let (things, frames): (&[u32], &[Frame]) = (&self.things, &self.frames);
        let top = self.levels.len() - 2;
        let mut best: Option<(u32, f64)> = None;
        let mut bound = limit * limit;
        let mut open =
            BinaryHeap::from([Waiting { distance2: 0.0, level: top, at: self.levels[top] }]);
        while let Some(next) = open.pop() {
            if next.distance2 > bound {
                break;
            }
            if next.level == 0 {
                let thing = things[next.at];
                let distance2 = measure(thing);
                if distance2 < bound || best.is_none() && distance2 <= bound {
                    bound = distance2;
                    best = Some((thing, distance2));
                }
                continue;
            }
            for child in self.children(next.level, next.at) {
                let distance2 = frames[child].distance2(spot);
                if distance2 <= bound {
                    open.push(Waiting { distance2, level: next.level - 1, at: child });
                }
            }
        }
        best
    }

    fn children(&self, level: usize, at: usize) -> std::ops::Range<usize> {
        let below = self.levels[level - 1];
        let first = below + (at - self.levels[level]) * NODE_LEN;
        first..(first + NODE_LEN).min(self.levels[level])
    }
}

/// Where each level of boxes begins above so many things, up to the one box around all; one more entry
/// than levels.
fn level_starts(thing_count: usize) -> Vec<usize> {
    let mut starts = vec![0, thing_count];
    let mut len = thing_count;
    while len > 1 {
        len = len.div_ceil(NODE_LEN);
        starts.push(starts[starts.len() - 1] + len);
    }
    starts
}

/// A box still to be looked into, nearest first.
struct Waiting {
    distance2: f64,
    level: usize,
    at: usize,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        other.distance2.total_cmp(&self.distance2).then(self.at.cmp(&other.at))
    }
}

/// How far along a Hilbert curve through the world a place lies.
pub fn along_hilbert_curve(spot: Spot) -> u64 {
    let (mut x, mut y) = (spot.x as u32, spot.y as u32);
    let mut along = 0_u64;
    for bit in (0..WORLD_BITS).rev() {
        let (right, down) = (x >> bit & 1, y >> bit & 1);
        along = along << 2 | u64::from((3 * right) ^ down);
        if down == 0 {
            if right == 1 {
                x = !x;
                y = !y;
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    along
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames() -> impl Strategy<Value = Vec<Frame>> {
        let frame = (0..5_000_i32, 0..5_000_i32, 0..300_i32, 0..300_i32).prop_map(
            |(west, north, width, height)| Frame {
                west,
                north,
                east: west + width,
                south: north + height,
            },
        );
        prop::collection::vec(frame, 0..400)
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_looking_at_every_box_finds(
            boxes in frames(), x in 0..5_000_i32, y in 0..5_000_i32, size in 0..900_i32,
        ) {
            let tree = BoxTree::build(&boxes);
            let asked = Frame { west: x, north: y, east: x + size, south: y + size };
            let mut found = Vec::new();
            tree.visit(asked, |thing| found.push(thing));
            found.sort_unstable();
            let expected: Vec<u32> = (0..boxes.len() as u32)
                .filter(|&thing| boxes[thing as usize].touches(asked))
                .collect();
            prop_assert_eq!(found, expected);

            let spot = Spot { x, y };
            let distance2 = |thing: u32| boxes[thing as usize].distance2(spot);
            let nearest = tree.nearest(spot, 500.0, distance2).map(|(_, distance2)| distance2);
            let expected = (0..boxes.len() as u32)
                .map(distance2)
                .filter(|&distance2| distance2 <= 500.0 * 500.0)
                .min_by(f64::total_cmp);
            prop_assert_eq!(nearest, expected);
        }

        #[test]
        fn a_stored_tree_answers_as_before_and_a_damaged_one_is_refused(
            boxes in frames(), x in 0..5_000_i32, y in 0..5_000_i32,
        ) {
            let tree = BoxTree::build(&boxes);
            let stored = |tree: &BoxTree| {
                let mut file = FileWriter::default();
                tree.store(&mut file, "tree");
                let mut bytes = Vec::new();
                file.write_to(&mut bytes).unwrap();
                PreparedFile::open(bytes.into()).unwrap()
            };
            let again = BoxTree::load(&stored(&tree), "tree", boxes.len()).unwrap();
            let asked = Frame { west: x, north: y, east: x + 900, south: y + 900 };
            let found = |tree: &BoxTree| {
                let mut found = Vec::new();
                tree.visit(asked, |thing| found.push(thing));
                found
            };
            prop_assert_eq!(found(&again), found(&tree));
            prop_assume!(!boxes.is_empty());
            prop_assert!(BoxTree::load(&stored(&tree), "tree", boxes.len() - 1).is_err());
            let fewer = tree.frames[1..].to_vec().into();
            let cut = BoxTree { frames: fewer, ..tree };
            prop_assert!(BoxTree::load(&stored(&cut), "tree", boxes.len()).is_err());
        }
    }

    #[test]
    fn places_beside_each_other_are_mostly_beside_each_other_on_the_curve() {
        let mut seen = std::collections::HashSet::new();
        for x in 0..32 {
            for y in 0..32 {
                assert!(seen.insert(along_hilbert_curve(Spot { x, y })));
            }
        }
        assert_eq!(seen.iter().max(), Some(&1023));
    }
}
