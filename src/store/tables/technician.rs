//! Technicians as they stand in the books.

use crate::domain::people::technician::{BreakRule, Shift, Technician};
use crate::domain::text::{Pii, Skills};
use crate::store::connection::both;
use crate::store::dialect::{Column, point, row};
use crate::store::schema::technicians;
use crate::store::tables::{all, books};
use crate::store::{Db, StoreError};
use crate::units::id::{OrganizationId, TechnicianId, TerritoryId, TruckId};
use diesel::prelude::*;

row! {
    TechnicianRow in technicians by (organization, id) of noun: Technician {
        id: TechnicianId,
        territory: TerritoryId,
        name: Pii<String>,
        phone: Pii<String>,
        skills: Skills,
        shifts: Vec<Shift>,
        breaks: Vec<BreakRule>,
        start_lat: f64 = noun.start.lat,
        start_lon: f64 = noun.start.lon,
        end_lat: Option<f64> = noun.end.as_ref().map(|end| end.lat),
        end_lon: Option<f64> = noun.end.as_ref().map(|end| end.lon),
        truck: Option<TruckId>,
        device: Option<Pii<String>>,
        active: bool,
        version: u32,
    } => Technician {
        id,
        territory,
        name,
        phone,
        skills,
        shifts,
        breaks,
        start: Pii(point(start_lat, start_lon)?),
        end: end_lat.zip(end_lon).map(|(lat, lon)| point(lat, lon)).transpose()?.map(Pii),
        truck,
        device,
        active,
        version,
    }
}

books!(technicians, TechnicianRow, Technician, TechnicianId);
all!(technicians, TechnicianRow, Technician);

/// Whose device calls itself so; devices are unique over all organizations.
pub fn find_by_device(
    db: &mut Db,
    device: &str,
) -> Result<Option<(OrganizationId, TechnicianId)>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>)> = both!(db, |c| technicians::table
        .filter(technicians::device.eq(device))
        .select((technicians::organization, technicians::id))
        .first(c)
        .optional())?;
    row.map(|(organization, id)| Ok((Column::load(organization)?, Column::load(id)?))).transpose()
}
