//! When linked tasks start: the earliest times that all tours which hang together can keep.

use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::problem::{NEVER, Problem};
use crate::solver::schedule::{Schedule, Violation};
use crate::solver::walk::{Walked, Walker};

/// When a linked task starts in living tours, when it is over, and before when it must not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::solver) struct LinkTimes {
    pub start_s: i64,
    pub end_s: i64,
    pub bound_s: i64,
}

impl LinkTimes {
    pub(in crate::solver) const UNKNOWN: Self =
        Self { start_s: NEVER as i64, end_s: NEVER as i64, bound_s: NEVER as i64 };
}

/// What is known of a linked task while tours are walked.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// In which gathering it was seen, and in which of its tours.
    stamp: u32,
    tour: u32,
    start_s: i64,
    end_s: i64,
}

/// Some tours that hang together, as orders of tasks, and when everything in them happens. Used again and again.
#[derive(Debug, Clone, Default)]
pub(in crate::solver) struct Joint {
    walker: Walker,
    pub vehicles: Vec<VehicleId>,
    /// What each comes to.
    pub walked: Vec<Walked>,
    /// The orders, one behind the other, and where each begins.
    tasks: Vec<TaskId>,
    begins: Vec<usize>,
    linked: Vec<TaskId>,
    is_due: Vec<bool>,
    known: Vec<Known>,
    /// By vehicle.
    gathered: Vec<u32>,
    stamp: u32,
}

impl Joint {
    pub(in crate::solver) fn of(problem: &Problem) -> Self {
        let mut joint = Self::default();
        if problem.has_links() {
            let unknown = Known { stamp: 0, tour: 0, start_s: 0, end_s: 0 };
            joint.known = vec![unknown; problem.tasks().len()];
            joint.gathered = vec![0; problem.vehicles().len()];
            joint.walker.bounds = vec![i64::from(NEVER); problem.tasks().len()];
        }
        joint
    }

    /// Takes up the tours that hang together with some, as `order` tells them and `owner` who has a task.
    pub(in crate::solver) fn gather(
        &mut self,
        problem: &Problem,
        first: impl IntoIterator<Item = VehicleId>,
        mut order: impl FnMut(VehicleId, &mut Vec<TaskId>),
        owner: impl Fn(TaskId) -> Option<VehicleId>,
    ) {
        self.stamp += 1;
        self.vehicles.clear();
        self.tasks.clear();
        self.begins.clear();
        self.linked.clear();
        for vehicle in first {
            self.take(vehicle);
        }
        let mut at = 0;
        while at < self.vehicles.len() {
            let begin = self.tasks.len();
            self.begins.push(begin);
            order(self.vehicles[at], &mut self.tasks);
            for index in begin..self.tasks.len() {
                let task = self.tasks[index];
                if !problem.links.has(task) {
                    continue;
                }
                self.linked.push(task);
                self.known[task.index()] =
                    Known { stamp: self.stamp, tour: at as u32, start_s: 0, end_s: 0 };
                self.walker.bounds[task.index()] = i64::from(NEVER);
                for other in problem.links.around(task) {
                    if let Some(vehicle) = owner(other) {
                        self.take(vehicle);
                    }
                }
            }
            at += 1;
        }
        self.begins.push(self.tasks.len());
    }

    fn take(&mut self, vehicle: VehicleId) {
        if std::mem::replace(&mut self.gathered[vehicle.index()], self.stamp) != self.stamp {
            self.vehicles.push(vehicle);
        }
    }

    /// The linked tasks among them, with their times.
    pub(in crate::solver) fn times(&self) -> impl Iterator<Item = (TaskId, LinkTimes)> + '_ {
        self.linked.iter().map(|task| {
            let Known { start_s, end_s, .. } = self.known[task.index()];
            (*task, LinkTimes { start_s, end_s, bound_s: self.walker.bounds[task.index()] })
        })
    }

    /// Walks until nobody asks for later starts. Says whether that came to an end; tours that wait for each other do
    /// not. If only tours that hold are of interest, the first one that does not ends it too.
    pub(in crate::solver) fn settle(&mut self, problem: &Problem, must_hold: bool) -> bool {
        let count = self.vehicles.len();
        self.is_due.clear();
        self.is_due.resize(count, true);
        self.walked.clear();
        self.walked.resize(count, Walked::default());
        // Along a way from link to link each round settles one more; breaks that change places may need some again.
        for _ in 0..2 * problem.tasks().len() + 8 {
            for at in 0..count {
                if std::mem::take(&mut self.is_due[at]) {
                    self.walk(problem, at);
                    if must_hold && self.walked[at].excess_s > 0 {
                        return false;
                    }
                }
            }
            let mut is_settled = true;
            for at in 0..self.linked.len() {
                let task = self.linked[at];
                let asked_s = self.asked_s(problem, task);
                let known = self.known[task.index()];
                if asked_s > known.start_s {
                    self.walker.bounds[task.index()] = asked_s;
                    self.is_due[known.tour as usize] = true;
                    is_settled = false;
                }
            }
            if is_settled {
                return true;
            }
        }
        false
    }

    fn walk(&mut self, problem: &Problem, at: usize) {
        let tasks = &self.tasks[self.begins[at]..self.begins[at + 1]];
        let known = &mut self.known;
        self.walked[at] =
            self.walker.walk(problem, self.vehicles[at], tasks.iter().copied(), |step| {
                if !step.is_break && problem.links.has(tasks[step.index]) {
                    let known = &mut known[tasks[step.index].index()];
                    known.start_s = step.start_s;
                    known.end_s = step.start_s + i64::from(step.setup_s + step.work_s);
                }
            });
    }

    /// When the others let a task start. One that has begun asks nobody.
    fn asked_s(&self, problem: &Problem, task: TaskId) -> i64 {
        if problem.pinned_start_s(task).is_some() {
            return i64::from(NEVER);
        }
        let known = |other: TaskId| {
            let known = &self.known[other.index()];
            (known.stamp == self.stamp).then_some(known)
        };
        let mates = problem.links.mates(task).iter();
        let mates = mates.filter_map(|mate| Some(known(*mate)?.start_s));
        let before = problem.links.before(task).iter();
        let before =
            before.filter_map(|before| Some(known(before.task)?.end_s + i64::from(before.gap_s)));
        mates.chain(before).max().unwrap_or(i64::from(NEVER))
    }

    /// Whether nobody of a crew is missing or comes twice, and nothing that has to come first is missing.
    pub(in crate::solver) fn is_complete(&self, problem: &Problem) -> bool {
        let tour_of = |task: TaskId| {
            let known = &self.known[task.index()];
            (known.stamp == self.stamp).then_some(known.tour)
        };
        self.linked.iter().all(|task| {
            let is_pinned = problem.is_pinned(*task);
            let own = tour_of(*task);
            problem.links.mates(*task).iter().all(|mate| match tour_of(*mate) {
                None => is_pinned,
                other => other != own,
            }) && (is_pinned
                || problem.links.before(*task).iter().all(|before| tour_of(before.task).is_some()))
        })
    }

    /// Makes the schedules of a whole plan.
    pub(in crate::solver) fn schedules(problem: &Problem, tours: &[Vec<TaskId>]) -> Vec<Schedule> {
        let mut owners = vec![None; problem.tasks().len()];
        for (vehicle, tasks) in problem.vehicle_ids().zip(tours) {
            for task in tasks {
                owners[task.index()] = Some(vehicle);
            }
        }
        let mut joint = Self::of(problem);
        joint.gather(
            problem,
            problem.vehicle_ids(),
            |vehicle, order| order.extend(&tours[vehicle.index()]),
            |task| owners[task.index()],
        );
        joint.settle(problem, false);
        let vehicles = problem.vehicle_ids().zip(tours);
        let mut schedules: Vec<Schedule> = vehicles
            .map(|(vehicle, tasks)| Schedule::with(&mut joint.walker, problem, vehicle, tasks))
            .collect();
        let broken = broken_links(problem, &schedules);
        for (vehicle, violation) in broken {
            schedules[vehicle.index()].violations.push(violation);
        }
        schedules
    }
}

/// Links that schedules of all vehicles do not keep, each with the vehicle of the task that comes too early, alone, or
/// without what has to come first.
pub fn broken_links(problem: &Problem, schedules: &[Schedule]) -> Vec<(VehicleId, Violation)> {
    let mut times = vec![None; problem.tasks().len()];
    for schedule in schedules {
        for (task, visit) in schedule.tasks() {
            times[task.index()] = Some((schedule.vehicle, visit.start_s, visit.leave_s));
        }
    }
    let mut broken = Vec::new();
    for task in problem.task_ids().filter(|task| problem.links.has(*task)) {
        let Some((vehicle, start_s, _)) = times[task.index()] else { continue };
        let is_pinned = problem.is_pinned(task);
        let has_begun = problem.pinned_start_s(task).is_some();
        let is_apart = problem.links.mates(task).iter().any(|mate| match times[mate.index()] {
            None => !is_pinned,
            Some((other, mate_s, _)) => other == vehicle || (mate_s > start_s && !has_begun),
        });
        if is_apart {
            broken.push((vehicle, Violation::Apart { task }));
        }
        for before in problem.links.before(task) {
            let by_s = match times[before.task.index()] {
                None if is_pinned => 0,
                None => i64::from(i32::MAX),
                Some(_) if has_begun => 0,
                Some((_, _, end_s)) => end_s + i64::from(before.gap_s) - start_s,
            };
            if by_s > 0 {
                broken.push((vehicle, Violation::TooEarly { task, before: before.task, by_s }));
            }
        }
    }
    broken
}
