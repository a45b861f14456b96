//! The chain of readings and of the places where each may have been: what every place costs to have come
//! to, and from where. Prices are negative logarithms of likelihoods, so they add up; 0 is certain.

use super::Reading;
use super::transition::{PAST_LEN, Past, Transition};
use crate::roads::network::{Snap, angle_between_deg};
use crate::roads::snap::Near;
use crate::roads::street_network::{LocalSearch, Position, StreetNetwork};
use crate::units::Point;
use std::collections::VecDeque;

/// What a reading is off along either axis if it does not say so, and the least and the most that it is
/// believed to be.
const SIGMA_M: f64 = 5.0;
const SIGMA_M_MIN: f64 = 1.0;
const SIGMA_M_MAX: f64 = 50.0;
/// Streets are looked for within three standard deviations (all but one in 400 readings), at least so far,
/// because streets are drawn as lines but are wide; and where there are none, somewhat farther.
const RADIUS_M_MIN: f64 = 20.0;
const RADIUS_M_GROWN: f64 = 50.0;
/// Of so many streets; only large junctions have more.
pub(super) const PLACES_MAX: usize = 8;
/// A device's heading counts above walking pace, and is off by so much.
const HEADING_MPS_MIN: f32 = 2.0;
const HEADING_SIGMA_DEG: f64 = 25.0;
/// The most that a heading takes from a street: compasses fail too.
const HEADING_PRICE_MAX: f64 = 8.0;

/// A reading as it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    pub(super) at: Point,
    pub(super) at_s: f64,
    pub(super) sigma_m: f64,
    heading_deg: Option<f32>,
}

impl Sighting {
    /// `None` for a reading without place or time.
    pub(super) fn of(reading: &Reading) -> Option<Self> {
        let Point { lat, lon } = reading.at;
        let at = Point::parse(lat, lon).ok()?;
        let sigma_m = reading.accuracy_m.map(f64::from).filter(|sigma_m| sigma_m.is_finite());
        let is_moving = reading.speed_mps.is_some_and(|speed_mps| speed_mps > HEADING_MPS_MIN);
        let heading_deg = reading.heading_deg.filter(|deg| is_moving && deg.is_finite());
        reading.at_s.is_finite().then_some(Self {
            at,
            at_s: reading.at_s,
            sigma_m: sigma_m.unwrap_or(SIGMA_M).clamp(SIGMA_M_MIN, SIGMA_M_MAX),
            heading_deg,
        })
    }

    /// So near to each other that one of them tells nothing new (the paper's rule).
    pub(super) fn is_close_to(&self, other: &Self) -> bool {
        self.at.distance_m(other.at) < 2.0 * self.sigma_m.max(other.sigma_m)
    }
}

/// A reading and where it may have been.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) sighting: Sighting,
    /// Which of the trace's readings.
    pub(super) number: usize,
    pub(super) states: Vec<State>,
    /// On how many streets.
    pub(super) street_count: usize,
}

/// A place where a reading may have been, driven in one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) snap: Snap,
    pub(super) place: Position,
    /// In the graph of turns: the edge, or the copy of it that the best way leads over.
    pub(super) node: u32,
    /// The nodes before it on that way, the last one first.
    pub(super) past: Past,
    /// The same place driven the other way.
    pub(super) twin: Option<usize>,
    /// Of the reading being so far off.
    pub(super) own_price: f64,
    /// Of all that led here, less what all states have in common.
    pub(super) price: f64,
    pub(super) came: Came,
}

/// How the best way to a state begins: at which state of the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Nowhere: a part begins here.
    First,
    Drove {
        from: usize,
        by: By,
    },
    /// It stands, or nearly so, and seems to have gone back.
    Stood {
        from: usize,
    },
    /// As that state of the same step, and turned back here.
    Turned {
        as_state: usize,
    },
}

/// How the way that was driven was found, and is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A search nearby that goes so far, metres/10.
    Search {
        length_dm_max: u32,
    },
    Hierarchy,
}

/// Which state of a step is on the most likely chain: as which a vehicle came, and as which it went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) arrived: usize,
    pub(super) left: usize,
}

/// What a reading was to the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extension {
    Joined,
    /// No street is near.
    OffTheMap,
    /// No way leads there, or none in that time.
    Unreachable,
}

#[derive(Debug, Default)]
pub(super) struct Lattice {
    steps: VecDeque<Step>,
    /// What the states of the last step have in common.
    price: f64,
    /// Memory of steps that were forgotten.
    spare: Vec<Vec<State>>,
    near: Vec<Near>,
}

impl Lattice {
    pub(super) fn steps(&self) -> &VecDeque<Step> {
        &self.steps
    }

    /// Forgets all steps.
    pub(super) fn clear(&mut self) {
        self.price = 0.0;
        self.spare.extend(self.steps.drain(..).map(|step| step.states));
    }

    /// Forgets the first step; the chain of the others stays.
    pub(super) fn forget_first(&mut self) {
        self.spare.extend(self.steps.pop_front().map(|step| step.states));
    }

    /// Adds a reading at the end if it is on a street that the chain leads to.
    pub(super) fn extend(
        &mut self,
        network: &StreetNetwork,
        search: &mut LocalSearch,
        sighting: Sighting,
        number: usize,
    ) -> Extension {
        let mut states = self.spare.pop().unwrap_or_default();
        self.find_states(network, &sighting, &mut states);
        if states.is_empty() {
            self.spare.push(states);
            return Extension::OffTheMap;
        }
        if let Some(last) = self.steps.back() {
            let step = Transition::new(network, last, &sighting, &mut states);
            if !step.is_some_and(|step| step.run(search)) {
                self.spare.push(states);
                return Extension::Unreachable;
            }
        } else {
            for state in &mut states {
                state.price = state.own_price;
            }
        }
        let least = states.iter().map(|state| state.price).fold(f64::INFINITY, f64::min);
        self.price += least;
        for state in &mut states {
            state.price -= least;
        }
        let street_count = self.near.len();
        self.steps.push_back(Step { sighting, number, states, street_count });
        Extension::Joined
    }

    fn find_states(
        &mut self,
        network: &StreetNetwork,
        sighting: &Sighting,
        states: &mut Vec<State>,
    ) {
        states.clear();
        let radius_m = (3.0 * sighting.sigma_m).max(RADIUS_M_MIN);
        network.near(sighting.at, radius_m, PLACES_MAX, &mut self.near);
        if self.near.is_empty() && radius_m < RADIUS_M_GROWN {
            network.near(sighting.at, RADIUS_M_GROWN, PLACES_MAX, &mut self.near);
        }
        for near in &self.near {
            let snap = near.snap(network.streets(), sighting.at);
            let heading_deg =
                sighting.heading_deg.and_then(|_| near.heading_deg(network.streets()));
            let off = near.distance_m / sighting.sigma_m;
            let price_of = |driven_deg: Option<f32>| {
                let turn = sighting.heading_deg.zip(driven_deg).map_or(0.0, |(seen, driven)| {
                    f64::from(angle_between_deg(seen, driven)) / HEADING_SIGMA_DEG
                });
                0.5 * off * off + (0.5 * turn * turn).min(HEADING_PRICE_MAX)
            };
            let first = states.len();
            let directed = [(Some(snap), heading_deg), (snap.reversed(), heading_deg.map(back))];
            for (snap, heading_deg) in directed {
                let Some(snap) = snap.map(Snap::one_way) else { continue };
                let Some(place) = network.position(snap.edge, f64::from(snap.along)) else {
                    continue;
                };
                states.push(State {
                    snap,
                    place,
                    node: snap.edge,
                    past: [None; PAST_LEN],
                    twin: None,
                    own_price: price_of(heading_deg),
                    price: f64::INFINITY,
                    came: Came::First,
                });
            }
            if states.len() == first + 2 {
                states[first].twin = Some(first + 1);
                states[first + 1].twin = Some(first);
            }
        }
    }

    /// The state that the last reading was most likely in.
    pub(super) fn most_likely(&self) -> Option<usize> {
        let states = self.steps.back()?.states.iter().enumerate();
        states.min_by(|a, b| a.1.price.total_cmp(&b.1.price)).map(|(state, _)| state)
    }

    /// The chain that ends in a state of the last step: a choice for each step, the last one first.
    pub(super) fn chain_to(&self, state: usize) -> impl Iterator<Item = Choice> {
        self.steps.iter().rev().scan(state, |left, step| {
            let choice = Choice { arrived: arrival(step, *left), left: *left };
            if let Came::Drove { from, .. } | Came::Stood { from } =
                step.states[choice.arrived].came
            {
                *left = from;
            }
            Some(choice)
        })
    }

    /// Gives up all states of the last step whose chain does not begin with this one of the first step.
    pub(super) fn settle_first(&mut self, settled: usize) {
        let states = self.steps.back().map_or(&[][..], |step| &step.states);
        let begins_elsewhere =
            |state: usize| self.chain_to(state).last().is_none_or(|first| first.left != settled);
        let is_given_up: Vec<bool> = (0..states.len())
            .map(|state| states[state].price.is_infinite() || begins_elsewhere(state))
            .collect();
        if let Some(last) = self.steps.back_mut() {
            for (state, is_given_up) in last.states.iter_mut().zip(is_given_up) {
                if is_given_up {
                    state.price = f64::INFINITY;
                }
            }
        }
    }

    /// The price of the most likely chain.
    pub(super) fn price(&self) -> f64 {
        self.price
    }
}

fn arrival(step: &Step, left: usize) -> usize {
    match step.states[left].came {
        Came::Turned { as_state } => as_state,
        _ => left,
    }
}

fn back(heading_deg: f32) -> f32 {
    heading_deg + 180.0
}
