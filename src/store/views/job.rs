//! A job with all that a screen says of it: who, where, what, when, and its visits.

use crate::domain::fieldwork::job::{JobStatus, Outcome, Visit, VisitStatus};
use crate::domain::text::Pii;
use crate::store::connection::both;
use crate::store::dialect::{Column, anywhere, lower, point};
use crate::store::schema::{customers, jobs, locations, routes, service_types, stops, visits};
use crate::store::tables::job::JobRow;
use crate::store::tables::{CHUNK_LEN, visit};
use crate::store::{Db, Listed, Page, StoreError};
use crate::units::id::{
    CustomerId, JobId, LocationId, OrganizationId, RouteId, ServiceTypeId, TechnicianId,
    TerritoryId, TruckId, VisitId,
};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The columns of [`Shown`]; a macro, because the row's type names the database.
macro_rules! columns {
    () => {
        (
            JobRow::as_select(),
            customers::name,
            customers::phone,
            locations::address,
            locations::lat,
            locations::lon,
            locations::notes,
            service_types::name,
        )
    };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    pub id: JobId,
    pub number: u64,
    /// `J-000123`.
    pub label: String,
    pub territory: TerritoryId,
    pub customer: JobCustomer,
    pub location: JobLocation,
    pub service_type: JobServiceType,
    #[schema(value_type = String)]
    pub title: Pii<String>,
    #[schema(value_type = String)]
    pub description: Pii<String>,
    #[schema(value_type = String)]
    pub remark: Pii<String>,
    pub status: JobStatus,
    pub priority: u8,
    pub duration_s: u32,
    pub skills: BTreeSet<String>,
    pub load: BTreeMap<String, u32>,
    pub needs_approval: bool,
    /// The customer asked for this.
    pub wanted: Option<TimeWindow>,
    /// The customer was told this.
    pub promised: Option<TimeWindow>,
    /// Only this technician may do it.
    pub technician: Option<TechnicianId>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// In the order in which they were planned; all but the last are over.
    pub visits: Vec<VisitView>,
    pub version: u32,
}

/// Who the job is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobCustomer {
    pub id: CustomerId,
    #[schema(value_type = String)]
    pub name: Pii<String>,
    #[schema(value_type = String)]
    pub phone: Pii<String>,
}

/// Where the job is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobLocation {
    pub id: LocationId,
    #[schema(value_type = String)]
    pub address: Pii<String>,
    #[schema(value_type = Point)]
    pub at: Pii<Point>,
    #[schema(value_type = String)]
    pub notes: Pii<String>,
}

/// What kind of work it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobServiceType {
    pub id: ServiceTypeId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VisitView {
    pub id: VisitId,
    pub status: VisitStatus,
    pub route: RouteId,
    pub technician: TechnicianId,
    pub truck: Option<TruckId>,
    /// Arrival at the location and end of the work, as intended now.
    pub planned: TimeWindow,
    pub published_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub departed_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    /// The technician left the place without having said that the work is done.
    pub left_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
}

impl From<Visit> for VisitView {
    fn from(visit: Visit) -> Self {
        Self {
            id: visit.id,
            status: visit.status,
            route: visit.route,
            technician: visit.technician,
            truck: visit.truck,
            planned: visit.planned,
            published_at: visit.published_at,
            accepted_at: visit.accepted_at,
            departed_at: visit.departed_at,
            arrived_at: visit.arrived_at,
            left_at: visit.left_at,
            finished_at: visit.finished_at,
            outcome: visit.outcome,
        }
    }
}

/// Which jobs a list shows; what is empty does not narrow it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFilter {
    /// Any of these.
    pub statuses: Vec<JobStatus>,
    pub territory: Option<TerritoryId>,
    /// Has, or had, a visit of this technician that was not declined or cancelled.
    pub technician: Option<TechnicianId>,
    pub customer: Option<CustomerId>,
    /// Stands on a route of this day, or is wanted within it.
    pub day: Option<DayFilter>,
    /// The number (`123`, `J-000123`), or a part of the title, the customer's name or the address.
    pub text: Option<String>,
}

/// A day, and when it begins and ends at the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFilter {
    pub day: LocalDay,
    pub window: TimeWindow,
}

impl DayFilter {
    /// The day in this time zone.
    pub fn new(day: LocalDay, zone: chrono_tz::Tz) -> Self {
        let (from, end) = (day.minute(0, zone), day.next().minute(0, zone));
        let until = end.plus_ms(-1).max(from);
        Self { day, window: TimeWindow { from, until } }
    }
}

/// One job as shown.
pub fn job_view(
    db: &mut Db,
    organization: OrganizationId,
    id: JobId,
) -> Result<Option<JobView>, StoreError> {
    Ok(job_views(db, organization, &[id])?.pop())
}

/// These jobs as shown, by number; those that are not there are left out.
pub fn job_views(
    db: &mut Db,
    organization: OrganizationId,
    ids: &[JobId],
) -> Result<Vec<JobView>, StoreError> {
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK_LEN) {
        let ids: Vec<Vec<u8>> = chunk.iter().map(Column::store).collect();
        rows.extend(both!(db, |c| shown()
            .filter(jobs::organization.eq(organization.store()))
            .filter(jobs::id.eq_any(&ids))
            .order(jobs::number)
            .select(columns!())
            .load::<Shown>(c))?);
    }
    with_visits(db, organization, rows)
}

/// Jobs as shown, newest first.
pub fn jobs(
    db: &mut Db,
    organization: OrganizationId,
    filter: &JobFilter,
    page: &Page,
) -> Result<Listed<JobView>, StoreError> {
    let before: Option<i64> =
        page.after.as_deref().map(str::parse).transpose().map_err(|_| StoreError::Cursor)?;
    let statuses: Vec<String> = filter.statuses.iter().map(Column::store).collect();
    let pattern = filter.text.as_deref().map(anywhere);
    let number = filter.text.as_deref().and_then(number_in);
    let rows: Vec<Shown> = both!(db, |c| {
        let mut query = shown()
            .filter(jobs::organization.eq(organization.store()))
            .order(jobs::number.desc())
            .limit(i64::from(page.limit) + 1)
            .select(columns!())
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(jobs::number.lt(before));
        }
        if !statuses.is_empty() {
            query = query.filter(jobs::status.eq_any(statuses));
        }
        if let Some(territory) = filter.territory {
            query = query.filter(jobs::territory.eq(territory.store()));
        }
        if let Some(customer) = filter.customer {
            query = query.filter(jobs::customer.eq(customer.store()));
        }
        if let Some(technician) = filter.technician {
            let gone = [VisitStatus::Declined.store(), VisitStatus::Cancelled.store()];
            query = query.filter(exists(
                visits::table
                    .filter(visits::organization.eq(organization.store()))
                    .filter(visits::job.eq(jobs::id))
                    .filter(visits::technician.eq(technician.store()))
                    .filter(visits::status.ne_all(gone)),
            ));
        }
        if let Some(day) = filter.day {
            query = query.filter(
                jobs::id.eq_any(on_routes_of_day(organization.store(), day.day.store())).or(
                    jobs::wanted_from
                        .le(day.window.until.store())
                        .and(jobs::wanted_until.ge(day.window.from.store())),
                ),
            );
        }
        if let Some(pattern) = pattern {
            query = query.filter(
                jobs::number
                    .eq(number.unwrap_or(-1))
                    .or(lower(jobs::title).like(pattern.clone()).escape('\\'))
                    .or(lower(customers::name).like(pattern.clone()).escape('\\'))
                    .or(lower(locations::address).like(pattern).escape('\\')),
            );
        }
        query.load(c)
    })?;
    let limit = page.limit as usize;
    let has_more = rows.len() > limit;
    let items = with_visits(db, organization, rows.into_iter().take(limit).collect())?;
    let next = if has_more { items.last().map(|job| job.number.to_string()) } else { None };
    Ok(Listed { items, next })
}

/// What a territory's day is about: its jobs without a visit ahead (open or on hold) that are wanted
/// within the day or at any time, and all jobs that stand on a route of the day.
pub(super) fn of_day(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    day: DayFilter,
) -> Result<Vec<JobView>, StoreError> {
    let waiting = [JobStatus::Open.store(), JobStatus::OnHold.store()];
    let rows: Vec<Shown> = both!(db, |c| shown()
        .filter(jobs::organization.eq(organization.store()))
        .filter(
            jobs::territory
                .eq(territory.store())
                .and(jobs::status.eq_any(&waiting))
                .and(
                    jobs::wanted_from.is_null().or(jobs::wanted_from
                        .le(day.window.until.store())
                        .and(jobs::wanted_until.ge(day.window.from.store())))
                )
                .or(jobs::id.eq_any(
                    on_routes_of_day(organization.store(), day.day.store())
                        .filter(routes::territory.eq(territory.store())),
                )),
        )
        .order(jobs::number)
        .select(columns!())
        .load(c))?;
    with_visits(db, organization, rows)
}

/// A job with the names that a screen shows beside it, without its visits.
type Shown = (JobRow, String, String, String, f64, f64, String, String);

/// Jobs with their customer, location and service type.
#[diesel::dsl::auto_type]
fn shown() -> _ {
    jobs::table
        .inner_join(customers::table.on(
            customers::organization.eq(jobs::organization).and(customers::id.eq(jobs::customer)),
        ))
        .inner_join(locations::table.on(
            locations::organization.eq(jobs::organization).and(locations::id.eq(jobs::location)),
        ))
        .inner_join(
            service_types::table.on(service_types::organization
                .eq(jobs::organization)
                .and(service_types::id.eq(jobs::service_type))),
        )
}

/// Ids of the jobs with a stop on a route of the day.
#[diesel::dsl::auto_type]
fn on_routes_of_day(organization: Vec<u8>, day: String) -> _ {
    stops::table
        .inner_join(
            routes::table
                .on(routes::organization.eq(stops::organization).and(routes::id.eq(stops::route))),
        )
        .filter(stops::organization.eq(organization))
        .filter(routes::day.eq(day))
        .select(stops::job)
}

fn with_visits(
    db: &mut Db,
    organization: OrganizationId,
    rows: Vec<Shown>,
) -> Result<Vec<JobView>, StoreError> {
    let mut jobs = rows.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let mut visits = visit::of_jobs(db, organization, &ids)?;
    for job in &mut jobs {
        let own = visits.remove(&job.id).unwrap_or_default();
        job.visits = own.into_iter().map(Into::into).collect();
    }
    Ok(jobs)
}

fn view(row: Shown) -> Result<JobView, StoreError> {
    let (row, name, phone, address, lat, lon, notes, service_type_name) = row;
    let job = row.load()?;
    Ok(JobView {
        id: job.id,
        number: job.number,
        label: job.label(),
        territory: job.territory,
        customer: JobCustomer { id: job.customer, name: Pii(name), phone: Pii(phone) },
        location: JobLocation {
            id: job.location,
            address: Pii(address),
            at: Pii(point(lat, lon)?),
            notes: Pii(notes),
        },
        service_type: JobServiceType { id: job.service_type, name: service_type_name },
        title: job.details.title,
        description: job.details.description,
        remark: job.details.remark,
        status: job.status,
        priority: job.priority,
        duration_s: job.duration_s,
        skills: job.skills,
        load: job.load,
        needs_approval: job.needs_approval,
        wanted: job.wanted,
        promised: job.promised,
        technician: job.technician,
        created_at: job.created_at,
        ended_at: job.ended_at,
        visits: Vec::new(),
        version: job.version,
    })
}

/// The number in `123` or `J-000123`.
fn number_in(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix("J-").or_else(|| text.strip_prefix("j-")).unwrap_or(text);
    digits.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_found_by_its_number_or_its_label() {
        assert_eq!(number_in("J-000123"), Some(123));
        assert_eq!(number_in(" 7 "), Some(7));
        assert_eq!(number_in("7 High Street"), None);
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        let zone = chrono_tz::Europe::Malta;
        let day = LocalDay::parse("2026-03-29").unwrap();
        let window = DayFilter::new(day, zone).window;
        // The clocks go forward, so this one is an hour shorter.
        assert_eq!(window.until.ms_since(window.from) + 1, 23 * 3_600_000);
    }
}
