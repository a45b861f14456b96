//! Which tasks belong near each other: by travel alone for tearing a region out of a plan, by travel and windows for
//! putting a task next to another one.

use super::draft::TaskId;
use super::problem::{Problem, Ride};

/// How many tasks are near, for tearing out and for putting next to.
const NEAR: usize = 160;
const BESIDE: usize = 40;

/// What waiting a second and being late a second weigh beside travelling a second, when tasks are put side by side.
const WAIT_WEIGHT: f64 = 0.2;
const LATE_WEIGHT: f64 = 1.0;

/// Near tasks, nearest first.
#[derive(Debug, Clone)]
pub(super) struct Neighbours {
    near: Rows,
    /// Good to come right before, and right after.
    before: Rows,
    after: Rows,
}

#[derive(Debug, Clone, Default)]
struct Rows {
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl Rows {
    fn row(&self, task: TaskId) -> &[TaskId] {
        let from = self.starts[task.index()] as usize;
        &self.tasks[from..self.starts[task.index() + 1] as usize]
    }

    /// Adds a row: the `most` candidates with the least weight.
    fn push(&mut self, candidates: &mut [(f32, TaskId)], most: usize) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let order = |one: &(f32, TaskId), two: &(f32, TaskId)| {
            one.0.total_cmp(&two.0).then(one.1.cmp(&two.1))
        };
        let kept = if candidates.len() > most {
            candidates.select_nth_unstable_by(most, order);
            &mut candidates[..most]
        } else {
            candidates
        };
        kept.sort_unstable_by(order);
        self.tasks.extend(kept.iter().map(|(_, task)| *task));
        self.starts.push(self.tasks.len() as u32);
    }
}

impl Neighbours {
    /// Looks at all pairs, with the travel times of the first vehicle.
    pub(super) fn of(problem: &Problem) -> Self {
        let mut found =
            Self { near: Rows::default(), before: Rows::default(), after: Rows::default() };
        let Some(first) = problem.vehicle_ids().next() else { return found };
        let ride = problem.ride(first);
        let count = problem.tasks().len();
        let mut near = Vec::with_capacity(count);
        let mut before = Vec::with_capacity(count);
        let mut after = Vec::with_capacity(count);
        for task in problem.task_ids() {
            near.clear();
            before.clear();
            after.clear();
            let place = problem.node(task).location;
            for other in problem.task_ids() {
                if other == task {
                    continue;
                }
                let other_place = problem.node(other).location;
                let there_s = problem.travel_s(ride, place, other_place);
                let back_s = problem.travel_s(ride, other_place, place);
                near.push(((there_s + back_s) as f32, other));
                if let Some(weight) = weight(problem, ride, task, other, there_s) {
                    after.push((weight, other));
                }
                if let Some(weight) = weight(problem, ride, other, task, back_s) {
                    before.push((weight, other));
                }
            }
            found.near.push(&mut near, NEAR);
            found.before.push(&mut before, BESIDE);
            found.after.push(&mut after, BESIDE);
        }
        found
    }

    /// Nearest first by travel.
    pub(super) fn near(&self, task: TaskId) -> &[TaskId] {
        self.near.row(task)
    }
    /// Good right before the task.
    pub(super) fn before(&self, task: TaskId) -> &[TaskId] {
        self.before.row(task)
    }
    /// Good right after the task.
    pub(super) fn after(&self, task: TaskId) -> &[TaskId] {
        self.after.row(task)
    }
}

/// How well `second` comes right after `first`; none if it cannot.
fn weight(
    problem: &Problem,
    ride: &Ride,
    first: TaskId,
    second: TaskId,
    travel_s: i32,
) -> Option<f32> {
    let (one, two) = (problem.node(first), problem.node(second));
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
