//! What has happened to a job. No personal data: where a text changed, the event says which.

use super::status::Outcome;
use crate::domain::text::{Load, Skills};
use crate::units::id::{CustomerId, LocationId, ServiceTypeId, TechnicianId, TerritoryId, VisitId};
use crate::units::{TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobEvent {
    Created {
        number: u64,
        territory: TerritoryId,
        customer: CustomerId,
        location: LocationId,
        service_type: ServiceTypeId,
        priority: u8,
        duration_s: u32,
        skills: Skills,
        load: Load,
        needs_approval: bool,
        wanted: Option<TimeWindow>,
        technician: Option<TechnicianId>,
    },
    /// The facts after the change, and the names of the texts that changed.
    Changed {
        priority: u8,
        duration_s: u32,
        skills: Skills,
        load: Load,
        wanted: Option<TimeWindow>,
        technician: Option<TechnicianId>,
        texts: Vec<String>,
    },
    Promised {
        window: TimeWindow,
    },
    Held,
    Resumed,
    Cancelled,
    Approved,
    Closed,
    Reopened,
    Accepted {
        visit: VisitId,
        at: Timestamp,
    },
    Declined {
        visit: VisitId,
        at: Timestamp,
    },
    Departed {
        visit: VisitId,
        at: Timestamp,
    },
    TurnedBack {
        visit: VisitId,
        at: Timestamp,
    },
    Arrived {
        visit: VisitId,
        at: Timestamp,
    },
    /// By geofence, without a word: the status stays, people look into it.
    Left {
        visit: VisitId,
        at: Timestamp,
    },
    Finished {
        visit: VisitId,
        at: Timestamp,
        outcome: Outcome,
        /// Whether the arrival lay within the promise, if one was given.
        promise_kept: Option<bool>,
    },
}
