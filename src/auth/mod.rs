//! Passwords, tokens and sessions: who somebody is. What they may do stands in `domain::access`.
//!
//! Sessions are rows like all others and change through the one door; this room decides what is to be
//! written and keeps in memory only what must be known at each request (who was revoked a moment ago)
//! and what may be forgotten (failed logins, tickets). All of it runs on real time, never on the domain
//! clock.
//!
//! Reading order: `password`, `key` (secrets in the data folder), `access_token` (15 minutes, signed),
//! `secret` (random tokens and their hashes), `refresh` (a session's rotating token), `revocation`,
//! `attempt` (failed logins), `ticket` (websocket tickets).

pub mod access_token;
pub mod attempt;
pub mod key;
pub mod password;
pub mod refresh;
pub mod revocation;
pub mod secret;
pub mod ticket;

pub use access_token::{Claims, Identity};
pub use attempt::LoginAttempts;
pub use key::{KeyError, Keys};
pub use revocation::Revocations;
pub use ticket::{Bearer, Tickets};

use std::sync::Arc;

/// Everything the edge needs to tell who is asking; one for the process, cheap to clone.
#[derive(Clone)]
pub struct Auth {
    pub keys: Arc<Keys>,
    pub revocations: Arc<Revocations>,
    pub attempts: Arc<LoginAttempts>,
    pub tickets: Arc<Tickets>,
}

impl Auth {
    /// With nobody revoked yet; `revocations` is filled from the store by whoever starts the system.
    pub fn new(keys: Keys) -> Self {
        Self {
            keys: Arc::new(keys),
            revocations: Arc::default(),
            attempts: Arc::default(),
            tickets: Arc::default(),
        }
    }
}
