import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aJob, aPlan } from "../testing";
import { Backoff } from "./backoff";
import { LiveClient, type Socket } from "./client";
import type { ClientMessage, ServerMessage } from "./protocol";

class FakeSocket implements Socket {
  binaryType: BinaryType = "blob";
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  sent: ClientMessage[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }
  close(): void {
    this.closed = true;
  }
  hear(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
  }
  welcome(): void {
    this.onopen?.(new Event("open"));
    this.hear({ type: "welcome", now: 5, speed: 1 });
  }
  lose(): void {
    this.onclose?.({} as CloseEvent);
  }
  asked(): Extract<ClientMessage, { type: "subscribe" }>[] {
    return this.sent.filter((message) => message.type === "subscribe");
  }
}

describe("the live client", () => {
  let sockets: FakeSocket[];
  let client: LiveClient;
  const topic = { kind: "plan", territory: "north", day: "2026-11-20" } as const;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    client = new LiveClient({
      url: "ws://x",
      ticket: () => Promise.resolve("ticket"),
      backoff: new Backoff(100, 1_000, () => 1),
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
    });
  });
  afterEach(() => {
    client.stop();
    vi.useRealTimers();
  });

  const socket = (): FakeSocket => sockets.at(-1) as FakeSocket;
  const connect = async (): Promise<void> => {
    client.start();
    await vi.advanceTimersByTimeAsync(0);
    socket().welcome();
  };
  const snapshot = (id: number, seq: number): ServerMessage => ({
    type: "snapshot",
    id,
    seq,
    now: 5,
    speed: 1,
    data: aPlan(),
  });
  const update = (id: number, seq: number, prev: number): ServerMessage => ({
    type: "update",
    id,
    seq,
    prev,
    changes: [{ kind: "job", value: aJob() }],
  });

  it("says hello with its ticket, then asks for what was wanted before", async () => {
    client.subscribe(topic, {});
    await connect();
    expect(socket().sent[0]).toEqual({ type: "hello", ticket: "ticket" });
    expect(socket().asked()).toEqual([{ type: "subscribe", id: 1, topic }]);
  });

  it("folds updates in once, and drops what it has seen", async () => {
    const changes = vi.fn();
    client.subscribe(topic, { changes });
    await connect();
    socket().hear(snapshot(1, 10));
    socket().hear(update(1, 12, 10));
    socket().hear(update(1, 12, 10));
    expect(changes).toHaveBeenCalledTimes(1);
  });

  it("asks again from its last number where one is missing", async () => {
    const changes = vi.fn();
    client.subscribe(topic, { changes });
    await connect();
    socket().hear(snapshot(1, 10));
    socket().hear(update(1, 15, 13));
    expect(changes).not.toHaveBeenCalled();
    expect(socket().asked().at(-1)).toEqual({ type: "subscribe", id: 2, topic, last: 10 });
    // What still comes for the old question is no news.
    socket().hear(update(1, 16, 15));
    expect(changes).not.toHaveBeenCalled();
    socket().hear({ type: "resumed", id: 2, seq: 10 });
    socket().hear(update(2, 16, 10));
    expect(changes).toHaveBeenCalledTimes(1);
  });

  it("resumes after a break with the last number it has, and starts anew after a reset", async () => {
    const snapshots = vi.fn();
    client.subscribe(topic, { snapshot: snapshots });
    await connect();
    socket().hear(snapshot(1, 10));
    socket().hear(update(1, 11, 10));
    socket().lose();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets).toHaveLength(2);
    socket().welcome();
    expect(socket().asked()).toEqual([{ type: "subscribe", id: 1, topic, last: 11 }]);
    socket().hear({ type: "reset", id: 1 });
    socket().hear(snapshot(1, 40));
    expect(snapshots).toHaveBeenCalledTimes(2);
    socket().lose();
    await vi.advanceTimersByTimeAsync(2_000);
    socket().welcome();
    expect(socket().asked()[0]?.last).toBe(40);
  });

  it("takes live values that carry no new number every time they come", async () => {
    const changes = vi.fn();
    client.subscribe({ kind: "tracking" }, { changes });
    await connect();
    socket().hear({ type: "snapshot", id: 1, seq: 9, now: 5, speed: 1, data: null });
    socket().hear(update(1, 9, 9));
    socket().hear(update(1, 9, 9));
    expect(changes).toHaveBeenCalledTimes(2);
  });

  it("hands the shared frames of positions to the map", async () => {
    const positions = vi.fn();
    client.subscribe({ kind: "viewport", west: 14, south: 35, east: 15, north: 36 }, { positions });
    await connect();
    const frame = new ArrayBuffer(16);
    new DataView(frame).setUint16(0, 0x0101);
    socket().onmessage?.({ data: frame } as MessageEvent);
    expect(positions).toHaveBeenCalledTimes(1);
  });

  it("takes an update that starts before its own number: no gap, only overlap", async () => {
    const changes = vi.fn();
    client.subscribe(topic, { changes });
    await connect();
    socket().hear(snapshot(1, 10));
    socket().hear(update(1, 12, 8));
    expect(changes).toHaveBeenCalledTimes(1);
    expect(socket().asked()).toHaveLength(1);
  });

  it("gives a silent connection up and comes back", async () => {
    await connect();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(sockets.length).toBeGreaterThan(1);
  });
});
