//! Service types: kinds of work with their defaults.

use crate::api::answer::id_of;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::text::{Load, Skills};
use crate::store::tables;
use crate::store::views::ServiceTypeView;
use crate::units::clock::real_now;
use crate::units::id::ServiceTypeId;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServiceType {
    #[schema(max_length = 120)]
    pub name: String,
    /// 60 to 86400.
    pub duration_s: u32,
    #[serde(default)]
    #[schema(value_type = BTreeSet<String>)]
    pub skills: Skills,
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u32>)]
    pub load: Load,
    /// 0 to 100; higher is more urgent; 50 where absent.
    pub priority: Option<u8>,
    #[serde(default)]
    pub needs_approval: bool,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceTypeChanges {
    /// The version that was seen.
    pub version: u32,
    pub name: Option<String>,
    pub duration_s: Option<u32>,
    #[schema(value_type = Option<BTreeSet<String>>)]
    pub skills: Option<Skills>,
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub load: Option<Load>,
    pub priority: Option<u8>,
    pub needs_approval: Option<bool>,
    pub active: Option<bool>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<ServiceTypeView>>, Problem> {
    let page = query.0.page()?;
    let organization = caller.organization;
    let items = state
        .read(move |db| tables::service_type::list_all(db, organization))
        .await?
        .into_iter()
        .map(ServiceTypeView::from)
        .collect();
    PageBody::cut(items, &page, |item| item.id.to_string()).map(Json)
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ServiceTypeId>,
) -> Result<Json<ServiceTypeView>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewServiceType>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    let noun = ServiceType {
        id: ServiceTypeId::new(real_now()),
        name: new.name,
        duration_s: new.duration_s,
        skills: new.skills,
        load: new.load,
        priority: new.priority.unwrap_or(50),
        needs_approval: new.needs_approval,
        active: true,
        version: 0,
    };
    let command = Command::Clerk(ClerkCommand::SaveServiceType(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let shown = show(&state, &caller, ServiceTypeId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(shown))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ServiceTypeId>,
    body: Body<ServiceTypeChanges>,
) -> Result<Json<ServiceTypeView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = ServiceType {
        id: present.id,
        name: changes.name.unwrap_or(present.name),
        duration_s: changes.duration_s.unwrap_or(present.duration_s),
        skills: changes.skills.unwrap_or(present.skills),
        load: changes.load.unwrap_or(present.load),
        priority: changes.priority.unwrap_or(present.priority),
        needs_approval: changes.needs_approval.unwrap_or(present.needs_approval),
        active: changes.active.unwrap_or(present.active),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveServiceType(changed));
    state.submit(caller.wish(body.hash), command).await?;
    show(&state, &caller, *id).await.map(Json)
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<ServiceTypeId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveServiceType(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(
    state: &ApiState,
    caller: &Caller,
    id: ServiceTypeId,
) -> Result<ServiceType, Problem> {
    let organization = caller.organization;
    state.get("service type", move |db| tables::service_type::find(db, organization, id)).await
}

async fn show(
    state: &ApiState,
    caller: &Caller,
    id: ServiceTypeId,
) -> Result<ServiceTypeView, Problem> {
    find(state, caller, id).await.map(Into::into)
}
