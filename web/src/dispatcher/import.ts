// Makes the jobs of a file, a few at a time, and takes them back. Every row has a key that follows from
// its import, so whatever is interrupted may be repeated. Knows no screen.

import { ApiError } from "../api/client";
import type { FileRow, Id, JobField, NewJob } from "../api/types";
import { durationText } from "../ui/time";

/** So many rows are under way at a time. */
const WORKERS = 3;
const WAITS_MS = [1_000, 2_000, 4_000, 8_000];

export const FIELD_WORDS: Record<JobField, string> = {
  customer: "Customer",
  phone: "Phone",
  email: "E-mail",
  address: "Address or street",
  housenumber: "House number",
  postcode: "Postcode",
  city: "Town",
  lat: "Latitude",
  lon: "Longitude",
  service_type: "Service",
  title: "What",
  description: "Description",
  notes: "Notes for the way in",
  day: "Day",
  from: "From",
  until: "Until",
  priority: "Priority",
  duration: "Minutes",
  skills: "Skills",
};

/** A job that a row has become. */
export interface Made {
  row: number;
  job: Id;
  placed: boolean;
}

/** What became of a row: made now, made by an earlier try whose answer is not known any more, or refused. */
export type Outcome =
  | { kind: "made"; made: Made }
  | { kind: "made_before"; row: number }
  | { kind: "failed"; row: number; sentence: string };

/** Where a run stops at the next row. */
export interface Stop {
  readonly isWished: boolean;
}

/** The same for the same row of the same import. */
export const keyOf = (id: string, row: number): string => `import-${id}-${row}`;

/**
 * Rows that must follow each other, since later ones take the customer or the location that the first one
 * makes.
 */
export function groupsOf(rows: FileRow[]): FileRow[][] {
  const groups = new Map<string, FileRow[]>();
  for (const row of rows) {
    const key =
      row.customer_of !== undefined ? `customer ${row.customer_of}` : `location ${row.location_of ?? `of ${row.row}`}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** What rows have made that others of the file share, by the first row that names it. */
export interface Shared {
  customers: Map<number, Id>;
  locations: Map<number, Id>;
}

/** The wish of a row, with the customer and the location that rows before it have made. */
export function wishOf(row: FileRow, shared: Shared): NewJob | null {
  if (row.wish === undefined) return null;
  const { new_customer, new_location, ...wish } = row.wish;
  const customer = row.customer_of === undefined ? undefined : shared.customers.get(row.customer_of);
  const location = row.location_of === undefined ? undefined : shared.locations.get(row.location_of);
  return {
    ...wish,
    ...(customer !== undefined ? { customer } : new_customer === undefined ? {} : { new_customer }),
    ...(location !== undefined ? { location } : new_location === undefined ? {} : { new_location }),
  };
}

/** Does something for each of many, a few at a time, until all is done or a stop is wished. */
export async function forEach<T>(items: T[], stop: Stop, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const item = items[next];
      if (item === undefined || stop.isWished) return;
      next += 1;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

/** Once more, and later, while the server is only busy or away. */
export async function patiently<T>(
  work: () => Promise<T>,
  stop: Stop,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<T> {
  for (const wait of WAITS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTransient || stop.isWished) throw error;
      await pause(wait);
    }
  }
  return work();
}

/** `about 2 min left`; nothing before there is anything to judge by. */
export function timeLeft(done: number, total: number, elapsed_ms: number): string {
  if (done < 3 || done >= total) return "";
  const seconds = ((elapsed_ms / done) * (total - done)) / 1000;
  return seconds < 60 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${durationText(seconds)} left`;
}

/** `1 job`, `2 jobs` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
