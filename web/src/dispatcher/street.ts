// A change of the streets in the words of a dispatcher.

import type { EffectView, Ms, Point, StreetChangeView, StreetsConcerned } from "../api/types";
import { clockTime, dayOf, dayPlus, dayText, distanceText, instantAt } from "../ui/time";

export type Direction = "both" | "along" | "against";
export type End = "hour" | "today" | "lifted";

export const isClosed = (effect: EffectView): boolean => effect.kind === "closed";

/** What can be chosen; more is possible through the interface for programs. */
export const EFFECTS: { key: string; words: string; effect: EffectView }[] = [
  { key: "closed", words: "Closed", effect: { kind: "closed" } },
  { key: "jam", words: "Jam: a quarter of the speed", effect: { kind: "factor", factor: 0.25 } },
  { key: "slow", words: "Slow: half of the speed", effect: { kind: "factor", factor: 0.5 } },
  { key: "limit30", words: "Limit of 30 km/h", effect: { kind: "limit", kmh: 30 } },
  { key: "limit10", words: "Limit of 10 km/h", effect: { kind: "limit", kmh: 10 } },
];

export function effectText(effect: EffectView): string {
  if (effect.kind === "closed") return "Closed";
  if (effect.kind === "limit") return `At most ${effect.kmh ?? 0} km/h`;
  return `${Math.round((effect.factor ?? 1) * 100)} % of the speed`;
}

/** `High Street, Mill Lane, 1.2 km` */
export function streetsText(streets: StreetsConcerned): string {
  if (streets.pieces === 0) return "No street of this map";
  const names = streets.names.length === 0 ? "Street without a name" : streets.names.slice(0, 3).join(", ");
  const more = streets.names.length > 3 ? " and others" : "";
  return `${names}${more}, ${distanceText(streets.length_m)}`;
}

/** `until 17:30`, `from 16:00 until Fri 20 Nov 17:30`, `until lifted` */
export function spanText(change: StreetChangeView, now: Ms, zone: string): string {
  const at = (instant: Ms) =>
    dayOf(instant, zone) === dayOf(now, zone)
      ? clockTime(instant, zone)
      : `${dayText(instant, zone)} ${clockTime(instant, zone)}`;
  const from = change.from !== null && change.from > now ? `from ${at(change.from)} ` : "";
  return `${from}until ${change.until === null ? "lifted" : at(change.until)}`;
}

export function endOf(end: End, now: Ms, zone: string): Ms | null {
  if (end === "lifted") return null;
  if (end === "hour") return Math.round(now) + 3_600_000;
  return instantAt(dayPlus(dayOf(now, zone), 1), 0, zone);
}

const WINDS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];

/** Where one drives to along a line and against it, in words; nothing for a ring. */
export function directionsOf(line: [number, number][] | undefined): [along: string, against: string] | null {
  const [first, last] = [line?.[0], line?.at(-1)];
  if (first === undefined || last === undefined) return null;
  const east = (last[0] - first[0]) * Math.cos((first[1] * Math.PI) / 180);
  const north = last[1] - first[1];
  if (Math.hypot(east, north) < 1e-5) return null;
  const eighth = Math.round((Math.atan2(east, north) / Math.PI) * 4 + 8) % 8;
  return [WINDS[eighth] ?? "", WINDS[(eighth + 4) % 8] ?? ""];
}

/** The corners of a circle; a polygon that nobody needs a mouse for. */
export function circle(centre: Point, radius_m: number): Point[] {
  const metre = 1 / 111_195;
  const stretch = Math.max(0.01, Math.cos((centre.lat * Math.PI) / 180));
  return Array.from({ length: 16 }, (_, at) => {
    const angle = (at / 8) * Math.PI;
    return {
      lat: centre.lat + Math.sin(angle) * radius_m * metre,
      lon: centre.lon + (Math.cos(angle) * radius_m * metre) / stretch,
    };
  });
}

/** `35.9, 14.5` as a point. */
export function pointOf(text: string): Point | null {
  const found = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (found === null) return null;
  const [lat, lon] = [Number(found[1]), Number(found[2])];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
