//! Ids: one type per noun, all UUIDv7 made by us, so that they sort by time of making.

use crate::units::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all id types share; the store maps every one of them to 16 bytes through it.
pub trait Id: Copy + Eq + Send + Sync + 'static {
    fn uuid(self) -> Uuid;
    fn from_uuid(uuid: Uuid) -> Self;
}

/// A UUIDv7 of the given instant; the rest of its bits come from the system's random source.
pub fn new_uuid(now: Timestamp) -> Uuid {
    let ms = now.ms().max(0) as u64;
    let mut random = [0_u8; 10];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut random);
    uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn new(now: Timestamp) -> Self {
                Self(new_uuid(now))
            }
            /// The id that follows from another one and a word: the same inputs give the same id.
            pub fn derived(from: Uuid, word: &str) -> Self {
                Self(Uuid::new_v5(&from, word.as_bytes()))
            }
        }

        impl Id for $name {
            fn uuid(self) -> Uuid {
                self.0
            }
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// A business that uses Sortie; the wall between tenants.
    OrganizationId,
    /// The area that one plan covers.
    TerritoryId,
    UserId,
    SessionId,
    CustomerId,
    LocationId,
    ServiceTypeId,
    TechnicianId,
    TruckId,
    JobId,
    VisitId,
    RouteId,
    ProposalId,
    TrackingLinkId,
    StreetChangeId,
    /// Made by whoever wishes something; the same id is carried out at most once.
    CommandId,
}
