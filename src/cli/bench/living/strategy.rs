//! Three ways to meet what happens: ours, one that only ever inserts, and one that optimises freely.

use super::office::{Office, monday};
use crate::domain::Rejection;
use crate::domain::plan::{PlanCommand, Proposal};
use crate::planning::{Earlier, Improvement, SearchBudget, options};
use crate::units::id::{JobId, ProposalId, TechnicianId};
use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Insertion with ejection, then a search in which moved promises have a price and a budget.
    Ours,
    /// The best place that is free; nothing else ever moves.
    Greedy,
    /// A search in which everything moves for nothing, as long as windows hold.
    Free,
}

impl Strategy {
    pub const ALL: [Self; 3] = [Self::Ours, Self::Greedy, Self::Free];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Greedy => "greedy insertion",
            Self::Free => "free re-optimiser",
        }
    }

    /// What it lets the business's settings be.
    pub fn set_up(self, office: &mut Office) {
        if self == Self::Free {
            office.state.settings.disruption_price_s = 0;
            office.state.settings.moved_promises_max = u32::MAX;
        }
    }

    /// A job is open.
    pub fn place(self, office: &mut Office, job: JobId) -> Result<(), Rejection> {
        match self {
            Self::Greedy => insert(office, job),
            Self::Ours | Self::Free => office.plan(&PlanCommand::Place { job }).map(|_| ()),
        }
    }

    /// A technician has fallen ill.
    pub fn release(self, office: &mut Office, technician: TechnicianId) -> Result<(), Rejection> {
        if self != Self::Greedy {
            office.plan(&PlanCommand::Release { technician })?;
            return Ok(());
        }
        let route = office.state.route_of(technician, monday());
        let stops = route.map_or_else(Vec::new, |route| office.state.remaining_stops(route));
        for stop in &stops {
            office.plan(&PlanCommand::Unassign { job: stop.job, seen: Vec::new() })?;
        }
        for stop in stops {
            insert(office, stop.job)?;
        }
        Ok(())
    }

    /// Looks for a better plan once what happened is dealt with, and uses it.
    pub fn improve(
        self,
        office: &mut Office,
        earlier: &mut Option<Earlier>,
        (seed, iterations): (u64, u64),
    ) -> Result<Option<Proposal>, Rejection> {
        if self == Self::Greedy {
            return Ok(None);
        }
        let Office { state, travel, now, .. } = office;
        let search = Improvement::prepare(state, travel, *now, monday(), earlier.as_ref())?;
        *earlier = Some(search.as_earlier());
        let budget = SearchBudget { iterations: Some(iterations), ..SearchBudget::default() };
        let id = ProposalId(Uuid::from_u64_pair(9, seed));
        let mut found = None;
        search.run(seed, &budget, id, *now, &mut |proposal| found = Some(proposal));
        if let Some(proposal) = &found {
            office.use_proposal(proposal.clone())?;
        }
        Ok(found)
    }
}

fn insert(office: &mut Office, job: JobId) -> Result<(), Rejection> {
    let day = monday();
    let found = options(&office.state, &mut office.travel, office.now, job, Some(day))?;
    let Some(best) = found.first().filter(|best| best.feasible) else { return Ok(()) };
    office.plan(&PlanCommand::Assign {
        job,
        technician: best.technician,
        day,
        position: best.position,
        anyway: false,
        seen: Vec::new(),
    })?;
    Ok(())
}
