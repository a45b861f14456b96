//! What the parts of the suite share.

#[allow(dead_code, reason = "benches use parts of it that the suite does not")]
pub mod database;
pub mod nouns;
pub mod program;
pub mod records;
pub mod server;
pub mod statements;
pub mod system;
pub mod tls;
