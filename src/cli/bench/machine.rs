//! What a measurement was taken with: figures without it say little.

use crate::units::Clock;
use serde::Serialize;
use std::fmt::{self, Display};

/// Program, day and machine.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    version: &'static str,
    /// Checks that a release build has not.
    is_debug: bool,
    date: String,
    processor: String,
    cores: usize,
}

impl Machine {
    /// This one, today.
    pub fn here() -> Self {
        let listed = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let unknown = || String::from("a processor without a name");
        Self {
            version: env!("CARGO_PKG_VERSION"),
            is_debug: cfg!(debug_assertions),
            date: Clock::real().now().to_rfc3339().chars().take(10).collect(),
            processor: processor_of(&listed).unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// The name in Linux's list of processors.
fn processor_of(listed: &str) -> Option<String> {
    let line = listed.lines().find(|line| line.starts_with("model name"))?;
    let name = line.split_once(':')?.1.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

impl Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { version, date, processor, cores, .. } = self;
        let build = if self.is_debug { " (a debug build: slow)" } else { "" };
        let plural = if *cores == 1 { "" } else { "s" };
        write!(f, "{date}, sortie {version}{build}, {processor}, {cores} core{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_names_its_day_and_its_machine() {
        let listed = "processor\t: 0\nmodel name\t: Fast 9000 @ 3 GHz\nprocessor\t: 1\n";
        assert_eq!(processor_of(listed).as_deref(), Some("Fast 9000 @ 3 GHz"));
        assert_eq!(processor_of(""), None);
        let told = Machine::here().to_string();
        assert!(told.starts_with("20") && told.contains(", sortie 0."), "{told}");
        assert_eq!(told[..10].matches('-').count(), 2);
    }
}
