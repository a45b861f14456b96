//! A rule's no: a stable code for programs, a sentence for people, and the numbers behind it.

use serde::{Deserialize, Serialize};

/// How a refusal is to be understood; the edge maps it to a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectionKind {
    /// The wish itself is wrong; `field` names where.
    Invalid,
    /// The caller may not wish this.
    Forbidden,
    /// There is no such thing here (or it belongs to somebody else).
    NotFound,
    /// The wish came too late: something has moved since the caller looked.
    Stale,
    /// The state of things forbids it now.
    Conflict,
}

/// Why a command was not carried out. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{sentence}")]
pub struct Rejection {
    pub kind: RejectionKind,
    /// Stable, `snake_case`: `job_already_completed`.
    pub code: String,
    /// What is wrong and how to cure it.
    pub sentence: String,
    /// The field at fault, as a JSON pointer without the leading slash: `wanted/until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The numbers behind it, for programs: current versions, limits, reasons per technician.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub facts: serde_json::Value,
}

impl Rejection {
    fn new(kind: RejectionKind, code: &str, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            sentence: sentence.into(),
            field: None,
            facts: serde_json::Value::Null,
        }
    }

    /// A value that cannot be: names the field and the cure.
    pub fn invalid(field: &str, sentence: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(RejectionKind::Invalid, "invalid_value", sentence)
        }
    }

    pub fn forbidden(sentence: impl Into<String>) -> Self {
        Self::new(RejectionKind::Forbidden, "forbidden", sentence)
    }

    /// `noun` in the singular: `job`. The same answer for a thing that is not there and one of another
    /// organization.
    pub fn not_found(noun: &str) -> Self {
        Self::new(
            RejectionKind::NotFound,
            &format!("{}_not_found", noun.replace(' ', "_")),
            format!("there is no such {noun}; check the id"),
        )
    }

    pub fn conflict(code: &str, sentence: impl Into<String>) -> Self {
        Self::new(RejectionKind::Conflict, code, sentence)
    }

    /// The version that the caller saw is not the present one.
    pub fn stale(noun: &str, seen: u32, current: u32) -> Self {
        Self::new(
            RejectionKind::Stale,
            "stale_version",
            format!("the {noun} has changed since you looked (you saw version {seen}, it is {current}); look again and repeat"),
        )
        .with_facts(serde_json::json!({ "seen": seen, "current": current }))
    }

    pub fn with_field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    pub fn with_facts(mut self, facts: serde_json::Value) -> Self {
        self.facts = facts;
        self
    }
}
