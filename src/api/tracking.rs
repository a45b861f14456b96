//! Tracking links: made by the office, opened by the customer.
//!
//! The token stands in the fragment of the address (`/t#TOKEN`), so it reaches no log; the page sends it
//! once in a body and gets a cookie for that one job. Wrong, ended and revoked are the same answer.

use crate::actors::hub::TrackingView;
use crate::api::body::Body;
use crate::api::caller::{self, Caller, TRACKING_COOKIE};
use crate::api::error::Problem;
use crate::api::job::show as show_job;
use crate::api::session::cookie;
use crate::api::state::ApiState;
use crate::auth::secret;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::tracking_link::{AFTER_END_MS, AGE_MS_MAX, TrackingLink};
use crate::store::tables;
use crate::units::Timestamp;
use crate::units::clock::real_now;
use crate::units::id::{JobId, OrganizationId, TrackingLinkId};
use actix_web::cookie::time::Duration;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A new link; the token is shown this once.
#[derive(Serialize, ToSchema)]
pub struct LinkMade {
    pub id: TrackingLinkId,
    pub url: String,
    pub token: String,
    /// In domain time.
    pub expires_at: Timestamp,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLink {
    /// The 22 characters after the `#`.
    pub token: String,
}

pub async fn make(
    req: HttpRequest,
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    body: Body<crate::api::plan::NoFields>,
) -> Result<HttpResponse, Problem> {
    show_job(&state, &caller, *id).await?;
    let token = secret::new_link_token();
    let token_hash = secret::link_token_hash(&token).ok_or_else(Problem::broken)?;
    let made_at = state.now();
    let expires_at = made_at.plus_ms(AGE_MS_MAX);
    let link = TrackingLink {
        id: TrackingLinkId::new(real_now()),
        job: *id,
        token_hash,
        made_at,
        expires_at,
        revoked_at: None,
        version: 0,
    };
    let made = link.id;
    let command = Command::Clerk(ClerkCommand::MakeTrackingLink(link));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    if crate::api::answer::id_of(&answer) != made.0 {
        // A repeated request: the token of the first answer is known to nobody here any more.
        return Err(crate::domain::Rejection::conflict(
            "link_already_made",
            "this link was made before and its token is shown only once; make another one",
        )
        .with_field("Idempotency-Key")
        .into());
    }
    let url = format!("{}/t#{token}", base_url(&req, &state));
    Ok(HttpResponse::Created().json(LinkMade { id: made, url, token, expires_at }))
}

pub async fn revoke(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TrackingLinkId>,
) -> Result<HttpResponse, Problem> {
    let command = Command::Clerk(ClerkCommand::RevokeTrackingLink(*id));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn open(
    req: HttpRequest,
    state: Data<ApiState>,
    body: Body<OpenLink>,
) -> Result<HttpResponse, Problem> {
    let address = caller::address(&req, &state.options.trusted_proxies);
    state.limits.link(address)?;
    let token = body.value.token;
    let tracked = find_live(&state, &token).await?;
    let view = state.live.tracking(tracked.organization, tracked.job).await?;
    let lasts = Duration::milliseconds(AGE_MS_MAX);
    Ok(HttpResponse::Ok().cookie(cookie(&state, TRACKING_COOKIE, &token, "/", lasts)).json(view))
}

pub async fn get(req: HttpRequest, state: Data<ApiState>) -> Result<Json<TrackingView>, Problem> {
    let tracked = from_cookie(&req, &state).await?;
    Ok(Json(state.live.tracking(tracked.organization, tracked.job).await?))
}

/// What a link gives access to.
#[derive(Debug, Clone, Copy)]
pub struct Tracked {
    pub organization: OrganizationId,
    pub link: TrackingLinkId,
    pub job: JobId,
}

/// The link of the request's cookie, if it is still good.
pub async fn from_cookie(req: &HttpRequest, state: &ApiState) -> Result<Tracked, Problem> {
    let cookie = req.cookie(TRACKING_COOKIE).ok_or_else(no_link)?;
    find_live(state, cookie.value()).await
}

async fn find_live(state: &ApiState, token: &str) -> Result<Tracked, Problem> {
    let hash = secret::link_token_hash(token).ok_or_else(no_link)?;
    let now = state.now();
    let found = state
        .read(move |db| {
            let Some((organization, link)) = tables::tracking_link::find_by_token_hash(db, hash)?
            else {
                return Ok(None);
            };
            let job = tables::job::find(db, organization, link.job)?;
            Ok(job.map(|job| (organization, link, job)))
        })
        .await?;
    let (organization, link, job) = found.ok_or_else(no_link)?;
    let has_ended = job.ended_at.is_some_and(|ended_at| now.ms_since(ended_at) > AFTER_END_MS);
    if !link.is_live(now) || has_ended {
        return Err(no_link());
    }
    Ok(Tracked { organization, link: link.id, job: link.job })
}

fn no_link() -> Problem {
    Problem::new(
        actix_web::http::StatusCode::NOT_FOUND,
        "tracking_link_not_found",
        "this link is wrong or has ended; ask whoever sent it for a new one",
    )
}

/// The address under which the caller reached us, or the one from the settings.
fn base_url(req: &HttpRequest, state: &ApiState) -> String {
    if let Some(url) = &state.options.public_url {
        return url.clone();
    }
    let info = req.connection_info();
    let scheme = if state.options.secure_cookies { "https" } else { "http" };
    format!("{scheme}://{}", info.host())
}
