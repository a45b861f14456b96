//! Draws the streets of the plan: ways, crossings, roundabouts, dead ends, signals and forbidden turns.
//! Traffic keeps right.

use super::bend::Bend;
use super::dice::Purpose;
use super::drawing::{Drawing, tags};
use super::names::{NameBook, Named};
use super::plan::{Axis, Close, CloseKind, Direction, Edge, Plan, Rank};
use crate::roads::osm::{MemberKind, Tags};
use std::collections::{HashMap, HashSet};

/// Ways longer than this many blocks are cut, as mappers do.
const WAY_LEN_MAX_BLOCKS: usize = 30;
const ROUNDABOUT_RADIUS_M: f64 = 16.0;
const CLOSE_LEN_BLOCKS: f64 = 0.38;

/// The four directions from a crossing, counter-clockwise from east.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leg {
    East,
    North,
    West,
    South,
}

const LEGS: [Leg; 4] = [Leg::East, Leg::North, Leg::West, Leg::South];

impl Leg {
    fn step(self) -> (f64, f64) {
        match self {
            Self::East => (1.0, 0.0),
            Self::North => (0.0, 1.0),
            Self::West => (-1.0, 0.0),
            Self::South => (0.0, -1.0),
        }
    }
}

/// What later parts of the town attach to.
#[derive(Debug)]
pub struct Streets<'a> {
    plan: &'a Plan,
    bend: &'a Bend,
    crossings: Vec<i64>,
    legs: HashMap<(usize, Leg), i64>,
    middles: HashMap<(Axis, usize), i64>,
    ways: HashMap<(Axis, usize), i64>,
    roundabouts: HashSet<usize>,
    restricted: HashSet<usize>,
    /// Names of the dead ends, in the order of `plan.closes`; empty where there is none.
    pub close_names: Vec<String>,
}

impl<'a> Streets<'a> {
    /// Draws all of them.
    pub fn draw(plan: &'a Plan, bend: &'a Bend, names: &mut NameBook, sheet: &mut Drawing) -> Self {
        let roundabouts = choose_roundabouts(plan);
        let restricted = choose_restricted(plan, &roundabouts);
        let mut streets = Self {
            plan,
            bend,
            crossings: vec![0; plan.columns * plan.rows],
            legs: HashMap::new(),
            middles: HashMap::new(),
            ways: HashMap::new(),
            roundabouts,
            restricted,
            close_names: Vec::new(),
        };
        for close in &plan.closes {
            let key = (close.axis, plan.index(close.column, close.row));
            let at = bend.point_of(middle_of(close.axis, close.column, close.row));
            streets.middles.entry(key).or_insert_with(|| sheet.node(at, Tags::new()));
        }
        for row in 0..plan.rows {
            streets.draw_line(Axis::East, row, sheet);
        }
        for column in 0..plan.columns {
            streets.draw_line(Axis::North, column, sheet);
        }
        streets.draw_roundabouts(sheet);
        for close in &plan.closes {
            let name = streets.draw_close(close, names, sheet);
            streets.close_names.push(name);
        }
        streets.forbid_turns(sheet);
        streets
    }

    /// The node where a line meets a crossing from one side; drawn when first asked for.
    pub fn end(&mut self, column: usize, row: usize, leg: Leg, sheet: &mut Drawing) -> i64 {
        let place = self.plan.index(column, row);
        if self.roundabouts.contains(&place) {
            let bend = self.bend;
            return *self.legs.entry((place, leg)).or_insert_with(|| {
                let (x, y) = bend.metres(column as f64, row as f64);
                let angle = leg_angle(bend, column, row, leg);
                let (dy, dx) = angle.sin_cos();
                let at = bend.earth(x + dx * ROUNDABOUT_RADIUS_M, y + dy * ROUNDABOUT_RADIUS_M);
                sheet.node(at, Tags::new())
            });
        }
        if self.crossings[place] == 0 {
            let signals = self.plan.rank(Axis::East, row) >= Rank::Secondary
                && self.plan.rank(Axis::North, column) >= Rank::Secondary;
            let node_tags =
                if signals { tags([("highway", "traffic_signals")]) } else { Tags::new() };
            let at = self.bend.point(column as f64, row as f64);
            self.crossings[place] = sheet.node(at, node_tags);
        }
        self.crossings[place]
    }

    /// The node of a plain crossing that has been drawn.
    pub fn crossing(&self, column: usize, row: usize) -> Option<i64> {
        let id = self.crossings[self.plan.index(column, row)];
        (id != 0).then_some(id)
    }

    fn draw_line(&mut self, axis: Axis, line: usize, sheet: &mut Drawing) {
        let steps = if axis == Axis::East { self.plan.columns } else { self.plan.rows };
        let at = |step: usize| if axis == Axis::East { (step, line) } else { (line, step) };
        let mut step = 0;
        while step + 1 < steps {
            let first = self.plan.edge(axis, at(step).0, at(step).1);
            if !first.exists() {
                step += 1;
                continue;
            }
            let mut end = step + 1;
            while end + 1 < steps && end - step < WAY_LEN_MAX_BLOCKS {
                let (column, row) = at(end);
                let here = self.plan.index(column, row);
                let goes_on = self.plan.edge(axis, column, row) == first
                    && !self.roundabouts.contains(&here)
                    && !self.restricted.contains(&here);
                if !goes_on {
                    break;
                }
                end += 1;
            }
            self.draw_way(axis, line, step..end, first, sheet);
            step = end;
        }
    }

    fn draw_way(
        &mut self,
        axis: Axis,
        line: usize,
        steps: std::ops::Range<usize>,
        edge: Edge,
        sheet: &mut Drawing,
    ) {
        let at = |step: usize| if axis == Axis::East { (step, line) } else { (line, step) };
        let (away, back) =
            if axis == Axis::East { (Leg::East, Leg::West) } else { (Leg::North, Leg::South) };
        let (column, row) = at(steps.start);
        let mut nodes = vec![self.end(column, row, away, sheet)];
        for step in steps.clone() {
            let (column, row) = at(step);
            nodes.extend(self.middle(axis, column, row, sheet));
            let (next_column, next_row) = at(step + 1);
            nodes.push(self.end(next_column, next_row, back, sheet));
        }
        let Some(street) = self.plan.street(edge) else { return };
        let mut way_tags = tags([("highway", street.highway), ("name", &street.name)]);
        let mut add = |key: &str, value: &str| way_tags.push((key.into(), value.into()));
        if let Some(reference) = &street.reference {
            add("ref", reference);
        }
        if let Some(speed) = street.maxspeed_kmh {
            add("maxspeed", &speed.to_string());
        }
        if edge.bridge {
            add("bridge", "yes");
            add("layer", "1");
        }
        if street.highway == "primary" {
            add("lanes", "2");
        }
        match edge.direction {
            Direction::Both => {}
            Direction::Forward => add("oneway", "yes"),
            // Both ways of saying it occur in real data.
            Direction::Backward if edge.street.is_multiple_of(7) => add("oneway", "-1"),
            Direction::Backward => {
                add("oneway", "yes");
                nodes.reverse();
            }
        }
        let way = sheet.way(nodes, way_tags);
        for step in [steps.start, steps.end - 1] {
            let (column, row) = at(step);
            let touches_restriction = [at(step), at(step + 1)]
                .iter()
                .any(|&(column, row)| self.restricted.contains(&self.plan.index(column, row)));
            if touches_restriction {
                self.ways.insert((axis, self.plan.index(column, row)), way);
            }
        }
    }

    /// A point half-way where a dead end leaves or the street is not straight.
    fn middle(
        &mut self,
        axis: Axis,
        column: usize,
        row: usize,
        sheet: &mut Drawing,
    ) -> Option<i64> {
        if let Some(&known) = self.middles.get(&(axis, self.plan.index(column, row))) {
            return Some(known);
        }
        let (step_u, step_v) = if axis == Axis::East { (1.0, 0.0) } else { (0.0, 1.0) };
        let (u, v) = (column as f64, row as f64);
        let (from, to) = (self.bend.metres(u, v), self.bend.metres(u + step_u, v + step_v));
        let (x, y) = self.bend.metres(u + step_u / 2.0, v + step_v / 2.0);
        let off = (x - f64::midpoint(from.0, to.0)).hypot(y - f64::midpoint(from.1, to.1));
        (off > 1.5).then(|| sheet.node(self.bend.earth(x, y), Tags::new()))
    }

    fn draw_roundabouts(&mut self, sheet: &mut Drawing) {
        let mut places: Vec<usize> = self.roundabouts.iter().copied().collect();
        places.sort_unstable();
        for place in places {
            let (column, row) = (place % self.plan.columns, place / self.plan.columns);
            let (x, y) = self.bend.metres(column as f64, row as f64);
            let mut ring = Vec::new();
            for (number, leg) in LEGS.into_iter().enumerate() {
                ring.push(self.end(column, row, leg, sheet));
                let angle = leg_angle(self.bend, column, row, leg);
                let next = leg_angle(self.bend, column, row, LEGS[(number + 1) % 4]);
                let between = angle + (next - angle).rem_euclid(std::f64::consts::TAU) / 2.0;
                let (dy, dx) = between.sin_cos();
                let at =
                    self.bend.earth(x + dx * ROUNDABOUT_RADIUS_M, y + dy * ROUNDABOUT_RADIUS_M);
                ring.push(sheet.node(at, Tags::new()));
            }
            ring.push(ring[0]);
            let rank = self.plan.rank(Axis::East, row).max(self.plan.rank(Axis::North, column));
            let highway = if rank == Rank::Secondary { "secondary" } else { "tertiary" };
            sheet.way(ring, tags([("highway", highway), ("junction", "roundabout")]));
        }
    }

    fn draw_close(&self, close: &Close, names: &mut NameBook, sheet: &mut Drawing) -> String {
        let start = self.middles[&(close.axis, self.plan.index(close.column, close.row))];
        let half = self.bend.point_of(close_point(close, CLOSE_LEN_BLOCKS / 2.0));
        let end = self.bend.point_of(close_point(close, CLOSE_LEN_BLOCKS));
        match close.kind {
            CloseKind::Named => {
                let name = names.next(Named::Close);
                let half = sheet.node(half, Tags::new());
                let end = sheet.node(end, tags([("highway", "turning_circle")]));
                let way_tags =
                    tags([("highway", "residential"), ("name", &name), ("noexit", "yes")]);
                sheet.way(vec![start, half, end], way_tags);
                name
            }
            CloseKind::Driveway => {
                let end = sheet.node(end, Tags::new());
                sheet
                    .way(vec![start, end], tags([("highway", "service"), ("service", "driveway")]));
                String::new()
            }
            CloseKind::Gated => {
                let gate = sheet.node(half, tags([("barrier", "gate"), ("access", "private")]));
                let end = sheet.node(end, Tags::new());
                sheet.way(
                    vec![start, gate, end],
                    tags([("highway", "service"), ("access", "private")]),
                );
                String::new()
            }
        }
    }

    fn forbid_turns(&self, sheet: &mut Drawing) {
        let mut places: Vec<usize> = self.restricted.iter().copied().collect();
        places.sort_unstable();
        for place in places {
            let south = (Axis::North, place - self.plan.columns);
            let north = (Axis::North, place);
            let west = (Axis::East, place - 1);
            let east = (Axis::East, place);
            let (kind, from, to) =
                match self.plan.dice.below(Purpose::Restriction, place as i64, 1, 4) {
                    0 => ("no_left_turn", south, west),
                    1 => ("no_right_turn", north, west),
                    2 => ("only_straight_on", east, west),
                    _ => ("no_u_turn", south, south),
                };
            let (Some(&from), Some(&to)) = (self.ways.get(&from), self.ways.get(&to)) else {
                continue;
            };
            sheet.relation(
                vec![
                    (MemberKind::Way, from, "from"),
                    (MemberKind::Node, self.crossings[place], "via"),
                    (MemberKind::Way, to, "to"),
                ],
                tags([("type", "restriction"), ("restriction", kind)]),
            );
        }
    }
}

/// On the paper: a place at some depth into a dead end.
pub fn close_point(close: &Close, depth: f64) -> (f64, f64) {
    let (u, v) = middle_of(close.axis, close.column, close.row);
    let depth = if close.left { depth } else { -depth };
    match close.axis {
        Axis::East => (u, v + depth),
        Axis::North => (u - depth, v),
    }
}

fn middle_of(axis: Axis, column: usize, row: usize) -> (f64, f64) {
    match axis {
        Axis::East => (column as f64 + 0.5, row as f64),
        Axis::North => (column as f64, row as f64 + 0.5),
    }
}

/// The angle at which a line leaves a crossing, counter-clockwise from east.
fn leg_angle(bend: &Bend, column: usize, row: usize, leg: Leg) -> f64 {
    let (u, v) = (column as f64, row as f64);
    let (du, dv) = leg.step();
    let (x, y) = bend.metres(u, v);
    let (to_x, to_y) = bend.metres(u + du * 0.3, v + dv * 0.3);
    (to_y - y).atan2(to_x - x)
}

/// Four streets meet here.
fn is_full_crossing(plan: &Plan, column: usize, row: usize) -> bool {
    column > 0
        && row > 0
        && plan.edge(Axis::East, column, row).exists()
        && plan.edge(Axis::North, column, row).exists()
        && plan.edge(Axis::East, column - 1, row).exists()
        && plan.edge(Axis::North, column, row - 1).exists()
}

/// A fifth of the crossings of middling streets, and always one if there is such a crossing.
fn choose_roundabouts(plan: &Plan) -> HashSet<usize> {
    let middling = |rank: Rank| matches!(rank, Rank::Tertiary | Rank::Secondary);
    let mut candidates = Vec::new();
    for row in (0..plan.rows).filter(|&row| middling(plan.rank(Axis::East, row))) {
        for column in (0..plan.columns).filter(|&column| middling(plan.rank(Axis::North, column))) {
            let beside_river = row == plan.river_row || row == plan.river_row + 1;
            if is_full_crossing(plan, column, row) && !beside_river {
                let place = plan.index(column, row);
                candidates.push((plan.dice.roll(Purpose::Roundabout, place as i64, 0), place));
            }
        }
    }
    candidates.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let chosen = candidates.iter().enumerate();
    chosen.filter(|(number, (roll, _))| *number == 0 || *roll < 0.2).map(|(_, c)| c.1).collect()
}

/// The middle of the town and a third of the other crossings with signals.
fn choose_restricted(plan: &Plan, roundabouts: &HashSet<usize>) -> HashSet<usize> {
    let main = |rank: Rank| rank >= Rank::Secondary;
    let middle = plan.index(plan.columns / 2, plan.rows / 2);
    let mut chosen = HashSet::new();
    for row in (0..plan.rows).filter(|&row| main(plan.rank(Axis::East, row))) {
        for column in (0..plan.columns).filter(|&column| main(plan.rank(Axis::North, column))) {
            let place = plan.index(column, row);
            let lucky = plan.dice.roll(Purpose::Restriction, place as i64, 0) < 0.35;
            if (lucky || place == middle)
                && is_full_crossing(plan, column, row)
                && !roundabouts.contains(&place)
            {
                chosen.insert(place);
            }
        }
    }
    chosen
}
