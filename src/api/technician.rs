//! Technicians: who they are and when they work, and their duty.

use crate::api::answer::{id_of, nullable};
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::technician::{BreakRule, DutyCommand, Shift, Technician};
use crate::domain::text::{Pii, Skills};
use crate::store::tables;
use crate::store::views::{self, TechnicianView};
use crate::units::Point;
use crate::units::clock::real_now;
use crate::units::id::{TechnicianId, TerritoryId, TruckId};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTechnician {
    pub territory: TerritoryId,
    #[schema(max_length = 120)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    #[schema(value_type = BTreeSet<String>)]
    pub skills: Skills,
    /// At most one per weekday.
    #[serde(default)]
    pub shifts: Vec<Shift>,
    #[serde(default)]
    pub breaks: Vec<BreakRule>,
    /// Where the day starts.
    pub start: Point,
    /// Where it ends; nowhere in particular if absent.
    pub end: Option<Point>,
    pub truck: Option<TruckId>,
    /// What the GPS device or tracker app calls itself; 4 to 64 characters.
    pub device: Option<String>,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TechnicianChanges {
    /// The version that was seen.
    pub version: u32,
    pub territory: Option<TerritoryId>,
    pub name: Option<String>,
    pub phone: Option<String>,
    #[schema(value_type = Option<BTreeSet<String>>)]
    pub skills: Option<Skills>,
    pub shifts: Option<Vec<Shift>>,
    pub breaks: Option<Vec<BreakRule>>,
    pub start: Option<Point>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Point>)]
    pub end: Option<Option<Point>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TruckId>)]
    pub truck: Option<Option<TruckId>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub device: Option<Option<String>>,
    pub active: Option<bool>,
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<TechnicianView>>, Problem> {
    let page = query.0.page()?;
    let organization = caller.organization;
    let items = state.read(move |db| views::technician_views(db, organization, None)).await?;
    PageBody::cut(items, &page, |item| item.id.to_string()).map(Json)
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
) -> Result<Json<TechnicianView>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewTechnician>,
) -> Result<HttpResponse, Problem> {
    let new = body.value;
    let noun = Technician {
        id: TechnicianId::new(real_now()),
        territory: new.territory,
        name: Pii(new.name),
        phone: Pii(new.phone),
        skills: new.skills,
        shifts: new.shifts,
        breaks: new.breaks,
        start: Pii(new.start),
        end: new.end.map(Pii),
        truck: new.truck,
        device: new.device.map(Pii),
        active: true,
        version: 0,
    };
    let command = Command::Clerk(ClerkCommand::SaveTechnician(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let shown = show(&state, &caller, TechnicianId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(shown))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
    body: Body<TechnicianChanges>,
) -> Result<Json<TechnicianView>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = Technician {
        id: present.id,
        territory: changes.territory.unwrap_or(present.territory),
        name: changes.name.map_or(present.name, Pii),
        phone: changes.phone.map_or(present.phone, Pii),
        skills: changes.skills.unwrap_or(present.skills),
        shifts: changes.shifts.unwrap_or(present.shifts),
        breaks: changes.breaks.unwrap_or(present.breaks),
        start: changes.start.map_or(present.start, Pii),
        end: changes.end.map_or(present.end, |end| end.map(Pii)),
        truck: changes.truck.unwrap_or(present.truck),
        device: changes.device.map_or(present.device, |device| device.map(Pii)),
        active: changes.active.unwrap_or(present.active),
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveTechnician(changed));
    state.submit(caller.wish(body.hash), command).await?;
    show(&state, &caller, *id).await.map(Json)
}

pub async fn remove(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::RemoveTechnician(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyWish {
    pub status: DutyWord,
}

#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DutyWord {
    On,
    Off,
    Sick,
    Recovered,
}

pub async fn duty(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
    body: Body<DutyWish>,
) -> Result<Json<TechnicianView>, Problem> {
    own_or_all(&caller, *id)?;
    let wish = match body.value.status {
        DutyWord::On => DutyCommand::Start,
        DutyWord::Off => DutyCommand::End,
        DutyWord::Sick => DutyCommand::ReportSick,
        DutyWord::Recovered => DutyCommand::Recover,
    };
    state.submit(caller.wish(body.hash), Command::Duty(*id, wish)).await?;
    show(&state, &caller, *id).await.map(Json)
}

async fn find(state: &ApiState, caller: &Caller, id: TechnicianId) -> Result<Technician, Problem> {
    let organization = caller.organization;
    state.get("technician", move |db| tables::technician::find(db, organization, id)).await
}

async fn show(
    state: &ApiState,
    caller: &Caller,
    id: TechnicianId,
) -> Result<TechnicianView, Problem> {
    own_or_all(caller, id)?;
    let organization = caller.organization;
    state.get("technician", move |db| views::technician_view(db, organization, id)).await
}

/// A driver sees themselves; somebody else's id is one that is not there.
pub fn own_or_all(caller: &Caller, id: TechnicianId) -> Result<(), Problem> {
    match caller.only_technician() {
        Some(own) if own != id => Err(Problem::not_found("technician")),
        _ => Ok(()),
    }
}
