//! The nouns of dispatch, what may happen to them, and who may ask for it.
//!
//! Pure: no clock, no dice, no database. An owner decides with `decide(state, command, now)`, which
//! answers events or a [`Rejection`]; `apply(state, event)` folds an event in. The same two functions
//! serve the live actors, the replay of the journal and the tests.
//!
//! Reading order: `access` (who may), `command` (wishes), `event` (facts), `decision` (what is to be recorded), `rejection` (a rule's no),
//! `reaction` (what follows from a fact), then the nouns: `people`, `fleet`, `fieldwork`, `streets`, `plan`.

pub mod access;
pub mod command;
pub mod decision;
pub mod event;
pub mod fieldwork;
pub mod fleet;
pub mod people;
pub mod plan;
pub mod reaction;
pub mod reading;
pub mod rejection;
pub mod streets;
pub mod text;

pub use access::{Role, Who};
pub use command::{Answer, Command, Envelope};
pub use decision::Decision;
pub use event::{Aggregate, Event, Fact, Row};
pub use reading::Reading;
pub use rejection::Rejection;
