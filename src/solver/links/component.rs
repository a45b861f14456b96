//! What goes together: tasks that leave with others, tours that may not be parted.

use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::part::Cut;
use crate::solver::problem::Problem;
use crate::solver::tours::Tours;

/// What leaves with a task: its crew, and what has to come after any of them. Pinned tasks stay.
pub(in crate::solver) fn closure_of(tours: &Tours<'_>, task: TaskId) -> Vec<TaskId> {
    let problem = tours.problem();
    let mut leaving = vec![task];
    let mut at = 0;
    while at < leaving.len() {
        let here = leaving[at];
        let head = problem.links.head(here);
        let crew = std::iter::once(head).chain(problem.links.followers(head));
        for other in crew.chain(problem.links.behind(here).iter().copied()) {
            let is_there = tours.vehicle_of(other).is_some() && !tours.is_pinned(other);
            if is_there && !leaving.contains(&other) {
                leaving.push(other);
            }
        }
        at += 1;
    }
    leaving
}

/// Moves what has to come first before what has to wait for it; nothing else changes its place.
pub(in crate::solver) fn in_order(problem: &Problem, absent: &mut Vec<TaskId>) {
    if !problem.has_links() {
        return;
    }
    let mut at = 0;
    while at < absent.len() {
        let waits_for = |other: &TaskId| {
            let head = absent[at];
            let mut crew = std::iter::once(head).chain(problem.links.followers(head));
            crew.any(|task| {
                let mut before = problem.links.before(task).iter();
                before.any(|before| problem.links.head(before.task) == *other)
            })
        };
        match absent[at + 1..].iter().position(waits_for) {
            Some(behind) => {
                let first = absent.remove(at + 1 + behind);
                absent.insert(at, first);
            }
            None => at += 1,
        }
    }
}

/// Adds to strings of tasks that are to be torn out what leaves with them.
pub(in crate::solver) fn torn_with(
    tours: &Tours<'_>,
    strings: &mut Vec<(VehicleId, usize)>,
    tasks: &mut Vec<TaskId>,
) {
    let problem = tours.problem();
    let chosen = tasks.len();
    for at in 0..chosen {
        if !problem.links.has(tasks[at]) {
            continue;
        }
        for other in closure_of(tours, tasks[at]) {
            if let Some(vehicle) = tours.vehicle_of(other)
                && !tasks.contains(&other)
            {
                tasks.push(other);
                strings.push((vehicle, tasks.len()));
            }
        }
    }
}

/// Adds to some vehicles and absent heads what hangs together with them.
pub(in crate::solver) fn gather_absent(
    tours: &Tours<'_>,
    vehicles: &mut Vec<VehicleId>,
    absent: &mut Vec<TaskId>,
) {
    let problem = tours.problem();
    if !problem.has_links() {
        return;
    }
    let tasks_of = |vehicles: &[VehicleId]| -> Vec<TaskId> {
        vehicles.iter().flat_map(|vehicle| tours.tasks_of(*vehicle)).collect()
    };
    let mut open: Vec<TaskId> = tasks_of(vehicles);
    for head in absent.iter() {
        open.push(*head);
        open.extend(problem.links.followers(*head));
    }
    while let Some(task) = open.pop() {
        for other in problem.links.around(task) {
            if let Some(vehicle) = tours.vehicle_of(other) {
                if !vehicles.contains(&vehicle) {
                    vehicles.push(vehicle);
                    open.extend(tasks_of(&[vehicle]));
                }
            } else if !absent.contains(&problem.links.head(other)) {
                let head = problem.links.head(other);
                absent.push(head);
                open.push(head);
                open.extend(problem.links.followers(head));
            }
        }
    }
    vehicles.sort_unstable();
}

/// Moves tours and absent heads that hang together into one part.
pub(in crate::solver) fn keep_together(
    problem: &Problem,
    owner: &[Option<VehicleId>],
    cuts: &mut Vec<Cut>,
    part_of: &mut [Option<usize>],
) {
    if !problem.has_links() || cuts.len() < 2 {
        return;
    }
    // Knots are vehicles, and behind them heads of absent tasks; each points at one with a lower number, or itself.
    let vehicles = problem.vehicles().len();
    let knot = |task: TaskId| match owner[task.index()] {
        Some(vehicle) => vehicle.index(),
        None => vehicles + problem.links.head(task).index(),
    };
    let mut lower: Vec<usize> = (0..vehicles + problem.tasks().len()).collect();
    fn root(lower: &[usize], mut at: usize) -> usize {
        while lower[at] != at {
            at = lower[at];
        }
        at
    }
    for task in problem.asked_ids() {
        for other in problem.links.around(task) {
            let (one, two) = (root(&lower, knot(task)), root(&lower, knot(other)));
            lower[one.max(two)] = one.min(two);
        }
    }
    let part_of_head =
        |cuts: &[Cut], head: TaskId| cuts.iter().position(|cut| cut.absent.contains(&head));
    for vehicle in problem.vehicle_ids() {
        part_of[vehicle.index()] = part_of[root(&lower, vehicle.index())];
    }
    let heads: Vec<TaskId> = cuts.iter().flat_map(|cut| cut.absent.iter().copied()).collect();
    let homes: Vec<(TaskId, usize)> = heads
        .into_iter()
        .map(|head| {
            let first = root(&lower, vehicles + head.index());
            let home = match first.checked_sub(vehicles) {
                None => part_of[first],
                Some(task) => part_of_head(cuts, TaskId(task as u32)),
            };
            (head, home.unwrap_or(0))
        })
        .collect();
    for cut in cuts.iter_mut() {
        cut.vehicles.clear();
        cut.absent.clear();
    }
    for vehicle in problem.vehicle_ids() {
        cuts[part_of[vehicle.index()].unwrap_or(0)].vehicles.push(vehicle);
    }
    for (head, home) in homes {
        cuts[home].absent.push(head);
    }
    let mut has_tasks: Vec<bool> = cuts.iter().map(|cut| !cut.absent.is_empty()).collect();
    for vehicle in owner.iter().flatten() {
        has_tasks[part_of[vehicle.index()].unwrap_or(0)] = true;
    }
    join_empty(cuts, part_of, &has_tasks);
}

/// A part without vehicles or without tasks is none: what it has goes to the first one that is.
fn join_empty(cuts: &mut Vec<Cut>, part_of: &mut [Option<usize>], has_tasks: &[bool]) {
    let is_sound = |cut: &Cut, has_tasks: bool| has_tasks && !cut.vehicles.is_empty();
    let sound: Vec<bool> =
        cuts.iter().zip(has_tasks).map(|(cut, tasks)| is_sound(cut, *tasks)).collect();
    let mut kept: Vec<Cut> = Vec::new();
    let mut spare = Cut::default();
    let mut number = vec![0; cuts.len()];
    for (at, cut) in std::mem::take(cuts).into_iter().enumerate() {
        if sound[at] {
            number[at] = kept.len();
            kept.push(cut);
        } else {
            spare.vehicles.extend(cut.vehicles);
            spare.absent.extend(cut.absent);
        }
    }
    match kept.first_mut() {
        Some(first) => {
            first.vehicles.extend(spare.vehicles);
            first.vehicles.sort_unstable();
            first.absent.extend(spare.absent);
        }
        None => kept.push(spare),
    }
    for part in part_of.iter_mut().flatten() {
        *part = number[*part];
    }
    *cuts = kept;
}
