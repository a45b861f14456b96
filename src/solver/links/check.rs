//! What must hold of links before anything is computed with them.

use super::graph::{CREW_MAX, crews};
use crate::solver::draft::{After, Draft, Role, TaskId, WORK_MAX_S};
use crate::solver::validate::{ProblemError, in_range};

/// The first link that does not hold.
pub(in crate::solver) fn check(draft: &Draft) -> Result<(), ProblemError> {
    for (at, task) in draft.tasks.iter().enumerate() {
        for (index, After { task: before, gap_s }) in task.after.iter().copied().enumerate() {
            let field = format!("tasks[{at}].after[{index}]");
            match draft.tasks.get(before.index()) {
                None => {
                    let field = format!("{field}.task");
                    return Err(ProblemError::Unknown { field, what: "task", value: before.0 });
                }
                Some(before) if before.role != Role::Alone => {
                    return Err(ProblemError::BrokenLink { field });
                }
                Some(_) => in_range(format_args!("{field}.gap_s"), gap_s, 0, WORK_MAX_S)?,
            }
        }
        let is_linked = task.crew.is_some() || !task.after.is_empty();
        if is_linked && task.role != Role::Alone {
            return Err(ProblemError::BrokenLink { field: format!("tasks[{at}]") });
        }
    }
    let crews = crews(draft);
    let mut crew_of = vec![None; draft.tasks.len()];
    for (at, crew) in crews.iter().enumerate() {
        if crew.len() > CREW_MAX {
            let field = format!("tasks[{}].crew", crew[CREW_MAX].0);
            return Err(ProblemError::CrewTooLarge { field, size: crew.len(), max: CREW_MAX });
        }
        for task in crew {
            crew_of[task.index()] = Some(at);
        }
    }
    for (at, vehicle) in draft.vehicles.iter().enumerate() {
        for (index, pin) in vehicle.pinned.iter().enumerate() {
            let crew = crew_of[pin.task.index()];
            let mut before = vehicle.pinned[..index].iter();
            if crew.is_some() && before.any(|other| crew_of[other.task.index()] == crew) {
                let field = format!("vehicles[{at}].pinned[{index}]");
                return Err(ProblemError::BrokenLink { field });
            }
        }
    }
    check_circles(draft, &crews, &crew_of)
}

/// Takes away again and again what nothing open has to come before; what is left waits for itself.
fn check_circles(
    draft: &Draft,
    crews: &[Vec<TaskId>],
    crew_of: &[Option<usize>],
) -> Result<(), ProblemError> {
    // A crew is one knot, behind those of tasks that stand for themselves.
    let count = draft.tasks.len();
    let knot = |task: usize| crew_of[task].map_or(task, |crew| count + crew);
    let mut waits_for = vec![0_usize; count + crews.len()];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count + crews.len()];
    for (at, task) in draft.tasks.iter().enumerate() {
        for before in &task.after {
            waits_for[knot(at)] += 1;
            followers[knot(before.task.index())].push(knot(at));
        }
    }
    let mut free: Vec<usize> = (0..waits_for.len()).filter(|at| waits_for[*at] == 0).collect();
    while let Some(knot) = free.pop() {
        for follower in &followers[knot] {
            waits_for[*follower] -= 1;
            if waits_for[*follower] == 0 {
                free.push(*follower);
            }
        }
    }
    match (0..count).find(|at| !draft.tasks[*at].after.is_empty() && waits_for[knot(*at)] > 0) {
        Some(at) => Err(ProblemError::Circle { field: format!("tasks[{at}].after") }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::{Matrix, Pinned, Problem, Task, Vehicle};

    fn refusal(change: impl FnOnce(&mut Draft)) -> (&'static str, String) {
        let mut draft = Draft {
            tasks: vec![Task::default(); 4],
            vehicles: vec![Vehicle::default(); 2],
            matrices: vec![Matrix::parse(1, vec![0], vec![], None).unwrap()],
        };
        change(&mut draft);
        match Problem::parse(draft) {
            Ok(_) => ("", String::new()),
            Err(error) => (error.code(), error.field().unwrap_or_default().to_owned()),
        }
    }

    fn after(task: u32) -> Vec<After> {
        vec![After { task: TaskId(task), gap_s: 0 }]
    }

    #[test]
    fn a_link_that_cannot_be_names_its_field() {
        let of = |code, field: &str| (code, field.to_owned());
        assert_eq!(refusal(|d| d.tasks[1].after = after(0)), of("", ""));
        assert_eq!(
            refusal(|d| d.tasks[1].after = after(9)),
            of("unknown_id", "tasks[1].after[0].task")
        );
        assert_eq!(
            refusal(|d| d.tasks[1].after = vec![After { task: TaskId(0), gap_s: -1 }]),
            of("out_of_range", "tasks[1].after[0].gap_s")
        );
        assert_eq!(refusal(|d| d.tasks[1].after = after(1)), of("circle", "tasks[1].after"));
        assert_eq!(
            refusal(|d| (d.tasks[1].after, d.tasks[0].after) = (after(0), after(1))),
            of("circle", "tasks[0].after")
        );
        // Through a crew: 1 starts with 2, which comes after 3, which comes after 1.
        assert_eq!(
            refusal(|d| {
                (d.tasks[1].crew, d.tasks[2].crew) = (Some(7), Some(7));
                (d.tasks[2].after, d.tasks[3].after) = (after(3), after(1));
            }),
            of("circle", "tasks[2].after")
        );
        assert_eq!(
            refusal(|d| {
                d.tasks.resize(CREW_MAX + 1, Task::default());
                d.tasks.iter_mut().for_each(|task| task.crew = Some(1));
            }),
            of("crew_too_large", &format!("tasks[{CREW_MAX}].crew"))
        );
        assert_eq!(
            refusal(|d| {
                (d.tasks[1].crew, d.tasks[2].crew) = (Some(7), Some(7));
                d.vehicles[1].pinned =
                    [1, 2].map(|task| Pinned { task: TaskId(task), start_s: None }).to_vec();
            }),
            of("broken_link", "vehicles[1].pinned[1]")
        );
    }
}
