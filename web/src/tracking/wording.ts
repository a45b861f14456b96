// How an arrival time is said to a customer (UX: honest ETA): the closer, the more exact; never earlier
// than now; a slip is said, not hidden.

import type { Ms, TimeWindow } from "../api/types";
import { clockTime } from "../ui/time";

export interface ArrivalWords {
  main: string;
  /** The spread behind it, where there is one. */
  range: string | null;
  /** What has changed against the promise. */
  slip: string | null;
}

const MINUTE_MS = 60_000;
const SLIP_MIN = 10;

export function arrivalWords(
  eta: TimeWindow,
  now: Ms,
  zone: string,
  promised: TimeWindow | null,
): ArrivalWords {
  const from = Math.max(eta.from, now);
  const until = Math.max(eta.until, from);
  const middle = (from + until) / 2;
  const minutes = (middle - now) / MINUTE_MS;
  const words = { range: null, slip: slip(until, middle, zone, promised) };
  if (minutes <= 1) return { main: "Arriving now", ...words };
  if (minutes < 15) return { main: `In about ${Math.round(minutes)} minutes`, ...words };
  if (minutes <= 60) {
    return {
      main: `About ${clockTime(rounded(middle), zone)}`,
      range: `${clockTime(from, zone)} – ${clockTime(until, zone)}`,
      slip: words.slip,
    };
  }
  // Hours away, a quarter of an hour is as exact as we may sound.
  const wide = Math.max(until, from + 30 * MINUTE_MS);
  return {
    main: `Between ${clockTime(quarter(from, Math.floor), zone)} and ${clockTime(quarter(wide, Math.ceil), zone)}`,
    ...words,
  };
}

function slip(until: Ms, middle: Ms, zone: string, promised: TimeWindow | null): string | null {
  if (promised === null || middle <= promised.until) return null;
  const late = Math.round((middle - promised.until) / MINUTE_MS);
  if (late < SLIP_MIN) return null;
  return `Running ${late} min late – now ${clockTime(rounded(Math.min(middle, until)), zone)}. Was by ${clockTime(promised.until, zone)}.`;
}

const rounded = (at: Ms): Ms => Math.round(at / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
const quarter = (at: Ms, round: (n: number) => number): Ms =>
  round(at / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
