//! What technicians do all day: set off, arrive, work, leave; later or earlier than planned, as the dice of each job
//! fall. Whoever plans, the same job takes as long.

use super::office::{Office, monday};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::{JobCommand, Outcome, VisitStatus};
use crate::domain::plan::{PlanCommand, Stop};
use crate::units::Timestamp;
use crate::units::id::TechnicianId;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt as _, SeedableRng as _};
use std::collections::BTreeMap;

/// The drivers of a day.
#[derive(Debug, Clone, Default)]
pub struct Drivers {
    seed: u64,
    /// Who stands still until when.
    held_up: BTreeMap<TechnicianId, Timestamp>,
    /// Of visits that are over: how many, how late they began after their promised window, and how many too late.
    pub done: u32,
    pub late_s: i64,
    pub broken_promises: u32,
    pub driven_s: i64,
}

impl Drivers {
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// From now on somebody stands still for so long.
    pub fn hold_up(&mut self, technician: TechnicianId, until: Timestamp) {
        self.held_up.insert(technician, until);
    }

    /// Lets everybody drive and work until an instant, which it is then.
    pub fn go_on(&mut self, office: &mut Office, until: Timestamp) -> Result<(), Rejection> {
        loop {
            let technicians = office.state.technicians.keys();
            let next = technicians.filter_map(|technician| {
                self.next_of(office, *technician).map(|(at, stop)| (at, *technician, stop))
            });
            let next = next.min_by_key(|(at, technician, _)| (*at, *technician));
            match next {
                Some((at, technician, stop)) if at <= until => {
                    office.now = office.now.max(at);
                    self.act(office, technician, stop)?;
                }
                _ => break,
            }
        }
        office.now = office.now.max(until);
        Ok(())
    }

    /// When a technician next does something, and at which stop.
    fn next_of(&self, office: &Office, technician: TechnicianId) -> Option<(Timestamp, Stop)> {
        let state = &office.state;
        let route = state.route_of(technician, monday())?;
        let stop = *route
            .stops
            .iter()
            .find(|stop| state.visit_of(stop).is_some_and(|visit| !visit.status.is_over()))?;
        let visit = state.visit_of(&stop)?;
        let job = &state.jobs[&stop.job].job;
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(self.seed ^ job.number.wrapping_mul(977));
        let travel: f64 = dice.random_range(0.95..1.15);
        let work: f64 = dice.random_range(0.75..1.35);
        let at = match visit.status {
            VisitStatus::Published | VisitStatus::Accepted => {
                stop.planned.from.plus_secs(-i64::from(stop.travel_s))
            }
            VisitStatus::EnRoute => {
                visit.departed_at?.plus_secs((f64::from(stop.travel_s) * travel) as i64)
            }
            VisitStatus::OnSite => {
                let opens = job.wanted.map_or(visit.arrived_at?, |wanted| wanted.from);
                let begins = visit.arrived_at?.max(opens);
                begins.plus_secs((f64::from(job.duration_s) * work) as i64)
            }
            _ => return None,
        };
        let held_up = self.held_up.get(&technician).copied();
        Some((at.max(office.now).max(held_up.unwrap_or(at)), stop))
    }

    fn act(
        &mut self,
        office: &mut Office,
        technician: TechnicianId,
        stop: Stop,
    ) -> Result<(), Rejection> {
        let visit = stop.visit;
        match office.state.visit_of(&stop).map(|visit| visit.status) {
            Some(VisitStatus::Published | VisitStatus::Accepted) => {
                office.job(stop.job, JobCommand::Depart { visit })?;
                self.driven_s += i64::from(stop.travel_s);
            }
            Some(VisitStatus::EnRoute) => {
                office.job(stop.job, JobCommand::Arrive { visit })?;
                if let Some(promised) = office.state.jobs[&stop.job].job.promised {
                    let late_s = office.now.secs_since(promised.until).max(0);
                    self.late_s += late_s;
                    self.broken_promises += u32::from(late_s > 0);
                }
            }
            _ => {
                let (outcome, remark) = (Outcome::Completed, String::new());
                office.job(stop.job, JobCommand::Finish { visit, outcome, remark })?;
                office.plan(&PlanCommand::Forget { job: stop.job })?;
                self.done += 1;
            }
        }
        office.plan(&PlanCommand::Renew { technician, day: None })?;
        Ok(())
    }
}
