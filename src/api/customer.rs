//! Customers: found by what somebody remembers of them.

use crate::api::answer::id_of;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, page};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::customer::Customer;
use crate::domain::text::Pii;
use crate::store::tables;
use crate::store::views::CustomerView;
use crate::units::clock::real_now;
use crate::units::id::CustomerId;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CustomerQuery {
    /// A part of the name, phone or e-mail.
    pub q: Option<String>,
    /// 1 to 200 items; 50 where absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    #[schema(max_length = 120)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: String,
}

impl NewCustomer {
    /// Not yet in the books.
    pub fn noun(self) -> Customer {
        Customer {
            id: CustomerId::new(real_now()),
            name: Pii(self.name),
            phone: Pii(self.phone),
            email: Pii(self.email),
            notes: Pii(self.notes),
            version: 0,
        }
    }
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerChanges {
    /// The version that was seen.
    pub version: u32,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub notes: Option<String>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<CustomerQuery>,
) -> Result<Json<PageBody<CustomerView>>, Problem> {
    let Query(CustomerQuery { q, limit, after }) = query;
    let page = page(limit, after)?;
    let organization = caller.organization;
    let listed =
        state.read(move |db| tables::customer::list(db, organization, q.as_deref(), &page)).await?;
    Ok(Json(PageBody::of(listed, CustomerView::from)))
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<CustomerId>,
) -> Result<Json<CustomerView>, Problem> {
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewCustomer>,
) -> Result<HttpResponse, Problem> {
    let command = Command::Clerk(ClerkCommand::SaveCustomer(body.value.noun()));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let noun = find(&state, &caller, CustomerId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(CustomerView::from(noun)))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<CustomerId>,
    body: Body<CustomerChanges>,
) -> Result<Json<CustomerView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = Customer {
        id: present.id,
        name: changes.name.map_or(present.name, Pii),
        phone: changes.phone.map_or(present.phone, Pii),
        email: changes.email.map_or(present.email, Pii),
        notes: changes.notes.map_or(present.notes, Pii),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveCustomer(changed));
    state.submit(caller.wish(body.hash), command).await?;
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<CustomerId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveCustomer(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn find(state: &ApiState, caller: &Caller, id: CustomerId) -> Result<Customer, Problem> {
    let organization = caller.organization;
    state.get("customer", move |db| tables::customer::find(db, organization, id)).await
}
