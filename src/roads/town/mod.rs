//! Makes up a believable town as OpenStreetMap data: the tests' small world, and the scale tests' large
//! one. The same seed and size give the same town, bit by bit.
//!
//! `plan` is the town on squared paper as `layout` lays it out, `bend` shapes it, `names` names it; `streets`,
//! `outskirts`, `landscape` and `buildings` draw it on one `drawing`. The work grows with the size and
//! hardly more. The default centre lies in the open Atlantic, so that nobody takes the town for a real
//! one.

mod bend;
mod buildings;
mod dice;
mod drawing;
mod landscape;
mod layout;
mod names;
mod outskirts;
mod plan;
mod streets;

#[cfg(test)]
mod tests;

use crate::roads::osm::{OsmMap, tag};
use crate::units::Point;
use bend::Bend;
use dice::{Dice, Purpose};
use drawing::{Drawing, tags};
use names::{NameBook, Named};
use plan::Plan;
use streets::Streets;

/// The sizes a town can have, in junctions.
pub const SIZES: std::ops::RangeInclusive<usize> = 50..=1_000_000;

/// In the Atlantic, some 800 km from the nearest land.
pub const DEFAULT_CENTRE: Point = Point { lat: 45.0, lon: -20.0 };

/// What town is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TownOptions {
    /// Any number; another one gives another town.
    pub seed: u64,
    /// How many junctions: nodes where streets meet or end. Hit within a tenth, mostly within one
    /// junction. Taken as the nearest of [`SIZES`].
    pub size: usize,
    /// Where the middle of the town is. Near the poles or the antimeridian the town is squeezed.
    pub centre: Point,
}

impl Default for TownOptions {
    fn default() -> Self {
        Self { seed: 7, size: 2_000, centre: DEFAULT_CENTRE }
    }
}

/// Why no town can be made of the wishes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TownError {
    #[error("a town has {} to {} junctions, not {size}", SIZES.start(), SIZES.end())]
    Size { size: usize },
}

impl TownOptions {
    /// Says no to a size that [`generate`] would have to change.
    pub fn check(&self) -> Result<(), TownError> {
        if SIZES.contains(&self.size) { Ok(()) } else { Err(TownError::Size { size: self.size }) }
    }
}

/// Makes the town. Ids count from 1 in each of the three lists.
pub fn generate(options: &TownOptions) -> OsmMap {
    let size = options.size.clamp(*SIZES.start(), *SIZES.end());
    let dice = Dice::new(options.seed);
    let (columns, rows, junctions) = fitting_paper(size, dice, options.centre);
    let mut names = new_names(dice);
    let mut plan = Plan::new(columns, rows, dice, &mut names);
    // Each dead end has two junctions: where it leaves and where it ends.
    plan.add_closes(size.saturating_sub(junctions) / 2);
    draw_town(&plan, &mut names, options.centre).map
}

fn new_names(dice: Dice) -> NameBook {
    NameBook::new(dice.bits(Purpose::Name, 0, 0))
}

fn draw_town(plan: &Plan, names: &mut NameBook, centre: Point) -> Drawing {
    let bend = plan.bend(centre);
    let mut sheet = Drawing::default();
    draw_places(plan, &bend, names, &mut sheet);
    let mut streets = Streets::draw(plan, &bend, names, &mut sheet);
    let hamlets = outskirts::draw(plan, &bend, &mut streets, names, &mut sheet);
    for place in hamlets {
        let name = names.next(Named::Place);
        sheet.node(bend.point_of(place), tags([("place", "hamlet"), ("name", &name)]));
    }
    landscape::draw(plan, &bend, &streets, names, &mut sheet);
    buildings::draw(plan, &bend, &streets.close_names, &mut sheet);
    sheet
}

/// The town itself in its middle, and a suburb between every four secondary streets.
fn draw_places(plan: &Plan, bend: &Bend, names: &mut NameBook, sheet: &mut Drawing) {
    let crossings = plan.columns * plan.rows;
    let kind = match crossings {
        0..400 => "village",
        400..40_000 => "town",
        _ => "city",
    };
    let mut place = |u: f64, v: f64, kind: &str, people: usize| {
        let name = names.next(Named::Place);
        let population = people.to_string();
        let place_tags = tags([("place", kind), ("name", &name), ("population", &population)]);
        sheet.node(bend.point(u, v), place_tags);
    };
    let middle = ((plan.columns / 2) as f64 + 0.3, (plan.rows / 2) as f64 + 0.3);
    place(middle.0, middle.1, kind, crossings * 14);
    if plan.columns < 16 || plan.rows < 16 {
        return;
    }
    let step_u = 2 * plan::main_line_steps(plan.columns).0;
    let step_v = 2 * plan::main_line_steps(plan.rows).0;
    for row in (step_v / 2..plan.rows).step_by(step_v) {
        for column in (step_u / 2..plan.columns).step_by(step_u) {
            place(column as f64 + 0.5, row as f64 + 0.5, "suburb", step_u * step_v * 14);
        }
    }
}

/// The size of paper on which the streets without dead ends have 80 to 96 in a hundred of the junctions
/// wanted, and how many these are. Small steps at the end, because a row more or less counts in a
/// small town.
fn fitting_paper(size: usize, dice: Dice, centre: Point) -> (usize, usize, usize) {
    let mut area = size as f64 * 0.95;
    let mut best: Option<(usize, usize, usize)> = None;
    for _ in 0..10 {
        let columns = (area.sqrt().round() as usize).max(5);
        let rows = ((area / columns as f64).round() as usize).max(5);
        let mut names = new_names(dice);
        let plan = Plan::new(columns, rows, dice, &mut names);
        let junctions = count_junctions(&draw_streets(&plan, &mut names, centre).map);
        let fits_better = best.is_none_or(|(_, _, known)| {
            let miss = |count: usize| (count as f64 / size as f64 - 0.88).abs();
            miss(junctions) < miss(known)
        });
        if fits_better {
            best = Some((columns, rows, junctions));
        }
        let share = junctions as f64 / size as f64;
        if (0.80..=0.96).contains(&share) {
            break;
        }
        area *= (0.88 / share).clamp(0.5, 2.0);
    }
    best.unwrap_or((5, 5, 0))
}

fn draw_streets(plan: &Plan, names: &mut NameBook, centre: Point) -> Drawing {
    let bend = plan.bend(centre);
    let mut sheet = Drawing::default();
    let mut streets = Streets::draw(plan, &bend, names, &mut sheet);
    outskirts::draw(plan, &bend, &mut streets, names, &mut sheet);
    sheet
}

/// Nodes that car streets share or where one ends.
fn count_junctions(map: &OsmMap) -> usize {
    let mut uses = vec![0_u8; map.nodes.len() + 1];
    for way in &map.ways {
        let is_street = tag(&way.tags, "highway").is_some_and(|kind| kind != "footway");
        if is_street {
            for &node in &way.nodes {
                uses[node as usize] = uses[node as usize].saturating_add(1);
            }
            for end in [way.nodes.first(), way.nodes.last()].into_iter().flatten() {
                uses[*end as usize] = uses[*end as usize].saturating_add(1);
            }
        }
    }
    uses.iter().filter(|&&count| count >= 2).count()
}
