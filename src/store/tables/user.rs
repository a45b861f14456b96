//! People with a login.

use crate::domain::Role;
use crate::domain::people::user::User;
use crate::domain::text::Pii;
use crate::store::connection::both;
use crate::store::dialect::{Column, row};
use crate::store::schema::users;
use crate::store::tables::{all, books};
use crate::store::{Db, StoreError};
use crate::units::id::{OrganizationId, TechnicianId, UserId};
use diesel::prelude::*;

row! {
    UserRow in users by (organization, id) of noun: User {
        id: UserId,
        name: Pii<String>,
        email: Pii<String>,
        password_hash: Pii<String>,
        role: Role,
        technician: Option<TechnicianId>,
        active: bool,
        version: u32,
    } => User { id, name, email, password_hash, role, technician, active, version }
}

books!(users, UserRow, User, UserId);
all!(users, UserRow, User);

/// Who logs in with this address (lower case); addresses are unique over all organizations.
pub fn find_by_email(
    db: &mut Db,
    email: &str,
) -> Result<Option<(OrganizationId, User)>, StoreError> {
    let row = both!(db, |c| users::table
        .filter(users::email.eq(email))
        .select(UserRow::as_select())
        .first(c)
        .optional())?;
    row.map(|row| Ok((Column::load(row.organization.clone())?, row.load()?))).transpose()
}
