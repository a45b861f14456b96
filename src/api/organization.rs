//! The caller's own organization and the settings of its day.

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::people::organization::{Organization, OrganizationSettings};
use crate::store::tables;
use crate::store::views::OrganizationView;
use actix_web::web::{Data, Json};
use serde::Deserialize;

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationChanges {
    /// The version that was seen.
    pub version: u32,
    pub name: Option<String>,
    /// IANA name, such as `Europe/Malta`.
    pub time_zone: Option<String>,
    pub settings: Option<SettingsChanges>,
}

/// How the organization wants its day run; what is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChanges {
    /// What moving one promised visit must gain, in seconds.
    pub disruption_price_s: Option<u32>,
    /// At most so many promises move in one re-plan.
    pub moved_promises_max: Option<u32>,
    /// 10 to 2000.
    pub geofence_m: Option<u32>,
    /// 30 to 86400.
    pub silence_s: Option<u32>,
    /// At most 14400.
    pub promise_slack_s: Option<u32>,
    /// What an hour on the road costs, in the smallest unit of the currency; 0 for no price.
    pub hour_price: Option<u32>,
    /// What a kilometre costs, likewise.
    pub km_price: Option<u32>,
    /// ISO 4217, such as `EUR`.
    pub currency: Option<String>,
}

pub async fn get(state: Data<ApiState>, caller: Caller) -> Result<Json<OrganizationView>, Problem> {
    find(&state, &caller).await.map(|noun| Json(noun.into()))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<OrganizationChanges>,
) -> Result<Json<OrganizationView>, Problem> {
    let present = find(&state, &caller).await?;
    let changes = body.value;
    let settings = match changes.settings {
        None => present.settings,
        Some(wish) => merged(&present.settings, &wish),
    };
    let changed = Organization {
        id: present.id,
        name: changes.name.unwrap_or(present.name),
        slug: present.slug,
        time_zone: changes.time_zone.unwrap_or(present.time_zone),
        settings,
        version: changes.version,
    };
    let command = Command::Clerk(ClerkCommand::SaveOrganization(changed));
    state.submit(caller.wish(body.hash), command).await?;
    find(&state, &caller).await.map(|noun| Json(noun.into()))
}

fn merged(present: &OrganizationSettings, wish: &SettingsChanges) -> OrganizationSettings {
    OrganizationSettings {
        disruption_price_s: wish.disruption_price_s.unwrap_or(present.disruption_price_s),
        moved_promises_max: wish.moved_promises_max.unwrap_or(present.moved_promises_max),
        geofence_m: wish.geofence_m.unwrap_or(present.geofence_m),
        silence_s: wish.silence_s.unwrap_or(present.silence_s),
        promise_slack_s: wish.promise_slack_s.unwrap_or(present.promise_slack_s),
        hour_price: wish.hour_price.unwrap_or(present.hour_price),
        km_price: wish.km_price.unwrap_or(present.km_price),
        currency: wish.currency.clone().unwrap_or_else(|| present.currency.clone()),
    }
}

async fn find(state: &ApiState, caller: &Caller) -> Result<Organization, Problem> {
    let organization = caller.organization;
    state.get("organization", move |db| tables::organization::find(db, organization)).await
}
