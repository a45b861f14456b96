//! A kind of work with its defaults: screen repair, brake change, bin collection.

use crate::domain::Rejection;
use crate::domain::text::{self, Load, Skills};
use crate::units::id::ServiceTypeId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceType {
    pub id: ServiceTypeId,
    pub name: String,
    /// Usual time at the location.
    pub duration_s: u32,
    pub skills: Skills,
    /// What the truck must have room for.
    pub load: Load,
    /// 0 to 100; higher is more urgent.
    pub priority: u8,
    /// Whether finished work waits for a hand-over or approval (`ready`) before it is completed.
    pub needs_approval: bool,
    pub active: bool,
    pub version: u32,
}

/// Shortest and longest time at a location, in seconds.
pub const DURATION_S: std::ops::RangeInclusive<u32> = 60..=86_400;

impl ServiceType {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.name = text::required("name", &self.name, text::NAME_LEN_MAX)?;
        if !DURATION_S.contains(&self.duration_s) {
            return Err(Rejection::invalid("duration_s", "duration_s must be 60 to 86400 seconds"));
        }
        text::skills("skills", &self.skills)?;
        text::load("load", &self.load)?;
        if self.priority > 100 {
            return Err(Rejection::invalid("priority", "priority must be 0 to 100"));
        }
        Ok(self)
    }
}
