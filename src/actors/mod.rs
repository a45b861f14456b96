//! All live state. Each actor owns one thing and alone changes it:
//!
//! - [`directory::Directory`]: the one door. Checks access, finds or starts the owner, hands it the envelope.
//! - `job`, `technician`, `truck`, `clerk`, `planner`: the owners. `decide`, record, apply, answer.
//! - [`recorder::Recorder`]: the one pen. Groups what is to be written into transactions; what is written is
//!   told to the followers, in the order of the journal.
//! - [`hub::Hub`]: who watches what; turns facts and positions into updates for screens.
//! - [`reactor::Reactor`]: sends what follows from facts to other owners, with a durable cursor.
//! - [`street_keeper::StreetKeeper`]: puts the changes of the streets that the books have into the map, and
//!   what driving teaches about them.
//! - [`learner::Learner`]: follows drives along the streets, and tells the StreetKeeper how long they took.
//! - `solver_pool`: long searches off the actor threads.
//!
//! No actor waits for another except for the Recorder (and the Directory for an owner, on behalf of a
//! caller). A fallen actor is started anew from the tables.

pub mod clerk;
pub mod directory;
pub mod execute;
pub mod hub;
pub mod job;
pub mod learner;
pub mod live;
pub mod planner;
pub mod reactor;
pub mod recorder;
pub mod solver_pool;
pub mod street_keeper;
pub mod technician;
pub mod truck;

pub use crate::planning::PlacementOption;
pub use execute::{Around, Carry, Refusal};
pub use live::{Live, ReportAnswer};
pub use recorder::Committed;
