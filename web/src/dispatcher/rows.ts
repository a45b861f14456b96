// The job list: one row per job with what all panes show of it.

import type { Id, JobView, Ms, VisitView } from "../api/types";
import { currentVisit, isVisitOver, type PlanState } from "../live/fold";
import { type Look, latenessMs, lookOf } from "../ui/status";

export interface JobRow {
  job: JobView;
  look: Look;
  /** Expected or actual arrival; `null` while nobody goes. */
  arrival: Ms | null;
  technician: Id | null;
  technicianName: string | null;
  lateness_ms: Ms | null;
  locked: boolean;
}

export type Group = "all" | "unassigned" | "scheduled" | "under_way" | "done" | "aside";

export const GROUPS: Record<Group, string> = {
  all: "All",
  unassigned: "Unassigned",
  scheduled: "Scheduled",
  under_way: "Under way",
  done: "Done",
  aside: "On hold, cancelled",
};

export interface Filter {
  text: string;
  group: Group;
}

export function rowsOf(plan: PlanState, now: Ms): JobRow[] {
  const places = new Map<Id, { technician: Id; locked: boolean }>();
  for (const route of plan.routes.values()) {
    for (const stop of route.stops) {
      places.set(stop.visit, { technician: route.technician, locked: stop.locked });
    }
  }
  const rows: JobRow[] = [];
  for (const job of plan.jobs.values()) {
    const visit = currentVisit(job);
    const isStanding = visit !== null && visit.status !== "declined" && visit.status !== "cancelled";
    const place = visit === null ? undefined : places.get(visit.id);
    const technician = isStanding ? (place?.technician ?? visit.technician) : null;
    const arrival = isStanding ? expectedArrival(visit, plan, now) : null;
    const isOpenAgain = job.status === "open" && (visit === null || isVisitOver(visit));
    rows.push({
      job,
      look: lookOf(job, arrival, now),
      arrival: isOpenAgain ? null : arrival,
      technician: isOpenAgain ? null : technician,
      technicianName:
        technician === null || isOpenAgain
          ? null
          : (plan.technicians.get(technician)?.name ?? null),
      lateness_ms: latenessMs(job, arrival, now),
      locked: place?.locked ?? false,
    });
  }
  return rows.sort(
    (a, b) =>
      groupRank(a) - groupRank(b) ||
      (a.arrival ?? a.job.wanted?.from ?? 0) - (b.arrival ?? b.job.wanted?.from ?? 0) ||
      a.job.number - b.job.number,
  );
}

/** Whoever is still on the way cannot have arrived before now. */
function expectedArrival(visit: VisitView, plan: PlanState, now: Ms): Ms {
  if (visit.arrived_at !== null) return visit.arrived_at;
  const expected = plan.arrivalOf(visit.id, visit.planned.from);
  return visit.status === "en_route" ? Math.max(expected, now) : expected;
}

export function groupOf(row: JobRow): Group {
  switch (row.job.status) {
    case "open":
      return "unassigned";
    case "scheduled":
      return "scheduled";
    case "in_progress":
      return "under_way";
    case "ready":
    case "completed":
    case "closed":
      return "done";
    case "on_hold":
    case "cancelled":
      return "aside";
  }
}

function groupRank(row: JobRow): number {
  return ["unassigned", "under_way", "scheduled", "done", "aside"].indexOf(groupOf(row));
}

export function matches(row: JobRow, filter: Filter): boolean {
  if (filter.group !== "all" && groupOf(row) !== filter.group) return false;
  const words = filter.text.trim().toLowerCase();
  if (words === "") return true;
  const { job } = row;
  const text = [
    job.label,
    job.customer.name,
    job.location.address,
    job.service_type.name,
    job.title,
    row.technicianName ?? "",
  ]
    .join(" ")
    .toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
