//! What the parts of the suite share.

pub mod database;
pub mod nouns;
pub mod program;
pub mod records;
pub mod statements;
pub mod tls;
