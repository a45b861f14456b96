//! Service types.

use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::text::{Load, Skills};
use crate::store::dialect::row;
use crate::store::tables::{all, books};
use crate::units::id::ServiceTypeId;

row! {
    ServiceTypeRow in service_types by (organization, id) of noun: ServiceType {
        id: ServiceTypeId,
        name: String,
        duration_s: u32,
        skills: Skills,
        load: Load,
        priority: u8,
        needs_approval: bool,
        active: bool,
        version: u32,
    } => ServiceType {
        id, name, duration_s, skills, load, priority, needs_approval, active, version
    }
}

books!(service_types, ServiceTypeRow, ServiceType, ServiceTypeId);
all!(service_types, ServiceTypeRow, ServiceType);
