//! Chance without a sequence: every number depends on the seed, a purpose and a place alone, so the
//! order in which the town is drawn changes nothing.
//!
//! The mixing function is SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).

/// A seed to ask with.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
}

/// What a number is for; two purposes at the same place get numbers that know nothing of each other.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Purpose {
    Jitter = 1,
    Wander,
    Meander,
    Block,
    Gap,
    StreetKind,
    OneWay,
    Speed,
    Roundabout,
    Restriction,
    Close,
    Lot,
    House,
    HouseDepth,
    Shade,
    Name,
    Yard,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self { seed: mix(seed ^ 0x5851_f42d_4c95_7f2d) }
    }

    /// 64 bits for a purpose at a place.
    pub fn bits(self, purpose: Purpose, a: i64, b: i64) -> u64 {
        mix(mix(mix(self.seed ^ purpose as u64) ^ a as u64) ^ b as u64)
    }

    /// From 0 up to but not 1.
    pub fn roll(self, purpose: Purpose, a: i64, b: i64) -> f64 {
        (self.bits(purpose, a, b) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 up to but not `limit`, which must not be 0.
    pub fn below(self, purpose: Purpose, a: i64, b: i64, limit: usize) -> usize {
        (self.bits(purpose, a, b) % limit as u64) as usize
    }

    /// A smooth hilly surface over the plane from -1 to 1; it rises by at most 3 per unit
    /// in each of the two directions.
    pub fn hills(self, purpose: Purpose, layer: i64, x: f64, y: f64) -> f64 {
        let (column, row) = (x.floor(), y.floor());
        let (across, up) = (smooth(x - column), smooth(y - row));
        let corner = |right: i64, above: i64| {
            let place = (column as i64 + right) << 32 ^ (row as i64 + above) & 0xffff_ffff;
            self.roll(purpose, place, layer) * 2.0 - 1.0
        };
        let below = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * across;
        let above = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * across;
        below + (above - below) * up
    }
}

/// From 0 to 1 with level ends.
pub fn smooth(x: f64) -> f64 {
    let x = x.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_fill_their_range_evenly() {
        let dice = Dice::new(1);
        let mut tenths = [0_u32; 10];
        for i in 0..10_000 {
            tenths[(dice.roll(Purpose::Lot, i, -i) * 10.0) as usize] += 1;
        }
        assert!(tenths.iter().all(|&n| (850..1150).contains(&n)), "{tenths:?}");
    }

    #[test]
    fn hills_have_no_step() {
        let dice = Dice::new(2);
        for i in -500..500 {
            let x = f64::from(i) * 0.01;
            let here = dice.hills(Purpose::Wander, 0, x, 0.37);
            let there = dice.hills(Purpose::Wander, 0, x + 0.01, 0.37);
            assert!((here - there).abs() <= 0.031, "at {x}");
        }
    }
}
