//! Settings: as written (flags over environment over file), then as meant.
//!
//! The only room that reads the environment. `app` and `cli` load [`Settings`] once and pass values down;
//! no other room asks for a setting by name. Every value remembers where it came from, for
//! `sortie config show --origin`.
//!
//! Reading order: `keys` (the one table of settings), `load` (who wins), `settings` (what they mean).

pub mod keys;
pub mod load;
pub mod settings;

pub use load::{Flags, environment, load, load_from};
pub use settings::{ConfigError, LogFormat, Origin, Settings, Shown, TlsFiles};
