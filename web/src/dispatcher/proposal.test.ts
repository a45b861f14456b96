import { expect, test } from "vitest";
import type { JobView, MoveView, ProposalView } from "../api/types";
import { tell, whyOf } from "./proposal";

const at = (hour: number, minute = 0) => Date.UTC(2026, 10, 20, hour, minute);
const job = (label: string, promised: JobView["promised"]) =>
  ({ label, customer: { name: "Lopez" }, promised }) as JobView;
const known = {
  zone: "UTC",
  currency: "EUR",
  technicianName: (id: string) => ({ a: "Ana", b: "Ben" })[id] ?? id,
  jobOf: (id: string) =>
    id === "told" ? job("J-2", { from: at(10), until: at(12) }) : id === "free" ? job("J-1", null) : null,
};
const move = (rest: Partial<MoveView>): MoveView => ({
  job: "free",
  from: "b",
  to: "a",
  arrival_before: at(10),
  arrival_after: at(9, 20),
  moves_promise: false,
  before: { detour_s: 840, lateness_s: 0 },
  after: { detour_s: 240, lateness_s: 0 },
  ...rest,
});
const figures = { jobs: 7, travel_s: 11_400, travel_m: 90_000, lateness_s: 0, cost: 11_400, end_at: at(16, 40) };

function proposal(moves: MoveView[], rest: Partial<ProposalView["difference"]> = {}): ProposalView {
  const difference = {
    travel_s: -1080,
    travel_m: -12_000,
    lateness_s: 0,
    moved_promises: 0,
    placed_jobs: 0,
    cost: -1464,
    routes: [{ technician: "b", before: figures, after: { ...figures, jobs: 6, travel_s: 9600, cost: 9600, end_at: at(16) } }],
    moves,
    ...rest,
  };
  return { id: "p", territory: "t", day: "2026-11-20", status: "offered", made_at: at(9), routes: [], difference, version: 1 };
}

test("a proposal says what is gained in minutes, kilometres and money, and that promises hold", () => {
  const told = tell(proposal([move({})]), known);
  expect(told.gains).toEqual(["−18 min driving", "−12.0 km", "−€14.64"]);
  expect(told.promises).toBe("all promises kept");
  const more = tell(proposal([], { lateness_s: -720, placed_jobs: 2, cost: null, moved_promises: 1 }), known);
  expect(more.gains).toEqual(["−18 min driving", "−12.0 km", "−12 min lateness", "2 more placed"]);
  expect(more.promises).toBe("1 promise moved");
});

test("each day is told before and after", () => {
  expect(tell(proposal([]), known).days).toEqual([
    {
      technician: "b",
      name: "Ben",
      jobs: { before: "7", after: "6" },
      driving: { before: "3 h 10 min", after: "2 h 40 min" },
      cost: { before: "€114.00", after: "€96.00" },
      late: { before: "on time", after: "on time" },
      ends: { before: "16:40", after: "16:00" },
    },
  ]);
});

test("moves that touch a promise come first and say what was told", () => {
  const { moves } = tell(proposal([move({}), move({ job: "told", moves_promise: true })]), known);
  expect(moves.map((line) => line.label)).toEqual(["J-2", "J-1"]);
  expect(moves[0]?.promise).toEqual({ isMoved: true, text: "told 10:00 – 12:00: outside of it, −40 min" });
  const later = { job: "told", moves_promise: true, arrival_after: at(11) };
  const inside = tell(proposal([move(later)]), known).moves[0]?.promise;
  expect(inside).toEqual({ isMoved: true, text: "told 10:00 – 12:00: still inside, +1 h" });
  const little = tell(proposal([move({ ...later, moves_promise: false })]), known).moves[0]?.promise;
  expect(little).toEqual({ isMoved: false, text: "told 10:00 – 12:00: kept" });
  expect(moves[1]?.promise).toBe(null);
  expect(moves[1]?.who).toEqual({ before: "Ben", after: "Ana" });
  expect(moves[1]?.when).toEqual({ before: "10:00", after: "09:20" });
});

test("the reason of a move is what the job itself takes, here and there", () => {
  const share = (detour_s: number, lateness_s = 0) => ({ detour_s, lateness_s });
  expect(whyOf(move({}))).toBe("4 min detour instead of 14 min");
  expect(whyOf(move({ before: share(60, 720), after: share(600) }))).toBe("on time instead of 12 min late");
  expect(whyOf(move({ before: share(60), after: share(600) }))).toBe("makes room for others: 10 min detour instead of 1 min");
  expect(whyOf(move({ after: share(5) }))).toBe("no detour instead of 14 min");
  expect(whyOf(move({ from: null, before: null }))).toBe("finds a place: +4 min driving");
  expect(whyOf(move({ to: "b", before: share(60), after: share(70) }))).toBe("another time of the same day");
  expect(whyOf(move({ to: null, after: null }))).toBe("is left out");
});
