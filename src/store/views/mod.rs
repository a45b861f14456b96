//! What people and programs are shown: one shape per noun, the same over REST and on the live hub.
//!
//! Views carry personal data (rows do, events do not), so whoever sends one has asked
//! `domain::access` before. Reading order: `schema` (how the words of the domain look in JSON),
//! then one file per noun.

pub mod fact;
pub mod field;
pub mod fleet;
pub mod job;
pub mod people;
pub mod plan;
pub mod schema;
pub mod street_change;

pub use fact::{FactView, timeline};
pub use field::ServiceTypeView;
pub use fleet::{
    DutyView, PositionView, TechnicianView, TruckView, technician_view, technician_views,
    truck_view, truck_views,
};
pub use job::{
    DayFilter, JobCustomer, JobFilter, JobLocation, JobServiceType, JobView, VisitView, job_view,
    job_views, jobs,
};
pub use people::{
    CustomerView, LocationView, OrganizationView, SettingsView, TerritoryView, UserView,
};
pub use plan::{
    DifferenceView, MoveView, PlanView, ProposalView, RouteView, StopView, TechnicianDayView,
    plan_view, proposal_view, route_view, technician_day_view,
};
pub use street_change::{
    EffectKind, EffectView, ExtentKind, ExtentView, StreetChangeView, street_change_view,
    street_change_views,
};
