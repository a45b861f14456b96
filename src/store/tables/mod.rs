//! One file per noun: its row, how it is found and listed. Whatever is written comes through `rows`.
//!
//! Every function names the organization first, after the connection. The few that find an
//! organization by something that is unique over all of them (an e-mail, a token, a device) say so in
//! their names: `find_by_…`, and answer the organization with what they found.

pub mod cargo;
pub mod cursor;
pub mod customer;
pub mod duty;
pub mod erasure;
pub mod job;
pub mod learned_speed;
pub mod location;
pub mod meta;
pub mod organization;
pub mod proposal;
pub mod route;
pub mod service_type;
pub mod session;
pub mod street_change;
pub mod technician;
pub mod territory;
pub mod tracking_link;
pub mod truck;
pub mod user;
pub mod visit;

use super::error::StoreError;
use super::{Listed, Page};
use uuid::Uuid;

/// Makes `find(db, organization, id)` and, for the pen, `remove`.
macro_rules! books {
    ($table:ident, $row:ident, $noun:ty, $id:ty) => {
        /// The one with this id, if the organization has it.
        pub fn find(
            db: &mut $crate::store::Db,
            organization: $crate::units::id::OrganizationId,
            id: $id,
        ) -> Result<Option<$noun>, $crate::store::StoreError> {
            use diesel::prelude::*;
            use $crate::store::dialect::Column as _;
            use $crate::store::schema::$table;
            let row = $crate::store::connection::both!(db, |c| $table::table
                .find((organization.store(), id.store()))
                .select($row::as_select())
                .first(c)
                .optional())?;
            row.map($row::load).transpose()
        }

        pub(in crate::store) fn remove(
            db: &mut $crate::store::Db,
            organization: $crate::units::id::OrganizationId,
            id: $id,
        ) -> diesel::QueryResult<()> {
            use diesel::prelude::*;
            use $crate::store::dialect::Column as _;
            use $crate::store::schema::$table;
            $crate::store::connection::both!(db, |c| diesel::delete(
                $table::table.find((organization.store(), id.store()))
            )
            .execute(c))
            .map(|_| ())
        }
    };
}
pub(in crate::store) use books;

/// Makes `list_all(db, organization)`, for nouns of which an organization has few.
macro_rules! all {
    ($table:ident, $row:ident, $noun:ty) => {
        /// All of the organization, oldest first.
        pub fn list_all(
            db: &mut $crate::store::Db,
            organization: $crate::units::id::OrganizationId,
        ) -> Result<Vec<$noun>, $crate::store::StoreError> {
            use diesel::prelude::*;
            use $crate::store::dialect::Column as _;
            use $crate::store::schema::$table;
            let rows: Vec<$row> = $crate::store::connection::both!(db, |c| $table::table
                .filter($table::organization.eq(organization.store()))
                .order($table::id)
                .select($row::as_select())
                .load(c))?;
            rows.into_iter().map($row::load).collect()
        }
    };
}
pub(in crate::store) use all;

/// Makes `list_all(db, organization)` for what changes beside a noun of the books: duty, cargo.
macro_rules! state_of_all {
    ($table:ident, $row:ident, $noun:ty) => {
        /// Of all that have said something, in no order.
        pub fn list_all(
            db: &mut $crate::store::Db,
            organization: $crate::units::id::OrganizationId,
        ) -> Result<Vec<$noun>, $crate::store::StoreError> {
            use diesel::prelude::*;
            use $crate::store::dialect::Column as _;
            use $crate::store::schema::$table;
            let rows: Vec<$row> = $crate::store::connection::both!(db, |c| $table::table
                .filter($table::organization.eq(organization.store()))
                .select($row::as_select())
                .load(c))?;
            rows.into_iter().map($row::load).collect()
        }
    };
}
pub(in crate::store) use state_of_all;

/// So many ids or rows in one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
pub(in crate::store) const CHUNK_LEN: usize = 1_000;

/// Where a list that is sorted by id goes on.
pub(in crate::store) fn cursor_uuid(page: &Page) -> Result<Option<Uuid>, StoreError> {
    page.after.as_deref().map(|text| text.parse().map_err(|_| StoreError::Cursor)).transpose()
}

/// Makes an answer of `limit + 1` rows: the last one only tells that there are more.
pub(in crate::store) fn listed<R, T>(
    page: &Page,
    mut rows: Vec<R>,
    load: impl Fn(R) -> Result<T, StoreError>,
    cursor: impl Fn(&T) -> String,
) -> Result<Listed<T>, StoreError> {
    let limit = page.limit as usize;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let items: Vec<T> = rows.into_iter().map(load).collect::<Result<_, _>>()?;
    let next = if has_more { items.last().map(cursor) } else { None };
    Ok(Listed { items, next })
}
