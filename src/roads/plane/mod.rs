//! The earth laid flat, for what is drawn (tiles) and looked up by nearness (places): web mercator in
//! whole steps, and a tree of boxes in it. Routing does not use it.
//!
//! A step is one unit of the grid of a tile at zoom 16, about 15 cm at the equator.

mod lines;
mod tree;

pub use lines::Ground;
pub use tree::{BoxTree, along_hilbert_curve};

use crate::units::Point;
use bytemuck::{Pod, Zeroable};
use std::f64::consts::PI;

/// Steps around the equator: 2^16 tiles of 4096.
pub const WORLD_BITS: u32 = 28;
const WORLD: f64 = (1_u32 << WORLD_BITS) as f64;

/// Beyond this latitude the flat map ends.
const LATITUDE_MAX: f64 = 85.051_128;

/// A place on the flat map; x grows to the east, y to the south, both from 0 to 2^28.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Spot {
    pub x: i32,
    pub y: i32,
}

impl Spot {
    pub fn of(point: Point) -> Self {
        let lat = point.lat.clamp(-LATITUDE_MAX, LATITUDE_MAX).to_radians();
        let across = (point.lon + 180.0) / 360.0;
        let down = (1.0 - lat.tan().asinh() / PI) / 2.0;
        let step = |share: f64| (share * WORLD).floor().clamp(0.0, WORLD - 1.0) as i32;
        Self { x: step(across), y: step(down) }
    }

    /// Whether the flat map has this place. Only such places may be reckoned with: a file can hold
    /// others.
    pub fn is_on_map(self) -> bool {
        (0..1 << WORLD_BITS).contains(&self.x) && (0..1 << WORLD_BITS).contains(&self.y)
    }

    /// The middle of the step.
    pub fn point(self) -> Point {
        let share = |step: i32| (f64::from(step) + 0.5) / WORLD;
        Point {
            lat: (PI * (1.0 - 2.0 * share(self.y))).sinh().atan().to_degrees(),
            lon: share(self.x) * 360.0 - 180.0,
        }
    }

    /// How long a step is here, in metres.
    pub fn step_m(self) -> f64 {
        let around_m = 2.0 * PI * crate::units::geo::EARTH_RADIUS_M;
        around_m / WORLD * self.point().lat.to_radians().cos()
    }

    /// Square of the distance in steps.
    pub fn distance2(self, other: Self) -> f64 {
        let (dx, dy) = (f64::from(self.x - other.x), f64::from(self.y - other.y));
        dx * dx + dy * dy
    }

    /// Square of the distance in steps to a straight line.
    pub fn distance2_to_line(self, from: Self, to: Self) -> f64 {
        let (dx, dy) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
        let (ax, ay) = (f64::from(self.x - from.x), f64::from(self.y - from.y));
        let len2 = dx * dx + dy * dy;
        let share = if len2 == 0.0 { 0.0 } else { ((ax * dx + ay * dy) / len2).clamp(0.0, 1.0) };
        let (off_x, off_y) = (ax - dx * share, ay - dy * share);
        off_x * off_x + off_y * off_y
    }

    /// The nearest place on a straight line to another place.
    pub fn onto(self, from: Self, to: Self) -> Self {
        let (dx, dy) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
        let len2 = dx * dx + dy * dy;
        if len2 == 0.0 {
            return from;
        }
        let along = f64::from(self.x - from.x) * dx + f64::from(self.y - from.y) * dy;
        let share = (along / len2).clamp(0.0, 1.0);
        Self { x: from.x + (dx * share).round() as i32, y: from.y + (dy * share).round() as i32 }
    }
}

/// A box on the flat map, its edges included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Frame {
    pub west: i32,
    pub north: i32,
    pub east: i32,
    pub south: i32,
}

impl Frame {
    /// Around nothing; grows by [`Frame::include`].
    pub const EMPTY: Self =
        Self { west: i32::MAX, north: i32::MAX, east: i32::MIN, south: i32::MIN };

    pub fn around(spots: &[Spot]) -> Self {
        let mut frame = Self::EMPTY;
        for &spot in spots {
            frame.include(spot);
        }
        frame
    }

    pub fn is_empty(self) -> bool {
        self.west > self.east
    }

    /// Whether this is a box around places of the flat map.
    pub fn is_on_map(self) -> bool {
        let corners = [Spot { x: self.west, y: self.north }, Spot { x: self.east, y: self.south }];
        !self.is_empty() && self.north <= self.south && corners.into_iter().all(Spot::is_on_map)
    }

    pub fn include(&mut self, spot: Spot) {
        self.west = self.west.min(spot.x);
        self.north = self.north.min(spot.y);
        self.east = self.east.max(spot.x);
        self.south = self.south.max(spot.y);
    }

    pub fn join(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            north: self.north.min(other.north),
            east: self.east.max(other.east),
            south: self.south.max(other.south),
        }
    }

    /// Larger by so many steps on each side.
    pub fn grown(self, steps: i32) -> Self {
        Self {
            west: self.west.saturating_sub(steps),
            north: self.north.saturating_sub(steps),
            east: self.east.saturating_add(steps),
            south: self.south.saturating_add(steps),
        }
    }

    pub fn touches(self, other: Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.north <= other.south
            && other.north <= self.south
    }

    pub fn contains(self, spot: Spot) -> bool {
        (self.west..=self.east).contains(&spot.x) && (self.north..=self.south).contains(&spot.y)
    }

    /// Square of the distance in steps from a place to the box, 0 inside.
    fn distance2(self, spot: Spot) -> f64 {
        let nearest = Spot {
            x: spot.x.clamp(self.west, self.east.max(self.west)),
            y: spot.y.clamp(self.north, self.south.max(self.north)),
        };
        nearest.distance2(spot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_point_comes_back_within_a_step(lat in -85.0..85.0, lon in -180.0..180.0) {
            let point = Point { lat, lon };
            let back = Spot::of(point).point();
            prop_assert!(point.distance_m(back) < 0.2);
        }

        #[test]
        fn a_step_is_as_long_as_it_says(lat in -80.0..80.0, lon in -170.0..170.0) {
            let here = Spot::of(Point { lat, lon });
            let there = Spot { x: here.x + 1000, y: here.y };
            let measured_m = here.point().distance_m(there.point());
            prop_assert!((measured_m / (here.step_m() * 1000.0) - 1.0).abs() < 1e-3);
        }
    }
}
