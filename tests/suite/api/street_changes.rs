//! Streets that are closed or slower for a while: made, shown, obeyed by the plan, lifted, over by themselves.

use crate::support::system::{START, System, own_map};
use serde_json::{Value, json};
use sortie::actors::solver_pool::SolverPool;
use sortie::app::{Parts, start_live};
use sortie::auth::{Auth, Keys};
use sortie::domain::Role;
use sortie::planning::departure;
use sortie::roads::{LiveMap, RoadNetwork as _};
use sortie::units::{Clock, Point, Timestamp};
use std::time::Duration;

/// The job's own street and what is asked of it.
fn closure(at: &Value) -> Value {
    json!({
        "extent": { "kind": "street", "at": { "lat": at["lat"], "lon": at["lon"] } },
        "effect": { "kind": "closed" },
        "reason": "Burst pipe",
    })
}

/// All of the town, at a twentieth of its speed.
fn jam(system: &System) -> Value {
    let bounds = system.state.map.current().bounds;
    let corner = |lat: f64, lon: f64| json!({ "lat": lat, "lon": lon });
    json!({
        "extent": { "kind": "area", "corners": [
            corner(bounds.south, bounds.west),
            corner(bounds.south, bounds.east),
            corner(bounds.north, bounds.east),
            corner(bounds.north, bounds.west),
        ] },
        "effect": { "kind": "factor", "factor": 0.05 },
        "reason": "Snow",
    })
}

/// Travel to the job as the plan has it.
async fn travel_s(system: &System, job: &Value) -> i64 {
    let token = system.token(Role::Dispatcher);
    let path = format!("/territories/{}/plan", system.house.territory);
    let plan = system.get(&token, &path).await.ok();
    let routes = plan["routes"].as_array().unwrap();
    let stops = routes.iter().flat_map(|route| route["stops"].as_array().unwrap());
    let stop = stops.into_iter().find(|stop| stop["job"] == job["id"]).expect("it is planned");
    stop["travel_s"].as_i64().unwrap()
}

/// Waits at most so long, in turned time, until the plan's travel is as wanted.
async fn until(system: &System, job: &Value, seconds: u32, wanted: impl Fn(i64) -> bool) -> i64 {
    for _ in 0..seconds {
        let found = travel_s(system, job).await;
        if wanted(found) {
            return found;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("after {seconds} s travel is {} s", travel_s(system, job).await);
}

#[actix_web::test]
async fn closing_a_street_moves_the_plan_and_lifting_it_moves_it_back() {
    let system = System::start_apart().await;
    tokio::time::pause();
    let token = system.token(Role::Dispatcher);
    let job = system.job("Leak").await;
    let before = travel_s(&system, &job).await;
    let made = system.post(&token, "/street-changes", closure(&job["location"]["at"])).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.body["streets"]["pieces"], 1);
    assert!(made.body["streets"]["length_m"].as_u64() > Some(0));
    assert!(made.body["streets"]["lines"][0].as_array().unwrap().len() >= 2);
    assert_eq!(made.body["made_by_name"], "dispatcher of acme");
    // Nobody drives to its door any more, so an hour is reckoned for getting there.
    let closed = until(&system, &job, 10, |found| found != before).await;
    assert!((3_600..3_660 + before).contains(&closed), "{closed} s after {before} s");
    let listed = system.get(&token, "/street-changes").await.ok();
    assert_eq!(listed["items"][0], made.body);

    let path = format!("/street-changes/{id}");
    assert_eq!(system.delete(&token, &path).await.status, 204);
    until(&system, &job, 10, |found| found == before).await;
    // It is out of the list, and still known.
    assert_eq!(system.get(&token, "/street-changes").await.ok()["items"], json!([]));
    assert!(system.get(&token, &path).await.ok()["lifted_at"].is_i64());
    assert_eq!(system.delete(&token, &path).await.status, 204, "lifted is lifted");
    let late = json!({ "version": 2, "reason": "Again" });
    system.patch(&token, &path, late).await.refused(409, "street_change_over");
}

#[actix_web::test]
async fn a_closed_street_is_driven_round() {
    let system = System::start_apart().await;
    let network = system.state.map.current().network().clone();
    let (from, to) = (system.street(-300.0, -200.0), system.street(300.0, 200.0));
    let now = Some(departure(START.plus_secs(60), chrono_tz::Europe::Malta));
    let way = || {
        let (from, to) = (network.snap(from).unwrap(), network.snap(to).unwrap());
        network.path(&from, &to, now).unwrap()
    };
    let before = way();
    let middle = &before.pieces[before.pieces.len() / 2];
    let course: Vec<Point> = network.streets().course(middle.edge).collect();
    let at = Point {
        lat: f64::midpoint(course[0].lat, course[1].lat),
        lon: f64::midpoint(course[0].lon, course[1].lon),
    };
    let token = system.token(Role::Owner);
    let made = system.post(&token, "/street-changes", closure(&json!(at))).await.ok();
    let version = network.version();
    for _ in 0..500 {
        if network.version() > version || way().leg != before.leg {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let round = way();
    assert!(round.pieces.iter().all(|piece| piece.edge != middle.edge), "{made}");
    assert!(round.leg.duration_ds >= before.leg.duration_ds);
}

#[actix_web::test]
async fn a_jam_begins_and_ends_by_its_time() {
    let system = System::start_apart().await;
    tokio::time::pause();
    let token = system.token(Role::Dispatcher);
    let job = system.job("Leak").await;
    let before = travel_s(&system, &job).await;
    let mut jam = jam(&system);
    jam["from"] = json!(START.plus_secs(1_200));
    jam["until"] = json!(START.plus_secs(2_400));
    let made = system.post(&token, "/street-changes", jam).await.ok();
    assert!(made["streets"]["pieces"].as_u64() > Some(50), "{}", made["streets"]["pieces"]);
    assert_eq!(made["streets"]["names"].as_array().unwrap().len(), 5);
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(travel_s(&system, &job).await, before, "it has not begun");
    until(&system, &job, 1_200, |found| found > 5 * before).await;
    let now = system.state.now();
    assert!(now >= START.plus_secs(1_200), "{}", now.to_rfc3339());
    until(&system, &job, 1_500, |found| found == before).await;
    let now = system.state.now();
    assert!(
        (START.plus_secs(2_400)..START.plus_secs(2_460)).contains(&now),
        "{}",
        now.to_rfc3339()
    );
    assert_eq!(system.get(&token, "/street-changes").await.ok()["items"], json!([]));
}

#[actix_web::test]
async fn a_new_process_obeys_what_was_closed_before() {
    let system = System::start_apart().await;
    let token = system.token(Role::Dispatcher);
    let at = system.street(300.0, 200.0);
    system.post(&token, "/street-changes", closure(&json!(at))).await.ok();
    let parts = Parts {
        store: system.state.store.clone(),
        map: LiveMap::new(own_map()),
        clock: Clock::running(START.plus_secs(60), 1.0),
        auth: Auth::new(Keys::random()),
        metrics: sortie::telemetry::start_metrics(),
        pool: SolverPool::default(),
    };
    let network = parts.map.current().network().clone();
    let (from, to) = (network.snap(parts.map.current().bounds.centre()), network.snap(at));
    let (from, to) = (from.unwrap(), to.unwrap());
    let now = Some(departure(START.plus_secs(60), chrono_tz::Europe::Malta));
    let leg = || network.one_to_many(&from, &[to], now)[0];
    assert!(leg().is_some());
    let _live = start_live(&parts).expect("starts");
    for _ in 0..500 {
        if leg().is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the street is open");
}

#[actix_web::test]
async fn what_was_closed_is_closed_on_a_newer_map_before_anybody_uses_it() {
    let system = System::start_apart().await;
    let token = system.token(Role::Dispatcher);
    let at = system.street(300.0, 200.0);
    system.post(&token, "/street-changes", closure(&json!(at))).await.ok();
    let newer = own_map();
    let network = newer.network().clone();
    let from = network.snap(newer.bounds.centre()).unwrap();
    let to = network.snap(at).unwrap();
    let now = Some(departure(START.plus_secs(60), chrono_tz::Europe::Malta));
    assert!(network.one_to_many(&from, &[to], now)[0].is_some());
    system.state.live.replace_map(newer.clone());
    for _ in 0..500 {
        if std::sync::Arc::ptr_eq(&system.state.map.current(), &newer) {
            assert_eq!(network.one_to_many(&from, &[to], now)[0], None);
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the newer map is not used");
}

#[actix_web::test]
async fn what_a_change_does_and_when_it_ends_can_be_changed_by_who_saw_it() {
    let system = System::start_apart().await;
    let token = system.token(Role::Dispatcher);
    let at = json!(system.street(100.0, 0.0));
    let made = system.post(&token, "/street-changes", closure(&at)).await.ok();
    let path = format!("/street-changes/{}", made["id"].as_str().unwrap());
    let until = START.plus_secs(7_200);
    let slower = json!({
        "version": 1,
        "effect": { "kind": "limit", "kmh": 10.0 },
        "until": until,
        "reason": "Works",
    });
    let changed = system.patch(&token, &path, slower.clone()).await.ok();
    assert_eq!(changed["effect"], json!({ "kind": "limit", "kmh": 10.0 }));
    assert_eq!((&changed["until"], &changed["version"]), (&json!(until), &json!(2)));
    assert_eq!(changed["extent"], made["extent"]);
    system.patch(&token, &path, slower).await.refused(409, "stale_version");
    let past = json!({ "version": 2, "until": Timestamp(1) });
    assert_eq!(
        system.patch(&token, &path, past).await.refused(422, "invalid_value")["field"],
        "until"
    );
    let open = json!({ "version": 2, "until": null });
    assert_eq!(system.patch(&token, &path, open).await.ok()["until"], Value::Null);
    // Who was asked twice made one.
    let once = closure(&at);
    let first = system.post_once(&token, "k1", "/street-changes", once.clone()).await.ok();
    let second = system.post_once(&token, "k1", "/street-changes", once).await.ok();
    assert_eq!(first["id"], second["id"]);
}

#[actix_web::test]
async fn a_preview_names_the_streets_and_changes_nothing() {
    let system = System::start_apart().await;
    let token = system.token(Role::Dispatcher);
    let at = system.street(100.0, 0.0);
    let wish = json!({ "extent": { "kind": "street", "at": at } });
    let shown = system.post(&token, "/streets/concerned", wish).await.ok();
    assert_eq!(shown["pieces"], 1);
    assert_eq!(system.get(&token, "/street-changes").await.ok()["items"], json!([]));
    let sea = json!({ "extent": { "kind": "street", "at": { "lat": 0.0, "lon": 0.0 } } });
    let refused = system.post(&token, "/streets/concerned", sea).await;
    assert_eq!(refused.refused(422, "invalid_value")["field"], "extent/at");
}
