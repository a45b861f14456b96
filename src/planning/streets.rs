//! The living streets as `roads` knows them. Changes: the same words, with seconds instead of instants. What
//! was learned: bands by number instead of by name.

use crate::domain::streets::learned_speed::LearnedSpeed;
use crate::domain::streets::street_change::{Effect, Extent, Heading, StreetChange};
use crate::roads::speeds::{self, Experience, Learned, Lesson, StreetKey};
use crate::roads::street_network::StreetNetwork;
use crate::units::Timestamp;

/// A change for the streets.
pub fn road_change(change: &StreetChange) -> speeds::Change {
    speeds::Change {
        extent: extent(&change.extent),
        effect: match change.effect {
            Effect::Closed => speeds::Effect::Closed,
            Effect::Factor { factor } => speeds::Effect::Factor { factor },
            Effect::Limit { kmh } => speeds::Effect::Limit { kmh },
        },
        from_s: change.from.map(Timestamp::secs),
        // A part of a second belongs to the change.
        until_s: change.until.map(|until| until.plus_ms(999).secs()),
    }
}

/// A lesson for the books.
pub fn learned_speed(network: &StreetNetwork, lesson: &Lesson) -> LearnedSpeed {
    let Lesson { street, band, known } = *lesson;
    LearnedSpeed {
        profile: network.profile().name.clone(),
        way: street.way,
        tail_node: street.tail_node,
        head_node: street.head_node,
        band: network.bands().name(band).to_owned(),
        log_ratio: known.log_ratio,
        drives: known.drives,
    }
}

/// What the books have learned, for the streets. What was learned in bands that the profile has no more
/// is left out.
pub fn road_learned(network: &StreetNetwork, kept: &[LearnedSpeed]) -> Learned {
    let bands = network.bands();
    let band_of = |name: &str| (0..bands.count() as u8).find(|band| bands.name(*band) == name);
    Learned::of_lessons(kept.iter().filter_map(|kept| {
        let street =
            StreetKey { way: kept.way, tail_node: kept.tail_node, head_node: kept.head_node };
        let known = Experience { log_ratio: kept.log_ratio, drives: kept.drives };
        Some(Lesson { street, band: band_of(&kept.band)?, known })
    }))
}

fn extent(extent: &Extent) -> speeds::Extent {
    match extent {
        Extent::Area { corners } => speeds::Extent::Area { corners: corners.clone() },
        Extent::Street { at, heading } => {
            speeds::Extent::Street { at: *at, heading: road_heading(*heading) }
        }
        Extent::Way { way, heading } => {
            speeds::Extent::Way { way: *way, heading: road_heading(*heading) }
        }
    }
}

fn road_heading(heading: Heading) -> speeds::Heading {
    match heading {
        Heading::Both => speeds::Heading::Both,
        Heading::Along => speeds::Heading::Along,
        Heading::Against => speeds::Heading::Against,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Pii;
    use crate::units::Point;
    use crate::units::id::StreetChangeId;
    use proptest::prelude::*;

    fn any_effect() -> impl Strategy<Value = Effect> {
        prop_oneof![
            Just(Effect::Closed),
            (-1.0_f32..4.0).prop_map(|factor| Effect::Factor { factor }),
            (-10.0_f32..300.0).prop_map(|kmh| Effect::Limit { kmh }),
        ]
    }

    proptest! {
        #[test]
        fn what_the_books_take_the_streets_take_and_nothing_else(
            effect in any_effect(),
            corner_count in 0_usize..1_003,
            from_s in prop::option::of(0_i64..20),
            until_s in prop::option::of(0_i64..20),
        ) {
            let change = StreetChange {
                id: StreetChangeId(uuid::Uuid::nil()),
                extent: Extent::Area { corners: vec![Point { lat: 0.0, lon: 0.0 }; corner_count] },
                effect,
                from: from_s.map(Timestamp::from_secs),
                until: until_s.map(Timestamp::from_secs),
                reason: Pii("works".into()),
                made_by: None,
                made_at: Timestamp(0),
                lifted_at: None,
                version: 0,
            };
            let told = road_change(&change).check();
            prop_assert_eq!(change.clone().validated().is_ok(), told.is_ok(), "{:?}", told);
        }
    }
}
