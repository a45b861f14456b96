//! What driving costs, in one number.

use bytemuck::{Pod, Zeroable};

/// Tenths of a second in the upper half, tenths of a metre in the lower: adding and comparing costs
/// gives the fastest way and, among equally fast ones, the shortest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct Cost(pub(super) u64);

impl Cost {
    pub const ZERO: Self = Self(0);
    /// No way leads there. More than any way costs, and a few of them can be added without overflow.
    pub const UNREACHED: Self = Self(1 << 61);

    /// No way within one map takes longer, about five days: so many can be added without overflow.
    pub const SENSIBLE_MAX: Self = Self::new(1 << 22, u32::MAX);

    pub const fn new(duration_ds: u32, length_dm: u32) -> Self {
        Self((duration_ds as u64) << 32 | length_dm as u64)
    }

    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// What is left of a piece behind a place on it.
    #[must_use]
    pub const fn minus(self, part: Self) -> Self {
        Self::new(
            self.duration_ds().saturating_sub(part.duration_ds()),
            self.length_dm().saturating_sub(part.length_dm()),
        )
    }

    /// The longer duration and the longer length of two.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self::new(
            self.duration_ds().max(other.duration_ds()),
            self.length_dm().max(other.length_dm()),
        )
    }

    pub const fn duration_ds(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub const fn length_dm(self) -> u32 {
        self.0 as u32
    }

    pub const fn is_reached(self) -> bool {
        self.0 < Self::UNREACHED.0
    }
}
