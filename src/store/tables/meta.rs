//! A few words about the installation as a whole: whose database it is, where the demo's clock stands.

use crate::store::connection::both;
use crate::store::schema::meta;
use crate::store::{Db, StoreError};
use diesel::prelude::*;

/// The value under a key.
pub fn find(db: &mut Db, key: &str) -> Result<Option<String>, StoreError> {
    Ok(both!(db, |c| meta::table.find(key).select(meta::value).first(c).optional())?)
}

pub(in crate::store) fn set(db: &mut Db, key: &str, value: &str) -> Result<(), StoreError> {
    both!(db, |c| diesel::insert_into(meta::table)
        .values((meta::key.eq(key), meta::value.eq(value)))
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(value))
        .execute(c))?;
    Ok(())
}
