//! Trucks: what they can carry, and what they carry.

use crate::api::answer::id_of;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::fleet::truck::{CargoCommand, Truck};
use crate::domain::text::{Load, Skills};
use crate::store::tables;
use crate::store::views::{self, TruckView};
use crate::units::clock::real_now;
use crate::units::id::{TerritoryId, TruckId};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTruck {
    pub territory: TerritoryId,
    #[schema(max_length = 120)]
    pub name: String,
    #[serde(default)]
    pub plate: String,
    /// The most it carries, by dimension; a dimension not named is not limited.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u32>)]
    pub capacity: Load,
    #[serde(default)]
    #[schema(value_type = BTreeSet<String>)]
    pub equipment: Skills,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TruckChanges {
    /// The version that was seen.
    pub version: u32,
    pub territory: Option<TerritoryId>,
    pub name: Option<String>,
    pub plate: Option<String>,
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub capacity: Option<Load>,
    #[schema(value_type = Option<BTreeSet<String>>)]
    pub equipment: Option<Skills>,
    pub active: Option<bool>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<TruckView>>, Problem> {
    let page = query.0.page()?;
    let organization = caller.organization;
    let items = state.read(move |db| views::truck_views(db, organization, None)).await?;
    PageBody::cut(items, &page, |item| item.id.to_string()).map(Json)
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TruckId>,
) -> Result<Json<TruckView>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewTruck>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    let noun = Truck {
        id: TruckId::new(real_now()),
        territory: new.territory,
        name: new.name,
        plate: new.plate,
        capacity: new.capacity,
        equipment: new.equipment,
        active: true,
        version: 0,
    };
    let command = Command::Clerk(ClerkCommand::SaveTruck(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let shown = show(&state, &caller, TruckId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(shown))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TruckId>,
    body: Body<TruckChanges>,
) -> Result<Json<TruckView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = Truck {
        id: present.id,
        territory: changes.territory.unwrap_or(present.territory),
        name: changes.name.unwrap_or(present.name),
        plate: changes.plate.unwrap_or(present.plate),
        capacity: changes.capacity.unwrap_or(present.capacity),
        equipment: changes.equipment.unwrap_or(present.equipment),
        active: changes.active.unwrap_or(present.active),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveTruck(changed));
    state.submit(caller.wish(body.hash), command).await?;
    show(&state, &caller, *id).await.map(Json)
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TruckId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveTruck(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is taken on board or put off, by dimension.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CargoWish {
    /// `take`, `put_off` or `empty`.
    pub kind: CargoKind,
    /// By dimension; nothing for `empty`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u32>)]
    pub amounts: Load,
}

#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CargoKind {
    Take,
    PutOff,
    Empty,
}

pub async fn cargo(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TruckId>,
    body: Body<CargoWish>,
) -> Result<Json<TruckView>, Problem> {
    let CargoWish { kind, amounts } = body.value;
    let wish = match kind {
        CargoKind::Take => CargoCommand::Take { amounts },
        CargoKind::PutOff => CargoCommand::PutOff { amounts },
        CargoKind::Empty => CargoCommand::Empty,
    };
    state.submit(caller.wish(body.hash), Command::Cargo(*id, wish)).await?;
    show(&state, &caller, *id).await.map(Json)
}

async fn find(state: &ApiState, caller: &Caller, id: TruckId) -> Result<Truck, Problem> {
    let organization = caller.organization;
    state.get("truck", move |db| tables::truck::find(db, organization, id)).await
}

async fn show(state: &ApiState, caller: &Caller, id: TruckId) -> Result<TruckView, Problem> {
    let organization = caller.organization;
    state.get("truck", move |db| views::truck_view(db, organization, id)).await
}
