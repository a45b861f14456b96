// A driver's visits: what may be done next, and what a job looks like once an action that still waits in
// the outbox has been done. The server's law is the same and has the last word.

import type { VisitStep } from "../api/endpoints";
import type { DayView, JobView, Ms, Outcome, StopView, VisitStatus, VisitView } from "../api/types";

export interface Action {
  step: VisitStep;
  verb: string;
}

/** The one next thing, as a verb; `null` when the visit is over or not yet announced. */
export function nextAction(visit: VisitView): Action | null {
  switch (visit.status) {
    case "published":
      return { step: "accept", verb: "Accept" };
    case "accepted":
      return { step: "depart", verb: "Start driving" };
    case "en_route":
      return { step: "arrive", verb: "I'm here" };
    case "on_site":
      return { step: "finish", verb: "Finish" };
    case "planned":
    case "finished":
    case "declined":
    case "cancelled":
      return null;
  }
}

const AFTER: Record<VisitStep, VisitStatus> = {
  accept: "accepted",
  decline: "declined",
  depart: "en_route",
  "turn-back": "accepted",
  arrive: "on_site",
  finish: "finished",
};

const FROM: Record<VisitStep, VisitStatus[]> = {
  accept: ["published"],
  decline: ["published", "accepted"],
  depart: ["published", "accepted"],
  "turn-back": ["en_route"],
  arrive: ["published", "accepted", "en_route"],
  finish: ["en_route", "on_site"],
};

/** The job as it will be once the step is recorded; unchanged where the server has gone on already. */
export function afterStep(
  job: JobView,
  visitId: string,
  step: VisitStep,
  at: Ms,
  outcome: Outcome | null = null,
): JobView {
  const visits = job.visits.map((visit) => {
    if (visit.id !== visitId || !FROM[step].includes(visit.status)) return visit;
    return {
      ...visit,
      status: AFTER[step],
      accepted_at: step === "accept" ? at : visit.accepted_at,
      departed_at: step === "depart" ? at : step === "turn-back" ? null : visit.departed_at,
      arrived_at: step === "arrive" ? at : visit.arrived_at,
      finished_at: step === "finish" ? at : visit.finished_at,
      outcome: step === "finish" ? outcome : visit.outcome,
    };
  });
  return { ...job, visits };
}

/** A stop of today with its job and visit. */
export interface DayStop {
  stop: StopView;
  job: JobView;
  visit: VisitView;
}

/** The announced stops, in the order of the route. */
export function stopsOf(day: DayView): DayStop[] {
  const stops: DayStop[] = [];
  for (const stop of day.route?.stops ?? []) {
    const job = day.jobs.find((each) => each.id === stop.job);
    const visit = job?.visits.find((each) => each.id === stop.visit);
    if (job !== undefined && visit !== undefined && visit.status !== "planned") {
      stops.push({ stop, job, visit });
    }
  }
  return stops;
}

export const isOver = (visit: VisitView): boolean =>
  visit.status === "finished" || visit.status === "declined" || visit.status === "cancelled";

/** The stop to do now: the one under way, else the first that is not over. */
export function currentStop(stops: DayStop[]): DayStop | null {
  return (
    stops.find(({ visit }) => visit.status === "en_route" || visit.status === "on_site") ??
    stops.find(({ visit }) => !isOver(visit)) ??
    null
  );
}

/** What can be wrong, and what it means for the visit. */
export interface Problem {
  words: string;
  step: VisitStep;
  outcome: Outcome | null;
}

export function problemsOf(visit: VisitView): Problem[] {
  switch (visit.status) {
    case "published":
    case "accepted":
      return [
        { words: "I cannot take this job", step: "decline", outcome: null },
        { words: "Not enough time today", step: "decline", outcome: null },
        { words: "Missing part or tool", step: "decline", outcome: null },
      ];
    case "en_route":
      return [
        { words: "I must turn back", step: "turn-back", outcome: null },
        { words: "Nobody there", step: "finish", outcome: "no_show" },
        { words: "No way to get in", step: "finish", outcome: "failed" },
      ];
    case "on_site":
      return [
        { words: "Nobody there", step: "finish", outcome: "no_show" },
        { words: "No way to get in", step: "finish", outcome: "failed" },
        { words: "Work is not possible", step: "finish", outcome: "failed" },
        { words: "Only part could be done", step: "finish", outcome: "partial" },
        { words: "Missing part or tool", step: "finish", outcome: "partial" },
      ];
    case "planned":
    case "finished":
    case "declined":
    case "cancelled":
      return [];
  }
}

/** Ways into the navigation that the phone has. */
export function navigationLinks(lat: number, lon: number, name: string): { name: string; href: string }[] {
  const at = `${lat.toFixed(6)},${lon.toFixed(6)}`;
  return [
    { name: "Phone's map", href: `geo:${at}?q=${at}(${encodeURIComponent(name)})` },
    { name: "Google Maps", href: `https://www.google.com/maps/dir/?api=1&destination=${at}&travelmode=driving` },
    { name: "Apple Maps", href: `https://maps.apple.com/?daddr=${at}&dirflg=d` },
    { name: "Waze", href: `https://waze.com/ul?ll=${at}&navigate=yes` },
  ];
}
