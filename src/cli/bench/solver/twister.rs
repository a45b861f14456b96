//! The Mersenne Twister (Matsumoto and Nishimura 1998, doi 10.1145/272991.272995), rolled as Python's `random` module
//! rolls it: days that were made up there come out the same here, so figures of other solvers on them can be compared.

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// Dice with Python's sequence for a seed.
#[derive(Debug)]
pub struct Twister {
    state: Vec<u32>,
    next: usize,
    /// Normal deviates come in pairs.
    spare: Option<f64>,
}

impl Twister {
    /// As `random.Random(seed)`.
    pub fn seeded(seed: u32) -> Self {
        let mut state = vec![19_650_218_u32];
        for at in 1..SIZE {
            let before = state[at - 1];
            state.push(mixed(before).wrapping_mul(1_812_433_253).wrapping_add(at as u32));
        }
        // The seed is a key of one word.
        let mut at = 1;
        for _ in 0..SIZE {
            let mix = mixed(state[at - 1]).wrapping_mul(1_664_525);
            state[at] = (state[at] ^ mix).wrapping_add(seed);
            at = following(at, &mut state);
        }
        for _ in 1..SIZE {
            let mix = mixed(state[at - 1]).wrapping_mul(1_566_083_941);
            state[at] = (state[at] ^ mix).wrapping_sub(at as u32);
            at = following(at, &mut state);
        }
        state[0] = 0x8000_0000;
        Self { state, next: SIZE, spare: None }
    }

    fn word(&mut self) -> u32 {
        if self.next == SIZE {
            for at in 0..SIZE {
                let both =
                    (self.state[at] & 0x8000_0000) | (self.state[(at + 1) % SIZE] & 0x7fff_ffff);
                let odd = if both & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[at] = self.state[(at + MIDDLE) % SIZE] ^ (both >> 1) ^ odd;
            }
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// From 0 to below 1.
    pub fn share(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// From 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let shift = (end as u32).leading_zeros();
        loop {
            let found = (self.word() >> shift) as usize;
            if found < end {
                return found;
            }
        }
    }

    /// One of several.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// Several of them, each once, in a random order. The way for short lists; Python goes another for long ones.
    pub fn sample<T: Clone>(&mut self, from: &[T], count: usize) -> Vec<T> {
        debug_assert!(from.len() <= 21 && count <= 5.min(from.len()));
        let mut pool = from.to_vec();
        (0..count)
            .map(|_| {
                let at = self.below(pool.len());
                pool.swap_remove(at)
            })
            .collect()
    }

    /// Evenly between two values.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// Around 0, as a bell.
    pub fn bell(&mut self, deviation: f64) -> f64 {
        let deviate = self.spare.take().unwrap_or_else(|| {
            let angle = self.share() * std::f64::consts::TAU;
            let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
            self.spare = Some(angle.sin() * radius);
            angle.cos() * radius
        });
        0.0 + deviate * deviation
    }
}

fn mixed(word: u32) -> u32 {
    word ^ (word >> 30)
}

fn following(at: usize, state: &mut [u32]) -> usize {
    if at + 1 < SIZE {
        return at + 1;
    }
    state[0] = state[SIZE - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_fall_as_in_python() {
        // What random.Random(1) gives, in this order.
        let mut dice = Twister::seeded(1);
        let is = |found: f64, python: f64| assert!((found - python).abs() < 1e-15, "{found}");
        is(dice.share(), 0.134_364_244_112_401_22);
        is(dice.share(), 0.847_433_736_937_232_7);
        is(dice.bell(1.0), 0.066_335_808_938_261_91);
        is(dice.bell(1.0), -0.764_543_650_971_631_8);
        assert_eq!(dice.sample(&[0, 1, 2, 3, 4, 5, 6, 7], 3), [7, 6, 3]);
        assert_eq!(dice.below(28), 15);
        is(dice.between(0.95, 1.1), 1.047_738_945_908_414_5);
        assert_eq!([(); 6].map(|()| dice.pick(&[0, 1, 2, 3, 4])), [1, 0, 3, 0, 3, 3]);
    }

    #[test]
    fn the_dice_go_on_after_the_first_words() {
        let mut dice = Twister::seeded(1);
        let last = (0..700).map(|_| dice.share()).last().unwrap();
        assert!((last - 0.243_091_734_092_130_14).abs() < 1e-15, "{last}");
    }
}
