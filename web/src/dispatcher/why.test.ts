import { expect, test } from "vitest";
import type { Explanation } from "../api/types";
import { why } from "./why";

const names = {
  zone: "UTC",
  currency: "EUR",
  technicianName: (id: string) => ({ a: "Ana", b: "Ben" })[id] ?? id,
  jobLabel: (id: string) => `J-${id}`,
};
const nothing: Explanation = {
  day: "2026-11-20",
  technician: null,
  fixed: null,
  alternative: null,
  place: null,
  reasons: [],
  cures: [],
};
const half_past_eight = Date.UTC(2026, 10, 20, 8, 30);

test("a planned job tells the next best and what that costs", () => {
  const alternative = {
    technician: "b",
    arrival_at: half_past_eight,
    travel_s: 540,
    travel_m: 4100,
    waiting_s: 0,
    lateness_s: 0,
    cost: 671,
    moves: [{ job: "7", from: "b", to: "a" }],
    nearest: null,
  };
  const told = why({ ...nothing, technician: "a", alternative }, names);
  expect(told.headline).toBe("The best that was found.");
  expect(told.lines).toEqual([
    { text: "Next best: Ben, 08:30", detail: "+9 min driving · +4.1 km · +€6.71" },
    { text: "J-7 would move", detail: "Ben → Ana" },
  ]);
  const better = why({ ...nothing, technician: "a", alternative: { ...alternative, travel_s: -120 } }, names);
  expect(better.headline).toBe("Somebody else would be better.");
});

test("a refused job tells the rules, counted, and what would let it in", () => {
  const told = why(
    {
      ...nothing,
      reasons: [
        { technicians: 2, nearest: { technician: "a", rule: "window", sentence: "would begin 5 min after the job's window", by: 300 } },
        { technicians: 1, nearest: { technician: "b", rule: "skill", sentence: "lacks gas" } },
      ],
      cures: [
        { change: "later", by: 300, sentence: "it could begin 5 min later", technician: "a", arrival_at: half_past_eight, added_travel_s: 1200, job: null },
        { change: "other_later", by: 60, sentence: "another job could begin 1 min later", technician: "b", arrival_at: half_past_eight, added_travel_s: 60, job: "9" },
      ],
    },
    names,
  );
  expect(told.lines).toEqual([
    { text: "2 technicians", detail: "would begin 5 min after the job's window (nearest: Ana)" },
    { text: "Ben", detail: "lacks gas" },
  ]);
  expect(told.cures).toEqual([
    { text: "it could begin 5 min later", detail: "Ana, 08:30 · +20 min driving" },
    { text: "J-9 could begin 1 min later", detail: "Ben, 08:30 · +1 min driving" },
  ]);
});

test("what cannot be elsewhere says why", () => {
  expect(why({ ...nothing, technician: "a", fixed: "locked" }, names).headline).toBe("It is locked to this route.");
  const alone = { technician: null, arrival_at: null, travel_s: -60, travel_m: 0, waiting_s: 0, lateness_s: 0, cost: null, moves: [], nearest: { technician: "b", rule: "skill", sentence: "lacks gas" } };
  const told = why({ ...nothing, technician: "a", alternative: alone }, names);
  expect(told).toEqual({ headline: "Nobody else can do it.", lines: [{ text: "Ben comes nearest", detail: "lacks gas" }], cures: [] });
});
