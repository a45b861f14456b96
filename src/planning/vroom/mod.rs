//! VROOM's JSON, in and out, so that programs which talk to VROOM can talk to us unchanged.
//!
//! [`Prepared::parse`] makes a problem of a document, [`Prepared::run`] searches and writes the answer. Nobody here
//! counts time: the budget is the caller's.
//!
//! Reading order: `input` (the document), `error`, `prepare` with `nouns`, `tables` and `steps` (to a problem), `timed`
//! (routes that are given), `pack` (when they leave), `judge` (what they break), `explain` (beyond VROOM's keys), `answer`. docs/vroom.md says what
//! differs from VROOM.

pub mod answer;
mod error;
mod explain;
pub mod input;
mod judge;
mod nouns;
mod pack;
mod prepare;
mod steps;
mod tables;
#[cfg(test)]
mod tests;
mod timed;

pub use answer::{Answer, failure};
pub use error::VroomError;
pub use prepare::{Asked, Prepared};
pub use tables::Streets;

use crate::solver::search::{self, Options, Progress};
use crate::solver::{self, Budget, Plan, Schedule, Tours};
use explain::Explained;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What is kept of the time for reasons if tasks are left out, and for explaining every step.
const SHARE_OF_REASONS: f64 = 0.05;
const SHARE_OF_STEPS: f64 = 0.3;

/// How to search, and until when.
#[derive(Clone, Copy, Default)]
pub struct Run<'a> {
    pub options: Options,
    /// The same document, seed and number give the same answer, if nothing else ends the search first.
    pub iterations: Option<u64>,
    /// Which share of all the time is used, 0 to 1; at 1 the answer has to be written.
    pub share_used: Option<&'a (dyn Fn() -> f64 + Sync)>,
    /// Somebody else ends it: what was found by then is the answer.
    pub cancel: Option<&'a AtomicBool>,
}

/// Until when to search, for callers that leave the rest to the document's own options.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    pub iterations: Option<u64>,
    pub share_used: Option<&'a (dyn Fn() -> f64 + Sync)>,
    pub cancel: Option<&'a AtomicBool>,
    pub threads_max: usize,
}

impl Prepared {
    /// The answer, by the document's own options.
    ///
    /// # Errors
    /// As [`Prepared::run`].
    pub fn solve(
        &self,
        limits: &Limits<'_>,
        streets: Option<&Streets<'_>>,
    ) -> Result<Answer, VroomError> {
        let wishes = self.wishes();
        let threads = wishes.threads.map_or(1, usize::from).clamp(1, limits.threads_max.max(1));
        let seed = wishes.seed.unwrap_or(1);
        let options = Options { seed, threads, ..Options::default() };
        let Limits { iterations, share_used, cancel, .. } = *limits;
        self.run(&Run { options, iterations, share_used, cancel }, streets, &mut |_| {})
    }

    /// The answer: the best plan the budget allows, or the times of the given steps.
    ///
    /// # Errors
    /// The given steps contradict themselves.
    pub fn run(
        &self,
        run: &Run<'_>,
        streets: Option<&Streets<'_>>,
        on_better: &mut dyn FnMut(&Progress),
    ) -> Result<Answer, VroomError> {
        let problem = self.problem();
        if self.is_plan_mode() {
            let schedules: Result<Vec<Schedule>, VroomError> =
                problem.vehicle_ids().map(|vehicle| timed::schedule(self, vehicle)).collect();
            let mut schedules = schedules?;
            for (vehicle, violation) in solver::broken_links(problem, &schedules) {
                schedules[vehicle.index()].violations.push(violation);
            }
            let left_out = self.given_plan().left_out(problem);
            let nothing = Explained::default();
            return Ok(answer::answer(self, &schedules, &left_out, &nothing, streets));
        }
        let plan = self.search(run, on_better)?;
        let is_time_left = run.share_used.map(|share_used| {
            let is_cancelled = || run.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed));
            move || share_used() < 1.0 && !is_cancelled()
        });
        let is_time_left =
            is_time_left.as_ref().map(|is_time_left| is_time_left as &dyn Fn() -> bool);
        let explained = explain::explained(self, &plan, is_time_left);
        let (mut schedules, left_out) = (plan.schedules(problem), plan.left_out(problem));
        for schedule in &mut schedules {
            pack::pack(problem, schedule);
        }
        Ok(answer::answer(self, &schedules, &left_out, &explained, streets))
    }

    /// The best plan the budget allows.
    ///
    /// # Errors
    /// None that a checked document could have.
    pub fn search(
        &self,
        run: &Run<'_>,
        on_better: &mut dyn FnMut(&Progress),
    ) -> Result<Plan, VroomError> {
        let tours = Tours::of(self.problem(), &self.start())?;
        let left_out = AtomicUsize::new(self.problem().tasks().len());
        let share_used = run.share_used.map(|share_used| {
            let left_out = &left_out;
            move || {
                let mut kept = 0.0;
                if self.wants_explanations() {
                    kept += SHARE_OF_STEPS;
                }
                if left_out.load(Ordering::Relaxed) > 0 {
                    kept += SHARE_OF_REASONS;
                }
                share_used() / (1.0 - kept)
            }
        });
        let budget = Budget {
            iterations: run.iterations,
            share_used: share_used.as_ref().map(|share| share as &(dyn Fn() -> f64 + Sync)),
            cancel: run.cancel,
        };
        let outcome = search::improve(tours, &run.options, &budget, &mut |progress| {
            left_out.store(progress.left_out, Ordering::Relaxed);
            on_better(progress);
        });
        Ok(outcome.plan)
    }
}
