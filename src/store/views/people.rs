//! Organizations, territories, users, customers and their locations as shown.

use crate::domain::Role;
use crate::domain::people::customer::{Customer, Location};
use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::text::Pii;
use crate::units::Point;
use crate::units::id::{CustomerId, LocationId, OrganizationId, TechnicianId, TerritoryId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrganizationView {
    pub id: OrganizationId,
    pub name: String,
    pub slug: String,
    /// IANA name, such as `Europe/Malta`.
    pub time_zone: String,
    pub settings: SettingsView,
    pub version: u32,
}

/// How the organization wants its day run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    pub disruption_price_s: u32,
    pub moved_promises_max: u32,
    pub geofence_m: u32,
    pub silence_s: u32,
    pub promise_slack_s: u32,
    /// What an hour on the road costs, in the smallest unit of the currency; 0 if nobody has said.
    pub hour_price: u32,
    /// What a kilometre costs, likewise.
    pub km_price: u32,
    /// ISO 4217.
    pub currency: String,
}

impl From<OrganizationSettings> for SettingsView {
    fn from(settings: OrganizationSettings) -> Self {
        Self {
            disruption_price_s: settings.disruption_price_s,
            moved_promises_max: settings.moved_promises_max,
            geofence_m: settings.geofence_m,
            silence_s: settings.silence_s,
            promise_slack_s: settings.promise_slack_s,
            hour_price: settings.hour_price,
            km_price: settings.km_price,
            currency: settings.currency,
        }
    }
}

impl From<Organization> for OrganizationView {
    fn from(noun: Organization) -> Self {
        Self {
            id: noun.id,
            name: noun.name,
            slug: noun.slug,
            time_zone: noun.time_zone,
            settings: noun.settings.into(),
            version: noun.version,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TerritoryView {
    pub id: TerritoryId,
    pub name: String,
    pub version: u32,
}

impl From<Territory> for TerritoryView {
    fn from(noun: Territory) -> Self {
        Self { id: noun.id, name: noun.name, version: noun.version }
    }
}

/// A person with a login, without the password's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    #[schema(value_type = String)]
    pub name: Pii<String>,
    #[schema(value_type = String)]
    pub email: Pii<String>,
    pub role: Role,
    pub technician: Option<TechnicianId>,
    pub active: bool,
    pub version: u32,
}

impl From<User> for UserView {
    fn from(noun: User) -> Self {
        Self {
            id: noun.id,
            name: noun.name,
            email: noun.email,
            role: noun.role,
            technician: noun.technician,
            active: noun.active,
            version: noun.version,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerView {
    pub id: CustomerId,
    #[schema(value_type = String)]
    pub name: Pii<String>,
    #[schema(value_type = String)]
    pub phone: Pii<String>,
    #[schema(value_type = String)]
    pub email: Pii<String>,
    #[schema(value_type = String)]
    pub notes: Pii<String>,
    pub version: u32,
}

impl From<Customer> for CustomerView {
    fn from(noun: Customer) -> Self {
        Self {
            id: noun.id,
            name: noun.name,
            phone: noun.phone,
            email: noun.email,
            notes: noun.notes,
            version: noun.version,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LocationView {
    pub id: LocationId,
    pub customer: CustomerId,
    #[schema(value_type = String)]
    pub address: Pii<String>,
    #[schema(value_type = Point)]
    pub at: Pii<Point>,
    #[schema(value_type = String)]
    pub notes: Pii<String>,
    pub version: u32,
}

impl From<Location> for LocationView {
    fn from(noun: Location) -> Self {
        Self {
            id: noun.id,
            customer: noun.customer,
            address: noun.address,
            at: noun.at,
            notes: noun.notes,
            version: noun.version,
        }
    }
}
