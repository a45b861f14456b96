//! CSV files of jobs: read and judged cell by cell, and nothing made of them.

use crate::support::system::{Reply, System};
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use sortie::domain::Role;

async fn send(
    system: &System,
    token: &str,
    query: &str,
    kind: &str,
    body: impl Into<Vec<u8>>,
) -> Reply {
    let request = TestRequest::post()
        .uri(&format!("/api/v1/jobs/read-csv?{query}"))
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("content-type", kind))
        .set_payload(body.into());
    system.send(request).await
}

/// What the dispatcher is told of a file for the house's territory.
async fn read(system: &System, body: impl Into<Vec<u8>>) -> Reply {
    let token = system.token(Role::Dispatcher);
    let query = format!("territory={}", system.house.territory);
    send(system, &token, &query, "text/csv", body).await
}

/// Addresses of houses in the town, as its own search writes them.
async fn addresses(system: &System, count: usize) -> Vec<String> {
    let token = system.token(Role::Dispatcher);
    let mut found = Vec::new();
    for step in 0.. {
        let (east, north) = (f64::from(step % 7) * 110.0, f64::from(step / 7) * 110.0);
        let at = system.street(east - 330.0, north - 330.0);
        let path = format!("/places/reverse?lat={}&lon={}", at.lat, at.lon);
        let place = system.get(&token, &path).await.body;
        if place["kind"] == "address" {
            let name = place["name"].as_str().unwrap().to_owned();
            if !found.contains(&name) {
                found.push(name);
            }
        }
        if found.len() == count || step == 200 {
            break;
        }
    }
    assert_eq!(found.len(), count, "the town has houses");
    found
}

#[actix_web::test]
async fn a_row_is_told_as_the_wish_that_makes_its_job() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let address = addresses(&system, 1).await.remove(0);
    let text = format!(
        "Kunde;Telefon;Adresse;Leistung;Datum;Von;Bis\nJosé Grech;+356 9900 1122;\"{address}\";screen REPAIR;23.11.2026;9:00;12:00\n"
    );
    let told = read(&system, text.clone()).await.ok();
    assert_eq!(
        told["counts"],
        json!({ "rows": 1, "ready": 1, "doubtful": 0, "wrong": 0 }),
        "{told}"
    );
    let row = &told["rows"][0];
    assert_eq!((&row["row"], &row["sureness"]), (&json!(2), &json!("sure")));
    assert_eq!(row["place"]["label"], address);
    assert_eq!(told["columns"][0], json!({ "heading": "Kunde", "field": "customer" }));
    assert_eq!(system.get(&owner, "/jobs").await.ok()["items"], json!([]), "nothing was made");
    assert_eq!(system.get(&owner, "/customers").await.ok()["items"], json!([]));

    let made = system.post(&owner, "/jobs", row["wish"].clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let job = &made.body["job"];
    assert_eq!(job["customer"]["name"], "José Grech");
    assert_eq!(job["customer"]["phone"], "+35699001122");
    // 9:00 in Malta.
    assert_eq!(job["wanted"]["from"], json!(1_795_420_800_000_i64));

    // Now the books know who and where.
    let again = read(&system, text.replace("José", "Jose")).await.ok();
    let wish = &again["rows"][0]["wish"];
    assert_eq!(wish["customer"], job["customer"]["id"]);
    assert_eq!(wish["location"], job["location"]["id"]);
    assert_eq!(wish["new_customer"], Value::Null);
}

#[actix_web::test]
async fn a_dirty_file_of_thousands_of_rows_is_counted_exactly() {
    let system = System::start().await;
    let known = addresses(&system, 20).await;
    let mut text = "Customer,Phone,Address,Service,Date,From,Until,Priority\r\n".to_owned();
    let (mut ready, mut doubtful, mut errors) = (0, 0, Vec::new());
    // Some rows span two lines; a spreadsheet still counts one.
    for number in 0..4_000_u32 {
        let row = number + 2;
        let address = &known[number as usize % known.len()];
        let name = format!("=Customer {number}");
        let mut cells = [&name, "", address, "Screen repair", "2026-11-23", "9:00", "11:00", "50"]
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        let mut wrong = |at: usize, cell: &str, code: &str| {
            cells[at] = cell.to_owned();
            errors.push((row, at, code.to_owned()));
        };
        match number % 20 {
            3 => wrong(1, "call me", "invalid_value"),
            5 => wrong(2, "Qwxyzzy 99", "address_not_found"),
            7 => wrong(3, "Rocket launch", "unknown_service_type"),
            9 => {
                wrong(4, "31.2.2026", "invalid_value");
                wrong(7, "101", "invalid_value");
            }
            11 => wrong(6, "8:00", "window_backwards"),
            13 => {
                let street = address.split(',').next().unwrap_or_default();
                let street = street.trim_end_matches(|letter: char| !letter.is_alphabetic());
                cells[2] = format!("\"{street} 9999\"");
                doubtful += 1;
            }
            15 => {
                cells[4] = "2026-11-19".to_owned();
                doubtful += 1;
            }
            17 => {
                wrong(0, &format!("\"{name}\nand sons\""), "invalid_value");
            }
            _ => ready += 1,
        }
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let told = read(&system, text).await.ok();
    let wrong_rows: std::collections::BTreeSet<u32> = errors.iter().map(|error| error.0).collect();
    let found: Vec<(u32, usize, String)> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| {
            let number = row["row"].as_u64().unwrap() as u32;
            let errors = row["errors"].as_array().cloned().unwrap_or_default();
            errors.into_iter().map(move |error| {
                assert!(error["sentence"].as_str().unwrap().len() > 10, "{error}");
                let column = error["column"].as_u64().unwrap() as usize;
                (number, column, error["code"].as_str().unwrap().to_owned())
            })
        })
        .collect();
    let sorted = |mut list: Vec<(u32, usize, String)>| {
        list.sort();
        list
    };
    assert_eq!(sorted(found), sorted(errors));
    let counts = json!({
        "rows": 4_000, "ready": ready, "doubtful": doubtful, "wrong": wrong_rows.len(),
    });
    assert_eq!(told["counts"], counts);
}

#[actix_web::test]
async fn what_is_no_csv_is_refused_with_its_line() {
    let system = System::start().await;
    let open = read(&system, "Customer,Address\nAna,\"1 Main\nBen,2 Main\n").await;
    let open = open.refused(422, "quote_not_closed");
    assert_eq!(open["facts"]["line"], 2);
    assert!(open["detail"].as_str().unwrap().contains("line 2"));
    let nul = read(&system, b"Customer\nA\0na\n".to_vec()).await.refused(422, "nul_character");
    assert_eq!(nul["facts"]["line"], 2);
    read(&system, b"\x89PNG\r\n\x1a\n\0\0".to_vec()).await.refused(422, "not_csv");
    read(&system, b"PK\x03\x04xl".to_vec()).await.refused(422, "not_csv");
    read(&system, "").await.refused(422, "empty_file");
    read(&system, "a,b\n".repeat(10_002)).await.refused(422, "too_many_rows");
    assert_eq!(read(&system, "a,b\n".repeat(10_001)).await.ok()["counts"]["wrong"], 10_000);
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    read(&system, large).await.refused(413, "body_too_large");
}

#[actix_web::test]
async fn only_who_makes_jobs_reads_files_and_only_for_what_is_theirs() {
    let system = System::start().await;
    let query = format!("territory={}", system.house.territory);
    let text = "Customer,Address\nAna,1 Main Street\n";
    for role in [Role::Technician, Role::Accountant] {
        let token = system.token(role);
        send(&system, &token, &query, "text/csv", text).await.refused(403, "forbidden");
    }
    let stranger = system.token_of(&system.other, Role::Owner);
    let reply = send(&system, &stranger, &query, "text/csv", text).await;
    assert_eq!(reply.refused(422, "territory_not_found")["field"], "territory");
    let token = system.token(Role::Dispatcher);
    send(&system, &token, &query, "application/json", "{}").await.refused(415, "csv_expected");
    let theirs = format!("{query}&service_type={}", system.other.service_type);
    let reply = send(&system, &token, &theirs, "text/csv", text).await;
    assert_eq!(reply.refused(422, "service_type_not_found")["field"], "service_type");
    for (wish, field) in
        [("columns=customer", "columns"), ("columns=x,y", "columns"), ("dates=new", "dates")]
    {
        let reply = send(&system, &token, &format!("{query}&{wish}"), "text/csv", text).await;
        assert_eq!(reply.refused(422, "invalid_value")["field"], field);
    }
}
