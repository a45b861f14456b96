//! The plan by hand, the field's answers, and routes along the streets.

use crate::support::system::System;
use serde_json::{Value, json};
use sortie::domain::Role;

async fn plan(system: &System) -> Value {
    let path = format!("/territories/{}/plan?day={}", system.house.territory, system.day());
    system.get(&system.token(Role::Dispatcher), &path).await.ok()
}

#[actix_web::test]
async fn the_plan_of_a_day_shows_routes_jobs_and_who_drives() {
    let system = System::start().await;
    let job = system.job("Planned").await;
    let shown = plan(&system).await;
    assert_eq!(shown["time_zone"], "Europe/Malta");
    assert_eq!(shown["technicians"].as_array().unwrap().len(), 2);
    assert_eq!(shown["jobs"][0]["id"], job["id"]);
    let stops: usize = shown["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["stops"].as_array().unwrap().len())
        .sum();
    assert_eq!(stops, 1);
    assert!(shown["seq"].as_i64().unwrap() > 0);
    assert!(shown["now"].as_i64().unwrap() > 0);
    let elsewhere = format!("/territories/{}/plan", uuid::Uuid::nil());
    system.get(&system.token(Role::Owner), &elsewhere).await.refused(404, "territory_not_found");
}

#[actix_web::test]
async fn a_job_moves_by_hand_and_a_stale_hand_is_refused() {
    let system = System::start().await;
    let token = system.token(Role::Dispatcher);
    let job = system.job("Moved").await;
    let id = job["id"].as_str().unwrap();
    let options =
        system.get(&token, &format!("/jobs/{id}/options?day={}", system.day())).await.ok();
    assert_eq!(options["items"].as_array().unwrap().len(), 2);
    let from = job["visits"][0]["technician"].as_str().unwrap().to_owned();
    let to = system.house.technicians.iter().find(|one| one.to_string() != from).unwrap();
    let seen: Vec<Value> = plan(&system).await["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| json!({ "route": route["id"], "version": route["version"] }))
        .collect();
    let wish = json!({ "technician": to, "day": system.day(), "seen": seen });
    let done = system.post(&token, &format!("/jobs/{id}/assign"), wish.clone()).await.ok();
    assert_eq!(done["job"]["visits"][0]["technician"], json!(to));
    let reply = system.post(&token, &format!("/jobs/{id}/assign"), wish).await;
    assert_eq!(
        (reply.status, reply.body["code"].as_str().unwrap().contains("stale")),
        (409, true),
        "{}",
        reply.body
    );
    system.post(&token, &format!("/jobs/{id}/lock"), json!({})).await.ok();
    let shown = plan(&system).await;
    let text = shown["routes"].to_string();
    assert!(text.contains("\"locked\":true"), "{text}");
    system.post(&token, &format!("/jobs/{id}/unlock"), json!({})).await.ok();
    let done = system.post(&token, &format!("/jobs/{id}/unassign"), json!({})).await.ok();
    assert_eq!(done["job"]["status"], "open");
    let done = system.post(&token, &format!("/jobs/{id}/place"), json!({})).await.ok();
    assert_eq!(done["job"]["status"], "scheduled");
    assert_eq!(done["placement"]["placed"], true);
}

#[actix_web::test]
async fn a_visit_is_published_accepted_driven_and_finished() {
    let system = System::start().await;
    let dispatcher = system.token(Role::Dispatcher);
    let job = system.job("Driven").await;
    let id = job["id"].as_str().unwrap();
    let own = system.house.technicians[0];
    let assign = json!({ "technician": own, "day": system.day() });
    system.post(&dispatcher, &format!("/jobs/{id}/assign"), assign).await.ok();
    let publish = format!("/territories/{}/plan/publish", system.house.territory);
    system.post(&dispatcher, &publish, json!({ "day": system.day() })).await.ok();

    let driver = system.token(Role::Technician);
    let day = system.get(&driver, &format!("/technicians/{own}/route")).await.ok();
    assert_eq!(day["jobs"][0]["id"], job["id"]);
    assert_eq!(day["route"]["stops"][0]["published"], true);
    let visit = day["route"]["stops"][0]["visit"].as_str().unwrap().to_owned();
    let step = async |name: &str, body: Value| {
        system.post(&driver, &format!("/jobs/{id}/visits/{visit}/{name}"), body).await
    };
    step("finish", json!({ "outcome": "completed" })).await.refused(409, "visit_step_not_allowed");
    step("accept", json!({})).await.ok();
    step("depart", json!({ "meant_at_age_ms": 60_000 })).await.ok();
    step("depart", json!({ "meant_at_age_ms": -1 })).await.refused(422, "invalid_value");
    step("turn-back", json!({})).await.ok();
    step("depart", json!({})).await.ok();
    let done = step("arrive", json!({})).await.ok();
    assert_eq!(done["job"]["status"], "in_progress");
    let done = step("finish", json!({ "outcome": "completed", "remark": "new glass" })).await.ok();
    assert_eq!(done["job"]["status"], "completed");
    assert_eq!(done["job"]["visits"][0]["outcome"], "completed");
    let done = system.post(&dispatcher, &format!("/jobs/{id}/close"), json!({})).await.ok();
    assert_eq!(done["job"]["status"], "closed");
}

#[actix_web::test]
async fn what_a_phone_says_late_is_stamped_with_when_it_was_meant() {
    let system = System::start().await;
    let dispatcher = system.token(Role::Dispatcher);
    let job = system.job("Late").await;
    let id = job["id"].as_str().unwrap();
    let assign = json!({ "technician": system.house.technicians[0], "day": system.day() });
    system.post(&dispatcher, &format!("/jobs/{id}/assign"), assign).await.ok();
    let publish = format!("/territories/{}/plan/publish", system.house.territory);
    system.post(&dispatcher, &publish, json!({ "day": system.day() })).await.ok();
    let job = system.get(&dispatcher, &format!("/jobs/{id}")).await.ok();
    let visit = job["visits"][0]["id"].as_str().unwrap();
    let path = format!("/jobs/{id}/visits/{visit}/accept");
    let before = system.state.now().ms();
    let driver = system.token(Role::Technician);
    let body = json!({ "meant_at_age_ms": 600_000 });
    let done = system.post_once(&driver, "tap 1", &path, body).await.ok();
    let accepted_at = done["job"]["visits"][0]["accepted_at"].as_i64().unwrap();
    assert!((accepted_at - (before - 600_000)).abs() < 10_000, "{accepted_at} {before}");

    // The answer got lost on the way: the phone sends it again, a little older by now.
    let again = json!({ "meant_at_age_ms": 615_000 });
    let done = system.post_once(&driver, "tap 1", &path, again).await.ok();
    assert_eq!(done["job"]["visits"][0]["accepted_at"].as_i64(), Some(accepted_at));
    let other = json!({ "meant_at_age_ms": 615_000, "remark": "another wish" });
    let path = format!("/jobs/{id}/visits/{visit}/decline");
    system.post_once(&driver, "tap 1", &path, other).await.refused(409, "idempotency_key_reused");
}

#[actix_web::test]
async fn a_route_runs_along_the_streets() {
    let system = System::start().await;
    let token = system.token(Role::Dispatcher);
    let job = system.job("Somewhere").await;
    let route = job["visits"][0]["route"].as_str().unwrap();
    let shown = system.get(&token, &format!("/routes/{route}")).await.ok();
    assert_eq!(shown["stops"][0]["job"], job["id"]);
    let geometry = system.get(&token, &format!("/routes/{route}/geometry")).await.ok();
    let points = geometry["legs"][0]["points"].as_array().unwrap();
    assert!(points.len() >= 2, "{geometry}");
    let at = &job["location"]["at"];
    let last = points.last().unwrap();
    assert!((last[0].as_f64().unwrap() - at["lon"].as_f64().unwrap()).abs() < 0.001);
    assert!((last[1].as_f64().unwrap() - at["lat"].as_f64().unwrap()).abs() < 0.001);
}

#[actix_web::test]
async fn all_open_jobs_find_places_at_once() {
    let system = System::start().await;
    let token = system.token(Role::Dispatcher);
    for title in ["One", "Two", "Three"] {
        let job = system.job(title).await;
        let id = job["id"].as_str().unwrap();
        system.post(&token, &format!("/jobs/{id}/unassign"), json!({})).await.ok();
    }
    let open = system.get(&token, "/jobs?status=open").await.ok();
    assert_eq!(open["items"].as_array().unwrap().len(), 3);
    let path = format!("/territories/{}/plan/place-all", system.house.territory);
    system.post(&token, &path, json!({ "day": system.day() })).await.ok();
    let open = system.get(&token, "/jobs?status=open").await.ok();
    assert_eq!(open["items"], json!([]));
}

#[actix_web::test]
async fn a_job_tells_why_it_is_with_its_technician_or_nowhere() {
    let system = System::start().await;
    let token = system.token(Role::Dispatcher);
    let job = system.job("Explained").await;
    let path = format!("/jobs/{}/explanation", job["id"].as_str().unwrap());
    let found = system.get(&token, &path).await.ok();
    assert_eq!(found["technician"], job["visits"][0]["technician"]);
    assert_ne!(found["alternative"]["technician"], found["technician"]);
    assert!(found["alternative"]["travel_s"].is_i64(), "{found}");

    let mut wish = system.job_body("Nobody can");
    wish["skills"] = json!(["submarine"]);
    let open = system.post(&token, "/jobs", wish).await.ok();
    let path = format!("/jobs/{}/explanation", open["job"]["id"].as_str().unwrap());
    let found = system.get(&token, &path).await.ok();
    assert_eq!(found["technician"], Value::Null);
    assert_eq!(found["reasons"][0]["nearest"]["rule"], "skill");
    assert_eq!(found["cures"][0]["sentence"], "somebody had submarine");
    system.get(&system.token(Role::Technician), &path).await.refused(403, "forbidden");
}
