//! What lies around the town: roads to elsewhere with a hamlet at their end, and for larger towns a
//! bypass of two carriageways with interchanges.

use super::bend::Bend;
use super::drawing::{Drawing, tags};
use super::names::{NameBook, Named};
use super::plan::{Axis, Plan, Rank};
use super::streets::{Leg, Streets};
use crate::roads::osm::Tags;
use std::collections::HashMap;

/// From the rim, in blocks: where the ramps of the inner carriageway meet a road out of town, the
/// carriageways, the ramps of the outer one, the end of the road.
const INNER_RAMPS: f64 = 2.0;
const INNER_CARRIAGEWAY: f64 = 3.0;
const OUTER_CARRIAGEWAY: f64 = 3.35;
const OUTER_RAMPS: f64 = 4.5;
const ROAD_END: f64 = 8.0;

/// Towns narrower than this have no bypass; from the second on it is a motorway.
const BYPASS_FROM_COLUMNS: usize = 24;
const MOTORWAY_FROM_COLUMNS: usize = 120;

/// A side of the paper, clockwise from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Side {
    North,
    East,
    South,
    West,
}

const SIDES: [Side; 4] = [Side::North, Side::East, Side::South, Side::West];

impl Side {
    /// Where a line of this side is at a distance from the rim.
    fn place(self, plan: &Plan, line: usize, out: f64) -> (f64, f64) {
        let (last_column, last_row) = ((plan.columns - 1) as f64, (plan.rows - 1) as f64);
        match self {
            Self::North => (line as f64, last_row + out),
            Self::East => (last_column + out, line as f64),
            Self::South => (line as f64, -out),
            Self::West => (-out, line as f64),
        }
    }

    fn rim(self, plan: &Plan, line: usize) -> (usize, usize, Leg) {
        match self {
            Self::North => (line, plan.rows - 1, Leg::North),
            Self::East => (plan.columns - 1, line, Leg::East),
            Self::South => (line, 0, Leg::South),
            Self::West => (0, line, Leg::West),
        }
    }

    fn axis(self) -> Axis {
        if matches!(self, Self::North | Self::South) { Axis::North } else { Axis::East }
    }

    fn line_count(self, plan: &Plan) -> usize {
        if self.axis() == Axis::North { plan.columns } else { plan.rows }
    }

    /// Lines in clockwise order go up on these sides.
    fn goes_up(self) -> bool {
        matches!(self, Self::North | Self::West)
    }
}

/// A place along a carriageway, clockwise.
struct Station {
    place: (f64, f64),
    /// The line of the paper it continues; none in the corners.
    line: Option<(Side, usize)>,
    /// The stretch to the next station crosses the river.
    over_river: bool,
}

/// Draws all of it. Places of hamlets, on the paper, are returned.
pub fn draw(
    plan: &Plan,
    bend: &Bend,
    streets: &mut Streets<'_>,
    names: &mut NameBook,
    sheet: &mut Drawing,
) -> Vec<(f64, f64)> {
    let with_bypass = plan.columns.min(plan.rows) >= BYPASS_FROM_COLUMNS;
    let exits = choose_exits(plan);
    let mut ends = Vec::new();
    let mut ramp_nodes = HashMap::new();
    for &(side, line) in &exits {
        let (column, row, leg) = side.rim(plan, line);
        let start = streets.end(column, row, leg, sheet);
        let name = names.next(Named::Arterial);
        let road = |sheet: &mut Drawing, nodes: Vec<i64>, bridge: bool| {
            let mut road_tags = tags([("highway", "primary"), ("name", &name), ("maxspeed", "80")]);
            if bridge {
                road_tags.extend(tags([("bridge", "yes"), ("layer", "1")]));
            }
            sheet.way(nodes, road_tags);
        };
        let at = |sheet: &mut Drawing, out: f64| {
            sheet.node(bend.point_of(side.place(plan, line, out)), Tags::new())
        };
        let after_bypass = if with_bypass {
            let (inner, outer) = (at(sheet, INNER_RAMPS), at(sheet, OUTER_RAMPS));
            ramp_nodes.insert((side, line), (inner, outer));
            let half_way = at(sheet, INNER_RAMPS / 2.0);
            road(sheet, vec![start, half_way, inner], false);
            let over = at(sheet, f64::midpoint(INNER_CARRIAGEWAY, OUTER_CARRIAGEWAY));
            road(sheet, vec![inner, over, outer], true);
            outer
        } else {
            start
        };
        let half_way = at(sheet, f64::midpoint(OUTER_RAMPS, ROAD_END));
        let end = at(sheet, ROAD_END);
        road(sheet, vec![after_bypass, half_way, end], false);
        ends.push(side.place(plan, line, ROAD_END));
    }
    if with_bypass {
        draw_bypass(plan, bend, &exits, &ramp_nodes, names, sheet);
    }
    ends
}

/// The middle line of each side; in large towns every primary one.
fn choose_exits(plan: &Plan) -> Vec<(Side, usize)> {
    let mut exits = Vec::new();
    for side in SIDES {
        let lines = side.line_count(plan);
        for line in 2..lines - 2 {
            let primary = plan.rank(side.axis(), line) == Rank::Primary;
            if line == lines / 2 || primary && lines >= MOTORWAY_FROM_COLUMNS {
                exits.push((side, line));
            }
        }
    }
    exits
}

fn draw_bypass(
    plan: &Plan,
    bend: &Bend,
    exits: &[(Side, usize)],
    ramp_nodes: &HashMap<(Side, usize), (i64, i64)>,
    names: &mut NameBook,
    sheet: &mut Drawing,
) {
    let motorway = plan.columns >= MOTORWAY_FROM_COLUMNS;
    let (highway, link) =
        if motorway { ("motorway", "motorway_link") } else { ("trunk", "trunk_link") };
    let name = names.next(Named::Arterial);
    let main_tags = tags([
        ("highway", highway),
        ("name", &name),
        ("ref", if motorway { "M1" } else { "T1" }),
        ("oneway", "yes"),
        ("lanes", "2"),
        ("maxspeed", if motorway { "110" } else { "90" }),
    ]);

    // Keeping right, the outer carriageway runs counter-clockwise.
    let inner = stations(plan, INNER_CARRIAGEWAY);
    let mut outer = stations(plan, OUTER_CARRIAGEWAY);
    outer.reverse();
    let crossings: Vec<bool> = outer.iter().map(|station| station.over_river).collect();
    for (number, station) in outer.iter_mut().enumerate() {
        station.over_river = crossings[(number + 1) % crossings.len()];
    }
    let inner_nodes = draw_carriageway(bend, &inner, &main_tags, sheet);
    let outer_nodes = draw_carriageway(bend, &outer, &main_tags, sheet);

    for &(side, line) in exits {
        let Some(&(inner_end, outer_end)) = ramp_nodes.get(&(side, line)) else { continue };
        let (before, after) =
            if side.goes_up() { (line - 1, line + 1) } else { (line + 1, line - 1) };
        let ramps = [
            [inner_nodes[&(side, before)], inner_end],
            [inner_end, inner_nodes[&(side, after)]],
            [outer_nodes[&(side, after)], outer_end],
            [outer_end, outer_nodes[&(side, before)]],
        ];
        for ramp in ramps {
            sheet.way(ramp.to_vec(), tags([("highway", link), ("oneway", "yes")]));
        }
    }
}

/// Once around the town, clockwise, with rounded corners.
fn stations(plan: &Plan, out: f64) -> Vec<Station> {
    let mut stations = Vec::new();
    for side in SIDES {
        let lines = side.line_count(plan);
        let in_order: Vec<usize> =
            if side.goes_up() { (0..lines).collect() } else { (0..lines).rev().collect() };
        for &line in &in_order {
            let next = if side.goes_up() { line } else { line.wrapping_sub(1) };
            let over_river = side.axis() == Axis::East && next == plan.river_row;
            let place = side.place(plan, line, out);
            stations.push(Station { place, line: Some((side, line)), over_river });
        }
        // From the end of this side to the start of the next one around the corner of the paper.
        let (last_column, last_row) = ((plan.columns - 1) as f64, (plan.rows - 1) as f64);
        let (corner, first_quarter) = match side {
            Side::North => ((last_column, last_row), 1.0),
            Side::East => ((last_column, 0.0), 0.0),
            Side::South => ((0.0, 0.0), 3.0),
            Side::West => ((0.0, last_row), 2.0),
        };
        for third in [1.0, 2.0] {
            let angle = (first_quarter - third / 3.0) * std::f64::consts::FRAC_PI_2;
            let place = (corner.0 + out * angle.cos(), corner.1 + out * angle.sin());
            stations.push(Station { place, line: None, over_river: false });
        }
    }
    stations
}

fn draw_carriageway(
    bend: &Bend,
    stations: &[Station],
    main_tags: &Tags,
    sheet: &mut Drawing,
) -> HashMap<(Side, usize), i64> {
    let nodes: Vec<i64> = stations
        .iter()
        .map(|station| sheet.node(bend.point_of(station.place), Tags::new()))
        .collect();
    let mut current = Vec::new();
    for (number, station) in stations.iter().enumerate() {
        let next = nodes[(number + 1) % nodes.len()];
        current.push(nodes[number]);
        if station.over_river {
            if current.len() > 1 {
                sheet.way(std::mem::take(&mut current), main_tags.clone());
            }
            current.clear();
            let mut bridge_tags = main_tags.clone();
            bridge_tags.extend(tags([("bridge", "yes"), ("layer", "1")]));
            sheet.way(vec![nodes[number], next], bridge_tags);
        } else if current.len() > 30 || number + 1 == nodes.len() {
            current.push(next);
            sheet.way(std::mem::take(&mut current), main_tags.clone());
        }
    }
    let lines = stations.iter().zip(&nodes);
    lines.filter_map(|(station, &node)| station.line.map(|line| (line, node))).collect()
}
