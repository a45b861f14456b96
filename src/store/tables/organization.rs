//! Organizations: the one table whose id is the organization itself.

use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::organizations;
use crate::store::{Db, StoreError};
use crate::units::id::OrganizationId;
use diesel::prelude::*;

row! {
    OrganizationRow in organizations by (organization) of noun: Organization {
        name: String,
        slug: String,
        time_zone: String,
        settings: OrganizationSettings,
        version: u32,
    } => Organization { id: organization, name, slug, time_zone, settings, version }
}

/// The organization itself.
pub fn find(db: &mut Db, organization: OrganizationId) -> Result<Option<Organization>, StoreError> {
    let row = both!(db, |c| organizations::table
        .find(organization.store())
        .select(OrganizationRow::as_select())
        .first(c)
        .optional())?;
    row.map(OrganizationRow::load).transpose()
}

/// Every organization of the installation, for starting up.
pub fn list_all(db: &mut Db) -> Result<Vec<Organization>, StoreError> {
    let rows: Vec<OrganizationRow> = both!(db, |c| organizations::table
        .order(organizations::organization)
        .select(OrganizationRow::as_select())
        .load(c))?;
    rows.into_iter().map(OrganizationRow::load).collect()
}

/// By its name in addresses.
pub fn find_by_slug(db: &mut Db, slug: &str) -> Result<Option<Organization>, StoreError> {
    let row = both!(db, |c| organizations::table
        .filter(organizations::slug.eq(slug))
        .select(OrganizationRow::as_select())
        .first(c)
        .optional())?;
    row.map(OrganizationRow::load).transpose()
}
