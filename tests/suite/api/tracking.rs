//! Tracking links: one job, by a token that is shown once, until it ends.

use crate::support::system::System;
use serde_json::json;
use sortie::domain::Role;

#[actix_web::test]
async fn a_link_opens_the_page_of_one_job_and_ends_when_revoked() {
    let system = System::start().await;
    let dispatcher = system.token(Role::Dispatcher);
    let job = system.job("Followed").await;
    let path = format!("/jobs/{}/tracking-links", job["id"].as_str().unwrap());
    let link = system.post(&dispatcher, &path, json!({})).await;
    assert_eq!(link.status, 201, "{}", link.body);
    let token = link.body["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 22);
    assert!(link.body["url"].as_str().unwrap().ends_with(&format!("/t#{token}")));

    let opened = system.post("", "/tracking/open", json!({ "token": token })).await;
    let cookie = opened.cookie("sortie_tracking").to_owned();
    let view = opened.ok();
    assert_eq!(view["job_label"], job["label"]);
    assert_eq!(view["title"], "Screen repair");
    assert!(view["position"].is_null(), "nobody is on the way");
    let text = view.to_string();
    for secret in ["Ana", "Borg", "+356", "Main Street", "Tech 1", "Tech 2"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let cookies = [("sortie_tracking", cookie.as_str())];
    let again = system.page("GET", "/tracking", &cookies, None, None).await.ok();
    assert_eq!(again["job_label"], job["label"]);
    // A page of the link gets a ticket for the live connection, by its cookie and from our own pages.
    let ticket =
        system.page("POST", "/live/tickets", &cookies, Some("same-origin"), Some(json!({}))).await;
    assert!(ticket.ok()["ticket"].is_string());
    system
        .page("POST", "/live/tickets", &cookies, Some("cross-site"), Some(json!({})))
        .await
        .refused(403, "cross_site_request");
    // And nothing else.
    system.page("GET", "/jobs", &cookies, None, None).await.refused(401, "not_logged_in");

    let id = link.body["id"].as_str().unwrap();
    let revoked = system.delete(&dispatcher, &format!("/tracking-links/{id}")).await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    let gone = system.page("GET", "/tracking", &cookies, None, None).await;
    let gone = gone.refused(404, "tracking_link_not_found");
    let wrong =
        system.post("", "/tracking/open", json!({ "token": "AAAAAAAAAAAAAAAAAAAAAA" })).await;
    let wrong = wrong.refused(404, "tracking_link_not_found");
    assert_eq!(gone["detail"], wrong["detail"], "ended and wrong are the same");
    system
        .post("", "/tracking/open", json!({ "token": "x" }))
        .await
        .refused(404, "tracking_link_not_found");
}

#[actix_web::test]
async fn guessing_links_is_slowed_down() {
    let system = System::start().await;
    let body = json!({ "token": "AAAAAAAAAAAAAAAAAAAAAA" });
    let mut tries = 0;
    while system.post("", "/tracking/open", body.clone()).await.status != 429 {
        tries += 1;
        assert!(tries < 40, "nothing stops a guesser");
    }
    assert!(tries >= 25, "an honest page must not be stopped after {tries}");
}

#[actix_web::test]
async fn a_repeated_request_does_not_make_a_token_that_opens_nothing() {
    let system = System::start().await;
    let dispatcher = system.token(Role::Dispatcher);
    let job = system.job("Once").await;
    let path = format!("/jobs/{}/tracking-links", job["id"].as_str().unwrap());
    system.post_once(&dispatcher, "link", &path, json!({})).await.ok();
    let again = system.post_once(&dispatcher, "link", &path, json!({})).await;
    again.refused(409, "link_already_made");
}
