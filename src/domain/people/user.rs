//! A person with a login.

use crate::domain::Rejection;
use crate::domain::access::Role;
use crate::domain::text::{self, Pii};
use crate::units::id::{TechnicianId, UserId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: Pii<String>,
    /// Unique over all organizations; lower case.
    pub email: Pii<String>,
    /// Argon2id in its text form. Never leaves the store but to be checked.
    pub password_hash: Pii<String>,
    pub role: Role,
    /// The technician that this person is, for drivers.
    pub technician: Option<TechnicianId>,
    pub active: bool,
    pub version: u32,
}

impl User {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.name = Pii(text::required("name", &self.name, text::NAME_LEN_MAX)?);
        text::required("email", &self.email, 254)?;
        self.email = Pii(text::email("email", &self.email)?);
        let drives = matches!(self.role, Role::Technician | Role::Contractor);
        if drives && self.technician.is_none() {
            return Err(Rejection::invalid(
                "technician",
                "a technician's login must name the technician",
            ));
        }
        Ok(self)
    }
}
