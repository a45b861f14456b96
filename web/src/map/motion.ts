// Where a moving thing is between two readings: it glides from where it was drawn to where it was last
// seen, in about the time that lies between readings. Plain arithmetic, no map.

import type { Point } from "../api/types";

export interface Glide {
  from: Point;
  to: Point;
  fromHeading: number | null;
  toHeading: number | null;
  startedAt: number;
  /** Real milliseconds from `from` to `to`. */
  lasts: number;
}

const LASTS_MIN_MS = 200;
const LASTS_MAX_MS = 3_000;
/** A jump of more than this is drawn as one: about two kilometres. */
const JUMP_DEG = 0.02;

export function startGlide(to: Point, heading: number | null, now: number): Glide {
  return { from: to, to, fromHeading: heading, toHeading: heading, startedAt: now, lasts: LASTS_MIN_MS };
}

/** A new reading: glide on from where the thing is drawn now. */
export function nextGlide(glide: Glide, to: Point, heading: number | null, now: number): Glide {
  if (glide.to.lat === to.lat && glide.to.lon === to.lon && glide.toHeading === heading) return glide;
  const isJump =
    Math.abs(to.lat - glide.to.lat) > JUMP_DEG || Math.abs(to.lon - glide.to.lon) > JUMP_DEG;
  if (isJump) return startGlide(to, heading, now);
  const present = glideAt(glide, now);
  const gap = Math.min(LASTS_MAX_MS, Math.max(LASTS_MIN_MS, now - glide.startedAt));
  return {
    from: present.point,
    to,
    fromHeading: present.heading,
    toHeading: heading ?? present.heading,
    startedAt: now,
    lasts: gap * 1.1,
  };
}

export function glideAt(glide: Glide, now: number): { point: Point; heading: number | null } {
  const share = Math.min(1, Math.max(0, (now - glide.startedAt) / glide.lasts));
  const between = (a: number, b: number) => a + (b - a) * share;
  return {
    point: { lat: between(glide.from.lat, glide.to.lat), lon: between(glide.from.lon, glide.to.lon) },
    heading: turn(glide.fromHeading, glide.toHeading, share),
  };
}

export const isGliding = (glide: Glide, now: number): boolean => now < glide.startedAt + glide.lasts;

/** The short way round. */
function turn(from: number | null, to: number | null, share: number): number | null {
  if (from === null || to === null) return to;
  const difference = ((to - from + 540) % 360) - 180;
  return (from + difference * share + 360) % 360;
}
