//! Customers, by id or by what somebody remembers of them.

use crate::domain::people::customer::Customer;
use crate::domain::text::Pii;
use crate::store::connection::both;
use crate::store::dialect::{Column, anywhere, lower, row};
use crate::store::schema::customers;
use crate::store::tables::{books, cursor_uuid, listed};
use crate::store::{Db, Listed, Page, StoreError};
use crate::units::id::{CustomerId, OrganizationId};
use diesel::prelude::*;

row! {
    CustomerRow in customers by (organization, id) of noun: Customer {
        id: CustomerId,
        name: Pii<String>,
        phone: Pii<String>,
        email: Pii<String>,
        notes: Pii<String>,
        version: u32,
    } => Customer { id, name, phone, email, notes, version }
}

books!(customers, CustomerRow, Customer, CustomerId);

/// Those whose name, phone or e-mail has the text in it (all without one), oldest first.
pub fn list(
    db: &mut Db,
    organization: OrganizationId,
    text: Option<&str>,
    page: &Page,
) -> Result<Listed<Customer>, StoreError> {
    let after = cursor_uuid(page)?;
    let pattern = text.map(anywhere);
    let rows = both!(db, |c| {
        let mut query = customers::table
            .filter(customers::organization.eq(organization.store()))
            .order(customers::id)
            .limit(i64::from(page.limit) + 1)
            .select(CustomerRow::as_select())
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(customers::id.gt(after.store()));
        }
        if let Some(pattern) = pattern {
            query = query.filter(
                lower(customers::name)
                    .like(pattern.clone())
                    .escape('\\')
                    .or(lower(customers::email).like(pattern.clone()).escape('\\'))
                    .or(customers::phone.like(pattern).escape('\\')),
            );
        }
        query.load(c)
    })?;
    listed(page, rows, CustomerRow::load, |customer| customer.id.to_string())
}
