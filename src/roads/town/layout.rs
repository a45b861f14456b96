//! Lays the town out: divides the paper into blocks, chooses the streets, names them, and sees that
//! every crossing can be reached from every other by car: streets left out are put back where the town
//! would fall apart, and a one-way street is opened where it would be a trap.

use super::dice::{Dice, Purpose};
use super::names::{NameBook, Named};
use super::plan::{
    Axis, Block, BlockUse, Direction, Edge, NO_EDGE, NO_STREET, Plan, Rank, Street, rank,
};
use std::collections::VecDeque;

impl Plan {
    /// Lays out a town of so many crossings each way, at least 4 by 4.
    pub fn new(columns: usize, rows: usize, dice: Dice, names: &mut NameBook) -> Self {
        let river_row = river_row(rows);
        let mut plan = Self {
            columns,
            rows,
            river_row,
            blocks: Vec::new(),
            streets: Vec::new(),
            closes: Vec::new(),
            dice,
            east: vec![NO_EDGE; columns * rows],
            north: vec![NO_EDGE; columns * rows],
            open: vec![true; columns * rows],
            block_of_square: vec![0; columns * rows],
        };
        plan.divide_into_blocks();
        plan.clear_open_blocks();
        let drawn = plan.choose_edges();
        plan.name_streets(&drawn, names);
        plan.open_traps();
        plan
    }

    fn divide_into_blocks(&mut self) {
        let columns = main_lines(self.columns);
        let rows = main_lines(self.rows);
        for south_north in rows.windows(2) {
            for west_east in columns.windows(2) {
                let (west, east) = (west_east[0], west_east[1]);
                let (south, north) = (south_north[0], south_north[1]);
                let number = self.blocks.len() as u32;
                for row in south..north {
                    for column in west..east {
                        let square = self.index(column, row);
                        self.block_of_square[square] = number;
                    }
                }
                self.blocks.push(Block { west, east, south, north, used_for: BlockUse::Housing });
            }
        }
        for number in 0..self.blocks.len() {
            self.blocks[number].used_for = self.choose_use(number);
        }
        // However small the town, it has a park.
        let order = |&number: &usize| {
            let block = &self.blocks[number];
            self.dice.bits(Purpose::Block, block.west as i64 + 1_000_000, block.south as i64)
        };
        let park = (0..self.blocks.len())
            .filter(|&number| self.can_be_open(&self.blocks[number]))
            .min_by_key(order);
        if let Some(number) = park {
            self.blocks[number].used_for = BlockUse::Park;
        }
    }

    /// Large enough to have an inside, and away from the river.
    fn can_be_open(&self, block: &Block) -> bool {
        block.east - block.west >= 2
            && block.north - block.south >= 2
            && !(block.south..block.north).contains(&self.river_row)
    }

    fn choose_use(&self, number: usize) -> BlockUse {
        let block = &self.blocks[number];
        let (middle_column, middle_row) =
            (usize::midpoint(block.west, block.east), usize::midpoint(block.south, block.north));
        let from_middle = self.distance_from_middle(middle_column, middle_row);
        let roll = self.dice.roll(Purpose::Block, block.west as i64, block.south as i64);
        let (x, y) = (middle_column as f64 / 20.0, middle_row as f64 / 20.0);
        let industrious = self.dice.hills(Purpose::Block, 1, x, y);
        match roll {
            roll if roll < 0.04 && self.can_be_open(block) => BlockUse::Park,
            roll if roll < 0.10 && from_middle > 0.6 && self.can_be_open(block) => BlockUse::Wood,
            _ if industrious > 0.35 && from_middle > 0.4 => BlockUse::Industry,
            roll if roll > 0.6 && from_middle > 0.3 => BlockUse::Winding,
            _ => BlockUse::Housing,
        }
    }

    fn clear_open_blocks(&mut self) {
        for block in &self.blocks {
            if block.used_for.is_open() {
                for row in block.south + 1..block.north {
                    for column in block.west + 1..block.east {
                        self.open[row * self.columns + column] = false;
                    }
                }
            }
        }
    }

    /// Marks the edges that become streets: `(east, north)` by crossing.
    fn choose_edges(&mut self) -> (Vec<bool>, Vec<bool>) {
        let mut drawn = (vec![false; self.open.len()], vec![false; self.open.len()]);
        let mut left_out = Vec::new();
        let mut parts = Parts::new(self.open.len());
        for row in 0..self.rows {
            for column in 0..self.columns {
                for axis in [Axis::East, Axis::North] {
                    let Some(other) = self.neighbour(axis, column, row) else { continue };
                    let here = self.index(column, row);
                    if !self.open[here] || !self.open[other] {
                        continue;
                    }
                    let over_river = axis == Axis::North && row == self.river_row;
                    if self.is_street(axis, column, row, over_river) {
                        parts.join(here, other);
                        let list = if axis == Axis::East { &mut drawn.0 } else { &mut drawn.1 };
                        list[here] = true;
                    } else if !over_river {
                        left_out.push((axis, here, other));
                    }
                }
            }
        }
        for (axis, here, other) in left_out {
            if parts.join(here, other) {
                let list = if axis == Axis::East { &mut drawn.0 } else { &mut drawn.1 };
                list[here] = true;
            }
        }
        drawn
    }

    fn is_street(&self, axis: Axis, column: usize, row: usize, over_river: bool) -> bool {
        let line = if axis == Axis::East { row } else { column };
        let line_rank = self.rank(axis, line);
        let axis_number = i64::from(axis == Axis::North);
        let roll = self.dice.roll(Purpose::Gap, self.index(column, row) as i64, axis_number);
        if over_river {
            return match line_rank {
                Rank::Primary | Rank::Secondary => true,
                Rank::Tertiary => roll < 0.4,
                Rank::Minor => false,
            };
        }
        if line_rank != Rank::Minor {
            return true;
        }
        let last = (self.columns - 2, self.rows - 2);
        let missing = match self.block_at(column.min(last.0), row.min(last.1)).used_for {
            BlockUse::Winding => 0.3,
            BlockUse::Industry => 0.45,
            _ => 0.08,
        };
        roll >= missing
    }

    fn neighbour(&self, axis: Axis, column: usize, row: usize) -> Option<usize> {
        match axis {
            Axis::East => (column + 1 < self.columns).then(|| self.index(column + 1, row)),
            Axis::North => (row + 1 < self.rows).then(|| self.index(column, row + 1)),
        }
    }

    /// Walks each line from end to end and gives every stretch of it a name and its properties. A name
    /// ends at a gap, at the river, and where a greater street crosses.
    fn name_streets(&mut self, drawn: &(Vec<bool>, Vec<bool>), names: &mut NameBook) {
        for axis in [Axis::East, Axis::North] {
            let (lines, steps) = match axis {
                Axis::East => (self.rows, self.columns),
                Axis::North => (self.columns, self.rows),
            };
            let across = if axis == Axis::East { Axis::North } else { Axis::East };
            for line in 0..lines {
                let line_rank = self.rank(axis, line);
                let name_ends_at = match line_rank {
                    Rank::Minor | Rank::Tertiary => Rank::Secondary,
                    Rank::Secondary | Rank::Primary => Rank::Primary,
                };
                let mut current = NO_STREET;
                for step in 0..steps {
                    let (column, row) =
                        if axis == Axis::East { (step, line) } else { (line, step) };
                    let here = self.index(column, row);
                    let list = if axis == Axis::East { &drawn.0 } else { &drawn.1 };
                    if !list[here] {
                        current = NO_STREET;
                        continue;
                    }
                    if self.rank(across, step) >= name_ends_at {
                        current = NO_STREET;
                    }
                    let bridge = axis == Axis::North && row == self.river_row;
                    if bridge || current == NO_STREET {
                        current = self.streets.len() as u32;
                        let street = self.new_street(axis, line, (column, row), bridge, names);
                        self.streets.push(street);
                    }
                    let direction = match self.street(Edge { street: current, ..NO_EDGE }) {
                        Some(street) if street.oneway && line % 4 < 2 => Direction::Forward,
                        Some(street) if street.oneway => Direction::Backward,
                        _ => Direction::Both,
                    };
                    let edge = Edge { street: current, direction, bridge };
                    match axis {
                        Axis::East => self.east[here] = edge,
                        Axis::North => self.north[here] = edge,
                    }
                    if bridge {
                        current = NO_STREET;
                    }
                }
            }
        }
    }

    fn new_street(
        &self,
        axis: Axis,
        line: usize,
        (column, row): (usize, usize),
        bridge: bool,
        names: &mut NameBook,
    ) -> Street {
        let line_rank = self.rank(axis, line);
        let axis_number = i64::from(axis == Axis::North);
        let place = self.index(column, row) as i64;
        let kind_roll = self.dice.roll(Purpose::StreetKind, place, axis_number);
        let speed_roll = self.dice.roll(Purpose::Speed, place, axis_number);
        let oneway_roll = self.dice.roll(Purpose::OneWay, place, axis_number);
        let from_middle = self.distance_from_middle(column, row);
        let last = (self.columns - 2, self.rows - 2);
        let used_for = self.block_at(column.min(last.0), row.min(last.1)).used_for;
        let highway = match line_rank {
            Rank::Primary => "primary",
            Rank::Secondary => "secondary",
            Rank::Tertiary => "tertiary",
            Rank::Minor if used_for == BlockUse::Industry => "unclassified",
            Rank::Minor if kind_roll < 0.12 => "living_street",
            Rank::Minor => "residential",
        };
        let named = match (bridge, line_rank) {
            (true, _) => Named::Bridge,
            (false, Rank::Primary | Rank::Secondary) => Named::Arterial,
            (false, Rank::Tertiary | Rank::Minor) => Named::Street,
        };
        let reference = match line_rank {
            Rank::Primary => Some(format!("A{}", 1 + line * 2 + usize::from(axis == Axis::North))),
            Rank::Secondary => {
                Some(format!("B{}", 100 + line * 2 + usize::from(axis == Axis::North)))
            }
            _ => None,
        };
        let maxspeed_kmh = match highway {
            "primary" if from_middle > 0.7 => Some(70),
            "primary" | "secondary" => (speed_roll < 0.7).then_some(50),
            "tertiary" => (speed_roll < 0.3).then_some(40),
            "residential" => (speed_roll < 0.35).then_some(30),
            _ => None,
        };
        let oneway = highway == "residential" && from_middle < 0.5 && oneway_roll < 0.5;
        Street { highway, name: names.next(named), reference, maxspeed_kmh, oneway }
    }

    /// Where a one-way street leads into or out of a corner that cannot be left or reached, it becomes
    /// an ordinary one. After that every crossing reaches every other: a way to the middle that ignores
    /// one-way signs has its traps on edges that touch an unreachable crossing, and those are open now.
    fn open_traps(&mut self) {
        let middle = self.index(self.columns / 2, self.rows / 2);
        let away = self.reached(middle, Direction::Forward);
        let back = self.reached(middle, Direction::Backward);
        let safe = |at: usize| away[at] && back[at];
        for row in 0..self.rows {
            for column in 0..self.columns {
                for axis in [Axis::East, Axis::North] {
                    let here = self.index(column, row);
                    let Some(other) = self.neighbour(axis, column, row) else { continue };
                    if !safe(here) || !safe(other) {
                        let list =
                            if axis == Axis::East { &mut self.east } else { &mut self.north };
                        list[here].direction = Direction::Both;
                    }
                }
            }
        }
    }

    /// Crossings that can be driven to from one (`Forward`), or from which it can be driven to.
    fn reached(&self, from: usize, sense: Direction) -> Vec<bool> {
        let mut reached = vec![false; self.open.len()];
        reached[from] = true;
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            let (column, row) = (here % self.columns, here / self.columns);
            let mut visit = |edge: Edge, towards: Direction, other: usize| {
                let allowed = edge.direction == Direction::Both
                    || (edge.direction == towards) == (sense == Direction::Forward);
                if edge.exists() && allowed && !reached[other] {
                    reached[other] = true;
                    queue.push_back(other);
                }
            };
            visit(self.east[here], Direction::Forward, here + 1);
            visit(self.north[here], Direction::Forward, here + self.columns);
            if column > 0 {
                visit(self.east[here - 1], Direction::Backward, here - 1);
            }
            if row > 0 {
                visit(self.north[here - self.columns], Direction::Backward, here - self.columns);
            }
        }
        reached
    }
}

/// Which parts of the town hang together (union-find with path halving).
struct Parts {
    parent: Vec<u32>,
}

impl Parts {
    fn new(len: usize) -> Self {
        Self { parent: (0..len as u32).collect() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] as usize != at {
            self.parent[at] = self.parent[self.parent[at] as usize];
            at = self.parent[at] as usize;
        }
        at
    }

    /// Joins the parts of two crossings; false if they were one already.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a] = b as u32;
        a != b
    }
}

fn main_lines(count: usize) -> Vec<usize> {
    (0..count).filter(|&line| rank(line, count) != Rank::Minor).collect()
}

/// About a third up the paper, between two lines that are not primary.
fn river_row(rows: usize) -> usize {
    let wanted = (rows * 3 / 10).max(1);
    (wanted..rows - 2)
        .find(|&row| rank(row, rows) != Rank::Primary && rank(row + 1, rows) != Rank::Primary)
        .unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crossing_with_a_street_reaches_every_other_by_car() {
        for (columns, rows, seed) in [(7, 7, 1), (20, 23, 2), (60, 50, 3), (41, 64, 4)] {
            let plan = Plan::new(columns, rows, Dice::new(seed), &mut NameBook::new(seed));
            let middle = plan.index(columns / 2, rows / 2);
            let away = plan.reached(middle, Direction::Forward);
            let back = plan.reached(middle, Direction::Backward);
            let mut oneway = 0;
            for (axis, column, row, edge) in plan.list_edges() {
                let here = plan.index(column, row);
                let other = plan.neighbour(axis, column, row).unwrap();
                assert!(away[here] && back[here] && away[other] && back[other]);
                oneway += usize::from(edge.direction != Direction::Both);
            }
            assert!(columns < 20 || oneway > 10, "{oneway} one-way edges");
        }
    }

    #[test]
    fn the_river_is_crossed_only_on_bridges() {
        let plan = Plan::new(40, 40, Dice::new(5), &mut NameBook::new(5));
        let over: Vec<Edge> = plan
            .list_edges()
            .filter(|&(axis, _, row, _)| axis == Axis::North && row == plan.river_row)
            .map(|(_, _, _, edge)| edge)
            .collect();
        assert!(over.len() >= 3 && over.iter().all(|edge| edge.bridge));
    }
}
