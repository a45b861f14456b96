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

pub use fact::FactView;
pub use field::ServiceTypeView;
pub use fleet::{DutyView, PositionView, TechnicianView, TruckView};
pub use job::{JobCustomer, JobLocation, JobServiceType, JobView, VisitView};
pub use people::{
    CustomerView, LocationView, OrganizationView, SettingsView, TerritoryView, UserView,
};
pub use plan::{DifferenceView, MoveView, PlanView, ProposalView, RouteView, StopView};
