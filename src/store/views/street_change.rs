//! Changes of the streets as shown.

use crate::domain::streets::street_change::{Effect, Extent, Heading, StreetChange};
use crate::domain::text::Pii;
use crate::store::{Db, StoreError, tables};
use crate::units::id::{OrganizationId, StreetChangeId, UserId};
use crate::units::{Point, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// A street that is closed or slower for a while.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreetChangeView {
    pub id: StreetChangeId,
    pub extent: ExtentView,
    pub effect: EffectView,
    /// Null: from ever.
    pub from: Option<Timestamp>,
    /// Null: until it is lifted.
    pub until: Option<Timestamp>,
    #[schema(value_type = String)]
    pub reason: Pii<String>,
    pub made_by: Option<UserId>,
    /// Null where the product itself made it, or the person is no longer there.
    #[schema(value_type = Option<String>)]
    pub made_by_name: Option<Pii<String>>,
    pub made_at: Timestamp,
    pub lifted_at: Option<Timestamp>,
    pub version: u32,
}

/// Where a change holds; which of the fields are there depends on the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtentView {
    pub kind: ExtentKind,
    /// Of an area: 3 to 1000 in order; streets with their middle within.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corners: Option<Vec<Point>>,
    /// Of a street: it is the piece, from junction to junction, nearest to this point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Point>,
    /// Of a way: its OpenStreetMap id; all of its pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<i64>,
    /// Of a street or way; both where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<Heading>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtentKind {
    Area,
    Street,
    Way,
}

/// What a change does to the speed; which of the fields are there depends on the kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectView {
    pub kind: EffectKind,
    /// What is left of the speed: 0.01 to 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<f32>,
    /// Nobody is faster: 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kmh: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    Closed,
    Factor,
    Limit,
}

impl From<Extent> for ExtentView {
    fn from(extent: Extent) -> Self {
        let empty =
            Self { kind: ExtentKind::Area, corners: None, at: None, way: None, heading: None };
        match extent {
            Extent::Area { corners } => Self { corners: Some(corners), ..empty },
            Extent::Street { at, heading } => {
                Self { kind: ExtentKind::Street, at: Some(at), heading: Some(heading), ..empty }
            }
            Extent::Way { way, heading } => {
                Self { kind: ExtentKind::Way, way: Some(way), heading: Some(heading), ..empty }
            }
        }
    }
}

impl From<Effect> for EffectView {
    fn from(effect: Effect) -> Self {
        let closed = Self { kind: EffectKind::Closed, factor: None, kmh: None };
        match effect {
            Effect::Closed => closed,
            Effect::Factor { factor } => {
                Self { kind: EffectKind::Factor, factor: Some(factor), ..closed }
            }
            Effect::Limit { kmh } => Self { kind: EffectKind::Limit, kmh: Some(kmh), ..closed },
        }
    }
}

/// A change, over or not.
pub fn street_change_view(
    db: &mut Db,
    organization: OrganizationId,
    id: StreetChangeId,
) -> Result<Option<StreetChangeView>, StoreError> {
    let Some(noun) = tables::street_change::find(db, organization, id)? else { return Ok(None) };
    Ok(shown(db, organization, vec![noun])?.pop())
}

/// Those that are not over, oldest first.
pub fn street_change_views(
    db: &mut Db,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<Vec<StreetChangeView>, StoreError> {
    let nouns = tables::street_change::list_not_over(db, organization, now)?;
    shown(db, organization, nouns)
}

fn shown(
    db: &mut Db,
    organization: OrganizationId,
    nouns: Vec<StreetChange>,
) -> Result<Vec<StreetChangeView>, StoreError> {
    let mut names: HashMap<UserId, Pii<String>> = HashMap::new();
    if nouns.iter().any(|noun| noun.made_by.is_some()) {
        let users = tables::user::list_all(db, organization)?;
        names.extend(users.into_iter().map(|user| (user.id, user.name)));
    }
    let view = |noun: StreetChange| StreetChangeView {
        id: noun.id,
        extent: noun.extent.into(),
        effect: noun.effect.into(),
        from: noun.from,
        until: noun.until,
        reason: noun.reason,
        made_by: noun.made_by,
        made_by_name: noun.made_by.and_then(|user| names.get(&user).cloned()),
        made_at: noun.made_at,
        lifted_at: noun.lifted_at,
        version: noun.version,
    };
    Ok(nouns.into_iter().map(view).collect())
}
