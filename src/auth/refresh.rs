//! Refresh tokens: 256 bits that end a session's silence, used once each.
//!
//! A token carries the organization and the session that it belongs to, so that the row is found, and a
//! secret, of which only the hash is stored. The next secret follows from the present one and our key
//! (HMAC), so an answer that got lost on its way can be given again: within 30 s the token before the
//! present one gets the same successor. Any other token of the session has been used before; then it was
//! stolen, or its successor was, and the session ends (RFC 9700, section 4.14.2).

use super::key::Keys;
use super::secret;
use crate::domain::people::session::{GRACE_MS, Session};
use crate::units::Timestamp;
use crate::units::id::{OrganizationId, SessionId, UserId};
use uuid::Uuid;

/// A refresh token, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    pub organization: OrganizationId,
    pub session: SessionId,
    secret: [u8; 32],
}

/// What is to happen with a presented token.
#[derive(Clone, PartialEq)]
pub enum Verdict {
    /// Write this session (at the version it carries) and hand out the successor.
    Rotate { session: Box<Session>, successor: RefreshToken },
    /// The answer got lost: hand out the same successor again, nothing to write.
    Again { successor: RefreshToken },
    /// Used before: end the session.
    Reused,
    /// The session has ended or the token is no token.
    Ended,
}

impl RefreshToken {
    fn new(organization: OrganizationId, session: SessionId) -> Self {
        Self { organization, session, secret: secret::random() }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 64] = secret::decode(text)?;
        let uuid = |range: std::ops::Range<usize>| Uuid::from_slice(&bytes[range]).ok();
        Some(Self {
            organization: OrganizationId(uuid(0..16)?),
            session: SessionId(uuid(16..32)?),
            secret: bytes[32..].try_into().ok()?,
        })
    }

    /// 86 characters of base64url.
    pub fn text(&self) -> String {
        let mut bytes = [0_u8; 64];
        bytes[..16].copy_from_slice(self.organization.0.as_bytes());
        bytes[16..32].copy_from_slice(self.session.0.as_bytes());
        bytes[32..].copy_from_slice(&self.secret);
        secret::encode(&bytes)
    }

    pub fn hash(&self) -> [u8; 32] {
        secret::hash(&self.secret)
    }

    fn successor(&self, keys: &Keys) -> Self {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &keys.current().bytes);
        let mut context = ring::hmac::Context::with_key(&key);
        context.update(b"sortie refresh token 1");
        context.update(self.session.0.as_bytes());
        context.update(&self.secret);
        let tag = context.sign();
        let secret = tag.as_ref().try_into().expect("an HMAC-SHA256 has 32 bytes");
        Self { secret, ..self.clone() }
    }
}

/// A new session and its first token.
pub fn open(organization: OrganizationId, user: UserId, now: Timestamp) -> (Session, RefreshToken) {
    let id = SessionId::new(now);
    let token = RefreshToken::new(organization, id);
    let session = Session {
        id,
        user,
        refresh_hash: token.hash(),
        previous_hash: None,
        opened_at: now,
        used_at: now,
        revoked_at: None,
        version: 0,
    };
    (session, token)
}

/// Judges a token against its session as stored, at a real instant.
pub fn judge(keys: &Keys, session: &Session, token: &RefreshToken, now: Timestamp) -> Verdict {
    if session.id != token.session || !session.is_live(now) {
        return Verdict::Ended;
    }
    let hash = token.hash();
    if hash == session.refresh_hash {
        let successor = token.successor(keys);
        let rotated = Session {
            refresh_hash: successor.hash(),
            previous_hash: Some(hash),
            used_at: now,
            ..session.clone()
        };
        return Verdict::Rotate { session: Box::new(rotated), successor };
    }
    let in_time = now.ms_since(session.used_at) <= GRACE_MS;
    if session.previous_hash == Some(hash) && in_time {
        let successor = token.successor(keys);
        // The key may have been replaced in between: then there is no same answer any more.
        if successor.hash() == session.refresh_hash {
            return Verdict::Again { successor };
        }
    }
    Verdict::Reused
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    fn start() -> (Keys, Session, RefreshToken) {
        let (session, token) =
            open(OrganizationId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)), NOW);
        (Keys::random(), session, token)
    }

    fn rotate(
        keys: &Keys,
        session: &Session,
        token: &RefreshToken,
        at: Timestamp,
    ) -> (Session, RefreshToken) {
        match judge(keys, session, token, at) {
            Verdict::Rotate { session, successor } => (*session, successor),
            _ => panic!("the present token must rotate"),
        }
    }

    #[test]
    fn a_token_survives_being_written_down() {
        let (_, _, token) = start();
        assert_eq!(token.text().len(), 86);
        assert!(RefreshToken::parse(&token.text()) == Some(token));
        assert!(RefreshToken::parse("short").is_none());
    }

    #[test]
    fn a_lost_answer_is_given_again_within_half_a_minute() {
        let (keys, session, first) = start();
        let (session, second) = rotate(&keys, &session, &first, NOW);
        let again = judge(&keys, &session, &first, NOW.plus_ms(GRACE_MS));
        assert!(again == Verdict::Again { successor: second });
        let late = judge(&keys, &session, &first, NOW.plus_ms(GRACE_MS + 1));
        assert!(late == Verdict::Reused);
    }

    #[test]
    fn the_token_before_the_one_before_ends_the_session() {
        let (keys, session, first) = start();
        let (session, second) = rotate(&keys, &session, &first, NOW);
        let (session, _) = rotate(&keys, &session, &second, NOW);
        assert!(judge(&keys, &session, &first, NOW) == Verdict::Reused);
    }

    #[test]
    fn a_session_ends_a_week_after_its_last_use_and_a_month_after_its_first() {
        let (keys, mut session, mut token) = start();
        let day = 86_400;
        assert!(judge(&keys, &session, &token, NOW.plus_secs(8 * day)) == Verdict::Ended);
        for week in 1..=4 {
            (session, token) = rotate(&keys, &session, &token, NOW.plus_secs(week * 7 * day));
        }
        assert!(judge(&keys, &session, &token, NOW.plus_secs(31 * day)) == Verdict::Ended);
    }

    #[test]
    fn a_revoked_session_gives_nothing() {
        let (keys, session, token) = start();
        let session = Session { revoked_at: Some(NOW), ..session };
        assert!(judge(&keys, &session, &token, NOW) == Verdict::Ended);
    }
}
