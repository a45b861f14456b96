//! The day in virtual time on both databases, and in wall time through the real binary.

use super::client::{Client, Request, Response};
use super::program::Program;
use super::script::{self, Sample};
use crate::support::database::Database;
use actix_web::{App, test, web};
use serde_json::Value;
use sortie::actors::solver_pool::SolverPool;
use sortie::api::{ApiOptions, ApiState};
use sortie::app::{Parts, start_live};
use sortie::auth::{Auth, Keys};
use sortie::roads::profile::Profile;
use sortie::roads::{LiveMap, Map, map::FileFacts, town};
use sortie::simulation::demo::{self, DemoOptions};
use sortie::simulation::{day, sample};
use sortie::store::Store;
use sortie::units::{Clock, LocalDay, Point};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

const SAMPLE: Sample<'static> =
    Sample { email: "dispatcher@demo.example", password: sample::PASSWORD };

/// A town large enough for twelve technicians, small enough to be built in no time.
pub fn small_town() -> sortie::roads::osm::OsmMap {
    let centre = Point::parse(30.0, -40.0).expect("a point");
    town::generate(&town::TownOptions { seed: 7, size: 900, centre })
}

async fn play_in_virtual_time(store: Store) {
    tokio::time::pause();
    let map = Map::from_osm(&small_town(), FileFacts::default(), &[Profile::car()], &mut |_| {})
        .expect("a map");
    let zone = demo::zone_by_longitude(map.bounds.centre().lon);
    let today = LocalDay::parse("2026-11-20").expect("a day");
    // Fast, so that positions come at the pace of a busy map and not of a stopwatch.
    let clock = Clock::running(day::opening(today, zone), 60.0);
    let parts = Parts {
        store: store.clone(),
        map: LiveMap::new(Arc::new(map)),
        clock: clock.clone(),
        auth: Auth::new(Keys::random()),
        metrics: sortie::telemetry::start_metrics(),
        pool: SolverPool::default(),
    };
    let live = start_live(&parts).expect("the live state");
    demo::open(&live, &store, &parts.map.current(), zone, DemoOptions { seed: 7, speed: 60.0 })
        .await
        .expect("the sample");
    let state = web::Data::new(ApiState::new(
        live.clone(),
        store,
        parts.map.clone(),
        parts.auth.clone(),
        parts.metrics.clone(),
        ApiOptions::default(),
    ));
    let app = App::new().configure(|config| sortie::api::configure(config, state.clone()));
    let service = Rc::new(test::init_service(app).await);
    let mut client = Client {
        send: Box::new(move |request: Request| {
            let service = service.clone();
            Box::pin(async move {
                let mut call = test::TestRequest::default()
                    .method(request.method.parse().expect("a method"))
                    .uri(&request.path)
                    .peer_addr(([127, 0, 0, 1], 40_000).into());
                if let Some(bearer) = &request.bearer {
                    call = call.insert_header(("authorization", format!("Bearer {bearer}")));
                }
                if let Some(cookie) = &request.cookie {
                    call = call.insert_header(("cookie", cookie.clone()));
                }
                if let Some(body) = &request.body {
                    call = call.set_json(body);
                }
                let answer = test::call_service(&*service, call.to_request()).await;
                let status = answer.status().as_u16();
                let cookies = answer
                    .headers()
                    .get_all("set-cookie")
                    .filter_map(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned))
                    .collect();
                let bytes = test::read_body(answer).await;
                let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                    Value::String(String::from_utf8_lossy(&bytes).into_owned())
                });
                Response { status, cookies, body }
            })
        }),
        wait_s: Box::new(move |seconds| {
            Box::pin(tokio::time::sleep(clock.real_duration(Duration::from_secs_f64(seconds))))
        }),
        bearer: None,
    };
    script::play(&mut client, &SAMPLE).await;
}

#[actix_web::test]
async fn the_day_of_twelve_technicians_in_virtual_time_on_sqlite() {
    let database = Database::lite();
    play_in_virtual_time(database.open()).await;
}

#[core::prelude::v1::test]
fn the_day_of_twelve_technicians_in_virtual_time_on_postgres() {
    // The database is made and dropped outside of the system: its driver waits.
    let Some(database) = Database::postgres() else { return };
    let store = database.open();
    actix_web::rt::System::new().block_on(play_in_virtual_time(store));
}

#[actix_web::test]
async fn the_day_of_twelve_technicians_in_wall_time_through_the_real_program() {
    const SPEED: f64 = 300.0;
    let folder = tempfile::tempdir().expect("a folder");
    let map = folder.path().join("town.osm.pbf");
    let bytes =
        sortie::roads::osm::write(&small_town(), &sortie::roads::osm::WriteOptions::default());
    std::fs::write(&map, bytes).expect("a file");
    let program = Program::demo(&folder.path().join("data"), &map, SPEED, 7);
    let mut client = program.client(SPEED);
    script::play(&mut client, &SAMPLE).await;
}
