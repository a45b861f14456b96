//! A plan kept alive: at every stop of every tour the earliest time it can be left and the latest it may be reached, so
//! that one more stop is judged in constant time per position.
//!
//! Everything lies flat, by the number of a [`Spot`]: a task, or the start or the end of a vehicle's tour. Tours are
//! lists linked through the spots, so a change costs what it changes: times are carried on from it in both directions
//! only until they are as they were (Savelsbergh 1992, doi 10.1287/ijoc.4.2.146, has the algebra).
//!
//! With breaks there are two (three, ...) times for each spot: one for every number of breaks already taken. A break
//! goes wherever a way through these numbers leads, so its place is never fixed while tasks come and go.

mod change;
mod read;

use super::disruption::Disruption;
use super::draft::{TaskId, VehicleId};
use super::links::{Joint, LinkTimes};
use super::plan::{Plan, PlanError};
use super::problem::{Cost, FAR, LoadRule, NEVER, NOWHERE, Problem};
use super::spans::Span;
use super::walk::Walker;

/// Tasks first, by their numbers; then the start of each vehicle, then the end of each.
pub(super) type SpotId = u32;

/// No vehicle: the task is in no tour.
pub(super) const NOBODY: u32 = u32::MAX;

/// What is known of a spot while it is in a tour. What an insertion behind it asks for is all here, the next spot's
/// part too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot {
    pub prev: SpotId,
    pub next: SpotId,
    pub vehicle: u32,
    pub place: u32,
    /// Earliest time to leave, with no break taken.
    pub ready_s: i32,
    /// Latest arrival with all breaks taken, and latest time to be done, such that all that follows holds.
    pub due_s: i32,
    pub leave_s: i32,
    pub next_due_s: i32,
    pub next_place: u32,
    /// The leg to the next spot.
    pub leg_s: i32,
    pub leg: Cost,
}

/// The sums of one tour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tour {
    pub count: u32,
    /// Another number after every change: tours with the same one are the same.
    pub version: u32,
    /// How many of its tasks may be late at a price, and how many are calls.
    pub soft: u32,
    pub calls: u32,
    /// How many of its tasks are linked with others.
    pub links: u32,
    /// Of a vehicle that is spanned: its segments do not tell everything, so it has to be walked.
    pub is_walked: bool,
    pub travel_s: i64,
    /// Kept only where a limit asks for it.
    pub travel_m: i64,
    pub travel_cost: Cost,
    pub work_cost: Cost,
    /// What is late, and slow.
    pub late_cost: Cost,
    /// Kept only where it has a limit or a price.
    pub paid_s: i64,
    pub paid_cost: Cost,
    /// Lateness and paid time of all tours that hang together with it.
    pub shared_cost: Cost,
    /// What it costs that its tasks ride with this vehicle and no other.
    pub preference_cost: Cost,
    /// What it costs that tasks have come here from other vehicles.
    pub moved_cost: Cost,
    /// All rules hold. Insertions keep this; a removal can end it only where a leg is longer than a way round.
    pub is_feasible: bool,
    /// The same as far as links do not matter.
    pub holds_alone: bool,
}

impl Tour {
    /// What it costs, moved tasks included.
    pub(super) fn total(&self, problem: &Problem, vehicle: VehicleId) -> Cost {
        if self.count == 0 {
            return 0;
        }
        let fixed = problem.ride(vehicle).fixed;
        let time_cost = self.work_cost + self.late_cost + self.paid_cost;
        fixed + self.travel_cost + time_cost + self.preference_cost + self.moved_cost
    }
}

/// All tours of a plan, ready to be changed.
#[derive(Debug, Clone)]
pub struct Tours<'p> {
    problem: &'p Problem,
    pub(super) spots: Vec<Spot>,
    pub(super) tours: Vec<Tour>,
    pub(super) by_breaks: ByBreaks,
    pub(super) loads: Loads,
    /// By spot; empty if nobody is spanned.
    pub(super) spans: Vec<Span>,
    /// Vehicles without a task, ascending.
    idle: Vec<VehicleId>,
    /// How many tasks are in tours, calls apart, and how many calls.
    placed: usize,
    calls: usize,
    disruption: Disruption,
    /// Promised tasks that are with another vehicle than before.
    astray: u32,
    versions: u32,
    walker: Walker,
    /// By task, and what finds them; empty without links.
    pub(super) link_times: Vec<LinkTimes>,
    pub(super) joint: Joint,
    /// Room for an order of tasks.
    pub(super) order: Vec<TaskId>,
}

/// The times of spots by the number of breaks taken, rows of `stride`; empty if no vehicle has breaks.
#[derive(Debug, Clone, Default)]
pub(super) struct ByBreaks {
    pub stride: usize,
    pub ready: Vec<i32>,
    pub due: Vec<i32>,
    pub leave: Vec<i32>,
}

/// What is aboard, in rows of one number per dimension.
#[derive(Debug, Clone, Default)]
pub(super) struct Loads {
    /// By vehicle: what still fits, where only the sum matters.
    pub room: Vec<i32>,
    /// By spot, where the order matters: aboard after it, the peak up to it and the peak from it on.
    pub after: Vec<i32>,
    pub peak_until: Vec<i32>,
    pub peak_from: Vec<i32>,
    /// By spot, where trips are made: what of it will be aboard to the end of the trip.
    pub taken: Vec<i32>,
}

impl<'p> Tours<'p> {
    /// Takes up a plan. Broken rules do not matter here, but nothing can be put into a tour that breaks some: see
    /// [`Problem::tolerating`].
    ///
    /// # Errors
    /// The plan makes no sense at all.
    pub fn of(problem: &'p Problem, plan: &Plan) -> Result<Self, PlanError> {
        plan.check(problem)?;
        Ok(Self::of_sound(problem, plan))
    }

    /// All vehicles at home.
    fn idle_ones(problem: &'p Problem) -> Self {
        let (tasks, vehicles) = (problem.tasks().len(), problem.vehicles().len());
        let absent = Spot {
            prev: 0,
            next: 0,
            vehicle: NOBODY,
            place: NOWHERE,
            ready_s: FAR,
            due_s: NEVER,
            leave_s: NEVER,
            next_due_s: NEVER,
            next_place: NOWHERE,
            leg_s: 0,
            leg: 0,
        };
        let mut spots = vec![absent; tasks + 2 * vehicles];
        for task in problem.task_ids() {
            spots[task.index()].place = problem.node(task).location;
        }
        let stride = problem.vehicle_ids().map(|vehicle| problem.ride(vehicle).breaks as usize + 1);
        let stride = stride.max().unwrap_or(1);
        let rows = if stride > 1 { spots.len() * stride } else { 0 };
        let by_breaks = ByBreaks {
            stride,
            ready: vec![FAR; rows],
            due: vec![NEVER; rows],
            leave: vec![NEVER; rows],
        };
        let dimensions = problem.dimensions;
        let (mut room, mut peaks) = (Vec::new(), Vec::new());
        match problem.load_rule {
            LoadRule::None => {}
            LoadRule::Sum => {
                room.resize(vehicles * dimensions, 0);
                for vehicle in problem.vehicle_ids() {
                    let of = &mut room[vehicle.index() * dimensions..][..dimensions];
                    for (room, capacity) in of.iter_mut().zip(problem.capacity(vehicle)) {
                        *room = *capacity;
                    }
                }
            }
            LoadRule::Peaks => peaks.resize(spots.len() * dimensions, 0),
        }
        let taken = if problem.has_trips { peaks.clone() } else { Vec::new() };
        let loads = Loads {
            room,
            after: peaks.clone(),
            peak_until: peaks.clone(),
            peak_from: peaks,
            taken,
        };
        let is_spanned = problem.vehicle_ids().any(|vehicle| problem.ride(vehicle).is_spanned);
        let spans = if is_spanned { vec![Span::UNKNOWN; spots.len()] } else { Vec::new() };
        let tour = Tour {
            count: 0,
            version: 0,
            soft: 0,
            calls: 0,
            links: 0,
            is_walked: false,
            travel_s: 0,
            travel_m: 0,
            travel_cost: 0,
            work_cost: 0,
            late_cost: 0,
            paid_s: 0,
            paid_cost: 0,
            shared_cost: 0,
            preference_cost: 0,
            moved_cost: 0,
            is_feasible: true,
            holds_alone: true,
        };
        Self {
            problem,
            spots,
            tours: vec![tour; vehicles],
            by_breaks,
            loads,
            spans,
            idle: problem.vehicle_ids().collect(),
            placed: 0,
            calls: 0,
            disruption: Disruption::none(problem),
            astray: 0,
            versions: 0,
            walker: Walker::of(problem),
            link_times: vec![LinkTimes::UNKNOWN; if problem.has_links() { tasks } else { 0 }],
            joint: Joint::of(problem),
            order: Vec::new(),
        }
    }

    fn take_up(&mut self, plan: &Plan) {
        for vehicle in self.problem.vehicle_ids() {
            let ride = self.problem.ride(vehicle);
            let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
            let place = |place| Spot { place, vehicle: vehicle.0, ..self.spots[start as usize] };
            let (first, last) = (place(ride.start), place(ride.end));
            self.spots[start as usize] = Spot { ready_s: ride.shift.from_s, ..first };
            self.spots[end as usize] = Spot { due_s: ride.latest_s(), ..last };
            if self.by_breaks.stride > 1 {
                self.begin_rows(vehicle);
            }
            let mut here = start;
            for task in &plan.tours[vehicle.index()] {
                self.take_in(*task, vehicle);
                self.join(vehicle, here, task.0);
                here = task.0;
            }
            self.join(vehicle, here, end);
            self.refresh(vehicle, start, end);
        }
        if self.problem.has_links() {
            let vehicles: Vec<VehicleId> = self.problem.vehicle_ids().collect();
            self.settle_links(&vehicles);
        }
    }

    /// Takes up a plan that is known to make sense.
    pub(super) fn of_sound(problem: &'p Problem, plan: &Plan) -> Self {
        debug_assert_eq!(plan.check(problem), Ok(()), "the plan makes sense");
        let mut tours = Self::idle_ones(problem);
        tours.take_up(plan);
        tours
    }

    /// From now on moved tasks have a price and the moved promises a budget.
    pub fn with_disruption(mut self, disruption: Disruption) -> Self {
        self.disruption = disruption;
        self.astray = 0;
        for vehicle in self.problem.vehicle_ids() {
            let tasks: Vec<TaskId> = self.tasks_of(vehicle).collect();
            self.tours[vehicle.index()].moved_cost = 0;
            for task in tasks {
                self.count_move(task, vehicle, 1);
            }
        }
        self
    }
}
