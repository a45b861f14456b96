// What the dispatcher's page knows and can do. The plan is folded in live/fold.ts; here it becomes
// something that Svelte follows, and the wishes of the dispatcher become requests.

import { ApiError, onSignedOut, sentenceOf } from "../api/client";
import * as api from "../api/endpoints";
import type {
  Id,
  JobView,
  MapView,
  Ms,
  OrganizationView,
  PlacementOption,
  ProposalView,
  SeenRoute,
  ServiceTypeView,
  TechnicianView,
  TerritoryView,
  UserView,
} from "../api/types";
import { type Connection, type Handle, LiveClient, liveUrl } from "../live/client";
import { PlanState } from "../live/fold";
import type { Snapshot } from "../live/protocol";
import { dayOf } from "../ui/time";
import { toasts } from "../ui/toasts.svelte";
import { attentionOf } from "./attention";
import { Importing } from "./importing.svelte";
import { type Filter, type JobRow, matches, rowsOf } from "./rows";
import { Streets } from "./streets.svelte";

export type Selection = { kind: "job"; id: Id } | { kind: "technician"; id: Id } | null;
export type Pane = "map" | "jobs" | "timeline" | "attention";
export type Panel = "details" | "new_job" | "streets" | null;

/** Screens are told at most so often, however many updates come. */
const TELL_EVERY_MS = 80;

export class Desk {
  me = $state.raw<UserView | null>(null);
  /** `undefined` until we know whether somebody is logged in. */
  isLoggedIn = $state<boolean | undefined>(undefined);
  organization = $state.raw<OrganizationView | null>(null);
  territories = $state.raw<TerritoryView[]>([]);
  serviceTypes = $state.raw<ServiceTypeView[]>([]);
  map = $state.raw<MapView | null>(null);
  territory = $state<Id | null>(null);
  day = $state("");
  connection = $state<Connection>("connecting");
  latency_ms = $state<number | null>(null);
  /** Whether the plan of the chosen day has come. */
  isLoaded = $state(false);
  problem = $state<string | null>(null);

  /** Domain time, renewed every second. */
  now = $state<Ms>(Date.now());
  speed = $state(1);

  selection = $state.raw<Selection>(null);
  panel = $state<Panel>(null);
  pane = $state<Pane>("map");
  filter = $state<Filter>({ text: "", group: "all" });
  isPaletteOpen = $state(false);
  isShortcutsOpen = $state(false);
  isImportOpen = $state(false);
  /** Whether the differences of the offered plan are shown. */
  isProposalOpen = $state(false);
  /** What was asked and has not been answered. */
  busy = $state<string | null>(null);
  dragging = $state<Id | null>(null);
  options = $state.raw<Map<Id, PlacementOption> | null>(null);
  /** A click on the map that a form waits for. */
  picked = $state.raw<{ lat: number; lon: number } | null>(null);

  readonly plan = new PlanState();
  readonly streets = new Streets(() => this.now);
  readonly importing = new Importing();
  readonly live: LiveClient;
  private revision = $state(0);
  private tellLater: ReturnType<typeof setTimeout> | null = null;
  private planHandle: Handle | null = null;
  private ticker: ReturnType<typeof setInterval> | null = null;
  private optionsAbort: AbortController | null = null;

  readonly zone = $derived(this.organization?.time_zone ?? "UTC");
  readonly rows = $derived.by((): JobRow[] => {
    void this.revision;
    return rowsOf(this.plan, this.now);
  });
  readonly shownRows = $derived(this.rows.filter((row) => matches(row, this.filter)));
  readonly technicians = $derived.by((): TechnicianView[] => {
    void this.revision;
    return [...this.plan.technicians.values()]
      .filter((technician) => technician.active || this.plan.routeOf(technician.id) !== null)
      .sort((a, b) => a.name.localeCompare(b.name));
  });
  readonly attention = $derived(attentionOf(this.rows, this.technicians, this.now));
  readonly offered = $derived.by((): ProposalView | null => {
    void this.revision;
    return this.plan.offered();
  });
  readonly selectedRow = $derived.by((): JobRow | null => {
    const selection = this.selection;
    if (selection?.kind !== "job") return null;
    return this.rows.find((row) => row.job.id === selection.id) ?? null;
  });
  /** The technician selected, or the one whose route the selected job is on. */
  readonly selectedTechnician = $derived.by((): Id | null => {
    if (this.selection?.kind === "technician") return this.selection.id;
    return this.selectedRow?.technician ?? null;
  });
  readonly unpublished = $derived.by((): number => {
    void this.revision;
    let count = 0;
    for (const route of this.plan.routes.values()) {
      count += route.stops.filter((stop) => !stop.published).length;
    }
    return count;
  });

  constructor() {
    this.live = new LiveClient({
      url: liveUrl(location),
      ticket: () => api.liveTicket(),
      onConnection: (connection, latency_ms) => {
        this.connection = connection;
        this.latency_ms = latency_ms ?? (connection === "live" ? this.latency_ms : null);
        if (connection === "live") this.arrive();
      },
    });
    onSignedOut(() => {
      if (this.isLoggedIn === true) toasts.warn("Your session has ended. Sign in again; nothing was lost.");
      this.leave();
    });
  }

  /** Reads who is logged in and what stays the same all day; then follows the plan. */
  async enter(): Promise<void> {
    try {
      const me = await api.me();
      this.me = me.user;
      this.organization = me.organization;
      this.live.clock.sync(me.now, me.speed);
    } catch (error) {
      this.isLoggedIn = false;
      if (!(error instanceof ApiError) || error.status !== 401) this.problem = sentenceOf(error);
      return;
    }
    this.problem = null;
    try {
      const [territories, serviceTypes, map] = await Promise.all([
        api.territories(),
        api.serviceTypes(),
        api.map(),
      ]);
      this.territories = territories;
      this.serviceTypes = serviceTypes.filter((type) => type.active);
      this.map = map;
      const kept = localStorage.getItem("sortie.territory");
      this.territory =
        territories.find((territory) => territory.id === kept)?.id ?? territories[0]?.id ?? null;
    } catch (error) {
      this.isLoggedIn = undefined;
      this.problem = sentenceOf(error);
      return;
    }
    this.isLoggedIn = true;
    this.ticker ??= setInterval(() => this.tick(), 1_000);
    this.live.start();
  }

  async logout(): Promise<void> {
    await api.logout().catch(() => undefined);
    this.closeImport();
    this.leave();
  }

  chooseTerritory(id: Id): void {
    this.territory = id;
    localStorage.setItem("sortie.territory", id);
    // Its rows were read for the other territory.
    if (!this.importing.isUnderWay) this.importing.reset();
    this.select(null);
    this.follow();
  }

  chooseDay(day: string): void {
    this.day = day;
    this.follow();
  }

  get today(): string {
    return dayOf(this.now, this.zone);
  }

  select(selection: Selection, panel: Panel = selection?.kind === "job" ? "details" : null): void {
    this.selection = selection;
    this.panel = panel;
  }

  /** Whoever opens it after an end begins anew. */
  closeImport(): void {
    this.isImportOpen = false;
    this.importing.reset();
  }

  technicianName(id: Id | null): string {
    return id === null ? "nobody" : (this.plan.technicians.get(id)?.name ?? "a technician");
  }

  jobOf(id: Id): JobView | null {
    return this.plan.jobs.get(id) ?? null;
  }

  /** Takes in a fresh view from an answer, ahead of the update that brings the same. */
  learn(job: JobView | undefined): void {
    if (job === undefined || job === null) return;
    this.plan.fold([{ kind: "job", value: job }]);
    this.tell();
  }

  // Wishes -----------------------------------------------------------------------------------------

  async assign(
    id: Id,
    technician: Id,
    how: { position?: number; anyway?: boolean; isUndo?: boolean } = {},
  ): Promise<void> {
    const job = this.jobOf(id);
    if (job === null) return;
    const before = this.plan.placeOf(id)?.route.technician ?? null;
    const name = this.technicianName(technician);
    const { isUndo = false, ...options } = how;
    await this.wish(
      `assign-${id}`,
      () =>
        api.assignJob(id, { technician, day: this.day, ...options, seen: this.seen(id, technician) }),
      {
        done: `${job.label} given to ${name}.`,
        undo: isUndo
          ? null
          : () =>
              before === null
                ? void this.unassign(id, true)
                : void this.assign(id, before, { isUndo: true }),
        again: () => void this.assign(id, technician, how),
        anyway: how.anyway === true ? null : () => void this.assign(id, technician, { ...how, anyway: true }),
      },
    );
  }

  async unassign(id: Id, isUndo = false): Promise<void> {
    const job = this.jobOf(id);
    const before = this.plan.placeOf(id)?.route.technician ?? null;
    if (job === null) return;
    await this.wish(`assign-${id}`, () => api.unassignJob(id, this.seen(id)), {
      done: `${job.label} is unassigned.`,
      undo: isUndo || before === null ? null : () => void this.assign(id, before, { isUndo: true }),
      again: () => void this.unassign(id),
    });
  }

  async place(id: Id): Promise<void> {
    const job = this.jobOf(id);
    if (job === null) return;
    await this.wish(`assign-${id}`, () => api.placeJob(id), {
      done: `${job.label} was given the best place.`,
      again: () => void this.place(id),
    });
  }

  async lock(id: Id, locked: boolean): Promise<void> {
    const job = this.jobOf(id);
    if (job === null) return;
    await this.wish(`lock-${id}`, () => api.lockJob(id, locked, this.seen(id)), {
      done: locked
        ? `${job.label} stays where it is until you unlock it.`
        : `${job.label} may be moved again.`,
      again: () => void this.lock(id, locked),
    });
  }

  async step(id: Id, step: api.JobStep, remark?: string): Promise<void> {
    const job = this.jobOf(id);
    if (job === null) return;
    const words: Record<api.JobStep, string> = {
      hold: "is on hold",
      resume: "is open again",
      cancel: "is cancelled",
      approve: "is approved",
      close: "is closed",
      reopen: "is open again",
    };
    await this.wish(`step-${id}`, () => api.stepJob(id, step, job.version, remark), {
      done: `${job.label} ${words[step]}.`,
      again: () => void this.step(id, step, remark),
    });
  }

  async promise(id: Id, from: Ms, until: Ms): Promise<boolean> {
    const job = this.jobOf(id);
    if (job === null) return false;
    return this.wish(`step-${id}`, () => api.promiseJob(id, { from, until }, job.version), {
      done: `The promise for ${job.label} is recorded.`,
      again: () => void this.promise(id, from, until),
    });
  }

  async placeAll(): Promise<void> {
    const territory = this.territory;
    if (territory === null) return;
    await this.wish("place-all", () => api.placeAll(territory, this.day), {
      done: "Open jobs were placed where there was room.",
    });
  }

  async improve(): Promise<void> {
    const territory = this.territory;
    if (territory === null) return;
    await this.wish("improve", () => api.improve(territory, this.day), {
      done: "Looking for a better plan. It will be offered here, never imposed.",
    });
  }

  async publish(): Promise<void> {
    const territory = this.territory;
    if (territory === null) return;
    const seen = [...this.plan.routes.values()].map(({ id, version }) => ({ route: id, version }));
    await this.wish("publish", () => api.publish(territory, this.day, seen), {
      done: "Technicians can see their stops now.",
      again: () => void this.publish(),
    });
  }

  /** Shows what the offered plan would change, and brings the keyboard there. */
  openProposal(): void {
    if (this.offered === null) {
      toasts.warn("There is no better plan on offer. Improve looks for one.");
      return;
    }
    this.isProposalOpen = true;
    requestAnimationFrame(() => document.getElementById("proposal-details")?.focus());
  }

  async apply(proposal: ProposalView): Promise<void> {
    await this.wish("proposal", () => api.applyProposal(proposal.id), {
      done: "The better plan is in force.",
    });
  }

  async discard(proposal: ProposalView): Promise<void> {
    await this.wish("proposal", () => api.discardProposal(proposal.id), {
      done: "The proposal was put away.",
    });
  }

  /** Asks what each technician would cost, for menus and drags. */
  async askOptions(id: Id): Promise<void> {
    this.optionsAbort?.abort();
    const abort = new AbortController();
    this.optionsAbort = abort;
    this.options = null;
    try {
      const options = await api.jobOptions(id, this.day, abort.signal);
      if (!abort.signal.aborted) {
        this.options = new Map(options.map((option) => [option.technician, option]));
      }
    } catch (error) {
      if (!abort.signal.aborted) toasts.warn(sentenceOf(error));
    }
  }

  startDrag(id: Id): void {
    this.dragging = id;
    void this.askOptions(id);
  }

  endDrag(): void {
    this.dragging = null;
    this.dropOptions();
  }

  dropOptions(): void {
    this.optionsAbort?.abort();
    this.options = null;
  }

  // ------------------------------------------------------------------------------------------------

  private async wish(
    key: string,
    run: () => Promise<api.JobAnswer | unknown>,
    words: {
      done: string;
      undo?: (() => void) | null;
      again?: () => void;
      anyway?: (() => void) | null;
    },
  ): Promise<boolean> {
    if (this.busy === key) return false;
    this.busy = key;
    try {
      const answer = (await run()) as api.JobAnswer | undefined;
      this.learn(answer?.job);
      const undo = words.undo ?? null;
      toasts.say(words.done, undo === null ? null : { label: "Undo", run: undo });
      return true;
    } catch (error) {
      const { again = null, anyway = null } = words;
      if (error instanceof ApiError && (error.isStale || error.isTransient) && again !== null) {
        toasts.warn(sentenceOf(error), { label: "Try again", run: again });
      } else if (error instanceof ApiError && error.helpsAnyway && anyway !== null) {
        toasts.warn(sentenceOf(error), { label: "Assign anyway", run: anyway });
      } else {
        toasts.warn(sentenceOf(error));
      }
      return false;
    } finally {
      this.busy = null;
    }
  }

  /** The versions that a wish about a job looked at: the route it is on, and the one it shall go to. */
  private seen(job: Id, technician: Id | null = null): SeenRoute[] {
    const routes = new Map<Id, number>();
    const from = this.plan.placeOf(job)?.route;
    if (from !== undefined) routes.set(from.id, from.version);
    const to = technician === null ? null : this.plan.routeOf(technician);
    if (to !== null) routes.set(to.id, to.version);
    return [...routes].map(([route, version]) => ({ route, version }));
  }

  private arrive(): void {
    this.tick();
    if (this.day === "") this.day = this.today;
    if (this.planHandle === null) this.follow();
    this.streets.follow(this.live);
  }

  private follow(): void {
    this.planHandle?.close();
    this.planHandle = null;
    if (this.territory === null || this.day === "") return;
    this.isLoaded = false;
    this.planHandle = this.live.subscribe(
      { kind: "plan", territory: this.territory, day: this.day },
      {
        snapshot: (data: Snapshot) => {
          if (data === null || !("routes" in data)) return;
          this.plan.replace(data);
          this.problem = null;
          // At once, so that nobody reads of an empty day before the first telling.
          this.tellNow();
          this.isLoaded = true;
        },
        changes: (changes) => {
          this.plan.fold(changes);
          this.tell();
        },
        etas: (stops) => {
          this.plan.foldEtas(stops);
          this.tell();
        },
        refused: (sentence) => {
          this.problem = sentence;
        },
      },
    );
  }

  private leave(): void {
    this.live.stop();
    this.planHandle = null;
    this.streets.leave();
    if (this.ticker !== null) clearInterval(this.ticker);
    this.ticker = null;
    this.me = null;
    this.isLoggedIn = false;
    this.isLoaded = false;
    this.select(null);
  }

  private tick(): void {
    const before = this.today;
    this.now = this.live.clock.now();
    this.speed = this.live.clock.speed;
    // Who looks at today goes on with the next day when it begins.
    if (this.day === before && this.today !== before) this.chooseDay(this.today);
  }

  private tell(): void {
    this.tellLater ??= setTimeout(() => {
      this.tellLater = null;
      this.tellNow();
    }, TELL_EVERY_MS);
  }

  private tellNow(): void {
    this.tick();
    this.revision += 1;
  }
}
