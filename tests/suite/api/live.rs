//! The live connection over a real socket: who is let in, what a subscriber gets, and what ends it.

use crate::support::system::System;
use actix_web::{App, HttpServer};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sortie::api;
use sortie::domain::Role;
use sortie::units::clock::real_now;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Serves the system on a port of its own.
fn serve(system: &System) -> String {
    let state = system.state.clone();
    let server = HttpServer::new(move || {
        let state = state.clone();
        App::new().configure(move |cfg| api::configure(cfg, state))
    })
    .workers(1)
    .on_connect(api::on_connect)
    .bind("127.0.0.1:0")
    .expect("a free port");
    let address = server.addrs()[0];
    actix_web::rt::spawn(server.run());
    format!("ws://{address}/api/v1/live")
}

async fn next(socket: &mut Socket) -> Option<Message> {
    let waited = tokio::time::timeout(Duration::from_secs(10), socket.next()).await;
    waited.expect("an answer within ten seconds").and_then(Result::ok)
}

/// The next text message, past pings.
async fn hear(socket: &mut Socket) -> Value {
    loop {
        match next(socket).await.expect("the connection is open") {
            Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
            Message::Close(reason) => panic!("closed: {reason:?}"),
            _ => {}
        }
    }
}

/// The code with which the server ends the connection.
async fn closed_with(socket: &mut Socket) -> u16 {
    loop {
        match next(socket).await {
            Some(Message::Close(Some(reason))) => return reason.code.into(),
            Some(Message::Close(None)) | None => return 0,
            Some(_) => {}
        }
    }
}

async fn say(socket: &mut Socket, value: Value) {
    socket.send(Message::text(value.to_string())).await.expect("sends");
}

async fn connect(url: &str) -> Socket {
    connect_async(url).await.expect("connects").0
}

async fn let_in(system: &System, url: &str, role: Role) -> Socket {
    let mut socket = connect(url).await;
    say(&mut socket, json!({ "type": "hello", "access_token": system.token(role) })).await;
    let welcome = hear(&mut socket).await;
    assert_eq!(welcome["type"], "welcome");
    assert_eq!(welcome["user"]["role"], role.word());
    socket
}

#[actix_web::test]
async fn a_ticket_lets_in_once_and_nonsense_does_not() {
    let system = System::start().await;
    let url = serve(&system);
    let ticket = system.post(&system.token(Role::Owner), "/live/tickets", json!({})).await.ok();
    let hello = json!({ "type": "hello", "ticket": ticket["ticket"] });
    let mut socket = connect(&url).await;
    say(&mut socket, hello.clone()).await;
    assert_eq!(hear(&mut socket).await["type"], "welcome");
    say(&mut socket, json!({ "type": "ping" })).await;
    assert_eq!(hear(&mut socket).await["type"], "pong");
    for (first, code) in [
        (hello, 4003),
        (json!({ "type": "hello", "ticket": "made up" }), 4003),
        (json!({ "type": "hello", "access_token": "x.y.z" }), 4003),
        (json!({ "type": "hello" }), 4003),
        (json!({ "type": "ping" }), 4001),
        (json!({ "type": "subscribe", "id": 1, "topic": { "kind": "tracking" } }), 4001),
        (json!("nonsense"), 4001),
    ] {
        let mut socket = connect(&url).await;
        say(&mut socket, first.clone()).await;
        assert_eq!(closed_with(&mut socket).await, code, "{first}");
    }
}

#[actix_web::test]
async fn a_page_from_elsewhere_is_not_connected() {
    let system = System::start().await;
    let url = serve(&system);
    let mut request = url.as_str().into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert!(connect_async(request).await.is_err());
    let mut request = url.as_str().into_client_request().unwrap();
    let own = url.replace("ws://", "http://").replace("/api/v1/live", "");
    request.headers_mut().insert("origin", own.parse().unwrap());
    assert!(connect_async(request).await.is_ok());
}

#[actix_web::test]
async fn a_plan_is_watched_from_its_snapshot_on_and_resumed_without_a_gap() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = let_in(&system, &url, Role::Dispatcher).await;
    let topic = json!({ "kind": "plan", "territory": system.house.territory, "day": system.day() });
    say(&mut socket, json!({ "type": "subscribe", "id": 7, "topic": topic })).await;
    let snapshot = hear(&mut socket).await;
    assert_eq!((&snapshot["type"], &snapshot["id"]), (&json!("snapshot"), &json!(7)), "{snapshot}");
    assert_eq!(snapshot["data"]["jobs"], json!([]));
    let mut own = snapshot["seq"].as_i64().unwrap();
    let job = system.job("Live").await;
    let mut seen = false;
    while !seen {
        let message = hear(&mut socket).await;
        if message["type"] != "update" {
            continue;
        }
        assert!(message["prev"].as_i64().unwrap() <= own, "no gap: {message}");
        own = message["seq"].as_i64().unwrap();
        let changes = message["changes"].as_array().unwrap();
        seen = changes.iter().any(|change| {
            change["value"]["id"] == job["id"] && change["value"]["status"] == "scheduled"
        });
    }
    drop(socket);
    let other = system.job("Missed").await;
    let mut socket = let_in(&system, &url, Role::Dispatcher).await;
    say(&mut socket, json!({ "type": "subscribe", "id": 8, "topic": topic, "last": own })).await;
    assert_eq!(hear(&mut socket).await["type"], "resumed");
    let missed = hear(&mut socket).await;
    assert_eq!((&missed["type"], &missed["prev"]), (&json!("update"), &json!(own)), "{missed}");
    let changes = missed["changes"].as_array().unwrap();
    assert!(changes.iter().any(|change| change["value"]["id"] == other["id"]));
}

#[actix_web::test]
async fn a_change_of_the_streets_is_news_and_so_is_its_end() {
    let system = System::start_apart().await;
    let url = serve(&system);
    let token = system.token(Role::Dispatcher);
    let mut socket = let_in(&system, &url, Role::Dispatcher).await;
    let topic = json!({ "kind": "street_changes" });
    say(&mut socket, json!({ "type": "subscribe", "id": 1, "topic": topic })).await;
    assert_eq!(hear(&mut socket).await["data"], json!({ "street_changes": [] }));
    let wish = json!({
        "extent": { "kind": "street", "at": system.street(0.0, 0.0) },
        "effect": { "kind": "closed" },
        "reason": "Works",
    });
    let made = system.post(&token, "/street-changes", wish).await.ok();
    let update = hear(&mut socket).await;
    assert_eq!(update["changes"][0]["kind"], "street_change");
    let value = &update["changes"][0]["value"];
    assert_eq!((&value["id"], &value["lifted_at"]), (&made["id"], &Value::Null));
    system.delete(&token, &format!("/street-changes/{}", made["id"].as_str().unwrap())).await;
    let update = hear(&mut socket).await;
    assert!(update["changes"][0]["value"]["lifted_at"].is_i64(), "{update}");
    // Drivers do not watch it.
    let mut socket = let_in(&system, &url, Role::Technician).await;
    say(&mut socket, json!({ "type": "subscribe", "id": 1, "topic": topic })).await;
    assert_eq!(hear(&mut socket).await["code"], "forbidden");
}

#[actix_web::test]
async fn rights_hold_on_the_live_connection_too() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = let_in(&system, &url, Role::Technician).await;
    let plan = json!({ "kind": "plan", "territory": system.house.territory, "day": system.day() });
    say(&mut socket, json!({ "type": "subscribe", "id": 1, "topic": plan })).await;
    let error = hear(&mut socket).await;
    assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("forbidden")));
    let own =
        json!({ "kind": "route", "technician": system.house.technicians[0], "day": system.day() });
    say(&mut socket, json!({ "type": "subscribe", "id": 2, "topic": own })).await;
    assert_eq!(hear(&mut socket).await["type"], "snapshot");
    let other =
        json!({ "kind": "route", "technician": system.house.technicians[1], "day": system.day() });
    say(&mut socket, json!({ "type": "subscribe", "id": 3, "topic": other })).await;
    assert_eq!(hear(&mut socket).await["code"], "forbidden");
    // Another organization's territory is not there.
    let mut socket = let_in(&system, &url, Role::Owner).await;
    let foreign =
        json!({ "kind": "plan", "territory": system.other.territory, "day": system.day() });
    say(&mut socket, json!({ "type": "subscribe", "id": 1, "topic": foreign })).await;
    assert_eq!(hear(&mut socket).await["code"], "topic_not_found");
    say(&mut socket, json!({ "type": "view", "id": 1, "bbox": [2, 2, 1, 1] })).await;
    assert_eq!(hear(&mut socket).await["code"], "invalid_value");
}

#[actix_web::test]
async fn a_position_reaches_the_map_in_twenty_bytes() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = let_in(&system, &url, Role::Dispatcher).await;
    let at = system.street(0.0, 0.0);
    let view = json!({ "kind": "viewport", "west": at.lon - 0.1, "south": at.lat - 0.1, "east": at.lon + 0.1, "north": at.lat + 0.1 });
    say(&mut socket, json!({ "type": "subscribe", "id": 5, "topic": view })).await;
    assert_eq!(hear(&mut socket).await["type"], "snapshot");
    let driver = system.token(Role::Technician);
    let body = json!({ "lat": at.lat, "lon": at.lon, "speed_kmh": 36.0, "heading_deg": 90.0 });
    system.post(&driver, "/positions", body).await.ok();
    let frame = loop {
        if let Message::Binary(bytes) = next(&mut socket).await.expect("open") {
            break bytes;
        }
    };
    assert_eq!((frame[0], frame[1], frame.len()), (1, 1, 16 + 20));
    let number = |at: usize| i32::from_le_bytes(frame[at..at + 4].try_into().unwrap());
    assert_eq!(number(4), 1);
    assert!((f64::from(number(20)) / 1e6 - at.lat).abs() < 1e-5);
    assert!((f64::from(number(24)) / 1e6 - at.lon).abs() < 1e-5);
    assert_eq!(u16::from_le_bytes([frame[30], frame[31]]), 360);
}

#[actix_web::test]
async fn revoking_a_session_ends_its_connections_within_a_second_or_two() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = let_in(&system, &url, Role::Owner).await;
    let user = system.house.user(Role::Owner);
    system.state.auth.revocations.outdate_user(user, real_now());
    assert_eq!(closed_with(&mut socket).await, 4003);
}

#[actix_web::test]
async fn revoking_a_tracking_link_ends_the_connection_of_its_page() {
    let system = System::start().await;
    let url = serve(&system);
    let dispatcher = system.token(Role::Dispatcher);
    let job = system.job("Followed").await;
    let path = format!("/jobs/{}/tracking-links", job["id"].as_str().unwrap());
    let link = system.post(&dispatcher, &path, json!({})).await.ok();
    let opened = system.post("", "/tracking/open", json!({ "token": link["token"] })).await;
    let cookies = [("sortie_tracking", opened.cookie("sortie_tracking"))];
    let own = Some("same-origin");
    let ticket = system.page("POST", "/live/tickets", &cookies, own, Some(json!({}))).await.ok();
    let mut socket = connect(&url).await;
    say(&mut socket, json!({ "type": "hello", "ticket": ticket["ticket"] })).await;
    assert_eq!(hear(&mut socket).await["type"], "welcome");
    say(&mut socket, json!({ "type": "subscribe", "id": 1, "topic": { "kind": "tracking" } }))
        .await;
    assert_eq!(hear(&mut socket).await["type"], "snapshot");
    let revoke = format!("/tracking-links/{}", link["id"].as_str().unwrap());
    system.delete(&dispatcher, &revoke).await;
    closed_with(&mut socket).await;
}

#[actix_web::test]
async fn a_message_that_is_too_long_and_too_many_of_them_end_the_connection() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = let_in(&system, &url, Role::Owner).await;
    let long = format!("{{\"type\":\"ping\",\"x\":\"{}\"}}", "x".repeat(70_000));
    let _ = socket.send(Message::text(long)).await;
    assert_eq!(closed_with(&mut socket).await, 1009);
    let mut socket = let_in(&system, &url, Role::Owner).await;
    for _ in 0..200 {
        if socket.send(Message::text("{\"type\":\"ping\"}")).await.is_err() {
            break;
        }
    }
    assert_eq!(closed_with(&mut socket).await, 4029);
}

#[actix_web::test]
async fn who_says_nothing_is_sent_away_after_five_seconds() {
    let system = System::start().await;
    let url = serve(&system);
    let mut socket = connect(&url).await;
    assert_eq!(closed_with(&mut socket).await, 4001);
}
