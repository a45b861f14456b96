//! A plan kept alive: at every stop of every tour the earliest time it can be left and the latest it may be reached, so
//! that one more stop is judged in constant time per position.
//!
//! Everything lies flat, by the number of a [`Spot`]: a task, or the start or the end of a vehicle's tour. Tours are
//! lists linked through the spots, so a change costs what it changes: times are carried on from it in both directions
//! only until they are as they were (Savelsbergh 1992, doi 10.1287/ijoc.4.2.146, has the algebra).
//!
//! With breaks there are two (three, ...) times for each spot: one for every number of breaks already taken. A break
//! goes wherever a way through these numbers leads, so its place is never fixed while tasks come and go.

use super::disruption::Disruption;
use super::draft::{TaskId, VehicleId};
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
    /// Of a vehicle that is spanned: its segments do not tell everything, so it has to be walked.
    pub is_walked: bool,
    pub travel_s: i64,
    /// Kept only where a limit asks for it.
    pub travel_m: i64,
    pub travel_cost: Cost,
    pub work_cost: Cost,
    pub late_cost: Cost,
    /// Kept only where it has a limit or a price.
    pub paid_s: i64,
    pub paid_cost: Cost,
    /// What it costs that its tasks ride with this vehicle and no other.
    pub preference_cost: Cost,
    /// What it costs that tasks have come here from other vehicles.
    pub moved_cost: Cost,
    /// How much too much is aboard, where that is allowed on the way.
    pub overload: i64,
    /// All rules hold. Insertions keep this; a removal can end it only where a leg is longer than a way round.
    pub is_feasible: bool,
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
    /// Whether tours may be overloaded.
    pub(super) lets_overload: bool,
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
            is_walked: false,
            travel_s: 0,
            travel_m: 0,
            travel_cost: 0,
            work_cost: 0,
            late_cost: 0,
            paid_s: 0,
            paid_cost: 0,
            preference_cost: 0,
            moved_cost: 0,
            overload: 0,
            is_feasible: true,
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
            walker: Walker::default(),
            lets_overload: false,
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

    /// From now on tours may be overloaded, which their sums tell.
    pub(super) fn let_overload(&mut self) {
        self.lets_overload = true;
        for vehicle in self.problem.vehicle_ids() {
            self.judge_tour(vehicle, self.problem.ride(vehicle));
        }
    }
    /// How much more would be too much aboard with so much more.
    #[inline]
    pub(super) fn overload_of(&self, amount: i32, vehicle: VehicleId) -> i32 {
        match self.loads.room.get(vehicle.index()) {
            Some(room) => (amount - (*room).max(0)).max(0),
            None => 0,
        }
    }

    pub fn problem(&self) -> &'p Problem {
        self.problem
    }
    /// The tasks of a vehicle in their order.
    pub fn tasks_of(&self, vehicle: VehicleId) -> impl Iterator<Item = TaskId> + '_ {
        let end = self.end_of(vehicle);
        let mut here = self.start_of(vehicle);
        std::iter::from_fn(move || {
            here = self.spots[here as usize].next;
            (here != end).then_some(TaskId(here))
        })
    }
    /// How many tasks a vehicle has.
    pub fn count_of(&self, vehicle: VehicleId) -> usize {
        self.tours[vehicle.index()].count as usize
    }
    /// Who has the task.
    #[inline]
    pub fn vehicle_of(&self, task: TaskId) -> Option<VehicleId> {
        let vehicle = self.spots[task.index()].vehicle;
        (vehicle != NOBODY).then_some(VehicleId(vehicle))
    }
    pub fn disruption(&self) -> &Disruption {
        &self.disruption
    }
    /// Vehicles without a task, ascending.
    pub fn idle(&self) -> &[VehicleId] {
        &self.idle
    }
    pub fn left_out(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.problem.asked_ids().filter(|task| self.vehicle_of(*task).is_none())
    }
    /// How many vehicles have tasks.
    pub(super) fn used(&self) -> usize {
        self.tours.len() - self.idle.len()
    }
    /// How many tasks are in tours, calls apart.
    pub(super) fn placed(&self) -> usize {
        self.placed
    }
    /// How many trips are made.
    pub(super) fn trips(&self) -> usize {
        self.tours.len() - self.idle.len() + self.calls
    }
    /// The spot with which the trip of a task begins.
    #[inline]
    pub(super) fn trip_of(&self, task: TaskId, vehicle: VehicleId) -> SpotId {
        match self.tours[vehicle.index()].calls {
            0 => self.start_of(vehicle),
            _ => self.spans[task.index()].trip,
        }
    }
    /// Whether a search may take a task out: it is not pinned, and no call, which leaves by itself.
    #[inline]
    pub(super) fn is_free(&self, task: TaskId) -> bool {
        !self.problem.is_pinned(task) && !self.problem.is_call(task)
    }
    /// How many free tasks the trip of a task has, which is one of them.
    pub(super) fn free_beside(&self, task: TaskId, vehicle: VehicleId) -> usize {
        if self.tours[vehicle.index()].calls == 0 {
            return self.count_of(vehicle) - self.problem.vehicle(vehicle).pinned.len();
        }
        let mut here = self.trip_of(task, vehicle);
        let trip = std::iter::from_fn(|| {
            here = self.spots[here as usize].next;
            self.task_at(here).filter(|task| !self.problem.is_call(*task))
        });
        trip.filter(|task| self.is_free(*task)).count()
    }
    pub fn plan(&self) -> Plan {
        let tours = self.problem.vehicle_ids().map(|vehicle| self.tasks_of(vehicle).collect());
        Plan { tours: tours.collect() }
    }

    /// What everything costs: tours, tasks left out, tasks moved; in inner costs.
    pub fn cost(&self) -> Cost {
        let vehicles = self.problem.vehicle_ids().zip(&self.tours);
        let tours: Cost = vehicles.map(|(vehicle, tour)| tour.total(self.problem, vehicle)).sum();
        tours + self.left_out().map(|task| self.absence_cost(task)).sum::<Cost>()
    }

    /// What one tour costs, moved tasks apart, in inner costs.
    pub fn cost_of(&self, vehicle: VehicleId) -> Cost {
        let tour = &self.tours[vehicle.index()];
        tour.total(self.problem, vehicle) - tour.moved_cost
    }

    /// The price of a task that is in no tour.
    pub fn absence_cost(&self, task: TaskId) -> Cost {
        self.problem.left_out_cost(task) + self.disruption.absence_cost(task)
    }

    /// A task of a vehicle with which another one may not be in one tour.
    pub(super) fn rival_on(&self, task: TaskId, vehicle: VehicleId) -> Option<TaskId> {
        if !self.problem.has_groups {
            return None;
        }
        self.tasks_of(vehicle).find(|other| self.problem.are_rivals(task, *other))
    }

    /// Whether giving the task to the vehicle would move one promise too many.
    pub(super) fn breaks_promise(&self, task: TaskId, vehicle: VehicleId) -> bool {
        self.disruption.is_promised(task)
            && self.disruption.home(task) != Some(vehicle)
            && self.astray >= self.disruption.budget()
    }

    pub fn is_feasible(&self) -> bool {
        self.tours.iter().all(|tour| tour.is_feasible)
    }
    /// Whether all rules hold on one tour.
    pub fn holds(&self, vehicle: VehicleId) -> bool {
        self.tours[vehicle.index()].is_feasible
    }

    /// Puts a task (one that stands alone) after so many others.
    pub fn insert(&mut self, task: TaskId, vehicle: VehicleId, after: usize) {
        self.put(task, vehicle, self.spot_at(vehicle, after));
    }

    /// Puts a shipment; both counts are of the tasks that are there before.
    pub fn insert_pair(
        &mut self,
        pickup: TaskId,
        delivery: TaskId,
        vehicle: VehicleId,
        after: (usize, usize),
    ) {
        debug_assert!(after.0 <= after.1, "the pickup comes first");
        let spots = (self.spot_at(vehicle, after.0), self.spot_at(vehicle, after.1));
        self.put_pair(pickup, delivery, vehicle, spots);
    }

    /// Takes a task out (with the other half of its shipment, and with calls that are not needed then). Pinned ones
    /// stay; says whether it left.
    pub fn remove(&mut self, task: TaskId) -> bool {
        let Some(vehicle) = self.vehicle_of(task) else { return false };
        let partner = self.problem.partner(task);
        if self.is_pinned(task) || partner.is_some_and(|other| self.is_pinned(other)) {
            return false;
        }
        let tasks: Vec<TaskId> = [Some(task), partner].into_iter().flatten().collect();
        self.take_out(vehicle, &tasks);
        true
    }

    /// Whether a task must stay where it is.
    pub fn is_pinned(&self, task: TaskId) -> bool {
        self.problem.is_pinned(task)
    }

    /// The tasks that are inserted as one: a task alone, or the pickup that stands for its shipment.
    pub fn heads(problem: &Problem) -> impl Iterator<Item = TaskId> + '_ {
        problem.task_ids().filter(|task| problem.is_head(*task))
    }

    #[inline]
    pub(super) fn start_of(&self, vehicle: VehicleId) -> SpotId {
        self.problem.tasks().len() as u32 + vehicle.0
    }
    #[inline]
    pub(super) fn end_of(&self, vehicle: VehicleId) -> SpotId {
        (self.problem.tasks().len() + self.problem.vehicles().len()) as u32 + vehicle.0
    }
    /// The spot with so many tasks up to it: the start for none.
    pub(super) fn spot_at(&self, vehicle: VehicleId, count: usize) -> SpotId {
        let mut here = self.start_of(vehicle);
        for _ in 0..count {
            here = self.spots[here as usize].next;
        }
        here
    }
    /// How many tasks come up to a spot of a tour, it included.
    pub(super) fn count_until(&self, spot: SpotId) -> usize {
        let tasks = self.problem.tasks().len() as u32;
        let (mut here, mut count) = (spot, 0);
        while here < tasks {
            here = self.spots[here as usize].prev;
            count += 1;
        }
        count
    }
    /// The task of a spot, unless it is a start or an end.
    #[inline]
    pub(super) fn task_at(&self, spot: SpotId) -> Option<TaskId> {
        ((spot as usize) < self.problem.tasks().len()).then_some(TaskId(spot))
    }
    /// The spot from which on tasks may be put: the start, or the last pinned task.
    pub(super) fn first_open(&self, vehicle: VehicleId) -> SpotId {
        self.spot_at(vehicle, self.problem.vehicle(vehicle).pinned.len())
    }
    pub(super) fn walker(&mut self) -> &mut Walker {
        &mut self.walker
    }

    /// Puts a task that stands alone behind a spot of a tour.
    pub(super) fn put(&mut self, task: TaskId, vehicle: VehicleId, after: SpotId) {
        debug_assert!(self.vehicle_of(task).is_none(), "the task is in no tour");
        let next = self.spots[after as usize].next;
        self.take_in(task, vehicle);
        self.join(vehicle, after, task.0);
        self.join(vehicle, task.0, next);
        self.refresh(vehicle, after, next);
    }

    /// Puts tasks that stand alone, and calls, behind a spot of a tour, one behind the other.
    pub(super) fn put_all(&mut self, tasks: &[TaskId], vehicle: VehicleId, after: SpotId) {
        let next = self.spots[after as usize].next;
        let mut here = after;
        for task in tasks {
            self.take_in(*task, vehicle);
            self.join(vehicle, here, task.0);
            here = task.0;
        }
        self.join(vehicle, here, next);
        self.refresh(vehicle, after, next);
    }

    /// Puts both halves of a shipment behind spots of a tour as it is without them.
    pub(super) fn put_pair(
        &mut self,
        pickup: TaskId,
        delivery: TaskId,
        vehicle: VehicleId,
        (first, second): (SpotId, SpotId),
    ) {
        self.take_in(pickup, vehicle);
        self.take_in(delivery, vehicle);
        let last = self.spots[second as usize].next;
        self.join(vehicle, second, delivery.0);
        self.join(vehicle, delivery.0, last);
        let next = self.spots[first as usize].next;
        self.join(vehicle, first, pickup.0);
        self.join(vehicle, pickup.0, next);
        self.refresh(vehicle, first, last);
    }

    /// Takes tasks out of one tour, which are given in their order unless there are shipments. The caller minds pins and
    /// shipments.
    pub(super) fn take_out(&mut self, vehicle: VehicleId, tasks: &[TaskId]) {
        let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
        for task in tasks {
            self.let_go(*task, vehicle);
        }
        // The stretch from the first to the last change; shipments can be anywhere.
        let (mut first, mut last) = (None, end);
        let is_string = self.problem.shipments == 0;
        for task in tasks {
            let spot = self.spots[task.index()];
            if self.spots[spot.prev as usize].vehicle == NOBODY {
                continue;
            }
            let mut next = spot.next;
            while self.spots[next as usize].vehicle == NOBODY {
                next = self.spots[next as usize].next;
            }
            if is_string {
                first = first.or(Some(spot.prev));
                last = next;
            }
            self.join(vehicle, spot.prev, next);
        }
        if self.tours[vehicle.index()].calls > 0 {
            self.drop_needless_calls(vehicle);
            (first, last) = (None, end);
        }
        self.refresh(vehicle, first.unwrap_or(start), last);
    }

    /// Links two spots of a tour and counts the leg between them instead of the one that led away from the first.
    #[inline]
    pub(super) fn join(&mut self, vehicle: VehicleId, one: SpotId, two: SpotId) {
        let problem = self.problem;
        let ride = problem.ride(vehicle);
        let to = self.spots[two as usize].place;
        let tour = &mut self.tours[vehicle.index()];
        let spot = &mut self.spots[one as usize];
        // Nobody drives from the start to the end for nothing.
        let (leg_s, leg) = if tour.count == 0 {
            (0, 0)
        } else {
            let leg_s = problem.travel_s(ride, spot.place, to);
            (leg_s, problem.leg_cost(ride, spot.place, to, leg_s))
        };
        tour.travel_s += i64::from(leg_s) - i64::from(spot.leg_s);
        tour.travel_cost += leg - spot.leg;
        (spot.leg_s, spot.leg) = (leg_s, leg);
        (spot.next, spot.next_place) = (two, to);
        self.spots[two as usize].prev = one;
    }

    /// The number of a tour that has just changed.
    pub(super) fn next_version(&mut self) -> u32 {
        self.versions = self.versions.wrapping_add(1).max(1);
        self.versions
    }
    pub(super) fn astray(&self) -> u32 {
        self.astray
    }
    pub(super) fn set_astray(&mut self, astray: u32) {
        self.astray = astray;
    }

    /// Takes over the sums of a tour.
    pub(super) fn count_as(&mut self, vehicle: VehicleId, sums: &Tour) {
        let was = std::mem::replace(&mut self.tours[vehicle.index()], *sums);
        self.calls = self.calls + sums.calls as usize - was.calls as usize;
        self.placed =
            self.placed + (sums.count - sums.calls) as usize - (was.count - was.calls) as usize;
        self.set_idle(vehicle);
    }

    /// Keeps the list of vehicles without a task.
    fn set_idle(&mut self, vehicle: VehicleId) {
        match (self.idle.binary_search(&vehicle), self.tours[vehicle.index()].count == 0) {
            (Ok(at), false) => drop(self.idle.remove(at)),
            (Err(at), true) => self.idle.insert(at, vehicle),
            _ => {}
        }
    }

    pub(super) fn take_in(&mut self, task: TaskId, vehicle: VehicleId) {
        self.spots[task.index()].vehicle = vehicle.0;
        let is_call = self.problem.is_call(task);
        self.placed += usize::from(!is_call);
        self.calls += usize::from(is_call);
        let tour = &mut self.tours[vehicle.index()];
        tour.count += 1;
        tour.soft += u32::from(self.problem.node(task).late_max_s > 0);
        tour.calls += u32::from(is_call);
        tour.preference_cost += self.problem.preference_cost(task, vehicle);
        if tour.count == 1 {
            self.set_idle(vehicle);
        }
        self.weigh(task, vehicle, 1);
        self.count_move(task, vehicle, 1);
    }

    pub(super) fn let_go(&mut self, task: TaskId, vehicle: VehicleId) {
        let spot = &mut self.spots[task.index()];
        spot.vehicle = NOBODY;
        let is_call = self.problem.is_call(task);
        self.placed -= usize::from(!is_call);
        self.calls -= usize::from(is_call);
        let tour = &mut self.tours[vehicle.index()];
        tour.count -= 1;
        tour.soft -= u32::from(self.problem.node(task).late_max_s > 0);
        tour.calls -= u32::from(is_call);
        tour.preference_cost -= self.problem.preference_cost(task, vehicle);
        tour.travel_s -= i64::from(std::mem::take(&mut spot.leg_s));
        tour.travel_cost -= std::mem::take(&mut spot.leg);
        if tour.count == 0 {
            self.set_idle(vehicle);
        }
        self.weigh(task, vehicle, -1);
        self.count_move(task, vehicle, -1);
    }

    /// What still fits, where only sums matter.
    #[inline]
    fn weigh(&mut self, task: TaskId, vehicle: VehicleId, sign: i32) {
        let dimensions = self.problem.dimensions;
        if self.problem.load_rule == LoadRule::Sum {
            let room = &mut self.loads.room[vehicle.index() * dimensions..][..dimensions];
            for (room, amount) in room.iter_mut().zip(self.problem.amount(task)) {
                *room -= sign * amount;
            }
        }
    }

    fn count_move(&mut self, task: TaskId, vehicle: VehicleId, sign: i32) {
        if self.disruption.is_free() {
            return;
        }
        self.tours[vehicle.index()].moved_cost +=
            Cost::from(sign) * self.disruption.cost(task, vehicle);
        if self.disruption.is_promised(task) && self.disruption.home(task) != Some(vehicle) {
            self.astray = self.astray.wrapping_add_signed(sign);
        }
    }
}
