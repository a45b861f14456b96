//! When a task starts for somebody who arrives at a time, and the other way round.

use super::records::Node;
use super::{FAR, NEVER, Problem};
use crate::solver::draft::Window;

impl Problem {
    /// When a task starts for a vehicle that arrives at a time; [`FAR`] if it is too late.
    #[inline]
    pub(in crate::solver) fn start_s(&self, node: &Node, arrival_s: i32) -> i32 {
        if arrival_s > node.closes_s {
            return if arrival_s <= node.closes_s + node.late_max_s { arrival_s } else { FAR };
        }
        if node.windows_from == node.windows_until {
            return arrival_s.max(node.opens_s);
        }
        start_in(self.windows_of(node), 0, arrival_s)
    }

    /// The latest arrival from which a task starts no later than `start_max_s`; [`NEVER`] if there is none.
    #[inline]
    pub(in crate::solver) fn latest_arrival_s(&self, node: &Node, start_max_s: i32) -> i32 {
        if start_max_s >= node.closes_s {
            return start_max_s.min(node.closes_s + node.late_max_s);
        }
        if node.windows_from == node.windows_until {
            return if start_max_s >= node.opens_s { start_max_s } else { NEVER };
        }
        latest_arrival_in(self.windows_of(node), 0, start_max_s)
    }

    pub(super) fn windows_of(&self, node: &Node) -> &[Window] {
        &self.windows[node.windows_from as usize..node.windows_until as usize]
    }
}

/// The earliest start in one of the windows at or after `arrival_s`, or late within `late_max_s` after the last one;
/// [`FAR`] if there is none. No windows mean any time.
pub(in crate::solver) fn start_in(windows: &[Window], late_max_s: i32, arrival_s: i32) -> i32 {
    let Some(last) = windows.last() else { return arrival_s };
    if arrival_s > last.until_s {
        return if arrival_s <= last.until_s + late_max_s { arrival_s } else { FAR };
    }
    windows
        .iter()
        .find(|window| arrival_s <= window.until_s)
        .map_or(FAR, |window| arrival_s.max(window.from_s))
}

/// The latest arrival from which [`start_in`] is no later than `start_max_s`; [`NEVER`] if there is none.
pub(in crate::solver) fn latest_arrival_in(
    windows: &[Window],
    late_max_s: i32,
    start_max_s: i32,
) -> i32 {
    let Some(last) = windows.last() else { return start_max_s };
    if start_max_s >= last.until_s {
        return start_max_s.min(last.until_s + late_max_s);
    }
    windows
        .iter()
        .rev()
        .find(|window| window.from_s <= start_max_s)
        .map_or(NEVER, |window| window.until_s.min(start_max_s))
}
