//! A login that lasts: an opaque refresh token, stored hashed, that rotates at each use.
//!
//! Sessions run on real time, not on the domain clock.

use crate::units::Timestamp;
use crate::units::id::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// A refresh token lasts so long from its last use.
pub const IDLE_MS_MAX: i64 = 7 * 86_400_000;
/// And so long in all.
pub const AGE_MS_MAX: i64 = 30 * 86_400_000;
/// The token before the present one is honoured for so long, because an answer can be lost on the way.
pub const GRACE_MS: i64 = 30_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub id: SessionId,
    pub user: UserId,
    /// SHA-256 of the present refresh token.
    pub refresh_hash: [u8; 32],
    /// SHA-256 of the one before it.
    pub previous_hash: Option<[u8; 32]>,
    pub opened_at: Timestamp,
    pub used_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub version: u32,
}

impl Session {
    /// Whether the session still lives at this (real) instant.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none()
            && now.ms_since(self.used_at) <= IDLE_MS_MAX
            && now.ms_since(self.opened_at) <= AGE_MS_MAX
    }
}
