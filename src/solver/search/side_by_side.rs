//! Pieces of work that do not wait for each other, on as many threads as there are.

use super::{Run, Search};
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
}
