//! The Planner with the Recorder, the Clerk and Job actors on a real database, in the grid world.

use super::*;
use crate::actors::clerk::Clerk;
use crate::actors::job::{Job, Moved};
use crate::actors::recorder::{Follow, Recorder};
use crate::actors::solver_pool::SolverOptions;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::job::{JobCommand, JobDetails, JobStatus, NewJob, VisitStatus};
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::people::customer::{Customer, Location};
use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::domain::people::technician::{Shift, Technician};
use crate::domain::people::territory::Territory;
use crate::domain::text::{Load, Pii, Skills};
use crate::planning::tests::support::{at, between, clock, friday, grid};
use crate::store::{Store, StoreOptions, tables};
use crate::units::id::{CustomerId, LocationId, ServiceTypeId};
use crate::units::{Clock, Point, TimeWindow};
use uuid::Uuid;

struct Office {
    around: Around,
    planner: Addr<Planner>,
    clerk: Addr<Clerk>,
    pool: SolverPool,
    organization: OrganizationId,
    territory: TerritoryId,
    _folder: tempfile::TempDir,
}

/// An id from a word, always the same.
fn id(word: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, word.as_bytes())
}

impl Office {
    /// Friday at seven; two technicians at the two ends of a street.
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = folder.path().join("sortie.db").display().to_string();
        let store = Store::open(&address, StoreOptions::default()).unwrap();
        store.migrate().unwrap();
        let recorder = Recorder::new(store.writer().unwrap()).start();
        let around = Around { clock: Clock::running(clock(7, 0), 1.0), store, recorder };
        let (organization, territory) = (OrganizationId(id("org")), TerritoryId(id("territory")));
        let clerk = Clerk::new(around.clone(), organization).start();
        let pool = SolverPool::new(SolverOptions {
            iterations: Some(1_000),
            time: None,
            ..SolverOptions::default()
        });
        let planner = Self::start(&around, &pool, organization, territory);
        let office =
            Self { around, planner, clerk, pool, organization, territory, _folder: folder };
        office.found().await;
        office
    }

    fn start(
        around: &Around,
        pool: &SolverPool,
        organization: OrganizationId,
        territory: TerritoryId,
    ) -> Addr<Planner> {
        let pool = pool.clone();
        let planner = Planner::new(around.clone(), grid(), pool, organization, territory).start();
        around.recorder.do_send(Follow(planner.clone().recipient()));
        planner
    }

    async fn found(&self) {
        let (organization, territory) = (self.organization, self.territory);
        let nouns = [
            ClerkCommand::SaveOrganization(Organization {
                id: organization,
                name: "Org".into(),
                slug: "org".into(),
                time_zone: "UTC".into(),
                settings: OrganizationSettings::default(),
                version: 0,
            }),
            ClerkCommand::SaveTerritory(Territory { id: territory, name: "T".into(), version: 0 }),
            ClerkCommand::SaveServiceType(ServiceType {
                id: ServiceTypeId(id("service")),
                name: "Work".into(),
                duration_s: 1_800,
                skills: Skills::new(),
                load: Load::new(),
                priority: 50,
                needs_approval: false,
                active: true,
                version: 0,
            }),
            ClerkCommand::SaveCustomer(Customer {
                id: CustomerId(id("customer")),
                name: Pii("C".into()),
                phone: Pii::default(),
                email: Pii::default(),
                notes: Pii::default(),
                version: 0,
            }),
            self.technician("near", at(0, 0), 0),
            self.technician("far", at(100, 0), 0),
        ];
        for (number, noun) in nouns.into_iter().enumerate() {
            self.clerk_does(&format!("found {number}"), noun).await;
        }
    }

    fn technician(&self, word: &str, start: Point, version: u32) -> ClerkCommand {
        ClerkCommand::SaveTechnician(Technician {
            id: TechnicianId(id(word)),
            territory: self.territory,
            name: Pii(word.to_owned()),
            phone: Pii::default(),
            skills: Skills::new(),
            shifts: vec![Shift { weekday: 4, from_minute: 480, until_minute: 960 }],
            breaks: vec![],
            start: Pii(start),
            end: Some(Pii(start)),
            truck: None,
            device: None,
            active: true,
            version,
        })
    }

    async fn clerk_does(&self, word: &str, command: ClerkCommand) {
        let envelope = self.envelope(word, Command::Clerk(command));
        self.clerk.send(Carry(envelope)).await.unwrap().unwrap();
    }

    fn envelope(&self, word: &str, command: Command) -> Envelope {
        let now = self.around.clock.now();
        Envelope {
            command_id: CommandId(id(word)),
            organization: self.organization,
            who: Who::System { part: SystemPart::CommandLine },
            meant_at: now,
            arrived_at: now,
            body_hash: [0; 32],
            command,
        }
    }

    async fn plan(&self, word: &str, command: PlanCommand) -> Result<Answer, Refusal> {
        let envelope = self.envelope(word, Command::Plan(self.territory, command));
        self.planner.send(Carry(envelope)).await.unwrap()
    }

    /// Through an actor of its own, as the Directory would start one.
    async fn job(&self, word: &str, job: JobId, command: JobCommand) -> Answer {
        let actor = Job::new(self.around.clone(), self.organization, job).start();
        let envelope = self.envelope(word, Command::Job(job, command));
        actor.send(Moved).await.unwrap();
        actor.send(Carry(envelope)).await.unwrap().unwrap()
    }

    async fn new_job(&self, word: &str, place: Point, wanted: Option<TimeWindow>) -> JobId {
        let location = LocationId(id(&format!("{word} location")));
        self.clerk_does(
            &format!("{word} location"),
            ClerkCommand::SaveLocation(Location {
                id: location,
                customer: CustomerId(id("customer")),
                address: Pii("somewhere".into()),
                at: Pii(place),
                notes: Pii::default(),
                version: 0,
            }),
        )
        .await;
        let job = JobId(id(word));
        let number = u64::from_be_bytes(id(word).as_bytes()[..8].try_into().unwrap()) >> 40;
        let new = NewJob {
            number,
            territory: self.territory,
            customer: CustomerId(id("customer")),
            location,
            service_type: ServiceTypeId(id("service")),
            details: JobDetails { title: Pii("Work".into()), ..JobDetails::default() },
            priority: 50,
            duration_s: 1_800,
            skills: Skills::new(),
            load: Load::new(),
            needs_approval: false,
            wanted,
            technician: None,
        };
        self.job(&format!("create {word}"), job, JobCommand::Create(Box::new(new))).await;
        job
    }

    async fn stored(&self, job: JobId) -> crate::domain::fieldwork::job::Job {
        let organization = self.organization;
        let read = self.around.store.read(move |db| tables::job::find(db, organization, job));
        read.await.unwrap().unwrap()
    }

    async fn offered(&self) -> Vec<Proposal> {
        let (organization, territory) = (self.organization, self.territory);
        let read =
            move |db: &mut _| tables::proposal::list_offered(db, organization, territory, None);
        self.around.store.read(read).await.unwrap()
    }

    async fn wait_for_offer(&self) -> Proposal {
        for _ in 0..500 {
            if let Some(proposal) = self.offered().await.pop() {
                return proposal;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no proposal within five seconds");
    }

    /// What the Planner knows is what the tables say.
    async fn compare(&self) {
        let known = self.planner.send(GetState).await.unwrap();
        let (organization, territory) = (self.organization, self.territory);
        let now = self.around.clock.now();
        let read = move |db: &mut _| load::load(db, organization, territory, now);
        let mut loaded = self.around.store.read(read).await.unwrap().unwrap();
        let Some(mut known) = known else { return };
        // Texts are of no concern to the plan and are not followed.
        for known in known.jobs.values_mut().chain(loaded.jobs.values_mut()) {
            known.job.details = JobDetails::default();
        }
        assert_eq!(known, loaded);
    }
}

/// Ask: what the Planner knows, once it has looked at the news.
#[derive(Message)]
#[rtype(result = "Option<crate::planning::PlannerState>")]
struct GetState;

impl Handler<GetState> for Planner {
    type Result = AtomicResponse<Self, Option<crate::planning::PlannerState>>;
    fn handle(&mut self, _: GetState, _: &mut Self::Context) -> Self::Result {
        let (books, desk) = (self.books.clone(), self.desk.take());
        let work = async move { desk::up_to_date(&books, desk).await.ok() };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|desk, actor, _| {
            let state = desk.as_ref().map(|desk| desk.state.clone());
            actor.desk = desk;
            state
        })))
    }
}

#[actix::test]
async fn a_job_is_placed_recorded_and_known_by_the_tables_and_a_new_planner() {
    let office = Office::open().await;
    let job = office.new_job("first", at(10, 0), None).await;
    let answer = office.plan("place", PlanCommand::Place { job }).await.unwrap();
    assert_eq!(answer.detail["technician"], serde_json::json!(id("near")));
    assert!(answer.seq.is_some());
    let stored = office.stored(job).await;
    assert_eq!(stored.status, JobStatus::Scheduled);
    assert_eq!(stored.visits[0].planned, between((8, 10), (8, 40)));
    office.compare().await;

    // The same command id gets the same answer, also from a Planner that was started anew.
    let mut office = office;
    office.planner =
        Office::start(&office.around, &office.pool, office.organization, office.territory);
    let again = office.plan("place", PlanCommand::Place { job }).await.unwrap();
    assert_eq!(again, answer);
    office.compare().await;
}

#[actix::test]
async fn the_planner_follows_jobs_people_and_places_that_change() {
    let office = Office::open().await;
    let first = office.new_job("first", at(10, 0), None).await;
    office.plan("place first", PlanCommand::Place { job: first }).await.unwrap();
    let day = friday();
    let publish = PlanCommand::Publish { day, technicians: vec![], seen: vec![] };
    office.plan("publish", publish).await.unwrap();
    // Made after the Planner has loaded: it hears of it.
    let second = office.new_job("second", at(95, 0), None).await;
    office.plan("place second", PlanCommand::Place { job: second }).await.unwrap();
    assert_eq!(office.stored(second).await.visits[0].technician, TechnicianId(id("far")));
    office.clerk_does("move", office.technician("near", at(5, 0), 1)).await;
    let visit = office.stored(first).await.visits[0].id;
    office.job("depart", first, JobCommand::Depart { visit }).await;
    office.compare().await;
    let refused = office.plan("unassign", PlanCommand::Unassign { job: first, seen: vec![] }).await;
    let Err(Refusal::Rejected(rejection)) = refused else { panic!("{refused:?}") };
    assert_eq!(rejection.code, "visit_under_way");
    // It set off an hour early; the later arrival was reckoned anew, by itself.
    let visit = office.stored(first).await.visits[0].clone();
    assert_eq!(visit.status, VisitStatus::EnRoute);
    assert!(visit.planned.from < clock(7, 20), "{}", visit.planned.from.to_rfc3339());
    office.compare().await;
}

#[actix::test]
async fn a_wish_that_rests_on_old_news_is_decided_again() {
    let office = Office::open().await;
    let first = office.new_job("first", at(10, 0), None).await;
    office.plan("place first", PlanCommand::Place { job: first }).await.unwrap();
    let day = friday();
    let publish = PlanCommand::Publish { day, technicians: vec![], seen: vec![] };
    office.plan("publish", publish).await.unwrap();
    let visit = office.stored(first).await.visits[0].id;
    // Both at once: the driver sets off while the dispatcher takes the job away.
    let actor = Job::new(office.around.clone(), office.organization, first).start();
    let depart = office.envelope("depart", Command::Job(first, JobCommand::Depart { visit }));
    let unassign = office.plan("unassign", PlanCommand::Unassign { job: first, seen: vec![] });
    let (departed, unassigned) = tokio::join!(actor.send(Carry(depart)), unassign);
    let departed = departed.unwrap();
    assert!(departed.is_ok() != unassigned.is_ok(), "{departed:?} {unassigned:?}");
    let status = office.stored(first).await.status;
    let expected = if departed.is_ok() { JobStatus::InProgress } else { JobStatus::Open };
    assert_eq!(status, expected);
    office.compare().await;
}

#[actix::test]
async fn a_search_offers_what_it_finds_and_applying_it_moves_the_visits() {
    let office = Office::open().await;
    let jobs = [
        office.new_job("first", at(95, 0), None).await,
        office.new_job("second", at(5, 0), None).await,
    ];
    for (job, technician) in jobs.into_iter().zip(["near", "far"]) {
        let assign = PlanCommand::Assign {
            job,
            technician: TechnicianId(id(technician)),
            day: friday(),
            position: None,
            anyway: false,
            seen: vec![],
        };
        office.plan(&format!("assign {job}"), assign).await.unwrap();
    }
    let answer = office.plan("improve", PlanCommand::Improve { day: friday() }).await.unwrap();
    assert_eq!(answer.seq, None);
    let proposal = office.wait_for_offer().await;
    assert_eq!(proposal.difference.travel_s, -(4 * 90 * 60));
    office.compare().await;
    office.plan("apply", PlanCommand::Apply { proposal: proposal.id }).await.unwrap();
    assert_eq!(office.stored(jobs[0]).await.visits[0].technician, TechnicianId(id("far")));
    assert!(office.offered().await.is_empty());
    office.compare().await;
}

#[actix::test]
async fn options_are_listed_and_an_unknown_territory_is_refused() {
    let office = Office::open().await;
    let job = office.new_job("first", at(10, 0), None).await;
    let options = office.planner.send(GetOptions { job, day: None }).await.unwrap().unwrap();
    assert_eq!(options.len(), 2);
    assert!(options[0].feasible && options[0].technician == TechnicianId(id("near")));
    let nowhere = Office::start(
        &office.around,
        &office.pool,
        office.organization,
        TerritoryId(id("nowhere")),
    );
    let refused = nowhere.send(GetOptions { job, day: None }).await.unwrap();
    let Err(Refusal::Rejected(rejection)) = refused else { panic!("{refused:?}") };
    assert_eq!(rejection.code, "territory_not_found");
}

#[actix::test]
async fn what_is_found_too_late_is_not_offered_and_ends_the_search_for_a_new_one() {
    let office = Office::open().await;
    let jobs = [
        office.new_job("first", at(95, 0), None).await,
        office.new_job("second", at(5, 0), None).await,
    ];
    let assign = |job, technician: &str| PlanCommand::Assign {
        job,
        technician: TechnicianId(id(technician)),
        day: friday(),
        position: None,
        anyway: false,
        seen: vec![],
    };
    office.plan("first", assign(jobs[0], "near")).await.unwrap();
    office.plan("second", assign(jobs[1], "far")).await.unwrap();
    office.plan("improve", PlanCommand::Improve { day: friday() }).await.unwrap();
    let proposal = office.wait_for_offer().await;
    // A third job on one of the two routes: what was found rests on the past now.
    let third = office.new_job("third", at(50, 0), None).await;
    office.plan("third", assign(third, "near")).await.unwrap();
    assert!(office.offered().await.is_empty());
    let cancel = Arc::new(AtomicBool::new(false));
    let search = Arc::new(UnderWay { day: friday(), attempt: 1, cancel: cancel.clone() });
    let find = |proposal| Found { proposal, search: search.clone() };
    office.planner.send(find(proposal.clone())).await.unwrap();
    assert!(cancel.load(Ordering::Relaxed), "the search ends");
    office.compare().await;
    assert!(office.offered().await.is_empty());
    // The next search begins with it.
    office.planner.send(Begin(search)).await.unwrap();
    let again = office.wait_for_offer().await;
    assert_ne!(again.id, proposal.id);
    assert!(again.difference.travel_s < 0);
    office.plan("apply", PlanCommand::Apply { proposal: again.id }).await.unwrap();
    assert_eq!(office.stored(jobs[0]).await.visits[0].technician, TechnicianId(id("far")));
    office.compare().await;
}

/// Do: take this for the search under way, and hear that it has ended.
#[derive(Message)]
#[rtype(result = "()")]
struct Begin(Arc<UnderWay>);

impl Handler<Begin> for Planner {
    type Result = ();
    fn handle(&mut self, Begin(search): Begin, ctx: &mut Self::Context) {
        self.searches.insert(search.day, search.clone());
        ctx.notify(Searched { search });
    }
}
