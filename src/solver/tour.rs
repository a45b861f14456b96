//! One tour kept alive: at every stop the earliest time it can be left and the latest it may be reached, and the peaks
//! of the load before and after, so that one more stop is judged in constant time per position.
//!
//! With breaks there are two (three, ...) of each: one for every number of breaks already taken. A break goes wherever
//! a way through these numbers leads, so its place is never fixed while tasks come and go. The algebra is that of
//! earliest and latest starts (Savelsbergh 1992, doi 10.1287/ijoc.4.2.146), once per number of breaks.

use super::draft::{TaskId, VehicleId};
use super::problem::{Cost, FAR, NEVER, NOWHERE, Node, Problem, Ride, latest_arrival_in, start_in};
use super::validate::BREAKS_MAX;
use super::walk::Walker;

/// The tour of one vehicle. Stop 0 is the start, stop `n` the n-th task, stop `tasks + 1` the end.
#[derive(Debug, Clone)]
pub struct Tour {
    vehicle: VehicleId,
    tasks: Vec<TaskId>,
    /// Of each stop; the start and the end may be nowhere.
    places: Vec<u32>,
    /// What the leg from each stop to the next one costs.
    legs: Vec<Cost>,
    /// Breaks + 1: the length of one row of the three below.
    stride: usize,
    /// Earliest time to leave each stop.
    ready: Vec<i32>,
    /// Latest arrival at each stop, and latest time to be done with it, such that all that follows holds.
    due: Vec<i32>,
    leave: Vec<i32>,
    /// Aboard after each stop, its peak up to and its peak from each stop, by dimension.
    load: Vec<i32>,
    peak_until: Vec<i32>,
    peak_from: Vec<i32>,
    travel_s: i64,
    travel_m: i64,
    travel_cost: Cost,
    work_cost: Cost,
    late_cost: Cost,
    /// Something in it may be late at a price, so lateness must be walked.
    is_soft: bool,
    is_feasible: bool,
}

impl Tour {
    pub(super) fn new(
        problem: &Problem,
        walker: &mut Walker,
        vehicle: VehicleId,
        tasks: &[TaskId],
    ) -> Self {
        let ride = problem.ride(vehicle);
        let stride = ride.breaks as usize + 1;
        let mut tour = Self {
            vehicle,
            tasks: tasks.to_vec(),
            places: Vec::new(),
            legs: Vec::new(),
            stride,
            ready: Vec::new(),
            due: Vec::new(),
            leave: Vec::new(),
            load: Vec::new(),
            peak_until: Vec::new(),
            peak_from: Vec::new(),
            travel_s: 0,
            travel_m: 0,
            travel_cost: 0,
            work_cost: 0,
            late_cost: 0,
            is_soft: false,
            is_feasible: true,
        };
        tour.refresh(problem, walker);
        tour
    }

    pub fn vehicle(&self) -> VehicleId {
        self.vehicle
    }
    pub fn tasks(&self) -> &[TaskId] {
        &self.tasks
    }
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
    /// Whether all rules hold. Insertions keep this; a removal can end it only where a leg is longer than a way round.
    pub fn is_feasible(&self) -> bool {
        self.is_feasible
    }
    /// How many tasks at its beginning are pinned.
    pub fn pinned(&self, problem: &Problem) -> usize {
        problem.vehicle(self.vehicle).pinned.len()
    }
    /// What it costs, in inner costs.
    pub fn cost(&self, problem: &Problem) -> Cost {
        if self.tasks.is_empty() {
            return 0;
        }
        problem.ride(self.vehicle).fixed + self.travel_cost + self.work_cost + self.late_cost
    }
    pub(super) fn travel_cost(&self) -> Cost {
        self.travel_cost
    }
    pub(super) fn is_soft(&self) -> bool {
        self.is_soft
    }
    pub(super) fn late_cost(&self) -> Cost {
        self.late_cost
    }
    pub(super) fn leg(&self, stop: usize) -> Cost {
        self.legs[stop]
    }
    pub(super) fn place(&self, stop: usize) -> u32 {
        self.places[stop]
    }
    pub(super) fn ready(&self, stop: usize) -> &[i32] {
        &self.ready[stop * self.stride..(stop + 1) * self.stride]
    }
    pub(super) fn load(&self, problem: &Problem, stop: usize) -> &[i32] {
        &self.load[stop * problem.dimensions..(stop + 1) * problem.dimensions]
    }
    pub(super) fn peak_until(&self, problem: &Problem, stop: usize) -> &[i32] {
        &self.peak_until[stop * problem.dimensions..(stop + 1) * problem.dimensions]
    }
    pub(super) fn peak_from(&self, problem: &Problem, stop: usize) -> &[i32] {
        &self.peak_from[stop * problem.dimensions..(stop + 1) * problem.dimensions]
    }

    /// Puts a task after stop `after`.
    pub(super) fn insert(
        &mut self,
        problem: &Problem,
        walker: &mut Walker,
        after: usize,
        task: TaskId,
    ) {
        self.tasks.insert(after, task);
        self.refresh(problem, walker);
    }

    /// Puts two tasks, the second after stop `second_after` as counted without the first.
    pub(super) fn insert_pair(
        &mut self,
        problem: &Problem,
        walker: &mut Walker,
        first: (usize, TaskId),
        second: (usize, TaskId),
    ) {
        self.tasks.insert(second.0, second.1);
        self.tasks.insert(first.0, first.1);
        self.refresh(problem, walker);
    }

    /// Takes out every task that `leaves` names.
    pub(super) fn remove_where(
        &mut self,
        problem: &Problem,
        walker: &mut Walker,
        mut leaves: impl FnMut(TaskId) -> bool,
    ) {
        self.tasks.retain(|task| !leaves(*task));
        self.refresh(problem, walker);
    }

    /// Becomes a copy of another tour without giving up its memory.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.vehicle = other.vehicle;
        self.tasks.clone_from(&other.tasks);
        self.places.clone_from(&other.places);
        self.legs.clone_from(&other.legs);
        self.stride = other.stride;
        self.ready.clone_from(&other.ready);
        self.due.clone_from(&other.due);
        self.leave.clone_from(&other.leave);
        self.load.clone_from(&other.load);
        self.peak_until.clone_from(&other.peak_until);
        self.peak_from.clone_from(&other.peak_from);
        self.travel_s = other.travel_s;
        self.travel_m = other.travel_m;
        self.travel_cost = other.travel_cost;
        self.work_cost = other.work_cost;
        self.late_cost = other.late_cost;
        self.is_soft = other.is_soft;
        self.is_feasible = other.is_feasible;
    }

    /// Computes everything from the order of tasks.
    fn refresh(&mut self, problem: &Problem, walker: &mut Walker) {
        let ride = problem.ride(self.vehicle);
        self.places.clear();
        self.places.push(ride.start);
        self.places.extend(self.tasks.iter().map(|task| problem.node(*task).location));
        self.places.push(ride.end);
        self.sum_up(problem, ride);
        self.weigh(problem);
        if self.stride == 1 {
            self.look_forward_plain(problem, ride);
            self.look_back_plain(problem, ride);
        } else {
            self.look_forward(problem, ride);
            self.look_back(problem, ride);
        }
        let end_s = self.end_s(problem, ride);
        let latest_s = ride.shift.until_s + ride.overtime.at_most_s;
        let is_in_time = self.tasks.is_empty() || end_s <= latest_s;
        let mut is_rested = true;
        self.late_cost = 0;
        if (self.is_soft || ride.has_loaded_breaks) && !self.tasks.is_empty() {
            let tasks = self.tasks.iter().copied();
            let walked = walker.walk(problem, self.vehicle, tasks, |_| {});
            self.late_cost = walked.late_cost;
            is_rested = walked.excess_s == 0;
        }
        self.is_feasible = is_in_time
            && is_rested
            && self.fits_in_limits(problem, 0, 0, 0)
            && self.is_within_capacity(problem);
    }

    fn is_within_capacity(&self, problem: &Problem) -> bool {
        let capacity = &problem.vehicle(self.vehicle).capacity;
        let peaks = self.peak_from.iter().take(problem.dimensions).enumerate();
        peaks.into_iter().all(|(d, &peak)| peak <= capacity.get(d).copied().unwrap_or(0))
    }

    fn sum_up(&mut self, problem: &Problem, ride: &Ride) {
        (self.travel_s, self.travel_m, self.travel_cost) = (0, 0, 0);
        let mut work_s = 0;
        self.is_soft = ride.overtime.at_most_s > 0;
        if self.stride > 1 {
            let breaks = &problem.vehicle(self.vehicle).breaks;
            self.is_soft |= breaks.iter().any(|rest| rest.lateness.at_most_s > 0);
        }
        self.legs.clear();
        if self.tasks.is_empty() {
            // Nobody drives from the start to the end for nothing.
            self.legs.push(0);
            self.work_cost = 0;
            return;
        }
        for pair in self.places.windows(2) {
            let travel_s = problem.travel_s(ride, pair[0], pair[1]);
            self.travel_s += i64::from(travel_s);
            if ride.has_limits {
                self.travel_m += problem.travel_m(ride, pair[0], pair[1]);
            }
            let cost = problem.leg_cost(ride, pair[0], pair[1], travel_s);
            self.legs.push(cost);
            self.travel_cost += cost;
        }
        for (at, task) in self.tasks.iter().enumerate() {
            self.is_soft |= problem.node(*task).late_max_s > 0;
            if ride.work_per_s != 0 {
                work_s += i64::from(self.work_s(problem, ride, at + 1));
            }
        }
        self.work_cost = work_s * ride.work_per_s;
    }

    /// Set-up and service at a stop, coming from the stop before.
    #[inline]
    fn work_s(&self, problem: &Problem, ride: &Ride, stop: usize) -> i32 {
        let (setup_s, service_s) = problem.work_on(self.tasks[stop - 1], ride);
        if self.places[stop - 1] == self.places[stop] { service_s } else { setup_s + service_s }
    }

    fn weigh(&mut self, problem: &Problem) {
        let dimensions = problem.dimensions;
        if dimensions == 0 {
            return;
        }
        let count = self.tasks.len();
        self.load.clear();
        self.load.resize(dimensions * (count + 1), 0);
        for task in &self.tasks {
            for (load, amount) in self.load[..dimensions].iter_mut().zip(problem.aboard(*task)) {
                *load += amount;
            }
        }
        for (at, task) in self.tasks.iter().enumerate() {
            for (dimension, change) in problem.change(*task).iter().enumerate() {
                let before = self.load[at * dimensions + dimension];
                self.load[(at + 1) * dimensions + dimension] = before + change;
            }
        }
        self.peak_until.clone_from(&self.load);
        self.peak_from.clone_from(&self.load);
        for at in dimensions..self.load.len() {
            self.peak_until[at] = self.peak_until[at].max(self.peak_until[at - dimensions]);
        }
        for at in (0..self.load.len() - dimensions).rev() {
            self.peak_from[at] = self.peak_from[at].max(self.peak_from[at + dimensions]);
        }
    }

    /// The pinned start of a stop, if it has one.
    fn pinned_start_s(&self, problem: &Problem, stop: usize) -> Option<i32> {
        let pinned = &problem.vehicle(self.vehicle).pinned;
        pinned
            .get(stop - 1)
            .filter(|pin| pin.task == self.tasks[stop - 1])
            .and_then(|pin| pin.start_s)
    }

    fn look_forward_plain(&mut self, problem: &Problem, ride: &Ride) {
        self.ready.clear();
        let mut ready_s = ride.shift.from_s;
        self.ready.push(ready_s);
        let pinned = problem.vehicle(self.vehicle).pinned.len();
        for stop in 1..=self.tasks.len() {
            let node = problem.node(self.tasks[stop - 1]);
            if stop <= pinned
                && let Some(start_s) = self.pinned_start_s(problem, stop)
            {
                ready_s = start_s + self.work_s(problem, ride, stop);
            } else if ready_s < FAR {
                let travel_s = problem.travel_s(ride, self.places[stop - 1], node.location);
                let start_s = problem.start_s(node, ready_s.max(node.release_s) + travel_s);
                ready_s =
                    if start_s < FAR { start_s + self.work_s(problem, ride, stop) } else { FAR };
            }
            self.ready.push(ready_s);
        }
    }

    fn look_back_plain(&mut self, problem: &Problem, ride: &Ride) {
        let count = self.tasks.len();
        self.due.clear();
        self.due.resize(count + 2, NEVER);
        self.leave.clear();
        self.leave.resize(count + 1, NEVER);
        let mut due_s = ride.shift.until_s + ride.overtime.at_most_s;
        self.due[count + 1] = due_s;
        let mut release_s = NEVER;
        let pinned = problem.vehicle(self.vehicle).pinned.len();
        for stop in (0..=count).rev() {
            let travel_s = problem.travel_s(ride, self.places[stop], self.places[stop + 1]);
            let mut leave_s = if due_s > NEVER { due_s - travel_s } else { NEVER };
            if release_s > leave_s {
                leave_s = NEVER;
            }
            self.leave[stop] = leave_s;
            if stop == 0 {
                break;
            }
            let node = problem.node(self.tasks[stop - 1]);
            release_s = node.release_s;
            let work_s = self.work_s(problem, ride, stop);
            due_s = if leave_s == NEVER {
                NEVER
            } else if stop <= pinned
                && let Some(start_s) = self.pinned_start_s(problem, stop)
            {
                release_s = NEVER;
                if start_s + work_s <= leave_s { FAR } else { NEVER }
            } else {
                problem.latest_arrival_s(node, leave_s - work_s)
            };
            self.due[stop] = due_s;
        }
    }

    fn look_forward(&mut self, problem: &Problem, ride: &Ride) {
        let (stride, breaks) = (self.stride, &problem.vehicle(self.vehicle).breaks);
        self.ready.clear();
        self.ready.resize(stride * (self.tasks.len() + 1), FAR);
        self.ready[0] = ride.shift.from_s;
        for stop in 0..=self.tasks.len() {
            if stop > 0 {
                let node = problem.node(self.tasks[stop - 1]);
                let travel_s = problem.travel_s(ride, self.places[stop - 1], node.location);
                let work_s = self.work_s(problem, ride, stop);
                let pinned_s = self.pinned_start_s(problem, stop);
                for taken in 0..stride {
                    let before_s = self.ready[(stop - 1) * stride + taken];
                    if before_s >= FAR {
                        continue;
                    }
                    let arrival_s = before_s.max(node.release_s) + travel_s;
                    let start_s = match pinned_s {
                        Some(start_s) if taken > 0 && arrival_s > start_s => FAR,
                        Some(start_s) => start_s,
                        None => problem.start_s(node, arrival_s),
                    };
                    if start_s < FAR {
                        self.ready[stop * stride + taken] = start_s + work_s;
                    }
                }
            }
            for (taken, rest) in breaks.iter().enumerate() {
                let before_s = self.ready[stop * stride + taken];
                let after_s = rested_s(rest, before_s);
                let known_s = &mut self.ready[stop * stride + taken + 1];
                *known_s = after_s.min(*known_s);
            }
        }
    }

    fn look_back(&mut self, problem: &Problem, ride: &Ride) {
        let (stride, count) = (self.stride, self.tasks.len());
        let breaks = &problem.vehicle(self.vehicle).breaks;
        self.due.clear();
        self.due.resize(stride * (count + 2), NEVER);
        self.leave.clear();
        self.leave.resize(stride * (count + 1), NEVER);
        self.due[(count + 2) * stride - 1] = ride.shift.until_s + ride.overtime.at_most_s;
        let mut release_s = NEVER;
        for stop in (0..=count).rev() {
            let travel_s = problem.travel_s(ride, self.places[stop], self.places[stop + 1]);
            for taken in (0..stride).rev() {
                let due_s = self.due[(stop + 1) * stride + taken];
                let mut leave_s = NEVER;
                if due_s > NEVER && release_s <= due_s - travel_s {
                    leave_s = due_s - travel_s;
                }
                if let Some(rest) = breaks.get(taken) {
                    let after_s = self.leave[stop * stride + taken + 1];
                    leave_s = leave_s.max(latest_before_rest_s(rest, after_s));
                }
                self.leave[stop * stride + taken] = leave_s;
            }
            if stop == 0 {
                break;
            }
            let node = problem.node(self.tasks[stop - 1]);
            let work_s = self.work_s(problem, ride, stop);
            let pinned_s = self.pinned_start_s(problem, stop);
            release_s = if pinned_s.is_some() { NEVER } else { node.release_s };
            for taken in 0..stride {
                let leave_s = self.leave[stop * stride + taken];
                self.due[stop * stride + taken] = match pinned_s {
                    _ if leave_s == NEVER => NEVER,
                    Some(start_s) if start_s + work_s > leave_s => NEVER,
                    Some(start_s) => {
                        if taken > 0 {
                            start_s
                        } else {
                            FAR
                        }
                    }
                    None => problem.latest_arrival_s(node, leave_s - work_s),
                };
            }
        }
    }

    /// When it is home, [`FAR`] if some window or break cannot be met.
    fn end_s(&self, problem: &Problem, ride: &Ride) -> i32 {
        let count = self.tasks.len();
        let ready_s = self.ready[(count + 1) * self.stride - 1];
        if ready_s >= FAR {
            return FAR;
        }
        ready_s + problem.travel_s(ride, self.places[count], self.places[count + 1])
    }

    /// Whether a task cannot come after stop `after`, told without any travel: the stop is left after its window, or the
    /// next one is due before it.
    #[inline]
    pub(super) fn is_hopeless(&self, node: &Node, after: usize) -> bool {
        self.ready[after * self.stride] > node.closes_s + node.late_max_s
            || self.due[(after + 2) * self.stride - 1] < node.opens_s
    }

    /// Seconds from stop `after` to a place and from there to the stop that follows.
    #[inline]
    pub(super) fn legs_around(
        &self,
        problem: &Problem,
        ride: &Ride,
        place: u32,
        after: usize,
    ) -> (i32, i32) {
        let around = problem.around(ride, place);
        let (from, to) = (self.places[after], self.places[after + 1]);
        let from_s = if from == NOWHERE { 0 } else { around.seconds_from(from) };
        (from_s, if to == NOWHERE { 0 } else { around.seconds_to(to) })
    }

    /// What travel (and work) a task after stop `after` adds, with the legs around it.
    #[inline]
    pub(super) fn detour_cost(
        &self,
        problem: &Problem,
        ride: &Ride,
        task: TaskId,
        after: usize,
        (from_s, to_s): (i32, i32),
    ) -> Cost {
        let place = problem.node(task).location;
        let (from, to) = (self.places[after], self.places[after + 1]);
        let mut cost = problem.leg_cost(ride, from, place, from_s)
            + problem.leg_cost(ride, place, to, to_s)
            - self.legs[after];
        if self.tasks.is_empty() {
            cost += ride.fixed;
        }
        if ride.work_per_s != 0 {
            cost += self.added_work_s(problem, ride, task, after) * ride.work_per_s;
        }
        cost
    }

    fn added_work_s(&self, problem: &Problem, ride: &Ride, task: TaskId, after: usize) -> i64 {
        let place = problem.node(task).location;
        let (from, to) = (self.places[after], self.places[after + 1]);
        let (setup_s, service_s) = problem.work_on(task, ride);
        let mut work_s = service_s + if from == place { 0 } else { setup_s };
        if after < self.tasks.len() {
            let (setup_s, _) = problem.work_on(self.tasks[after], ride);
            work_s += setup_s * (i32::from(place != to) - i32::from(from != to));
        }
        i64::from(work_s)
    }

    /// Whether times hold with the task after stop `after`, as far as constant time can tell (all of it, unless
    /// breaks depend on loads).
    #[inline]
    pub(super) fn fits_in_time(
        &self,
        problem: &Problem,
        ride: &Ride,
        task: TaskId,
        after: usize,
        (from_s, to_s): (i32, i32),
    ) -> bool {
        let node = problem.node(task);
        let ready = self.ready(after);
        if self.stride == 1 {
            let ready_s = ready[0];
            if ready_s >= FAR {
                return false;
            }
            let start_s = problem.start_s(node, ready_s.max(node.release_s) + from_s);
            if start_s >= FAR {
                return false;
            }
            let (setup_s, service_s) = problem.work_on(task, ride);
            let setup_s = if self.places[after] == node.location { 0 } else { setup_s };
            let done_s = start_s + setup_s + service_s;
            return self.reaches_next(problem, ride, after, node.location, to_s, 0, done_s);
        }
        let mut done = [FAR; BREAKS_MAX + 1];
        self.times_after(problem, ride, task, self.places[after], from_s, ready, &mut done);
        (0..self.stride).any(|taken| {
            done[taken] < FAR
                && self.reaches_next(problem, ride, after, node.location, to_s, taken, done[taken])
        })
    }

    /// The earliest times to leave `task` when the place before it, `travel_s` away, is left at `ready`, by breaks taken.
    #[expect(clippy::too_many_arguments, reason = "the inner loop, all of them numbers")]
    #[inline]
    pub(super) fn times_after(
        &self,
        problem: &Problem,
        ride: &Ride,
        task: TaskId,
        from: u32,
        travel_s: i32,
        ready: &[i32],
        done: &mut [i32; BREAKS_MAX + 1],
    ) {
        let node = problem.node(task);
        let (setup_s, service_s) = problem.work_on(task, ride);
        let work_s = service_s + if from == node.location { 0 } else { setup_s };
        let breaks = if self.stride > 1 { &problem.vehicle(self.vehicle).breaks[..] } else { &[] };
        let mut before_s = FAR;
        for (taken, &ready_s) in ready.iter().enumerate() {
            let mut done_s = FAR;
            if ready_s < FAR {
                let start_s = problem.start_s(node, ready_s.max(node.release_s) + travel_s);
                if start_s < FAR {
                    done_s = start_s + work_s;
                }
            }
            if taken > 0 {
                done_s = done_s.min(rested_s(&breaks[taken - 1], before_s));
            }
            before_s = done_s;
            done[taken] = done_s;
        }
    }

    /// Whether a vehicle that leaves `from`, a place between the stops `after` and `after + 1`, at `ready_s` with
    /// `taken` breaks taken can do all that follows; the next stop is `travel_s` away.
    #[expect(clippy::too_many_arguments, reason = "the inner loop, all of them numbers")]
    #[inline]
    pub(super) fn reaches_next(
        &self,
        problem: &Problem,
        ride: &Ride,
        after: usize,
        from: u32,
        travel_s: i32,
        taken: usize,
        ready_s: i32,
    ) -> bool {
        let to = self.places[after + 1];
        if after == self.tasks.len() {
            return ready_s + travel_s <= self.due[(after + 1) * self.stride + taken];
        }
        let task = self.tasks[after];
        let node = problem.node(task);
        let arrival_s = ready_s.max(node.release_s) + travel_s;
        let (setup_s, service_s) = problem.work_on(task, ride);
        let is_as_before = setup_s == 0 || (from == to) == (self.places[after] == to);
        if is_as_before {
            return arrival_s <= self.due[(after + 1) * self.stride + taken];
        }
        let start_s = problem.start_s(node, arrival_s);
        let work_s = service_s + if from == to { 0 } else { setup_s };
        start_s < FAR && start_s + work_s <= self.leave[(after + 1) * self.stride + taken]
    }

    /// Whether the load holds with the task, which stands alone, after stop `after`.
    #[inline]
    pub(super) fn fits_in_load(&self, problem: &Problem, task: TaskId, after: usize) -> bool {
        let capacity = &problem.vehicle(self.vehicle).capacity;
        let rows = self.peak_until(problem, after).iter().zip(self.peak_from(problem, after));
        rows.zip(problem.aboard(task).iter().zip(problem.change(task))).enumerate().all(
            |(dimension, ((&until, &from), (&aboard, &change)))| {
                let capacity = capacity.get(dimension).copied().unwrap_or(0);
                until + aboard <= capacity && from + aboard + change <= capacity
            },
        )
    }

    /// Whether the limits of tasks, travel and distance hold with so much more.
    pub(super) fn fits_in_limits(
        &self,
        problem: &Problem,
        tasks: usize,
        travel_s: i64,
        travel_m: i64,
    ) -> bool {
        let limits = problem.vehicle(self.vehicle).limits;
        limits.tasks.is_none_or(|most| self.tasks.len() + tasks <= most as usize)
            && limits.travel_s.is_none_or(|most| self.travel_s + travel_s <= i64::from(most))
            && limits.distance_m.is_none_or(|most| self.travel_m + travel_m <= most)
    }
}

#[inline]
pub(super) fn leg(problem: &Problem, ride: &Ride, from: u32, to: u32) -> Cost {
    problem.leg_cost(ride, from, to, problem.travel_s(ride, from, to))
}

fn rested_s(rest: &super::draft::Break, ready_s: i32) -> i32 {
    if ready_s >= FAR {
        return FAR;
    }
    let start_s = start_in(&rest.windows, rest.lateness.at_most_s, ready_s);
    if start_s >= FAR { FAR } else { start_s + rest.duration_s }
}

/// The latest time from which a rest is over no later than `after_s`.
fn latest_before_rest_s(rest: &super::draft::Break, after_s: i32) -> i32 {
    if after_s == NEVER {
        return NEVER;
    }
    latest_arrival_in(&rest.windows, rest.lateness.at_most_s, after_s - rest.duration_s)
}
