//! From a VROOM document to a problem of the solver: places to rows, skills to small numbers, times to seconds from an
//! origin, and the names to find the way back.

use super::error::{VroomError, wrong};
use super::input::Input;
use super::nouns::{add_tasks, origin_of, skill_numbers, type_numbers, vehicle_of};
use super::steps::{self, Does, Given};
use super::tables::{Places, Streets, given_matrices, profile_numbers, profile_of};
use crate::roads::Snap;
use crate::solver::{self, Draft, Plan, Problem, Role, Schedule, TaskId};
use std::collections::HashMap;

/// Where a task of the solver comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Job(usize),
    Pickup(usize),
    Delivery(usize),
    /// A reload of a vehicle.
    Reload(usize, usize),
}

/// What is asked for beside the document; its own options count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Add the course of the routes.
    pub geometry: bool,
    /// Only time the given steps.
    pub plan_mode: bool,
    /// Tell for each step what it would cost to give it to another vehicle.
    pub explain: bool,
}

/// A VROOM document made ready to be solved.
#[derive(Debug)]
pub struct Prepared {
    pub(super) input: Input,
    pub(super) problem: Problem,
    /// By task.
    pub(super) origins: Vec<Origin>,
    /// Of each vehicle: which break of the document comes as the n-th of the solver's.
    pub(super) breaks: Vec<Vec<usize>>,
    /// The solver's second 0.
    pub(super) origin_s: i64,
    pub(super) has_distances: bool,
    /// Where rows are, if the document says.
    pub(super) points: HashMap<u32, [f64; 2]>,
    /// By profile and row, where rows are places on our streets; none for a place that no street is near.
    pub(super) snaps: Vec<Vec<Option<Snap>>>,
    /// The document's number of each skill.
    skills: Vec<u32>,
    /// The steps the vehicles are given.
    pub(super) given: Vec<Vec<Given>>,
}

impl Prepared {
    /// Reads a document. Without matrices the places must have coordinates, and `streets` say how far they are apart.
    ///
    /// # Errors
    /// [`VroomError::Input`] names the field; [`VroomError::Routing`] when the streets have no answer.
    pub fn parse(
        json: &[u8],
        asked: Asked,
        streets: Option<&Streets<'_>>,
    ) -> Result<Self, VroomError> {
        Self::of(Self::read(json, asked)?, streets)
    }

    /// Reads a document, and nothing more.
    ///
    /// # Errors
    /// It is not JSON, or not of the form.
    pub fn read(json: &[u8], asked: Asked) -> Result<Input, VroomError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let mut input: Input =
            serde_path_to_error::deserialize(&mut reader).map_err(VroomError::unreadable)?;
        reader.end().map_err(|error| wrong("document", "not_json", error))?;
        input.options.g |= asked.geometry;
        input.options.c |= asked.plan_mode;
        input.options.explain |= asked.explain;
        Ok(input)
    }

    /// Makes a document ready to be solved.
    ///
    /// # Errors
    /// As [`Prepared::parse`].
    pub fn of(input: Input, streets: Option<&Streets<'_>>) -> Result<Self, VroomError> {
        if input.vehicles.is_empty() {
            return Err(wrong("vehicles", "missing", "there must be at least one vehicle"));
        }
        if input.jobs.is_empty() && input.shipments.is_empty() {
            return Err(wrong("jobs", "missing", "there must be at least one job or shipment"));
        }
        check_ids(&input)?;
        let origin_s = origin_of(&input);
        let mut places = Places::of(&input);
        let mut draft = Draft::default();
        let skills = skill_numbers(&input);
        let types = type_numbers(&input);
        let origins = add_tasks(&input, &mut places, &skills, &types, origin_s, &mut draft)?;
        let mut breaks = Vec::new();
        let profiles = profile_numbers(&input);
        for (at, vehicle) in input.vehicles.iter().enumerate() {
            let field = format!("vehicles[{at}]");
            let (made, order) = vehicle_of(vehicle, &field, &mut places, origin_s)?;
            draft.vehicles.push(solver::Vehicle {
                skills: vehicle.skills.iter().map(|skill| skills[skill]).collect(),
                work_type: vehicle.kind.as_ref().map_or(0, |kind| types[kind.as_str()]),
                matrix: profiles[profile_of(vehicle)],
                ..made
            });
            breaks.push(order);
        }
        let mut snaps = Vec::new();
        let mut has_distances = true;
        draft.matrices = if places.is_indexed {
            has_distances = input.matrices.values().any(|tables| tables.distances.is_some());
            given_matrices(&input, &profiles, origin_s)?
        } else {
            let travels = places.travels(&input, streets.ok_or(VroomError::NoMap)?)?;
            snaps = travels.snaps;
            travels.matrices
        };
        let given = steps::given(&input, &origins)?;
        let problem = Problem::parse(draft)
            .map_err(|error| VroomError::of_problem(error, &origins, &input))?;
        let points = places.points;
        let mut skills: Vec<(u32, u32)> =
            skills.into_iter().map(|(skill, number)| (number, skill)).collect();
        skills.sort_unstable();
        Ok(Self {
            skills: skills.into_iter().map(|(_, skill)| skill).collect(),
            input,
            problem,
            origins,
            breaks,
            origin_s,
            has_distances,
            points,
            snaps,
            given,
        })
    }

    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What the document calls a skill of the solver.
    pub(super) fn skill(&self, number: u32) -> Option<u32> {
        self.skills.get(number as usize).copied()
    }

    /// Whether the document only asks for the times of its own steps.
    pub fn is_plan_mode(&self) -> bool {
        self.input.options.c
    }

    pub fn wants_geometry(&self) -> bool {
        self.input.options.g
    }

    pub(super) fn wants_explanations(&self) -> bool {
        self.input.options.explain
    }

    /// What the document itself asks for.
    pub fn wishes(&self) -> &super::input::WrapperOptions {
        &self.input.options
    }

    /// The tasks in the vehicles' steps, rules broken or not; halves of shipments may be missing.
    pub fn given_plan(&self) -> Plan {
        let task = |given: &Given| match given.does {
            Does::Task(task) => Some(task),
            Does::Start | Does::Break(_) | Does::End => None,
        };
        Plan {
            tours: self.given.iter().map(|steps| steps.iter().filter_map(task).collect()).collect(),
        }
    }

    /// The plan to start from: the document's steps as far as they keep the rules.
    pub fn start(&self) -> Plan {
        let mut plan = Plan::empty(&self.problem);
        for (vehicle, steps) in self.problem.vehicle_ids().zip(&self.given_plan().tours) {
            let tour = &mut plan.tours[vehicle.index()];
            for task in steps {
                if matches!(self.problem.task(*task).role, Role::Alone) {
                    tour.push(*task);
                    if !Schedule::of(&self.problem, vehicle, tour).violations.is_empty() {
                        tour.pop();
                    }
                }
            }
            // Shipments only make sense whole: all of the steps or none of them.
            if Schedule::of(&self.problem, vehicle, steps).violations.is_empty() {
                tour.clone_from(steps);
            }
        }
        // Linked jobs only make sense together.
        let holds = |plan: &Plan| {
            plan.schedules(&self.problem).iter().all(|schedule| schedule.violations.is_empty())
        };
        if self.problem.has_links() && !holds(&plan) {
            for tour in &mut plan.tours {
                tour.retain(|task| !self.problem.is_linked(*task));
            }
        }
        plan
    }

    /// Whether no street is near a task.
    pub(super) fn is_off_the_map(&self, task: TaskId) -> bool {
        let row = self.problem.task(task).location as usize;
        !self.snaps.is_empty() && self.snaps.iter().all(|of_profile| of_profile[row].is_none())
    }

    /// The solver's number of a break of the document.
    pub(super) fn break_number(&self, vehicle: usize, at: usize) -> Option<usize> {
        self.breaks[vehicle].iter().position(|known| *known == at)
    }

    /// Where a task comes from, in the document's words.
    pub(super) fn source(&self, task: TaskId) -> (&'static str, &super::input::Stop) {
        match self.origins[task.index()] {
            Origin::Job(at) => ("job", &self.input.jobs[at]),
            Origin::Pickup(at) => ("pickup", &self.input.shipments[at].pickup),
            Origin::Delivery(at) => ("delivery", &self.input.shipments[at].delivery),
            Origin::Reload(vehicle, at) => ("reload", &self.input.vehicles[vehicle].reloads[at]),
        }
    }
}

pub(super) fn field_of(origin: Origin) -> String {
    match origin {
        Origin::Job(at) => format!("jobs[{at}]"),
        Origin::Pickup(at) => format!("shipments[{at}].pickup"),
        Origin::Delivery(at) => format!("shipments[{at}].delivery"),
        Origin::Reload(vehicle, at) => format!("vehicles[{vehicle}].reloads[{at}]"),
    }
}

fn check_ids(input: &Input) -> Result<(), VroomError> {
    fn once<'a>(
        ids: impl Iterator<Item = &'a u64>,
        field: impl Fn(usize) -> String,
    ) -> Result<(), VroomError> {
        let mut seen = HashMap::new();
        for (at, id) in ids.enumerate() {
            if seen.insert(*id, at).is_some() {
                let what = format!("the id {id} is there twice");
                return Err(wrong(field(at), "duplicate_id", what));
            }
        }
        Ok(())
    }
    once(input.jobs.iter().map(|job| &job.id), |at| format!("jobs[{at}].id"))?;
    once(input.shipments.iter().map(|shipment| &shipment.pickup.id), |at| {
        format!("shipments[{at}].pickup.id")
    })?;
    once(input.shipments.iter().map(|shipment| &shipment.delivery.id), |at| {
        format!("shipments[{at}].delivery.id")
    })?;
    once(input.vehicles.iter().map(|vehicle| &vehicle.id), |at| format!("vehicles[{at}].id"))?;
    for (vehicle, of) in input.vehicles.iter().enumerate() {
        once(of.breaks.iter().map(|rest| &rest.id), |at| {
            format!("vehicles[{vehicle}].breaks[{at}].id")
        })?;
        once(of.reloads.iter().map(|reload| &reload.id), |at| {
            format!("vehicles[{vehicle}].reloads[{at}].id")
        })?;
    }
    Ok(())
}
