//! A technician: who they are and when they work (kept by the clerk), and their duty (kept by their own
//! actor).

use crate::domain::Rejection;
use crate::domain::text::{self, Pii, Skills};
use crate::units::id::{TechnicianId, TerritoryId, TruckId};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Technician {
    pub id: TechnicianId,
    pub territory: TerritoryId,
    pub name: Pii<String>,
    pub phone: Pii<String>,
    pub skills: Skills,
    /// At most one per weekday.
    pub shifts: Vec<Shift>,
    pub breaks: Vec<BreakRule>,
    /// Where the day starts.
    pub start: Pii<Point>,
    /// Where it ends; nowhere in particular if `None`.
    pub end: Option<Pii<Point>>,
    pub truck: Option<TruckId>,
    /// What the GPS device or tracker app calls itself; unique over all organizations.
    pub device: Option<Pii<String>>,
    pub active: bool,
    pub version: u32,
}

/// Working hours of a weekday, in minutes after local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Monday is 0, Sunday is 6.
    pub weekday: u8,
    pub from_minute: u16,
    pub until_minute: u16,
}

/// A break of `duration_s`, to begin within the window, each working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakRule {
    pub from_minute: u16,
    pub until_minute: u16,
    pub duration_s: u32,
}

impl Technician {
    /// Checks the fields and brings them into their stored form.
    pub fn validated(mut self) -> Result<Self, Rejection> {
        self.name = Pii(text::required("name", &self.name, text::NAME_LEN_MAX)?);
        self.phone = Pii(text::phone("phone", &self.phone)?);
        text::skills("skills", &self.skills)?;
        if let Some(device) = &self.device {
            let fits =
                (4..=64).contains(&device.len()) && device.bytes().all(|b| b.is_ascii_graphic());
            if !fits {
                return Err(Rejection::invalid(
                    "device",
                    "device must have 4 to 64 visible ASCII characters",
                ));
            }
        }
        for (at, shift) in self.shifts.iter().enumerate() {
            if shift.weekday > 6 {
                return Err(Rejection::invalid(
                    "shifts",
                    "shifts: weekday must be 0 (Monday) to 6 (Sunday)",
                ));
            }
            if shift.from_minute >= shift.until_minute || shift.until_minute > 1_440 {
                return Err(Rejection::invalid(
                    "shifts",
                    "shifts: from_minute must be before until_minute, and both at most 1440",
                ));
            }
            if self.shifts[..at].iter().any(|other| other.weekday == shift.weekday) {
                return Err(Rejection::invalid("shifts", "shifts: give each weekday at most once"));
            }
        }
        if self.breaks.len() > 4 {
            return Err(Rejection::invalid("breaks", "breaks: at most 4 a day"));
        }
        for rule in &self.breaks {
            if rule.from_minute > rule.until_minute || rule.until_minute > 1_440 {
                return Err(Rejection::invalid(
                    "breaks",
                    "breaks: from_minute must not be after until_minute, and both at most 1440",
                ));
            }
            if !(60..=14_400).contains(&rule.duration_s) {
                return Err(Rejection::invalid("breaks", "breaks: duration_s must be 60 to 14400"));
            }
        }
        Ok(self)
    }

    /// The shift of a day as instants, `None` on a day off.
    pub fn shift_on(&self, day: LocalDay, zone: chrono_tz::Tz) -> Option<TimeWindow> {
        let shift = self.shifts.iter().find(|shift| shift.weekday == day.weekday())?;
        TimeWindow::parse(day.minute(shift.from_minute, zone), day.minute(shift.until_minute, zone))
            .ok()
    }
}

/// Whether a technician works at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyStatus {
    Off,
    On,
    /// Ill or otherwise away without notice; their visits go to others.
    Sick,
}

impl DutyStatus {
    pub const ALL: [Self; 3] = [Self::Off, Self::On, Self::Sick];
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Sick => "sick",
        }
    }
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// The duty of a technician: kept by the Technician actor, apart from who they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    pub technician: TechnicianId,
    pub status: DutyStatus,
    pub since: Timestamp,
    /// Set while nothing has been heard for too long on duty.
    pub silent_since: Option<Timestamp>,
    pub version: u32,
}

impl Duty {
    /// Nobody has said anything yet.
    pub fn new(technician: TechnicianId) -> Self {
        Self {
            technician,
            status: DutyStatus::Off,
            since: Timestamp(0),
            silent_since: None,
            version: 0,
        }
    }
}

/// Wishes about a technician's duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DutyCommand {
    Start,
    End,
    /// Falls ill: what is not begun goes to others.
    ReportSick,
    /// Is back.
    Recover,
    /// The watchdog's finding.
    NoteSilence {
        since: Timestamp,
    },
    /// Readings come again.
    NoteVoice,
}

/// Facts about a technician's duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DutyEvent {
    Started,
    Ended,
    FellSick,
    Recovered,
    FellSilent { since: Timestamp },
    SpokeAgain,
}

/// What follows from a wish about duty. Asking for what already is, is fine and changes nothing.
pub fn decide_duty(state: &Duty, command: DutyCommand) -> Result<Vec<DutyEvent>, Rejection> {
    use DutyStatus::{Off, On, Sick};
    Ok(match (command, state.status) {
        (DutyCommand::Start, Off) => vec![DutyEvent::Started],
        (DutyCommand::End, On) => vec![DutyEvent::Ended],
        (DutyCommand::ReportSick, Off | On) => vec![DutyEvent::FellSick],
        (DutyCommand::Recover, Sick) => vec![DutyEvent::Recovered],
        (DutyCommand::Start, On)
        | (DutyCommand::End, Off)
        | (DutyCommand::ReportSick, Sick)
        | (DutyCommand::Recover, Off | On) => vec![],
        (DutyCommand::Start | DutyCommand::End, Sick) => {
            return Err(Rejection::conflict(
                "technician_is_sick",
                "the technician is reported sick; record the recovery first",
            ));
        }
        (DutyCommand::NoteSilence { since }, On) if state.silent_since.is_none() => {
            vec![DutyEvent::FellSilent { since }]
        }
        (DutyCommand::NoteVoice, _) if state.silent_since.is_some() => vec![DutyEvent::SpokeAgain],
        (DutyCommand::NoteSilence { .. } | DutyCommand::NoteVoice, _) => vec![],
    })
}

/// Folds a fact in.
pub fn apply_duty(state: &mut Duty, event: &DutyEvent, at: Timestamp) {
    state.version += 1;
    match event {
        DutyEvent::Started => (state.status, state.since) = (DutyStatus::On, at),
        DutyEvent::Ended => {
            (state.status, state.since, state.silent_since) = (DutyStatus::Off, at, None);
        }
        DutyEvent::FellSick => {
            (state.status, state.since, state.silent_since) = (DutyStatus::Sick, at, None);
        }
        DutyEvent::Recovered => (state.status, state.since) = (DutyStatus::Off, at),
        DutyEvent::FellSilent { since } => state.silent_since = Some(*since),
        DutyEvent::SpokeAgain => state.silent_since = None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sick_technician_cannot_start_duty_before_recovering() {
        let mut duty = Duty::new(TechnicianId(uuid::Uuid::nil()));
        for event in decide_duty(&duty, DutyCommand::ReportSick).unwrap() {
            apply_duty(&mut duty, &event, Timestamp(1));
        }
        assert_eq!(decide_duty(&duty, DutyCommand::Start).unwrap_err().code, "technician_is_sick");
        for event in decide_duty(&duty, DutyCommand::Recover).unwrap() {
            apply_duty(&mut duty, &event, Timestamp(2));
        }
        assert_eq!(decide_duty(&duty, DutyCommand::Start).unwrap(), vec![DutyEvent::Started]);
    }

    #[test]
    fn starting_twice_changes_nothing() {
        let mut duty = Duty::new(TechnicianId(uuid::Uuid::nil()));
        apply_duty(&mut duty, &DutyEvent::Started, Timestamp(1));
        assert_eq!(decide_duty(&duty, DutyCommand::Start).unwrap(), vec![]);
    }
}
