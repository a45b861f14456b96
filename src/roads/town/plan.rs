//! The town on squared paper: which crossings exist, which lines between them are streets of what
//! kind, what each block is used for.
//!
//! Lines are `Primary` through the middle, `Secondary` and `Tertiary` at even distances, `Minor` in
//! between. Main lines enclose blocks. The river runs between two rows; only some lines cross it.
//! `layout` makes the plan; here is what it says and how it is asked.

use super::bend::Bend;
use super::dice::{Dice, Purpose};
use crate::units::Point;
use std::collections::HashSet;

/// How much traffic a line of the paper was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Minor,
    Tertiary,
    Secondary,
    Primary,
}

/// A street under one name, or a part of one with the same properties.
#[derive(Debug, Clone)]
pub struct Street {
    pub highway: &'static str,
    pub name: String,
    pub reference: Option<String>,
    pub maxspeed_kmh: Option<u16>,
    pub oneway: bool,
}

/// The line from a crossing to its neighbour in the east or north.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Index of the street, [`NO_STREET`] where there is none.
    pub street: u32,
    pub direction: Direction,
    pub bridge: bool,
}

/// Who may drive along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Both,
    Forward,
    Backward,
}

pub const NO_STREET: u32 = u32::MAX;
pub const NO_EDGE: Edge = Edge { street: NO_STREET, direction: Direction::Both, bridge: false };

impl Edge {
    pub fn exists(self) -> bool {
        self.street != NO_STREET
    }
}

/// The two ways lines run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Axis {
    East,
    North,
}

/// What a block is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockUse {
    Housing,
    /// Housing with many of its lines left out.
    Winding,
    Industry,
    Park,
    Wood,
}

impl BlockUse {
    /// Without streets inside.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Park | Self::Wood)
    }
}

/// Squares between main lines: columns `west..east`, rows `south..north`.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    pub west: usize,
    pub east: usize,
    pub south: usize,
    pub north: usize,
    pub used_for: BlockUse,
}

/// A dead end that leaves an edge in its middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    pub axis: Axis,
    pub column: usize,
    pub row: usize,
    /// To the left of the edge's direction (east or north).
    pub left: bool,
    pub kind: CloseKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseKind {
    /// A short street with a name.
    Named,
    Driveway,
    /// Behind a gate, for its residents.
    Gated,
}

/// The whole paper.
#[derive(Debug)]
pub struct Plan {
    pub columns: usize,
    pub rows: usize,
    /// The river flows between this row and the next.
    pub river_row: usize,
    pub blocks: Vec<Block>,
    pub streets: Vec<Street>,
    pub closes: Vec<Close>,
    pub dice: Dice,
    /// By crossing: the edge to the east, the one to the north, whether streets may meet here.
    pub(super) east: Vec<Edge>,
    pub(super) north: Vec<Edge>,
    pub(super) open: Vec<bool>,
    /// By the square's south-west crossing.
    pub(super) block_of_square: Vec<u32>,
}

impl Plan {
    /// The bending that fits this paper.
    pub fn bend(&self, centre: Point) -> Bend {
        Bend::new(self.columns, self.rows, self.river_row, self.dice, centre)
    }

    pub fn index(&self, column: usize, row: usize) -> usize {
        row * self.columns + column
    }

    pub fn edge(&self, axis: Axis, column: usize, row: usize) -> Edge {
        match axis {
            Axis::East => self.east[self.index(column, row)],
            Axis::North => self.north[self.index(column, row)],
        }
    }

    pub fn street(&self, edge: Edge) -> Option<&Street> {
        self.streets.get(edge.street as usize)
    }

    pub fn rank(&self, axis: Axis, line: usize) -> Rank {
        match axis {
            Axis::East => rank(line, self.rows),
            Axis::North => rank(line, self.columns),
        }
    }

    /// The block that a square (named by its south-west crossing) belongs to.
    pub fn block_at(&self, column: usize, row: usize) -> &Block {
        &self.blocks[self.block_of_square[self.index(column, row)] as usize]
    }

    /// The square to the left or right of an edge, if it is on the paper.
    pub fn square_beside(
        &self,
        axis: Axis,
        column: usize,
        row: usize,
        left: bool,
    ) -> Option<(usize, usize)> {
        let (square_column, square_row) = match (axis, left) {
            (Axis::East, true) | (Axis::North, false) => (column, row),
            (Axis::East, false) => (column, row.checked_sub(1)?),
            (Axis::North, true) => (column.checked_sub(1)?, row),
        };
        let inside = square_column + 1 < self.columns && square_row + 1 < self.rows;
        inside.then_some((square_column, square_row))
    }

    /// A square where houses may stand beside the street.
    pub fn is_built_up(&self, square: (usize, usize)) -> bool {
        square.1 != self.river_row && !self.block_at(square.0, square.1).used_for.is_open()
    }

    /// 0 in the middle, 1 at the middle of the rim, more in the corners.
    pub fn distance_from_middle(&self, column: usize, row: usize) -> f64 {
        let half_columns = (self.columns - 1) as f64 / 2.0;
        let half_rows = (self.rows - 1) as f64 / 2.0;
        ((column as f64 - half_columns) / half_columns).hypot((row as f64 - half_rows) / half_rows)
    }

    /// All edges that are streets, row by row.
    pub fn list_edges(&self) -> impl Iterator<Item = (Axis, usize, usize, Edge)> + '_ {
        (0..self.rows).flat_map(move |row| {
            (0..self.columns).flat_map(move |column| {
                [Axis::East, Axis::North]
                    .map(|axis| (axis, column, row, self.edge(axis, column, row)))
                    .into_iter()
                    .filter(|(_, _, _, edge)| edge.exists())
            })
        })
    }

    /// Adds so many dead ends, at most one into each square.
    pub fn add_closes(&mut self, count: usize) {
        let mut candidates = Vec::new();
        for (axis, column, row, edge) in self.list_edges() {
            let minor = self.street(edge).is_some_and(|street| {
                matches!(street.highway, "residential" | "tertiary" | "unclassified")
            });
            for left in [true, false] {
                let square = self
                    .square_beside(axis, column, row, left)
                    .filter(|&square| self.is_built_up(square));
                if let Some(square) = square
                    && minor
                    && !edge.bridge
                {
                    let place = self.index(column, row) as i64 * 2 + i64::from(axis == Axis::East);
                    let order = self.dice.bits(Purpose::Close, place, i64::from(left));
                    candidates.push((order, square, axis, column, row, left));
                }
            }
        }
        candidates.sort_unstable();
        let mut taken = HashSet::new();
        for (order, square, axis, column, row, left) in candidates {
            if self.closes.len() == count {
                break;
            }
            if taken.insert(square) {
                let kind = match order % 10 {
                    0..6 => CloseKind::Named,
                    6..9 => CloseKind::Driveway,
                    _ => CloseKind::Gated,
                };
                self.closes.push(Close { axis, column, row, left, kind });
            }
        }
        self.closes.sort_unstable_by_key(|close| (close.row, close.column, close.axis, close.left));
    }
}

/// Main lines stand this far apart: `(secondary, tertiary)`; primary at twice the first.
pub fn main_line_steps(count: usize) -> (usize, usize) {
    let secondary = (count / 5).clamp(3, 12);
    (secondary, (secondary / 3).max(2))
}

/// What a line of so many was made for.
pub fn rank(line: usize, count: usize) -> Rank {
    let (secondary, tertiary) = main_line_steps(count);
    let from_middle = line.abs_diff(count / 2);
    if from_middle.is_multiple_of(2 * secondary) {
        Rank::Primary
    } else if line == 0 || line + 1 == count || from_middle.is_multiple_of(secondary) {
        Rank::Secondary
    } else if from_middle.is_multiple_of(tertiary) {
        Rank::Tertiary
    } else {
        Rank::Minor
    }
}
