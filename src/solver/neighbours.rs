//! Which tasks are near each other by travel, for tearing a region out of a plan and for cutting a plan into parts; and
//! which are good to come one after the other, for putting tasks back.

use super::draft::TaskId;
use super::problem::{Problem, Ride};
use std::cmp::Ordering;

/// How many tasks are near, for tearing out and for putting next to. Of the latter more are known, so that a part of the
/// problem has enough of them.
const NEAR: usize = 160;
const BESIDE: usize = 40;
const BESIDE_KNOWN: usize = 120;

/// Up to so many tasks all pairs are looked at for who comes beside whom.
const ALL_PAIRS_MAX: usize = 1000;

/// Travel around so many places is read together.
const BLOCK: usize = 64;

/// What waiting a second and being late a second weigh beside travelling a second, when tasks are put side by side.
const WAIT_WEIGHT: f64 = 0.2;
const LATE_WEIGHT: f64 = 1.0;

/// Tasks in rows, one for each task that somebody asked for.
#[derive(Debug, Clone)]
struct Rows {
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { starts: vec![0], tasks: Vec::new() }
    }
}

impl Rows {
    fn push(&mut self, row: impl Iterator<Item = TaskId>) {
        self.tasks.extend(row);
        self.starts.push(self.tasks.len() as u32);
    }

    #[inline]
    fn row(&self, task: TaskId) -> &[TaskId] {
        let from = self.starts[task.index()] as usize;
        &self.tasks[from..self.starts[task.index() + 1] as usize]
    }

    /// See [`Neighbours::within`].
    fn within(&self, tasks: &[TaskId], inside: &[Option<TaskId>], most: usize) -> Self {
        let mut found = Self::default();
        for task in tasks.iter().take_while(|task| task.index() + 1 < self.starts.len()) {
            let row = self.row(*task).iter().filter_map(|other| inside[other.index()]);
            found.push(row.take(most));
        }
        found
    }
}

/// What is around each task, nearest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Neighbours {
    near: Rows,
    beside: Rows,
}

impl Neighbours {
    /// Looks at all pairs, with the travel times of the first vehicle.
    pub(super) fn of(problem: &Problem) -> Self {
        let Some(first) = problem.vehicle_ids().next() else { return Self::default() };
        let ride = problem.ride(first);
        let near = near(problem, ride);
        let beside = beside(problem, ride, &near);
        Self { near, beside }
    }

    /// By travel there and back; of a task that somebody asked for.
    pub(super) fn near(&self, task: TaskId) -> &[TaskId] {
        self.near.row(task)
    }

    /// Which tasks are good to come right before or right after another one, by travel and windows, the best first.
    #[inline]
    pub(super) fn beside(&self, task: TaskId) -> &[TaskId] {
        let row = self.beside.row(task);
        &row[..row.len().min(BESIDE)]
    }

    /// Those of a part: `inside` says by which number it knows a task, `tasks` which ones it has.
    pub(super) fn within(&self, tasks: &[TaskId], inside: &[Option<TaskId>]) -> Self {
        Self {
            near: self.near.within(tasks, inside, NEAR),
            beside: self.beside.within(tasks, inside, BESIDE),
        }
    }
}

fn near(problem: &Problem, ride: &Ride) -> Rows {
    let mut found = Rows::default();
    let places: Vec<u32> = problem.asked_ids().map(|task| problem.node(task).location).collect();
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
            found.push(near.iter().map(|(_, task)| *task));
        }
    }
    found
}

/// Looks at all pairs that some vehicle may do both of; where there are very many tasks, only at those that are near each
/// other.
fn beside(problem: &Problem, ride: &Ride, near: &Rows) -> Rows {
    let mut found = Rows::default();
    let order =
        |one: &(f32, TaskId), two: &(f32, TaskId)| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1));
    let mut beside = Vec::with_capacity(problem.tasks().len());
    let everybody: Vec<TaskId> = problem.asked_ids().collect();
    for task in problem.asked_ids() {
        beside.clear();
        let others = match everybody.len() {
            0..=ALL_PAIRS_MAX => &everybody[..],
            _ => near.row(task),
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
        keep_least(&mut beside, BESIDE_KNOWN, order);
        found.push(beside.iter().map(|(_, other)| *other));
    }
    found
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
