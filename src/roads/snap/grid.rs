//! The pieces of all streets by the cells that they cross, and the cells around a point in rings.

use super::Plane;
use crate::roads::file::{FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::graph::Streets;
use crate::roads::lists::Lists;
use crate::roads::profile::StreetClass;
use crate::units::geo::EARTH_RADIUS_M;
use crate::units::{BoundingBox, Point};
use bytemuck::{Pod, Zeroable};
use std::ops::{Range, RangeInclusive};

/// A cell holds a handful of segments in a city at this size.
const CELL_M: f64 = 150.0;
/// Where streets are few and far apart, cells grow, so that there are no more than this per segment.
const CELLS_PER_SEGMENT_MAX: f64 = 4.0;

pub(super) const METRES_PER_DEGREE: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

/// One straight part of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Segment {
    pub(super) edge: u32,
    /// Between which of the edge's points, in the order of the way.
    pub(super) at: u32,
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
pub(in crate::roads) struct SnapGrid {
    layout: Layout,
    /// For each cell, row after row.
    segments: ListsColumn<Segment>,
}

impl SnapGrid {
    pub(in crate::roads) fn of(streets: &Streets) -> Self {
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

    pub(in crate::roads) fn store(&self, file: &mut FileWriter, room: &str) {
        self.segments.store(file, &format!("{room}.cells"));
    }

    pub(in crate::roads) fn load(
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

/// The cells around a point, as far as they are looked at.
pub(super) struct Around {
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

    pub(super) fn rings(&self) -> Range<i64> {
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
    pub(super) fn searched_m(&self, ring: i64) -> f64 {
        (self.margin_m[0] + ring as f64 * self.cell_m[0])
            .min(self.margin_m[1] + ring as f64 * self.cell_m[1])
    }
}

impl SnapGrid {
    pub(super) fn around(&self, plane: &Plane, radius_m: f64) -> Around {
        Around::new(&self.layout, plane, radius_m)
    }

    pub(super) fn for_each_segment_in_ring(
        &self,
        around: &Around,
        ring: i64,
        mut visit: impl FnMut(Segment),
    ) {
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
