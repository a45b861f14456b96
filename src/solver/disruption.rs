//! What it costs people when a plan changes: a price for every task that goes to another vehicle, and a hard budget
//! for the promised ones. A task that keeps its vehicle is not moved, whenever it is done: what was promised about the
//! time is a window of the task, and windows are rules.

use super::draft::{TaskId, VehicleId};
use super::plan::Plan;
use super::problem::{COST_UNIT, Cost, Problem};

/// What a caller says about one task it does not like to see moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moving {
    pub task: TaskId,
    /// In the caller's unit.
    pub price: i64,
    /// It counts against the budget of moved promises.
    pub is_promised: bool,
}

/// Prices of moving, by task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disruption {
    /// Empty if nothing has a price.
    homes: Vec<Option<VehicleId>>,
    prices: Vec<Cost>,
    promised: Vec<TaskId>,
    is_promised: Vec<bool>,
    budget: u32,
}

impl Disruption {
    /// Everything may move freely.
    pub(super) fn none(_problem: &Problem) -> Self {
        Self {
            homes: Vec::new(),
            prices: Vec::new(),
            promised: Vec::new(),
            is_promised: Vec::new(),
            budget: u32::MAX,
        }
    }

    /// Prices moving away from the vehicles of a plan. Tasks that are in none of its tours cannot move. At most
    /// `budget` promised ones may.
    pub fn from_plan(problem: &Problem, plan: &Plan, moving: &[Moving], budget: u32) -> Self {
        let count = problem.tasks().len();
        let mut found = Self {
            homes: plan.owners(problem),
            prices: vec![0; count],
            promised: Vec::new(),
            is_promised: vec![false; count],
            budget,
        };
        for Moving { task, price, is_promised } in moving.iter().copied() {
            let is_known = found.homes.get(task.index()).is_some_and(Option::is_some);
            // The halves of a shipment move together: the pickup speaks for both.
            if !is_known || !problem.is_head(task) {
                continue;
            }
            found.prices[task.index()] = price.clamp(0, 1_000_000_000) * COST_UNIT;
            if is_promised && !found.is_promised[task.index()] {
                found.is_promised[task.index()] = true;
                found.promised.push(task);
            }
        }
        found
    }

    /// The same for a part, which has these tasks and vehicles, numbered as they come; a home outside is nobody's there.
    /// So many promises may move away in addition to those that have.
    pub(super) fn within(&self, tasks: &[TaskId], vehicles: &[VehicleId], more: u32) -> Self {
        if self.is_free() {
            return Self { budget: self.budget, ..self.clone() };
        }
        let inside = |home: VehicleId| {
            let at = vehicles.iter().position(|vehicle| *vehicle == home);
            VehicleId(at.map_or(u32::MAX, |at| at as u32))
        };
        let ids = || tasks.iter().enumerate().map(|(at, task)| (TaskId(at as u32), *task));
        Self {
            homes: tasks.iter().map(|task| self.home(*task).map(inside)).collect(),
            prices: tasks.iter().map(|task| self.prices[task.index()]).collect(),
            promised: ids().filter(|(_, task)| self.is_promised(*task)).map(|(at, _)| at).collect(),
            is_promised: tasks.iter().map(|task| self.is_promised(*task)).collect(),
            budget: more,
        }
    }

    /// What it costs that the vehicle does the task.
    #[inline]
    pub fn cost(&self, task: TaskId, vehicle: VehicleId) -> Cost {
        match self.homes.get(task.index()) {
            Some(Some(home)) if *home != vehicle => self.prices[task.index()],
            _ => 0,
        }
    }

    /// What it costs, beyond its own price, that nobody does the task.
    pub fn absence_cost(&self, task: TaskId) -> Cost {
        match self.homes.get(task.index()) {
            Some(Some(_)) => self.prices[task.index()],
            _ => 0,
        }
    }

    /// Where the task was, if moving matters.
    pub fn home(&self, task: TaskId) -> Option<VehicleId> {
        self.homes.get(task.index()).copied().flatten()
    }

    pub fn is_promised(&self, task: TaskId) -> bool {
        self.is_promised.get(task.index()).copied().unwrap_or(false)
    }

    /// The tasks that are promised.
    pub(super) fn promised(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.promised.iter().copied()
    }

    pub fn budget(&self) -> u32 {
        self.budget
    }

    /// Nothing has a price.
    pub fn is_free(&self) -> bool {
        self.homes.is_empty()
    }

    pub fn has_promises(&self) -> bool {
        !self.promised.is_empty()
    }

    /// How many promised tasks are elsewhere or nowhere.
    pub fn moved(&self, place: impl Fn(TaskId) -> Option<VehicleId>) -> u32 {
        self.promised.iter().filter(|&&task| place(task) != self.home(task)).count() as u32
    }

    /// How many promised tasks are with another vehicle.
    pub fn gone_astray(&self, place: impl Fn(TaskId) -> Option<VehicleId>) -> u32 {
        let is_astray = |task: TaskId| place(task).is_some_and(|now| Some(now) != self.home(task));
        self.promised.iter().filter(|&&task| is_astray(task)).count() as u32
    }
}
