//! The town is laid out on squared paper and then bent into shape: rounded, widened at the river,
//! pulled about by smooth hills. Whatever does not cross on paper does not cross on the ground,
//! because each step keeps the plane in one piece.

use super::dice::{Dice, Purpose, smooth};
use crate::units::{Point, geo::EARTH_RADIUS_M};

/// Side of one square of the paper, in metres, before bending.
pub const BLOCK_M: f64 = 92.0;

/// How much the river pushes its banks apart, in blocks.
const RIVER_GAP_BLOCKS: f64 = 0.8;

/// How far the squared paper is drawn into a disc: 0 leaves it square, 1 makes its rim a circle.
const ROUNDING: f64 = 0.6;

/// From paper to metres to the earth.
#[derive(Debug, Clone)]
pub struct Bend {
    half_columns: f64,
    half_rows: f64,
    /// The river flows between this row and the next.
    river_row: f64,
    dice: Dice,
    centre: Point,
}

impl Bend {
    pub fn new(columns: usize, rows: usize, river_row: usize, dice: Dice, centre: Point) -> Self {
        Self {
            half_columns: (columns - 1) as f64 / 2.0,
            half_rows: (rows - 1) as f64 / 2.0,
            river_row: river_row as f64,
            dice,
            centre,
        }
    }

    /// Metres east and north of the centre for a place on the paper (column, row).
    pub fn metres(&self, u: f64, v: f64) -> (f64, f64) {
        let side = self.half_columns.max(self.half_rows);
        let gap = RIVER_GAP_BLOCKS * (smooth(v - self.river_row) - 0.5);
        let (across, up) = (u - self.half_columns, v - self.half_rows + gap);
        let shrunk = |along: f64| (1.0 + ROUNDING * (along * along).min(2.0)).sqrt();
        let (across, up) =
            (across / shrunk(up / self.half_rows), up / shrunk(across / self.half_columns));
        // Blocks are smaller in the middle of the town.
        let spread = 0.86 + 0.14 * (across.hypot(up) / side).min(2.0);
        let (x, y) = (across * spread, up * spread);
        // A map whose displacement changes by less than it moves has no fold. Hills rise by at most 3
        // per unit in each direction, so both displacements together change by at most
        // 6 * (3 / 60 + 0.7 / 16 + 0.08 / 2), which is 0.8.
        let pull = |layer: i64| {
            3.0 * self.dice.hills(Purpose::Meander, layer, x / 60.0, y / 60.0)
                + 0.7 * self.dice.hills(Purpose::Wander, layer, x / 16.0, y / 16.0)
                + 0.08 * self.dice.hills(Purpose::Jitter, layer, x / 2.0, y / 2.0)
        };
        ((x + pull(0)) * BLOCK_M, (y + pull(1)) * BLOCK_M)
    }

    /// On the earth.
    pub fn point(&self, u: f64, v: f64) -> Point {
        let (east_m, north_m) = self.metres(u, v);
        self.earth(east_m, north_m)
    }

    /// The same, for a pair.
    pub fn point_of(&self, (u, v): (f64, f64)) -> Point {
        self.point(u, v)
    }

    /// Metres east and north of the centre, on the earth.
    pub fn earth(&self, east_m: f64, north_m: f64) -> Point {
        let metres_per_degree = EARTH_RADIUS_M.to_radians();
        let shrink = self.centre.lat.to_radians().cos().max(0.05);
        Point {
            lat: (self.centre.lat + north_m / metres_per_degree).clamp(-90.0, 90.0),
            lon: (self.centre.lon + east_m / metres_per_degree / shrink).clamp(-180.0, 180.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_square_of_the_paper_is_turned_over_by_bending() {
        let centre = Point { lat: 45.0, lon: -20.0 };
        for (columns, rows) in [(7, 7), (30, 31), (150, 140)] {
            for seed in 0..3 {
                let bend = Bend::new(columns, rows, rows / 3, Dice::new(seed), centre);
                for step_u in -20..(columns as i32 + 8) * 2 {
                    for step_v in -20..(rows as i32 + 8) * 2 {
                        let (u, v) = (f64::from(step_u) * 0.5, f64::from(step_v) * 0.5);
                        let (x, y) = bend.metres(u, v);
                        let (east_x, east_y) = bend.metres(u + 0.5, v);
                        let (north_x, north_y) = bend.metres(u, v + 0.5);
                        let area = (east_x - x) * (north_y - y) - (east_y - y) * (north_x - x);
                        assert!(area > 0.0, "{columns}x{rows} seed {seed} folds at {u}, {v}");
                    }
                }
            }
        }
    }
}
