//! Positions: one, many, and the three shapes of the Traccar client; what cannot be, what is not believed,
//! and floods.

use crate::support::system::{Reply, System};
use actix_web::test::TestRequest;
use serde_json::json;
use sortie::domain::Role;
use sortie::units::clock::real_now;

#[actix_web::test]
async fn a_driver_hands_in_positions_and_the_office_sees_them() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let at = system.street(0.0, 0.0);
    let body = json!({ "lat": at.lat, "lon": at.lon, "age_ms": 5_000, "accuracy_m": 8, "speed_kmh": 0, "heading_deg": 90, "battery": 0.5 });
    let report = system.post(&driver, "/positions", body).await.ok();
    assert_eq!((&report["accepted"], &report["refused"]), (&json!(1), &json!([])));
    let more: Vec<_> = (0..3)
        .map(|step| json!({ "lat": at.lat, "lon": at.lon, "age_ms": 3_000 - step * 1_000 }))
        .collect();
    let report = system.post(&driver, "/positions/batch", json!({ "positions": more })).await.ok();
    assert_eq!(report["accepted"], 3);
    let own = system.house.technicians[0];
    let dispatcher = system.token(Role::Dispatcher);
    let shown = system.get(&dispatcher, &format!("/technicians/{own}")).await.ok();
    assert!((shown["position"]["lat"].as_f64().unwrap() - at.lat).abs() < 1e-5);
    let track = system.get(&dispatcher, &format!("/technicians/{own}/positions")).await.ok();
    assert_eq!(track["items"].as_array().unwrap().len(), 4);
}

#[actix_web::test]
async fn what_cannot_be_is_refused_by_its_field_and_nothing_of_the_batch_is_taken() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let fine = json!({ "lat": 35.9, "lon": 14.5 });
    let table = [
        (json!({ "lat": 91, "lon": 14.5 }), "lat"),
        (json!({ "lat": 35.9, "lon": -181 }), "lon"),
        (json!({ "lat": 35.9, "lon": 14.5, "battery": 2 }), "battery"),
        (json!({ "lat": 35.9, "lon": 14.5, "heading_deg": 361 }), "heading_deg"),
        (json!({ "lat": 35.9, "lon": 14.5, "speed_kmh": -1 }), "speed_kmh"),
        (json!({ "lat": 35.9, "lon": 14.5, "age_ms": -1 }), "age_ms"),
        (json!({ "lat": 35.9, "lon": 14.5, "age_ms": 1, "at": 1 }), "age_ms"),
    ];
    for (position, field) in table {
        let reply = system.post(&driver, "/positions", position.clone()).await;
        assert_eq!(reply.refused(422, "invalid_value")["field"], field, "{position}");
        let batch = json!({ "positions": [fine, position] });
        let reply = system.post(&driver, "/positions/batch", batch).await;
        assert_eq!(reply.refused(422, "invalid_value")["field"], format!("positions/1/{field}"));
    }
    let own = format!("/technicians/{}/positions", system.house.technicians[0]);
    assert_eq!(system.get(&driver, &own).await.ok()["items"], json!([]));
    let none = system.post(&driver, "/positions/batch", json!({ "positions": [] })).await;
    assert_eq!(none.refused(422, "invalid_value")["field"], "positions");
    let many: Vec<_> = (0..501).map(|_| fine.clone()).collect();
    let many = system.post(&driver, "/positions/batch", json!({ "positions": many })).await;
    assert_eq!(many.refused(422, "invalid_value")["field"], "positions");
}

#[actix_web::test]
async fn what_is_not_believed_is_told_by_its_place_in_the_batch() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let now = system.state.now().ms();
    let at = system.street(0.0, 0.0);
    let fix = |at_ms: i64, accuracy: f64| json!({ "lat": at.lat, "lon": at.lon, "at": at_ms, "accuracy_m": accuracy });
    let batch = [
        fix(now - 5_000, 5.0),
        fix(now - 4_000, 900.0),
        fix(now + 600_000, 5.0),
        fix(now - 3_000, 5.0),
    ];
    let report = system.post(&driver, "/positions/batch", json!({ "positions": batch })).await.ok();
    assert_eq!(report["accepted"], 2, "{report}");
    let refused: Vec<_> = report["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_u64().unwrap(), one["code"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(
        refused,
        [(1, "reading_too_vague".to_owned()), (2, "reading_in_the_future".to_owned())]
    );
}

#[actix_web::test]
async fn a_login_reports_for_its_own_technician_only() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let other = system.house.technicians[1];
    let body = json!({ "technician": other, "lat": 35.9, "lon": 14.5 });
    let reply = system.post(&driver, "/positions", body.clone()).await;
    assert_eq!(reply.refused(422, "invalid_value")["field"], "technician");
    let dispatcher = system.token(Role::Dispatcher);
    system.post(&dispatcher, "/positions", body).await.ok();
    let nobody = json!({ "lat": 35.9, "lon": 14.5 });
    let reply = system.post(&dispatcher, "/positions", nobody).await;
    assert_eq!(reply.refused(422, "missing_field")["field"], "technician");
    let foreign = json!({ "technician": system.other.technicians[0], "lat": 35.9, "lon": 14.5 });
    let reply = system.post(&dispatcher, "/positions", foreign).await;
    assert_eq!(reply.refused(422, "invalid_value")["field"], "technician");
}

#[actix_web::test]
async fn a_flood_is_told_when_to_come_back() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let body = json!({ "lat": 35.9, "lon": 14.5 });
    let mut refused: Option<Reply> = None;
    for _ in 0..80 {
        let reply = system.post(&driver, "/positions", body.clone()).await;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
    }
    let reply = refused.expect("eighty at once are a flood");
    assert!(reply.header("retry-after").parse::<u32>().unwrap() >= 1);
    reply.refused(429, "too_many_requests");
}

async fn osmand(system: &System, request: TestRequest) -> Reply {
    system.send(request).await
}

#[actix_web::test]
async fn the_three_shapes_of_the_traccar_client_are_taken_on_both_addresses() {
    let system = System::start().await;
    let now = real_now().secs();
    let at = system.street(0.0, 0.0);
    let place = format!("lat={}&lon={}", at.lat, at.lon);
    let query = format!(
        "/osmand?id=phone-acme-1&timestamp={}&{place}&speed=10&bearing=45&batt=80",
        now - 30
    );
    let reply = osmand(&system, TestRequest::get().uri(&query)).await;
    assert_eq!((reply.status, reply.bytes.len()), (200, 0), "{}", reply.body);
    let form = TestRequest::post()
        .uri("/api/v1/osmand")
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(format!("id=phone-acme-1&timestamp={}&{place}&speed=0", now - 20));
    assert_eq!(osmand(&system, form).await.status, 200);
    let body = json!({ "device_id": "phone-acme-1", "location": { "timestamp": (now - 10) * 1000,
        "coords": { "latitude": at.lat, "longitude": at.lon, "accuracy": 5, "speed": -1, "heading": -1 },
        "battery": { "level": -1, "is_charging": false } } });
    let json = TestRequest::post().uri("/osmand").set_json(body);
    assert_eq!(osmand(&system, json).await.status, 200);
    let dispatcher = system.token(Role::Dispatcher);
    let track = format!("/technicians/{}/positions", system.house.technicians[0]);
    let track = system.get(&dispatcher, &track).await.ok();
    let items = track["items"].as_array().unwrap();
    assert_eq!(items.len(), 3, "{track}");
    assert!((items[0]["speed_kmh"].as_f64().unwrap() - 18.52).abs() < 0.01, "knots");
    assert!(items[2]["speed_kmh"].is_null(), "negative is unknown");
}

#[actix_web::test]
async fn a_heartbeat_is_delivered_an_unknown_device_is_not_and_the_shape_decides_the_status() {
    let system = System::start().await;
    let beat = TestRequest::get().uri("/osmand?id=phone-acme-1&batt=50");
    assert_eq!(osmand(&system, beat).await.status, 200);
    let query = TestRequest::get().uri("/osmand?id=nobodys&lat=1&lon=2");
    osmand(&system, query).await.refused(400, "device_unknown");
    let json = TestRequest::post()
        .uri("/osmand")
        .set_json(json!({ "device_id": "nobodys", "location": {} }));
    osmand(&system, json).await.refused(404, "device_unknown");
    let place = TestRequest::get().uri("/osmand?id=phone-acme-1&lat=95&lon=2");
    assert_eq!(osmand(&system, place).await.refused(400, "invalid_value")["field"], "lat");
    let future = format!(
        "/osmand?id=phone-acme-1&lat=35.9&lon=14.5&timestamp={}",
        real_now().secs() + 7_200
    );
    osmand(&system, TestRequest::get().uri(&future)).await.refused(400, "reading_in_the_future");
    // An old fix is delivered and not believed: the app must not send it for ever.
    let old = format!(
        "/osmand?id=phone-acme-1&lat=35.9&lon=14.5&timestamp={}",
        real_now().secs() - 9 * 86_400
    );
    assert_eq!(osmand(&system, TestRequest::get().uri(&old)).await.status, 200);
}
