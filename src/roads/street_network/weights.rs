//! What driving costs at a time: the hierarchy with the speeds of a band of the week, of what was learned, and
//! of the changes that hold then. Made when it is first asked for, kept while it is asked for, and replaced
//! as a whole, so that readers never wait for a change.

use super::{StreetNetwork, customize};
use crate::roads::cost::Cost;
use crate::roads::file::Column;
use crate::roads::graph::Streets;
use crate::roads::hierarchy::{Metric, Topology};
use crate::roads::speeds::{
    Bands, Blend, Change, ChangeError, Changes, Concerned, Departure, Effect, Learned, Lesson,
    LocatedChange, Observation, StreetKey, street_key,
};
use crate::roads::turn_graph::TurnGraph;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

/// So many sets of weights are kept; those that nobody asked for longest go first.
const KEPT_MAX: usize = 8;

/// Each edge from end to end, and the hierarchy with it.
pub(super) struct Weights {
    pub(super) drive: Column<Cost>,
    pub(super) metric: Metric,
}

impl Weights {
    pub(super) fn without_traffic(
        streets: &Streets,
        turns: &TurnGraph,
        topology: &Topology,
    ) -> Self {
        let drive = Self::free_drive(streets);
        let metric = customize(turns, topology, &drive);
        Self { drive, metric }
    }

    pub(super) fn free_drive(streets: &Streets) -> Column<Cost> {
        streets.edges().iter().map(|edge| Cost::new(edge.duration_ds, edge.length_dm)).collect()
    }
}

/// What tells weights apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Conditions {
    blend: Blend,
    /// The changes that hold.
    holding: Vec<u32>,
}

type Slot = Arc<OnceLock<Arc<Weights>>>;

/// The state of the streets: what is known of speeds, and the weights that were made of it.
struct State {
    /// One more than the state before.
    version: u64,
    changes: Changes,
    learned: Learned,
    /// The one asked for last stands last.
    kept: Mutex<Vec<(Conditions, Slot)>>,
}

/// The living part of a network.
pub(super) struct Living {
    bands: Bands,
    free: Arc<Weights>,
    state: RwLock<Arc<State>>,
    /// One change at a time.
    changing: Mutex<()>,
}

impl Living {
    pub(super) fn new(bands: Bands, free: Weights) -> Self {
        let state = State {
            version: 0,
            changes: Changes::default(),
            learned: Learned::default(),
            kept: Mutex::default(),
        };
        Self {
            bands,
            free: Arc::new(free),
            state: RwLock::new(Arc::new(state)),
            changing: Mutex::new(()),
        }
    }

    /// Without traffic and changes.
    pub(super) fn free(&self) -> &Arc<Weights> {
        &self.free
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn kept(&self) -> MutexGuard<'_, Vec<(Conditions, Slot)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of some weights, whether they are made or not.
    fn slot(&self, conditions: Conditions) -> Slot {
        let mut kept = self.kept();
        let known = kept.iter().position(|(known, _)| *known == conditions);
        let slot = match known {
            Some(at) => kept.remove(at).1,
            None => Slot::default(),
        };
        kept.push((conditions, Arc::clone(&slot)));
        if kept.len() > KEPT_MAX {
            kept.remove(0);
        }
        slot
    }
}

impl StreetNetwork {
    /// The weights at a departure; without one, those without traffic. Making them takes as long as putting
    /// weights into the hierarchy.
    pub(super) fn weights_at(&self, departure: Option<Departure>) -> Arc<Weights> {
        let Some(departure) = departure else { return Arc::clone(self.living.free()) };
        let state = self.living.state();
        self.weights_in(&state, departure)
    }

    /// A number that tells apart which weights a departure gets; 0 are those without traffic.
    pub(super) fn conditions_at(&self, departure: Option<Departure>) -> u64 {
        let conditions = departure.and_then(|at| self.conditions_in(&self.living.state(), at));
        conditions.map_or(0, |conditions| {
            let mut hasher = DefaultHasher::new();
            conditions.hash(&mut hasher);
            hasher.finish()
        })
    }

    /// None if there is no traffic.
    fn conditions_in(&self, state: &State, departure: Departure) -> Option<Conditions> {
        let conditions = Conditions {
            blend: self.living.bands.blend_at(departure.minute_of_week),
            holding: state.changes.holding_at(departure.at_s),
        };
        let is_free = conditions.blend == Blend::FREE && conditions.holding.is_empty();
        (!is_free || !state.learned.is_empty()).then_some(conditions)
    }

    fn weights_in(&self, state: &State, departure: Departure) -> Arc<Weights> {
        let Some(conditions) = self.conditions_in(state, departure) else {
            return Arc::clone(self.living.free());
        };
        let slot = state.slot(conditions.clone());
        let weights = slot.get_or_init(|| Arc::new(self.make_weights(state, &conditions)));
        Arc::clone(weights)
    }

    fn make_weights(&self, state: &State, conditions: &Conditions) -> Weights {
        let drive = self.drive_under(state, conditions);
        let metric = customize(&self.turns, &self.topology, &drive);
        Weights { drive: drive.into(), metric }
    }

    /// What each edge costs from end to end.
    fn drive_under(&self, state: &State, conditions: &Conditions) -> Vec<Cost> {
        let Blend { from, to, is_half } = conditions.blend;
        let [learned_from, learned_to] =
            [from, to].map(|band| state.learned.factors(&self.streets, band));
        let share = if is_half { 0.5 } else { 0.0 };
        let bands = &self.living.bands;
        let mut drive: Vec<Cost> = (0..)
            .zip(self.streets.edges())
            .map(|(number, edge): (u32, _)| {
                let part = |band, learned: &HashMap<u32, f32>| {
                    bands.factor(band, edge.class()) * learned.get(&number).copied().unwrap_or(1.0)
                };
                // Times are blended, not speeds.
                let slowness =
                    (1.0 - share) / part(from, &learned_from) + share / part(to, &learned_to);
                let duration_ds = (edge.duration_ds as f32 * slowness).round().max(1.0);
                Cost::new(duration_ds as u32, edge.length_dm)
            })
            .collect();
        state.changes.lay(&conditions.holding, |edge, effect| {
            let slot = &mut drive[edge as usize];
            if !slot.is_reached() {
                return;
            }
            let (duration_ds, length_dm) = (slot.duration_ds(), slot.length_dm());
            *slot = match effect {
                Effect::Closed => Cost::UNREACHED,
                Effect::Factor { factor } => {
                    let slowed = (duration_ds as f32 / factor).round().max(1.0);
                    Cost::new(slowed as u32, length_dm)
                }
                Effect::Limit { kmh } => {
                    let at_limit = (length_dm as f32 / kmh * 3.6).round();
                    Cost::new(duration_ds.max(at_limit as u32), length_dm)
                }
            };
        });
        drive
    }

    /// Replaces all changes of the streets. `soon` names departures that will be asked for: their weights
    /// are made before anybody sees the change, so that nobody waits for it.
    ///
    /// Changes that cannot be or concern no street here are left out; their numbers, and why, are answered.
    pub fn set_changes(&self, changes: &[Change], soon: &[Departure]) -> Vec<(usize, ChangeError)> {
        let (mut located, mut left_out) = (Vec::new(), Vec::new());
        for (number, change) in changes.iter().enumerate() {
            match LocatedChange::of(change, &self.streets, &self.grid) {
                Ok(found) => located.push(found),
                Err(error) => left_out.push((number, error)),
            }
        }
        self.swap(soon, |state| (Changes(located), state.learned.clone()));
        left_out
    }

    /// The streets that a change would be about.
    ///
    /// # Errors
    /// The change cannot be or concerns no street.
    pub fn concerned(&self, change: &Change) -> Result<Concerned, ChangeError> {
        let located = LocatedChange::of(change, &self.streets, &self.grid)?;
        Ok(located.concerned(&self.streets))
    }

    /// Rises with everything that is set or learned.
    pub(super) fn living_version(&self) -> u64 {
        self.living.state().version
    }

    pub(super) fn last_turn_before(&self, at_s: i64) -> Option<i64> {
        self.living.state().changes.holding_since(at_s)
    }

    /// Takes drives in, and uses what they teach from now on. What is known now of the streets of those that
    /// counted, each street and band once.
    pub fn learn(&self, observations: &[Observation], soon: &[Departure]) -> Vec<Lesson> {
        let edges: HashMap<_, u32> = (0..self.streets.edges().len() as u32)
            .map(|edge| (self.street_key(edge), edge))
            .collect();
        let mut lessons = HashMap::new();
        self.swap(soon, |state| {
            let mut learned = state.learned.clone();
            for observation in observations {
                let Some(edge) = edges.get(&observation.street) else { continue };
                let band = self.living.bands.at(observation.minute_of_week);
                let edge = &self.streets.edges()[*edge as usize];
                let expected_s =
                    edge.duration_ds as f32 / 10.0 / self.living.bands.factor(band, edge.class());
                let lesson =
                    learned.take(observation.street, band, expected_s, observation.duration_s);
                lessons.extend(lesson.map(|lesson| ((lesson.street, band), lesson)));
            }
            (state.changes.clone(), learned)
        });
        lessons.into_values().collect()
    }

    /// The ids of an edge, which a newer map has too.
    pub fn street_key(&self, edge: u32) -> StreetKey {
        street_key(&self.streets, edge)
    }

    /// What was learned so far, to be kept.
    pub fn learned(&self) -> Learned {
        self.living.state().learned.clone()
    }

    /// Goes on with what was kept.
    pub fn set_learned(&self, learned: Learned, soon: &[Departure]) {
        self.swap(soon, |state| (state.changes.clone(), learned));
    }

    fn swap(&self, soon: &[Departure], make: impl FnOnce(&State) -> (Changes, Learned)) {
        let _one_at_a_time = self.living.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.living.state();
        let (changes, learned) = make(&before);
        let version = before.version + 1;
        let state = State { version, changes, learned, kept: Mutex::default() };
        for departure in soon {
            self.weights_in(&state, *departure);
        }
        *self.living.state.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
    }

    /// The bands of the week that the network knows.
    pub fn bands(&self) -> &Bands {
        &self.living.bands
    }
}
