//! Jobs: asked for, looked up, changed, promised, held, resumed, cancelled, approved, closed, reopened.
//!
//! A new job is committed first and then placed by the Planner under an id that follows from the first
//! command; if no place is feasible the job stays open, with the reasons in the same answer.

use crate::api::answer::{JobDone, id_of, nullable};
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::customer::NewCustomer;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery, page};
use crate::api::plan::zone;
use crate::api::state::ApiState;
use crate::domain::access::SystemPart;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::job::{self, JobChanges, JobCommand, JobDetails, JobStatus, NewJob};
use crate::domain::people::customer::{Customer, Location};
use crate::domain::plan::PlanCommand;
use crate::domain::text::{Load, Pii, Skills};
use crate::domain::{Answer, Command, Envelope, Rejection, Who, reaction};
use crate::store::tables;
use crate::store::views::{self, DayFilter, FactView, JobFilter, JobView};
use crate::units::clock::real_now;
use crate::units::id::{
    CommandId, CustomerId, JobId, LocationId, ServiceTypeId, TechnicianId, TerritoryId,
};
use crate::units::{LocalDay, Point, TimeWindow};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// So often a number is asked for anew when somebody else was given it first.
const NUMBER_ATTEMPTS_MAX: u32 = 16;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct JobQuery {
    /// Status words, comma separated.
    pub status: Option<String>,
    pub territory: Option<TerritoryId>,
    /// Jobs with a visit of this technician.
    pub technician: Option<TechnicianId>,
    pub customer: Option<CustomerId>,
    /// Jobs on a route of this day or wanted within it, YYYY-MM-DD.
    pub day: Option<LocalDay>,
    /// A part of the label, title, customer or address.
    pub q: Option<String>,
    /// 1 to 200 items; 50 where absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A wish for work. Give a `customer` and a `location` that are in the books, or new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobWish {
    pub territory: TerritoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_customer: Option<NewCustomer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<LocationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_location: Option<NewPlace>,
    pub service_type: ServiceTypeId,
    #[schema(max_length = 120)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<TimeWindow>,
    /// 0 to 100; from the service type where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// 60 to 86400; from the service type where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<u32>,
    /// Needed besides those of the service type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeSet<String>>)]
    pub skills: Option<Skills>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub load: Option<Load>,
    /// Only this technician may do it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technician: Option<TechnicianId>,
}

/// A place that is not in the books yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlace {
    #[schema(max_length = 300)]
    pub address: String,
    pub lat: f64,
    pub lon: f64,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub notes: String,
}

/// A new job and where it went.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobMade {
    pub job: JobView,
    pub placement: Placement,
}

/// Where a job went, or why nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub struct Placement {
    pub placed: bool,
    pub technician: Option<TechnicianId>,
    pub arrival_at: Option<crate::units::Timestamp>,
    /// Why not, per technician: `{technician, name, rule, sentence}`.
    pub reasons: Vec<Value>,
}

/// What is absent stays as it is; null empties `wanted` and `technician`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobChange {
    /// The version that was seen.
    pub version: u32,
    pub title: Option<String>,
    pub description: Option<String>,
    pub priority: Option<u8>,
    pub duration_s: Option<u32>,
    #[schema(value_type = Option<BTreeSet<String>>)]
    pub skills: Option<Skills>,
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub load: Option<Load>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TimeWindow>)]
    pub wanted: Option<Option<TimeWindow>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TechnicianId>)]
    pub technician: Option<Option<TechnicianId>>,
}

/// A step of a job. Without `seen` it holds whatever happened meanwhile.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobStep {
    pub seen: Option<u32>,
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub remark: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseWish {
    pub window: TimeWindow,
    pub seen: Option<u32>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<JobQuery>,
) -> Result<Json<PageBody<JobView>>, Problem> {
    let query = query.0;
    let page = page(query.limit, query.after)?;
    let mut technician = query.technician;
    if let Some(own) = caller.only_technician() {
        technician = Some(own);
    }
    let day = match query.day {
        None => None,
        Some(day) => Some(DayFilter::new(day, zone(&state, &caller).await?)),
    };
    let filter = JobFilter {
        statuses: query.status.as_deref().map(statuses).transpose()?.unwrap_or_default(),
        territory: query.territory,
        technician,
        customer: query.customer,
        day,
        text: query.q.filter(|text| !text.trim().is_empty()),
    };
    let organization = caller.organization;
    let listed = state.read(move |db| views::jobs(db, organization, &filter, &page)).await?;
    Ok(Json(PageBody { items: listed.items, next: listed.next }))
}

fn statuses(words: &str) -> Result<Vec<JobStatus>, Problem> {
    let parse = |word: &str| {
        JobStatus::parse(word.trim()).ok_or_else(|| {
            let known: Vec<&str> = JobStatus::ALL.iter().map(|status| status.word()).collect();
            Problem::invalid(
                "status",
                format!("status must be one or more of {}", known.join(", ")),
            )
        })
    };
    words.split(',').filter(|word| !word.trim().is_empty()).map(parse).collect()
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
) -> Result<Json<JobView>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<JobWish>,
) -> Result<HttpResponse, Problem> {
    let hash = body.hash;
    let draft = Draft::read(&state, &caller, body.value).await?;
    if let Some(customer) = &draft.new_customer {
        let command = Command::Clerk(ClerkCommand::SaveCustomer(customer.clone()));
        let answer = state.submit(caller.part("customer", hash), command).await?;
        // A repeated request finds the customer that the first one made.
        return draft.with_customer(CustomerId(id_of(&answer))).finish(&state, &caller, hash).await;
    }
    draft.finish(&state, &caller, hash).await
}

/// A wish, checked whole before anything of it is written.
struct Draft {
    new_customer: Option<Customer>,
    new_location: Option<Location>,
    job: NewJob,
}

impl Draft {
    async fn read(state: &ApiState, caller: &Caller, wish: JobWish) -> Result<Self, Problem> {
        let new_customer = match (wish.customer, wish.new_customer) {
            (None, Some(new)) => {
                Some(new.noun().validated().map_err(|no| below("new_customer", no))?)
            }
            (Some(_), None) => None,
            (Some(_), Some(_)) => return Err(either("customer", "new_customer")),
            (None, None) => return Err(missing("customer", "new_customer")),
        };
        let customer = new_customer.as_ref().map(|new| new.id).or(wish.customer);
        let customer = customer.ok_or_else(|| missing("customer", "new_customer"))?;
        let new_location = match (wish.location, wish.new_location) {
            (None, Some(new)) => Some(new_location(customer, new)?),
            (Some(_), None) => None,
            (Some(_), Some(_)) => return Err(either("location", "new_location")),
            (None, None) => return Err(missing("location", "new_location")),
        };
        let location = new_location.as_ref().map(|new| new.id).or(wish.location);
        let location = location.ok_or_else(|| missing("location", "new_location"))?;

        let organization = caller.organization;
        let ids = (wish.territory, wish.service_type, wish.technician);
        let (known_customer, known_location) = (wish.customer, wish.location);
        let (territory, service_type, technician, known_customer, known_location) = state
            .read(move |db| {
                let technician = match ids.2 {
                    Some(id) => tables::technician::find(db, organization, id)?,
                    None => None,
                };
                let customer = match known_customer {
                    Some(id) => tables::customer::find(db, organization, id)?,
                    None => None,
                };
                let location = match known_location {
                    Some(id) => tables::location::find(db, organization, id)?,
                    None => None,
                };
                let territory = tables::territory::find(db, organization, ids.0)?;
                let service_type = tables::service_type::find(db, organization, ids.1)?;
                Ok((territory, service_type, technician, customer, location))
            })
            .await?;
        territory.ok_or_else(|| unknown("territory"))?;
        let service_type = service_type.ok_or_else(|| unknown("service_type"))?;
        if wish.technician.is_some() {
            technician.ok_or_else(|| unknown("technician"))?;
        }
        if wish.customer.is_some() {
            known_customer.ok_or_else(|| unknown("customer"))?;
        }
        if wish.location.is_some() {
            let location = known_location.ok_or_else(|| unknown("location"))?;
            if location.customer != customer {
                return Err(Problem::invalid(
                    "location",
                    "this location belongs to another customer; choose one of this customer's",
                ));
            }
        }
        let mut skills = service_type.skills;
        skills.extend(wish.skills.unwrap_or_default());
        let job = NewJob {
            number: 0,
            territory: wish.territory,
            customer,
            location,
            service_type: wish.service_type,
            details: JobDetails {
                title: Pii(wish.title),
                description: Pii(wish.description),
                remark: Pii::default(),
            },
            priority: wish.priority.unwrap_or(service_type.priority),
            duration_s: wish.duration_s.unwrap_or(service_type.duration_s),
            skills,
            load: wish.load.unwrap_or(service_type.load),
            needs_approval: service_type.needs_approval,
            wanted: wish.wanted,
            technician: wish.technician,
        };
        // The job's own rules too, so that no customer is left behind by a job that cannot be.
        job::create(job.clone())?;
        Ok(Self { new_customer, new_location, job })
    }

    fn with_customer(mut self, customer: CustomerId) -> Self {
        self.job.customer = customer;
        if let Some(location) = &mut self.new_location {
            location.customer = customer;
        }
        self
    }

    async fn finish(
        mut self,
        state: &ApiState,
        caller: &Caller,
        hash: [u8; 32],
    ) -> Result<HttpResponse, Problem> {
        if let Some(location) = self.new_location.take() {
            let command = Command::Clerk(ClerkCommand::SaveLocation(location));
            let answer = state.submit(caller.part("location", hash), command).await?;
            self.job.location = LocationId(id_of(&answer));
        }
        let territory = self.job.territory;
        let made = create(state, caller, hash, self.job).await?;
        let id = JobId(id_of(&made));
        let placement = place(state, caller, territory, id, &made).await;
        let job = show(state, caller, id).await?;
        Ok(HttpResponse::Created().json(JobMade { job, placement }))
    }
}

/// Records the job under the next number of the organization.
async fn create(
    state: &ApiState,
    caller: &Caller,
    hash: [u8; 32],
    job: NewJob,
) -> Result<Answer, Problem> {
    let organization = caller.organization;
    let id = JobId::new(real_now());
    for _ in 0..NUMBER_ATTEMPTS_MAX {
        let number = state.next_job_number(organization).await?;
        let new = NewJob { number, ..job.clone() };
        let command = Command::Job(id, JobCommand::Create(Box::new(new)));
        match state.submit(caller.part("job", hash), command).await {
            Err(problem) if problem.code == "number_taken" => state.forget_job_number(organization),
            answer => return answer,
        }
    }
    Err(crate::actors::Refusal::Busy { retry_after_s: 1 }.into())
}

/// Asks the Planner for a place, under the id that the Reactor would use: whoever comes second gets the
/// first one's answer.
async fn place(
    state: &ApiState,
    caller: &Caller,
    territory: TerritoryId,
    job: JobId,
    made: &Answer,
) -> Placement {
    let Some(seq) = made.seq else { return Placement::nowhere() };
    let now = state.now();
    let created = CommandId::derived(caller.request.0, "job");
    let envelope = Envelope {
        command_id: reaction::place_id(created, seq, 0),
        organization: caller.organization,
        who: Who::System { part: SystemPart::Reactor },
        meant_at: now,
        arrived_at: now,
        body_hash: [0; 32],
        command: Command::Plan(territory, PlanCommand::Place { job }),
    };
    match state.live.submit(envelope).await {
        Ok(answer) => Placement::from_detail(&answer.detail),
        // The job is recorded; the Reactor or a dispatcher will place it.
        Err(refusal) => {
            tracing::debug!(job.id = %job, refusal = %refusal, "a new job was not placed at once");
            Placement::nowhere()
        }
    }
}

impl Placement {
    fn nowhere() -> Self {
        Self { placed: false, technician: None, arrival_at: None, reasons: Vec::new() }
    }

    /// From what the Planner adds to its answer.
    pub fn from_detail(detail: &Value) -> Self {
        let read = |name: &str| detail.get(name).cloned();
        Self {
            placed: detail.get("placed").and_then(Value::as_bool).unwrap_or(false),
            technician: read("technician").and_then(|value| serde_json::from_value(value).ok()),
            arrival_at: read("arrival_at").and_then(|value| serde_json::from_value(value).ok()),
            reasons: detail.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default(),
        }
    }
}

fn new_location(customer: CustomerId, new: NewPlace) -> Result<Location, Problem> {
    let at = Point::parse(new.lat, new.lon).map_err(|error| {
        let name = match error {
            crate::units::geo::PointError::Latitude => "lat",
            crate::units::geo::PointError::Longitude => "lon",
        };
        Problem::invalid(format!("new_location/{name}"), error.to_string())
    })?;
    let location = Location {
        id: LocationId::new(real_now()),
        customer,
        address: Pii(new.address),
        at: Pii(at),
        notes: Pii(new.notes),
        version: 0,
    };
    location.validated().map_err(|no| below("new_location", no))
}

/// A rejection of a part names the part.
fn below(part: &str, rejection: Rejection) -> Problem {
    let field = rejection.field.as_ref().map(|field| format!("{part}/{field}"));
    Problem { field, ..Problem::from(rejection) }
}

fn either(one: &str, other: &str) -> Problem {
    Problem::invalid(other, format!("give {one} or {other}, not both"))
}

fn missing(one: &str, other: &str) -> Problem {
    Problem {
        code: "missing_field".to_owned(),
        ..Problem::invalid(one, format!("{one} is missing; give {one} or {other}"))
    }
}

fn unknown(field: &str) -> Problem {
    let noun = field.replace('_', " ");
    Rejection::not_found(&noun).with_field(field).into()
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    body: Body<JobChange>,
) -> Result<Json<JobDone>, Problem> {
    let wish = body.value;
    if let Some(Some(technician)) = wish.technician {
        let organization = caller.organization;
        let found =
            state.read(move |db| tables::technician::find(db, organization, technician)).await?;
        found.ok_or_else(|| unknown("technician"))?;
    }
    let changes = JobChanges {
        title: wish.title,
        description: wish.description,
        priority: wish.priority,
        duration_s: wish.duration_s,
        skills: wish.skills,
        load: wish.load,
        wanted: wish.wanted,
        technician: wish.technician,
    };
    let command = JobCommand::Change { seen: Some(wish.version), changes: Box::new(changes) };
    carry(&state, &caller, *id, body.hash, command).await
}

macro_rules! steps {
    ($($name:ident: |$step:ident| $command:expr;)*) => {$(
        pub async fn $name(
            state: Data<ApiState>,
            caller: Caller,
            id: Path<JobId>,
            body: Body<JobStep>,
        ) -> Result<Json<JobDone>, Problem> {
            let $step = body.value;
            carry(&state, &caller, *id, body.hash, $command).await
        }
    )*};
}

steps! {
    hold: |step| JobCommand::Hold { seen: step.seen, remark: step.remark };
    resume: |step| JobCommand::Resume { seen: step.seen };
    cancel: |step| JobCommand::Cancel { seen: step.seen, remark: step.remark };
    approve: |step| JobCommand::Approve { seen: step.seen };
    close: |step| JobCommand::Close { seen: step.seen };
    reopen: |step| JobCommand::Reopen { seen: step.seen };
}

pub async fn promise(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    body: Body<PromiseWish>,
) -> Result<Json<JobDone>, Problem> {
    let PromiseWish { window, seen } = body.value;
    carry(&state, &caller, *id, body.hash, JobCommand::Promise { seen, window }).await
}

pub async fn timeline(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<JobId>,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<FactView>>, Problem> {
    let page = query.0.page()?;
    show(&state, &caller, *id).await?;
    let (organization, id) = (caller.organization, id.0);
    let listed = state.read(move |db| views::timeline(db, organization, id, &page)).await?;
    Ok(Json(PageBody { items: listed.items, next: listed.next }))
}

/// Has a command about a job carried out and shows the job after it.
async fn carry(
    state: &ApiState,
    caller: &Caller,
    id: JobId,
    hash: [u8; 32],
    command: JobCommand,
) -> Result<Json<JobDone>, Problem> {
    let answer = state.submit(caller.wish(hash), Command::Job(id, command)).await?;
    let job = show(state, caller, id).await?;
    Ok(Json(JobDone { answer: answer.into(), job, placement: None }))
}

/// The job as the caller may see it: a driver sees those of their own visits.
pub async fn show(state: &ApiState, caller: &Caller, id: JobId) -> Result<JobView, Problem> {
    let organization = caller.organization;
    let job = state.get("job", move |db| views::job_view(db, organization, id)).await?;
    match caller.only_technician() {
        Some(own) if !job.visits.iter().any(|visit| visit.technician == own) => {
            Err(Problem::not_found("job"))
        }
        _ => Ok(job),
    }
}
