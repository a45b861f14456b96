//! What the best places of many tasks on one tour cost. Spot after spot, all tasks are sieved by what can be told from
//! four numbers of each, side by side in memory; only the few that come through are judged.

use super::place::judge;
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::matrix::Crowd;
use crate::solver::problem::{Cost, Problem};
use crate::solver::tours::{Spot, Tours};

/// Tasks that stand alone, all of which the vehicle may do.
pub(super) struct Guests {
    tasks: Vec<TaskId>,
    /// Their numbers in the crowd that tells travel around them.
    numbers: Vec<u32>,
    places: Vec<u32>,
    opens_s: Vec<i32>,
    /// The latest start, allowed lateness included.
    closes_s: Vec<i32>,
    service_s: Vec<i32>,
    from_s: Vec<i32>,
    to_s: Vec<i32>,
    /// A detour of so many seconds costs as much as the best place so far, or more.
    beat_s: Vec<i32>,
    costs: Vec<Cost>,
}

impl Guests {
    /// Each with its number in the crowd.
    pub(super) fn of(problem: &Problem, tasks: &[(u32, TaskId)], vehicle: VehicleId) -> Self {
        let ride = problem.ride(vehicle);
        let (numbers, tasks): (Vec<u32>, Vec<TaskId>) = tasks.iter().copied().unzip();
        let nodes = || tasks.iter().map(|task| problem.node(*task));
        Self {
            places: nodes().map(|node| node.location).collect(),
            opens_s: nodes().map(|node| node.opens_s).collect(),
            closes_s: nodes().map(|node| node.closes_s + node.late_max_s).collect(),
            service_s: tasks.iter().map(|task| problem.work_on(*task, ride).1).collect(),
            from_s: vec![0; tasks.len()],
            to_s: vec![0; tasks.len()],
            beat_s: vec![i32::MAX; tasks.len()],
            costs: vec![Cost::MAX; tasks.len()],
            numbers,
            tasks,
        }
    }

    /// What the best place of each on the tour costs; [`Cost::MAX`] where there is none. The tour holds; `crowd` is for
    /// this vehicle.
    pub(super) fn costs_on(
        mut self,
        tours: &mut Tours<'_>,
        crowd: &Crowd<'_>,
        vehicle: VehicleId,
    ) -> Vec<Cost> {
        let problem = tours.problem();
        let ride = problem.ride(vehicle);
        // Then a detour costs what it takes, or more.
        let is_by_time = ride.prices_time_only() && tours.tours[vehicle.index()].shared_cost == 0;
        let mut comes_through = vec![false; self.tasks.len()];
        let first = tours.first_open(vehicle);
        let mut after = tours.end_of(vehicle);
        while after != first {
            after = tours.spots[after as usize].prev;
            let spot = tours.spots[after as usize];
            crowd.from(spot.place, &self.places, &mut self.from_s);
            crowd.to(spot.next_place, &self.numbers, &mut self.to_s);
            // Beside it, the set-up of the next stop may vanish: then it is not told how late it can be reached.
            let has_setup = |task| problem.work_on(task, ride).0 > 0;
            let due_s = match tours.task_at(spot.next) {
                Some(next) if has_setup(next) => i32::MAX,
                _ => spot.next_due_s,
            };
            self.sieve(&spot, due_s, &mut comes_through);
            for at in (0..self.tasks.len()).filter(|at| comes_through[*at]) {
                let legs = |_, _| (self.from_s[at], self.to_s[at]);
                let least = self.costs[at];
                if let Some(cost) = judge(tours, self.tasks[at], vehicle, after, legs, least) {
                    self.costs[at] = cost;
                    if is_by_time {
                        let beat_s = (cost - 1).div_euclid(ride.per_s) + 1;
                        self.beat_s[at] = beat_s.clamp(-1, i64::from(i32::MAX)) as i32;
                    }
                }
            }
        }
        self.costs
    }

    /// Says for each whether nothing yet speaks against the place after a spot, whose next one may be reached until
    /// `due_s`.
    fn sieve(&self, spot: &Spot, due_s: i32, comes_through: &mut [bool]) {
        let (ready_s, leg_s) = (spot.ready_s, spot.leg_s);
        let count = comes_through.len();
        let (from_s, to_s) = (&self.from_s[..count], &self.to_s[..count]);
        let (opens_s, closes_s) = (&self.opens_s[..count], &self.closes_s[..count]);
        let (service_s, beat_s) = (&self.service_s[..count], &self.beat_s[..count]);
        for at in 0..count {
            let start_s = (ready_s + from_s[at]).max(opens_s[at]);
            let is_near = from_s[at] + to_s[at] - leg_s < beat_s[at];
            let is_open = start_s <= closes_s[at];
            let is_in_time = start_s.saturating_add(service_s[at] + to_s[at]) <= due_s;
            comes_through[at] = is_near & is_open & is_in_time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{costs_on, fit_on};
    use crate::solver::made_up::{self, Taste};
    use crate::solver::properties::feasible_plan;
    use crate::solver::{Cost, TaskId, Tours};

    #[test]
    fn many_tasks_at_once_cost_what_each_of_them_costs_alone() {
        let (mut found, mut refused) = (0, 0);
        for seed in 0..300 {
            let taste =
                Taste { tasks: 24, vehicles: 4, shipments: (seed % 3) as usize, is_rich: true };
            let problem = made_up::any(seed, taste);
            let Some(plan) = feasible_plan(&problem, 0.5, seed) else { continue };
            let mut tours = Tours::of(&problem, &plan).unwrap();
            let heads: Vec<TaskId> =
                Tours::heads(&problem).filter(|head| tours.vehicle_of(*head).is_none()).collect();
            let places: Vec<u32> = heads.iter().map(|head| problem.node(*head).location).collect();
            let crowds = problem.crowds(&places);
            // Not all of them, so that rows and numbers differ.
            let rows: Vec<usize> = (0..heads.len()).filter(|row| row % 3 != 1).collect();
            for vehicle in problem.vehicle_ids() {
                let mut told = Vec::new();
                costs_on(&mut tours, (&heads, &crowds), &rows, vehicle, |row, cost| {
                    told.push((row, cost));
                });
                told.sort_unstable();
                for (row, cost) in &told {
                    let fit = fit_on(&mut tours, heads[*row], vehicle, Cost::MAX);
                    let alone = fit.map_or(Cost::MAX, |fit| fit.cost);
                    assert_eq!(*cost, alone, "seed {seed}, {:?} {vehicle:?}", heads[*row]);
                    *if fit.is_some() { &mut found } else { &mut refused } += 1;
                }
                assert!(told.iter().map(|(row, _)| *row).eq(rows.iter().copied()), "seed {seed}");
            }
        }
        assert!(found > 1000 && refused > 1000, "{found} found, {refused} refused");
    }
}
