//! What stands around every answer: headers, health, metrics, tiles, and addresses that are none.

use crate::support::system::System;
use actix_web::test::TestRequest;
use serde_json::json;
use sortie::domain::Role;

#[actix_web::test]
async fn every_answer_carries_what_protects_it() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    for address in ["/", "/api/v1/map", "/api/v1/jobs", "/healthz", "/nothing", "/api/v1/nothing"] {
        let request = TestRequest::get()
            .uri(address)
            .insert_header(("authorization", format!("Bearer {owner}")));
        let reply = system.send(request).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{address}");
        assert!(!policy.contains("unsafe-inline"), "{address}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{address}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{address}");
        assert_eq!(reply.header("x-request-id").len(), 36, "{address}");
    }
}

#[actix_web::test]
async fn an_address_that_is_none_and_a_method_that_is_none_are_problems() {
    let system = System::start().await;
    system.get("", "/nothing").await.refused(404, "no_such_address");
    system.call("", "PUT", "/jobs", Some(json!({}))).await.refused(405, "method_not_allowed");
    let reply = system.send(TestRequest::get().uri("/api/v2/jobs")).await;
    reply.refused(404, "no_such_address");
}

#[actix_web::test]
async fn the_server_lives_is_ready_and_counts() {
    let system = System::start().await;
    assert_eq!(system.send(TestRequest::get().uri("/healthz")).await.status, 200);
    let ready = system.send(TestRequest::get().uri("/readyz")).await.ok();
    assert_eq!(ready["ready"], true, "{ready}");
    let metrics = system.send(TestRequest::get().uri("/metrics")).await;
    let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(text.contains("sortie_http_requests_total{"), "{text}");
    assert!(text.contains("route=\"/readyz\""), "{text}");
}

#[actix_web::test]
async fn tiles_are_compressed_and_known_by_their_tag() {
    let system = System::start().await;
    let map = system.get("", "/map").await.ok();
    assert!(map["attribution"].as_str().unwrap().contains("OpenStreetMap"));
    let (lat, lon) =
        (map["centre"]["lat"].as_f64().unwrap(), map["centre"]["lon"].as_f64().unwrap());
    let zoom = 14_u32;
    let count = f64::from(1 << zoom);
    let x = ((lon + 180.0) / 360.0 * count) as u32;
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * count) as u32;
    let address = format!("/api/v1/tiles/{zoom}/{x}/{y}");
    let ask = |tag: &str| {
        TestRequest::get()
            .uri(&address)
            .insert_header(("accept-encoding", "gzip"))
            .insert_header(("if-none-match", tag.to_owned()))
    };
    let tile = system.send(ask("\"\"")).await;
    assert_eq!((tile.status, tile.header("content-encoding")), (200, "gzip"));
    assert!(tile.bytes.starts_with(&[0x1f, 0x8b]), "gzip");
    assert!(tile.header("cache-control").contains("max-age"));
    let again = system.send(ask(tile.header("etag"))).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    let plain = system.send(TestRequest::get().uri(&address)).await;
    assert_eq!(plain.header("content-type"), "application/vnd.mapbox-vector-tile");
    assert!(!plain.bytes.starts_with(&[0x1f, 0x8b]));
}

#[actix_web::test]
async fn nothing_personal_stands_in_the_metrics() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    system.get(&owner, "/customers?q=Secretname").await.ok();
    system.send(TestRequest::get().uri("/osmand?id=secretdevice&lat=1&lon=2")).await;
    let metrics = system.send(TestRequest::get().uri("/metrics")).await;
    let text = String::from_utf8_lossy(&metrics.bytes).into_owned();
    assert!(!text.contains("Secretname") && !text.contains("secretdevice"));
}
