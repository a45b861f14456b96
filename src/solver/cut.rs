//! Cuts a plan into parts of neighbouring tours.

use super::disruption::Disruption;
use super::draft::{TaskId, VehicleId};
use super::links;
use super::neighbours::Neighbours;
use super::part::Cut;
use super::plan::Plan;
use super::problem::Problem;
use super::tours::Tours;
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Up to so many tasks a plan stays whole; beyond, parts have at least so many tasks and tours.
const WHOLE_MAX: usize = 300;
const PART_TASKS: usize = 200;
const PART_TOURS: usize = 10;
/// The same of tasks where vehicles differ: only some may do a task, so it needs more of them around.
const MIXED_PART_TASKS: usize = 400;

/// So many idle vehicles of a kind are enough for a part until the plan is cut anew.
const IDLE: u32 = 4;

/// How many near tasks tell to which part an absent task belongs.
const LINKS: usize = 24;

/// The parts of a plan. Every vehicle and every absent head is in one of them.
pub(super) fn cut(
    problem: &Problem,
    plan: &Plan,
    disruption: &Disruption,
    neighbours: &Neighbours,
    tours_max: usize,
    dice: &mut Xoshiro256PlusPlus,
) -> Vec<Cut> {
    let owner = plan.owners(problem);
    let absent = Tours::heads(problem).filter(|head| owner[head.index()].is_none());
    let count = problem.asked;
    let used = plan.used();
    let part_tasks = if problem.kinds() == 1 { PART_TASKS } else { MIXED_PART_TASKS };
    let parts =
        if count <= WHOLE_MAX { 1 } else { (count / part_tasks).min(used / PART_TOURS).max(1) };
    let mut cuts = vec![Cut::default(); parts];
    let mut part_of: Vec<Option<usize>> = vec![None; problem.vehicles().len()];
    if parts == 1 {
        part_of.fill(Some(0));
        cuts[0].vehicles = problem.vehicle_ids().collect();
        cuts[0].absent = absent.collect();
    } else {
        halve(problem, plan, &mut cuts, &mut part_of, dice);
        // Absent tasks go where most of their neighbours are.
        for head in absent.collect::<Vec<_>>() {
            let mut votes = vec![0; parts];
            for near in neighbours.near(head).iter().take(LINKS) {
                if let Some(part) = owner[near.index()].and_then(|v| part_of[v.index()]) {
                    votes[part] += 1;
                }
            }
            let most = (0..parts).max_by_key(|part| (votes[*part], dice.random::<u32>()));
            cuts[most.unwrap_or(0)].absent.push(head);
        }
    }
    links::keep_together(problem, &owner, &mut cuts, &mut part_of);
    share_promises(disruption, &owner, &part_of, &mut cuts);
    let spare = tours_max.saturating_sub(used);
    for (at, cut) in cuts.iter_mut().enumerate() {
        let used = cut.vehicles.iter().filter(|v| !plan.tours[v.index()].is_empty()).count();
        cut.tours_max = used + spare / parts + usize::from(at < spare % parts);
    }
    cuts
}

/// Halves the tours again and again, each time by which of two far places they are nearer to; idle vehicles are dealt
/// out.
fn halve(
    problem: &Problem,
    plan: &Plan,
    cuts: &mut [Cut],
    part_of: &mut [Option<usize>],
    dice: &mut Xoshiro256PlusPlus,
) {
    let parts = cuts.len();
    let ride = problem.ride(VehicleId(0));
    let is_used = |vehicle: &VehicleId| !plan.tours[vehicle.index()].is_empty();
    let (used, idle): (Vec<VehicleId>, Vec<VehicleId>) = problem.vehicle_ids().partition(is_used);
    let mut open = vec![(used, 0..parts)];
    while let Some((mut tours, range)) = open.pop() {
        if range.len() == 1 {
            for vehicle in &tours {
                part_of[vehicle.index()] = Some(range.start);
            }
            cuts[range.start].vehicles = tours;
            continue;
        }
        let tasks: Vec<TaskId> =
            tours.iter().flat_map(|vehicle| plan.tours[vehicle.index()].iter().copied()).collect();
        if tasks.is_empty() {
            open.push((tours, range.start..range.start + 1));
            continue;
        }
        let between = |one: TaskId, two: TaskId| {
            i64::from(problem.travel_s(
                ride,
                problem.node(one).location,
                problem.node(two).location,
            ))
        };
        let random = tasks[dice.random_range(0..tasks.len())];
        let one = tasks.iter().copied().max_by_key(|task| between(random, *task)).unwrap_or(random);
        let two = tasks.iter().copied().max_by_key(|task| between(one, *task)).unwrap_or(random);
        // How much nearer a tour is to the one than to the other, on average.
        let lean = |vehicle: &VehicleId| {
            let tour = &plan.tours[vehicle.index()];
            let sum: i64 = tour.iter().map(|task| between(one, *task) - between(two, *task)).sum();
            sum / tour.len().max(1) as i64
        };
        tours.sort_by_cached_key(lean);
        let middle = range.start + range.len() / 2;
        let wanted = tasks.len() * (middle - range.start) / range.len();
        let (mut size, mut at) = (0, 0);
        while at + 1 < tours.len() && size < wanted {
            size += plan.tours[tours[at].index()].len();
            at += 1;
        }
        let far = tours.split_off(at);
        open.push((tours, range.start..middle));
        open.push((far, middle..range.end));
    }
    let first = dice.random_range(0..parts);
    let spare = IDLE * parts as u32;
    let mut dealt: Vec<u32> = vec![0; problem.kinds()];
    for (at, vehicle) in idle.into_iter().enumerate() {
        let of_kind = &mut dealt[problem.ride(vehicle).kind as usize];
        if *of_kind >= spare {
            continue;
        }
        *of_kind += 1;
        let part = (first + at) % parts;
        part_of[vehicle.index()] = Some(part);
        cuts[part].vehicles.push(vehicle);
    }
    for cut in cuts {
        cut.vehicles.sort_unstable();
    }
}

/// Promises that have moved stay counted in their part; what is left of the budget is dealt out.
fn share_promises(
    disruption: &Disruption,
    owner: &[Option<VehicleId>],
    part_of: &[Option<usize>],
    cuts: &mut [Cut],
) {
    if !disruption.has_promises() {
        return;
    }
    let mut moved = 0;
    for task in disruption.promised() {
        if owner[task.index()] == disruption.home(task) {
            continue;
        }
        moved += 1;
        let part = match owner[task.index()] {
            Some(vehicle) => part_of[vehicle.index()],
            None => cuts.iter().position(|cut| cut.absent.contains(&task)),
        };
        cuts[part.unwrap_or(0)].promises += 1;
    }
    let left = disruption.budget().saturating_sub(moved);
    let parts = cuts.len() as u32;
    for (at, cut) in cuts.iter_mut().enumerate() {
        cut.promises += left / parts + u32::from((at as u32) < left % parts);
    }
}
