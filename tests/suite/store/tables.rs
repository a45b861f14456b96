//! Every noun comes back as it was written, and as it was changed.

use crate::support::database::on_both_databases;
use crate::support::nouns::{House, MORNING, day, id, stop, street_change, visit, window};
use crate::support::records::saved;
use sortie::domain::fieldwork::job::{JobStatus, Outcome, VisitStatus};
use sortie::domain::fieldwork::tracking_link::TrackingLink;
use sortie::domain::fleet::truck::Cargo;
use sortie::domain::people::session::Session;
use sortie::domain::people::technician::{BreakRule, Duty, DutyStatus};
use sortie::domain::plan::proposal::{Move, Share};
use sortie::domain::plan::{Difference, Proposal, ProposalStatus, RouteChange};
use sortie::domain::streets::learned_speed::LearnedSpeed;
use sortie::domain::streets::street_change::{Effect, Extent, Heading, StreetChange};
use sortie::domain::text::{Load, Pii};
use sortie::domain::{Role, Row};
use sortie::store::{Page, Store, Writer, tables};
use sortie::units::id::{ProposalId, SessionId, TrackingLinkId};
use sortie::units::{Point, Timestamp};

fn write(writer: &mut Writer, house: &House, rows: Vec<Row>) {
    let record = saved(house.organization.id, rows);
    writer.commit(&[record]).pop().unwrap().expect("nothing stands against it");
}

/// Asserts that a finding function of a table answers this.
macro_rules! assert_found {
    ($store:expr, $table:ident::$find:ident($($argument:expr),*), $expected:expr) => {
        let found = $store.read_now(|db| tables::$table::$find(db, $($argument),*)).unwrap();
        assert_eq!(found.as_ref(), Some($expected), stringify!($table));
    };
}

fn house(store: &Store, writer: &mut Writer) -> House {
    let _ = store;
    let house = House::new("Alpha");
    write(writer, &house, house.rows());
    house
}

on_both_databases! {
    fn what_stands_in_the_books_comes_back(database) {
        let (store, mut writer) = database.store_and_writer();
        let mut house = house(&store, &mut writer);
        let organization = house.organization.id;
        for _ in 0..2 {
            assert_found!(store, organization::find(organization), &house.organization);
            assert_found!(store, territory::find(organization, house.territory.id), &house.territory);
            assert_found!(store, customer::find(organization, house.customer.id), &house.customer);
            assert_found!(store, location::find(organization, house.location.id), &house.location);
            assert_found!(store, service_type::find(organization, house.service_type.id), &house.service_type);
            assert_found!(store, truck::find(organization, house.truck.id), &house.truck);
            let technician = &house.technicians[0];
            assert_found!(store, technician::find(organization, technician.id), technician);
            assert_found!(store, user::find(organization, house.user.id), &house.user);

            // Then once more with every field that can change changed, empty ones filled and full ones emptied.
            (house.organization.version, house.organization.settings.geofence_m) = (2, 120);
            (house.territory.version, house.territory.name) = (2, "Süd 'n' \"Ost\"".into());
            (house.customer.version, house.customer.notes) = (2, Pii("rings\ttwice\n".into()));
            (house.location.version, house.location.at) = (2, Pii(Point { lat: -1.25, lon: 179.999_999 }));
            (house.service_type.version, house.service_type.needs_approval) = (2, true);
            house.service_type.load = Load::new();
            (house.truck.version, house.truck.active) = (2, false);
            let technician = &mut house.technicians[0];
            (technician.version, technician.truck) = (2, Some(house.truck.id));
            technician.end = Some(Pii(Point { lat: 35.8, lon: 14.4 }));
            technician.device = Some(Pii("tracker-7".into()));
            technician.breaks = vec![BreakRule { from_minute: 720, until_minute: 780, duration_s: 1_800 }];
            (house.user.version, house.user.role) = (2, Role::Technician);
            house.user.technician = Some(technician.id);
            if store.read_now(|db| tables::territory::find(db, organization, house.territory.id)).unwrap().unwrap().version == 1 {
                let rows = house.rows().into_iter().filter(|row| !matches!(row, Row::Technician(t) if t.version == 1)).collect();
                write(&mut writer, &house, rows);
            }
        }
        // And emptied again.
        let technician = &mut house.technicians[0];
        (technician.version, technician.end, technician.device, technician.truck) = (3, None, None, None);
        let rows = vec![Row::Technician(technician.clone())];
        write(&mut writer, &house, rows);
        assert_found!(store, technician::find(organization, house.technicians[0].id), &house.technicians[0]);
    }

    fn changes_of_the_streets_come_back_and_those_that_are_over_are_not_listed(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let corners = vec![Point { lat: 35.9, lon: 14.5 }, Point { lat: 35.9, lon: 14.6 }, Point { lat: 36.0, lon: 14.55 }];
        let closed = street_change();
        let mut jam = StreetChange {
            extent: Extent::Area { corners },
            effect: Effect::Factor { factor: 0.25 },
            from: Some(MORNING),
            until: Some(MORNING.plus_secs(3_600)),
            made_by: Some(house.user.id),
            ..street_change()
        };
        let piece = StreetChange {
            extent: Extent::Street { at: Point { lat: 35.9, lon: 14.5 }, heading: Heading::Against },
            effect: Effect::Limit { kmh: 30.0 },
            ..street_change()
        };
        let all = [closed, jam.clone(), piece];
        write(&mut writer, &house, all.iter().cloned().map(Row::StreetChange).collect());
        for noun in &all {
            assert_found!(store, street_change::find(organization, noun.id), noun);
        }
        let listed = |at| store.read_now(|db| tables::street_change::list_not_over(db, organization, at)).unwrap();
        assert_eq!(listed(MORNING), all);
        assert_eq!(listed(MORNING.plus_secs(3_600)).len(), 2);
        (jam.version, jam.lifted_at) = (2, Some(MORNING));
        write(&mut writer, &house, vec![Row::StreetChange(jam.clone())]);
        assert_eq!(listed(MORNING).len(), 2);
        assert_found!(store, street_change::find(organization, jam.id), &jam);
    }

    fn what_is_unique_over_all_organizations_is_found_by_it(database) {
        let (store, mut writer) = database.store_and_writer();
        let mut house = house(&store, &mut writer);
        let organization = house.organization.id;
        assert_found!(store, user::find_by_email(&house.user.email.0), &(organization, house.user.clone()));
        assert_found!(store, organization::find_by_slug(&house.organization.slug), &house.organization);
        let technician = &mut house.technicians[1];
        (technician.version, technician.device) = (2, Some(Pii("tracker-8".into())));
        let rows = vec![Row::Technician(technician.clone())];
        write(&mut writer, &house, rows);
        assert_found!(store, technician::find_by_device("tracker-8"), &(organization, house.technicians[1].id));
        assert_eq!(store.read_now(|db| tables::user::find_by_email(db, "nobody@example.org")).unwrap(), None);
    }

    fn sessions_are_found_by_the_present_token_and_the_one_before(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let mut session = Session {
            id: SessionId(id()),
            user: house.user.id,
            refresh_hash: [1; 32],
            previous_hash: None,
            opened_at: MORNING,
            used_at: MORNING,
            revoked_at: None,
            version: 1,
        };
        write(&mut writer, &house, vec![Row::Session(session.clone())]);
        assert_found!(store, session::find_by_refresh_hash([1; 32]), &(organization, session.clone()));
        (session.refresh_hash, session.previous_hash) = ([2; 32], Some([1; 32]));
        (session.version, session.revoked_at) = (2, Some(Timestamp(5_000)));
        write(&mut writer, &house, vec![Row::Session(session.clone())]);
        assert_found!(store, session::find_by_refresh_hash([1; 32]), &(organization, session.clone()));
        assert_found!(store, session::find_by_refresh_hash([2; 32]), &(organization, session.clone()));
        assert_found!(store, session::find(organization, session.id), &session);
        let list = store.read_now(|db| tables::session::list(db, organization, house.user.id)).unwrap();
        assert_eq!(list, [session.clone()]);
        let revoked = |since| store.read_now(|db| tables::session::list_revoked_since(db, Timestamp(since)));
        assert_eq!(revoked(5_000).unwrap(), [session.id]);
        assert!(revoked(5_001).unwrap().is_empty());
    }

    fn duty_and_cargo_come_back(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let technician = house.technicians[0].id;
        let mut duty = Duty { status: DutyStatus::On, since: MORNING, version: 1, ..Duty::new(technician) };
        let mut cargo = Cargo { truck: house.truck.id, load: Load::from([("kg".into(), 20)]), version: 1 };
        write(&mut writer, &house, vec![Row::Duty(duty.clone()), Row::Cargo(cargo.clone())]);
        assert_found!(store, duty::find(organization, technician), &duty);
        assert_found!(store, cargo::find(organization, house.truck.id), &cargo);
        (duty.silent_since, duty.version) = (Some(MORNING.plus_secs(60)), 2);
        (cargo.load, cargo.version) = (Load::new(), 2);
        write(&mut writer, &house, vec![Row::Duty(duty.clone()), Row::Cargo(cargo.clone())]);
        assert_eq!(store.read_now(|db| tables::duty::list_all(db, organization)).unwrap(), [duty]);
        assert_eq!(store.read_now(|db| tables::cargo::list_all(db, organization)).unwrap(), [cargo]);
    }

    fn a_job_comes_back_with_all_its_visits_in_order(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let mut route = house.route(0);
        route.version = 1;
        let change = RouteChange { route: route.clone(), removed: vec![], cause: "place".into() };
        write(&mut writer, &house, vec![Row::Route(Box::new(change))]);

        let mut job = house.job(41);
        write(&mut writer, &house, vec![Row::Job(Box::new(job.clone()))]);
        assert_found!(store, job::find(organization, job.id), &job);
        for place in 0..3 {
            let mut one = visit(&route, &stop(&job, place));
            one.status = if place < 2 { VisitStatus::Finished } else { VisitStatus::OnSite };
            one.published_at = Some(MORNING);
            one.accepted_at = Some(MORNING.plus_secs(1));
            one.departed_at = Some(MORNING.plus_secs(2));
            one.arrived_at = Some(MORNING.plus_secs(3));
            one.left_at = Some(MORNING.plus_secs(4));
            one.finished_at = (place < 2).then(|| MORNING.plus_secs(5));
            one.outcome = (place < 2).then_some(Outcome::Partial);
            one.truck = Some(house.truck.id);
            job.visits.push(one);
        }
        (job.status, job.version) = (JobStatus::InProgress, 2);
        (job.wanted, job.promised) = (Some(window(0, 7_200)), Some(window(600, 1_200)));
        (job.technician, job.ended_at) = (Some(house.technicians[2].id), Some(MORNING));
        job.details.remark = Pii("two of three windows done".into());
        write(&mut writer, &house, vec![Row::Job(Box::new(job.clone()))]);
        assert_found!(store, job::find(organization, job.id), &job);
        job.visits.truncate(1);
        (job.version, job.wanted) = (3, None);
        write(&mut writer, &house, vec![Row::Job(Box::new(job.clone()))]);
        assert_found!(store, job::find(organization, job.id), &job);
        assert_eq!(store.read_now(|db| tables::job::next_number(db, organization)).unwrap(), 42);
    }

    fn open_jobs_are_those_that_are_not_over(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        assert_eq!(store.read_now(|db| tables::job::next_number(db, organization)).unwrap(), 1);
        let mut expected = Vec::new();
        for (&status, number) in JobStatus::ALL.iter().zip(1..) {
            let mut job = house.job(number);
            job.status = status;
            if !status.is_over() {
                expected.push(job.id);
            }
            write(&mut writer, &house, vec![Row::Job(Box::new(job))]);
        }
        let open = store.read_now(|db| tables::job::list_open(db, organization, house.territory.id)).unwrap();
        assert_eq!(open.iter().map(|job| job.id).collect::<Vec<_>>(), expected);
    }

    fn routes_come_back_with_their_stops_from_a_day_on(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let jobs: Vec<_> = (1..=4).map(|number| house.job(number)).collect();
        write(&mut writer, &house, jobs.iter().cloned().map(|job| Row::Job(Box::new(job))).collect());
        let mut route = house.route(0);
        route.stops = jobs.iter().zip(0..).map(|(job, place)| stop(job, place)).collect();
        (route.stops[1].locked, route.stops[2].published) = (true, true);
        (route.planned, route.travel_s, route.travel_m, route.version) = (Some(window(0, 9_000)), 2_400, 16_000, 1);
        let mut tomorrow = house.route(0);
        tomorrow.day = day().next();
        tomorrow.id = sortie::domain::plan::Route::id_for(tomorrow.technician, tomorrow.day);
        tomorrow.version = 1;
        let change = |route: &sortie::domain::plan::Route| {
            Row::Route(Box::new(RouteChange { route: route.clone(), removed: vec![], cause: "place".into() }))
        };
        write(&mut writer, &house, vec![change(&route), change(&tomorrow)]);
        assert_found!(store, route::find(organization, route.id), &route);
        let territory = house.territory.id;
        let of_day = store.read_now(|db| tables::route::list_of_day(db, organization, territory, day())).unwrap();
        assert_eq!(of_day, [route.clone()]);
        let from = |day| store.read_now(|db| tables::route::list_from(db, organization, territory, day)).unwrap();
        assert_eq!(from(day()), [route.clone(), tomorrow.clone()]);
        assert_eq!(from(day().next()), [tomorrow]);
        let ids: Vec<_> = jobs.iter().map(|job| job.location).collect();
        let points = store.read_now(|db| tables::location::points(db, organization, &ids)).unwrap();
        assert_eq!(points.get(&house.location.id), Some(&house.location.at.0));
    }

    fn proposals_wait_until_they_are_answered(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let job = house.job(1);
        let mut route = house.route(0);
        route.stops = vec![stop(&job, 1)];
        let mut proposal = Proposal {
            id: ProposalId(id()),
            territory: house.territory.id,
            day: day(),
            status: ProposalStatus::Offered,
            made_at: MORNING,
            routes: vec![route],
            difference: Difference {
                travel_s: -420,
                moves: vec![Move { job: job.id, from: None, to: Some(house.technicians[0].id), arrival_before: None, arrival_after: Some(MORNING), moves_promise: true, before: None, after: Some(Share { detour_s: 60, lateness_s: 0 }) }],
                ..Difference::default()
            },
            version: 1,
        };
        write(&mut writer, &house, vec![Row::Proposal(Box::new(proposal.clone()))]);
        assert_found!(store, proposal::find(organization, proposal.id), &proposal);
        let offered = |day| store.read_now(|db| tables::proposal::list_offered(db, organization, house.territory.id, day)).unwrap();
        assert_eq!(offered(Some(day())), [proposal.clone()]);
        assert!(offered(Some(day().next())).is_empty());
        (proposal.status, proposal.version) = (ProposalStatus::Applied, 2);
        write(&mut writer, &house, vec![Row::Proposal(Box::new(proposal))]);
        assert!(offered(None).is_empty());
    }

    fn tracking_links_are_found_by_their_token(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let job = house.job(1);
        let mut link = TrackingLink {
            id: TrackingLinkId(id()),
            job: job.id,
            token_hash: [3; 32],
            made_at: MORNING,
            expires_at: MORNING.plus_secs(86_400),
            revoked_at: None,
            version: 1,
        };
        write(&mut writer, &house, vec![Row::Job(Box::new(job.clone())), Row::TrackingLink(link.clone())]);
        assert_found!(store, tracking_link::find_by_token_hash([3; 32]), &(organization, link.clone()));
        (link.revoked_at, link.version) = (Some(MORNING), 2);
        write(&mut writer, &house, vec![Row::TrackingLink(link.clone())]);
        assert_found!(store, tracking_link::find(organization, link.id), &link);
        let list = store.read_now(|db| tables::tracking_link::list(db, organization, job.id)).unwrap();
        assert_eq!(list, [link]);
    }

    fn customers_are_found_by_what_somebody_remembers(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let names = ["Zoë Bianchi", "Żeppi Grech", "50% Off Ltd", "Ana_Maria"];
        let rows = names
            .iter()
            .map(|name| {
                let mut customer = house.customer.clone();
                customer.id = sortie::units::id::CustomerId(id());
                customer.name = Pii((*name).into());
                (customer.email, customer.phone) = (Pii(String::new()), Pii("+35679000001".into()));
                Row::Customer(customer)
            })
            .collect();
        write(&mut writer, &house, rows);
        let search = |text: &str| -> Vec<String> {
            let page = Page::first(10);
            let found = store.read_now(|db| tables::customer::list(db, organization, Some(text), &page));
            found.unwrap().items.into_iter().map(|customer| customer.name.0).collect()
        };
        assert_eq!(search("BIANCHI"), ["Zoë Bianchi"]);
        assert_eq!(search("zoë"), ["Zoë Bianchi"]);
        assert_eq!(search("żepp"), ["Żeppi Grech"]);
        assert_eq!(search("50%"), ["50% Off Ltd"]);
        assert_eq!(search("a_m"), ["Ana_Maria"]);
        assert_eq!(search("9000001").len(), 4);
        assert_eq!(search("alpha@").len(), 1);
        assert!(search("nobody").is_empty());
    }

    fn a_list_in_pages_is_the_whole_list(database) {
        let (store, mut writer) = database.store_and_writer();
        let house = house(&store, &mut writer);
        let organization = house.organization.id;
        let rows = (0..23)
            .map(|_| {
                let mut customer = house.customer.clone();
                customer.id = sortie::units::id::CustomerId(id());
                Row::Customer(customer)
            })
            .collect();
        write(&mut writer, &house, rows);
        let (mut found, mut page) = (Vec::new(), Page::first(7));
        loop {
            let part = store.read_now(|db| tables::customer::list(db, organization, None, &page)).unwrap();
            found.extend(part.items.into_iter().map(|customer| customer.id));
            let Some(next) = part.next else { break };
            page.after = Some(next);
        }
        let mut sorted = found.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!((found.len(), &sorted), (24, &found));
    }
    fn what_was_learned_of_streets_is_kept_once_for_each_street_and_band(database) {
        let (store, mut writer) = database.store_and_writer();
        let lesson = |head_node: i64, band: &str, log_ratio: f32| LearnedSpeed {
            profile: "van".into(),
            way: 1 << 40,
            tail_node: -7,
            head_node,
            band: band.into(),
            log_ratio,
            drives: 1.5,
        };
        let many: Vec<LearnedSpeed> = (0..2_500).map(|node| lesson(node, "free", 0.25)).collect();
        writer.set_learned_speeds(&many).unwrap();
        writer.set_learned_speeds(&[lesson(3, "free", -0.5), lesson(3, "evening", 0.1)]).unwrap();
        let of = |profile: &'static str| {
            store.read_now(move |db| tables::learned_speed::list_of_profile(db, profile)).unwrap()
        };
        let found = of("van");
        assert_eq!(found.len(), 2_501);
        let mut changed: Vec<_> = found.into_iter().filter(|lesson| lesson.head_node == 3).collect();
        changed.sort_by(|one, other| one.band.cmp(&other.band));
        assert_eq!(changed, [lesson(3, "evening", 0.1), lesson(3, "free", -0.5)]);
        assert_eq!(of("truck"), []);
    }
}
