//! Routes, proposals and a territory's whole day as shown.

use super::job::DayFilter;
use super::{JobView, TechnicianView, TruckView, fleet, job};
use crate::domain::plan::proposal::{Move, RouteDifference, RouteFigures, Share};
use crate::domain::plan::{Difference, Proposal, ProposalStatus, Route, Stop};
use crate::store::tables::{organization, proposal, route, territory};
use crate::store::{Db, StoreError, journal};
use crate::units::id::{
    JobId, OrganizationId, ProposalId, RouteId, TechnicianId, TerritoryId, TruckId, VisitId,
};
use crate::units::{LocalDay, TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RouteView {
    pub id: RouteId,
    pub territory: TerritoryId,
    pub technician: TechnicianId,
    pub truck: Option<TruckId>,
    pub day: LocalDay,
    /// In driving order; visits that are over stay in front.
    pub stops: Vec<StopView>,
    /// When the technician is to leave the start, and be at the end.
    pub planned: Option<TimeWindow>,
    pub travel_s: u32,
    pub travel_m: u32,
    pub version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StopView {
    pub visit: VisitId,
    pub job: JobId,
    /// Arrival at the location and end of the work.
    pub planned: TimeWindow,
    /// When the work begins.
    pub start_at: Timestamp,
    /// From the stop before (or the start).
    pub travel_s: u32,
    pub travel_m: u32,
    pub locked: bool,
    pub published: bool,
}

impl From<Stop> for StopView {
    fn from(stop: Stop) -> Self {
        Self {
            visit: stop.visit,
            job: stop.job,
            planned: stop.planned,
            start_at: stop.start_at,
            travel_s: stop.travel_s,
            travel_m: stop.travel_m,
            locked: stop.locked,
            published: stop.published,
        }
    }
}

impl From<Route> for RouteView {
    fn from(route: Route) -> Self {
        Self {
            id: route.id,
            territory: route.territory,
            technician: route.technician,
            truck: route.truck,
            day: route.day,
            stops: route.stops.into_iter().map(Into::into).collect(),
            planned: route.planned,
            travel_s: route.travel_s,
            travel_m: route.travel_m,
            version: route.version,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProposalView {
    pub id: ProposalId,
    pub territory: TerritoryId,
    pub day: LocalDay,
    pub status: ProposalStatus,
    pub made_at: Timestamp,
    /// The routes that would change, as they would be.
    pub routes: Vec<RouteView>,
    pub difference: DifferenceView,
    pub version: u32,
}

/// Proposal minus present plan; negative is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DifferenceView {
    pub travel_s: i64,
    pub travel_m: i64,
    pub lateness_s: i64,
    pub moved_promises: u32,
    pub placed_jobs: u32,
    /// What the road would cost more, in the smallest unit of the organization's currency; null without prices.
    pub cost: Option<i64>,
    /// The technicians whose day would change.
    pub routes: Vec<RouteDifferenceView>,
    pub moves: Vec<MoveView>,
}

/// The rest of one technician's day, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteDifferenceView {
    pub technician: TechnicianId,
    pub before: RouteFiguresView,
    pub after: RouteFiguresView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RouteFiguresView {
    pub jobs: u32,
    pub travel_s: i64,
    pub travel_m: i64,
    pub lateness_s: i64,
    /// Of the road, in the smallest unit of the organization's currency; null without prices.
    pub cost: Option<i64>,
    /// Null without a job.
    pub end_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MoveView {
    pub job: JobId,
    pub from: Option<TechnicianId>,
    pub to: Option<TechnicianId>,
    pub arrival_before: Option<Timestamp>,
    pub arrival_after: Option<Timestamp>,
    /// The customer was told a time, and this is another one.
    pub moves_promise: bool,
    /// What the job takes of the day that it leaves, and of the one it comes to: why it moves.
    pub before: Option<ShareView>,
    pub after: Option<ShareView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShareView {
    /// How much less would be driven without it.
    pub detour_s: i64,
    pub lateness_s: i64,
}

impl From<Share> for ShareView {
    fn from(Share { detour_s, lateness_s }: Share) -> Self {
        Self { detour_s, lateness_s }
    }
}

impl From<RouteFigures> for RouteFiguresView {
    fn from(figures: RouteFigures) -> Self {
        let RouteFigures { jobs, travel_s, travel_m, lateness_s, cost, end_at } = figures;
        Self { jobs, travel_s, travel_m, lateness_s, cost, end_at }
    }
}

impl From<RouteDifference> for RouteDifferenceView {
    fn from(route: RouteDifference) -> Self {
        Self {
            technician: route.technician,
            before: route.before.into(),
            after: route.after.into(),
        }
    }
}

impl From<Move> for MoveView {
    fn from(one: Move) -> Self {
        Self {
            job: one.job,
            from: one.from,
            to: one.to,
            arrival_before: one.arrival_before,
            arrival_after: one.arrival_after,
            moves_promise: one.moves_promise,
            before: one.before.map(Into::into),
            after: one.after.map(Into::into),
        }
    }
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        Self {
            travel_s: difference.travel_s,
            travel_m: difference.travel_m,
            lateness_s: difference.lateness_s,
            moved_promises: difference.moved_promises,
            placed_jobs: difference.placed_jobs,
            cost: difference.cost,
            routes: difference.routes.into_iter().map(Into::into).collect(),
            moves: difference.moves.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> Self {
        Self {
            id: proposal.id,
            territory: proposal.territory,
            day: proposal.day,
            status: proposal.status,
            made_at: proposal.made_at,
            routes: proposal.routes.into_iter().map(Into::into).collect(),
            difference: proposal.difference.into(),
            version: proposal.version,
        }
    }
}

/// All that the screens of a territory's day show. Whoever sends it adds `now` and `speed`, which the
/// store does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanView {
    pub territory: TerritoryId,
    pub day: LocalDay,
    /// IANA name of the organization's time zone.
    pub time_zone: String,
    /// The organization's journal position that this shows.
    pub seq: i64,
    pub routes: Vec<RouteView>,
    /// Open jobs whose wanted window touches the day, or that have none; and every job with a stop on a
    /// route of the day.
    pub jobs: Vec<JobView>,
    pub technicians: Vec<TechnicianView>,
    pub trucks: Vec<TruckView>,
    /// Offered ones of the day.
    pub proposals: Vec<ProposalView>,
}

/// A territory's whole day; `None` if the organization has no such territory. A dozen statements,
/// however many jobs there are.
pub fn plan_view(
    db: &mut Db,
    organization: OrganizationId,
    territory: TerritoryId,
    day: LocalDay,
) -> Result<Option<PlanView>, StoreError> {
    let Some(house) = organization::find(db, organization)? else { return Ok(None) };
    if territory::find(db, organization, territory)?.is_none() {
        return Ok(None);
    }
    let zone = house
        .zone()
        .map_err(|_| StoreError::Corrupt { what: "time zone", why: house.time_zone.clone() })?;
    let routes = route::list_of_day(db, organization, territory, day)?;
    let proposals = proposal::list_offered(db, organization, territory, Some(day))?;
    Ok(Some(PlanView {
        territory,
        day,
        time_zone: house.time_zone,
        seq: journal::head(db, organization)?,
        routes: routes.into_iter().map(Into::into).collect(),
        jobs: job::of_day(db, organization, territory, DayFilter::new(day, zone))?,
        technicians: fleet::technician_views(db, organization, Some(territory))?,
        trucks: fleet::truck_views(db, organization, Some(territory))?,
        proposals: proposals.into_iter().map(Into::into).collect(),
    }))
}

/// One technician's day: who, the route if there is one, and its jobs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TechnicianDayView {
    pub technician: TechnicianView,
    pub route: Option<RouteView>,
    pub jobs: Vec<JobView>,
}

/// A technician's day as shown; `None` if the organization has no such technician.
pub fn technician_day_view(
    db: &mut Db,
    organization: OrganizationId,
    technician: TechnicianId,
    day: LocalDay,
) -> Result<Option<TechnicianDayView>, StoreError> {
    let Some(view) = fleet::technician_view(db, organization, technician)? else { return Ok(None) };
    let route = route::find(db, organization, Route::id_for(technician, day))?;
    let on_route: Vec<JobId> =
        route.iter().flat_map(|route| route.stops.iter().map(|stop| stop.job)).collect();
    let jobs = job::job_views(db, organization, &on_route)?;
    Ok(Some(TechnicianDayView { technician: view, route: route.map(Into::into), jobs }))
}

/// A route as shown.
pub fn route_view(
    db: &mut Db,
    organization: OrganizationId,
    id: RouteId,
) -> Result<Option<RouteView>, StoreError> {
    Ok(route::find(db, organization, id)?.map(Into::into))
}

/// A proposal as shown.
pub fn proposal_view(
    db: &mut Db,
    organization: OrganizationId,
    id: ProposalId,
) -> Result<Option<ProposalView>, StoreError> {
    Ok(proposal::find(db, organization, id)?.map(Into::into))
}
