//! When everything in a tour happens, what it costs and which rules it breaks. Made from any order of tasks, feasible
//! or not; never fails. Used for what people see and for plans that come from outside; the search has faster means.

use super::draft::{TaskId, VehicleId};
use super::plan::is_in_order;
use super::problem::{COST_UNIT, Cost, NOWHERE, Problem};
use super::walk::Walker;

/// What a visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Task(TaskId),
    /// By its place among the vehicle's breaks.
    Break(usize),
}

/// One stop of a tour with its times, seconds from the caller's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub stop: Stop,
    pub arrival_s: i64,
    /// Set-up begins; before it the vehicle waits.
    pub start_s: i64,
    pub setup_s: i64,
    /// Service, or the length of the break.
    pub service_s: i64,
    pub leave_s: i64,
    /// How long after the end of its last window it starts.
    pub late_s: i64,
    /// The leg that leads here.
    pub travel_s: i64,
    pub travel_m: i64,
    /// Aboard when leaving, by dimension.
    pub load: Vec<i32>,
}

/// A rule that a tour breaks, beyond what is allowed at a price, and by how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// Starts so many seconds too late.
    Late {
        task: TaskId,
        by_s: i64,
    },
    BreakLate {
        index: usize,
        by_s: i64,
    },
    /// More aboard at some break than it allows.
    BreakLoad {
        index: usize,
    },
    Overtime {
        by_s: i64,
    },
    Capacity {
        dimension: usize,
        by: i64,
    },
    Tasks {
        by: u32,
    },
    Travel {
        by_s: i64,
    },
    Distance {
        by_m: i64,
    },
    /// Too much paid time.
    Duration {
        by_s: i64,
    },
    /// The first skill the vehicle lacks.
    Skill {
        task: TaskId,
        skill: u32,
    },
    /// The task is locked to another vehicle.
    Locked {
        task: TaskId,
    },
    /// Another task of the tour may not be in one with it.
    Incompatible {
        task: TaskId,
    },
    /// A delivery without its pickup before it in the trip, or a pickup without its delivery after it.
    Precedence {
        task: TaskId,
    },
    /// Somebody of its crew is missing, is the same one, or starts later.
    Apart {
        task: TaskId,
    },
    /// It starts so many seconds too early behind another task, or although nobody does that one.
    TooEarly {
        task: TaskId,
        before: TaskId,
        by_s: i64,
    },
    /// A pinned visit is not in its place.
    Pinned {
        position: usize,
    },
}

/// The parts of what a tour costs, in inner costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TourCost {
    pub fixed: Cost,
    pub travel: Cost,
    pub work: Cost,
    pub lateness: Cost,
    pub paid: Cost,
    /// That tasks ride with this vehicle and no other.
    pub preference: Cost,
}

impl TourCost {
    pub fn total(&self) -> Cost {
        self.fixed
            .saturating_add(self.travel)
            .saturating_add(self.work)
            .saturating_add(self.lateness)
            .saturating_add(self.paid)
            .saturating_add(self.preference)
    }
}

/// A tour in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub vehicle: VehicleId,
    /// Leaving the start; as late as the first visit allows, or the end where that time is paid.
    pub departure_s: i64,
    /// Aboard when leaving the start.
    pub initial_load: Vec<i32>,
    pub visits: Vec<Visit>,
    /// The leg home.
    pub end_travel_s: i64,
    pub end_travel_m: i64,
    pub end_s: i64,
    pub overtime_s: i64,
    pub travel_s: i64,
    pub travel_m: i64,
    pub waiting_s: i64,
    pub cost: TourCost,
    pub violations: Vec<Violation>,
}

impl Schedule {
    /// Times of a tour, as if its tasks were linked with no others ([`Plan::schedules`](super::Plan::schedules) knows
    /// of links). An order without tasks is a vehicle that stays at home: nothing happens, nothing is broken.
    pub fn of(problem: &Problem, vehicle: VehicleId, tasks: &[TaskId]) -> Self {
        Self::with(&mut Walker::default(), problem, vehicle, tasks)
    }

    pub(super) fn with(
        walker: &mut Walker,
        problem: &Problem,
        vehicle: VehicleId,
        tasks: &[TaskId],
    ) -> Self {
        let shift_s = i64::from(problem.vehicle(vehicle).shift.from_s);
        let mut schedule = Self {
            vehicle,
            departure_s: shift_s,
            initial_load: vec![0; problem.dimensions],
            visits: Vec::with_capacity(tasks.len()),
            end_travel_s: 0,
            end_travel_m: 0,
            end_s: shift_s,
            overtime_s: 0,
            travel_s: 0,
            travel_m: 0,
            waiting_s: 0,
            cost: TourCost::default(),
            violations: Vec::new(),
        };
        if !tasks.is_empty() {
            schedule.fill(walker, problem, tasks);
            if !problem.ride(vehicle).is_timed {
                schedule.leave_late();
            }
            schedule.judge(problem, tasks);
        }
        schedule
    }

    fn fill(&mut self, walker: &mut Walker, problem: &Problem, tasks: &[TaskId]) {
        let ride = *problem.ride(self.vehicle);
        self.initial_load = loaded_for(problem, tasks);
        add(&mut self.initial_load, &problem.vehicle(self.vehicle).aboard);
        let mut load = self.initial_load.clone();
        let mut from = ride.start;
        let mut work_s = 0;
        let mut broken = Vec::new();
        let walked = walker.walk(problem, self.vehicle, tasks.iter().copied(), |step| {
            let mut visit = Visit {
                stop: Stop::Break(step.index),
                arrival_s: step.arrival_s,
                start_s: step.start_s,
                setup_s: i64::from(step.setup_s),
                service_s: i64::from(step.work_s),
                leave_s: step.start_s + i64::from(step.setup_s) + i64::from(step.work_s),
                late_s: step.late_s,
                travel_s: 0,
                travel_m: 0,
                load: Vec::new(),
            };
            if step.is_break {
                if step.excess_s > 0 {
                    let late_max_s = i64::from(
                        problem.vehicle(self.vehicle).breaks[step.index].lateness.at_most_s,
                    );
                    let by_s = (step.late_s - late_max_s).max(0);
                    if by_s > 0 {
                        broken.push(Violation::BreakLate { index: step.index, by_s });
                    }
                    if step.excess_s > by_s {
                        broken.push(Violation::BreakLoad { index: step.index });
                    }
                }
            } else {
                let task = tasks[step.index];
                let to = problem.node(task).location;
                visit.stop = Stop::Task(task);
                visit.travel_s = step.travel_s;
                visit.travel_m = problem.travel_m(&ride, from, to);
                self.cost.travel = self.cost.travel.saturating_add(problem.leg_cost(
                    &ride,
                    from,
                    to,
                    visit.travel_s as i32,
                ));
                work_s += visit.setup_s + visit.service_s;
                from = to;
                if problem.is_call(task) {
                    load = loaded_for(problem, &tasks[step.index + 1..]);
                } else {
                    add(&mut load, problem.change(task));
                }
                if step.excess_s > 0 {
                    broken.push(Violation::Late { task, by_s: step.excess_s });
                }
            }
            visit.load.clone_from(&load);
            self.waiting_s += visit.start_s - visit.arrival_s;
            self.travel_s += visit.travel_s;
            self.travel_m += visit.travel_m;
            self.visits.push(visit);
        });
        if from != NOWHERE {
            self.end_travel_s = walked.home_s;
            self.end_travel_m = problem.travel_m(&ride, from, ride.end);
            let cost = problem.leg_cost(&ride, from, ride.end, self.end_travel_s as i32);
            self.cost.travel = self.cost.travel.saturating_add(cost);
        }
        self.travel_s += self.end_travel_s;
        self.travel_m += self.end_travel_m;
        self.departure_s = walked.leaves_s;
        self.end_s = walked.end_s;
        self.overtime_s = walked.overtime_s;
        self.violations = broken;
        if walked.overtime_excess_s > 0 {
            self.violations.push(Violation::Overtime { by_s: walked.overtime_excess_s });
        }
        self.cost.fixed = ride.fixed;
        self.cost.work = work_s.saturating_mul(ride.work_per_s);
        self.cost.lateness = walked.late_cost;
        let prices = tasks.iter().map(|task| problem.preference_cost(*task, self.vehicle));
        self.cost.preference = prices.sum();
        if ride.is_paid {
            self.cost.paid = problem.paid_cost(self.vehicle, walked.paid_s);
        }
        if walked.paid_excess_s > 0 {
            self.violations.push(Violation::Duration { by_s: walked.paid_excess_s });
        }
    }

    /// Waiting before the first visit is better spent at home.
    fn leave_late(&mut self) {
        let Some(first) = self.visits.first_mut() else { return };
        let spare_s = first.start_s - first.arrival_s;
        first.arrival_s += spare_s;
        self.waiting_s -= spare_s;
        self.departure_s = first.start_s - first.travel_s;
    }

    fn judge(&mut self, problem: &Problem, tasks: &[TaskId]) {
        let vehicle = problem.vehicle(self.vehicle);
        for dimension in 0..problem.dimensions {
            let capacity = vehicle.capacity.get(dimension).copied().unwrap_or(0);
            let loads = self.visits.iter().map(|visit| visit.load[dimension]);
            let peak = loads.chain([self.initial_load[dimension]]).max().unwrap_or(0);
            if peak > capacity {
                let by = i64::from(peak) - i64::from(capacity);
                self.violations.push(Violation::Capacity { dimension, by });
            }
        }
        let limits = vehicle.limits;
        let asked = tasks.iter().filter(|task| !problem.is_call(**task)).count() as u32;
        if let Some(most) = limits.tasks
            && asked > most
        {
            self.violations.push(Violation::Tasks { by: asked - most });
        }
        if let Some(most) = limits.travel_s
            && self.travel_s > i64::from(most)
        {
            self.violations.push(Violation::Travel { by_s: self.travel_s - i64::from(most) });
        }
        if let Some(most) = limits.distance_m
            && self.travel_m > most
        {
            self.violations.push(Violation::Distance { by_m: self.travel_m - most });
        }
        for (at, &task) in tasks.iter().enumerate() {
            if !problem.is_allowed(task, self.vehicle) {
                let needed = problem.task(task);
                if let Some(skill) = vehicle.skills.first_missing(&needed.skills) {
                    self.violations.push(Violation::Skill { task, skill });
                }
                if needed.locked_to.is_some_and(|locked| locked != self.vehicle) {
                    self.violations.push(Violation::Locked { task });
                }
            }
            let is_waived = |task: TaskId| problem.waived().contains(&(task, self.vehicle));
            let mut others = tasks.iter().filter(|other| **other != task);
            if problem.has_groups
                && others.any(|other| {
                    problem.are_rivals(task, *other) && !(is_waived(task) && is_waived(*other))
                })
            {
                self.violations.push(Violation::Incompatible { task });
            }
            if !is_in_order(problem, tasks, at) {
                self.violations.push(Violation::Precedence { task });
            }
        }
        for (position, pin) in vehicle.pinned.iter().enumerate() {
            if tasks.get(position) != Some(&pin.task) {
                self.violations.push(Violation::Pinned { position });
            }
        }
    }

    /// From leaving to coming home.
    pub fn duration_s(&self) -> i64 {
        self.end_s - self.departure_s
    }

    /// The tasks with their visits.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskId, &Visit)> {
        self.visits.iter().filter_map(|visit| match visit.stop {
            Stop::Task(task) => Some((task, visit)),
            Stop::Break(_) => None,
        })
    }

    /// The visit of a task.
    pub fn visit_of(&self, task: TaskId) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.stop == Stop::Task(task))
    }
}

/// What is aboard when the trip sets out that begins with these tasks.
fn loaded_for(problem: &Problem, tasks: &[TaskId]) -> Vec<i32> {
    let mut load = vec![0; problem.dimensions];
    for task in tasks.iter().take_while(|task| !problem.is_call(**task)) {
        add(&mut load, problem.aboard(*task));
    }
    load
}

fn add(load: &mut [i32], amounts: &[i32]) {
    for (load, amount) in load.iter_mut().zip(amounts) {
        *load = load.saturating_add(*amount);
    }
}

/// Inner costs in the caller's unit.
pub fn in_callers_unit(cost: Cost) -> f64 {
    cost as f64 / COST_UNIT as f64
}
