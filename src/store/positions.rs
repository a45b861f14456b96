//! Readings: where technicians were, appended in bulk; and where each was last.
//!
//! The table has no second index, because appending is then ten times faster. Readings arrive nearly in
//! order, so a small table of hours tells between which ids those of an hour lie, and a question about an
//! afternoon reads that afternoon and not the year.

use super::connection::{Db, both};
use super::dialect::{Column, point, row};
use super::error::StoreError;
use super::schema::{last_positions, position_hours, positions};
use super::tables::{CHUNK_LEN, listed};
use super::{Listed, Page};
use crate::domain::Reading;
use crate::units::id::{OrganizationId, TechnicianId};
use crate::units::{TimeWindow, Timestamp};
use diesel::dsl::{max, min};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::{BTreeMap, HashMap};

const HOUR_MS: i64 = 3_600_000;

/// A reading with its place among all.
pub(super) struct Placed {
    id: i64,
    reading: Reading,
}

row! {
    PositionRow in positions by (organization, id) of noun: Placed {
        id: i64,
        technician: TechnicianId = noun.reading.technician,
        at: Timestamp = noun.reading.at,
        lat: f64 = noun.reading.point.lat,
        lon: f64 = noun.reading.point.lon,
        accuracy_m: Option<f32> = noun.reading.accuracy_m,
        speed_kmh: Option<f32> = noun.reading.speed_kmh,
        heading_deg: Option<f32> = noun.reading.heading_deg,
        altitude_m: Option<f32> = noun.reading.altitude_m,
        battery: Option<f32> = noun.reading.battery,
    } => Placed {
        id,
        reading: Reading {
            technician,
            at,
            point: point(lat, lon)?,
            accuracy_m,
            speed_kmh,
            heading_deg,
            altitude_m,
            battery,
        },
    }
}

row! {
    LastPositionRow in last_positions by (organization, technician) of noun: Reading {
        technician: TechnicianId,
        at: Timestamp,
        lat: f64 = noun.point.lat,
        lon: f64 = noun.point.lon,
        accuracy_m: Option<f32>,
        speed_kmh: Option<f32>,
        heading_deg: Option<f32>,
        altitude_m: Option<f32>,
        battery: Option<f32>,
    } => Reading {
        technician,
        at,
        point: point(lat, lon)?,
        accuracy_m,
        speed_kmh,
        heading_deg,
        altitude_m,
        battery,
    }
}

/// Appends readings and renews the last ones. Within a transaction of the only writer.
pub(super) fn store(
    db: &mut Db,
    organization: OrganizationId,
    readings: &[Reading],
) -> Result<(), StoreError> {
    let highest: Option<i64> = both!(db, |c| positions::table.select(max(positions::id)).first(c))?;
    let rows: Vec<PositionRow> = readings
        .iter()
        .zip(highest.unwrap_or(0) + 1..)
        .map(|(reading, id)| PositionRow::store(organization, &Placed { id, reading: *reading }))
        .collect();
    for chunk in rows.chunks(CHUNK_LEN) {
        both!(db, |c| diesel::insert_into(positions::table).values(chunk).execute(c))?;
    }
    note_hours(db, organization, &rows)?;
    note_last(db, organization, readings)
}

fn note_hours(
    db: &mut Db,
    organization: OrganizationId,
    rows: &[PositionRow],
) -> Result<(), StoreError> {
    // Ids rise, so the first and the last of an hour are also its lowest and highest.
    let mut hours: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for row in rows {
        hours.entry(row.at.div_euclid(HOUR_MS)).or_insert((row.id, row.id)).1 = row.id;
    }
    for (hour, (first, last)) in hours {
        both!(db, |c| diesel::insert_into(position_hours::table)
            .values((
                position_hours::organization.eq(organization.store()),
                position_hours::hour.eq(hour),
                position_hours::first_id.eq(first),
                position_hours::last_id.eq(last),
            ))
            .on_conflict((position_hours::organization, position_hours::hour))
            .do_update()
            .set(position_hours::last_id.eq(last))
            .execute(c))?;
    }
    Ok(())
}

fn note_last(
    db: &mut Db,
    organization: OrganizationId,
    readings: &[Reading],
) -> Result<(), StoreError> {
    let mut newest: HashMap<TechnicianId, &Reading> = HashMap::new();
    for reading in readings {
        let known = newest.entry(reading.technician).or_insert(reading);
        if reading.at >= known.at {
            *known = reading;
        }
    }
    let ids: Vec<Vec<u8>> = newest.keys().map(Column::store).collect();
    for chunk in ids.chunks(CHUNK_LEN) {
        let known: Vec<(Vec<u8>, i64)> = both!(db, |c| last_positions::table
            .filter(last_positions::organization.eq(organization.store()))
            .filter(last_positions::technician.eq_any(chunk))
            .select((last_positions::technician, last_positions::at))
            .load(c))?;
        for (technician, at) in known {
            let technician = TechnicianId::load(technician)?;
            if newest.get(&technician).is_some_and(|reading| reading.at.ms() < at) {
                newest.remove(&technician);
            }
        }
    }
    let rows: Vec<LastPositionRow> =
        newest.into_values().map(|reading| LastPositionRow::store(organization, reading)).collect();
    for chunk in rows.chunks(CHUNK_LEN) {
        both!(db, |c| {
            use last_positions as last;
            diesel::insert_into(last::table)
                .values(chunk)
                .on_conflict((last::organization, last::technician))
                .do_update()
                .set((
                    last::at.eq(excluded(last::at)),
                    last::lat.eq(excluded(last::lat)),
                    last::lon.eq(excluded(last::lon)),
                    last::accuracy_m.eq(excluded(last::accuracy_m)),
                    last::speed_kmh.eq(excluded(last::speed_kmh)),
                    last::heading_deg.eq(excluded(last::heading_deg)),
                    last::altitude_m.eq(excluded(last::altitude_m)),
                    last::battery.eq(excluded(last::battery)),
                ))
                .execute(c)
        })?;
    }
    Ok(())
}

/// Where technicians were last; those never heard of are left out.
pub fn list_last(db: &mut Db, organization: OrganizationId) -> Result<Vec<Reading>, StoreError> {
    let rows: Vec<LastPositionRow> = both!(db, |c| last_positions::table
        .filter(last_positions::organization.eq(organization.store()))
        .select(LastPositionRow::as_select())
        .load(c))?;
    rows.into_iter().map(LastPositionRow::load).collect()
}

/// Where a technician was last.
pub fn find_last(
    db: &mut Db,
    organization: OrganizationId,
    technician: TechnicianId,
) -> Result<Option<Reading>, StoreError> {
    let row: Option<LastPositionRow> = both!(db, |c| last_positions::table
        .find((organization.store(), technician.store()))
        .select(LastPositionRow::as_select())
        .first(c)
        .optional())?;
    row.map(LastPositionRow::load).transpose()
}

/// Where a technician was within a window (both ends included), by time.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    technician: TechnicianId,
    window: TimeWindow,
    page: &Page,
) -> Result<Listed<Reading>, StoreError> {
    let after: Option<(i64, i64)> = page.after.as_deref().map(cursor).transpose()?;
    let hours = (window.from.ms().div_euclid(HOUR_MS), window.until.ms().div_euclid(HOUR_MS));
    let ids: (Option<i64>, Option<i64>) = both!(db, |c| position_hours::table
        .filter(position_hours::organization.eq(organization.store()))
        .filter(position_hours::hour.between(hours.0, hours.1))
        .select((min(position_hours::first_id), max(position_hours::last_id)))
        .first(c))?;
    let (Some(first), Some(last)) = ids else {
        return Ok(Listed { items: Vec::new(), next: None });
    };
    let rows: Vec<PositionRow> = both!(db, |c| {
        let mut query = positions::table
            .filter(positions::id.between(first, last))
            .filter(positions::organization.eq(organization.store()))
            .filter(positions::technician.eq(technician.store()))
            .filter(positions::at.between(window.from.store(), window.until.store()))
            .order((positions::at, positions::id))
            .limit(i64::from(page.limit) + 1)
            .select(PositionRow::as_select())
            .into_boxed();
        if let Some((at, id)) = after {
            query = query
                .filter(positions::at.gt(at).or(positions::at.eq(at).and(positions::id.gt(id))));
        }
        query.load(c)
    })?;
    let found =
        listed(page, rows, PositionRow::load, |one| format!("{}-{}", one.reading.at.ms(), one.id))?;
    Ok(Listed { items: found.items.into_iter().map(|one| one.reading).collect(), next: found.next })
}

fn cursor(text: &str) -> Result<(i64, i64), StoreError> {
    let (at, id) = text.rsplit_once('-').ok_or(StoreError::Cursor)?;
    Ok((at.parse().map_err(|_| StoreError::Cursor)?, id.parse().map_err(|_| StoreError::Cursor)?))
}

/// Removes readings from before, in every organization; the last one of each technician stays known.
pub(super) fn forget(db: &mut Db, before: Timestamp) -> Result<usize, StoreError> {
    both!(db, |c| diesel::delete(position_hours::table)
        .filter(position_hours::hour.lt(before.ms().div_euclid(HOUR_MS)))
        .execute(c))?;
    Ok(both!(db, |c| diesel::delete(positions::table)
        .filter(positions::at.lt(before.store()))
        .execute(c))?)
}
