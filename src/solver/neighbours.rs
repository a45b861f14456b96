//! Which tasks are near each other by travel, for tearing a region out of a plan and for cutting a plan into parts.

use super::draft::TaskId;
use super::problem::{Problem, Ride};

/// How many tasks are near, for tearing out and for putting next to.
const NEAR: usize = 160;
const BESIDE: usize = 40;

/// What waiting a second and being late a second weigh beside travelling a second, when tasks are put side by side.
const WAIT_WEIGHT: f64 = 0.2;
const LATE_WEIGHT: f64 = 1.0;

/// Near tasks, nearest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Neighbours {
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl Neighbours {
    /// Looks at all pairs, with the travel times of the first vehicle.
    pub(super) fn of(problem: &Problem) -> Self {
        let mut found = Self { starts: vec![0], tasks: Vec::new() };
        let Some(first) = problem.vehicle_ids().next() else { return found };
        let ride = problem.ride(first);
        let mut near: Vec<(i32, TaskId)> = Vec::with_capacity(problem.asked);
        for task in problem.asked_ids() {
            near.clear();
            let place = problem.node(task).location;
            near.extend(problem.asked_ids().filter(|other| *other != task).map(|other| {
                let other_place = problem.node(other).location;
                let there_s = problem.travel_s(ride, place, other_place);
                (there_s + problem.travel_s(ride, other_place, place), other)
            }));
            if near.len() > NEAR {
                near.select_nth_unstable(NEAR);
                near.truncate(NEAR);
            }
            near.sort_unstable();
            found.tasks.extend(near.iter().map(|(_, task)| *task));
            found.starts.push(found.tasks.len() as u32);
        }
        found
    }

    /// Nearest first; of a task that somebody asked for.
    pub(super) fn near(&self, task: TaskId) -> &[TaskId] {
        let from = self.starts[task.index()] as usize;
        &self.tasks[from..self.starts[task.index() + 1] as usize]
    }

    /// Those of a part: `inside` says by which number it knows a task, `tasks` which ones it has.
    pub(super) fn within(&self, tasks: &[TaskId], inside: &[Option<TaskId>]) -> Self {
        let mut found = Self { starts: vec![0], tasks: Vec::new() };
        for task in tasks.iter().take_while(|task| task.index() + 1 < self.starts.len()) {
            let near = self.near(*task).iter().filter_map(|other| inside[other.index()]);
            found.tasks.extend(near);
            found.starts.push(found.tasks.len() as u32);
        }
        found
    }
}

/// Which tasks are good to come right before or right after another one, by travel and windows, the best first.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl Beside {
    /// Looks at all pairs that some vehicle may do both of, with the travel times of the first vehicle.
    pub(super) fn of(problem: &Problem) -> Self {
        let mut found = Self { starts: vec![0], tasks: Vec::new() };
        let Some(first) = problem.vehicle_ids().next() else { return found };
        let ride = problem.ride(first);
        let order = |one: &(f32, TaskId), two: &(f32, TaskId)| {
            one.0.total_cmp(&two.0).then(one.1.cmp(&two.1))
        };
        let mut beside = Vec::with_capacity(problem.tasks().len());
        for task in problem.asked_ids() {
            beside.clear();
            for other in problem.asked_ids() {
                if other == task || !problem.can_meet(task, other) {
                    continue;
                }
                let after = weight(problem, ride, task, other);
                let before = weight(problem, ride, other, task);
                if let Some(weight) = [after, before].into_iter().flatten().reduce(f32::min) {
                    beside.push((weight, other));
                }
            }
            if beside.len() > BESIDE {
                beside.select_nth_unstable_by(BESIDE, order);
                beside.truncate(BESIDE);
            }
            beside.sort_unstable_by(order);
            found.tasks.extend(beside.iter().map(|(_, other)| *other));
            found.starts.push(found.tasks.len() as u32);
        }
        found
    }

    #[inline]
    pub(super) fn row(&self, task: TaskId) -> &[TaskId] {
        let from = self.starts[task.index()] as usize;
        &self.tasks[from..self.starts[task.index() + 1] as usize]
    }
}

/// How well `second` comes right after `first`; none if it cannot.
fn weight(problem: &Problem, ride: &Ride, first: TaskId, second: TaskId) -> Option<f32> {
    let (one, two) = (problem.node(first), problem.node(second));
    let travel_s = problem.travel_s(ride, one.location, two.location);
    let (_, service_s) = problem.work_on(first, ride);
    let between_s = service_s + travel_s;
    let late_s = (one.opens_s + between_s - two.closes_s).max(0);
    if late_s > two.late_max_s {
        return None;
    }
    let wait_s = (two.opens_s - one.closes_s - between_s).max(0);
    let weight =
        f64::from(travel_s) + WAIT_WEIGHT * f64::from(wait_s) + LATE_WEIGHT * f64::from(late_s);
    Some(weight as f32)
}
