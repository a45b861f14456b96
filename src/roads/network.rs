//! What the rest of the product asks of the streets; `street_network` answers it.
//!
//! Times are tenths of a second (`u32`), distances whole metres (`u32`).

use super::speeds::Departure;
use crate::units::{BoundingBox, Point};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

/// A place on a street: where a point off the street meets the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    /// The point on the street.
    pub on_street: Point,
    /// From the asked point to the street, metres.
    pub distance_m: f32,
    /// The directed edge, by its number in the network, and how far along it, 0 to 1.
    pub edge: u32,
    pub along: f32,
    /// The same street driven the other way, if that is allowed.
    pub reverse_edge: Option<u32>,
}

impl Snap {
    /// The same place on the street driven the other way, if that is allowed.
    pub fn reversed(&self) -> Option<Self> {
        let edge = self.reverse_edge?;
        Some(Self { edge, along: 1.0 - self.along, reverse_edge: Some(self.edge), ..*self })
    }

    /// Driven along its edge only.
    pub fn one_way(self) -> Self {
        Self { reverse_edge: None, ..self }
    }
}

/// The ways of driving that are meant: a direction, and how far one may differ from it to either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadingRange {
    /// Degrees clockwise from north.
    pub heading_deg: f32,
    pub tolerance_deg: f32,
}

impl HeadingRange {
    pub fn holds(&self, heading_deg: f32) -> bool {
        angle_between_deg(self.heading_deg, heading_deg) <= self.tolerance_deg
    }
}

/// Between two directions, 0 to 180 degrees.
pub(super) fn angle_between_deg(a: f32, b: f32) -> f32 {
    let turn = (a - b).rem_euclid(360.0);
    turn.min(360.0 - turn)
}

/// The cost of getting from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Tenths of a second.
    pub duration_ds: u32,
    pub distance_m: u32,
}

/// A way through the streets, with its course.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub leg: Leg,
    /// From the first place to the last, at least two points unless both are the same.
    pub geometry: Vec<Point>,
    /// For each point of `geometry`, tenths of a second since the start; never decreasing.
    pub elapsed_ds: Vec<u32>,
    /// The pieces of street it takes, in order; none from who knows no streets.
    pub pieces: Vec<PathPiece>,
}

impl Path {
    /// This path and one that goes on where it ends, as one. A piece of street that both have a part of is one
    /// piece again.
    #[must_use]
    pub fn then(mut self, next: Self) -> Self {
        let first_point = self.geometry.len() as u32 - 1;
        let started_ds = self.leg.duration_ds;
        self.leg.duration_ds += next.leg.duration_ds;
        self.leg.distance_m += next.leg.distance_m;
        self.geometry.extend(next.geometry.into_iter().skip(1));
        self.elapsed_ds.extend(next.elapsed_ds.into_iter().skip(1).map(|at| started_ds + at));
        let mut pieces = next
            .pieces
            .into_iter()
            .map(|piece| PathPiece { first_point: first_point + piece.first_point, ..piece });
        if let (Some(last), Some(piece)) = (self.pieces.last_mut(), pieces.next()) {
            if last.edge == piece.edge {
                last.duration_ds += piece.duration_ds;
                last.length_dm += piece.length_dm;
            } else {
                self.pieces.push(piece);
            }
        }
        self.pieces.extend(pieces);
        self
    }
}

/// A piece of street on a path, or what the path takes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathPiece {
    /// The directed edge, by its number in the network.
    pub edge: u32,
    /// Where it begins in the path's geometry.
    pub first_point: u32,
    /// What the turn onto it takes, tenths of a second.
    pub turn_ds: u16,
    /// Tenths of a second, without that turn.
    pub duration_ds: u32,
    /// Tenths of a metre.
    pub length_dm: u32,
}

/// Why the streets have no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RoadError {
    /// The nearest street is farther than the limit.
    #[error(
        "the point {lat:.6}, {lon:.6} is {distance_m:.0} m from the nearest street of the map, the limit is {limit_m:.0} m"
    )]
    OffTheMap { lat: f64, lon: f64, distance_m: f64, limit_m: f64 },
    #[error("no drivable way leads from {from_lat:.6}, {from_lon:.6} to {to_lat:.6}, {to_lon:.6}")]
    NoPath { from_lat: f64, from_lon: f64, to_lat: f64, to_lon: f64 },
}

/// The streets as the planner, the live map and the simulation use them. Ways are those at a departure;
/// without one they are those without traffic and closed streets.
pub trait RoadNetwork: Send + Sync {
    /// Around the drivable streets (not the file, whose ferries may reach far).
    fn bounds(&self) -> BoundingBox;

    /// The nearest drivable street.
    fn snap(&self, at: Point) -> Result<Snap, RoadError>;

    /// The fastest path, with its geometry.
    fn path(&self, from: &Snap, to: &Snap, departure: Option<Departure>)
    -> Result<Path, RoadError>;

    /// The fastest leg to each target, `None` where none leads; same order as `to`.
    fn one_to_many(
        &self,
        from: &Snap,
        to: &[Snap],
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>>;

    /// The fastest leg from each source, `None` where none leads; same order as `from`.
    fn many_to_one(
        &self,
        from: &[Snap],
        to: &Snap,
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>>;

    /// Rows are sources, columns are targets, row after row.
    fn table(&self, from: &[Snap], to: &[Snap], departure: Option<Departure>) -> Vec<Option<Leg>> {
        from.iter().flat_map(|source| self.one_to_many(source, to, departure)).collect()
    }

    /// Limits of speed and the like are not asked for; the name of the street is, for people.
    fn street_name(&self, snap: &Snap) -> Option<String>;

    /// The state of the streets: it rises when they are driven otherwise than before. Who keeps what was
    /// worked out compares.
    fn version(&self) -> u64 {
        0
    }

    /// For who lasts longer than one map: the network of the newest map, to ask it alone for a while. `None`
    /// is this one.
    fn newest(&self) -> Option<Arc<dyn RoadNetwork>> {
        None
    }

    /// Since when the changes that hold at a time (UTC seconds since 1970) have held; `None` is from ever.
    fn changes_hold_since(&self, at_s: i64) -> Option<i64> {
        let _ = at_s;
        None
    }

    /// Departures with the same number find the same streets: every way is the same at both. Good as long as the
    /// version is.
    fn conditions(&self, departure: Option<Departure>) -> u64 {
        let mut hasher = DefaultHasher::new();
        departure.map(|at| (at.at_s, at.minute_of_week)).hash(&mut hasher);
        hasher.finish()
    }

    /// How many junctions and directed edges, for logs and health.
    fn size(&self) -> (usize, usize);
}
