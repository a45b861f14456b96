//! What is at a point.

use super::columns::House;
use super::streets::nearest_on;
use super::{Confidence, Place, PlaceIndex};
use crate::roads::plane::Spot;
use crate::units::Point;

/// At most so far from the point is something said to be "at" it, in metres.
const REVERSE_M_MAX: f64 = 2_000.0;
/// A house number so near is the answer whatever street is nearer, and on the nearest street so near.
const AT_HOUSE_M: f64 = 15.0;
const ALONG_STREET_M: f64 = 40.0;

impl PlaceIndex {
    /// What is at a point: the house, or the nearest street with the point on it.
    pub fn reverse(&self, at: Point) -> Option<Place> {
        let spot = Spot::of(at);
        let steps = |metres: f64| metres / spot.step_m();
        let limit = steps(REVERSE_M_MAX);
        let houses: &[House] = self.columns.houses.items();
        let house = self
            .house_tree
            .nearest(spot, limit, |house| houses[house as usize].spot.distance2(spot));
        let line = self.line_tree.nearest(spot, limit, |line| {
            nearest_on(self.columns.lines.of(line as usize), spot).distance2(spot)
        });
        let shown = |house: u32| self.place(houses[house as usize].entry, Some(house));
        match (house, line) {
            (Some((house, distance2)), None) => {
                (distance2.sqrt() <= steps(ALONG_STREET_M)).then(|| shown(house))
            }
            (Some((house, distance2)), Some(_)) if distance2.sqrt() <= steps(AT_HOUSE_M) => {
                Some(shown(house))
            }
            (_, Some((line, _))) => {
                let street = self.columns.line_street[line as usize];
                let beside = self.house_tree.nearest(spot, steps(ALONG_STREET_M), |house| {
                    let house = &houses[house as usize];
                    if house.entry == street { house.spot.distance2(spot) } else { f64::INFINITY }
                });
                match beside {
                    Some((house, distance2)) if distance2.is_finite() => Some(shown(house)),
                    _ => {
                        let onto = nearest_on(self.columns.lines.of(line as usize), spot);
                        let street = self.place(street, None);
                        Some(Place { at: onto.point(), confidence: Confidence::Near, ..street })
                    }
                }
            }
            (None, None) => None,
        }
    }
}
