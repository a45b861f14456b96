//! One path with its course: which edges it takes, the points it runs over, and when it is where.

use super::{Position, StreetNetwork, is_driven_back, leg, longest_rest};
use crate::roads::cost::Cost;
use crate::roads::hierarchy::{Found, Search};
use crate::roads::network::{Path, Snap};
use crate::units::Point;

/// The best way between two places.
pub(super) struct Way {
    pub(super) cost: Cost,
    source: Position,
    target: Position,
    /// The nodes of the graph of turns, from the source's edge to the target's; only one if the target
    /// lies ahead on the same edge.
    pub(super) nodes: Vec<u32>,
}

/// Where a search begins: at the source's edge, or at the one behind its first turn.
struct Start {
    source: Position,
    node: u32,
    cost: Cost,
}

impl StreetNetwork {
    /// `None` where no way leads.
    pub(super) fn find_path(&self, from: &Snap, to: &Snap) -> Option<Path> {
        let (sources, targets) = (self.positions(from), self.positions(to));
        let way = self.with_search(|search| self.find_way(search, &sources, &targets))?;
        Some(self.draw(&way, from.on_street, to.on_street))
    }

    /// The cost of the best way between places; exact for every pair.
    pub(super) fn cost_between(&self, from: &[Position], to: &[Position]) -> Option<Cost> {
        let starts = self.starts(from, to);
        self.with_search(|search| self.search(search, &starts, to)).map(|(_, cost)| cost)
    }

    /// A start may not be a goal that lies back on its edge: from there the search begins with the turns.
    fn starts(&self, from: &[Position], to: &[Position]) -> Vec<Start> {
        let mut starts = Vec::new();
        for source in from {
            if is_driven_back(&[*source], to) {
                starts.extend(self.turns.turns_from(source.edge).iter().map(|turn| Start {
                    source: *source,
                    node: turn.to,
                    cost: source.behind.plus(self.turn_cost(*turn)),
                }));
            } else {
                starts.push(Start { source: *source, node: source.edge, cost: source.behind });
            }
        }
        starts
    }

    fn search(
        &self,
        search: &mut Search,
        starts: &[Start],
        to: &[Position],
    ) -> Option<(Found, Cost)> {
        let entries: Vec<_> = starts.iter().map(|start| (start.node, start.cost)).collect();
        let shift = longest_rest(to.iter());
        let goals: Vec<_> = to.iter().flat_map(|target| self.ends(target, shift)).collect();
        let found = search.run(&self.topology, &self.weights.metric, &entries, &goals)?;
        Some((found, found.cost.minus(shift)))
    }

    pub(super) fn find_way(
        &self,
        search: &mut Search,
        from: &[Position],
        to: &[Position],
    ) -> Option<Way> {
        let starts = self.starts(from, to);
        let (found, cost) = self.search(search, &starts, to)?;
        let mut nodes = search.unpack(&self.topology, &self.weights.metric, &found);
        let (first, last) = (*nodes.first()?, *nodes.last()?);
        let start =
            starts.iter().filter(|start| start.node == first).min_by_key(|start| start.cost)?;
        if self.turns.edge_of(first) != start.source.edge || start.cost != start.source.behind {
            nodes.insert(0, start.source.edge);
        }
        let target = *to.iter().find(|target| target.edge == self.turns.edge_of(last))?;
        Some(Way { cost, source: start.source, target, nodes })
    }

    fn draw(&self, way: &Way, start: Point, end: Point) -> Path {
        let mut course = Course::from(start);
        let last = way.nodes.len() - 1;
        for (at, node) in way.nodes.iter().enumerate() {
            let edge = self.turns.edge_of(*node);
            let whole = self.drive(edge).unwrap_or(Cost::ZERO);
            if at > 0 {
                let turn = self.turns.turn_between(way.nodes[at - 1], *node);
                course.clock_ds += turn.map_or(0, |turn| u32::from(turn.delay_ds));
            }
            let from = if at == 0 { way.source.before } else { Cost::ZERO };
            let to = if at == last { way.target.before } else { whole };
            self.draw_edge(&mut course, edge, from, to);
        }
        course.end_at(end, way.cost.duration_ds());
        Path { leg: leg(way.cost), geometry: course.points, elapsed_ds: course.elapsed_ds }
    }

    /// The course over pieces of edges that follow each other, each between two shares of its edge.
    pub(in crate::roads) fn draw_pieces(
        &self,
        pieces: impl Iterator<Item = (u32, f64, f64)>,
    ) -> Vec<Point> {
        let mut course: Option<Course> = None;
        for (edge, from, to) in pieces {
            let Some((from_place, to_place)) =
                self.position(edge, from).zip(self.position(edge, to))
            else {
                continue;
            };
            let course =
                course.get_or_insert_with(|| Course::from(self.streets.point_at(edge, from)));
            self.draw_edge(course, edge, from_place.before, to_place.before);
            if to < 1.0 {
                course.pass(self.streets.point_at(edge, to), course.clock_ds);
            }
        }
        course.map_or_else(Vec::new, |course| course.points)
    }

    /// The points of an edge between two places on it; those at whole ends are the junctions.
    fn draw_edge(&self, course: &mut Course, edge: u32, from: Cost, to: Cost) {
        let whole = self.drive(edge).unwrap_or(Cost::ZERO);
        let points: Vec<Point> = self.streets.course(edge).collect();
        // Where each point lies along the edge; on so short a way the earth is flat.
        let scale = points[0].lat.to_radians().cos();
        let step = |at: usize| {
            let (a, b) = (points[at - 1], points[at]);
            ((b.lon - a.lon) * scale).hypot(b.lat - a.lat)
        };
        let length: f64 = (1..points.len()).map(step).sum();
        let share_at =
            |part: Cost| f64::from(part.length_dm()) / f64::from(whole.length_dm().max(1));
        let (share_from, share_to) = (share_at(from), share_at(to));
        let is_whole_end = to == whole;
        let started_ds = course.clock_ds;
        let mut so_far = 0.0;
        for (at, point) in points.iter().enumerate() {
            if at > 0 {
                so_far += step(at);
            }
            let share = if length > 0.0 { so_far / length } else { 1.0 };
            let is_last = at + 1 == points.len();
            let is_between = share > share_from && (share < share_to || is_last && is_whole_end);
            if is_between || (at == 0 && from == Cost::ZERO) {
                let on_edge_ds = (f64::from(whole.duration_ds()) * share).round() as u32;
                let passed_ds = on_edge_ds.clamp(from.duration_ds(), to.duration_ds());
                course.pass(*point, started_ds + passed_ds - from.duration_ds());
            }
        }
        course.clock_ds = started_ds + to.minus(from).duration_ds();
    }
}

/// The course of a path while it grows.
struct Course {
    points: Vec<Point>,
    elapsed_ds: Vec<u32>,
    /// When the edge that is drawn next begins.
    clock_ds: u32,
}

impl Course {
    fn from(start: Point) -> Self {
        Self { points: vec![start], elapsed_ds: vec![0], clock_ds: 0 }
    }

    /// Adds a point unless the course is there already.
    fn pass(&mut self, point: Point, at_ds: u32) {
        let last = self.points.len() - 1;
        if is_same(self.points[last], point) {
            return;
        }
        self.points.push(point);
        self.elapsed_ds.push(at_ds.max(self.elapsed_ds[last]));
    }

    fn end_at(&mut self, end: Point, at_ds: u32) {
        let last = self.points.len() - 1;
        if is_same(self.points[last], end) && (last > 0 || at_ds == 0) {
            self.points[last] = end;
            self.elapsed_ds[last] = at_ds;
        } else {
            self.points.push(end);
            self.elapsed_ds.push(at_ds);
        }
    }
}

/// Equal to a tenth of the step of OpenStreetMap's coordinates.
fn is_same(a: Point, b: Point) -> bool {
    (a.lat - b.lat).abs() < 1e-8 && (a.lon - b.lon).abs() < 1e-8
}
