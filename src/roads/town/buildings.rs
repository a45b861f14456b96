//! Houses along the streets, with numbers that climb (odd on the left, even on the right) and an
//! entrance that looks at the street; businesses in some of them.

use super::bend::Bend;
use super::dice::Purpose;
use super::drawing::{Drawing, tags};
use super::names::NameBook;
use super::plan::{Axis, BlockUse, Close, CloseKind, Edge, Plan};
use super::streets::close_point;
use crate::roads::osm::Tags;
use std::collections::{HashMap, HashSet};

/// Houses keep this far from the crossings and from a dead end, and their middles this far apart.
const CROSSING_CLEAR_M: f64 = 27.0;
const CLOSE_CLEAR_M: f64 = 20.0;
const LOT_M: f64 = 13.0;

/// A house to be drawn: the middle of its front on the ground, the direction along the street and the
/// one away from it (unit vectors), and its sides.
struct House {
    front: (f64, f64),
    along: (f64, f64),
    away: (f64, f64),
    width_m: f64,
    depth_m: f64,
}

/// About three houses per crossing; large towns get fewer, or their files would be houses only.
fn house_share(plan: &Plan) -> f64 {
    let crossings = (plan.columns * plan.rows) as f64;
    let wanted = (crossings * 3.0).min(crossings + 60_000.0);
    (wanted / (crossings * 6.5)).min(1.0)
}

/// Draws all of them. `close_names` belongs to `plan.closes`.
pub fn draw(plan: &Plan, bend: &Bend, close_names: &[String], sheet: &mut Drawing) {
    let share = house_share(plan);
    let with_close: HashSet<(Axis, usize, usize, bool)> =
        plan.closes.iter().map(|close| (close.axis, close.column, close.row, close.left)).collect();
    let mut next_numbers: HashMap<u32, [u32; 2]> = HashMap::new();
    for (axis, column, row, edge) in plan.list_edges() {
        let Some(street) = plan.street(edge) else { continue };
        if edge.bridge {
            continue;
        }
        let numbers = next_numbers.entry(edge.street).or_insert([1, 2]);
        for left in [true, false] {
            let built_up = plan
                .square_beside(axis, column, row, left)
                .filter(|&square| plan.is_built_up(square));
            let Some(square) = built_up else { continue };
            let industry = plan.block_at(square.0, square.1).used_for == BlockUse::Industry;
            let beside_close = with_close.contains(&(axis, column, row, left));
            for lot in lots(edge_len_m(bend, axis, column, row), beside_close, industry) {
                let number = &mut numbers[usize::from(!left)];
                let housenumber = number.to_string();
                *number += 2;
                let place = place_number(plan, axis, column, row, left, lot);
                if plan.dice.roll(Purpose::Lot, place, 0) >= share {
                    continue;
                }
                let house = house_at(plan, bend, (axis, column, row, edge), left, lot, industry);
                draw_house(plan, bend, &house, &street.name, &housenumber, place, sheet);
            }
        }
    }
    for (number, (close, name)) in plan.closes.iter().zip(close_names).enumerate() {
        if close.kind == CloseKind::Named {
            draw_close_houses(plan, bend, close, name, number as i64, sheet);
        }
    }
}

fn edge_len_m(bend: &Bend, axis: Axis, column: usize, row: usize) -> f64 {
    let (u, v) = (column as f64, row as f64);
    let (step_u, step_v) = if axis == Axis::East { (1.0, 0.0) } else { (0.0, 1.0) };
    let (from, to) = (bend.metres(u, v), bend.metres(u + step_u, v + step_v));
    (to.0 - from.0).hypot(to.1 - from.1)
}

/// Where houses stand on one side of an edge, as shares of its length.
fn lots(len_m: f64, beside_close: bool, industry: bool) -> Vec<f64> {
    if industry {
        return if beside_close || len_m < 80.0 { Vec::new() } else { vec![0.5] };
    }
    let room_m = len_m - 2.0 * CROSSING_CLEAR_M;
    if room_m < 0.0 {
        return Vec::new();
    }
    let gaps = (room_m / LOT_M).floor();
    let start_m = CROSSING_CLEAR_M + (room_m - gaps * LOT_M) / 2.0;
    (0..=gaps as u32)
        .map(|gap| start_m + f64::from(gap) * LOT_M)
        .filter(|at_m| !beside_close || (at_m - len_m / 2.0).abs() >= CLOSE_CLEAR_M)
        .map(|at_m| at_m / len_m)
        .collect()
}

fn place_number(plan: &Plan, axis: Axis, column: usize, row: usize, left: bool, lot: f64) -> i64 {
    let edge =
        plan.index(column, row) as i64 * 4 + i64::from(axis == Axis::North) * 2 + i64::from(left);
    edge * 100 + (lot * 100.0) as i64
}

fn house_at(
    plan: &Plan,
    bend: &Bend,
    (axis, column, row, _): (Axis, usize, usize, Edge),
    left: bool,
    lot: f64,
    industry: bool,
) -> House {
    let (u, v) = (column as f64, row as f64);
    let at = |along: f64| match axis {
        Axis::East => bend.metres(u + along, v),
        Axis::North => bend.metres(u, v + along),
    };
    let (back, here, ahead) = (at(lot - 0.05), at(lot), at(lot + 0.05));
    let along = unit((ahead.0 - back.0, ahead.1 - back.1));
    let away = if left { (-along.1, along.0) } else { (along.1, -along.0) };
    let place = place_number(plan, axis, column, row, left, lot);
    let (width_roll, depth_roll) =
        (plan.dice.roll(Purpose::House, place, 0), plan.dice.roll(Purpose::HouseDepth, place, 0));
    let set_back_m = 6.0 + 1.5 * plan.dice.roll(Purpose::House, place, 1);
    let (width_m, depth_m) = if industry {
        (20.0 + 8.0 * width_roll, 12.0 + 4.0 * depth_roll)
    } else {
        (7.5 + 2.5 * width_roll, 7.0 + 3.0 * depth_roll)
    };
    let front = (here.0 + away.0 * set_back_m, here.1 + away.1 * set_back_m);
    House { front, along, away, width_m, depth_m }
}

/// Two houses near the end of a dead end, one on each side.
fn draw_close_houses(
    plan: &Plan,
    bend: &Bend,
    close: &Close,
    name: &str,
    number: i64,
    sheet: &mut Drawing,
) {
    let metres = |depth: f64| {
        let (u, v) = close_point(close, depth);
        bend.metres(u, v)
    };
    let (back, here, ahead) = (metres(0.25), metres(0.31), metres(0.37));
    let along = unit((ahead.0 - back.0, ahead.1 - back.1));
    for (left, housenumber) in [(true, "1"), (false, "2")] {
        let away = if left { (-along.1, along.0) } else { (along.1, -along.0) };
        let front = (here.0 + away.0 * 6.0, here.1 + away.1 * 6.0);
        let house = House { front, along, away, width_m: 8.0, depth_m: 7.0 };
        let place = -1 - (number * 2 + i64::from(left));
        draw_house(plan, bend, &house, name, housenumber, place, sheet);
    }
}

/// Corners, entrance and address. One in eight has the address at the entrance only, as real data has.
fn draw_house(
    plan: &Plan,
    bend: &Bend,
    house: &House,
    street: &str,
    housenumber: &str,
    place: i64,
    sheet: &mut Drawing,
) {
    let bits = plan.dice.bits(Purpose::Shade, place, 0);
    let address = tags([("addr:housenumber", housenumber), ("addr:street", street)]);
    let at_entrance = bits.is_multiple_of(8);
    let corner = |across: f64, deep: f64| {
        bend.earth(
            house.front.0 + house.along.0 * across + house.away.0 * deep,
            house.front.1 + house.along.1 * across + house.away.1 * deep,
        )
    };
    let half = house.width_m / 2.0;
    let mut entrance_tags = tags([("entrance", "yes")]);
    if at_entrance {
        entrance_tags.extend(address.iter().cloned());
    }
    let nodes = [
        sheet.node(corner(-half, 0.0), Tags::new()),
        sheet.node(corner(0.0, 0.0), entrance_tags),
        sheet.node(corner(half, 0.0), Tags::new()),
        sheet.node(corner(half, house.depth_m), Tags::new()),
        sheet.node(corner(-half, house.depth_m), Tags::new()),
    ];
    let mut ring = nodes.to_vec();
    ring.push(nodes[0]);
    let mut house_tags = tags([("building", "yes")]);
    if !at_entrance {
        house_tags.extend(address.iter().cloned());
    }
    sheet.way(ring, house_tags);
    if (bits >> 8).is_multiple_of(20) {
        let (name, key, value) = NameBook::business(bits >> 16);
        let mut business_tags = tags([("name", &name), (key, value)]);
        business_tags.extend(address);
        sheet.node(corner(half * 0.4, house.depth_m * 0.4), business_tags);
    }
}

fn unit((x, y): (f64, f64)) -> (f64, f64) {
    let len = x.hypot(y).max(f64::MIN_POSITIVE);
    (x / len, y / len)
}
