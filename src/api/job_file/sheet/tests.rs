//! Files as people write them, on a map that knows one street.

use super::*;
use crate::api::job_file::books::{KnownCustomer, KnownLocation, KnownServiceType};
use crate::units::id::{CustomerId, LocationId, ServiceTypeId, TerritoryId};
use crate::units::{BoundingBox, LocalDay, Point, TimeWindow, Timestamp};
use chrono_tz::Europe::Malta;
use proptest::prelude::*;

/// Friday, 20 November 2026, 08:00 in Malta.
const NOW: Timestamp = Timestamp(1_795_158_000_000);

fn point(lat: f64, lon: f64) -> Point {
    Point::parse(lat, lon).unwrap()
}

fn asked() -> Asked {
    Asked {
        territory: TerritoryId(uuid::Uuid::from_u128(1)),
        zone: Malta,
        now: NOW,
        bounds: BoundingBox::around([point(35.0, 14.0), point(36.0, 15.0)]).unwrap(),
        service_type: None,
        day: None,
        dates: None,
    }
}

fn service_type(number: u128) -> ServiceTypeId {
    ServiceTypeId(uuid::Uuid::from_u128(number))
}

fn customer(number: u128) -> CustomerId {
    CustomerId(uuid::Uuid::from_u128(number))
}

fn books() -> Books {
    let types = [(10, "Screen repair"), (11, "Révision")];
    let known = |number: u128, phone: &str, locations| KnownCustomer {
        id: customer(number),
        phone: phone.to_owned(),
        locations,
    };
    let home = KnownLocation {
        id: LocationId(uuid::Uuid::from_u128(30)),
        address: "Far Street 9".to_owned(),
        at: point(35.9, 14.9),
    };
    Books {
        service_types: types
            .into_iter()
            .map(|(id, name)| KnownServiceType::new(service_type(id), name.to_owned()))
            .collect(),
        customers: [
            ("jose borg".to_owned(), vec![known(20, "+35621000000", vec![home])]),
            ("ana vella".to_owned(), vec![known(21, "", vec![]), known(22, "", vec![])]),
        ]
        .into(),
    }
}

/// Knows the houses of Main Street, and of Long Street only the street.
fn find(address: &str) -> Option<PlaceFound> {
    let place = PlaceFound::sure(address.to_owned(), point(35.5, 14.5));
    if address.starts_with("Main") {
        return Some(place);
    }
    let doubt = address.starts_with("Long").then_some("street_only")?;
    Some(PlaceFound { doubt: Some(doubt), label: "Long Street".to_owned(), ..place })
}

fn read_as(text: &str, columns: Option<&str>, asked: &Asked) -> JobFile {
    let sheet = Sheet::read(text.as_bytes(), columns).unwrap();
    sheet.jobs("file".to_owned(), asked, &books(), &find)
}

fn read(text: &str) -> JobFile {
    read_as(text, None, &asked())
}

fn codes(row: &RowRead) -> Vec<(Option<usize>, &'static str)> {
    row.errors.iter().chain(&row.doubts).map(|found| (found.column, found.code)).collect()
}

/// The window of the only row below these headings.
fn wanted(headings: &str, cells: &str, asked: &Asked) -> Result<Option<TimeWindow>, &'static str> {
    let text = format!("Customer;Service;Address;{headings}\nEve;Screen repair;Main 1;{cells}\n");
    let file = read_as(&text, None, asked);
    match &file.rows[0].wish {
        Some(wish) => Ok(wish.wanted),
        None => Err(file.rows[0].errors[0].code),
    }
}

fn window(day: &str, from: u16, until: u16) -> Option<TimeWindow> {
    let day = LocalDay::parse(day).unwrap();
    TimeWindow::parse(day.minute(from, Malta), day.minute(until, Malta)).ok()
}

#[test]
fn a_row_becomes_all_that_a_job_can_be_told() {
    let file = read(
        "Customer,Phone,Email,Street,No,Postcode,Town,Service,Title,Date,From,Until,Priority,Duration,Skills,Description,Gate code\n\
         Eve Camilleri,+356 9900 1122,Eve@Example.org,Main Street,12,MST 1000,Mosta,SCREEN  REPAIR,=Broken,2026-11-23,8:00,10:00,80,45,Ladder; phones,@door,-12\n",
    );
    assert_eq!(file.counts, RowCounts { rows: 1, ready: 1, doubtful: 0, wrong: 0 });
    let row = &file.rows[0];
    let wish = row.wish.as_ref().unwrap();
    let new = wish.new_customer.as_ref().unwrap();
    assert_eq!((new.name.as_str(), new.phone.as_str()), ("Eve Camilleri", "+35699001122"));
    assert_eq!(new.email, "eve@example.org");
    let place = wish.new_location.as_ref().unwrap();
    assert_eq!(place.address, "Main Street 12, MST 1000 Mosta");
    // What a spreadsheet would take for a formula is a text like any other.
    assert_eq!((place.notes.as_str(), wish.title.as_str()), ("-12", "=Broken"));
    assert_eq!(wish.description, "@door");
    assert_eq!(wish.service_type, service_type(10));
    assert_eq!(wish.wanted, window("2026-11-23", 480, 600));
    assert_eq!((wish.priority, wish.duration_s), (Some(80), Some(2_700)));
    let skills: Vec<&str> = wish.skills.iter().flatten().map(String::as_str).collect();
    assert_eq!(skills, ["ladder", "phones"]);
    assert_eq!(row.sureness, Some(Sureness::Sure));
}

#[test]
fn all_that_is_wrong_with_a_row_is_told_at_its_cells_and_the_others_are_not_spoilt() {
    let file = read(
        "Customer;Phone;Email;Address;Service;Date;From;Priority;Duration\n\
         Eve;call me;eve@;Nowhere 1;Rocket launch;31.2.2026;noon;101;99 h\n\
         ;;;;;;;;1\n\
         Eve;;;Main 1;révision;;;;\n\
         Eve;;;Main 1;Revision;;;;;extra\n",
    );
    assert_eq!(file.counts, RowCounts { rows: 4, ready: 1, doubtful: 0, wrong: 3 });
    let invalid = "invalid_value";
    assert_eq!(
        codes(&file.rows[0]),
        [
            (Some(1), invalid),
            (Some(2), invalid),
            (Some(4), "unknown_service_type"),
            (Some(7), invalid),
            (Some(8), invalid),
            (Some(5), invalid),
            (Some(6), invalid),
            (Some(3), "address_not_found"),
        ]
    );
    assert!(file.rows[0].errors.iter().all(|error| error.sentence.len() > 20));
    assert!(file.rows[0].errors[2].sentence.contains("Screen repair, Révision"));
    let missing = "missing";
    assert_eq!(codes(&file.rows[1]), [(Some(0), missing), (Some(4), missing), (Some(3), missing)]);
    assert_eq!(file.rows[2].wish.as_ref().unwrap().service_type, service_type(11));
    assert_eq!(codes(&file.rows[3])[0], (None, "too_many_cells"));
}

#[test]
fn how_sure_a_place_is_decides_whether_a_row_is_ready() {
    let file = read(
        "Customer;Service;Address;Lat;Lon\n\
         Eve;Revision;Main 1;;\n\
         Eve;Revision;Long Street 5;;\n\
         Eve;Revision;Elsewhere;;\n\
         Eve;Revision;Elsewhere;35,25;14,75\n\
         Eve;Revision;;35.25;14.75\n\
         Eve;Revision;;14.75;35.25\n\
         Eve;Revision;Main 1;91;14\n\
         Eve;Revision;Main 1;35;\n\
         Eve;Revision;;;\n",
    );
    let states: Vec<_> = file.rows.iter().map(|row| (row.state, row.sureness)).collect();
    use RowState::{Doubtful, Ready, Wrong};
    assert_eq!(
        states,
        [
            (Ready, Some(Sureness::Sure)),
            (Doubtful, Some(Sureness::Unsure)),
            (Wrong, Some(Sureness::NotFound)),
            (Ready, Some(Sureness::Sure)),
            (Ready, Some(Sureness::Sure)),
            (Doubtful, Some(Sureness::Unsure)),
            (Wrong, None),
            (Wrong, None),
            (Wrong, None),
        ]
    );
    assert_eq!(codes(&file.rows[1]), [(Some(2), "street_only")]);
    assert!(file.rows[1].doubts[0].sentence.contains("Long Street"));
    let place = file.rows[4].wish.as_ref().unwrap().new_location.as_ref().unwrap();
    assert_eq!(
        (place.address.as_str(), place.lat, place.lon),
        ("35.25000, 14.75000", 35.25, 14.75)
    );
    assert_eq!(codes(&file.rows[5]), [(Some(3), "outside_map")]);
    assert_eq!(codes(&file.rows[6]), [(Some(3), "invalid_value")]);
    assert_eq!(codes(&file.rows[7]), [(Some(4), "missing")]);
    assert_eq!(codes(&file.rows[8]), [(Some(2), "missing")]);
}

#[test]
fn windows_are_read_at_the_place_of_the_organization() {
    let asked = asked();
    let both = "Date;From;Until";
    assert_eq!(wanted(both, ";;", &asked), Ok(None));
    let whole = window("2026-11-23", 0, 1_439);
    assert_eq!(wanted(both, "23.11.2026;;", &asked), Ok(whole));
    assert_eq!(wanted(both, "2026-11-23 00:00:00;;", &asked), Ok(whole));
    assert_eq!(wanted(both, "23.11.2026;9:00;", &asked), Ok(window("2026-11-23", 540, 1_439)));
    assert_eq!(wanted(both, "23.11.2026;;24:00", &asked), Ok(whole));
    assert_eq!(wanted(both, "23.11.2026;9-11:30;", &asked), Ok(window("2026-11-23", 540, 690)));
    assert_eq!(wanted("Date", "23.11.2026 14:30", &asked), Ok(window("2026-11-23", 870, 1_439)));
    // Through the night.
    let night = TimeWindow::parse(
        LocalDay::parse("2026-11-23").unwrap().minute(1_320, Malta),
        LocalDay::parse("2026-11-24").unwrap().minute(360, Malta),
    );
    assert_eq!(wanted(both, "23.11.2026;22:00;24.11.2026 6:00", &asked), Ok(night.ok()));
    let with_offset = "2026-11-23T08:00:00Z;10:00";
    assert_eq!(wanted("From;Until", with_offset, &asked), Ok(window("2026-11-23", 540, 600)));
    assert_eq!(wanted(both, "23.11.2026;10:00;9:00", &asked), Err("window_backwards"));
    assert_eq!(wanted(both, "23.11.2026;;23.11.2028", &asked), Err("invalid_value"));
    assert_eq!(wanted(both, ";9:00;10:00", &asked), Err("day_missing"));
    let day = LocalDay::parse("2026-11-25");
    let asked = Asked { day, ..asked };
    assert_eq!(wanted(both, ";9:00;10:00", &asked), Ok(window("2026-11-25", 540, 600)));
    assert_eq!(wanted(both, ";;", &asked), Ok(None));
}

#[test]
fn a_date_with_two_readings_has_the_day_first_unless_the_file_speaks_against_it() {
    let rows = |dates: &[&str], order: Option<DateOrder>| {
        let row = |(at, date): (usize, &&str)| format!("Eve;Revision;Main {at};{date}\n");
        let rows: String = dates.iter().enumerate().map(row).collect();
        let text = format!("Customer;Service;Address;Date\n{rows}");
        read_as(&text, None, &Asked { dates: order, ..asked() })
    };
    let from = |row: &RowRead| row.wish.as_ref().unwrap().wanted.unwrap().from;
    let start = |day: &str| LocalDay::parse(day).unwrap().minute(0, Malta);

    let file = rows(&["3/4/2027", "25/4/2027"], None);
    assert_eq!((file.dates, file.open_dates), (DateOrder::DayFirst, 1));
    assert_eq!(from(&file.rows[0]), start("2027-04-03"));

    let file = rows(&["3/4/2027", "4/25/2027"], None);
    assert_eq!(codes(&file.rows[0]), [(Some(3), "ambiguous_date")]);
    assert!(file.rows[0].errors[0].sentence.contains("2027-04-03 or 2027-03-04"));
    assert_eq!(from(&file.rows[1]), start("2027-04-25"));

    let file = rows(&["3/4/2027", "4/25/2027"], Some(DateOrder::MonthFirst));
    assert_eq!(from(&file.rows[0]), start("2027-03-04"));
    let file = rows(&["3/4/2027", "4/25/2027"], Some(DateOrder::DayFirst));
    assert_eq!(from(&file.rows[0]), start("2027-04-03"));
}

#[test]
fn a_window_that_is_over_is_doubtful() {
    let file = read("Customer;Service;Address;Date\nEve;Revision;Main 1;19.11.2026\n");
    assert_eq!(codes(&file.rows[0]), [(Some(3), "in_the_past")]);
    assert_eq!(file.rows[0].state, RowState::Doubtful);
}

#[test]
fn known_customers_and_their_locations_are_taken_from_the_books() {
    let file = read(
        "Customer;Phone;Service;Address\n\
         JOSÉ Borg;;Revision;far street 9\n\
         Jose Borg;+35621000000;Revision;Main 1\n\
         Jose Borg;+35699999999;Revision;Main 1\n\
         Ana Vella;;Revision;Main 1\n",
    );
    let wishes: Vec<_> = file.rows.iter().map(|row| row.wish.as_ref()).collect();
    assert_eq!(wishes[0].unwrap().customer, Some(customer(20)));
    assert!(wishes[0].unwrap().location.is_some());
    assert_eq!(file.rows[0].sureness, Some(Sureness::Sure));
    assert_eq!(wishes[1].unwrap().customer, Some(customer(20)));
    assert!(wishes[1].unwrap().new_location.is_some());
    // Another phone number is another person.
    assert!(wishes[2].unwrap().new_customer.is_some());
    assert_eq!(codes(&file.rows[3]), [(Some(0), "several_customers")]);
}

#[test]
fn rows_of_one_new_customer_name_the_first_of_them_and_a_repeated_row_is_flagged() {
    let file = read(
        "Customer;Phone;Service;Address;Colour\n\
         Eve;;Revision;Main 1;red\n\
         EVE;+35699001122;Revision;Main 2;red\n\
         Adam;;Revision;Main 1;red\n\
         Eve;;Revision;Main 1;blue\n",
    );
    let shared: Vec<_> = file.rows.iter().map(|row| (row.customer_of, row.location_of)).collect();
    assert_eq!(
        shared,
        [(Some(2), Some(2)), (Some(2), Some(3)), (Some(4), Some(4)), (Some(2), Some(2))]
    );
    // The colour tells nothing of a job.
    assert_eq!(codes(&file.rows[3]), [(None, "same_row")]);
    assert_eq!(file.counts, RowCounts { rows: 4, ready: 3, doubtful: 1, wrong: 0 });
}

#[test]
fn columns_can_be_chosen_and_a_wrong_choice_is_explained() {
    let text = "A;B;C;D\nMain 1;x;Revision;Eve\n";
    let file = read_as(text, Some("address,-,service_type,customer"), &asked());
    assert_eq!(file.counts.ready, 1);
    assert_eq!(file.columns[1], ColumnRead { heading: "B".to_owned(), field: None });
    let fault =
        |columns: &str| Sheet::read(text.as_bytes(), Some(columns)).unwrap_err().to_string();
    assert!(fault("address,-").contains("4 columns"));
    assert!(fault("address,colour,-,-").contains("customer"));
    assert!(fault("address,address,-,-").contains("twice"));
}

#[test]
fn a_service_that_is_chosen_holds_for_rows_that_name_none() {
    let text = "Customer;Address;Service\nEve;Main 1;\nEve;Main 2;Revision\n";
    let file = read_as(text, None, &Asked { service_type: Some(service_type(10)), ..asked() });
    let wish = |at: usize| file.rows[at].wish.as_ref().unwrap();
    assert_eq!((wish(0).service_type, wish(1).service_type), (service_type(10), service_type(11)));
    // What is to be done is at least the service.
    assert_eq!(wish(0).title, "Screen repair");
}

proptest! {
    #[test]
    fn any_rows_are_counted_exactly_and_none_that_is_wrong_has_a_wish(
        rows in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![
                    "", "Eve", "Main 1", "Long 2", "Revision", "3/4/2027", "25.12.2026", "8:00",
                    "7", "-", "x", "99999999999", "+35699001122", "\"", "\u{1F3E0}", "24:00",
                ]),
                0..20,
            ),
            0..20,
        )
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(Field::ALL.iter().map(|field| field.word())).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let columns: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
        let bytes = writer.into_inner().unwrap();
        let sheet = Sheet::read(&bytes, Some(&columns.join(","))).unwrap();
        let file = sheet.jobs(String::new(), &asked(), &books(), &find);
        let RowCounts { rows, ready, doubtful, wrong } = file.counts;
        prop_assert_eq!(rows, file.rows.len());
        prop_assert_eq!(rows, ready + doubtful + wrong);
        for row in &file.rows {
            prop_assert_eq!(row.state == RowState::Wrong, !row.errors.is_empty());
            prop_assert_eq!(row.state == RowState::Wrong, row.wish.is_none());
            prop_assert_eq!(row.state == RowState::Ready, row.errors.is_empty() && row.doubts.is_empty());
        }
    }
}
