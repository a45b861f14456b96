//! What may be wished of the plan. Each wish names the route versions it saw; a stale one is refused
//! with the current state.

use crate::units::LocalDay;
use crate::units::id::{JobId, ProposalId, RouteId, TechnicianId};
use serde::{Deserialize, Serialize};

/// A route and the version of it that the caller looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenRoute {
    pub route: RouteId,
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PlanCommand {
    /// Finds the best place for a job that has none.
    Place {
        job: JobId,
    },
    /// Finds places for all open jobs of the day at once.
    PlaceAll {
        day: LocalDay,
    },
    /// Puts a job on a technician's route, at a position among the stops not yet begun or at the best one.
    /// Skills and capacity are rules; a broken window or shift is allowed by hand if `anyway`.
    Assign {
        job: JobId,
        technician: TechnicianId,
        day: LocalDay,
        position: Option<u32>,
        #[serde(default)]
        anyway: bool,
        #[serde(default)]
        seen: Vec<SeenRoute>,
    },
    /// Takes a job off its route.
    Unassign {
        job: JobId,
        #[serde(default)]
        seen: Vec<SeenRoute>,
    },
    Lock {
        job: JobId,
        #[serde(default)]
        seen: Vec<SeenRoute>,
    },
    Unlock {
        job: JobId,
        #[serde(default)]
        seen: Vec<SeenRoute>,
    },
    /// Tells the technicians of the day (all of the territory if empty) their stops.
    Publish {
        day: LocalDay,
        #[serde(default)]
        technicians: Vec<TechnicianId>,
        #[serde(default)]
        seen: Vec<SeenRoute>,
    },
    /// Starts the background search for a better plan of the day.
    Improve {
        day: LocalDay,
    },
    /// The search found this.
    Offer {
        proposal: Box<super::Proposal>,
    },
    Apply {
        proposal: ProposalId,
    },
    Discard {
        proposal: ProposalId,
    },
    /// A job ended, was held or cancelled: its stop goes, or stays as a record if it was driven.
    Forget {
        job: JobId,
    },
    /// A technician fell ill: stops not begun find other places, or their jobs are open again.
    Release {
        technician: TechnicianId,
    },
    /// A visit began, ended or turned back, or the streets have changed: later arrivals are reckoned anew.
    Renew {
        technician: TechnicianId,
        /// Today where absent.
        day: Option<LocalDay>,
    },
}
