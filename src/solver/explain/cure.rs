//! The smallest changes that would let a refused task in.
//!
//! Every vehicle is asked alone, as a problem of its own with its tour and the task: one rule is loosened, and the exact
//! insertion says whether the task fits then. How far it must be loosened is found by bisection: whoever may go farther
//! keeps every place there was. A vehicle is only asked for less than the best one so far needs, so most are asked once.

use crate::solver::checker;
use crate::solver::draft::{
    Draft, Role, TIME_MAX_S, TIME_MIN_S, TaskId, Vehicle, VehicleId, Window,
};
use crate::solver::insertion::{self, Insertion, Refusal, Rule};
use crate::solver::plan::Plan;
use crate::solver::problem::{Cost, Problem};
use crate::solver::solution::Solution;
use crate::solver::tours::Tours;

/// Nobody calls more than a day a cure.
const WIDER_MAX_S: i64 = 86_400;
const FARTHER_MAX_M: i64 = 1_000_000;

/// A change of one rule with which the task fits, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cure {
    pub change: Change,
    /// By how much, as little as is enough: seconds, metres, units of load, tasks; 0 where nothing is measured.
    pub by: i64,
    /// Who does the task then, at which place, and what it costs more.
    pub place: Insertion,
}

/// What is changed. Where a vehicle is meant, it is the one that does the task then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The windows of a task end later: of the refused one, or of one that would be late because of it.
    Later { task: TaskId },
    /// The windows of the refused task begin earlier.
    Earlier { task: TaskId },
    /// The vehicle may come home later.
    Overtime,
    /// The vehicle goes without a break.
    NoBreak { index: usize },
    /// More fits into the vehicle.
    Capacity { dimension: usize },
    /// The vehicle may do more tasks.
    Tasks,
    /// The vehicle may travel longer.
    Travel,
    /// The vehicle may go farther.
    Distance,
    /// The vehicle may be away longer, waiting included.
    Duration,
    /// The vehicle has all skills of the task.
    Skills,
    /// The task is no longer locked to another vehicle.
    Unlock,
}

impl Change {
    /// The most that it may be by; 1 for what is there or not.
    fn most(self, draft: &Draft, head: TaskId) -> i64 {
        match self {
            Self::Later { .. }
            | Self::Earlier { .. }
            | Self::Overtime
            | Self::Travel
            | Self::Duration => WIDER_MAX_S,
            Self::Distance => FARTHER_MAX_M,
            Self::Capacity { dimension } => {
                let task = &draft.tasks[head.index()];
                let of = |amounts: &[i32]| amounts.get(dimension).map_or(0, |at| i64::from(*at));
                of(&task.delivery) + of(&task.pickup)
            }
            Self::Tasks => 2,
            Self::NoBreak { .. } | Self::Skills | Self::Unlock => 1,
        }
    }

    fn is_measured(self) -> bool {
        !matches!(self, Self::NoBreak { .. } | Self::Skills | Self::Unlock)
    }

    /// Makes the change for a vehicle that is to do a task (or a shipment, by its pickup).
    pub fn make(self, draft: &mut Draft, head: TaskId, vehicle: VehicleId, by: i64) {
        let halves = [Some(head), delivery_of(draft, head)];
        let ride = &mut draft.vehicles[vehicle.index()];
        match self {
            Self::Later { task } => widen(&mut draft.tasks[task.index()].windows, 0, by),
            Self::Earlier { task } => widen(&mut draft.tasks[task.index()].windows, by, 0),
            Self::Overtime => {
                ride.shift.until_s =
                    (i64::from(ride.shift.until_s) + by).min(i64::from(TIME_MAX_S)) as i32;
            }
            Self::NoBreak { index } => drop(ride.breaks.remove(index)),
            Self::Capacity { dimension } => {
                if ride.capacity.len() <= dimension {
                    ride.capacity.resize(dimension + 1, 0);
                }
                ride.capacity[dimension] = ride.capacity[dimension].saturating_add(by as i32);
            }
            Self::Tasks => ride.limits.tasks = ride.limits.tasks.map(|most| most + by as u32),
            Self::Travel => ride.limits.travel_s = ride.limits.travel_s.map(|s| s + by as i32),
            Self::Duration => {
                ride.limits.duration_s = ride.limits.duration_s.map(|s| s + by as i32);
            }
            Self::Distance => ride.limits.distance_m = ride.limits.distance_m.map(|m| m + by),
            Self::Skills => {
                for half in halves.into_iter().flatten() {
                    for skill in draft.tasks[half.index()].skills.iter() {
                        ride.skills.insert(skill);
                    }
                }
            }
            Self::Unlock => {
                for half in halves.into_iter().flatten() {
                    draft.tasks[half.index()].locked_to = None;
                }
            }
        }
    }
}

fn delivery_of(draft: &Draft, head: TaskId) -> Option<TaskId> {
    match draft.tasks[head.index()].role {
        Role::Pickup { delivery } => Some(delivery),
        Role::Alone | Role::Delivery { .. } | Role::Call => None,
    }
}

/// Makes all windows wider on both sides; what overlaps then becomes one.
fn widen(windows: &mut Vec<Window>, earlier_s: i64, later_s: i64) {
    let held = |time_s: i64| time_s.clamp(i64::from(TIME_MIN_S), i64::from(TIME_MAX_S)) as i32;
    let mut wide: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows.iter() {
        let from_s = held(i64::from(window.from_s) - earlier_s);
        let until_s = held(i64::from(window.until_s) + later_s);
        match wide.last_mut() {
            Some(before) if from_s <= before.until_s => {
                before.until_s = before.until_s.max(until_s);
            }
            _ => wide.push(Window { from_s, until_s }),
        }
    }
    *windows = wide;
}

/// The best cure of every kind, the smallest first. `refusals` say which vehicles are worth asking, the nearest first.
pub(super) fn find(tours: &Tours<'_>, head: TaskId, refusals: &[Refusal]) -> Vec<Cure> {
    let partner = tours.problem().partner(head);
    let is_other = |task: TaskId| task != head && Some(task) != partner;
    // Of every kind one is told; the windows of other tasks are one kind.
    let is_same_kind = |one: Change, two: Change| match (one, two) {
        (Change::NoBreak { .. }, Change::NoBreak { .. }) => true,
        (Change::Later { task: one }, Change::Later { task: two })
            if is_other(one) && is_other(two) =>
        {
            true
        }
        _ => one == two,
    };
    let mut best: Vec<(i64, Cure)> = Vec::new();
    for refusal in refusals {
        let Some(alone) = Alone::of(tours, head, refusal.vehicle) else { continue };
        for change in alone.changes(refusal) {
            let told = alone.told(change);
            let known = best.iter().position(|(_, cure)| is_same_kind(cure.change, told));
            let most = match known.map(|at| best[at].1.by) {
                Some(by) if change.is_measured() => by - 1,
                _ => change.most(&alone.draft, alone.head),
            };
            let Some((by, place)) = alone.least(change, most) else { continue };
            let size = alone.size(change, by);
            let cost = place.cost + tours.disruption().cost(head, refusal.vehicle);
            let place = Insertion { task: head, vehicle: refusal.vehicle, cost, ..place };
            let cure = (size, Cure { change: told, by, place });
            match known {
                None => best.push(cure),
                Some(at) if change.is_measured() => best[at] = cure,
                // What is there or not: the one that costs least.
                Some(at) if (size, cost) < (best[at].0, best[at].1.place.cost) => best[at] = cure,
                Some(_) => {}
            }
        }
    }
    best.sort_by_key(|(size, cure)| (*size, cure.place.cost));
    best.into_iter().map(|(_, cure)| cure).collect()
}

/// One vehicle and the task as a problem of their own.
struct Alone {
    draft: Draft,
    waived: Vec<(TaskId, VehicleId)>,
    plan: Plan,
    head: TaskId,
    partner: Option<TaskId>,
    /// What the whole calls its tasks.
    tasks: Vec<TaskId>,
    is_allowed: bool,
}

/// The only vehicle of [`Alone`].
const ALONE: VehicleId = VehicleId(0);

impl Alone {
    /// None where a cure would not be enough: a promise or a link stands in the way.
    fn of(tours: &Tours<'_>, head: TaskId, vehicle: VehicleId) -> Option<Self> {
        if tours.breaks_promise(head, vehicle) || !tours.holds(vehicle) {
            return None;
        }
        let problem = tours.problem();
        if problem.links.has(head) || tours.tasks_of(vehicle).any(|task| problem.links.has(task)) {
            // What helps here may not be enough elsewhere.
            return None;
        }
        let partner = problem.partner(head);
        let tour: Vec<TaskId> = tours.tasks_of(vehicle).collect();
        let mut tasks: Vec<TaskId> = std::iter::once(head).chain(partner).collect();
        // Calls stand behind all other tasks of a draft.
        tasks.extend(tour.iter().filter(|task| !problem.is_call(**task)));
        tasks.extend(tour.iter().filter(|task| problem.is_call(**task)));
        let (draft, waived) = problem.draft_of(&tasks, &[vehicle]);
        let number = |task: &TaskId| tasks.iter().position(|known| known == task);
        let tour = tour.iter().filter_map(number).map(|at| TaskId(at as u32));
        let plan = Plan { tours: vec![tour.collect()] };
        let is_allowed = |task| problem.is_allowed(task, vehicle);
        Some(Self {
            draft,
            waived,
            plan,
            head: TaskId(0),
            partner: partner.map(|_| TaskId(1)),
            tasks,
            is_allowed: is_allowed(head) && partner.is_none_or(is_allowed),
        })
    }

    fn vehicle(&self) -> &Vehicle {
        &self.draft.vehicles[0]
    }

    /// What may help: where the vehicle is not allowed to do the task at all, only what forbids it.
    fn changes(&self, refusal: &Refusal) -> Vec<Change> {
        match refusal.rule {
            Rule::Locked => return vec![Change::Unlock],
            Rule::Skill { .. } => return vec![Change::Skills],
            Rule::Capacity { dimension } if !self.is_allowed => {
                return vec![Change::Capacity { dimension }];
            }
            Rule::Promises | Rule::Incompatible { .. } => return Vec::new(),
            _ => {}
        }
        let mut changes = Vec::new();
        for task in std::iter::once(self.head).chain(self.partner) {
            if !self.draft.tasks[task.index()].windows.is_empty() {
                changes.extend([Change::Later { task }, Change::Earlier { task }]);
            }
        }
        if let Rule::OtherWindow { task } = refusal.rule
            && let Some(at) = self.tasks.iter().position(|known| *known == task)
        {
            changes.push(Change::Later { task: TaskId(at as u32) });
        }
        changes.push(Change::Overtime);
        let dimensions = self.vehicle().capacity.len();
        changes.extend((0..dimensions).map(|dimension| Change::Capacity { dimension }));
        changes.extend((0..self.vehicle().breaks.len()).map(|index| Change::NoBreak { index }));
        let limits = self.vehicle().limits;
        changes.extend(limits.tasks.map(|_| Change::Tasks));
        changes.extend(limits.travel_s.map(|_| Change::Travel));
        changes.extend(limits.distance_m.map(|_| Change::Distance));
        changes.extend(limits.duration_s.map(|_| Change::Duration));
        changes
    }

    /// The change in the numbers of the whole.
    fn told(&self, change: Change) -> Change {
        let of = |task: TaskId| self.tasks[task.index()];
        match change {
            Change::Later { task } => Change::Later { task: of(task) },
            Change::Earlier { task } => Change::Earlier { task: of(task) },
            other => other,
        }
    }

    /// By how little the change is enough, if it is with `most`.
    fn least(&self, change: Change, most: i64) -> Option<(i64, Insertion)> {
        if most < 1 {
            return None;
        }
        let mut found = self.fit(change, most)?;
        let (mut too_little, mut enough) = (0, most);
        while enough - too_little > 1 {
            let middle = i64::midpoint(too_little, enough);
            match self.fit(change, middle) {
                Some(place) => (enough, found) = (middle, place),
                None => too_little = middle,
            }
        }
        self.is_proved(change, enough, &found).then(|| {
            let by = if change.is_measured() { enough } else { 0 };
            (by, found)
        })
    }

    fn changed(&self, change: Change, by: i64) -> Option<Problem> {
        let mut draft = self.draft.clone();
        change.make(&mut draft, self.head, ALONE, by);
        Problem::parse_waiving(draft, self.waived.clone()).ok()
    }

    fn fit(&self, change: Change, by: i64) -> Option<Insertion> {
        let problem = self.changed(change, by)?;
        let mut tours = Tours::of(&problem, &self.plan).ok()?;
        insertion::best_on(&mut tours, self.head, ALONE, Cost::MAX)
    }

    /// Whether the tour with the task keeps all rules as they are after the change, in the checker's eyes.
    fn is_proved(&self, change: Change, by: i64, place: &Insertion) -> bool {
        let Some(problem) = self.changed(change, by) else { return false };
        let Ok(mut tours) = Tours::of(&problem, &self.plan) else { return false };
        insertion::apply(&mut tours, place);
        let solution = Solution::of(&problem, &tours.plan());
        solution.left_out.is_empty() && checker::check(&problem, &solution).is_empty()
    }

    /// How large a change is, in seconds or what is taken for them: for ordering.
    fn size(&self, change: Change, by: i64) -> i64 {
        const HOUR_S: i64 = 3600;
        match change {
            Change::Later { .. }
            | Change::Earlier { .. }
            | Change::Overtime
            | Change::Travel
            | Change::Duration => by,
            // Ten metres a second.
            Change::Distance => by / 10,
            // A share of what the vehicle holds as a share of a working day.
            Change::Capacity { dimension } => {
                let holds = self.vehicle().capacity.get(dimension).copied().unwrap_or(0);
                8 * HOUR_S * by / i64::from(holds.max(1))
            }
            Change::Tasks => by * HOUR_S / 2,
            Change::NoBreak { index } => {
                HOUR_S + i64::from(self.vehicle().breaks[index].duration_s)
            }
            // Somebody meant it so; somebody has to learn it.
            Change::Unlock => 2 * HOUR_S,
            Change::Skills => 8 * HOUR_S * self.missing_skills(),
        }
    }

    fn missing_skills(&self) -> i64 {
        let halves = std::iter::once(self.head).chain(self.partner);
        let needed = halves.flat_map(|half| self.draft.tasks[half.index()].skills.iter());
        let mut missing: Vec<u32> =
            needed.filter(|skill| !self.vehicle().skills.contains(*skill)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.len() as i64
    }
}
