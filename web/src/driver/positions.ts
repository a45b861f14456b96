// Where the driver is, while on duty: watched, kept on the phone, handed in in batches. What the server
// has not acknowledged stays on the phone.

import { ApiError } from "../api/client";
import { type PositionReport, reportPositions } from "../api/endpoints";
import type { Database, KeptPosition } from "../offline/database";

export type Watch = "off" | "asking" | "on" | "denied" | "unavailable";

const BATCH_MIN = 5;
const BATCH_MAX = 20;
/** So long a position waits at most, if there is a connection. */
const WAIT_MS = 10_000;
/** Standing still, a sign of life is enough. */
const STILL_EVERY_MS = 30_000;
const MOVED_M = 12;
const KEPT_MAX = 2_000;

export class PositionReporter {
  private watch: number | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private last: KeptPosition | null = null;
  private sending = false;

  constructor(
    private readonly database: Database,
    private readonly tell: (state: Watch, waiting: number) => void,
  ) {}

  start(): void {
    if (this.watch !== null) return;
    if (!("geolocation" in navigator)) {
      this.tell("unavailable", 0);
      return;
    }
    this.tell("asking", 0);
    this.watch = navigator.geolocation.watchPosition(
      (position) => void this.take(position),
      (error) => this.tell(error.code === error.PERMISSION_DENIED ? "denied" : "unavailable", 0),
      { enableHighAccuracy: true, maximumAge: 2_000, timeout: 60_000 },
    );
    this.timer = setInterval(() => void this.send(false), WAIT_MS);
  }

  stop(): void {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    if (this.timer !== null) clearInterval(this.timer);
    this.watch = null;
    this.timer = null;
    this.last = null;
    this.tell("off", 0);
    void this.send(false);
  }

  private async take(position: GeolocationPosition): Promise<void> {
    const { coords } = position;
    const kept: KeptPosition = {
      lat: coords.latitude,
      lon: coords.longitude,
      at: position.timestamp,
      accuracy_m: coords.accuracy,
      ...(coords.speed === null ? {} : { speed_kmh: coords.speed * 3.6 }),
      ...(coords.heading === null || Number.isNaN(coords.heading) ? {} : { heading_deg: coords.heading }),
    };
    const { last } = this;
    const isStill = last !== null && metres(last, kept) < MOVED_M && kept.at - last.at < STILL_EVERY_MS;
    if (isStill) return;
    this.last = kept;
    await this.database.add("positions", kept);
    const count = await this.database.count("positions");
    if (count > KEPT_MAX) {
      const oldest = await this.database.getAllKeys("positions", null, count - KEPT_MAX);
      for (const key of oldest) await this.database.delete("positions", key);
    }
    this.tell("on", count);
    await this.send(true);
  }

  private async send(onlyIfFull: boolean): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const keys = await this.database.getAllKeys("positions", null, BATCH_MAX);
        if (keys.length === 0 || (onlyIfFull && keys.length < BATCH_MIN)) return;
        const values = await this.database.getAll("positions", null, BATCH_MAX);
        const now = Date.now();
        const reports: PositionReport[] = values.map(({ at, ...rest }) => ({
          ...rest,
          age_ms: Math.max(0, Math.round(now - at)),
        }));
        await reportPositions(reports);
        for (const key of keys) await this.database.delete("positions", key);
        if (this.watch !== null) this.tell("on", await this.database.count("positions"));
      }
    } catch (error) {
      // What the server will never take must not stand in the way of what it will.
      if (error instanceof ApiError && error.status === 422) {
        const keys = await this.database.getAllKeys("positions", null, BATCH_MAX);
        for (const key of keys) await this.database.delete("positions", key);
      }
    } finally {
      this.sending = false;
    }
  }
}

function metres(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const north = (b.lat - a.lat) * 111_195;
  const east = (b.lon - a.lon) * 111_195 * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}
