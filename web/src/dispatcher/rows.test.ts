import { describe, expect, it } from "vitest";
import type { TechnicianView } from "../api/types";
import { PlanState } from "../live/fold";
import { aJob, aPlan, aRoute, aStop, aVisit } from "../testing";
import { attentionOf } from "./attention";
import { groupOf, matches, rowsOf } from "./rows";
import { lanesOf, positionAt, spanOf } from "./timeline";

const ZONE = "Europe/Malta";
const at = (clock: string): number => Date.parse(`2026-11-20T${clock}:00+01:00`);
const MINUTE = 60_000;

function ana(some: Partial<TechnicianView> = {}): TechnicianView {
  return {
    id: "ana",
    territory: "north",
    name: "Ana Borg",
    phone: "",
    skills: [],
    shifts: [{ weekday: 4, from_minute: 7 * 60, until_minute: 15 * 60 }],
    breaks: [{ from_minute: 720, until_minute: 780, duration_s: 1_800 }],
    start: { lat: 0, lon: 0 },
    end: null,
    truck: null,
    active: true,
    duty: { status: "on", since: 0, silent_since: null },
    position: null,
    version: 1,
    ...some,
  };
}

function plan(): PlanState {
  const state = new PlanState();
  const window = (from: string, until: string) => ({ from: at(from), until: at(until) });
  const planned = aVisit({ id: "v2", status: "published", planned: window("11:00", "11:30") });
  state.replace(
    aPlan({
      technicians: [ana()],
      jobs: [
        aJob({ id: "open", number: 3, label: "J-000003" }),
        aJob({
          id: "late",
          number: 2,
          label: "J-000002",
          status: "scheduled",
          wanted: window("09:00", "10:40"),
          visits: [planned],
        }),
        aJob({
          id: "done",
          number: 1,
          label: "J-000001",
          status: "completed",
          visits: [
            aVisit({ id: "v1", status: "finished", arrived_at: at("08:05"), finished_at: at("08:50"), outcome: "completed" }),
          ],
        }),
      ],
      routes: [
        aRoute({
          stops: [
            aStop({ job: "done", visit: "v1", planned: window("08:00", "08:45"), start_at: at("08:00") }),
            aStop({ job: "late", visit: "v2", planned: window("11:00", "11:30"), start_at: at("11:00"), locked: true }),
          ],
        }),
      ],
    }),
  );
  return state;
}

describe("the job list", () => {
  it("puts what needs a place first and what is done last", () => {
    const rows = rowsOf(plan(), at("10:00"));
    expect(rows.map((row) => row.job.id)).toEqual(["open", "late", "done"]);
    expect(rows.map(groupOf)).toEqual(["unassigned", "scheduled", "done"]);
    expect(rows[1]).toMatchObject({ look: "late", locked: true, technicianName: "Ana Borg", lateness_ms: 20 * MINUTE });
  });

  it("finds by all words, in any of label, customer, address, service and technician", () => {
    const row = rowsOf(plan(), at("10:00"))[1];
    if (row === undefined) throw new Error("no row");
    expect(matches(row, { text: "elm ana", group: "all" })).toBe(true);
    expect(matches(row, { text: "elm ben", group: "all" })).toBe(false);
    expect(matches(row, { text: "", group: "done" })).toBe(false);
  });
});

describe("what needs attention", () => {
  it("names the late before the silent before the unassigned", () => {
    const now = at("10:00");
    const silent = ana({ id: "ben", name: "Ben", duty: { status: "on", since: 0, silent_since: now - 6 * MINUTE } });
    const found = attentionOf(rowsOf(plan(), now), [ana(), silent], now);
    expect(found.map((item) => item.reason)).toEqual(["late", "silent", "unassigned"]);
    expect(found[0]?.detail).toBe("20 min late, Ana Borg");
    expect(found[1]?.detail).toBe("Nothing heard for 6 min");
  });
});

describe("the timeline", () => {
  it("draws what happened as it happened, and what comes as it is expected", () => {
    const state = plan();
    state.foldEtas([{ visit: "v2", eta: at("11:10") }]);
    const now = at("10:00");
    const [lane] = lanesOf(state, [ana()], rowsOf(state, now), "2026-11-20", ZONE, now);
    expect(lane?.bars.map((bar) => [bar.from, bar.until])).toEqual([
      [at("08:05"), at("08:50")],
      [at("11:10"), at("11:40")],
    ]);
    expect(lane?.bars.map((bar) => bar.movable)).toEqual([false, true]);
    expect(lane?.shift).toEqual({ from: at("07:00"), until: at("15:00") });
  });

  it("shows whole hours from the first shift to the last, and all of the work", () => {
    const state = plan();
    const lanes = lanesOf(state, [ana()], rowsOf(state, at("10:00")), "2026-11-20", ZONE, at("10:00"));
    expect(spanOf(lanes, "2026-11-20", ZONE)).toEqual({ from: at("07:00"), until: at("17:00") });
  });

  it("counts a drop's position among the stops that may still move", () => {
    const state = plan();
    const [lane] = lanesOf(state, [ana()], rowsOf(state, at("10:00")), "2026-11-20", ZONE, at("10:00"));
    if (lane === undefined) throw new Error("no lane");
    expect(positionAt(lane, at("10:30"), "open")).toBe(0);
    expect(positionAt(lane, at("12:00"), "open")).toBe(1);
    expect(positionAt(lane, at("12:00"), "late")).toBe(0);
  });
});
