//! What the books know that a file may name: kinds of work and customers, by name, marks and case left out.

use crate::roads::places::comparable_words;
use crate::units::Point;
use crate::units::id::{CustomerId, LocationId, ServiceTypeId};
use std::collections::HashMap;

/// A name as it is compared.
pub fn key(name: &str) -> String {
    comparable_words(name).join(" ")
}

#[derive(Debug, Default)]
pub struct Books {
    pub service_types: Vec<KnownServiceType>,
    /// By the key of their name, the oldest first.
    pub customers: HashMap<String, Vec<KnownCustomer>>,
}

#[derive(Debug)]
pub struct KnownServiceType {
    pub id: ServiceTypeId,
    pub name: String,
    key: String,
}

#[derive(Debug)]
pub struct KnownCustomer {
    pub id: CustomerId,
    pub phone: String,
    pub locations: Vec<KnownLocation>,
}

#[derive(Debug)]
pub struct KnownLocation {
    pub id: LocationId,
    pub address: String,
    pub at: Point,
}

impl KnownServiceType {
    pub fn new(id: ServiceTypeId, name: String) -> Self {
        Self { id, key: key(&name), name }
    }
}

impl Books {
    pub fn service_type(&self, name: &str) -> Option<&KnownServiceType> {
        let wanted = key(name);
        self.service_types.iter().find(|known| known.key == wanted)
    }

    /// Those of this name that may be meant: another phone number is another person.
    pub fn customers(&self, name: &str, phone: &str) -> Vec<&KnownCustomer> {
        let named = self.customers.get(&key(name)).map(Vec::as_slice).unwrap_or_default();
        let same_phone: Vec<_> =
            named.iter().filter(|known| !phone.is_empty() && known.phone == phone).collect();
        if !same_phone.is_empty() {
            return same_phone;
        }
        named.iter().filter(|known| phone.is_empty() || known.phone.is_empty()).collect()
    }
}

impl KnownCustomer {
    pub fn location(&self, address: &str) -> Option<&KnownLocation> {
        let wanted = key(address);
        self.locations.iter().find(|known| key(&known.address) == wanted)
    }
}
