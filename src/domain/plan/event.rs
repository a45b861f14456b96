//! What has happened to the plan.

use super::proposal::{Proposal, ProposalStatus};
use super::route::Route;
use crate::units::id::{JobId, ProposalId, VisitId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PlanEvent {
    /// A route is now so. One command may change several; they are recorded together.
    RouteChanged(Box<RouteChange>),
    ProposalMade {
        proposal: Box<Proposal>,
    },
    ProposalEnded {
        proposal: ProposalId,
        status: ProposalStatus,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteChange {
    pub route: Route,
    /// Visits that left this route and stand on no other one.
    #[serde(default)]
    pub removed: Vec<RemovedVisit>,
    /// Why, for the timeline: `place`, `assign`, `unassign`, `publish`, `apply`, `forget`, `release`, `renew`.
    pub cause: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedVisit {
    pub job: JobId,
    pub visit: VisitId,
}
