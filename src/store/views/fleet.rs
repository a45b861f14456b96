//! Technicians and trucks as shown: what stands in the books, with what holds right now.

use crate::domain::Reading;
use crate::domain::fleet::truck::Truck;
use crate::domain::people::technician::{BreakRule, Duty, DutyStatus, Shift, Technician};
use crate::domain::text::{Load, Pii};
use crate::store::positions;
use crate::store::tables::{cargo, duty, technician, truck};
use crate::store::{Db, StoreError};
use crate::units::id::{OrganizationId, TechnicianId, TerritoryId, TruckId};
use crate::units::{Point, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TechnicianView {
    pub id: TechnicianId,
    pub territory: TerritoryId,
    #[schema(value_type = String)]
    pub name: Pii<String>,
    #[schema(value_type = String)]
    pub phone: Pii<String>,
    pub skills: BTreeSet<String>,
    pub shifts: Vec<Shift>,
    pub breaks: Vec<BreakRule>,
    #[schema(value_type = Point)]
    pub start: Pii<Point>,
    #[schema(value_type = Option<Point>)]
    pub end: Option<Pii<Point>>,
    pub truck: Option<TruckId>,
    #[schema(value_type = Option<String>)]
    pub device: Option<Pii<String>>,
    pub active: bool,
    pub version: u32,
    pub duty: DutyView,
    /// Where they were last seen.
    pub position: Option<PositionView>,
}

/// Whether a technician works at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DutyView {
    pub status: DutyStatus,
    pub since: Timestamp,
    /// Set while nothing has been heard for too long on duty.
    pub silent_since: Option<Timestamp>,
}

/// A reading as shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PositionView {
    pub lat: f64,
    pub lon: f64,
    pub heading_deg: Option<f32>,
    pub speed_kmh: Option<f32>,
    pub accuracy_m: Option<f32>,
    pub at: Timestamp,
}

impl TechnicianView {
    pub fn new(noun: Technician, duty: &Duty, position: Option<PositionView>) -> Self {
        Self {
            id: noun.id,
            territory: noun.territory,
            name: noun.name,
            phone: noun.phone,
            skills: noun.skills,
            shifts: noun.shifts,
            breaks: noun.breaks,
            start: noun.start,
            end: noun.end,
            truck: noun.truck,
            device: noun.device,
            active: noun.active,
            version: noun.version,
            duty: DutyView {
                status: duty.status,
                since: duty.since,
                silent_since: duty.silent_since,
            },
            position,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TruckView {
    pub id: TruckId,
    pub territory: TerritoryId,
    pub name: String,
    pub plate: String,
    /// The most it carries, by dimension.
    pub capacity: BTreeMap<String, u32>,
    pub equipment: BTreeSet<String>,
    pub active: bool,
    pub version: u32,
    /// What it carries at present, by dimension.
    pub cargo: BTreeMap<String, u32>,
}

impl TruckView {
    pub fn new(noun: Truck, cargo: Load) -> Self {
        Self {
            id: noun.id,
            territory: noun.territory,
            name: noun.name,
            plate: noun.plate,
            capacity: noun.capacity,
            equipment: noun.equipment,
            active: noun.active,
            version: noun.version,
            cargo,
        }
    }
}

impl From<Reading> for PositionView {
    fn from(reading: Reading) -> Self {
        Self {
            lat: reading.point.lat,
            lon: reading.point.lon,
            heading_deg: reading.heading_deg,
            speed_kmh: reading.speed_kmh,
            accuracy_m: reading.accuracy_m,
            at: reading.at,
        }
    }
}

/// A technician as shown.
pub fn technician_view(
    db: &mut Db,
    organization: OrganizationId,
    id: TechnicianId,
) -> Result<Option<TechnicianView>, StoreError> {
    let Some(noun) = technician::find(db, organization, id)? else { return Ok(None) };
    let duty = duty::find(db, organization, id)?.unwrap_or_else(|| Duty::new(id));
    let position = positions::find_last(db, organization, id)?.map(Into::into);
    Ok(Some(TechnicianView::new(noun, &duty, position)))
}

/// Technicians as shown, of one territory or of all, oldest first.
pub fn technician_views(
    db: &mut Db,
    organization: OrganizationId,
    territory: Option<TerritoryId>,
) -> Result<Vec<TechnicianView>, StoreError> {
    let mut nouns = technician::list_all(db, organization)?;
    nouns.retain(|noun| territory.is_none_or(|wanted| noun.territory == wanted));
    let duties: HashMap<TechnicianId, Duty> =
        duty::list_all(db, organization)?.into_iter().map(|duty| (duty.technician, duty)).collect();
    let mut last: HashMap<TechnicianId, Reading> = positions::list_last(db, organization)?
        .into_iter()
        .map(|reading| (reading.technician, reading))
        .collect();
    Ok(nouns
        .into_iter()
        .map(|noun| {
            let unheard = Duty::new(noun.id);
            let duty = duties.get(&noun.id).unwrap_or(&unheard);
            let position = last.remove(&noun.id).map(Into::into);
            TechnicianView::new(noun, duty, position)
        })
        .collect())
}

/// A truck as shown.
pub fn truck_view(
    db: &mut Db,
    organization: OrganizationId,
    id: TruckId,
) -> Result<Option<TruckView>, StoreError> {
    let Some(noun) = truck::find(db, organization, id)? else { return Ok(None) };
    let carried = cargo::find(db, organization, id)?.map(|cargo| cargo.load).unwrap_or_default();
    Ok(Some(TruckView::new(noun, carried)))
}

/// Trucks as shown, of one territory or of all, oldest first.
pub fn truck_views(
    db: &mut Db,
    organization: OrganizationId,
    territory: Option<TerritoryId>,
) -> Result<Vec<TruckView>, StoreError> {
    let mut nouns = truck::list_all(db, organization)?;
    nouns.retain(|noun| territory.is_none_or(|wanted| noun.territory == wanted));
    let mut carried: HashMap<TruckId, Load> = cargo::list_all(db, organization)?
        .into_iter()
        .map(|cargo| (cargo.truck, cargo.load))
        .collect();
    Ok(nouns
        .into_iter()
        .map(|noun| {
            let load = carried.remove(&noun.id).unwrap_or_default();
            TruckView::new(noun, load)
        })
        .collect())
}
