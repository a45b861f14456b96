//! Streets: what people know of them that no map says.

pub mod street_change;
