//! Improves a plan as long as there is time: ruin and recreate under simulated annealing ([`anneal`](super::anneal)).
//!
//! A large plan is cut into parts of neighbouring tours, each a small problem of its own; after some steps in every part
//! it is cut anew, elsewhere. Parts do not wait for each other, so they can be searched on several threads; steps are
//! counted, not timed, so the number of threads changes nothing but the time.
//!
//! Where there is time enough, short trials from hot to cold come first ([`trials`]): how many tours there are and who has
//! which region is settled while it is hot, differs from run to run, and is hardly mended later. The trials are then
//! crossed ([`cross`]): a region as one has it is put into another, cooled where it is new ([`breed`]), and kept where it
//! is better. Two good plans rarely have their faults at the same place. A region is a small part of a very large plan, so
//! that is cooled slowly instead, from where the first trial ([`course`]) says.
//!
//! The plan never leaves feasible space: rules are filters on insertion. Pinned visits never move, locked tasks never
//! leave their vehicle, moved tasks cost what they cost and moved promises stay within their budget. The best plan found
//! is never worse than the one given. The same plan, seed and number of iterations give the same result.

mod breed;
mod course;
mod cross;
mod side_by_side;
mod trials;

use crate::solver::anneal::{Chain, Climate, mean_leg};
use crate::solver::cut::cut;
use crate::solver::disruption::Disruption;
use crate::solver::draft::TaskId;
use crate::solver::neighbours::Neighbours;
use crate::solver::part::{Cut, Part};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, Problem};
use crate::solver::stop::Budget;
use crate::solver::tours::Tours;
use course::Course;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

/// How many steps a part makes for each of its tasks before the plan is cut anew, at least and at most, and how often that
/// should be: what lies in different parts cannot meet before.
const STEPS_PER_TASK: (f64, f64) = (5.0, 30.0);
const ROUNDS: f64 = 40.0;
/// How often the clock is looked at and the temperature set.
const STEPS_PER_LOOK: u64 = 16;
/// How many steps for each task tell how fast it goes.
const PACE_STEPS_PER_TASK: u64 = 3;

/// Trials pay from so many steps for each task in the whole budget on.
const TRIAL_STEPS_PER_TASK: f64 = 1500.0;
/// Until which share of the budget trials are crossed, and how hot it is after that, in mean legs.
const CROSSED_UNTIL: f64 = 0.97;
const POLISH_HEAT: (f64, f64) = (0.05, 0.01);
/// How cold one plan ends that is cooled slowly instead.
const LONG_COLD: f64 = 0.02;

/// How a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub seed: u64,
    /// How much worse may be kept at the beginning and at the end, in mean legs of the first plan.
    pub heat: (f64, f64),
    /// The plan given is good: the search stays near it.
    pub is_warm: bool,
    /// How many parts are searched at the same time; the result does not depend on it.
    pub threads: usize,
}

impl Default for Options {
    /// For a search from nothing, or with much time.
    fn default() -> Self {
        Self { seed: 1, heat: (3.0, 0.02), is_warm: false, threads: 1 }
    }
}

impl Options {
    /// For a plan that is good already and little time.
    pub fn gentle(seed: u64) -> Self {
        Self { seed, heat: (0.1, 0.01), is_warm: true, threads: 1 }
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
    let problem = tours.problem();
    let threads = (options.threads > 1)
        .then(|| rayon::ThreadPoolBuilder::new().num_threads(options.threads).build());
    let mut search = Search {
        problem,
        disruption: tours.disruption().clone(),
        neighbours: Neighbours::default(),
        leg: 0.0,
        steps_per_round: STEPS_PER_TASK.1,
        budget,
        threads: threads.and_then(Result::ok),
    };
    let mut run = Run {
        dice: Xoshiro256PlusPlus::seed_from_u64(options.seed),
        plan: tours.plan(),
        cost: cost_before,
        best: tours.plan(),
        best_cost: cost_before,
        iterations: 0,
    };
    let is_idle = problem.asked == 0 || problem.vehicles().is_empty();
    if !is_idle && budget.share(0) < 1.0 {
        search.neighbours = Neighbours::of(problem);
        search.fill(tours, &mut run, on_better);
        search.anneal(options, &mut run, on_better);
    }
    search.outcome(run, cost_before)
}

/// What stays the same while a search goes on.
struct Search<'a> {
    problem: &'a Problem,
    disruption: Disruption,
    neighbours: Neighbours,
    /// What a leg of the first full plan costs on average: the unit of heat.
    leg: f64,
    budget: &'a Budget<'a>,
    /// How many steps a part makes for each of its tasks before the plan is cut anew.
    steps_per_round: f64,
    /// None if one is enough.
    threads: Option<rayon::ThreadPool>,
}

/// A plan on its way, and the best one it has been.
#[derive(Clone)]
struct Run {
    plan: Plan,
    cost: Cost,
    best: Plan,
    best_cost: Cost,
    /// So many have been made.
    iterations: u64,
    dice: Xoshiro256PlusPlus,
}

/// A stretch of the budget, from hot to cold.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// Which shares of the budget are used when it begins and when it ends.
    from: f64,
    until: f64,
    /// In mean legs.
    heat: (f64, f64),
    /// What a tour in use costs beside what it really costs, in heats.
    tour_heats: f64,
    /// So many vehicles may be used.
    tours_max: usize,
}

impl Stretch {
    fn plain((from, until): (f64, f64), heat: (f64, f64)) -> Self {
        Self { from, until, heat, tour_heats: 0.0, tours_max: usize::MAX }
    }

    /// Whether it ends with this share used. A budget that somebody ends is used up at once, wherever a stretch should end.
    fn is_over(&self, share: f64) -> bool {
        share >= self.until.min(1.0)
    }

    /// The climate at a share of the budget, with legs that cost so much.
    fn climate(&self, share: f64, leg: f64) -> Climate {
        let done = (share - self.from) / (self.until - self.from);
        let (hot, cold) = self.heat;
        let heat = leg * hot * (cold / hot).powf(done);
        Climate { heat, tour_price: (self.tour_heats * heat) as Cost }
    }
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
    fn fill(&mut self, tours: Tours<'_>, run: &mut Run, on_better: &mut dyn FnMut(&Progress)) {
        self.leg = mean_leg(&tours);
        if tours.left_out().next().is_none() {
            return;
        }
        let mut chain = Chain::new(tours, &self.neighbours, run.dice.random());
        if chain.fill() {
            let cost = chain.cost();
            let share_used = self.budget.share(0);
            on_better(&Progress { iteration: 0, share_used, cost, left_out: chain.left_out() });
        }
        self.leg = mean_leg(chain.tours());
        run.cost = chain.cost();
        run.plan = chain.tours().plan();
        let (best, best_cost) = chain.best();
        (run.best, run.best_cost) = (best.clone(), best_cost);
    }

    /// All of the budget.
    fn anneal(&mut self, options: &Options, run: &mut Run, on_better: &mut dyn FnMut(&Progress)) {
        let from = self.budget.share(run.iterations);
        let mut stretch = Stretch::plain((from, 1.0), options.heat);
        if !options.is_warm {
            let pace = self.steps_per_task(&stretch, run, on_better);
            self.steps_per_round = (pace / ROUNDS).clamp(STEPS_PER_TASK.0, STEPS_PER_TASK.1);
            if let Some(course) = Course::of(self.problem)
                && self.disruption.is_free()
                && pace >= TRIAL_STEPS_PER_TASK
            {
                let heat = self.follow_course(&course, run, on_better);
                let from = self.budget.share(run.iterations);
                stretch = Stretch::plain((from, 1.0), heat);
            }
        }
        while self.budget.share(run.iterations) < 1.0 {
            self.round(&stretch, u64::MAX, run, on_better);
        }
    }

    /// How many steps the whole budget has for each task, by what some steps take.
    fn steps_per_task(
        &self,
        stretch: &Stretch,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) -> f64 {
        let tasks = self.problem.tasks().len() as u64;
        let (steps, share) = (run.iterations, self.budget.share(run.iterations));
        self.round(stretch, PACE_STEPS_PER_TASK * tasks, run, on_better);
        let used = self.budget.share(run.iterations) - share;
        (run.iterations - steps) as f64 / tasks as f64 / used.max(f64::MIN_POSITIVE)
    }

    /// A pilot, and trials that are crossed if there are to be any. Says at which heat to go on.
    fn follow_course(
        &self,
        course: &Course,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) -> (f64, f64) {
        let from = self.budget.share(run.iterations);
        let (pilot, hot) = self.pilot(run, (from, from + course.pilot));
        run.iterations = pilot.iterations;
        self.take_over(&pilot, run, on_better);
        let Some(trials) = course.trials else {
            (run.plan, run.cost) = (run.best.clone(), run.best_cost);
            return (hot, LONG_COLD);
        };
        let mut herd = vec![pilot];
        for _ in 0..trials.batches {
            let from = self.budget.share(run.iterations);
            self.try_out(hot, (from, from + trials.batch), &mut herd, run, on_better);
        }
        self.breed(herd, run, on_better);
        POLISH_HEAT
    }

    fn tell(&self, run: &Run, on_better: &mut dyn FnMut(&Progress)) {
        on_better(&Progress {
            iteration: run.iterations,
            share_used: self.budget.share(run.iterations),
            cost: run.best_cost,
            left_out: self.left_out(&run.best).count(),
        });
    }

    /// Cuts the plan into parts and searches in each, for at most so many steps.
    fn round(
        &self,
        stretch: &Stretch,
        steps_max: u64,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let cuts = cut(
            self.problem,
            &run.plan,
            &self.disruption,
            &self.neighbours,
            stretch.tours_max,
            &mut run.dice,
        );
        let seeds: Vec<u64> = cuts.iter().map(|_| run.dice.random()).collect();
        let work: Vec<(&Cut, u64)> = cuts.iter().zip(seeds).collect();
        let parts = work.len() as u64;
        let steps_max = steps_max / parts;
        let begun = &*run;
        let in_part = |&(cut, seed): &(&Cut, u64)| {
            self.in_part((cut, seed), (parts, steps_max), stretch, begun, None)
        };
        let found: Vec<(Part, Found)> = match work[..] {
            [one] => vec![self.in_part(one, (1, steps_max), stretch, begun, Some(on_better))],
            _ => match &self.threads {
                Some(threads) => threads.install(|| work.par_iter().map(in_part).collect()),
                None => work.iter().map(in_part).collect(),
            },
        };
        let mut best_cost = run.cost;
        for (_, found) in &found {
            run.iterations += found.steps;
            run.cost += found.cost - found.cost_before;
            best_cost += found.best_cost - found.cost_before;
        }
        if best_cost < run.best_cost {
            run.best_cost = best_cost;
            run.best.clone_from(&run.plan);
            for (part, found) in &found {
                part.write(&found.best, &mut run.best);
            }
            #[cfg(debug_assertions)]
            self.assert_best_holds(run);
            if parts > 1 {
                self.tell(run, on_better);
            }
        }
        for (part, found) in &found {
            part.write(&found.plan, &mut run.plan);
        }
    }

    /// Makes some steps in one part.
    fn in_part(
        &self,
        (cut, seed): (&Cut, u64),
        (parts, steps_max): (u64, u64),
        stretch: &Stretch,
        run: &Run,
        mut on_better: Option<&mut dyn FnMut(&Progress)>,
    ) -> (Part, Found) {
        let part = Part::of(self.problem, &run.plan, &self.disruption, Some(&self.neighbours), cut);
        let mut chain = Chain::new(part.tours(), &part.neighbours, seed);
        chain.limit_tours(cut.tours_max);
        let cost_before = chain.cost();
        let round = (self.steps_per_round * part.problem.tasks().len() as f64) as u64;
        let steps_max = if parts == 1 { steps_max } else { steps_max.min(round) };
        let mut climate = Climate::default();
        let mut share_used = 0.0;
        let mut steps = 0;
        while steps < steps_max {
            // All parts go on at the same time, or as if they did.
            let iteration = run.iterations + steps * parts;
            if steps.is_multiple_of(STEPS_PER_LOOK) {
                share_used = self.budget.share(iteration);
                climate = stretch.climate(share_used, self.leg);
            }
            if stretch.is_over(share_used) || self.budget.is_spent(iteration) {
                break;
            }
            steps += 1;
            if chain.step(climate)
                && let Some(tell) = &mut on_better
            {
                let cost = chain.best().1 - cost_before + run.cost;
                let iteration = run.iterations + steps;
                if cost < run.best_cost {
                    tell(&Progress { iteration, share_used, cost, left_out: chain.left_out() });
                }
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

    fn outcome(self, run: Run, cost_before: Cost) -> Outcome {
        let owner = run.best.owners(self.problem);
        Outcome {
            moved_promises: self.disruption.moved(|task| owner[task.index()]),
            plan: run.best,
            cost: run.best_cost,
            cost_before,
            iterations: run.iterations,
        }
    }

    #[cfg(debug_assertions)]
    fn assert_best_holds(&self, run: &Run) {
        let tours = Tours::of_sound(self.problem, &run.best);
        // The checker judges by the draft, which the part of a problem has not whole.
        if !tours.is_feasible() || self.problem.matrices().is_empty() {
            return;
        }
        let solution = crate::solver::Solution::of(self.problem, &run.best);
        assert_eq!(
            crate::solver::checker::check(self.problem, &solution),
            [],
            "every best plan is clean"
        );
        let tours = tours.with_disruption(self.disruption.clone());
        assert_eq!(tours.cost(), run.best_cost, "costs of parts add up");
    }
}
