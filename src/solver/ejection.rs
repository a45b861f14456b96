//! Room for one more task where there is none: other tasks are ejected from a tour, the new one takes their place, and
//! they find another one, for which others may be ejected again (ejection chains; Nagata and Bräysy 2009, doi
//! 10.1016/j.orl.2009.04.006, use them to empty whole tours).
//!
//! A living plan wants few people disturbed: a chain that moves fewer tasks is better than any that moves more; among
//! those that move as many, the cheapest. All rules hold at the end, and nobody is left without a place. Pinned tasks
//! stay, and those of a crew or with others to wait for, what the caller says may not move stays, moved tasks cost what [`Disruption`](super::Disruption) says and moved
//! promises stay within its budget.

use super::draft::{TaskId, VehicleId};
use super::insertion::{self, Insertion};
use super::problem::Cost;
use super::tours::Tours;
use super::undo::Undo;

/// In a tour with more tasks than this that may move, only those side by side are ejected together.
const ANY_PAIR_MAX: usize = 10;

/// Who may make room, and how long it is looked for.
#[derive(Clone, Copy)]
pub struct Ejection<'a> {
    /// So many tasks may move.
    pub moved_max: usize,
    /// So many places on tours may be looked for. The same number finds the same chain.
    pub trials_max: u64,
    /// Which tasks may move; asked for those that stand alone and for pickups, which take their delivery along.
    pub may_move: &'a dyn Fn(TaskId) -> bool,
}

/// A task is put into a tour after others have left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Taken out of the tour of the insertion's vehicle.
    pub ejected: Vec<TaskId>,
    /// Into the tour as it is then.
    pub insertion: Insertion,
}

/// What lets a task in: its own step first, then those of the tasks that made room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub steps: Vec<Step>,
    /// What it adds to the tours and to moved tasks, in inner costs; the price of leaving the task out is not in it.
    pub cost: Cost,
}

impl Chain {
    /// The tasks that make room.
    pub fn moved(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.steps.iter().flat_map(|step| step.ejected.iter().copied())
    }
}

/// The best chain that lets a task in which is in no tour; one without any ejection if there is a place already. None if
/// there is none that costs less than leaving the task out, or none was found in so many trials.
pub fn make_room(tours: &mut Tours<'_>, task: TaskId, ejection: &Ejection<'_>) -> Option<Chain> {
    let (head, _) = insertion::halves(tours.problem(), task);
    let worth = tours.absence_cost(head);
    let mut search = Search::new(tours, ejection, worth);
    for moved in 0..=ejection.moved_max {
        search.settle(&mut vec![head], moved);
        if search.best.is_some() {
            break;
        }
    }
    search.best
}

/// Every way to let a task in by taking tasks out of one tour, whatever becomes of them: the fewest first, and of those
/// that are as many the cheapest.
pub fn evictions(tours: &mut Tours<'_>, task: TaskId, ejection: &Ejection<'_>) -> Vec<Step> {
    let (head, _) = insertion::halves(tours.problem(), task);
    let mut search = Search::new(tours, ejection, Cost::MAX);
    let mut found = search.candidates(head, ejection.moved_max);
    found.sort_by_key(|(cost, step)| (step.ejected.len(), *cost));
    found.into_iter().map(|(_, step)| step).collect()
}

/// Makes a chain happen.
pub fn apply(tours: &mut Tours<'_>, chain: &Chain) {
    for step in &chain.steps {
        take_step(tours, step);
    }
}

fn take_step(tours: &mut Tours<'_>, step: &Step) {
    let vehicle = step.insertion.vehicle;
    debug_assert!(step.ejected.iter().all(|task| tours.vehicle_of(*task) == Some(vehicle)));
    for task in &step.ejected {
        tours.remove(*task);
    }
    insertion::apply(tours, &step.insertion);
}

struct Search<'a, 'p> {
    tours: &'a mut Tours<'p>,
    ejection: &'a Ejection<'a>,
    trials_left: u64,
    /// The chain so far, and what it adds.
    steps: Vec<Step>,
    cost: Cost,
    /// What is cheaper than this is wanted.
    beat: Cost,
    best: Option<Chain>,
    /// Of steps that are over, to be used again.
    undos: Vec<Undo>,
}

impl<'a, 'p> Search<'a, 'p> {
    fn new(tours: &'a mut Tours<'p>, ejection: &'a Ejection<'a>, beat: Cost) -> Self {
        Self {
            tours,
            ejection,
            trials_left: ejection.trials_max,
            steps: Vec::new(),
            cost: 0,
            beat,
            best: None,
            undos: Vec::new(),
        }
    }

    /// Finds places for all tasks that wait, the last one first; so many others may still be ejected.
    fn settle(&mut self, waiting: &mut Vec<TaskId>, left: usize) {
        let Some(task) = waiting.pop() else {
            if self.cost < self.beat {
                self.beat = self.cost;
                self.best = Some(Chain { steps: self.steps.clone(), cost: self.cost });
            }
            return;
        };
        let places = self.places(task);
        let has_place = !places.is_empty();
        for insertion in places {
            // Another task never makes the rest cheaper where ways are no longer than detours.
            if self.cost + insertion.cost >= self.beat {
                break;
            }
            let step = Step { ejected: Vec::new(), insertion };
            self.follow(step, insertion.cost, waiting, left);
            if waiting.is_empty() {
                break;
            }
        }
        if !has_place && left > 0 {
            for (cost, step) in self.candidates(task, left) {
                if self.cost + cost >= self.beat {
                    break;
                }
                let (from, ejected) = (waiting.len(), step.ejected.len());
                waiting.extend(&step.ejected);
                // Who is dearest to leave out chooses first.
                waiting[from..].sort_by_key(|task| self.tours.absence_cost(*task));
                self.follow(step, cost, waiting, left - ejected);
                waiting.truncate(from);
            }
        }
        waiting.push(task);
    }

    /// Takes a step, goes on from there, and takes it back.
    fn follow(&mut self, step: Step, cost: Cost, waiting: &mut Vec<TaskId>, left: usize) {
        if self.trials_left == 0 {
            return;
        }
        let mut undo = self.undos.pop().unwrap_or_else(|| Undo::new(self.tours));
        undo.begin(self.tours);
        self.touch(&mut undo, &step.insertion);
        take_step(self.tours, &step);
        self.steps.push(step);
        self.cost += cost;
        self.settle(waiting, left);
        self.cost -= cost;
        self.steps.pop();
        undo.take_back(self.tours);
        self.undos.push(undo);
    }

    /// Remembers all tours that an insertion can change: its crew's, and those of tasks that wait for it.
    fn touch(&mut self, undo: &mut Undo, insertion: &Insertion) {
        undo.touch(self.tours, insertion.vehicle);
        let problem = self.tours.problem();
        let mates = insertion.mates.into_iter().flatten();
        let crew = mates.map(|mate| (mate.task, mate.vehicle));
        for (task, vehicle) in crew.chain([(insertion.task, insertion.vehicle)]) {
            undo.touch(self.tours, vehicle);
            for other in problem.links.around(task) {
                if let Some(vehicle) = self.tours.vehicle_of(other) {
                    undo.touch(self.tours, vehicle);
                }
            }
        }
    }

    /// Where the task fits without any ejection, cheapest first.
    fn places(&mut self, task: TaskId) -> Vec<Insertion> {
        let vehicles = self.tours.problem().vehicles().len() as u64;
        self.trials_left = self.trials_left.saturating_sub(vehicles);
        insertion::ranked(self.tours, task)
    }

    /// The ways to let a task in by taking at most so many others out of one tour, cheapest first, and what each adds.
    fn candidates(&mut self, task: TaskId, left: usize) -> Vec<(Cost, Step)> {
        let problem = self.tours.problem();
        let mut found: Vec<(Cost, Step)> = Vec::new();
        let mut undo = self.undos.pop().unwrap_or_else(|| Undo::new(self.tours));
        for vehicle in problem.vehicle_ids() {
            if !problem.is_allowed(task, vehicle) {
                continue;
            }
            for ejected in sets(&self.movable(vehicle), left) {
                if self.trials_left == 0 {
                    break;
                }
                self.trials_left -= 1;
                undo.begin(self.tours);
                undo.touch(self.tours, vehicle);
                for task in &ejected {
                    self.tours.remove(*task);
                }
                let more = undo.touched().map(|(vehicle, before)| {
                    let now = &self.tours.tours[vehicle.index()];
                    now.total(problem, vehicle) - before.total(problem, vehicle)
                });
                let more: Cost = more.sum();
                if let Some(insertion) = insertion::best_on(self.tours, task, vehicle, Cost::MAX) {
                    let cost = insertion.cost + more;
                    found.push((cost, Step { ejected, insertion }));
                }
                undo.take_back(self.tours);
            }
        }
        self.undos.push(undo);
        found.sort_by_key(|(cost, _)| *cost);
        found
    }

    /// The tasks of a tour that may leave it, in their order. One that has moved in this chain stays where it is.
    fn movable(&self, vehicle: VehicleId) -> Vec<TaskId> {
        let problem = self.tours.problem();
        let is_pinned = |task: TaskId| self.tours.is_pinned(task);
        let has_moved = |task: TaskId| self.steps.iter().any(|step| step.insertion.task == task);
        let tasks = self.tours.tasks_of(vehicle).filter(|task| {
            problem.is_head(*task)
                && !problem.links.has(*task)
                && !is_pinned(*task)
                && !problem.partner(*task).is_some_and(is_pinned)
                && !has_moved(*task)
                && (self.ejection.may_move)(*task)
        });
        tasks.collect()
    }
}

/// What may be ejected from a tour together, at most so many of the tasks that may leave it.
fn sets(movable: &[TaskId], most: usize) -> Vec<Vec<TaskId>> {
    let mut sets: Vec<Vec<TaskId>> = movable.iter().map(|task| vec![*task]).collect();
    if most >= 2 && movable.len() <= ANY_PAIR_MAX {
        for (at, one) in movable.iter().enumerate() {
            sets.extend(movable[at + 1..].iter().map(|two| vec![*one, *two]));
        }
    } else if most >= 2 {
        sets.extend(movable.windows(2).map(<[TaskId]>::to_vec));
    }
    for count in 3..=most {
        sets.extend(movable.windows(count).map(<[TaskId]>::to_vec));
    }
    sets
}
