//! What is the matter on the streets just now: closed streets, jams, slow zones. Each has an extent on the map,
//! an effect, and a time from and until which it holds.

use crate::roads::graph::Streets;
use crate::roads::snap::SnapGrid;
use crate::units::{BoundingBox, Point};
use serde::{Deserialize, Serialize};

/// A change of the streets for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub extent: Extent,
    pub effect: Effect,
    /// UTC seconds since 1970; without it, from ever.
    pub from_s: Option<i64>,
    /// Without it, until it is taken away.
    pub until_s: Option<i64>,
}

/// Where a change holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Extent {
    /// Streets that lie in a polygon, at least with their middle; its corners in order.
    Area { corners: Vec<Point> },
    /// The piece of street, from junction to junction, nearest to a point.
    Street { at: Point, heading: Heading },
    /// All pieces of an OpenStreetMap way.
    Way { way: i64, heading: Heading },
}

/// Which direction of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    #[default]
    Both,
    /// In the order in which the way is drawn.
    Along,
    Against,
}

/// What a change does to the speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Effect {
    /// Nobody drives through; who stands on it may leave.
    Closed,
    /// What is left of the speed, 0.01 to 2.
    Factor { factor: f32 },
    /// Nobody is faster, 1 to 200 km/h.
    Limit { kmh: f32 },
}

/// Why a change cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChangeError {
    #[error("an area has 3 to {max} corners, this one {found}", max = Change::CORNERS_MAX)]
    Corners { found: usize },
    #[error("a factor is 0.01 to 2, this one {found}")]
    Factor { found: f32 },
    #[error("a limit is 1 to 200 km/h, this one {found}")]
    Limit { found: f32 },
    #[error("it ends before it begins")]
    Reversed,
    #[error("no street lies there")]
    NoStreet,
}

impl Change {
    pub const CORNERS_MAX: usize = 1_000;

    /// # Errors
    /// What is wrong with it, before any map is looked at.
    pub fn check(&self) -> Result<(), ChangeError> {
        if let Extent::Area { corners } = &self.extent
            && !(3..=Self::CORNERS_MAX).contains(&corners.len())
        {
            return Err(ChangeError::Corners { found: corners.len() });
        }
        match self.effect {
            Effect::Factor { factor } if !(0.01..=2.0).contains(&factor) => {
                return Err(ChangeError::Factor { found: factor });
            }
            Effect::Limit { kmh } if !(1.0..=200.0).contains(&kmh) => {
                return Err(ChangeError::Limit { found: kmh });
            }
            _ => {}
        }
        if let (Some(from_s), Some(until_s)) = (self.from_s, self.until_s)
            && until_s <= from_s
        {
            return Err(ChangeError::Reversed);
        }
        Ok(())
    }
}

/// A change with the edges it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedChange {
    pub(super) edges: Vec<u32>,
    effect: Effect,
    from_s: Option<i64>,
    until_s: Option<i64>,
}

impl LocatedChange {
    /// # Errors
    /// The change cannot be, or no street of the map is concerned.
    pub(in crate::roads) fn of(
        change: &Change,
        streets: &Streets,
        grid: &SnapGrid,
    ) -> Result<Self, ChangeError> {
        change.check()?;
        let is_headed = |edge: u32, heading: Heading| match heading {
            Heading::Both => true,
            Heading::Along => !streets.edges()[edge as usize].is_against(),
            Heading::Against => streets.edges()[edge as usize].is_against(),
        };
        let all = || 0..streets.edges().len() as u32;
        let edges: Vec<u32> = match &change.extent {
            Extent::Area { corners } => {
                let Some(around) = BoundingBox::around(corners.iter().copied()) else {
                    return Err(ChangeError::Corners { found: 0 });
                };
                let is_inside = |edge: &u32| {
                    let points = streets.points_of(*edge);
                    let middle = points[points.len() / 2].point();
                    let before = points[points.len() / 2 - 1].point();
                    let middle = if points.len() == 2 { between(before, middle) } else { middle };
                    around.contains(middle) && lies_in(middle, corners)
                };
                all().filter(is_inside).collect()
            }
            Extent::Street { at, heading } => {
                let snap = grid.snap(streets, *at).map_err(|_| ChangeError::NoStreet)?;
                let both = [Some(snap.edge), snap.reverse_edge];
                both.into_iter().flatten().filter(|edge| is_headed(*edge, *heading)).collect()
            }
            Extent::Way { way, heading } => all()
                .filter(|edge| {
                    streets.edges()[*edge as usize].way == *way && is_headed(*edge, *heading)
                })
                .collect(),
        };
        if edges.is_empty() {
            return Err(ChangeError::NoStreet);
        }
        let (effect, from_s, until_s) = (change.effect, change.from_s, change.until_s);
        Ok(Self { edges, effect, from_s, until_s })
    }

    fn holds_at(&self, at_s: i64) -> bool {
        self.from_s.is_none_or(|from_s| from_s <= at_s)
            && self.until_s.is_none_or(|until_s| at_s < until_s)
    }
}

/// All changes of a map.
#[derive(Debug, Clone, Default)]
pub struct Changes(pub(in crate::roads) Vec<LocatedChange>);

impl Changes {
    /// Those that hold at a time, by number, ascending.
    pub(in crate::roads) fn holding_at(&self, at_s: i64) -> Vec<u32> {
        (0..)
            .zip(&self.0)
            .filter(|(_, change)| change.holds_at(at_s))
            .map(|(number, _)| number)
            .collect()
    }

    /// Since when those that hold at a time have held, all of them and no others; `None` is from ever.
    pub(in crate::roads) fn holding_since(&self, at_s: i64) -> Option<i64> {
        let turns = self.0.iter().flat_map(|change| [change.from_s, change.until_s]);
        turns.flatten().filter(|turn_s| *turn_s <= at_s).max()
    }

    /// Some of them laid over speeds: `apply` is told each edge with the effect on it.
    pub(in crate::roads) fn lay(&self, holding: &[u32], mut apply: impl FnMut(u32, Effect)) {
        for number in holding {
            let change = &self.0[*number as usize];
            for edge in &change.edges {
                apply(*edge, change.effect);
            }
        }
    }
}

fn between(a: Point, b: Point) -> Point {
    Point { lat: f64::midpoint(a.lat, b.lat), lon: f64::midpoint(a.lon, b.lon) }
}

/// Whether a ray to the east crosses the border an odd number of times.
fn lies_in(at: Point, corners: &[Point]) -> bool {
    let mut is_inside = false;
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let crosses = (a.lat > at.lat) != (b.lat > at.lat);
        if crosses && at.lon < a.lon + (b.lon - a.lon) * (at.lat - a.lat) / (b.lat - a.lat) {
            is_inside = !is_inside;
        }
    }
    is_inside
}
