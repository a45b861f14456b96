//! A whole file as jobs: which column is which, what each row would become, which rows belong together,
//! and how many are ready.

use super::books::{Books, key};
use super::cell::DateOrder;
use super::field::{Field, guess};
use super::place::{PlaceFound, Sureness};
use super::row::{Asked, Finding, Party, RowDraft, RowReader, is_month_first, party_key};
use super::table::{Table, TableFault};
use crate::api::job::{JobWish, NewPlace};
use crate::units::id::LocationId;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use utoipa::ToSchema;

/// The word for a column that tells nothing of a job.
const IGNORED: &str = "-";

/// The map's answer to an address.
pub type Find<'a> = &'a (dyn Fn(&str) -> Option<PlaceFound> + Sync);

/// A table whose columns are known.
#[derive(Debug)]
pub struct Sheet {
    table: Table,
    fields: Vec<Option<Field>>,
}

/// What a file would become. Nothing has been made yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobFile {
    /// The same for the same bytes; for ids that make repeating an import safe.
    pub fingerprint: String,
    pub encoding: &'static str,
    #[schema(value_type = String)]
    pub separator: char,
    pub columns: Vec<ColumnRead>,
    /// How dates such as 3/4/2026 were read, and how many there are.
    pub dates: DateOrder,
    pub open_dates: usize,
    pub counts: RowCounts,
    /// In the file's order, blank rows left out.
    pub rows: Vec<RowRead>,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct ColumnRead {
    pub heading: String,
    /// Null: passed over.
    pub field: Option<Field>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowCounts {
    pub rows: usize,
    pub ready: usize,
    pub doubtful: usize,
    pub wrong: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    Ready,
    /// Can be made as it is, but people should look at it first.
    Doubtful,
    Wrong,
}

/// What a row would become.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowRead {
    /// As a spreadsheet counts: the headings are in row 1.
    pub row: u32,
    pub state: RowState,
    pub cells: Vec<String>,
    /// The body of `POST /jobs` that makes it; absent if something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wish: Option<JobWish>,
    /// Absent where the row gives no place that could be looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sureness: Option<Sureness>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceFound>,
    /// The first row with the same new customer, or the same new location of one: whoever makes the jobs
    /// takes the ones that the first of them made, instead of new ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_of: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_of: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Finding>,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SheetFault {
    #[error(transparent)]
    Table(#[from] TableFault),
    #[error("{0}")]
    Columns(String),
}

impl Sheet {
    /// `columns` are the fields' words in the file's order, as a person chose them.
    pub fn read(bytes: &[u8], columns: Option<&str>) -> Result<Self, SheetFault> {
        let table = Table::read(bytes)?;
        let fields = match columns {
            None => guess(&table.headings),
            Some(words) => chosen(words, table.headings.len()).map_err(SheetFault::Columns)?,
        };
        Ok(Self { table, fields })
    }

    /// The names of its customers, as they are compared.
    pub fn customer_keys(&self) -> HashSet<String> {
        let column = self.fields.iter().position(|field| *field == Some(Field::Customer));
        let cells = |column: usize| self.table.rows.iter().map(move |row| &row.cells[column]);
        column.into_iter().flat_map(cells).map(|name| key(name)).collect()
    }

    pub fn jobs(self, fingerprint: String, asked: &Asked, books: &Books, find: Find) -> JobFile {
        let Self { table, fields } = self;
        let reader = RowReader {
            fields: &fields,
            asked,
            books,
            has_month_first: has_month_first(&table, &fields),
        };
        let drafts: Vec<RowDraft> =
            table.rows.par_iter().map(|row| reader.read(&row.cells, row.has_more)).collect();
        let places = found_places(&drafts, find);
        let open_dates = drafts.iter().map(|draft| draft.open_dates).sum();
        let mut shared = Shared::default();
        let mut first_like: HashMap<Vec<String>, u32> = HashMap::new();
        let mut rows = Vec::with_capacity(drafts.len());
        let mut counts = RowCounts { rows: drafts.len(), ..RowCounts::default() };
        for (line, mut draft) in table.rows.into_iter().zip(drafts) {
            let told: Vec<String> = line
                .cells
                .iter()
                .zip(&fields)
                .filter(|(_, field)| field.is_some())
                .map(|(cell, _)| cell.clone())
                .collect();
            let first = *first_like.entry(told).or_insert(line.row);
            if first != line.row {
                let sentence =
                    format!("the row says the same as row {first}; leave one of them out");
                draft.doubts.push(Finding { column: None, code: "same_row", sentence });
            }
            let place = Place::of(&mut draft, &reader, &places);
            let row = shared.row(line.row, line.cells, draft, place, asked);
            match row.state {
                RowState::Ready => counts.ready += 1,
                RowState::Doubtful => counts.doubtful += 1,
                RowState::Wrong => counts.wrong += 1,
            }
            rows.push(row);
        }
        let columns = table.headings.into_iter().zip(fields);
        JobFile {
            fingerprint,
            encoding: table.encoding,
            separator: table.separator,
            columns: columns.map(|(heading, field)| ColumnRead { heading, field }).collect(),
            dates: asked.dates.unwrap_or(DateOrder::DayFirst),
            open_dates,
            counts,
            rows,
        }
    }
}

/// The fields that were chosen for so many columns.
fn chosen(words: &str, count: usize) -> Result<Vec<Option<Field>>, String> {
    let words: Vec<&str> = words.split(',').map(str::trim).collect();
    if words.len() != count {
        let given = words.len();
        return Err(format!(
            "columns has {given} words and the file {count} columns; give a field or - for each"
        ));
    }
    let mut fields = Vec::with_capacity(count);
    for word in words {
        let field = Field::parse(word);
        if field.is_none() && word != IGNORED {
            let known: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
            return Err(format!(
                "columns: {word} is no field; the fields are {}, and - passes a column over",
                known.join(", ")
            ));
        }
        if field.is_some() && fields.contains(&field) {
            return Err(format!("columns: {word} stands there twice; choose one column for it"));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn has_month_first(table: &Table, fields: &[Option<Field>]) -> bool {
    let is_date =
        |field: &Option<Field>| matches!(field, Some(Field::Day | Field::From | Field::Until));
    let columns: Vec<usize> = (0..fields.len()).filter(|at| is_date(&fields[*at])).collect();
    table.rows.iter().any(|row| columns.iter().any(|column| is_month_first(&row.cells[*column])))
}

/// Each address is looked for once, on all threads.
fn found_places(drafts: &[RowDraft], find: Find) -> HashMap<String, Option<PlaceFound>> {
    let wanted: HashSet<&str> = drafts
        .iter()
        .filter(|draft| draft.at.is_none() && draft.known_location.is_none())
        .filter(|draft| !draft.address.is_empty())
        .map(|draft| draft.address.as_str())
        .collect();
    wanted.into_par_iter().map(|address| (address.to_owned(), find(address))).collect()
}

/// Where a row's work is.
enum Place {
    /// A location of the customer.
    Known(LocationId, PlaceFound),
    New(PlaceFound),
    NotFound,
    /// The row has told none, or wrongly.
    Untold,
}

impl Place {
    fn of(
        draft: &mut RowDraft,
        reader: &RowReader,
        places: &HashMap<String, Option<PlaceFound>>,
    ) -> Self {
        let column = |field: Field| reader.column(field);
        if draft.address.is_empty() {
            return Self::Untold;
        }
        if let Some(at) = draft.at {
            let mut place = PlaceFound::sure(draft.address.clone(), at);
            if !reader.asked.bounds.contains(at) {
                place.doubt = Some("outside_map");
                draft.doubts.extend(doubt(&place, column(Field::Lat)));
            }
            return Self::New(place);
        }
        // Coordinates were meant and are wrong.
        if draft.errors.iter().any(|error| {
            error.column.is_some()
                && (error.column == column(Field::Lat) || error.column == column(Field::Lon))
        }) {
            return Self::Untold;
        }
        if let Some((id, place)) = draft.known_location.take() {
            return Self::Known(id, place);
        }
        let column = column(Field::Address).or(column(Field::City)).or(column(Field::Postcode));
        if let Some(Some(place)) = places.get(&draft.address) {
            draft.doubts.extend(doubt(place, column));
            return Self::New(place.clone());
        }
        let sentence =
            "the map does not know this address; correct it, or give lat and lon".to_owned();
        draft.errors.push(Finding { column, code: "address_not_found", sentence });
        Self::NotFound
    }
}

fn doubt(place: &PlaceFound, column: Option<usize>) -> Option<Finding> {
    Some(Finding { column, code: place.doubt?, sentence: place.doubt_sentence()? })
}

/// What rows of a file have in common.
#[derive(Default)]
struct Shared {
    /// New customers by the key of their name: phone, and the first row.
    customers: HashMap<String, Vec<(String, u32)>>,
    /// New locations by customer and address.
    locations: HashMap<(String, String), u32>,
}

impl Shared {
    fn row(
        &mut self,
        row: u32,
        cells: Vec<String>,
        draft: RowDraft,
        place: Place,
        asked: &Asked,
    ) -> RowRead {
        let sureness = match &place {
            Place::Known(_, place) | Place::New(place) => Some(place.sureness()),
            Place::NotFound => Some(Sureness::NotFound),
            Place::Untold => None,
        };
        let mut read = RowRead {
            row,
            state: RowState::Wrong,
            cells,
            wish: None,
            sureness,
            place: None,
            customer_of: None,
            location_of: None,
            errors: draft.errors,
            doubts: draft.doubts,
        };
        let (location, new_place) = match place {
            Place::Known(id, place) => {
                read.place = Some(place);
                (Some(id), None)
            }
            Place::New(place) => {
                let at = place.point();
                read.place = Some(place);
                (None, Some(at))
            }
            Place::NotFound | Place::Untold => (None, None),
        };
        let (Some(party), Some(service_type)) = (draft.customer, draft.service_type) else {
            return read;
        };
        if !read.errors.is_empty() || (location.is_none() && new_place.is_none()) {
            return read;
        }
        read.state = if read.doubts.is_empty() { RowState::Ready } else { RowState::Doubtful };
        let mut customer_key = party_key(&party);
        if let Party::New(new) = &party {
            let first = self.first_with(&customer_key, &new.phone, row);
            read.customer_of = Some(first);
            customer_key = first.to_string();
        }
        if new_place.is_some() {
            let place_key = (customer_key, key(&draft.address));
            read.location_of = Some(*self.locations.entry(place_key).or_insert(row));
        }
        let (customer, new_customer) = match party {
            Party::Known(id) => (Some(id), None),
            Party::New(new) => (None, Some(new)),
        };
        read.wish = Some(JobWish {
            territory: asked.territory,
            customer,
            new_customer,
            location,
            new_location: new_place.map(|at| NewPlace {
                address: draft.address,
                lat: at.lat,
                lon: at.lon,
                notes: draft.notes,
            }),
            service_type,
            title: draft.title,
            description: draft.description,
            wanted: draft.wanted,
            priority: draft.priority,
            duration_s: draft.duration_s,
            skills: draft.skills,
            load: None,
            technician: None,
        });
        read
    }

    /// The first row that names a new customer so; another phone number is another customer.
    fn first_with(&mut self, name: &str, phone: &str, row: u32) -> u32 {
        let named = self.customers.entry(name.to_owned()).or_default();
        let is_same = |known: &str| known == phone || known.is_empty() || phone.is_empty();
        if let Some((_, first)) = named.iter().find(|(known, _)| is_same(known)) {
            return *first;
        }
        named.push((phone.to_owned(), row));
        row
    }
}

#[cfg(test)]
mod tests;
