//! A moving vehicle, reading by reading: where it is now, and, some readings later, what it has driven.

use super::lattice::{Extension, Lattice, Sighting};
use super::trail::{DrivenEdge, Trail};
use super::{GAP_S, OUTLIERS_MAX, Reading};
use crate::roads::network::Snap;
use crate::roads::street_network::{LocalSearch, StreetNetwork};

/// What was driven is settled when so many readings have come behind it: by then the vehicle has usually
/// passed the next junction, which tells parallel streets apart.
const LAG: usize = 4;

/// The matcher of one vehicle. It keeps some readings and the end of the path, however long it runs.
#[derive(Debug, Default)]
pub struct OnlineMatcher {
    lattice: Lattice,
    trail: Trail,
    /// Readings that no way leads to, until it is clear whether they or the ones before were wrong.
    outliers: Vec<Sighting>,
    /// Which network it was last asked with, by its size: places on another map mean nothing.
    size: usize,
}

/// What a reading tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// The most likely place now, on the edge that is driven, without its reverse. `None` if the reading
    /// does not fit: it is off the map, or no way leads there.
    pub place: Option<Snap>,
    /// What was driven before and is settled now, in the order of driving.
    pub settled: Vec<DrivenEdge>,
}

impl OnlineMatcher {
    /// Takes the next reading. The network may have other speeds than the time before.
    pub fn take(&mut self, network: &StreetNetwork, reading: &Reading) -> Progress {
        if self.size != network.turns().node_count() {
            *self = Self { size: network.turns().node_count(), ..Self::default() };
        }
        let mut progress = Progress::default();
        if let Some(sighting) = Sighting::of(reading) {
            network.with_local_search(|search| {
                progress.place = self.see(network, search, sighting, &mut progress.settled);
            });
        }
        progress
    }

    /// What was driven and not told yet; the next reading begins anew.
    pub fn finish(&mut self, network: &StreetNetwork) -> Vec<DrivenEdge> {
        let mut settled = Vec::new();
        if self.size == network.turns().node_count() {
            network.with_local_search(|search| self.close(network, search, &mut settled));
        }
        self.outliers.clear();
        settled
    }

    fn see(
        &mut self,
        network: &StreetNetwork,
        search: &mut LocalSearch,
        sighting: Sighting,
        settled: &mut Vec<DrivenEdge>,
    ) -> Option<Snap> {
        let last = self.lattice.steps().back();
        let is_behind_gap = last.is_some_and(|last| sighting.at_s - last.sighting.at_s > GAP_S);
        if is_behind_gap {
            self.outliers.clear();
            self.close(network, search, settled);
        }
        match self.lattice.extend(network, search, sighting, 0) {
            Extension::OffTheMap => None,
            Extension::Unreachable => {
                self.outliers.push(sighting);
                if self.outliers.len() <= OUTLIERS_MAX {
                    return None;
                }
                self.close(network, search, settled);
                // The first of them begins a part, so each round leaves fewer.
                let outliers = std::mem::take(&mut self.outliers);
                outliers
                    .into_iter()
                    .fold(None, |_, outlier| self.see(network, search, outlier, settled))
            }
            Extension::Joined => {
                self.outliers.clear();
                while self.lattice.steps().len() > LAG {
                    self.settle(network, search);
                }
                self.trail.tell_settled(settled);
                let last = self.lattice.steps().back()?;
                let state = self.lattice.most_likely()?;
                Some(last.states[state].snap)
            }
        }
    }

    /// Decides where the oldest reading was.
    fn settle(&mut self, network: &StreetNetwork, search: &mut LocalSearch) {
        let last = self.lattice.most_likely();
        let first = last.and_then(|last| self.lattice.chain_to(last).last());
        if let Some((choice, step)) = first.zip(self.lattice.steps().front()) {
            self.trail.follow(network, search, step, choice);
            self.lattice.settle_first(choice.left);
        }
        self.lattice.forget_first();
    }

    fn close(
        &mut self,
        network: &StreetNetwork,
        search: &mut LocalSearch,
        settled: &mut Vec<DrivenEdge>,
    ) {
        while !self.lattice.steps().is_empty() {
            self.settle(network, search);
        }
        settled.extend(self.trail.finish().edges);
        self.trail.clear();
        self.lattice.clear();
    }
}
