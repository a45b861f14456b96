//! Customers' links to follow a job.

use crate::domain::fieldwork::tracking_link::TrackingLink;
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::tracking_links;
use crate::store::tables::books;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::{JobId, OrganizationId, TrackingLinkId};
use diesel::prelude::*;

row! {
    TrackingLinkRow in tracking_links by (organization, id) of noun: TrackingLink {
        id: TrackingLinkId,
        job: JobId,
        token_hash: [u8; 32],
        made_at: Timestamp,
        expires_at: Timestamp,
        revoked_at: Option<Timestamp>,
        version: u32,
    } => TrackingLink { id, job, token_hash, made_at, expires_at, revoked_at, version }
}

books!(tracking_links, TrackingLinkRow, TrackingLink, TrackingLinkId);

/// A job's links, newest first.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    job: JobId,
) -> Result<Vec<TrackingLink>, StoreError> {
    let rows: Vec<TrackingLinkRow> = both!(db, |c| tracking_links::table
        .filter(tracking_links::organization.eq(organization.store()))
        .filter(tracking_links::job.eq(job.store()))
        .order(tracking_links::id.desc())
        .select(TrackingLinkRow::as_select())
        .load(c))?;
    rows.into_iter().map(TrackingLinkRow::load).collect()
}

/// The link whose token has this hash, living or not.
pub fn find_by_token_hash(
    db: &mut Db,
    hash: [u8; 32],
) -> Result<Option<(OrganizationId, TrackingLink)>, StoreError> {
    let row = both!(db, |c| tracking_links::table
        .filter(tracking_links::token_hash.eq(hash.store()))
        .select(TrackingLinkRow::as_select())
        .first(c)
        .optional())?;
    row.map(|row| Ok((Column::load(row.organization.clone())?, row.load()?))).transpose()
}
