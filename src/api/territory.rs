//! Territories: the areas that one plan covers.

use crate::api::answer::id_of;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::territory::Territory;
use crate::store::tables;
use crate::store::views::TerritoryView;
use crate::units::clock::real_now;
use crate::units::id::TerritoryId;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTerritory {
    #[schema(max_length = 120)]
    pub name: String,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TerritoryChanges {
    /// The version that was seen.
    pub version: u32,
    pub name: Option<String>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<TerritoryView>>, Problem> {
    let page = query.0.page()?;
    let organization = caller.organization;
    let items = state
        .read(move |db| tables::territory::list_all(db, organization))
        .await?
        .into_iter()
        .map(TerritoryView::from)
        .collect();
    PageBody::cut(items, &page, |item| item.id.to_string()).map(Json)
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
) -> Result<Json<TerritoryView>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewTerritory>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    let noun = Territory { id: TerritoryId::new(real_now()), name: new.name, version: 0 };
    let command = Command::Clerk(ClerkCommand::SaveTerritory(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let shown = show(&state, &caller, TerritoryId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(shown))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    body: Body<TerritoryChanges>,
) -> Result<Json<TerritoryView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = Territory {
        id: present.id,
        name: changes.name.unwrap_or(present.name),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveTerritory(changed));
    state.submit(caller.wish(body.hash), command).await?;
    show(&state, &caller, *id).await.map(Json)
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TerritoryId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveTerritory(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(state: &ApiState, caller: &Caller, id: TerritoryId) -> Result<Territory, Problem> {
    let organization = caller.organization;
    state.get("territory", move |db| tables::territory::find(db, organization, id)).await
}

async fn show(
    state: &ApiState,
    caller: &Caller,
    id: TerritoryId,
) -> Result<TerritoryView, Problem> {
    find(state, caller, id).await.map(Into::into)
}
