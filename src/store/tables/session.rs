//! Logins that last.

use crate::domain::people::session::Session;
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::sessions;
use crate::store::tables::books;
use crate::store::{Db, StoreError};
use crate::units::Timestamp;
use crate::units::id::{OrganizationId, SessionId, UserId};
use diesel::prelude::*;

row! {
    SessionRow in sessions by (organization, id) of noun: Session {
        id: SessionId,
        user: UserId,
        refresh_hash: [u8; 32],
        previous_hash: Option<[u8; 32]>,
        opened_at: Timestamp,
        used_at: Timestamp,
        revoked_at: Option<Timestamp>,
        version: u32,
    } => Session {
        id, user, refresh_hash, previous_hash, opened_at, used_at, revoked_at, version
    }
}

books!(sessions, SessionRow, Session, SessionId);

/// A user's sessions, newest first.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    user: UserId,
) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<SessionRow> = both!(db, |c| sessions::table
        .filter(sessions::organization.eq(organization.store()))
        .filter(sessions::user.eq(user.store()))
        .order(sessions::opened_at.desc())
        .select(SessionRow::as_select())
        .load(c))?;
    rows.into_iter().map(SessionRow::load).collect()
}

/// The session whose present refresh token, or the one before it, has this hash.
pub fn find_by_refresh_hash(
    db: &mut Db,
    hash: [u8; 32],
) -> Result<Option<(OrganizationId, Session)>, StoreError> {
    let row = both!(db, |c| sessions::table
        .filter(
            sessions::refresh_hash.eq(hash.store()).or(sessions::previous_hash.eq(hash.store()))
        )
        .order(sessions::used_at.desc())
        .select(SessionRow::as_select())
        .first(c)
        .optional())?;
    row.map(|row| Ok((Column::load(row.organization.clone())?, row.load()?))).transpose()
}

/// Sessions of every organization that were revoked since; for the live table of revoked sessions when
/// the program starts.
pub fn list_revoked_since(db: &mut Db, since: Timestamp) -> Result<Vec<SessionId>, StoreError> {
    let rows: Vec<Vec<u8>> = both!(db, |c| sessions::table
        .filter(sessions::revoked_at.ge(since.store()))
        .select(sessions::id)
        .load(c))?;
    rows.into_iter().map(Column::load).collect()
}
