//! The live connection: `protocol` says what is spoken (docs/protocol.md in full), `ticket` lets pages in,
//! `connection` is the socket. What there is to see is the Hub's (`actors::hub`).

pub mod connection;
pub mod protocol;
pub mod ticket;

pub use connection::{Kick, on_connect};
