//! Facts, and the rows that say the same.
//!
//! An owner's decision is a list of events and the rows of the tables as they are after them; both are
//! written in one transaction. Events carry no personal data, rows do.

use crate::domain::Who;
use crate::domain::fieldwork::job::{Job, JobEvent};
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::fieldwork::tracking_link::TrackingLink;
use crate::domain::fleet::truck::{Cargo, CargoEvent, Truck};
use crate::domain::people::customer::{Customer, Location};
use crate::domain::people::organization::Organization;
use crate::domain::people::session::Session;
use crate::domain::people::technician::{Duty, DutyEvent, Technician};
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::plan::{PlanEvent, Proposal, RouteChange};
use crate::domain::streets::street_change::StreetChange;
use crate::units::Timestamp;
use crate::units::id::{
    CommandId, CustomerId, JobId, LocationId, OrganizationId, ProposalId, RouteId, ServiceTypeId,
    SessionId, StreetChangeId, TechnicianId, TerritoryId, TrackingLinkId, TruckId, UserId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What has a version of its own. A decision names the versions of those it read, and the Recorder
/// refuses it when one of them has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Aggregate {
    Organization(OrganizationId),
    Territory(TerritoryId),
    User(UserId),
    Customer(CustomerId),
    Location(LocationId),
    ServiceType(ServiceTypeId),
    Technician(TechnicianId),
    /// A technician's duty, apart from who they are.
    Duty(TechnicianId),
    Truck(TruckId),
    /// What a truck carries, apart from what it is.
    Cargo(TruckId),
    Job(JobId),
    /// Where the plan has put a job, apart from the job.
    Placement(JobId),
    Route(RouteId),
    Proposal(ProposalId),
    Session(SessionId),
    TrackingLink(TrackingLinkId),
    StreetChange(StreetChangeId),
}

impl Aggregate {
    /// The kind as stored and sent, and the id.
    pub fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Organization(id) => ("organization", id.0),
            Self::Territory(id) => ("territory", id.0),
            Self::User(id) => ("user", id.0),
            Self::Customer(id) => ("customer", id.0),
            Self::Location(id) => ("location", id.0),
            Self::ServiceType(id) => ("service_type", id.0),
            Self::Technician(id) => ("technician", id.0),
            Self::Duty(id) => ("duty", id.0),
            Self::Truck(id) => ("truck", id.0),
            Self::Cargo(id) => ("cargo", id.0),
            Self::Job(id) => ("job", id.0),
            Self::Placement(id) => ("placement", id.0),
            Self::Route(id) => ("route", id.0),
            Self::Proposal(id) => ("proposal", id.0),
            Self::Session(id) => ("session", id.0),
            Self::TrackingLink(id) => ("tracking_link", id.0),
            Self::StreetChange(id) => ("street_change", id.0),
        }
    }

    /// The other way round.
    pub fn from_parts(kind: &str, id: Uuid) -> Option<Self> {
        Some(match kind {
            "organization" => Self::Organization(OrganizationId(id)),
            "territory" => Self::Territory(TerritoryId(id)),
            "user" => Self::User(UserId(id)),
            "customer" => Self::Customer(CustomerId(id)),
            "location" => Self::Location(LocationId(id)),
            "service_type" => Self::ServiceType(ServiceTypeId(id)),
            "technician" => Self::Technician(TechnicianId(id)),
            "duty" => Self::Duty(TechnicianId(id)),
            "truck" => Self::Truck(TruckId(id)),
            "cargo" => Self::Cargo(TruckId(id)),
            "job" => Self::Job(JobId(id)),
            "placement" => Self::Placement(JobId(id)),
            "route" => Self::Route(RouteId(id)),
            "proposal" => Self::Proposal(ProposalId(id)),
            "session" => Self::Session(SessionId(id)),
            "tracking_link" => Self::TrackingLink(TrackingLinkId(id)),
            "street_change" => Self::StreetChange(StreetChangeId(id)),
            _ => return None,
        })
    }
}

/// What happened, without personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "noun", content = "event", rename_all = "snake_case")]
pub enum Event {
    Job(JobEvent),
    Plan(PlanEvent),
    Duty(DutyEvent),
    Cargo(CargoEvent),
    /// A noun in the books was added or changed; the fields that changed, by name. The values stand in
    /// the tables.
    Saved {
        added: bool,
        fields: Vec<String>,
    },
    Removed,
    SessionOpened {
        user: UserId,
    },
    SessionRotated,
    SessionRevoked,
    TrackingLinkMade {
        job: JobId,
    },
    TrackingLinkRevoked {
        job: JobId,
    },
}

/// An event in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub organization: OrganizationId,
    /// Position in the organization's journal: 1, 2, 3, without gaps.
    pub seq: i64,
    pub aggregate: Aggregate,
    /// Of the aggregate, after this event.
    pub version: u32,
    pub event: Event,
    pub command_id: CommandId,
    pub who: Who,
    /// Domain time: when it was meant and when it was recorded.
    pub meant_at: Timestamp,
    pub recorded_at: Timestamp,
}

/// A row as it is after an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    Organization(Organization),
    Territory(Territory),
    User(User),
    Customer(Customer),
    Location(Location),
    ServiceType(ServiceType),
    Technician(Technician),
    Duty(Duty),
    Truck(Truck),
    Cargo(Cargo),
    /// The job with all its visits.
    Job(Box<Job>),
    /// The route with its stops; and, for the jobs it names, what `job::follow` does: the visits placed
    /// and removed, the statuses between `open` and `scheduled`.
    Route(Box<RouteChange>),
    Proposal(Box<Proposal>),
    Session(Session),
    TrackingLink(TrackingLink),
    StreetChange(StreetChange),
    Removed(Aggregate),
}
