// Reads the binary frames: positions, 20 bytes each, little endian.

import type { Ms, Point } from "../api/types";

export type Motion = "idle" | "en_route" | "on_site" | "silent" | "off";

export interface Fix extends Point {
  index: number;
  /** How old the reading was when the frame was made, in domain milliseconds. */
  age_ms: number;
  speed_kmh: number;
  heading_deg: number | null;
  motion: Motion;
}

export interface PositionFrame {
  subscription: number;
  now: Ms;
  fixes: Fix[];
}

const HEADER_BYTES = 16;
const RECORD_BYTES = 20;
const HEADING_UNKNOWN = 65_535;
const MOTIONS: readonly Motion[] = ["idle", "en_route", "on_site", "silent", "off"];

/** `null` where the frame is of a version or kind that we do not know, or cut short. */
export function readPositions(buffer: ArrayBuffer): PositionFrame | null {
  if (buffer.byteLength < HEADER_BYTES) return null;
  const view = new DataView(buffer);
  if (view.getUint8(0) !== 1 || view.getUint8(1) !== 1) return null;
  const count = view.getUint32(4, true);
  if (buffer.byteLength < HEADER_BYTES + count * RECORD_BYTES) return null;
  const fixes: Fix[] = [];
  for (let at = HEADER_BYTES; fixes.length < count; at += RECORD_BYTES) {
    const heading = view.getUint16(at + 16, true);
    fixes.push({
      index: view.getUint32(at, true),
      lat: view.getInt32(at + 4, true) / 1e6,
      lon: view.getInt32(at + 8, true) / 1e6,
      age_ms: view.getUint16(at + 12, true) * 100,
      speed_kmh: view.getUint16(at + 14, true) / 10,
      heading_deg: heading === HEADING_UNKNOWN ? null : heading / 10,
      motion: MOTIONS[view.getUint8(at + 18)] ?? "idle",
    });
  }
  return { subscription: view.getUint16(2, true), now: view.getFloat64(8, true), fixes };
}
