//! VROOM problems over HTTP: the answer, each status, and who may ask.

use crate::support::system::System;
use serde_json::{Value, json};
use sortie::api::ApiOptions;
use sortie::domain::Role;

fn problem() -> Value {
    json!({
        "matrices": {"car": {"durations": [[0, 5, 9], [5, 0, 5], [9, 5, 0]]}},
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        "options": {"iterations": 50, "time": 2},
    })
}

/// At the root, where clients of vroom-express look.
async fn ask(system: &System, role: Role, body: String) -> (u16, Value) {
    let request = actix_web::test::TestRequest::post()
        .uri("/vroom")
        .insert_header(("authorization", format!("Bearer {}", system.token(role))))
        .insert_header(("content-type", "application/json"))
        .set_payload(body);
    let reply = system.send(request).await;
    (reply.status, reply.body)
}

#[actix_web::test]
async fn a_problem_goes_in_and_its_answer_comes_out() {
    let system = System::start().await;
    let (status, answer) = ask(&system, Role::Dispatcher, problem().to_string()).await;
    assert_eq!((status, &answer["code"], &answer["summary"]["cost"]), (200, &json!(0), &json!(19)));
    let token = system.token(Role::Dispatcher);
    let same = system.post(&token, "/vroom", problem()).await;
    assert_eq!(same.body["routes"], answer["routes"], "it is in the table of the interface too");
}

#[actix_web::test]
async fn coordinates_are_driven_on_the_servers_map() {
    let system = System::start().await;
    let place = |east_m, north_m| {
        let at = system.street(east_m, north_m);
        json!([at.lon, at.lat])
    };
    let base = place(0.0, 0.0);
    let document = json!({
        "vehicles": [{"id": 1, "start": base, "end": base}],
        "jobs": [{"id": 1, "location": place(300.0, 0.0)}, {"id": 2, "location": [0.0, 0.0]}],
        "options": {"g": true, "iterations": 20},
    });
    let (status, answer) = ask(&system, Role::Dispatcher, document.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    let route = &answer["routes"][0];
    assert!(route["duration"].as_i64() > Some(0) && route["distance"].as_i64() > Some(0));
    assert!(route["geometry"].is_string());
    // The ocean has no streets: that job is left out, the others are done.
    assert_eq!(answer["unassigned"][0]["id"], 2);
    assert_eq!(answer["unassigned"][0]["reasons"][0]["rule"], "off_the_map");
}

#[actix_web::test]
async fn each_code_has_the_status_that_vroom_express_gives_it() {
    let system = System::start_with(ApiOptions { vroom_tasks: 3, ..ApiOptions::default() }).await;
    let mut reversed = problem();
    reversed["jobs"][1]["time_windows"] = json!([[5, 4]]);
    let (status, answer) = ask(&system, Role::Dispatcher, reversed.to_string()).await;
    assert_eq!((status, &answer["code"]), (400, &json!(2)));
    assert_eq!(answer["error_code"], "reversed_window");
    assert_eq!(answer["error_field"], "jobs[1].time_windows[0]");

    let (status, answer) = ask(&system, Role::Dispatcher, "{\"jobs\": [".into()).await;
    assert_eq!(
        (status, &answer["code"], &answer["error_code"]),
        (400, &json!(2), &json!("not_json"))
    );

    let ocean = json!({"vehicles": [{"id": 1, "start": [0.0, 0.0]}], "jobs": [{"id": 1, "location": [0.0, 0.0]}]});
    let (status, answer) = ask(&system, Role::Dispatcher, ocean.to_string()).await;
    assert_eq!(
        (status, &answer["code"], &answer["error_code"]),
        (500, &json!(3), &json!("off_the_map"))
    );

    let mut many = problem();
    many["jobs"] = (0..4).map(|id| json!({"id": id, "location_index": 1})).collect();
    let (status, answer) = ask(&system, Role::Dispatcher, many.to_string()).await;
    assert_eq!((status, &answer["code"]), (413, &json!(4)));
}

#[actix_web::test]
async fn only_who_may_plan_may_ask() {
    let system = System::start().await;
    assert_eq!(ask(&system, Role::Technician, problem().to_string()).await.0, 403);
    let request = actix_web::test::TestRequest::post().uri("/vroom").set_json(problem());
    assert_eq!(system.send(request).await.status, 401);
}
