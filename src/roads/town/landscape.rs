//! The river, parks, woods, a lake with an island, and what the blocks are used for.

use super::bend::Bend;
use super::dice::Purpose;
use super::drawing::{Drawing, tags};
use super::names::{NameBook, Named};
use super::plan::{Block, BlockUse, Plan};
use super::streets::Streets;
use crate::roads::osm::{MemberKind, Tags};
use crate::units::Point;

/// How far the river goes on beyond the rim, in blocks, and half its width on the paper.
const RIVER_BEYOND_BLOCKS: f64 = 9.0;
const RIVER_HALF_WIDTH: f64 = 0.2;
const RIVER_SECTION_BLOCKS: f64 = 24.0;

/// Draws all of it.
pub fn draw(
    plan: &Plan,
    bend: &Bend,
    streets: &Streets<'_>,
    names: &mut NameBook,
    sheet: &mut Drawing,
) {
    draw_river(plan, bend, names, sheet);
    for (number, block) in plan.blocks.iter().enumerate() {
        draw_block(plan, bend, streets, block, number, names, sheet);
    }
    draw_lake(plan, bend, names, sheet);
}

fn draw_river(plan: &Plan, bend: &Bend, names: &mut NameBook, sheet: &mut Drawing) {
    let name = format!("River {}", names.next(Named::Place));
    let middle = plan.river_row as f64 + 0.5;
    let (start, end) = (-RIVER_BEYOND_BLOCKS, plan.columns as f64 - 1.0 + RIVER_BEYOND_BLOCKS);
    let mut from = start;
    let mut mouth = None;
    while from < end {
        let to = (from + RIVER_SECTION_BLOCKS).min(end);
        let along = |v: f64| line_between(bend, (from, v), (to, v));
        let mut corners = along(middle - RIVER_HALF_WIDTH);
        corners.extend(along(middle + RIVER_HALF_WIDTH).into_iter().rev());
        sheet.area(corners, tags([("natural", "water"), ("water", "river")]));
        // Sections of the stream share their ends, so it can be followed.
        let stream = along(middle);
        let mut nodes: Vec<i64> = mouth.into_iter().collect();
        let known = nodes.len();
        nodes.extend(stream.into_iter().skip(known).map(|at| sheet.node(at, Tags::new())));
        mouth = nodes.last().copied();
        sheet.way(nodes, tags([("waterway", "river"), ("name", &name)]));
        from = to;
    }
}

fn draw_block(
    plan: &Plan,
    bend: &Bend,
    streets: &Streets<'_>,
    block: &Block,
    number: usize,
    names: &mut NameBook,
    sheet: &mut Drawing,
) {
    match block.used_for {
        BlockUse::Park => {
            let name = names.next(Named::Park);
            let corners = outline(bend, block, 0.13);
            sheet.area(corners, tags([("leisure", "park"), ("name", &name)]));
            draw_paths(bend, streets, block, sheet);
        }
        BlockUse::Wood => {
            let name = names.next(Named::Wood);
            let corners = outline(bend, block, 0.13);
            sheet.area(corners, tags([("natural", "wood"), ("name", &name)]));
            // A yard for the foresters that no street leads to: maps have such pieces.
            if plan.dice.below(Purpose::Yard, number as i64, 0, 3) == 0 {
                draw_yard(bend, block, sheet);
            }
        }
        BlockUse::Housing | BlockUse::Winding | BlockUse::Industry => {
            let use_tag = match block.used_for {
                BlockUse::Industry => "industrial",
                _ => "residential",
            };
            for (south, north) in banks(plan, block) {
                let part = Block { south, north, ..*block };
                sheet.area(outline(bend, &part, 0.05), tags([("landuse", use_tag)]));
            }
        }
    }
}

/// The rows of a block without the river: one part or two.
fn banks(plan: &Plan, block: &Block) -> Vec<(usize, usize)> {
    if !(block.south..block.north).contains(&plan.river_row) {
        return vec![(block.south, block.north)];
    }
    let parts = [(block.south, plan.river_row), (plan.river_row + 1, block.north)];
    parts.into_iter().filter(|(south, north)| south < north).collect()
}

/// Around a block, a little inside its streets.
fn outline(bend: &Bend, block: &Block, inset: f64) -> Vec<Point> {
    let (west, east) = (block.west as f64 + inset, block.east as f64 - inset);
    let (south, north) = (block.south as f64 + inset, block.north as f64 - inset);
    let corners = [(west, south), (east, south), (east, north), (west, north)];
    let mut points = Vec::new();
    for (number, &corner) in corners.iter().enumerate() {
        let mut side = line_between(bend, corner, corners[(number + 1) % 4]);
        side.pop();
        points.extend(side);
    }
    points
}

/// A straight line of the paper, bent: a point for each half block.
fn line_between(bend: &Bend, from: (f64, f64), to: (f64, f64)) -> Vec<Point> {
    let len = (to.0 - from.0).hypot(to.1 - from.1);
    let steps = (len * 2.0).ceil().max(1.0) as usize;
    (0..=steps)
        .map(|step| {
            let share = step as f64 / steps as f64;
            bend.point(from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
        })
        .collect()
}

/// Two footpaths from corner to corner.
fn draw_paths(bend: &Bend, streets: &Streets<'_>, block: &Block, sheet: &mut Drawing) {
    let middle = (
        f64::midpoint(block.west as f64, block.east as f64),
        f64::midpoint(block.south as f64, block.north as f64),
    );
    let hub = sheet.node(bend.point_of(middle), Tags::new());
    let diagonals = [
        ((block.west, block.south), (block.east, block.north)),
        ((block.west, block.north), (block.east, block.south)),
    ];
    for (from, to) in diagonals {
        let ends = (streets.crossing(from.0, from.1), streets.crossing(to.0, to.1));
        if let (Some(from), Some(to)) = ends {
            sheet.way(vec![from, hub, to], tags([("highway", "footway")]));
        }
    }
}

fn draw_yard(bend: &Bend, block: &Block, sheet: &mut Drawing) {
    let v = block.south as f64 + 0.6;
    let from = sheet.node(bend.point(block.west as f64 + 0.6, v), Tags::new());
    let to = sheet.node(bend.point(block.west as f64 + 1.1, v + 0.2), Tags::new());
    sheet.way(vec![from, to], tags([("highway", "service")]));
}

/// In the largest park: a lake as a multipolygon, with an island left out of it.
fn draw_lake(plan: &Plan, bend: &Bend, names: &mut NameBook, sheet: &mut Drawing) {
    let parks = plan.blocks.iter().filter(|block| block.used_for == BlockUse::Park);
    let size = |block: &&Block| (block.east - block.west) * (block.north - block.south);
    let Some(park) = parks.max_by_key(size) else { return };
    let (u, v) = (
        f64::midpoint(park.west as f64, park.east as f64),
        park.south as f64 + (park.north - park.south) as f64 * 0.3,
    );
    let (centre_x, centre_y) = bend.metres(u, v);
    let mut ring = |radius_m: f64, corners: u32| {
        let points: Vec<Point> = (0..corners)
            .map(|corner| {
                let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(corners);
                let (dy, dx) = angle.sin_cos();
                bend.earth(centre_x + dx * radius_m * 1.3, centre_y + dy * radius_m)
            })
            .collect();
        sheet.area(points, Tags::new())
    };
    let (shore, island) = (ring(24.0, 20), ring(6.0, 8));
    let name = format!("{} Lake", names.next(Named::Place));
    sheet.relation(
        vec![(MemberKind::Way, shore, "outer"), (MemberKind::Way, island, "inner")],
        tags([("type", "multipolygon"), ("natural", "water"), ("name", &name)]),
    );
}
