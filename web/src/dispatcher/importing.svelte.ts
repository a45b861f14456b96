// An import of jobs from a file, from its choice to its undoing, as something that Svelte follows. It goes
// on while its dialog is closed.

import { ApiError, sentenceOf } from "../api/client";
import * as api from "../api/endpoints";
import type { DateOrder, FileRow, Id, JobField, JobFile, NewJob } from "../api/types";
import { toasts } from "../ui/toasts.svelte";
import { counted, forEach, groupsOf, keyOf, type Outcome, patiently, type Shared, type Stop, timeLeft, wishOf } from "./import";

export type Step = "choose" | "check" | "run" | "done" | "undo" | "undone";

/** As the server has it. */
const FILE_LEN_MAX = 10 * 1024 * 1024;
const UNDO_REMARK = "The import was undone";

export class Importing {
  step = $state<Step>("choose");
  file = $state.raw<File | null>(null);
  read = $state.raw<JobFile | null>(null);
  isReading = $state(false);
  problem = $state<string | null>(null);
  /** How rows are to be understood. */
  serviceType = $state("");
  day = $state("");
  dates = $state<DateOrder | "">("");
  /** The rows that will be imported. */
  chosen = $state.raw<ReadonlySet<number>>(new Set());
  /** Whether this file was imported to its end before. */
  isRepeated = $state(false);

  total = $state(0);
  outcomes = $state.raw<Outcome[]>([]);
  private startedAt = 0;
  private doneBefore = 0;
  isStopWished = $state(false);
  taken = $state(0);
  kept = $state.raw<string[]>([]);

  /** Whether its dialog is open, which tells the end itself. */
  isShown = false;
  private territory: Id | null = null;
  private id: string | null = null;
  private abort: AbortController | null = null;
  /** What was sent for a row is sent again if it is repeated. */
  private readonly bodies = new Map<number, NewJob>();
  private shared: Shared = { customers: new Map(), locations: new Map() };

  readonly made = $derived(this.outcomes.flatMap((each) => (each.kind === "made" ? [each.made] : [])));
  readonly failed = $derived(this.outcomes.flatMap((each) => (each.kind === "failed" ? [each] : [])));
  readonly madeBefore = $derived(this.outcomes.filter((each) => each.kind === "made_before").length);
  readonly isUnderWay = $derived(this.step === "run" || this.step === "undo");
  readonly done = $derived(this.step === "undo" ? this.taken + this.kept.length : this.outcomes.length);
  readonly left = $derived.by(() => {
    const { done, doneBefore } = this;
    return timeLeft(done - doneBefore, this.total - doneBefore, Date.now() - this.startedAt);
  });

  async choose(file: File, territory: Id | null, day: string): Promise<void> {
    this.reset();
    this.territory = territory;
    this.day = day;
    if (file.size > FILE_LEN_MAX) {
      this.problem = "The file is larger than 10 MB. Part it and import the parts one by one.";
      return;
    }
    this.file = file;
    await this.look(null);
  }

  /** Another field for a column; whichever column had it before loses it. */
  async map(column: number, field: JobField | null): Promise<void> {
    const columns = this.read?.columns.map((each) => each.field) ?? [];
    const before = field === null ? -1 : columns.indexOf(field);
    if (before >= 0) columns[before] = null;
    columns[column] = field;
    await this.look(columns);
  }

  /** The same file once more, as it is to be understood now. */
  async again(): Promise<void> {
    await this.look(this.read?.columns.map((each) => each.field) ?? null);
  }

  private async look(columns: (JobField | null)[] | null): Promise<void> {
    const { file, territory } = this;
    if (file === null || territory === null) return;
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    this.isReading = true;
    this.problem = null;
    try {
      const wish = {
        territory,
        columns: columns === null ? null : columns.map((field) => field ?? "-").join(","),
        service_type: this.serviceType,
        day: this.day,
        dates: this.dates === "" ? null : this.dates,
      };
      const read = await api.readJobFile(file, wish, abort.signal);
      if (abort.signal.aborted) return;
      this.read = read;
      this.isRepeated = localStorage.getItem(`${this.place()}.over`) !== null;
      this.chosen = new Set(read.rows.filter((row) => row.state === "ready").map((row) => row.row));
      this.step = "check";
    } catch (error) {
      if (abort.signal.aborted) return;
      this.problem = sentenceOf(error);
    } finally {
      if (this.abort === abort) this.isReading = false;
    }
  }

  take(row: number, isTaken: boolean): void {
    const chosen = new Set(this.chosen);
    if (isTaken) chosen.add(row);
    else chosen.delete(row);
    this.chosen = chosen;
  }

  /** Takes all rows that can be made but should be looked at, or leaves them out. */
  takeDoubtful(isTaken: boolean): void {
    const chosen = new Set(this.chosen);
    for (const row of this.read?.rows ?? []) {
      if (row.state !== "doubtful") continue;
      if (isTaken) chosen.add(row.row);
      else chosen.delete(row.row);
    }
    this.chosen = chosen;
  }

  /** Makes the jobs of the chosen rows that have none yet. */
  async run(): Promise<void> {
    const rows = this.read?.rows.filter((row) => this.chosen.has(row.row)) ?? [];
    this.outcomes = this.outcomes.filter((each) => each.kind !== "failed");
    const done = new Set(this.outcomes.map((each) => (each.kind === "made" ? each.made.row : each.row)));
    this.begin("run", rows.length);
    const id = this.keepId();
    const stop = this.stop();
    await forEach(groupsOf(rows.filter((row) => !done.has(row.row))), stop, async (group) => {
      for (const row of group) {
        if (stop.isWished) return;
        const outcome = await this.make(row, keyOf(id, row.row));
        this.outcomes = [...this.outcomes, outcome];
      }
    });
    // Put away meanwhile.
    if (this.file === null) return;
    if (this.failed.length === 0 && this.outcomes.length === rows.length) this.end();
    this.step = "done";
    if (!this.isShown) toasts.say(`${counted(this.made.length, "job")} imported from ${this.file?.name ?? "the file"}.`);
  }

  private async make(row: FileRow, key: string): Promise<Outcome> {
    const body = this.bodies.get(row.row) ?? wishOf(row, this.shared);
    if (body === null) return { kind: "failed", row: row.row, sentence: "The row has errors." };
    this.bodies.set(row.row, body);
    try {
      const { job, placement } = await patiently(() => api.createJob(body, key), this.stop());
      if (row.customer_of !== undefined) this.shared.customers.set(row.customer_of, job.customer.id);
      if (row.location_of !== undefined) this.shared.locations.set(row.location_of, job.location.id);
      return { kind: "made", made: { row: row.row, job: job.id, placed: placement?.placed === true } };
    } catch (error) {
      if (error instanceof ApiError && error.code === "idempotency_key_reused") {
        return { kind: "made_before", row: row.row };
      }
      // Nobody is logged in any more, or may not do it: the others would fare the same.
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) this.isStopWished = true;
      return { kind: "failed", row: row.row, sentence: sentenceOf(error) };
    }
  }

  /** Cancels the jobs that were made, as far as they still may be. */
  async undo(): Promise<void> {
    const made = this.made;
    const id = this.keepId();
    this.taken = 0;
    this.kept = [];
    this.begin("undo", made.length);
    await forEach(made, this.stop(), async ({ job, row }) => {
      try {
        await patiently(() => api.cancelJob(job, UNDO_REMARK, `${keyOf(id, row)}-undo`), this.stop());
        this.taken += 1;
      } catch (error) {
        this.kept = [...this.kept, `Row ${row}: ${sentenceOf(error)}`];
      }
    });
    if (this.file === null) return;
    this.end();
    this.step = "undone";
  }

  wishStop(): void {
    this.isStopWished = true;
  }

  reset(): void {
    this.abort?.abort();
    this.isStopWished = true;
    this.step = "choose";
    this.file = null;
    this.read = null;
    this.id = null;
    this.isReading = false;
    this.problem = null;
    this.serviceType = "";
    this.dates = "";
    this.chosen = new Set();
    this.outcomes = [];
    this.kept = [];
    this.bodies.clear();
    this.shared = { customers: new Map(), locations: new Map() };
  }

  private begin(step: Step, total: number): void {
    this.step = step;
    this.total = total;
    this.startedAt = Date.now();
    this.doneBefore = this.done;
    this.isStopWished = false;
  }

  private stop(): Stop {
    const isStopWished = () => this.isStopWished;
    return {
      get isWished() {
        return isStopWished();
      },
    };
  }

  // An import has an id of its own, kept until it has come to its end or was undone: chosen again after an
  // interruption, the same file goes on where it stood; afterwards it is a new import.

  private place(): string {
    return `sortie.import.${this.read?.fingerprint}.${this.territory}`;
  }

  private keepId(): string {
    this.id ??= localStorage.getItem(this.place()) ?? crypto.randomUUID();
    localStorage.setItem(this.place(), this.id);
    return this.id;
  }

  private end(): void {
    localStorage.removeItem(this.place());
    localStorage.setItem(`${this.place()}.over`, "1");
  }
}
