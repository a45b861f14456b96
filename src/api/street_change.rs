//! Changes of the streets: closed, slower, or with a limit for a while. All plans and ways obey them.

use crate::api::answer::{id_of, nullable};
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, PageQuery};
use crate::api::removal::{Removal, seen};
use crate::api::state::ApiState;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::streets::street_change::{Effect, Extent, StreetChange};
use crate::domain::text::Pii;
use crate::planning::road_change;
use crate::roads::Map;
use crate::roads::speeds::{Change, ChangeError, Concerned};
use crate::store::tables;
use crate::store::views::{self, EffectKind, EffectView, ExtentKind, ExtentView, StreetChangeView};
use crate::units::Timestamp;
use crate::units::clock::real_now;
use crate::units::id::StreetChangeId;
use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStreetChange {
    pub extent: ExtentView,
    pub effect: EffectView,
    /// From ever where absent.
    pub from: Option<Timestamp>,
    /// Until it is lifted where absent.
    pub until: Option<Timestamp>,
    #[schema(max_length = 120)]
    pub reason: String,
}

/// Where a change would hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetsWish {
    pub extent: ExtentView,
}

/// What is absent stays as it is; where it holds stays anyway.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetChangeChanges {
    /// The version that was seen.
    pub version: u32,
    pub effect: Option<EffectView>,
    /// Null: until it is lifted.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    pub until: Option<Option<Timestamp>>,
    pub reason: Option<String>,
}

/// A change with the streets of the map that it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreetChangeShown {
    #[serde(flatten)]
    pub change: StreetChangeView,
    pub streets: StreetsConcerned,
}

/// Streets of the map; nothing where the map no longer has them.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct StreetsConcerned {
    /// From junction to junction, both directions counted once.
    pub pieces: usize,
    /// All of them together.
    pub length_m: u64,
    /// Those that most of it lies on, at most 5.
    pub names: Vec<String>,
    /// To be drawn: `[lon, lat]` as in GeoJSON, thinned, at most the 500 longest pieces.
    #[schema(value_type = Vec<Vec<Vec<f64>>>)]
    pub lines: Vec<Vec<[f64; 2]>>,
}

impl From<Concerned> for StreetsConcerned {
    fn from(found: Concerned) -> Self {
        let line = |points: &Vec<_>| points.iter().map(rounded).collect();
        Self {
            pieces: found.pieces,
            length_m: found.length_m,
            names: found.names,
            lines: found.lines.iter().map(line).collect(),
        }
    }
}

/// To a tenth of a metre.
fn rounded(point: &crate::units::Point) -> [f64; 2] {
    [point.lon, point.lat].map(|degrees| (degrees * 1e6).round() / 1e6)
}

pub async fn list(
    state: Data<ApiState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<Json<PageBody<StreetChangeShown>>, Problem> {
    let page = query.0.page()?;
    let (organization, now) = (caller.organization, state.now());
    let (nouns, views) = state
        .read(move |db| {
            let nouns = tables::street_change::list_not_over(db, organization, now)?;
            Ok((nouns, views::street_change_views(db, organization, now)?))
        })
        .await?;
    let both = nouns.into_iter().zip(views).collect();
    let PageBody { items, next } =
        PageBody::cut(both, &page, |(noun, _): &(StreetChange, _)| noun.id.to_string())?;
    let map = state.map.current();
    let items = web::block(move || {
        let shown = |(noun, change): (StreetChange, StreetChangeView)| {
            let streets = concerned(&map, &road_change(&noun)).unwrap_or_default().into();
            StreetChangeShown { change, streets }
        };
        items.into_iter().map(shown).collect()
    })
    .await
    .map_err(|_| Problem::broken())?;
    Ok(Json(PageBody { items, next }))
}

pub async fn get(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<StreetChangeId>,
) -> Result<Json<StreetChangeShown>, Problem> {
    show(&state, &caller, *id).await.map(Json)
}

pub async fn add(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<NewStreetChange>,
) -> Result<HttpResponse, Problem> {
    let noun = judged(&state, body.value).await?;
    let command = Command::Clerk(ClerkCommand::SaveStreetChange(noun));
    let answer = state.submit(caller.wish(body.hash), command).await?;
    let shown = show(&state, &caller, StreetChangeId(id_of(&answer))).await?;
    Ok(HttpResponse::Created().json(shown))
}

/// Tells which streets a change would be about, and changes nothing.
pub async fn concerned_by(
    state: Data<ApiState>,
    _: Caller,
    body: Body<StreetsWish>,
) -> Result<Json<StreetsConcerned>, Problem> {
    let noun = StreetChange {
        id: StreetChangeId::new(real_now()),
        extent: extent_of(body.value.extent)?,
        effect: Effect::Closed,
        from: None,
        until: None,
        reason: Pii("?".to_owned()),
        made_by: None,
        made_at: state.now(),
        lifted_at: None,
        version: 0,
    };
    on_the_map(&state, &noun.validated()?).await.map(|found| Json(found.into()))
}

pub async fn change(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<StreetChangeId>,
    body: Body<StreetChangeChanges>,
) -> Result<Json<StreetChangeShown>, Problem> {
    let present = find(&state, &caller, *id).await?;
    let changes = body.value;
    let changed = StreetChange {
        effect: changes.effect.map_or(Ok(present.effect), effect_of)?,
        until: changes.until.unwrap_or(present.until),
        reason: changes.reason.map_or(present.reason, Pii),
        version: changes.version,
        ..present
    };
    let command = Command::Clerk(ClerkCommand::SaveStreetChange(changed));
    state.submit(caller.wish(body.hash), command).await?;
    show(&state, &caller, *id).await.map(Json)
}

pub async fn lift(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<StreetChangeId>,
    query: Query<Removal>,
) -> Result<HttpResponse, Problem> {
    let version = seen(query, async || Ok(find(&state, &caller, *id).await?.version)).await?;
    let command = Command::Clerk(ClerkCommand::LiftStreetChange(*id, version));
    state.submit(caller.wish([0; 32]), command).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The change that is wished; it is about some street.
async fn judged(state: &ApiState, new: NewStreetChange) -> Result<StreetChange, Problem> {
    let noun = StreetChange {
        id: StreetChangeId::new(real_now()),
        extent: extent_of(new.extent)?,
        effect: effect_of(new.effect)?,
        from: new.from,
        until: new.until,
        reason: Pii(new.reason),
        made_by: None,
        made_at: state.now(),
        lifted_at: None,
        version: 0,
    };
    let noun = noun.validated()?;
    on_the_map(state, &noun).await?;
    Ok(noun)
}

fn extent_of(view: ExtentView) -> Result<Extent, Problem> {
    let ExtentView { kind, corners, at, way, heading } = view;
    let word = match kind {
        ExtentKind::Area => "area",
        ExtentKind::Street => "street",
        ExtentKind::Way => "way",
    };
    let is_area = kind == ExtentKind::Area;
    for (field, is_strange) in [
        ("extent/corners", corners.is_some() && !is_area),
        ("extent/at", at.is_some() && kind != ExtentKind::Street),
        ("extent/way", way.is_some() && kind != ExtentKind::Way),
        ("extent/heading", heading.is_some() && is_area),
    ] {
        if is_strange {
            return Err(strange(field, word));
        }
    }
    let heading = heading.unwrap_or_default();
    Ok(match kind {
        ExtentKind::Area => {
            Extent::Area { corners: corners.ok_or_else(|| missing("extent/corners", word))? }
        }
        ExtentKind::Street => {
            Extent::Street { at: at.ok_or_else(|| missing("extent/at", word))?, heading }
        }
        ExtentKind::Way => {
            Extent::Way { way: way.ok_or_else(|| missing("extent/way", word))?, heading }
        }
    })
}

fn effect_of(view: EffectView) -> Result<Effect, Problem> {
    let EffectView { kind, factor, kmh } = view;
    let word = match kind {
        EffectKind::Closed => "closed",
        EffectKind::Factor => "factor",
        EffectKind::Limit => "limit",
    };
    if factor.is_some() && kind != EffectKind::Factor {
        return Err(strange("effect/factor", word));
    }
    if kmh.is_some() && kind != EffectKind::Limit {
        return Err(strange("effect/kmh", word));
    }
    Ok(match kind {
        EffectKind::Closed => Effect::Closed,
        EffectKind::Factor => {
            Effect::Factor { factor: factor.ok_or_else(|| missing("effect/factor", word))? }
        }
        EffectKind::Limit => Effect::Limit { kmh: kmh.ok_or_else(|| missing("effect/kmh", word))? },
    })
}

fn missing(field: &str, kind: &str) -> Problem {
    Problem::invalid(field, format!("{field} is missing; kind {kind} needs it"))
}

fn strange(field: &str, kind: &str) -> Problem {
    Problem::invalid(field, format!("{field} does not belong to kind {kind}; leave it out"))
}

/// The streets of a change; refused where there are none.
async fn on_the_map(state: &ApiState, noun: &StreetChange) -> Result<Concerned, Problem> {
    let (map, change) = (state.map.current(), road_change(noun));
    let found = web::block(move || concerned(&map, &change));
    let found = found.await.map_err(|_| Problem::broken())?;
    found.map_err(|_| match noun.extent {
        Extent::Area { .. } => {
            Problem::invalid("extent/corners", "no street of the map lies there; draw it larger")
        }
        Extent::Street { .. } => Problem::invalid(
            "extent/at",
            "no street of the map lies there; choose a point on a street",
        ),
        Extent::Way { .. } => {
            Problem::invalid("extent/way", "the map has no street of this way driven like that")
        }
    })
}

/// The streets of a change on the first network that has any: some are for one kind of vehicle only.
fn concerned(map: &Map, change: &Change) -> Result<Concerned, ChangeError> {
    let found = map.networks().find_map(|network| network.concerned(change).ok());
    found.ok_or(ChangeError::NoStreet)
}

async fn find(
    state: &ApiState,
    caller: &Caller,
    id: StreetChangeId,
) -> Result<StreetChange, Problem> {
    let organization = caller.organization;
    state.get("street change", move |db| tables::street_change::find(db, organization, id)).await
}

async fn show(
    state: &ApiState,
    caller: &Caller,
    id: StreetChangeId,
) -> Result<StreetChangeShown, Problem> {
    let organization = caller.organization;
    let noun = find(state, caller, id).await?;
    let change = state
        .get("street change", move |db| views::street_change_view(db, organization, id))
        .await?;
    let map = state.map.current();
    let found = web::block(move || concerned(&map, &road_change(&noun)));
    let streets = found.await.map_err(|_| Problem::broken())?.unwrap_or_default().into();
    Ok(StreetChangeShown { change, streets })
}
