//! A whole trace at once.

use super::lattice::{Choice, Extension, Lattice, Sighting};
use super::trail::{Driven, DrivenEdge, Trail};
use super::{GAP_S, OUTLIERS_MAX, Reading};
use crate::roads::network::{Leg, Snap};
use crate::roads::street_network::{LocalSearch, StreetNetwork};
use crate::units::Point;

/// How a trace is matched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchOptions {
    /// A longer time between two readings ends a part; `None` for never (OSRM's `gaps=ignore`).
    pub gap_s_max: Option<f64>,
    /// Readings that lie close to the one before are left out, with no place.
    pub tidy: bool,
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self { gap_s_max: Some(GAP_S), tidy: false }
    }
}

/// Where a trace was driven.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matched {
    /// Of each reading; `None` where it fits to no part.
    pub places: Vec<Option<MatchedPlace>>,
    /// Unbroken, in the order of driving.
    pub parts: Vec<MatchedPart>,
}

/// Where a reading was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchedPlace {
    /// On the edge that was driven, without its reverse.
    pub snap: Snap,
    /// Which of the parts, and the how manieth of its readings.
    pub part: usize,
    pub in_part: usize,
    /// How many other streets the reading may have been on.
    pub alternatives: usize,
}

/// What was driven without a break, by two readings or more.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedPart {
    /// Which readings of the trace.
    pub readings: Vec<usize>,
    /// The path; each edge goes on where the one before ends, and begins with a turn or by turning back.
    pub edges: Vec<DrivenEdge>,
    pub geometry: Vec<Point>,
    /// What the network gives for the path, and for it from each reading to the next.
    pub leg: Leg,
    pub legs: Vec<Leg>,
    /// 0 to 1: [`confidence`] of the mean price of a reading.
    pub confidence: f32,
}

/// How well the readings fit the path. A reading costs `off² / 2 sigma²` for being off the street, and
/// `|way - line| / beta` for the way to it; if all is as supposed that is 0.5 and 1 on average. From there
/// on the confidence falls: `1 / (1 + (price / 4)²)`, which is 0.88 for 1.5, a half for 4, a fifth for 8.
fn confidence(mean_price: f64) -> f32 {
    const HALF_AT: f64 = 4.0;
    (1.0 / (1.0 + (mean_price / HALF_AT).powi(2))) as f32
}

/// The most likely path of a trace. Readings are in the order of time.
pub fn match_trace(
    network: &StreetNetwork,
    readings: &[Reading],
    options: MatchOptions,
) -> Matched {
    let mut tracer = Tracer {
        network,
        options,
        lattice: Lattice::default(),
        matched: Matched { places: vec![None; readings.len()], parts: Vec::new() },
    };
    network.with_local_search(|search| tracer.run(search, readings));
    tracer.matched
}

struct Tracer<'a> {
    network: &'a StreetNetwork,
    options: MatchOptions,
    /// Of the part that is open.
    lattice: Lattice,
    matched: Matched,
}

impl Tracer<'_> {
    fn run(&mut self, search: &mut LocalSearch, readings: &[Reading]) {
        // Readings that the open part does not lead to; if there are too many, the next part begins there.
        let mut outliers: Vec<usize> = Vec::new();
        let mut next = 0;
        loop {
            let Some(reading) = readings.get(next) else {
                self.close(search);
                let Some(first) = outliers.first() else { return };
                next = *first;
                outliers.clear();
                continue;
            };
            let sighting = Sighting::of(reading).filter(|of| !self.is_left_out(of));
            let Some(sighting) = sighting else {
                next += 1;
                continue;
            };
            let is_behind_gap = self.is_behind_gap(&sighting);
            if !is_behind_gap {
                match self.lattice.extend(self.network, search, sighting, next) {
                    Extension::OffTheMap => {}
                    Extension::Joined => outliers.clear(),
                    Extension::Unreachable => outliers.push(next),
                }
                next += 1;
            }
            if is_behind_gap || outliers.len() > OUTLIERS_MAX {
                self.close(search);
                next = outliers.first().copied().unwrap_or(next);
                outliers.clear();
            }
        }
    }

    fn is_left_out(&self, sighting: &Sighting) -> bool {
        let last = self.lattice.steps().back();
        self.options.tidy && last.is_some_and(|last| last.sighting.is_close_to(sighting))
    }

    fn is_behind_gap(&self, sighting: &Sighting) -> bool {
        let last = self.lattice.steps().back();
        last.zip(self.options.gap_s_max)
            .is_some_and(|(last, gap_s)| sighting.at_s - last.sighting.at_s > gap_s)
    }

    /// Ends the open part. A reading alone is none: it says nothing about what was driven.
    fn close(&mut self, search: &mut LocalSearch) {
        if let Some(last) = self.lattice.most_likely().filter(|_| self.lattice.steps().len() > 1) {
            let mut choices: Vec<Choice> = self.lattice.chain_to(last).collect();
            choices.reverse();
            self.add_part(search, &choices);
        }
        self.lattice.clear();
    }

    fn add_part(&mut self, search: &mut LocalSearch, choices: &[Choice]) {
        let mut trail = Trail::default();
        for (step, choice) in self.lattice.steps().iter().zip(choices) {
            trail.follow(self.network, search, step, *choice);
        }
        let Driven { edges, places } = trail.finish();
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return };
        let part = self.matched.parts.len();
        for (in_part, (step, place)) in self.lattice.steps().iter().zip(&places).enumerate() {
            let snap = self.network.snap_on(place.edge, place.along, step.sighting.at);
            let alternatives = step.street_count - 1;
            let place = MatchedPlace { snap, part, in_part, alternatives };
            self.matched.places[step.number] = Some(place);
        }
        let legs = places.windows(2).map(|pair| pair[0].leg_to(&pair[1])).collect();
        self.matched.parts.push(MatchedPart {
            readings: self.lattice.steps().iter().map(|step| step.number).collect(),
            geometry: self.network.draw_pieces(
                edges.iter().map(|of| (of.edge, f64::from(of.from), f64::from(of.to))),
            ),
            edges,
            leg: first.leg_to(last),
            legs,
            confidence: confidence(self.lattice.price() / places.len() as f64),
        });
    }
}
