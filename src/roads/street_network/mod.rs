//! The street network behind `RoadNetwork`: the graph of turns in a customizable contraction hierarchy.
//!
//! A node of that graph is a directed edge, and reaching it means having driven it to its end. A place on
//! a street is up to two positions, one per direction that may be driven: a way starts with what lies
//! behind the place on its edge, and ends at the far end of the target's edge less what lies behind the
//! target there. Where both are on one edge and the target lies ahead, that is the straight way between
//! them. Where it lies back, the way must leave the edge first; such pairs are looked at apart.

mod local;
mod path;
mod pool;
#[cfg(test)]
mod tests;
mod weights;

use super::cost::Cost;
use super::file::{Column, FileError, FileWriter, PreparedFile};
use super::graph::{Built, Streets};
use super::hierarchy::{
    Arc as HierarchyArc, Direction, Metric, Place, Search, Sweep, Targets, Topology, dissect,
};
use super::network::{HeadingRange, Leg, Path, RoadError, RoadNetwork, Snap};
use super::profile::{Profile, ProfileError};
use super::snap::{Near, SnapGrid};
use super::speeds::{Bands, Departure};
use super::turn_graph::{DrivingSide, Turn, TurnGraph};
use crate::units::{BoundingBox, Point};
pub(super) use local::LocalSearch;
use pool::Pool;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use weights::{Living, Weights};

/// Starts that are swept together: as many as fill some of the processor's vectors.
const LANES: usize = 16;
/// Tables with fewer cells are not worth a second thread.
const CELLS_PER_THREAD_MIN: usize = 10_000;

/// The streets of a map for one profile, ready for every query.
pub struct StreetNetwork {
    profile: Profile,
    streets: Streets,
    grid: SnapGrid,
    turns: TurnGraph,
    topology: Topology,
    living: Living,
    searches: Pool<Search>,
    sweeps: Pool<Sweep<LANES>>,
    single_sweeps: Pool<Sweep<1>>,
    local_searches: Pool<LocalSearch>,
}

/// A place on a directed edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) edge: u32,
    /// From the tail of the edge to the place, and from there to its head.
    pub(super) before: Cost,
    pub(super) behind: Cost,
}

impl Position {
    /// On the same edge, but nearer to its beginning.
    fn is_back_from(&self, source: &Self) -> bool {
        self.edge == source.edge && self.before < source.before
    }
}

impl StreetNetwork {
    /// For vehicles of a profile, on the side of the road that is usual there.
    ///
    /// # Errors
    /// The bands of the profile contradict each other.
    pub fn new(built: Built, profile: Profile) -> Result<Self, ProfileError> {
        let bands = Bands::of(&profile)?;
        let side = DrivingSide::at(built.streets.bounds().centre());
        let (grid, (turns, topology)) = rayon::join(
            || SnapGrid::of(&built.streets),
            || {
                let turns = TurnGraph::new(&built, profile.turns, side);
                let topology = topology_of(&built.streets, &turns);
                (turns, topology)
            },
        );
        let streets = built.streets;
        let weights = Weights::without_traffic(&streets, &turns, &topology);
        let living = Living::new(bands, weights);
        Ok(Self::assemble(profile, streets, grid, turns, topology, living))
    }

    fn assemble(
        profile: Profile,
        streets: Streets,
        grid: SnapGrid,
        turns: TurnGraph,
        topology: Topology,
        living: Living,
    ) -> Self {
        Self {
            profile,
            streets,
            grid,
            turns,
            topology,
            living,
            searches: Pool::default(),
            sweeps: Pool::default(),
            single_sweeps: Pool::default(),
            local_searches: Pool::default(),
        }
    }

    /// Into a prepared file; several networks may lie in one, each under the name of its profile.
    pub fn store(&self, file: &mut FileWriter) {
        let room = &self.profile.name;
        file.put_json(&format!("{room}.profile"), &self.profile);
        self.streets.store(file, room);
        self.grid.store(file, room);
        self.turns.store(file, room);
        self.topology.store(file, room);
        self.living.free().metric.store(file, room);
    }

    /// The network of a profile in a prepared file.
    ///
    /// # Errors
    /// The file has none of this name, or is damaged.
    pub fn load(file: &PreparedFile, profile: &str) -> Result<Self, FileError> {
        let room = profile;
        let profile: Profile = file.json(&format!("{room}.profile"))?;
        let streets = Streets::load(file, room)?;
        let grid = SnapGrid::load(file, room, &streets)?;
        let turns = TurnGraph::load(file, room, streets.edges().len())?;
        let topology = Topology::load(file, room, turns.node_count(), turns.turn_count())?;
        let drive: Column<Cost> = Weights::free_drive(&streets);
        if drive.iter().any(|cost| *cost > Cost::SENSIBLE_MAX) {
            return Err(FileError::damaged(&format!("{room}.edges")));
        }
        let weights = Weights { drive, metric: Metric::load(file, room, &topology)? };
        let bands = Bands::of(&profile);
        let bands = bands.map_err(|_| FileError::damaged(&format!("{room}.profile")))?;
        let living = Living::new(bands, weights);
        Ok(Self::assemble(profile, streets, grid, turns, topology, living))
    }

    /// What the network was made for.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The streets that the network was made of.
    pub fn streets(&self) -> &Streets {
        &self.streets
    }

    /// The turns that the network obeys.
    pub fn turns(&self) -> &TurnGraph {
        &self.turns
    }

    /// How many arcs the hierarchy has, and how many of them searches need up and down.
    pub fn hierarchy_size(&self) -> (usize, usize, usize) {
        let (up, down) = self.living.free().metric.needed();
        (self.topology.arc_count(), up, down)
    }

    /// The nearest streets within a radius, nearest first, each once. With a heading, only streets that are
    /// driven that way, each at its nearest place where it is, and its snap has only the directions that
    /// fit.
    pub fn within(
        &self,
        at: Point,
        radius_m: f64,
        heading: Option<HeadingRange>,
        limit: usize,
    ) -> Vec<Snap> {
        self.grid.within(&self.streets, at, radius_m, heading, limit)
    }

    /// The nearest place on each of the nearest streets within a radius, nearest first.
    pub(super) fn near(&self, at: Point, radius_m: f64, limit: usize, found: &mut Vec<Near>) {
        self.grid.gather(&self.streets, at, radius_m, None, limit, found);
    }

    /// The nearest street that is driven a certain way, if there is one within a radius; otherwise the
    /// nearest of all.
    pub fn snap_heading(
        &self,
        at: Point,
        radius_m: f64,
        heading: HeadingRange,
    ) -> Result<Snap, RoadError> {
        let fitting = self.within(at, radius_m, Some(heading), 1).first().copied();
        fitting.map_or_else(|| self.snap(at), Ok)
    }

    /// A place on an edge, for a point somewhere near it; without its reverse.
    pub(super) fn snap_on(&self, edge: u32, along: f64, at: Point) -> Snap {
        let on_street = self.streets.point_at(edge, along);
        let distance_m = at.distance_m(on_street) as f32;
        Snap { on_street, distance_m, edge, along: along as f32, reverse_edge: None }
    }

    /// The cost of the fastest way without traffic, without its course.
    pub fn leg(&self, from: &Snap, to: &Snap) -> Option<Leg> {
        let at = self.at(None);
        at.cost_between(&at.positions(from), &at.positions(to)).map(leg)
    }

    /// Puts the weights without traffic in anew.
    pub fn customized(&self) -> Metric {
        customize(&self.turns, &self.topology, &self.living.free().drive)
    }

    /// What driving an edge from end to end costs without traffic, `None` for an edge of another map.
    pub(super) fn drive(&self, edge: u32) -> Option<Cost> {
        self.living.free().drive.get(edge as usize).copied()
    }

    /// A place on an edge, by the share of it that lies before the place.
    pub(super) fn position(&self, edge: u32, along: f64) -> Option<Position> {
        Some(position(self.drive(edge)?, edge, along))
    }

    /// The streets as they are driven at a time.
    fn at(&self, departure: Option<Departure>) -> Moment<'_> {
        Moment { network: self, weights: self.weights_at(departure) }
    }

    fn with_search<T>(&self, work: impl FnOnce(&mut Search) -> T) -> T {
        self.searches.with(|| Search::new(self.topology.node_count()), work)
    }
}

/// A network with the weights of a time: where all queries are answered.
struct Moment<'a> {
    network: &'a StreetNetwork,
    weights: Arc<Weights>,
}

impl Moment<'_> {
    /// What driving an edge from end to end costs, `None` for an edge of another map; on a closed one, what
    /// driving out of it costs.
    fn drive(&self, edge: u32) -> Option<Cost> {
        let cost = *self.weights.drive.get(edge as usize)?;
        if cost.is_reached() {
            return Some(cost);
        }
        self.network.drive(edge)
    }

    /// What a turn costs together with driving the edge that it leads onto.
    fn turn_cost(&self, turn: Turn) -> Cost {
        cost_with(&self.network.turns, &self.weights.drive, turn)
    }

    fn all_positions(&self, snaps: &[Snap]) -> Vec<Vec<Position>> {
        snaps.iter().map(|snap| self.positions(snap)).collect()
    }

    /// The positions of a snap: none if it is of another map, two if the street goes both ways.
    fn positions(&self, snap: &Snap) -> Vec<Position> {
        let along = f64::from(snap.along).clamp(0.0, 1.0);
        let directed =
            [Some((snap.edge, along)), snap.reverse_edge.map(|edge| (edge, 1.0 - along))];
        directed
            .into_iter()
            .flatten()
            .filter_map(|(edge, along)| Some(position(self.drive(edge)?, edge, along)))
            .collect()
    }

    /// The nodes at which a way to a place ends, with what is left of the shift there: the whole of it less
    /// what lies behind the place. Shifted, so that no cost is below zero.
    fn ends(&self, target: &Position, shift: Cost) -> impl Iterator<Item = (u32, Cost)> {
        let left = shift.minus(target.behind);
        self.network.turns.nodes_on(target.edge).map(move |node| (node, left))
    }

    /// From each place to each other one, unreached where no way leads. The lanes, whose number is the smaller one, are the sources along
    /// the streets and the targets against them; there is a row for each lane.
    fn sweep<const L: usize>(
        &self,
        sweeps: &Pool<Sweep<L>>,
        direction: Direction,
        from: &[Vec<Position>],
        to: &[Vec<Position>],
    ) -> Vec<Cost> {
        let new_sweep = || Sweep::new(self.network.topology.node_count());
        let shift = longest_rest(to.iter().flatten());
        let sources: Vec<Vec<_>> = from
            .iter()
            .map(|source| source.iter().map(|position| (position.edge, position.behind)).collect())
            .collect();
        let targets: Vec<Vec<_>> = to
            .iter()
            .map(|target| target.iter().flat_map(|position| self.ends(position, shift)).collect())
            .collect();
        let (starts, goals) = match direction {
            Direction::Along => (sources, targets),
            Direction::Against => (targets, sources),
        };
        let targets = sweeps.with(new_sweep, |sweep| {
            Targets::new(&self.network.topology, &self.weights.metric, direction, &goals, sweep)
        });
        let run = |starts: &[Vec<(u32, Cost)>]| {
            sweeps.with(new_sweep, |sweep| {
                sweep.table(&self.network.topology, &self.weights.metric, starts, &targets)
            })
        };
        let cells = from.len() * to.len();
        let threads = rayon::current_num_threads().min(cells / CELLS_PER_THREAD_MIN).max(1);
        let mut table: Vec<Cost> = if threads == 1 {
            run(&starts)
        } else {
            let part = starts.len().div_ceil(threads);
            starts.par_chunks(part).flat_map_iter(run).collect()
        };
        for cost in table.iter_mut().filter(|cost| cost.is_reached()) {
            *cost = cost.minus(shift);
        }
        let (lanes, others) = match direction {
            Direction::Along => (from, to),
            Direction::Against => (to, from),
        };
        for (lane, other) in pairs_on_one_edge(lanes, others) {
            let (source, target) = match direction {
                Direction::Along => (&from[lane], &to[other]),
                Direction::Against => (&from[other], &to[lane]),
            };
            if is_driven_back(source, target) {
                let cost = self.cost_between(source, target);
                table[lane * others.len() + other] = cost.unwrap_or(Cost::UNREACHED);
            }
        }
        table
    }
}

/// A place on an edge of such a cost, by the share of it that lies before the place.
fn position(whole: Cost, edge: u32, along: f64) -> Position {
    let part = |whole: u32| (f64::from(whole) * along).round() as u32;
    let before = Cost::new(part(whole.duration_ds()), part(whole.length_dm()));
    Position { edge, before, behind: whole.minus(before) }
}

/// The longest that lies behind a place on its edge.
fn longest_rest<'a>(positions: impl Iterator<Item = &'a Position>) -> Cost {
    positions.fold(Cost::ZERO, |most, position| most.most(position.behind))
}

/// Whether a target lies back on the edge of a source, which a way must leave first.
fn is_driven_back(from: &[Position], to: &[Position]) -> bool {
    from.iter().any(|source| to.iter().any(|target| target.is_back_from(source)))
}

/// Places of few and of many that share an edge.
fn pairs_on_one_edge(few: &[Vec<Position>], many: &[Vec<Position>]) -> Vec<(usize, usize)> {
    let mut by_edge: HashMap<u32, Vec<usize>> = HashMap::new();
    for (place, positions) in few.iter().enumerate() {
        for position in positions {
            by_edge.entry(position.edge).or_default().push(place);
        }
    }
    let mut pairs = Vec::new();
    for (other, positions) in many.iter().enumerate() {
        for position in positions {
            let sharing = by_edge.get(&position.edge).into_iter().flatten();
            pairs.extend(sharing.map(|place| (*place, other)));
        }
    }
    pairs
}

fn topology_of(streets: &Streets, turns: &TurnGraph) -> Topology {
    let scale = streets.bounds().centre().lat.to_radians().cos();
    let places: Vec<Place> = streets
        .junctions()
        .iter()
        .map(|junction| [(f64::from(junction.at.lon) * scale) as i32, junction.at.lat])
        .collect();
    let edges: Vec<_> = (0..turns.node_count() as u32)
        .map(|node| {
            let edge = &streets.edges()[turns.edge_of(node) as usize];
            [edge.tail, edge.head]
        })
        .collect();
    let arcs: Vec<_> =
        turns.all_turns().map(|(from, turn)| HierarchyArc { from, to: turn.to }).collect();
    Topology::new(dissect(&places, &edges), &arcs)
}

fn customize(turns: &TurnGraph, topology: &Topology, drive: &[Cost]) -> Metric {
    let costs: Vec<Cost> =
        turns.all_turns().map(|(_, turn)| cost_with(turns, drive, turn)).collect();
    Metric::customize(topology, |arc| costs[arc])
}

fn cost_with(turns: &TurnGraph, drive: &[Cost], turn: Turn) -> Cost {
    drive[turns.edge_of(turn.to) as usize].plus(Cost::new(u32::from(turn.delay_ds), 0))
}

fn leg(cost: Cost) -> Leg {
    Leg { duration_ds: cost.duration_ds(), distance_m: (cost.length_dm() + 5) / 10 }
}

/// `None` where no way leads.
fn leg_if_reached(cost: Cost) -> Option<Leg> {
    cost.is_reached().then(|| leg(cost))
}

impl RoadNetwork for StreetNetwork {
    fn bounds(&self) -> BoundingBox {
        self.streets.bounds()
    }

    fn snap(&self, at: Point) -> Result<Snap, RoadError> {
        self.grid.snap(&self.streets, at)
    }

    fn path(
        &self,
        from: &Snap,
        to: &Snap,
        departure: Option<Departure>,
    ) -> Result<Path, RoadError> {
        self.at(departure).find_path(from, to).ok_or(RoadError::NoPath {
            from_lat: from.on_street.lat,
            from_lon: from.on_street.lon,
            to_lat: to.on_street.lat,
            to_lon: to.on_street.lon,
        })
    }

    fn one_to_many(
        &self,
        from: &Snap,
        to: &[Snap],
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>> {
        let at = self.at(departure);
        let source = [at.positions(from)];
        let targets = at.all_positions(to);
        let row = at.sweep(&self.single_sweeps, Direction::Along, &source, &targets);
        row.into_iter().map(leg_if_reached).collect()
    }

    fn many_to_one(
        &self,
        from: &[Snap],
        to: &Snap,
        departure: Option<Departure>,
    ) -> Vec<Option<Leg>> {
        let at = self.at(departure);
        let sources = at.all_positions(from);
        let target = [at.positions(to)];
        let column = at.sweep(&self.single_sweeps, Direction::Against, &sources, &target);
        column.into_iter().map(leg_if_reached).collect()
    }

    fn table(&self, from: &[Snap], to: &[Snap], departure: Option<Departure>) -> Vec<Option<Leg>> {
        let at = self.at(departure);
        let (sources, targets) = (at.all_positions(from), at.all_positions(to));
        if from.len() <= to.len() {
            let table = at.sweep(&self.sweeps, Direction::Along, &sources, &targets);
            return table.into_iter().map(leg_if_reached).collect();
        }
        // Fewer lanes against the streets than along them.
        let table = at.sweep(&self.sweeps, Direction::Against, &sources, &targets);
        let columns: Vec<_> = table.chunks(from.len().max(1)).collect();
        (0..from.len())
            .flat_map(|row| columns.iter().map(move |column| leg_if_reached(column[row])))
            .collect()
    }

    fn street_name(&self, snap: &Snap) -> Option<String> {
        self.streets.name(snap.edge).map(Into::into)
    }

    fn version(&self) -> u64 {
        self.living_version()
    }

    fn changes_hold_since(&self, at_s: i64) -> Option<i64> {
        self.last_turn_before(at_s)
    }

    fn conditions(&self, departure: Option<Departure>) -> u64 {
        self.conditions_at(departure)
    }

    fn size(&self) -> (usize, usize) {
        (self.streets.junctions().len(), self.streets.edges().len())
    }
}
