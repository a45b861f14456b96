//! Access tokens: JWTs of 15 minutes that name user, organization, role and session.
//!
//! One algorithm (HS256) and our own keys by id; nothing in a token's header chooses anything else.

use super::key::Keys;
use crate::domain::{Role, Who};
use crate::units::Timestamp;
use crate::units::id::{OrganizationId, SessionId, TechnicianId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// An access token lasts so long.
pub const LIFETIME_MS: i64 = 15 * 60_000;
/// Longer texts are no tokens of ours.
const LEN_MAX: usize = 2_048;
const ISSUER: &str = "sortie";

/// Who a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub organization: OrganizationId,
    pub user: UserId,
    pub role: Role,
    pub technician: Option<TechnicianId>,
    pub session: SessionId,
}

impl Identity {
    pub fn who(&self) -> Who {
        Who::User { id: self.user, role: self.role, technician: self.technician }
    }
}

/// What stands in a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    org: OrganizationId,
    role: Role,
    sid: SessionId,
    #[serde(skip_serializing_if = "Option::is_none")]
    tec: Option<TechnicianId>,
    /// Seconds, as JWT wants them.
    iat: i64,
    exp: i64,
    /// When it was made, in milliseconds: tells before and after within a second.
    at: i64,
}

impl Claims {
    pub fn identity(&self) -> Identity {
        Identity {
            organization: self.org,
            user: self.sub,
            role: self.role,
            technician: self.tec,
            session: self.sid,
        }
    }

    pub fn made_at(&self) -> Timestamp {
        Timestamp(self.at)
    }

    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_secs(self.exp)
    }
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the access token is not one of ours")]
    Forged,
    #[error("the access token has expired")]
    Expired,
}

/// A signed token for this identity, and when it ends.
pub fn issue(keys: &Keys, identity: &Identity, now: Timestamp) -> (String, Timestamp) {
    let expires_at = now.plus_ms(LIFETIME_MS);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: ISSUER.to_owned(),
        sub: identity.user,
        org: identity.organization,
        role: identity.role,
        sid: identity.session,
        tec: identity.technician,
        iat: now.secs(),
        exp: expires_at.secs(),
        at: now.ms(),
    };
    let key = keys.current();
    let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::HS256) };
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key.bytes))
        .expect("claims are plain values and HS256 takes any key");
    (token, Timestamp::from_secs(expires_at.secs()))
}

/// Checks signature, issuer, audience and time.
pub fn verify(keys: &Keys, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
    if token.len() > LEN_MAX {
        return Err(TokenError::Forged);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Forged)?;
    let key = header.kid.as_deref().and_then(|id| keys.find(id)).ok_or(TokenError::Forged)?;
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The time is ours to check, so that it is an argument.
    rules.validate_exp = false;
    let secret = DecodingKey::from_secret(&key.bytes);
    let claims = jsonwebtoken::decode::<Claims>(token, &secret, &rules)
        .map_err(|_| TokenError::Forged)?
        .claims;
    if claims.expires_at() <= now {
        return Err(TokenError::Expired);
    }
    // A token from the future was made by a clock that has been set back since; a minute is forgiven.
    if claims.made_at() > now.plus_secs(60) {
        return Err(TokenError::Forged);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::secret;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn identity() -> Identity {
        Identity {
            organization: OrganizationId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(2)),
            role: Role::Dispatcher,
            technician: None,
            session: SessionId(Uuid::from_u128(3)),
        }
    }

    #[test]
    fn a_token_names_its_owner_for_a_quarter_of_an_hour() {
        let keys = Keys::random();
        let (token, expires_at) = issue(&keys, &identity(), NOW);
        assert_eq!(expires_at.ms_since(NOW), LIFETIME_MS);
        assert_eq!(verify(&keys, &token, NOW).unwrap().identity(), identity());
        let late = NOW.plus_ms(LIFETIME_MS);
        assert_eq!(verify(&keys, &token, late), Err(TokenError::Expired));
    }

    #[test]
    fn a_token_of_another_key_algorithm_or_owner_is_forged() {
        let keys = Keys::random();
        let (token, _) = issue(&keys, &identity(), NOW);
        let parts: Vec<&str> = token.split('.').collect();
        let with_header =
            |json: &str| format!("{}.{}.{}", secret::encode(json.as_bytes()), parts[1], parts[2]);
        let kid = &keys.current().id;
        let without_signature = format!(
            "{}.{}.",
            secret::encode(format!(r#"{{"alg":"none","kid":"{kid}"}}"#).as_bytes()),
            parts[1]
        );
        let other_body = format!("{}.{}.{}", parts[0], secret::encode(b"{}"), parts[2]);
        for forged in [
            issue(&Keys::random(), &identity(), NOW).0,
            with_header(r#"{"alg":"HS256"}"#),
            with_header(&format!(r#"{{"alg":"HS384","kid":"{kid}"}}"#)),
            with_header(&format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#)),
            without_signature,
            other_body,
            format!("{token}x"),
            String::new(),
            "x".repeat(10_000),
            issue(&keys, &identity(), NOW.plus_secs(3_600)).0,
        ] {
            assert_eq!(verify(&keys, &forged, NOW), Err(TokenError::Forged), "{forged}");
        }
    }
}
