//! A part of a problem: some of its tasks and vehicles, numbered anew, with tables of the places they need.

use super::{NOWHERE, Problem};
use crate::solver::calls::Calls;
use crate::solver::draft::{Draft, Pinned, Role, TaskId, VehicleId};
use crate::solver::matrix::Matrix;

impl Problem {
    /// The draft of a part: some tasks and vehicles, numbered as they come, with tables of the places they need. A lock
    /// to a vehicle that is not in it is left off. With it the pairs that are waived.
    pub(in crate::solver) fn draft_of(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
    ) -> (Draft, Vec<(TaskId, VehicleId)>) {
        let mut numbers = vec![None; self.draft.tasks.len()];
        for (at, task) in tasks.iter().enumerate() {
            numbers[task.index()] = Some(TaskId(at as u32));
        }
        let (part, places) = self.with_places(tasks, vehicles, &numbers);
        let mut draft = part.draft;
        let is_used = |at: usize| draft.vehicles.iter().any(|of| of.matrix as usize == at);
        let matrices = self.draft.matrices.iter().enumerate();
        draft.matrices = matrices
            .map(|(at, all)| if is_used(at) { all.arranged(&places) } else { all.clone() })
            .collect();
        for task in &mut draft.tasks {
            task.locked_to = task.locked_to.filter(|vehicle| vehicle.index() < vehicles.len());
            task.preferences.retain(|preference| preference.vehicle.index() < vehicles.len());
        }
        let waived = self.waived.iter().filter_map(|(task, vehicle)| {
            let at = vehicles.iter().position(|known| known == vehicle)?;
            Some((numbers[task.index()]?, VehicleId(at as u32)))
        });
        (draft, waived.collect())
    }

    /// A part of it: some tasks and vehicles, numbered as they come; `inside` says the new number of each task that is
    /// in it. Only the places they need are left in its tables, those of one tour side by side. What leaving out costs
    /// stays as it is. Its draft has no matrices.
    pub(in crate::solver) fn within(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
        inside: &[Option<TaskId>],
    ) -> Self {
        self.with_places(tasks, vehicles, inside).0
    }

    /// The same, and the places it has, by their new numbers.
    fn with_places(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
        inside: &[Option<TaskId>],
    ) -> (Self, Vec<u32>) {
        let size = self.travels.iter().map(Matrix::size).max().unwrap_or(0);
        let mut number = vec![NOWHERE; size];
        let mut places = Vec::new();
        let mut renumber = |place: u32| {
            if place == NOWHERE {
                return NOWHERE;
            }
            let new = &mut number[place as usize];
            if *new == NOWHERE {
                *new = places.len() as u32;
                places.push(place);
            }
            *new
        };
        let of = |task: TaskId| inside[task.index()].unwrap_or(task);
        let within = |pin: &Pinned| Pinned { task: of(pin.task), ..*pin };
        let vehicle_inside = |outside: VehicleId| {
            let at = vehicles.iter().position(|vehicle| *vehicle == outside);
            VehicleId(at.map_or(u32::MAX, |at| at as u32))
        };
        let mut windows = Vec::new();
        let mut nodes = Vec::with_capacity(tasks.len());
        let mut drafts = Vec::with_capacity(tasks.len());
        for task in tasks {
            let mut node = *self.node(*task);
            let from = windows.len() as u32;
            windows.extend(self.windows_of(&node));
            (node.windows_from, node.windows_until) = (from, windows.len() as u32);
            node.location = renumber(node.location);
            nodes.push(node);
            let mut draft = self.task(*task).clone();
            draft.location = node.location;
            draft.locked_to = draft.locked_to.map(vehicle_inside);
            for preference in &mut draft.preferences {
                preference.vehicle = vehicle_inside(preference.vehicle);
            }
            draft.role = match draft.role {
                Role::Alone | Role::Call => draft.role,
                Role::Pickup { delivery } => Role::Pickup { delivery: of(delivery) },
                Role::Delivery { pickup } => Role::Delivery { pickup: of(pickup) },
            };
            // What is linked with tasks outside is so no more.
            draft.after.retain(|before| inside[before.task.index()].is_some());
            for before in &mut draft.after {
                before.task = of(before.task);
            }
            drafts.push(draft);
        }
        let mut rides = Vec::with_capacity(vehicles.len());
        let mut vehicle_drafts = Vec::with_capacity(vehicles.len());
        for vehicle in vehicles {
            let mut ride = *self.ride(*vehicle);
            (ride.start, ride.end) = (renumber(ride.start), renumber(ride.end));
            rides.push(ride);
            let mut draft = self.vehicle(*vehicle).clone();
            (draft.start, draft.end) =
                (draft.start.map(|_| ride.start), draft.end.map(|_| ride.end));
            draft.pinned = draft.pinned.iter().map(within).collect();
            vehicle_drafts.push(draft);
        }
        let by_task = |values: &[i32]| -> Vec<i32> {
            let rows = tasks.iter().map(|task| task.index() * self.dimensions);
            rows.flat_map(|from| values[from..from + self.dimensions].iter().copied()).collect()
        };
        let types = self.work.len() / self.nodes.len().max(1);
        let work = (0..types).flat_map(|work_type| {
            tasks.iter().map(move |task| self.work[work_type * self.nodes.len() + task.index()])
        });
        let draft = Draft { tasks: drafts, vehicles: vehicle_drafts, matrices: Vec::new() };
        let waived_inside = self
            .waived
            .iter()
            .filter_map(|(task, vehicle)| Some((inside[task.index()]?, vehicle_inside(*vehicle))));
        let mut part = Self {
            dimensions: self.dimensions,
            windows,
            travels: self.travels.iter().map(|travel| travel.arranged(&places)).collect(),
            work: work.collect(),
            aboard: by_task(&self.aboard),
            change: by_task(&self.change),
            load_rule: self.load_rule,
            amounts: by_task(&self.amounts),
            capacities: vehicles.iter().flat_map(|v| self.capacity(*v).iter().copied()).collect(),
            pins: tasks.iter().map(|task| self.pins[task.index()]).collect(),
            shipments: self.shipments,
            is_plain: self.is_plain,
            allowed: Vec::new(),
            allowed_words: vehicles.len().div_ceil(64),
            left_out: tasks.iter().map(|task| self.left_out[task.index()]).collect(),
            kinds: self.kinds,
            waived: waived_inside.collect(),
            asked: tasks.iter().filter(|task| !self.is_call(**task)).count(),
            calls: Calls::of(&draft),
            links: self.links.within(tasks, inside),
            has_trips: self.has_trips,
            has_groups: self.has_groups,
            has_preferences: self.has_preferences,
            draft,
            nodes,
            rides,
        };
        part.allowed = vec![0; tasks.len() * part.allowed_words];
        for (at, task) in tasks.iter().enumerate() {
            let row = &mut part.allowed[at * part.allowed_words..];
            for (to, vehicle) in vehicles.iter().enumerate() {
                row[to / 64] |= u64::from(self.is_allowed(*task, *vehicle)) << (to % 64);
            }
        }
        (part, places)
    }
}
