//! Trials: short searches from hot to cold, of which the best is gone on with and all are crossed.
//!
//! How many tours there are is settled while it is hot and hardly mended later, so some trials may use fewer tours than
//! the best so far, and some are invited to use more.

use super::{Progress, Run, Search, Stretch};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::knobs::get;
use crate::solver::tours::Tours;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

/// In how many pieces a trial is made; after each its cost is looked at.
const PIECES: u32 = 12;

/// How a trial goes.
#[derive(Debug, Clone, Copy)]
struct Trial {
    seed: u64,
    tours_max: usize,
    tour_heats: f64,
}

impl Search<'_> {
    /// Makes short trials and takes over the best plan; gives all that are good enough to be crossed.
    pub(super) fn try_out(&self, run: &mut Run, on_better: &mut dyn FnMut(&Progress)) -> Vec<Run> {
        let share = get("TSHARE", 0.03);
        let mut heat = (get("THOT", 1.0), get("TCOLD", 0.05));
        let mut herd: Vec<Run> = Vec::new();
        let mut begun = run.clone();
        let batches = get("BATCHES", 3.0) as usize;
        for batch in 0..=batches {
            let used = herd.iter().min_by_key(|one| one.cost).map_or(usize::MAX, |one| one.used());
            let few = used.saturating_sub(1).max(1);
            let kinds: &[(usize, f64)] = match batch {
                0 => &[(usize::MAX, 0.0)],
                _ => &[(few, 0.0), (usize::MAX, 0.0), (usize::MAX, -3.0)],
            };
            let trials: Vec<Trial> = kinds.iter().map(|(tours_max, tour_heats)| Trial {
                seed: run.dice.random(), tours_max: *tours_max, tour_heats: *tour_heats,
            }).collect();
            let count = trials.len() as f64;
            let from = self.budget.share(run.iterations);
            let make = |(at, trial): (usize, &Trial)| {
                // On one thread they come one after the other.
                let from = match (&self.threads, self.budget.iterations) {
                    (Some(_), None) => from,
                    _ => from + at as f64 * share,
                };
                self.make_trial(&begun, trial, heat, (from, from + share))
            };
            let _ = count;
            let mut made: Vec<(Run, f64)> = Vec::new();
            if self.threads.is_some() && self.budget.iterations.is_none() {
                let threads = self.threads.as_ref().expect("asked");
                made = threads.install(|| trials.par_iter().enumerate().map(make).collect());
            } else {
                for (at, trial) in trials.iter().enumerate() {
                    let from = self.budget.share(run.iterations);
                    let mut begun = begun.clone();
                    begun.iterations = run.iterations;
                    let one = self.make_trial(&begun, trial, heat, (from, from + share));
                    run.iterations = one.0.iterations;
                    made.push(one);
                    let _ = at;
                }
            }
            for (at, (mut one, hot)) in made.into_iter().enumerate() {
                if std::env::var("TRACE").is_ok() {
                    eprintln!("trial {:?} -> {} used {} left {} hot {hot:.3}", trials[at], one.best_cost as f64 / 36000.0, one.used(), self.left_out(&one.best).count());
                }
                if batch == 0 {
                    heat = (hot.clamp(get("HMIN", 0.1), heat.0), get("TCOLD2", 0.03));
                    begun = one.clone();
                }
                if one.best_cost < run.best_cost {
                    (run.best, run.best_cost) = (one.best.clone(), one.best_cost);
                    self.tell(run, on_better);
                }
                if self.left_out(&one.best).count() <= self.left_out(&run.best).count() {
                    (one.plan, one.cost) = (one.best.clone(), one.best_cost);
                    herd.push(one);
                }
            }
        }
        (run.plan, run.cost) = (run.best.clone(), run.best_cost);
        herd
    }

    /// One trial; says also how hot it was when it last cost markedly more than at its end.
    fn make_trial(&self, begun: &Run, trial: &Trial, heat: (f64, f64), (from, until): (f64, f64)) -> (Run, f64) {
        let mut run = begun.clone();
        run.dice = Xoshiro256PlusPlus::seed_from_u64(trial.seed);
        self.close_tours(&mut run, trial.tours_max);
        // What it came from is no merit of its own.
        run.best_cost = i64::MAX;
        let mut costs = Vec::new();
        for piece in 0..PIECES {
            let at = |piece: u32| from + (until - from) * f64::from(piece) / f64::from(PIECES);
            let hot = |piece: u32| heat.0 * (heat.1 / heat.0).powf(f64::from(piece) / f64::from(PIECES));
            let stretch = Stretch {
                from: at(piece),
                until: at(piece + 1).min(1.0),
                heat: (hot(piece), hot(piece + 1)),
                tour_heats: trial.tour_heats,
                tours_max: trial.tours_max,
            };
            while self.budget.share(run.iterations) < stretch.until {
                self.round(&stretch, u64::MAX, &mut run, &mut |_| {});
            }
            costs.push((run.cost, hot(piece + 1)));
        }
        let end = run.cost as f64 * (1.0 + get("HRISE", 0.08));
        let hot = costs.iter().rev().find(|(cost, _)| *cost as f64 > end).map_or(heat.1, |(_, hot)| *hot);
        (run, hot)
    }

    /// Takes out the smallest tours until there are few enough, as far as nothing in them is pinned.
    fn close_tours(&self, run: &mut Run, tours_max: usize) {
        let surplus = run.plan.used().saturating_sub(tours_max);
        if surplus == 0 {
            return;
        }
        let mut tours = Tours::of_sound(self.problem, &run.plan).with_disruption(self.disruption.clone());
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
