import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/client";
import { Backoff } from "../live/backoff";
import type { Entry } from "./database";
import { Outbox, type Shelf } from "./outbox";

function shelf(): Shelf & { entries: Entry[] } {
  let next = 1;
  const kept = {
    entries: [] as Entry[],
    all: () => Promise.resolve([...kept.entries]),
    add: (entry: Entry) => {
      kept.entries.push({ ...entry, id: next++ });
      return Promise.resolve();
    },
    put: (entry: Entry) => {
      kept.entries = kept.entries.map((each) => (each.id === entry.id ? entry : each));
      return Promise.resolve();
    },
    remove: (id: number) => {
      kept.entries = kept.entries.filter((each) => each.id !== id);
      return Promise.resolve();
    },
  };
  return kept;
}

const wish = (path: string) => ({ path, body: {}, isAged: true, label: path, job: null });
const unreachable = () => new ApiError(0, {});

describe("the outbox", () => {
  let now = 0;
  beforeEach(() => {
    vi.useFakeTimers();
    now = 1_000;
  });
  afterEach(() => vi.useRealTimers());

  const make = (send: (entry: Entry, age_ms: number) => Promise<undefined>) => {
    const kept = shelf();
    const changes: number[] = [];
    const outbox = new Outbox({
      shelf: kept,
      send,
      now: () => now,
      backoff: new Backoff(100, 1_000, () => 1),
      onChange: (entries) => changes.push(entries.length),
    });
    return { outbox, kept, changes };
  };

  it("sends in order, each with its own key, and forgets what was taken", async () => {
    const sent: string[] = [];
    const keys = new Set<string>();
    const { outbox, kept } = make((entry) => {
      sent.push(entry.path);
      keys.add(entry.key);
      return Promise.resolve(undefined);
    });
    await outbox.add(wish("/a"));
    await outbox.add(wish("/b"));
    await vi.runAllTimersAsync();
    expect(sent).toEqual(["/a", "/b"]);
    expect(keys.size).toBe(2);
    expect(kept.entries).toEqual([]);
  });

  it("keeps everything without a network, then replays in order with the age of each tap", async () => {
    let isUp = false;
    const sent: [string, number][] = [];
    const { outbox, kept } = make((entry, age_ms) => {
      if (!isUp) return Promise.reject(unreachable());
      sent.push([entry.path, age_ms]);
      return Promise.resolve(undefined);
    });
    await outbox.add(wish("/depart"));
    now += 60_000;
    await outbox.add(wish("/arrive"));
    await vi.advanceTimersByTimeAsync(50);
    expect(kept.entries.map((entry) => entry.path)).toEqual(["/depart", "/arrive"]);
    now += 30_000;
    isUp = true;
    await vi.runAllTimersAsync();
    expect(sent).toEqual([
      ["/depart", 90_000],
      ["/arrive", 30_000],
    ]);
    expect(kept.entries).toEqual([]);
  });

  it("uses the same key again after a lost answer, and takes known for done", async () => {
    const keys: string[] = [];
    let tries = 0;
    const { outbox, kept } = make((entry) => {
      keys.push(entry.key);
      tries += 1;
      if (tries === 1) return Promise.reject(unreachable());
      return Promise.reject(new ApiError(409, { code: "idempotency_key_reused" }));
    });
    await outbox.add(wish("/finish"));
    await vi.runAllTimersAsync();
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(kept.entries).toEqual([]);
  });

  it("shows a refusal to a person and goes on with the rest", async () => {
    const sent: string[] = [];
    const { outbox, kept } = make((entry) => {
      sent.push(entry.path);
      return entry.path === "/a"
        ? Promise.reject(new ApiError(409, { code: "visit_cancelled", detail: "this visit was cancelled" }))
        : Promise.resolve(undefined);
    });
    await outbox.add(wish("/a"));
    await outbox.add(wish("/b"));
    await vi.runAllTimersAsync();
    expect(sent).toEqual(["/a", "/b"]);
    expect(kept.entries).toHaveLength(1);
    expect(kept.entries[0]?.refusal).toBe("This visit was cancelled.");
    await outbox.dismiss(kept.entries[0]?.id ?? 0);
    expect(kept.entries).toEqual([]);
  });
});
