//! The area that one plan covers: the unit of planning.

use crate::domain::{Rejection, text};
use crate::units::id::TerritoryId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Territory {
    pub id: TerritoryId,
    pub name: String,
    pub version: u32,
}

impl Territory {
    pub fn validate(&self) -> Result<(), Rejection> {
        text::required("name", &self.name, text::NAME_LEN_MAX).map(|_| ())
    }
}
