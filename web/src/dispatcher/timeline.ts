// The timeline's arithmetic: which hours are shown, and the bars of each lane. No pixels but a scale.

import type { Id, Ms, TechnicianView, TimeWindow } from "../api/types";
import { currentVisit, type PlanState } from "../live/fold";
import { type Look } from "../ui/status";
import { instantAt, weekdayOf } from "../ui/time";
import type { JobRow } from "./rows";

export interface Bar {
  job: Id;
  visit: Id;
  label: string;
  customer: string;
  from: Ms;
  until: Ms;
  /** When the way to it begins. */
  travelFrom: Ms;
  look: Look;
  lateness_ms: Ms | null;
  locked: boolean;
  published: boolean;
  /** Whether a hand may still move it. */
  movable: boolean;
}

export interface Lane {
  technician: TechnicianView;
  route: Id | null;
  shift: TimeWindow | null;
  breaks: TimeWindow[];
  bars: Bar[];
  travel_s: number;
  travel_m: number;
}

const HOUR_MS = 3_600_000;

export function shiftOf(technician: TechnicianView, day: string, zone: string): TimeWindow | null {
  const shift = technician.shifts.find((each) => each.weekday === weekdayOf(day));
  if (shift === undefined) return null;
  return {
    from: instantAt(day, shift.from_minute, zone),
    until: instantAt(day, shift.until_minute, zone),
  };
}

export function lanesOf(
  plan: PlanState,
  technicians: TechnicianView[],
  rows: JobRow[],
  day: string,
  zone: string,
  now: Ms,
): Lane[] {
  const byJob = new Map(rows.map((row) => [row.job.id, row]));
  return technicians.map((technician) => {
    const route = plan.routeOf(technician.id);
    const bars: Bar[] = [];
    for (const stop of route?.stops ?? []) {
      const row = byJob.get(stop.job);
      if (row === undefined) continue;
      const visit = row.job.visits.find((each) => each.id === stop.visit) ?? null;
      const isCurrent = currentVisit(row.job)?.id === stop.visit;
      const arrival = visit?.arrived_at ?? plan.arrivalOf(stop.visit, stop.planned.from);
      const work = Math.max(60_000, stop.planned.until - stop.start_at);
      const begins = Math.max(arrival, visit?.arrived_at == null ? stop.start_at : arrival);
      const ends = visit?.finished_at ?? Math.max(begins + work, visit?.status === "on_site" ? now : 0);
      const isOver = visit?.status === "finished";
      bars.push({
        job: stop.job,
        visit: stop.visit,
        label: row.job.label,
        customer: row.job.customer.name,
        from: arrival,
        until: ends,
        travelFrom: visit?.departed_at ?? arrival - stop.travel_s * 1000,
        look: isCurrent ? row.look : "done",
        lateness_ms: isCurrent ? row.lateness_ms : null,
        locked: stop.locked,
        published: stop.published,
        movable: !isOver && visit?.status !== "on_site" && visit?.status !== "en_route",
      });
    }
    return {
      technician,
      route: route?.id ?? null,
      shift: shiftOf(technician, day, zone),
      breaks: technician.breaks.map((rule) => ({
        from: instantAt(day, rule.from_minute, zone),
        until: instantAt(day, rule.from_minute, zone) + rule.duration_s * 1000,
      })),
      bars,
      travel_s: route?.travel_s ?? 0,
      travel_m: route?.travel_m ?? 0,
    };
  });
}

/** From the first shift or bar to the last, in whole hours. */
export function spanOf(lanes: Lane[], day: string, zone: string): TimeWindow {
  let from = instantAt(day, 8 * 60, zone);
  let until = instantAt(day, 17 * 60, zone);
  for (const lane of lanes) {
    if (lane.shift !== null) {
      from = Math.min(from, lane.shift.from);
      until = Math.max(until, lane.shift.until);
    }
    for (const bar of lane.bars) {
      from = Math.min(from, bar.travelFrom);
      until = Math.max(until, bar.until);
    }
  }
  return {
    from: Math.floor(from / HOUR_MS) * HOUR_MS,
    until: Math.min(Math.ceil(until / HOUR_MS) * HOUR_MS, instantAt(day, 30 * 60, zone)),
  };
}

/** How many stops not yet begun lie before an instant: the position of a drop there. */
export function positionAt(lane: Lane, at: Ms, dragged: Id): number {
  return lane.bars.filter((bar) => bar.movable && bar.job !== dragged && bar.from < at).length;
}

export function hoursOf(span: TimeWindow): Ms[] {
  const hours: Ms[] = [];
  for (let at = span.from; at <= span.until; at += HOUR_MS) hours.push(at);
  return hours;
}
