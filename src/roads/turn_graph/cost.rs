//! What a turn costs: by its angle and the side of the road that is driven on.
//!
//! The curve is the one of the car profile of OSRM (car.lua, `process_turn`): a logistic function of the
//! angle, so that a right angle costs half and turning across the oncoming traffic more than along it.

use crate::roads::graph::Streets;
use crate::roads::profile::{StreetClass, TurnRules};
use crate::units::{BoundingBox, Point};
use rayon::prelude::*;

/// On which side of the road one drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrivingSide {
    Left,
    Right,
}

/// Where one drives on the left, roughly: west, south, east, north.
const LEFT: &[(&str, [f64; 4])] = &[
    ("British Isles", [-11.0, 49.8, 1.45, 51.3]),
    ("British Isles, north", [-11.0, 51.3, 1.8, 61.0]),
    ("Malta", [14.1, 35.7, 14.7, 36.2]),
    ("Cyprus", [32.2, 34.5, 34.7, 35.8]),
    ("Japan", [129.3, 30.0, 146.0, 45.6]),
    ("Ryukyu", [122.8, 24.0, 131.5, 30.0]),
    ("Hong Kong and Macau", [113.5, 22.1, 114.5, 22.57]),
    ("India and its neighbours", [66.0, 5.8, 92.4, 30.0]),
    ("Pakistan, coast", [61.5, 24.0, 66.5, 29.3]),
    ("Pakistan, Indus", [66.5, 24.0, 75.0, 31.3]),
    ("Pakistan, north", [71.3, 31.3, 75.0, 35.5]),
    ("Thailand, north", [97.5, 17.6, 100.4, 20.3]),
    ("Thailand, centre and south", [98.5, 5.6, 102.3, 17.6]),
    ("Thailand, east", [102.3, 14.3, 104.9, 16.9]),
    ("Malaysia, Singapore, Indonesia", [95.0, -11.0, 119.2, 5.6]),
    ("Eastern Indonesia and New Guinea", [119.2, -11.0, 156.0, 1.5]),
    ("Australia", [112.0, -44.0, 154.0, -11.0]),
    ("New Zealand", [166.0, -47.5, 179.0, -34.0]),
    ("Southern Africa", [14.0, -35.0, 36.0, -17.5]),
    ("Zambia, Zimbabwe, Malawi", [22.0, -22.5, 36.0, -13.5]),
    ("Mozambique and Tanzania", [29.5, -27.0, 41.0, -1.0]),
    ("Kenya and Uganda", [31.0, -4.8, 41.9, 4.2]),
    ("Jamaica", [-78.5, 17.6, -76.1, 18.6]),
    ("Bahamas", [-79.3, 20.9, -72.7, 27.3]),
    ("Barbados and the Windward Islands", [-61.9, 9.9, -59.3, 15.7]),
    ("Guyana", [-61.4, 1.1, -56.4, 8.6]),
];

impl DrivingSide {
    /// By a table of rough boxes: good for a map within one country, not for a border region.
    pub fn at(place: Point) -> Self {
        let is_left = LEFT.iter().any(|(_, [west, south, east, north])| {
            BoundingBox { west: *west, south: *south, east: *east, north: *north }.contains(place)
        });
        if is_left { Self::Left } else { Self::Right }
    }
}

/// What the turns of a map cost: a profile's prices, the side of the road, and where each edge points at
/// its ends.
pub(super) struct TurnCosts<'a> {
    streets: &'a Streets,
    rules: TurnRules,
    side: DrivingSide,
    /// Of each edge, how it leaves its tail and how it reaches its head.
    headings: Vec<[Heading; 2]>,
}

impl<'a> TurnCosts<'a> {
    pub(super) fn new(streets: &'a Streets, rules: TurnRules, side: DrivingSide) -> Self {
        let headings = (0..streets.edges().len() as u32)
            .into_par_iter()
            .map(|edge| {
                [Heading::of(streets.course(edge)), Heading::of(streets.course(edge).rev()).back()]
            })
            .collect();
        Self { streets, rules, side, headings }
    }

    /// From one edge into another that leaves its end, tenths of a second.
    pub(super) fn of(&self, from: u32, onto: u32) -> u16 {
        let [of_from, of_onto] = [from, onto].map(|edge| &self.streets.edges()[edge as usize]);
        let is_back = of_from.reverse() == Some(onto);
        let stays_around = of_from.is_roundabout() && of_onto.is_roundabout();
        let changes_to_water =
            (of_from.class() == StreetClass::Ferry) != (of_onto.class() == StreetClass::Ferry);
        // Where the street only bends, nobody slows for a turn.
        let is_choice = self.roads_at(of_from.head) > 2 || changes_to_water || is_back;
        if !is_choice || stays_around {
            return 0;
        }
        let angle_deg = if is_back {
            180.0
        } else {
            self.headings[from as usize][1].turn_deg(self.headings[onto as usize][0])
        };
        let bias =
            if self.side == DrivingSide::Left { 1.0 / self.rules.bias } else { self.rules.bias };
        let exponent = if angle_deg >= 0.0 {
            13.0 / bias * angle_deg / 180.0 - 6.5 * bias
        } else {
            13.0 * bias * -angle_deg / 180.0 - 6.5 / bias
        };
        let by_angle_s = self.rules.turn_s / (1.0 + (-exponent).exp());
        let back_s = if is_back { self.rules.u_turn_s } else { 0.0 };
        ((by_angle_s + back_s) * 10.0).round() as u16
    }

    /// How many streets meet, whichever way they are driven.
    fn roads_at(&self, junction: u32) -> usize {
        let arriving = self.streets.arriving(junction).iter();
        let arriving_only =
            arriving.filter(|edge| self.streets.edges()[**edge as usize].reverse().is_none());
        self.streets.leaving(junction).len() + arriving_only.count()
    }
}

/// East and north; zero for a street that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Heading {
    east: f64,
    north: f64,
}

impl Heading {
    /// From the first point to one that lies some way off: bends close to a junction are drawn as they
    /// please.
    fn of(mut points: impl Iterator<Item = Point>) -> Self {
        const LOOK_M: f64 = 10.0;
        let mut toward = Self::default();
        let Some(first) = points.next() else { return toward };
        let scale = first.lat.to_radians().cos();
        for point in points {
            let (east, north) = ((point.lon - first.lon) * scale, point.lat - first.lat);
            if (east, north) != (0.0, 0.0) {
                toward = Self { east, north };
            }
            if first.distance_m(point) >= LOOK_M {
                break;
            }
        }
        toward
    }

    fn back(self) -> Self {
        Self { east: -self.east, north: -self.north }
    }

    /// Positive to the right, 0 straight on, up to 180 either way.
    fn turn_deg(self, onto: Self) -> f64 {
        let across = self.north * onto.east - self.east * onto.north;
        let along = self.east * onto.east + self.north * onto.north;
        across.atan2(along).to_degrees()
    }
}
