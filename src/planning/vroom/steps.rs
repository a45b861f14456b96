//! The steps that vehicles are given: where a search begins, or a plan whose times are asked for.

use super::error::{VroomError, wrong};
use super::input::{self, Input, StepKind};
use super::prepare::Origin;
use crate::solver::TaskId;
use std::collections::{HashMap, HashSet};

/// What a given step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Start,
    Task(TaskId),
    /// The break by its place in the document.
    Break(usize),
    End,
}

/// A step of the document, and when it asks to begin, in the document's times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub does: Does,
    pub at: Option<i64>,
    pub after: Option<i64>,
    pub before: Option<i64>,
}

/// The steps of every vehicle, in their order.
///
/// # Errors
/// A step names what is not there, or what another step has.
pub(super) fn given(input: &Input, origins: &[Origin]) -> Result<Vec<Vec<Given>>, VroomError> {
    let mut tasks: HashMap<(StepKind, u64), TaskId> = HashMap::new();
    for (task, origin) in origins.iter().enumerate() {
        let key = match *origin {
            Origin::Job(at) => (StepKind::Job, input.jobs[at].id),
            Origin::Pickup(at) => (StepKind::Pickup, input.shipments[at].pickup.id),
            Origin::Delivery(at) => (StepKind::Delivery, input.shipments[at].delivery.id),
            Origin::Reload(..) => continue,
        };
        tasks.insert(key, TaskId(task as u32));
    }
    // The calls of a reload are alike: the first one that is still free.
    let call_of = |vehicle: usize, id: u64, used: &HashSet<TaskId>| {
        let is_it = |origin: &Origin| {
            matches!(*origin, Origin::Reload(of, at)
                if of == vehicle && input.vehicles[of].reloads[at].id == id)
        };
        let calls = origins.iter().enumerate().filter(|(_, origin)| is_it(origin));
        let mut calls = calls.map(|(task, _)| TaskId(task as u32));
        calls.find(|call| !used.contains(call))
    };
    let mut used = HashSet::new();
    let mut given = Vec::with_capacity(input.vehicles.len());
    for (at, vehicle) in input.vehicles.iter().enumerate() {
        let mut rested = HashSet::new();
        let mut steps = Vec::with_capacity(vehicle.steps.len());
        for (index, step) in vehicle.steps.iter().enumerate() {
            let path = format!("vehicles[{at}].steps[{index}]");
            let task = |id: u64| match step.kind {
                StepKind::Reload => call_of(at, id, &used),
                _ => tasks.get(&(step.kind, id)).copied(),
            };
            let does = does(vehicle, step, index, task, &path)?;
            let is_new = match does {
                Does::Task(task) => used.insert(task),
                Does::Break(rest) => rested.insert(rest),
                Does::Start | Does::End => true,
            };
            if !is_new {
                let id = step.id.unwrap_or_default();
                let what = format!("{id} is in two steps");
                return Err(wrong(format!("{path}.id"), "duplicate_id", what));
            }
            if let (Some(after), Some(before)) = (step.service_after, step.service_before)
                && before < after
            {
                let what = format!("it is {before}, before {after}");
                return Err(wrong(format!("{path}.service_before"), "reversed_window", what));
            }
            let input::Step { service_at, service_after, service_before, .. } = *step;
            steps.push(Given {
                does,
                at: service_at,
                after: service_after,
                before: service_before,
            });
        }
        given.push(steps);
    }
    Ok(given)
}

fn does(
    vehicle: &input::Vehicle,
    step: &input::Step,
    index: usize,
    task: impl Fn(u64) -> Option<TaskId>,
    path: &str,
) -> Result<Does, VroomError> {
    let id = || step.id.ok_or_else(|| wrong(format!("{path}.id"), "missing", "it is needed here"));
    let unknown = |id: u64| {
        wrong(format!("{path}.id"), "unknown_id", format!("there is nothing with the id {id}"))
    };
    match step.kind {
        StepKind::Start if index == 0 => Ok(Does::Start),
        StepKind::End if index + 1 == vehicle.steps.len() => Ok(Does::End),
        StepKind::Start | StepKind::End => {
            let what = "the start comes first and the end last";
            Err(wrong(format!("{path}.type"), "wrong_order", what))
        }
        StepKind::Break => {
            let id = id()?;
            let found = vehicle.breaks.iter().position(|rest| rest.id == id);
            found.map(Does::Break).ok_or_else(|| unknown(id))
        }
        StepKind::Job | StepKind::Pickup | StepKind::Delivery | StepKind::Reload => {
            let id = id()?;
            task(id).map(Does::Task).ok_or_else(|| unknown(id))
        }
    }
}
