//! The nouns in the books: added, shown, listed, changed at the version that was seen, removed.

use crate::support::system::System;
use serde_json::{Value, json};
use sortie::domain::Role;

/// Adds, shows, lists, changes, refuses a stale change, removes.
async fn life_of(system: &System, path: &str, new: Value, change: Value) {
    let owner = system.token(Role::Owner);
    let made = system.post(&owner, path, new.clone()).await;
    assert_eq!(made.status, 201, "{path}: {}", made.body);
    let made = made.body;
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(system.get(&owner, &one).await.ok(), made);
    for (name, value) in new.as_object().unwrap() {
        if name != "password" {
            assert_eq!(&made[name], value, "{path} {name}");
        }
    }
    let listed = system.get(&owner, &format!("{path}?limit=200")).await.ok();
    assert!(listed["items"].as_array().unwrap().contains(&made), "{path}");
    assert!(listed["next"].is_null());

    let mut wish = change.clone();
    wish["version"] = made["version"].clone();
    let changed = system.patch(&owner, &one, wish.clone()).await.ok();
    for (name, value) in change.as_object().unwrap() {
        assert_eq!(&changed[name], value, "{path} {name}");
    }
    let stale = system.patch(&owner, &one, wish).await;
    // The same change again is none; another one at the old version is refused.
    if stale.status != 200 {
        let problem = stale.refused(409, "stale_version");
        assert_eq!(problem["facts"]["seen"], made["version"]);
        assert_eq!(problem["facts"]["current"], changed["version"]);
    }
    let old = made["version"].as_u64().unwrap();
    let reply = system.delete(&owner, &format!("{one}?version={old}")).await;
    reply.refused(409, "stale_version");
    let current = changed["version"].as_u64().unwrap();
    let reply = system.delete(&owner, &format!("{one}?version={current}")).await;
    assert_eq!(reply.status, 204, "{path}: {}", reply.body);
    assert_eq!(system.get(&owner, &one).await.status, 404);
}

#[actix_web::test]
async fn every_noun_in_the_books_has_the_same_life() {
    let system = System::start().await;
    let territory = json!(system.house.territory);
    let start = json!(system.street(0.0, 0.0));
    life_of(&system, "/territories", json!({ "name": "North" }), json!({ "name": "North-East" }))
        .await;
    life_of(
        &system,
        "/service-types",
        json!({ "name": "Brake change", "duration_s": 3600, "skills": ["cars"], "load": { "kg": 20 }, "priority": 60, "needs_approval": true }),
        json!({ "duration_s": 5400, "active": false }),
    )
    .await;
    life_of(
        &system,
        "/customers",
        json!({ "name": "Zoe", "phone": "+35699000001", "email": "zoe@mail.example", "notes": "rings twice" }),
        json!({ "phone": "+35699000002" }),
    )
    .await;
    life_of(
        &system,
        "/trucks",
        json!({ "territory": territory, "name": "Van 9", "plate": "XYZ 9", "capacity": { "kg": 500 }, "equipment": ["crane"] }),
        json!({ "plate": "XYZ 10" }),
    )
    .await;
    life_of(
        &system,
        "/technicians",
        json!({ "territory": territory, "name": "Mia", "phone": "", "skills": ["cars"], "shifts": [{ "weekday": 0, "from_minute": 480, "until_minute": 960 }],
            "breaks": [{ "from_minute": 700, "until_minute": 780, "duration_s": 1800 }], "start": start, "device": "mias-phone" }),
        json!({ "device": null, "skills": ["cars", "phones"] }),
    )
    .await;
    life_of(
        &system,
        "/users",
        json!({ "name": "New", "email": "new@acme.example", "password": "a fine password", "role": "dispatcher" }),
        json!({ "name": "Newer" }),
    )
    .await;
    let owner = system.token(Role::Owner);
    let customer =
        system.post(&owner, "/customers", json!({ "name": "Owner of places" })).await.ok();
    life_of(
        &system,
        "/locations",
        json!({ "customer": customer["id"], "address": "2 Side Street", "at": system.street(50.0, 50.0), "notes": "gate 12" }),
        json!({ "address": "3 Side Street" }),
    )
    .await;
}

#[actix_web::test]
async fn what_is_in_use_or_taken_is_refused_with_the_reason() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let territory = format!("/territories/{}", system.house.territory);
    system.delete(&owner, &territory).await.refused(409, "in_use");
    let body = json!({ "name": "Twin", "email": "owner@borg.example", "password": "a fine password", "role": "manager" });
    let taken = system.post(&owner, "/users", body).await.refused(409, "email_taken");
    assert_eq!(taken["field"], "email");
    let body = json!({ "territory": system.house.territory, "name": "T", "start": system.street(0.0, 0.0), "device": "phone-borg-1" });
    let taken = system.post(&owner, "/technicians", body).await.refused(409, "device_taken");
    assert_eq!(taken["field"], "device");
}

#[actix_web::test]
async fn a_long_list_comes_in_pages_without_gap_or_repeat() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    for number in 0..7 {
        let body = json!({ "name": format!("Customer {number}") });
        system.post(&owner, "/customers", body).await.ok();
    }
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let page = system.get(&owner, &format!("/customers?limit=3&after={after}")).await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let expected: Vec<String> = (0..7).map(|number| format!("Customer {number}")).collect();
    // What was made in the same millisecond has no order of its own.
    names.sort();
    assert_eq!(names, expected);
    let found = system.get(&owner, "/customers?q=tomer%205").await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_repeated_request_with_a_key_makes_one_thing_and_another_body_is_refused() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let body = json!({ "name": "Once" });
    let first = system.post_once(&owner, "key-1", "/territories", body.clone()).await.ok();
    let again = system.post_once(&owner, "key-1", "/territories", body).await.ok();
    assert_eq!(first, again);
    let other = system.post_once(&owner, "key-1", "/territories", json!({ "name": "Twice" })).await;
    other.refused(409, "idempotency_key_reused");
    let listed = system.get(&owner, "/territories").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn the_organization_is_ones_own_and_only_an_owner_changes_it() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let shown = system.get(&system.token(Role::Requester), "/organization").await.ok();
    assert_eq!(shown["name"], "acme");
    let body = json!({ "version": 1, "settings": { "geofence_m": 120 } });
    let changed = system.patch(&owner, "/organization", body).await.ok();
    assert_eq!(changed["settings"]["geofence_m"], 120);
    assert_eq!(changed["settings"]["silence_s"], shown["settings"]["silence_s"]);
}

#[actix_web::test]
async fn a_truck_is_loaded_up_to_its_capacity_and_no_further() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let path = format!("/trucks/{}/cargo", system.house.truck);
    let load = |kind: &str, parts: u32| json!({ "kind": kind, "amounts": { "parts": parts } });
    let shown = system.post(&owner, &path, load("take", 15)).await.ok();
    assert_eq!(shown["cargo"]["parts"], 15);
    system.post(&owner, &path, load("take", 6)).await.refused(409, "truck_over_capacity");
    system.post(&owner, &path, load("put_off", 16)).await.refused(409, "truck_below_zero");
    let shown = system.post(&owner, &path, json!({ "kind": "empty" })).await.ok();
    assert_eq!(shown["cargo"], json!({}));
}

#[actix_web::test]
async fn a_technician_goes_on_and_off_duty_and_falls_ill() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let own = format!("/technicians/{}/duty", system.house.technicians[0]);
    let shown = system.post(&driver, &own, json!({ "status": "on" })).await.ok();
    assert_eq!(shown["duty"]["status"], "on");
    let shown = system.post(&driver, &own, json!({ "status": "sick" })).await.ok();
    assert_eq!(shown["duty"]["status"], "sick");
    system.post(&driver, &own, json!({ "status": "on" })).await.refused(409, "technician_is_sick");
    system.post(&driver, &own, json!({ "status": "recovered" })).await.ok();
    let other = format!("/technicians/{}/duty", system.house.technicians[1]);
    system
        .post(&driver, &other, json!({ "status": "on" }))
        .await
        .refused(404, "technician_not_found");
    let dispatcher = system.token(Role::Dispatcher);
    system.post(&dispatcher, &other, json!({ "status": "on" })).await.ok();
}
