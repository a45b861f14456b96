//! The streets as queries use them: columns that lie in memory or in a prepared file.

use super::StreetGraph;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile, Texts};
use crate::roads::lists::Lists;
use crate::roads::profile::StreetClass;
use crate::units::{BoundingBox, Point};
use bytemuck::{Pod, Zeroable};
use petgraph::visit::{EdgeRef as _, IntoNodeReferences as _};

/// No edge, no name.
const NONE: u32 = u32::MAX;

const IS_AGAINST: u8 = 1;
const IS_RESTRICTED: u8 = 2;
const IS_ROUNDABOUT: u8 = 4;

/// A point in 1e-7 degrees, half the size of [`Point`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub struct PointE7 {
    pub lat: i32,
    pub lon: i32,
}

impl PointE7 {
    pub fn point(self) -> Point {
        Point::from_e7(self.lat, self.lon)
    }
}

/// Where streets meet or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Junction {
    /// The id of the OpenStreetMap node.
    pub node: i64,
    pub at: PointE7,
}

/// A piece of street from one junction to the next, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Edge {
    /// The id of the OpenStreetMap way.
    pub way: i64,
    pub tail: u32,
    pub head: u32,
    /// Without traffic, tenths of a second, at least 1.
    pub duration_ds: u32,
    /// Tenths of a metre.
    pub length_dm: u32,
    reverse: u32,
    name: u32,
    /// Where its points start, in the order of the way, and how many there are.
    course: u32,
    course_len: u32,
    class: u8,
    flags: u8,
    reserved: [u8; 6],
}

impl Edge {
    /// The same piece driven the other way, if that is allowed.
    pub fn reverse(&self) -> Option<u32> {
        (self.reverse != NONE).then_some(self.reverse)
    }

    pub fn class(&self) -> StreetClass {
        StreetClass::ALL[usize::from(self.class).min(StreetClass::ALL.len() - 1)]
    }

    /// Whether it is driven against the order of the way.
    pub fn is_against(&self) -> bool {
        self.flags & IS_AGAINST != 0
    }

    /// Private, customers, destination: to be entered only by who has business there.
    pub fn is_restricted(&self) -> bool {
        self.flags & IS_RESTRICTED != 0
    }

    pub fn is_roundabout(&self) -> bool {
        self.flags & IS_ROUNDABOUT != 0
    }
}

/// The streets of a map for one profile.
#[derive(Debug)]
pub struct Streets {
    junctions: Column<Junction>,
    /// In the order of the junctions they leave.
    pub(super) edges: Column<Edge>,
    /// Of each junction, the edges that reach it.
    arriving: ListsColumn<u32>,
    /// Of each junction, the first edge that leaves it; one more at the end.
    leaving: Column<u32>,
    points: Column<PointE7>,
    names: Texts,
    bounds: BoundingBox,
}

impl Streets {
    /// `None` where there is no street but ferries.
    pub(super) fn freeze(graph: &StreetGraph, points: Vec<PointE7>, names: Texts) -> Option<Self> {
        let junctions: Column<Junction> =
            graph.node_references().map(|(_, junction)| *junction).collect();
        let edges: Vec<Edge> = graph
            .edge_references()
            .map(|edge| {
                let piece = edge.weight();
                let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
                Edge {
                    way: piece.way,
                    tail: edge.source().index() as u32,
                    head: edge.target().index() as u32,
                    duration_ds: piece.duration_ds,
                    length_dm: piece.length_dm,
                    reverse: piece.reverse.map_or(NONE, |reverse| reverse.index() as u32),
                    name: piece.name.unwrap_or(NONE),
                    course: piece.course.start,
                    course_len: piece.course.len() as u32,
                    class: piece.class as u8,
                    flags: flag(piece.is_against, IS_AGAINST)
                        | flag(piece.is_restricted, IS_RESTRICTED)
                        | flag(piece.is_roundabout, IS_ROUNDABOUT),
                    reserved: [0; 6],
                }
            })
            .collect();
        debug_assert!(edges.is_sorted_by_key(|edge| edge.tail));
        let bounds = bounds_of(&edges, &points)?;
        Some(Self::assemble(junctions, edges.into(), points.into(), names, bounds))
    }

    fn assemble(
        junctions: Column<Junction>,
        edges: Column<Edge>,
        points: Column<PointE7>,
        names: Texts,
        bounds: BoundingBox,
    ) -> Self {
        let count = junctions.len();
        let arriving =
            Lists::grouped(count, (0..).zip(edges.iter()).map(|(edge, of)| (of.head, edge)));
        let mut leaving = vec![0; count + 1];
        for edge in edges.iter() {
            leaving[edge.tail as usize + 1] += 1;
        }
        for junction in 0..count {
            leaving[junction + 1] += leaving[junction];
        }
        Self {
            junctions,
            edges,
            arriving: arriving.into(),
            leaving: leaving.into(),
            points,
            names,
            bounds,
        }
    }

    pub fn junctions(&self) -> &[Junction] {
        &self.junctions
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that leave a junction.
    pub fn leaving(&self, junction: u32) -> std::ops::Range<u32> {
        self.leaving[junction as usize]..self.leaving[junction as usize + 1]
    }

    /// The edges that reach a junction.
    pub fn arriving(&self, junction: u32) -> &[u32] {
        self.arriving.of(junction as usize)
    }

    /// The points of an edge in the order of driving: at least two, the first and the last at its
    /// junctions.
    pub fn course(&self, edge: u32) -> impl DoubleEndedIterator<Item = Point> + ExactSizeIterator {
        let points = self.points_of(edge);
        let last = points.len() - 1;
        let is_against = self.edges[edge as usize].is_against();
        (0..points.len()).map(move |at| points[if is_against { last - at } else { at }].point())
    }

    /// The place on an edge before which a share of its length lies, 0 to 1.
    pub fn point_at(&self, edge: u32, along: f64) -> Point {
        let points = || self.course(edge);
        // On so short a way the earth is flat.
        let scale = points().next().map_or(1.0, |first| first.lat.to_radians().cos());
        let step = |(a, b): (Point, Point)| ((b.lon - a.lon) * scale).hypot(b.lat - a.lat);
        let total: f64 = points().zip(points().skip(1)).map(step).sum();
        let mut left = total * along.clamp(0.0, 1.0);
        for (a, b) in points().zip(points().skip(1)) {
            let length = step((a, b));
            if left <= length && length > 0.0 {
                let between = |a: f64, b: f64| a + (b - a) * left / length;
                return Point { lat: between(a.lat, b.lat), lon: between(a.lon, b.lon) };
            }
            left -= length;
        }
        points().next_back().expect("an edge has points")
    }

    /// The points of an edge in the order of the way, which both directions share.
    pub(in crate::roads) fn points_of(&self, edge: u32) -> &[PointE7] {
        let edge = &self.edges[edge as usize];
        &self.points[edge.course as usize..][..edge.course_len as usize]
    }

    /// The name of the street, or its number where it has no name.
    pub fn name(&self, edge: u32) -> Option<&str> {
        let name = self.edges.get(edge as usize)?.name;
        (name != NONE).then(|| self.names.of(name as usize))
    }

    /// Around the streets, ferry lines left out.
    pub fn bounds(&self) -> BoundingBox {
        self.bounds
    }

    pub(in crate::roads) fn store(&self, file: &mut FileWriter, room: &str) {
        self.junctions.store(file, &format!("{room}.junctions"));
        self.edges.store(file, &format!("{room}.edges"));
        self.arriving.store(file, &format!("{room}.arriving"));
        self.leaving.store(file, &format!("{room}.leaving"));
        self.points.store(file, &format!("{room}.points"));
        self.names.store(file, &format!("{room}.names"));
    }

    pub(in crate::roads) fn load(file: &PreparedFile, room: &str) -> Result<Self, FileError> {
        let of = |section: &str| format!("{room}.{section}");
        let streets = Self {
            junctions: file.column(&of("junctions"))?,
            edges: file.column(&of("edges"))?,
            arriving: ListsColumn::load(file, &of("arriving"))?,
            leaving: file.column(&of("leaving"))?,
            points: file.column(&of("points"))?,
            names: Texts::load(file, &of("names"))?,
            bounds: BoundingBox { south: 0.0, west: 0.0, north: 0.0, east: 0.0 },
        };
        streets.check(room)?;
        let bounds = bounds_of(&streets.edges, &streets.points);
        let bounds = bounds.ok_or_else(|| FileError::damaged(&of("points")))?;
        Ok(Self { bounds, ..streets })
    }

    /// Every number that points somewhere points to something.
    fn check(&self, room: &str) -> Result<(), FileError> {
        let (junction_count, edge_count) = (self.junctions.len(), self.edges.len());
        let (points, names) = (self.points.len() as u64, self.names.len());
        let (junctions, edges): (&[Junction], &[Edge]) = (&self.junctions, &self.edges);
        let is_edge_sound = |edge: &Edge| {
            (edge.tail as usize) < junction_count
                && (edge.head as usize) < junction_count
                && (edge.reverse == NONE || (edge.reverse as usize) < edge_count)
                && (edge.name == NONE || (edge.name as usize) < names)
                && edge.course_len >= 2
                && u64::from(edge.course) + u64::from(edge.course_len) <= points
        };
        let leaving: &[u32] = &self.leaving;
        let leaves = leaving.len() == junction_count + 1
            && leaving.first() == Some(&0)
            && leaving.last() == Some(&(edge_count as u32))
            && leaving.is_sorted();
        let arrives = self.arriving.len() == junction_count
            && self.arriving.items().iter().all(|edge| (*edge as usize) < edge_count);
        let is_on_earth = |at: &PointE7| {
            at.lat.unsigned_abs() <= 900_000_000 && at.lon.unsigned_abs() <= 1_800_000_000
        };
        for (section, is_sound) in [
            ("edges", edges.iter().all(is_edge_sound)),
            ("leaving", leaves),
            ("arriving", arrives),
            ("points", self.points.iter().all(is_on_earth)),
            ("junctions", junctions.iter().all(|junction| is_on_earth(&junction.at))),
        ] {
            if !is_sound {
                return Err(FileError::damaged(&format!("{room}.{section}")));
            }
        }
        Ok(())
    }
}

/// Around the streets; ferry lines reach far beyond them. `None` where there is no street.
fn bounds_of(edges: &[Edge], points: &[PointE7]) -> Option<BoundingBox> {
    let (mut least, mut most) = ([i32::MAX; 2], [i32::MIN; 2]);
    for edge in edges.iter().filter(|edge| edge.class() != StreetClass::Ferry) {
        for at in &points[edge.course as usize..][..edge.course_len as usize] {
            least = [least[0].min(at.lat), least[1].min(at.lon)];
            most = [most[0].max(at.lat), most[1].max(at.lon)];
        }
    }
    let [south_west, north_east] = [least, most].map(|[lat, lon]| PointE7 { lat, lon }.point());
    (least[0] <= most[0]).then_some(BoundingBox {
        south: south_west.lat,
        west: south_west.lon,
        north: north_east.lat,
        east: north_east.lon,
    })
}
