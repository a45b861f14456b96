//! Locations: the places of customers.

use crate::domain::people::customer::Location;
use crate::domain::text::Pii;
use crate::store::connection::both;
use crate::store::dialect::{Column, point, row};
use crate::store::schema::locations;
use crate::store::tables::{CHUNK_LEN, books, cursor_uuid, listed};
use crate::store::{Db, Listed, Page, StoreError};
use crate::units::Point;
use crate::units::id::{CustomerId, LocationId, OrganizationId};
use diesel::prelude::*;
use std::collections::HashMap;

row! {
    LocationRow in locations by (organization, id) of noun: Location {
        id: LocationId,
        customer: CustomerId,
        address: Pii<String>,
        lat: f64 = noun.at.lat,
        lon: f64 = noun.at.lon,
        notes: Pii<String>,
        version: u32,
    } => Location { id, customer, address, at: Pii(point(lat, lon)?), notes, version }
}

books!(locations, LocationRow, Location, LocationId);

/// Those of a customer (all without one), oldest first.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    customer: Option<CustomerId>,
    page: &Page,
) -> Result<Listed<Location>, StoreError> {
    let after = cursor_uuid(page)?;
    let rows = both!(db, |c| {
        let mut query = locations::table
            .filter(locations::organization.eq(organization.store()))
            .order(locations::id)
            .limit(i64::from(page.limit) + 1)
            .select(LocationRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(locations::id.gt(after.store()));
        }
        if let Some(customer) = customer {
            query = query.filter(locations::customer.eq(customer.store()));
        }
        query.load(c)
    })?;
    listed(page, rows, LocationRow::load, |location| location.id.to_string())
}

/// All of these customers, oldest first.
pub fn of_customers(
    db: &mut Db,
    organization: OrganizationId,
    customers: &[CustomerId],
) -> Result<Vec<Location>, StoreError> {
    let mut found = Vec::new();
    for chunk in customers.chunks(CHUNK_LEN) {
        let customers: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        let rows: Vec<LocationRow> = both!(db, |c| locations::table
            .filter(locations::organization.eq(organization.store()))
            .filter(locations::customer.eq_any(&customers))
            .order(locations::id)
            .select(LocationRow::as_select())
            .load(c))?;
        for row in rows {
            found.push(row.load()?);
        }
    }
    Ok(found)
}

/// Where these are, for planning.
pub fn points(
    db: &mut Db,
    organization: OrganizationId,
    ids: &[LocationId],
) -> Result<HashMap<LocationId, Point>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        let rows: Vec<(Vec<u8>, f64, f64)> = both!(db, |c| locations::table
            .filter(locations::organization.eq(organization.store()))
            .filter(locations::id.eq_any(&ids))
            .select((locations::id, locations::lat, locations::lon))
            .load(c))?;
        for (id, lat, lon) in rows {
            found.insert(LocationId::load(id)?, point(lat, lon)?);
        }
    }
    Ok(found)
}
