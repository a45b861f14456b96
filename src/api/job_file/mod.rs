//! A file of jobs: read and judged, row by row and cell by cell, and nothing made of it. Whoever asked shows
//! it to people and makes the jobs with `POST /jobs`.
//!
//! All but this file is pure. Reading order: `table` (bytes to cells), `field` (what a column tells), `cell`
//! (what a cell says), `books` and `place` (what is known already, and where), `row`, `sheet` (the whole).

pub mod books;
pub mod cell;
pub mod field;
pub mod place;
pub mod row;
pub mod sheet;
pub mod table;

use crate::api::body::{CsvBody, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::plan::zone;
use crate::api::state::ApiState;
use crate::auth::secret;
use crate::domain::Rejection;
use crate::store::{Db, Page, StoreError, tables};
use crate::units::LocalDay;
use crate::units::id::{OrganizationId, ServiceTypeId, TerritoryId};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json};
use books::{Books, KnownCustomer, KnownLocation, KnownServiceType, key};
use cell::DateOrder;
use place::PlaceFound;
use row::Asked;
use serde::Deserialize;
use sheet::{JobFile, Sheet, SheetFault};
use std::collections::{HashMap, HashSet};
use utoipa::IntoParams;

/// So many customers are read at a time.
const PAGE_LEN: u32 = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JobFileQuery {
    pub territory: TerritoryId,
    /// The field of each column in the file's order, comma separated, - for a column that is passed over;
    /// guessed from the headings where absent.
    pub columns: Option<String>,
    /// For rows that name none.
    pub service_type: Option<ServiceTypeId>,
    /// For rows that give times and no day, YYYY-MM-DD.
    pub day: Option<LocalDay>,
    /// `day_first` or `month_first`: how dates such as 3/4/2026 are read. Where absent, the day first; if
    /// others of the file have the month first, they are errors.
    #[param(value_type = Option<String>)]
    pub dates: Option<DateOrder>,
}

/// Tells what a file would become, and changes nothing.
pub async fn read(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<JobFileQuery>,
    body: CsvBody,
) -> Result<Json<JobFile>, Problem> {
    let JobFileQuery { territory, columns, service_type, day, dates } = query.0;
    let organization = caller.organization;
    let found = state.read(move |db| tables::territory::find(db, organization, territory)).await?;
    found.ok_or_else(|| Rejection::not_found("territory").with_field("territory"))?;
    let zone = zone(&state, &caller).await?;
    let fingerprint = secret::encode(&secret::hash(&body.0)[..12]);
    let sheet = web::block(move || Sheet::read(&body.0, columns.as_deref()));
    let sheet = sheet.await.map_err(|_| Problem::broken())??;
    let names = sheet.customer_keys();
    let books = state.read(move |db| known(db, organization, &names)).await?;
    if service_type.is_some_and(|id| books.service_types.iter().all(|known| known.id != id)) {
        return Err(Rejection::not_found("service type").with_field("service_type").into());
    }
    let map = state.map.current();
    let now = state.now();
    let asked = Asked { territory, zone, now, bounds: map.bounds, service_type, day, dates };
    let near = Some(map.bounds.centre());
    let jobs = web::block(move || {
        let find = |address: &str| PlaceFound::search(&map.places, address, near);
        sheet.jobs(fingerprint, &asked, &books, &find)
    });
    jobs.await.map(Json).map_err(|_| Problem::broken())
}

impl From<SheetFault> for Problem {
    fn from(fault: SheetFault) -> Self {
        match fault {
            SheetFault::Columns(sentence) => Self::invalid("columns", sentence),
            SheetFault::Table(fault) => Self {
                facts: fault
                    .line()
                    .map_or(serde_json::Value::Null, |line| serde_json::json!({ "line": line })),
                ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, fault.code(), fault.to_string())
            },
        }
    }
}

/// The kinds of work, and the customers of these names with their locations.
fn known(
    db: &mut Db,
    organization: OrganizationId,
    names: &HashSet<String>,
) -> Result<Books, StoreError> {
    let service_types = tables::service_type::list_all(db, organization)?
        .into_iter()
        .filter(|noun| noun.active)
        .map(|noun| KnownServiceType::new(noun.id, noun.name))
        .collect();
    let mut named = Vec::new();
    let mut page = Page::first(PAGE_LEN);
    loop {
        let listed = tables::customer::list(db, organization, None, &page)?;
        let noun_names = listed.items.into_iter().map(|noun| (key(&noun.name), noun));
        named.extend(noun_names.filter(|(name, _)| names.contains(name)));
        page.after = listed.next;
        if page.after.is_none() {
            break;
        }
    }
    let ids: Vec<_> = named.iter().map(|(_, noun)| noun.id).collect();
    let mut locations: HashMap<_, Vec<KnownLocation>> = HashMap::new();
    for noun in tables::location::of_customers(db, organization, &ids)? {
        let known = KnownLocation { id: noun.id, address: noun.address.0, at: noun.at.0 };
        locations.entry(noun.customer).or_default().push(known);
    }
    let mut customers: HashMap<String, Vec<KnownCustomer>> = HashMap::new();
    for (name, noun) in named {
        let locations = locations.remove(&noun.id).unwrap_or_default();
        let known = KnownCustomer { id: noun.id, phone: noun.phone.0, locations };
        customers.entry(name).or_default().push(known);
    }
    Ok(Books { service_types, customers })
}
