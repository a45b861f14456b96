//! Streets that are closed or slower for a while.

use crate::domain::streets::street_change::{Effect, Extent, StreetChange};
use crate::domain::text::Pii;
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::street_changes;
use crate::store::tables::books;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::{OrganizationId, StreetChangeId, UserId};
use diesel::prelude::*;

row! {
    StreetChangeRow in street_changes by (organization, id) of noun: StreetChange {
        id: StreetChangeId,
        extent: Extent,
        effect: Effect,
        begins_at: Option<Timestamp> = noun.from,
        ends_at: Option<Timestamp> = noun.until,
        reason: Pii<String>,
        made_by: Option<UserId>,
        made_at: Timestamp,
        lifted_at: Option<Timestamp>,
        version: u32,
    } => StreetChange {
        id, extent, effect, from: begins_at, until: ends_at, reason, made_by, made_at, lifted_at,
        version,
    }
}

books!(street_changes, StreetChangeRow, StreetChange, StreetChangeId);

/// Those that are not over, oldest first.
pub fn list_not_over(
    db: &mut Db,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<StreetChange>, StoreError> {
    let rows: Vec<StreetChangeRow> = both!(db, |c| street_changes::table
        .filter(street_changes::organization.eq(organization.store()))
        .filter(street_changes::lifted_at.is_null())
        .filter(street_changes::ends_at.is_null().or(street_changes::ends_at.gt(now.store())))
        .order(street_changes::id)
        .select(StreetChangeRow::as_select())
        .load(c))?;
    rows.into_iter().map(StreetChangeRow::load).collect()
}
