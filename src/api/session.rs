//! Logging in and out, refreshing, and the list of one's sessions.
//!
//! Pages get cookies; programs get the tokens in the answer. A browser says that it is one by
//! `Sec-Fetch-Site`, and then the tokens stay out of its scripts' reach.

use crate::api::body::Body;
use crate::api::caller::{self, ACCESS_COOKIE, Caller, REFRESH_COOKIE, check_same_origin};
use crate::api::error::Problem;
use crate::api::page::PageBody;
use crate::api::state::ApiState;
use crate::auth::access_token::{self, Identity};
use crate::auth::password;
use crate::auth::refresh::{self, RefreshToken, Verdict};
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::session::{AGE_MS_MAX, Session};
use crate::domain::people::user::User;
use crate::store::tables;
use crate::store::views::{OrganizationView, UserView};
use crate::units::Timestamp;
use crate::units::clock::real_now;
use crate::units::id::{OrganizationId, SessionId, UserId};
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

/// Where the refresh cookie is sent to.
const REFRESH_PATH: &str = "/api/v1/auth";

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub email: String,
    pub password: String,
}

#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// For programs; pages send their cookie.
    pub refresh_token: Option<String>,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    pub password: String,
    /// 10 to 128 characters.
    pub new_password: String,
}

/// Who is logged in.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Me {
    pub user: UserView,
    pub organization: OrganizationView,
    pub session: SessionId,
    /// Now in domain time, and domain seconds per real second.
    pub now: Timestamp,
    pub speed: f64,
}

/// A login, new or refreshed.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LoggedIn {
    pub user: UserView,
    /// When the access token ends, in real time.
    pub access_expires_at: Timestamp,
    /// Only for programs; pages have them as cookies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct SessionView {
    pub id: SessionId,
    pub opened_at: Timestamp,
    pub used_at: Timestamp,
    /// The one that asks.
    pub is_current: bool,
}

pub async fn login(
    req: HttpRequest,
    state: Data<ApiState>,
    body: Body<Login>,
) -> Result<HttpResponse, Problem> {
    let address = caller::address(&req, &state.options.trusted_proxies);
    state.limits.login(address)?;
    let Login { email, password } = body.value;
    if email.chars().count() > 254 || password.chars().count() > password::LEN_MAX {
        return Err(wrong_login());
    }
    let attempt = state.auth.attempts.begin(&email, address, real_now());
    if let Err(locked) = attempt {
        metrics::counter!("sortie_logins_total", "outcome" => "locked").increment(1);
        return Err(Problem {
            code: "too_many_failed_logins".to_owned(),
            ..Problem::too_many(
                "too many failed logins for this account from this address; wait a quarter of an hour",
                locked.retry_after_s,
            )
        });
    }
    let wanted = email.trim().to_lowercase();
    let found = state.read(move |db| tables::user::find_by_email(db, &wanted)).await?;
    let hash = found.as_ref().map(|(_, user)| user.password_hash.clone());
    let fits = password::verify(password, hash).await?;
    let Some((organization, user)) = found.filter(|(_, user)| fits && user.active) else {
        metrics::counter!("sortie_logins_total", "outcome" => "failed").increment(1);
        return Err(wrong_login());
    };
    state.auth.attempts.succeed(&email, address);
    metrics::counter!("sortie_logins_total", "outcome" => "done").increment(1);
    let (session, token) = refresh::open(organization, user.id, real_now());
    let id = session.id;
    state.submit_own(organization, Command::Clerk(ClerkCommand::OpenSession(session))).await?;
    tracing::info!(user.id = %user.id, session.id = %id, "somebody logged in");
    Ok(logged_in(&req, &state, organization, user, &token))
}

pub async fn refresh(
    req: HttpRequest,
    state: Data<ApiState>,
    body: Body<Refresh>,
) -> Result<HttpResponse, Problem> {
    let address = caller::address(&req, &state.options.trusted_proxies);
    let text = if let Some(text) = body.value.refresh_token {
        text
    } else {
        let cookie = req.cookie(REFRESH_COOKIE).ok_or_else(ended)?;
        check_same_origin(&req, &state)?;
        cookie.value().to_owned()
    };
    let Some(token) = RefreshToken::parse(&text) else {
        state.limits.login(address)?;
        return Err(ended());
    };
    let organization = token.organization;
    // Twice: a refresh at the same moment may have been quicker, and then its successor is the answer.
    for _ in 0..2 {
        let id = token.session;
        let found = state.read(move |db| tables::session::find(db, organization, id)).await?;
        let Some(session) = found else {
            state.limits.login(address)?;
            return Err(ended());
        };
        let user = session.user;
        let successor = match refresh::judge(&state.auth.keys, &session, &token, real_now()) {
            Verdict::Ended => return Err(ended()),
            Verdict::Reused => {
                tracing::warn!(session.id = %id, "a refresh token was used twice, its session ends");
                metrics::counter!("sortie_refresh_reuse_total").increment(1);
                let command = Command::Clerk(ClerkCommand::RevokeSession(id));
                state.submit_own(organization, command).await?;
                state.auth.revocations.revoke_session(id, real_now());
                return Err(ended());
            }
            Verdict::Again { successor } => successor,
            Verdict::Rotate { session, successor } => {
                let command = Command::Clerk(ClerkCommand::RotateSession(*session));
                match state.submit_own(organization, command).await {
                    Ok(_) => successor,
                    Err(problem) if problem.code == "stale_version" => continue,
                    Err(problem) => return Err(problem),
                }
            }
        };
        let user = state.read(move |db| tables::user::find(db, organization, user)).await?;
        let user = user.filter(|user| user.active).ok_or_else(ended)?;
        return Ok(logged_in(&req, &state, organization, user, &successor));
    }
    Err(ended())
}

pub async fn logout(state: Data<ApiState>, caller: Caller) -> Result<HttpResponse, Problem> {
    revoke(&state, caller.organization, caller.session).await?;
    Ok(HttpResponse::NoContent()
        .cookie(cookie(&state, ACCESS_COOKIE, "", "/", Duration::ZERO))
        .cookie(cookie(&state, REFRESH_COOKIE, "", REFRESH_PATH, Duration::ZERO))
        .finish())
}

pub async fn me(state: Data<ApiState>, caller: Caller) -> Result<Json<Me>, Problem> {
    let (organization, user) = (caller.organization, caller.user);
    let (user, organization) = state
        .get("user", move |db| {
            let user = tables::user::find(db, organization, user)?;
            Ok(user.zip(tables::organization::find(db, organization)?))
        })
        .await?;
    Ok(Json(Me {
        user: user.into(),
        organization: organization.into(),
        session: caller.session,
        now: state.now(),
        speed: state.live.clock.speed(),
    }))
}

pub async fn change_password(
    req: HttpRequest,
    state: Data<ApiState>,
    caller: Caller,
    body: Body<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let PasswordChange { password, new_password } = body.value;
    password::check("new_password", &new_password)?;
    let (organization, id) = (caller.organization, caller.user);
    let user = state.get("user", move |db| tables::user::find(db, organization, id)).await?;
    let address = caller::address(&req, &state.options.trusted_proxies);
    let locked = |locked: crate::auth::attempt::Locked| {
        Problem::too_many(
            "too many wrong passwords; wait a quarter of an hour",
            locked.retry_after_s,
        )
    };
    state.auth.attempts.begin(&user.email, address, real_now()).map_err(locked)?;
    if !password::verify(password, Some(user.password_hash.clone())).await? {
        return Err(Problem::invalid("password", "password is not your present one"));
    }
    state.auth.attempts.succeed(&user.email, address);
    let changed = User { password_hash: password::hash(new_password).await?, ..user };
    let command = Command::Clerk(ClerkCommand::SaveUser(changed));
    state.submit(caller.wish(body.hash), command).await?;
    revoke_all(&state, organization, id, Some(caller.session)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
) -> Result<Json<PageBody<SessionView>>, Problem> {
    let now = real_now();
    let sessions = of_user(&state, caller.organization, caller.user).await?;
    let items = sessions
        .into_iter()
        .filter(|session| session.is_live(now))
        .map(|session| SessionView {
            id: session.id,
            opened_at: session.opened_at,
            used_at: session.used_at,
            is_current: session.id == caller.session,
        })
        .collect();
    Ok(Json(PageBody::whole(items)))
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    let sessions = of_user(&state, caller.organization, caller.user).await?;
    if !sessions.iter().any(|session| session.id == *id) {
        return Err(Problem::not_found("session"));
    }
    revoke(&state, caller.organization, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends every session of a user, except perhaps one.
pub async fn revoke_all(
    state: &ApiState,
    organization: OrganizationId,
    user: UserId,
    but: Option<SessionId>,
) -> Result<(), Problem> {
    for session in of_user(state, organization, user).await? {
        if session.revoked_at.is_none() && Some(session.id) != but {
            revoke(state, organization, session.id).await?;
        }
    }
    Ok(())
}

async fn revoke(
    state: &ApiState,
    organization: OrganizationId,
    session: SessionId,
) -> Result<(), Problem> {
    state.submit_own(organization, Command::Clerk(ClerkCommand::RevokeSession(session))).await?;
    // The committed fact says the same a moment later; the caller's next request must not be quicker.
    state.auth.revocations.revoke_session(session, real_now());
    Ok(())
}

async fn of_user(
    state: &ApiState,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<Session>, Problem> {
    state.read(move |db| tables::session::list(db, organization, user)).await
}

fn logged_in(
    req: &HttpRequest,
    state: &ApiState,
    organization: OrganizationId,
    user: User,
    token: &RefreshToken,
) -> HttpResponse {
    let identity = Identity {
        organization,
        user: user.id,
        role: user.role,
        technician: user.technician,
        session: token.session,
    };
    let (access, expires_at) = access_token::issue(&state.auth.keys, &identity, real_now());
    let refresh = token.text();
    let is_page = req.headers().contains_key("sec-fetch-site");
    let minutes = Duration::milliseconds(access_token::LIFETIME_MS);
    let days = Duration::milliseconds(AGE_MS_MAX);
    HttpResponse::Ok()
        .cookie(cookie(state, ACCESS_COOKIE, &access, "/", minutes))
        .cookie(cookie(state, REFRESH_COOKIE, &refresh, REFRESH_PATH, days))
        .json(LoggedIn {
            user: user.into(),
            access_expires_at: expires_at,
            access_token: (!is_page).then_some(access),
            refresh_token: (!is_page).then_some(refresh),
        })
}

/// A cookie that scripts cannot read and other sites cannot send with a change.
pub fn cookie(
    state: &ApiState,
    name: &'static str,
    value: &str,
    path: &'static str,
    lasts: Duration,
) -> Cookie<'static> {
    Cookie::build(name, value.to_owned())
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.options.secure_cookies)
        .max_age(lasts)
        .finish()
}

/// The same for an unknown account, a wrong password and an account that may not log in.
fn wrong_login() -> Problem {
    Problem::unauthorized("wrong_login", "e-mail or password is wrong; check both")
}

fn ended() -> Problem {
    Problem::unauthorized("session_ended", "this login has ended; log in again")
}
