//! Fan-out of positions: a thousand technicians move, two thousand screens look at one of twenty parts of
//! the map. Measured: from the first position to the last frame in the last mailbox, on one thread.

use actix::prelude::*;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sortie::actors::hub::{Flush, Hub, Join, Moved, OutFrame, Subscribe, Topic};
use sortie::domain::Reading;
use sortie::domain::access::{Role, Who};
use sortie::store::{Store, StoreOptions};
use sortie::units::id::{OrganizationId, TechnicianId, TerritoryId, UserId};
use sortie::units::{Clock, Point, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const TECHNICIANS: u32 = 1_000;
const SCREENS: u64 = 2_000;
const PARTS: u32 = 20;

struct Screen {
    bytes: Arc<AtomicU64>,
}

impl Actor for Screen {
    type Context = Context<Self>;
}

impl Handler<OutFrame> for Screen {
    type Result = ();

    fn handle(&mut self, frame: OutFrame, _: &mut Self::Context) {
        self.bytes.fetch_add(frame.bytes().len() as u64, Ordering::Relaxed);
    }
}

fn id(number: u32) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(number))
}

/// Technicians stand in a row of cells; a part of the map is one cell.
fn place(number: u32, step: u32) -> Point {
    let part = number % PARTS;
    Point { lat: 10.01 + f64::from(step % 100) * 1e-4, lon: 10.025 + f64::from(part) * 0.05 }
}

fn moved(number: u32, step: u32) -> Moved {
    Moved {
        organization: OrganizationId(id(1)),
        territory: TerritoryId(id(2)),
        reading: Reading {
            technician: TechnicianId(id(number + 10)),
            at: Timestamp(i64::from(step)),
            point: place(number, step),
            accuracy_m: None,
            speed_kmh: Some(40.0),
            heading_deg: Some(90.0),
            altitude_m: None,
            battery: None,
        },
        status: 1,
    }
}

fn fan_out(criterion: &mut Criterion) {
    let system = System::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (hub, bytes) = system.block_on(async {
        let file = folder.path().join("bench.db");
        let store =
            Store::open(&file.display().to_string(), StoreOptions::default()).expect("a store");
        store.migrate().expect("tables");
        let hub = Hub::new(Clock::real(), store).start();
        let bytes = Arc::new(AtomicU64::new(0));
        let who = Who::User { id: UserId(id(3)), role: Role::Dispatcher, technician: None };
        for connection in 0..SCREENS {
            let screen = Screen { bytes: bytes.clone() }.start();
            let join = Join {
                connection,
                organization: OrganizationId(id(1)),
                who,
                tracked_job: None,
                out: screen.recipient(),
                kick: Arc::new(|| {}),
            };
            hub.send(join).await.expect("the hub");
            let west = 10.001 + (connection % u64::from(PARTS)) as f64 * 0.05;
            let topic = Topic::Viewport { west, south: 10.001, east: west + 0.04, north: 10.04 };
            hub.send(Subscribe { connection, id: 1, topic, last: None }).await.expect("the hub");
        }
        (hub, bytes)
    });
    let mut step = 0;
    let mut group = criterion.benchmark_group("fan_out");
    // What the screens see: each sees the technicians of its part.
    group.throughput(Throughput::Elements(SCREENS * u64::from(TECHNICIANS / PARTS)));
    group.sample_size(20);
    group.bench_function("1000 technicians to 2000 screens", |bencher| {
        bencher.iter_custom(|rounds| {
            let started = Instant::now();
            for _ in 0..rounds {
                step += 1;
                system.block_on(async {
                    for number in 0..TECHNICIANS {
                        hub.do_send(moved(number, step));
                    }
                    hub.send(Flush).await.expect("the hub");
                    // The mailboxes of the screens are worked off before the next round.
                    tokio::task::yield_now().await;
                });
            }
            started.elapsed()
        });
    });
    group.finish();
    assert!(bytes.load(Ordering::Relaxed) > 0, "the screens saw something");
}

criterion_group!(benches, fan_out);
criterion_main!(benches);
