//! A customer's link to follow one job: a random 128-bit token, stored hashed, that ends and can be revoked.

use crate::units::Timestamp;
use crate::units::id::{JobId, TrackingLinkId};
use serde::{Deserialize, Serialize};

/// A link lasts at most so long, in milliseconds.
pub const AGE_MS_MAX: i64 = 7 * 86_400_000;
/// And so long after the job has ended.
pub const AFTER_END_MS: i64 = 86_400_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrackingLink {
    pub id: TrackingLinkId,
    pub job: JobId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub version: u32,
}

impl TrackingLink {
    /// Whether it still opens the page.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
