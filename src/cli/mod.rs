//! cli

pub mod clip_map;
pub mod import_map;
pub mod town;
