//! `kill -9` in the middle of the demo, and start again: nothing that was there is missing, the clock goes
//! on, and a screen resumes where it was.

use super::day::small_town;
use super::program::Program;
use super::script::{id_of, items, word};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sortie::simulation::sample;
use std::collections::HashMap;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

const SPEED: f64 = 60.0;

type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// A screen: connected, greeted, watching the plan.
async fn watch(
    program: &Program,
    token: &str,
    territory: &str,
    day: &str,
    last: Option<i64>,
) -> Socket {
    let url = format!("{}/api/v1/live", program.url.replace("http://", "ws://"));
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
    let hello = json!({ "type": "hello", "access_token": token });
    socket.send(Message::text(hello.to_string())).await.expect("sent");
    assert_eq!(next(&mut socket).await["type"], "welcome");
    let topic = json!({ "kind": "plan", "territory": territory, "day": day });
    let subscribe = json!({ "type": "subscribe", "id": 1, "topic": topic, "last": last });
    socket.send(Message::text(subscribe.to_string())).await.expect("sent");
    socket
}

async fn next(socket: &mut Socket) -> Value {
    loop {
        let frame =
            tokio::time::timeout(Duration::from_secs(30), socket.next()).await.expect("in time");
        if let Message::Text(text) = frame.expect("a frame").expect("a good frame") {
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if value["type"] != "etas" {
                return value;
            }
        }
    }
}

/// The next message of one of these types.
async fn next_of(socket: &mut Socket, kinds: &[&str]) -> Value {
    loop {
        let value = next(socket).await;
        if kinds.contains(&word(&value["type"])) {
            return value;
        }
    }
}

fn rank(status: &str) -> u8 {
    match status {
        "open" | "on_hold" => 0,
        "scheduled" => 1,
        "in_progress" => 2,
        _ => 3,
    }
}

#[actix_web::test]
async fn a_killed_demo_goes_on_where_it_stood_and_screens_resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let (map, data) = (folder.path().join("town.osm.pbf"), folder.path().join("data"));
    let bytes =
        sortie::roads::osm::write(&small_town(), &sortie::roads::osm::WriteOptions::default());
    std::fs::write(&map, bytes).expect("a file");

    let mut program = Program::demo(&data, &map, SPEED, 11);
    let mut client = program.client(SPEED);
    client.log_in("dispatcher@demo.example", sample::PASSWORD).await;
    let token = client.bearer.clone().expect("a token");
    let territory = id_of(&client.get("territories").await["items"][0]);
    let day = word(&client.get(&format!("territories/{territory}/plan")).await["day"]).to_owned();
    let mut screen = watch(&program, &token, &territory, &day, None).await;
    let mut seq = next_of(&mut screen, &["snapshot"]).await["seq"].as_i64().expect("a number");
    // Let the day begin, and the screen follow it.
    for _ in 0..5 {
        let update = next_of(&mut screen, &["update"]).await;
        assert_eq!(update["prev"].as_i64(), Some(seq), "no gap");
        seq = update["seq"].as_i64().expect("a number");
    }
    let before = client.get(&format!("territories/{territory}/plan?day={day}")).await;
    program.kill();

    let program = Program::demo(&data, &map, SPEED, 11);
    let mut client = program.client(SPEED);
    // The same token: logins outlive the process.
    client.bearer = Some(token.clone());
    let after = client.get(&format!("territories/{territory}/plan?day={day}")).await;
    assert!(
        after["now"].as_i64() >= before["now"].as_i64().map(|now| now - 60_000 * SPEED as i64 / 30),
        "the clock goes on"
    );
    assert!(after["seq"].as_i64() >= before["seq"].as_i64(), "nothing recorded is missing");

    let jobs: HashMap<String, &Value> =
        items(&after, "jobs").into_iter().map(|job| (id_of(job), job)).collect();
    for job in items(&before, "jobs") {
        let now = jobs.get(&id_of(job)).unwrap_or_else(|| panic!("{} is missing", job["label"]));
        assert!(now["version"].as_u64() >= job["version"].as_u64(), "{} went back", job["label"]);
        if now["version"] == job["version"] {
            assert_eq!(rank(word(&now["status"])), rank(word(&job["status"])), "{}", job["label"]);
        }
    }
    let routes: HashMap<String, &Value> =
        items(&after, "routes").into_iter().map(|route| (id_of(route), route)).collect();
    for route in items(&before, "routes") {
        let now = routes[&id_of(route)];
        assert!(now["version"].as_u64() >= route["version"].as_u64());
        if now["version"] == route["version"] {
            assert_eq!(now, route, "a route of the same version is the same");
        }
    }

    let mut screen = watch(&program, &token, &territory, &day, Some(seq)).await;
    let resumed = next_of(&mut screen, &["resumed", "reset"]).await;
    assert_eq!(resumed["type"], "resumed", "the journal still has what was missed");
    let seq = resumed["seq"].as_i64().expect("a number").max(seq);
    let update = next_of(&mut screen, &["update"]).await;
    assert!(update["prev"].as_i64() <= Some(seq) && update["seq"].as_i64() > Some(seq), "{update}");
}
