// How a job looks on map, list and timeline: colour, shape, word. Colour is never the only carrier.

import type { JobView, Ms, TimeWindow } from "../api/types";
import { currentVisit, isVisitOver } from "../live/fold";

export type Look =
  | "unassigned"
  | "scheduled"
  | "en_route"
  | "on_site"
  | "done"
  | "at_risk"
  | "late"
  | "hold"
  | "cancelled";

export interface LookStyle {
  word: string;
  light: string;
  dark: string;
  /** A path in a box of 24 by 24. */
  path: string;
  /** Drawn as a line instead of filled. */
  hollow: boolean;
  dashed: boolean;
}

const style = (
  word: string,
  light: string,
  dark: string,
  path: string,
  line: { hollow?: boolean; dashed?: boolean } = {},
): LookStyle => ({ word, light, dark, path, hollow: line.hollow ?? false, dashed: line.dashed ?? false });

const RING = "M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16z";

export const LOOKS: Record<Look, LookStyle> = {
  unassigned: style("Unassigned", "#a28f01", "#fbeca0", RING, { hollow: true, dashed: true }),
  scheduled: style("Scheduled", "#102a4a", "#6ea0fb", "M5 5h14v14H5z"),
  en_route: style("On the way", "#843bb7", "#9222fd", "M6 3.5L20.5 12L6 20.5z"),
  on_site: style("Working", "#25a077", "#b2faef", "M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 1 1 0-17z"),
  done: style("Done", "#7b8aa5", "#768498", "M4.5 12.5l5 5l10-11", { hollow: true }),
  at_risk: style("At risk", "#854702", "#f98b04", "M12 4.5L20.5 19.5h-17z", { hollow: true }),
  late: style("Late", "#8c1330", "#ce1e33", "M12 3L22 21H2z"),
  hold: style("On hold", "#7a8699", "#6b7a90", "M8 5v14M16 5v14", { hollow: true }),
  cancelled: style("Cancelled", "#7a8699", "#6b7a90", "M6 6l12 12M18 6L6 18", { hollow: true }),
};

/** So close to the end of its window a job is at risk. */
const RISK_MS = 10 * 60_000;

/** The window that counts: what we promised, else what was wanted. */
export function dueWindow(job: JobView): TimeWindow | null {
  return job.promised ?? job.wanted;
}

/** How late the arrival is or will be, in milliseconds; negative while there is room. `null` without a window. */
export function latenessMs(job: JobView, arrival: Ms | null, now: Ms): Ms | null {
  const due = dueWindow(job);
  if (due === null) return null;
  const visit = currentVisit(job);
  const arrived = visit?.arrived_at ?? null;
  if (arrived !== null) return arrived - due.until;
  // Who has not arrived arrives now at the earliest.
  return Math.max(arrival ?? now, now) - due.until;
}

export function lookOf(job: JobView, arrival: Ms | null, now: Ms): Look {
  switch (job.status) {
    case "on_hold":
      return "hold";
    case "cancelled":
      return "cancelled";
    case "completed":
    case "closed":
    case "ready":
      return "done";
    case "open":
    case "scheduled":
    case "in_progress":
  }
  const visit = currentVisit(job);
  if (job.status === "in_progress" && visit?.status === "on_site") return "on_site";
  const lateness = latenessMs(job, arrival, now);
  if (lateness !== null && lateness > 0) return "late";
  if (job.status === "open" || visit === null || isVisitOver(visit)) return "unassigned";
  if (lateness !== null && lateness > -RISK_MS) return "at_risk";
  return visit.status === "en_route" ? "en_route" : "scheduled";
}

/** The CSS variable of a look's colour, and of the ink upon it. */
export const colourOf = (look: Look): string => `var(--${look.replace("_", "-")})`;
export const inkOf = (look: Look): string => `var(--on-${look.replace("_", "-")}, var(--bg))`;

export const JOB_STATUS_WORDS: Record<JobView["status"], string> = {
  open: "Open",
  scheduled: "Scheduled",
  in_progress: "In progress",
  ready: "Ready for approval",
  completed: "Completed",
  closed: "Closed",
  on_hold: "On hold",
  cancelled: "Cancelled",
};

export const VISIT_STATUS_WORDS: Record<JobView["visits"][number]["status"], string> = {
  planned: "Planned",
  published: "Published",
  accepted: "Accepted",
  en_route: "On the way",
  on_site: "Working",
  finished: "Finished",
  declined: "Declined",
  cancelled: "Cancelled",
};
