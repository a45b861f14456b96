//! Tears a region out of a plan: strings of consecutive tasks from a few neighbouring tours (or trips, where a vehicle
//! makes several) around a random task.
//!
//! Source: "Slack Induction by String Removals for Vehicle Routing Problems", J. Christiaens and G. Vanden Berghe,
//! Transportation Science 54(2), 2020, doi 10.1287/trsc.2019.0914. Names of the quantities as there.

use super::draft::{TaskId, VehicleId};
use super::links;
use super::neighbours::Neighbours;
use super::tours::Tours;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// The average number of tasks removed (c̄, drawn anew for each step: small ruins are quick and pay while a plan is poor,
/// large ones get clusters to move), the longest string (L), how often a string is split (α), and how seldom the
/// part that a split string leaves standing grows (β).
const REMOVED: std::ops::Range<f64> = 2.0..10.0;
/// The same where a tour is to be opened: what is torn out has to fill it.
const WIDELY_REMOVED: f64 = 20.0;
const STRING_MAX: f64 = 10.0;
const SPLIT: f64 = 0.5;
const GROWTH: f64 = 0.01;

/// A trip with more tasks is never torn out whole.
const WHOLE_MAX: usize = 40;

/// How much is torn out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Region,
    WideRegion,
    /// The whole trip of the seed.
    Trip,
}

/// What a ruin takes out: heads of tasks, tour by tour.
#[derive(Debug, Default)]
pub(super) struct Ruins {
    strings: Vec<(VehicleId, usize)>,
    tasks: Vec<TaskId>,
    /// By the spot with which a trip begins: the step in which a string of it was chosen last. A tour without calls is
    /// one trip.
    chosen_in: Vec<u64>,
    step: u64,
}

impl Ruins {
    pub(super) fn new(tours: &Tours<'_>) -> Self {
        Self { chosen_in: vec![0; tours.spots.len()], ..Self::default() }
    }

    /// Chooses what to take out around a seed; nothing changes yet. Pinned tasks stay.
    pub(super) fn choose(
        &mut self,
        tours: &Tours<'_>,
        neighbours: &Neighbours,
        (seed, extent): (TaskId, Extent),
        dice: &mut Xoshiro256PlusPlus,
    ) {
        self.step += 1;
        self.strings.clear();
        self.tasks.clear();
        match extent {
            Extent::Region => {
                let removed = dice.random_range(REMOVED);
                self.choose_strings(tours, neighbours, seed, removed, dice);
            }
            Extent::WideRegion => {
                self.choose_strings(tours, neighbours, seed, WIDELY_REMOVED, dice);
            }
            Extent::Trip => self.choose_trip(tours, seed),
        }
        if tours.problem().has_links() {
            links::torn_with(tours, &mut self.strings, &mut self.tasks);
        }
    }

    /// Strings of the trip of the seed and of some near ones.
    fn choose_strings(
        &mut self,
        tours: &Tours<'_>,
        neighbours: &Neighbours,
        seed: TaskId,
        removed: f64,
        dice: &mut Xoshiro256PlusPlus,
    ) {
        let mean_len = tours.placed() as f64 / tours.trips().max(1) as f64;
        let len_max = STRING_MAX.min(mean_len).max(1.0);
        let strings_max = 4.0 * removed / (1.0 + len_max) - 1.0;
        let strings = (dice.random_range(0.0..strings_max.max(0.0) + 1.0) + 1.0) as usize;
        for &task in std::iter::once(&seed).chain(neighbours.near(seed)) {
            if self.strings.len() >= strings {
                break;
            }
            let Some(vehicle) = tours.vehicle_of(task) else { continue };
            let chosen_in = &mut self.chosen_in[tours.trip_of(task, vehicle) as usize];
            if *chosen_in == self.step || tours.is_pinned(task) {
                continue;
            }
            *chosen_in = self.step;
            let from = self.tasks.len();
            choose_string(tours, vehicle, task, len_max, &mut self.tasks, dice);
            self.end_string(tours, vehicle, from);
        }
    }

    /// All of the trip of the seed that is free, unless that is very much.
    fn choose_trip(&mut self, tours: &Tours<'_>, seed: TaskId) {
        let Some(vehicle) = tours.vehicle_of(seed).filter(|_| !tours.is_pinned(seed)) else {
            return;
        };
        if tours.free_beside(seed, vehicle) > WHOLE_MAX {
            return;
        }
        let mut here = tours.spots[tours.trip_of(seed, vehicle) as usize].next;
        while let Some(task) = tours.task_at(here).filter(|task| !tours.problem().is_call(*task)) {
            if tours.is_free(task) {
                self.tasks.push(task);
            }
            here = tours.spots[here as usize].next;
        }
        self.end_string(tours, vehicle, 0);
    }

    /// What was chosen from there on belongs together, and is on one vehicle.
    fn end_string(&mut self, tours: &Tours<'_>, vehicle: VehicleId, from: usize) {
        if tours.problem().shipments > 0 {
            complete_pairs(tours, &mut self.tasks, from);
        }
        if self.tasks.len() > from {
            self.strings.push((vehicle, self.tasks.len()));
        }
    }

    /// What was chosen, tour by tour.
    pub(super) fn strings(&self) -> impl Iterator<Item = (VehicleId, &[TaskId])> {
        let starts = std::iter::once(0).chain(self.strings.iter().map(|(_, until)| *until));
        self.strings
            .iter()
            .zip(starts)
            .map(|((vehicle, until), from)| (*vehicle, &self.tasks[from..*until]))
    }
}

/// A string of tasks of one trip with a given one in it, whole or split.
fn choose_string(
    tours: &Tours<'_>,
    vehicle: VehicleId,
    task: TaskId,
    len_max: f64,
    string: &mut Vec<TaskId>,
    dice: &mut Xoshiro256PlusPlus,
) {
    let count = tours.free_beside(task, vehicle);
    let longest = (count as f64).min(len_max);
    let len = dice.random_range(1.0..longest + 1.0) as usize;
    let mut kept = 0;
    if len > 1 && len < count && dice.random_bool(SPLIT) {
        kept = 1;
        while len + kept < count && dice.random_bool(GROWTH) {
            kept += 1;
        }
    }
    let span = len + kept;
    // How many free tasks come before and after, as far as it matters.
    let free = |task: Option<TaskId>| task.filter(|task| tours.is_free(*task));
    let (mut before, mut here) = (0, task);
    while before + 1 < span
        && let Some(other) = free(tours.task_at(tours.spots[here.index()].prev))
    {
        here = other;
        before += 1;
    }
    let (mut after, mut last) = (0, task);
    while after + 1 < span
        && let Some(other) = free(tours.task_at(tours.spots[last.index()].next))
    {
        last = other;
        after += 1;
    }
    // The string begins so many tasks before the given one.
    let lead = dice.random_range((span - 1 - after.min(span - 1))..=before);
    for _ in lead..before {
        here = TaskId(tours.spots[here.index()].next);
    }
    let kept_from = if kept > 0 { dice.random_range(0..=len) } else { 0 };
    for at in 0..span {
        if !(kept_from..kept_from + kept).contains(&at) {
            string.push(here);
        }
        here = TaskId(tours.spots[here.index()].next);
    }
}

/// A shipment leaves as a whole, or not at all if a half is pinned.
fn complete_pairs(tours: &Tours<'_>, tasks: &mut Vec<TaskId>, from: usize) {
    let problem = tours.problem();
    let mut at = from;
    while at < tasks.len() {
        match problem.partner(tasks[at]) {
            Some(partner) if tours.is_pinned(partner) => {
                tasks.swap_remove(at);
                continue;
            }
            Some(partner) if !tasks[from..].contains(&partner) => tasks.push(partner),
            _ => {}
        }
        at += 1;
    }
}
