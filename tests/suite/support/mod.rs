//! What the parts of the suite share.

pub mod program;
pub mod tls;
