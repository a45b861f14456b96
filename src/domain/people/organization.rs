//! The business that uses Sortie: the wall between tenants, and the settings of its day.

use crate::domain::{Rejection, text};
use crate::units::id::OrganizationId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    pub id: OrganizationId,
    pub name: String,
    /// In addresses: `acme-heating`.
    pub slug: String,
    /// IANA name, such as `Europe/Malta`.
    pub time_zone: String,
    pub settings: OrganizationSettings,
    pub version: u32,
}

/// How the organization wants its day run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrganizationSettings {
    /// What moving one promised visit must gain, in seconds of travel and lateness.
    pub disruption_price_s: u32,
    /// At most so many promises move in one re-plan.
    pub moved_promises_max: u32,
    /// A technician within this distance of the location has arrived.
    pub geofence_m: u32,
    /// No reading for so long while on duty is silence.
    pub silence_s: u32,
    /// A promise is the planned arrival, widened by this on both sides.
    pub promise_slack_s: u32,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            disruption_price_s: 900,
            moved_promises_max: 3,
            geofence_m: 80,
            silence_s: 300,
            promise_slack_s: 1_800,
        }
    }
}

impl Organization {
    pub fn validate(&self) -> Result<(), Rejection> {
        text::required("name", &self.name, text::NAME_LEN_MAX)?;
        text::slug("slug", &self.slug)?;
        self.zone()?;
        let settings = &self.settings;
        let within = |field: &str, value: u32, most: u32| {
            if value <= most {
                Ok(())
            } else {
                Err(Rejection::invalid(field, format!("{field} must be at most {most}")))
            }
        };
        within("settings/disruption_price_s", settings.disruption_price_s, 86_400)?;
        within("settings/moved_promises_max", settings.moved_promises_max, 1_000)?;
        within("settings/promise_slack_s", settings.promise_slack_s, 14_400)?;
        within("settings/silence_s", settings.silence_s, 86_400)?;
        if !(10..=2_000).contains(&settings.geofence_m) {
            return Err(Rejection::invalid(
                "settings/geofence_m",
                "settings/geofence_m must be 10 to 2000",
            ));
        }
        if settings.silence_s < 30 {
            return Err(Rejection::invalid(
                "settings/silence_s",
                "settings/silence_s must be at least 30",
            ));
        }
        Ok(())
    }

    pub fn zone(&self) -> Result<chrono_tz::Tz, Rejection> {
        self.time_zone.parse().map_err(|_| {
            Rejection::invalid("time_zone", "time_zone must be an IANA name such as Europe/Malta")
        })
    }
}
