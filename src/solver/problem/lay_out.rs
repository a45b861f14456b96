//! Lays out flat what a draft says.

use super::records::{LoadRule, Node, Pin, Ride};
use super::{COST_UNIT, NEVER, NOWHERE, Problem};
use crate::solver::calls::are_alike;
use crate::solver::draft::{Limits, Role, TIME_MAX_S, TIME_MIN_S, Vehicle, VehicleId};
use std::collections::HashMap;

impl Problem {
    pub(super) fn lay_out_tasks(&mut self) {
        let draft = &self.draft;
        let calls = draft.tasks.iter().rev().take_while(|task| task.role == Role::Call).count();
        self.asked = draft.tasks.len() - calls;
        self.has_trips = calls > 0 || draft.tasks.iter().any(|task| task.goods_from_s.is_some());
        for task in &draft.tasks {
            let first = self.windows.len() as u32;
            if task.windows.len() > 1 {
                self.windows.extend(&task.windows);
            }
            self.nodes.push(Node {
                location: task.location,
                opens_s: task.windows.first().map_or(TIME_MIN_S, |window| window.from_s),
                closes_s: task.windows.last().map_or(TIME_MAX_S, |window| window.until_s),
                late_max_s: task.lateness.at_most_s,
                late_per_hour: task.lateness.per_hour,
                release_s: task.release_s.unwrap_or(NEVER),
                goods_from_s: task.goods_from_s.unwrap_or(NEVER),
                windows_from: first,
                windows_until: self.windows.len() as u32,
            });
            let is_aboard = !matches!(task.role, Role::Delivery { .. });
            for dimension in 0..self.dimensions {
                let amount = |amounts: &[i32]| amounts.get(dimension).copied().unwrap_or(0);
                self.aboard.push(if is_aboard { amount(&task.delivery) } else { 0 });
                self.change.push(amount(&task.pickup) - amount(&task.delivery));
            }
        }
        let types = draft.vehicles.iter().map(|vehicle| vehicle.work_type + 1).max().unwrap_or(1);
        for work_type in 0..types {
            self.work.extend(draft.tasks.iter().map(|task| {
                task.by_type
                    .iter()
                    .find(|work| work.work_type == work_type)
                    .map_or((task.setup_s, task.service_s), |work| (work.setup_s, work.service_s))
            }));
        }
    }

    pub(super) fn lay_out_vehicles(&mut self) {
        let draft = &self.draft;
        let mut speeds: Vec<(u32, f64)> = Vec::new();
        let mut kinds: Vec<usize> = Vec::new();
        let mut is_locked = vec![false; draft.vehicles.len()];
        for task in &draft.tasks[..self.asked] {
            for preference in &task.preferences {
                is_locked[preference.vehicle.index()] = true;
            }
            if let Some(vehicle) = task.locked_to {
                is_locked[vehicle.index()] = true;
            }
        }
        for (_, vehicle) in &self.waived {
            is_locked[vehicle.index()] = true;
        }
        for (at, vehicle) in draft.vehicles.iter().enumerate() {
            let speed = (vehicle.matrix, vehicle.speed_factor);
            let travel = speeds.iter().position(|known| *known == speed).unwrap_or_else(|| {
                speeds.push(speed);
                let matrix = &draft.matrices[vehicle.matrix as usize];
                self.travels.push(matrix.at_speed(vehicle.speed_factor));
                speeds.len() - 1
            });
            let same = |&&known: &&usize| {
                !is_locked[at]
                    && !is_locked[known]
                    && draft.vehicles[known] == *vehicle
                    && self.make_the_same_calls(VehicleId(at as u32), VehicleId(known as u32))
            };
            let kind = kinds
                .iter()
                .find(same)
                .and_then(|&known| kinds.iter().position(|&first| first == known));
            let kind = kind.unwrap_or_else(|| {
                kinds.push(at);
                kinds.len() - 1
            });
            let has_table = draft.matrices[vehicle.matrix as usize].has_costs();
            let (per_s, per_m) = if has_table {
                (0, 0)
            } else {
                (
                    vehicle.costs.per_hour * (COST_UNIT / 3600),
                    vehicle.costs.per_km * (COST_UNIT / 1000),
                )
            };
            self.rides.push(Ride {
                travel: travel as u32,
                work_type: vehicle.work_type,
                per_s,
                per_m,
                work_per_s: vehicle.costs.per_task_hour * (COST_UNIT / 3600),
                fixed: vehicle.costs.fixed * COST_UNIT,
                start: vehicle.start.unwrap_or(NOWHERE),
                end: vehicle.end.unwrap_or(NOWHERE),
                shift: vehicle.shift,
                overtime: vehicle.overtime,
                breaks: vehicle.breaks.len() as u32,
                is_soft: vehicle.overtime.at_most_s > 0
                    || vehicle.breaks.iter().any(|rest| rest.lateness.at_most_s > 0),
                has_loaded_breaks: vehicle.breaks.iter().any(|rest| rest.max_load.is_some()),
                has_limits: vehicle.limits != Limits::default(),
                is_paid: is_paid(vehicle),
                paid_max_s: vehicle.limits.duration_s.unwrap_or(i32::MAX),
                is_timed: draft.matrices[vehicle.matrix as usize].has_bands(),
                is_spanned: self.has_trips || is_paid(vehicle),
                kind: kind as u32,
            });
        }
        self.kinds = kinds.len() as u32;
    }

    fn make_the_same_calls(&self, one: VehicleId, two: VehicleId) -> bool {
        let (one, two) = (self.calls.of_vehicle(one), self.calls.of_vehicle(two));
        let mut pairs = one.iter().zip(two);
        one.len() == two.len()
            && pairs.all(|(one, two)| are_alike(self.task(*one), self.task(*two)))
    }

    pub(super) fn lay_out_allowed(&mut self) {
        let draft = &self.draft;
        self.allowed = vec![0; draft.tasks.len() * self.allowed_words];
        // Tasks that ask for the same are many, and vehicles are too.
        let mut same: HashMap<_, usize> = HashMap::new();
        for (at, task) in draft.tasks.iter().enumerate() {
            let row = at * self.allowed_words;
            let asked = (&task.skills, &task.delivery, &task.pickup, task.locked_to);
            if let Some(first) = same.get(&asked) {
                self.allowed.copy_within(*first..*first + self.allowed_words, row);
                continue;
            }
            for (to, vehicle) in draft.vehicles.iter().enumerate() {
                let is_free = task.locked_to.is_none_or(|locked| locked.index() == to);
                let is_light = [&task.delivery, &task.pickup].iter().all(|amounts| {
                    amounts
                        .iter()
                        .enumerate()
                        .all(|(d, &amount)| amount <= vehicle.capacity.get(d).copied().unwrap_or(0))
                });
                if is_free && is_light && vehicle.skills.covers(&task.skills) {
                    self.allowed[row + to / 64] |= 1 << (to % 64);
                }
            }
            same.insert(asked, row);
        }
        for (task, vehicle) in self.waived.clone() {
            self.allowed[task.index() * self.allowed_words + vehicle.index() / 64] |=
                1 << (vehicle.index() % 64);
        }
    }

    pub(super) fn lay_out_loads(&mut self) {
        let draft = &self.draft;
        let mut of_tasks = Vec::with_capacity(draft.tasks.len() * self.dimensions);
        let (mut drops, mut takes) = (vec![false; self.dimensions], vec![false; self.dimensions]);
        for task in &draft.tasks {
            for dimension in 0..self.dimensions {
                let amount = |amounts: &[i32]| amounts.get(dimension).copied().unwrap_or(0);
                drops[dimension] |= amount(&task.delivery) > 0;
                takes[dimension] |= amount(&task.pickup) > 0;
                of_tasks.push(amount(&task.delivery) + amount(&task.pickup));
            }
        }
        self.amounts = of_tasks;
        for vehicle in &draft.vehicles {
            for dimension in 0..self.dimensions {
                self.capacities.push(vehicle.capacity.get(dimension).copied().unwrap_or(0));
            }
        }
        let pairs = draft.tasks.iter().filter(|task| matches!(task.role, Role::Pickup { .. }));
        self.shipments = pairs.count();
        let is_mixed = drops.iter().zip(&takes).any(|(drops, takes)| *drops && *takes);
        let is_laden = draft.vehicles.iter().any(|vehicle| !vehicle.aboard.is_empty());
        let needs_order = self.shipments > 0 || is_mixed || is_laden || !self.calls.is_empty();
        self.load_rule = match (self.dimensions, needs_order) {
            (0, _) => LoadRule::None,
            (_, false) => LoadRule::Sum,
            (_, true) => LoadRule::Peaks,
        };
        self.pins = vec![Pin::Free; draft.tasks.len()];
        for pin in draft.vehicles.iter().flat_map(|vehicle| &vehicle.pinned) {
            self.pins[pin.task.index()] = Pin::Pinned { start_s: pin.start_s };
        }
    }

    pub(super) fn asks_for_little(&self) -> bool {
        let are_nodes_plain = self.nodes.iter().all(|node| {
            node.late_max_s == 0
                && node.release_s == NEVER
                && node.windows_from == node.windows_until
        });
        let are_rides_plain = self.rides.iter().all(|ride| {
            ride.travel == 0
                && ride.start != NOWHERE
                && ride.end != NOWHERE
                && ride.per_s == self.rides[0].per_s
                && ride.work_type == 0
                && ride.per_m == 0
                && ride.per_s != 0
                && ride.work_per_s == 0
                && ride.overtime.at_most_s == 0
                && ride.breaks == 0
                && !ride.is_paid
                && !ride.is_timed
                && !ride.has_limits
        });
        self.load_rule != LoadRule::Peaks
            && !self.has_trips
            && self.links.are_none()
            && !self.has_groups
            && !self.has_preferences
            && self.travels.len() == 1
            && self.shipments == 0
            && self.dimensions <= 1
            && self.pins.iter().all(|pin| *pin == Pin::Free)
            && self.work.iter().all(|(setup_s, _)| *setup_s == 0)
            && are_nodes_plain
            && are_rides_plain
    }
}

/// Whether the paid time of a vehicle has a limit or a price.
fn is_paid(vehicle: &Vehicle) -> bool {
    vehicle.costs.per_paid_hour > 0
        || !vehicle.surcharges.is_empty()
        || vehicle.limits.duration_s.is_some()
}
