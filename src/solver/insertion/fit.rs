//! A place by spots, and what goes along with a task.

use super::{Call, Insertion};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::links::CREW_MAX;
use crate::solver::problem::Cost;
use crate::solver::tours::{SpotId, Tours};

/// What is put into a tour together with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::solver) enum Along {
    Nothing,
    /// The other half of the shipment, behind this spot of the tour as it is now.
    Delivery(SpotId),
    /// A call, right before or right behind the task.
    CallBefore(TaskId),
    CallAfter(TaskId),
}

impl Along {
    /// A task that stands alone and its call, in their order, and how many they are.
    pub(in crate::solver) fn with(self, task: TaskId) -> ([TaskId; 2], usize) {
        match self {
            Self::Nothing | Self::Delivery(_) => ([task, task], 1),
            Self::CallBefore(call) => ([call, task], 2),
            Self::CallAfter(call) => ([task, call], 2),
        }
    }
}

/// A place for a task (or a shipment) in living tours, by spots: good until the tour changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::solver) struct Fit {
    pub cost: Cost,
    pub vehicle: VehicleId,
    pub after: SpotId,
    pub along: Along,
}

impl Fit {
    pub(super) fn insertion(self, tours: &Tours<'_>, task: TaskId) -> Insertion {
        let (delivery_after, call) = match self.along {
            Along::Nothing => (None, None),
            Along::Delivery(spot) => (Some(tours.count_until(spot)), None),
            Along::CallBefore(call) => (None, Some(Call::Before(call))),
            Along::CallAfter(call) => (None, Some(Call::After(call))),
        };
        let (vehicle, cost) = (self.vehicle, self.cost);
        let after = tours.count_until(self.after);
        Insertion { task, vehicle, after, delivery_after, call, mates: [None; CREW_MAX - 1], cost }
    }

    pub(in crate::solver) fn apply(self, tours: &mut Tours<'_>, task: TaskId) {
        match (self.along, tours.problem().partner(task)) {
            (Along::Nothing, _) => tours.put(task, self.vehicle, self.after),
            (Along::Delivery(second), Some(delivery)) => {
                tours.put_pair(task, delivery, self.vehicle, (self.after, second));
            }
            _ => {
                let (tasks, count) = self.along.with(task);
                tours.put_all(&tasks[..count], self.vehicle, self.after);
            }
        }
    }
}
