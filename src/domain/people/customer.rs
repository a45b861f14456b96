//! Customers and their locations. All of it is personal: it lives in tables and never in an event.

use crate::domain::Rejection;
use crate::domain::text::{self, Pii};
use crate::units::Point;
use crate::units::id::{CustomerId, LocationId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub name: Pii<String>,
    pub phone: Pii<String>,
    pub email: Pii<String>,
    pub notes: Pii<String>,
    pub version: u32,
}

/// A place of a customer where work is done; many per customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    pub id: LocationId,
    pub customer: CustomerId,
    /// As people write it.
    pub address: Pii<String>,
    pub at: Pii<Point>,
    /// Gate codes, floors, where to park.
    pub notes: Pii<String>,
    pub version: u32,
}

impl Customer {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.name = Pii(text::required("name", &self.name, text::NAME_LEN_MAX)?);
        self.phone = Pii(text::phone("phone", &self.phone)?);
        self.email = Pii(text::email("email", &self.email)?);
        self.notes = Pii(text::optional("notes", &self.notes, text::NOTE_LEN_MAX)?);
        Ok(self)
    }
}

impl Location {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.address = Pii(text::required("address", &self.address, 300)?);
        self.notes = Pii(text::optional("notes", &self.notes, text::NOTE_LEN_MAX)?);
        Ok(self)
    }
}
