// A job's history in words. Events carry ids and instants; the names come from what the screen knows.

import type { FactView, Id, Ms, TimeWindow } from "../api/types";
import { windowText } from "../ui/time";

export interface FactWords {
  at: Ms;
  text: string;
  who: string;
}

/** Names that the screen knows. */
export interface Names {
  zone: string;
  technicianName(id: Id | null): string;
}

const SIMPLE: Record<string, string> = {
  created: "Recorded",
  held: "Put on hold",
  resumed: "Resumed",
  cancelled: "Cancelled",
  approved: "Approved",
  closed: "Closed",
  reopened: "Reopened",
  accepted: "Accepted by the technician",
  declined: "Declined by the technician",
  departed: "Technician set off",
  turned_back: "Technician turned back",
  arrived: "Technician arrived",
  left: "Technician left the place",
};

const CAUSES: Record<string, string> = {
  place: "Placed in the plan",
  place_all: "Placed in the plan",
  assign: "Assigned by hand",
  unassign: "Taken off the plan",
  lock: "Locked to its route",
  unlock: "Unlocked",
  publish: "Published to the technician",
  apply: "Moved by a better plan",
  release: "Given to somebody else: the technician is away",
  renew: "Arrival reckoned anew",
};

const OUTCOMES: Record<string, string> = {
  completed: "completed",
  partial: "partly done",
  failed: "could not be done",
  no_show: "nobody there",
};

const PARTS: Record<string, string> = {
  reactor: "Sortie",
  geofence: "by position",
  watchdog: "Sortie",
  improvement: "Sortie",
  session: "Sortie",
  command_line: "command line",
};

export function factWords(fact: FactView, names: Names): FactWords {
  return { at: fact.meant_at, text: textOf(fact, names), who: whoOf(fact, names) };
}

function textOf(fact: FactView, names: Names): string {
  const event = fact.event.event ?? {};
  const kind = event.kind ?? fact.event.noun;
  if (kind === "promised") return `Promised ${windowText(event["window"] as TimeWindow, names.zone)}`;
  if (kind === "changed") return changed(event["texts"]);
  if (kind === "finished") {
    const kept = event["promise_kept"];
    const promise = kept === true ? ", promise kept" : kept === false ? ", promise broken" : "";
    return `Visit ended: ${OUTCOMES[String(event["outcome"])] ?? "finished"}${promise}`;
  }
  if (kind === "route_changed") return CAUSES[String(event["cause"])] ?? "The route changed";
  if (fact.event.noun === "tracking_link_made") return "Tracking link made";
  return SIMPLE[kind] ?? kind.replaceAll("_", " ");
}

function changed(texts: unknown): string {
  const fields = Array.isArray(texts) ? texts.map(String) : [];
  return fields.length === 0 ? "Changed" : `Changed: ${fields.join(", ")}`;
}

function whoOf(fact: FactView, names: Names): string {
  switch (fact.who.kind) {
    case "user":
      return fact.who.technician != null
        ? names.technicianName(fact.who.technician)
        : (fact.who.role ?? "");
    case "customer":
      return "customer";
    case "system":
      return PARTS[fact.who.part ?? ""] ?? "Sortie";
  }
}
