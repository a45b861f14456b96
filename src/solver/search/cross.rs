//! Crosses two plans: some neighbouring tours of the second take the place of those of the first that they are most
//! like, and what is in them leaves the other tours. What is in no tour then has to be put back.
//!
//! After the selective route exchange of "A penalty-based edge assembly memetic algorithm for the vehicle routing problem
//! with time windows", Y. Nagata, O. Bräysy, W. Dullaert, Computers & Operations Research 37(4), 2010, doi
//! 10.1016/j.cor.2009.06.022.

use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::neighbours::Neighbours;
use crate::solver::part::Cut;
use crate::solver::plan::Plan;
use crate::solver::problem::Problem;
use crate::solver::tours::Tours;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use std::cmp::Reverse;

/// How many near tasks tell which tours lie beside those that changed.
const LINKS: usize = 8;
/// So many tasks may lie beside at least, and so many idle vehicles of each kind.
const BESIDE_MIN: usize = 20;
const IDLE: u32 = 3;

/// A crossed plan, and the part of it that is new and what lies beside.
pub(super) struct Crossed {
    pub plan: Plan,
    pub cut: Cut,
}

/// None if nothing would be new.
pub(super) fn cross(
    problem: &Problem,
    neighbours: &Neighbours,
    (one, two): (&Plan, &Plan),
    region_max: usize,
    dice: &mut Xoshiro256PlusPlus,
) -> Option<Crossed> {
    let to = alike(problem, one, two)?;
    let owner = two.owners(problem);
    let used = two.used();
    let mean = (two.placed() / used.max(1)).max(1);
    let most = (region_max / mean).clamp(1, (used / 2).max(1));
    let count = dice.random_range(1..=most);
    let seed = TaskId(dice.random_range(0..problem.asked as u32));
    let mut chosen: Vec<VehicleId> = Vec::new();
    for task in std::iter::once(seed).chain(neighbours.near(seed).iter().copied()) {
        if let Some(vehicle) = owner[task.index()]
            && !chosen.contains(&vehicle)
        {
            chosen.push(vehicle);
            if chosen.len() == count {
                break;
            }
        }
    }
    let mut comes = vec![false; problem.tasks().len()];
    let mut is_new = false;
    for vehicle in &chosen {
        let from = &two.tours[vehicle.index()];
        let goes_to = to[vehicle.index()]?;
        if goes_to != *vehicle && !may_move(problem, from, *vehicle, goes_to) {
            return None;
        }
        is_new |= *from != one.tours[goes_to.index()];
        for task in from {
            comes[task.index()] = true;
        }
    }
    if !is_new {
        return None;
    }
    let mut tours = Tours::of_sound(problem, one);
    let taken: Vec<VehicleId> = chosen.iter().filter_map(|vehicle| to[vehicle.index()]).collect();
    for vehicle in problem.vehicle_ids() {
        let leaves = |task: &TaskId| taken.contains(&vehicle) || comes[task.index()];
        let tasks: Vec<TaskId> = tours.tasks_of(vehicle).filter(leaves).collect();
        for task in tasks {
            if !problem.is_call(task) {
                tours.remove(task);
            }
        }
    }
    let mut plan = tours.plan();
    for (vehicle, at) in chosen.iter().zip(&taken) {
        plan.tours[at.index()].clone_from(&two.tours[vehicle.index()]);
    }
    let cut = around(problem, neighbours, one, &plan, dice);
    Some(Crossed { plan, cut })
}

/// Whether another vehicle of the kind may take over a tour: nothing in it is pinned or locked, nor in its own.
fn may_move(problem: &Problem, tour: &[TaskId], from: VehicleId, to: VehicleId) -> bool {
    let has_pins = |vehicle: VehicleId| !problem.vehicle(vehicle).pinned.is_empty();
    !has_pins(from) && !has_pins(to) && tour.iter().all(|task| problem.is_allowed(*task, to))
}

/// To which vehicle of its kind each tour of the second plan goes: to the one whose tour in the first it is most like.
fn alike(problem: &Problem, one: &Plan, two: &Plan) -> Option<Vec<Option<VehicleId>>> {
    let vehicles = problem.vehicles().len();
    let owner = one.owners(problem);
    let kind = |vehicle: VehicleId| problem.ride(vehicle).kind;
    let mut shared: Vec<(Reverse<u32>, VehicleId, VehicleId)> = Vec::new();
    let mut counts = vec![0; vehicles];
    for vehicle in problem.vehicle_ids() {
        let tour = &two.tours[vehicle.index()];
        for task in tour {
            if let Some(other) = owner[task.index()] {
                counts[other.index()] += 1;
            }
        }
        for task in tour {
            if let Some(other) = owner[task.index()] {
                let count = std::mem::take(&mut counts[other.index()]);
                if count > 0 && kind(vehicle) == kind(other) {
                    shared.push((Reverse(count), vehicle, other));
                }
            }
        }
    }
    shared.sort_unstable();
    let mut to: Vec<Option<VehicleId>> = vec![None; vehicles];
    let mut is_taken = vec![false; vehicles];
    for (_, vehicle, other) in shared {
        if to[vehicle.index()].is_none() && !is_taken[other.index()] {
            to[vehicle.index()] = Some(other);
            is_taken[other.index()] = true;
        }
    }
    for vehicle in problem.vehicle_ids() {
        if two.tours[vehicle.index()].is_empty() || to[vehicle.index()].is_some() {
            continue;
        }
        let mut free = problem.vehicle_ids().filter(|other| !is_taken[other.index()]);
        let other = free.find(|other| kind(*other) == kind(vehicle))?;
        to[vehicle.index()] = Some(other);
        is_taken[other.index()] = true;
    }
    Some(to)
}

/// The tours that changed, those that lie beside them, some idle vehicles, and all that is absent.
fn around(
    problem: &Problem,
    neighbours: &Neighbours,
    before: &Plan,
    plan: &Plan,
    dice: &mut Xoshiro256PlusPlus,
) -> Cut {
    let owner = plan.owners(problem);
    let mut is_in: Vec<bool> = problem
        .vehicle_ids()
        .map(|vehicle| plan.tours[vehicle.index()] != before.tours[vehicle.index()])
        .collect();
    let absent: Vec<TaskId> =
        Tours::heads(problem).filter(|head| owner[head.index()].is_none()).collect();
    let changed: Vec<TaskId> = problem
        .vehicle_ids()
        .filter(|vehicle| is_in[vehicle.index()])
        .flat_map(|vehicle| plan.tours[vehicle.index()].iter().copied())
        .filter(|task| task.index() < problem.asked)
        .chain(absent.iter().copied())
        .collect();
    let mut votes = vec![0u32; problem.vehicles().len()];
    for task in &changed {
        for near in neighbours.near(*task).iter().take(LINKS) {
            if let Some(vehicle) = owner[near.index()]
                && !is_in[vehicle.index()]
            {
                votes[vehicle.index()] += 1;
            }
        }
    }
    let mut beside: Vec<VehicleId> =
        problem.vehicle_ids().filter(|vehicle| votes[vehicle.index()] > 0).collect();
    beside.sort_by_key(|vehicle| (Reverse(votes[vehicle.index()]), vehicle.0));
    let mut room = changed.len() / 2 + BESIDE_MIN;
    for vehicle in beside {
        let count = plan.tours[vehicle.index()].len();
        if count > room {
            break;
        }
        room -= count;
        is_in[vehicle.index()] = true;
    }
    let mut idle_left = vec![IDLE; problem.kinds()];
    let mut idle: Vec<VehicleId> =
        problem.vehicle_ids().filter(|v| plan.tours[v.index()].is_empty()).collect();
    if !idle.is_empty() {
        let middle = dice.random_range(0..idle.len());
        idle.rotate_left(middle);
    }
    for vehicle in idle {
        let left = &mut idle_left[problem.ride(vehicle).kind as usize];
        if *left > 0 {
            *left -= 1;
            is_in[vehicle.index()] = true;
        }
    }
    let vehicles = problem.vehicle_ids().filter(|vehicle| is_in[vehicle.index()]).collect();
    Cut { vehicles, absent, promises: 0, tours_max: usize::MAX }
}
