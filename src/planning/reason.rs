//! Why a technician cannot take a job, in words that need no knowledge of the solver. Names of people are
//! left out: these sentences are stored with answers.

use super::problem::DayProblem;
use super::state::{Crew, PlannerState};
use crate::domain::fieldwork::job::{Job, VisitStatus};
use crate::domain::text::Skills;
use crate::solver::insertion::{Refusal, Rule};
use crate::units::LocalDay;
use crate::units::id::TechnicianId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A leg without a way is longer than any day.
const NO_WAY_S: i64 = 60 * 86_400;

/// A rule that keeps a technician from a job, and by how much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub technician: TechnicianId,
    /// Stable word: `inactive`, `sick`, `off_the_map`, `required_technician`, `declined`, `skill`,
    /// `capacity`, `no_shift`, `window`, `other_window`, `promise`, `shift`, `break`, `locked`,
    /// `unreachable`.
    pub rule: String,
    pub sentence: String,
    /// Seconds, or units of load; absent where nothing can be measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<i64>,
}

impl Reason {
    pub fn new(technician: TechnicianId, rule: &str, sentence: impl Into<String>) -> Self {
        Self { technician, rule: rule.to_owned(), sentence: sentence.into(), by: None }
    }

    pub fn by(mut self, by: i64) -> Self {
        self.by = Some(by);
        self
    }

    /// Whether no other day and no other order of stops would help.
    pub fn is_lasting(&self) -> bool {
        matches!(
            self.rule.as_str(),
            "inactive" | "sick" | "off_the_map" | "required_technician" | "declined" | "skill"
        )
    }
}

/// What somebody can do with the truck they drive: skills and what is on board.
pub fn abilities(state: &PlannerState, crew: &Crew) -> Skills {
    let mut abilities = crew.technician.skills.clone();
    let truck = crew.technician.truck.and_then(|truck| state.trucks.get(&truck));
    if let Some(truck) = truck.filter(|truck| truck.active) {
        abilities.extend(truck.equipment.iter().cloned());
    }
    abilities
}

/// Why this technician cannot take the job on any day; the rules that even a dispatcher's hand does not
/// override (but for `declined`).
pub fn lasting(state: &PlannerState, crew: &Crew, job: &Job) -> Option<Reason> {
    let id = crew.technician.id;
    if !crew.technician.active {
        return Some(Reason::new(id, "inactive", "is not active"));
    }
    if crew.is_sick() {
        return Some(Reason::new(id, "sick", "is reported sick"));
    }
    if job.technician.is_some_and(|required| required != id) {
        return Some(Reason::new(id, "required_technician", "the job asks for another technician"));
    }
    let abilities = abilities(state, crew);
    if let Some(missing) = job.skills.iter().find(|skill| !abilities.contains(*skill)) {
        return Some(Reason::new(id, "skill", format!("lacks {missing}")));
    }
    None
}

/// Whether the technician has said no to this job.
pub fn has_declined(job: &Job, technician: TechnicianId) -> bool {
    job.visits
        .iter()
        .any(|visit| visit.technician == technician && visit.status == VisitStatus::Declined)
}

/// The reason of one who said no.
pub fn declined(technician: TechnicianId) -> Reason {
    Reason::new(technician, "declined", "has declined this job")
}

/// The reason of one with a day off.
pub fn no_shift(technician: TechnicianId, day: LocalDay) -> Reason {
    Reason::new(technician, "no_shift", format!("has no shift on {day}"))
}

/// Puts the solver's refusal into words.
pub fn of_refusal(day: &DayProblem, job: &Job, refusal: &Refusal) -> Reason {
    let technician = day.technicians[refusal.vehicle.index()];
    let by = refusal.by;
    let at_length = minutes(by);
    let reason = |rule, sentence: String| Reason::new(technician, rule, sentence);
    let is_time = matches!(refusal.rule, Rule::Window | Rule::OtherWindow { .. } | Rule::ShiftEnd);
    if is_time && by > NO_WAY_S {
        return reason("unreachable", "no drivable way leads there and back".into());
    }
    match refusal.rule {
        Rule::Locked if job.technician.is_some_and(|required| required != technician) => {
            reason("required_technician", "the job asks for another technician".into())
        }
        Rule::Locked => reason("locked", "the job is locked to another route".into()),
        Rule::Skill { skill } => match day.skill_word(skill) {
            Some(word) => reason("skill", format!("lacks {word}")),
            None if has_declined(job, technician) => declined(technician),
            None => no_shift(technician, day.day),
        },
        Rule::Capacity { dimension } => {
            let word = day.dimensions.get(dimension).map_or("load", String::as_str);
            reason("capacity", format!("the truck would be {by} {word} over its capacity")).by(by)
        }
        Rule::Window => {
            reason("window", format!("would begin {at_length} after the job's window")).by(by)
        }
        Rule::OtherWindow { task } if day.is_promised(task) => reason(
            "promise",
            format!("a promise to another customer would be broken by {at_length}"),
        )
        .by(by),
        Rule::OtherWindow { .. } => {
            reason("other_window", format!("another job would begin {at_length} after its window"))
                .by(by)
        }
        Rule::ShiftEnd => reason("shift", format!("the shift would end {at_length} late")).by(by),
        Rule::Break { .. } => {
            reason("break", format!("a break would begin {at_length} late")).by(by)
        }
        Rule::Promises => reason("promise", "too many promises would move".into()),
        Rule::Incompatible { .. } => {
            reason("incompatible", "it may not be in one tour with another job".into())
        }
        Rule::Crew => reason("crew", "nobody could come along at the same time".into()),
        Rule::Before { .. } => {
            reason("order", "another job has to be done first, and nobody does it".into())
        }
        Rule::Tasks | Rule::Travel | Rule::Distance | Rule::Duration => {
            reason("limit", "a limit of the day would be passed".into()).by(by)
        }
    }
}

/// `12 min`, `1 h 5 min`, `40 s`: a length as people say it, rounded up.
pub fn minutes(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", (seconds + 59) / 60),
        _ => {
            let minutes = (seconds + 59) / 60;
            if minutes % 60 == 0 {
                format!("{} h", minutes / 60)
            } else {
                format!("{} h {} min", minutes / 60, minutes % 60)
            }
        }
    }
}
