//! Improves a plan as long as there is time: ruin and recreate under simulated annealing ([`anneal`](super::anneal)).
//!
//! A large plan is cut into parts of neighbouring tours, each a small problem of its own; after some steps in every part
//! it is cut anew, elsewhere. Parts do not wait for each other, so they can be searched on several threads; steps are
//! counted, not timed, so the number of threads changes nothing but the time.
//!
//! The plan never leaves feasible space: rules are filters on insertion. Pinned visits never move, locked tasks never
//! leave their vehicle, moved tasks cost what they cost and moved promises stay within their budget. The best plan found
//! is never worse than the one given. The same plan, seed and number of iterations give the same result.

use super::anneal::Chain;
use super::cut::cut;
use super::disruption::Disruption;
use super::draft::TaskId;
use super::neighbours::Neighbours;
use super::part::{Cut, Part};
use super::plan::Plan;
use super::problem::{Cost, Problem};
use super::stop::Budget;
use super::tours::Tours;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

/// How many steps a part makes for each of its tasks before the plan is cut anew.
const STEPS_PER_TASK: u64 = 30;
/// How often the clock is looked at and the temperature set.
const STEPS_PER_LOOK: u64 = 16;

/// How a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub seed: u64,
    /// How much worse may be kept at the beginning and at the end, in mean legs of the first plan.
    pub heat: (f64, f64),
    /// How many parts are searched at the same time; the result does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    /// For a search from nothing, or with much time.
    fn default() -> Self {
        Self { seed: 1, heat: (1.0, 0.01), threads: 1 }
    }
}

impl Options {
    /// For a plan that is good already and little time.
    pub fn gentle(seed: u64) -> Self {
        Self { seed, heat: (0.1, 0.01), threads: 1 }
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
    let cost_before = tours.cost();
    let threads = (options.threads > 1)
        .then(|| rayon::ThreadPoolBuilder::new().num_threads(options.threads).build());
    let mut search = Search {
        threads: threads.and_then(Result::ok),
        problem: tours.problem(),
        disruption: tours.disruption().clone(),
        neighbours: Neighbours::default(),
        dice: Xoshiro256PlusPlus::seed_from_u64(options.seed),
        plan: tours.plan(),
        cost: cost_before,
        best: tours.plan(),
        best_cost: cost_before,
        iterations: 0,
        leg: 0.0,
    };
    let is_idle = search.problem.asked == 0 || search.problem.vehicles().is_empty();
    if !is_idle && budget.share(0) < 1.0 {
        search.neighbours = Neighbours::of(search.problem);
        search.fill(tours, budget, on_better);
        while budget.share(search.iterations) < 1.0 {
            search.round(options, budget, on_better);
        }
    }
    search.outcome(cost_before)
}

struct Search<'p> {
    problem: &'p Problem,
    disruption: Disruption,
    neighbours: Neighbours,
    dice: Xoshiro256PlusPlus,
    plan: Plan,
    cost: Cost,
    best: Plan,
    best_cost: Cost,
    iterations: u64,
    /// What a leg of the first full plan costs on average: the unit of heat.
    leg: f64,
    /// None if one is enough.
    threads: Option<rayon::ThreadPool>,
}

/// What became of a part in a round.
struct Found {
    plan: Plan,
    best: Plan,
    cost_before: Cost,
    cost: Cost,
    best_cost: Cost,
    steps: u64,
}

impl Search<'_> {
    /// Puts in what is absent, as far as it fits.
    fn fill(
        &mut self,
        tours: Tours<'_>,
        budget: &Budget<'_>,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let mut chain = Chain::new(tours, &self.neighbours, self.dice.random());
        if chain.fill() {
            let cost = chain.cost();
            let share_used = budget.share(0);
            on_better(&Progress { iteration: 0, share_used, cost, left_out: chain.left_out() });
        }
        self.leg = chain.mean_leg();
        self.cost = chain.cost();
        self.plan = chain.tours().plan();
        let (best, best_cost) = chain.best();
        (self.best, self.best_cost) = (best.clone(), best_cost);
    }

    /// Cuts the plan into parts and searches in each.
    fn round(
        &mut self,
        options: &Options,
        budget: &Budget<'_>,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let cuts =
            cut(self.problem, &self.plan, &self.disruption, &self.neighbours, &mut self.dice);
        let seeds: Vec<u64> = cuts.iter().map(|_| self.dice.random()).collect();
        let work: Vec<(&Cut, u64)> = cuts.iter().zip(seeds).collect();
        let parts = work.len() as u64;
        let search = &*self;
        let run =
            |&(cut, seed): &(&Cut, u64)| search.in_part(cut, seed, parts, options, budget, None);
        let found: Vec<(Part, Found)> = match work[..] {
            [(cut, seed)] => vec![self.in_part(cut, seed, 1, options, budget, Some(on_better))],
            _ => match &self.threads {
                Some(threads) => threads.install(|| work.par_iter().map(run).collect()),
                None => work.iter().map(run).collect(),
            },
        };
        let cost_before = self.cost;
        let mut best_cost = cost_before;
        for (_, found) in &found {
            self.iterations += found.steps;
            self.cost += found.cost - found.cost_before;
            best_cost += found.best_cost - found.cost_before;
        }
        if best_cost < self.best_cost {
            self.best_cost = best_cost;
            self.best.clone_from(&self.plan);
            for (part, found) in &found {
                part.write(&found.best, &mut self.best);
            }
            #[cfg(debug_assertions)]
            self.assert_best_holds();
            if parts > 1 {
                on_better(&Progress {
                    iteration: self.iterations,
                    share_used: budget.share(self.iterations),
                    cost: best_cost,
                    left_out: self.left_out(&self.best).count(),
                });
            }
        }
        for (part, found) in &found {
            part.write(&found.plan, &mut self.plan);
        }
    }

    /// Makes some steps in one part.
    fn in_part(
        &self,
        cut: &Cut,
        seed: u64,
        parts: u64,
        options: &Options,
        budget: &Budget<'_>,
        mut on_better: Option<&mut dyn FnMut(&Progress)>,
    ) -> (Part, Found) {
        let part = Part::of(self.problem, &self.plan, &self.disruption, &self.neighbours, cut);
        let mut chain = Chain::new(part.tours(), &part.neighbours, seed);
        let cost_before = chain.cost();
        let (hot, cold) = options.heat;
        let steps_max =
            if parts == 1 { u64::MAX } else { STEPS_PER_TASK * part.problem.tasks().len() as u64 };
        let mut heat = 0.0;
        let mut share_used = 0.0;
        let mut steps = 0;
        while steps < steps_max {
            // All parts go on at the same time, or as if they did.
            if steps.is_multiple_of(STEPS_PER_LOOK) {
                share_used = budget.share(self.iterations + steps * parts);
                heat = self.leg * hot * (cold / hot).powf(share_used);
            }
            if share_used >= 1.0 || budget.is_spent(self.iterations + steps * parts) {
                break;
            }
            steps += 1;
            if chain.step(heat)
                && let Some(tell) = &mut on_better
                && chain.best().1 - cost_before + self.cost < self.best_cost
            {
                let cost = chain.best().1 - cost_before + self.cost;
                let iteration = self.iterations + steps;
                tell(&Progress { iteration, share_used, cost, left_out: chain.left_out() });
            }
        }
        let (best, best_cost) = chain.best();
        let found = Found {
            plan: chain.tours().plan(),
            best: best.clone(),
            cost_before,
            cost: chain.cost(),
            best_cost,
            steps,
        };
        drop(chain);
        (part, found)
    }

    fn left_out(&self, plan: &Plan) -> impl Iterator<Item = TaskId> + use<'_> {
        let left_out = plan.left_out(self.problem);
        Tours::heads(self.problem).filter(move |head| left_out.binary_search(head).is_ok())
    }

    fn outcome(self, cost_before: Cost) -> Outcome {
        let owner = self.best.owners(self.problem);
        Outcome {
            moved_promises: self.disruption.moved(|task| owner[task.index()]),
            plan: self.best,
            cost: self.best_cost,
            cost_before,
            iterations: self.iterations,
        }
    }

    #[cfg(debug_assertions)]
    fn assert_best_holds(&self) {
        let tours = Tours::of_sound(self.problem, &self.best);
        if !tours.is_feasible() {
            return;
        }
        let solution = super::Solution::of(self.problem, &self.best);
        assert_eq!(super::checker::check(self.problem, &solution), [], "every best plan is clean");
        let tours = tours.with_disruption(self.disruption.clone());
        assert_eq!(tours.cost(), self.best_cost, "costs of parts add up");
    }
}
