//! Brings lines and rings onto the grid of a tile: simplified, in tile units, cut at the tile's
//! buffer.

use super::merge::without;
use super::rings::Area;
use crate::roads::plane::{Frame, Spot, WORLD_BITS};

/// Units along a tile's side.
pub const EXTENT: i32 = 4096;
/// Units beyond its edges that geometry may reach, so that lines and their caps join.
pub const BUFFER: i32 = 64;

/// What of the flat map a tile shows, in its units.
pub const WITH_BUFFER: Frame =
    Frame { west: -BUFFER, north: -BUFFER, east: EXTENT + BUFFER, south: EXTENT + BUFFER };

/// A tile of the web mercator pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

impl Tile {
    /// How many bits of a place on the flat map are finer than this tile's grid. Tiles deeper than 16
    /// are not made.
    fn finer_bits(self) -> u32 {
        WORLD_BITS - 12 - u32::from(self.z)
    }

    /// Steps of the flat map per unit of the tile.
    pub fn unit_steps(self) -> i32 {
        1 << self.finer_bits()
    }

    /// The tile on the flat map.
    pub fn inner_frame(self) -> Frame {
        let side = EXTENT << self.finer_bits();
        let (west, north) = (self.x as i32 * side, self.y as i32 * side);
        Frame { west, north, east: west + side, south: north + side }
    }

    /// The tile with its buffer, on the flat map.
    pub fn frame(self) -> Frame {
        self.inner_frame().grown(BUFFER * self.unit_steps())
    }

    /// A place in units of the tile; outside of it below 0 or above 4096.
    pub fn unit(self, spot: Spot) -> Spot {
        let bits = self.finer_bits();
        Spot {
            x: (spot.x >> bits) - self.x as i32 * EXTENT,
            y: (spot.y >> bits) - self.y as i32 * EXTENT,
        }
    }

    /// Whether this tile is the other one or lies in it.
    pub fn lies_in(self, other: Self) -> bool {
        let deeper = self.z.saturating_sub(other.z);
        self.z >= other.z && self.x >> deeper == other.x && self.y >> deeper == other.y
    }
}

/// Leaves out places that are nearer than `tolerance` steps to the line through the rest (Douglas,
/// Peucker 1973, doi 10.3138/FM57-6770-U75U-7727). The ends stay.
pub fn simplify(line: &mut Vec<Spot>, tolerance: f64) {
    if tolerance <= 0.0 || line.len() <= 2 {
        return;
    }
    let mut kept = vec![false; line.len()];
    kept[0] = true;
    kept[line.len() - 1] = true;
    // A closed line has no direction to measure from: it is divided at its farthest place first.
    let mut open = vec![(0, line.len() - 1)];
    while let Some((from, to)) = open.pop() {
        let farthest = (from + 1..to)
            .map(|at| (at, line[at].distance2_to_line(line[from], line[to])))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((at, distance2)) = farthest
            && distance2 > tolerance * tolerance
        {
            kept[at] = true;
            open.push((from, at));
            open.push((at, to));
        }
    }
    let mut kept = kept.into_iter();
    line.retain(|_| kept.next().unwrap_or_default());
}

/// A line in a tile: the parts within the buffer, without places that fall onto the one before.
pub fn line_in(tile: Tile, line: &[Spot]) -> Vec<Vec<Spot>> {
    let units = to_units(tile, line);
    if units.len() < 2 {
        return Vec::new();
    }
    if Frame::around(&units).join(WITH_BUFFER) == WITH_BUFFER {
        return vec![units];
    }
    let mut parts: Vec<Vec<Spot>> = Vec::new();
    let mut current: Vec<Spot> = Vec::new();
    for side in units.windows(2) {
        match clip_side(side[0], side[1], WITH_BUFFER) {
            Some((from, to)) => {
                if current.last() != Some(&from) {
                    finish(&mut parts, &mut current);
                    current.push(from);
                }
                if to != from {
                    current.push(to);
                }
            }
            None => finish(&mut parts, &mut current),
        }
    }
    finish(&mut parts, &mut current);
    parts
}

fn finish(parts: &mut Vec<Vec<Spot>>, current: &mut Vec<Spot>) {
    if current.len() >= 2 {
        parts.push(std::mem::take(current));
    }
    current.clear();
}

/// An area in a tile: the parts within the buffer, rings in units. `runs` are its border and those of
/// its holes.
pub fn area_in<'a>(tile: Tile, mut runs: impl Iterator<Item = &'a [Spot]>) -> Vec<Area> {
    let mut units = || runs.next().map(|run| to_units(tile, run));
    let Some(outer) = units() else { return Vec::new() };
    let mut holes = Vec::new();
    while let Some(hole) = units() {
        holes.push(hole);
    }
    clip_area(Area { outer, holes }, WITH_BUFFER)
}

/// The parts of an area within a box. Rings that have no area left are left out.
pub fn clip_area(area: Area, frame: Frame) -> Vec<Area> {
    let has_area = |ring: &Vec<Spot>| ring.len() >= 4 && super::rings::doubled_area(ring) != 0;
    let is_whole = |ring: &[Spot]| Frame::around(ring).join(frame) == frame;
    let touches = |ring: &[Spot]| Frame::around(ring).touches(frame);
    let cut = |ring: Vec<Spot>| if is_whole(&ring) { ring } else { clip_ring(ring, frame) };
    if !touches(&area.outer) {
        return Vec::new();
    }
    let outer = cut(area.outer);
    if !has_area(&outer) {
        return Vec::new();
    }
    let (mut whole, mut meeting) = (Vec::new(), Vec::new());
    for hole in area.holes.into_iter().filter(|hole| touches(hole)) {
        let inner = frame.grown(-1);
        let is_inside = Frame::around(&hole).join(inner) == inner;
        let list = if is_inside { &mut whole } else { &mut meeting };
        list.extend(Some(cut(hole)).filter(has_area));
    }
    if meeting.is_empty() {
        return vec![Area { outer, holes: whole }];
    }
    // Who draws areas cannot draw holes that lie along their border.
    meeting.extend(whole);
    without(outer, meeting)
}

/// A closed ring within a box (Sutherland, Hodgman 1974, doi 10.1145/360767.360802), closed again; empty where nothing is left.
pub fn clip_ring(mut ring: Vec<Spot>, frame: Frame) -> Vec<Spot> {
    type Inside = fn(Spot, Frame) -> bool;
    type Meet = fn(Spot, Spot, Frame) -> Spot;
    let edges: [(Inside, Meet); 4] = [
        (|spot, frame| spot.x >= frame.west, |from, to, frame| at_x(from, to, frame.west)),
        (|spot, frame| spot.x <= frame.east, |from, to, frame| at_x(from, to, frame.east)),
        (|spot, frame| spot.y >= frame.north, |from, to, frame| at_y(from, to, frame.north)),
        (|spot, frame| spot.y <= frame.south, |from, to, frame| at_y(from, to, frame.south)),
    ];
    for (inside, meet) in edges {
        let mut clipped = Vec::with_capacity(ring.len() + 4);
        for side in ring.windows(2) {
            let (from, to) = (side[0], side[1]);
            match (inside(from, frame), inside(to, frame)) {
                (true, true) => clipped.push(to),
                (true, false) => clipped.push(meet(from, to, frame)),
                (false, true) => {
                    clipped.push(meet(from, to, frame));
                    clipped.push(to);
                }
                (false, false) => {}
            }
        }
        clipped.dedup();
        if clipped.len() < 3 {
            return Vec::new();
        }
        if clipped.first() != clipped.last() {
            clipped.push(clipped[0]);
        }
        ring = clipped;
    }
    ring
}

pub fn at_x(from: Spot, to: Spot, x: i32) -> Spot {
    let share = f64::from(x - from.x) / f64::from(to.x - from.x);
    Spot { x, y: from.y + (f64::from(to.y - from.y) * share).round() as i32 }
}

pub fn at_y(from: Spot, to: Spot, y: i32) -> Spot {
    let share = f64::from(y - from.y) / f64::from(to.y - from.y);
    Spot { x: from.x + (f64::from(to.x - from.x) * share).round() as i32, y }
}

fn to_units(tile: Tile, line: &[Spot]) -> Vec<Spot> {
    let mut units: Vec<Spot> = line.iter().map(|&spot| tile.unit(spot)).collect();
    units.dedup();
    units
}

/// The part of a straight line inside a box, ends on whole numbers (Liang, Barsky 1984,
/// doi 10.1145/357332.357333).
pub fn clip_side(from: Spot, to: Spot, frame: Frame) -> Option<(Spot, Spot)> {
    let (dx, dy) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    let edges = [
        (-dx, f64::from(from.x - frame.west)),
        (dx, f64::from(frame.east - from.x)),
        (-dy, f64::from(from.y - frame.north)),
        (dy, f64::from(frame.south - from.y)),
    ];
    for (speed, room) in edges {
        if speed == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if speed < 0.0 {
            enters = enters.max(room / speed);
        } else {
            leaves = leaves.min(room / speed);
        }
    }
    if enters > leaves {
        return None;
    }
    let at = |share: f64| Spot {
        x: (from.x + (dx * share).round() as i32).clamp(frame.west, frame.east),
        y: (from.y + (dy * share).round() as i32).clamp(frame.north, frame.south),
    };
    Some((if enters > 0.0 { at(enters) } else { from }, if leaves < 1.0 { at(leaves) } else { to }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::tiles::rings::doubled_area;
    use proptest::prelude::*;

    const TILE: Tile = Tile { z: 16, x: 3, y: 5 };

    fn in_tile(x: i32, y: i32) -> Spot {
        Spot { x: 3 * EXTENT + x, y: 5 * EXTENT + y }
    }

    fn spots(places: &[(i32, i32)]) -> Vec<Spot> {
        places.iter().map(|&(x, y)| in_tile(x, y)).collect()
    }

    fn units(places: &[(i32, i32)]) -> Vec<Spot> {
        places.iter().map(|&(x, y)| Spot { x, y }).collect()
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two_lines() {
        let line = spots(&[(100, 100), (100, -200), (300, -200), (300, 100)]);
        let parts = line_in(TILE, &line);
        assert_eq!(parts, [units(&[(100, 100), (100, -64)]), units(&[(300, -64), (300, 100)])]);
    }

    #[test]
    fn a_square_that_hangs_over_the_edge_is_cut_at_the_buffer() {
        let ring = spots(&[(4000, 10), (5000, 10), (5000, 20), (4000, 20), (4000, 10)]);
        let clipped = area_in(TILE, std::iter::once(&ring[..]));
        assert_eq!(doubled_area(&clipped[0].outer), 2 * 160 * 10);
    }

    #[test]
    fn what_bends_less_than_the_tolerance_becomes_straight() {
        let line = units(&[(0, 0), (50, 3), (100, 0), (150, 40)]);
        let simple = |tolerance: f64| {
            let mut line = line.clone();
            simplify(&mut line, tolerance);
            line
        };
        assert_eq!(simple(4.0), units(&[(0, 0), (100, 0), (150, 40)]));
        assert_eq!(simple(1.0), line);
    }

    #[test]
    fn a_hole_cut_by_the_edge_becomes_a_part_of_the_border() {
        let ring = |west: i32, east: i32| {
            spots(&[(west, 100), (east, 100), (east, 300), (west, 300), (west, 100)])
        };
        let (lake, island) = (ring(-5000, 5000), ring(-1000, 1000));
        let clipped = area_in(TILE, [&lake[..], &island[..]].into_iter());
        assert!(clipped.iter().all(|area| area.holes.is_empty()), "{clipped:?}");
        let size: i64 = clipped.iter().map(|area| doubled_area(&area.outer).abs() / 2).sum();
        assert_eq!(size, 200 * (4160 - 1000));
    }

    proptest! {
        #[test]
        fn nothing_reaches_beyond_the_buffer_and_area_is_never_gained(
            places in prop::collection::vec((-9000..9000_i32, -9000..9000_i32), 3..30),
        ) {
            let mut ring = spots(&places);
            for part in line_in(TILE, &ring) {
                prop_assert!(part.len() >= 2);
                prop_assert!(part.iter().all(|&spot| WITH_BUFFER.contains(spot)));
            }
            ring.push(ring[0]);
            for clipped in area_in(TILE, std::iter::once(&ring[..])) {
                prop_assert!(clipped.outer.iter().all(|&spot| WITH_BUFFER.contains(spot)));
                prop_assert_eq!(clipped.outer.first(), clipped.outer.last());
            }
        }

        #[test]
        fn simplifying_moves_a_line_by_no_more_than_the_tolerance(
            places in prop::collection::vec((-900..900_i32, -900..900_i32), 2..40),
            tolerance in 0.5..50.0_f64,
        ) {
            let line = units(&places);
            let mut simple = line.clone();
            simplify(&mut simple, tolerance);
            for &spot in &line {
                let off2 = simple
                    .windows(2)
                    .map(|side| spot.distance2(spot.onto(side[0], side[1])))
                    .fold(f64::INFINITY, f64::min);
                prop_assert!(off2.sqrt() <= tolerance + 1.0);
            }
        }
    }
}
