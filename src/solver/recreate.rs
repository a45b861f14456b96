//! Puts absent tasks back, one after the other in one of several orders, each at its cheapest place. A place is skipped
//! now and then ("blinks"), so that the same ruin does not always heal the same way (Christiaens and Vanden Berghe 2020,
//! doi 10.1287/trsc.2019.0914). Only places beside a task's neighbours and
//! the ends of tours are tried.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Fit};
use super::matrix::Around;
use super::neighbours::Beside;
use super::problem::{Cost, Problem};
use super::tours::{NOBODY, Spot, SpotId, Tours};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

/// How often a place is skipped.
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
    /// Places until the next blink.
    until_blink: u32,
    kinds_tried: Vec<u64>,
    stamp: u64,
    /// The kind of each vehicle; one that some task calls its home is a kind of its own.
    kinds: Vec<u32>,
    kind_count: usize,
    /// By task then vehicle: the best place as of a version of the tour, and of shipments the second spot of it.
    known: Vec<Known>,
    vehicles_tried: Vec<u64>,
    beside: Beside,
}

/// The best place of a task in one version of a tour.
#[derive(Debug, Clone, Copy)]
struct Known {
    version: u32,
    fit: Option<Fit>,
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
            beside: Beside::of(problem),
            known: vec![Known { version: 0, fit: None }; size],
            vehicles_tried: vec![0; problem.vehicles().len()],
        }
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

    /// The cheapest place of a head among those that are tried.
    pub(super) fn find(
        &mut self,
        tours: &mut Tours<'_>,
        head: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Fit> {
        let problem = tours.problem();
        if problem.partner(head).is_some() {
            return self.find_pair(tours, head, dice);
        }
        let is_plain = problem.is_plain && tours.disruption().is_free();
        let near = if is_plain {
            self.find_plain(tours, head, dice)
        } else {
            self.find_rich(tours, head, dice)
        };
        near.or_else(|| self.find_anywhere(tours, head))
    }

    fn find_plain(
        &mut self,
        tours: &mut Tours<'_>,
        task: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Fit> {
        let problem = tours.problem();
        let mut seek = Seek::of(tours, task);
        for &(other, from_s) in self.beside.before(task) {
            let spot = &tours.spots[other.index()];
            if spot.vehicle != NOBODY && !blinks(&mut self.until_blink, dice) {
                seek.try_gap(other.0, spot, from_s, seek.leg_to(spot.next_place));
            }
        }
        for &(other, to_s) in self.beside.after(task) {
            let other = &tours.spots[other.index()];
            if other.vehicle != NOBODY && !blinks(&mut self.until_blink, dice) {
                let spot = &tours.spots[other.prev as usize];
                seek.try_gap(other.prev, spot, seek.leg_from(spot.place), to_s);
            }
        }
        let mut best = seek.found(problem);
        self.for_idle(tours, |tours, vehicle| {
            let ride = problem.ride(vehicle);
            let start = tours.start_of(vehicle);
            let spot = &tours.spots[start as usize];
            let mut seek = Seek::of(tours, task);
            seek.try_gap(start, spot, seek.leg_from(spot.place), seek.leg_to(spot.next_place));
            if let Some(fit) = seek.found(problem)
                && best.is_none_or(|best| fit.cost + ride.fixed < best.cost)
            {
                best = Some(Fit { cost: fit.cost + ride.fixed, ..fit });
            }
        });
        best
    }

    fn find_rich(
        &mut self,
        tours: &mut Tours<'_>,
        task: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Fit> {
        let mut best: Option<Fit> = None;
        for &(other, _) in self.beside.before(task) {
            if tours.spots[other.index()].vehicle != NOBODY && !blinks(&mut self.until_blink, dice)
            {
                try_gap(tours, task, other.0, &mut best);
            }
        }
        for &(other, _) in self.beside.after(task) {
            let other = &tours.spots[other.index()];
            if other.vehicle != NOBODY && !blinks(&mut self.until_blink, dice) {
                let after = other.prev;
                try_gap(tours, task, after, &mut best);
            }
        }
        self.for_idle(tours, |tours, vehicle| {
            let start = tours.start_of(vehicle);
            try_gap(tours, task, start, &mut best);
        });
        best
    }

    /// One idle vehicle of every kind.
    fn for_idle(&mut self, tours: &mut Tours<'_>, mut see: impl FnMut(&mut Tours<'_>, VehicleId)) {
        self.stamp += 1;
        let mut kinds_left = self.kind_count;
        for at in 0..tours.idle().len() {
            let vehicle = tours.idle()[at];
            let tried = &mut self.kinds_tried[self.kinds[vehicle.index()] as usize];
            if std::mem::replace(tried, self.stamp) != self.stamp {
                see(tours, vehicle);
                kinds_left -= 1;
                if kinds_left == 0 {
                    break;
                }
            }
        }
    }

    /// The cheapest place on any vehicle.
    fn find_anywhere(&mut self, tours: &mut Tours<'_>, head: TaskId) -> Option<Fit> {
        let mut best = None;
        for vehicle in tours.problem().vehicle_ids() {
            self.look_at(tours, head, vehicle, &mut best);
        }
        best
    }

    fn find_pair(
        &mut self,
        tours: &mut Tours<'_>,
        pickup: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Fit> {
        let mut best: Option<Fit> = None;
        let delivery = tours.problem().partner(pickup);
        self.stamp += 1;
        for half in [Some(pickup), delivery].into_iter().flatten() {
            for at in 0..self.beside.before(half).len() + self.beside.after(half).len() {
                let before = self.beside.before(half);
                let (other, _) =
                    *before.get(at).unwrap_or_else(|| &self.beside.after(half)[at - before.len()]);
                let Some(vehicle) = tours.vehicle_of(other) else { continue };
                let tried = &mut self.vehicles_tried[vehicle.index()];
                if std::mem::replace(tried, self.stamp) != self.stamp
                    && !blinks(&mut self.until_blink, dice)
                {
                    self.look_at(tours, pickup, vehicle, &mut best);
                }
            }
        }
        let mut idle = Vec::new();
        self.for_idle(tours, |_, vehicle| idle.push(vehicle));
        for vehicle in idle {
            self.look_at(tours, pickup, vehicle, &mut best);
        }
        best.or_else(|| self.find_anywhere(tours, pickup))
    }

    #[inline]
    fn look_at(
        &mut self,
        tours: &mut Tours<'_>,
        head: TaskId,
        vehicle: VehicleId,
        best: &mut Option<Fit>,
    ) {
        let at = head.index() * tours.problem().vehicles().len() + vehicle.index();
        let version = tours.tours[vehicle.index()].version;
        let fit = match self.known.get_mut(at) {
            Some(known) if known.version == version => known.fit,
            Some(known) => {
                let fit = insertion::best_fit_on(tours, head, vehicle, Cost::MAX);
                *known = Known { version, fit };
                fit
            }
            None => insertion::best_fit_on(tours, head, vehicle, Cost::MAX),
        };
        if let Some(fit) = fit
            && best.is_none_or(|best| fit.cost < best.cost)
            && !tours.breaks_promise(head, vehicle)
        {
            *best = Some(fit);
        }
    }
}

#[inline]
fn blinks(until_blink: &mut u32, dice: &mut Xoshiro256PlusPlus) -> bool {
    *until_blink -= 1;
    if *until_blink > 0 {
        return false;
    }
    *until_blink = geometric(dice);
    true
}

/// Judges places of a task of a plain problem, with all that stays the same at hand.
struct Seek<'a> {
    around: Around<'a>,
    room: &'a [i32],
    amount: i32,
    allowed: &'a [u64],
    opens_s: i32,
    closes_s: i32,
    service_s: i32,
    best_s: i32,
    best_after: SpotId,
    best_vehicle: u32,
}

impl<'a> Seek<'a> {
    fn of(tours: &'a Tours<'_>, task: TaskId) -> Self {
        let problem = tours.problem();
        let node = problem.node(task);
        let ride = problem.ride(VehicleId(0));
        Self {
            around: problem.around(ride, node.location),
            room: &tours.loads.room,
            amount: problem.amount(task).first().copied().unwrap_or(0),
            allowed: problem.allowed_row(task),
            opens_s: node.opens_s,
            closes_s: node.closes_s,
            service_s: problem.work_on(task, ride).1,
            best_s: i32::MAX,
            best_after: NOBODY,
            best_vehicle: NOBODY,
        }
    }
    #[inline]
    fn leg_from(&self, place: u32) -> i32 {
        self.around.seconds_from(place)
    }
    #[inline]
    fn leg_to(&self, place: u32) -> i32 {
        self.around.seconds_to(place)
    }
    #[inline]
    fn try_gap(&mut self, after: SpotId, spot: &Spot, from_s: i32, to_s: i32) {
        let more_s = from_s + to_s - spot.leg_s;
        if more_s >= self.best_s {
            return;
        }
        let start_s = (spot.ready_s + from_s).max(self.opens_s);
        let is_in_time =
            start_s <= self.closes_s && start_s + self.service_s + to_s <= spot.next_due_s;
        let vehicle = spot.vehicle as usize;
        if is_in_time
            && self.room.get(vehicle).is_none_or(|room| *room >= self.amount)
            && self.allowed[vehicle / 64] & (1 << (vehicle % 64)) != 0
        {
            (self.best_s, self.best_after, self.best_vehicle) = (more_s, after, spot.vehicle);
        }
    }
    fn found(&self, problem: &Problem) -> Option<Fit> {
        (self.best_after != NOBODY).then(|| Fit {
            cost: i64::from(self.best_s) * problem.ride(VehicleId(0)).per_s,
            vehicle: VehicleId(self.best_vehicle),
            after: self.best_after,
            delivery_after: None,
        })
    }
}

/// Judges a place behind a spot of a rich problem.
fn try_gap(tours: &mut Tours<'_>, task: TaskId, after: SpotId, best: &mut Option<Fit>) {
    let problem = tours.problem();
    let spot = &tours.spots[after as usize];
    let vehicle = VehicleId(spot.vehicle);
    let is_shut = tours.task_at(spot.next).is_some_and(|next| problem.is_pinned(next));
    if is_shut
        || !problem.is_allowed(task, vehicle)
        || tours.breaks_promise(task, vehicle)
        || !tours.holds(vehicle)
    {
        return;
    }
    let moved = tours.disruption().cost(task, vehicle);
    let beat = best.map_or(Cost::MAX, |best| best.cost).saturating_sub(moved);
    if let Some(cost) = insertion::judge(tours, task, vehicle, after, beat) {
        *best = Some(Fit { cost: cost + moved, vehicle, after, delivery_after: None });
    }
}

/// How many places until the next blink.
fn geometric(dice: &mut Xoshiro256PlusPlus) -> u32 {
    let draw: f64 = dice.random_range(f64::MIN_POSITIVE..1.0);
    (draw.ln() / (1.0 - BLINK).ln()) as u32 + 1
}
