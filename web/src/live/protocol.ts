// The messages of `/api/v1/live`; docs/protocol.md tells their story.

import type {
  DayView,
  Id,
  JobView,
  Ms,
  PlanView,
  ProposalView,
  RouteView,
  StreetChangeView,
  TechnicianView,
  TrackingView,
  TruckView,
} from "../api/types";

export type BoundingBox = [west: number, south: number, east: number, north: number];

export type Topic =
  | { kind: "plan"; territory: Id; day: string }
  | { kind: "viewport"; west: number; south: number; east: number; north: number }
  | { kind: "job"; job: Id }
  | { kind: "route"; technician: Id; day: string }
  | { kind: "street_changes" }
  | { kind: "tracking" };

/** Without the streets of the map: those are asked for. */
export type StreetChangeNews = Omit<StreetChangeView, "streets">;

export interface IndexEntry {
  index: number;
  technician: Id;
}

/** One whole thing as it is now; folded in by its id. */
export type Change =
  | { kind: "job"; value: JobView }
  | { kind: "route"; value: RouteView }
  | { kind: "technician"; value: TechnicianView }
  | { kind: "truck"; value: TruckView }
  | { kind: "proposal"; value: ProposalView }
  | { kind: "street_change"; value: StreetChangeNews }
  | { kind: "tracking"; value: TrackingView };

export type Snapshot =
  | PlanView
  | JobView
  | DayView
  | { technicians: IndexEntry[] }
  | { street_changes: StreetChangeNews[] }
  | null;

export type ServerMessage =
  | { type: "welcome"; now: Ms; speed: number }
  | { type: "snapshot"; id: number; seq?: number; now: Ms; speed: number; data: Snapshot }
  | { type: "update"; id: number; seq: number; prev: number; changes: Change[] }
  | { type: "resumed"; id: number; seq: number }
  | { type: "reset"; id: number }
  | { type: "index"; id: number; technicians: IndexEntry[] }
  | { type: "etas"; id: number; technician: Id; stops: { visit: Id; eta: Ms }[] }
  | { type: "pong"; now: Ms }
  | { type: "error"; id?: number; code: string; sentence: string };

export type ClientMessage =
  | { type: "hello"; ticket: string }
  | { type: "subscribe"; id: number; topic: Topic; last?: number }
  | { type: "unsubscribe"; id: number }
  | { type: "view"; id: number; bbox: BoundingBox }
  | { type: "ping" };
