import { describe, expect, it } from "vitest";
import { arrivalWords } from "./wording";

const ZONE = "Europe/Malta";
const NOON = Date.parse("2026-11-20T11:00:00Z");
const at = (minutes: number): number => NOON + minutes * 60_000;
const words = (from: number, until: number, promised: [number, number] | null = null) =>
  arrivalWords(
    { from: at(from), until: at(until) },
    NOON,
    ZONE,
    promised === null ? null : { from: at(promised[0]), until: at(promised[1]) },
  );

describe("the words for an arrival", () => {
  it("are the wider the further away it is", () => {
    expect(words(130, 180).main).toBe("Between 14:00 and 15:00");
    expect(words(25, 45)).toEqual({ main: "About 12:35", range: "12:25 – 12:45", slip: null });
    expect(words(6, 10).main).toBe("In about 8 minutes");
    expect(words(0, 1).main).toBe("Arriving now");
  });

  it("never name a time that has passed", () => {
    expect(words(-30, -10).main).toBe("Arriving now");
    const wide = words(-20, 50);
    expect(wide.main).toBe("About 12:25");
    expect(wide.range).toBe("12:00 – 12:50");
  });

  it("say a slip of ten minutes or more, and no smaller one", () => {
    expect(words(45, 65, [0, 50]).slip).toBeNull();
    expect(words(50, 60, [0, 35]).slip).toBe("Running 20 min late – now 12:55. Was by 12:35.");
  });
});
