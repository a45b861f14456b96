//! What a better plan would mean for people, and whether that is worth the unrest.

use super::Improvement;
use crate::domain::plan::{Proposal, ProposalStatus, Route, Stop};
use crate::planning::arrival;
use crate::planning::difference::difference;
use crate::solver::{Plan, VehicleId};
use crate::units::Timestamp;
use crate::units::id::{JobId, ProposalId};

/// Less than this is not worth anybody's attention, in seconds of travel and lateness.
pub(super) const GAIN_S_MIN: i64 = 120;

impl Improvement {
    /// A promise or a published visit moves only when the gain pays the organization's price, and only so many promises
    /// may move at all.
    pub(super) fn is_worth(&self, proposal: &Proposal) -> bool {
        let difference = &proposal.difference;
        let gain_s = -(difference.travel_s + difference.lateness_s);
        let is_published = |job: &JobId| self.stops.get(job).is_some_and(|stop| stop.published);
        let handed_over = difference.moves.iter().filter(|moved| {
            moved.from.is_some() && moved.from != moved.to && is_published(&moved.job)
        });
        let disrupted = (handed_over.count() as i64).max(i64::from(difference.moved_promises));
        let price_s = i64::from(self.settings.disruption_price_s) * disrupted;
        let is_within_budget = difference.moved_promises <= self.settings.moved_promises_max;
        is_within_budget && (difference.placed_jobs > 0 || gain_s >= GAIN_S_MIN.max(price_s + 1))
    }

    /// What the plan would be, and how it differs.
    pub(super) fn proposal(&self, plan: &Plan, id: ProposalId, made_at: Timestamp) -> Proposal {
        let mut routes = Vec::new();
        let stops: Vec<Stop> = self.stops.values().copied().collect();
        for (at, technician) in self.problem.technicians.iter().enumerate() {
            let (was, is) = (&self.problem.plan.tours[at], &plan.tours[at]);
            if was == is {
                continue;
            }
            let vehicle = VehicleId(at as u32);
            let route = Route::id_for(*technician, self.day);
            let truck = self.problem.truck(vehicle);
            let mut route = Route::empty(route, self.territory, *technician, truck, self.day);
            route.version = self.versions.get(&route.id).copied().unwrap_or(0);
            arrival::fill(&mut route, &self.problem, vehicle, is, &stops);
            routes.push(route);
        }
        Proposal {
            id,
            territory: self.territory,
            day: self.day,
            status: ProposalStatus::Offered,
            made_at,
            routes,
            difference: difference(&self.problem, plan, &self.settings),
            version: 1,
        }
    }
}
