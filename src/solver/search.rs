//! Improves a plan as long as there is time: tear a region out, put it back, keep the result if it is better or, while
//! it is hot, not much worse (simulated annealing on ruin and recreate; Christiaens and Vanden Berghe 2020,
//! doi 10.1287/trsc.2019.0914; Schrimpf et al. 2000, doi 10.1006/jcph.1999.6413).
//!
//! The plan never leaves feasible space: rules are filters on insertion. Pinned visits never move, locked tasks never
//! leave their vehicle, moved tasks cost what they cost and moved promises stay within their budget. The best plan found
//! is never worse than the one given. The same plan, seed and number of iterations give the same result.

use super::draft::TaskId;
use super::insertion;
use super::neighbours::Neighbours;
use super::plan::Plan;
use super::problem::Cost;
use super::recreate::Recreate;
use super::ruin::Ruins;
use super::stop::Budget;
use super::tour::Tour;
use super::tours::Tours;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// How a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub seed: u64,
    /// How much worse may be kept at the beginning and at the end, in mean legs of the first plan.
    pub heat: (f64, f64),
}

impl Default for Options {
    /// For a search from nothing, or with much time.
    fn default() -> Self {
        Self { seed: 1, heat: (1.0, 0.01) }
    }
}

impl Options {
    /// For a plan that is good already and little time.
    pub fn gentle(seed: u64) -> Self {
        Self { seed, heat: (0.1, 0.01) }
    }
}

/// A new best plan, on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub iteration: u64,
    pub share_used: f64,
    /// Moved tasks included, in inner costs.
    pub cost: Cost,
    pub left_out: usize,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub plan: Plan,
    /// Moved tasks included, in inner costs.
    pub cost: Cost,
    /// The same of the plan that was given.
    pub cost_before: Cost,
    pub moved_promises: u32,
    pub iterations: u64,
}

/// Searches from the tours given; `on_better` hears of every new best plan.
pub fn improve(
    tours: Tours<'_>,
    options: &Options,
    budget: &Budget<'_>,
    on_better: &mut dyn FnMut(&Progress),
) -> Outcome {
    let Some(arranged) = tours.problem().arranged() else {
        return Search::new(tours, options).run(budget, on_better);
    };
    Search::new(tours.over(&arranged), options).run(budget, on_better)
}

struct Search<'p> {
    tours: Tours<'p>,
    neighbours: Neighbours,
    recreate: Recreate,
    ruins: Ruins,
    dice: Xoshiro256PlusPlus,
    options: Options,
    cost: Cost,
    /// Heads of absent tasks, now and before the step that is tried.
    absent: Vec<TaskId>,
    absent_before: Vec<TaskId>,
    /// Tours as they were before the step, and which step touched each tour last.
    saved: Vec<Tour>,
    saved_count: usize,
    touched_in: Vec<u64>,
    best: Plan,
    best_cost: Cost,
    /// Tours that differ from the best plan's.
    is_dirty: Vec<bool>,
}

impl<'p> Search<'p> {
    fn new(tours: Tours<'p>, options: &Options) -> Self {
        let problem = tours.problem();
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(options.seed);
        let recreate = Recreate::new(&tours, &mut dice);
        let cost = tours.cost();
        let absent: Vec<TaskId> =
            Tours::heads(problem).filter(|head| tours.place(*head).is_none()).collect();
        Self {
            neighbours: Neighbours::of(problem),
            recreate,
            ruins: Ruins::default(),
            dice,
            options: *options,
            cost,
            absent_before: Vec::new(),
            absent,
            saved: Vec::new(),
            saved_count: 0,
            touched_in: vec![0; problem.vehicles().len()],
            best: tours.plan(),
            best_cost: cost,
            is_dirty: vec![false; problem.vehicles().len()],
            tours,
        }
    }

    fn run(mut self, budget: &Budget<'_>, on_better: &mut dyn FnMut(&Progress)) -> Outcome {
        let cost_before = self.cost;
        let mut share_used = budget.share(0, 0.0);
        let is_idle =
            self.tours.problem().tasks().is_empty() || self.tours.problem().vehicles().is_empty();
        let mut iteration = 0;
        if !is_idle && share_used < 1.0 {
            // First fill in what is missing, without tearing anything out.
            self.begin(iteration);
            self.put_back_absent(iteration);
            self.settle(iteration, share_used, 0.0, on_better);
            let (hot, cold) = self.options.heat;
            let leg = self.mean_leg();
            loop {
                iteration += 1;
                share_used = budget.share(iteration, share_used);
                if share_used >= 1.0 {
                    break;
                }
                let heat = leg * hot * (cold / hot).powf(share_used);
                self.begin(iteration);
                self.tear_out(iteration);
                self.put_back_absent(iteration);
                self.settle(iteration, share_used, heat, on_better);
            }
        }
        let moved_promises = self.moved_promises_of_best();
        Outcome {
            plan: self.best,
            cost: self.best_cost,
            cost_before,
            moved_promises,
            iterations: iteration,
        }
    }

    fn begin(&mut self, _iteration: u64) {
        self.saved_count = 0;
        self.absent_before.clone_from(&self.absent);
    }

    /// Remembers a tour before it is changed for the first time in this step.
    fn touch(&mut self, vehicle: super::VehicleId, iteration: u64) {
        if std::mem::replace(&mut self.touched_in[vehicle.index()], iteration + 1) == iteration + 1
        {
            return;
        }
        let tour = self.tours.tour(vehicle);
        match self.saved.get_mut(self.saved_count) {
            Some(saved) => saved.copy_from(tour),
            None => self.saved.push(tour.clone()),
        }
        self.saved_count += 1;
    }

    fn tear_out(&mut self, iteration: u64) {
        let problem = self.tours.problem();
        let seed = TaskId(self.dice.random_range(0..problem.tasks().len() as u32));
        let used = self.tours.tours().iter().filter(|tour| !tour.is_empty()).count();
        let placed = self.tours.tours().iter().map(|tour| tour.tasks().len()).sum::<usize>();
        let mean_len = placed as f64 / used.max(1) as f64;
        let mut ruins = std::mem::take(&mut self.ruins);
        ruins.choose(&self.tours, &self.neighbours, seed, mean_len, &mut self.dice);
        for (vehicle, string) in &ruins.strings {
            self.touch(*vehicle, iteration);
            self.tours.remove_marked(*vehicle, string);
            let is_head =
                |task: &&TaskId| !matches!(problem.task(**task).role, super::Role::Delivery { .. });
            self.absent.extend(string.iter().filter(is_head));
        }
        self.ruins = ruins;
    }

    fn put_back_absent(&mut self, iteration: u64) {
        let mut absent = std::mem::take(&mut self.absent);
        self.recreate.sort(self.tours.problem(), &mut absent, &mut self.dice);
        absent.retain(|&task| {
            let found = self.recreate.find(&mut self.tours, &self.neighbours, task, &mut self.dice);
            let Some(place) = found else { return true };
            if place.cost > self.tours.absence_cost(task) {
                return true;
            }
            self.touch(place.vehicle, iteration);
            insertion::apply(&mut self.tours, &place);
            false
        });
        self.absent = absent;
    }

    /// Keeps the step or takes it back.
    fn settle(
        &mut self,
        iteration: u64,
        share_used: f64,
        heat: f64,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let cost = self.cost + self.change();
        let draw: f64 = self.dice.random_range(f64::MIN_POSITIVE..1.0);
        let limit = self.cost as f64 - heat * draw.ln();
        let touched = &self.saved[..self.saved_count];
        let holds = touched.iter().all(|saved| self.tours.tour(saved.vehicle()).is_feasible())
            && self.keeps_promises();
        if !holds || cost as f64 > limit {
            self.take_back();
            return;
        }
        self.cost = cost;
        for saved in touched {
            self.is_dirty[saved.vehicle().index()] = true;
        }
        debug_assert_eq!(self.cost, self.tours.cost(), "the change is exact");
        if cost < self.best_cost {
            self.best_cost = cost;
            for (vehicle, is_dirty) in self.is_dirty.iter_mut().enumerate() {
                if std::mem::take(is_dirty) {
                    self.best.tours[vehicle].clear();
                    self.best.tours[vehicle].extend(self.tours.tours()[vehicle].tasks());
                }
            }
            #[cfg(debug_assertions)]
            self.assert_best_holds();
            on_better(&Progress { iteration, share_used, cost, left_out: self.absent.len() });
        }
    }

    /// What the step changed: tours touched, tasks absent, tasks moved.
    fn change(&self) -> Cost {
        let problem = self.tours.problem();
        let disruption = self.tours.disruption();
        let mut change = 0;
        for saved in &self.saved[..self.saved_count] {
            let now = self.tours.tour(saved.vehicle());
            change += now.cost(problem) - saved.cost(problem);
            let moved = |tour: &Tour| -> Cost {
                tour.tasks().iter().map(|task| disruption.cost(*task, tour.vehicle())).sum()
            };
            if !disruption.is_free() {
                change += moved(now) - moved(saved);
            }
        }
        let absent = |tasks: &[TaskId]| -> Cost {
            tasks.iter().map(|task| self.tours.absence_cost(*task)).sum()
        };
        change + absent(&self.absent) - absent(&self.absent_before)
    }

    fn keeps_promises(&self) -> bool {
        let disruption = self.tours.disruption();
        !disruption.has_promises() || self.tours.moved_promises() <= disruption.budget()
    }

    fn take_back(&mut self) {
        for saved in &self.saved[..self.saved_count] {
            self.tours.forget_places(saved.vehicle());
        }
        for saved in &self.saved[..self.saved_count] {
            self.tours.put_back(saved.vehicle(), saved);
        }
        std::mem::swap(&mut self.absent, &mut self.absent_before);
    }

    /// What a leg costs on average: the unit of heat.
    fn mean_leg(&self) -> f64 {
        let (mut cost, mut legs) = (0.0, 0.0);
        for tour in self.tours.tours().iter().filter(|tour| !tour.is_empty()) {
            cost += tour.travel_cost() as f64;
            legs += tour.tasks().len() as f64 + 1.0;
        }
        if legs > 0.0 { cost / legs } else { 0.0 }
    }

    fn moved_promises_of_best(&self) -> u32 {
        let mut place = vec![None; self.tours.problem().tasks().len()];
        for (vehicle, tasks) in self.tours.problem().vehicle_ids().zip(&self.best.tours) {
            for task in tasks {
                place[task.index()] = Some(vehicle);
            }
        }
        self.tours.disruption().moved(|task| place[task.index()])
    }

    #[cfg(debug_assertions)]
    fn assert_best_holds(&self) {
        let problem = self.tours.problem();
        if !self.tours.is_feasible() {
            return;
        }
        let solution = super::Solution::of(problem, &self.best);
        assert_eq!(super::checker::check(problem, &solution), [], "every best plan is clean");
    }
}
