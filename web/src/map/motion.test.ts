import { describe, expect, it } from "vitest";
import { glideAt, isGliding, nextGlide, startGlide } from "./motion";

describe("a moving technician", () => {
  it("glides between readings in about the time between them", () => {
    const first = startGlide({ lat: 0, lon: 0 }, 350, 0);
    const second = nextGlide(first, { lat: 0.001, lon: 0 }, 10, 1_000);
    expect(glideAt(second, 1_000).point.lat).toBe(0);
    const middle = glideAt(second, 1_550);
    expect(middle.point.lat).toBeCloseTo(0.0005, 6);
    // The short way round: over north, not over south.
    expect(middle.heading).toBeCloseTo(0, 5);
    expect(glideAt(second, 9_000).point.lat).toBe(0.001);
    expect(isGliding(second, 9_000)).toBe(false);
  });

  it("does not glide across the town", () => {
    const jump = nextGlide(startGlide({ lat: 0, lon: 0 }, null, 0), { lat: 0.5, lon: 0 }, null, 1_000);
    expect(glideAt(jump, 1_000).point.lat).toBe(0.5);
  });
});
