//! Trucks: what they can carry and have on board.

pub mod truck;
