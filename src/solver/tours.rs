//! A plan kept alive: a [`Tour`] per vehicle, and for every task where it is.

use super::disruption::Disruption;
use super::draft::{Role, TaskId, VehicleId};
use super::plan::{Plan, PlanError};
use super::problem::{Cost, Problem};
use super::tour::Tour;
use super::walk::Walker;

/// Vehicle and place in its order of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub vehicle: VehicleId,
    pub position: u32,
}

/// All tours of a plan, ready to be changed.
#[derive(Debug, Clone)]
pub struct Tours<'p> {
    problem: &'p Problem,
    tours: Vec<Tour>,
    places: Vec<Option<Place>>,
    /// Vehicles without a task, ascending.
    idle: Vec<VehicleId>,
    disruption: Disruption,
    walker: Walker,
}

impl<'p> Tours<'p> {
    /// Takes up a plan. Broken rules do not matter here, but nothing can be put into a tour that breaks some: see
    /// [`Problem::tolerating`].
    ///
    /// # Errors
    /// The plan makes no sense at all.
    pub fn of(problem: &'p Problem, plan: &Plan) -> Result<Self, PlanError> {
        plan.check(problem)?;
        let mut walker = Walker::default();
        let tours = problem
            .vehicle_ids()
            .zip(&plan.tours)
            .map(|(vehicle, tasks)| Tour::new(problem, &mut walker, vehicle, tasks))
            .collect();
        let mut found = Self {
            problem,
            tours,
            places: vec![None; problem.tasks().len()],
            idle: problem.vehicle_ids().collect(),
            disruption: Disruption::none(problem),
            walker,
        };
        for vehicle in problem.vehicle_ids() {
            found.renumber(vehicle, 0);
        }
        Ok(found)
    }

    /// From now on moved tasks have a price and the moved promises a budget.
    pub fn with_disruption(mut self, disruption: Disruption) -> Self {
        self.disruption = disruption;
        self
    }

    /// The same tours over a problem that only differs in how its places are numbered inside.
    pub(super) fn over(self, problem: &Problem) -> Tours<'_> {
        let mut walker = self.walker;
        let tours = self.tours.iter();
        let tours = tours
            .map(|tour| Tour::new(problem, &mut walker, tour.vehicle(), tour.tasks()))
            .collect();
        let Self { places, idle, disruption, .. } = self;
        Tours { problem, tours, places, idle, disruption, walker }
    }

    pub fn problem(&self) -> &'p Problem {
        self.problem
    }
    pub fn tours(&self) -> &[Tour] {
        &self.tours
    }
    pub fn tour(&self, vehicle: VehicleId) -> &Tour {
        &self.tours[vehicle.index()]
    }
    pub fn place(&self, task: TaskId) -> Option<Place> {
        self.places[task.index()]
    }
    pub fn disruption(&self) -> &Disruption {
        &self.disruption
    }
    /// Vehicles without a task, ascending.
    pub fn idle(&self) -> &[VehicleId] {
        &self.idle
    }
    pub fn left_out(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.problem.task_ids().filter(|task| self.places[task.index()].is_none())
    }
    pub fn plan(&self) -> Plan {
        Plan { tours: self.tours.iter().map(|tour| tour.tasks().to_vec()).collect() }
    }

    /// What everything costs: tours, tasks left out, tasks moved; in inner costs.
    pub fn cost(&self) -> Cost {
        let tours: Cost = self.tours.iter().map(|tour| tour.cost(self.problem)).sum();
        let tasks: Cost = self
            .problem
            .task_ids()
            .map(|task| match self.places[task.index()] {
                None => self.absence_cost(task),
                Some(place) => self.disruption.cost(task, place.vehicle),
            })
            .sum();
        tours + tasks
    }

    /// The price of a task that is in no tour.
    pub fn absence_cost(&self, task: TaskId) -> Cost {
        self.problem.left_out_cost(task) + self.disruption.absence_cost(task)
    }

    /// How many promised tasks are not with the vehicle that had them.
    pub fn moved_promises(&self) -> u32 {
        self.disruption.moved(|task| self.places[task.index()].map(|place| place.vehicle))
    }

    pub fn is_feasible(&self) -> bool {
        self.tours.iter().all(Tour::is_feasible)
    }

    /// Puts a task (one that stands alone) after so many others.
    pub fn insert(&mut self, task: TaskId, vehicle: VehicleId, after: usize) {
        debug_assert!(self.places[task.index()].is_none(), "the task is in no tour");
        let tour = &mut self.tours[vehicle.index()];
        tour.insert(self.problem, &mut self.walker, after, task);
        self.renumber(vehicle, after);
    }

    /// Puts a shipment; both counts are of the tasks that are there before.
    pub fn insert_pair(
        &mut self,
        pickup: TaskId,
        delivery: TaskId,
        vehicle: VehicleId,
        after: (usize, usize),
    ) {
        debug_assert!(after.0 <= after.1, "the pickup comes first");
        let tour = &mut self.tours[vehicle.index()];
        tour.insert_pair(self.problem, &mut self.walker, (after.0, pickup), (after.1, delivery));
        self.renumber(vehicle, after.0);
    }

    /// Takes a task out (with the other half of its shipment). Pinned ones stay; says whether it left.
    pub fn remove(&mut self, task: TaskId) -> bool {
        let Some(place) = self.places[task.index()] else { return false };
        let partner = self.problem.partner(task);
        if self.is_pinned(task) || partner.is_some_and(|other| self.is_pinned(other)) {
            return false;
        }
        self.remove_all(place.vehicle, &[Some(task), partner]);
        true
    }

    fn remove_all(&mut self, vehicle: VehicleId, tasks: &[Option<TaskId>]) {
        for task in tasks.iter().flatten() {
            self.places[task.index()] = None;
        }
        let Self { tours, places, problem, walker, .. } = self;
        tours[vehicle.index()].remove_where(problem, walker, |task| places[task.index()].is_none());
        self.renumber(vehicle, 0);
    }

    /// Takes many tasks out of one tour. The caller minds pins and shipments.
    pub(super) fn remove_marked(&mut self, vehicle: VehicleId, tasks: &[TaskId]) {
        for task in tasks {
            self.places[task.index()] = None;
        }
        let Self { tours, places, problem, walker, .. } = self;
        tours[vehicle.index()].remove_where(problem, walker, |task| places[task.index()].is_none());
        self.renumber(vehicle, 0);
    }

    /// Whether a task must stay where it is.
    pub fn is_pinned(&self, task: TaskId) -> bool {
        self.places[task.index()].is_some_and(|place| {
            (place.position as usize) < self.problem.vehicle(place.vehicle).pinned.len()
        })
    }

    /// Swaps a tour for another one of the same vehicle, as it was before some changes. The tasks that are only in
    /// the old one get no place by this.
    pub(super) fn put_back(&mut self, vehicle: VehicleId, saved: &Tour) {
        self.tours[vehicle.index()].copy_from(saved);
        self.renumber(vehicle, 0);
    }

    pub(super) fn forget_places(&mut self, vehicle: VehicleId) {
        for task in self.tours[vehicle.index()].tasks() {
            self.places[task.index()] = None;
        }
    }

    pub(super) fn walker(&mut self) -> (&[Tour], &mut Walker) {
        (&self.tours, &mut self.walker)
    }

    fn renumber(&mut self, vehicle: VehicleId, from: usize) {
        match (self.idle.binary_search(&vehicle), self.tours[vehicle.index()].is_empty()) {
            (Ok(at), false) => drop(self.idle.remove(at)),
            (Err(at), true) => self.idle.insert(at, vehicle),
            _ => {}
        }
        for (position, task) in self.tours[vehicle.index()].tasks().iter().enumerate().skip(from) {
            self.places[task.index()] = Some(Place { vehicle, position: position as u32 });
        }
    }

    /// The tasks that are inserted as one: a task alone, or the pickup that stands for its shipment.
    pub fn heads(problem: &Problem) -> impl Iterator<Item = TaskId> + '_ {
        problem.task_ids().filter(|task| !matches!(problem.task(*task).role, Role::Delivery { .. }))
    }
}
