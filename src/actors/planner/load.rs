//! Reads what a Planner knows from the tables: all of it at the start, single parts when a fact says that
//! they have changed.

use crate::domain::Aggregate;
use crate::domain::people::technician::{Duty, Technician};
use crate::domain::plan::Route;
use crate::planning::{Crew, PlannedJob, PlannerState};
use crate::store::{Db, StoreError, journal, tables};
use crate::units::id::{JobId, LocationId, OrganizationId, TechnicianId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Routes this many days back are looked through for visits that were never driven.
const DAYS_BACK: u64 = 14;

/// The territory as the tables have it; `None` if the organization has no such territory.
pub(super) fn load(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    now: Timestamp,
) -> Result<Option<PlannerState>, StoreError> {
    let Some(facts) = tables::organization::find(db, organization)? else { return Ok(None) };
    if tables::territory::find(db, organization, territory)?.is_none() {
        return Ok(None);
    }
    let zone = facts.zone().unwrap_or(chrono_tz::UTC);
    let mut state = PlannerState::new(organization, territory, zone, facts.settings);
    let today = state.today(now);
    let first = today.0.checked_sub_days(chrono::Days::new(DAYS_BACK)).map_or(today, LocalDay);

    let routes = tables::route::list_from(db, organization, territory, first)?;
    let driving: BTreeSet<TechnicianId> = routes.iter().map(|route| route.technician).collect();
    let duties: BTreeMap<TechnicianId, Duty> = tables::duty::list_all(db, organization)?
        .into_iter()
        .map(|duty| (duty.technician, duty))
        .collect();
    for technician in tables::technician::list_all(db, organization)? {
        if technician.territory == territory || driving.contains(&technician.id) {
            let duty = duties.get(&technician.id).cloned();
            insert_technician(&mut state, technician, duty);
        }
    }
    for truck in tables::truck::list_all(db, organization)? {
        state.trucks.insert(truck.id, truck);
    }

    let open = tables::job::list_open(db, organization, territory)?;
    let mut wanted: BTreeSet<JobId> = open.into_iter().map(|job| job.id).collect();
    wanted.extend(routes.iter().flat_map(|route| &route.stops).map(|stop| stop.job));
    state.routes = routes.into_iter().map(|route: Route| (route.id, route)).collect();
    let wanted: Vec<JobId> = wanted.into_iter().collect();
    insert_jobs(db, &mut state, &wanted)?;
    state.proposals = tables::proposal::list_offered(db, organization, territory, None)?
        .into_iter()
        .map(|proposal| (proposal.id, proposal))
        .collect();
    state.forget_before(today);
    Ok(Some(state))
}

/// Reads parts anew. Answers `false` if all must be loaded again.
pub(super) fn refresh(
    db: &mut Db,
    state: &mut PlannerState,
    parts: &BTreeSet<Aggregate>,
) -> Result<bool, StoreError> {
    let organization = state.organization;
    let mut jobs = Vec::new();
    for part in parts {
        match *part {
            Aggregate::Job(id) => jobs.push(id),
            Aggregate::Technician(id) | Aggregate::Duty(id) => {
                let found = tables::technician::find(db, organization, id)?;
                let drives = state.routes.values().any(|route| route.technician == id);
                match found {
                    Some(found) if found.territory == state.territory || drives => {
                        let duty = tables::duty::find(db, organization, id)?;
                        insert_technician(state, found, duty);
                    }
                    _ => _ = state.technicians.remove(&id),
                }
            }
            Aggregate::Truck(id) => match tables::truck::find(db, organization, id)? {
                Some(truck) => _ = state.trucks.insert(id, truck),
                None => _ = state.trucks.remove(&id),
            },
            Aggregate::Location(id) => {
                let points = tables::location::points(db, organization, &[id])?;
                for known in state.jobs.values_mut().filter(|known| known.job.location == id) {
                    if let Some(at) = points.get(&id) {
                        known.at = *at;
                    }
                }
            }
            Aggregate::Organization(id) => {
                if let Some(facts) = tables::organization::find(db, id)? {
                    state.zone = facts.zone().unwrap_or(state.zone);
                    state.settings = facts.settings;
                }
            }
            _ => return Ok(false),
        }
    }
    insert_jobs(db, state, &jobs)?;
    Ok(true)
}

fn insert_technician(state: &mut PlannerState, technician: Technician, duty: Option<Duty>) {
    let id = technician.id;
    let duty = duty.unwrap_or_else(|| Duty::new(id));
    state.technicians.insert(id, Crew { technician, duty });
}

fn insert_jobs(db: &mut Db, state: &mut PlannerState, ids: &[JobId]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let organization = state.organization;
    let jobs = tables::job::list(db, organization, ids)?;
    let locations: Vec<LocationId> = jobs.iter().map(|job| job.location).collect();
    let points = tables::location::points(db, organization, &locations)?;
    let placements: Vec<Aggregate> = ids.iter().map(|id| Aggregate::Placement(*id)).collect();
    let placements = journal::versions(db, organization, &placements)?;
    for job in jobs {
        let Some(at) = points.get(&job.location) else { continue };
        if job.territory != state.territory {
            continue;
        }
        let placement = placements.get(&Aggregate::Placement(job.id)).copied().unwrap_or(0);
        state.jobs.insert(job.id, PlannedJob { job, at: *at, placement });
    }
    Ok(())
}
