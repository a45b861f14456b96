//! Who is asking: from a bearer token (programs) or a cookie (pages), checked at each request.
//!
//! What a caller may ask for stands in the one table of endpoints (`api/mod.rs`); the extractor looks the
//! endpoint up there and refuses by default. A cookie travels by itself, so a request that changes
//! something and comes with a cookie must show that it comes from our own pages.

use crate::api::endpoint::Needs;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::auth::access_token::{self, Identity};
use crate::domain::access::{Permission, permits, require};
use crate::domain::{Role, Who};
use crate::units::clock::real_now;
use crate::units::id::{CommandId, OrganizationId, SessionId, TechnicianId, UserId};
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest, web};
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};

pub const ACCESS_COOKIE: &str = "sortie_access";
pub const REFRESH_COOKIE: &str = "sortie_refresh";
pub const TRACKING_COOKIE: &str = "sortie_tracking";

/// Longest `Idempotency-Key`, in characters.
const KEY_LEN_MAX: usize = 255;

/// A person who is logged in, and the request they made.
#[derive(Debug, Clone)]
pub struct Caller {
    pub organization: OrganizationId,
    pub user: UserId,
    pub role: Role,
    pub technician: Option<TechnicianId>,
    pub session: SessionId,
    /// Commands of this request are derived from it: the same for the same `Idempotency-Key`.
    pub request: CommandId,
    /// Method and path, which belong to what an `Idempotency-Key` stands for.
    pub what: String,
}

impl Caller {
    pub fn who(&self) -> Who {
        Who::User { id: self.user, role: self.role, technician: self.technician }
    }

    pub fn identity(&self) -> Identity {
        Identity {
            organization: self.organization,
            user: self.user,
            role: self.role,
            technician: self.technician,
            session: self.session,
        }
    }

    pub fn may(&self, permission: Permission) -> bool {
        permits(&self.who(), permission)
    }

    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        require(&self.who(), permission).map_err(Problem::from)
    }

    /// `Some` for callers who see only what is a technician's own: the driver's screen.
    pub fn only_technician(&self) -> Option<TechnicianId> {
        if self.may(Permission::ReadAll) { None } else { self.technician }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(req))
    }
}

fn caller(req: &HttpRequest) -> Result<Caller, Problem> {
    let state = state(req)?;
    let (token, by_cookie) = match bearer(req)? {
        Some(token) => (token, false),
        None => match req.cookie(ACCESS_COOKIE) {
            Some(cookie) => (cookie.value().to_owned(), true),
            None => {
                return Err(Problem::unauthorized(
                    "not_logged_in",
                    "log in first, or send Authorization: Bearer with an access token",
                ));
            }
        },
    };
    if by_cookie {
        check_same_origin(req, state)?;
    }
    let identity = identify(state, &token)?;
    let found = Caller {
        organization: identity.organization,
        user: identity.user,
        role: identity.role,
        technician: identity.technician,
        session: identity.session,
        request: request_id(req, &identity)?,
        what: format!("{} {}", req.method(), req.path()),
    };
    // What is not in the table is for nobody.
    let pattern = req.match_pattern().unwrap_or_default();
    match state.needs_of(req.method(), &pattern) {
        Some(Needs::Nothing | Needs::Login) => Ok(found),
        Some(Needs::AnyOf(permissions)) => {
            if permissions.iter().any(|permission| found.may(*permission)) {
                Ok(found)
            } else {
                found.require(permissions[0]).map(|()| found)
            }
        }
        None => Err(Problem::not_found("page")),
    }
}

/// The access token that a request carries, from header or cookie, unchecked.
pub fn find_token(req: &HttpRequest) -> Option<String> {
    match bearer(req) {
        Ok(Some(token)) => Some(token),
        _ => req.cookie(ACCESS_COOKIE).map(|cookie| cookie.value().to_owned()),
    }
}

/// The identity of a token that is good at this moment.
pub fn identify(state: &ApiState, token: &str) -> Result<Identity, Problem> {
    let claims =
        access_token::verify(&state.auth.keys, token, real_now()).map_err(|error| match error {
            access_token::TokenError::Expired => {
                Problem::unauthorized("token_expired", "the access token has expired; refresh it")
            }
            access_token::TokenError::Forged => Problem::unauthorized(
                "token_not_valid",
                "the access token is not valid; log in again",
            ),
        })?;
    if state.auth.revocations.refuses(&claims.identity(), claims.made_at()) {
        return Err(Problem::unauthorized(
            "session_revoked",
            "this login has ended or its rights have changed; refresh the token or log in again",
        ));
    }
    Ok(claims.identity())
}

/// The state that `configure` put into the application.
pub fn state(req: &HttpRequest) -> Result<&ApiState, Problem> {
    req.app_data::<web::Data<ApiState>>().map(web::Data::get_ref).ok_or_else(Problem::broken)
}

fn bearer(req: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = req.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    token.map(Some).ok_or_else(|| {
        Problem::unauthorized(
            "authorization_not_understood",
            "write the header as Authorization: Bearer ACCESS_TOKEN",
        )
    })
}

/// The id that this request's commands derive from.
fn request_id(req: &HttpRequest, identity: &Identity) -> Result<CommandId, Problem> {
    let Some(key) = req.headers().get("idempotency-key") else {
        return Ok(CommandId::new(real_now()));
    };
    let fits = |text: &&str| (1..=KEY_LEN_MAX).contains(&text.trim().len());
    let key = key.to_str().ok().filter(fits).ok_or_else(|| {
        Problem::invalid(
            "Idempotency-Key",
            format!("Idempotency-Key must have 1 to {KEY_LEN_MAX} visible ASCII characters"),
        )
    })?;
    let word = format!("{} {}", identity.organization, key.trim());
    Ok(CommandId::derived(identity.user.0, &word))
}

/// A request that changes something and was let in by a cookie must come from our own pages: by
/// `Sec-Fetch-Site` where the browser says it, else by `Origin` (OWASP: CSRF prevention by fetch metadata).
pub fn check_same_origin(req: &HttpRequest, state: &ApiState) -> Result<(), Problem> {
    if matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let headers = req.headers();
    let same = match text(headers, "sec-fetch-site") {
        Some("same-origin" | "none") => true,
        Some(_) => false,
        None => text(headers, "origin").is_some_and(|origin| is_own_origin(origin, req, state)),
    };
    if same {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site_request",
        "a change by cookie must come from our own pages; programs send Authorization: Bearer instead",
    ))
}

/// Whether an `Origin` header names this server: the host that the request was sent to, or the public
/// address from the settings.
pub fn is_own_origin(origin: &str, req: &HttpRequest, state: &ApiState) -> bool {
    if state.options.public_url.as_deref() == Some(origin) {
        return true;
    }
    let host = text(req.headers(), "host");
    let authority = origin.split_once("://").map(|parts| parts.1);
    host.is_some() && authority == host
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The address of whoever is asking: the connection's, or what a trusted proxy says.
pub fn address(req: &HttpRequest, trusted_proxies: &[IpAddr]) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if !trusted_proxies.contains(&peer) {
        return peer;
    }
    // The last entry is the one that our own proxy wrote; those before it anybody can make up.
    text(req.headers(), "x-forwarded-for")
        .and_then(|list| {
            list.rsplit(',').map(str::trim).find_map(|part| {
                part.parse::<IpAddr>().ok().filter(|found| !trusted_proxies.contains(found))
            })
        })
        .unwrap_or(peer)
}
