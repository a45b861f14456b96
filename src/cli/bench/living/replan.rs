//! How soon after something has happened there is a better plan to offer: in the middle of a large day, with all
//! promises made.

use super::drive::Drivers;
use super::office::{Office, Order, minute, monday};
use super::strategy::Strategy;
use crate::cli::bench::measure::Times;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::JobCommand;
use crate::domain::plan::PlanCommand;
use crate::planning::{Earlier, Improvement, SearchBudget};
use crate::roads::Map;
use crate::units::id::{JobId, ProposalId, TechnicianId};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use std::time::Instant;
use uuid::Uuid;

/// How large the day is, and how long is searched.
#[derive(Debug, Clone, Copy)]
pub struct ReplanOptions {
    pub technicians: usize,
    pub jobs: usize,
    /// Events of each kind.
    pub rounds: usize,
    /// Seconds of each search, and of the one that makes the morning's plan.
    pub search_s: f64,
    pub morning_s: f64,
    pub seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Sick,
    Cancelled,
    Late,
    Urgent,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Sick, Self::Cancelled, Self::Late, Self::Urgent];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sick => "a technician falls ill",
            Self::Cancelled => "a job is cancelled",
            Self::Late => "a visit runs 45 min late",
            Self::Urgent => "an urgent job comes in",
        }
    }
}

/// How events of a kind were met.
#[derive(Debug, Clone, Serialize)]
pub struct Replanned {
    pub kind: Kind,
    pub events: usize,
    /// Of them, those for which there was a better plan to offer within the time.
    pub offered: usize,
    /// From the event until the plan holds again: what is done at once.
    pub reaction_median_s: f64,
    /// From the event to the first proposal, where there was one.
    pub first_median_s: Option<f64>,
    pub first_p95_s: Option<f64>,
    pub first_worst_s: Option<f64>,
    /// What the last proposal saves, seconds of travel and lateness, on average.
    pub saved_s: Option<f64>,
    pub moved_promises_max: u32,
}

/// A large day at ten in the morning.
pub struct Forenoon {
    office: Office,
    options: ReplanOptions,
}

impl Forenoon {
    pub fn draw(map: &Map, options: ReplanOptions) -> Result<Self, Rejection> {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(options.seed);
        let mut office = Office::open(map, options.technicians, options.seed);
        office.is_judged = false;
        for number in 0..options.jobs as u64 {
            let order = Order::draw(map, &mut dice, 7 * 60);
            office.take_up(number, &order);
        }
        office.plan(&PlanCommand::PlaceAll { day: monday() })?;
        Strategy::Free.set_up(&mut office);
        let morning =
            Improvement::prepare(&office.state, &mut office.travel, office.now, monday(), None)?;
        if let Some(proposal) = search(&morning, &office, options.morning_s, options.seed).pop() {
            office.use_proposal(proposal.1)?;
        }
        office.state.settings =
            crate::domain::people::organization::OrganizationSettings::default();
        office.publish_and_promise()?;
        Drivers::new(options.seed).go_on(&mut office, minute(10 * 60))?;
        office.publish_and_promise()?;
        Ok(Self { office, options })
    }

    /// So many jobs are planned and not begun, of so many technicians.
    pub fn left(&self) -> usize {
        let state = &self.office.state;
        state.routes_on(monday()).map(|route| state.remaining_stops(route).len()).sum()
    }

    /// Meets events of each kind, each from the same state.
    pub fn meet(
        &mut self,
        map: &Map,
        mut tell: impl FnMut(usize),
    ) -> Result<Vec<Replanned>, Rejection> {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(self.options.seed + 1);
        let (before, now) = (self.office.state.clone(), self.office.now);
        let mut report = Vec::new();
        let mut number = 0;
        for kind in Kind::ALL {
            let (mut reactions, mut firsts, mut saved) = (Vec::new(), Vec::new(), Vec::new());
            let mut moved_promises_max = 0;
            for _ in 0..self.options.rounds {
                number += 1;
                let earlier = Earlier::of(&self.office.state, monday());
                let happening = self.draw_event(map, kind, number as u64, &mut dice)?;
                let started = Instant::now();
                self.react(happening)?;
                reactions.push(started.elapsed().as_secs_f64());
                let Office { state, travel, now: at, .. } = &mut self.office;
                let improvement =
                    Improvement::prepare(state, travel, *at, monday(), Some(&earlier))?;
                let prepared_s = started.elapsed().as_secs_f64();
                let seed = number as u64;
                let told = search(&improvement, &self.office, self.options.search_s, seed);
                firsts.extend(told.first().map(|(after_s, _)| prepared_s + after_s));
                if let Some((_, last)) = told.last() {
                    let difference = &last.difference;
                    saved.push(-(difference.travel_s + difference.lateness_s) as f64);
                    moved_promises_max = moved_promises_max.max(difference.moved_promises);
                }
                self.office.state.clone_from(&before);
                self.office.now = now;
                tell(number);
            }
            let offered = firsts.len();
            let firsts = (!firsts.is_empty()).then(|| Times::from_seconds(firsts));
            report.push(Replanned {
                kind,
                events: self.options.rounds,
                offered,
                reaction_median_s: Times::from_seconds(reactions).median_s(),
                first_median_s: firsts.as_ref().map(Times::median_s),
                first_p95_s: firsts.as_ref().map(Times::p95_s),
                first_worst_s: firsts.as_ref().map(Times::worst_s),
                saved_s: (offered > 0).then(|| saved.iter().sum::<f64>() / offered as f64),
                moved_promises_max,
            });
        }
        Ok(report)
    }

    /// The fact itself, before anybody plans.
    fn draw_event(
        &mut self,
        map: &Map,
        kind: Kind,
        number: u64,
        dice: &mut Xoshiro256PlusPlus,
    ) -> Result<Happening, Rejection> {
        let office = &mut self.office;
        let technicians = office.state.technicians.len();
        match kind {
            Kind::Sick => {
                let technician = office.technician(dice.random_range(0..technicians));
                office.report_sick(technician)?;
                Ok(Happening::Sick(technician))
            }
            Kind::Cancelled => {
                let state = &office.state;
                let stops =
                    state.routes_on(monday()).flat_map(|route| state.remaining_stops(route));
                let jobs: Vec<JobId> = stops.map(|stop| stop.job).collect();
                let job = jobs[dice.random_range(0..jobs.len())];
                office.job(job, JobCommand::Cancel { seen: None, remark: String::new() })?;
                Ok(Happening::Cancelled(job))
            }
            Kind::Late => {
                // Whoever is at work now stays so until then: it shows as the clock goes on.
                office.now = office.now.plus_secs(45 * 60);
                Ok(Happening::Late(office.technician(dice.random_range(0..technicians))))
            }
            Kind::Urgent => {
                let order = Order::draw(map, dice, 10 * 60 + 30).urgent();
                Ok(Happening::Urgent(office.take_up(self.options.jobs as u64 + number, &order)))
            }
        }
    }

    /// What is done at once, so that the plan holds again.
    fn react(&mut self, happening: Happening) -> Result<(), Rejection> {
        let command = match happening {
            Happening::Sick(technician) => PlanCommand::Release { technician },
            Happening::Cancelled(job) => PlanCommand::Forget { job },
            Happening::Late(technician) => PlanCommand::Renew { technician, day: None },
            Happening::Urgent(job) => PlanCommand::Place { job },
        };
        self.office.plan(&command).map(|_| ())
    }
}

enum Happening {
    Sick(TechnicianId),
    Cancelled(JobId),
    Late(TechnicianId),
    Urgent(JobId),
}

/// What a search of some seconds tells, each with the seconds until then.
fn search(
    improvement: &Improvement,
    office: &Office,
    seconds: f64,
    seed: u64,
) -> Vec<(f64, crate::domain::plan::Proposal)> {
    let started = Instant::now();
    let share_used = || started.elapsed().as_secs_f64() / seconds.max(1e-6);
    let budget = SearchBudget { share_used: Some(&share_used), ..SearchBudget::default() };
    let id = ProposalId(Uuid::from_u64_pair(9, seed));
    let mut told = Vec::new();
    improvement.run(seed, &budget, id, office.now, &mut |proposal| {
        told.push((started.elapsed().as_secs_f64(), proposal));
    });
    told
}
