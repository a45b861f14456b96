//! What was counted while streets were built, for people who want to know what became of their file.

use crate::roads::profile::NotDriven;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a turn restriction is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredRestriction {
    /// A member is missing, or the kind of restriction is none that we know.
    Incomplete,
    /// It holds for other vehicles.
    ForOthers,
    /// It holds at certain times only.
    Conditional,
    /// The turn cannot be driven anyway, or lies in a part of the streets that was left out.
    CannotBeDriven,
    /// Its ways do not meet in one way only.
    Ambiguous,
}

/// Counts of one build.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StreetReport {
    /// Ways that are driven, and why the others with a street's or a ferry's tag are not.
    pub ways_driven: usize,
    pub ways_not_driven: BTreeMap<NotDriven, usize>,
    /// Driven ways with a posted speed; the others go by their class.
    pub ways_posted: usize,
    pub ways_restricted: usize,
    pub ways_one_way: usize,
    pub ferries: usize,
    /// Driven ways that name nodes which the extract does not hold; they are cut there.
    pub ways_incomplete: usize,
    /// Places where a barrier ends a street.
    pub barriers_closed: usize,
    pub junctions: usize,
    /// Directed: a street driven both ways counts twice.
    pub edges: usize,
    /// Of the streets, each counted once.
    pub length_km: f64,
    /// Left out because no way leads there and back.
    pub junctions_left_out: usize,
    pub edges_left_out: usize,
    pub restrictions_at_junctions: usize,
    pub restrictions_over_ways: usize,
    pub restrictions_ignored: BTreeMap<IgnoredRestriction, usize>,
}
