//! What is known of a job.

use super::status::{JobStatus, Outcome, VisitStatus};
use crate::domain::text::{Load, Pii, Skills};
use crate::units::id::{
    CustomerId, JobId, LocationId, RouteId, ServiceTypeId, TechnicianId, TerritoryId, TruckId,
    VisitId,
};
use crate::units::{TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};

/// A job with its visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub id: JobId,
    /// Counts up within the organization; written `J-000123`.
    pub number: u64,
    pub territory: TerritoryId,
    pub customer: CustomerId,
    pub location: LocationId,
    pub service_type: ServiceTypeId,
    pub details: JobDetails,
    pub status: JobStatus,
    /// 0 to 100; higher is more urgent.
    pub priority: u8,
    /// Time at the location.
    pub duration_s: u32,
    pub skills: Skills,
    pub load: Load,
    /// Finished work waits for approval.
    pub needs_approval: bool,
    /// The customer asked for this.
    pub wanted: Option<TimeWindow>,
    /// We told the customer this. Changing the plan never edits it.
    pub promised: Option<TimeWindow>,
    /// Only this technician may do it.
    pub technician: Option<TechnicianId>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// In the order in which they were planned; all but the last are over.
    pub visits: Vec<Visit>,
    pub version: u32,
}

/// Free text of a job: personal, never in an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobDetails {
    pub title: Pii<String>,
    pub description: Pii<String>,
    /// Why it is on hold or was cancelled, what the technician noted at the end.
    pub remark: Pii<String>,
}

/// One planned trip to the job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub id: VisitId,
    pub status: VisitStatus,
    pub route: RouteId,
    pub technician: TechnicianId,
    pub truck: Option<TruckId>,
    /// Arrival at the location and end of the work, as intended now.
    pub planned: TimeWindow,
    pub published_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub departed_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    /// The technician left the place, by geofence, without having said that the work is done.
    pub left_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
}

impl Job {
    /// `J-000123`.
    pub fn label(&self) -> String {
        format!("J-{:06}", self.number)
    }

    /// The visit that is planned or under way.
    pub fn open_visit(&self) -> Option<&Visit> {
        self.visits.last().filter(|visit| !visit.status.is_over())
    }

    pub(super) fn open_visit_mut(&mut self) -> Option<&mut Visit> {
        self.visits.last_mut().filter(|visit| !visit.status.is_over())
    }

    /// The visit of this id.
    pub fn find_visit(&self, id: VisitId) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.id == id)
    }

    /// The id of the visit that the plan would make next: the same job and count give the same id.
    pub fn next_visit_id(&self) -> VisitId {
        visit_id(self.id, self.visits.iter().filter(|visit| visit.status.is_over()).count())
    }
}

/// The id of the visit that comes after so many visits that are over.
pub fn visit_id(job: JobId, visits_over: usize) -> VisitId {
    VisitId::derived(job.0, &format!("visit {visits_over}"))
}
