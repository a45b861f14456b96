//! Walks a tour from its start to its end: when everything begins, where the breaks go, what is late. Works for any
//! order of tasks, also one that breaks rules: then it says by how much. The living tours judge in constant time what
//! this does in linear time, and must agree with it.
//!
//! Where breaks go: at every stop the walk knows, for each number of breaks already taken, the earliest time it can
//! leave (a dynamic programme over stops and breaks). The way with the least excess over what is allowed wins, then
//! the one that ends first, then the one that rests later.

use super::draft::{TaskId, VehicleId};
use super::problem::{COST_UNIT, Cost, FAR, NEVER, Problem, Ride, latest_arrival_in, start_in};

/// A break that may not be taken under its load counts like this many seconds late.
const OVERLOADED_BREAK_S: i64 = 1_000_000_000;

/// The price of so many seconds late.
pub(super) fn lateness_cost(late_s: i64, per_hour: i64) -> Cost {
    late_s.saturating_mul(per_hour.saturating_mul(COST_UNIT / 3600))
}

/// One stop of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Position among the tasks (0 is the first), or the break.
    pub is_break: bool,
    pub index: usize,
    pub arrival_s: i64,
    /// The leg that leads here.
    pub travel_s: i64,
    pub start_s: i64,
    pub setup_s: i32,
    pub work_s: i32,
    /// After the last window, within and beyond what is allowed.
    pub late_s: i64,
    pub excess_s: i64,
}

/// What a whole walk comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Walked {
    /// Seconds beyond what is allowed, all together; 0 if times and breaks hold.
    pub excess_s: i64,
    pub late_cost: Cost,
    /// What travel costs more than in the quickest bands, where it depends on the time.
    pub slow_cost: Cost,
    /// When it leaves its start, the leg to its end, and of a timed vehicle all travel and how much is beyond its limit.
    pub leaves_s: i64,
    pub home_s: i64,
    pub travel_s: i64,
    pub travel_excess_s: i64,
    /// When it has come to its end.
    pub end_s: i64,
    pub overtime_s: i64,
    pub overtime_excess_s: i64,
    /// From leaving to the end, of a vehicle that is paid for it, and how much of that is beyond its limit.
    pub paid_s: i64,
    pub paid_excess_s: i64,
}

impl Walked {
    /// All that depends on times but the paid one.
    pub(super) fn timed_cost(&self) -> Cost {
        self.late_cost.saturating_add(self.slow_cost)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    excess_s: i64,
    ready_s: i64,
}

const NO_WAY: Label = Label { excess_s: i64::MAX / 4, ready_s: i64::MAX / 4 };

/// Room for walking, used again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Walker {
    /// By task: before when it must not start, because of what it is linked with; empty without links.
    pub bounds: Vec<i64>,
    tasks: Vec<TaskId>,
    labels: Vec<Label>,
    /// Whether the label's last act was to rest.
    rested: Vec<bool>,
    /// How many breaks are taken at each stop.
    rests: Vec<u8>,
    /// Aboard after each stop.
    load: Vec<i32>,
    /// Before when each stop may not be left, because its trip waits for its goods; empty if nobody makes trips.
    gates: Vec<i64>,
    /// Its stops, as early as they can be.
    steps: Vec<Step>,
}

impl Walker {
    pub(super) fn of(problem: &Problem) -> Self {
        let bounded = if problem.has_links() { problem.tasks().len() } else { 0 };
        Self { bounds: vec![i64::from(NEVER); bounded], ..Self::default() }
    }

    /// Walks the tasks in their order; `visit` hears of every stop.
    pub(super) fn walk(
        &mut self,
        problem: &Problem,
        vehicle: VehicleId,
        tasks: impl IntoIterator<Item = TaskId>,
        visit: impl FnMut(Step),
    ) -> Walked {
        self.tasks.clear();
        self.tasks.extend(tasks);
        let ride = problem.ride(vehicle);
        self.set_gates(problem);
        if ride.breaks > 0 {
            self.weigh(problem, vehicle);
            self.place_breaks(problem, vehicle, ride);
        } else {
            self.rests.clear();
            self.rests.resize(self.tasks.len() + 1, 0);
        }
        let shift_s = i64::from(ride.shift.from_s);
        if !ride.is_paid || self.tasks.is_empty() {
            return self.follow(problem, vehicle, ride, shift_s, visit);
        }
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        let early = self.follow(problem, vehicle, ride, shift_s, |step| steps.push(step));
        let leaves_s = self.latest_departure_s(problem, vehicle, ride, &steps, early.end_s);
        self.steps = steps;
        let mut walked = self.follow(problem, vehicle, ride, leaves_s, visit);
        walked.paid_s = walked.end_s - walked.leaves_s;
        walked.paid_excess_s = (walked.paid_s - i64::from(ride.paid_max_s)).max(0);
        walked.excess_s += walked.paid_excess_s;
        walked
    }

    /// When the vehicle can leave at the latest so that it comes to its end at the same time and nothing is later than
    /// it may be, or than it is anyway.
    fn latest_departure_s(
        &self,
        problem: &Problem,
        vehicle: VehicleId,
        ride: &Ride,
        steps: &[Step],
        end_s: i64,
    ) -> i64 {
        let place = |position: usize| match position.checked_sub(1) {
            Some(before) => problem.node(self.tasks[before]).location,
            None => ride.start,
        };
        let last = place(self.tasks.len());
        let mut done_s = problem.latest_departure_s(ride, last, ride.end, end_s);
        for (at, step) in steps.iter().enumerate().rev() {
            let start_max_s = done_s - i64::from(step.setup_s) - i64::from(step.work_s);
            if step.is_break {
                let rest = &problem.vehicle(vehicle).breaks[step.index];
                let latest_s = latest_arrival_in(&rest.windows, 0, short(start_max_s));
                done_s = if step.late_s > 0 { step.start_s } else { i64::from(latest_s) };
                continue;
            }
            let node = problem.node(self.tasks[step.index]);
            let arrival_s = if problem.pinned_start_s(self.tasks[step.index]).is_some() {
                // Nobody waits at the first visit, and nothing before another one that has begun moves any more.
                if at == 0 { step.start_s } else { step.arrival_s }
            } else if step.late_s > 0 || problem.links.has(self.tasks[step.index]) {
                // Others count on it that it starts just then.
                step.start_s
            } else {
                i64::from(
                    problem
                        .latest_arrival_s(node, short(start_max_s.min(i64::from(node.closes_s)))),
                )
            };
            let from = place(step.index);
            done_s = problem.latest_departure_s(ride, from, node.location, arrival_s);
        }
        done_s
    }

    fn set_gates(&mut self, problem: &Problem) {
        self.gates.clear();
        if !problem.has_trips {
            return;
        }
        self.gates.resize(self.tasks.len() + 1, i64::from(NEVER));
        let mut gate_s = i64::from(NEVER);
        for (at, task) in self.tasks.iter().enumerate().rev() {
            if problem.is_call(*task) {
                self.gates[at + 1] = std::mem::replace(&mut gate_s, i64::from(NEVER));
            } else {
                gate_s = gate_s.max(i64::from(problem.goods_from_s(*task)));
            }
        }
        self.gates[0] = gate_s;
    }

    fn weigh(&mut self, problem: &Problem, vehicle: VehicleId) {
        let dimensions = problem.dimensions;
        self.load.clear();
        self.load.resize(dimensions * (self.tasks.len() + 1), 0);
        // What each trip sets out with, gathered from its end.
        let mut trip_end = self.tasks.len();
        for at in (0..=self.tasks.len()).rev() {
            let is_begin = at == 0 || problem.is_call(self.tasks[at - 1]);
            if !is_begin {
                continue;
            }
            for task in &self.tasks[at..trip_end] {
                let row = &mut self.load[at * dimensions..][..dimensions];
                for (load, amount) in row.iter_mut().zip(problem.aboard(*task)) {
                    *load = load.saturating_add(*amount);
                }
            }
            trip_end = at.saturating_sub(1);
        }
        for (dimension, load) in self.load.iter_mut().take(dimensions).enumerate() {
            *load = load.saturating_add(problem.laden(vehicle, dimension));
        }
        for (at, task) in self.tasks.iter().enumerate() {
            if problem.is_call(*task) {
                continue;
            }
            for (dimension, change) in problem.change(*task).iter().enumerate() {
                self.load[(at + 1) * dimensions + dimension] =
                    self.load[at * dimensions + dimension].saturating_add(*change);
            }
        }
    }

    fn place_breaks(&mut self, problem: &Problem, vehicle: VehicleId, ride: &Ride) {
        let breaks = ride.breaks as usize;
        let stride = breaks + 1;
        let count = self.tasks.len();
        self.labels.clear();
        self.labels.resize(stride * (count + 1), NO_WAY);
        self.rested.clear();
        self.rested.resize(stride * (count + 1), false);
        self.labels[0] = Label { excess_s: 0, ready_s: i64::from(ride.shift.from_s) };
        let mut from = ride.start;
        for position in 0..=count {
            if position > 0 {
                let task = self.tasks[position - 1];
                for taken in 0..=breaks {
                    let before = self.labels[(position - 1) * stride + taken];
                    if before != NO_WAY {
                        let step =
                            self.arrive(problem, vehicle, ride, position - 1, from, before.ready_s);
                        if taken > 0 && step.is_pushed {
                            continue;
                        }
                        self.labels[position * stride + taken] = Label {
                            excess_s: before.excess_s + step.excess_s,
                            ready_s: step.start_s + i64::from(step.setup_s + step.work_s),
                        };
                    }
                }
                from = problem.node(task).location;
            }
            for taken in 0..breaks {
                let before = self.labels[position * stride + taken];
                if before == NO_WAY {
                    continue;
                }
                let rest = self.rest(problem, vehicle, position, taken, before.ready_s);
                let after = Label {
                    excess_s: before.excess_s + rest.excess_s,
                    ready_s: rest.start_s + i64::from(rest.work_s),
                };
                // The later rest wins a tie, so that a late day does its tasks first.
                if after <= self.labels[position * stride + taken + 1] {
                    self.labels[position * stride + taken + 1] = after;
                    self.rested[position * stride + taken + 1] = true;
                }
            }
        }
        self.rests.clear();
        self.rests.resize(count + 1, 0);
        let (mut position, mut taken) = (count, breaks);
        while taken > 0 {
            if self.rested[position * stride + taken] {
                self.rests[position] += 1;
                taken -= 1;
            } else {
                position -= 1;
            }
        }
    }

    fn rest(
        &self,
        problem: &Problem,
        vehicle: VehicleId,
        position: usize,
        index: usize,
        ready_s: i64,
    ) -> Step {
        let rest = &problem.vehicle(vehicle).breaks[index];
        let last_s = rest.windows.last().map_or(i64::MAX, |window| i64::from(window.until_s));
        let late_max_s = rest.lateness.at_most_s;
        let found = start_in(&rest.windows, late_max_s, short(ready_s));
        let start_s = if found == FAR { ready_s } else { ready_s.max(i64::from(found)) };
        let late_s = (start_s - last_s).max(0);
        let mut excess_s = (late_s - i64::from(late_max_s)).max(0);
        if let Some(max_load) = &rest.max_load {
            let dimensions = problem.dimensions;
            let aboard = &self.load[position * dimensions..(position + 1) * dimensions];
            if aboard.iter().zip(max_load).any(|(load, max)| load > max) {
                excess_s += OVERLOADED_BREAK_S;
            }
        }
        Step {
            is_break: true,
            index,
            arrival_s: ready_s,
            travel_s: 0,
            start_s,
            setup_s: 0,
            work_s: rest.duration_s,
            late_s,
            excess_s,
        }
    }

    /// The task at a position, when the stop before it is done at a time.
    fn arrive(
        &self,
        problem: &Problem,
        vehicle: VehicleId,
        ride: &Ride,
        position: usize,
        from: u32,
        ready_s: i64,
    ) -> Arrival {
        let task = self.tasks[position];
        let node = problem.node(task);
        let (setup_s, work_s) = problem.work_on(task, ride);
        let setup_s = if from == node.location { 0 } else { setup_s };
        let gate_s = self.gates.get(position).copied().unwrap_or(i64::from(NEVER));
        let leaves_s = ready_s.max(gate_s).max(i64::from(node.release_s));
        let arrival_s = problem.arrival_s(ride, from, node.location, leaves_s);
        let travel_s = arrival_s - leaves_s;
        let pin = problem.vehicle(vehicle).pinned.get(position).filter(|pin| pin.task == task);
        if let Some(start_s) = pin.and_then(|pin| pin.start_s) {
            let start_s = i64::from(start_s);
            return Arrival {
                arrival_s: arrival_s.min(start_s),
                travel_s,
                start_s,
                setup_s,
                work_s,
                late_s: 0,
                // What has begun has not waited for goods that come later.
                excess_s: (gate_s - start_s).max(0),
                is_pushed: arrival_s > start_s,
            };
        }
        let bound_s = self.bounds.get(task.index()).copied().unwrap_or(i64::from(NEVER));
        let soonest_s = arrival_s.max(bound_s);
        let found = problem.start_s(node, short(soonest_s));
        let start_s = if found == FAR { soonest_s } else { soonest_s.max(i64::from(found)) };
        let late_s = (start_s - i64::from(node.closes_s)).max(0);
        let excess_s = (late_s - i64::from(node.late_max_s)).max(0);
        Arrival {
            arrival_s,
            travel_s,
            start_s,
            setup_s,
            work_s,
            late_s,
            excess_s,
            is_pushed: false,
        }
    }

    /// The first leg of a timed vehicle is driven as late as the first task allows; says when it sets off.
    fn leave_late(
        &self,
        problem: &Problem,
        ride: &Ride,
        first: &mut Arrival,
        leaves_s: i64,
    ) -> i64 {
        let place = problem.node(self.tasks[0]).location;
        let latest_s = problem.latest_departure_s(ride, ride.start, place, first.start_s);
        let has_begun = problem.pinned_start_s(self.tasks[0]).is_some();
        let departure_s = if has_begun { latest_s } else { latest_s.max(leaves_s) };
        first.arrival_s = problem.arrival_s(ride, ride.start, place, departure_s);
        first.travel_s = first.arrival_s - departure_s;
        departure_s
    }

    fn follow(
        &self,
        problem: &Problem,
        vehicle: VehicleId,
        ride: &Ride,
        leaves_s: i64,
        mut visit: impl FnMut(Step),
    ) -> Walked {
        let mut ready_s = leaves_s;
        let mut from = ride.start;
        let mut taken = 0;
        let mut walked = Walked { leaves_s, end_s: ready_s, ..Walked::default() };
        for position in 0..=self.tasks.len() {
            if position > 0 {
                let task = self.tasks[position - 1];
                let node = problem.node(task);
                let mut step = self.arrive(problem, vehicle, ride, position - 1, from, ready_s);
                if ride.is_timed {
                    if position == 1 && self.rests[0] == 0 {
                        walked.leaves_s = self.leave_late(problem, ride, &mut step, leaves_s);
                    }
                    walked.travel_s += step.travel_s;
                    walked.slow_cost += problem.slow_cost(ride, from, node.location, step.travel_s);
                }
                walked.excess_s += step.excess_s;
                walked.late_cost =
                    walked.late_cost.saturating_add(lateness_cost(step.late_s, node.late_per_hour));
                ready_s = step.start_s + i64::from(step.setup_s + step.work_s);
                from = node.location;
                visit(Step {
                    is_break: false,
                    index: position - 1,
                    arrival_s: step.arrival_s,
                    travel_s: step.travel_s,
                    start_s: step.start_s,
                    setup_s: step.setup_s,
                    work_s: step.work_s,
                    late_s: step.late_s,
                    excess_s: step.excess_s,
                });
            }
            for _ in 0..self.rests[position] {
                let step = self.rest(problem, vehicle, position, taken, ready_s);
                let per_hour = problem.vehicle(vehicle).breaks[taken].lateness.per_hour;
                walked.excess_s += step.excess_s;
                walked.late_cost =
                    walked.late_cost.saturating_add(lateness_cost(step.late_s, per_hour));
                ready_s = step.start_s + i64::from(step.work_s);
                taken += 1;
                visit(step);
            }
        }
        walked.end_s = problem.arrival_s(ride, from, ride.end, ready_s);
        walked.home_s = walked.end_s - ready_s;
        if ride.is_timed && !self.tasks.is_empty() {
            walked.travel_s += walked.home_s;
            walked.slow_cost += problem.slow_cost(ride, from, ride.end, walked.home_s);
            let most_s = problem.vehicle(vehicle).limits.travel_s.map_or(i64::MAX, i64::from);
            walked.travel_excess_s = (walked.travel_s - most_s).max(0);
            walked.excess_s += walked.travel_excess_s;
        }
        walked.overtime_s = (walked.end_s - i64::from(ride.shift.until_s)).max(0);
        walked.overtime_excess_s = (walked.overtime_s - i64::from(ride.overtime.at_most_s)).max(0);
        walked.excess_s += walked.overtime_excess_s;
        walked.late_cost = walked
            .late_cost
            .saturating_add(lateness_cost(walked.overtime_s, ride.overtime.per_hour));
        walked
    }
}

struct Arrival {
    arrival_s: i64,
    travel_s: i64,
    start_s: i64,
    setup_s: i32,
    work_s: i32,
    late_s: i64,
    excess_s: i64,
    /// Whether it would arrive after a pinned start: a break before it does not fit.
    is_pushed: bool,
}

/// A time as the flat tables have it; what is too large is too late for everything.
fn short(time_s: i64) -> i32 {
    time_s.min(i64::from(FAR)) as i32
}
