// One websocket, many topics. Keeps the connection, names the last number it has after a break, and asks
// again where a number is missing. Holds no state of the plan; see fold.ts.

import type { Ms } from "../api/types";
import { Backoff } from "./backoff";
import { DomainClock } from "./clock";
import { type PositionFrame, readPositions } from "./frames";
import type {
  BoundingBox,
  Change,
  ClientMessage,
  IndexEntry,
  ServerMessage,
  Snapshot,
  Topic,
} from "./protocol";

export type Connection = "connecting" | "live" | "offline";

export interface Followers {
  snapshot?: (data: Snapshot) => void;
  changes?: (changes: Change[]) => void;
  etas?: (stops: { visit: string; eta: Ms }[]) => void;
  index?: (entries: IndexEntry[]) => void;
  positions?: (frame: PositionFrame) => void;
  /** The server refused the topic. */
  refused?: (sentence: string) => void;
}

/** What the client needs of a websocket; tests give it a made-up one. */
export interface Socket {
  binaryType: BinaryType;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LiveOptions {
  url: string;
  /** A ticket for one connection; fails while the server cannot be reached or the session is over. */
  ticket: () => Promise<string>;
  open?: (url: string) => Socket;
  clock?: DomainClock;
  backoff?: Backoff;
  onConnection?: (connection: Connection, latency_ms: number | null) => void;
}

interface Subscription {
  id: number;
  topic: Topic;
  /** Number of the last message folded in. */
  last: number | null;
  followers: Followers;
}

export interface Handle {
  close(): void;
  view(bbox: BoundingBox): void;
}

const PING_EVERY_MS = 10_000;
/** Nothing heard for so long: the connection is dead, whatever the browser says. */
const SILENCE_MS = 25_000;

export class LiveClient {
  readonly clock: DomainClock;
  private socket: Socket | null = null;
  private ready = false;
  private stopped = true;
  private opening = false;
  private nextId = 1;
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly backoff: Backoff;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private heartbeat: ReturnType<typeof setInterval> | null = null;
  private heardAt = 0;
  private pingedAt: number | null = null;

  constructor(private readonly options: LiveOptions) {
    this.clock = options.clock ?? new DomainClock();
    this.backoff = options.backoff ?? new Backoff();
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.drop();
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
  }

  /** The network or the page has come back: do not wait for the next try. */
  hurry(): void {
    if (this.stopped) return;
    if (this.socket !== null) {
      this.ping();
      return;
    }
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    this.backoff.reset();
    void this.connect();
  }

  subscribe(topic: Topic, followers: Followers): Handle {
    const subscription: Subscription = { id: this.takeId(), topic, last: null, followers };
    this.subscriptions.set(subscription.id, subscription);
    this.ask(subscription);
    return {
      close: () => {
        this.subscriptions.delete(subscription.id);
        this.send({ type: "unsubscribe", id: subscription.id });
      },
      view: (bbox) => {
        const [west, south, east, north] = bbox;
        subscription.topic = { kind: "viewport", west, south, east, north };
        this.send({ type: "view", id: subscription.id, bbox });
      },
    };
  }

  private takeId(): number {
    const id = this.nextId;
    // The binary frames have 16 bits for it.
    this.nextId = this.nextId >= 65_000 ? 1 : this.nextId + 1;
    return id;
  }

  private async connect(): Promise<void> {
    if (this.stopped || this.opening || this.socket !== null) return;
    this.opening = true;
    this.options.onConnection?.("connecting", null);
    try {
      const ticket = await this.options.ticket();
      if (this.stopped) return;
      this.open(ticket);
    } catch {
      this.later();
    } finally {
      this.opening = false;
    }
  }

  private open(ticket: string): void {
    const open = this.options.open ?? ((url: string): Socket => new WebSocket(url));
    const socket = open(this.options.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heardAt = performance.now();
    socket.onopen = () => this.send({ type: "hello", ticket }, true);
    socket.onmessage = (event: MessageEvent) => {
      if (this.socket === socket) this.hear(event.data as string | ArrayBuffer);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.drop();
      this.later();
    };
    this.heartbeat ??= setInterval(() => this.beat(), 2_500);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    this.pingedAt = null;
    if (this.heartbeat !== null) clearInterval(this.heartbeat);
    this.heartbeat = null;
    socket?.close();
  }

  private later(): void {
    if (this.stopped) return;
    this.options.onConnection?.("offline", null);
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.retry = null;
      void this.connect();
    }, this.backoff.next_ms());
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.heardAt > SILENCE_MS) {
      this.drop();
      this.later();
    } else if (this.ready && (this.pingedAt === null || now - this.pingedAt > PING_EVERY_MS)) {
      this.ping();
    }
  }

  private ping(): void {
    this.pingedAt = performance.now();
    this.send({ type: "ping" });
  }

  private hear(data: string | ArrayBuffer): void {
    this.heardAt = performance.now();
    if (typeof data !== "string") {
      const frame = readPositions(data);
      if (frame !== null) {
        this.clock.sync(frame.now);
        // Frames are shared by all who watch, so they name no subscription: id 0 is every viewport.
        for (const { id, followers } of this.subscriptions.values()) {
          if (frame.subscription === 0 || frame.subscription === id) followers.positions?.(frame);
        }
      }
      return;
    }
    let message: ServerMessage;
    try {
      message = JSON.parse(data) as ServerMessage;
    } catch {
      return;
    }
    this.take(message);
  }

  private take(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.clock.sync(message.now, message.speed);
        this.ready = true;
        this.backoff.reset();
        this.options.onConnection?.("live", null);
        for (const subscription of this.subscriptions.values()) this.ask(subscription);
        this.ping();
        return;
      case "pong":
        this.clock.sync(message.now);
        if (this.pingedAt !== null) {
          this.options.onConnection?.("live", Math.round(performance.now() - this.pingedAt));
        }
        return;
      case "error":
        if (message.id !== undefined) {
          this.subscriptions.get(message.id)?.followers.refused?.(message.sentence);
        }
        return;
      default:
        this.takeFor(message);
    }
  }

  private takeFor(
    message: Extract<
      ServerMessage,
      { type: "snapshot" | "update" | "resumed" | "reset" | "etas" | "index" }
    >,
  ): void {
    const subscription = this.subscriptions.get(message.id);
    if (subscription === undefined) return;
    const { followers } = subscription;
    switch (message.type) {
      case "snapshot":
        this.clock.sync(message.now, message.speed);
        subscription.last = message.seq ?? null;
        followers.snapshot?.(message.data);
        return;
      case "update":
        // Live values that stand in no journal, such as a customer's page, bring no new number.
        if (message.seq === message.prev) {
          followers.changes?.(message.changes);
          return;
        }
        // Seen already: a message that crossed our question.
        if (subscription.last !== null && message.seq <= subscription.last) return;
        if (subscription.last === null || message.prev > subscription.last) {
          this.askAnew(subscription);
          return;
        }
        subscription.last = message.seq;
        followers.changes?.(message.changes);
        return;
      case "resumed":
        subscription.last = message.seq;
        return;
      case "reset":
        subscription.last = null;
        return;
      case "etas":
        followers.etas?.(message.stops);
        return;
      case "index":
        followers.index?.(message.technicians);
    }
  }

  /** A number is missing. A new id, so that late messages of the old question are not taken for news. */
  private askAnew(subscription: Subscription): void {
    this.send({ type: "unsubscribe", id: subscription.id });
    this.subscriptions.delete(subscription.id);
    subscription.id = this.takeId();
    this.subscriptions.set(subscription.id, subscription);
    this.ask(subscription);
  }

  private ask(subscription: Subscription): void {
    // A viewport's snapshot is its index; there is nothing to resume.
    const resumes = subscription.last !== null && subscription.topic.kind !== "viewport";
    this.send({
      type: "subscribe",
      id: subscription.id,
      topic: subscription.topic,
      ...(resumes ? { last: subscription.last as number } : {}),
    });
  }

  private send(message: ClientMessage, early = false): void {
    if (this.socket === null || (!this.ready && !early)) return;
    try {
      this.socket.send(JSON.stringify(message));
    } catch {
      // It is closing; `onclose` follows.
    }
  }
}

/** The address of the live endpoint of the server that gave us this page. */
export function liveUrl(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/live`;
}
