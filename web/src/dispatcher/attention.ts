// What needs a person now, the most urgent first.

import type { Id, Ms, TechnicianView } from "../api/types";
import { currentVisit } from "../live/fold";
import { durationText } from "../ui/time";
import type { JobRow } from "./rows";

export type Reason = "late" | "at_risk" | "declined" | "unassigned" | "silent" | "sick";

export interface Attention {
  key: string;
  reason: Reason;
  job: Id | null;
  technician: Id | null;
  title: string;
  detail: string;
  urgency: number;
}

const URGENCY: Record<Reason, number> = {
  late: 6,
  declined: 5,
  at_risk: 4,
  silent: 3,
  sick: 2,
  unassigned: 1,
};

export function attentionOf(rows: JobRow[], technicians: TechnicianView[], now: Ms): Attention[] {
  const found: Attention[] = [];
  for (const row of rows) {
    const reason = reasonOf(row);
    if (reason === null) continue;
    found.push({
      key: `job-${row.job.id}`,
      reason,
      job: row.job.id,
      technician: row.technician,
      title: `${row.job.label} ${row.job.customer.name}`,
      detail: detailOf(reason, row),
      urgency: URGENCY[reason] * 1e9 + Math.max(0, (row.lateness_ms ?? 0) / 1000) + row.job.priority,
    });
  }
  for (const technician of technicians) {
    const { duty } = technician;
    if (duty.status === "on" && duty.silent_since !== null) {
      const minutes = Math.max(0, Math.round((now - duty.silent_since) / 60_000));
      found.push({
        key: `technician-${technician.id}`,
        reason: "silent",
        job: null,
        technician: technician.id,
        title: technician.name,
        detail: `Nothing heard for ${minutes} min`,
        urgency: URGENCY.silent * 1e9 + minutes,
      });
    }
  }
  return found.sort((a, b) => b.urgency - a.urgency || a.title.localeCompare(b.title));
}

function reasonOf(row: JobRow): Reason | null {
  if (row.look === "late") return row.job.status === "open" ? declinedOrOpen(row) : "late";
  if (row.look === "at_risk") return "at_risk";
  if (row.look === "unassigned") return declinedOrOpen(row);
  return null;
}

function declinedOrOpen(row: JobRow): Reason {
  return currentVisit(row.job)?.status === "declined" ? "declined" : "unassigned";
}

function detailOf(reason: Reason, row: JobRow): string {
  const time = durationText((row.lateness_ms ?? 0) / 1_000);
  switch (reason) {
    case "late":
      return `${time} late${row.technicianName === null ? "" : `, ${row.technicianName}`}`;
    case "at_risk":
      return `${time} to spare${row.technicianName === null ? "" : `, ${row.technicianName}`}`;
    case "declined":
      return "Declined by the technician; find another";
    case "unassigned":
      return (row.lateness_ms ?? 0) > 0 ? "Unassigned; its window has passed" : "Unassigned";
    case "silent":
    case "sick":
      return "";
  }
}
