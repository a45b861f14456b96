//! What durability costs: records per second when one, 64 or 512 commands share a commit, each of them an
//! event, a job with its visits, a version and a remembered answer; and readings appended in bulk. On SQLite
//! with `synchronous=FULL` in a temporary file, and on PostgreSQL with `fsync` where it is installed.

#[path = "../tests/suite/support/database.rs"]
#[allow(dead_code, unused_imports, unused_macros, reason = "shared with the suite")]
mod database;
#[path = "../tests/suite/support/nouns.rs"]
#[allow(dead_code, reason = "shared with the suite")]
mod nouns;
#[path = "../tests/suite/support/records.rs"]
#[allow(dead_code, reason = "shared with the suite")]
mod records;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use database::Database;
use nouns::{House, MORNING, day, stop, visit};
use sortie::domain::fieldwork::job::Job;
use sortie::domain::plan::RouteChange;
use sortie::domain::{Aggregate, Reading, Row};
use sortie::store::journal::Record;
use sortie::store::{Store, Writer, views};

const JOBS: usize = 512;

/// A house with jobs that stand on routes, and a hand that changes them.
struct Scene {
    house: House,
    jobs: Vec<Job>,
    next: usize,
}

impl Scene {
    fn new(writer: &mut Writer) -> Self {
        let house = House::new("Alpha");
        let mut jobs: Vec<Job> = (1..=JOBS as u64).map(|number| house.job(number)).collect();
        let mut rows = house.rows();
        rows.extend(jobs.iter().cloned().map(|job| Row::Job(Box::new(job))));
        let mut routes: Vec<_> = (0..3).map(|technician| house.route(technician)).collect();
        for (job, n) in jobs.iter_mut().zip(0..) {
            let route = &mut routes[n % 3];
            route.version = 1;
            let one = stop(job, (n / 3) as i64);
            route.stops.push(one);
            job.visits = vec![visit(route, &one)];
        }
        rows.extend(routes.into_iter().map(|route| {
            Row::Route(Box::new(RouteChange { route, removed: vec![], cause: "place".into() }))
        }));
        commit(writer, &[records::saved(house.organization.id, rows)]);
        Self { house, jobs, next: 0 }
    }

    /// The next change of the next jobs.
    fn records(&mut self, count: usize) -> Vec<Record> {
        (0..count)
            .map(|_| {
                let job = &mut self.jobs[self.next % JOBS];
                self.next += 1;
                job.version += 1;
                let rows = vec![Row::Job(Box::new(job.clone()))];
                let mut record = records::saved(self.house.organization.id, rows);
                record.reads = vec![(Aggregate::Placement(job.id), 0)];
                record
            })
            .collect()
    }
}

fn commit(writer: &mut Writer, records: &[Record]) {
    for answer in writer.commit(records) {
        answer.expect("nothing stands against it");
    }
}

fn measure(criterion: &mut Criterion, name: &str, store: &Store) {
    println!("{name}: {}", store.facts().expect("the database answers").durability);
    let mut writer = store.writer().expect("there can be a writer");
    let mut scene = Scene::new(&mut writer);
    let mut group = criterion.benchmark_group(format!("journal/{name}"));
    group.sample_size(20);
    for count in [1, 64, 512] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("commit of {count}"), |bencher| {
            bencher.iter_batched(
                || scene.records(count),
                |records| commit(&mut writer, &records),
                BatchSize::PerIteration,
            );
        });
    }
    let organization = scene.house.organization.id;
    let technician = scene.house.technicians[0].id;
    let mut at = MORNING;
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("1000 readings", |bencher| {
        bencher.iter_batched(
            || {
                (0..1_000)
                    .map(|_| {
                        at = at.plus_ms(100);
                        Reading {
                            technician,
                            at,
                            point: scene.house.location.at.0,
                            accuracy_m: Some(5.0),
                            speed_kmh: Some(40.0),
                            heading_deg: None,
                            altitude_m: None,
                            battery: None,
                        }
                    })
                    .collect::<Vec<_>>()
            },
            |readings| writer.store_positions(organization, &readings).expect("it is stored"),
            BatchSize::PerIteration,
        );
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("plan of 512 jobs", |bencher| {
        bencher.iter(|| {
            store
                .read_now(|db| views::plan_view(db, organization, scene.house.territory.id, day()))
                .expect("the plan is read")
        });
    });
    group.finish();
}

fn journal(criterion: &mut Criterion) {
    database::make_durable();
    let lite = Database::lite();
    measure(criterion, "sqlite", &lite.open());
    if let Some(postgres) = Database::postgres() {
        measure(criterion, "postgres", &postgres.open());
    }
}

criterion_group!(benches, journal);
criterion_main!(benches);
