// Every endpoint that the pages use, as a function.

import { query, request } from "./client";
import type {
  CustomerView,
  DateOrder,
  Explanation,
  ExtentView,
  FactView,
  Id,
  JobFile,
  JobView,
  LocationView,
  MapView,
  Me,
  NewJob,
  NewStreetChange,
  Page,
  PlaceView,
  Placement,
  PlacementOption,
  PlanView,
  Point,
  ProposalView,
  SeenRoute,
  ServiceTypeView,
  StreetChangeView,
  StreetsConcerned,
  TerritoryView,
  TimeWindow,
  TrackingLinkView,
  TrackingView,
} from "./types";

export const login = (email: string, password: string) =>
  request<unknown>("POST", "/auth/login", { body: { email, password }, raw: true });
export const logout = () => request<unknown>("POST", "/auth/logout", { raw: true });

export const me = () => request<Me>("GET", "/auth/me");

export const territories = () => list<TerritoryView>("/territories");
export const serviceTypes = () => list<ServiceTypeView>("/service-types");
export const customers = (q: string, signal?: AbortSignal) =>
  request<Page<CustomerView>>("GET", `/customers${query({ q, limit: 8 })}`, withSignal(signal));
export const locations = (customer: Id) =>
  request<Page<LocationView>>("GET", `/locations${query({ customer, limit: 20 })}`);

export const plan = (territory: Id, day?: string) =>
  request<PlanView>("GET", `/territories/${territory}/plan${query({ day })}`);
export const placeAll = (territory: Id, day: string) =>
  request<{ answer?: { detail?: unknown } }>("POST", `/territories/${territory}/plan/place-all`, {
    body: { day },
  });
export const improve = (territory: Id, day: string) =>
  request<unknown>("POST", `/territories/${territory}/plan/improve`, { body: { day } });
export const publish = (territory: Id, day: string, seen: SeenRoute[]) =>
  request<unknown>("POST", `/territories/${territory}/plan/publish`, { body: { day, seen } });
export const proposal = (id: Id) => request<ProposalView>("GET", `/proposals/${id}`);
export const applyProposal = (id: Id) => request<unknown>("POST", `/proposals/${id}/apply`);
export const discardProposal = (id: Id) => request<unknown>("POST", `/proposals/${id}/discard`);

export const job = (id: Id) => request<JobView>("GET", `/jobs/${id}`);
export const createJob = (body: NewJob, idempotencyKey: string) =>
  request<{ job: JobView; placement?: Placement | null }>("POST", "/jobs", {
    body,
    idempotencyKey,
  });
/** A file takes longer to send and to look through than a form. */
const FILE_TIMEOUT_MS = 180_000;

export interface JobFileQuery {
  territory: Id;
  columns?: string | null;
  service_type?: Id | null;
  day?: string | null;
  dates?: DateOrder | null;
}
export const readJobFile = (content: Blob, wish: JobFileQuery, signal?: AbortSignal) =>
  request<JobFile>("POST", `/jobs/read-csv${query({ ...wish })}`, {
    file: { content, type: "text/csv" },
    timeout_ms: FILE_TIMEOUT_MS,
    ...withSignal(signal),
  });
/** Whatever happened to it meanwhile. */
export const cancelJob = (id: Id, remark: string, idempotencyKey: string) =>
  request<unknown>("POST", `/jobs/${id}/cancel`, { body: { remark }, idempotencyKey });
export const jobTimeline = (id: Id) =>
  request<{ items: FactView[] }>("GET", `/jobs/${id}/timeline`);
export const jobExplanation = (id: Id, signal?: AbortSignal) =>
  request<Explanation>("GET", `/jobs/${id}/explanation`, withSignal(signal));
export const jobOptions = (id: Id, day: string, signal?: AbortSignal) =>
  request<Page<PlacementOption> | PlacementOption[]>(
    "GET",
    `/jobs/${id}/options${query({ day })}`,
    withSignal(signal),
  ).then((answer) => (Array.isArray(answer) ? answer : answer.items));

export interface JobAnswer {
  job?: JobView;
  placement?: Placement | null;
}

export const placeJob = (id: Id) => request<JobAnswer>("POST", `/jobs/${id}/place`);
export const assignJob = (
  id: Id,
  body: { technician: Id; day: string; position?: number; anyway?: boolean; seen: SeenRoute[] },
) => request<JobAnswer>("POST", `/jobs/${id}/assign`, { body });
export const unassignJob = (id: Id, seen: SeenRoute[]) =>
  request<JobAnswer>("POST", `/jobs/${id}/unassign`, { body: { seen } });
export const lockJob = (id: Id, locked: boolean, seen: SeenRoute[]) =>
  request<JobAnswer>("POST", `/jobs/${id}/${locked ? "lock" : "unlock"}`, { body: { seen } });

export type JobStep = "hold" | "resume" | "cancel" | "approve" | "close" | "reopen";
export const stepJob = (id: Id, step: JobStep, seen: number, remark?: string) =>
  request<JobAnswer>("POST", `/jobs/${id}/${step}`, {
    body: remark === undefined ? { seen } : { seen, remark },
  });
export const promiseJob = (id: Id, window: TimeWindow, seen: number) =>
  request<JobAnswer>("POST", `/jobs/${id}/promise`, { body: { window, seen } });
export const trackingLink = (id: Id) =>
  request<TrackingLinkView>("POST", `/jobs/${id}/tracking-links`);

export type VisitStep = "accept" | "decline" | "depart" | "turn-back" | "arrive" | "finish";
export const routeGeometry = (route: Id, signal?: AbortSignal) =>
  request<{ legs: { job: Id | null; points: [number, number][] }[] }>(
    "GET",
    `/routes/${route}/geometry`,
    withSignal(signal),
  );

export interface PositionReport extends Point {
  age_ms: number;
  accuracy_m?: number;
  speed_kmh?: number;
  heading_deg?: number;
  battery?: number;
}
export const reportPositions = (positions: PositionReport[]) =>
  request<{ accepted: number }>("POST", "/positions/batch", { body: { positions } });

export const map = () => request<MapView>("GET", "/map");
export const searchPlaces = (q: string, near: Point | null, signal?: AbortSignal) =>
  request<Page<PlaceView> | PlaceView[]>(
    "GET",
    `/places/search${query({ q, lat: near?.lat, lon: near?.lon, limit: 8 })}`,
    withSignal(signal),
  ).then((answer) => (Array.isArray(answer) ? answer : answer.items));
export const reversePlace = (at: Point) =>
  request<PlaceView | null>("GET", `/places/reverse${query({ lat: at.lat, lon: at.lon })}`);

export const streetChanges = () => list<StreetChangeView>("/street-changes");
export const addStreetChange = (body: NewStreetChange, idempotencyKey: string) =>
  request<StreetChangeView>("POST", "/street-changes", { body, idempotencyKey });
export const liftStreetChange = (id: Id, version: number) =>
  request<unknown>("DELETE", `/street-changes/${id}${query({ version })}`);
export const concernedStreets = (extent: ExtentView, signal?: AbortSignal) =>
  request<StreetsConcerned>("POST", "/streets/concerned", { body: { extent }, ...withSignal(signal) });

export const openTracking = (token: string) =>
  request<TrackingView>("POST", "/tracking/open", { body: { token }, raw: true });
export const tracking = () => request<TrackingView>("GET", "/tracking", { raw: true });
export const liveTicket = (raw = false) =>
  request<{ ticket: string }>("POST", "/live/tickets", { raw }).then((answer) => answer.ticket);

const withSignal = (signal?: AbortSignal) => (signal === undefined ? {} : { signal });

async function list<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await request<Page<T>>("GET", path + query({ limit: 200, after }));
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}
