//! What trucks carry. A truck without a row carries nothing.

use crate::domain::fleet::truck::Cargo;
use crate::domain::text::Load;
use crate::store::dialect::row;
use crate::store::tables::{books, state_of_all};
use crate::units::id::TruckId;

row! {
    CargoRow in cargoes by (organization, truck) of noun: Cargo {
        truck: TruckId,
        load: Load,
        version: u32,
    } => Cargo { truck, load, version }
}

books!(cargoes, CargoRow, Cargo, TruckId);
state_of_all!(cargoes, CargoRow, Cargo);
