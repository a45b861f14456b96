//! Streets: what people know of them that no map says.

pub mod learned_speed;
pub mod street_change;
