//! How far a reader of the journal has come, so that it goes on there after a restart.

use crate::store::connection::both;
use crate::store::dialect::Column;
use crate::store::schema::cursors;
use crate::store::{Db, StoreError};
use crate::units::id::OrganizationId;
use diesel::prelude::*;

/// The position of the last fact that was dealt with; 0 before the first.
pub fn find(db: &mut Db, organization: OrganizationId, name: &str) -> Result<i64, StoreError> {
    let found: Option<i64> = both!(db, |c| cursors::table
        .find((organization.store(), name))
        .select(cursors::seq)
        .first(c)
        .optional())?;
    Ok(found.unwrap_or(0))
}

pub(in crate::store) fn set(
    db: &mut Db,
    organization: OrganizationId,
    name: &str,
    seq: i64,
) -> Result<(), StoreError> {
    both!(db, |c| diesel::insert_into(cursors::table)
        .values((
            cursors::organization.eq(organization.store()),
            cursors::name.eq(name),
            cursors::seq.eq(seq),
        ))
        .on_conflict((cursors::organization, cursors::name))
        .do_update()
        .set(cursors::seq.eq(seq))
        .execute(c))?;
    Ok(())
}
