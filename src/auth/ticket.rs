//! Tickets for the websocket: 128 bits, good once, for 30 seconds. A page cannot put its cookie into a
//! websocket's first message, and a token in an address would end up in logs.

use super::access_token::Identity;
use super::secret;
use crate::units::Timestamp;
use crate::units::id::{JobId, OrganizationId, TrackingLinkId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A ticket is good for so long.
pub const LIFETIME_MS: i64 = 30_000;
/// So many may be open at a time; more are refused, not made room for.
const OPEN_MAX: usize = 50_000;

/// Whom a ticket stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// A person who is logged in.
    User(Identity),
    /// A customer with a tracking link.
    Link { organization: OrganizationId, link: TrackingLinkId, job: JobId },
}

/// Open tickets and what each one stands for.
#[derive(Debug)]
pub struct Tickets<T = Bearer> {
    open: Mutex<HashMap<[u8; 32], (T, Timestamp)>>,
}

impl<T> Default for Tickets<T> {
    fn default() -> Self {
        Self { open: Mutex::default() }
    }
}

impl<T> Tickets<T> {
    /// A new ticket for this bearer; `None` while too many are open.
    pub fn issue(&self, bearer: T, now: Timestamp) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= OPEN_MAX {
            open.retain(|_, entry| now.ms_since(entry.1) < LIFETIME_MS);
        }
        if open.len() >= OPEN_MAX {
            return None;
        }
        let ticket = secret::new_link_token();
        open.insert(secret::hash(ticket.as_bytes()), (bearer, now));
        Some(ticket)
    }

    /// Takes a ticket; the second time it is gone.
    pub fn redeem(&self, ticket: &str, now: Timestamp) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (bearer, made_at) = open.remove(&secret::hash(ticket.as_bytes()))?;
        (now.ms_since(made_at) < LIFETIME_MS).then_some(bearer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);

    #[test]
    fn a_ticket_is_good_once_and_for_half_a_minute() {
        let tickets = Tickets::default();
        let ticket = tickets.issue("ana", NOW).unwrap();
        assert_eq!(tickets.redeem(&ticket, NOW.plus_ms(LIFETIME_MS - 1)), Some("ana"));
        assert_eq!(tickets.redeem(&ticket, NOW), None);
        let late = tickets.issue("ben", NOW).unwrap();
        assert_eq!(tickets.redeem(&late, NOW.plus_ms(LIFETIME_MS)), None);
        assert_eq!(tickets.redeem("never issued", NOW), None);
    }
}
