//! What the screens show.

use crate::support::database::on_both_databases;
use crate::support::nouns::{House, MORNING, day, stop, window};
use crate::support::records::saved;
use sortie::domain::fieldwork::job::{Job, JobStatus};
use sortie::domain::fleet::truck::Cargo;
use sortie::domain::people::technician::{Duty, DutyStatus};
use sortie::domain::plan::{Route, RouteChange};
use sortie::domain::text::{Load, Pii};
use sortie::domain::{Reading, Row};
use sortie::store::views::{self, DayFilter, JobFilter};
use sortie::store::{Page, Store, StoreError, Writer};
use sortie::units::Point;
use sortie::units::id::JobId;

fn write(writer: &mut Writer, house: &House, rows: Vec<Row>) {
    let record = saved(house.organization.id, rows);
    writer.commit(&[record]).pop().unwrap().expect("nothing stands against it");
}

fn job(house: &House, number: u64, change: impl FnOnce(&mut Job)) -> Job {
    let mut job = house.job(number);
    change(&mut job);
    job
}

fn on_route(route: &Route, jobs: &[&Job], version: u32) -> Row {
    let mut route = route.clone();
    route.version = version;
    route.stops = jobs.iter().zip(0..).map(|(job, place)| stop(job, place)).collect();
    Row::Route(Box::new(RouteChange { route, removed: vec![], cause: "place".into() }))
}

/// Numbers of the jobs that a list shows.
fn numbers(store: &Store, house: &House, filter: &JobFilter) -> Vec<u64> {
    let page = Page::first(50);
    let found = store.read_now(|db| views::jobs(db, house.organization.id, filter, &page)).unwrap();
    found.items.iter().map(|job| job.number).collect()
}

on_both_databases! {
    fn a_job_is_shown_with_who_where_what_and_its_visits(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        write(&mut writer, &house, house.rows());
        let one = job(&house, 7, |job| job.wanted = Some(window(0, 3_600)));
        write(&mut writer, &house, vec![Row::Job(Box::new(one.clone()))]);
        write(&mut writer, &house, vec![on_route(&house.route(1), &[&one], 1)]);
        let view = store.read_now(|db| views::job_view(db, house.organization.id, one.id)).unwrap().unwrap();
        assert_eq!(view.label, "J-000007");
        assert_eq!(view.status, JobStatus::Scheduled);
        assert_eq!(view.customer.name, house.customer.name);
        assert_eq!(view.location.at, house.location.at);
        assert_eq!(view.service_type.name, "Alpha repair");
        assert_eq!(view.visits.len(), 1);
        assert_eq!(view.visits[0].technician, house.technicians[1].id);
        let text = serde_json::to_string(&view).unwrap();
        assert_eq!(serde_json::from_str::<views::JobView>(&text).unwrap(), view);
    }

    fn a_plan_shows_what_the_day_is_about_and_nothing_else(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        write(&mut writer, &house, house.rows());
        let tomorrow = window(86_400, 90_000);
        let jobs = [
            job(&house, 1, |_| {}),
            job(&house, 2, |job| job.wanted = Some(window(3_600, 7_200))),
            job(&house, 3, |job| job.wanted = Some(tomorrow)),
            job(&house, 4, |job| job.status = JobStatus::OnHold),
            job(&house, 5, |job| job.status = JobStatus::Cancelled),
            job(&house, 6, |_| {}),
            job(&house, 7, |job| job.wanted = Some(tomorrow)),
            job(&house, 8, |_| {}),
        ];
        write(&mut writer, &house, jobs.iter().cloned().map(|job| Row::Job(Box::new(job))).collect());
        let mut later = house.route(1);
        later.day = day().next();
        later.id = Route::id_for(later.technician, later.day);
        // 6 and 7 are driven today, whatever was wanted; 8 is planned for tomorrow.
        let rows = vec![on_route(&house.route(0), &[&jobs[5], &jobs[6]], 1), on_route(&later, &[&jobs[7]], 1)];
        write(&mut writer, &house, rows);
        let duty = Duty { status: DutyStatus::On, since: MORNING, version: 1, ..Duty::new(house.technicians[0].id) };
        let cargo = Cargo { truck: house.truck.id, load: Load::from([("kg".into(), 9)]), version: 1 };
        write(&mut writer, &house, vec![Row::Duty(duty), Row::Cargo(cargo)]);
        let reading = Reading {
            technician: house.technicians[0].id,
            at: MORNING,
            point: Point { lat: 35.9, lon: 14.5 },
            accuracy_m: None,
            speed_kmh: Some(12.5),
            heading_deg: Some(90.0),
            altitude_m: None,
            battery: None,
        };
        writer.store_positions(house.organization.id, &[reading]).unwrap();

        let plan = store
            .read_now(|db| views::plan_view(db, house.organization.id, house.territory.id, day()))
            .unwrap()
            .unwrap();
        assert_eq!(plan.jobs.iter().map(|job| job.number).collect::<Vec<_>>(), [1, 2, 4, 6, 7]);
        assert_eq!(plan.routes.len(), 1);
        assert_eq!(plan.routes[0].stops.len(), 2);
        assert_eq!(plan.time_zone, "Europe/Malta");
        let head = store.read_now(|db| sortie::store::journal::head(db, house.organization.id)).unwrap();
        assert_eq!(plan.seq, head);
        let ana = plan.technicians.iter().find(|one| one.id == house.technicians[0].id).unwrap();
        assert_eq!((plan.technicians.len(), ana.duty.status), (3, DutyStatus::On));
        assert_eq!(ana.position.unwrap().speed_kmh, Some(12.5));
        assert_eq!(plan.trucks[0].cargo, Load::from([("kg".into(), 9)]));
        let nowhere = sortie::units::id::TerritoryId(crate::support::nouns::id());
        let none = store.read_now(|db| views::plan_view(db, house.organization.id, nowhere, day()));
        assert_eq!(none.unwrap(), None);
    }

    fn jobs_are_listed_by_what_is_asked_newest_first(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        write(&mut writer, &house, house.rows());
        let jobs = [
            job(&house, 1, |job| job.details.title = Pii("Boiler leaks".into())),
            job(&house, 2, |job| job.status = JobStatus::Completed),
            job(&house, 3, |job| job.wanted = Some(window(0, 60))),
            job(&house, 123, |_| {}),
        ];
        write(&mut writer, &house, jobs.iter().cloned().map(|job| Row::Job(Box::new(job))).collect());
        write(&mut writer, &house, vec![on_route(&house.route(2), &[&jobs[3]], 1)]);
        let all = JobFilter::default();
        assert_eq!(numbers(&store, &house, &all), [123, 3, 2, 1]);
        let filter = JobFilter { statuses: vec![JobStatus::Completed, JobStatus::Scheduled], ..all.clone() };
        assert_eq!(numbers(&store, &house, &filter), [123, 2]);
        let filter = JobFilter { technician: Some(house.technicians[2].id), ..all.clone() };
        assert_eq!(numbers(&store, &house, &filter), [123]);
        let filter = JobFilter { technician: Some(house.technicians[0].id), ..all.clone() };
        assert!(numbers(&store, &house, &filter).is_empty());
        let today = DayFilter::new(day(), chrono_tz::Europe::Malta);
        let filter = JobFilter { day: Some(today), ..all.clone() };
        assert_eq!(numbers(&store, &house, &filter), [123, 3]);
        let filter = JobFilter { territory: Some(house.territory.id), customer: Some(house.customer.id), ..all.clone() };
        assert_eq!(numbers(&store, &house, &filter).len(), 4);
        let text = |text: &str| JobFilter { text: Some(text.into()), ..JobFilter::default() };
        assert_eq!(numbers(&store, &house, &text("boiler")), [1]);
        assert_eq!(numbers(&store, &house, &text("J-000123")), [123]);
        assert_eq!(numbers(&store, &house, &text("alpha borg")).len(), 4);
        assert_eq!(numbers(&store, &house, &text("12 alpha street")).len(), 4);
        assert!(numbers(&store, &house, &text("%")).is_empty());

        let mut page = Page::first(3);
        let first = store.read_now(|db| views::jobs(db, house.organization.id, &all, &page)).unwrap();
        page.after = first.next;
        let second = store.read_now(|db| views::jobs(db, house.organization.id, &all, &page)).unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next), (3, 1, None));
        page.after = Some("x".into());
        let refused = store.read_now(|db| views::jobs(db, house.organization.id, &all, &page));
        assert!(matches!(refused, Err(StoreError::Cursor)));
    }

    fn a_view_of_many_jobs_takes_as_many_statements_as_one_of_few(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = House::new("Alpha");
        write(&mut writer, &house, house.rows());
        let count = |store: &Store| {
            store
                .read_now(|db| {
                    let statements = crate::support::statements::counted(db);
                    views::plan_view(db, house.organization.id, house.territory.id, day())?;
                    Ok(statements())
                })
                .unwrap()
        };
        let of_none = count(&store);
        let jobs: Vec<Job> = (1..=300).map(|number| house.job(number)).collect();
        write(&mut writer, &house, jobs.iter().cloned().map(|job| Row::Job(Box::new(job))).collect());
        let first: Vec<&Job> = jobs.iter().take(100).collect();
        write(&mut writer, &house, vec![on_route(&house.route(0), &first, 1)]);
        let of_many = count(&store);
        assert!((1..20).contains(&of_none), "{of_none}");
        // The visits of jobs and the stops of routes are two more once there are any.
        assert!(of_many <= of_none + 2, "{of_none} then {of_many}");
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        let shown = store.read_now(|db| views::job_views(db, house.organization.id, &ids)).unwrap();
        assert_eq!(shown.len(), 300);
    }
}
