//! Who does what in which order: the bare result of planning, and what makes it one.

use super::draft::{Lateness, Role, TaskId, VehicleId};
use super::links::Joint;
use super::problem::{Cost, Problem};
use super::schedule::{Schedule, Stop, Violation};
use super::walk::Walker;

/// One order of tasks per vehicle, by the vehicle's number. Tasks in none of them are left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Plan {
    pub tours: Vec<Vec<TaskId>>,
}

/// Why orders of tasks are not a plan of the problem. Broken times and loads are no reason: see [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("there are {found} tours for {expected} vehicles")]
    Tours { found: usize, expected: usize },
    #[error("tour {tour} has a task {task} that the problem does not have")]
    UnknownTask { tour: usize, task: u32 },
    #[error("task {task} is done twice")]
    Twice { task: u32 },
    #[error("task {task} and the other half of its shipment are not on one trip in their order")]
    BrokenPair { task: u32 },
    #[error("tour {tour} does not begin with its pinned visits")]
    NotPinned { tour: usize },
}

/// What a lateness costs that only exists because a plan has it already, in the caller's unit per hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tolerance {
    pub lateness_per_hour: i64,
    pub overtime_per_hour: i64,
}

impl Plan {
    /// Nobody does anything but what is pinned.
    pub fn empty(problem: &Problem) -> Self {
        let pinned = |vehicle: VehicleId| {
            problem.vehicle(vehicle).pinned.iter().map(|pin| pin.task).collect()
        };
        Self { tours: problem.vehicle_ids().map(pinned).collect() }
    }

    /// Whether the orders make sense at all.
    pub fn check(&self, problem: &Problem) -> Result<(), PlanError> {
        let expected = problem.vehicles().len();
        if self.tours.len() != expected {
            return Err(PlanError::Tours { found: self.tours.len(), expected });
        }
        let mut is_done = vec![false; problem.tasks().len()];
        for (tour, tasks) in self.tours.iter().enumerate() {
            for (at, &task) in tasks.iter().enumerate() {
                match is_done.get_mut(task.index()) {
                    None => return Err(PlanError::UnknownTask { tour, task: task.0 }),
                    Some(true) => return Err(PlanError::Twice { task: task.0 }),
                    Some(done) => *done = true,
                }
                if !is_in_order(problem, tasks, at) {
                    return Err(PlanError::BrokenPair { task: task.0 });
                }
            }
            let pinned = &problem.vehicles()[tour].pinned;
            if tasks.len() < pinned.len()
                || pinned.iter().zip(tasks).any(|(pin, task)| pin.task != *task)
            {
                return Err(PlanError::NotPinned { tour });
            }
        }
        Ok(())
    }

    /// How many vehicles have tasks.
    pub(super) fn used(&self) -> usize {
        self.tours.iter().filter(|tour| !tour.is_empty()).count()
    }
    /// How many tasks are in tours, calls too.
    pub(super) fn placed(&self) -> usize {
        self.tours.iter().map(Vec::len).sum()
    }

    /// The tasks in no tour, ascending. Calls are never missed.
    pub fn left_out(&self, problem: &Problem) -> Vec<TaskId> {
        let mut is_done = vec![false; problem.tasks().len()];
        for task in self.tours.iter().flatten() {
            is_done[task.index()] = true;
        }
        problem.asked_ids().filter(|task| !is_done[task.index()]).collect()
    }

    /// By task: who does it.
    pub(super) fn owners(&self, problem: &Problem) -> Vec<Option<VehicleId>> {
        let mut owners = vec![None; problem.tasks().len()];
        for (vehicle, tasks) in problem.vehicle_ids().zip(&self.tours) {
            for task in tasks {
                owners[task.index()] = Some(vehicle);
            }
        }
        owners
    }

    /// All tours in time.
    pub fn schedules(&self, problem: &Problem) -> Vec<Schedule> {
        if problem.has_links() {
            return Joint::schedules(problem, &self.tours);
        }
        let mut walker = Walker::default();
        problem
            .vehicle_ids()
            .zip(&self.tours)
            .map(|(vehicle, tasks)| Schedule::with(&mut walker, problem, vehicle, tasks))
            .collect()
    }

    /// What the plan costs, leaving out included, in inner costs.
    pub fn cost(&self, problem: &Problem) -> Cost {
        let tours: Cost =
            self.schedules(problem).iter().map(|schedule| schedule.cost.total()).sum();
        let left_out = self.left_out(problem);
        tours + left_out.iter().map(|task| problem.left_out_cost(*task)).sum::<Cost>()
    }
}

impl Problem {
    /// The same problem, with every rule that the plan breaks loosened just so far that the plan holds: tasks may be
    /// as late as they are in it (at a price), vehicles as full, tours as long, and who does a task without the skill
    /// may go on doing it. Nothing else is loosened, so a search from this plan never makes a broken rule worse, and
    /// a new task gets no favours. Links between tasks that the plan breaks are given up.
    ///
    /// # Errors
    /// The plan makes no sense at all ([`Plan::check`]).
    pub fn tolerating(self, plan: &Plan, prices: Tolerance) -> Result<Self, PlanError> {
        plan.check(&self)?;
        let schedules = plan.schedules(&self);
        if schedules.iter().all(|schedule| schedule.violations.is_empty()) {
            return Ok(self);
        }
        if let Some(unlinked) = without_broken_links(&self, &schedules) {
            return unlinked.tolerating(plan, prices);
        }
        let mut draft = self.draft().clone();
        let mut waived = self.waived().to_vec();
        for schedule in &schedules {
            let vehicle = &mut draft.vehicles[schedule.vehicle.index()];
            for violation in &schedule.violations {
                match *violation {
                    Violation::Late { task, .. } if self.pinned_start_s(task).is_some() => {
                        // Its trip has set out, with all goods aboard.
                        for task in &plan.tours[schedule.vehicle.index()] {
                            draft.tasks[task.index()].goods_from_s = None;
                        }
                    }
                    Violation::Late { task, by_s } => {
                        loosen(
                            &mut draft.tasks[task.index()].lateness,
                            by_s,
                            prices.lateness_per_hour,
                        );
                    }
                    Violation::BreakLate { index, by_s } => {
                        loosen(&mut vehicle.breaks[index].lateness, by_s, prices.lateness_per_hour);
                    }
                    Violation::Overtime { by_s } => {
                        loosen(&mut vehicle.overtime, by_s, prices.overtime_per_hour);
                    }
                    Violation::BreakLoad { index } => {
                        let visit =
                            schedule.visits.iter().find(|visit| visit.stop == Stop::Break(index));
                        vehicle.breaks[index].max_load = visit.map(|visit| visit.load.clone());
                    }
                    Violation::Capacity { dimension, by } => {
                        if vehicle.capacity.len() <= dimension {
                            vehicle.capacity.resize(dimension + 1, 0);
                        }
                        let raised = i64::from(vehicle.capacity[dimension]) + by;
                        vehicle.capacity[dimension] = raised.min(1_000_000_000) as i32;
                    }
                    Violation::Tasks { by } => {
                        vehicle.limits.tasks = vehicle.limits.tasks.map(|most| most + by);
                    }
                    Violation::Travel { .. } => {
                        vehicle.limits.travel_s =
                            Some(schedule.travel_s.min(i64::from(i32::MAX)) as i32);
                    }
                    Violation::Duration { .. } => {
                        vehicle.limits.duration_s =
                            Some(schedule.duration_s().clamp(0, 200_000_000) as i32);
                    }
                    Violation::Distance { .. } => {
                        vehicle.limits.distance_m = Some(schedule.travel_m);
                    }
                    Violation::Skill { task, .. }
                    | Violation::Locked { task }
                    | Violation::Incompatible { task } => {
                        waived.push((task, schedule.vehicle));
                    }
                    Violation::Precedence { .. }
                    | Violation::Apart { .. }
                    | Violation::TooEarly { .. }
                    | Violation::Pinned { .. } => {}
                }
            }
            // Too large for the vehicle's own capacity is as good as forbidden; the raised one lets it through.
        }
        // What was a problem stays one: only limits have been widened, all within range.
        Ok(Self::parse_waiving(draft, waived).unwrap_or(self))
    }
}

/// The same problem without the links that a plan breaks; none if it keeps all.
fn without_broken_links(problem: &Problem, schedules: &[Schedule]) -> Option<Problem> {
    let mut draft = problem.draft().clone();
    let mut is_broken = false;
    for violation in schedules.iter().flat_map(|schedule| &schedule.violations) {
        match *violation {
            Violation::Apart { task } => draft.tasks[task.index()].crew = None,
            Violation::TooEarly { task, before, .. } => {
                draft.tasks[task.index()].after.retain(|link| link.task != before);
            }
            _ => continue,
        }
        is_broken = true;
    }
    is_broken.then(|| Problem::parse_waiving(draft, problem.waived().to_vec()).ok()).flatten()
}

/// Whether the other half of a shipment is in the same trip as a task of a tour, on the right side of it.
pub(super) fn is_in_order(problem: &Problem, tasks: &[TaskId], at: usize) -> bool {
    let on_board = |task: &&TaskId| !problem.is_call(**task);
    match problem.task(tasks[at]).role {
        Role::Alone | Role::Call => true,
        Role::Pickup { delivery } => {
            tasks[at + 1..].iter().take_while(on_board).any(|task| *task == delivery)
        }
        Role::Delivery { pickup } => {
            tasks[..at].iter().rev().take_while(on_board).any(|task| *task == pickup)
        }
    }
}

fn loosen(lateness: &mut Lateness, by_s: i64, per_hour: i64) {
    let most = i64::from(super::draft::LATENESS_MAX_S);
    lateness.at_most_s = (i64::from(lateness.at_most_s) + by_s).min(most) as i32;
    lateness.per_hour = lateness.per_hour.max(per_hour);
}
