//! What is printed.

use super::place::Placed;
use super::replan::Replanned;
use super::replay::Lived;
use crate::cli::bench::measure::human;
use serde::Serialize;
use std::fmt;

/// What the living plan came to; parts that were not asked for are absent.
#[derive(Debug, Default, Serialize)]
pub struct LivingReport {
    pub seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Placed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replan: Vec<Replanned>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replay: Vec<Lived>,
}

impl fmt::Display for LivingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            writeln!(
                f,
                "One more job, {} technicians with {} stops ({} of {} placed)",
                place.technicians, place.stops, place.placed, place.orders
            )?;
            let line = |what: &str, p50_s, p99_s| {
                format!("  {what:<44}{:>10}{:>10}", human(p50_s), human(p99_s))
            };
            writeln!(f, "  {:<44}{:>10}{:>10}", "", "median", "99 %")?;
            writeln!(
                f,
                "{}",
                line("ways to and from all places", place.ways_p50_s, place.ways_p99_s)
            )?;
            let (p50_s, p99_s) = (place.decision_p50_s, place.decision_p99_s);
            writeln!(f, "{}", line("the whole decision, ways included", p50_s, p99_s))?;
        }
        if !self.replan.is_empty() {
            writeln!(
                f,
                "{:<28}{:>8}{:>10}{:>12}{:>12}{:>12}{:>10}{:>10}",
                "After an event",
                "events",
                "offered",
                "at once",
                "first, 50 %",
                "95 %",
                "saved",
                "promises"
            )?;
        }
        let human = |seconds: Option<f64>| seconds.map_or_else(|| "-".to_owned(), human);
        for row in &self.replan {
            writeln!(
                f,
                "  {:<26}{:>8}{:>10}{:>12}{:>12}{:>12}{:>10}{:>10}",
                row.kind.name(),
                row.events,
                row.offered,
                human(Some(row.reaction_median_s)),
                human(row.first_median_s),
                human(row.first_p95_s),
                row.saved_s.map_or_else(|| "-".to_owned(), |saved_s| format!("{saved_s:.0} s")),
                row.moved_promises_max,
            )?;
        }
        if let Some(first) = self.replay.first() {
            writeln!(
                f,
                "{:<20}{:>12}{:>12}{:>10}{:>10}{:>10}{:>8}{:>8}{:>8}",
                format!("A day, {} events", first.events),
                "moved / 100",
                "handed over",
                "at once",
                "driven",
                "late",
                "broken",
                "done",
                "left"
            )?;
        }
        for row in &self.replay {
            writeln!(
                f,
                "  {:<18}{:>12.1}{:>12}{:>10}{:>8.1} h{:>6} min{:>8}{:>8}{:>8}",
                row.strategy.name(),
                row.moved_promises_per_100_events,
                row.handed_over,
                row.most_moved_at_once,
                row.driven_s as f64 / 3600.0,
                row.late_s / 60,
                row.broken_promises,
                row.done,
                row.left_out
            )?;
        }
        Ok(())
    }
}
