//! What a living tour that is paid or makes trips needs to know of its spots beyond earliest and latest times: which trip
//! they are in, what goods the trip waits for, and the stretches before and behind them as segments, so that the time of
//! the whole tour is told in constant time although a new task makes its trip set out later, or cuts it in two.

use super::draft::{TaskId, VehicleId};
use super::problem::{NEVER, Problem, Ride};
use super::segment::Segment;
use super::tours::{SpotId, Tours};

/// One spot of a tour that is spanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The spot with which its trip begins: the start of the tour, or a call.
    pub trip: SpotId,
    /// Of the first spot of a trip: before when it may not be left.
    pub gate_s: i32,
    /// When the goods of its trip are there, of the tasks up to the spot and of those behind it.
    pub goods_until_s: i32,
    pub goods_behind_s: i32,
    /// How many shipments are aboard behind it.
    pub shipments: u32,
    /// When it can be left at the earliest if its trip need not wait for the goods of the tasks behind it.
    pub soonest_s: i32,
    /// From the start of the tour to reaching the end of the trip before; kept at the first spot of a trip. Then from
    /// leaving the first spot of the trip to leaving this one, from the start of the tour to leaving this one, and from
    /// reaching this one to the end of the tour.
    pub before: Segment,
    pub lead: Segment,
    pub head: Segment,
    pub tail: Segment,
}

impl Span {
    pub(super) const UNKNOWN: Self = Self {
        trip: 0,
        gate_s: NEVER,
        goods_until_s: NEVER,
        goods_behind_s: NEVER,
        shipments: 0,
        soonest_s: NEVER,
        before: Segment::IMPOSSIBLE,
        lead: Segment::IMPOSSIBLE,
        head: Segment::IMPOSSIBLE,
        tail: Segment::IMPOSSIBLE,
    };
}

impl Tours<'_> {
    /// Before when a spot may not be left, because the trip that begins there waits for its goods.
    #[inline]
    pub(super) fn gate_s(&self, spot: SpotId) -> i32 {
        self.spans.get(spot as usize).map_or(NEVER, |span| span.gate_s)
    }

    /// Finds the trips of a tour and when they may set out, and whether segments tell the truth about it.
    pub(super) fn find_trips(&mut self, vehicle: VehicleId, ride: &Ride) {
        let problem = self.problem();
        let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
        let (mut trip, mut goods_s, mut shipments) = (start, NEVER, 0_u32);
        let mut is_walked = ride.breaks > 0 || ride.is_soft || ride.is_timed;
        let mut here = start;
        while here != end {
            if let Some(task) = self.task_at(here) {
                let node = problem.node(task);
                is_walked |= node.has_several_windows() || node.late_max_s > 0;
                is_walked |= problem.pinned_start_s(task).is_some() || problem.links.has(task);
                if problem.is_call(task) {
                    (trip, goods_s, shipments) = (here, NEVER, 0);
                } else {
                    goods_s = goods_s.max(problem.goods_from_s(task));
                    if problem.partner(task).is_some() {
                        let is_pickup = problem.is_head(task);
                        shipments =
                            if is_pickup { shipments + 1 } else { shipments.saturating_sub(1) };
                    }
                }
            }
            let span = &mut self.spans[here as usize];
            *span =
                Span { trip, goods_until_s: goods_s, shipments, gate_s: NEVER, ..Span::UNKNOWN };
            here = self.spots[here as usize].next;
        }
        goods_s = NEVER;
        while here != start {
            here = self.spots[here as usize].prev;
            self.spans[here as usize].goods_behind_s = goods_s;
            if self.spans[here as usize].trip == here {
                self.spans[here as usize].gate_s = goods_s;
                goods_s = NEVER;
            } else {
                goods_s = goods_s.max(problem.goods_from_s(TaskId(here)));
            }
        }
        self.spots[start as usize].ready_s = ride.shift.from_s.max(self.gate_s(start));
        self.tours[vehicle.index()].is_walked = is_walked;
    }

    /// The stretches before and behind every spot.
    pub(super) fn find_stretches(&mut self, vehicle: VehicleId, ride: &Ride) {
        if self.tours[vehicle.index()].is_walked {
            return;
        }
        let problem = self.problem();
        let (start, end) = (self.start_of(vehicle), self.end_of(vehicle));
        let mut before = Segment::gate(ride.shift.from_s);
        let mut head = before.then(0, Segment::gate(self.gate_s(start)));
        let mut lead = Segment::NOTHING;
        let mut here = start;
        loop {
            let span = &mut self.spans[here as usize];
            (span.before, span.head, span.lead) = (before, head, lead);
            let goods_s = span.goods_until_s;
            let soonest_s = self.head_with_gate(here, goods_s).ends_s();
            self.spans[here as usize].soonest_s = soonest_s;
            let spot = self.spots[here as usize];
            here = spot.next;
            if here == end {
                break;
            }
            let task = TaskId(here);
            let stay = self.stay(problem, ride, task);
            head = onward(problem, head, task, spot.leg_s, stay);
            if problem.is_call(task) {
                before = head;
                head = head.then(0, Segment::gate(self.gate_s(here)));
                lead = Segment::NOTHING;
            } else {
                lead = onward(problem, lead, task, spot.leg_s, stay);
            }
        }
        let mut tail = Segment::stay(super::draft::TIME_MIN_S, ride.latest_s(), 0);
        self.spans[end as usize].tail = tail;
        loop {
            here = self.spots[here as usize].prev;
            if here == start {
                return;
            }
            let leg_s = self.spots[here as usize].leg_s;
            let next = self.spots[here as usize].next;
            let gate = self.stay(problem, ride, TaskId(here));
            let gate = gate.then(0, Segment::gate(self.gate_s(here)));
            tail = match self.task_at(next) {
                Some(task) => onward(problem, gate, task, leg_s, tail),
                None => gate.then(leg_s, tail),
            };
            self.spans[here as usize].tail = tail;
        }
    }

    /// Set-up and service of a task where it is in its tour.
    fn stay(&self, problem: &Problem, ride: &Ride, task: TaskId) -> Segment {
        let node = problem.node(task);
        Segment::stay(node.opens_s, node.closes_s, self.work_at(problem, ride, task.0))
    }

    /// From the start of the tour to leaving a spot, if its trip sets out at a time at the earliest.
    pub(super) fn head_with_gate(&self, spot: SpotId, gate_s: i32) -> Segment {
        let span = &self.spans[spot as usize];
        let trip = &self.spans[span.trip as usize];
        if gate_s == trip.gate_s {
            return span.head;
        }
        trip.before.then(0, Segment::gate(gate_s)).then(0, span.lead)
    }

    /// The whole tour, which is not empty.
    pub(super) fn whole(&self, vehicle: VehicleId) -> Segment {
        let first = self.spots[self.start_of(vehicle) as usize].next;
        let start = self.start_of(vehicle) as usize;
        let tail = self.spans[first as usize].tail;
        onward(self.problem(), self.spans[start].head, TaskId(first), self.spots[start].leg_s, tail)
    }

    /// From reaching a spot to the end of the tour, if the place before it becomes another one.
    pub(super) fn tail_from(&self, ride: &Ride, spot: SpotId, place: u32) -> Segment {
        let problem = self.problem();
        let tail = self.spans[spot as usize].tail;
        let Some(task) = self.task_at(spot) else { return tail };
        let here = &self.spots[spot as usize];
        let (setup_s, service_s) = problem.work_on(task, ride);
        let was = self.spots[here.prev as usize].place == here.place;
        if setup_s == 0 || was == (place == here.place) {
            return tail;
        }
        let node = problem.node(task);
        let work_s = service_s + if place == here.place { 0 } else { setup_s };
        let stay = Segment::stay(node.opens_s, node.closes_s, work_s);
        let stay = stay.then(0, Segment::gate(self.gate_s(spot)));
        let tail = self.spans[here.next as usize].tail;
        match self.task_at(here.next) {
            Some(next) => onward(problem, stay, next, here.leg_s, tail),
            None => stay.then(here.leg_s, tail),
        }
    }
}

/// A stretch, the leg to a task, which may have to wait for its release, and what follows from there.
pub(super) fn onward(
    problem: &Problem,
    stretch: Segment,
    task: TaskId,
    leg_s: i32,
    tail: Segment,
) -> Segment {
    match problem.node(task).release_s {
        NEVER => stretch.then(leg_s, tail),
        release_s => stretch.then(0, Segment::gate(release_s)).then(leg_s, tail),
    }
}
