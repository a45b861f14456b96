//! Organizations are walled off: whoever asks in the name of one never sees, nor changes, what another has,
//! even with the other's ids in hand.

use crate::support::database::on_both_databases;
use crate::support::nouns::{House, MORNING, day, id, stop, street_change};
use crate::support::records::{removed, saved};
use sortie::domain::fieldwork::tracking_link::TrackingLink;
use sortie::domain::fleet::truck::Cargo;
use sortie::domain::people::session::Session;
use sortie::domain::people::technician::{Duty, DutyStatus};
use sortie::domain::plan::{Difference, Proposal, ProposalStatus, RouteChange};
use sortie::domain::text::Load;
use sortie::domain::{Aggregate, Reading, Row};
use sortie::store::views::{self, JobFilter};
use sortie::store::{Page, Writer, journal, positions, tables};
use sortie::units::Point;
use sortie::units::id::{OrganizationId, ProposalId, SessionId, TrackingLinkId};

fn write(writer: &mut Writer, organization: OrganizationId, rows: Vec<Row>) {
    writer.commit(&[saved(organization, rows)]).pop().unwrap().expect("nothing stands against it");
}

on_both_databases! {
    fn with_the_ids_of_another_organization_nothing_is_found(database) {
        let (store, mut writer) = database.store_and_writer();
        let (alpha, beta) = (House::new("Alpha"), House::new("Beta"));
        let (ours, theirs) = (beta.organization.id, alpha.organization.id);
        write(&mut writer, theirs, alpha.rows());
        write(&mut writer, ours, beta.rows());
        // The other organization has one of everything.
        let job = alpha.job(1);
        let mut route = alpha.route(0);
        (route.version, route.stops) = (1, vec![stop(&job, 0)]);
        let technician = alpha.technicians[0].id;
        let proposal = Proposal {
            id: ProposalId(id()),
            territory: alpha.territory.id,
            day: day(),
            status: ProposalStatus::Offered,
            made_at: MORNING,
            routes: vec![],
            difference: Difference::default(),
            version: 1,
        };
        let session = Session {
            id: SessionId(id()),
            user: alpha.user.id,
            refresh_hash: [1; 32],
            previous_hash: None,
            opened_at: MORNING,
            used_at: MORNING,
            revoked_at: None,
            version: 1,
        };
        let link = TrackingLink {
            id: TrackingLinkId(id()),
            job: job.id,
            token_hash: [1; 32],
            made_at: MORNING,
            expires_at: MORNING,
            revoked_at: None,
            version: 1,
        };
        let closed = street_change();
        write(&mut writer, theirs, vec![
            Row::Job(Box::new(job.clone())),
            Row::Route(Box::new(RouteChange { route: route.clone(), removed: vec![], cause: "place".into() })),
            Row::Proposal(Box::new(proposal.clone())),
            Row::Session(session.clone()),
            Row::TrackingLink(link.clone()),
            Row::StreetChange(closed.clone()),
            Row::Duty(Duty { status: DutyStatus::On, since: MORNING, version: 1, ..Duty::new(technician) }),
            Row::Cargo(Cargo { truck: alpha.truck.id, load: Load::new(), version: 1 }),
        ]);
        let reading = Reading {
            technician,
            at: MORNING,
            point: Point { lat: 35.9, lon: 14.5 },
            accuracy_m: None,
            speed_kmh: None,
            heading_deg: None,
            altitude_m: None,
            battery: None,
        };
        writer.store_positions(theirs, &[reading]).unwrap();
        writer.set_cursor(theirs, "reactor", 9).unwrap();
        let everything = JobFilter::default();
        let page = Page::first(100);
        let whole_day = sortie::units::TimeWindow::parse(MORNING.plus_secs(-86_400), MORNING.plus_secs(86_400)).unwrap();

        /// Each expression is a reading in the name of an organization, and must give something in the
        /// name of its owner and nothing in the name of another.
        macro_rules! walled {
            ($($reading:expr),* $(,)?) => {
                store.read_now(|db| {
                    $(
                        let read = $reading;
                        assert!(!read(db, theirs)?.is_nothing(), "the owner finds nothing: {}", stringify!($reading));
                        assert!(read(db, ours)?.is_nothing(), "seen through the wall: {}", stringify!($reading));
                    )*
                    Ok(())
                }).unwrap();
            };
        }
        use tables as t;
        walled![
            |db: &mut _, o| t::territory::find(db, o, alpha.territory.id),
            |db: &mut _, o| t::user::find(db, o, alpha.user.id),
            |db: &mut _, o| t::customer::find(db, o, alpha.customer.id),
            |db: &mut _, o| t::location::find(db, o, alpha.location.id),
            |db: &mut _, o| t::location::list(db, o, Some(alpha.customer.id), &page),
            |db: &mut _, o| t::location::points(db, o, &[alpha.location.id]),
            |db: &mut _, o| t::customer::list(db, o, Some("alpha"), &page),
            |db: &mut _, o| t::service_type::find(db, o, alpha.service_type.id),
            |db: &mut _, o| t::technician::find(db, o, technician),
            |db: &mut _, o| t::duty::find(db, o, technician),
            |db: &mut _, o| t::duty::list_all(db, o),
            |db: &mut _, o| t::truck::find(db, o, alpha.truck.id),
            |db: &mut _, o| t::cargo::find(db, o, alpha.truck.id),
            |db: &mut _, o| t::cargo::list_all(db, o),
            |db: &mut _, o| t::job::find(db, o, job.id),
            |db: &mut _, o| t::job::list(db, o, &[job.id]),
            |db: &mut _, o| t::job::list_open(db, o, alpha.territory.id),
            |db: &mut _, o| t::route::find(db, o, route.id),
            |db: &mut _, o| t::route::list_of_day(db, o, alpha.territory.id, day()),
            |db: &mut _, o| t::route::list_from(db, o, alpha.territory.id, day()),
            |db: &mut _, o| t::proposal::find(db, o, proposal.id),
            |db: &mut _, o| t::proposal::list_offered(db, o, alpha.territory.id, None),
            |db: &mut _, o| t::session::find(db, o, session.id),
            |db: &mut _, o| t::session::list(db, o, alpha.user.id),
            |db: &mut _, o| t::tracking_link::find(db, o, link.id),
            |db: &mut _, o| t::tracking_link::list(db, o, job.id),
            |db: &mut _, o| t::street_change::find(db, o, closed.id),
            |db: &mut _, o| t::street_change::list_not_over(db, o, MORNING),
            |db: &mut _, o| views::street_change_view(db, o, closed.id),
            |db: &mut _, o| views::street_change_views(db, o, MORNING),
            |db: &mut _, o| t::cursor::find(db, o, "reactor"),
            |db: &mut _, o| positions::find_last(db, o, technician),
            |db: &mut _, o| positions::list_last(db, o),
            |db: &mut _, o| positions::list(db, o, technician, whole_day, &page),
            |db: &mut _, o| journal::timeline(db, o, job.id.0, &page),
            |db: &mut _, o| journal::version(db, o, Aggregate::Job(job.id)),
            |db: &mut _, o| views::job_view(db, o, job.id),
            |db: &mut _, o| views::job_views(db, o, &[job.id]),
            |db: &mut _, o| views::jobs(db, o, &everything, &page),
            |db: &mut _, o| views::plan_view(db, o, alpha.territory.id, day()),
            |db: &mut _, o| views::route_view(db, o, route.id),
            |db: &mut _, o| views::proposal_view(db, o, proposal.id),
            |db: &mut _, o| views::technician_view(db, o, technician),
            |db: &mut _, o| views::technician_views(db, o, Some(alpha.territory.id)),
            |db: &mut _, o| views::truck_view(db, o, alpha.truck.id),
            |db: &mut _, o| views::truck_views(db, o, Some(alpha.territory.id)),
            |db: &mut _, o| views::timeline(db, o, job.id.0, &page),
        ];

        // Lists of all: nothing in them has a word of the other's.
        let seen = store
            .read_now(|db| {
                Ok(format!(
                    "{:?} {:?} {:?} {:?} {:?} {:?}",
                    serde_json::to_string(&t::territory::list_all(db, ours)?).unwrap(),
                    serde_json::to_string(&t::user::list_all(db, ours)?).unwrap(),
                    serde_json::to_string(&t::technician::list_all(db, ours)?).unwrap(),
                    serde_json::to_string(&t::truck::list_all(db, ours)?).unwrap(),
                    serde_json::to_string(&t::service_type::list_all(db, ours)?).unwrap(),
                    serde_json::to_string(&journal::since(db, ours, 0, 1_000)?).unwrap(),
                ))
            })
            .unwrap();
        assert!(seen.contains("Beta") && !seen.contains("Alpha"), "{seen}");
    }

    fn a_record_in_one_name_cannot_change_or_remove_what_another_has(database) {
        let (store, mut writer) = database.store_and_writer();
        let (alpha, beta) = (House::new("Alpha"), House::new("Beta"));
        let (ours, theirs) = (beta.organization.id, alpha.organization.id);
        write(&mut writer, theirs, alpha.rows());
        write(&mut writer, ours, beta.rows());
        // A row with their id is a row of ours; theirs stays.
        let mut stolen = alpha.territory.clone();
        stolen.name = "Stolen".into();
        write(&mut writer, ours, vec![Row::Territory(stolen)]);
        let kept = store.read_now(|db| tables::territory::find(db, theirs, alpha.territory.id)).unwrap();
        assert_eq!(kept, Some(alpha.territory.clone()));
        let user = Aggregate::User(alpha.user.id);
        let gone = writer.commit(&[removed(ours, user, 0)]).pop().unwrap();
        assert!(gone.is_ok());
        let kept = store.read_now(|db| tables::user::find(db, theirs, alpha.user.id)).unwrap();
        assert_eq!(kept, Some(alpha.user.clone()));
    }
}

/// An answer in which nothing was found.
trait Nothing {
    fn is_nothing(&self) -> bool;
}

impl<T> Nothing for Option<T> {
    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T> Nothing for Vec<T> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Nothing for sortie::store::Listed<T> {
    fn is_nothing(&self) -> bool {
        self.items.is_empty()
    }
}

impl<K, V> Nothing for std::collections::HashMap<K, V> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Nothing for i64 {
    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

impl Nothing for u32 {
    fn is_nothing(&self) -> bool {
        *self == 0
    }
}
