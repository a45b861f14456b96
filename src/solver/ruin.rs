//! Tears a region out of a plan: strings of consecutive tasks from a few neighbouring tours around a random task.
//!
//! Source: "Slack Induction by String Removals for Vehicle Routing Problems", J. Christiaens and G. Vanden Berghe,
//! Transportation Science 54(2), 2020, doi 10.1287/trsc.2019.0914. Names of the quantities as there.

use super::draft::{TaskId, VehicleId};
use super::neighbours::Neighbours;
use super::tours::Tours;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// The average number of tasks removed (c̄), the longest string (L), how often a string is split (α), and how seldom the
/// part that a split string leaves standing grows (β).
const REMOVED: f64 = 10.0;
const STRING_MAX: f64 = 10.0;
const SPLIT: f64 = 0.5;
const GROWTH: f64 = 0.01;

/// What a ruin would take out: heads of tasks, tour by tour.
#[derive(Debug, Default)]
pub(super) struct Ruins {
    pub strings: Vec<(VehicleId, Vec<TaskId>)>,
    /// Emptied lists for the next time.
    spare: Vec<Vec<TaskId>>,
}

impl Ruins {
    /// Chooses strings around a seed; nothing changes yet. Pinned tasks stay.
    pub(super) fn choose(
        &mut self,
        tours: &Tours<'_>,
        neighbours: &Neighbours,
        seed: TaskId,
        mean_len: f64,
        dice: &mut Xoshiro256PlusPlus,
    ) {
        for (_, mut string) in self.strings.drain(..) {
            string.clear();
            self.spare.push(string);
        }
        let len_max = STRING_MAX.min(mean_len).max(1.0);
        let strings_max = 4.0 * REMOVED / (1.0 + len_max) - 1.0;
        let strings = (dice.random_range(0.0..strings_max.max(0.0) + 1.0) + 1.0) as usize;
        for &task in std::iter::once(&seed).chain(neighbours.near(seed)) {
            if self.strings.len() >= strings {
                break;
            }
            let Some(place) = tours.place(task) else { continue };
            if self.strings.iter().any(|(vehicle, _)| *vehicle == place.vehicle) {
                continue;
            }
            let tour = tours.tour(place.vehicle);
            let pinned = tour.pinned(tours.problem());
            let Some(position) = (place.position as usize).checked_sub(pinned) else { continue };
            let free = &tour.tasks()[pinned..];
            let mut string = self.spare.pop().unwrap_or_default();
            choose_string(free, position, len_max, &mut string, dice);
            complete_pairs(tours, &mut string);
            if string.is_empty() {
                self.spare.push(string);
            } else {
                self.strings.push((place.vehicle, string));
            }
        }
    }
}

/// A string of tasks with the one at `position` in it, whole or split.
fn choose_string(
    tasks: &[TaskId],
    position: usize,
    len_max: f64,
    string: &mut Vec<TaskId>,
    dice: &mut Xoshiro256PlusPlus,
) {
    let longest = (tasks.len() as f64).min(len_max);
    let len = dice.random_range(1.0..longest + 1.0) as usize;
    let mut kept = 0;
    if len > 1 && len < tasks.len() && dice.random_bool(SPLIT) {
        kept = 1;
        while len + kept < tasks.len() && dice.random_bool(GROWTH) {
            kept += 1;
        }
    }
    let span = len + kept;
    let first_min = (position + 1).saturating_sub(span);
    let first_max = position.min(tasks.len() - span);
    let first = dice.random_range(first_min..=first_max);
    let kept_from = first + if kept > 0 { dice.random_range(0..=len) } else { 0 };
    let is_kept = |at: usize| (kept_from..kept_from + kept).contains(&at);
    string.extend((first..first + span).filter(|at| !is_kept(*at)).map(|at| tasks[at]));
}

/// A shipment leaves as a whole, or not at all if a half is pinned.
fn complete_pairs(tours: &Tours<'_>, string: &mut Vec<TaskId>) {
    let problem = tours.problem();
    let mut at = 0;
    while at < string.len() {
        match problem.partner(string[at]) {
            Some(partner) if tours.is_pinned(partner) => {
                string.swap_remove(at);
                continue;
            }
            Some(partner) if !string.contains(&partner) => string.push(partner),
            _ => {}
        }
        at += 1;
    }
}
