//! Ruin and recreate under simulated annealing on one thread: tear a region out, put it back, keep the result if it is
//! better or, while it is hot, not much worse (Christiaens and Vanden Berghe 2020, doi 10.1287/trsc.2019.0914; Schrimpf
//! et al. 2000, doi 10.1006/jcph.1999.6413).

use super::draft::{TaskId, VehicleId};
use super::insertion;
use super::links;
use super::neighbours::Neighbours;
use super::plan::Plan;
use super::problem::Cost;
use super::recreate::Recreate;
use super::ruin::{Extent, Ruins};
use super::tails::TailSwap;
use super::tours::Tours;
use super::undo::Undo;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// How many swaps of tails are tried for each ruin: so many that they cost about a tenth of the time.
const TAILS_PER_RUIN: usize = 20;

/// More heats than this are never drawn: it would be a chance in 10^12.
const DRAW_MAX: f64 = 28.0;

/// So many absent tasks are all tried at each step; of more, as many as lie near.
const ABSENT_MAX: usize = 40;
/// How often a step opens a tour, and how often it closes one. Single tasks hardly ever do: a tour pays only when several
/// have moved to it.
const OPENING: f64 = 0.02;
const CLOSING: f64 = 0.02;

/// How many parties of a crew are looked at.
const PARTIES_MAX: usize = 30;

/// What a step may do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Climate {
    /// How much worse may be kept on average, in inner costs.
    pub heat: f64,
    /// What a used vehicle costs beside what it really costs. Less than nothing invites new tours, which single tasks
    /// would never open: a new tour pays only when several have moved to it.
    pub tour_price: Cost,
}

/// Tours on their way to better ones.
pub(super) struct Chain<'p> {
    tours: Tours<'p>,
    neighbours: &'p Neighbours,
    recreate: Recreate,
    ruins: Ruins,
    undo: Undo,
    tail_swap: TailSwap,
    dice: Xoshiro256PlusPlus,
    /// What the tours cost.
    tours_cost: Cost,
    /// Heads of absent tasks, now and before the step that is tried.
    absent: Vec<TaskId>,
    absent_before: Vec<TaskId>,
    /// Those that wait for another step, and by task: when it had its turn last.
    aside: Vec<TaskId>,
    turns: Vec<u64>,
    turn: u64,
    /// How much a task may cost more than its absence when it is put back: it may bring others along.
    leeway: Cost,
    /// So many vehicles may be used.
    tours_max: usize,
    /// Vehicles with tasks, before the step that is tried.
    used_before: usize,
    best: Plan,
    best_cost: Cost,
    /// Tours that differ from the best plan's.
    is_dirty: Vec<bool>,
}

impl<'p> Chain<'p> {
    pub(super) fn new(tours: Tours<'p>, neighbours: &'p Neighbours, seed: u64) -> Self {
        let problem = tours.problem();
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let recreate = Recreate::new(&tours, &mut dice);
        let cost = tours.cost();
        let absent: Vec<TaskId> =
            Tours::heads(problem).filter(|head| tours.vehicle_of(*head).is_none()).collect();
        Self {
            neighbours,
            recreate,
            ruins: Ruins::new(&tours),
            undo: Undo::new(&tours),
            tail_swap: TailSwap::default(),
            tours_max: usize::MAX,
            used_before: tours.used(),
            dice,
            tours_cost: cost - absent.iter().map(|task| tours.absence_cost(*task)).sum::<Cost>(),
            absent_before: Vec::new(),
            aside: Vec::new(),
            turns: vec![0; problem.tasks().len()],
            turn: 0,
            leeway: 0,
            absent,
            best: tours.plan(),
            best_cost: cost,
            is_dirty: vec![false; problem.vehicles().len()],
            tours,
        }
    }

    /// From now on at most so many vehicles are used.
    pub(super) fn limit_tours(&mut self, tours_max: usize) {
        self.tours_max = tours_max;
        self.recreate.limit_tours(tours_max);
    }

    /// What it really costs.
    pub(super) fn cost(&self) -> Cost {
        self.tours_cost + self.absence(&self.absent)
    }
    fn absence(&self, tasks: &[TaskId]) -> Cost {
        tasks.iter().map(|task| self.tours.absence_cost(*task)).sum()
    }
    pub(super) fn best(&self) -> (&Plan, Cost) {
        (&self.best, self.best_cost)
    }
    pub(super) fn tours(&self) -> &Tours<'p> {
        &self.tours
    }
    /// How many tasks (or shipments) are in no tour.
    pub(super) fn left_out(&self) -> usize {
        self.absent.len()
    }

    /// Puts in what is absent as far as it fits, without tearing anything out. Says whether the best plan is a new one.
    pub(super) fn fill(&mut self) -> bool {
        self.begin();
        self.put_back_absent();
        let draw = self.draw();
        self.settle(Climate::default(), draw)
    }

    /// One step: a ruin, and some tails. Says whether the best plan is a new one.
    pub(super) fn step(&mut self, climate: Climate) -> bool {
        self.recreate.price_tours(climate.tour_price);
        self.begin();
        let problem = self.tours.problem();
        let seed = TaskId(self.dice.random_range(0..problem.asked as u32));
        let kind = if self.may_change_fleet() { self.dice.random_range(0.0..1.0) } else { 1.0 };
        let mut tours_max = self.tours_max;
        if kind < OPENING {
            self.tear_out(seed, Extent::WideRegion);
            self.open_tour(seed);
        } else if kind < OPENING + CLOSING {
            self.tear_out(seed, Extent::Trip);
            tours_max = tours_max.min(self.tours.used());
        } else {
            self.tear_out(seed, Extent::Region);
        }
        self.recreate.limit_tours(tours_max);
        self.leeway = (climate.heat * self.draw()) as Cost;
        self.put_back_near(seed);
        let draw = self.draw();
        let mut is_better = self.settle(climate, draw);
        for _ in 0..TAILS_PER_RUIN {
            is_better |= self.swap_tails(climate);
        }
        is_better
    }

    /// Whether steps open and close tours. Where no vehicle can stand for another, that loses more than it finds unless
    /// tasks have no place.
    fn may_change_fleet(&self) -> bool {
        self.tours.problem().kinds() == 1 || !self.absent_before.is_empty()
    }

    fn swap_tails(&mut self, climate: Climate) -> bool {
        let bounds = (climate.heat * DRAW_MAX, climate.tour_price);
        if !self.tail_swap.draw(&self.tours, self.neighbours, bounds, &mut self.dice) {
            return false;
        }
        let draw = self.draw();
        if self.tail_swap.more() as f64 > climate.heat * draw {
            return false;
        }
        self.begin();
        self.tail_swap.apply(&mut self.tours, &mut self.undo);
        self.settle(climate, draw)
    }

    /// How much worse is kept, in heats: one on average.
    fn draw(&mut self) -> f64 {
        -self.dice.random_range(f64::MIN_POSITIVE..1.0).ln()
    }

    fn begin(&mut self) {
        self.undo.begin(&self.tours);
        self.absent_before.clone_from(&self.absent);
        self.used_before = self.tours.used();
    }

    fn tear_out(&mut self, seed: TaskId, extent: Extent) {
        let problem = self.tours.problem();
        self.ruins.choose(&self.tours, self.neighbours, (seed, extent), &mut self.dice);
        let mut hanging = Vec::new();
        for (vehicle, string) in self.ruins.strings() {
            self.undo.touch(&mut self.tours, vehicle);
            if problem.has_links() {
                hanging.extend(self.tours.take_out_unsettled(vehicle, string));
            } else {
                self.tours.take_out(vehicle, string);
            }
            self.absent.extend(string.iter().filter(|task| problem.is_head(**task)));
        }
        self.tours.settle_links(&hanging);
    }

    /// The seed, if it is absent, sets out alone although that does not pay: others may join it.
    fn open_tour(&mut self, seed: TaskId) {
        let problem = self.tours.problem();
        let is_absent = self.tours.vehicle_of(seed).is_none() && problem.is_head(seed);
        if !is_absent || problem.links.has(seed) || self.tours.used() >= self.tours_max {
            return;
        }
        let mut idle = self.tours.idle().iter().copied();
        let Some(vehicle) = idle.find(|vehicle| problem.is_allowed(seed, *vehicle)) else { return };
        if self.tours.breaks_promise(seed, vehicle) {
            return;
        }
        if let Some(fit) = insertion::fit_on(&mut self.tours, seed, vehicle, Cost::MAX) {
            self.undo.touch(&mut self.tours, vehicle);
            fit.apply(&mut self.tours, seed);
            self.absent.retain(|task| *task != seed);
        }
    }

    /// Puts back what was torn out and what else is absent; of many only those near the seed have their turn.
    fn put_back_near(&mut self, seed: TaskId) {
        if self.absent_before.len() <= ABSENT_MAX || self.tours.problem().has_links() {
            return self.put_back_absent();
        }
        self.turn += 1;
        let torn_out = self.ruins.strings().flat_map(|(_, string)| string.iter().copied());
        let near = self.neighbours.near(seed).iter().copied().take(ABSENT_MAX);
        for task in torn_out.chain(near).chain([seed]) {
            self.turns[task.index()] = self.turn;
        }
        let (turns, turn) = (&self.turns, self.turn);
        let mut aside = std::mem::take(&mut self.aside);
        aside.clear();
        self.absent.retain(|task| {
            let has_turn = turns[task.index()] == turn;
            if !has_turn {
                aside.push(*task);
            }
            has_turn
        });
        self.put_back_absent();
        self.absent.extend_from_slice(&aside);
        self.aside = aside;
    }

    fn put_back_absent(&mut self) {
        let problem = self.tours.problem();
        let mut absent = std::mem::take(&mut self.absent);
        self.recreate.sort(problem, &mut absent, &mut self.dice);
        links::in_order(problem, &mut absent);
        absent.retain(|&task| {
            if problem.links.has(task) {
                return !self.put_crew(task);
            }
            let found = self.recreate.find(&mut self.tours, self.neighbours, task, &mut self.dice);
            let Some(fit) = found else { return true };
            if fit.cost > self.tours.absence_cost(task).saturating_add(self.leeway) {
                return true;
            }
            self.undo.touch(&mut self.tours, fit.vehicle);
            fit.apply(&mut self.tours, task);
            false
        });
        self.absent = absent;
    }

    /// Puts a linked task back with its crew, if that is worth it. What has to come before it may still be absent: then
    /// it waits for another step.
    fn put_crew(&mut self, head: TaskId) -> bool {
        let worth = self.tours.absence_cost(head);
        let beat = worth.saturating_add(1);
        let Some(party) = links::best(&mut self.tours, head, None, beat, PARTIES_MAX) else {
            return false;
        };
        for (task, vehicle, _) in party.members() {
            self.undo.touch(&mut self.tours, vehicle);
            for other in self.tours.problem().links.around(task) {
                if let Some(vehicle) = self.tours.vehicle_of(other) {
                    self.undo.touch(&mut self.tours, vehicle);
                }
            }
        }
        party.apply(&mut self.tours);
        true
    }

    /// Keeps the step or takes it back.
    fn settle(&mut self, climate: Climate, draw: f64) -> bool {
        let more = self.change();
        let change = more + self.absence(&self.absent) - self.absence(&self.absent_before);
        let holds = self.undo.touched().all(|(vehicle, _)| self.tours.holds(vehicle))
            && self.keeps_promises();
        let opened = self.tours.used() as Cost - self.used_before as Cost;
        let change = change + opened * climate.tour_price;
        if !holds || change as f64 > climate.heat * draw {
            self.undo.take_back(&mut self.tours);
            std::mem::swap(&mut self.absent, &mut self.absent_before);
            return false;
        }
        self.tours_cost += more;
        for (vehicle, _) in self.undo.touched() {
            self.is_dirty[vehicle.index()] = true;
        }
        let cost = self.cost();
        debug_assert_eq!(cost, self.tours.cost(), "the change is exact");
        if cost >= self.best_cost {
            return false;
        }
        self.best_cost = cost;
        for (vehicle, is_dirty) in self.is_dirty.iter_mut().enumerate() {
            if std::mem::take(is_dirty) {
                let tour = &mut self.best.tours[vehicle];
                tour.clear();
                tour.extend(self.tours.tasks_of(VehicleId(vehicle as u32)));
            }
        }
        true
    }

    /// What the step changed in tours and moved tasks.
    fn change(&self) -> Cost {
        let problem = self.tours.problem();
        let touched = self.undo.touched().map(|(vehicle, before)| {
            let now = &self.tours.tours[vehicle.index()];
            now.total(problem, vehicle) - before.total(problem, vehicle)
        });
        touched.sum()
    }

    fn keeps_promises(&self) -> bool {
        let disruption = self.tours.disruption();
        let absent = self.absent.iter().filter(|task| disruption.is_promised(**task)).count();
        !disruption.has_promises() || self.tours.astray() + absent as u32 <= disruption.budget()
    }
}

/// What a leg costs on average: the unit of heat.
pub(super) fn mean_leg(tours: &Tours<'_>) -> f64 {
    let (mut cost, mut legs) = (0.0, 0.0);
    for tour in tours.tours.iter().filter(|tour| tour.count > 0) {
        cost += tour.travel_cost as f64;
        legs += f64::from(tour.count) + 1.0;
    }
    if legs > 0.0 { cost / legs } else { 0.0 }
}
