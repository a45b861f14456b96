//! Logging in and out: limits, rotation, reuse, revoking, cookies and where they may come from.

use crate::support::system::{PASSWORD, System};
use serde_json::json;
use sortie::auth::{Revocations, access_token};
use sortie::domain::Role;
use sortie::units::clock::real_now;

#[actix_web::test]
async fn a_login_gives_tokens_to_programs_and_cookies_to_pages() {
    let system = System::start().await;
    let body = json!({ "email": " Owner@Acme.example ", "password": PASSWORD });
    let program = system.post("", "/auth/login", body.clone()).await;
    let token = program.body["access_token"].as_str().unwrap().to_owned();
    assert!(program.body["refresh_token"].is_string());
    let me = system.get(&token, "/auth/me").await.ok();
    assert_eq!(me["user"]["role"], "owner");
    assert_eq!(me["organization"]["time_zone"], "Europe/Malta");
    assert!(me["user"].get("password_hash").is_none());

    let page = system.page("POST", "/auth/login", &[], Some("same-origin"), Some(body)).await;
    assert!(page.body.get("access_token").is_none(), "scripts must not see tokens");
    let access = page.cookie("sortie_access");
    let set: Vec<&str> =
        page.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok()).collect();
    assert!(
        set.iter().all(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
    );
    assert!(set.iter().any(|cookie| cookie.contains("Path=/api/v1/auth")));
    system.page("GET", "/auth/me", &[("sortie_access", access)], None, None).await.ok();
}

#[actix_web::test]
async fn an_unknown_account_and_a_wrong_password_are_the_same_no() {
    let system = System::start().await;
    let try_with = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        let mut reply = system.post("", "/auth/login", body).await.refused(401, "wrong_login");
        reply.as_object_mut().unwrap().remove("request_id");
        reply
    };
    let unknown = try_with("nobody@acme.example", PASSWORD).await;
    let wrong = try_with("owner@acme.example", "wrong password").await;
    assert_eq!(unknown, wrong);
}

#[actix_web::test]
async fn after_five_failures_an_account_waits_and_others_do_not() {
    let system = System::start().await;
    let try_with = async |email: &str, password: &str| {
        system.post("", "/auth/login", json!({ "email": email, "password": password })).await
    };
    for _ in 0..5 {
        try_with("owner@acme.example", "wrong password").await.refused(401, "wrong_login");
    }
    let locked = try_with("owner@acme.example", PASSWORD).await;
    assert!(locked.header("retry-after").parse::<u32>().unwrap() > 800);
    locked.refused(429, "too_many_failed_logins");
    assert_eq!(try_with("manager@acme.example", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn refresh_tokens_rotate_a_lost_answer_is_repeated_and_reuse_ends_the_session() {
    let system = System::start().await;
    let body = json!({ "email": "owner@acme.example", "password": PASSWORD });
    let login = system.post("", "/auth/login", body).await.ok();
    let first = login["refresh_token"].as_str().unwrap().to_owned();
    let refresh = async |token: &str| {
        system.post("", "/auth/refresh", json!({ "refresh_token": token })).await
    };
    let second = refresh(&first).await.ok()["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let again = refresh(&first).await.ok()["refresh_token"].as_str().unwrap().to_owned();
    assert_eq!(again, second, "a lost answer is given again");
    let answer = refresh(&second).await.ok();
    let access = answer["access_token"].as_str().unwrap().to_owned();
    system.get(&access, "/auth/me").await.ok();
    refresh(&first).await.refused(401, "session_ended");
    // The thief and the owner are both out.
    system.get(&access, "/auth/me").await.refused(401, "session_revoked");
    refresh(answer["refresh_token"].as_str().unwrap()).await.refused(401, "session_ended");
    refresh("nonsense").await.refused(401, "session_ended");
}

#[actix_web::test]
async fn many_refreshes_at_once_get_one_successor() {
    let system = System::start().await;
    let body = json!({ "email": "owner@acme.example", "password": PASSWORD });
    let login = system.post("", "/auth/login", body).await.ok();
    let token = login["refresh_token"].as_str().unwrap().to_owned();
    let tries =
        (0..10).map(|_| system.post("", "/auth/refresh", json!({ "refresh_token": token })));
    let replies = futures_util::future::join_all(tries).await;
    let successors: std::collections::HashSet<String> = replies
        .into_iter()
        .map(|reply| reply.ok()["refresh_token"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(successors.len(), 1);
}

#[actix_web::test]
async fn logging_out_ends_the_session_at_once() {
    let system = System::start().await;
    let body = json!({ "email": "owner@acme.example", "password": PASSWORD });
    let login = system.post("", "/auth/login", body).await.ok();
    let token = login["access_token"].as_str().unwrap();
    let out = system.call(token, "POST", "/auth/logout", None).await;
    assert_eq!((out.status, out.cookie("sortie_access")), (204, ""));
    system.get(token, "/auth/me").await.refused(401, "session_revoked");
}

#[actix_web::test]
async fn one_may_look_at_ones_sessions_and_end_another_one() {
    let system = System::start().await;
    let body = json!({ "email": "owner@acme.example", "password": PASSWORD });
    let one = system.post("", "/auth/login", body.clone()).await.ok();
    let other = system.post("", "/auth/login", body).await.ok();
    let token = one["access_token"].as_str().unwrap();
    let sessions = system.get(token, "/auth/sessions").await.ok();
    let sessions = sessions["items"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    let elsewhere = sessions.iter().find(|session| session["is_current"] == false).unwrap();
    let path = format!("/auth/sessions/{}", elsewhere["id"].as_str().unwrap());
    assert_eq!(system.delete(token, &path).await.status, 204);
    let stolen = other["access_token"].as_str().unwrap();
    system.get(stolen, "/auth/me").await.refused(401, "session_revoked");
    system.get(token, "/auth/me").await.ok();
    let stranger = system.token_of(&system.other, Role::Owner);
    system.delete(&stranger, &path).await.refused(404, "session_not_found");
}

#[actix_web::test]
async fn a_change_by_cookie_must_come_from_our_own_pages() {
    let system = System::start().await;
    let token = system.token(Role::Owner);
    let cookies = [("sortie_access", token.as_str())];
    let body = || Some(json!({ "name": "North" }));
    for site in ["cross-site", "same-site", "strange"] {
        let reply = system.page("POST", "/territories", &cookies, Some(site), body()).await;
        reply.refused(403, "cross_site_request");
    }
    let reply = system.page("POST", "/territories", &cookies, None, body()).await;
    reply.refused(403, "cross_site_request");
    system.page("POST", "/territories", &cookies, Some("same-origin"), body()).await.ok();
    // Older browsers say where they come from by Origin.
    let with_origin = async |origin: &str| {
        let request = actix_web::test::TestRequest::post()
            .uri("/api/v1/territories")
            .insert_header(("host", "dispatch.example"))
            .insert_header(("origin", origin))
            .cookie(actix_web::cookie::Cookie::new("sortie_access", token.clone()))
            .set_json(json!({ "name": "South" }));
        system.send(request).await
    };
    with_origin("https://dispatch.example").await.ok();
    with_origin("https://evil.example").await.refused(403, "cross_site_request");
    with_origin("null").await.refused(403, "cross_site_request");
    // Reading by cookie is harmless: the answer stays with the page that asked.
    system.page("GET", "/territories", &cookies, Some("cross-site"), None).await.ok();
}

#[actix_web::test]
async fn a_new_password_ends_the_other_sessions_and_needs_the_old_one() {
    let system = System::start().await;
    let login = |password: &str| json!({ "email": "manager@acme.example", "password": password });
    let here = system.post("", "/auth/login", login(PASSWORD)).await.ok();
    let there = system.post("", "/auth/login", login(PASSWORD)).await.ok();
    let token = here["access_token"].as_str().unwrap();
    let change = |old: &str, new: &str| json!({ "password": old, "new_password": new });
    let reply = system.post(token, "/auth/password", change("wrong one", "a newer password")).await;
    assert_eq!(reply.refused(422, "invalid_value")["field"], "password");
    let reply = system.post(token, "/auth/password", change(PASSWORD, "short")).await;
    assert_eq!(reply.refused(422, "invalid_value")["field"], "new_password");
    let reply = system.post(token, "/auth/password", change(PASSWORD, "a newer password")).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
    let refresh = json!({ "refresh_token": there["refresh_token"] });
    system.post("", "/auth/refresh", refresh).await.refused(401, "session_ended");
    system.post("", "/auth/login", login(PASSWORD)).await.refused(401, "wrong_login");
    system.post("", "/auth/login", login("a newer password")).await.ok();
}

#[actix_web::test]
async fn a_changed_role_counts_at_once_and_a_user_who_is_not_active_is_out() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let body = json!({ "email": "dispatcher@acme.example", "password": PASSWORD });
    let login = system.post("", "/auth/login", body.clone()).await.ok();
    let token = login["access_token"].as_str().unwrap();
    system.get(token, "/customers").await.ok();
    let path = format!("/users/{}", system.house.user(Role::Dispatcher));
    system.patch(&owner, &path, json!({ "version": 1, "role": "requester" })).await.ok();
    system.get(token, "/customers").await.refused(401, "session_revoked");
    let refresh = json!({ "refresh_token": login["refresh_token"] });
    let fresh = system.post("", "/auth/refresh", refresh.clone()).await.ok();
    let token = fresh["access_token"].as_str().unwrap();
    system.get(token, "/customers").await.refused(403, "forbidden");
    system.patch(&owner, &path, json!({ "version": 2, "active": false })).await.ok();
    let refresh = json!({ "refresh_token": fresh["refresh_token"] });
    system.post("", "/auth/refresh", refresh).await.refused(401, "session_ended");
    system.post("", "/auth/login", body).await.refused(401, "wrong_login");
}

#[actix_web::test]
async fn an_owner_cannot_lock_themselves_out() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let path = format!("/users/{}", system.house.user(Role::Owner));
    system
        .patch(&owner, &path, json!({ "version": 1, "role": "requester" }))
        .await
        .refused(422, "invalid_value");
    system.delete(&owner, &path).await.refused(409, "cannot_remove_oneself");
}

#[actix_web::test]
async fn who_was_sent_away_stays_away_after_a_restart() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let body = json!({ "email": "manager@acme.example", "password": PASSWORD });
    let login = system.post("", "/auth/login", body).await.ok();
    let token = login["access_token"].as_str().unwrap();
    system.call(token, "POST", "/auth/logout", None).await;
    let path = format!("/users/{}", system.house.user(Role::Dispatcher));
    let dispatcher = system.token(Role::Dispatcher);
    system.patch(&owner, &path, json!({ "version": 1, "role": "requester" })).await.ok();
    // What a new process knows.
    let fresh = Revocations::default();
    fresh.load(&system.state.store, real_now()).unwrap();
    for token in [token, dispatcher.as_str()] {
        let claims = access_token::verify(&system.state.auth.keys, token, real_now()).unwrap();
        assert!(fresh.refuses(&claims.identity(), claims.made_at()));
    }
}
