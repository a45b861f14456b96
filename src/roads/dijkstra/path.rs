//! One path with its course: which edges it takes, the points it runs over, and when it is where.

use super::search::{FROM_START, Search};
use super::{DijkstraNetwork, Position, direct, leg};
use crate::roads::cost::Cost;
use crate::roads::network::{Path, Snap};
use crate::units::Point;
use petgraph::graph::EdgeIndex;

/// The edges of a path: either one edge from place to place, or the rest of the first, whole ones, and
/// the beginning of the last.
enum Route {
    Direct { from: Position, to: Position },
    Around { from: Position, whole: Vec<u32>, to: Position },
}

impl DijkstraNetwork {
    /// `None` where no way leads.
    pub(super) fn find_path(&self, search: &mut Search, from: &Snap, to: &Snap) -> Option<Path> {
        let (sources, targets) = (self.positions(from), self.positions(to));
        let starts: Vec<_> =
            sources.iter().map(|source| (self.head(source), source.behind)).collect();
        let goals: Vec<u32> = targets.iter().map(|target| self.tail(target)).collect();
        search.run(&self.outgoing, &starts, &goals);

        let around = targets
            .iter()
            .filter_map(|to| Some((search.cost_of(self.tail(to))?.plus(to.before), to)))
            .min_by_key(|(cost, _)| *cost);
        let pairs = sources.iter().flat_map(|from| targets.iter().map(move |to| (from, to)));
        let straight = pairs
            .filter_map(|(from, to)| Some((direct(from, to)?, from, to)))
            .min_by_key(|(cost, ..)| *cost);
        let (cost, route) = match (straight, around) {
            (Some((cost, from, to)), around) if around.is_none_or(|(longer, _)| cost <= longer) => {
                (cost, Route::Direct { from: *from, to: *to })
            }
            (_, Some((cost, to))) => {
                let (from, whole) = self.walk_back(search, &sources, self.tail(to))?;
                (cost, Route::Around { from, whole, to: *to })
            }
            (_, None) => return None,
        };
        Some(self.draw(cost, &route, from.on_street, to.on_street))
    }

    /// The edges from a source to a junction that the search has reached.
    fn walk_back(
        &self,
        search: &Search,
        sources: &[Position],
        goal: u32,
    ) -> Option<(Position, Vec<u32>)> {
        let mut whole = Vec::new();
        let mut here = goal;
        while search.edge_to(here) != FROM_START {
            let edge = search.edge_to(here);
            whole.push(edge);
            here = self.edges[edge as usize].tail;
        }
        whole.reverse();
        // Two sources may end at one junction, on a street that is a loop; the nearer one started.
        let source = sources
            .iter()
            .filter(|source| self.head(source) == here)
            .min_by_key(|source| source.behind)?;
        Some((*source, whole))
    }

    fn draw(&self, cost: Cost, route: &Route, start: Point, end: Point) -> Path {
        let mut course = Course::from(start);
        match route {
            Route::Direct { from, to } => {
                self.draw_edge(&mut course, from.edge, from.before, to.before);
            }
            Route::Around { from, whole, to } => {
                self.draw_edge(&mut course, from.edge, from.before, from.before.plus(from.behind));
                for edge in whole {
                    self.draw_edge(&mut course, *edge, Cost::ZERO, self.edges[*edge as usize].cost);
                }
                self.draw_edge(&mut course, to.edge, Cost::ZERO, to.before);
            }
        }
        course.end_at(end, cost.duration_ds());
        Path { leg: leg(cost), geometry: course.points, elapsed_ds: course.elapsed_ds }
    }

    /// The points of an edge between two places on it; those at whole ends are the junctions.
    fn draw_edge(&self, course: &mut Course, edge: u32, from: Cost, to: Cost) {
        let whole = self.edges[edge as usize].cost;
        let points = self.streets.course(EdgeIndex::new(edge as usize));
        let length_m: f64 = points.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
        let share_at =
            |part: Cost| f64::from(part.length_dm()) / f64::from(whole.length_dm().max(1));
        let (share_from, share_to) = (share_at(from), share_at(to));
        let is_whole_end = to == whole;
        let started_ds = course.clock_ds;
        let mut so_far_m = 0.0;
        for (at, point) in points.iter().enumerate() {
            if at > 0 {
                so_far_m += points[at - 1].distance_m(*point);
            }
            let share = if length_m > 0.0 { so_far_m / length_m } else { 1.0 };
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
