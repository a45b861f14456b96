//! Puts tasks into living tours and takes them out.

use super::{NOBODY, SpotId, Tour, Tours};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::links;
use crate::solver::problem::{Cost, LoadRule};

impl Tours<'_> {
    /// Puts a task (one that stands alone) after so many others.
    pub fn insert(&mut self, task: TaskId, vehicle: VehicleId, after: usize) {
        self.put(task, vehicle, self.spot_at(vehicle, after));
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
        let spots = (self.spot_at(vehicle, after.0), self.spot_at(vehicle, after.1));
        self.put_pair(pickup, delivery, vehicle, spots);
    }

    /// Takes a task out (with the other half of its shipment, its crew and what comes after it, and with calls that are
    /// not needed then). Pinned ones stay; says whether it left.
    pub fn remove(&mut self, task: TaskId) -> bool {
        let Some(vehicle) = self.vehicle_of(task) else { return false };
        let partner = self.problem.partner(task);
        if self.is_pinned(task) || partner.is_some_and(|other| self.is_pinned(other)) {
            return false;
        }
        if self.problem.links.has(task) {
            for other in links::closure_of(self, task) {
                let vehicle = self.vehicle_of(other).expect("who leaves with it is in a tour");
                self.take_out(vehicle, &[other]);
            }
            return true;
        }
        let tasks: Vec<TaskId> = [Some(task), partner].into_iter().flatten().collect();
        self.take_out(vehicle, &tasks);
        true
    }

    /// Puts a task that stands alone behind a spot of a tour.
    pub(in crate::solver) fn put(&mut self, task: TaskId, vehicle: VehicleId, after: SpotId) {
        debug_assert!(self.vehicle_of(task).is_none(), "the task is in no tour");
        let has_links = self.tours[vehicle.index()].links > 0;
        let kept = if has_links { links::kept(self, vehicle, after, task) } else { None };
        let next = self.spots[after as usize].next;
        self.take_in(task, vehicle);
        self.join(vehicle, after, task.0);
        self.join(vehicle, task.0, next);
        self.refresh(vehicle, after, next);
        match kept {
            Some(before) => self.keep_links(vehicle, &before),
            None if self.tours[vehicle.index()].links > 0 => self.settle_links(&[vehicle]),
            None => {}
        }
    }

    /// Puts tasks that stand alone, and calls, behind a spot of a tour, one behind the other.
    pub(in crate::solver) fn put_all(
        &mut self,
        tasks: &[TaskId],
        vehicle: VehicleId,
        after: SpotId,
    ) {
        let next = self.spots[after as usize].next;
        let mut here = after;
        for task in tasks {
            self.take_in(*task, vehicle);
            self.join(vehicle, here, task.0);
            here = task.0;
        }
        self.join(vehicle, here, next);
        self.refresh(vehicle, after, next);
        self.settle_links(&[vehicle]);
    }

    /// Puts both halves of a shipment behind spots of a tour as it is without them.
    pub(in crate::solver) fn put_pair(
        &mut self,
        pickup: TaskId,
        delivery: TaskId,
        vehicle: VehicleId,
        (first, second): (SpotId, SpotId),
    ) {
        self.take_in(pickup, vehicle);
        self.take_in(delivery, vehicle);
        let last = self.spots[second as usize].next;
        self.join(vehicle, second, delivery.0);
        self.join(vehicle, delivery.0, last);
        let next = self.spots[first as usize].next;
        self.join(vehicle, first, pickup.0);
        self.join(vehicle, pickup.0, next);
        self.refresh(vehicle, first, last);
        self.settle_links(&[vehicle]);
    }

    /// Takes tasks out of one tour, which are given in their order unless there are shipments. The caller minds pins and
    /// shipments.
    pub(in crate::solver) fn take_out(&mut self, vehicle: VehicleId, tasks: &[TaskId]) {
        let hanging = self.take_out_unsettled(vehicle, tasks);
        if !hanging.is_empty() {
            self.settle_links(&hanging);
        }
    }

    /// The same, but the links of the tours that hung together with it, which are returned, are still to be settled.
    pub(in crate::solver) fn take_out_unsettled(
        &mut self,
        vehicle: VehicleId,
        tasks: &[TaskId],
    ) -> Vec<VehicleId> {
        let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
        let has_links = self.tours[vehicle.index()].links > 0;
        let hanging = if has_links { self.hanging_with(vehicle) } else { Vec::new() };
        for task in tasks {
            self.let_go(*task, vehicle);
        }
        // The stretch from the first to the last change; shipments can be anywhere.
        let (mut first, mut last) = (None, end);
        let is_string = self.problem.shipments == 0 && !has_links;
        for task in tasks {
            let spot = self.spots[task.index()];
            if self.spots[spot.prev as usize].vehicle == NOBODY {
                continue;
            }
            let mut next = spot.next;
            while self.spots[next as usize].vehicle == NOBODY {
                next = self.spots[next as usize].next;
            }
            if is_string {
                first = first.or(Some(spot.prev));
                last = next;
            }
            self.join(vehicle, spot.prev, next);
        }
        if self.tours[vehicle.index()].calls > 0 {
            self.drop_needless_calls(vehicle);
            (first, last) = (None, end);
        }
        self.refresh(vehicle, first.unwrap_or(start), last);
        hanging
    }

    /// Links two spots of a tour and counts the leg between them instead of the one that led away from the first.
    #[inline]
    pub(in crate::solver) fn join(&mut self, vehicle: VehicleId, one: SpotId, two: SpotId) {
        let problem = self.problem;
        let ride = problem.ride(vehicle);
        let to = self.spots[two as usize].place;
        let tour = &mut self.tours[vehicle.index()];
        let spot = &mut self.spots[one as usize];
        // Nobody drives from the start to the end for nothing.
        let (leg_s, leg) = if tour.count == 0 {
            (0, 0)
        } else {
            let leg_s = problem.travel_s(ride, spot.place, to);
            (leg_s, problem.leg_cost(ride, spot.place, to, leg_s))
        };
        tour.travel_s += i64::from(leg_s) - i64::from(spot.leg_s);
        tour.travel_cost += leg - spot.leg;
        (spot.leg_s, spot.leg) = (leg_s, leg);
        (spot.next, spot.next_place) = (two, to);
        self.spots[two as usize].prev = one;
    }

    /// The number of a tour that has just changed.
    pub(in crate::solver) fn next_version(&mut self) -> u32 {
        self.versions = self.versions.wrapping_add(1).max(1);
        self.versions
    }
    pub(in crate::solver) fn astray(&self) -> u32 {
        self.astray
    }
    pub(in crate::solver) fn set_astray(&mut self, astray: u32) {
        self.astray = astray;
    }

    /// Takes over the sums of a tour.
    pub(in crate::solver) fn count_as(&mut self, vehicle: VehicleId, sums: &Tour) {
        let was = std::mem::replace(&mut self.tours[vehicle.index()], *sums);
        self.calls = self.calls + sums.calls as usize - was.calls as usize;
        self.placed =
            self.placed + (sums.count - sums.calls) as usize - (was.count - was.calls) as usize;
        self.set_idle(vehicle);
    }

    /// Keeps the list of vehicles without a task.
    fn set_idle(&mut self, vehicle: VehicleId) {
        match (self.idle.binary_search(&vehicle), self.tours[vehicle.index()].count == 0) {
            (Ok(at), false) => drop(self.idle.remove(at)),
            (Err(at), true) => self.idle.insert(at, vehicle),
            _ => {}
        }
    }

    pub(in crate::solver) fn take_in(&mut self, task: TaskId, vehicle: VehicleId) {
        self.spots[task.index()].vehicle = vehicle.0;
        let is_call = self.problem.is_call(task);
        self.placed += usize::from(!is_call);
        self.calls += usize::from(is_call);
        let tour = &mut self.tours[vehicle.index()];
        tour.count += 1;
        tour.soft += u32::from(self.problem.node(task).late_max_s > 0);
        tour.calls += u32::from(is_call);
        tour.links += u32::from(self.problem.links.has(task));
        tour.preference_cost += self.problem.preference_cost(task, vehicle);
        if tour.count == 1 {
            self.set_idle(vehicle);
        }
        self.weigh(task, vehicle, 1);
        self.count_move(task, vehicle, 1);
    }

    pub(in crate::solver) fn let_go(&mut self, task: TaskId, vehicle: VehicleId) {
        let spot = &mut self.spots[task.index()];
        spot.vehicle = NOBODY;
        let is_call = self.problem.is_call(task);
        self.placed -= usize::from(!is_call);
        self.calls -= usize::from(is_call);
        let tour = &mut self.tours[vehicle.index()];
        tour.count -= 1;
        tour.soft -= u32::from(self.problem.node(task).late_max_s > 0);
        tour.calls -= u32::from(is_call);
        tour.links -= u32::from(self.problem.links.has(task));
        tour.preference_cost -= self.problem.preference_cost(task, vehicle);
        tour.travel_s -= i64::from(std::mem::take(&mut spot.leg_s));
        tour.travel_cost -= std::mem::take(&mut spot.leg);
        if tour.count == 0 {
            self.set_idle(vehicle);
        }
        self.weigh(task, vehicle, -1);
        self.count_move(task, vehicle, -1);
    }

    /// What still fits, where only sums matter.
    #[inline]
    fn weigh(&mut self, task: TaskId, vehicle: VehicleId, sign: i32) {
        let dimensions = self.problem.dimensions;
        if self.problem.load_rule == LoadRule::Sum {
            let room = &mut self.loads.room[vehicle.index() * dimensions..][..dimensions];
            for (room, amount) in room.iter_mut().zip(self.problem.amount(task)) {
                *room -= sign * amount;
            }
        }
    }

    pub(super) fn count_move(&mut self, task: TaskId, vehicle: VehicleId, sign: i32) {
        if self.disruption.is_free() {
            return;
        }
        self.tours[vehicle.index()].moved_cost +=
            Cost::from(sign) * self.disruption.cost(task, vehicle);
        if self.disruption.is_promised(task) && self.disruption.home(task) != Some(vehicle) {
            self.astray = self.astray.wrapping_add_signed(sign);
        }
    }
}
