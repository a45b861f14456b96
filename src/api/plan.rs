//! The plan of a territory's day, and everything that changes it by hand. Each wish names the route
//! versions that it saw.

use crate::api::answer::{Done, JobDone};
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::job::{Placement, show as show_job};
use crate::api::page::PageBody;
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::plan::{PlanCommand, SeenRoute};
use crate::planning::Explanation;
use crate::store::tables;
use crate::store::views::{self, PlanView, ProposalView};
use crate::units::id::{JobId, ProposalId, RouteId, TechnicianId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DayQuery {
    /// YYYY-MM-DD; today at the organization's place where absent.
    pub day: Option<LocalDay>,
}

/// A territory's day, and what the clock says.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanNow {
    #[serde(flatten)]
    pub plan: PlanView,
    /// Now in domain time, and domain seconds per real second.
    pub now: Timestamp,
    pub speed: f64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayWish {
    pub day: LocalDay,
}

/// A route and the version of it that was looked at.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenBody {
    pub route: RouteId,
    pub version: u32,
}

impl From<SeenBody> for SeenRoute {
    fn from(seen: SeenBody) -> Self {
        Self { route: seen.route, version: seen.version }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishWish {
    pub day: LocalDay,
    /// All of the territory where empty.
    #[serde(default)]
    pub technicians: Vec<TechnicianId>,
    #[serde(default)]
    pub seen: Vec<SeenBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignWish {
    pub technician: TechnicianId,
    pub day: LocalDay,
    /// Among the stops not yet begun; the best one where absent.
    pub position: Option<u32>,
    /// A broken window or shift is allowed by hand.
    #[serde(default)]
    pub anyway: bool,
    #[serde(default)]
    pub seen: Vec<SeenBody>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteStep {
    #[serde(default)]
    pub seen: Vec<SeenBody>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

/// What it would mean to give the job to a technician.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionView {
    pub technician: TechnicianId,
    pub day: LocalDay,
    pub feasible: bool,
    /// Among the stops of the route.
    pub position: Option<u32>,
    pub arrival_at: Option<Timestamp>,
    pub added_travel_s: Option<i64>,
    pub added_travel_m: Option<i64>,
    /// Seconds after the ends of windows that it would cause, summed.
    pub lateness_s: i64,
    /// Why not: the code of the tightest rule, and a sentence.
    pub rule: Option<String>,
    pub reason: Option<String>,
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    query: Query<DayQuery>,
) -> Result<Json<PlanNow>, Problem> {
    let (organization, id) = (caller.organization, *id);
    let day = day_or_today(&state, &caller, query.0.day).await?;
    let plan =
        state.get("territory", move |db| views::plan_view(db, organization, id, day)).await?;
    Ok(Json(PlanNow { plan, now: state.now(), speed: state.live.clock.speed() }))
}

/// The day that was asked for, or today at the organization's place.
pub async fn day_or_today(
    state: &ApiState,
    caller: &Caller,
    day: Option<LocalDay>,
) -> Result<LocalDay, Problem> {
    if let Some(day) = day {
        return Ok(day);
    }
    Ok(LocalDay::at(state.now(), zone(state, caller).await?))
}

/// The time zone of the caller's organization.
pub async fn zone(state: &ApiState, caller: &Caller) -> Result<chrono_tz::Tz, Problem> {
    let organization = caller.organization;
    let found =
        state.get("organization", move |db| tables::organization::find(db, organization)).await?;
    Ok(found.zone()?)
}

pub async fn place_all(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    body: Body<DayWish>,
) -> Result<Json<Done>, Problem> {
    let command = PlanCommand::PlaceAll { day: body.value.day };
    carry(&state, &caller, *id, body.hash, command).await
}

pub async fn improve(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    body: Body<DayWish>,
) -> Result<Json<Done>, Problem> {
    let command = PlanCommand::Improve { day: body.value.day };
    carry(&state, &caller, *id, body.hash, command).await
}

pub async fn publish(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    body: Body<PublishWish>,
) -> Result<Json<Done>, Problem> {
    let PublishWish { day, technicians, seen } = body.value;
    let command = PlanCommand::Publish { day, technicians, seen: seen_routes(seen) };
    carry(&state, &caller, *id, body.hash, command).await
}

pub async fn proposal(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ProposalId>,
) -> Result<Json<ProposalView>, Problem> {
    let (organization, id) = (caller.organization, *id);
    state.get("proposal", move |db| views::proposal_view(db, organization, id)).await.map(Json)
}

pub async fn apply(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ProposalId>,
    body: Body<NoFields>,
) -> Result<Json<Done>, Problem> {
    let territory = proposal_territory(&state, &caller, *id).await?;
    let command = PlanCommand::Apply { proposal: *id };
    carry(&state, &caller, territory, body.hash, command).await
}

pub async fn discard(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ProposalId>,
    body: Body<NoFields>,
) -> Result<Json<Done>, Problem> {
    let territory = proposal_territory(&state, &caller, *id).await?;
    let command = PlanCommand::Discard { proposal: *id };
    carry(&state, &caller, territory, body.hash, command).await
}

pub async fn options(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    query: Query<DayQuery>,
) -> Result<Json<PageBody<OptionView>>, Problem> {
    let territory = job_territory(&state, &caller, *id).await?;
    let found = state.live.options(caller.organization, territory, *id, query.0.day).await?;
    let items = found
        .into_iter()
        .map(|option| OptionView {
            technician: option.technician,
            day: option.day,
            feasible: option.feasible,
            position: option.position,
            arrival_at: option.arrival_at,
            added_travel_s: option.added_travel_s,
            added_travel_m: option.added_travel_m,
            lateness_s: option.lateness_s,
            rule: option.rule,
            reason: option.reason,
        })
        .collect();
    Ok(Json(PageBody::whole(items)))
}

pub async fn explain(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    query: Query<DayQuery>,
) -> Result<Json<Explanation>, Problem> {
    let territory = job_territory(&state, &caller, *id).await?;
    Ok(Json(state.live.explain(caller.organization, territory, *id, query.0.day).await?))
}

pub async fn place(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    body: Body<NoFields>,
) -> Result<Json<JobDone>, Problem> {
    let command = PlanCommand::Place { job: *id };
    let mut done = carry_for_job(&state, &caller, *id, body.hash, command).await?;
    done.placement = Some(Placement::from_detail(&done.answer.detail));
    Ok(done)
}

pub async fn assign(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    body: Body<AssignWish>,
) -> Result<Json<JobDone>, Problem> {
    let AssignWish { technician, day, position, anyway, seen } = body.value;
    let seen = seen_routes(seen);
    job_territory(&state, &caller, *id).await?;
    let organization = caller.organization;
    let known =
        state.read(move |db| tables::technician::find(db, organization, technician)).await?;
    if known.is_none() {
        let rejection = crate::domain::Rejection::not_found("technician");
        return Err(rejection.with_field("technician").into());
    }
    let command = PlanCommand::Assign { job: *id, technician, day, position, anyway, seen };
    carry_for_job(&state, &caller, *id, body.hash, command).await
}

macro_rules! route_steps {
    ($($name:ident $command:ident),*) => {$(
        pub async fn $name(
            state: Data<ApiState>,
            caller: Caller,
            id: Path<JobId>,
            body: Body<RouteStep>,
        ) -> Result<Json<JobDone>, Problem> {
            let seen = seen_routes(body.value.seen);
            let command = PlanCommand::$command { job: *id, seen };
            carry_for_job(&state, &caller, *id, body.hash, command).await
        }
    )*};
}

route_steps!(unassign Unassign, lock Lock, unlock Unlock);

fn seen_routes(seen: Vec<SeenBody>) -> Vec<SeenRoute> {
    seen.into_iter().map(SeenRoute::from).collect()
}

async fn carry(
    state: &ApiState,
    caller: &Caller,
    territory: TerritoryId,
    hash: [u8; 32],
    command: PlanCommand,
) -> Result<Json<Done>, Problem> {
    let organization = caller.organization;
    // The Planner is started by asking; only for territories that there are.
    state.get("territory", move |db| tables::territory::find(db, organization, territory)).await?;
    let answer = state.submit(caller.wish(hash), Command::Plan(territory, command)).await?;
    Ok(Json(Done { answer: answer.into() }))
}

async fn carry_for_job(
    state: &ApiState,
    caller: &Caller,
    job: JobId,
    hash: [u8; 32],
    command: PlanCommand,
) -> Result<Json<JobDone>, Problem> {
    let territory = job_territory(state, caller, job).await?;
    let answer = state.submit(caller.wish(hash), Command::Plan(territory, command)).await?;
    let job = show_job(state, caller, job).await?;
    Ok(Json(JobDone { answer: answer.into(), job, placement: None }))
}

async fn job_territory(
    state: &ApiState,
    caller: &Caller,
    id: JobId,
) -> Result<TerritoryId, Problem> {
    let organization = caller.organization;
    let job = state.get("job", move |db| tables::job::find(db, organization, id)).await?;
    Ok(job.territory)
}

async fn proposal_territory(
    state: &ApiState,
    caller: &Caller,
    id: ProposalId,
) -> Result<TerritoryId, Problem> {
    let organization = caller.organization;
    let found =
        state.get("proposal", move |db| tables::proposal::find(db, organization, id)).await?;
    Ok(found.territory)
}
