//! What a problem knows of its tasks and vehicles.

use super::records::{Node, Pin, Ride};
use super::{COST_UNIT, Cost, NEVER, Problem, REQUIRED};
use crate::solver::calls::Calls;
use crate::solver::draft::{Draft, Role, Task, TaskId, Vehicle, VehicleId};
use crate::solver::matrix::Matrix;

impl Problem {
    pub fn tasks(&self) -> &[Task] {
        &self.draft.tasks
    }
    /// How many numbers a load has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }
    pub fn vehicles(&self) -> &[Vehicle] {
        &self.draft.vehicles
    }
    pub fn task(&self, task: TaskId) -> &Task {
        &self.draft.tasks[task.index()]
    }
    pub fn vehicle(&self, vehicle: VehicleId) -> &Vehicle {
        &self.draft.vehicles[vehicle.index()]
    }
    pub fn matrices(&self) -> &[Matrix] {
        &self.draft.matrices
    }
    /// Whether it is a call at a depot or a tip, which nobody asked for.
    #[inline]
    pub fn is_call(&self, task: TaskId) -> bool {
        task.index() >= self.asked
    }
    /// All tasks but the calls.
    pub(in crate::solver) fn asked_ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.asked as u32).map(TaskId)
    }
    pub(in crate::solver) fn calls(&self) -> &Calls {
        &self.calls
    }
    pub fn task_ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.draft.tasks.len() as u32).map(TaskId)
    }
    pub fn vehicle_ids(&self) -> impl Iterator<Item = VehicleId> + use<> {
        (0..self.draft.vehicles.len() as u32).map(VehicleId)
    }
    /// The draft it was made from, with windows in order, to change and parse again.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }
    /// Pairs that may meet although skills or locks say no, because the plan that was found has them so.
    pub fn waived(&self) -> &[(TaskId, VehicleId)] {
        &self.waived
    }
    /// The price of leaving a task out, in inner costs.
    pub fn left_out_cost(&self, task: TaskId) -> Cost {
        self.left_out[task.index()]
    }

    /// Whether skills, locks and size let the vehicle do the task at all.
    pub fn is_allowed(&self, task: TaskId, vehicle: VehicleId) -> bool {
        let word = self.allowed[task.index() * self.allowed_words + vehicle.index() / 64];
        word & (1 << (vehicle.index() % 64)) != 0
    }

    /// By vehicle, a bit each: whether it may do the task.
    pub(in crate::solver) fn allowed_row(&self, task: TaskId) -> &[u64] {
        &self.allowed[task.index() * self.allowed_words..][..self.allowed_words]
    }

    /// Whether some vehicle may do both tasks.
    pub(in crate::solver) fn can_meet(&self, one: TaskId, two: TaskId) -> bool {
        self.allowed_row(one).iter().zip(self.allowed_row(two)).any(|(one, two)| one & two != 0)
    }

    /// Whether the two may not be in one tour.
    pub(in crate::solver) fn are_rivals(&self, one: TaskId, two: TaskId) -> bool {
        let (one, two) = (self.task(one), self.task(two));
        let excludes = |task: &Task, group: Option<u32>| {
            group.is_some_and(|group| task.excludes.contains(&group))
        };
        excludes(one, two.group) || excludes(two, one.group)
    }

    /// What it costs that the task rides with the vehicle.
    pub(in crate::solver) fn preference_cost(&self, task: TaskId, vehicle: VehicleId) -> Cost {
        if !self.has_preferences {
            return 0;
        }
        let named = self.task(task).preferences.iter();
        named.filter(|named| named.vehicle == vehicle).map(|named| named.price * COST_UNIT).sum()
    }

    /// Whether it stands for itself: alone, as the pickup of a shipment, or as the first of a crew.
    pub(in crate::solver) fn is_head(&self, task: TaskId) -> bool {
        matches!(self.task(task).role, Role::Alone | Role::Pickup { .. })
            && self.links.head(task) == task
    }

    /// Whether some tasks are linked across tours.
    #[inline]
    pub fn has_links(&self) -> bool {
        !self.links.are_none()
    }
    /// Whether a task is linked with others.
    pub fn is_linked(&self, task: TaskId) -> bool {
        self.links.has(task)
    }
    /// Who speaks for a crew: the task itself, or another one.
    pub fn head(&self, task: TaskId) -> TaskId {
        self.links.head(task)
    }

    /// The tasks that are inserted and left out together with a head: a delivery, or the others of a crew.
    pub fn followers(&self, head: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        self.partner(head).into_iter().chain(self.links.followers(head))
    }

    /// The other half of a shipment.
    pub fn partner(&self, task: TaskId) -> Option<TaskId> {
        match self.task(task).role {
            Role::Alone | Role::Call => None,
            Role::Pickup { delivery } => Some(delivery),
            Role::Delivery { pickup } => Some(pickup),
        }
    }

    /// Set-up (when coming from elsewhere) and service of a task on a vehicle, seconds.
    pub fn work_s(&self, task: TaskId, vehicle: VehicleId) -> (i32, i32) {
        self.work_on(task, self.ride(vehicle))
    }

    pub(in crate::solver) fn node(&self, task: TaskId) -> &Node {
        &self.nodes[task.index()]
    }
    pub(in crate::solver) fn ride(&self, vehicle: VehicleId) -> &Ride {
        &self.rides[vehicle.index()]
    }
    pub(in crate::solver) fn kinds(&self) -> usize {
        self.kinds as usize
    }
    pub(in crate::solver) fn work_on(&self, task: TaskId, ride: &Ride) -> (i32, i32) {
        self.work[ride.work_type as usize * self.nodes.len() + task.index()]
    }
    pub(in crate::solver) fn aboard(&self, task: TaskId) -> &[i32] {
        &self.aboard[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }
    pub(in crate::solver) fn change(&self, task: TaskId) -> &[i32] {
        &self.change[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }

    /// What of a task stays aboard to the end of its trip.
    pub(in crate::solver) fn taken(&self, task: TaskId, dimension: usize) -> i32 {
        let is_alone = self.task(task).role == Role::Alone;
        let taken = self.task(task).pickup.get(dimension).copied().unwrap_or(0);
        if is_alone { taken } else { 0 }
    }
    pub(in crate::solver) fn amount(&self, task: TaskId) -> &[i32] {
        &self.amounts[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }
    pub(in crate::solver) fn capacity(&self, vehicle: VehicleId) -> &[i32] {
        &self.capacities[vehicle.index() * self.dimensions..(vehicle.index() + 1) * self.dimensions]
    }
    /// What is aboard until the first call.
    pub(in crate::solver) fn laden(&self, vehicle: VehicleId, dimension: usize) -> i32 {
        self.vehicle(vehicle).aboard.get(dimension).copied().unwrap_or(0)
    }
    /// Whether the task is one of the pinned visits of its vehicle.
    #[inline]
    pub(in crate::solver) fn is_pinned(&self, task: TaskId) -> bool {
        self.pins[task.index()] != Pin::Free
    }
    /// When the goods of a task are at the depot; those of one that has begun are with the vehicle.
    #[inline]
    pub(in crate::solver) fn goods_from_s(&self, task: TaskId) -> i32 {
        match self.pins[task.index()] {
            Pin::Pinned { start_s: Some(_) } => NEVER,
            _ => self.nodes[task.index()].goods_from_s,
        }
    }
    /// When a pinned task begins, if that is given.
    #[inline]
    pub(in crate::solver) fn pinned_start_s(&self, task: TaskId) -> Option<i32> {
        match self.pins[task.index()] {
            Pin::Free => None,
            Pin::Pinned { start_s } => start_s,
        }
    }

    /// The vehicle may no longer do the task.
    pub(in crate::solver) fn forbid(&mut self, task: TaskId, vehicle: VehicleId) {
        self.allowed[task.index() * self.allowed_words + vehicle.index() / 64] &=
            !(1 << (vehicle.index() % 64));
        // It is no longer like any other.
        self.rides[vehicle.index()].kind = self.kinds;
        self.kinds += 1;
    }

    /// From now on leaving the task out is never worth it.
    pub(in crate::solver) fn require(&mut self, task: TaskId) {
        if self.is_head(task) {
            self.left_out[task.index()] = self.left_out[task.index()].max(REQUIRED);
        }
    }
}
