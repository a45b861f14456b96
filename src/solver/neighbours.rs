//! Which tasks are near each other by travel, for tearing a region out of a plan and for cutting a plan into parts.

use super::draft::TaskId;
use super::problem::{Problem, Ride};
use std::cmp::Ordering;

/// How many tasks are near, for tearing out and for putting next to.
const NEAR: usize = 160;
const BESIDE: usize = 40;

/// Up to so many tasks all pairs are looked at for who comes beside whom.
const ALL_PAIRS_MAX: usize = 1000;

/// Travel around so many places is read together.
const BLOCK: usize = 64;

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
        let places: Vec<u32> =
            problem.asked_ids().map(|task| problem.node(task).location).collect();
        let mut near: Vec<(i32, TaskId)> = Vec::with_capacity(problem.asked);
        for (number, block) in places.chunks(BLOCK).enumerate() {
            let block = problem.block(ride, block);
            for at in 0..block.len() {
                let task = TaskId((number * BLOCK + at) as u32);
                let around = block.around(at);
                let way_s = |other: &u32| around.seconds_to(*other) + around.seconds_from(*other);
                near.clear();
                near.extend(places.iter().map(way_s).zip(problem.asked_ids()));
                near.swap_remove(task.index());
                keep_least(&mut near, NEAR, Ord::cmp);
                found.tasks.extend(near.iter().map(|(_, task)| *task));
                found.starts.push(found.tasks.len() as u32);
            }
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
    /// Looks at all pairs that some vehicle may do both of, with the travel times of the first vehicle; where there are
    /// very many tasks, only at those that are near each other.
    pub(super) fn of(problem: &Problem, neighbours: &Neighbours) -> Self {
        let mut found = Self { starts: vec![0], tasks: Vec::new() };
        let Some(first) = problem.vehicle_ids().next() else { return found };
        let ride = problem.ride(first);
        let order = |one: &(f32, TaskId), two: &(f32, TaskId)| {
            one.0.total_cmp(&two.0).then(one.1.cmp(&two.1))
        };
        let mut beside = Vec::with_capacity(problem.tasks().len());
        let everybody: Vec<TaskId> = problem.asked_ids().collect();
        for task in problem.asked_ids() {
            beside.clear();
            let others = match everybody.len() {
                0..=ALL_PAIRS_MAX => &everybody[..],
                _ => neighbours.near(task),
            };
            for other in others.iter().copied() {
                if other == task || !problem.can_meet(task, other) {
                    continue;
                }
                let after = weight(problem, ride, task, other);
                let before = weight(problem, ride, other, task);
                if let Some(weight) = [after, before].into_iter().flatten().reduce(f32::min) {
                    beside.push((weight, other));
                }
            }
            keep_least(&mut beside, BESIDE, order);
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

/// Leaves so many of the least, in their order.
fn keep_least<T>(items: &mut Vec<T>, most: usize, mut order: impl FnMut(&T, &T) -> Ordering) {
    if items.len() > most {
        items.select_nth_unstable_by(most, &mut order);
        items.truncate(most);
    }
    items.sort_unstable_by(order);
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
