// The plan as the screen holds it: a snapshot with the updates folded in by id. Plain data; it tells
// nobody, the caller does.

import type {
  Id,
  JobView,
  Ms,
  PlanView,
  ProposalView,
  RouteView,
  StopView,
  TechnicianView,
  TruckView,
  VisitView,
} from "../api/types";
import { dayPlus, instantAt } from "../ui/time";
import type { Change } from "./protocol";

export class PlanState {
  day = "";
  timeZone = "UTC";
  jobs = new Map<Id, JobView>();
  routes = new Map<Id, RouteView>();
  technicians = new Map<Id, TechnicianView>();
  trucks = new Map<Id, TruckView>();
  proposals = new Map<Id, ProposalView>();
  /** Latest arrival time by visit. */
  etas = new Map<Id, Ms>();

  replace(plan: PlanView): void {
    this.day = plan.day;
    this.timeZone = plan.time_zone;
    this.jobs = byId(plan.jobs);
    this.routes = byId(plan.routes);
    this.technicians = byId(plan.technicians);
    this.trucks = byId(plan.trucks);
    this.proposals = byId(plan.proposals);
    this.etas.clear();
  }

  fold(changes: Change[]): void {
    for (const change of changes) this.foldOne(change);
  }

  foldEtas(stops: { visit: Id; eta: Ms }[]): void {
    for (const stop of stops) this.etas.set(stop.visit, stop.eta);
  }

  private foldOne(change: Change): void {
    switch (change.kind) {
      case "job":
        if (this.belongs(change.value)) upsert(this.jobs, change.value);
        return;
      case "route":
        if (change.value.day === this.day) upsert(this.routes, change.value);
        return;
      case "technician":
        this.technicians.set(change.value.id, change.value);
        return;
      case "truck":
        this.trucks.set(change.value.id, change.value);
        return;
      case "proposal":
        if (change.value.day === this.day) upsert(this.proposals, change.value);
        return;
      case "street_change":
      case "tracking":
    }
  }

  /** Updates speak of all jobs of the territory; those of other days are not ours. */
  private belongs(job: JobView): boolean {
    if (this.jobs.has(job.id) || this.placeOf(job.id) !== null) return true;
    if (job.visits.some((visit) => this.routes.has(visit.route))) return true;
    const visit = currentVisit(job);
    const window = visit !== null && !isVisitOver(visit) ? visit.planned : job.wanted;
    if (window === null) return true;
    const from = instantAt(this.day, 0, this.timeZone);
    const until = instantAt(dayPlus(this.day, 1), 0, this.timeZone);
    return window.from < until && window.until > from;
  }

  routeOf(technician: Id): RouteView | null {
    for (const route of this.routes.values()) if (route.technician === technician) return route;
    return null;
  }

  /** Where a job stands in the plan of the day. */
  placeOf(job: Id): { route: RouteView; stop: StopView; index: number } | null {
    for (const route of this.routes.values()) {
      for (let index = route.stops.length - 1; index >= 0; index -= 1) {
        const stop = route.stops[index];
        if (stop?.job === job) return { route, stop, index };
      }
    }
    return null;
  }

  /** The arrival that is expected now: renewed on the way, else planned. */
  arrivalOf(visit: Id, planned: Ms): Ms {
    return this.etas.get(visit) ?? planned;
  }

  offered(): ProposalView | null {
    let newest: ProposalView | null = null;
    for (const proposal of this.proposals.values()) {
      if (proposal.status !== "offered") continue;
      if (newest === null || proposal.made_at > newest.made_at) newest = proposal;
    }
    return newest;
  }
}

/** The visit that is planned or under way, else the last one. */
export function currentVisit(job: JobView): VisitView | null {
  return job.visits.at(-1) ?? null;
}

export function isVisitOver(visit: VisitView): boolean {
  return (
    visit.status === "finished" || visit.status === "declined" || visit.status === "cancelled"
  );
}

function byId<T extends { id: Id }>(items: T[]): Map<Id, T> {
  return new Map(items.map((item) => [item.id, item]));
}

/** An older version never replaces a newer one: answers to our own commands overtake updates. */
function upsert<T extends { id: Id; version: number }>(map: Map<Id, T>, value: T): void {
  const present = map.get(value.id);
  if (present === undefined || present.version <= value.version) map.set(value.id, value);
}
