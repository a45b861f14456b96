//! A planning problem that has been checked, with what the search looks up all the time laid out flat: one small
//! record per task and vehicle, and one bit per task and vehicle that says whether they may meet.

use super::calls::{Calls, are_alike};
use super::draft::{
    Draft, Lateness, Role, TIME_MAX_S, TIME_MIN_S, Task, TaskId, Vehicle, VehicleId, Window,
};
use super::matrix::{Around, Matrix, UNREACHABLE_S};
use super::validate::{self, ProblemError};

/// Costs inside the solver: whole numbers of 1/3,600,000 of the caller's unit, so that an hour's and a kilometre's
/// price times a second and a metre stay exact.
pub type Cost = i64;

/// How many inner costs make one of the caller's.
pub const COST_UNIT: Cost = 3_600_000;

/// What a required task costs when it is left out: more than any day.
const REQUIRED: Cost = 100_000_000_000_000;

/// A time that never comes, and one that is always past. Both leave room for additions.
pub(super) const FAR: i32 = i32::MAX / 2;
pub(super) const NEVER: i32 = -FAR;

/// Beyond this a paid day does not size the price of leaving tasks out.
const LONGEST_DAY_S: i128 = 86_400;

/// The longest leg that is priced by its length; a leg without a way costs as much as this one.
const PRICED_LEG_S: i32 = 4_000_000;

/// What the inner loops ask of a task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub location: u32,
    pub opens_s: i32,
    pub closes_s: i32,
    pub late_max_s: i32,
    pub release_s: i32,
    goods_from_s: i32,
    /// Into `Problem::windows`, only for tasks with several.
    windows_from: u32,
    windows_until: u32,
    /// Cost of an hour late.
    pub late_per_hour: i64,
}

impl Node {
    #[inline]
    pub fn has_several_windows(&self) -> bool {
        self.windows_from != self.windows_until
    }
}

/// What the inner loops ask of a vehicle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ride {
    /// Into `Problem::travels`.
    travel: u32,
    work_type: u32,
    /// Cost of a second and a metre of travel, and of a second of work.
    pub per_s: Cost,
    per_m: Cost,
    pub work_per_s: Cost,
    pub fixed: Cost,
    pub start: u32,
    pub end: u32,
    pub shift: Window,
    pub overtime: Lateness,
    pub breaks: u32,
    /// It may come home late, or rest late, at a price.
    pub is_soft: bool,
    /// Loads decide where breaks may be: judged by walking the whole tour.
    pub has_loaded_breaks: bool,
    pub has_limits: bool,
    /// Its paid time has a limit or a price.
    pub is_paid: bool,
    pub paid_max_s: i32,
    /// Its times are kept as segments too: it is paid, or makes trips.
    pub is_spanned: bool,
    /// Vehicles of one kind are interchangeable while empty.
    pub kind: u32,
}

impl Ride {
    /// Whether legs take and cost the same as on another vehicle.
    #[inline]
    pub fn travels_like(&self, other: &Self) -> bool {
        (self.travel, self.per_s, self.per_m) == (other.travel, other.per_s, other.per_m)
    }

    /// When it has to be home at the latest.
    #[inline]
    pub fn latest_s(&self) -> i32 {
        self.shift.until_s + self.overtime.at_most_s
    }

    /// Whether a tour may last so long.
    #[inline]
    pub fn pays_for(&self, paid_s: i64) -> bool {
        paid_s <= i64::from(self.paid_max_s)
    }
}

/// What decides whether loads fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoadRule {
    /// There are no loads.
    None,
    /// All is aboard from the start, or stays aboard to the end: only the sum matters.
    Sum,
    /// The order of stops matters.
    Peaks,
}

/// Whether a task is one of the pinned visits of its vehicle, and when it begins then, if that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pin {
    Free,
    Pinned { start_s: Option<i32> },
}

/// No place: an open start or end.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A checked problem. Made only by [`Problem::parse`].
#[derive(Debug, Clone)]
pub struct Problem {
    draft: Draft,
    pub(super) dimensions: usize,
    nodes: Vec<Node>,
    windows: Vec<Window>,
    rides: Vec<Ride>,
    /// Matrices at the speeds that are driven.
    travels: Vec<Matrix>,
    /// Set-up and service, by work type then task.
    work: Vec<(i32, i32)>,
    /// What is aboard from the start, and what changes at the stop, by task then dimension.
    aboard: Vec<i32>,
    change: Vec<i32>,
    pub(super) load_rule: LoadRule,
    /// By task then dimension, dropped or taken up.
    amounts: Vec<i32>,
    /// By vehicle then dimension.
    capacities: Vec<i32>,
    /// By task.
    pins: Vec<Pin>,
    /// So many tasks come first that somebody asked for; behind them are the calls.
    pub(super) asked: usize,
    calls: Calls,
    /// Somebody may make calls, or some trip has to wait for its goods.
    pub(super) has_trips: bool,
    /// Some tasks may not be in one tour; some like one vehicle better than another.
    pub(super) has_groups: bool,
    has_preferences: bool,
    /// How many pairs of tasks ride together.
    pub(super) shipments: usize,
    /// Nobody asks for anything but windows, skills, sums of loads and travel time.
    pub(super) is_plain: bool,
    /// Bits, by task then vehicle.
    allowed: Vec<u64>,
    allowed_words: usize,
    /// Price of leaving each task out.
    left_out: Vec<Cost>,
    kinds: u32,
    /// Pairs that may meet although the rules say no: the plan that was found has them so.
    waived: Vec<(TaskId, VehicleId)>,
}

impl Problem {
    /// Checks a draft.
    ///
    /// # Errors
    /// The first field that does not hold, by its place (`tasks[3].windows[0]`). A task that nobody can do is no
    /// error: it will be left out, with its reason.
    pub fn parse(draft: Draft) -> Result<Self, ProblemError> {
        Self::parse_waiving(draft, Vec::new())
    }

    pub(super) fn parse_waiving(
        mut draft: Draft,
        waived: Vec<(TaskId, VehicleId)>,
    ) -> Result<Self, ProblemError> {
        validate::sort_windows(&mut draft);
        let dimensions = validate::check(&draft)?;
        let mut problem = Self {
            dimensions,
            nodes: Vec::new(),
            windows: Vec::new(),
            rides: Vec::new(),
            travels: Vec::new(),
            work: Vec::new(),
            aboard: Vec::new(),
            change: Vec::new(),
            load_rule: LoadRule::None,
            amounts: Vec::new(),
            capacities: Vec::new(),
            pins: Vec::new(),
            asked: 0,
            calls: Calls::of(&draft),
            has_trips: false,
            has_groups: draft.tasks.iter().any(|task| !task.excludes.is_empty()),
            has_preferences: draft.tasks.iter().any(|task| !task.preferences.is_empty()),
            shipments: 0,
            is_plain: false,
            allowed: Vec::new(),
            allowed_words: draft.vehicles.len().div_ceil(64),
            left_out: Vec::new(),
            kinds: 0,
            waived,
            draft,
        };
        problem.lay_out_tasks();
        problem.lay_out_vehicles();
        problem.lay_out_allowed();
        problem.lay_out_loads();
        problem.is_plain = problem.asks_for_little();
        problem.price_leaving_out()?;
        Ok(problem)
    }

    pub fn tasks(&self) -> &[Task] {
        &self.draft.tasks
    }
    /// How many numbers a load has.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }
    pub fn vehicles(&self) -> &[Vehicle] {
        &self.draft.vehicles
    }
    pub fn task(&self, task: TaskId) -> &Task {
        &self.draft.tasks[task.index()]
    }
    pub fn vehicle(&self, vehicle: VehicleId) -> &Vehicle {
        &self.draft.vehicles[vehicle.index()]
    }
    pub fn matrices(&self) -> &[Matrix] {
        &self.draft.matrices
    }
    /// Whether it is a call at a depot or a tip, which nobody asked for.
    #[inline]
    pub fn is_call(&self, task: TaskId) -> bool {
        task.index() >= self.asked
    }
    /// All tasks but the calls.
    pub(super) fn asked_ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.asked as u32).map(TaskId)
    }
    pub(super) fn calls(&self) -> &Calls {
        &self.calls
    }
    pub fn task_ids(&self) -> impl Iterator<Item = TaskId> + use<> {
        (0..self.draft.tasks.len() as u32).map(TaskId)
    }
    pub fn vehicle_ids(&self) -> impl Iterator<Item = VehicleId> + use<> {
        (0..self.draft.vehicles.len() as u32).map(VehicleId)
    }
    /// The draft it was made from, with windows in order, to change and parse again.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }
    /// Pairs that may meet although skills or locks say no, because the plan that was found has them so.
    pub fn waived(&self) -> &[(TaskId, VehicleId)] {
        &self.waived
    }
    /// The price of leaving a task out, in inner costs.
    pub fn left_out_cost(&self, task: TaskId) -> Cost {
        self.left_out[task.index()]
    }

    /// Whether skills, locks and size let the vehicle do the task at all.
    pub fn is_allowed(&self, task: TaskId, vehicle: VehicleId) -> bool {
        let word = self.allowed[task.index() * self.allowed_words + vehicle.index() / 64];
        word & (1 << (vehicle.index() % 64)) != 0
    }

    /// By vehicle, a bit each: whether it may do the task.
    pub(super) fn allowed_row(&self, task: TaskId) -> &[u64] {
        &self.allowed[task.index() * self.allowed_words..][..self.allowed_words]
    }

    /// Whether some vehicle may do both tasks.
    pub(super) fn can_meet(&self, one: TaskId, two: TaskId) -> bool {
        self.allowed_row(one).iter().zip(self.allowed_row(two)).any(|(one, two)| one & two != 0)
    }

    /// Whether the two may not be in one tour.
    pub(super) fn are_rivals(&self, one: TaskId, two: TaskId) -> bool {
        let (one, two) = (self.task(one), self.task(two));
        let excludes = |task: &Task, group: Option<u32>| {
            group.is_some_and(|group| task.excludes.contains(&group))
        };
        excludes(one, two.group) || excludes(two, one.group)
    }

    /// What it costs that the task rides with the vehicle.
    pub(super) fn preference_cost(&self, task: TaskId, vehicle: VehicleId) -> Cost {
        if !self.has_preferences {
            return 0;
        }
        let named = self.task(task).preferences.iter();
        named.filter(|named| named.vehicle == vehicle).map(|named| named.price * COST_UNIT).sum()
    }

    /// Whether it stands for itself: alone, or as the pickup of a shipment.
    pub(super) fn is_head(&self, task: TaskId) -> bool {
        matches!(self.task(task).role, Role::Alone | Role::Pickup { .. })
    }

    /// The other half of a shipment.
    pub fn partner(&self, task: TaskId) -> Option<TaskId> {
        match self.task(task).role {
            Role::Alone | Role::Call => None,
            Role::Pickup { delivery } => Some(delivery),
            Role::Delivery { pickup } => Some(pickup),
        }
    }

    /// Set-up (when coming from elsewhere) and service of a task on a vehicle, seconds.
    pub fn work_s(&self, task: TaskId, vehicle: VehicleId) -> (i32, i32) {
        self.work_on(task, self.ride(vehicle))
    }

    pub(super) fn node(&self, task: TaskId) -> &Node {
        &self.nodes[task.index()]
    }
    pub(super) fn ride(&self, vehicle: VehicleId) -> &Ride {
        &self.rides[vehicle.index()]
    }
    pub(super) fn kinds(&self) -> usize {
        self.kinds as usize
    }
    pub(super) fn work_on(&self, task: TaskId, ride: &Ride) -> (i32, i32) {
        self.work[ride.work_type as usize * self.nodes.len() + task.index()]
    }
    pub(super) fn aboard(&self, task: TaskId) -> &[i32] {
        &self.aboard[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }
    pub(super) fn change(&self, task: TaskId) -> &[i32] {
        &self.change[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }

    /// What of a task stays aboard to the end of its trip.
    pub(super) fn taken(&self, task: TaskId, dimension: usize) -> i32 {
        let is_alone = self.task(task).role == Role::Alone;
        let taken = self.task(task).pickup.get(dimension).copied().unwrap_or(0);
        if is_alone { taken } else { 0 }
    }
    pub(super) fn amount(&self, task: TaskId) -> &[i32] {
        &self.amounts[task.index() * self.dimensions..(task.index() + 1) * self.dimensions]
    }
    pub(super) fn capacity(&self, vehicle: VehicleId) -> &[i32] {
        &self.capacities[vehicle.index() * self.dimensions..(vehicle.index() + 1) * self.dimensions]
    }
    /// Whether the task is one of the pinned visits of its vehicle.
    #[inline]
    pub(super) fn is_pinned(&self, task: TaskId) -> bool {
        self.pins[task.index()] != Pin::Free
    }
    /// When the goods of a task are at the depot; those of one that has begun are with the vehicle.
    #[inline]
    pub(super) fn goods_from_s(&self, task: TaskId) -> i32 {
        match self.pins[task.index()] {
            Pin::Pinned { start_s: Some(_) } => NEVER,
            _ => self.nodes[task.index()].goods_from_s,
        }
    }
    /// When a pinned task begins, if that is given.
    #[inline]
    pub(super) fn pinned_start_s(&self, task: TaskId) -> Option<i32> {
        match self.pins[task.index()] {
            Pin::Free => None,
            Pin::Pinned { start_s } => start_s,
        }
    }

    /// Seconds of travel; nothing to or from nowhere.
    #[inline]
    pub(super) fn travel_s(&self, ride: &Ride, from: u32, to: u32) -> i32 {
        if from == NOWHERE || to == NOWHERE {
            return 0;
        }
        self.travels[ride.travel as usize].duration_s(from, to)
    }

    /// Travel to and from a place.
    #[inline]
    pub(super) fn around(&self, ride: &Ride, place: u32) -> Around<'_> {
        self.travels[ride.travel as usize].around(place)
    }

    /// Seconds to a place and on from it; nothing from or to nowhere.
    #[inline]
    pub(super) fn legs_around(&self, ride: &Ride, from: u32, place: u32, to: u32) -> (i32, i32) {
        let around = self.around(ride, place);
        let from_s = if from == NOWHERE { 0 } else { around.seconds_from(from) };
        (from_s, if to == NOWHERE { 0 } else { around.seconds_to(to) })
    }

    /// The vehicle may no longer do the task.
    pub(super) fn forbid(&mut self, task: TaskId, vehicle: VehicleId) {
        self.allowed[task.index() * self.allowed_words + vehicle.index() / 64] &=
            !(1 << (vehicle.index() % 64));
        // It is no longer like any other.
        self.rides[vehicle.index()].kind = self.kinds;
        self.kinds += 1;
    }

    /// From now on leaving the task out is never worth it.
    pub(super) fn require(&mut self, task: TaskId) {
        if self.is_head(task) {
            self.left_out[task.index()] = self.left_out[task.index()].max(REQUIRED);
        }
    }

    /// The draft of a part: some tasks and vehicles, numbered as they come, with tables of the places they need. A lock
    /// to a vehicle that is not in it is left off. With it the pairs that are waived.
    pub(super) fn draft_of(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
    ) -> (Draft, Vec<(TaskId, VehicleId)>) {
        let mut numbers = vec![None; self.draft.tasks.len()];
        for (at, task) in tasks.iter().enumerate() {
            numbers[task.index()] = Some(TaskId(at as u32));
        }
        let (part, places) = self.with_places(tasks, vehicles, &numbers);
        let mut draft = part.draft;
        let is_used = |at: usize| draft.vehicles.iter().any(|of| of.matrix as usize == at);
        let matrices = self.draft.matrices.iter().enumerate();
        draft.matrices = matrices
            .map(|(at, all)| if is_used(at) { all.arranged(&places) } else { all.clone() })
            .collect();
        for task in &mut draft.tasks {
            task.locked_to = task.locked_to.filter(|vehicle| vehicle.index() < vehicles.len());
            task.preferences.retain(|preference| preference.vehicle.index() < vehicles.len());
        }
        let waived = self.waived.iter().filter_map(|(task, vehicle)| {
            let at = vehicles.iter().position(|known| known == vehicle)?;
            Some((numbers[task.index()]?, VehicleId(at as u32)))
        });
        (draft, waived.collect())
    }

    /// A part of it: some tasks and vehicles, numbered as they come; `inside` says the new number of each task that is
    /// in it. Only the places they need are left in its tables, those of one tour side by side. What leaving out costs
    /// stays as it is. Its draft has no matrices.
    pub(super) fn within(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
        inside: &[Option<TaskId>],
    ) -> Self {
        self.with_places(tasks, vehicles, inside).0
    }

    /// The same, and the places it has, by their new numbers.
    fn with_places(
        &self,
        tasks: &[TaskId],
        vehicles: &[VehicleId],
        inside: &[Option<TaskId>],
    ) -> (Self, Vec<u32>) {
        let size = self.travels.iter().map(Matrix::size).max().unwrap_or(0);
        let mut number = vec![NOWHERE; size];
        let mut places = Vec::new();
        let mut renumber = |place: u32| {
            if place == NOWHERE {
                return NOWHERE;
            }
            let new = &mut number[place as usize];
            if *new == NOWHERE {
                *new = places.len() as u32;
                places.push(place);
            }
            *new
        };
        let of = |task: TaskId| inside[task.index()].unwrap_or(task);
        let within = |pin: &super::Pinned| super::Pinned { task: of(pin.task), ..*pin };
        let vehicle_inside = |outside: VehicleId| {
            let at = vehicles.iter().position(|vehicle| *vehicle == outside);
            VehicleId(at.map_or(u32::MAX, |at| at as u32))
        };
        let mut windows = Vec::new();
        let mut nodes = Vec::with_capacity(tasks.len());
        let mut drafts = Vec::with_capacity(tasks.len());
        for task in tasks {
            let mut node = *self.node(*task);
            let from = windows.len() as u32;
            windows.extend(self.windows_of(&node));
            (node.windows_from, node.windows_until) = (from, windows.len() as u32);
            node.location = renumber(node.location);
            nodes.push(node);
            let mut draft = self.task(*task).clone();
            draft.location = node.location;
            draft.locked_to = draft.locked_to.map(vehicle_inside);
            for preference in &mut draft.preferences {
                preference.vehicle = vehicle_inside(preference.vehicle);
            }
            draft.role = match draft.role {
                Role::Alone | Role::Call => draft.role,
                Role::Pickup { delivery } => Role::Pickup { delivery: of(delivery) },
                Role::Delivery { pickup } => Role::Delivery { pickup: of(pickup) },
            };
            drafts.push(draft);
        }
        let mut rides = Vec::with_capacity(vehicles.len());
        let mut vehicle_drafts = Vec::with_capacity(vehicles.len());
        for vehicle in vehicles {
            let mut ride = *self.ride(*vehicle);
            (ride.start, ride.end) = (renumber(ride.start), renumber(ride.end));
            rides.push(ride);
            let mut draft = self.vehicle(*vehicle).clone();
            (draft.start, draft.end) =
                (draft.start.map(|_| ride.start), draft.end.map(|_| ride.end));
            draft.pinned = draft.pinned.iter().map(within).collect();
            vehicle_drafts.push(draft);
        }
        let by_task = |values: &[i32]| -> Vec<i32> {
            let rows = tasks.iter().map(|task| task.index() * self.dimensions);
            rows.flat_map(|from| values[from..from + self.dimensions].iter().copied()).collect()
        };
        let types = self.work.len() / self.nodes.len().max(1);
        let work = (0..types).flat_map(|work_type| {
            tasks.iter().map(move |task| self.work[work_type * self.nodes.len() + task.index()])
        });
        let draft = Draft { tasks: drafts, vehicles: vehicle_drafts, matrices: Vec::new() };
        let waived_inside = self
            .waived
            .iter()
            .filter_map(|(task, vehicle)| Some((inside[task.index()]?, vehicle_inside(*vehicle))));
        let mut part = Self {
            dimensions: self.dimensions,
            windows,
            travels: self.travels.iter().map(|travel| travel.arranged(&places)).collect(),
            work: work.collect(),
            aboard: by_task(&self.aboard),
            change: by_task(&self.change),
            load_rule: self.load_rule,
            amounts: by_task(&self.amounts),
            capacities: vehicles.iter().flat_map(|v| self.capacity(*v).iter().copied()).collect(),
            pins: tasks.iter().map(|task| self.pins[task.index()]).collect(),
            shipments: self.shipments,
            is_plain: self.is_plain,
            allowed: Vec::new(),
            allowed_words: vehicles.len().div_ceil(64),
            left_out: tasks.iter().map(|task| self.left_out[task.index()]).collect(),
            kinds: self.kinds,
            waived: waived_inside.collect(),
            asked: tasks.iter().filter(|task| !self.is_call(**task)).count(),
            calls: Calls::of(&draft),
            has_trips: self.has_trips,
            has_groups: self.has_groups,
            has_preferences: self.has_preferences,
            draft,
            nodes,
            rides,
        };
        part.allowed = vec![0; tasks.len() * part.allowed_words];
        for (at, task) in tasks.iter().enumerate() {
            let row = &mut part.allowed[at * part.allowed_words..];
            for (to, vehicle) in vehicles.iter().enumerate() {
                row[to / 64] |= u64::from(self.is_allowed(*task, *vehicle)) << (to % 64);
            }
        }
        (part, places)
    }

    /// Metres of travel; nothing to or from nowhere.
    pub(super) fn travel_m(&self, ride: &Ride, from: u32, to: u32) -> i64 {
        if from == NOWHERE || to == NOWHERE {
            return 0;
        }
        i64::from(self.travels[ride.travel as usize].distance_m(from, to))
    }

    /// The price of so much paid time.
    pub(super) fn paid_cost(&self, vehicle: VehicleId, paid_s: i64) -> Cost {
        let vehicle = self.vehicle(vehicle);
        let price = |per_hour: i64, time_s: i64| time_s.max(0) * per_hour * (COST_UNIT / 3600);
        let above = vehicle.surcharges.iter();
        price(vehicle.costs.per_paid_hour, paid_s)
            + above.map(|more| price(more.per_hour, paid_s - i64::from(more.above_s))).sum::<Cost>()
    }

    /// The price of a leg that takes `travel_s`.
    #[inline]
    pub(super) fn leg_cost(&self, ride: &Ride, from: u32, to: u32, travel_s: i32) -> Cost {
        let mut cost = i64::from(travel_s.min(PRICED_LEG_S)) * ride.per_s;
        if ride.per_m != 0 {
            cost += self.travel_m(ride, from, to) * ride.per_m;
        } else if ride.per_s == 0 && from != NOWHERE && to != NOWHERE {
            let table = &self.travels[ride.travel as usize];
            cost += i64::from(table.cost(from, to).unwrap_or(0)) * COST_UNIT;
        }
        cost
    }

    /// When a task starts for a vehicle that arrives at a time; [`FAR`] if it is too late.
    #[inline]
    pub(super) fn start_s(&self, node: &Node, arrival_s: i32) -> i32 {
        if arrival_s > node.closes_s {
            return if arrival_s <= node.closes_s + node.late_max_s { arrival_s } else { FAR };
        }
        if node.windows_from == node.windows_until {
            return arrival_s.max(node.opens_s);
        }
        start_in(self.windows_of(node), 0, arrival_s)
    }

    /// The latest arrival from which a task starts no later than `start_max_s`; [`NEVER`] if there is none.
    #[inline]
    pub(super) fn latest_arrival_s(&self, node: &Node, start_max_s: i32) -> i32 {
        if start_max_s >= node.closes_s {
            return start_max_s.min(node.closes_s + node.late_max_s);
        }
        if node.windows_from == node.windows_until {
            return if start_max_s >= node.opens_s { start_max_s } else { NEVER };
        }
        latest_arrival_in(self.windows_of(node), 0, start_max_s)
    }

    fn windows_of(&self, node: &Node) -> &[Window] {
        &self.windows[node.windows_from as usize..node.windows_until as usize]
    }

    fn lay_out_tasks(&mut self) {
        let draft = &self.draft;
        let calls = draft.tasks.iter().rev().take_while(|task| task.role == Role::Call).count();
        self.asked = draft.tasks.len() - calls;
        self.has_trips = calls > 0 || draft.tasks.iter().any(|task| task.goods_from_s.is_some());
        for task in &draft.tasks {
            let first = self.windows.len() as u32;
            if task.windows.len() > 1 {
                self.windows.extend(&task.windows);
            }
            self.nodes.push(Node {
                location: task.location,
                opens_s: task.windows.first().map_or(TIME_MIN_S, |window| window.from_s),
                closes_s: task.windows.last().map_or(TIME_MAX_S, |window| window.until_s),
                late_max_s: task.lateness.at_most_s,
                late_per_hour: task.lateness.per_hour,
                release_s: task.release_s.unwrap_or(NEVER),
                goods_from_s: task.goods_from_s.unwrap_or(NEVER),
                windows_from: first,
                windows_until: self.windows.len() as u32,
            });
            let is_aboard = !matches!(task.role, Role::Delivery { .. });
            for dimension in 0..self.dimensions {
                let amount = |amounts: &[i32]| amounts.get(dimension).copied().unwrap_or(0);
                self.aboard.push(if is_aboard { amount(&task.delivery) } else { 0 });
                self.change.push(amount(&task.pickup) - amount(&task.delivery));
            }
        }
        let types = draft.vehicles.iter().map(|vehicle| vehicle.work_type + 1).max().unwrap_or(1);
        for work_type in 0..types {
            self.work.extend(draft.tasks.iter().map(|task| {
                task.by_type
                    .iter()
                    .find(|work| work.work_type == work_type)
                    .map_or((task.setup_s, task.service_s), |work| (work.setup_s, work.service_s))
            }));
        }
    }

    fn lay_out_vehicles(&mut self) {
        let draft = &self.draft;
        let mut speeds: Vec<(u32, f64)> = Vec::new();
        let mut kinds: Vec<usize> = Vec::new();
        let mut is_locked = vec![false; draft.vehicles.len()];
        for task in &draft.tasks[..self.asked] {
            for preference in &task.preferences {
                is_locked[preference.vehicle.index()] = true;
            }
            if let Some(vehicle) = task.locked_to {
                is_locked[vehicle.index()] = true;
            }
        }
        for (_, vehicle) in &self.waived {
            is_locked[vehicle.index()] = true;
        }
        for (at, vehicle) in draft.vehicles.iter().enumerate() {
            let speed = (vehicle.matrix, vehicle.speed_factor);
            let travel = speeds.iter().position(|known| *known == speed).unwrap_or_else(|| {
                speeds.push(speed);
                let matrix = &draft.matrices[vehicle.matrix as usize];
                self.travels.push(matrix.at_speed(vehicle.speed_factor));
                speeds.len() - 1
            });
            let same = |&&known: &&usize| {
                !is_locked[at]
                    && !is_locked[known]
                    && draft.vehicles[known] == *vehicle
                    && self.make_the_same_calls(VehicleId(at as u32), VehicleId(known as u32))
            };
            let kind = kinds
                .iter()
                .find(same)
                .and_then(|&known| kinds.iter().position(|&first| first == known));
            let kind = kind.unwrap_or_else(|| {
                kinds.push(at);
                kinds.len() - 1
            });
            let has_table = draft.matrices[vehicle.matrix as usize].has_costs();
            let (per_s, per_m) = if has_table {
                (0, 0)
            } else {
                (
                    vehicle.costs.per_hour * (COST_UNIT / 3600),
                    vehicle.costs.per_km * (COST_UNIT / 1000),
                )
            };
            self.rides.push(Ride {
                travel: travel as u32,
                work_type: vehicle.work_type,
                per_s,
                per_m,
                work_per_s: vehicle.costs.per_task_hour * (COST_UNIT / 3600),
                fixed: vehicle.costs.fixed * COST_UNIT,
                start: vehicle.start.unwrap_or(NOWHERE),
                end: vehicle.end.unwrap_or(NOWHERE),
                shift: vehicle.shift,
                overtime: vehicle.overtime,
                breaks: vehicle.breaks.len() as u32,
                is_soft: vehicle.overtime.at_most_s > 0
                    || vehicle.breaks.iter().any(|rest| rest.lateness.at_most_s > 0),
                has_loaded_breaks: vehicle.breaks.iter().any(|rest| rest.max_load.is_some()),
                has_limits: vehicle.limits != super::draft::Limits::default(),
                is_paid: is_paid(vehicle),
                paid_max_s: vehicle.limits.duration_s.unwrap_or(i32::MAX),
                is_spanned: self.has_trips || is_paid(vehicle),
                kind: kind as u32,
            });
        }
        self.kinds = kinds.len() as u32;
    }

    fn make_the_same_calls(&self, one: VehicleId, two: VehicleId) -> bool {
        let (one, two) = (self.calls.of_vehicle(one), self.calls.of_vehicle(two));
        let mut pairs = one.iter().zip(two);
        one.len() == two.len()
            && pairs.all(|(one, two)| are_alike(self.task(*one), self.task(*two)))
    }

    fn lay_out_allowed(&mut self) {
        let draft = &self.draft;
        self.allowed = vec![0; draft.tasks.len() * self.allowed_words];
        for (at, task) in draft.tasks.iter().enumerate() {
            for (to, vehicle) in draft.vehicles.iter().enumerate() {
                let is_free = task.locked_to.is_none_or(|locked| locked.index() == to);
                let is_light = [&task.delivery, &task.pickup].iter().all(|amounts| {
                    amounts
                        .iter()
                        .enumerate()
                        .all(|(d, &amount)| amount <= vehicle.capacity.get(d).copied().unwrap_or(0))
                });
                if is_free && is_light && vehicle.skills.covers(&task.skills) {
                    self.allowed[at * self.allowed_words + to / 64] |= 1 << (to % 64);
                }
            }
        }
        for (task, vehicle) in self.waived.clone() {
            self.allowed[task.index() * self.allowed_words + vehicle.index() / 64] |=
                1 << (vehicle.index() % 64);
        }
    }

    fn lay_out_loads(&mut self) {
        let draft = &self.draft;
        let mut of_tasks = Vec::with_capacity(draft.tasks.len() * self.dimensions);
        let (mut drops, mut takes) = (vec![false; self.dimensions], vec![false; self.dimensions]);
        for task in &draft.tasks {
            for dimension in 0..self.dimensions {
                let amount = |amounts: &[i32]| amounts.get(dimension).copied().unwrap_or(0);
                drops[dimension] |= amount(&task.delivery) > 0;
                takes[dimension] |= amount(&task.pickup) > 0;
                of_tasks.push(amount(&task.delivery) + amount(&task.pickup));
            }
        }
        self.amounts = of_tasks;
        for vehicle in &draft.vehicles {
            for dimension in 0..self.dimensions {
                self.capacities.push(vehicle.capacity.get(dimension).copied().unwrap_or(0));
            }
        }
        let pairs = draft.tasks.iter().filter(|task| matches!(task.role, Role::Pickup { .. }));
        self.shipments = pairs.count();
        let is_mixed = drops.iter().zip(&takes).any(|(drops, takes)| *drops && *takes);
        let needs_order = self.shipments > 0 || is_mixed || !self.calls.is_empty();
        self.load_rule = match (self.dimensions, needs_order) {
            (0, _) => LoadRule::None,
            (_, false) => LoadRule::Sum,
            (_, true) => LoadRule::Peaks,
        };
        self.pins = vec![Pin::Free; draft.tasks.len()];
        for pin in draft.vehicles.iter().flat_map(|vehicle| &vehicle.pinned) {
            self.pins[pin.task.index()] = Pin::Pinned { start_s: pin.start_s };
        }
    }

    fn asks_for_little(&self) -> bool {
        let are_nodes_plain = self.nodes.iter().all(|node| {
            node.late_max_s == 0
                && node.release_s == NEVER
                && node.windows_from == node.windows_until
        });
        let are_rides_plain = self.rides.iter().all(|ride| {
            ride.travel == 0
                && ride.start != NOWHERE
                && ride.end != NOWHERE
                && ride.per_s == self.rides[0].per_s
                && ride.work_type == 0
                && ride.per_m == 0
                && ride.per_s != 0
                && ride.work_per_s == 0
                && ride.overtime.at_most_s == 0
                && ride.breaks == 0
                && !ride.is_paid
                && !ride.has_limits
        });
        self.load_rule != LoadRule::Peaks
            && !self.has_trips
            && !self.has_groups
            && !self.has_preferences
            && self.travels.len() == 1
            && self.shipments == 0
            && self.dimensions <= 1
            && self.pins.iter().all(|pin| *pin == Pin::Free)
            && self.work.iter().all(|(setup_s, _)| *setup_s == 0)
            && are_nodes_plain
            && are_rides_plain
    }

    /// What the longest day of any vehicle is paid, as far as a day is one.
    fn price_of_longest_day(&self) -> Result<i128, ProblemError> {
        let mut longest = 0;
        for (vehicle, ride) in self.draft.vehicles.iter().zip(&self.rides) {
            let surcharges = vehicle.surcharges.iter().map(|more| i128::from(more.per_hour));
            let per_hour = i128::from(vehicle.costs.per_paid_hour) + surcharges.sum::<i128>();
            let per_s = per_hour * i128::from(COST_UNIT / 3600);
            let shift_s = i128::from(ride.latest_s()) - i128::from(ride.shift.from_s);
            // All tours together stay within what can be added up.
            if per_s * shift_s * self.rides.len() as i128 > i128::from(Cost::MAX / 4) {
                return Err(ProblemError::CostsTooLarge);
            }
            longest = longest.max(per_s * shift_s.min(LONGEST_DAY_S));
        }
        Ok(longest)
    }

    /// Unnamed prices follow VROOM's rule (first the sum of priorities, then the number of tasks, then travel), as
    /// far as the numbers allow.
    fn price_leaving_out(&mut self) -> Result<(), ProblemError> {
        let longest = self
            .rides
            .iter()
            .map(|ride| {
                let (duration_s, distance_m, cost) = self.travels[ride.travel as usize].longest();
                i128::from(duration_s.min(PRICED_LEG_S)) * i128::from(ride.per_s)
                    + i128::from(distance_m) * i128::from(ride.per_m)
                    + i128::from(cost) * i128::from(COST_UNIT)
            })
            .max()
            .unwrap_or(0);
        let fixed = self.rides.iter().map(|ride| ride.fixed).max().unwrap_or(0);
        let paid = self.price_of_longest_day()?;
        let count = self.draft.tasks.len() as i128;
        let base = (3 * longest + i128::from(fixed) + paid).max(i128::from(COST_UNIT));
        let room = i128::from(Cost::MAX / 4);
        if base * (count + 2) + longest * 2 * self.rides.len() as i128 > room {
            return Err(ProblemError::CostsTooLarge);
        }
        let priorities: i128 = self.draft.tasks.iter().map(|task| i128::from(task.priority)).sum();
        let step = (count + 1).min((room / base - count) / priorities.max(1)).max(0);
        self.left_out = self
            .draft
            .tasks
            .iter()
            .map(|task| {
                if task.is_required {
                    return REQUIRED.max(base as Cost);
                }
                task.left_out.map_or_else(
                    || (base * (1 + step * i128::from(task.priority))) as Cost,
                    |price| price.saturating_mul(COST_UNIT),
                )
            })
            .collect();
        // The two halves of a shipment are left out together: the first one carries the price.
        for task in self.task_ids().collect::<Vec<_>>() {
            if !self.is_head(task) {
                self.left_out[task.index()] = 0;
            }
        }
        let total: i128 = self.left_out.iter().map(|&cost| i128::from(cost)).sum();
        if total > i128::from(Cost::MAX / 2) {
            return Err(ProblemError::CostsTooLarge);
        }
        Ok(())
    }
}

/// Whether the paid time of a vehicle has a limit or a price.
fn is_paid(vehicle: &Vehicle) -> bool {
    vehicle.costs.per_paid_hour > 0
        || !vehicle.surcharges.is_empty()
        || vehicle.limits.duration_s.is_some()
}

/// The earliest start in one of the windows at or after `arrival_s`, or late within `late_max_s` after the last one;
/// [`FAR`] if there is none. No windows mean any time.
pub(super) fn start_in(windows: &[Window], late_max_s: i32, arrival_s: i32) -> i32 {
    let Some(last) = windows.last() else { return arrival_s };
    if arrival_s > last.until_s {
        return if arrival_s <= last.until_s + late_max_s { arrival_s } else { FAR };
    }
    windows
        .iter()
        .find(|window| arrival_s <= window.until_s)
        .map_or(FAR, |window| arrival_s.max(window.from_s))
}

/// The latest arrival from which [`start_in`] is no later than `start_max_s`; [`NEVER`] if there is none.
pub(super) fn latest_arrival_in(windows: &[Window], late_max_s: i32, start_max_s: i32) -> i32 {
    let Some(last) = windows.last() else { return start_max_s };
    if start_max_s >= last.until_s {
        return start_max_s.min(last.until_s + late_max_s);
    }
    windows
        .iter()
        .rev()
        .find(|window| window.from_s <= start_max_s)
        .map_or(NEVER, |window| window.until_s.min(start_max_s))
}

const _: () = assert!(TIME_MIN_S + UNREACHABLE_S > TIME_MAX_S);
