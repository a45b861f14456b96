// What the driver's page knows and can do. The day comes live from the server and is kept on the phone;
// each action goes into the outbox first and onto the screen at once.

import { ApiError, onSignedOut, sentenceOf } from "../api/client";
import * as api from "../api/endpoints";
import type { DayView, DutyStatus, Id, JobView, Me, Outcome, TechnicianView } from "../api/types";
import { type Connection, type Handle, LiveClient, liveUrl } from "../live/client";
import type { Change, Snapshot } from "../live/protocol";
import { type Database, type Entry, openDatabase } from "../offline/database";
import { Outbox } from "../offline/outbox";
import { dayOf } from "../ui/time";
import { toasts } from "../ui/toasts.svelte";
import { PositionReporter, type Watch } from "./positions";
import { afterStep, currentStop, type DayStop, stopsOf } from "./visit";

interface Kept {
  me: Me;
  day: string;
  view: DayView;
  duty: Duty;
}

type Duty = Pick<TechnicianView["duty"], "status" | "since">;

const EMPTY: DayView = { route: null, jobs: [] };
const OFF: Duty = { status: "off", since: 0 };

export class DriverDay {
  isLoggedIn = $state<boolean | undefined>(undefined);
  me = $state.raw<Me | null>(null);
  day = $state("");
  connection = $state<Connection>("connecting");
  problem = $state<string | null>(null);
  now = $state(Date.now());
  waiting = $state.raw<Entry[]>([]);
  watch = $state<Watch>("off");
  positionsWaiting = $state(0);
  /** As the server last told it. */
  private server = $state.raw<DayView>(EMPTY);
  private serverDuty = $state.raw<Duty>(OFF);
  private etas = $state.raw<Map<Id, number>>(new Map());

  readonly live: LiveClient;
  private database: Database | null = null;
  private outbox: Outbox | null = null;
  private reporter: PositionReporter | null = null;
  private handle: Handle | null = null;
  private ticker: ReturnType<typeof setInterval> | null = null;

  readonly zone = $derived(this.me?.organization.time_zone ?? "UTC");
  /** The server's view with what waits in the outbox done to it. */
  readonly view = $derived.by((): DayView => {
    let jobs = this.server.jobs;
    for (const entry of this.waiting) {
      const step = stepOf(entry);
      if (step === null || entry.refusal !== null) continue;
      const at = this.now - (Date.now() - entry.madeAt) * this.live.clock.speed;
      jobs = jobs.map((job) =>
        job.id === step.job ? afterStep(job, step.visit, step.step, at, step.outcome) : job,
      );
    }
    return { route: this.server.route, jobs };
  });
  readonly stops = $derived(stopsOf(this.view));
  readonly current = $derived(currentStop(this.stops));
  readonly refused = $derived(this.waiting.filter((entry) => entry.refusal !== null));
  readonly pending = $derived(this.waiting.filter((entry) => entry.refusal === null));

  /** On duty or not: the last wish that waits, else what the server told. */
  readonly duty = $derived<DutyStatus>(
    (this.pending.findLast(isDutyWish)?.body["status"] as DutyStatus | undefined) ?? this.serverDuty.status,
  );

  constructor() {
    this.live = new LiveClient({
      url: liveUrl(location),
      ticket: () => api.liveTicket(),
      onConnection: (connection) => {
        this.connection = connection;
        if (connection === "live") this.arrive();
      },
    });
    onSignedOut(() => {
      this.isLoggedIn = false;
      this.live.stop();
      this.handle = null;
    });
  }

  arrivalOf(stop: DayStop): number {
    const { visit } = stop;
    if (visit.arrived_at !== null) return visit.arrived_at;
    const expected = this.etas.get(visit.id) ?? stop.stop.planned.from;
    return visit.status === "en_route" ? Math.max(expected, this.now) : expected;
  }

  async enter(): Promise<void> {
    await this.openPhone();
    const kept = (await this.database?.get("kept", "day").catch(() => undefined)) as Kept | undefined;
    if (kept !== undefined) {
      this.me = kept.me;
      this.day = kept.day;
      this.server = kept.view;
      this.serverDuty = kept.duty;
    }
    try {
      const me = await api.me();
      if (kept !== undefined && kept.me.user.id !== me.user.id) {
        this.forget();
      }
      this.me = me;
      this.live.clock.sync(me.now, me.speed);
    } catch (error) {
      const isOffline = error instanceof ApiError && error.isTransient;
      if (!isOffline || kept === undefined) {
        this.isLoggedIn = false;
        if (isOffline) this.problem = sentenceOf(error);
        return;
      }
    }
    this.problem = null;
    this.isLoggedIn = true;
    this.ticker ??= setInterval(() => this.tick(), 1_000);
    this.now = this.live.clock.now();
    if (this.me?.user.technician == null) {
      this.problem =
        "This login belongs to no technician. Sign in with a driver's login, or ask the office to link yours.";
      return;
    }
    this.live.start();
    await this.outbox?.tell();
    this.reportOnDuty();
    void this.outbox?.flush();
  }

  async logout(): Promise<void> {
    this.reporter?.stop();
    await api.logout().catch(() => undefined);
    await this.database?.delete("kept", "day").catch(() => undefined);
    this.live.stop();
    this.handle = null;
    this.forget();
    this.me = null;
    this.isLoggedIn = false;
  }

  /** The network or the page has come back. */
  hurry(): void {
    if (this.isLoggedIn !== true) return;
    this.live.hurry();
    void this.outbox?.flush();
  }

  async step(
    { job, visit }: DayStop,
    step: api.VisitStep,
    words: string,
    outcome: Outcome | null = null,
    remark = "",
  ): Promise<void> {
    const body: Record<string, unknown> = {
      ...(outcome === null ? {} : { outcome }),
      ...(remark === "" ? {} : { remark }),
    };
    await this.add({
      path: `/jobs/${job.id}/visits/${visit.id}/${step}`,
      body,
      isAged: true,
      label: `${job.label}: ${words}`,
      job: job.id,
    });
    if ("vibrate" in navigator) navigator.vibrate(30);
  }

  async setDuty(status: "on" | "off"): Promise<void> {
    const technician = this.me?.user.technician;
    if (technician == null) return;
    await this.add({
      path: `/technicians/${technician}/duty`,
      body: { status },
      isAged: false,
      label: status === "on" ? "On duty" : "Off duty",
      job: null,
    });
    this.reportOnDuty();
    if (status === "on") void navigator.storage?.persist?.().catch(() => false);
  }

  async dismiss(entry: Entry): Promise<void> {
    if (entry.id !== undefined) await this.outbox?.dismiss(entry.id);
  }

  private async add(entry: Omit<Entry, "key" | "madeAt" | "refusal">): Promise<void> {
    if (this.outbox === null) {
      toasts.warn("This browser cannot keep your actions. Allow storage for this site and reload.");
      return;
    }
    await this.outbox.add(entry);
  }

  private async openPhone(): Promise<void> {
    if (this.database !== null) return;
    try {
      const database = await openDatabase();
      this.database = database;
      this.reporter = new PositionReporter(database, (watch, count) => {
        this.watch = watch;
        this.positionsWaiting = count;
      });
      this.outbox = new Outbox({
        shelf: {
          all: () => database.getAll("outbox"),
          add: async (entry) => void (await database.add("outbox", entry)),
          put: async (entry) => void (await database.put("outbox", entry)),
          remove: (id) => database.delete("outbox", id),
        },
        onChange: (entries) => (this.waiting = entries),
        onDone: (entry, answer) => {
          if (isDutyWish(entry)) {
            this.fold([{ kind: "technician", value: answer as TechnicianView }]);
            return;
          }
          const job = (answer as { job?: JobView } | undefined)?.job;
          if (job !== undefined) this.fold([{ kind: "job", value: job }]);
        },
      });
    } catch {
      toasts.warn("This browser keeps nothing for this site; without a network nothing can be saved.");
    }
  }

  private arrive(): void {
    this.tick();
    if (this.handle === null) this.follow();
    void this.outbox?.flush();
  }

  /** A page that stays open over midnight goes on with the next day. */
  private tick(): void {
    this.now = this.live.clock.now();
    const today = dayOf(this.now, this.zone);
    if (this.day === today || this.connection !== "live") return;
    this.day = today;
    this.server = EMPTY;
    this.follow();
  }

  private follow(): void {
    const technician = this.me?.user.technician;
    this.handle?.close();
    this.handle = null;
    if (technician == null) return;
    this.handle = this.live.subscribe(
      { kind: "route", technician, day: this.day },
      {
        snapshot: (data: Snapshot) => {
          if (data === null || !("route" in data)) return;
          this.server = { route: data.route, jobs: data.jobs };
          if (data.technician !== undefined) this.learnDuty(data.technician);
          void this.keep();
        },
        changes: (changes) => this.fold(changes),
        etas: (stops) => {
          this.etas = new Map(stops.map((stop) => [stop.visit, stop.eta]));
        },
        refused: (sentence) => (this.problem = sentence),
      },
    );
  }

  private fold(changes: Change[]): void {
    let { route, jobs } = this.server;
    for (const change of changes) {
      if (change.kind === "route") route = change.value;
      else if (change.kind === "technician") this.learnDuty(change.value);
      else if (change.kind === "job") {
        const { value } = change;
        const at = jobs.findIndex((job) => job.id === value.id);
        if (at < 0) jobs = [...jobs, value];
        else if ((jobs[at]?.version ?? 0) <= value.version) {
          jobs = jobs.map((job) => (job.id === value.id ? value : job));
        }
      }
    }
    this.server = { route, jobs };
    void this.keep();
  }

  /** An answer and a snapshot may come in either order: the newer one holds. */
  private learnDuty({ id, duty }: TechnicianView): void {
    if (id !== this.me?.user.technician || duty.since < this.serverDuty.since) return;
    this.serverDuty = duty;
    this.reportOnDuty();
  }

  private reportOnDuty(): void {
    if (this.duty === "on") this.reporter?.start();
    else this.reporter?.stop();
  }

  /** What the server told of another login. */
  private forget(): void {
    this.server = EMPTY;
    this.serverDuty = OFF;
  }

  private async keep(): Promise<void> {
    if (this.me === null) return;
    const kept: Kept = {
      me: $state.snapshot(this.me),
      day: this.day,
      view: $state.snapshot(this.server),
      duty: $state.snapshot(this.serverDuty),
    };
    await this.database?.put("kept", kept, "day").catch(() => undefined);
  }
}

function isDutyWish(entry: Entry): boolean {
  return entry.path.endsWith("/duty");
}

/** Which step of which visit an entry of the outbox stands for. */
function stepOf(
  entry: Entry,
): { job: Id; visit: Id; step: api.VisitStep; outcome: Outcome | null } | null {
  const found = /^\/jobs\/([^/]+)\/visits\/([^/]+)\/([a-z-]+)$/.exec(entry.path);
  if (found === null) return null;
  const [, job = "", visit = "", step = ""] = found;
  return {
    job,
    visit,
    step: step as api.VisitStep,
    outcome: (entry.body["outcome"] as Outcome | undefined) ?? null,
  };
}
