//! A part of a problem: some of its vehicles with their tasks, as a small problem of its own, whose tables fit where
//! memory is fast. Tours of different parts can be improved at the same time.

use super::disruption::Disruption;
use super::draft::{TaskId, VehicleId};
use super::neighbours::Neighbours;
use super::plan::Plan;
use super::problem::Problem;
use super::tours::Tours;

/// A part of a problem and what its numbers mean outside.
#[derive(Debug)]
pub(super) struct Part {
    pub problem: Problem,
    pub neighbours: Neighbours,
    tasks: Vec<TaskId>,
    vehicles: Vec<VehicleId>,
    plan: Plan,
    disruption: Disruption,
}

/// Which vehicles and which absent tasks make a part.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut {
    pub vehicles: Vec<VehicleId>,
    pub absent: Vec<TaskId>,
    /// How many more promises may move in it.
    pub promises: u32,
    /// So many vehicles may be used in it.
    pub tours_max: usize,
}

impl Part {
    /// Who does not look for neighbours in it need not know those of the whole.
    pub(super) fn of(
        outside: &Problem,
        whole: &Plan,
        disruption: &Disruption,
        neighbours: Option<&Neighbours>,
        cut: &Cut,
    ) -> Self {
        let mut tasks = cut.absent.clone();
        for task in &cut.absent {
            tasks.extend(outside.followers(*task));
        }
        for vehicle in &cut.vehicles {
            let tour = whole.tours[vehicle.index()].iter();
            tasks.extend(tour.filter(|task| !outside.is_call(**task)));
        }
        // Calls come last, those that are not made now too.
        for vehicle in &cut.vehicles {
            tasks.extend(outside.calls().of_vehicle(*vehicle));
        }
        let mut inside = vec![None; outside.tasks().len()];
        for (at, task) in tasks.iter().enumerate() {
            inside[task.index()] = Some(TaskId(at as u32));
        }
        let number = |task: &TaskId| inside[task.index()].expect("the tours of a part are in it");
        let tour_inside =
            |vehicle: &VehicleId| whole.tours[vehicle.index()].iter().map(number).collect();
        let plan = Plan { tours: cut.vehicles.iter().map(tour_inside).collect() };
        let disruption = disruption.within(&tasks, &cut.vehicles, cut.promises);
        let neighbours =
            neighbours.map_or_else(Neighbours::default, |all| all.within(&tasks, &inside));
        let problem = outside.within(&tasks, &cut.vehicles, &inside);
        Self { problem, neighbours, tasks, vehicles: cut.vehicles.clone(), plan, disruption }
    }

    /// The tours of the part, as they are outside.
    pub(super) fn tours(&self) -> Tours<'_> {
        Tours::of_sound(&self.problem, &self.plan).with_disruption(self.disruption.clone())
    }

    /// The number of a task of the whole in it.
    pub(super) fn inside(&self, task: TaskId) -> Option<TaskId> {
        self.tasks.iter().position(|known| *known == task).map(|at| TaskId(at as u32))
    }

    /// The number of a vehicle of the whole in it.
    pub(super) fn vehicle_inside(&self, vehicle: VehicleId) -> Option<VehicleId> {
        self.vehicles.iter().position(|known| *known == vehicle).map(|at| VehicleId(at as u32))
    }

    /// Writes tours of the part into a plan of the whole.
    pub(super) fn write(&self, plan: &Plan, whole: &mut Plan) {
        for (vehicle, tour) in self.vehicles.iter().zip(&plan.tours) {
            let outside = &mut whole.tours[vehicle.index()];
            outside.clear();
            outside.extend(tour.iter().map(|task| self.tasks[task.index()]));
        }
    }
}
