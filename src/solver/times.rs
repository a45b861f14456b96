//! Carries times and loads along a living tour after a change, only as far as they change.

use super::draft::{Break, TaskId, VehicleId};
use super::problem::{FAR, LoadRule, NEVER, Problem, Ride, latest_arrival_in, start_in};
use super::tours::{SpotId, Tours};
use super::validate::BREAKS_MAX;

impl Tours<'_> {
    /// Brings a tour up to date whose links have changed somewhere between two spots; both of them were there before.
    pub(super) fn refresh(&mut self, vehicle: VehicleId, first: SpotId, last: SpotId) {
        let problem = self.problem();
        let ride = problem.ride(vehicle);
        let (mut first, mut last) = (first, last);
        if ride.is_spanned {
            self.find_trips(vehicle, ride);
            // A trip may set out at another time now.
            (first, last) = (self.start_of(vehicle), self.end_of(vehicle));
        }
        if ride.breaks == 0 {
            self.look_forward(vehicle, first, last);
            self.look_back(vehicle, first, last);
        } else {
            self.look_forward_resting(vehicle, ride);
            self.look_back_resting(vehicle, ride);
        }
        if ride.is_spanned {
            self.find_stretches(vehicle, ride);
        }
        if problem.load_rule == LoadRule::Peaks {
            self.find_peaks(vehicle);
        }
        if ride.has_limits || ride.work_per_s != 0 {
            self.sum_up(vehicle, ride);
        }
        self.judge_tour(vehicle, ride);
    }

    /// Set-up and service at the spot of a task, coming from the spot before.
    #[inline]
    pub(super) fn work_at(&self, problem: &Problem, ride: &Ride, spot: SpotId) -> i32 {
        let (setup_s, service_s) = problem.work_on(TaskId(spot), ride);
        let here = &self.spots[spot as usize];
        if setup_s == 0 || self.spots[here.prev as usize].place == here.place {
            service_s
        } else {
            setup_s + service_s
        }
    }

    /// Earliest times, from the spot after `first` on, until they are as they were behind `last`.
    fn look_forward(&mut self, vehicle: VehicleId, first: SpotId, last: SpotId) {
        let problem = self.problem();
        let ride = problem.ride(vehicle);
        let end = self.end_of(vehicle);
        let before = self.spots[first as usize];
        let (mut ready_s, mut leg_s, mut here) = (before.ready_s, before.leg_s, before.next);
        let mut is_behind = false;
        while here != end {
            let task = TaskId(here);
            let node = problem.node(task);
            let work_s = self.work_at(problem, ride, here);
            if let Some(start_s) = problem.pinned_start_s(task) {
                ready_s = start_s + work_s;
            } else if ready_s < FAR {
                let start_s = problem.start_s(node, ready_s.max(node.release_s) + leg_s);
                ready_s = if start_s < FAR { start_s + work_s } else { FAR };
            }
            if ride.is_spanned {
                ready_s = ready_s.max(self.gate_s(here));
            }
            is_behind |= here == last;
            let spot = &mut self.spots[here as usize];
            if std::mem::replace(&mut spot.ready_s, ready_s) == ready_s && is_behind {
                return;
            }
            (leg_s, here) = (spot.leg_s, spot.next);
        }
    }

    /// Latest times, from the spot before `last` back, until they are as they were before `first`.
    fn look_back(&mut self, vehicle: VehicleId, first: SpotId, last: SpotId) {
        let problem = self.problem();
        let ride = problem.ride(vehicle);
        let start = self.start_of(vehicle);
        let (mut due_s, mut here) = {
            let last = &self.spots[last as usize];
            (last.due_s, last.prev)
        };
        let mut release_s = self.release_s(problem, last);
        let mut is_before = false;
        loop {
            let leg_s = self.spots[here as usize].leg_s;
            let mut leave_s = if due_s > NEVER { due_s - leg_s } else { NEVER };
            if release_s > leave_s || (ride.is_spanned && self.gate_s(here) > leave_s) {
                leave_s = NEVER;
            }
            let spot = &mut self.spots[here as usize];
            spot.next_due_s = due_s;
            spot.leave_s = leave_s;
            if here == start {
                return;
            }
            let task = TaskId(here);
            let node = problem.node(task);
            let work_s = self.work_at(problem, ride, here);
            release_s = node.release_s;
            due_s = if leave_s == NEVER {
                NEVER
            } else if let Some(start_s) = problem.pinned_start_s(task) {
                release_s = NEVER;
                if start_s + work_s <= leave_s { FAR } else { NEVER }
            } else {
                problem.latest_arrival_s(node, leave_s - work_s)
            };
            is_before |= here == first;
            let spot = &mut self.spots[here as usize];
            if std::mem::replace(&mut spot.due_s, due_s) == due_s && is_before {
                return;
            }
            here = spot.prev;
        }
    }

    /// Before when nobody may set off to a spot.
    fn release_s(&self, problem: &Problem, spot: SpotId) -> i32 {
        match self.task_at(spot) {
            Some(task) if problem.pinned_start_s(task).is_none() => problem.node(task).release_s,
            _ => NEVER,
        }
    }

    /// The times of the start and the end of a tour with breaks, which never change.
    pub(super) fn begin_rows(&mut self, vehicle: VehicleId) {
        let ride = self.problem().ride(vehicle);
        let (start, end) = (self.start_of(vehicle) as usize, self.end_of(vehicle) as usize);
        let rows = &mut self.by_breaks;
        rows.ready[start * rows.stride] = ride.shift.from_s;
        rows.due[end * rows.stride + ride.breaks as usize] = ride.latest_s();
    }

    fn look_forward_resting(&mut self, vehicle: VehicleId, ride: &Ride) {
        let problem = self.problem();
        let breaks = &problem.vehicle(vehicle).breaks;
        let stride = self.by_breaks.stride;
        let end = self.end_of(vehicle);
        let mut here = self.start_of(vehicle);
        let mut ready = [FAR; BREAKS_MAX + 1];
        ready[0] = ride.shift.from_s;
        loop {
            for (taken, rest) in breaks.iter().enumerate() {
                ready[taken + 1] = ready[taken + 1].min(rested_s(rest, ready[taken]));
            }
            let gate_s = self.gate_s(here);
            for ready_s in &mut ready {
                *ready_s = (*ready_s).max(gate_s);
            }
            let row = &mut self.by_breaks.ready[here as usize * stride..][..=breaks.len()];
            row.copy_from_slice(&ready[..=breaks.len()]);
            self.spots[here as usize].ready_s = ready[0];
            let leg_s = self.spots[here as usize].leg_s;
            here = self.spots[here as usize].next;
            if here == end {
                return;
            }
            let task = TaskId(here);
            let node = problem.node(task);
            let work_s = self.work_at(problem, ride, here);
            let pinned_s = problem.pinned_start_s(task);
            for (taken, ready_s) in ready.iter_mut().enumerate().take(breaks.len() + 1) {
                if *ready_s >= FAR {
                    continue;
                }
                let arrival_s = (*ready_s).max(node.release_s) + leg_s;
                let start_s = match pinned_s {
                    Some(start_s) if taken > 0 && arrival_s > start_s => FAR,
                    Some(start_s) => start_s,
                    None => problem.start_s(node, arrival_s),
                };
                *ready_s = if start_s < FAR { start_s + work_s } else { FAR };
            }
        }
    }

    fn look_back_resting(&mut self, vehicle: VehicleId, ride: &Ride) {
        let problem = self.problem();
        let breaks = &problem.vehicle(vehicle).breaks;
        let stride = self.by_breaks.stride;
        let start = self.start_of(vehicle);
        let end = self.end_of(vehicle);
        let mut due = [NEVER; BREAKS_MAX + 1];
        due[breaks.len()] = ride.latest_s();
        let mut release_s = NEVER;
        let mut here = self.spots[end as usize].prev;
        loop {
            let leg_s = self.spots[here as usize].leg_s;
            self.spots[here as usize].next_due_s = due[breaks.len()];
            let mut leave = [NEVER; BREAKS_MAX + 1];
            for taken in (0..=breaks.len()).rev() {
                let gate_s = release_s.max(self.gate_s(here));
                if due[taken] > NEVER && gate_s <= due[taken] - leg_s {
                    leave[taken] = due[taken] - leg_s;
                }
                if let Some(rest) = breaks.get(taken) {
                    leave[taken] = leave[taken].max(latest_before_rest_s(rest, leave[taken + 1]));
                }
            }
            let row = &mut self.by_breaks.leave[here as usize * stride..][..=breaks.len()];
            row.copy_from_slice(&leave[..=breaks.len()]);
            self.spots[here as usize].leave_s = leave[0];
            if here == start {
                return;
            }
            let task = TaskId(here);
            let node = problem.node(task);
            let work_s = self.work_at(problem, ride, here);
            let pinned_s = problem.pinned_start_s(task);
            release_s = if pinned_s.is_some() { NEVER } else { node.release_s };
            for taken in 0..=breaks.len() {
                due[taken] = match pinned_s {
                    _ if leave[taken] == NEVER => NEVER,
                    Some(start_s) if start_s + work_s > leave[taken] => NEVER,
                    Some(start_s) => {
                        if taken > 0 {
                            start_s
                        } else {
                            FAR
                        }
                    }
                    None => problem.latest_arrival_s(node, leave[taken] - work_s),
                };
            }
            let row = &mut self.by_breaks.due[here as usize * stride..][..=breaks.len()];
            row.copy_from_slice(&due[..=breaks.len()]);
            self.spots[here as usize].due_s = due[breaks.len()];
            here = self.spots[here as usize].prev;
        }
    }

    /// Loads after every spot and their peaks on both sides, trip by trip.
    fn find_peaks(&mut self, vehicle: VehicleId) {
        let problem = self.problem();
        let dimensions = problem.dimensions;
        let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
        for dimension in 0..dimensions {
            let at = |spot: SpotId| spot as usize * dimensions + dimension;
            // What each trip sets out with.
            let (mut here, mut aboard) = (end, 0);
            while here != start {
                here = self.spots[here as usize].prev;
                match self.task_at(here).filter(|task| !problem.is_call(*task)) {
                    Some(task) => aboard += problem.aboard(task)[dimension],
                    None => self.loads.after[at(here)] = std::mem::take(&mut aboard),
                }
            }
            // What is aboard from before stays to the end of the first trip.
            let laden = problem.laden(vehicle, dimension);
            self.loads.after[at(start)] += laden;
            let (mut load, mut peak, mut taken) = (0, 0, 0);
            while here != end {
                match self.task_at(here).filter(|task| !problem.is_call(*task)) {
                    Some(task) => {
                        load += problem.change(task)[dimension];
                        peak = peak.max(load);
                        taken += problem.taken(task, dimension);
                    }
                    None => {
                        load = self.loads.after[at(here)];
                        (peak, taken) = (load, if here == start { laden } else { 0 });
                    }
                }
                self.loads.after[at(here)] = load;
                self.loads.peak_until[at(here)] = peak;
                if let Some(known) = self.loads.taken.get_mut(at(here)) {
                    *known = taken;
                }
                here = self.spots[here as usize].next;
            }
            peak = i32::MIN;
            while here != start {
                here = self.spots[here as usize].prev;
                peak = peak.max(self.loads.after[at(here)]);
                self.loads.peak_from[at(here)] = peak;
                if self.task_at(here).is_some_and(|task| problem.is_call(task)) {
                    peak = i32::MIN;
                }
            }
        }
    }

    /// Metres and work, where somebody asks for them.
    fn sum_up(&mut self, vehicle: VehicleId, ride: &Ride) {
        let problem = self.problem();
        let end = self.end_of(vehicle);
        let mut here = self.start_of(vehicle);
        let (mut travel_m, mut work_s) = (0, 0);
        while here != end {
            let spot = self.spots[here as usize];
            if ride.has_limits && self.tours[vehicle.index()].count > 0 {
                travel_m += problem.travel_m(ride, spot.place, spot.next_place);
            }
            if self.task_at(here).is_some() {
                work_s += i64::from(self.work_at(problem, ride, here));
            }
            here = spot.next;
        }
        let tour = &mut self.tours[vehicle.index()];
        tour.travel_m = travel_m;
        tour.work_cost = work_s * ride.work_per_s;
    }

    /// Whether all rules hold, and what lateness costs.
    fn judge_tour(&mut self, vehicle: VehicleId, ride: &Ride) {
        let problem = self.problem();
        let mut tour = self.tours[vehicle.index()];
        tour.version = self.next_version();
        (tour.late_cost, tour.paid_s, tour.paid_cost) = (0, 0, 0);
        tour.is_feasible = true;
        if tour.count > 0 {
            tour.is_feasible = self.is_in_time(vehicle, ride)
                && self.is_within_capacity(vehicle)
                && (!problem.has_groups || self.has_no_rivals(vehicle))
                && (!ride.has_limits || self.fits_in_limits(vehicle, 0, 0, 0));
            if tour.links > 0 {
                // Told by what hangs together with it.
            } else if tour.soft > 0
                || ride.is_soft
                || ride.has_loaded_breaks
                || ride.is_timed
                || tour.is_walked
            {
                let mut walker = std::mem::take(self.walker());
                let walked = walker.walk(problem, vehicle, self.tasks_of(vehicle), |_| {});
                *self.walker() = walker;
                tour.late_cost = walked.timed_cost();
                tour.is_feasible &= walked.excess_s == 0;
                tour.paid_s = walked.paid_s;
            } else if ride.is_paid {
                let whole = self.whole(vehicle);
                tour.paid_s = i64::from(whole.duration_s);
                tour.is_feasible &= whole.is_possible() && ride.pays_for(tour.paid_s);
            }
            if ride.is_paid {
                tour.paid_cost = problem.paid_cost(vehicle, tour.paid_s);
            }
        }
        tour.holds_alone = tour.is_feasible;
        tour.shared_cost = tour.late_cost + tour.paid_cost;
        self.tours[vehicle.index()] = tour;
    }

    fn is_in_time(&self, vehicle: VehicleId, ride: &Ride) -> bool {
        let end = &self.spots[self.end_of(vehicle) as usize];
        let last = end.prev as usize;
        let ready_s = if ride.breaks == 0 {
            self.spots[last].ready_s
        } else {
            self.by_breaks.ready[last * self.by_breaks.stride + ride.breaks as usize]
        };
        ready_s < FAR && ready_s + self.spots[last].leg_s <= ride.latest_s()
    }

    /// Whether all tasks may be in one tour; those that were found so before are waived.
    fn has_no_rivals(&self, vehicle: VehicleId) -> bool {
        let problem = self.problem();
        let is_waived = |task: TaskId| problem.waived().contains(&(task, vehicle));
        self.tasks_of(vehicle).all(|one| {
            problem.task(one).excludes.is_empty()
                || self.tasks_of(vehicle).all(|two| {
                    one == two
                        || !problem.are_rivals(one, two)
                        || (is_waived(one) && is_waived(two))
                })
        })
    }

    fn is_within_capacity(&self, vehicle: VehicleId) -> bool {
        let problem = self.problem();
        let dimensions = problem.dimensions;
        match problem.load_rule {
            LoadRule::None => true,
            LoadRule::Sum => {
                let room = &self.loads.room[vehicle.index() * dimensions..][..dimensions];
                room.iter().all(|room| *room >= 0)
            }
            LoadRule::Peaks => {
                let fits = |spot: SpotId| {
                    let peaks = &self.loads.peak_from[spot as usize * dimensions..][..dimensions];
                    let mut peaks = peaks.iter().zip(problem.capacity(vehicle));
                    peaks.all(|(peak, capacity)| peak <= capacity)
                };
                let is_call = |task: &TaskId| problem.is_call(*task);
                fits(self.start_of(vehicle))
                    && (self.tours[vehicle.index()].calls == 0
                        || self.tasks_of(vehicle).filter(is_call).all(|call| fits(call.0)))
            }
        }
    }

    /// Whether the limits of tasks, travel and distance hold with so much more.
    pub(super) fn fits_in_limits(
        &self,
        vehicle: VehicleId,
        tasks: u32,
        travel_s: i64,
        travel_m: i64,
    ) -> bool {
        let limits = self.problem().vehicle(vehicle).limits;
        let tour = &self.tours[vehicle.index()];
        limits.tasks.is_none_or(|most| tour.count - tour.calls + tasks <= most)
            && limits.travel_s.is_none_or(|most| tour.travel_s + travel_s <= i64::from(most))
            && limits.distance_m.is_none_or(|most| tour.travel_m + travel_m <= most)
    }
}

/// When a rest that begins as early as it can after `ready_s` is over.
pub(super) fn rested_s(rest: &Break, ready_s: i32) -> i32 {
    if ready_s >= FAR {
        return FAR;
    }
    let start_s = start_in(&rest.windows, rest.lateness.at_most_s, ready_s);
    if start_s >= FAR { FAR } else { start_s + rest.duration_s }
}

/// The latest time from which a rest is over no later than `after_s`.
fn latest_before_rest_s(rest: &Break, after_s: i32) -> i32 {
    if after_s == NEVER {
        return NEVER;
    }
    latest_arrival_in(&rest.windows, rest.lateness.at_most_s, after_s - rest.duration_s)
}
