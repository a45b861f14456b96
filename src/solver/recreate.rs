//! Puts absent tasks back, one after the other in one of several orders, each at its cheapest place. A tour is passed
//! over now and then ("blinks"), so that the same ruin does not always heal the same way (Christiaens and Vanden Berghe
//! 2020, doi 10.1287/trsc.2019.0914). Only tours with near tasks and one idle vehicle of every kind are tried; the best
//! place in a tour is remembered until the tour changes, and a step that is taken back gives the tour its old number.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Along, Fit, Guest};
use super::neighbours::Neighbours;
use super::problem::{Cost, Problem};
use super::tours::{NOBODY, SpotId, Tours};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

/// How often a tour is passed over.
const BLINK: f64 = 0.01;

/// So many best places of tasks on vehicles are remembered, or none.
const KNOWN_MAX: usize = 1_000_000;

/// Orders in which absent tasks come, with their weights.
#[derive(Debug, Clone, Copy)]
enum Order {
    Random,
    Demand,
    Far,
    Near,
    WindowLength,
    WindowStart,
    WindowEnd,
}

const ORDERS: [(u32, Order); 7] = [
    (4, Order::Random),
    (4, Order::Demand),
    (2, Order::Far),
    (1, Order::Near),
    (2, Order::WindowLength),
    (2, Order::WindowStart),
    (2, Order::WindowEnd),
];

/// What recreating needs again and again.
#[derive(Debug)]
pub(super) struct Recreate {
    /// Of each task: what it takes up, and how far it is from where vehicles start.
    demand: Vec<i64>,
    far: Vec<i32>,
    /// Tours until the next blink.
    until_blink: u32,
    kinds_tried: Vec<u64>,
    stamp: u64,
    /// The kind of each vehicle; one that some task calls its home is a kind of its own.
    kinds: Vec<u32>,
    kind_count: usize,
    /// By task then vehicle: the best place as of a version of the tour, and of shipments the second spot of it.
    known: Known,
    /// By vehicle, a bit each: whether it has a task near the one that is put back.
    near: Vec<u64>,
    tour_price: Cost,
    /// So many vehicles may be used.
    tours_max: usize,
}

/// The best place of each task in a version of each tour, by task then vehicle. What is asked for most lies together.
#[derive(Debug, Default)]
struct Known {
    /// Versions of tours are never 0.
    versions: Vec<u32>,
    /// [`Cost::MAX`] if there is none.
    costs: Vec<Cost>,
    places: Vec<(SpotId, Along)>,
}

impl Recreate {
    pub(super) fn new(tours: &Tours<'_>, dice: &mut Xoshiro256PlusPlus) -> Self {
        let problem = tours.problem();
        let first = problem.vehicle_ids().next();
        let demand = problem.task_ids().map(|task| {
            let change = problem.change(task).iter().map(|amount| i64::from(amount.abs()));
            change.sum::<i64>()
        });
        let far = problem.task_ids().map(|task| {
            first.map_or(0, |vehicle| {
                let ride = problem.ride(vehicle);
                problem.travel_s(ride, ride.start, problem.node(task).location)
            })
        });
        let mut kinds: Vec<u32> =
            problem.vehicle_ids().map(|vehicle| problem.ride(vehicle).kind).collect();
        let homes = problem.task_ids().filter_map(|task| tours.disruption().home(task));
        for home in homes {
            if let Some(kind) = kinds.get_mut(home.index()) {
                *kind = problem.kinds() as u32 + home.0;
            }
        }
        let mut distinct = kinds.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let size = problem.tasks().len() * problem.vehicles().len();
        let size = if size <= KNOWN_MAX { size } else { 0 };
        Self {
            kind_count: distinct.len(),
            demand: demand.collect(),
            far: far.collect(),
            until_blink: geometric(dice),
            kinds_tried: vec![0; problem.kinds() + problem.vehicles().len()],
            stamp: 0,
            kinds,
            tour_price: 0,
            tours_max: usize::MAX,
            known: Known {
                versions: vec![0; size],
                costs: vec![Cost::MAX; size],
                places: vec![(NOBODY, Along::Nothing); size],
            },
            near: vec![0; problem.vehicles().len().div_ceil(64)],
        }
    }

    /// What it costs from now on to use an idle vehicle, beside what it really costs.
    pub(super) fn price_tours(&mut self, tour_price: Cost) {
        self.tour_price = tour_price;
    }

    /// From now on at most so many vehicles are used.
    pub(super) fn limit_tours(&mut self, tours_max: usize) {
        self.tours_max = tours_max;
    }

    /// Sorts the absent tasks into one of the orders.
    pub(super) fn sort(
        &self,
        problem: &Problem,
        absent: &mut [TaskId],
        dice: &mut Xoshiro256PlusPlus,
    ) {
        absent.sort_unstable();
        absent.shuffle(dice);
        let total: u32 = ORDERS.iter().map(|(weight, _)| weight).sum();
        let mut drawn = dice.random_range(0..total);
        let mut order = Order::Random;
        for (weight, candidate) in ORDERS {
            if drawn < weight {
                order = candidate;
                break;
            }
            drawn -= weight;
        }
        let node = |task: TaskId| problem.node(task);
        match order {
            Order::Random => {}
            Order::Demand => absent.sort_by_key(|task| -self.demand[task.index()]),
            Order::Far => absent.sort_by_key(|task| -self.far[task.index()]),
            Order::Near => absent.sort_by_key(|task| self.far[task.index()]),
            Order::WindowLength => absent.sort_by_key(|&t| node(t).closes_s - node(t).opens_s),
            Order::WindowStart => absent.sort_by_key(|&task| node(task).opens_s),
            Order::WindowEnd => absent.sort_by_key(|&task| -node(task).closes_s),
        }
    }

    /// The cheapest place of a head on the vehicles near it, or on any if there is none.
    pub(super) fn find(
        &mut self,
        tours: &mut Tours<'_>,
        neighbours: &Neighbours,
        head: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Fit> {
        self.stamp += 1;
        let problem = tours.problem();
        let is_plain = problem.is_plain && tours.disruption().is_free();
        let guest = is_plain.then(|| Guest::of(problem, head));
        let guest = guest.as_ref();
        let mut best: Option<Fit> = None;
        self.near.fill(0);
        for half in [Some(head), problem.partner(head)].into_iter().flatten() {
            for other in neighbours.beside(half) {
                let vehicle = tours.spots[other.index()].vehicle;
                if vehicle != NOBODY {
                    self.near[vehicle as usize / 64] |= 1 << (vehicle % 64);
                }
            }
        }
        for word in 0..self.near.len() {
            let mut left = self.near[word] & problem.allowed_row(head)[word];
            while left != 0 {
                let vehicle = VehicleId(word as u32 * 64 + left.trailing_zeros());
                left &= left - 1;
                if !self.blinks(dice) {
                    self.look_at(tours, head, guest, vehicle, &mut best);
                }
            }
        }
        // One idle vehicle of every kind.
        let mut kinds_left = self.kind_count;
        let may_open = tours.used() < self.tours_max;
        let idle = if may_open { tours.idle().len() } else { 0 };
        for at in 0..idle {
            let vehicle = tours.idle()[at];
            let tried = &mut self.kinds_tried[self.kinds[vehicle.index()] as usize];
            if std::mem::replace(tried, self.stamp) != self.stamp {
                if problem.is_allowed(head, vehicle) {
                    self.look_at(tours, head, guest, vehicle, &mut best);
                }
                kinds_left -= 1;
                if kinds_left == 0 {
                    break;
                }
            }
        }
        if best.is_none() {
            for vehicle in problem.vehicle_ids().filter(|v| problem.is_allowed(head, *v)) {
                if !may_open && tours.count_of(vehicle) == 0 {
                    continue;
                }
                self.look_at(tours, head, guest, vehicle, &mut best);
            }
        }
        best
    }

    /// The best place on a vehicle, worked out only if its tour has changed since it was asked for last.
    #[inline]
    fn look_at(
        &mut self,
        tours: &mut Tours<'_>,
        head: TaskId,
        guest: Option<&Guest<'_>>,
        vehicle: VehicleId,
        best: &mut Option<Fit>,
    ) {
        let at = head.index() * tours.problem().vehicles().len() + vehicle.index();
        let tour = &tours.tours[vehicle.index()];
        let (version, is_idle) = (tour.version, tour.count == 0);
        let is_known = self.known.versions.get(at) == Some(&version);
        let mut place = None;
        let mut cost = if is_known {
            self.known.costs[at]
        } else {
            let fit = self.look_anew(tours, head, guest, vehicle, at);
            place = Some((fit.after, fit.along));
            fit.cost
        };
        if cost == Cost::MAX {
            return;
        }
        if is_idle {
            cost += self.tour_price;
        }
        if cost < best.map_or(Cost::MAX, |best| best.cost) && !tours.breaks_promise(head, vehicle) {
            let (after, along) = place.unwrap_or_else(|| self.known.places[at]);
            *best = Some(Fit { cost, vehicle, after, along });
        }
    }

    /// The best place on a vehicle, worked out and remembered; its cost is [`Cost::MAX`] if there is none.
    #[inline(never)]
    fn look_anew(
        &mut self,
        tours: &mut Tours<'_>,
        head: TaskId,
        guest: Option<&Guest<'_>>,
        vehicle: VehicleId,
        at: usize,
    ) -> Fit {
        let found = match guest {
            Some(guest) => guest.fit_on(tours, vehicle),
            None => insertion::fit_on(tours, head, vehicle, Cost::MAX),
        };
        let nowhere = Fit { cost: Cost::MAX, vehicle, after: NOBODY, along: Along::Nothing };
        let fit = found.unwrap_or(nowhere);
        if let Some(version) = self.known.versions.get_mut(at) {
            *version = tours.tours[vehicle.index()].version;
            self.known.costs[at] = fit.cost;
            self.known.places[at] = (fit.after, fit.along);
        }
        fit
    }

    #[inline]
    fn blinks(&mut self, dice: &mut Xoshiro256PlusPlus) -> bool {
        self.until_blink -= 1;
        if self.until_blink > 0 {
            return false;
        }
        self.until_blink = geometric(dice);
        true
    }
}

/// How many tours until the next blink.
fn geometric(dice: &mut Xoshiro256PlusPlus) -> u32 {
    let draw: f64 = dice.random_range(f64::MIN_POSITIVE..1.0);
    (draw.ln() / (1.0 - BLINK).ln()) as u32 + 1
}
