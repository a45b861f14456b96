//! Who may no longer come in though their access token still runs.
//!
//! A session that was revoked is refused from the moment its fact is committed. A user whose role,
//! technician, password or activity changed is refused with tokens made before that moment and gets one
//! that tells the truth at the next refresh. An entry is of no use once every token made before it has
//! expired, so the table stays small.

use super::access_token::{Identity, LIFETIME_MS};
use crate::domain::{Aggregate, Event, Fact};
use crate::store::{Store, StoreError, journal, tables};
use crate::units::Timestamp;
use crate::units::id::{SessionId, UserId};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Fields of a user that stand in a token, or that decide whether there may be one.
const TOLD_BY_TOKENS: [&str; 4] = ["role", "technician", "active", "password"];

/// So far back in each journal changes of users are looked for at a start: hours of a busy day.
const FACTS_LOOKED_AT: u32 = 5_000;

/// The live table; one for the process.
#[derive(Debug, Default)]
pub struct Revocations {
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// By session: since when. By user: tokens made until then are refused.
    sessions: HashMap<SessionId, Timestamp>,
    users: HashMap<UserId, Timestamp>,
}

impl Revocations {
    /// What must be known from before a restart: sessions revoked while tokens of theirs may still run, and
    /// users whose rights changed among the latest facts (who is named in vain only refreshes once more).
    pub fn load(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        let since = now.plus_ms(-2 * LIFETIME_MS);
        store.read_now(|db| {
            for session in tables::session::list_revoked_since(db, since)? {
                self.revoke_session(session, now);
            }
            for organization in tables::organization::list_all(db)? {
                let head = journal::head(db, organization.id)?;
                let from = (head - i64::from(FACTS_LOOKED_AT)).max(0);
                for fact in journal::since(db, organization.id, from, FACTS_LOOKED_AT)? {
                    self.hear(&fact, now);
                }
            }
            Ok(())
        })
    }

    /// A session is revoked at this real instant.
    pub fn revoke_session(&self, session: SessionId, now: Timestamp) {
        self.with(|table| {
            table.sessions.insert(session, now);
            table.forget_old(now);
        });
    }

    /// What tokens say of this user is out of date from this real instant.
    pub fn outdate_user(&self, user: UserId, now: Timestamp) {
        self.with(|table| {
            table.users.insert(user, now);
            table.forget_old(now);
        });
    }

    /// Takes note of a committed fact. `now` is real time: the fact's own instants are domain time.
    pub fn hear(&self, fact: &Fact, now: Timestamp) {
        match (&fact.event, fact.aggregate) {
            (Event::SessionRevoked, Aggregate::Session(session)) => {
                self.revoke_session(session, now);
            }
            (Event::Removed, Aggregate::User(user)) => self.outdate_user(user, now),
            (Event::Saved { added: false, fields }, Aggregate::User(user)) => {
                let told =
                    |field: &String| TOLD_BY_TOKENS.iter().any(|word| field.starts_with(word));
                if fields.iter().any(told) {
                    self.outdate_user(user, now);
                }
            }
            _ => {}
        }
    }

    /// Whether somebody whose token (or ticket) was good when it was made must be refused now.
    pub fn refuses(&self, identity: &Identity, made_at: Timestamp) -> bool {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.sessions.contains_key(&identity.session)
            || table.users.get(&identity.user).is_some_and(|at| made_at <= *at)
    }

    fn with(&self, change: impl FnOnce(&mut Table)) {
        change(&mut self.table.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Table {
    fn forget_old(&mut self, now: Timestamp) {
        // Twice the lifetime: nobody is let in early if the clock is a little off.
        let kept = |at: &Timestamp| now.ms_since(*at) <= 2 * LIFETIME_MS;
        self.sessions.retain(|_, at| kept(at));
        self.users.retain(|_, at| kept(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Role, Who, access::SystemPart};
    use crate::units::id::{CommandId, OrganizationId};
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);
    const USER: UserId = UserId(Uuid::from_u128(2));
    const SESSION: SessionId = SessionId(Uuid::from_u128(3));

    const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(1));
    const OWNER: Identity = Identity {
        organization: ORGANIZATION,
        user: USER,
        role: Role::Owner,
        technician: None,
        session: SESSION,
    };

    fn fact(aggregate: Aggregate, event: Event) -> Fact {
        Fact {
            organization: ORGANIZATION,
            seq: 1,
            aggregate,
            version: 2,
            event,
            command_id: CommandId(Uuid::from_u128(9)),
            who: Who::System { part: SystemPart::Session },
            meant_at: Timestamp(0),
            recorded_at: Timestamp(0),
        }
    }

    #[test]
    fn a_revoked_session_is_refused_at_once() {
        let table = Revocations::default();
        assert!(!table.refuses(&OWNER, NOW));
        table.hear(&fact(Aggregate::Session(SESSION), Event::SessionRevoked), NOW);
        assert!(table.refuses(&OWNER, NOW));
        assert!(table.refuses(&OWNER, NOW.plus_ms(1)));
    }

    #[test]
    fn a_changed_role_refuses_the_tokens_of_before_and_not_those_of_after() {
        let table = Revocations::default();
        let saved = |field: &str| Event::Saved { added: false, fields: vec![field.to_owned()] };
        table.hear(&fact(Aggregate::User(USER), saved("name")), NOW);
        assert!(!table.refuses(&OWNER, NOW));
        table.hear(&fact(Aggregate::User(USER), saved("role")), NOW);
        assert!(table.refuses(&OWNER, NOW));
        assert!(!table.refuses(&OWNER, NOW.plus_ms(1)));
    }

    #[test]
    fn an_entry_is_forgotten_once_no_token_can_need_it() {
        let table = Revocations::default();
        table.revoke_session(SESSION, NOW);
        table.revoke_session(SessionId(Uuid::from_u128(4)), NOW.plus_ms(2 * LIFETIME_MS + 1));
        assert!(!table.refuses(&OWNER, NOW));
    }
}
