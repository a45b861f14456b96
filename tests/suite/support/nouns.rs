//! Nouns with plain defaults; a test states only what matters to it.

use sortie::domain::fieldwork::job::{Job, JobDetails, JobStatus, Visit, VisitStatus};
use sortie::domain::fieldwork::service_type::ServiceType;
use sortie::domain::fleet::truck::Truck;
use sortie::domain::people::customer::{Customer, Location};
use sortie::domain::people::organization::{Organization, OrganizationSettings};
use sortie::domain::people::technician::{Shift, Technician};
use sortie::domain::people::territory::Territory;
use sortie::domain::people::user::User;
use sortie::domain::plan::{Route, Stop};
use sortie::domain::streets::street_change::{Effect, Extent, Heading, StreetChange};
use sortie::domain::text::{Load, Pii, Skills};
use sortie::domain::{Role, Row};
use sortie::units::id::{
    CustomerId, JobId, LocationId, OrganizationId, ServiceTypeId, StreetChangeId, TechnicianId,
    TerritoryId, TruckId, UserId,
};
use sortie::units::{LocalDay, Point, TimeWindow, Timestamp};
use uuid::Uuid;

/// Friday, 20 November 2026, 08:00 in Malta.
pub const MORNING: Timestamp = Timestamp(1_795_158_000_000);

pub fn day() -> LocalDay {
    LocalDay::parse("2026-11-20").expect("it is a day")
}

pub fn id() -> Uuid {
    Uuid::now_v7()
}

pub fn window(from_s: i64, until_s: i64) -> TimeWindow {
    TimeWindow::parse(MORNING.plus_secs(from_s), MORNING.plus_secs(until_s))
        .expect("it is a window")
}

/// A way that is closed until somebody lifts it.
pub fn street_change() -> StreetChange {
    StreetChange {
        id: StreetChangeId(id()),
        extent: Extent::Way { way: 1, heading: Heading::Both },
        effect: Effect::Closed,
        from: None,
        until: None,
        reason: Pii("burst pipe".into()),
        made_by: None,
        made_at: MORNING,
        lifted_at: None,
        version: 1,
    }
}

/// An organization with one of everything that a job needs.
#[derive(Debug, Clone)]
pub struct House {
    pub organization: Organization,
    pub territory: Territory,
    pub customer: Customer,
    pub location: Location,
    pub service_type: ServiceType,
    pub truck: Truck,
    pub technicians: Vec<Technician>,
    pub user: User,
}

impl House {
    /// All versions are 1; `word` stands in every text, so that a leak shows.
    pub fn new(word: &str) -> Self {
        let organization = Organization {
            id: OrganizationId(id()),
            name: format!("{word} Ltd"),
            slug: format!("{}-{}", word.to_lowercase(), id().simple()),
            time_zone: "Europe/Malta".into(),
            settings: OrganizationSettings::default(),
            version: 1,
        };
        let territory =
            Territory { id: TerritoryId(id()), name: format!("{word} North"), version: 1 };
        let customer = Customer {
            id: CustomerId(id()),
            name: Pii(format!("{word} Borg")),
            phone: Pii("+35621234567".into()),
            email: Pii(format!("{word}@example.org").to_lowercase()),
            notes: Pii(format!("{word} note")),
            version: 1,
        };
        let location = Location {
            id: LocationId(id()),
            customer: customer.id,
            address: Pii(format!("12 {word} Street, Valletta")),
            at: Pii(Point { lat: 35.898_1, lon: 14.512_5 }),
            notes: Pii(String::new()),
            version: 1,
        };
        let service_type = ServiceType {
            id: ServiceTypeId(id()),
            name: format!("{word} repair"),
            duration_s: 1_800,
            skills: Skills::from(["screen".into()]),
            load: Load::from([("kg".into(), 5)]),
            priority: 50,
            needs_approval: false,
            active: true,
            version: 1,
        };
        let truck = Truck {
            id: TruckId(id()),
            territory: territory.id,
            name: format!("{word} van"),
            plate: "ABC 123".into(),
            capacity: Load::from([("kg".into(), 400)]),
            equipment: Skills::from(["ladder".into()]),
            active: true,
            version: 1,
        };
        let technicians = (0..3).map(|_| technician(word, territory.id)).collect();
        let user = User {
            id: UserId(id()),
            name: Pii(format!("{word} Owner")),
            email: Pii(format!("{}@example.org", id().simple())),
            password_hash: Pii(format!("$argon2id${word}")),
            role: Role::Owner,
            technician: None,
            active: true,
            version: 1,
        };
        Self { organization, territory, customer, location, service_type, truck, technicians, user }
    }

    pub fn rows(&self) -> Vec<Row> {
        let mut rows = vec![
            Row::Organization(self.organization.clone()),
            Row::Territory(self.territory.clone()),
            Row::Customer(self.customer.clone()),
            Row::Location(self.location.clone()),
            Row::ServiceType(self.service_type.clone()),
            Row::Truck(self.truck.clone()),
        ];
        rows.extend(self.technicians.iter().cloned().map(Row::Technician));
        rows.push(Row::User(self.user.clone()));
        rows
    }

    /// An open job with this number, wanted at any time.
    pub fn job(&self, number: u64) -> Job {
        Job {
            id: JobId(id()),
            number,
            territory: self.territory.id,
            customer: self.customer.id,
            location: self.location.id,
            service_type: self.service_type.id,
            details: JobDetails {
                title: Pii(format!("Job {number}")),
                description: Pii(String::new()),
                remark: Pii(String::new()),
            },
            status: JobStatus::Open,
            priority: 50,
            duration_s: 1_800,
            skills: Skills::new(),
            load: Load::new(),
            needs_approval: false,
            wanted: None,
            promised: None,
            technician: None,
            created_at: MORNING,
            ended_at: None,
            visits: Vec::new(),
            version: 1,
        }
    }

    /// The empty route of the n-th technician on [`day`].
    pub fn route(&self, technician: usize) -> Route {
        let technician = self.technicians[technician].id;
        Route::empty(Route::id_for(technician, day()), self.territory.id, technician, None, day())
    }
}

pub fn technician(word: &str, territory: TerritoryId) -> Technician {
    Technician {
        id: TechnicianId(id()),
        territory,
        name: Pii(format!("{word} Camilleri")),
        phone: Pii("+35699123456".into()),
        skills: Skills::from(["screen".into()]),
        shifts: vec![Shift { weekday: 4, from_minute: 480, until_minute: 1_020 }],
        breaks: Vec::new(),
        start: Pii(Point { lat: 35.9, lon: 14.5 }),
        end: None,
        truck: None,
        device: None,
        active: true,
        version: 1,
    }
}

/// The stop of a job's next visit, an hour after the stop before it.
pub fn stop(job: &Job, place: i64) -> Stop {
    let visit = job.open_visit().map_or_else(|| job.next_visit_id(), |visit| visit.id);
    let planned = window(place * 3_600, place * 3_600 + i64::from(job.duration_s));
    Stop {
        visit,
        job: job.id,
        planned,
        start_at: planned.from,
        travel_s: 600,
        travel_m: 4_000,
        locked: false,
        published: false,
    }
}

pub fn visit(route: &Route, stop: &Stop) -> Visit {
    Visit {
        id: stop.visit,
        status: VisitStatus::Planned,
        route: route.id,
        technician: route.technician,
        truck: route.truck,
        planned: stop.planned,
        published_at: None,
        accepted_at: None,
        departed_at: None,
        arrived_at: None,
        left_at: None,
        finished_at: None,
        outcome: None,
    }
}
