//! Whose personal rows were removed and when. A restored backup removes them again by this list.

use crate::domain::Aggregate;
use crate::store::connection::both;
use crate::store::dialect::Column;
use crate::store::schema::erasures;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::OrganizationId;
use diesel::prelude::*;
use uuid::Uuid;

/// All of the organization, in the order in which they were erased.
pub fn list_all(
    db: &mut Db,
    organization: OrganizationId,
) -> Result<Vec<(Aggregate, Timestamp)>, StoreError> {
    let rows: Vec<(String, Vec<u8>, i64)> = both!(db, |c| erasures::table
        .filter(erasures::organization.eq(organization.store()))
        .order((erasures::erased_at, erasures::id))
        .select((erasures::kind, erasures::id, erasures::erased_at))
        .load(c))?;
    rows.into_iter()
        .map(|(kind, id, at)| {
            let aggregate = Aggregate::from_parts(&kind, Uuid::load(id)?)
                .ok_or(StoreError::Corrupt { what: "erasure", why: kind })?;
            Ok((aggregate, Timestamp(at)))
        })
        .collect()
}

pub(in crate::store) fn note(
    db: &mut Db,
    organization: OrganizationId,
    whose: Aggregate,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (kind, id) = whose.parts();
    both!(db, |c| diesel::insert_into(erasures::table)
        .values((
            erasures::organization.eq(organization.store()),
            erasures::kind.eq(kind),
            erasures::id.eq(id.store()),
            erasures::erased_at.eq(at.store()),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}
