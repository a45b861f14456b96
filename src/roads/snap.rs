//! Finds the street nearest to a point: a uniform grid of cells over the pieces of all streets, searched
//! in rings from the point outwards. Ferry lines are left out: nobody stands on them.

use super::file::{FileError, FileWriter, ListsColumn, PreparedFile};
use super::graph::Streets;
use super::lists::Lists;
use super::network::{RoadError, Snap};
use crate::roads::profile::StreetClass;
use crate::units::geo::EARTH_RADIUS_M;
use crate::units::{BoundingBox, Point};
use bytemuck::{Pod, Zeroable};

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
struct Segment {
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

impl SnapGrid {
    /// The nearest place on a street; of equally near ones the one on the edge with the least number.
    pub(super) fn snap(&self, streets: &Streets, at: Point) -> Result<Snap, RoadError> {
        let plane = Plane::around(at);
        let layout = &self.layout;
        let (column, row) = layout.cell_of(at);
        // From the point to the sides of its own cell, in cells.
        let margin = |place: f64| (place - place.floor()).min(place.ceil() - place);
        let margin_columns = margin((at.lon - layout.bounds.west) / layout.cell_lon_deg);
        let margin_rows = margin((at.lat - layout.bounds.south) / layout.cell_lat_deg);
        let (cell_width_m, cell_height_m) =
            (layout.cell_lon_deg * plane.metres_per_lon, layout.cell_lat_deg * METRES_PER_DEGREE);
        let beyond = |index: i64, count: i64| (-index).max(index - (count - 1)).max(0);
        let ring_first = beyond(column, layout.columns).max(beyond(row, layout.rows));
        let ring_last = column
            .abs()
            .max((layout.columns - 1 - column).abs())
            .max(row.abs())
            .max((layout.rows - 1 - row).abs());

        let mut nearest: Option<(f64, u32, u32, f64)> = None;
        for ring in ring_first..=ring_last {
            self.for_each_segment_in_ring(column, row, ring, |segment| {
                let [a, b] = ends(streets, segment);
                let (distance_m, share) = plane.nearest_on(a, b);
                let found = (distance_m, segment.edge, segment.at, share);
                let is_nearer = nearest
                    .is_none_or(|known| (found.0, found.1, found.2) < (known.0, known.1, known.2));
                if is_nearer {
                    nearest = Some(found);
                }
            });
            // What lies in a farther ring is at least so far away.
            let searched_m = ((ring as f64 + margin_columns) * cell_width_m)
                .min((ring as f64 + margin_rows) * cell_height_m);
            if nearest.is_some_and(|(distance_m, ..)| distance_m <= searched_m) {
                break;
            }
        }
        let off_the_map = |distance_m| RoadError::OffTheMap {
            lat: at.lat,
            lon: at.lon,
            distance_m,
            limit_m: SNAP_LIMIT_M,
        };
        let Some((_, edge, segment, share)) = nearest else { return Err(off_the_map(f64::MAX)) };
        let snap = place_on(streets, edge, segment, share, at);
        if f64::from(snap.distance_m) > SNAP_LIMIT_M {
            return Err(off_the_map(f64::from(snap.distance_m)));
        }
        Ok(snap)
    }

    fn for_each_segment_in_ring(
        &self,
        column: i64,
        row: i64,
        ring: i64,
        mut visit: impl FnMut(Segment),
    ) {
        let segments = self.segments.view();
        let mut visit_cell = |column: i64, row: i64| {
            if (0..self.layout.columns).contains(&column) {
                let cell = self.layout.number_of(column, row) as usize;
                segments.of(cell).iter().for_each(|segment| visit(*segment));
            }
        };
        for on_row in (row - ring).max(0)..=(row + ring).min(self.layout.rows - 1) {
            if (on_row - row).abs() == ring {
                for on_column in
                    (column - ring).max(0)..=(column + ring).min(self.layout.columns - 1)
                {
                    visit_cell(on_column, on_row);
                }
            } else {
                visit_cell(column - ring, on_row);
                visit_cell(column + ring, on_row);
            }
        }
    }
}

fn ends(streets: &Streets, segment: Segment) -> [Point; 2] {
    let points = streets.points_of(segment.edge);
    [points[segment.at as usize].point(), points[segment.at as usize + 1].point()]
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

    /// How far the origin is from a segment, and which share of it lies before the nearest point.
    fn nearest_on(&self, a: Point, b: Point) -> (f64, f64) {
        let ((ax, ay), (bx, by)) = (self.metres(a), self.metres(b));
        let (dx, dy) = (bx - ax, by - ay);
        let length_squared = dx * dx + dy * dy;
        let share = if length_squared > 0.0 {
            (-(ax * dx + ay * dy) / length_squared).clamp(0.0, 1.0)
        } else {
            0.0
        };
        ((ax + share * dx).hypot(ay + share * dy), share)
    }
}

fn place_on(streets: &Streets, edge: u32, segment: u32, share: f64, at: Point) -> Snap {
    let points = streets.points_of(edge);
    let (mut before_m, mut total_m) = (0.0, 0.0);
    for (number, pair) in (0..).zip(points.windows(2)) {
        let length_m = pair[0].point().distance_m(pair[1].point());
        if number == segment {
            before_m = total_m + share * length_m;
        }
        total_m += length_m;
    }
    let along_way = if total_m > 0.0 { (before_m / total_m).clamp(0.0, 1.0) } else { 0.0 };
    let [a, b] = ends(streets, Segment { edge, at: segment });
    let on_street =
        Point { lat: a.lat + (b.lat - a.lat) * share, lon: a.lon + (b.lon - a.lon) * share };
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
