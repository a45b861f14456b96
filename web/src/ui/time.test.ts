import { describe, expect, it } from "vitest";
import { clockTime, dayOf, dayPlus, durationText, instantAt, signedDistance, signedDuration, weekdayOf } from "./time";

describe("local time", () => {
  it("turns a minute of a local day into an instant and back", () => {
    const at = instantAt("2026-11-20", 14 * 60 + 5, "Europe/Malta");
    expect(new Date(at).toISOString()).toBe("2026-11-20T13:05:00.000Z");
    expect(clockTime(at, "Europe/Malta")).toBe("14:05");
    expect(dayOf(at, "Europe/Malta")).toBe("2026-11-20");
  });

  it("knows the days on which clocks change", () => {
    // In Malta the clock went from 02:00 to 03:00 on 29 March 2026 and back on 25 October.
    expect(new Date(instantAt("2026-03-29", 60, "Europe/Malta")).toISOString()).toBe("2026-03-29T00:00:00.000Z");
    expect(new Date(instantAt("2026-03-29", 4 * 60, "Europe/Malta")).toISOString()).toBe("2026-03-29T02:00:00.000Z");
    expect(new Date(instantAt("2026-10-25", 12 * 60, "Europe/Malta")).toISOString()).toBe("2026-10-25T11:00:00.000Z");
  });

  it("lets a day end at local midnight, not at midnight of Greenwich", () => {
    const late = Date.parse("2026-11-20T23:30:00Z");
    expect(dayOf(late, "Europe/Malta")).toBe("2026-11-21");
    expect(dayOf(late, "America/New_York")).toBe("2026-11-20");
  });

  it("counts weekdays from Monday", () => {
    expect(weekdayOf("2026-11-16")).toBe(0);
    expect(weekdayOf("2026-11-22")).toBe(6);
    expect(dayPlus("2026-02-28", 1)).toBe("2026-03-01");
  });

  it("says lengths with units and signs", () => {
    expect(durationText(2_700)).toBe("45 min");
    expect(durationText(4_800)).toBe("1 h 20 min");
    expect(durationText(7_200)).toBe("2 h");
    expect(signedDuration(540)).toBe("+9 min");
    expect(signedDuration(-1_080)).toBe("−18 min");
    expect(signedDuration(20)).toBe("±0 min");
    expect(signedDistance(-18_240)).toBe("−18.2 km");
    expect(signedDistance(640)).toBe("+640 m");
  });
});
