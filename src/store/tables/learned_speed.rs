//! What driving has taught about the streets. It belongs to the map, and so to no organization.

use super::CHUNK_LEN;
use crate::domain::streets::learned_speed::LearnedSpeed;
use crate::store::connection::both;
use crate::store::schema::learned_speeds;
use crate::store::{Db, StoreError};
use diesel::prelude::*;
use diesel::upsert::excluded;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = learned_speeds, treat_none_as_default_value = false)]
struct LearnedSpeedRow {
    profile: String,
    way: i64,
    tail_node: i64,
    head_node: i64,
    band: String,
    log_ratio: f64,
    drives: f64,
}

impl LearnedSpeedRow {
    fn store(noun: &LearnedSpeed) -> Self {
        Self {
            profile: noun.profile.clone(),
            way: noun.way,
            tail_node: noun.tail_node,
            head_node: noun.head_node,
            band: noun.band.clone(),
            log_ratio: f64::from(noun.log_ratio),
            drives: f64::from(noun.drives),
        }
    }

    fn load(self) -> LearnedSpeed {
        LearnedSpeed {
            profile: self.profile,
            way: self.way,
            tail_node: self.tail_node,
            head_node: self.head_node,
            band: self.band,
            log_ratio: self.log_ratio as f32,
            drives: self.drives as f32,
        }
    }
}

/// Everything that was learned for vehicles of this profile.
pub fn list_of_profile(db: &mut Db, profile: &str) -> Result<Vec<LearnedSpeed>, StoreError> {
    let rows: Vec<LearnedSpeedRow> = both!(db, |c| learned_speeds::table
        .filter(learned_speeds::profile.eq(profile))
        .select(LearnedSpeedRow::as_select())
        .load(c))?;
    Ok(rows.into_iter().map(LearnedSpeedRow::load).collect())
}

/// Puts these in the place of what was known of the same streets and bands. Each is named once.
pub(in crate::store) fn set(db: &mut Db, learned: &[LearnedSpeed]) -> Result<(), StoreError> {
    let rows: Vec<LearnedSpeedRow> = learned.iter().map(LearnedSpeedRow::store).collect();
    for chunk in rows.chunks(CHUNK_LEN) {
        both!(db, |c| {
            use learned_speeds as known;
            diesel::insert_into(known::table)
                .values(chunk)
                .on_conflict((
                    known::profile,
                    known::way,
                    known::tail_node,
                    known::head_node,
                    known::band,
                ))
                .do_update()
                .set((
                    known::log_ratio.eq(excluded(known::log_ratio)),
                    known::drives.eq(excluded(known::drives)),
                ))
                .execute(c)
        })?;
    }
    Ok(())
}
