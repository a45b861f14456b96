//! Whether technicians work. One without a row has not said anything yet.

use crate::domain::people::technician::{Duty, DutyStatus};
use crate::store::dialect::row;
use crate::store::tables::{books, state_of_all};
use crate::units::Timestamp;
use crate::units::id::TechnicianId;

row! {
    DutyRow in duties by (organization, technician) of noun: Duty {
        technician: TechnicianId,
        status: DutyStatus,
        since: Timestamp,
        silent_since: Option<Timestamp>,
        version: u32,
    } => Duty { technician, status, since, silent_since, version }
}

books!(duties, DutyRow, Duty, TechnicianId);
state_of_all!(duties, DutyRow, Duty);
