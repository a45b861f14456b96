//! Tours that are paid or make several trips: where one more task goes, alone or with a new call at a depot or a tip
//! before or behind it, and which calls are not needed any more.
//!
//! A new call cuts a trip in two. Both halves fit if the whole did, and a task that is put beside the call has to fit
//! into one of them only. Times are told by segments in constant time, or, where these do not tell everything, by
//! walking the tour.

use super::draft::{TaskId, VehicleId};
use super::insertion::{Along, Fit, added_work_s, fits_in_load, reaches_next, walk_with};
use super::problem::{Cost, FAR, NEVER, Ride};
use super::segment::Segment;
use super::spans::onward;
use super::tours::{SpotId, Tours};

/// The cheapest feasible place on a vehicle of a task that stands alone, if it costs less than `beat`. The vehicle may do
/// the task and its tour holds.
pub(super) fn best_place(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    mut beat: Cost,
) -> Option<Fit> {
    let first = tours.first_open(vehicle);
    let mut found = None;
    // A place without a call is likely to be cheaper, and cheaper to judge.
    let alone = [Some(Along::Nothing), None];
    let with_calls = open_calls(tours, vehicle)
        .into_iter()
        .map_while(|call| call)
        .map(|call| [Some(Along::CallBefore(call)), Some(Along::CallAfter(call))]);
    for ways in std::iter::once(alone).chain(with_calls) {
        let mut after = tours.end_of(vehicle);
        while after != first {
            after = tours.spots[after as usize].prev;
            if !is_near_in_time(tours, task, after) {
                continue;
            }
            for along in ways.into_iter().flatten() {
                if makes_sense(tours, vehicle, after, along)
                    && let Some(cost) = judge(tours, task, vehicle, after, along, beat)
                {
                    beat = cost;
                    found = Some(Fit { cost, vehicle, after, along });
                }
            }
        }
    }
    found
}

/// Told without any travel: no if the spot is left after the window of the task, or the next one is due before it.
#[inline]
fn is_near_in_time(tours: &Tours<'_>, task: TaskId, after: SpotId) -> bool {
    let node = tours.problem().node(task);
    tours.spots[after as usize].next_due_s >= node.opens_s
        && tours.spans[after as usize].soonest_s <= node.closes_s + node.late_max_s
}

/// A call must not stand at the edge of a trip, which would make an empty one, nor while shipments are aboard. But a
/// vehicle that is laden may unload before anything else.
#[inline]
fn makes_sense(tours: &Tours<'_>, vehicle: VehicleId, after: SpotId, along: Along) -> bool {
    let span = &tours.spans[after as usize];
    match along {
        Along::CallBefore(_) if after == tours.start_of(vehicle) => {
            !tours.problem().vehicle(vehicle).aboard.is_empty()
        }
        Along::CallBefore(_) => span.shipments == 0 && span.trip != after,
        Along::CallAfter(_) => span.shipments == 0 && !tours.ends_trip(after),
        _ => true,
    }
}

/// How many sorts of calls are tried.
const SORTS_MAX: usize = 8;

/// Of each sort of calls the next one.
fn open_calls(tours: &Tours<'_>, vehicle: VehicleId) -> [Option<TaskId>; SORTS_MAX] {
    let mut calls = [None; SORTS_MAX];
    let is_made = |call: TaskId| tours.vehicle_of(call).is_some();
    for (place, call) in calls.iter_mut().zip(tours.problem().calls().open(vehicle, is_made)) {
        *place = Some(call);
    }
    calls
}

/// What a task behind a spot adds, with or without a call, if that is feasible and less than `beat`.
fn judge(
    tours: &mut Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
    along: Along,
    beat: Cost,
) -> Option<Cost> {
    let problem = tours.problem();
    let ride = problem.ride(vehicle);
    let (more, count) = along.with(task);
    let more = &more[..count];
    let detour = Detour::of(tours, ride, after, more);
    let tour = &tours.tours[vehicle.index()];
    let mut cost = detour.cost;
    if tour.count == 0 {
        cost += ride.fixed;
    }
    // Lateness that is there already could vanish, at best all of it.
    if cost.saturating_sub(tour.shared_cost) >= beat
        || !holds_load(tours, task, vehicle, after, along)
        || (ride.has_limits && !tours.fits_in_limits(vehicle, 1, detour.travel_s, detour.travel_m))
    {
        return None;
    }
    let is_walked = |task: &TaskId| {
        let node = problem.node(*task);
        node.late_max_s > 0 || (ride.is_paid && node.has_several_windows())
    };
    if tour.is_walked || more.iter().any(is_walked) {
        let order = [(after, more[0]), (after, more[count - 1])];
        cost += walk_with(tours, vehicle, &order[..count])?;
    } else if !is_in_time(tours, ride, task, after, along) {
        return None;
    } else if ride.is_paid {
        let whole = whole_with(tours, ride, after, along, task);
        let paid_s = i64::from(whole.duration_s);
        if !whole.is_possible() || !ride.pays_for(paid_s) {
            return None;
        }
        cost += problem.paid_cost(vehicle, paid_s) - tour.paid_cost;
    }
    (cost < beat).then_some(cost)
}

/// What tasks add that are put behind a spot, one behind the other.
struct Detour {
    cost: Cost,
    travel_s: i64,
    travel_m: i64,
}

impl Detour {
    fn of(tours: &Tours<'_>, ride: &Ride, after: SpotId, more: &[TaskId]) -> Self {
        let problem = tours.problem();
        let spot = &tours.spots[after as usize];
        let places = more.iter().map(|task| problem.node(*task).location);
        let mut detour = Self { cost: -spot.leg, travel_s: -i64::from(spot.leg_s), travel_m: 0 };
        let mut from = spot.place;
        for to in places.chain([spot.next_place]) {
            let leg_s = problem.travel_s(ride, from, to);
            detour.cost += problem.leg_cost(ride, from, to, leg_s);
            detour.travel_s += i64::from(leg_s);
            if ride.has_limits {
                detour.travel_m += problem.travel_m(ride, from, to);
            }
            from = to;
        }
        if ride.has_limits && tours.tours[spot.vehicle as usize].count > 0 {
            detour.travel_m -= problem.travel_m(ride, spot.place, spot.next_place);
        }
        if ride.work_per_s != 0 {
            detour.cost += i64::from(added_work_s(tours, ride, after, more)) * ride.work_per_s;
        }
        detour
    }
}

/// Whether the load holds in the trip that the task comes into.
fn holds_load(
    tours: &Tours<'_>,
    task: TaskId,
    vehicle: VehicleId,
    after: SpotId,
    along: Along,
) -> bool {
    if !matches!(along, Along::CallBefore(_) | Along::CallAfter(_)) {
        return fits_in_load(tours, task, vehicle, after);
    }
    let problem = tours.problem();
    let dimensions = problem.dimensions;
    let row = after as usize * dimensions..(after as usize + 1) * dimensions;
    let until = &tours.loads.peak_until[row.clone()];
    let from = &tours.loads.peak_from[row.clone()];
    let (load, taken) = (&tours.loads.after[row.clone()], &tours.loads.taken[row]);
    let capacity = problem.capacity(vehicle);
    let (aboard, change) = (problem.aboard(task), problem.change(task));
    (0..dimensions).all(|d| {
        // What is aboard for the stops behind.
        let rest = load[d] - taken[d];
        let left = aboard[d] + change[d];
        match along {
            Along::CallBefore(_) => {
                until[d] - rest <= capacity[d]
                    && rest + aboard[d] <= capacity[d]
                    && from[d] - taken[d] + left <= capacity[d]
            }
            _ => until[d] - rest + aboard[d] <= capacity[d] && taken[d] + left <= capacity[d],
        }
    })
}

/// Whether the times hold, in a tour that need not be walked.
fn is_in_time(tours: &Tours<'_>, ride: &Ride, task: TaskId, after: SpotId, along: Along) -> bool {
    let problem = tours.problem();
    let span = &tours.spans[after as usize];
    let spot = &tours.spots[after as usize];
    let goods_s = problem.goods_from_s(task);
    // When the spot is left, and before when the trip behind the call may not set out.
    let (mut ready_s, next_gate_s) = match along {
        Along::CallBefore(_) => (span.soonest_s, span.goods_behind_s.max(goods_s)),
        Along::CallAfter(_) if goods_s <= span.goods_until_s => {
            (span.soonest_s, span.goods_behind_s)
        }
        Along::CallAfter(_) => (tours.head_with_gate(after, goods_s).ends_s(), span.goods_behind_s),
        _ if goods_s <= tours.gate_s(span.trip) => (spot.ready_s, NEVER),
        _ => (tours.head_with_gate(after, goods_s).ends_s(), NEVER),
    };
    let mut from = spot.place;
    let (more, count) = along.with(task);
    for task in &more[..count] {
        let node = problem.node(*task);
        let leg_s = problem.travel_s(ride, from, node.location);
        let start_s = problem.start_s(node, ready_s.max(node.release_s) + leg_s);
        if start_s >= FAR {
            return false;
        }
        let (setup_s, service_s) = problem.work_on(*task, ride);
        ready_s = start_s + service_s + if from == node.location { 0 } else { setup_s };
        if problem.is_call(*task) {
            ready_s = ready_s.max(next_gate_s);
        }
        from = node.location;
    }
    let leg_s = problem.travel_s(ride, from, spot.next_place);
    reaches_next(tours, ride, after, from, leg_s, ready_s)
}

/// The whole tour with the task behind a spot, as a segment.
fn whole_with(
    tours: &Tours<'_>,
    ride: &Ride,
    after: SpotId,
    along: Along,
    task: TaskId,
) -> Segment {
    let problem = tours.problem();
    let span = &tours.spans[after as usize];
    let spot = &tours.spots[after as usize];
    let goods_s = problem.goods_from_s(task);
    // When the trip before sets out, and the one behind the call.
    let (gate_s, next_gate_s) = match along {
        Along::CallBefore(_) => (span.goods_until_s, span.goods_behind_s.max(goods_s)),
        Along::CallAfter(_) => (span.goods_until_s.max(goods_s), span.goods_behind_s),
        _ => (tours.gate_s(span.trip).max(goods_s), NEVER),
    };
    let mut whole = tours.head_with_gate(after, gate_s);
    let mut from = spot.place;
    let (more, count) = along.with(task);
    for task in &more[..count] {
        let node = problem.node(*task);
        let (setup_s, service_s) = problem.work_on(*task, ride);
        let work_s = service_s + if from == node.location { 0 } else { setup_s };
        let mut stay = Segment::stay(node.opens_s, node.closes_s, work_s);
        if problem.is_call(*task) {
            stay = stay.then(0, Segment::gate(next_gate_s));
        }
        whole = onward(problem, whole, *task, problem.travel_s(ride, from, node.location), stay);
        from = node.location;
    }
    let tail = tours.tail_from(ride, spot.next, from);
    let leg_s = problem.travel_s(ride, from, spot.next_place);
    match tours.task_at(spot.next) {
        Some(next) => onward(problem, whole, next, leg_s, tail),
        None => whole.then(leg_s, tail),
    }
}

impl Tours<'_> {
    /// Whether a spot is the last one of its trip.
    fn ends_trip(&self, spot: SpotId) -> bool {
        let next = self.spots[spot as usize].next;
        self.task_at(next).is_none_or(|next| self.problem().is_call(next))
    }

    /// Takes calls out beside which a trip is empty, or both trips fit into one that sets out as the first one did. The
    /// tour is linked, but its times and loads are those before the last change.
    pub(super) fn drop_needless_calls(&mut self, vehicle: VehicleId) {
        let problem = self.problem();
        let (mut trip, end) = (self.start_of(vehicle), self.end_of(vehicle));
        let mut here = self.spots[trip as usize].next;
        while here != end {
            let next = self.spots[here as usize].next;
            let call = TaskId(here);
            if problem.is_call(call) {
                if problem.is_pinned(call) || !self.fits_in_one(vehicle, trip, here) {
                    trip = here;
                } else {
                    let before = self.spots[here as usize].prev;
                    self.let_go(call, vehicle);
                    self.join(vehicle, before, next);
                }
            }
            here = next;
        }
    }

    /// Whether the trips before and behind a call make one.
    fn fits_in_one(&self, vehicle: VehicleId, trip: SpotId, call: SpotId) -> bool {
        let problem = self.problem();
        let is_first = trip == self.start_of(vehicle);
        let is_laden = is_first && !problem.vehicle(vehicle).aboard.is_empty();
        let is_empty = self.spots[trip as usize].next == call;
        if self.ends_trip(call) || (is_empty && !is_laden) {
            return true;
        }
        let goods_s = self.trip_behind(call).map(|task| problem.goods_from_s(task)).max();
        let has_begun = self.trip_behind(trip).any(|task| problem.pinned_start_s(task).is_some());
        let ready_s = if has_begun { self.gate_s(trip) } else { self.spots[trip as usize].ready_s };
        if goods_s.is_some_and(|goods_s| goods_s > ready_s) {
            return false;
        }
        let both = || self.trip_behind(trip).chain(self.trip_behind(call));
        problem.capacity(vehicle).iter().enumerate().all(|(d, capacity)| {
            let mut load: i32 = both().map(|task| problem.aboard(task)[d]).sum();
            load += if is_first { problem.laden(vehicle, d) } else { 0 };
            load <= *capacity
                && both().all(|task| {
                    load += problem.change(task)[d];
                    load <= *capacity
                })
        })
    }

    /// The tasks of a trip by the spot it begins with.
    fn trip_behind(&self, trip: SpotId) -> impl Iterator<Item = TaskId> + '_ {
        let mut here = trip;
        std::iter::from_fn(move || {
            here = self.spots[here as usize].next;
            self.task_at(here).filter(|task| !self.problem().is_call(*task))
        })
    }
}
