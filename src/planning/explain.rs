//! Why a job is where it is, or nowhere: what the day would cost with somebody else, or which rules keep it
//! out and what would let it in. Changes nothing.
//!
//! Preparing needs what the Planner knows and takes a moment; looking takes tens of milliseconds and needs
//! nothing but what was prepared, so it can be done on any thread.

use super::decide::days_for;
use super::problem::{DayProblem, Orders};
use super::reason::{self, Reason, minutes};
use super::state::PlannerState;
use super::travel::Travel;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::domain::people::organization::OrganizationSettings;
use crate::solver::explain::{self, Change, Cure, Effort, Fixed, Verdict};
use crate::solver::{
    Disruption, Moving, Plan, Problem, Schedule, TaskId, Tours, VehicleId, insertion,
};
use crate::units::id::{JobId, TechnicianId};
use crate::units::{LocalDay, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a job is where it is, or nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    pub day: LocalDay,
    /// Who has the job; null: nobody.
    pub technician: Option<TechnicianId>,
    /// Why it cannot be elsewhere: `begun`, `locked`, `required_technician`.
    pub fixed: Option<String>,
    /// Of a planned job: the best day that was found without its technician.
    pub alternative: Option<Alternative>,
    /// Of an open job for which there is a place after all: where.
    pub place: Option<Place>,
    /// Of an open job without a place: the rules in the way, the one nearest to a yes first.
    pub reasons: Vec<ReasonCount>,
    /// What would let it in, the smallest change first; each was tried.
    pub cures: Vec<CureView>,
}

/// The best day that was found with the job's technician forbidden to do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alternative {
    /// Who would do it; null: nobody could.
    pub technician: Option<TechnicianId>,
    pub arrival_at: Option<Timestamp>,
    /// What the day would have more of.
    pub travel_s: i64,
    pub travel_m: i64,
    pub waiting_s: i64,
    pub lateness_s: i64,
    /// What the road would cost more, in the smallest unit of the organization's currency; null without prices.
    pub cost: Option<i64>,
    /// Other jobs that would move.
    pub moves: Vec<MovedJob>,
    /// If nobody could: what keeps the one who comes nearest from it.
    pub nearest: Option<Reason>,
}

/// Another job that would be with somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovedJob {
    pub job: JobId,
    pub from: Option<TechnicianId>,
    pub to: Option<TechnicianId>,
}

/// A place that there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    pub technician: TechnicianId,
    pub arrival_at: Timestamp,
    /// Other jobs that would have to move for it.
    pub moves: Vec<MovedJob>,
}

/// A rule and how many technicians it keeps from the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonCount {
    pub technicians: u32,
    pub nearest: Reason,
}

/// A change with which the job would have its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CureView {
    /// `later` `earlier` `other_later` `overtime` `without_break` `capacity` `skills` `other_technician`.
    pub change: String,
    /// Seconds, or units of load: as little as is enough.
    pub by: Option<i64>,
    /// What has to be so, to follow *it would fit if*.
    pub sentence: String,
    pub technician: TechnicianId,
    pub arrival_at: Timestamp,
    pub added_travel_s: i64,
    /// The other job whose window it is.
    pub job: Option<JobId>,
}

/// A question with all that is needed to answer it.
#[derive(Debug, Clone)]
pub struct Question {
    job: Job,
    problem: DayProblem,
    /// Technicians who are out of the question on any day.
    lasting: Vec<Reason>,
    /// A job that has begun is in no tour.
    begun_by: Option<TechnicianId>,
    settings: OrganizationSettings,
}

impl Question {
    /// Takes the day up as it is. Without a day: the one the job is planned on, or the first it may be done on.
    ///
    /// # Errors
    /// The job is unknown or off the map.
    pub fn prepare(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        job: JobId,
        day: Option<LocalDay>,
    ) -> Result<Self, Rejection> {
        let Some(known) = state.jobs.get(&job) else { return Err(Rejection::not_found("job")) };
        let facts = known.job.clone();
        let place =
            state.place_of(job).map(|(route, stop)| (route.day, route.technician, stop.locked));
        let first_day = || days_for(state, now, &facts).first().copied();
        let day = day.or(place.map(|(day, ..)| day)).or_else(first_day);
        let day = day.unwrap_or_else(|| state.today(now));
        let mut orders = Orders::new();
        for route in state.routes_on(day) {
            let remaining = state.remaining_stops(route);
            orders.insert(route.technician, remaining.iter().map(|stop| stop.job).collect());
        }
        let is_in_tours = orders.values().flatten().any(|other| *other == job);
        let here = place.filter(|(on, ..)| *on == day);
        let begun_by = here.filter(|_| !is_in_tours).map(|(_, technician, _)| technician);
        let open: &[JobId] = if is_in_tours || begun_by.is_some() { &[] } else { &[job] };
        let problem = DayProblem::build(state, travel, now, day, &orders, open)?;
        let lasting = state.technicians.values().filter_map(|crew| {
            let has_declined = reason::has_declined(&facts, crew.technician.id);
            let declined = has_declined.then(|| reason::declined(crew.technician.id));
            reason::lasting(state, crew, &facts).or(declined)
        });
        Ok(Self {
            lasting: lasting.collect(),
            job: facts,
            problem,
            begun_by,
            settings: state.settings.clone(),
        })
    }

    /// The answer.
    pub fn answer(&self) -> Explanation {
        let mut found = Explanation {
            day: self.problem.day,
            technician: None,
            fixed: None,
            alternative: None,
            place: None,
            reasons: Vec::new(),
            cures: Vec::new(),
        };
        if self.begun_by.is_some() {
            found.technician = self.begun_by;
            found.fixed = Some("begun".to_owned());
            return found;
        }
        let (Some(task), Some(mut tours)) = (self.problem.task_of(self.job.id), self.tours())
        else {
            return found;
        };
        match tours.vehicle_of(task) {
            Some(vehicle) => self.of_assignment(&tours, task, vehicle, &mut found),
            None => self.of_refusal(&mut tours, task, &mut found),
        }
        found
    }

    /// The day's tours; promises to others do not move for an explanation.
    fn tours(&self) -> Option<Tours<'_>> {
        let problem = &self.problem.problem;
        let tours = Tours::of(problem, &self.problem.plan).ok()?;
        let promised = problem.task_ids().filter(|task| self.problem.is_promised(*task));
        let price = i64::from(self.settings.disruption_price_s);
        let moving: Vec<Moving> =
            promised.map(|task| Moving { task, price, is_promised: true }).collect();
        let disruption = Disruption::from_plan(problem, &self.problem.plan, &moving, 0);
        Some(tours.with_disruption(disruption))
    }

    fn of_assignment(
        &self,
        tours: &Tours<'_>,
        task: TaskId,
        vehicle: VehicleId,
        found: &mut Explanation,
    ) {
        found.technician = Some(self.technician(vehicle));
        let other = match explain::assignment(tours, task, &Effort::default()) {
            Ok(other) => other,
            Err(Fixed::Locked) => {
                let only = self.job.technician == found.technician;
                found.fixed = Some(if only { "required_technician" } else { "locked" }.to_owned());
                return;
            }
            Err(Fixed::Pinned | Fixed::Absent) => {
                found.fixed = Some("begun".to_owned());
                return;
            }
        };
        found.alternative = Some(Alternative {
            technician: other.vehicle.map(|vehicle| self.technician(vehicle)),
            arrival_at: other.vehicle.and_then(|vehicle| self.arrival(&other.plan, vehicle, task)),
            travel_s: other.more.travel_s,
            travel_m: other.more.travel_m,
            waiting_s: other.more.waiting_s,
            lateness_s: other.more.late_s,
            cost: self.settings.road_cost(other.more.travel_s, other.more.travel_m),
            moves: self.moves(&other.moved),
            nearest: other
                .nearest
                .map(|refusal| reason::of_refusal(&self.problem, &self.job, &refusal)),
        });
    }

    fn of_refusal(&self, tours: &mut Tours<'_>, task: TaskId, found: &mut Explanation) {
        let place = |plan: &Plan, moves: Vec<MovedJob>| {
            let vehicle = plan.tours.iter().position(|tour| tour.contains(&task))?;
            let vehicle = VehicleId(vehicle as u32);
            let arrival_at = self.arrival(plan, vehicle, task)?;
            Some(Place { technician: self.technician(vehicle), arrival_at, moves })
        };
        match explain::refusal(tours, task, &Effort::default()) {
            Verdict::Placed(_) => {}
            Verdict::Fits(place_found) => {
                let mut with = tours.clone();
                insertion::apply(&mut with, &place_found);
                found.place = place(&with.plan(), Vec::new());
            }
            Verdict::FitsMoving { plan, moved } => found.place = place(&plan, self.moves(&moved)),
            Verdict::Refused(refused) => {
                let refusals = refused.refusals.iter();
                let words =
                    refusals.map(|refusal| reason::of_refusal(&self.problem, &self.job, refusal));
                found.reasons = self.count(words.collect());
                let cures = refused.cures.iter();
                found.cures = cures.filter_map(|cure| self.cure(task, cure)).collect();
            }
        }
    }

    /// One reason per technician, counted by rule; what holds on any day counts for more than the day's rules.
    fn count(&self, of_day: Vec<Reason>) -> Vec<ReasonCount> {
        let mut reasons = self.lasting.clone();
        for reason in self.problem.kept_out.iter().cloned().chain(of_day) {
            if reasons.iter().all(|known| known.technician != reason.technician) {
                reasons.push(reason);
            }
        }
        reasons.sort_by_key(|reason| (reason.by.is_none(), reason.by, reason.technician));
        let mut counts: Vec<ReasonCount> = Vec::new();
        for reason in reasons {
            let is_same = |known: &&mut ReasonCount| {
                let unmeasured = reason.by.is_none() && known.nearest.by.is_none();
                known.nearest.rule == reason.rule
                    && (!unmeasured || known.nearest.sentence == reason.sentence)
            };
            match counts.iter_mut().find(is_same) {
                Some(known) => known.technicians += 1,
                None => counts.push(ReasonCount { technicians: 1, nearest: reason }),
            }
        }
        counts
    }

    /// A cure in words; none for one that nobody could make: a promise to another customer, a no of a technician.
    fn cure(&self, task: TaskId, cure: &Cure) -> Option<CureView> {
        let problem = &self.problem.problem;
        let vehicle = cure.place.vehicle;
        let mut other = None;
        let at_length = minutes(cure.by);
        let (change, sentence) = match cure.change {
            Change::Later { task: of } if of == task => {
                ("later", format!("it could begin {at_length} later"))
            }
            Change::Later { task: of } if self.problem.is_promised(of) => return None,
            Change::Later { task: of } => {
                other = Some(self.problem.job_of(of));
                ("other_later", format!("another job could begin {at_length} later"))
            }
            Change::Earlier { .. } => ("earlier", format!("it could begin {at_length} earlier")),
            Change::Overtime => ("overtime", format!("the shift could end {at_length} later")),
            Change::NoBreak { .. } => ("without_break", "a break were dropped".to_owned()),
            Change::Capacity { dimension } => {
                let word = self.problem.dimensions.get(dimension).map_or("load", String::as_str);
                ("capacity", format!("the truck had room for {} more {word}", cure.by))
            }
            Change::Skills => {
                let has = &problem.vehicle(vehicle).skills;
                let missing =
                    problem.task(task).skills.iter().filter(|skill| !has.contains(*skill));
                let words: Option<Vec<&str>> =
                    missing.map(|skill| self.problem.skill_word(skill)).collect();
                ("skills", format!("somebody had {}", words?.join(" and ")))
            }
            Change::Unlock => ("other_technician", "another technician might do it".to_owned()),
            Change::Tasks | Change::Travel | Change::Distance | Change::Duration => return None,
        };
        // When it would begin: in the day as it would be with the change.
        let mut draft = problem.draft().clone();
        cure.change.make(&mut draft, task, vehicle, cure.by);
        let cured = Problem::parse(draft).ok()?;
        let mut tour = self.problem.plan.tours[vehicle.index()].clone();
        let was = Schedule::of(&cured, vehicle, &tour);
        tour.insert(cure.place.after.min(tour.len()), task);
        let is = Schedule::of(&cured, vehicle, &tour);
        Some(CureView {
            change: change.to_owned(),
            by: (cure.by > 0).then_some(cure.by),
            sentence,
            technician: self.technician(vehicle),
            arrival_at: self.problem.instant(is.visit_of(task)?.start_s),
            added_travel_s: is.travel_s - was.travel_s,
            job: other,
        })
    }

    fn technician(&self, vehicle: VehicleId) -> TechnicianId {
        self.problem.technicians[vehicle.index()]
    }

    fn arrival(&self, plan: &Plan, vehicle: VehicleId, task: TaskId) -> Option<Timestamp> {
        let schedule = self.problem.schedule(vehicle, &plan.tours[vehicle.index()]);
        schedule.visit_of(task).map(|visit| self.problem.instant(visit.start_s))
    }

    fn moves(&self, moved: &[explain::Moved]) -> Vec<MovedJob> {
        let of = |vehicle: Option<VehicleId>| vehicle.map(|vehicle| self.technician(vehicle));
        let told = moved.iter().map(|moved| MovedJob {
            job: self.problem.job_of(moved.task),
            from: of(moved.from),
            to: of(moved.to),
        });
        told.collect()
    }
}
