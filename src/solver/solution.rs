//! A plan with its times and its price: what is shown, checked and compared.

use super::draft::TaskId;
use super::plan::Plan;
use super::problem::{Cost, Problem};
use super::schedule::Schedule;

/// A plan in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// By vehicle.
    pub schedules: Vec<Schedule>,
    pub left_out: Vec<TaskId>,
    /// Tours and tasks left out, in inner costs; the price of moved tasks is no part of it.
    pub cost: Cost,
}

impl Solution {
    pub fn of(problem: &Problem, plan: &Plan) -> Self {
        let schedules = plan.schedules(problem);
        let left_out = plan.left_out(problem);
        let tours: Cost = schedules.iter().map(|schedule| schedule.cost.total()).sum();
        let absent: Cost = left_out.iter().map(|task| problem.left_out_cost(*task)).sum();
        Self { schedules, left_out, cost: tours + absent }
    }

    /// Whether no rule is broken.
    pub fn is_feasible(&self) -> bool {
        self.schedules.iter().all(|schedule| schedule.violations.is_empty())
    }
}
