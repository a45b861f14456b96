//! What it costs that tasks are left out.

use super::{COST_UNIT, Cost, LONGEST_DAY_S, PRICED_LEG_S, Problem, REQUIRED};
use crate::solver::validate::ProblemError;

impl Problem {
    /// What the longest day of any vehicle is paid, as far as a day is one.
    fn price_of_longest_day(&self) -> Result<i128, ProblemError> {
        let mut longest = 0;
        for (vehicle, ride) in self.draft.vehicles.iter().zip(&self.rides) {
            let surcharges = vehicle.surcharges.iter().map(|more| i128::from(more.per_hour));
            let per_hour = i128::from(vehicle.costs.per_paid_hour) + surcharges.sum::<i128>();
            let per_s = per_hour * i128::from(COST_UNIT / 3600);
            let shift_s = i128::from(ride.latest_s()) - i128::from(ride.shift.from_s);
            // All tours together stay within what can be added up.
            if per_s * shift_s * self.rides.len() as i128 > i128::from(Cost::MAX / 4) {
                return Err(ProblemError::CostsTooLarge);
            }
            longest = longest.max(per_s * shift_s.min(LONGEST_DAY_S));
        }
        Ok(longest)
    }

    /// Unnamed prices follow VROOM's rule (first the sum of priorities, then the number of tasks, then travel), as
    /// far as the numbers allow.
    pub(super) fn price_leaving_out(&mut self) -> Result<(), ProblemError> {
        let longest = self
            .rides
            .iter()
            .map(|ride| {
                let (duration_s, distance_m, cost) = self.travels[ride.travel as usize].longest();
                i128::from(duration_s.min(PRICED_LEG_S)) * i128::from(ride.per_s)
                    + i128::from(distance_m) * i128::from(ride.per_m)
                    + i128::from(cost) * i128::from(COST_UNIT)
            })
            .max()
            .unwrap_or(0);
        let fixed = self.rides.iter().map(|ride| ride.fixed).max().unwrap_or(0);
        let paid = self.price_of_longest_day()?;
        let count = self.draft.tasks.len() as i128;
        let base = (3 * longest + i128::from(fixed) + paid).max(i128::from(COST_UNIT));
        let room = i128::from(Cost::MAX / 4);
        if base * (count + 2) + longest * 2 * self.rides.len() as i128 > room {
            return Err(ProblemError::CostsTooLarge);
        }
        let priorities: i128 = self.draft.tasks.iter().map(|task| i128::from(task.priority)).sum();
        let step = (count + 1).min((room / base - count) / priorities.max(1)).max(0);
        self.left_out = self
            .draft
            .tasks
            .iter()
            .map(|task| {
                if task.is_required {
                    return REQUIRED.max(base as Cost);
                }
                task.left_out.map_or_else(
                    || (base * (1 + step * i128::from(task.priority))) as Cost,
                    |price| price.saturating_mul(COST_UNIT),
                )
            })
            .collect();
        // The halves of a shipment, and a crew, are left out together: the first one carries the price.
        for task in self.task_ids().collect::<Vec<_>>() {
            if !self.is_head(task) {
                self.left_out[task.index()] = 0;
            }
        }
        let total: i128 = self.left_out.iter().map(|&cost| i128::from(cost)).sum();
        if total > i128::from(Cost::MAX / 2) {
            return Err(ProblemError::CostsTooLarge);
        }
        Ok(())
    }
}
