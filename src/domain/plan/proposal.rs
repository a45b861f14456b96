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
    pub moves: Vec<Move>,
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
}
