//! Routes as driven: one technician's day, and its course along the streets.

use crate::api::body::Query;
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::plan::{DayQuery, day_or_today};
use crate::api::state::ApiState;
use crate::api::technician::own_or_all;
use crate::domain::plan::Route;
use crate::planning::departure;
use crate::roads::RoadNetwork;
use crate::roads::speeds::Departure;
use crate::store::tables;
use crate::store::views::{self, JobView, RouteView, TechnicianView};
use crate::units::id::{JobId, RouteId, TechnicianId};
use crate::units::{Point, Timestamp};
use actix_web::web::{self, Data, Json, Path};
use serde::Serialize;
use utoipa::ToSchema;

/// A route with the jobs on it: what a driver's screen needs.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayRoute {
    pub technician: TechnicianView,
    /// Null while nothing is planned for the day.
    pub route: Option<RouteView>,
    /// In the order of the stops.
    pub jobs: Vec<JobView>,
}

/// The course of a route along the streets.
#[derive(Debug, Serialize, ToSchema)]
pub struct Geometry {
    pub legs: Vec<LegGeometry>,
}

/// The way to a stop, or to the end of the day where `job` is null.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegGeometry {
    pub job: Option<JobId>,
    /// `[lon, lat]`, as in GeoJSON; empty where no way is known.
    #[schema(value_type = Vec<Vec<f64>>)]
    pub points: Vec<[f64; 2]>,
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<RouteId>,
) -> Result<Json<RouteView>, Problem> {
    find(&state, &caller, *id).await.map(|route| Json(route.into()))
}

pub async fn of_technician(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
    query: Query<DayQuery>,
) -> Result<Json<DayRoute>, Problem> {
    own_or_all(&caller, *id)?;
    let (organization, technician) = (caller.organization, *id);
    let day = day_or_today(&state, &caller, query.0.day).await?;
    let found = state
        .get("technician", move |db| {
            let Some(technician) = views::technician_view(db, organization, technician)? else {
                return Ok(None);
            };
            let id = Route::id_for(technician.id, day);
            let route = views::route_view(db, organization, id)?;
            let ids: Vec<JobId> =
                route.iter().flat_map(|route| route.stops.iter().map(|stop| stop.job)).collect();
            let mut jobs = views::job_views(db, organization, &ids)?;
            jobs.sort_by_key(|job| ids.iter().position(|id| *id == job.id));
            Ok(Some(DayRoute { technician, route, jobs }))
        })
        .await?;
    Ok(Json(found))
}

pub async fn geometry(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<RouteId>,
) -> Result<Json<Geometry>, Problem> {
    let route = find(&state, &caller, *id).await?;
    let organization = caller.organization;
    let technician = route.technician;
    let stops: Vec<JobId> = route.stops.iter().map(|stop| stop.job).collect();
    let begins: Vec<Timestamp> = route.stops.iter().map(|stop| stop.planned.from).collect();
    let ids = stops.clone();
    let (technician, zone, mut places) = state
        .get("technician", move |db| {
            let technician = tables::technician::find(db, organization, technician)?;
            let jobs = tables::job::list(db, organization, &ids)?;
            let locations: Vec<_> = jobs.iter().map(|job| job.location).collect();
            let points = tables::location::points(db, organization, &locations)?;
            let places: Vec<(JobId, Option<Point>)> =
                jobs.iter().map(|job| (job.id, points.get(&job.location).copied())).collect();
            let business = tables::organization::find(db, organization)?;
            let zone = business.and_then(|found| found.zone().ok()).unwrap_or(chrono_tz::UTC);
            Ok(technician.map(|technician| (technician, zone, places)))
        })
        .await?;
    places.sort_by_key(|(job, _)| stops.iter().position(|id| id == job));
    let map = state.map.current();
    // Paths over a city take milliseconds each; not on a thread that serves others.
    let legs = web::block(move || {
        let network = &**map.network();
        let mut from = *technician.start;
        let mut legs = Vec::new();
        // A leg is drawn with the streets as they are when its stop begins; the last one with those of the
        // last stop.
        let mut at = None;
        for (job, place) in places {
            let Some(to) = place else { continue };
            let stop = stops.iter().position(|id| *id == job);
            at = stop.map(|stop| departure(begins[stop], zone)).or(at);
            legs.push(LegGeometry { job: Some(job), points: course(network, from, to, at) });
            from = to;
        }
        if let Some(end) = technician.end.filter(|_| !legs.is_empty()) {
            legs.push(LegGeometry { job: None, points: course(network, from, *end, at) });
        }
        legs
    })
    .await
    .map_err(|_| Problem::broken())?;
    Ok(Json(Geometry { legs }))
}

fn course(
    network: &dyn RoadNetwork,
    from: Point,
    to: Point,
    at: Option<Departure>,
) -> Vec<[f64; 2]> {
    // To a door on a closed street it is drawn as if that was open: somehow they get there.
    let found = network.snap(from).and_then(|from| {
        let to = network.snap(to)?;
        network.path(&from, &to, at).or_else(|_| network.path(&from, &to, None))
    });
    found.map_or_else(
        |_| Vec::new(),
        |path| path.geometry.iter().map(|point| [point.lon, point.lat]).collect(),
    )
}

async fn find(state: &ApiState, caller: &Caller, id: RouteId) -> Result<Route, Problem> {
    let organization = caller.organization;
    let route = state.get("route", move |db| tables::route::find(db, organization, id)).await?;
    match caller.only_technician() {
        Some(own) if own != route.technician => Err(Problem::not_found("route")),
        _ => Ok(route),
    }
}
