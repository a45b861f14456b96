//! Jobs with their visits.

use super::visit;
use crate::domain::fieldwork::job::{Job, JobDetails, JobStatus};
use crate::domain::text::{Load, Pii, Skills};
use crate::store::connection::both;
use crate::store::dialect::{Column, Upsert, row, window_if_any};
use crate::store::schema::jobs;
use crate::store::tables::CHUNK_LEN;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::{
    CustomerId, JobId, LocationId, OrganizationId, ServiceTypeId, TechnicianId, TerritoryId,
};
use diesel::dsl::max;
use diesel::prelude::*;

row! {
    JobRow in jobs by (organization, id) of noun: Job {
        id: JobId,
        number: u64,
        territory: TerritoryId,
        customer: CustomerId,
        location: LocationId,
        service_type: ServiceTypeId,
        title: Pii<String> = noun.details.title,
        description: Pii<String> = noun.details.description,
        remark: Pii<String> = noun.details.remark,
        status: JobStatus,
        priority: u8,
        duration_s: u32,
        skills: Skills,
        load: Load,
        needs_approval: bool,
        wanted_from: Option<Timestamp> = noun.wanted.map(|window| window.from),
        wanted_until: Option<Timestamp> = noun.wanted.map(|window| window.until),
        promised_from: Option<Timestamp> = noun.promised.map(|window| window.from),
        promised_until: Option<Timestamp> = noun.promised.map(|window| window.until),
        technician: Option<TechnicianId>,
        created_at: Timestamp,
        ended_at: Option<Timestamp>,
        version: u32,
    } => Job {
        id,
        number,
        territory,
        customer,
        location,
        service_type,
        details: JobDetails { title, description, remark },
        status,
        priority,
        duration_s,
        skills,
        load,
        needs_approval,
        wanted: window_if_any(wanted_from, wanted_until)?,
        promised: window_if_any(promised_from, promised_until)?,
        technician,
        created_at,
        ended_at,
        visits: Vec::new(),
        version,
    }
}

/// The job with this id, if the organization has it.
pub fn find(
    db: &mut Db,
    organization: OrganizationId,
    id: JobId,
) -> Result<Option<Job>, StoreError> {
    Ok(list(db, organization, &[id])?.pop())
}

/// The jobs with these ids, in no order; those that are not there are left out.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    ids: &[JobId],
) -> Result<Vec<Job>, StoreError> {
    let mut rows: Vec<JobRow> = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        rows.extend(both!(db, |c| jobs::table
            .filter(jobs::organization.eq(organization.store()))
            .filter(jobs::id.eq_any(&ids))
            .select(JobRow::as_select())
            .load::<JobRow>(c))?);
    }
    with_visits(db, organization, rows)
}

/// A territory's jobs that are not over, oldest first.
pub fn list_open(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
) -> Result<Vec<Job>, StoreError> {
    let open: Vec<String> =
        JobStatus::ALL.iter().filter(|status| !status.is_over()).map(Column::store).collect();
    let rows: Vec<JobRow> = both!(db, |c| jobs::table
        .filter(jobs::organization.eq(organization.store()))
        .filter(jobs::territory.eq(territory.store()))
        .filter(jobs::status.eq_any(&open))
        .order(jobs::number)
        .select(JobRow::as_select())
        .load(c))?;
    with_visits(db, organization, rows)
}

/// The number after the highest one. Two that ask at once get the same; the second to be written is
/// refused with `Taken { what: "number" }` and asks again.
pub fn next_number(db: &mut Db, organization: OrganizationId) -> Result<u64, StoreError> {
    let highest: Option<i64> = both!(db, |c| jobs::table
        .filter(jobs::organization.eq(organization.store()))
        .select(max(jobs::number))
        .first(c))?;
    Ok(u64::load(highest.unwrap_or(0))? + 1)
}

fn with_visits(
    db: &mut Db,
    organization: OrganizationId,
    rows: Vec<JobRow>,
) -> Result<Vec<Job>, StoreError> {
    let mut jobs: Vec<Job> = rows.into_iter().map(JobRow::load).collect::<Result<_, _>>()?;
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let mut visits = visit::of_jobs(db, organization, &ids)?;
    for job in &mut jobs {
        job.visits = visits.remove(&job.id).unwrap_or_default();
    }
    Ok(jobs)
}

/// Writes the job with all its visits.
pub(in crate::store) fn upsert(
    db: &mut Db,
    organization: OrganizationId,
    job: &Job,
) -> Result<(), StoreError> {
    JobRow::store(organization, job).upsert(db)?;
    visit::replace(db, organization, std::iter::once((job.id, job.visits.as_slice())))
}

/// Writes only where the job stands.
pub(in crate::store) fn set_status(
    db: &mut Db,
    organization: OrganizationId,
    ids: &[JobId],
    status: JobStatus,
) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        both!(db, |c| diesel::update(jobs::table)
            .filter(jobs::organization.eq(organization.store()))
            .filter(jobs::id.eq_any(&ids))
            .set(jobs::status.eq(status.store()))
            .execute(c))?;
    }
    Ok(())
}
