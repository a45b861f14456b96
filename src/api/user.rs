//! Users: people with a login, and their roles.

use crate::api::answer::{id_of, nullable};
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::session::revoke_all;
use crate::api::state::ApiState;
use crate::auth::password;
use crate::domain::command::ClerkCommand;
use crate::domain::people::user::User;
use crate::domain::text::Pii;
use crate::domain::{Command, Role};
use crate::store::tables;
use crate::store::views::UserView;
use crate::units::clock::real_now;
use crate::units::id::{TechnicianId, UserId};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[schema(max_length = 120)]
    pub name: String,
    /// Unique over all organizations.
    pub email: String,
    /// 10 to 128 characters.
    pub password: String,
    pub role: Role,
    /// The technician that this person is, for drivers.
    pub technician: Option<TechnicianId>,
}

/// What is absent stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChanges {
    /// The version that was seen.
    pub version: u32,
    pub name: Option<String>,
    pub email: Option<String>,
    /// A new password ends every session of the person.
    pub password: Option<String>,
    pub role: Option<Role>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TechnicianId>)]
    pub technician: Option<Option<TechnicianId>>,
    /// Whoever is not active cannot log in; their sessions end.
    pub active: Option<bool>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<UserView>>, Problem> {
    let page = query.0.page()?;
    let organization = caller.organization;
    let users = state.read(move |db| tables::user::list_all(db, organization)).await?;
    let items = users.into_iter().map(UserView::from).collect();
    PageBody::cut(items, &page, |user: &UserView| user.id.to_string()).map(Json)
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewUser>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    password::check("password", &new.password)?;
    check_technician(&state, &caller, new.technician).await?;
    let noun = User {
        id: UserId::new(real_now()),
        name: Pii(new.name),
        email: Pii(new.email),
        // An empty one until the rest is known to be right: hashing is dear.
        password_hash: Pii(String::new()),
        role: new.role,
        technician: new.technician,
        active: true,
        version: 0,
    }
    .validated()?;
    let noun = User { password_hash: password::hash(new.password).await?, ..noun };
    let command = Command::Clerk(ClerkCommand::SaveUser(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let noun = find(&state, &caller, UserId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(UserView::from(noun)))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<UserId>,
    body: Body<UserChanges>,
) -> Result<Json<UserView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    if let Some(technician) = changes.technician {
        check_technician(&state, &caller, technician).await?;
    }
    let loses_all = *id == caller.user
        && (changes.active == Some(false) || changes.role.is_some_and(|role| role != caller.role));
    if loses_all {
        return Err(Problem::invalid(
            if changes.role.is_some() { "role" } else { "active" },
            "you cannot take your own rights away; ask another owner",
        ));
    }
    let ends_sessions = changes.password.is_some() || changes.active == Some(false);
    let password_hash = match changes.password {
        None => present.password_hash.clone(),
        Some(password) => {
            password::check("password", &password)?;
            password::hash(password).await?
        }
    };
    let changed = User {
        id: present.id,
        name: changes.name.map_or(present.name, Pii),
        email: changes.email.map_or(present.email, Pii),
        password_hash,
        role: changes.role.unwrap_or(present.role),
        technician: changes.technician.unwrap_or(present.technician),
        active: changes.active.unwrap_or(present.active),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveUser(changed));
    state.submit(caller.wish(body.hash), command).await?;
    if ends_sessions {
        revoke_all(&state, caller.organization, *id, None).await?;
    }
    find(&state, &caller, *id).await.map(|noun| Json(noun.into()))
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<UserId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    if *id == caller.user {
        return Err(crate::domain::Rejection::conflict(
            "cannot_remove_oneself",
            "you cannot remove your own login; ask another owner",
        )
        .into());
    }
    // First, while the sessions can still be found by their user.
    revoke_all(&state, caller.organization, *id, None).await?;
    let command = Command::Clerk(ClerkCommand::RemoveUser(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn check_technician(
    state: &ApiState,
    caller: &Caller,
    technician: Option<TechnicianId>,
) -> Result<(), Problem> {
    let (organization, Some(id)) = (caller.organization, technician) else { return Ok(()) };
    let found = state.read(move |db| tables::technician::find(db, organization, id)).await?;
    match found {
        Some(_) => Ok(()),
        None => Err(Problem::invalid("technician", "there is no such technician; check the id")),
    }
}

async fn find(state: &ApiState, caller: &Caller, id: UserId) -> Result<User, Problem> {
    let organization = caller.organization;
    state.get("user", move |db| tables::user::find(db, organization, id)).await
}
