//! The chain of readings and of the places where each may have been: what every place costs to have come
//! to, and from where. Prices are negative logarithms of likelihoods, so they add up; 0 is certain.

use super::Reading;
use crate::roads::cost::Cost;
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
const PLACES_MAX: usize = 8;
/// Both directions of each.
const STATES_MAX: usize = 2 * PLACES_MAX;
/// How much longer or shorter than the straight line a way between readings usually is, metres: so much,
/// and a part of the line itself. In the paper it follows from the time between readings.
const BETA_M: f64 = 5.0;
const BETA_SHARE: f64 = 0.02;
/// What turning back on a street costs: as much as a way that is 60 m too long. Less, and a standing truck
/// turns; more, and a driver who really turns is sent around the block.
const TURN_BACK_PRICE: f64 = 12.0;
/// Places so much less likely than the best one (by e to this power) are given up.
const PRUNE_PRICE: f64 = 25.0;
/// No way between readings is longer than the straight line by more than so much, plus the line again.
const DETOUR_M: f64 = 250.0;
/// Readings farther apart than this are joined by the hierarchy.
const LOCAL_M: f64 = 500.0;
/// Faster is no vehicle but a jump, m/s (200 km/h).
const JUMP_MPS: f64 = 200.0 / 3.6;
/// A vehicle that stands seems to go back by up to so many standard deviations, and at most so far.
const BACK_SIGMAS: f64 = 4.0;
const BACK_M_MAX: f64 = 50.0;
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
    /// Too far from the step before for local searches.
    pub(super) is_far: bool,
}

/// A place where a reading may have been, driven in one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) snap: Snap,
    pub(super) place: Position,
    /// In the graph of turns: the edge, or the copy of it that the best way leads over.
    pub(super) node: u32,
    /// The nodes before it on that way, the last one first.
    past: Past,
    /// The same place driven the other way.
    twin: Option<usize>,
    /// Of the reading being so far off.
    own_price: f64,
    /// Of all that led here, less what all states have in common.
    price: f64,
    pub(super) came: Came,
}

/// Short edges lie between the lanes of large junctions; a vehicle that seems to go back crosses so many.
const PAST_LEN: usize = 3;
type Past = [Option<u32>; PAST_LEN];

/// How the best way to a state begins: at which state of the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Nowhere: a part begins here.
    First,
    Drove {
        from: usize,
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
        let mut is_far = false;
        if let Some(last) = self.steps.back() {
            is_far = last.sighting.at.distance_m(sighting.at) > LOCAL_M;
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
        self.steps.push_back(Step { sighting, number, states, street_count, is_far });
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
            if let Came::Drove { from } | Came::Stood { from } = step.states[choice.arrived].came {
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

/// The nodes before one that a search found, which began at a state.
fn past(search: &LocalSearch, node: u32, source: &State) -> Past {
    let mut past = search.nodes_back_from(node).chain([source.node]).map(Some).chain(source.past);
    std::array::from_fn(|_| past.next().flatten())
}

/// From the last step to the states of a new one.
struct Transition<'a> {
    network: &'a StreetNetwork,
    last: &'a Step,
    states: &'a mut [State],
    /// Between the readings, in a straight line.
    line_m: f64,
    beta_m: f64,
    way_m_max: f64,
    back_m_max: f64,
    /// The price of the best new state so far, with its own.
    best: f64,
}

impl<'a> Transition<'a> {
    /// `None` if nothing drives so fast, or back in time.
    fn new(
        network: &'a StreetNetwork,
        last: &'a Step,
        sighting: &Sighting,
        states: &'a mut [State],
    ) -> Option<Self> {
        let line_m = last.sighting.at.distance_m(sighting.at);
        let sigma_m = last.sighting.sigma_m.hypot(sighting.sigma_m);
        let noise_m = 3.0 * sigma_m;
        let drivable_m = (sighting.at_s - last.sighting.at_s) * JUMP_MPS + noise_m;
        let is_in_order = sighting.at_s >= last.sighting.at_s;
        (is_in_order && line_m <= drivable_m).then_some(Self {
            network,
            last,
            states,
            line_m,
            beta_m: BETA_M + BETA_SHARE * line_m,
            way_m_max: (2.0 * line_m + DETOUR_M).min(drivable_m + noise_m),
            back_m_max: (BACK_SIGMAS * sigma_m).min(BACK_M_MAX),
            best: f64::INFINITY,
        })
    }

    /// Whether any state can be reached.
    fn run(mut self, search: &mut LocalSearch) -> bool {
        if self.line_m > LOCAL_M {
            self.by_hierarchy();
        } else {
            self.by_searches(search);
        }
        if self.line_m <= self.back_m_max {
            self.stand();
        }
        self.turn_back();
        self.best.is_finite()
    }

    /// Offers a way to a state, from one of the last states; it stays if it is the best one. What it leads
    /// over is asked for only then.
    fn offer(&mut self, to: usize, price: f64, came: Came, over: impl FnOnce() -> (u32, Past)) {
        let state = &mut self.states[to];
        let price = price + state.own_price;
        if price < state.price {
            (state.price, state.came) = (price, came);
            (state.node, state.past) = over();
            self.best = self.best.min(price);
        }
    }

    fn offer_way(
        &mut self,
        from: usize,
        to: usize,
        length_dm: u32,
        over: impl FnOnce() -> (u32, Past),
    ) {
        let way_m = f64::from(length_dm) / 10.0;
        if way_m <= self.way_m_max {
            let price = self.last.states[from].price + (way_m - self.line_m).abs() / self.beta_m;
            self.offer(to, price, Came::Drove { from }, over);
        }
    }

    /// The price that a way to a state must stay below to be of use.
    fn ceiling(&self, state: &State) -> f64 {
        let by_turning =
            state.twin.map_or(f64::INFINITY, |twin| self.states[twin].price + TURN_BACK_PRICE);
        state.price.min(by_turning).min(self.best + PRUNE_PRICE)
    }

    /// The longest way from a state of the last step that is of use for any new one, metres/10.
    fn useful_dm(&self, from: &State) -> u32 {
        let spare = self
            .states
            .iter()
            .map(|state| self.ceiling(state) - state.own_price)
            .fold(f64::NEG_INFINITY, f64::max)
            - from.price;
        let longest_m = (self.line_m + self.beta_m * spare).min(self.way_m_max);
        if spare < 0.0 { 0 } else { (longest_m * 10.0) as u32 }
    }

    /// The likely states first, so that they make the searches from the others short.
    fn by_searches(&mut self, search: &mut LocalSearch) {
        let mut order = [0; STATES_MAX];
        let order = &mut order[..self.last.states.len()];
        order.iter_mut().enumerate().for_each(|(number, place)| *place = number);
        order.sort_unstable_by(|a, b| {
            self.last.states[*a].price.total_cmp(&self.last.states[*b].price)
        });
        for from in order {
            let from = *from;
            let source = self.last.states[from];
            if source.price > PRUNE_PRICE {
                break;
            }
            for to in 0..self.states.len() {
                let place = self.states[to].place;
                if place.edge == source.place.edge && place.before >= source.place.before {
                    let length_dm = place.before.minus(source.place.before).length_dm();
                    self.offer_way(from, to, length_dm, || (source.node, source.past));
                }
            }
            let longest_dm = self.useful_dm(&source);
            if longest_dm == 0 {
                continue;
            }
            let network = self.network;
            search.run(
                network,
                source.node,
                source.place.behind,
                longest_dm,
                |found, node, cost| {
                    let edge = network.turns().edge_of(node);
                    for to in 0..self.states.len() {
                        let place = self.states[to].place;
                        if place.edge == edge {
                            let length_dm = cost.plus(place.before).length_dm();
                            self.offer_way(from, to, length_dm, || {
                                (node, past(found, node, &source))
                            });
                        }
                    }
                    self.useful_dm(&source)
                },
            );
        }
    }

    fn by_hierarchy(&mut self) {
        let places =
            |states: &[State]| states.iter().map(|state| state.place).collect::<Vec<Position>>();
        let (sources, targets) = (places(&self.last.states), places(self.states));
        let costs = self.network.costs_between(&sources, &targets);
        for (number, cost) in costs.into_iter().enumerate() {
            let (from, to) = (number / targets.len(), number % targets.len());
            if let Some(cost) = cost
                && self.last.states[from].price <= PRUNE_PRICE
            {
                let edge = self.states[to].place.edge;
                self.offer_way(from, to, cost.length_dm(), || (edge, [None; PAST_LEN]));
            }
        }
    }

    /// A vehicle that stands, or nearly so, seems to go back now and then, the way it came. It does not
    /// drive around the block for that.
    fn stand(&mut self) {
        for from in 0..self.last.states.len() {
            let source = self.last.states[from];
            let mut back = source.place.before;
            for to in 0..self.states.len() {
                let place = self.states[to].place;
                if place.edge == source.place.edge && place.before <= source.place.before {
                    let back = source.place.before.minus(place.before);
                    self.offer_standing(from, to, back, (source.node, source.past));
                }
            }
            let mut past = source.past;
            while let Some(node) = past[0].take() {
                past.rotate_left(1);
                let edge = self.network.turns().edge_of(node);
                for to in 0..self.states.len() {
                    let place = self.states[to].place;
                    if place.edge == edge {
                        self.offer_standing(from, to, back.plus(place.behind), (node, past));
                    }
                }
                back = back.plus(self.network.drive(edge).unwrap_or(Cost::ZERO));
            }
        }
    }

    fn offer_standing(&mut self, from: usize, to: usize, back: Cost, over: (u32, Past)) {
        let back_m = f64::from(back.length_dm()) / 10.0;
        if back_m <= self.back_m_max {
            let price = self.last.states[from].price + self.line_m.max(back_m) / self.beta_m;
            self.offer(to, price, Came::Stood { from }, || over);
        }
    }

    fn turn_back(&mut self) {
        for number in 0..self.states.len() {
            let Some(twin) = self.states[number].twin else { continue };
            let price = self.states[twin].price + TURN_BACK_PRICE;
            let state = &mut self.states[number];
            if price < state.price {
                state.price = price;
                (state.node, state.past) = (state.place.edge, [None; PAST_LEN]);
                state.came = Came::Turned { as_state: twin };
            }
        }
    }
}
