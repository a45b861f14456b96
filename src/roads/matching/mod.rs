//! Map matching: from the readings of a positioning device to the streets that were driven.
//!
//! A hidden Markov chain after P. Newson, J. Krumm, "Hidden Markov Map Matching Through Noise and
//! Sparseness", GIS 2009 (DOI 10.1145/1653771.1653818). Each reading may have been on any street nearby, in
//! either direction; the farther from it, the less likely. From one reading to the next a vehicle drives
//! about as far as the readings lie apart; the more a way on the streets differs from that, the less likely
//! it is. The most likely chain of places is the one that was driven.
//!
//! In reading order: `lattice` holds the chain and `transition` adds a reading to it; `trail` makes a path
//! of the places, and `timeline` when the vehicle was where on it; `trace` matches a whole trace at once,
//! `online` a moving vehicle. What is learned from the speeds driven is for others; so is the reading of
//! files, and which readings are to be believed at all.

mod lattice;
mod online;
#[cfg(test)]
mod tests;
mod timeline;
mod trace;
mod trail;
mod transition;

pub use online::{OnlineMatcher, Progress};
pub use trace::{MatchOptions, Matched, MatchedPart, MatchedPlace, match_trace};
pub use trail::{DrivenEdge, ObservedSpeed, observed_speeds};

use crate::units::Point;

/// Where and when a device was, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub at: Point,
    /// Seconds since any moment, the same for all readings of a trace.
    pub at_s: f64,
    /// How far off it usually is along either axis (one standard deviation), metres.
    pub accuracy_m: Option<f32>,
    /// Degrees clockwise from north; counts only together with a speed above walking pace.
    pub heading_deg: Option<f32>,
    pub speed_mps: Option<f32>,
}

/// A gap between two readings after which nobody knows what was driven: a truck that parked comes back
/// with another reading. OSRM breaks traces at the same length.
pub const GAP_S: f64 = 180.0;

/// Readings that do not fit in a row, before the ones behind them are believed instead: two bad ones come
/// together often, in the shade of the same tower; a third one is a place.
const OUTLIERS_MAX: usize = 2;

impl Reading {
    pub fn new(at: Point, at_s: f64) -> Self {
        Self { at, at_s, accuracy_m: None, heading_deg: None, speed_mps: None }
    }
}
