//! What may be wished of a job.

use super::state::JobDetails;
use super::status::Outcome;
use crate::domain::text::{Load, Skills};
use crate::units::TimeWindow;
use crate::units::id::{CustomerId, LocationId, ServiceTypeId, TechnicianId, TerritoryId, VisitId};
use serde::{Deserialize, Serialize};

/// A wish about one job. `seen` is the version that the caller looked at; where it is absent the wish
/// holds whatever happened meanwhile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobCommand {
    Create(Box<NewJob>),
    Change {
        seen: Option<u32>,
        changes: Box<JobChanges>,
    },
    /// Tells the customer a window.
    Promise {
        seen: Option<u32>,
        window: TimeWindow,
    },
    Hold {
        seen: Option<u32>,
        remark: String,
    },
    Resume {
        seen: Option<u32>,
    },
    Cancel {
        seen: Option<u32>,
        remark: String,
    },
    /// Hands over or approves finished work.
    Approve {
        seen: Option<u32>,
    },
    Close {
        seen: Option<u32>,
    },
    /// Brings back a job whose work turned out not to be done.
    Reopen {
        seen: Option<u32>,
    },
    /// From the field, about the open visit.
    Accept {
        visit: VisitId,
    },
    Decline {
        visit: VisitId,
        remark: String,
    },
    Depart {
        visit: VisitId,
    },
    TurnBack {
        visit: VisitId,
    },
    Arrive {
        visit: VisitId,
    },
    /// The geofence saw the technician go.
    Leave {
        visit: VisitId,
    },
    Finish {
        visit: VisitId,
        outcome: Outcome,
        remark: String,
    },
}

/// What a new job needs. What is absent comes from the service type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewJob {
    pub number: u64,
    pub territory: TerritoryId,
    pub customer: CustomerId,
    pub location: LocationId,
    pub service_type: ServiceTypeId,
    pub details: JobDetails,
    pub priority: u8,
    pub duration_s: u32,
    pub skills: Skills,
    pub load: Load,
    pub needs_approval: bool,
    pub wanted: Option<TimeWindow>,
    pub technician: Option<TechnicianId>,
}

/// The fields to change; `None` leaves a field as it is, `Some(None)` empties it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobChanges {
    pub title: Option<String>,
    pub description: Option<String>,
    pub priority: Option<u8>,
    pub duration_s: Option<u32>,
    pub skills: Option<Skills>,
    pub load: Option<Load>,
    pub wanted: Option<Option<TimeWindow>>,
    pub technician: Option<Option<TechnicianId>>,
}
