//! Writes the rows of a record: what the tables say after its events.
//!
//! A route's row also does in the tables what `domain::fieldwork::job::follow` does in memory, with the
//! same functions: the visits of the jobs it names come, move, are published and go.

use super::connection::Db;
use super::dialect::Upsert;
use super::error::StoreError;
use super::journal::CommitError;
use super::tables::{
    cargo, customer, duty, erasure, job, location, organization, proposal, route, service_type,
    session, street_change, technician, territory, tracking_link, truck, user, visit,
};
use crate::domain::fieldwork::job::{Job, JobStatus, VisitStatus, follow};
use crate::domain::plan::RouteChange;
use crate::domain::{Aggregate, Row};
use crate::units::Timestamp;
use crate::units::id::{JobId, OrganizationId, RouteId, VisitId};
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use std::collections::HashMap;

/// A job of whose timeline a route's event is part.
pub(super) struct Mention {
    pub job: JobId,
    pub route: RouteId,
}

/// Writes the rows in order.
pub(super) fn write(
    db: &mut Db,
    organization: OrganizationId,
    rows: &[Row],
    at: Timestamp,
) -> Result<Vec<Mention>, CommitError> {
    let routes: Vec<&RouteChange> = rows
        .iter()
        .filter_map(|row| if let Row::Route(change) = row { Some(&**change) } else { None })
        .collect();
    if !routes.is_empty() {
        let ids: Vec<RouteId> = routes.iter().map(|change| change.route.id).collect();
        route::clear(db, organization, &ids).map_err(CommitError::Broken)?;
    }
    let mut mentions = Vec::new();
    for row in rows {
        // Whatever has a history stays, because the journal speaks of it.
        if let Row::Removed(
            aggregate @ (Aggregate::Organization(_)
            | Aggregate::Job(_)
            | Aggregate::Placement(_)
            | Aggregate::Route(_)),
        ) = row
        {
            return Err(CommitError::InUse { noun: aggregate.parts().0 });
        }
        let mentioned =
            write_one(db, organization, row, at).map_err(|error| refusal(row, error))?;
        mentions.extend(mentioned);
    }
    Ok(mentions)
}

fn write_one(
    db: &mut Db,
    organization: OrganizationId,
    row: &Row,
    at: Timestamp,
) -> Result<Vec<Mention>, StoreError> {
    match row {
        Row::Organization(noun) => {
            organization::OrganizationRow::store(organization, noun).upsert(db)?;
        }
        Row::Territory(noun) => territory::TerritoryRow::store(organization, noun).upsert(db)?,
        Row::User(noun) => user::UserRow::store(organization, noun).upsert(db)?,
        Row::Customer(noun) => customer::CustomerRow::store(organization, noun).upsert(db)?,
        Row::Location(noun) => location::LocationRow::store(organization, noun).upsert(db)?,
        Row::ServiceType(noun) => {
            service_type::ServiceTypeRow::store(organization, noun).upsert(db)?;
        }
        Row::Technician(noun) => technician::TechnicianRow::store(organization, noun).upsert(db)?,
        Row::Duty(noun) => duty::DutyRow::store(organization, noun).upsert(db)?,
        Row::Truck(noun) => truck::TruckRow::store(organization, noun).upsert(db)?,
        Row::Cargo(noun) => cargo::CargoRow::store(organization, noun).upsert(db)?,
        Row::Job(noun) => job::upsert(db, organization, noun)?,
        Row::Route(change) => return write_route(db, organization, change, at),
        Row::Proposal(noun) => proposal::ProposalRow::store(organization, noun).upsert(db)?,
        Row::Session(noun) => session::SessionRow::store(organization, noun).upsert(db)?,
        Row::TrackingLink(noun) => {
            tracking_link::TrackingLinkRow::store(organization, noun).upsert(db)?;
        }
        Row::StreetChange(noun) => {
            street_change::StreetChangeRow::store(organization, noun).upsert(db)?;
        }
        Row::Removed(aggregate) => remove(db, organization, *aggregate, at)?,
    }
    Ok(Vec::new())
}

/// Removes a row. What belongs to a person is noted, so that a restored backup can remove it again.
fn remove(
    db: &mut Db,
    organization: OrganizationId,
    aggregate: Aggregate,
    at: Timestamp,
) -> Result<(), StoreError> {
    match aggregate {
        Aggregate::Territory(id) => territory::remove(db, organization, id)?,
        Aggregate::User(id) => user::remove(db, organization, id)?,
        Aggregate::Customer(id) => customer::remove(db, organization, id)?,
        Aggregate::Location(id) => location::remove(db, organization, id)?,
        Aggregate::ServiceType(id) => service_type::remove(db, organization, id)?,
        Aggregate::Technician(id) => technician::remove(db, organization, id)?,
        Aggregate::Duty(id) => duty::remove(db, organization, id)?,
        Aggregate::Truck(id) => truck::remove(db, organization, id)?,
        Aggregate::Cargo(id) => cargo::remove(db, organization, id)?,
        Aggregate::Proposal(id) => proposal::remove(db, organization, id)?,
        Aggregate::Session(id) => session::remove(db, organization, id)?,
        Aggregate::TrackingLink(id) => tracking_link::remove(db, organization, id)?,
        Aggregate::StreetChange(id) => street_change::remove(db, organization, id)?,
        // Refused before; a placement has no row of its own.
        Aggregate::Organization(_)
        | Aggregate::Job(_)
        | Aggregate::Route(_)
        | Aggregate::Placement(_) => {}
    }
    if matches!(
        aggregate,
        Aggregate::User(_)
            | Aggregate::Customer(_)
            | Aggregate::Location(_)
            | Aggregate::Technician(_)
    ) {
        erasure::note(db, organization, aggregate, at)?;
    }
    Ok(())
}

/// Writes a route and what follows from it for the jobs that it names.
fn write_route(
    db: &mut Db,
    organization: OrganizationId,
    change: &RouteChange,
    at: Timestamp,
) -> Result<Vec<Mention>, StoreError> {
    route::write_cleared(db, organization, &change.route)?;
    let on_route = change.route.stops.iter().map(|stop| stop.job);
    let named: Vec<JobId> = on_route.chain(change.removed.iter().map(|gone| gone.job)).collect();
    let before: HashMap<JobId, Job> =
        job::list(db, organization, &named)?.into_iter().map(|job| (job.id, job)).collect();
    let mut after = before.clone();
    for stop in &change.route.stops {
        if let Some(job) = after.get_mut(&stop.job) {
            follow::placed(job, &change.route, stop, at);
        }
    }
    for gone in &change.removed {
        if let Some(job) = after.get_mut(&gone.job) {
            follow::removed(job, gone.visit);
        }
    }
    let changed: Vec<(&Job, &Job)> = after
        .values()
        .map(|job| (&before[&job.id], job))
        .filter(|(before, after)| before != after)
        .collect();
    let visits = changed.iter().map(|(_, job)| (job.id, job.visits.as_slice()));
    visit::replace(db, organization, visits)?;
    for &status in JobStatus::ALL {
        let ids: Vec<JobId> = changed
            .iter()
            .filter(|(before, after)| after.status == status && before.status != status)
            .map(|(_, job)| job.id)
            .collect();
        job::set_status(db, organization, &ids, status)?;
    }
    Ok(changed
        .into_iter()
        .filter(|(before, after)| standing(before) != standing(after))
        .map(|(_, job)| Mention { job: job.id, route: change.route.id })
        .collect())
}

/// Where a job stands, as people would tell it: an arrival reckoned anew is no news.
fn standing(job: &Job) -> (JobStatus, Vec<(VisitId, RouteId, VisitStatus)>) {
    let visits = job.visits.iter().map(|visit| (visit.id, visit.route, visit.status));
    (job.status, visits.collect())
}

/// What a failed row means for the caller.
fn refusal(row: &Row, error: StoreError) -> CommitError {
    let noun = match row {
        Row::Organization(_) => "organization",
        Row::Territory(_) => "territory",
        Row::User(_) => "user",
        Row::Customer(_) => "customer",
        Row::Location(_) => "location",
        Row::ServiceType(_) => "service_type",
        Row::Technician(_) => "technician",
        Row::Duty(_) => "duty",
        Row::Truck(_) => "truck",
        Row::Cargo(_) => "cargo",
        Row::Job(_) => "job",
        Row::Route(_) => "route",
        Row::Proposal(_) => "proposal",
        Row::Session(_) => "session",
        Row::TrackingLink(_) => "tracking_link",
        Row::StreetChange(_) => "street_change",
        Row::Removed(aggregate) => aggregate.parts().0,
    };
    violation(error, noun, matches!(row, Row::Removed(_)))
}

fn violation(error: StoreError, noun: &'static str, is_removal: bool) -> CommitError {
    let StoreError::Query(query) = &error else { return CommitError::Broken(error) };
    match &**query {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
            CommitError::Taken { what: taken(&**info) }
        }
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) if is_removal => {
            CommitError::InUse { noun }
        }
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            CommitError::Missing { noun }
        }
        _ => CommitError::Broken(error),
    }
}

/// What somebody else has. PostgreSQL names the constraint, SQLite the columns.
fn taken(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> &'static str {
    const KNOWN: [(&str, &str, &str); 8] = [
        ("organizations_slug", "organizations.slug", "slug"),
        ("users_email", "users.email", "email"),
        ("technicians_device", "technicians.device", "device"),
        ("jobs_number", "jobs.number", "number"),
        ("sessions_refresh_hash", "sessions.refresh_hash", "token"),
        ("tracking_links_token_hash", "tracking_links.token_hash", "token"),
        ("stops_visit", "stops.visit", "visit"),
        ("routes_technician_day", "routes.technician", "route"),
    ];
    let (constraint, message) = (info.constraint_name().unwrap_or_default(), info.message());
    KNOWN
        .iter()
        .find(|(name, columns, _)| constraint == *name || message.contains(columns))
        .map_or("id", |(_, _, what)| what)
}
