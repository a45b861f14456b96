//! What driving teaches about the streets: followed, learned, and kept over a restart.

use crate::support::system::{START, System, own_map};
use serde_json::{Value, json};
use sortie::actors::solver_pool::SolverPool;
use sortie::app::{Parts, start_live};
use sortie::auth::{Auth, Keys};
use sortie::domain::Role;
use sortie::planning::departure;
use sortie::roads::{LiveMap, Path, RoadNetwork as _};
use sortie::store::tables;
use sortie::units::{Clock, Point, Timestamp};
use std::time::Duration;

/// Across the town.
fn way(map: &LiveMap, at: Timestamp) -> Path {
    let map = map.current();
    let (network, centre) = (map.network(), map.bounds.centre());
    let corner = |side: f64| Point {
        lat: centre.lat + side * 0.3 * (map.bounds.north - map.bounds.south),
        lon: centre.lon + side * 0.3 * (map.bounds.east - map.bounds.west),
    };
    let (from, to) = (network.snap(corner(-1.0)).unwrap(), network.snap(corner(1.0)).unwrap());
    network.path(&from, &to, Some(departure(at, chrono_tz::Europe::Malta))).unwrap()
}

/// Readings of somebody who drives a path so many times slower than it says, one each second, and is there
/// at an instant.
fn drive(path: &Path, slowness: f64, arrived_at: Timestamp) -> Vec<Value> {
    let path_s = f64::from(path.leg.duration_ds) / 10.0;
    let count = (path_s * slowness) as i64;
    let reading = |second: i64| {
        let ds = second as f64 / slowness * 10.0;
        let behind = path.elapsed_ds.partition_point(|at| f64::from(*at) <= ds);
        let behind = behind.clamp(1, path.geometry.len() - 1);
        let [from_ds, to_ds] = [behind - 1, behind].map(|at| f64::from(path.elapsed_ds[at]));
        let share = ((ds - from_ds) / (to_ds - from_ds).max(1.0)).clamp(0.0, 1.0);
        let (from, to) = (path.geometry[behind - 1], path.geometry[behind]);
        json!({
            "lat": from.lat + share * (to.lat - from.lat),
            "lon": from.lon + share * (to.lon - from.lon),
            "at": arrived_at.plus_secs(second - count),
            "accuracy_m": 5,
        })
    };
    (0..count).map(reading).collect()
}

async fn report(system: &System, token: &str, readings: &[Value]) {
    for batch in readings.chunks(500) {
        let report =
            system.post(token, "/positions/batch", json!({ "positions": batch })).await.ok();
        assert_eq!(report["refused"], json!([]));
    }
}

async fn is_changed(map: &LiveMap, before: u64, wait: Duration) -> bool {
    // Whole rounds of the Learner, in turned time; the work in between needs real time.
    for _ in 0..wait.as_secs() / 10 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        if map.current().network().version() > before {
            return true;
        }
    }
    false
}

#[actix_web::test]
async fn the_streets_learn_from_drives_and_remember_them_in_a_new_process() {
    let system = System::start_apart().await;
    tokio::time::pause();
    let driver = system.token(Role::Technician);
    let own = system.house.technicians[0];
    let duty = json!({ "status": "on" });
    system.post(&driver, &format!("/technicians/{own}/duty"), duty).await.ok();
    let map = &system.state.map;
    let before = way(map, START);
    let version = map.current().network().version();
    report(&system, &driver, &drive(&before, 2.0, system.state.now())).await;
    assert!(is_changed(map, version, Duration::from_secs(7_200)).await, "nothing was learned");

    let slower = way(map, START);
    let ratio = f64::from(slower.leg.duration_ds) / f64::from(before.leg.duration_ds);
    // The profile counts as three drives, and turns are as they were.
    assert!((1.05..1.25).contains(&ratio), "{ratio}");

    let parts = Parts {
        store: system.state.store.clone(),
        map: LiveMap::new(own_map()),
        clock: Clock::running(START.plus_secs(60), 1.0),
        auth: Auth::new(Keys::random()),
        metrics: sortie::telemetry::start_metrics(),
        pool: SolverPool::default(),
    };
    assert_eq!(way(&parts.map, START).leg, before.leg);
    let _live = start_live(&parts).expect("starts");
    assert!(is_changed(&parts.map, 0, Duration::from_secs(600)).await, "nothing was remembered");
    assert_eq!(way(&parts.map, START).leg, slower.leg);
}

#[actix_web::test]
async fn who_is_off_duty_teaches_nothing() {
    let system = System::start_apart().await;
    tokio::time::pause();
    let driver = system.token(Role::Technician);
    let map = &system.state.map;
    let version = map.current().network().version();
    report(&system, &driver, &drive(&way(map, START), 2.0, system.state.now())).await;
    assert!(!is_changed(map, version, Duration::from_secs(7_200)).await);
    let kept = system.state.store.clone();
    let read = kept.read(|db| tables::learned_speed::list_of_profile(db, "car")).await;
    assert_eq!(read.unwrap(), []);
}
