//! Finds the streets near a point: a uniform grid of cells over the pieces of all streets, searched in
//! rings from the point outwards. Ferry lines are left out: nobody stands on them.

use super::file::{FileError, FileWriter, ListsColumn, PreparedFile};
use super::graph::Streets;
use super::lists::Lists;
use super::network::{HeadingRange, RoadError, Snap};
use crate::roads::profile::StreetClass;
use crate::units::geo::EARTH_RADIUS_M;
use crate::units::{BoundingBox, Point};
use bytemuck::{Pod, Zeroable};
use std::cmp::Ordering;
use std::ops::{Range, RangeInclusive};

/// A point farther than this from every street is off the map.
pub const SNAP_LIMIT_M: f64 = 1_000.0;

/// A cell holds a handful of segments in a city at this size.
const CELL_M: f64 = 150.0;
/// Where streets are few and far apart, cells grow, so that there are no more than this per segment.
const CELLS_PER_SEGMENT_MAX: f64 = 4.0;

const METRES_PER_DEGREE: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

/// One straight part of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Segment {
    edge: u32,
    /// Between which of the edge's points, in the order of the way.
    at: u32,
}

/// Where the cells lie; it follows from the streets.
#[derive(Debug, Clone, Copy)]
struct Layout {
    bounds: BoundingBox,
    cell_lat_deg: f64,
    cell_lon_deg: f64,
    columns: i64,
    rows: i64,
}

#[derive(Debug)]
pub(super) struct SnapGrid {
    layout: Layout,
    /// For each cell, row after row.
    segments: ListsColumn<Segment>,
}

impl SnapGrid {
    pub(super) fn of(streets: &Streets) -> Self {
        let layout = Layout::of(streets);
        let mut placed: Vec<(u32, Segment)> = Vec::new();
        for edge in snapped_edges(streets) {
            for (at, pair) in (0..).zip(streets.points_of(edge).windows(2)) {
                let segment = Segment { edge, at };
                layout.for_each_cell(pair[0].point(), pair[1].point(), |cell| {
                    placed.push((cell, segment));
                });
            }
        }
        placed.sort_unstable();
        placed.dedup();
        let segments = Lists::grouped(layout.cell_count(), placed.into_iter());
        Self { layout, segments: segments.into() }
    }

    pub(super) fn store(&self, file: &mut FileWriter, room: &str) {
        self.segments.store(file, &format!("{room}.cells"));
    }

    pub(super) fn load(
        file: &PreparedFile,
        room: &str,
        streets: &Streets,
    ) -> Result<Self, FileError> {
        let name = format!("{room}.cells");
        let layout = Layout::of(streets);
        let segments: ListsColumn<Segment> = ListsColumn::load(file, &name)?;
        let edge_count = streets.edges().len();
        let is_sound = segments.len() == layout.cell_count()
            && segments.items().iter().all(|segment| {
                (segment.edge as usize) < edge_count
                    && (segment.at as usize) + 1 < streets.points_of(segment.edge).len()
            });
        if is_sound { Ok(Self { layout, segments }) } else { Err(FileError::damaged(&name)) }
    }
}

/// Each street once, whichever way it is driven; no ferries.
fn snapped_edges(streets: &Streets) -> impl Iterator<Item = u32> {
    (0..).zip(streets.edges()).filter_map(|(number, edge)| {
        let is_first = edge.reverse().is_none_or(|other| number < other);
        (edge.class() != StreetClass::Ferry && is_first).then_some(number)
    })
}

impl Layout {
    fn of(streets: &Streets) -> Self {
        let bounds = streets.bounds();
        let segment_count: usize =
            snapped_edges(streets).map(|edge| streets.points_of(edge).len() - 1).sum();
        let metres_per_lon = METRES_PER_DEGREE * bounds.centre().lat.to_radians().cos().max(0.01);
        let height_m = (bounds.north - bounds.south) * METRES_PER_DEGREE;
        let width_m = (bounds.east - bounds.west) * metres_per_lon;
        let cells_max = CELLS_PER_SEGMENT_MAX * segment_count.max(1) as f64;
        let mut cell_m = CELL_M;
        let count =
            |cell_m: f64| ((height_m / cell_m).floor() + 1.0) * ((width_m / cell_m).floor() + 1.0);
        while count(cell_m) > cells_max && cell_m < height_m.max(width_m) {
            cell_m *= 2.0;
        }
        Self {
            bounds,
            cell_lat_deg: cell_m / METRES_PER_DEGREE,
            cell_lon_deg: cell_m / metres_per_lon,
            columns: (width_m / cell_m) as i64 + 1,
            rows: (height_m / cell_m) as i64 + 1,
        }
    }

    fn cell_count(&self) -> usize {
        (self.rows * self.columns) as usize
    }

    /// Column and row of a point, which may lie outside the grid.
    fn cell_of(&self, at: Point) -> (i64, i64) {
        (
            ((at.lon - self.bounds.west) / self.cell_lon_deg).floor() as i64,
            ((at.lat - self.bounds.south) / self.cell_lat_deg).floor() as i64,
        )
    }

    fn number_of(&self, column: i64, row: i64) -> u32 {
        let column = column.clamp(0, self.columns - 1);
        let row = row.clamp(0, self.rows - 1);
        (row * self.columns + column) as u32
    }

    /// All cells that a segment may cross: it is walked in parts no longer than a cell.
    fn for_each_cell(&self, a: Point, b: Point, mut visit: impl FnMut(u32)) {
        let (columns, rows) =
            ((b.lon - a.lon).abs() / self.cell_lon_deg, (b.lat - a.lat).abs() / self.cell_lat_deg);
        let parts = columns.max(rows).ceil().max(1.0) as u32;
        let part_end = |part: u32| {
            let share = f64::from(part) / f64::from(parts);
            Point { lat: a.lat + (b.lat - a.lat) * share, lon: a.lon + (b.lon - a.lon) * share }
        };
        for part in 0..parts {
            let (from, to) = (self.cell_of(part_end(part)), self.cell_of(part_end(part + 1)));
            for row in from.1.min(to.1)..=from.1.max(to.1) {
                for column in from.0.min(to.0)..=from.0.max(to.0) {
                    visit(self.number_of(column, row));
                }
            }
        }
    }
}

/// The place on a street that is nearest to a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    segment: Segment,
    /// How much of the segment lies before the place.
    share: f64,
    pub(super) distance_m: f64,
}

/// The cells around a point, as far as they are looked at.
struct Around {
    column: i64,
    row: i64,
    columns: RangeInclusive<i64>,
    rows: RangeInclusive<i64>,
    /// From the point to the nearest side of its own cell, and how much farther each ring reaches.
    margin_m: [f64; 2],
    cell_m: [f64; 2],
}

impl Around {
    fn new(layout: &Layout, plane: &Plane, radius_m: f64) -> Self {
        let at = plane.origin;
        let (column, row) = layout.cell_of(at);
        let cell_m =
            [layout.cell_lon_deg * plane.metres_per_lon, layout.cell_lat_deg * METRES_PER_DEGREE];
        let margin_m = |place: f64, cell_m: f64| {
            (place - place.floor()).min(place.floor() + 1.0 - place) * cell_m
        };
        let in_cells = |way_deg: f64, cell_deg: f64| way_deg / cell_deg;
        let [of_column, of_row] = [
            in_cells(at.lon - layout.bounds.west, layout.cell_lon_deg),
            in_cells(at.lat - layout.bounds.south, layout.cell_lat_deg),
        ];
        // A little more, because the cells are measured at another latitude than the point.
        let reach = |place: f64, cell_m: f64, count: i64| {
            let reach = radius_m * 1.01 / cell_m;
            ((place - reach) as i64).max(0)..=((place + reach) as i64).min(count - 1)
        };
        Self {
            column,
            row,
            columns: reach(of_column, cell_m[0], layout.columns),
            rows: reach(of_row, cell_m[1], layout.rows),
            margin_m: [margin_m(of_column, cell_m[0]), margin_m(of_row, cell_m[1])],
            cell_m,
        }
    }

    fn rings(&self) -> Range<i64> {
        if self.columns.is_empty() || self.rows.is_empty() {
            return 0..0;
        }
        let nearest = |place: i64, among: &RangeInclusive<i64>| {
            (among.start() - place).max(place - among.end()).max(0)
        };
        let farthest = |place: i64, among: &RangeInclusive<i64>| {
            (place - among.start()).abs().max((place - among.end()).abs())
        };
        let (column, row) = (self.column, self.row);
        nearest(column, &self.columns).max(nearest(row, &self.rows))
            ..farthest(column, &self.columns).max(farthest(row, &self.rows)) + 1
    }

    /// What lies beyond a ring is at least so far away.
    fn searched_m(&self, ring: i64) -> f64 {
        (self.margin_m[0] + ring as f64 * self.cell_m[0])
            .min(self.margin_m[1] + ring as f64 * self.cell_m[1])
    }
}

impl SnapGrid {
    /// The nearest place on a street; of equally near ones the one on the edge with the least number.
    pub(super) fn snap(&self, streets: &Streets, at: Point) -> Result<Snap, RoadError> {
        let plane = Plane::around(at);
        let around = Around::new(&self.layout, &plane, f64::INFINITY);
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
        let fits =
            |segment| heading.is_none_or(|range| fitting(streets, segment, range) != [false; 2]);
        self.gather(streets, at, radius_m, limit, fits, &mut found);
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

    /// The nearest place on each of the nearest streets within a radius, nearest first, among segments that
    /// fit.
    pub(super) fn gather(
        &self,
        streets: &Streets,
        at: Point,
        radius_m: f64,
        limit: usize,
        fits: impl Fn(Segment) -> bool,
        found: &mut Vec<Near>,
    ) {
        found.clear();
        let plane = Plane::around(at);
        let around = Around::new(&self.layout, &plane, radius_m);
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

    fn for_each_segment_in_ring(&self, around: &Around, ring: i64, mut visit: impl FnMut(Segment)) {
        let segments = self.segments.view();
        let (column, row) = (around.column, around.row);
        let mut visit_cell = |column: i64, row: i64| {
            let cell = self.layout.number_of(column, row) as usize;
            segments.of(cell).iter().for_each(|segment| visit(*segment));
        };
        let first_column = (column - ring).max(*around.columns.start());
        let last_column = (column + ring).min(*around.columns.end());
        for on_row in (row - ring).max(*around.rows.start())..=(row + ring).min(*around.rows.end())
        {
            if (on_row - row).abs() == ring {
                (first_column..=last_column).for_each(|on_column| visit_cell(on_column, on_row));
                continue;
            }
            if first_column == column - ring {
                visit_cell(first_column, on_row);
            }
            if last_column == column + ring && ring > 0 {
                visit_cell(last_column, on_row);
            }
        }
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
