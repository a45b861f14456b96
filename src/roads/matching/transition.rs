//! From the readings before to a new one: every way between two places where they may have been, and what
//! it costs to believe it.

use super::lattice::{By, Came, PLACES_MAX, Sighting, State, Step};
use crate::roads::cost::Cost;
use crate::roads::street_network::{LocalSearch, Position, StreetNetwork};

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
/// Both directions of each.
const STATES_MAX: usize = 2 * PLACES_MAX;

/// Short edges lie between the lanes of large junctions; a vehicle that seems to go back crosses so many.
pub(super) const PAST_LEN: usize = 3;
pub(super) type Past = [Option<u32>; PAST_LEN];

/// The nodes before one that a search found, which began at a state.
fn past(search: &LocalSearch, node: u32, source: &State) -> Past {
    let mut past = search.nodes_back_from(node).chain([source.node]).map(Some).chain(source.past);
    std::array::from_fn(|_| past.next().flatten())
}

/// From the last step to the states of a new one.
pub(super) struct Transition<'a> {
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
    pub(super) fn new(
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
    pub(super) fn run(mut self, search: &mut LocalSearch) -> bool {
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
        by: By,
        over: impl FnOnce() -> (u32, Past),
    ) {
        let way_m = f64::from(length_dm) / 10.0;
        if way_m <= self.way_m_max {
            let price = self.last.states[from].price + (way_m - self.line_m).abs() / self.beta_m;
            self.offer(to, price, Came::Drove { from, by }, over);
        }
    }

    /// The price that a way to a state must stay below to be of use.
    fn ceiling(&self, state: &State) -> f64 {
        let by_turning =
            state.twin.map_or(f64::INFINITY, |twin| self.states[twin].price + TURN_BACK_PRICE);
        state.price.min(by_turning).min(self.best + PRUNE_PRICE)
    }

    /// The longest way from a state of the last step that is of use for any new one, metres/10; `None` if
    /// no way is.
    fn useful_dm(&self, from: &State) -> Option<u32> {
        let spare = self
            .states
            .iter()
            .map(|state| self.ceiling(state) - state.own_price)
            .fold(f64::NEG_INFINITY, f64::max)
            - from.price;
        let longest_m = (self.line_m + self.beta_m * spare).min(self.way_m_max);
        (spare >= 0.0).then_some((longest_m * 10.0) as u32)
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
                    let by = By::Search { length_dm_max: 0 };
                    self.offer_way(from, to, length_dm, by, || (source.node, source.past));
                }
            }
            let Some(longest_dm) = self.useful_dm(&source) else { continue };
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
                            let by = By::Search { length_dm_max: cost.length_dm() };
                            self.offer_way(from, to, length_dm, by, || {
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
                let over = || (edge, [None; PAST_LEN]);
                self.offer_way(from, to, cost.length_dm(), By::Hierarchy, over);
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
