//! Trucks as they stand in the books.

use crate::domain::fleet::truck::Truck;
use crate::domain::text::{Load, Skills};
use crate::store::dialect::row;
use crate::store::tables::{all, books};
use crate::units::id::{TerritoryId, TruckId};

row! {
    TruckRow in trucks by (organization, id) of noun: Truck {
        id: TruckId,
        territory: TerritoryId,
        name: String,
        plate: String,
        capacity: Load,
        equipment: Skills,
        active: bool,
        version: u32,
    } => Truck { id, territory, name, plate, capacity, equipment, active, version }
}

books!(trucks, TruckRow, Truck, TruckId);
all!(trucks, TruckRow, Truck);
