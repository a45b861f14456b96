//! Jobs: made and placed, found, changed, held, cancelled; and what happened to them.

use crate::support::system::System;
use serde_json::json;
use sortie::domain::Role;

#[actix_web::test]
async fn a_new_job_is_placed_within_the_request() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let reply = system.post(&owner, "/jobs", system.job_body("Broken screen")).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let (job, placement) = (&reply.body["job"], &reply.body["placement"]);
    assert_eq!(placement["placed"], true, "{}", reply.body);
    assert_eq!(job["label"], "J-000001");
    assert_eq!(job["status"], "scheduled");
    assert_eq!(job["visits"][0]["technician"], placement["technician"]);
    assert_eq!(job["visits"][0]["planned"]["from"], placement["arrival_at"]);
    // From the service type.
    assert_eq!((&job["duration_s"], &job["priority"]), (&json!(1800), &json!(50)));
    assert_eq!(job["skills"], json!(["phones"]));
}

#[actix_web::test]
async fn a_job_that_nobody_can_do_stays_open_with_a_reason_per_technician() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let mut body = system.job_body("Rocket");
    body["skills"] = json!(["rockets"]);
    let reply = system.post(&owner, "/jobs", body).await.ok();
    assert_eq!(reply["job"]["status"], "open");
    assert_eq!(reply["placement"]["placed"], false);
    let reasons = reply["placement"]["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 2, "{reply}");
    assert!(reasons.iter().all(|reason| reason["sentence"].is_string()), "{reply}");
}

#[actix_web::test]
async fn a_job_is_for_a_customer_in_the_books_or_a_new_one_and_nothing_is_half_done() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let first = system.job("First").await;
    let mut body = system.job_body("Second");
    body.as_object_mut().unwrap().remove("new_customer");
    let reply = system.post(&owner, "/jobs", body.clone()).await.refused(422, "missing_field");
    assert_eq!(reply["field"], "customer");
    body["customer"] = first["customer"]["id"].clone();
    let second = system.post(&owner, "/jobs", body.clone()).await.ok()["job"].clone();
    assert_eq!(second["customer"], first["customer"]);
    assert_eq!(second["number"], 2);

    body["location"] = first["location"]["id"].clone();
    let reply = system.post(&owner, "/jobs", body.clone()).await.refused(422, "invalid_value");
    assert_eq!(reply["field"], "new_location");
    body.as_object_mut().unwrap().remove("new_location");
    body["customer"] = json!(uuid::Uuid::nil());
    let reply = system.post(&owner, "/jobs", body).await.refused(422, "customer_not_found");
    assert_eq!(reply["field"], "customer");

    let mut body = system.job_body(" ");
    body["new_customer"]["name"] = json!("Left behind");
    let reply = system.post(&owner, "/jobs", body).await.refused(422, "invalid_value");
    assert_eq!(reply["field"], "title");
    let found = system.get(&owner, "/customers?q=left%20behind").await.ok();
    assert_eq!(found["items"], json!([]), "no customer is left behind by a job that cannot be");
}

#[actix_web::test]
async fn a_repeated_job_with_a_key_is_one_job_for_one_customer() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let body = system.job_body("Once");
    let first = system.post_once(&owner, "key", "/jobs", body.clone()).await.ok();
    let again = system.post_once(&owner, "key", "/jobs", body).await.ok();
    assert_eq!(first["job"]["id"], again["job"]["id"]);
    assert_eq!(first["placement"], again["placement"]);
    assert_eq!(system.get(&owner, "/jobs").await.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(system.get(&owner, "/customers").await.ok()["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn many_jobs_at_once_get_numbers_of_their_own() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let wishes = (0..12).map(|number| {
        let body = system.job_body(&format!("Job {number}"));
        system.post(&owner, "/jobs", body)
    });
    let replies: Vec<_> = futures_util::future::join_all(wishes).await;
    let mut numbers: Vec<u64> =
        replies.into_iter().map(|reply| reply.ok()["job"]["number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 12);
}

#[actix_web::test]
async fn jobs_are_found_by_what_they_are() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let job = system.job("Cracked glass").await;
    let mut rocket = system.job_body("Rocket");
    rocket["skills"] = json!(["rockets"]);
    system.post(&owner, "/jobs", rocket).await.ok();
    let count = async |query: String| {
        let found = system.get(&owner, &format!("/jobs?{query}")).await.ok();
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(count(String::new()).await, 2);
    assert_eq!(count("status=open".into()).await, 1);
    assert_eq!(count("status=open,scheduled".into()).await, 2);
    assert_eq!(count("q=cracked".into()).await, 1);
    assert_eq!(count("q=J-000001".into()).await, 1);
    assert_eq!(count("q=borg".into()).await, 2, "both are Ana Borg's");
    let technician = job["visits"][0]["technician"].as_str().unwrap();
    assert_eq!(count(format!("technician={technician}")).await, 1);
    assert_eq!(count(format!("territory={}", system.other.territory)).await, 0);
    assert_eq!(count("limit=1".into()).await, 1);
}

#[actix_web::test]
async fn a_job_is_changed_at_the_version_that_was_seen() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let job = system.job("Old title").await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let wish = json!({ "version": job["version"], "title": "New title", "priority": 90 });
    let done = system.patch(&owner, &path, wish.clone()).await.ok();
    assert_eq!(
        (&done["job"]["title"], &done["job"]["priority"]),
        (&json!("New title"), &json!(90))
    );
    assert_eq!(done["answer"]["version"], done["job"]["version"]);
    system.patch(&owner, &path, wish).await.refused(409, "stale_version");
    let wish = json!({ "version": done["job"]["version"], "technician": uuid::Uuid::nil() });
    let reply = system.patch(&owner, &path, wish).await.refused(422, "technician_not_found");
    assert_eq!(reply["field"], "technician");
}

#[actix_web::test]
async fn a_job_is_promised_held_resumed_and_cancelled_and_the_timeline_tells() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let job = system.job("Long story").await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let post = async |step: &str, body| system.post(&owner, &format!("{path}/{step}"), body).await;
    let window = json!({ "from": 1_795_165_200_000_i64, "until": 1_795_172_400_000_i64 });
    let done = post("promise", json!({ "window": window })).await.ok();
    assert_eq!(done["job"]["promised"], window);
    let done = post("hold", json!({ "remark": "waits for the part" })).await.ok();
    assert_eq!(done["job"]["status"], "on_hold");
    assert_eq!(done["job"]["remark"], "waits for the part");
    assert_eq!(done["job"]["promised"], window, "a promise is never edited by the plan");
    post("approve", json!({})).await.refused(409, "job_step_not_allowed");
    post("hold", json!({ "seen": 1 })).await.refused(409, "stale_version");
    let done = post("resume", json!({})).await.ok();
    assert!(matches!(done["job"]["status"].as_str(), Some("open" | "scheduled")));
    let done = post("cancel", json!({ "remark": "sold the phone" })).await.ok();
    assert_eq!(done["job"]["status"], "cancelled");
    post("cancel", json!({})).await.refused(409, "job_already_cancelled");
    let timeline = system.get(&owner, &format!("{path}/timeline?limit=200")).await.ok();
    let text = timeline["items"].to_string();
    for word in ["created", "promised", "held", "resumed", "cancelled"] {
        assert!(text.contains(&format!("\"{word}\"")), "{word}: {text}");
    }
    assert!(!text.contains("Ana") && !text.contains("Long story"), "no personal data in events");
}
