import { describe, expect, it } from "vitest";
import { ApiError } from "../api/client";
import type { FileRow, NewJob } from "../api/types";
import { counted, forEach, groupsOf, patiently, timeLeft, wishOf } from "./import";

const wish: NewJob = {
  territory: "t",
  new_customer: { name: "Eve", phone: "", email: "" },
  new_location: { address: "1 Main Street", lat: 1, lon: 2, notes: "" },
  service_type: "s",
  title: "Leak",
  description: "",
};
const row = (number: number, fields: Partial<FileRow> = {}): FileRow => ({
  row: number,
  state: "ready",
  cells: [],
  wish,
  ...fields,
});
const go = { isWished: false };
const busy = new ApiError(503, { detail: "busy" });

describe("rows of a file", () => {
  it("follow each other where they share a new customer or a new location", () => {
    const groups = groupsOf([
      row(2, { customer_of: 2, location_of: 2 }),
      row(3, { location_of: 3 }),
      row(4, { customer_of: 2, location_of: 4 }),
      row(5, { location_of: 3 }),
      row(6),
      row(7),
    ]);
    expect(groups.map((group) => group.map((each) => each.row))).toEqual([[2, 4], [3, 5], [6], [7]]);
  });

  it("take the customer and the location that one before them has made", () => {
    const shared = { customers: new Map([[2, "c2"]]), locations: new Map([[2, "l2"]]) };
    const { new_customer: _, ...rest } = wish;
    expect(wishOf(row(3, { customer_of: 2, location_of: 3 }), shared)).toEqual({ ...rest, customer: "c2" });
    const { new_location: __, ...bare } = rest;
    expect(wishOf(row(4, { customer_of: 2, location_of: 2 }), shared)).toEqual({ ...bare, customer: "c2", location: "l2" });
    expect(wishOf(row(5, { customer_of: 5, location_of: 5 }), shared)).toEqual(wish);
    expect(wishOf(row(6), shared)).toEqual(wish);
  });
});

describe("a run over many", () => {
  it("has a few under way, does each once, and stops when it is wished", async () => {
    const items = Array.from({ length: 20 }, (_, at) => at);
    let under = 0;
    let most = 0;
    const done: number[] = [];
    await forEach(items, go, async (item) => {
      most = Math.max(most, ++under);
      await Promise.resolve();
      under -= 1;
      done.push(item);
    });
    expect(done.sort((a, b) => a - b)).toEqual(items);
    expect(most).toBe(3);

    const stop = { isWished: false };
    const some: number[] = [];
    await forEach(items, stop, async (item) => {
      some.push(item);
      stop.isWished = item >= 5;
    });
    expect(some.length).toBeLessThan(10);
  });

  it("waits for a busy server, and tells what is wrong at once", async () => {
    const waits: number[] = [];
    const pause = async (ms: number) => void waits.push(ms);
    let left = 2;
    const answer = await patiently(async () => (left-- > 0 ? Promise.reject(busy) : "made"), go, pause);
    expect([answer, waits]).toEqual(["made", [1_000, 2_000]]);

    const wrong = new ApiError(422, { detail: "wrong" });
    await expect(patiently(() => Promise.reject(wrong), go, pause)).rejects.toBe(wrong);
    await expect(patiently(() => Promise.reject(busy), { isWished: true }, pause)).rejects.toBe(busy);
    expect(waits.length).toBe(2);
  });

  it("tells the time that is left once it can be judged", () => {
    expect(timeLeft(2, 100, 1_000)).toBe("");
    expect(timeLeft(10, 20, 10_000)).toBe("about 10 s left");
    expect(timeLeft(10, 1_000, 10_000)).toBe("about 17 min left");
    expect(timeLeft(20, 20, 10_000)).toBe("");
    expect([counted(1, "row"), counted(0, "row")]).toEqual(["1 row", "0 rows"]);
  });
});
