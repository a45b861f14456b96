import { describe, expect, it } from "vitest";
import { Backoff } from "./backoff";
import { DomainClock } from "./clock";

describe("domain time", () => {
  it("runs on at the server's speed", () => {
    let real = 0;
    const clock = new DomainClock(() => real, 0);
    clock.sync(1_000_000, 20);
    real += 500;
    expect(clock.now()).toBe(1_010_000);
  });

  it("does not step back for a message that was slow on its way", () => {
    let real = 0;
    const clock = new DomainClock(() => real, 0);
    clock.sync(1_000_000, 1);
    real += 1_000;
    clock.sync(1_000_800);
    expect(clock.now()).toBe(1_001_000);
    clock.sync(900_000);
    expect(clock.now()).toBe(900_000);
  });
});

describe("waiting for the next try", () => {
  it("doubles up to its ceiling, never less than half", () => {
    const backoff = new Backoff(500, 4_000, () => 0);
    expect([1, 2, 3, 4, 5].map(() => backoff.next_ms())).toEqual([250, 500, 1_000, 2_000, 2_000]);
    backoff.reset();
    expect(backoff.next_ms()).toBe(250);
  });
});
