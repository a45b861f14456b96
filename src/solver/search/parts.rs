//! What can go side by side: trials, and the parts of a large plan, each searched as a problem of its own.

use super::{Course, Progress, Run, Search};
use crate::solver::cut::{CutSize, cut};
use crate::solver::part::Part;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;

impl Search<'_> {
    /// Does pieces of work between two shares of the budget: all of them at once on several threads, or one after the
    /// other. Each hears which shares are its own and from which iteration on it counts. Where iterations are counted,
    /// these do not depend on the threads.
    pub(super) fn side_by_side<T: Send>(
        &self,
        count: usize,
        (from, until): (f64, f64),
        run: &mut Run,
        work: impl Fn(usize, (f64, f64), u64) -> (T, u64) + Sync,
    ) -> Vec<T> {
        let threads = self.threads.as_ref().map_or(1, rayon::ThreadPool::current_num_threads);
        let wave = if self.budget.iterations.is_some() { 1 } else { threads };
        let waves = count.div_ceil(wave) as f64;
        let own = |at: usize| {
            let begin = (at / wave) as f64;
            let span = (until - from) / waves;
            (from + begin * span, from + (begin + 1.0) * span)
        };
        let begun = run.iterations;
        let first = |at: usize| match self.budget.iterations {
            Some(most) => (own(at).0 * most as f64).ceil() as u64,
            None => begun,
        };
        let one = |at: usize| work(at, own(at), first(at).max(begun));
        let done: Vec<(T, u64)> = match &self.threads {
            Some(threads) => {
                let mut done = Vec::new();
                let all: Vec<usize> = (0..count).collect();
                let size = if wave == 1 { count } else { wave };
                for some in all.chunks(size.max(1)) {
                    let some: Vec<(T, u64)> =
                        threads.install(|| some.par_iter().map(|at| one(*at)).collect());
                    done.extend(some);
                }
                done
            }
            None => (0..count).map(one).collect(),
        };
        let mut results = Vec::new();
        for (at, (result, end)) in done.into_iter().enumerate() {
            run.iterations += end - first(at).max(begun);
            results.push(result);
        }
        results
    }

    /// Cuts the plan into parts and searches each as a problem of its own, with trials that are crossed.
    pub(super) fn cross_parts(
        &self,
        hot: f64,
        (from, until): (f64, f64),
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        (run.plan, run.cost) = (run.best.clone(), run.best_cost);
        let size = CutSize::PIECE;
        let cuts = cut(self.problem, &run.plan, &self.disruption, &self.neighbours, usize::MAX, size, &mut run.dice);
        let seeds: Vec<u64> = cuts.iter().map(|_| run.dice.random()).collect();
        let whole = run.plan.clone();
        let in_part = |at: usize, (from, until): (f64, f64), iterations: u64| {
            let part = Part::of(self.problem, &whole, &self.disruption, Some(&self.neighbours), &cuts[at]);
            let tours = part.tours();
            let cost = tours.cost();
            let plan = tours.plan();
            drop(tours);
            let inner = Search {
                problem: &part.problem,
                disruption: part.disruption.clone(),
                neighbours: part.neighbours.clone(),
                leg: self.leg,
                budget: self.budget,
                threads: None,
            };
            let mut run = Run {
                best: plan.clone(),
                plan,
                cost,
                best_cost: cost,
                iterations,
                dice: Xoshiro256PlusPlus::seed_from_u64(seeds[at]),
            };
            let course = Course::of_part();
            let mut herd = vec![run.clone()];
            for batch in 0..course.batches {
                let begin = from + (until - from) * course.trial * batch as f64;
                let end = begin + (until - from) * course.trial;
                inner.try_out(hot, (begin, end), &mut herd, &mut run, &mut |_| {});
            }
            inner.breed(herd, until, &mut run, &mut |_| {});
            let saved = cost - run.best_cost;
            let Run { best, iterations, .. } = run;
            ((part.outside(&best), saved), iterations)
        };
        let found = self.side_by_side(cuts.len(), (from, until), run, in_part);
        for (tours, saved) in found {
            if std::env::var("TRACE").is_ok() { eprintln!("part saved {}", saved / 36000); }
            for (vehicle, tour) in tours {
                run.best.tours[vehicle.index()] = tour;
            }
            run.best_cost -= saved;
        }
        (run.plan, run.cost) = (run.best.clone(), run.best_cost);
        self.tell(run, on_better);
    }
}
