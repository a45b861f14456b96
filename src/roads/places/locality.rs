//! In which settlement a point lies. OpenStreetMap's settlements are points here, so it is the nearest
//! one, where a city reaches farther than a hamlet.

use super::collect::Draft;
use crate::roads::plane::{BoxTree, Frame, Spot};

/// A place on the land as OpenStreetMap tells it: kinds by which addresses are told, with how far they
/// reach compared to a village.
const KINDS: [(&str, f64); 5] =
    [("city", 1.5), ("town", 1.2), ("village", 1.0), ("suburb", 1.0), ("hamlet", 0.7)];

/// The kinds that the others are parts of.
const GREAT_KINDS: usize = 2;

/// A village is looked for so far, in metres.
const REACH_M: f64 = 15_000.0;

/// Settlements by kind, for the nearest one.
#[derive(Debug)]
pub struct Localities {
    spots: Vec<Spot>,
    trees: Vec<(f64, BoxTree)>,
}

impl Localities {
    /// Of settlements, each with its kind.
    pub fn of(settlements: &[(Draft<'_>, &str)]) -> Self {
        let spots: Vec<Spot> = settlements.iter().map(|(settlement, _)| settlement.spot).collect();
        let trees = KINDS
            .iter()
            .map(|&(wanted, reach)| {
                let of_kind = (0..).zip(settlements).filter(|(_, (_, kind))| *kind == wanted);
                let boxes = of_kind.map(|(number, (settlement, _))| {
                    let number: u32 = number;
                    (number, Frame::around(&[settlement.spot]))
                });
                (reach, BoxTree::build_of(boxes))
            })
            .collect();
        Self { spots, trees }
    }

    /// The number of the settlement around a place.
    pub fn around(&self, spot: Spot) -> Option<u32> {
        self.nearest(&self.trees, spot)
    }

    /// The number of the city or town around a place.
    pub fn city_around(&self, spot: Spot) -> Option<u32> {
        self.nearest(&self.trees[..GREAT_KINDS], spot)
    }

    fn nearest(&self, trees: &[(f64, BoxTree)], spot: Spot) -> Option<u32> {
        let limit = REACH_M / spot.step_m();
        let distance2 = |number: u32| self.spots[number as usize].distance2(spot);
        trees
            .iter()
            .filter_map(|(reach, tree)| {
                let (number, distance2) = tree.nearest(spot, limit * reach, distance2)?;
                Some((distance2.sqrt() / reach, number))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, number)| number)
    }
}
