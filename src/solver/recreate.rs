//! Puts absent tasks back, one after the other in one of several orders, each at its cheapest place. A place is skipped
//! now and then ("blinks"), so that the same ruin does not always heal the same way (Christiaens and Vanden Berghe 2020,
//! doi 10.1287/trsc.2019.0914). Only places beside a task's neighbours and
//! the ends of tours are tried.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Insertion};
use super::neighbours::Neighbours;
use super::problem::{Cost, Problem};
use super::tours::Tours;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

/// How often a place is skipped.
const BLINK: f64 = 0.01;

/// The ends of all tours are tried too: always where there are no more tours than this, else as often as keeps their
/// number, but one time in ten at least.
const ENDS_TOURS: f64 = 20.0;
const ENDS_LEAST: f64 = 0.1;

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
    vehicles_tried: Vec<u64>,
    tried_after: Vec<u64>,
    stamp: u64,
    /// The kind of each vehicle; one that some task calls its home is a kind of its own.
    kinds: Vec<u32>,
    kind_count: usize,
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
            kinds[home.index()] = problem.kinds() as u32 + home.0;
        }
        let mut distinct = kinds.clone();
        distinct.sort_unstable();
        distinct.dedup();
        Self {
            kind_count: distinct.len(),
            tried_after: vec![0; problem.tasks().len()],
            demand: demand.collect(),
            far: far.collect(),
            until_blink: geometric(dice),
            kinds_tried: vec![0; problem.kinds() + problem.vehicles().len()],
            vehicles_tried: vec![0; problem.vehicles().len()],
            stamp: 0,
            kinds,
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

    /// The cheapest place of a task among those that are tried.
    pub(super) fn find(
        &mut self,
        tours: &mut Tours<'_>,
        neighbours: &Neighbours,
        task: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Insertion> {
        self.stamp += 1;
        let problem = tours.problem();
        if problem.partner(task).is_some() {
            return self.find_pair(tours, neighbours, task, dice);
        }
        let mut seek = Seek { tours, task, best: None };
        let befores = neighbours.before(task).iter().map(|other| (*other, 1));
        let afters = neighbours.after(task).iter().map(|other| (*other, 0));
        for (other, step) in befores.chain(afters) {
            let Some(place) = seek.tours.place(other) else { continue };
            if self.blinks(dice) {
                continue;
            }
            let after = place.position as usize + step;
            // Right after one and right before the next is the same place.
            if let Some(before) = after.checked_sub(1) {
                let before = seek.tours.tour(place.vehicle).tasks()[before];
                if std::mem::replace(&mut self.tried_after[before.index()], self.stamp)
                    == self.stamp
                {
                    continue;
                }
            }
            seek.try_place(place.vehicle, after);
        }
        let mut kinds_left = self.kind_count;
        for at in 0..seek.tours.idle().len() {
            let vehicle = seek.tours.idle()[at];
            let tried = &mut self.kinds_tried[self.kinds[vehicle.index()] as usize];
            if std::mem::replace(tried, self.stamp) != self.stamp {
                seek.try_place(vehicle, 0);
                kinds_left -= 1;
                if kinds_left == 0 {
                    break;
                }
            }
        }
        let used = problem.vehicles().len() - seek.tours.idle().len();
        if dice.random_bool((ENDS_TOURS / used.max(1) as f64).clamp(ENDS_LEAST, 1.0)) {
            for vehicle in problem.vehicle_ids() {
                let count = seek.tours.tour(vehicle).tasks().len();
                if count > 0 && !self.blinks(dice) {
                    seek.try_place(vehicle, seek.tours.tour(vehicle).pinned(problem));
                    seek.try_place(vehicle, count);
                }
            }
        }
        if seek.best.is_none() {
            for vehicle in problem.vehicle_ids() {
                let tour = seek.tours.tour(vehicle);
                for after in tour.pinned(problem)..=tour.tasks().len() {
                    seek.try_place(vehicle, after);
                }
            }
        }
        seek.best
    }

    fn find_pair(
        &mut self,
        tours: &mut Tours<'_>,
        neighbours: &Neighbours,
        pickup: TaskId,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Option<Insertion> {
        let problem = tours.problem();
        let mut best: Option<Insertion> = None;
        let mut try_vehicle = |tours: &mut Tours<'_>, vehicle: VehicleId| {
            let beat = best.map_or(Cost::MAX, |found| found.cost);
            best = insertion::best_on(tours, pickup, vehicle, beat).or(best);
        };
        let delivery = problem.partner(pickup);
        for half in [Some(pickup), delivery].into_iter().flatten() {
            for other in neighbours.before(half).iter().chain(neighbours.after(half)) {
                let Some(place) = tours.place(*other) else { continue };
                let tried = &mut self.vehicles_tried[place.vehicle.index()];
                if std::mem::replace(tried, self.stamp) != self.stamp && !self.blinks(dice) {
                    try_vehicle(tours, place.vehicle);
                }
            }
        }
        for at in 0..tours.idle().len() {
            let vehicle = tours.idle()[at];
            let tried = &mut self.kinds_tried[self.kinds[vehicle.index()] as usize];
            if std::mem::replace(tried, self.stamp) != self.stamp {
                try_vehicle(tours, vehicle);
            }
        }
        if best.is_none() {
            for vehicle in problem.vehicle_ids() {
                let beat = best.map_or(Cost::MAX, |found| found.cost);
                best = insertion::best_on(tours, pickup, vehicle, beat).or(best);
            }
        }
        best
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

/// The best place so far of one task.
struct Seek<'a, 'p> {
    tours: &'a mut Tours<'p>,
    task: TaskId,
    best: Option<Insertion>,
}

impl Seek<'_, '_> {
    #[inline]
    fn try_place(&mut self, vehicle: VehicleId, after: usize) {
        let problem = self.tours.problem();
        if !problem.is_allowed(self.task, vehicle) {
            return;
        }
        let moved = self.tours.disruption().cost(self.task, vehicle);
        if self.tours.disruption().has_promises()
            && insertion::breaks_promise(self.tours, self.task, vehicle)
        {
            return;
        }
        let (tours, walker) = self.tours.walker();
        let tour = &tours[vehicle.index()];
        if after < tour.pinned(problem) || !tour.is_feasible() {
            return;
        }
        let beat = self.best.map_or(Cost::MAX, |best| best.cost);
        let found =
            insertion::judge(problem, tour, walker, self.task, after, beat.saturating_sub(moved));
        if let Some(cost) = found {
            self.best = Some(Insertion {
                task: self.task,
                vehicle,
                after,
                delivery_after: None,
                cost: cost + moved,
            });
        }
    }
}

/// How many places until the next blink.
fn geometric(dice: &mut Xoshiro256PlusPlus) -> u32 {
    let draw: f64 = dice.random_range(f64::MIN_POSITIVE..1.0);
    (draw.ln() / (1.0 - BLINK).ln()) as u32 + 1
}
