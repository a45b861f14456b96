//! What the inner loops ask of a task and of a vehicle: small flat records.

use super::Cost;
use crate::solver::draft::{Lateness, Window};

/// What the inner loops ask of a task.
#[derive(Debug, Clone, Copy)]
pub(in crate::solver) struct Node {
    pub location: u32,
    pub opens_s: i32,
    pub closes_s: i32,
    pub late_max_s: i32,
    pub release_s: i32,
    pub(super) goods_from_s: i32,
    /// Into `Problem::windows`, only for tasks with several.
    pub(super) windows_from: u32,
    pub(super) windows_until: u32,
    /// Cost of an hour late.
    pub late_per_hour: i64,
}

impl Node {
    #[inline]
    pub fn has_several_windows(&self) -> bool {
        self.windows_from != self.windows_until
    }
}

/// What the inner loops ask of a vehicle.
#[derive(Debug, Clone, Copy)]
pub(in crate::solver) struct Ride {
    /// Into `Problem::travels`.
    pub(super) travel: u32,
    pub(super) work_type: u32,
    /// Cost of a second and a metre of travel, and of a second of work.
    pub per_s: Cost,
    pub(super) per_m: Cost,
    pub work_per_s: Cost,
    pub fixed: Cost,
    pub start: u32,
    pub end: u32,
    pub shift: Window,
    pub overtime: Lateness,
    pub breaks: u32,
    /// It may come home late, or rest late, at a price.
    pub is_soft: bool,
    /// Loads decide where breaks may be: judged by walking the whole tour.
    pub has_loaded_breaks: bool,
    pub has_limits: bool,
    /// Its paid time has a limit or a price.
    pub is_paid: bool,
    pub paid_max_s: i32,
    /// How long a leg takes depends on when it sets off: its tours are walked.
    pub is_timed: bool,
    /// Its times are kept as segments too: it is paid, or makes trips.
    pub is_spanned: bool,
    /// Vehicles of one kind are interchangeable while empty.
    pub kind: u32,
}

impl Ride {
    /// Whether legs take and cost the same as on another vehicle.
    #[inline]
    pub fn travels_like(&self, other: &Self) -> bool {
        (self.travel, self.per_s, self.per_m) == (other.travel, other.per_s, other.per_m)
    }

    /// Whether nothing but seconds of travel has a price.
    pub fn prices_time_only(&self) -> bool {
        self.per_s != 0 && self.per_m == 0 && self.work_per_s == 0
    }

    /// When it has to be home at the latest.
    #[inline]
    pub fn latest_s(&self) -> i32 {
        self.shift.until_s + self.overtime.at_most_s
    }

    /// Whether a tour may last so long.
    #[inline]
    pub fn pays_for(&self, paid_s: i64) -> bool {
        paid_s <= i64::from(self.paid_max_s)
    }
}

/// What decides whether loads fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::solver) enum LoadRule {
    /// There are no loads.
    None,
    /// All is aboard from the start, or stays aboard to the end: only the sum matters.
    Sum,
    /// The order of stops matters.
    Peaks,
}

/// Whether a task is one of the pinned visits of its vehicle, and when it begins then, if that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pin {
    Free,
    Pinned { start_s: Option<i32> },
}
