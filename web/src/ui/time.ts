// Instants in the words of a place: times of day, local days, minutes after midnight.

import type { Ms, TimeWindow } from "../api/types";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

/** `14:05` */
export function clockTime(at: Ms, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** `14:05:09` */
export function clockTimeWithSeconds(at: Ms, zone: string): string {
  return format(zone, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** `14:00 – 16:00` */
export function windowText(window: TimeWindow, zone: string): string {
  return `${clockTime(window.from, zone)} – ${clockTime(window.until, zone)}`;
}

/** `Fri 20 Nov` */
export function dayText(at: Ms, zone: string): string {
  return format(zone, { weekday: "short", day: "numeric", month: "short" })
    .format(at)
    .replace(",", "");
}

/** `2026-11-20` */
export function dayOf(at: Ms, zone: string): string {
  const parts = format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** The instant of a minute after local midnight. In a gap of the clock: the first instant after it. */
export function instantAt(day: string, minute: number, zone: string): Ms {
  const wall = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
  // Twice, because the first guess may lie on the other side of a change of the clock.
  const guess = wall - offset(wall, zone);
  return wall - offset(guess, zone);
}

function offset(at: Ms, zone: string): number {
  const parts = format(zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** Monday is 0. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
}

export function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** `45 min`, `1 h 20 min` */
export function durationText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `+9 min`, `−18 min`, `±0 min` */
export function signedDuration(seconds: number): string {
  if (Math.round(Math.abs(seconds) / 60) === 0) return "±0 min";
  return `${seconds > 0 ? "+" : "−"}${durationText(seconds)}`;
}

/** `850 m`, `5.1 km` */
export function distanceText(metres: number): string {
  const whole = Math.abs(metres);
  return whole < 950 ? `${Math.round(whole / 10) * 10} m` : `${(whole / 1000).toFixed(1)} km`;
}

export function signedDistance(metres: number): string {
  if (Math.abs(metres) < 5) return "±0 m";
  return `${metres > 0 ? "+" : "−"}${distanceText(metres)}`;
}
