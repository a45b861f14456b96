//! Routes with their stops.

use crate::domain::plan::{Route, Stop};
use crate::store::connection::both;
use crate::store::dialect::{Column, Upsert, row, window, window_if_any};
use crate::store::schema::{routes, stops};
use crate::store::tables::CHUNK_LEN;
use crate::store::{Db, StoreError};
use crate::units::id::{
    JobId, OrganizationId, RouteId, TechnicianId, TerritoryId, TruckId, VisitId,
};
use crate::units::{LocalDay, Timestamp};
use diesel::prelude::*;
use std::collections::HashMap;

row! {
    RouteRow in routes by (organization, id) of noun: Route {
        id: RouteId,
        territory: TerritoryId,
        technician: TechnicianId,
        truck: Option<TruckId>,
        day: LocalDay,
        planned_from: Option<Timestamp> = noun.planned.map(|window| window.from),
        planned_until: Option<Timestamp> = noun.planned.map(|window| window.until),
        travel_s: u32,
        travel_m: u32,
        version: u32,
    } => Route {
        id,
        territory,
        technician,
        truck,
        day,
        stops: Vec::new(),
        planned: window_if_any(planned_from, planned_until)?,
        travel_s,
        travel_m,
        version,
    }
}

/// A stop with its route and its place in driving order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::store) struct RouteStop {
    route: RouteId,
    place: u32,
    stop: Stop,
}

row! {
    StopRow in stops by (organization, route, place) of noun: RouteStop {
        route: RouteId,
        place: u32,
        visit: VisitId = noun.stop.visit,
        job: JobId = noun.stop.job,
        planned_from: Timestamp = noun.stop.planned.from,
        planned_until: Timestamp = noun.stop.planned.until,
        start_at: Timestamp = noun.stop.start_at,
        travel_s: u32 = noun.stop.travel_s,
        travel_m: u32 = noun.stop.travel_m,
        locked: bool = noun.stop.locked,
        published: bool = noun.stop.published,
    } => RouteStop {
        route,
        place,
        stop: Stop {
            visit,
            job,
            planned: window(planned_from, planned_until)?,
            start_at,
            travel_s,
            travel_m,
            locked,
            published,
        },
    }
}

/// The route with this id, if the organization has it.
pub fn find(
    db: &mut Db,
    organization: OrganizationId,
    id: RouteId,
) -> Result<Option<Route>, StoreError> {
    let row: Option<RouteRow> = both!(db, |c| routes::table
        .find((organization.store(), id.store()))
        .select(RouteRow::as_select())
        .first(c)
        .optional())?;
    Ok(with_stops(db, organization, row.into_iter().collect())?.pop())
}

/// A territory's routes of one day, in no order.
pub fn list_of_day(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    day: LocalDay,
) -> Result<Vec<Route>, StoreError> {
    let rows = both!(db, |c| routes::table
        .filter(routes::organization.eq(organization.store()))
        .filter(routes::territory.eq(territory.store()))
        .filter(routes::day.eq(day.store()))
        .select(RouteRow::as_select())
        .load(c))?;
    with_stops(db, organization, rows)
}

/// A territory's routes of this day and of all later ones, by day.
pub fn list_from(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    day: LocalDay,
) -> Result<Vec<Route>, StoreError> {
    let rows = both!(db, |c| routes::table
        .filter(routes::organization.eq(organization.store()))
        .filter(routes::territory.eq(territory.store()))
        .filter(routes::day.ge(day.store()))
        .order((routes::day, routes::id))
        .select(RouteRow::as_select())
        .load(c))?;
    with_stops(db, organization, rows)
}

fn with_stops(
    db: &mut Db,
    organization: OrganizationId,
    rows: Vec<RouteRow>,
) -> Result<Vec<Route>, StoreError> {
    let mut found: HashMap<RouteId, Vec<Stop>> = HashMap::new();
    let ids: Vec<Vec<u8>> = rows.iter().map(|row| row.id.clone()).collect();
    for chunk in ids.chunks(CHUNK_LEN) {
        let rows: Vec<StopRow> = both!(db, |c| stops::table
            .filter(stops::organization.eq(organization.store()))
            .filter(stops::route.eq_any(chunk))
            .order((stops::route, stops::place))
            .select(StopRow::as_select())
            .load(c))?;
        for row in rows {
            let one = row.load()?;
            found.entry(one.route).or_default().push(one.stop);
        }
    }
    rows.into_iter()
        .map(|row| {
            let mut route = row.load()?;
            route.stops = found.remove(&route.id).unwrap_or_default();
            Ok(route)
        })
        .collect()
}

/// Takes all stops off these routes. A decision that moves a visit between routes clears all of them
/// first, because a visit may stand on one route only.
pub(in crate::store) fn clear(
    db: &mut Db,
    organization: OrganizationId,
    ids: &[RouteId],
) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        both!(db, |c| diesel::delete(stops::table)
            .filter(stops::organization.eq(organization.store()))
            .filter(stops::route.eq_any(&ids))
            .execute(c))?;
    }
    Ok(())
}

/// Writes a route whose stops were cleared.
pub(in crate::store) fn write_cleared(
    db: &mut Db,
    organization: OrganizationId,
    route: &Route,
) -> Result<(), StoreError> {
    RouteRow::store(organization, route).upsert(db)?;
    let rows: Vec<StopRow> = route
        .stops
        .iter()
        .zip(0..)
        .map(|(stop, place)| {
            StopRow::store(organization, &RouteStop { route: route.id, place, stop: *stop })
        })
        .collect();
    for chunk in rows.chunks(CHUNK_LEN) {
        both!(db, |c| diesel::insert_into(stops::table).values(chunk).execute(c))?;
    }
    Ok(())
}
