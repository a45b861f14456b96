//! Trials: short searches from hot to cold. They are crossed later.
//!
//! How many tours there are is settled while it is hot and hardly mended later, so of each three trials one may use a
//! tour less than the best so far and one is invited to use more.

use super::{Progress, Run, Search, Stretch};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::problem::Cost;
use crate::solver::tours::Tours;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

/// How hot it is when a pilot begins and ends, in mean legs, and how cold trials end.
const PILOT_HEAT: (f64, f64) = (1.0, 0.05);
const TRIAL_COLD: f64 = 0.03;
/// In how many pieces a pilot is made; after each its cost is looked at.
const PIECES: u32 = 12;
/// How much more than at its end a plan costs when it is hot enough to begin a trial.
const RISE: f64 = 0.08;
/// A trial is never cooler at its begin.
const HOT_MIN: f64 = 0.1;
/// Trials that are worse by one part in so many are not crossed.
const WORSE_MAX: Cost = 10;
/// What is given for tours in use in a trial that is invited to use more, in heats.
const INVITED: f64 = -3.0;

impl Search<'_> {
    /// The first trial, from very hot; tells how hot it has to be for the next ones.
    pub(super) fn pilot(&self, run: &Run, (from, until): (f64, f64)) -> (Run, f64) {
        let mut pilot = run.clone();
        // What it came from is no merit of its own.
        pilot.best_cost = Cost::MAX;
        let (hot, cold) = PILOT_HEAT;
        let heat = |piece: u32| hot * (cold / hot).powf(f64::from(piece) / f64::from(PIECES));
        let at = |piece: u32| from + (until - from) * f64::from(piece) / f64::from(PIECES);
        let mut costs = Vec::new();
        for piece in 0..PIECES {
            let shares = (at(piece), at(piece + 1).min(1.0));
            let stretch = Stretch::plain(shares, (heat(piece), heat(piece + 1)));
            self.follow(&stretch, &mut pilot);
            costs.push((heat(piece + 1), pilot.cost as f64));
        }
        let high = pilot.cost as f64 * (1.0 + RISE);
        let found = costs.iter().rev().find(|(_, cost)| *cost > high);
        let hot = found.map_or(HOT_MIN, |(heat, _)| heat.max(HOT_MIN));
        (pilot, hot)
    }

    /// Three trials from the first plan of the herd, which then is three larger.
    pub(super) fn try_out(
        &self,
        hot: f64,
        (from, until): (f64, f64),
        herd: &mut Vec<Run>,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let used = herd.iter().min_by_key(|one| one.best_cost).map_or(0, |one| one.best.used());
        let few = used.saturating_sub(1).max(1);
        let kinds = [(few, 0.0), (usize::MAX, 0.0), (usize::MAX, INVITED)]
            .map(|(tours_max, tour_heats)| (tours_max, tour_heats, run.dice.random::<u64>()));
        let trial = |at: usize, (from, until): (f64, f64), iterations: u64| {
            let (tours_max, tour_heats, seed) = kinds[at];
            let mut trial = Run { iterations, ..herd[0].clone() };
            (trial.plan, trial.cost) = (trial.best.clone(), trial.best_cost);
            trial.dice = Xoshiro256PlusPlus::seed_from_u64(seed);
            self.close_tours(&mut trial, tours_max);
            trial.best_cost = Cost::MAX;
            let heat = (hot, TRIAL_COLD);
            self.follow(&Stretch { from, until, heat, tour_heats, tours_max }, &mut trial);
            let end = trial.iterations;
            (trial, end)
        };
        for trial in self.side_by_side(kinds.len(), (from, until), run, trial) {
            self.take_over(&trial, run, on_better);
            if trial.best_cost - run.best_cost < run.best_cost / WORSE_MAX {
                herd.push(trial);
            }
        }
    }

    fn follow(&self, stretch: &Stretch, run: &mut Run) {
        while !stretch.is_over(self.budget.share(run.iterations)) {
            self.round(stretch, u64::MAX, run, &mut |_| {});
        }
    }

    /// The best plan, if it is better.
    pub(super) fn take_over(
        &self,
        other: &Run,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        if other.best_cost < run.best_cost {
            run.best.clone_from(&other.best);
            run.best_cost = other.best_cost;
            self.tell(run, on_better);
        }
    }

    /// Takes out the smallest tours until there are few enough, as far as nothing in them is pinned.
    fn close_tours(&self, run: &mut Run, tours_max: usize) {
        let surplus = run.plan.used().saturating_sub(tours_max);
        if surplus == 0 {
            return;
        }
        let tours = Tours::of_sound(self.problem, &run.plan);
        let mut tours = tours.with_disruption(self.disruption.clone());
        let mut used: Vec<VehicleId> =
            self.problem.vehicle_ids().filter(|vehicle| tours.count_of(*vehicle) > 0).collect();
        used.sort_by_key(|vehicle| tours.count_of(*vehicle));
        for vehicle in &used[..surplus] {
            let tasks: Vec<TaskId> = tours.tasks_of(*vehicle).collect();
            for task in tasks {
                if !self.problem.is_call(task) {
                    tours.remove(task);
                }
            }
        }
        (run.plan, run.cost) = (tours.plan(), tours.cost());
    }
}
