//! Territories.

use crate::domain::people::territory::Territory;
use crate::store::dialect::row;
use crate::store::tables::{all, books};
use crate::units::id::TerritoryId;

row! {
    TerritoryRow in territories by (organization, id) of noun: Territory {
        id: TerritoryId,
        name: String,
        version: u32,
    } => Territory { id, name, version }
}

books!(territories, TerritoryRow, Territory, TerritoryId);
all!(territories, TerritoryRow, Territory);
