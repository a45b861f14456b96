//! Crosses good plans and cools what comes of it where it is new.

use super::cross::{Crossed, cross};
use super::{Progress, Run, STEPS_PER_LOOK, Search};
use crate::solver::anneal::{Chain, Climate};
use crate::solver::knobs::get;
use crate::solver::part::Part;
use crate::solver::plan::Plan;
use crate::solver::tours::Tours;
use crate::solver::problem::Cost;
use rand::RngExt;

/// A crossed plan, cooled.
struct Child {
    plan: Plan,
    cost: Cost,
    steps: u64,
}

impl Search<'_> {
    /// Crosses plans until so much of the budget is used. A child that is better takes the place of the parent that it
    /// has most of, so that the others stay different.
    pub(super) fn breed(
        &self,
        mut herd: Vec<Run>,
        until: f64,
        run: &mut Run,
        on_better: &mut dyn FnMut(&Progress),
    ) {
        let (mut born, mut kept, mut void) = (0, 0, 0);
        while herd.len() > 1 && void < 1000 && self.budget.share(run.iterations) < until {
            let one = run.dice.random_range(0..herd.len());
            let mut two = run.dice.random_range(0..herd.len() - 1);
            two += usize::from(two >= one);
            let parents = (&herd[one].best, &herd[two].best);
            let Some(crossed) = cross(self.problem, &self.neighbours, parents, &mut run.dice) else {
                void += 1;
                continue;
            };
            void = 0;
            let seed = run.dice.random();
            let child = self.cool(&crossed, seed, run.iterations, until);
            run.iterations += child.steps;
            born += 1;
            let is_known = herd.iter().any(|other| other.best_cost == child.cost);
            if child.cost < herd[one].best_cost && !is_known {
                kept += 1;
                (herd[one].best, herd[one].best_cost) = (child.plan, child.cost);
                if child.cost < run.best_cost {
                    run.best.clone_from(&herd[one].best);
                    run.best_cost = child.cost;
                    self.tell(run, on_better);
                }
            }
            if std::env::var("TRACE").is_ok() && born % 100 == 0 {
                let costs: Vec<i64> = herd.iter().map(|r| r.best_cost / 36000).collect();
                eprintln!("born {born} kept {kept} {costs:?}");
            }
        }
        (run.plan, run.cost) = (run.best.clone(), run.best_cost);
    }

    /// Cools a crossed plan where it is new.
    fn cool(&self, crossed: &Crossed, seed: u64, iterations: u64, until: f64) -> Child {
        let Crossed { plan, cut } = crossed;
        let cost = Tours::of_sound(self.problem, plan).cost();
        let part = Part::of(self.problem, plan, &self.disruption, Some(&self.neighbours), cut);
        let mut chain = Chain::new(part.tours(), &part.neighbours, seed);
        chain.limit_tours(cut.tours_max);
        let before = chain.cost();
        let steps_max = (get("CSTEPS", 20.0) * part.problem.tasks().len() as f64) as u64;
        let (hot, cold): (f64, f64) = (get("CHOT", 0.1), get("CCOLD", 0.01));
        let mut climate = Climate::default();
        let mut steps = 0;
        while steps < steps_max {
            if steps.is_multiple_of(STEPS_PER_LOOK) {
                if self.budget.share(iterations + steps) >= until {
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
