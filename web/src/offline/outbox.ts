// Actions made without signal: written down first, sent in order, each at most once. An answer that was
// lost on the way costs nothing: the same key gets the same answer.

import { ApiError, request, sentenceOf } from "../api/client";
import type { Ms } from "../api/types";
import { Backoff } from "../live/backoff";
import type { Entry } from "./database";

/** Where entries are kept; the phone's database, or a list in tests. */
export interface Shelf {
  all(): Promise<Entry[]>;
  add(entry: Entry): Promise<void>;
  put(entry: Entry): Promise<void>;
  remove(id: number): Promise<void>;
}

export interface OutboxOptions {
  shelf: Shelf;
  send?: (entry: Entry, age_ms: number) => Promise<unknown>;
  now?: () => Ms;
  backoff?: Backoff;
  /** After each change: what waits, in order. */
  onChange: (entries: Entry[]) => void;
  onDone?: (entry: Entry, answer: unknown) => void;
}

export class Outbox {
  private running = false;
  private again = false;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private readonly backoff: Backoff;
  private readonly now: () => Ms;

  constructor(private readonly options: OutboxOptions) {
    this.backoff = options.backoff ?? new Backoff(1_000, 30_000);
    this.now = options.now ?? (() => Date.now());
  }

  async add(entry: Omit<Entry, "key" | "madeAt" | "refusal">): Promise<void> {
    await this.options.shelf.add({
      ...entry,
      key: crypto.randomUUID(),
      madeAt: this.now(),
      refusal: null,
    });
    await this.tell();
    void this.flush();
  }

  /** A person has read why it was refused. */
  async dismiss(id: number): Promise<void> {
    await this.options.shelf.remove(id);
    await this.tell();
  }

  async tell(): Promise<void> {
    this.options.onChange(await this.options.shelf.all());
  }

  /** Sends what waits, oldest first, until nothing waits or the server cannot be reached. */
  async flush(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
    try {
      do {
        this.again = false;
        if (!(await this.sendAll())) {
          this.retry = setTimeout(() => void this.flush(), this.backoff.next_ms());
          return;
        }
        this.backoff.reset();
      } while (this.again);
    } finally {
      this.running = false;
    }
  }

  /** `false` when it must be tried again later. */
  private async sendAll(): Promise<boolean> {
    for (const entry of await this.options.shelf.all()) {
      if (entry.refusal !== null || entry.id === undefined) continue;
      try {
        const send = this.options.send ?? sendEntry;
        const answer = await send(entry, Math.max(0, this.now() - entry.madeAt));
        await this.options.shelf.remove(entry.id);
        this.options.onDone?.(entry, answer);
      } catch (error) {
        if (!(error instanceof ApiError) || error.isTransient || error.status === 401) return false;
        // The key is ours alone: known with another body means carried out before, at another age.
        if (error.code === "idempotency_key_reused") await this.options.shelf.remove(entry.id);
        else await this.options.shelf.put({ ...entry, refusal: sentenceOf(error) });
      }
      await this.tell();
    }
    return true;
  }
}

function sendEntry(entry: Entry, age_ms: number): Promise<unknown> {
  const body = entry.isAged ? { ...entry.body, meant_at_age_ms: age_ms } : entry.body;
  return request("POST", entry.path, { body, idempotencyKey: entry.key });
}
