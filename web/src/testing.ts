// Things of the API with plain values, for tests: a test states only what matters to it.

import type { JobView, PlanView, RouteView, StopView, VisitView } from "./api/types";

export function aVisit(some: Partial<VisitView> = {}): VisitView {
  return {
    id: "visit-1",
    status: "published",
    route: "route-1",
    technician: "ana",
    truck: null,
    planned: { from: 0, until: 0 },
    published_at: null,
    accepted_at: null,
    departed_at: null,
    arrived_at: null,
    left_at: null,
    finished_at: null,
    outcome: null,
    ...some,
  };
}

export function aJob(some: Partial<JobView> = {}): JobView {
  return {
    id: "job-1",
    number: 1,
    label: "J-000001",
    territory: "north",
    customer: { id: "customer-1", name: "Lopez", phone: "" },
    location: { id: "location-1", address: "12 Elm Street", at: { lat: 0, lon: 0 }, notes: "" },
    service_type: { id: "service-1", name: "Gas check" },
    title: "",
    description: "",
    remark: "",
    status: "open",
    priority: 50,
    duration_s: 1_800,
    skills: [],
    load: {},
    needs_approval: false,
    wanted: null,
    promised: null,
    technician: null,
    created_at: 0,
    ended_at: null,
    visits: [],
    version: 1,
    ...some,
  };
}

export function aStop(some: Partial<StopView> = {}): StopView {
  return {
    visit: "visit-1",
    job: "job-1",
    planned: { from: 0, until: 0 },
    start_at: 0,
    travel_s: 600,
    travel_m: 5_000,
    locked: false,
    published: true,
    ...some,
  };
}

export function aRoute(some: Partial<RouteView> = {}): RouteView {
  return {
    id: "route-1",
    territory: "north",
    technician: "ana",
    truck: null,
    day: "2026-11-20",
    stops: [],
    planned: null,
    travel_s: 0,
    travel_m: 0,
    version: 1,
    ...some,
  };
}

export function aPlan(some: Partial<PlanView> = {}): PlanView {
  return {
    territory: "north",
    day: "2026-11-20",
    time_zone: "Europe/Malta",
    seq: 1,
    routes: [],
    jobs: [],
    technicians: [],
    trucks: [],
    proposals: [],
    ...some,
  };
}
