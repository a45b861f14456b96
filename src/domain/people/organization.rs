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
    /// What an hour on the road costs, in the smallest unit of the currency; 0 if nobody has said.
    pub hour_price: u32,
    /// What a kilometre costs, likewise.
    pub km_price: u32,
    /// ISO 4217, such as `EUR`.
    pub currency: String,
}

impl Default for OrganizationSettings {
    fn default() -> Self {
        Self {
            disruption_price_s: 900,
            moved_promises_max: 3,
            geofence_m: 80,
            silence_s: 300,
            promise_slack_s: 1_800,
            hour_price: 0,
            km_price: 0,
            currency: "EUR".to_owned(),
        }
    }
}

impl OrganizationSettings {
    /// What time and way on the road cost, in the smallest unit of the currency; none if nobody has said what they cost.
    pub fn road_cost(&self, travel_s: i64, travel_m: i64) -> Option<i64> {
        let is_priced = self.hour_price > 0 || self.km_price > 0;
        let time = travel_s as f64 / 3600.0 * f64::from(self.hour_price);
        let way = travel_m as f64 / 1000.0 * f64::from(self.km_price);
        is_priced.then(|| (time + way).round() as i64)
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
        within("settings/hour_price", settings.hour_price, 10_000_000)?;
        within("settings/km_price", settings.km_price, 10_000_000)?;
        let is_code = |text: &str| text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code(&settings.currency) {
            return Err(Rejection::invalid(
                "settings/currency",
                "settings/currency must be three capital letters such as EUR",
            ));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_road_costs_what_the_organization_says() {
        let mut settings = OrganizationSettings::default();
        assert_eq!(settings.road_cost(3600, 1000), None, "nobody has said");
        settings.hour_price = 4_000;
        settings.km_price = 35;
        assert_eq!(settings.road_cost(900, 10_000), Some(1_000 + 350));
        assert_eq!(settings.road_cost(-900, 0), Some(-1_000));
    }
}
