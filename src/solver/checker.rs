//! Judges a finished solution by the draft alone. It replays every tour from the times the solution claims, and shares
//! no code with what made them: no earliest times, no flat tables, no walk. Slow, plain, and used in all tests and in
//! debug builds.

use super::draft::{Draft, Pinned, Role, Task, TaskId, Vehicle, Window};
use super::problem::Problem;
use super::schedule::{Schedule, Stop};
use super::solution::Solution;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub tour: usize,
    pub what: String,
}

/// Every fault of a solution; none if it keeps all rules and its times and costs are true.
pub fn check(problem: &Problem, solution: &Solution) -> Vec<Fault> {
    let draft = problem.draft();
    let mut faults = Vec::new();
    let mut times_done = vec![0; draft.tasks.len()];
    if solution.schedules.len() != draft.vehicles.len() {
        faults.push(Fault { tour: 0, what: "not one tour per vehicle".to_owned() });
        return faults;
    }
    let mut cost: i128 = 0;
    for (tour, schedule) in solution.schedules.iter().enumerate() {
        let mut replay = Replay {
            draft,
            waived: problem.waived(),
            vehicle: &draft.vehicles[tour],
            tour,
            faults: &mut faults,
        };
        for visit in &schedule.visits {
            if let Stop::Task(task) = visit.stop {
                times_done[task.index()] += 1;
            }
        }
        cost += replay.run(schedule);
    }
    check_links(draft, solution, &mut faults);
    let mut fault = |what: String| faults.push(Fault { tour: usize::MAX, what });
    for (task, &times) in times_done.iter().enumerate() {
        let is_left_out = solution.left_out.contains(&TaskId(task as u32));
        let is_call = draft.tasks[task].role == Role::Call;
        if times + i32::from(is_left_out) != 1 && !(is_call && times == 0) {
            fault(format!("task {task} is done {times} times, left out: {is_left_out}"));
        }
    }
    cost +=
        solution.left_out.iter().map(|task| i128::from(problem.left_out_cost(*task))).sum::<i128>();
    if cost != i128::from(solution.cost) {
        fault(format!("the cost is {cost}, not {}", solution.cost));
    }
    faults
}

/// Who is where when, for tasks that are linked across tours.
fn check_links(draft: &Draft, solution: &Solution, faults: &mut Vec<Fault>) {
    let mut seen = vec![None; draft.tasks.len()];
    for (tour, schedule) in solution.schedules.iter().enumerate() {
        for visit in &schedule.visits {
            if let Stop::Task(id) = visit.stop {
                let end_s = visit.start_s + visit.setup_s + visit.service_s;
                seen[id.index()] = Some((tour, visit.start_s, end_s));
            }
        }
    }
    let pin_of = |id: usize| {
        let mut pins = draft.vehicles.iter().flat_map(|vehicle| &vehicle.pinned);
        pins.find(|pin| pin.task.index() == id)
    };
    let has_begun = |id: usize| pin_of(id).is_some_and(|pin| pin.start_s.is_some());
    for (id, task) in draft.tasks.iter().enumerate() {
        let Some((tour, start_s, _)) = seen[id] else { continue };
        let mut fault = |what: String| faults.push(Fault { tour, what });
        for (other, _) in
            draft.tasks.iter().enumerate().filter(|(other, mate)| {
                *other != id && task.crew.is_some() && mate.crew == task.crew
            })
        {
            match seen[other] {
                None if pin_of(id).is_none() => fault(format!("task {id} without task {other}")),
                None => {}
                Some((same, ..)) if same == tour => {
                    fault(format!("tasks {id} and {other} of one crew are in one tour"));
                }
                // Who comes to one that has begun comes later.
                Some((_, other_s, _)) => {
                    let is_so = match (has_begun(id), has_begun(other)) {
                        (true, true) => true,
                        (true, false) => start_s <= other_s,
                        (false, true) => other_s <= start_s,
                        (false, false) => start_s == other_s,
                    };
                    if !is_so {
                        fault(format!("tasks {id} and {other} start at {start_s} and {other_s}"));
                    }
                }
            }
        }
        for before in &task.after {
            match seen[before.task.index()] {
                None if pin_of(id).is_none() => {
                    fault(format!("task {id} without task {} before it", before.task.0));
                }
                Some((_, _, end_s))
                    if !has_begun(id) && start_s < end_s + i64::from(before.gap_s) =>
                {
                    fault(format!("task {id} starts before task {} is over", before.task.0));
                }
                _ => {}
            }
        }
    }
}

struct Replay<'a> {
    draft: &'a Draft,
    waived: &'a [(TaskId, super::draft::VehicleId)],
    vehicle: &'a Vehicle,
    tour: usize,
    faults: &'a mut Vec<Fault>,
}

impl Replay<'_> {
    fn fault(&mut self, what: String) {
        self.faults.push(Fault { tour: self.tour, what });
    }

    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.fault(what());
        }
    }

    /// Replays one tour and gives its cost in inner costs.
    fn run(&mut self, schedule: &Schedule) -> i128 {
        let tasks: Vec<TaskId> = schedule
            .visits
            .iter()
            .filter_map(|visit| match visit.stop {
                Stop::Task(task) => Some(task),
                Stop::Break(_) => None,
            })
            .collect();
        self.expect(schedule.vehicle.index() == self.tour, || "wrong vehicle".to_owned());
        if tasks.is_empty() {
            self.expect(self.vehicle.pinned.is_empty(), || "pinned visits are missing".to_owned());
            self.expect(schedule.visits.is_empty(), || "a break without tasks".to_owned());
            return 0;
        }
        self.check_order(&tasks);
        self.check_loads(schedule);
        self.replay_times(schedule, tasks.len())
    }

    fn check_order(&mut self, tasks: &[TaskId]) {
        let pins: Vec<TaskId> = self.vehicle.pinned.iter().map(|pin| pin.task).collect();
        self.expect(tasks.starts_with(&pins), || "pinned visits are not first".to_owned());
        for (at, id) in tasks.iter().enumerate() {
            let task = &self.draft.tasks[id.index()];
            let is_waived = self.waived.iter().any(|(of, by)| of == id && by.index() == self.tour);
            if !is_waived {
                let has_skills =
                    task.skills.iter().all(|skill| self.vehicle.skills.contains(skill));
                self.expect(has_skills, || format!("no skill for task {}", id.0));
                let is_free = task.locked_to.is_none_or(|locked| locked.index() == self.tour);
                self.expect(is_free, || format!("task {} is locked elsewhere", id.0));
            }
            for other in &tasks[..at] {
                let other_task = &self.draft.tasks[other.index()];
                let excludes = |one: &Task, two: &Task| {
                    one.excludes.iter().any(|group| two.group == Some(*group))
                };
                let is_other_waived =
                    self.waived.iter().any(|(of, by)| of == other && by.index() == self.tour);
                let may_meet = !excludes(task, other_task) && !excludes(other_task, task);
                self.expect(may_meet || (is_waived && is_other_waived), || {
                    format!("tasks {} and {} are in one tour", other.0, id.0)
                });
            }
            let at_of = |half: TaskId| tasks.iter().position(|other| *other == half);
            let (first, second) = match task.role {
                Role::Alone | Role::Call => (Some(at), Some(at)),
                Role::Pickup { delivery } => (Some(at), at_of(delivery)),
                Role::Delivery { pickup } => (at_of(pickup), Some(at)),
            };
            let is_ordered = match (first, second) {
                (Some(first), Some(second)) if first <= second => {
                    first == second
                        || !tasks[first..second].iter().any(|other| self.is_call(*other))
                }
                _ => false,
            };
            self.expect(is_ordered, || format!("task {} is apart from its other half", id.0));
        }
        if let Some(most) = self.vehicle.limits.tasks {
            let count = tasks.iter().filter(|task| !self.is_call(**task)).count();
            self.expect(count <= most as usize, || format!("{count} tasks"));
        }
    }

    fn is_call(&self, task: TaskId) -> bool {
        self.draft.tasks[task.index()].role == Role::Call
    }

    /// The tasks of the trip that begins with the visit at a place of the schedule.
    fn trip<'b>(&'b self, schedule: &'b Schedule, from: usize) -> impl Iterator<Item = &'b Task> {
        let tasks = schedule.visits[from..].iter().filter_map(|visit| match visit.stop {
            Stop::Task(task) => Some(task),
            Stop::Break(_) => None,
        });
        tasks.take_while(|task| !self.is_call(*task)).map(|task| &self.draft.tasks[task.index()])
    }

    fn check_loads(&mut self, schedule: &Schedule) {
        let dimensions = self
            .draft
            .tasks
            .iter()
            .flat_map(|task| [task.delivery.len(), task.pickup.len()])
            .chain(self.draft.vehicles.iter().map(|of| of.capacity.len().max(of.aboard.len())))
            .max()
            .unwrap_or(0);
        let amount = |amounts: &[i32], d: usize| i64::from(amounts.get(d).copied().unwrap_or(0));
        for d in 0..dimensions {
            let capacity = amount(&self.vehicle.capacity, d);
            let loaded = |replay: &Self, from: usize| -> i64 {
                let tasks = replay.trip(schedule, from);
                tasks
                    .filter(|task| !matches!(task.role, Role::Delivery { .. }))
                    .map(|task| amount(&task.delivery, d))
                    .sum()
            };
            let mut load = loaded(self, 0) + amount(&self.vehicle.aboard, d);
            self.expect(load <= capacity, || format!("starts with {load} of {capacity}"));
            self.expect(amount(&schedule.initial_load, d) == load, || {
                "wrong first load".to_owned()
            });
            for (at, visit) in schedule.visits.iter().enumerate() {
                match visit.stop {
                    Stop::Task(id) => {
                        let task = &self.draft.tasks[id.index()];
                        if task.role == Role::Call {
                            load = loaded(self, at + 1);
                        }
                        load += amount(&task.pickup, d) - amount(&task.delivery, d);
                        self.expect(load <= capacity, || {
                            format!("{load} of {capacity} aboard after task {}", id.0)
                        });
                    }
                    Stop::Break(index) => {
                        let most = self.vehicle.breaks.get(index).and_then(|rest| {
                            rest.max_load.as_ref().and_then(|max| max.get(d)).copied()
                        });
                        if let Some(most) = most {
                            self.expect(load <= i64::from(most), || "rests too loaded".to_owned());
                        }
                    }
                }
                self.expect(amount(&visit.load, d) == load, || "wrong load".to_owned());
            }
        }
    }

    /// Goes through the claimed times and adds up what they cost.
    fn replay_times(&mut self, schedule: &Schedule, count: usize) -> i128 {
        let vehicle = self.vehicle;
        let costs = vehicle.costs;
        // Everything in 1/3,600,000 of the caller's unit.
        let mut cost = i128::from(costs.fixed) * 3_600_000;
        let mut now = schedule.departure_s;
        let mut here = vehicle.start;
        let (mut travel_s, mut travel_m, mut position) = (0, 0, 0);
        let mut breaks_taken = Vec::new();
        let is_early = now < i64::from(vehicle.shift.from_s);
        let begins_pinned = vehicle.pinned.first().is_some_and(|pin| pin.start_s.is_some());
        self.expect(!is_early || begins_pinned, || "leaves before the shift".to_owned());
        // Nobody leaves before the goods of the trip are there; those of a task that has begun are aboard.
        let goods = |replay: &Self, from: usize| {
            let begun = |task: &Task| {
                let mut pins = vehicle.pinned.iter().filter(|pin| pin.start_s.is_some());
                pins.any(|pin| std::ptr::eq(&raw const replay.draft.tasks[pin.task.index()], task))
            };
            let trip = replay.trip(schedule, from).filter(|task| !begun(task));
            trip.filter_map(|task| task.goods_from_s).max().map_or(i64::MIN, i64::from)
        };
        let mut goods_s = goods(self, 0);
        for (at, visit) in schedule.visits.iter().enumerate() {
            match visit.stop {
                Stop::Break(index) => {
                    breaks_taken.push(index);
                    let Some(rest) = vehicle.breaks.get(index) else {
                        self.fault(format!("there is no break {index}"));
                        continue;
                    };
                    self.expect(visit.start_s >= now, || "rests before it is free".to_owned());
                    self.expect(visit.service_s == i64::from(rest.duration_s), || {
                        "a break of the wrong length".to_owned()
                    });
                    let late_s =
                        self.lateness(&rest.windows, visit.start_s, rest.lateness.at_most_s);
                    self.expect(late_s == visit.late_s, || "wrong lateness of a break".to_owned());
                    cost += i128::from(late_s) * i128::from(rest.lateness.per_hour) * 1000;
                    now = visit.start_s + i64::from(rest.duration_s);
                }
                Stop::Task(id) => {
                    let task = &self.draft.tasks[id.index()];
                    let pin = vehicle.pinned.get(position).copied();
                    let leaves = now.max(task.release_s.map_or(i64::MIN, i64::from)).max(goods_s);
                    // Of what has begun nobody asks what it had to wait for.
                    let has_begun = pin.is_some_and(|pin| pin.start_s.is_some());
                    let sets_off = if at == 0 && has_begun { now } else { leaves };
                    let claimed = (sets_off, visit.travel_s);
                    let (leg_s, leg_m, leg_cost) = self.leg(here, Some(task.location), claimed);
                    cost += leg_cost;
                    travel_s += leg_s;
                    travel_m += leg_m;
                    let is_fact = matches!(pin, Some(Pinned { start_s: Some(_), .. }));
                    if let Some(Pinned { start_s: Some(start_s), .. }) = pin {
                        self.expect(goods_s <= i64::from(start_s), || {
                            format!("task {} has begun before all goods were there", id.0)
                        });
                        self.expect(visit.start_s == i64::from(start_s), || {
                            format!("task {} does not start when it is pinned", id.0)
                        });
                    } else {
                        self.expect(visit.start_s >= leaves + leg_s, || {
                            format!("task {} starts before the vehicle is there", id.0)
                        });
                        let late_s =
                            self.lateness(&task.windows, visit.start_s, task.lateness.at_most_s);
                        self.expect(late_s == visit.late_s, || "wrong lateness".to_owned());
                        cost += i128::from(late_s) * i128::from(task.lateness.per_hour) * 1000;
                    }
                    self.expect(is_fact || visit.arrival_s == leaves + leg_s, || {
                        format!("task {} is not reached at {}", id.0, visit.arrival_s)
                    });
                    let (setup_s, service_s) = self.work(task, here);
                    self.expect(visit.setup_s == setup_s && visit.service_s == service_s, || {
                        format!("task {} takes {setup_s} + {service_s}", id.0)
                    });
                    cost +=
                        i128::from(setup_s + service_s) * i128::from(costs.per_task_hour) * 1000;
                    let prices = task.preferences.iter();
                    let prices = prices.filter(|named| named.vehicle.index() == self.tour);
                    cost += prices.map(|named| i128::from(named.price) * 3_600_000).sum::<i128>();
                    let is_call = task.role == Role::Call;
                    goods_s = if is_call { goods(self, at + 1) } else { i64::MIN };
                    now = visit.start_s + setup_s + service_s;
                    here = Some(task.location);
                    position += 1;
                }
            }
        }
        self.expect(position == count, || "lost a task".to_owned());
        breaks_taken.sort_unstable();
        let expected: Vec<usize> = (0..vehicle.breaks.len()).collect();
        self.expect(breaks_taken == expected, || format!("takes the breaks {breaks_taken:?}"));
        let (leg_s, leg_m, leg_cost) = self.leg(here, vehicle.end, (now, schedule.end_travel_s));
        travel_s += leg_s;
        travel_m += leg_m;
        cost += leg_cost;
        now += leg_s;
        let overtime_s = (now - i64::from(vehicle.shift.until_s)).max(0);
        self.expect(overtime_s <= i64::from(vehicle.overtime.at_most_s), || {
            format!("comes home {overtime_s} s after the shift")
        });
        cost += i128::from(overtime_s) * i128::from(vehicle.overtime.per_hour) * 1000;
        self.expect(schedule.end_s == now, || "wrong end".to_owned());
        self.expect(schedule.travel_s == travel_s, || "wrong travel".to_owned());
        let paid_s = now - schedule.departure_s;
        let mut per_hour = vec![(0, costs.per_paid_hour)];
        per_hour.extend(vehicle.surcharges.iter().map(|more| (more.above_s, more.per_hour)));
        for (above_s, price) in per_hour {
            let dear_s = (paid_s - i64::from(above_s)).max(0);
            cost += i128::from(dear_s) * i128::from(price) * 1000;
        }
        let limits = vehicle.limits;
        self.expect(limits.duration_s.is_none_or(|most| paid_s <= i64::from(most)), || {
            format!("is away for {paid_s} s")
        });
        self.expect(limits.travel_s.is_none_or(|most| travel_s <= i64::from(most)), || {
            format!("travels {travel_s} s")
        });
        self.expect(limits.distance_m.is_none_or(|most| travel_m <= most), || {
            format!("travels {travel_m} m")
        });
        cost
    }

    /// Seconds after the last window; a fault if the start is in no window and not within what is allowed.
    fn lateness(&mut self, windows: &[Window], start_s: i64, at_most_s: i32) -> i64 {
        let Some(end_s) = windows.iter().map(|window| i64::from(window.until_s)).max() else {
            return 0;
        };
        if start_s > end_s {
            let late_s = start_s - end_s;
            self.expect(late_s <= i64::from(at_most_s), || format!("{late_s} s late"));
            return late_s;
        }
        let is_open = windows.iter().any(|window| {
            i64::from(window.from_s) <= start_s && start_s <= i64::from(window.until_s)
        });
        self.expect(is_open, || format!("starts at {start_s}, outside its windows"));
        0
    }

    fn work(&self, task: &Task, from: Option<u32>) -> (i64, i64) {
        let own = task.by_type.iter().find(|work| work.work_type == self.vehicle.work_type);
        let (setup_s, service_s) =
            own.map_or((task.setup_s, task.service_s), |work| (work.setup_s, work.service_s));
        let setup_s = if from == Some(task.location) { 0 } else { setup_s };
        (i64::from(setup_s), i64::from(service_s))
    }

    /// Seconds, metres and inner cost between two places. Where it depends on when one sets off, the claimed seconds
    /// from then on are looked at, and taken.
    fn leg(
        &mut self,
        from: Option<u32>,
        to: Option<u32>,
        (leaves_s, claimed_s): (i64, i64),
    ) -> (i64, i64, i128) {
        let (Some(from), Some(to)) = (from, to) else { return (0, 0, 0) };
        let matrix = &self.draft.matrices[self.vehicle.matrix as usize];
        let factor = self.vehicle.speed_factor;
        let at_speed = |duration_s: i32| {
            if duration_s < super::matrix::UNREACHABLE_S {
                (f64::from(duration_s) / factor).round() as i64
            } else {
                i64::from(duration_s)
            }
        };
        let mut duration_s = at_speed(matrix.duration_s(from, to));
        if matrix.has_bands() {
            duration_s = claimed_s;
            let bands: Vec<(i64, i64)> = matrix
                .bands_of(from, to)
                .into_iter()
                .map(|(from_s, duration_s)| (i64::from(from_s), at_speed(duration_s)))
                .collect();
            let is_driven = share_driven(&bands, leaves_s, leaves_s + claimed_s) > 1.0 - 1e-6;
            let is_quick = claimed_s == 0
                || share_driven(&bands, leaves_s, leaves_s + claimed_s - 1) < 1.0 + 1e-6;
            self.expect(is_driven && is_quick, || {
                format!("the leg at {leaves_s} from {from} to {to} does not take {claimed_s} s")
            });
        }
        let distance_m = i64::from(matrix.distance_m(from, to));
        let cost = match matrix.cost(from, to) {
            Some(cost) => i128::from(cost) * 3_600_000,
            None => {
                i128::from(duration_s.min(4_000_000))
                    * i128::from(self.vehicle.costs.per_hour)
                    * 1000
                    + i128::from(distance_m) * i128::from(self.vehicle.costs.per_km) * 3600
            }
        };
        (duration_s, distance_m, cost)
    }
}

/// How much of a leg is driven between two times, with what it takes in each band.
fn share_driven(bands: &[(i64, i64)], leaves_s: i64, until_s: i64) -> f64 {
    let mut share = 0.0;
    for (at, (begin_s, leg_s)) in bands.iter().enumerate() {
        let from_s = if at == 0 { leaves_s } else { leaves_s.max(*begin_s) };
        let end_s = bands.get(at + 1).map_or(until_s, |next| next.0.min(until_s));
        if *leg_s == 0 && end_s >= from_s {
            return f64::INFINITY;
        }
        share += (end_s - from_s).max(0) as f64 / (*leg_s).max(1) as f64;
    }
    share
}
