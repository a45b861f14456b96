//! Finds the streets near a point: a uniform grid of cells over the pieces of all streets, searched in
//! rings from the point outwards. Ferry lines are left out: nobody stands on them.

mod grid;

pub(super) use grid::SnapGrid;

use super::graph::Streets;
use super::network::{HeadingRange, RoadError, Snap};
use crate::units::Point;
use grid::{METRES_PER_DEGREE, Segment};
use std::cmp::Ordering;

/// A point farther than this from every street is off the map.
pub const SNAP_LIMIT_M: f64 = 1_000.0;

/// The place on a street that is nearest to a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    segment: Segment,
    /// How much of the segment lies before the place.
    share: f64,
    pub(super) distance_m: f64,
}

impl SnapGrid {
    /// The nearest place on a street; of equally near ones the one on the edge with the least number.
    pub(super) fn snap(&self, streets: &Streets, at: Point) -> Result<Snap, RoadError> {
        let plane = Plane::around(at);
        let around = self.around(&plane, f64::INFINITY);
        let mut nearest: Option<Near> = None;
        for ring in around.rings() {
            self.for_each_segment_in_ring(&around, ring, |segment| {
                let found = plane.nearest_on(streets, segment);
                if nearest.is_none_or(|known| found.order() < known.order()) {
                    nearest = Some(found);
                }
            });
            if nearest.is_some_and(|near| near.distance_m <= around.searched_m(ring)) {
                break;
            }
        }
        let off_the_map = |distance_m| RoadError::OffTheMap {
            lat: at.lat,
            lon: at.lon,
            distance_m,
            limit_m: SNAP_LIMIT_M,
        };
        let Some(near) = nearest else { return Err(off_the_map(f64::MAX)) };
        let snap = near.snap(streets, at);
        if f64::from(snap.distance_m) > SNAP_LIMIT_M {
            return Err(off_the_map(f64::from(snap.distance_m)));
        }
        Ok(snap)
    }

    /// The nearest streets within a radius, nearest first, each once. With a heading, only streets that are
    /// driven that way, and of each the nearest place where it is; its snap has the directions that fit.
    pub(super) fn within(
        &self,
        streets: &Streets,
        at: Point,
        radius_m: f64,
        heading: Option<HeadingRange>,
        limit: usize,
    ) -> Vec<Snap> {
        let mut found = Vec::new();
        self.gather(streets, at, radius_m, heading, limit, &mut found);
        let in_range = |near: &Near| {
            let snap = near.snap(streets, at);
            match heading.map(|range| fitting(streets, near.segment, range)) {
                None | Some([true, true]) => snap,
                Some([true, false]) => snap.one_way(),
                Some([false, _]) => snap.reversed().unwrap_or(snap).one_way(),
            }
        };
        found.iter().map(in_range).collect()
    }

    /// The same, each as the place that is nearest.
    pub(super) fn gather(
        &self,
        streets: &Streets,
        at: Point,
        radius_m: f64,
        heading: Option<HeadingRange>,
        limit: usize,
        found: &mut Vec<Near>,
    ) {
        found.clear();
        let plane = Plane::around(at);
        let around = self.around(&plane, radius_m);
        let fits =
            |segment| heading.is_none_or(|range| fitting(streets, segment, range) != [false; 2]);
        for ring in around.rings() {
            self.for_each_segment_in_ring(&around, ring, |segment| {
                let near = plane.nearest_on(streets, segment);
                if near.distance_m <= radius_m && fits(segment) {
                    found.push(near);
                }
            });
            found.sort_unstable_by(|a, b| a.segment.edge.cmp(&b.segment.edge).then(a.order_by(b)));
            found.dedup_by_key(|near| near.segment.edge);
            let searched_m = around.searched_m(ring);
            if found.iter().filter(|near| near.distance_m <= searched_m).count() >= limit {
                break;
            }
        }
        found.sort_unstable_by(Near::order_by);
        found.truncate(limit);
    }
}

/// Whether the edge of a segment and its reverse are driven in a direction there.
fn fitting(streets: &Streets, segment: Segment, range: HeadingRange) -> [bool; 2] {
    let Some(heading_deg) = heading_on(streets, segment) else { return [false; 2] };
    let is_both_ways = streets.edges()[segment.edge as usize].reverse().is_some();
    [range.holds(heading_deg), is_both_ways && range.holds(heading_deg + 180.0)]
}

/// Where the edge of a segment is driven there, degrees clockwise from north; `None` for a segment
/// without length.
fn heading_on(streets: &Streets, segment: Segment) -> Option<f32> {
    let [a, b] = ends(streets, segment);
    let (north, east) = (b.lat - a.lat, (b.lon - a.lon) * a.lat.to_radians().cos());
    let is_against = streets.edges()[segment.edge as usize].is_against();
    let way = if is_against { 180.0 } else { 0.0 };
    let heading_deg = (east.atan2(north).to_degrees() + way).rem_euclid(360.0);
    ((north, east) != (0.0, 0.0)).then_some(heading_deg as f32)
}

fn ends(streets: &Streets, segment: Segment) -> [Point; 2] {
    let points = streets.points_of(segment.edge);
    [points[segment.at as usize].point(), points[segment.at as usize + 1].point()]
}

impl Near {
    /// Nearest first; of equally near places the one on the edge with the least number.
    fn order(&self) -> (f64, Segment) {
        (self.distance_m, self.segment)
    }

    fn order_by(&self, other: &Self) -> Ordering {
        self.distance_m.total_cmp(&other.distance_m).then(self.segment.cmp(&other.segment))
    }

    /// Where the edge of the snap is driven there.
    pub(super) fn heading_deg(&self, streets: &Streets) -> Option<f32> {
        heading_on(streets, self.segment)
    }

    /// For the point that it is nearest to.
    pub(super) fn snap(&self, streets: &Streets, at: Point) -> Snap {
        let Segment { edge, at: segment } = self.segment;
        let points = streets.points_of(edge);
        let plane = Plane::around(at);
        let (mut before_m, mut total_m) = (0.0, 0.0);
        let mut from = plane.metres(points[0].point());
        for (number, point) in (0..).zip(&points[1..]) {
            let to = plane.metres(point.point());
            let length_m = length(to.0 - from.0, to.1 - from.1);
            if number == segment {
                before_m = total_m + self.share * length_m;
            }
            total_m += length_m;
            from = to;
        }
        let along_way = if total_m > 0.0 { (before_m / total_m).clamp(0.0, 1.0) } else { 0.0 };
        let [a, b] = ends(streets, self.segment);
        let between = |a: f64, b: f64| a + (b - a) * self.share;
        let on_street = Point { lat: between(a.lat, b.lat), lon: between(a.lon, b.lon) };
        let of = &streets.edges()[edge as usize];
        let along = if of.is_against() { 1.0 - along_way } else { along_way };
        Snap {
            on_street,
            distance_m: at.distance_m(on_street) as f32,
            edge,
            along: along as f32,
            reverse_edge: of.reverse(),
        }
    }
}

/// The earth as a plane around a point; good to a thousandth within some kilometres.
struct Plane {
    origin: Point,
    metres_per_lon: f64,
}

impl Plane {
    fn around(origin: Point) -> Self {
        Self { origin, metres_per_lon: METRES_PER_DEGREE * origin.lat.to_radians().cos() }
    }

    fn metres(&self, at: Point) -> (f64, f64) {
        (
            (at.lon - self.origin.lon) * self.metres_per_lon,
            (at.lat - self.origin.lat) * METRES_PER_DEGREE,
        )
    }

    /// The place on a segment that is nearest to the origin.
    fn nearest_on(&self, streets: &Streets, segment: Segment) -> Near {
        let [a, b] = ends(streets, segment);
        let ((ax, ay), (bx, by)) = (self.metres(a), self.metres(b));
        let (dx, dy) = (bx - ax, by - ay);
        let length_squared = dx * dx + dy * dy;
        let share = if length_squared > 0.0 {
            (-(ax * dx + ay * dy) / length_squared).clamp(0.0, 1.0)
        } else {
            0.0
        };
        Near { segment, share, distance_m: length(ax + share * dx, ay + share * dy) }
    }
}

/// `hypot` guards against overflow that no map comes near to.
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
