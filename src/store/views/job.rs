//! A job with all that a screen says of it: who, where, what, when, and its visits.

use crate::domain::fieldwork::job::{JobStatus, Outcome, Visit, VisitStatus};
use crate::domain::text::Pii;
use crate::units::id::{
    CustomerId, JobId, LocationId, RouteId, ServiceTypeId, TechnicianId, TerritoryId, TruckId,
    VisitId,
};
use crate::units::{Point, TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    pub id: JobId,
    pub number: u64,
    /// `J-000123`.
    pub label: String,
    pub territory: TerritoryId,
    pub customer: JobCustomer,
    pub location: JobLocation,
    pub service_type: JobServiceType,
    #[schema(value_type = String)]
    pub title: Pii<String>,
    #[schema(value_type = String)]
    pub description: Pii<String>,
    #[schema(value_type = String)]
    pub remark: Pii<String>,
    pub status: JobStatus,
    pub priority: u8,
    pub duration_s: u32,
    pub skills: BTreeSet<String>,
    pub load: BTreeMap<String, u32>,
    pub needs_approval: bool,
    /// The customer asked for this.
    pub wanted: Option<TimeWindow>,
    /// The customer was told this.
    pub promised: Option<TimeWindow>,
    /// Only this technician may do it.
    pub technician: Option<TechnicianId>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// In the order in which they were planned; all but the last are over.
    pub visits: Vec<VisitView>,
    pub version: u32,
}

/// Who the job is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobCustomer {
    pub id: CustomerId,
    #[schema(value_type = String)]
    pub name: Pii<String>,
    #[schema(value_type = String)]
    pub phone: Pii<String>,
}

/// Where the job is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobLocation {
    pub id: LocationId,
    #[schema(value_type = String)]
    pub address: Pii<String>,
    #[schema(value_type = Point)]
    pub at: Pii<Point>,
    #[schema(value_type = String)]
    pub notes: Pii<String>,
}

/// What kind of work it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobServiceType {
    pub id: ServiceTypeId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VisitView {
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
    /// The technician left the place without having said that the work is done.
    pub left_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
}

impl From<Visit> for VisitView {
    fn from(visit: Visit) -> Self {
        Self {
            id: visit.id,
            status: visit.status,
            route: visit.route,
            technician: visit.technician,
            truck: visit.truck,
            planned: visit.planned,
            published_at: visit.published_at,
            accepted_at: visit.accepted_at,
            departed_at: visit.departed_at,
            arrived_at: visit.arrived_at,
            left_at: visit.left_at,
            finished_at: visit.finished_at,
            outcome: visit.outcome,
        }
    }
}
