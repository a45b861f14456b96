//! The rest of a day as a problem for the solver: technicians are vehicles that are free from the end of
//! what they have begun, jobs are tasks. Times are seconds since the day's midnight.
//!
//! What has begun is not part of it: the tours are the stops that can still move. Who has no shift (or is
//! away) but still has stops keeps them and gets no new ones.

mod build;
mod departures;

use super::begun::Begun;
use super::reason::Reason;
use super::state::Crew;
use crate::domain::fieldwork::job::Job;
use crate::domain::plan::Route;
use crate::solver::{Plan, Problem, Schedule, TaskId, Tolerance, VehicleId};
use crate::units::id::{JobId, TechnicianId, TruckId};
use crate::units::{LocalDay, TimeWindow, Timestamp};
pub(super) use departures::expect_departures;
use std::collections::BTreeMap;

/// The jobs that each technician has still before them, in order. One who is named, if only with nothing,
/// is part of the day even without a shift.
pub type Orders = BTreeMap<TechnicianId, Vec<JobId>>;

/// An hour late costs as much as so many seconds of travel.
const LATE_HOUR: i64 = 3 * 3_600;

/// A day in the solver's terms, and the way back.
#[derive(Debug, Clone)]
pub struct DayProblem {
    pub day: LocalDay,
    /// Second 0.
    pub origin: Timestamp,
    /// By `VehicleId`.
    pub technicians: Vec<TechnicianId>,
    /// By `TaskId`.
    pub jobs: Vec<JobId>,
    /// Holds for `plan`: what is late in it may stay as late as it is.
    pub problem: Problem,
    /// The orders it was made from; the open jobs are in no tour.
    pub plan: Plan,
    /// Why technicians are missing, or take nothing new.
    pub kept_out: Vec<Reason>,
    /// Load dimensions by number.
    pub dimensions: Vec<String>,
    begun: Vec<Begun>,
    trucks: Vec<Option<TruckId>>,
    words: Vec<(u32, String)>,
    promised: Vec<bool>,
}

impl DayProblem {
    /// The schedule of one technician's tour in this problem.
    pub fn schedule(&self, vehicle: VehicleId, tasks: &[TaskId]) -> Schedule {
        Schedule::of(&self.problem, vehicle, tasks)
    }

    pub fn vehicle_of(&self, technician: TechnicianId) -> Option<VehicleId> {
        let at = self.technicians.iter().position(|known| *known == technician)?;
        Some(VehicleId(at as u32))
    }

    pub fn task_of(&self, job: JobId) -> Option<TaskId> {
        self.jobs.iter().position(|known| *known == job).map(|at| TaskId(at as u32))
    }

    pub fn job_of(&self, task: TaskId) -> JobId {
        self.jobs[task.index()]
    }

    /// What the technician has begun that day.
    pub fn begun(&self, vehicle: VehicleId) -> &Begun {
        &self.begun[vehicle.index()]
    }

    pub fn truck(&self, vehicle: VehicleId) -> Option<TruckId> {
        self.trucks[vehicle.index()]
    }

    /// The instant of a second of the day.
    pub fn instant(&self, second: i64) -> Timestamp {
        self.origin.plus_secs(second)
    }

    /// The customer was told a window.
    pub fn is_promised(&self, task: TaskId) -> bool {
        self.promised[task.index()]
    }

    /// The word of a skill number; none for the numbers that stand for rules of the plan.
    pub fn skill_word(&self, number: u32) -> Option<&str> {
        self.words.iter().find(|(known, _)| *known == number).map(|(_, word)| word.as_str())
    }

    /// The orders of a plan of this problem.
    pub fn orders_of(&self, plan: &Plan) -> Orders {
        self.technicians
            .iter()
            .zip(&plan.tours)
            .map(|(technician, tour)| {
                (*technician, tour.iter().map(|task| self.job_of(*task)).collect())
            })
            .collect()
    }
}

/// The window that binds a job: what was promised, but not before what is wanted (the customer may not be
/// there yet); or else what is wanted. A window that had ended when an earlier visit ended has been kept or
/// broken by that visit and binds no longer.
pub fn binding_window(job: &Job) -> Option<TimeWindow> {
    let last_end = job.visits.iter().filter_map(|visit| visit.finished_at).max();
    let is_alive =
        |window: &TimeWindow| last_end.is_none_or(|finished_at| window.until > finished_at);
    let wanted = job.wanted.filter(is_alive);
    let Some(promised) = job.promised.filter(is_alive) else { return wanted };
    let opens_at = wanted.map(|wanted| wanted.from).filter(|from| promised.contains(*from));
    Some(TimeWindow { from: opens_at.unwrap_or(promised.from), until: promised.until })
}

/// Whether a promise binds the job.
pub fn is_promised(job: &Job) -> bool {
    let until = job.promised.map(|window| window.until);
    until.is_some() && binding_window(job).map(|window| window.until) == until
}

/// The route's truck if the day has begun, the technician's present one otherwise.
pub fn truck_of(crew: &Crew, route: Option<&Route>, has_begun: bool) -> Option<TruckId> {
    match route {
        Some(route) if has_begun => route.truck,
        _ => crew.technician.truck,
    }
}

/// What lateness that is there already costs.
pub(super) fn tolerance() -> Tolerance {
    Tolerance { lateness_per_hour: LATE_HOUR, overtime_per_hour: LATE_HOUR }
}
