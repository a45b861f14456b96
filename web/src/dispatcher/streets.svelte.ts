// Streets that are closed or slower: those in force, and the one that is being chosen. The live connection
// says when something is new; what it is, with its streets, is read from the server.

import { sentenceOf } from "../api/client";
import * as api from "../api/endpoints";
import type { EffectView, ExtentView, Id, Ms, Point, StreetChangeView, StreetsConcerned } from "../api/types";
import type { Handle, LiveClient } from "../live/client";
import type { StreetMark } from "../map/streets";
import { toasts } from "../ui/toasts.svelte";
import { type Direction, isClosed } from "./street";

export type DraftKind = "street" | "area";

/** So long nothing is asked after a corner was set. */
const ASK_AFTER_MS = 150;

export class Streets {
  /** As the server has them; some may have ended since. */
  private known = $state.raw<StreetChangeView[]>([]);
  /** What a click on the map sets: a point of a street, or the corners of an area. */
  draft = $state.raw<{ kind: DraftKind; points: Point[] } | null>(null);
  direction = $state<Direction>("both");
  effect = $state.raw<EffectView>({ kind: "closed" });
  /** The streets that the draft is about, once the server has said so. */
  found = $state.raw<StreetsConcerned | null>(null);
  problem = $state<string | null>(null);
  isBusy = $state(false);
  /** The change that is to be brought into sight on the map; a new object for each wish. */
  wanted = $state.raw<{ change: StreetChangeView } | null>(null);

  private handle: Handle | null = null;
  private asking: AbortController | null = null;
  private askLater: ReturnType<typeof setTimeout> | null = null;
  private key = crypto.randomUUID();

  constructor(private readonly now: () => Ms) {}

  readonly changes = $derived.by((): StreetChangeView[] => {
    const now = this.now();
    const isOver = (change: StreetChangeView) => change.until !== null && change.until <= now;
    // The same list while nothing has ended, so that the clock alone draws nothing anew.
    return this.known.some(isOver) ? this.known.filter((change) => !isOver(change)) : this.known;
  });

  readonly marks = $derived.by((): StreetMark[] => {
    const marks: StreetMark[] = this.changes.map((change) => ({
      isClosed: isClosed(change.effect),
      isDraft: false,
      lines: change.streets.lines,
      corners: change.extent.corners ?? [],
    }));
    if (this.draft !== null) {
      marks.push({
        isClosed: isClosed(this.effect),
        isDraft: true,
        lines: this.found?.lines ?? [],
        corners: this.draft.points,
      });
    }
    return marks;
  });

  follow(live: LiveClient): void {
    if (this.handle !== null) return;
    const read = () => void this.read();
    this.handle = live.subscribe({ kind: "street_changes" }, { snapshot: read, changes: read });
  }

  leave(): void {
    this.handle = null;
    this.known = [];
    this.cancel();
  }

  private async read(): Promise<void> {
    try {
      this.known = await api.streetChanges();
    } catch (error) {
      toasts.warn(sentenceOf(error));
    }
  }

  begin(kind: DraftKind): void {
    this.cancel();
    this.draft = { kind, points: [] };
    this.effect = kind === "street" ? { kind: "closed" } : { kind: "factor", factor: 0.5 };
    this.key = crypto.randomUUID();
  }

  cancel(): void {
    this.asking?.abort();
    if (this.askLater !== null) clearTimeout(this.askLater);
    this.askLater = null;
    this.draft = null;
    this.found = null;
    this.problem = null;
    this.direction = "both";
  }

  /** A click on the map, or a place from the form. */
  pick(at: Point): void {
    if (this.draft === null) return;
    this.draw(this.draft.kind === "street" ? [at] : [...this.draft.points, at]);
  }

  /** All points at once; for an area its corners. */
  draw(points: Point[]): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, points };
    this.direction = "both";
    this.found = null;
    this.problem = null;
    this.asking?.abort();
    if (this.askLater !== null) clearTimeout(this.askLater);
    this.askLater = setTimeout(() => void this.ask(), ASK_AFTER_MS);
  }

  private extent(direction: Direction = this.direction): ExtentView | null {
    const [at] = this.draft?.points ?? [];
    if (this.draft === null || at === undefined) return null;
    if (this.draft.kind === "street") return { kind: "street", at, heading: direction };
    return this.draft.points.length < 3 ? null : { kind: "area", corners: this.draft.points };
  }

  private async ask(): Promise<void> {
    const extent = this.extent("both");
    if (extent === null) return;
    const abort = new AbortController();
    this.asking = abort;
    try {
      const found = await api.concernedStreets(extent, abort.signal);
      if (!abort.signal.aborted) this.found = found;
    } catch (error) {
      if (!abort.signal.aborted) this.problem = sentenceOf(error);
    }
  }

  /** Puts the draft in force. */
  async set(reason: string, until: Ms | null): Promise<boolean> {
    const extent = this.extent();
    if (extent === null) {
      this.problem =
        this.draft?.kind === "area"
          ? "Set at least three corners on the map, or choose an address and a radius."
          : "Click a street on the map, or choose an address.";
      return false;
    }
    this.isBusy = true;
    this.problem = null;
    try {
      const made = await api.addStreetChange({ extent, effect: this.effect, until, reason }, this.key);
      this.known = [...this.known.filter((each) => each.id !== made.id), made];
      this.cancel();
      return true;
    } catch (error) {
      this.problem = sentenceOf(error);
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  async lift(id: Id): Promise<void> {
    const change = this.known.find((each) => each.id === id);
    if (change === undefined) return;
    this.isBusy = true;
    try {
      await api.liftStreetChange(id, change.version);
      this.known = this.known.filter((each) => each.id !== id);
      toasts.say(isClosed(change.effect) ? "The street is open again." : "The streets are driven as usual again.");
    } catch (error) {
      toasts.warn(sentenceOf(error));
      void this.read();
    } finally {
      this.isBusy = false;
    }
  }
}
