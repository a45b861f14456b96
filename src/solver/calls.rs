//! Which calls at depots and tips each vehicle may make between its trips.

use super::draft::{Draft, Role, Task, TaskId, VehicleId};

/// The calls of a problem by their vehicle, in the caller's order.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    starts: Vec<u32>,
    tasks: Vec<TaskId>,
    /// By place in `tasks`: it is like the one before it.
    is_alike: Vec<bool>,
}

impl Calls {
    pub(super) fn of(draft: &Draft) -> Self {
        let ids = (0..draft.tasks.len() as u32).map(TaskId);
        let is_call = |task: &TaskId| draft.tasks[task.index()].role == Role::Call;
        let mut by_vehicle: Vec<(VehicleId, TaskId)> = ids
            .rev()
            .take_while(is_call)
            .filter_map(|task| Some((draft.tasks[task.index()].locked_to?, task)))
            .collect();
        by_vehicle.sort_unstable();
        let mut calls = Self { starts: vec![0], ..Self::default() };
        let mut rows = by_vehicle.into_iter().peekable();
        for vehicle in 0..draft.vehicles.len() as u32 {
            let from = calls.tasks.len();
            while let Some((_, task)) = rows.next_if(|(of, _)| of.0 == vehicle) {
                let before = calls.tasks[from..].last();
                let is_like = |other: &TaskId| {
                    are_alike(&draft.tasks[other.index()], &draft.tasks[task.index()])
                };
                calls.is_alike.push(before.is_some_and(is_like));
                calls.tasks.push(task);
            }
            calls.starts.push(calls.tasks.len() as u32);
        }
        calls
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// All of a vehicle.
    pub(super) fn of_vehicle(&self, vehicle: VehicleId) -> &[TaskId] {
        let (from, until) = (self.starts[vehicle.index()], self.starts[vehicle.index() + 1]);
        &self.tasks[from as usize..until as usize]
    }

    /// Of each sort of a vehicle's calls the first one that is still to be made.
    pub(super) fn open<'a>(
        &'a self,
        vehicle: VehicleId,
        is_made: impl Fn(TaskId) -> bool + 'a,
    ) -> impl Iterator<Item = TaskId> + 'a {
        let from = self.starts[vehicle.index()] as usize;
        let calls = self.of_vehicle(vehicle).iter().zip(&self.is_alike[from..]);
        let mut is_found = false;
        calls.filter_map(move |(task, is_alike)| {
            is_found &= is_alike;
            let is_first = !is_found && !is_made(*task);
            is_found |= is_first;
            is_first.then_some(*task)
        })
    }
}

/// The same but for the vehicle.
pub(super) fn are_alike(one: &Task, two: &Task) -> bool {
    Task { locked_to: two.locked_to, ..one.clone() } == *two
}

#[cfg(test)]
mod tests {
    use super::super::Vehicle;
    use super::*;

    #[test]
    fn of_calls_that_are_alike_only_the_next_one_is_open() {
        let call = |vehicle, location| Task {
            location,
            role: Role::Call,
            locked_to: Some(VehicleId(vehicle)),
            ..Task::default()
        };
        let tasks = vec![Task::default(), call(1, 3), call(0, 3), call(1, 3), call(1, 4)];
        let draft = Draft { tasks, vehicles: vec![Vehicle::default(); 3], matrices: Vec::new() };
        let calls = Calls::of(&draft);
        let open = |vehicle, made: &[u32]| {
            let open = calls.open(VehicleId(vehicle), |task| made.contains(&task.0));
            open.map(|task| task.0).collect::<Vec<_>>()
        };
        assert_eq!(open(0, &[]), [2]);
        assert_eq!(open(1, &[]), [1, 4]);
        assert_eq!(open(1, &[1]), [3, 4]);
        assert_eq!(open(1, &[1, 3]), [4]);
        assert_eq!(open(2, &[]), [0_u32; 0]);
    }
}
