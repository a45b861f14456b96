//! What living tours tell of themselves.

use super::{NOBODY, SpotId, Tours};
use crate::solver::disruption::Disruption;
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, Problem};
use crate::solver::walk::Walker;

impl<'p> Tours<'p> {
    pub fn problem(&self) -> &'p Problem {
        self.problem
    }
    /// The tasks of a vehicle in their order.
    pub fn tasks_of(&self, vehicle: VehicleId) -> impl Iterator<Item = TaskId> + '_ {
        let end = self.end_of(vehicle);
        let mut here = self.start_of(vehicle);
        std::iter::from_fn(move || {
            here = self.spots[here as usize].next;
            (here != end).then_some(TaskId(here))
        })
    }
    /// How many tasks a vehicle has.
    pub fn count_of(&self, vehicle: VehicleId) -> usize {
        self.tours[vehicle.index()].count as usize
    }
    /// Who has the task.
    #[inline]
    pub fn vehicle_of(&self, task: TaskId) -> Option<VehicleId> {
        let vehicle = self.spots[task.index()].vehicle;
        (vehicle != NOBODY).then_some(VehicleId(vehicle))
    }
    pub fn disruption(&self) -> &Disruption {
        &self.disruption
    }
    /// Vehicles without a task, ascending.
    pub fn idle(&self) -> &[VehicleId] {
        &self.idle
    }
    pub fn left_out(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.problem.asked_ids().filter(|task| self.vehicle_of(*task).is_none())
    }
    /// How many vehicles have tasks.
    pub(in crate::solver) fn used(&self) -> usize {
        self.tours.len() - self.idle.len()
    }
    /// How many tasks are in tours, calls apart.
    pub(in crate::solver) fn placed(&self) -> usize {
        self.placed
    }
    /// How many trips are made.
    pub(in crate::solver) fn trips(&self) -> usize {
        self.tours.len() - self.idle.len() + self.calls
    }
    /// The spot with which the trip of a task begins.
    #[inline]
    pub(in crate::solver) fn trip_of(&self, task: TaskId, vehicle: VehicleId) -> SpotId {
        match self.tours[vehicle.index()].calls {
            0 => self.start_of(vehicle),
            _ => self.spans[task.index()].trip,
        }
    }
    /// Whether a search may take a task out: it is not pinned, and no call, which leaves by itself.
    #[inline]
    pub(in crate::solver) fn is_free(&self, task: TaskId) -> bool {
        !self.problem.is_pinned(task) && !self.problem.is_call(task)
    }
    /// How many free tasks the trip of a task has, which is one of them.
    pub(in crate::solver) fn free_beside(&self, task: TaskId, vehicle: VehicleId) -> usize {
        if self.tours[vehicle.index()].calls == 0 {
            return self.count_of(vehicle) - self.problem.vehicle(vehicle).pinned.len();
        }
        let mut here = self.trip_of(task, vehicle);
        let trip = std::iter::from_fn(|| {
            here = self.spots[here as usize].next;
            self.task_at(here).filter(|task| !self.problem.is_call(*task))
        });
        trip.filter(|task| self.is_free(*task)).count()
    }
    pub fn plan(&self) -> Plan {
        let tours = self.problem.vehicle_ids().map(|vehicle| self.tasks_of(vehicle).collect());
        Plan { tours: tours.collect() }
    }

    /// What everything costs: tours, tasks left out, tasks moved; in inner costs.
    pub fn cost(&self) -> Cost {
        let vehicles = self.problem.vehicle_ids().zip(&self.tours);
        let tours: Cost = vehicles.map(|(vehicle, tour)| tour.total(self.problem, vehicle)).sum();
        tours + self.left_out().map(|task| self.absence_cost(task)).sum::<Cost>()
    }

    /// What one tour costs, moved tasks apart, in inner costs.
    pub fn cost_of(&self, vehicle: VehicleId) -> Cost {
        let tour = &self.tours[vehicle.index()];
        tour.total(self.problem, vehicle) - tour.moved_cost
    }

    /// The price of a task that is in no tour.
    pub fn absence_cost(&self, task: TaskId) -> Cost {
        self.problem.left_out_cost(task) + self.disruption.absence_cost(task)
    }

    /// A task of a vehicle with which another one may not be in one tour.
    pub(in crate::solver) fn rival_on(&self, task: TaskId, vehicle: VehicleId) -> Option<TaskId> {
        if !self.problem.has_groups {
            return None;
        }
        self.tasks_of(vehicle).find(|other| self.problem.are_rivals(task, *other))
    }

    /// A task that has to come before another one and is in no tour.
    pub fn missing_before(&self, task: TaskId) -> Option<TaskId> {
        let before = self.problem.links.before(task).iter().map(|before| before.task);
        before.into_iter().find(|before| self.vehicle_of(*before).is_none())
    }

    /// Whether giving the task to the vehicle would move one promise too many.
    pub(in crate::solver) fn breaks_promise(&self, task: TaskId, vehicle: VehicleId) -> bool {
        self.disruption.is_promised(task)
            && self.disruption.home(task) != Some(vehicle)
            && self.astray >= self.disruption.budget()
    }

    pub fn is_feasible(&self) -> bool {
        self.tours.iter().all(|tour| tour.is_feasible)
    }
    /// Whether all rules hold on one tour.
    pub fn holds(&self, vehicle: VehicleId) -> bool {
        self.tours[vehicle.index()].is_feasible
    }

    /// Whether a task must stay where it is.
    pub fn is_pinned(&self, task: TaskId) -> bool {
        self.problem.is_pinned(task)
    }

    /// The tasks that are inserted as one: a task alone, or the pickup that stands for its shipment.
    pub fn heads(problem: &Problem) -> impl Iterator<Item = TaskId> + '_ {
        problem.task_ids().filter(|task| problem.is_head(*task))
    }

    #[inline]
    pub(in crate::solver) fn start_of(&self, vehicle: VehicleId) -> SpotId {
        self.problem.tasks().len() as u32 + vehicle.0
    }
    #[inline]
    pub(in crate::solver) fn end_of(&self, vehicle: VehicleId) -> SpotId {
        (self.problem.tasks().len() + self.problem.vehicles().len()) as u32 + vehicle.0
    }
    /// The spot with so many tasks up to it: the start for none.
    pub(in crate::solver) fn spot_at(&self, vehicle: VehicleId, count: usize) -> SpotId {
        let mut here = self.start_of(vehicle);
        for _ in 0..count {
            here = self.spots[here as usize].next;
        }
        here
    }
    /// How many tasks come up to a spot of a tour, it included.
    pub(in crate::solver) fn count_until(&self, spot: SpotId) -> usize {
        let tasks = self.problem.tasks().len() as u32;
        let (mut here, mut count) = (spot, 0);
        while here < tasks {
            here = self.spots[here as usize].prev;
            count += 1;
        }
        count
    }
    /// The task of a spot, unless it is a start or an end.
    #[inline]
    pub(in crate::solver) fn task_at(&self, spot: SpotId) -> Option<TaskId> {
        ((spot as usize) < self.problem.tasks().len()).then_some(TaskId(spot))
    }
    /// The spot from which on tasks may be put: the start, or the last pinned task.
    pub(in crate::solver) fn first_open(&self, vehicle: VehicleId) -> SpotId {
        self.spot_at(vehicle, self.problem.vehicle(vehicle).pinned.len())
    }
    pub(in crate::solver) fn walker(&mut self) -> &mut Walker {
        &mut self.walker
    }
}
