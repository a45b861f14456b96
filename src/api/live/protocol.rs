//! What clients say on the live connection, and what this end says itself. Snapshots, updates and positions
//! come from the Hub (`actors::hub`); docs/protocol.md describes all of it, `web/src/live` mirrors it.

use crate::actors::hub::Topic;
use crate::api::error::Problem;
use crate::domain::Role;
use crate::units::Timestamp;
use crate::units::id::{OrganizationId, TechnicianId, UserId};
use serde::{Deserialize, Serialize};

/// Close codes of our own (RFC 6455 leaves 4000 to 4999 to applications).
pub mod close {
    /// No `hello` within the time, or not as the first message.
    pub const HELLO_EXPECTED: u16 = 4001;
    /// Ticket or token is not good (any more): get a new one and connect again.
    pub const NOT_LOGGED_IN: u16 = 4003;
    /// Too many messages.
    pub const TOO_MANY: u16 = 4029;
    /// The server stops: connect again shortly.
    pub const GOING_AWAY: u16 = 1001;
}

/// What a client says.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// First, within five seconds: who this is.
    Hello {
        /// Pages: from `POST live/tickets`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
        /// Programs: an access token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        access_token: Option<String>,
    },
    /// Watch a topic under a number of the client's choice.
    Subscribe {
        id: u32,
        #[schema(value_type = Object)]
        topic: Topic,
        /// The journal number that the client has of this topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<i64>,
    },
    Unsubscribe {
        id: u32,
    },
    /// Move a viewport: west, south, east, north.
    View {
        id: u32,
        bbox: [f64; 4],
    },
    Ping,
}

/// What this end says by itself.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    Welcome {
        now: Timestamp,
        /// Domain seconds per real second.
        speed: f64,
        /// Null for the holder of a tracking link.
        user: Option<WelcomeUser>,
    },
    Pong {
        now: Timestamp,
    },
    Error {
        /// The subscription it concerns.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
        code: String,
        sentence: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
}

/// Who the server takes the client for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct WelcomeUser {
    pub id: UserId,
    pub role: Role,
    pub technician: Option<TechnicianId>,
    pub organization: OrganizationId,
}

impl ServerMessage {
    pub fn error(problem: Problem) -> Self {
        Self::Error { id: None, code: problem.code, sentence: problem.detail, field: problem.field }
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a message is plain values with text keys")
    }
}

/// A client's text, or what is wrong with it.
pub fn parse(text: &[u8]) -> Result<ClientMessage, Problem> {
    crate::api::body::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_written_as_the_document_says() {
        let hello = r#"{"type":"hello","ticket":"abc"}"#;
        assert_eq!(
            parse(hello.as_bytes()).unwrap(),
            ClientMessage::Hello { ticket: Some("abc".into()), access_token: None }
        );
        let plan = r#"{"type":"subscribe","id":1,"topic":{"kind":"plan",
            "territory":"01936f3e-8a4b-7c3d-9f2e-1a2b3c4d5e6f","day":"2026-11-20"},"last":7}"#;
        assert!(matches!(
            parse(plan.as_bytes()).unwrap(),
            ClientMessage::Subscribe { id: 1, topic: Topic::Plan { .. }, last: Some(7) }
        ));
        let view = r#"{"type":"view","id":1,"bbox":[14.4,35.8,14.6,36.0]}"#;
        assert!(matches!(parse(view.as_bytes()).unwrap(), ClientMessage::View { id: 1, .. }));
        assert_eq!(parse(br#"{"type":"ping"}"#).unwrap(), ClientMessage::Ping);
        let pong = ServerMessage::Pong { now: Timestamp(5) };
        assert_eq!(pong.text(), r#"{"type":"pong","now":5}"#);
    }

    #[test]
    fn what_is_not_in_the_document_is_refused() {
        for text in [
            "{}",
            "[]",
            "x",
            r#"{"type":"shout"}"#,
            r#"{"type":"subscribe","id":-1,"topic":{"kind":"tracking"}}"#,
            r#"{"type":"subscribe","id":1,"topic":{"kind":"everything"}}"#,
            r#"{"type":"unsubscribe"}"#,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
