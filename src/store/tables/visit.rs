//! Visits: always read and written with their job.

use crate::domain::fieldwork::job::{Outcome, Visit, VisitStatus};
use crate::store::connection::both;
use crate::store::dialect::{Column, row, window};
use crate::store::schema::visits;
use crate::store::tables::CHUNK_LEN;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::{JobId, OrganizationId, RouteId, TechnicianId, TruckId, VisitId};
use diesel::prelude::*;
use std::collections::HashMap;

/// A visit with its job, and its place among the job's visits.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct JobVisit {
    pub job: JobId,
    pub place: u32,
    pub visit: Visit,
}

row! {
    VisitRow in visits by (organization, id) of noun: JobVisit {
        id: VisitId = noun.visit.id,
        job: JobId,
        place: u32,
        status: VisitStatus = noun.visit.status,
        route: RouteId = noun.visit.route,
        technician: TechnicianId = noun.visit.technician,
        truck: Option<TruckId> = noun.visit.truck,
        planned_from: Timestamp = noun.visit.planned.from,
        planned_until: Timestamp = noun.visit.planned.until,
        published_at: Option<Timestamp> = noun.visit.published_at,
        accepted_at: Option<Timestamp> = noun.visit.accepted_at,
        departed_at: Option<Timestamp> = noun.visit.departed_at,
        arrived_at: Option<Timestamp> = noun.visit.arrived_at,
        left_at: Option<Timestamp> = noun.visit.left_at,
        finished_at: Option<Timestamp> = noun.visit.finished_at,
        outcome: Option<Outcome> = noun.visit.outcome,
    } => JobVisit {
        job,
        place,
        visit: Visit {
            id,
            status,
            route,
            technician,
            truck,
            planned: window(planned_from, planned_until)?,
            published_at,
            accepted_at,
            departed_at,
            arrived_at,
            left_at,
            finished_at,
            outcome,
        },
    }
}

/// The visits of these jobs, each job's in order.
pub(in crate::store) fn of_jobs(
    db: &mut Db,
    organization: OrganizationId,
    jobs: &[JobId],
) -> Result<HashMap<JobId, Vec<Visit>>, StoreError> {
    let mut found: HashMap<JobId, Vec<Visit>> = HashMap::new();
    for chunk in jobs.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        let rows: Vec<VisitRow> = both!(db, |c| visits::table
            .filter(visits::organization.eq(organization.store()))
            .filter(visits::job.eq_any(&ids))
            .order((visits::job, visits::place))
            .select(VisitRow::as_select())
            .load(c))?;
        for row in rows {
            let one = row.load()?;
            found.entry(one.job).or_default().push(one.visit);
        }
    }
    Ok(found)
}

/// The visits that the technician is on the way to, with their jobs: one at most, if all goes well.
pub fn list_en_route(
    db: &mut Db,
    organization: OrganizationId,
    technician: TechnicianId,
) -> Result<Vec<(JobId, VisitId)>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = both!(db, |c| visits::table
        .filter(visits::organization.eq(organization.store()))
        .filter(visits::technician.eq(technician.store()))
        .filter(visits::status.eq(VisitStatus::EnRoute.store()))
        .select((visits::job, visits::id))
        .load(c))?;
    rows.into_iter().map(|(job, visit)| Ok((JobId::load(job)?, VisitId::load(visit)?))).collect()
}

/// Writes the visits of these jobs as they are now, instead of what was there.
pub(in crate::store) fn replace<'a>(
    db: &mut Db,
    organization: OrganizationId,
    jobs: impl Iterator<Item = (JobId, &'a [Visit])>,
) -> Result<(), StoreError> {
    let (mut ids, mut rows) = (Vec::new(), Vec::new());
    for (job, visits) in jobs {
        ids.push(job.store());
        rows.extend(visits.iter().zip(0..).map(|(visit, place)| {
            VisitRow::store(organization, &JobVisit { job, place, visit: visit.clone() })
        }));
    }
    for chunk in ids.chunks(CHUNK_LEN) {
        both!(db, |c| diesel::delete(visits::table)
            .filter(visits::organization.eq(organization.store()))
            .filter(visits::job.eq_any(chunk))
            .execute(c))?;
    }
    for chunk in rows.chunks(CHUNK_LEN) {
        both!(db, |c| diesel::insert_into(visits::table).values(chunk).execute(c))?;
    }
    Ok(())
}
