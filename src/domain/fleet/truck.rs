//! A truck: what it is (kept by the clerk) and what it carries (kept by its own actor).

use crate::domain::Rejection;
use crate::domain::text::{self, Load, Skills};
use crate::units::id::{TerritoryId, TruckId};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truck {
    pub id: TruckId,
    pub territory: TerritoryId,
    pub name: String,
    pub plate: String,
    /// The most it carries, by dimension; a dimension not named is not limited.
    pub capacity: Load,
    /// What it has on board; counts as skills of whoever drives it.
    pub equipment: Skills,
    pub active: bool,
    pub version: u32,
}

impl Truck {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.name = text::required("name", &self.name, text::NAME_LEN_MAX)?;
        self.plate = text::optional("plate", &self.plate, 20)?;
        text::load("capacity", &self.capacity)?;
        text::skills("equipment", &self.equipment)?;
        Ok(self)
    }
}

/// What a truck carries at present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cargo {
    pub truck: TruckId,
    pub load: Load,
    pub version: u32,
}

impl Cargo {
    pub fn empty(truck: TruckId) -> Self {
        Self { truck, load: Load::new(), version: 0 }
    }
}

/// Wishes about what a truck carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CargoCommand {
    /// Taken on board.
    Take { amounts: Load },
    /// Put off board.
    PutOff { amounts: Load },
    /// Everything off, as at a tip.
    Empty,
}

/// Facts about what a truck carries: the load after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CargoEvent {
    Changed { load: Load },
}

/// Never above the capacity, never below zero.
pub fn decide_cargo(
    truck: &Truck,
    state: &Cargo,
    command: CargoCommand,
) -> Result<Vec<CargoEvent>, Rejection> {
    let mut load = state.load.clone();
    match command {
        CargoCommand::Take { amounts } => {
            text::load("amounts", &amounts)?;
            for (dimension, amount) in amounts {
                let after = load.get(&dimension).copied().unwrap_or(0).saturating_add(amount);
                if let Some(most) = truck.capacity.get(&dimension).filter(|most| after > **most) {
                    return Err(Rejection::conflict(
                        "truck_over_capacity",
                        format!("the truck would carry {after} {dimension}, it holds {most}; empty it first"),
                    )
                    .with_field("amounts"));
                }
                load.insert(dimension, after);
            }
        }
        CargoCommand::PutOff { amounts } => {
            text::load("amounts", &amounts)?;
            for (dimension, amount) in amounts {
                let present = load.get(&dimension).copied().unwrap_or(0);
                let Some(after) = present.checked_sub(amount) else {
                    return Err(Rejection::conflict(
                        "truck_below_zero",
                        format!(
                            "the truck carries {present} {dimension}, {amount} cannot be put off"
                        ),
                    )
                    .with_field("amounts"));
                };
                load.insert(dimension, after);
            }
        }
        CargoCommand::Empty => load.clear(),
    }
    load.retain(|_, amount| *amount > 0);
    Ok(if load == state.load { vec![] } else { vec![CargoEvent::Changed { load }] })
}

/// Folds a fact in.
pub fn apply_cargo(state: &mut Cargo, event: &CargoEvent) {
    let CargoEvent::Changed { load } = event;
    state.load = load.clone();
    state.version += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn truck(most: u32) -> Truck {
        Truck {
            id: TruckId(uuid::Uuid::nil()),
            territory: TerritoryId(uuid::Uuid::nil()),
            name: "Van".into(),
            plate: String::new(),
            capacity: Load::from([("kg".into(), most)]),
            equipment: Skills::new(),
            active: true,
            version: 1,
        }
    }

    proptest! {
        #[test]
        fn whatever_is_asked_the_load_stays_within_zero_and_the_capacity(
            steps in proptest::collection::vec((any::<bool>(), 0_u32..200), 0..40)
        ) {
            let truck = truck(100);
            let mut cargo = Cargo::empty(truck.id);
            let mut expected = 0_i64;
            for (take, amount) in steps {
                let amounts = Load::from([("kg".into(), amount)]);
                let wish = if take { CargoCommand::Take { amounts } } else { CargoCommand::PutOff { amounts } };
                let after = if take { expected + i64::from(amount) } else { expected - i64::from(amount) };
                let answer = decide_cargo(&truck, &cargo, wish);
                prop_assert_eq!(answer.is_ok(), (0..=100).contains(&after));
                if let Ok(events) = answer {
                    for event in &events {
                        apply_cargo(&mut cargo, event);
                    }
                    expected = after;
                }
                prop_assert_eq!(i64::from(cargo.load.get("kg").copied().unwrap_or(0)), expected);
            }
        }
    }
}
