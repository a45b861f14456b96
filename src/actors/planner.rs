//! The Planner: the routing actor, one per territory. It owns the plan: every route, in order.

use crate::actors::execute::{Around, Carry, Refusal};
use crate::actors::live::PlacementOption;
use crate::actors::recorder::Committed;
use crate::actors::solver_pool::SolverPool;
use crate::domain::{Answer, Rejection};
use crate::roads::RoadNetwork;
use crate::units::LocalDay;
use crate::units::id::{JobId, OrganizationId, TerritoryId};
use actix::prelude::*;
use std::sync::Arc;

/// Ask: every technician of the territory for this job, best first. Changes nothing.
#[derive(Message)]
#[rtype(result = "Result<Vec<PlacementOption>, Refusal>")]
pub struct GetOptions {
    pub job: JobId,
    pub day: Option<LocalDay>,
}

pub struct Planner;

impl Planner {
    pub fn new(
        _: Around,
        _: Arc<dyn RoadNetwork>,
        _: SolverPool,
        _: OrganizationId,
        _: TerritoryId,
    ) -> Self {
        Self
    }
}

impl Actor for Planner {
    type Context = Context<Self>;
}

impl Handler<Carry> for Planner {
    type Result = Result<Answer, Refusal>;
    fn handle(&mut self, _: Carry, _: &mut Self::Context) -> Self::Result {
        Err(Refusal::Rejected(Rejection::conflict("no_planner", "the planner is not there")))
    }
}

impl Handler<GetOptions> for Planner {
    type Result = Result<Vec<PlacementOption>, Refusal>;
    fn handle(&mut self, _: GetOptions, _: &mut Self::Context) -> Self::Result {
        Err(Refusal::Rejected(Rejection::conflict("no_planner", "the planner is not there")))
    }
}

impl Handler<Committed> for Planner {
    type Result = ();
    fn handle(&mut self, _: Committed, _: &mut Self::Context) {}
}
