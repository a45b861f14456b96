//! A street change: a street that is closed or slower for a while. It ends at its time or is lifted; then
//! it stays in the books, and no way obeys it any more.

use crate::domain::Rejection;
use crate::domain::text::{self, Pii};
use crate::units::id::{StreetChangeId, UserId};
use crate::units::{Point, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreetChange {
    pub id: StreetChangeId,
    pub extent: Extent,
    pub effect: Effect,
    /// Without it, from ever.
    pub from: Option<Timestamp>,
    /// Without it, until it is lifted.
    pub until: Option<Timestamp>,
    /// What is the matter, in a few words.
    pub reason: Pii<String>,
    /// `None` for the product itself.
    pub made_by: Option<UserId>,
    pub made_at: Timestamp,
    pub lifted_at: Option<Timestamp>,
    pub version: u32,
}

/// Where a change holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Extent {
    /// Streets within a polygon; its corners in order.
    Area { corners: Vec<Point> },
    /// The piece of street, from junction to junction, nearest to a point.
    Street { at: Point, heading: Heading },
    /// All of an OpenStreetMap way.
    Way { way: i64, heading: Heading },
}

/// Which direction of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    #[default]
    Both,
    /// In the order in which the way is drawn.
    Along,
    Against,
}

impl Heading {
    pub const ALL: [Self; 3] = [Self::Both, Self::Along, Self::Against];

    /// As stored and sent.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Along => "along",
            Self::Against => "against",
        }
    }
}

/// What a change does to the speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Effect {
    /// Nobody drives through; who stands on it may leave.
    Closed,
    /// What is left of the speed.
    Factor { factor: f32 },
    /// Nobody is faster.
    Limit { kmh: f32 },
}

/// Corners of an area.
pub const CORNERS: std::ops::RangeInclusive<usize> = 3..=1_000;
/// What can be left of a speed.
pub const FACTOR: std::ops::RangeInclusive<f32> = 0.01..=2.0;
/// Limits in km/h.
pub const LIMIT_KMH: std::ops::RangeInclusive<f32> = 1.0..=200.0;
/// Changes of one organization that are not over.
pub const COUNT_MAX: usize = 500;

impl StreetChange {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        match &self.extent {
            Extent::Area { corners } if !CORNERS.contains(&corners.len()) => {
                let found = corners.len();
                return Err(Rejection::invalid(
                    "extent/corners",
                    format!("extent/corners must be 3 to 1000 points, there are {found}"),
                ));
            }
            _ => {}
        }
        match self.effect {
            Effect::Factor { factor } if !FACTOR.contains(&factor) => {
                return Err(Rejection::invalid(
                    "effect/factor",
                    "effect/factor must be 0.01 to 2 (0.5 is half the speed); close the street with kind closed",
                ));
            }
            Effect::Limit { kmh } if !LIMIT_KMH.contains(&kmh) => {
                return Err(Rejection::invalid(
                    "effect/kmh",
                    "effect/kmh must be 1 to 200 km/h; close the street with kind closed",
                ));
            }
            _ => {}
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            return Err(Rejection::invalid(
                "until",
                "until must be later than from: it ends before it begins",
            ));
        }
        self.reason = Pii(text::required("reason", &self.reason, text::NAME_LEN_MAX)?);
        Ok(self)
    }

    /// Whether no way obeys it any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.lifted_at.is_some() || self.until.is_some_and(|until| until <= now)
    }

    /// The next instant at which it begins or ends.
    pub fn turns_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.is_over(now) {
            return None;
        }
        [self.from, self.until].into_iter().flatten().filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> StreetChange {
        StreetChange {
            id: StreetChangeId(uuid::Uuid::nil()),
            extent: Extent::Way { way: 1, heading: Heading::Both },
            effect: Effect::Closed,
            from: None,
            until: None,
            reason: Pii(" burst pipe ".into()),
            made_by: None,
            made_at: Timestamp(0),
            lifted_at: None,
            version: 0,
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        assert_eq!(*change().validated().unwrap().reason, "burst pipe");
        let corners = |count| Extent::Area { corners: vec![Point { lat: 0.0, lon: 0.0 }; count] };
        let at = |ms| Some(Timestamp(ms));
        for (change, field) in [
            (StreetChange { extent: corners(2), ..change() }, "extent/corners"),
            (StreetChange { extent: corners(1_001), ..change() }, "extent/corners"),
            (StreetChange { effect: Effect::Factor { factor: 0.0 }, ..change() }, "effect/factor"),
            (
                StreetChange { effect: Effect::Factor { factor: f32::NAN }, ..change() },
                "effect/factor",
            ),
            (StreetChange { effect: Effect::Limit { kmh: 201.0 }, ..change() }, "effect/kmh"),
            (StreetChange { from: at(5), until: at(5), ..change() }, "until"),
            (StreetChange { reason: Pii("  ".into()), ..change() }, "reason"),
        ] {
            assert_eq!(change.validated().unwrap_err().field.as_deref(), Some(field));
        }
    }

    #[test]
    fn it_turns_when_it_begins_and_when_it_ends_and_then_no_more() {
        let at = |ms| Some(Timestamp(ms));
        let change = StreetChange { from: at(10), until: at(20), ..change() };
        let turns = |now| change.turns_at(Timestamp(now));
        assert_eq!([turns(5), turns(10), turns(20)], [at(10), at(20), None]);
        assert!(!change.is_over(Timestamp(19)) && change.is_over(Timestamp(20)));
        let lifted = StreetChange { lifted_at: at(12), ..change };
        assert!(lifted.is_over(Timestamp(12)) && lifted.turns_at(Timestamp(12)).is_none());
    }
}
