//! Locations: places of customers where work is done.

use crate::api::answer::id_of;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, page};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::customer::Location;
use crate::domain::text::Pii;
use crate::store::tables;
use crate::store::views::LocationView;
use crate::units::Point;
use crate::units::clock::real_now;
use crate::units::id::{CustomerId, LocationId};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LocationQuery {
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// 1 to 200 items; 50 where absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLocation {
    pub customer: CustomerId,
    #[schema(max_length = 300)]
    pub address: String,
    pub at: Point,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: String,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocationChanges {
    /// The version that was seen.
    pub version: u32,
    pub address: Option<String>,
    pub at: Option<Point>,
    pub notes: Option<String>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<LocationQuery>,
) -> Result<Json<PageBody<LocationView>>, Problem> {
    let Query(LocationQuery { customer, limit, after }) = query;
    let page = page(limit, after)?;
    let organization = caller.organization;
    let listed =
        state.read(move |db| tables::location::list(db, organization, customer, &page)).await?;
    Ok(Json(PageBody::of(listed, LocationView::from)))
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<LocationId>,
) -> Result<Json<LocationView>, Problem> {
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewLocation>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    let noun = Location {
        id: LocationId::new(real_now()),
        customer: new.customer,
        address: Pii(new.address),
        at: Pii(new.at),
        notes: Pii(new.notes),
        version: 0,
    };
    let command = Command::Clerk(ClerkCommand::SaveLocation(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let noun = find(&state, &caller, LocationId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(LocationView::from(noun)))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<LocationId>,
    body: Body<LocationChanges>,
) -> Result<Json<LocationView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = Location {
        id: present.id,
        customer: present.customer,
        address: changes.address.map_or(present.address, Pii),
        at: changes.at.map_or(present.at, Pii),
        notes: changes.notes.map_or(present.notes, Pii),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveLocation(changed));
    state.submit(caller.wish(body.hash), command).await?;
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<LocationId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveLocation(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(state: &ApiState, caller: &Caller, id: LocationId) -> Result<Location, Problem> {
    let organization = caller.organization;
    state.get("location", move |db| tables::location::find(db, organization, id)).await
}
