//! A business and its plan without any actor, database or clock: the Planner's decisions, with everything else played
//! by hand. After every decision the independent judge looks at the plan.

use crate::domain::access::SystemPart;
use crate::domain::fieldwork::job::{self, Job, JobCommand, JobDetails, JobStatus};
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::people::technician::{
    Duty, DutyCommand, Shift, Technician, apply_duty, decide_duty,
};
use crate::domain::plan::{PlanCommand, Proposal, Stop};
use crate::domain::text::{Load, Pii, Skills};
use crate::domain::{Decision, Rejection, Who};
use crate::planning::{Crew, PlannedJob, PlannerState, Travel, check, decide};
use crate::roads::Map;
use crate::simulation::world::random_place;
use crate::units::id::{
    CustomerId, JobId, LocationId, OrganizationId, ServiceTypeId, TechnicianId, TerritoryId,
};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use uuid::Uuid;

/// Who can do more than the others can, each with this chance; and how often a job asks for it.
const SKILLS: [(&str, f64, f64); 3] =
    [("gas", 0.5, 0.15), ("lift", 0.6, 0.1), ("networks", 0.7, 0.1)];
/// When shifts and windows begin and end, in minutes of the day.
const SHIFT: (u16, u16) = (7 * 60, 17 * 60);

/// A Monday.
pub fn monday() -> LocalDay {
    LocalDay::parse("2026-11-23").expect("it is a day")
}

/// An instant of that day.
pub fn minute(minute: u16) -> Timestamp {
    monday().minute(minute, chrono_tz::UTC)
}

/// What a new job is like.
#[derive(Debug, Clone)]
pub struct Order {
    at: Point,
    wanted: TimeWindow,
    duration_s: u32,
    priority: u8,
    skills: Skills,
}

impl Order {
    /// Anywhere, with a window of two or four hours that does not begin before `from`.
    pub fn draw(map: &Map, dice: &mut Xoshiro256PlusPlus, from: u16) -> Self {
        let minutes = if dice.random_bool(0.4) { 120 } else { 240 };
        let latest = SHIFT.1 - minutes;
        let opens = dice.random_range(from.min(latest)..=latest) / 30 * 30;
        let opens = opens.max(from.min(latest));
        let wanted = TimeWindow { from: minute(opens), until: minute(opens + minutes) };
        let skills = SKILLS.iter().filter(|(_, _, asked)| dice.random_bool(*asked));
        let skills = skills.map(|(word, ..)| (*word).to_owned()).collect();
        Self {
            at: random_place(map, dice),
            wanted,
            duration_s: dice.random_range(4..9) * 300,
            priority: dice.random_range(2..6) * 10,
            skills,
        }
    }

    /// Where it is.
    pub fn place(&self) -> Point {
        self.at
    }

    /// With so many seconds of work.
    pub fn lasting(self, duration_s: u32) -> Self {
        Self { duration_s, ..self }
    }

    /// More urgent than all others.
    pub fn urgent(self) -> Self {
        Self { priority: 90, ..self }
    }
}

/// The business on its day.
pub struct Office {
    pub state: PlannerState,
    pub travel: Travel,
    pub now: Timestamp,
    /// Whether the judge looks after every decision: that takes longer than the decision.
    pub is_judged: bool,
}

impl Office {
    /// Technicians who start anywhere on the map, at six in the morning.
    pub fn open(map: &Map, technicians: usize, seed: u64) -> Self {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let organization = OrganizationId(Uuid::from_u64_pair(1, seed));
        let territory = TerritoryId(Uuid::from_u64_pair(2, seed));
        let settings = OrganizationSettings::default();
        let mut state = PlannerState::new(organization, territory, chrono_tz::UTC, settings);
        for number in 0..technicians as u64 {
            let id = TechnicianId(Uuid::from_u64_pair(3, number));
            let start = random_place(map, &mut dice);
            let skills = SKILLS.iter().filter(|(_, has, _)| dice.random_bool(*has));
            let technician = Technician {
                id,
                territory,
                name: Pii(format!("T{number}")),
                phone: Pii::default(),
                skills: skills.map(|(word, ..)| (*word).to_owned()).collect(),
                shifts: vec![Shift { weekday: 0, from_minute: SHIFT.0, until_minute: SHIFT.1 }],
                breaks: Vec::new(),
                start: Pii(start),
                end: Some(Pii(start)),
                truck: None,
                device: None,
                active: true,
                version: 1,
            };
            state.technicians.insert(id, Crew { technician, duty: Duty::new(id) });
        }
        let travel = Travel::new(map.network().clone());
        Self { state, travel, now: minute(6 * 60), is_judged: true }
    }

    /// The same at this moment, with streets that nothing is known of yet.
    pub fn copy(&self, map: &Map) -> Self {
        let travel = Travel::new(map.network().clone());
        Self { state: self.state.clone(), travel, ..*self }
    }

    /// Takes an order up; the job is open.
    pub fn take_up(&mut self, number: u64, order: &Order) -> JobId {
        let id = JobId(Uuid::from_u64_pair(5, number));
        let job = Job {
            id,
            number,
            territory: self.state.territory,
            customer: CustomerId(Uuid::from_u64_pair(6, number)),
            location: LocationId(Uuid::from_u64_pair(7, number)),
            service_type: ServiceTypeId(Uuid::from_u64_pair(8, 1)),
            details: JobDetails::default(),
            status: JobStatus::Open,
            priority: order.priority,
            duration_s: order.duration_s,
            skills: order.skills.clone(),
            load: Load::new(),
            needs_approval: false,
            wanted: Some(order.wanted),
            promised: None,
            technician: None,
            created_at: self.now,
            ended_at: None,
            visits: Vec::new(),
            version: 1,
        };
        self.state.jobs.insert(id, PlannedJob { job, at: order.at, placement: 0 });
        id
    }

    /// Decides, and folds a yes in.
    ///
    /// # Panics
    /// The judge finds a fault in the plan: something begun was moved, a visit stands twice, a rule is broken.
    pub fn plan(&mut self, command: &PlanCommand) -> Result<Decision, Rejection> {
        let Self { state, travel, now, is_judged } = self;
        let decision = decide(state, travel, *now, command)?;
        if *is_judged {
            check::check_decision(state, travel, *now, &decision);
        }
        state.apply(&decision, *now);
        Ok(decision)
    }

    /// What the Job actor would do.
    pub fn job(&mut self, job: JobId, command: JobCommand) -> Result<(), Rejection> {
        let who = Who::System { part: SystemPart::CommandLine };
        let Some(known) = self.state.jobs.get_mut(&job) else {
            return Err(Rejection::not_found("job"));
        };
        for event in job::decide(&known.job, command, &who, self.now)?.events {
            if let Some(after) = job::apply(Some(known.job.clone()), job, &event, self.now) {
                known.job = after;
            }
        }
        Ok(())
    }

    /// What the Technician actor would do.
    pub fn report_sick(&mut self, technician: TechnicianId) -> Result<(), Rejection> {
        let Some(crew) = self.state.technicians.get_mut(&technician) else {
            return Err(Rejection::not_found("technician"));
        };
        for event in decide_duty(&crew.duty, DutyCommand::ReportSick)? {
            apply_duty(&mut crew.duty, &event, self.now);
        }
        Ok(())
    }

    /// Offers a better plan and makes it happen.
    pub fn use_proposal(&mut self, proposal: Proposal) -> Result<(), Rejection> {
        let id = proposal.id;
        self.plan(&PlanCommand::Offer { proposal: Box::new(proposal) })?;
        self.plan(&PlanCommand::Apply { proposal: id })?;
        Ok(())
    }

    /// Tells technicians of all stops, and the customers of those that know nothing yet when to expect somebody.
    pub fn publish_and_promise(&mut self) -> Result<(), Rejection> {
        let day = monday();
        self.plan(&PlanCommand::Publish { day, technicians: Vec::new(), seen: Vec::new() })?;
        let stops: Vec<Stop> =
            self.state.routes_on(day).flat_map(|route| &route.stops).copied().collect();
        for stop in stops {
            let known = &self.state.jobs[&stop.job].job;
            if known.promised.is_none() && known.status == JobStatus::Scheduled {
                let slack_s = i64::from(self.state.settings.promise_slack_s);
                let (from, until) =
                    (stop.start_at.plus_secs(-slack_s), stop.start_at.plus_secs(slack_s));
                self.job(
                    stop.job,
                    JobCommand::Promise { seen: None, window: TimeWindow { from, until } },
                )?;
            }
        }
        Ok(())
    }

    /// Who is the technician with this number.
    pub fn technician(&self, number: usize) -> TechnicianId {
        TechnicianId(Uuid::from_u64_pair(3, (number % self.state.technicians.len()) as u64))
    }
}
