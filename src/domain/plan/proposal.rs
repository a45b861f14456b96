//! A better plan, offered and not imposed.

use super::route::Route;
use crate::units::LocalDay;
use crate::units::Timestamp;
use crate::units::id::{JobId, ProposalId, TechnicianId, TerritoryId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub id: ProposalId,
    pub territory: TerritoryId,
    pub day: LocalDay,
    pub status: ProposalStatus,
    pub made_at: Timestamp,
    /// The routes that would change, as they would be. Their `version` is the one that was seen: if a
    /// route has moved on, the proposal is stale.
    pub routes: Vec<Route>,
    pub difference: Difference,
    pub version: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStatus {
    Offered,
    Applied,
    Discarded,
    /// The plan moved on, or a newer one took its place.
    Outdated,
}

impl ProposalStatus {
    pub const ALL: [Self; 4] = [Self::Offered, Self::Applied, Self::Discarded, Self::Outdated];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Applied => "applied",
            Self::Discarded => "discarded",
            Self::Outdated => "outdated",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Proposal minus present plan. Negative is better.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Difference {
    pub travel_s: i64,
    pub travel_m: i64,
    /// Seconds after the end of wanted windows and promises, summed.
    pub lateness_s: i64,
    /// Promises whose planned arrival would leave the promised window, or move by more than its slack.
    pub moved_promises: u32,
    /// Jobs that would find a place.
    pub placed_jobs: u32,
    /// What the road would cost more, in the smallest unit of the organization's currency; none without prices.
    #[serde(default)]
    pub cost: Option<i64>,
    /// The technicians whose day would change.
    #[serde(default)]
    pub routes: Vec<RouteDifference>,
    pub moves: Vec<Move>,
}

/// The rest of one technician's day, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteDifference {
    pub technician: TechnicianId,
    pub before: RouteFigures,
    pub after: RouteFigures,
}

/// What a dispatcher asks of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteFigures {
    pub jobs: u32,
    pub travel_s: i64,
    pub travel_m: i64,
    pub lateness_s: i64,
    /// Of the road, in the smallest unit of the organization's currency; none without prices.
    #[serde(default)]
    pub cost: Option<i64>,
    /// None without a job.
    pub end_at: Option<Timestamp>,
}

/// One job that would move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    pub job: JobId,
    pub from: Option<TechnicianId>,
    pub to: Option<TechnicianId>,
    /// Planned arrival before and after.
    pub arrival_before: Option<Timestamp>,
    pub arrival_after: Option<Timestamp>,
    /// The customer was told a time, and this is another one.
    #[serde(default)]
    pub moves_promise: bool,
    /// What the job itself takes: why it moves.
    #[serde(default)]
    pub before: Option<Share>,
    #[serde(default)]
    pub after: Option<Share>,
}

/// What one job takes of its technician's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How much less would be driven without it.
    pub detour_s: i64,
    pub lateness_s: i64,
}
