//! Puts tours back as they were before a step that did not pay.

use super::draft::{TaskId, VehicleId};
use super::links::LinkTimes;
use super::problem::LoadRule;
use super::spans::Span;
use super::tours::{Loads, NOBODY, Spot, SpotId, Tour, Tours};
use std::ops::Range;

/// Copies of the tours a step touches. Used again and again, so its memory is.
#[derive(Debug, Default)]
pub(super) struct Undo {
    touched: Vec<(VehicleId, Tour, Range<usize>)>,
    spots: Vec<(SpotId, Spot)>,
    spans: Vec<Span>,
    times: Vec<i32>,
    loads: Vec<i32>,
    links: Vec<(TaskId, LinkTimes)>,
    /// By vehicle: the step that touched it last.
    touched_in: Vec<u64>,
    step: u64,
    astray: u32,
}

impl Undo {
    pub(super) fn new(tours: &Tours<'_>) -> Self {
        Self { touched_in: vec![0; tours.problem().vehicles().len()], ..Self::default() }
    }

    /// A new step begins: what was touched so far stays as it is.
    pub(super) fn begin(&mut self, tours: &Tours<'_>) {
        self.step += 1;
        self.touched.clear();
        self.spots.clear();
        self.spans.clear();
        self.times.clear();
        self.loads.clear();
        self.links.clear();
        self.astray = tours.astray();
    }

    /// Remembers a tour, and those that hang together with it, before it is changed for the first time in this step.
    pub(super) fn touch(&mut self, tours: &mut Tours<'_>, vehicle: VehicleId) {
        if tours.tours[vehicle.index()].links == 0 {
            self.touch_alone(tours, vehicle);
        } else {
            for other in tours.hanging_with(vehicle) {
                self.touch_alone(tours, other);
            }
        }
    }

    fn touch_alone(&mut self, tours: &Tours<'_>, vehicle: VehicleId) {
        let touched_in = &mut self.touched_in[vehicle.index()];
        if std::mem::replace(touched_in, self.step) == self.step {
            return;
        }
        let from = self.spots.len();
        let end = tours.end_of(vehicle);
        let mut here = tours.start_of(vehicle);
        loop {
            let spot = tours.spots[here as usize];
            self.spots.push((here, spot));
            if here == end {
                break;
            }
            here = spot.next;
        }
        let problem = tours.problem();
        if problem.ride(vehicle).breaks > 0 {
            let stride = tours.by_breaks.stride;
            for (spot, _) in &self.spots[from..] {
                let row = *spot as usize * stride..(*spot as usize + 1) * stride;
                self.times.extend_from_slice(&tours.by_breaks.ready[row.clone()]);
                self.times.extend_from_slice(&tours.by_breaks.due[row.clone()]);
                self.times.extend_from_slice(&tours.by_breaks.leave[row]);
            }
        }
        if problem.ride(vehicle).is_spanned {
            let spots = self.spots[from..].iter();
            self.spans.extend(spots.map(|(spot, _)| tours.spans[*spot as usize]));
        }
        let dimensions = problem.dimensions;
        match problem.load_rule {
            LoadRule::None => {}
            LoadRule::Sum => {
                let room = &tours.loads.room[vehicle.index() * dimensions..][..dimensions];
                self.loads.extend_from_slice(room);
            }
            LoadRule::Peaks => {
                for (spot, _) in &self.spots[from..] {
                    let row = *spot as usize * dimensions..(*spot as usize + 1) * dimensions;
                    self.loads.extend_from_slice(&tours.loads.after[row.clone()]);
                    self.loads.extend_from_slice(&tours.loads.peak_until[row.clone()]);
                    self.loads.extend_from_slice(&tours.loads.peak_from[row.clone()]);
                    if problem.has_trips {
                        self.loads.extend_from_slice(&tours.loads.taken[row]);
                    }
                }
            }
        }
        let tour = tours.tours[vehicle.index()];
        if tour.links > 0 {
            let linked = tours.tasks_of(vehicle).filter(|task| problem.links.has(*task));
            self.links.extend(linked.map(|task| (task, tours.link_times[task.index()])));
        }
        self.touched.push((vehicle, tour, from..self.spots.len()));
    }

    /// The tours that were touched, as they were.
    pub(super) fn touched(&self) -> impl Iterator<Item = (VehicleId, &Tour)> {
        self.touched.iter().map(|(vehicle, tour, _)| (*vehicle, tour))
    }

    /// Everything is as it was when the step began.
    pub(super) fn take_back(&mut self, tours: &mut Tours<'_>) {
        for (vehicle, _, _) in &self.touched {
            let end = tours.end_of(*vehicle);
            let mut here = tours.spots[tours.start_of(*vehicle) as usize].next;
            while here != end {
                let spot = &mut tours.spots[here as usize];
                (spot.vehicle, spot.leg_s, spot.leg) = (NOBODY, 0, 0);
                here = spot.next;
            }
        }
        let problem = tours.problem();
        let (stride, dimensions) = (tours.by_breaks.stride, problem.dimensions);
        let mut times = self.times.as_slice();
        let mut loads = self.loads.as_slice();
        let mut spans = self.spans.iter();
        for (vehicle, tour, saved) in &self.touched {
            tours.count_as(*vehicle, tour);
            for (at, spot) in &self.spots[saved.clone()] {
                tours.spots[*at as usize] = *spot;
            }
            if problem.ride(*vehicle).breaks > 0 {
                let rows = &mut tours.by_breaks;
                for (spot, _) in &self.spots[saved.clone()] {
                    for table in [&mut rows.ready, &mut rows.due, &mut rows.leave] {
                        take_row(&mut table[*spot as usize * stride..][..stride], &mut times);
                    }
                }
            }
            if problem.ride(*vehicle).is_spanned {
                for ((spot, _), span) in self.spots[saved.clone()].iter().zip(&mut spans) {
                    tours.spans[*spot as usize] = *span;
                }
            }
            match problem.load_rule {
                LoadRule::None => {}
                LoadRule::Sum => {
                    let room = &mut tours.loads.room[vehicle.index() * dimensions..];
                    take_row(&mut room[..dimensions], &mut loads);
                }
                LoadRule::Peaks => {
                    let tables = &mut tours.loads;
                    for (spot, _) in &self.spots[saved.clone()] {
                        let from = *spot as usize * dimensions;
                        let Loads { after, peak_until, peak_from, taken, .. } = &mut *tables;
                        for table in [after, peak_until, peak_from, taken] {
                            if let Some(row) = table.get_mut(from..from + dimensions) {
                                take_row(row, &mut loads);
                            }
                        }
                    }
                }
            }
        }
        for (task, times) in &self.links {
            tours.link_times[task.index()] = *times;
            tours.walker().bounds[task.index()] = times.bound_s;
        }
        tours.set_astray(self.astray);
    }
}

fn take_row(row: &mut [i32], saved: &mut &[i32]) {
    let (values, rest) = saved.split_at(row.len());
    row.copy_from_slice(values);
    *saved = rest;
}
