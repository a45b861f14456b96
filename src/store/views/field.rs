//! Service types as shown.

use crate::domain::fieldwork::service_type::ServiceType;
use crate::units::id::ServiceTypeId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceTypeView {
    pub id: ServiceTypeId,
    pub name: String,
    pub duration_s: u32,
    pub skills: BTreeSet<String>,
    pub load: BTreeMap<String, u32>,
    pub priority: u8,
    pub needs_approval: bool,
    pub active: bool,
    pub version: u32,
}

impl From<ServiceType> for ServiceTypeView {
    fn from(noun: ServiceType) -> Self {
        Self {
            id: noun.id,
            name: noun.name,
            duration_s: noun.duration_s,
            skills: noun.skills,
            load: noun.load,
            priority: noun.priority,
            needs_approval: noun.needs_approval,
            active: noun.active,
            version: noun.version,
        }
    }
}
