//! How the words of the domain look in JSON, told to OpenAPI. The halls know nothing of utoipa, so it
//! is said here, once, for every type that a view or a request body names.

use crate::domain::Role;
use crate::domain::fieldwork::job::{JobStatus, Outcome, VisitStatus};
use crate::domain::people::technician::{BreakRule, DutyStatus, Shift};
use crate::domain::plan::ProposalStatus;
use crate::domain::streets::street_change::Heading;
use crate::units::id::{
    CommandId, CustomerId, JobId, LocationId, OrganizationId, ProposalId, RouteId, ServiceTypeId,
    SessionId, StreetChangeId, TechnicianId, TerritoryId, TrackingLinkId, TruckId, UserId, VisitId,
};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! scalars {
    ($($name:ty: $kind:ident, $format:expr, $text:literal;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format: Option<SchemaFormat> = $format.map(SchemaFormat::KnownFormat);
                ObjectBuilder::new()
                    .schema_type(Type::$kind)
                    .format(format)
                    .description(Some($text))
                    .into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

scalars! {
    OrganizationId: String, Some(KnownFormat::Uuid), "id of an organization";
    TerritoryId: String, Some(KnownFormat::Uuid), "id of a territory";
    UserId: String, Some(KnownFormat::Uuid), "id of a user";
    SessionId: String, Some(KnownFormat::Uuid), "id of a session";
    CustomerId: String, Some(KnownFormat::Uuid), "id of a customer";
    LocationId: String, Some(KnownFormat::Uuid), "id of a location";
    ServiceTypeId: String, Some(KnownFormat::Uuid), "id of a service type";
    TechnicianId: String, Some(KnownFormat::Uuid), "id of a technician";
    TruckId: String, Some(KnownFormat::Uuid), "id of a truck";
    JobId: String, Some(KnownFormat::Uuid), "id of a job";
    VisitId: String, Some(KnownFormat::Uuid), "id of a visit";
    RouteId: String, Some(KnownFormat::Uuid), "id of a route";
    ProposalId: String, Some(KnownFormat::Uuid), "id of a proposal";
    TrackingLinkId: String, Some(KnownFormat::Uuid), "id of a tracking link";
    StreetChangeId: String, Some(KnownFormat::Uuid), "id of a street change";
    CommandId: String, Some(KnownFormat::Uuid), "id of a command; carried out at most once";
    Timestamp: Integer, Some(KnownFormat::Int64), "milliseconds since 1970 in UTC";
    LocalDay: String, Some(KnownFormat::Date), "a day as people at the place mean it, YYYY-MM-DD";
}

macro_rules! words {
    ($($name:ty: $text:literal;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(<$name>::ALL.iter().map(|one| one.word())))
                    .description(Some($text))
                    .into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

words! {
    JobStatus: "where a job stands";
    VisitStatus: "where a visit stands";
    Outcome: "how a visit ended";
    Role: "a set of permissions";
    DutyStatus: "whether a technician works at present";
    ProposalStatus: "where a proposal stands";
    Heading: "which direction of a street: both, or as its way is drawn, or against that";
}

macro_rules! objects {
    ($($name:ty: $text:literal { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .description(Some($text))
                    $(.property(stringify!($field), <$kind as PartialSchema>::schema())
                      .required(stringify!($field)))*
                    .into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

objects! {
    Point: "a place in WGS 84 degrees" { lat: f64, lon: f64 }
    TimeWindow: "a window of time, both ends included" { from: Timestamp, until: Timestamp }
    Shift: "working hours of a weekday (Monday is 0), in minutes after local midnight" {
        weekday: u8, from_minute: u16, until_minute: u16,
    }
    BreakRule: "a break that begins within the window on each working day" {
        from_minute: u16, until_minute: u16, duration_s: u32,
    }
}
