//! A wish in its envelope, and the answer to it.

use crate::domain::fieldwork::job::JobCommand;
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::fieldwork::tracking_link::TrackingLink;
use crate::domain::fleet::truck::{CargoCommand, Truck};
use crate::domain::people::customer::{Customer, Location};
use crate::domain::people::organization::Organization;
use crate::domain::people::session::Session;
use crate::domain::people::technician::{DutyCommand, Technician};
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::plan::PlanCommand;
use crate::domain::streets::street_change::StreetChange;
use crate::domain::{Aggregate, Who};
use crate::units::Timestamp;
use crate::units::id::{
    CommandId, CustomerId, JobId, LocationId, OrganizationId, ServiceTypeId, SessionId,
    StreetChangeId, TechnicianId, TerritoryId, TrackingLinkId, TruckId, UserId,
};
use serde::{Deserialize, Serialize};

/// A wish on its way to the owner of what it is about.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Carried out at most once; a repeated one gets the old answer.
    pub command_id: CommandId,
    pub organization: OrganizationId,
    pub who: Who,
    /// When the person meant it, and when it reached us; both in domain time.
    pub meant_at: Timestamp,
    pub arrived_at: Timestamp,
    /// SHA-256 of what the caller sent, so that one id cannot stand for two wishes; zeros where the id
    /// is derived from the wish.
    pub body_hash: [u8; 32],
    pub command: Command,
}

/// Every change there is.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Job(JobId, JobCommand),
    Plan(TerritoryId, PlanCommand),
    Duty(TechnicianId, DutyCommand),
    Cargo(TruckId, CargoCommand),
    Clerk(ClerkCommand),
}

/// Changes of what stands in the books: the Clerk's. `Save*` adds (version 0) or replaces the version
/// that the noun carries.
#[derive(Debug, Clone, PartialEq)]
pub enum ClerkCommand {
    SaveOrganization(Organization),
    SaveTerritory(Territory),
    SaveUser(User),
    SaveCustomer(Customer),
    SaveLocation(Location),
    SaveServiceType(ServiceType),
    SaveTechnician(Technician),
    SaveTruck(Truck),
    RemoveTerritory(TerritoryId, u32),
    RemoveUser(UserId, u32),
    RemoveCustomer(CustomerId, u32),
    RemoveLocation(LocationId, u32),
    RemoveServiceType(ServiceTypeId, u32),
    RemoveTechnician(TechnicianId, u32),
    RemoveTruck(TruckId, u32),
    OpenSession(Session),
    /// Replaces the refresh token: the session as it is to be, at the version that was seen.
    RotateSession(Session),
    RevokeSession(SessionId),
    MakeTrackingLink(TrackingLink),
    RevokeTrackingLink(TrackingLinkId),
    SaveStreetChange(StreetChange),
    /// Ends it now; the version that was seen.
    LiftStreetChange(StreetChangeId, u32),
}

/// What a command that was carried out answers; stored with its id, so that a repeated one gets the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub aggregate: Aggregate,
    /// Of that aggregate, after.
    pub version: u32,
    /// Position in the organization's journal of the last event it made; `None` if nothing changed.
    pub seq: Option<i64>,
    /// What else the caller wants to know: where a job was placed, or why not.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}
