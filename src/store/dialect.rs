//! How values of the domain become columns, and the little that SQLite must be taught.
//!
//! Columns hold six plain things, the same on both databases: bytes, text, whole numbers, fractions,
//! yes or no, or nothing. [`Column`] says which one a value of the domain becomes; [`row!`] makes a
//! table's row of a noun and the noun of a row.

use super::error::StoreError;
use crate::domain::access::{Role, Who};
use crate::domain::fieldwork::job::{JobStatus, Outcome, VisitStatus};
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::people::technician::{BreakRule, DutyStatus, Shift};
use crate::domain::plan::{Difference, ProposalStatus, Route};
use crate::domain::streets::street_change::{Effect, Extent};
use crate::domain::text::{Load, Pii, Skills};
use crate::domain::{Answer, Event};
use crate::units::id::{
    CommandId, CustomerId, JobId, LocationId, OrganizationId, ProposalId, RouteId, ServiceTypeId,
    SessionId, StreetChangeId, TechnicianId, TerritoryId, TrackingLinkId, TruckId, UserId, VisitId,
};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use diesel::SqliteConnection;
use uuid::Uuid;

/// A value that stands in one column.
pub(super) trait Column: Sized {
    /// What Diesel reads and writes.
    type Stored;
    fn store(&self) -> Self::Stored;
    fn load(stored: Self::Stored) -> Result<Self, StoreError>;
}

fn corrupt(what: &'static str, why: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { what, why: why.to_string() }
}

impl<T: Column> Column for Option<T> {
    type Stored = Option<T::Stored>;
    fn store(&self) -> Self::Stored {
        self.as_ref().map(Column::store)
    }
    fn load(stored: Self::Stored) -> Result<Self, StoreError> {
        stored.map(T::load).transpose()
    }
}

macro_rules! as_they_are {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            type Stored = $kind;
            fn store(&self) -> $kind {
                self.clone()
            }
            fn load(stored: $kind) -> Result<Self, StoreError> {
                Ok(stored)
            }
        }
    )*};
}
as_they_are!(String, i64, f64, bool);

macro_rules! numbers {
    ($($kind:ty),*) => {$(
        impl Column for $kind {
            type Stored = i64;
            fn store(&self) -> i64 {
                // No count of ours comes near the end of an i64.
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
            fn load(stored: i64) -> Result<Self, StoreError> {
                Self::try_from(stored).map_err(|why| corrupt("number", why))
            }
        }
    )*};
}
numbers!(u8, u32, u64);

impl Column for f32 {
    type Stored = f64;
    fn store(&self) -> f64 {
        f64::from(*self)
    }
    fn load(stored: f64) -> Result<Self, StoreError> {
        Ok(stored as f32)
    }
}

impl Column for Uuid {
    type Stored = Vec<u8>;
    fn store(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
    fn load(stored: Vec<u8>) -> Result<Self, StoreError> {
        Self::from_slice(&stored).map_err(|why| corrupt("id", why))
    }
}

macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        impl Column for $name {
            type Stored = Vec<u8>;
            fn store(&self) -> Vec<u8> {
                self.0.store()
            }
            fn load(stored: Vec<u8>) -> Result<Self, StoreError> {
                Uuid::load(stored).map(Self)
            }
        }
    )*};
}
ids!(
    CommandId,
    CustomerId,
    JobId,
    LocationId,
    OrganizationId,
    ProposalId,
    RouteId,
    ServiceTypeId,
    SessionId,
    StreetChangeId,
    TechnicianId,
    TerritoryId,
    TrackingLinkId,
    TruckId,
    UserId,
    VisitId,
);

impl Column for [u8; 32] {
    type Stored = Vec<u8>;
    fn store(&self) -> Vec<u8> {
        self.to_vec()
    }
    fn load(stored: Vec<u8>) -> Result<Self, StoreError> {
        stored.try_into().map_err(|_| corrupt("hash", "it is not 32 bytes long"))
    }
}

impl Column for Timestamp {
    type Stored = i64;
    fn store(&self) -> i64 {
        self.0
    }
    fn load(stored: i64) -> Result<Self, StoreError> {
        Ok(Self(stored))
    }
}

impl Column for LocalDay {
    type Stored = String;
    fn store(&self) -> String {
        self.to_string()
    }
    fn load(stored: String) -> Result<Self, StoreError> {
        Self::parse(&stored).ok_or_else(|| corrupt("day", stored))
    }
}

impl Column for Pii<String> {
    type Stored = String;
    fn store(&self) -> String {
        self.0.clone()
    }
    fn load(stored: String) -> Result<Self, StoreError> {
        Ok(Self(stored))
    }
}

macro_rules! words {
    ($($name:ident),*) => {$(
        impl Column for $name {
            type Stored = String;
            fn store(&self) -> String {
                self.word().to_owned()
            }
            fn load(stored: String) -> Result<Self, StoreError> {
                Self::parse(&stored).ok_or_else(|| corrupt(stringify!($name), stored))
            }
        }
    )*};
}
words!(JobStatus, VisitStatus, Outcome, DutyStatus, ProposalStatus, Role);

macro_rules! as_json {
    ($($name:ty),* $(,)?) => {$(
        impl Column for $name {
            type Stored = String;
            fn store(&self) -> String {
                serde_json::to_string(self).expect("values of the domain have only text as keys")
            }
            fn load(stored: String) -> Result<Self, StoreError> {
                serde_json::from_str(&stored).map_err(|why| corrupt(stringify!($name), why))
            }
        }
    )*};
}
as_json!(
    Skills,
    Load,
    Vec<Shift>,
    Vec<BreakRule>,
    Vec<Route>,
    OrganizationSettings,
    Difference,
    Extent,
    Effect,
    Event,
    Who,
    Answer,
);

/// A row that can be written whether it is there or not.
pub(super) trait Upsert {
    fn upsert(&self, db: &mut super::Db) -> diesel::QueryResult<()>;
}

/// A point of two columns.
pub(super) fn point(lat: f64, lon: f64) -> Result<Point, StoreError> {
    Point::parse(lat, lon).map_err(|why| corrupt("point", why))
}

/// A window of two columns.
pub(super) fn window(from: Timestamp, until: Timestamp) -> Result<TimeWindow, StoreError> {
    TimeWindow::parse(from, until).map_err(|why| corrupt("window", why))
}

/// A window of two columns that may be empty.
pub(super) fn window_if_any(
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Option<TimeWindow>, StoreError> {
    from.zip(until).map(|(from, until)| window(from, until)).transpose()
}

/// Declares a table's row: its columns with the types that they have in the domain, how each one is
/// taken from the noun (`= expression`; its field of the same name otherwise), and how the noun is
/// built when all of them (and the organization) are at hand as variables.
///
/// Makes `Row::store(organization, &noun)`, `row.load() -> noun` and [`Upsert`].
macro_rules! row {
    (
        $row:ident in $table:ident by ($organization:ident $(, $key:ident)*) of $noun:ident: $kind:ty {
            $($column:ident: $type:ty $(= $value:expr)?),* $(,)?
        } => $built:expr
    ) => {
        #[derive(
            Debug, Clone, PartialEq, diesel::Queryable, diesel::Selectable, diesel::Insertable,
            diesel::AsChangeset,
        )]
        #[diesel(
            table_name = $crate::store::schema::$table,
            primary_key($organization $(, $key)*),
            treat_none_as_null = true,
            treat_none_as_default_value = false
        )]
        pub(in crate::store) struct $row {
            pub(in crate::store) organization: Vec<u8>,
            $(pub(in crate::store) $column: <$type as $crate::store::dialect::Column>::Stored,)*
        }

        impl $row {
            pub(in crate::store) fn store(
                organization: $crate::units::id::OrganizationId,
                $noun: &$kind,
            ) -> Self {
                use $crate::store::dialect::Column as _;
                Self {
                    organization: organization.store(),
                    $($column: $crate::store::dialect::taken!($noun.$column: $type $(= $value)?),)*
                }
            }

            pub(in crate::store) fn load(self) -> Result<$kind, $crate::store::StoreError> {
                let $organization: $crate::units::id::OrganizationId =
                    $crate::store::dialect::Column::load(self.organization)?;
                $(let $column =
                    <$type as $crate::store::dialect::Column>::load(self.$column)?;)*
                // Only organizations themselves are built with it.
                let _ = $organization;
                Ok($built)
            }
        }

        impl $crate::store::dialect::Upsert for $row {
            fn upsert(&self, db: &mut $crate::store::Db) -> diesel::QueryResult<()> {
                use diesel::prelude::*;
                use $crate::store::schema::$table;
                $crate::store::connection::both!(db, |c| diesel::insert_into($table::table)
                    .values(self)
                    .on_conflict(($table::$organization, $($table::$key,)*))
                    .do_update()
                    .set(self)
                    .execute(c))
                .map(|_| ())
            }
        }
    };
}
pub(super) use row;

macro_rules! taken {
    ($noun:ident.$column:ident: $type:ty) => {
        <$type as $crate::store::dialect::Column>::store(&$noun.$column)
    };
    ($noun:ident.$column:ident: $type:ty = $value:expr) => {
        <$type as $crate::store::dialect::Column>::store(&$value)
    };
}
pub(super) use taken;

diesel::define_sql_function! {
    /// Small letters, for searching. PostgreSQL's own; SQLite's knows only ASCII, so it gets ours.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Teaches SQLite small letters beyond ASCII.
pub(super) fn register(connection: &mut SqliteConnection) -> diesel::QueryResult<()> {
    lower_utils::register_impl(connection, |text: String| text.to_lowercase())
}

/// A pattern for `LIKE … ESCAPE '\'` that finds the text anywhere, in small letters.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_searches_for_is_no_pattern() {
        assert_eq!(anywhere(" 50%_Off\\ "), "%50\\%\\_off\\\\%");
    }

    #[test]
    fn a_number_out_of_range_is_told_and_not_cut() {
        assert!(u8::load(256).is_err());
        assert!(u32::load(-1).is_err());
        assert_eq!(u32::load(4_294_967_295).unwrap(), u32::MAX);
    }
}
