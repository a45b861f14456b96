//! Crosses good plans and cools what comes of it where it is new.

use super::course::REGION_MAX;
use super::cross::{Crossed, cross};
use super::{CROSSED_UNTIL, Progress, Run, STEPS_PER_LOOK, Search};
use crate::solver::anneal::{Chain, Climate};
use crate::solver::part::Part;
use crate::solver::plan::Plan;
use crate::solver::problem::Cost;
use crate::solver::tours::Tours;
use rand::RngExt;

/// How a crossed plan is cooled: how many steps for each task, and between which temperatures, in mean legs. Hotter, it
/// would lose what its parents took long to find.
const STEPS_PER_TASK: u64 = 20;
const HEAT: (f64, f64) = (0.03, 0.01);
/// After so many attempts without anything new the plans are alike.
const VOID_MAX: u32 = 1000;

/// A crossed plan, cooled.
struct Child {
    plan: Plan,
    cost: Cost,
    steps: u64,
}

impl Search<'_> {
    /// Crosses plans until [`CROSSED_UNTIL`]. A child that is better takes the place of the parent that it
    /// has most of, so that the others stay different.
    pub(super) fn breed(
        &self,
        mut herd: Vec<Run>,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let mut void = 0;
        while herd.len() > 1 && void < VOID_MAX && self.budget.share(run.iterations) < CROSSED_UNTIL
        {
            let one = run.dice.random_range(0..herd.len());
            let mut two = run.dice.random_range(0..herd.len() - 1);
            two += usize::from(two >= one);
            let parents = (&herd[one].best, &herd[two].best);
            let crossed = cross(self.problem, &self.neighbours, parents, REGION_MAX, &mut run.dice);
            let Some(crossed) = crossed else {
                void += 1;
                continue;
            };
            void = 0;
            let seed = run.dice.random();
            let child = self.cool(&crossed, seed, run.iterations);
            run.iterations += child.steps;
            let is_known = herd.iter().any(|other| other.best_cost == child.cost);
            if child.cost >= herd[one].best_cost || is_known {
                continue;
            }
            (herd[one].best, herd[one].best_cost) = (child.plan, child.cost);
            self.take_over(&herd[one], run, on_better);
        }
        (run.plan, run.cost) = (run.best.clone(), run.best_cost);
    }

    /// Cools a crossed plan where it is new.
    fn cool(&self, crossed: &Crossed, seed: u64, iterations: u64) -> Child {
        let Crossed { plan, cut } = crossed;
        let cost = Tours::of_sound(self.problem, plan).cost();
        let part = Part::of(self.problem, plan, &self.disruption, Some(&self.neighbours), cut);
        let mut chain = Chain::new(part.tours(), &part.neighbours, seed);
        let before = chain.cost();
        let steps_max = STEPS_PER_TASK * part.problem.tasks().len() as u64;
        let (hot, cold) = HEAT;
        let mut climate = Climate::default();
        let mut steps = 0;
        while steps < steps_max {
            if steps.is_multiple_of(STEPS_PER_LOOK) {
                if self.budget.share(iterations + steps) >= 1.0 {
                    break;
                }
                let done = steps as f64 / steps_max as f64;
                climate.heat = self.leg * hot * (cold / hot).powf(done);
            }
            steps += 1;
            chain.step(climate);
        }
        let (best, best_cost) = chain.best();
        let mut plan = plan.clone();
        part.write(best, &mut plan);
        Child { plan, cost: cost - before + best_cost, steps }
    }
}
