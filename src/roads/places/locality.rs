//! In which settlement a point lies. OpenStreetMap's settlements are points here, so it is the nearest
//! one, where a city reaches farther than a hamlet.

use super::collect::Settlement;
use crate::roads::plane::{BoxTree, Frame, Spot};

/// Kinds of settlements that addresses are told by, with how far they reach compared to a village.
const KINDS: [(&str, f64); 5] =
    [("city", 1.5), ("town", 1.2), ("village", 1.0), ("suburb", 1.0), ("hamlet", 0.7)];

/// A village is looked for so far, in metres.
const REACH_M: f64 = 15_000.0;

/// Settlements by kind, for the nearest one.
#[derive(Debug)]
pub struct Localities<'a> {
    settlements: &'a [Settlement],
    trees: Vec<(f64, BoxTree)>,
}

impl<'a> Localities<'a> {
    pub fn of(settlements: &'a [Settlement]) -> Self {
        let trees = KINDS
            .iter()
            .map(|&(kind, reach)| {
                let of_kind = settlements.iter().enumerate().filter(|(_, one)| one.kind == kind);
                let boxes = of_kind
                    .map(|(number, settlement)| (number as u32, Frame::around(&[settlement.spot])));
                (reach, BoxTree::build_of(boxes))
            })
            .collect();
        Self { settlements, trees }
    }

    /// The number of the settlement around a place.
    pub fn around(&self, spot: Spot) -> Option<u32> {
        let limit = REACH_M / spot.step_m();
        let distance2 = |number: u32| self.settlements[number as usize].spot.distance2(spot);
        self.trees
            .iter()
            .filter_map(|(reach, tree)| {
                let (number, distance2) = tree.nearest(spot, limit * reach, distance2)?;
                Some((distance2.sqrt() / reach, number))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, number)| number)
    }
}
