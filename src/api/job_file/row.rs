//! One row of a file: every cell judged by itself, so that all that is wrong is told at once.

use super::books::{Books, KnownCustomer, key};
use super::cell::{self, CellFault, DAY_END, Date, DateOrder, Moment};
use super::field::Field;
use super::place::PlaceFound;
use crate::api::customer::NewCustomer;
use crate::domain::fieldwork::job::WANTED_S_MAX;
use crate::domain::fieldwork::service_type::DURATION_S;
use crate::domain::text::{self, Skills};
use crate::units::geo::PointError;
use crate::units::id::{CustomerId, LocationId, ServiceTypeId, TerritoryId};
use crate::units::{BoundingBox, LocalDay, Point, TimeWindow, Timestamp};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

/// Longest address, in characters.
const ADDRESS_LEN_MAX: usize = 300;

/// How rows are to be understood.
#[derive(Debug, Clone)]
pub struct Asked {
    pub territory: TerritoryId,
    pub zone: Tz,
    pub now: Timestamp,
    pub bounds: BoundingBox,
    /// For rows that name none.
    pub service_type: Option<ServiceTypeId>,
    /// For rows that give times and no day.
    pub day: Option<LocalDay>,
    pub dates: Option<DateOrder>,
}

/// What is wrong or doubtful about a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// The column at fault, from 0; absent where it is the whole row, or where no column tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong and how to cure it.
    pub sentence: String,
}

/// All that a row says, where it could be read.
#[derive(Debug, Default)]
pub struct RowDraft {
    pub customer: Option<Party>,
    pub service_type: Option<ServiceTypeId>,
    pub title: String,
    pub description: String,
    pub notes: String,
    pub address: String,
    pub at: Option<Point>,
    /// The address is a location of the customer's already.
    pub known_location: Option<(LocationId, PlaceFound)>,
    pub wanted: Option<TimeWindow>,
    pub priority: Option<u8>,
    pub duration_s: Option<u32>,
    pub skills: Option<Skills>,
    pub errors: Vec<Finding>,
    pub doubts: Vec<Finding>,
    /// How many of its dates could have been read in another order.
    pub open_dates: usize,
}

#[derive(Debug)]
pub enum Party {
    Known(CustomerId),
    New(NewCustomer),
}

/// Reads rows of one file.
pub struct RowReader<'a> {
    pub fields: &'a [Option<Field>],
    pub asked: &'a Asked,
    pub books: &'a Books,
    /// Whether some date of the file is only possible with the month first.
    pub has_month_first: bool,
}

/// A row while it is read.
struct Reading<'a> {
    reader: &'a RowReader<'a>,
    cells: &'a [String],
    known_customer: Option<&'a KnownCustomer>,
    draft: RowDraft,
}

impl RowReader<'_> {
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields.iter().position(|found| *found == Some(field))
    }

    pub fn read(&self, cells: &[String], has_more: bool) -> RowDraft {
        let draft = RowDraft::default();
        let mut reading = Reading { reader: self, cells, known_customer: None, draft };
        if has_more {
            let last = self.fields.len();
            reading.error(
                None,
                CellFault::new(
                    "too_many_cells",
                    format!(
                        "the row has more than the {last} cells of the headings; put quotes around a text that has a separator in it"
                    ),
                ),
            );
        }
        reading.texts();
        reading.customer();
        reading.service_type();
        reading.numbers();
        reading.address();
        reading.wanted();
        reading.draft
    }
}

impl Reading<'_> {
    /// What a field's cell says, if anything.
    fn cell(&self, field: Field) -> Option<&str> {
        let text = self.cells.get(self.reader.column(field)?)?;
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    fn text(&self, field: Field) -> String {
        self.cell(field).unwrap_or_default().to_owned()
    }

    fn error(&mut self, field: Option<Field>, fault: CellFault) {
        let column = field.and_then(|field| self.reader.column(field));
        let CellFault { code, sentence } = fault;
        self.draft.errors.push(Finding { column, code, sentence });
    }

    /// What a cell says, judged; nothing where it is empty or wrong.
    fn judged<T>(
        &mut self,
        field: Field,
        judge: impl FnOnce(&str) -> Result<T, CellFault>,
    ) -> Option<T> {
        match judge(self.cell(field)?) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.error(Some(field), fault);
                None
            }
        }
    }

    fn missing(&mut self, field: Field, noun: &str, cure: &str) {
        let sentence = match self.reader.column(field) {
            Some(_) => format!("the row names no {noun}; fill the cell{cure}"),
            None => format!("no column tells the {noun}; choose which one does{cure}"),
        };
        self.error(Some(field), CellFault::new("missing", sentence));
    }

    fn texts(&mut self) {
        let text = |field: Field, len_max| {
            move |text: &str| {
                text::optional(field.word(), text, len_max)
                    .map_err(|no| CellFault::invalid(no.sentence))
            }
        };
        let (title, note) = (text::NAME_LEN_MAX, text::NOTE_LEN_MAX);
        self.draft.title = self.judged(Field::Title, text(Field::Title, title)).unwrap_or_default();
        self.draft.description =
            self.judged(Field::Description, text(Field::Description, note)).unwrap_or_default();
        self.draft.notes = self.judged(Field::Notes, text(Field::Notes, note)).unwrap_or_default();
    }

    fn customer(&mut self) {
        let invalid = |no: crate::domain::Rejection| CellFault::invalid(no.sentence);
        let phone = self
            .judged(Field::Phone, |cell| text::phone("phone", cell).map_err(invalid))
            .unwrap_or_default();
        let email = self
            .judged(Field::Email, |cell| text::email("email", cell).map_err(invalid))
            .unwrap_or_default();
        if self.cell(Field::Customer).is_none() {
            self.missing(Field::Customer, "customer", "");
            return;
        }
        let len_max = text::NAME_LEN_MAX;
        let name = self.judged(Field::Customer, |cell| {
            text::required("customer", cell, len_max).map_err(invalid)
        });
        let Some(name) = name else { return };
        let known = self.reader.books.customers(&name, &phone);
        match known.as_slice() {
            [] => {
                let notes = String::new();
                self.draft.customer = Some(Party::New(NewCustomer { name, phone, email, notes }));
            }
            [known] => {
                self.draft.customer = Some(Party::Known(known.id));
                self.known_customer = Some(*known);
            }
            several => {
                let count = several.len();
                let cure = "give the phone number of the one that is meant";
                let sentence = format!("{count} customers of the books are called {name}; {cure}");
                self.error(Some(Field::Customer), CellFault::new("several_customers", sentence));
            }
        }
    }

    fn service_type(&mut self) {
        let books = self.reader.books;
        if self.cell(Field::ServiceType).is_some() {
            self.draft.service_type = self.judged(Field::ServiceType, |cell| {
                books.service_type(cell).map(|known| known.id).ok_or_else(|| {
                    let names: Vec<&str> =
                        books.service_types.iter().map(|known| known.name.as_str()).collect();
                    CellFault::new(
                        "unknown_service_type",
                        format!("there is no such service; write one of {}", names.join(", ")),
                    )
                })
            });
        } else if let Some(id) = self.reader.asked.service_type {
            self.draft.service_type = Some(id);
        } else if let [only] = books.service_types.as_slice() {
            self.draft.service_type = Some(only.id);
        } else {
            self.missing(Field::ServiceType, "service", ", or choose one for all rows without");
        }
        let id = self.draft.service_type;
        if self.draft.title.is_empty()
            && let Some(known) = books.service_types.iter().find(|known| Some(known.id) == id)
        {
            self.draft.title.clone_from(&known.name);
        }
    }

    fn numbers(&mut self) {
        self.draft.priority = self.judged(Field::Priority, |cell| {
            cell.parse::<u8>().ok().filter(|priority| *priority <= 100).ok_or_else(|| {
                CellFault::invalid("priority must be a whole number from 0 to 100, urgent is 100")
            })
        });
        self.draft.duration_s = self.judged(Field::Duration, |cell| {
            cell::duration_s(cell).filter(|seconds| DURATION_S.contains(seconds)).ok_or_else(|| {
                CellFault::invalid(
                    "duration must be 1 minute to 24 hours; write minutes such as 45, or 1:30, or 2 h",
                )
            })
        });
        self.draft.skills = self.judged(Field::Skills, |cell| {
            let skills = cell::skills(cell);
            let judged = text::skills("skills", &skills);
            judged.map(|()| skills).map_err(|no| CellFault::invalid(no.sentence))
        });
    }

    fn address(&mut self) {
        let part = |one: &str, other: &str| format!("{one} {other}").trim().to_owned();
        let street = part(&self.text(Field::Address), &self.text(Field::Housenumber));
        let town = part(&self.text(Field::Postcode), &self.text(Field::City));
        let parts: Vec<String> =
            [street, town].into_iter().filter(|part| !part.is_empty()).collect();
        let address = parts.join(", ");
        match text::optional("address", &address, ADDRESS_LEN_MAX) {
            Ok(address) => self.draft.address = address,
            Err(no) => self.error(Some(Field::Address), CellFault::invalid(no.sentence)),
        }
        let is_too_long = !address.is_empty() && self.draft.address.is_empty();
        let (has_lat, has_lon) = (self.cell(Field::Lat).is_some(), self.cell(Field::Lon).is_some());
        if !has_lat && !has_lon {
            if address.is_empty() && !is_too_long {
                self.missing(Field::Address, "address", ", or give lat and lon");
            }
            let known = self.known_customer.and_then(|known| known.location(&self.draft.address));
            self.draft.known_location =
                known.map(|known| (known.id, PlaceFound::sure(known.address.clone(), known.at)));
            return;
        }
        for (is_there, field, other) in [(has_lat, Field::Lat, "lon"), (has_lon, Field::Lon, "lat")]
        {
            if !is_there {
                let sentence =
                    format!("{} is missing; {other} alone is no place, fill both", field.word());
                self.error(Some(field), CellFault::new("missing", sentence));
                return;
            }
        }
        let degrees = |field: Field| {
            move |cell: &str| {
                cell::number(cell).ok_or_else(|| {
                    let word = field.word();
                    CellFault::invalid(format!("{word} must be degrees such as 35.8989"))
                })
            }
        };
        let lat = self.judged(Field::Lat, degrees(Field::Lat));
        let lon = self.judged(Field::Lon, degrees(Field::Lon));
        if let (Some(lat), Some(lon)) = (lat, lon) {
            match Point::parse(lat, lon) {
                Ok(at) => self.draft.at = Some(at),
                Err(error) => {
                    let is_lat = error == PointError::Latitude;
                    let field = if is_lat { Field::Lat } else { Field::Lon };
                    self.error(Some(field), CellFault::invalid(error.to_string()));
                }
            }
        }
        if self.draft.address.is_empty()
            && let Some(at) = self.draft.at
        {
            self.draft.address = format!("{:.5}, {:.5}", at.lat, at.lon);
        }
    }

    fn wanted(&mut self) {
        let error_count = self.draft.errors.len();
        // A spreadsheet may write a day as a day at midnight.
        let day = self.date_cell(Field::Day, |cell| {
            let clock = |(day, time): (&str, &str)| Some((cell::date(day)?, cell::minute(time)?));
            cell::date(cell)
                .map(|date| (date, 0))
                .or_else(|| cell.split_once([' ', 'T']).and_then(clock))
        });
        let window = self.cell(Field::From).and_then(cell::two_minutes);
        let (from, until) = match window {
            Some((from, until)) if self.cell(Field::Until).is_none() => {
                (Some(Moment::Minute(None, from)), Some(Moment::Minute(None, until)))
            }
            _ => (self.end_cell(Field::From, 0), self.end_cell(Field::Until, DAY_END)),
        };
        if self.draft.errors.len() > error_count {
            return;
        }
        let from = from.or_else(|| {
            let (_, minute) = day.filter(|(_, minute)| *minute > 0)?;
            Some(Moment::Minute(None, minute))
        });
        let day = day.map(|(date, _)| date);
        if let Some(wanted) = self.window(day, from, until) {
            if wanted.until < self.reader.asked.now {
                let column = self.reader.column(Field::Day).or(self.reader.column(Field::From));
                let sentence = "the wanted time is over already; check the day".to_owned();
                self.draft.doubts.push(Finding { column, code: "in_the_past", sentence });
            }
            self.draft.wanted = Some(wanted);
        }
    }

    /// The window between two ends; an end that is missing is that of its day.
    fn window(
        &mut self,
        day: Option<Date>,
        from: Option<Moment>,
        until: Option<Moment>,
    ) -> Option<TimeWindow> {
        if day.is_none() && from.is_none() && until.is_none() {
            return None;
        }
        let zone = self.reader.asked.zone;
        let own_day = |end: Option<Moment>| match end {
            Some(Moment::Minute(date, _)) => date.map(|date| self.resolved(date)),
            Some(Moment::Instant(at)) => Some(LocalDay::at(at, zone)),
            None => None,
        };
        let row_day = day.map(|date| self.resolved(date));
        let from_day = own_day(from).or(row_day);
        let until_day = own_day(until).or(from_day).or(self.reader.asked.day);
        let from_day = from_day.or(until_day);
        let (Some(from_day), Some(until_day)) = (from_day, until_day) else {
            let cure =
                "the row gives a time and no day; add the day, or choose one for all rows without";
            let field = if from.is_some() { Field::From } else { Field::Until };
            self.error(Some(field), CellFault::new("day_missing", cure));
            return None;
        };
        let at = |end: Option<Moment>, day: LocalDay, minute: u16| match end {
            Some(Moment::Instant(at)) => at,
            Some(Moment::Minute(_, minute)) => cell::instant(day, minute, zone),
            None => cell::instant(day, minute, zone),
        };
        let (from, until) = (at(from, from_day, 0), at(until, until_day, DAY_END));
        let field = if self.cell(Field::Until).is_some() { Field::Until } else { Field::From };
        let Ok(wanted) = TimeWindow::parse(from, until) else {
            let cure = "the window ends before it begins; write the day beside the time if it ends the day after";
            self.error(Some(field), CellFault::new("window_backwards", cure));
            return None;
        };
        if wanted.duration_s() > WANTED_S_MAX {
            let sentence = "the window is longer than a year; check the days";
            self.error(Some(field), CellFault::invalid(sentence));
            return None;
        }
        Some(wanted)
    }

    /// A cell with a date, which is clear enough to be read.
    fn date_cell<T>(
        &mut self,
        field: Field,
        parse: impl FnOnce(&str) -> Option<(Date, T)>,
    ) -> Option<(Date, T)> {
        let found = self.judged(field, |cell| {
            parse(cell).ok_or_else(|| {
                CellFault::invalid("this is not a day; write it as 2026-11-20 or 20.11.2026")
            })
        })?;
        self.is_clear(field, found.0).then_some(found)
    }

    /// A cell with an end of the window; a day alone stands for its first or last minute.
    fn end_cell(&mut self, field: Field, minute: u16) -> Option<Moment> {
        let found = self.judged(field, |cell| {
            let whole_day = || Some(Moment::Minute(Some(cell::date(cell)?), minute));
            cell::moment(cell).or_else(whole_day).ok_or_else(|| {
                CellFault::invalid("this is not a time; write it as 14:30, or as 2026-11-20 14:30")
            })
        })?;
        match found {
            Moment::Minute(Some(date), _) if !self.is_clear(field, date) => None,
            _ => Some(found),
        }
    }

    /// Whether a date can be read; one that leaves the order open cannot where others of the file have the
    /// month first and nobody has said which it is.
    fn is_clear(&mut self, field: Field, date: Date) -> bool {
        let Date::Either { day_first, month_first } = date else { return true };
        self.draft.open_dates += 1;
        if self.reader.asked.dates.is_some() || !self.reader.has_month_first {
            return true;
        }
        let sentence = format!(
            "this may be {day_first} or {month_first}, since other dates of the file have the month first; write it as {day_first}, or choose the order of dates"
        );
        self.error(Some(field), CellFault::new("ambiguous_date", sentence));
        false
    }

    fn resolved(&self, date: Date) -> LocalDay {
        match date {
            Date::Clear(day) | Date::MonthFirst(day) => day,
            Date::Either { month_first, .. }
                if self.reader.asked.dates == Some(DateOrder::MonthFirst) =>
            {
                month_first
            }
            Date::Either { day_first, .. } => day_first,
        }
    }
}

/// Whether a cell has a date that is only possible with the month first.
pub fn is_month_first(text: &str) -> bool {
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    matches!(cell::date(day.trim_end_matches(',')), Some(Date::MonthFirst(_)))
}

/// Who a row is for and where, as it is compared with other rows.
pub fn party_key(party: &Party) -> String {
    match party {
        Party::Known(id) => id.to_string(),
        Party::New(new) => key(&new.name),
    }
}
