import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { aJob, aVisit } from "../testing";
import { LOOKS, lookOf } from "./status";

const NOW = 1_000_000_000;
const MINUTE = 60_000;

describe("how a job looks", () => {
  it("has the colours that the style sheet has", () => {
    const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
    for (const [look, style] of Object.entries(LOOKS)) {
      const name = look.replace("_", "-");
      expect(css).toContain(`--${name}: light-dark(${style.light}, ${style.dark});`);
    }
  });

  it("keeps every ink readable on its fill", () => {
    const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
    const pair = (name: string): string[] =>
      new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)?.slice(1) ?? [];
    for (const name of ["unassigned", "scheduled", "en-route", "on-site", "done", "at-risk", "late"]) {
      pair(name).forEach((fill, at) => {
        expect(contrast(fill, pair(`on-${name}`)[at] ?? ""), `${name} ${at}`).toBeGreaterThanOrEqual(4.5);
        expect(contrast(fill, pair("bg")[at] ?? ""), `${name} on the page`).toBeGreaterThanOrEqual(3);
      });
    }
  });

  it("is late when the arrival lies behind the window, at risk just before its end", () => {
    const job = aJob({ status: "scheduled", wanted: { from: NOW, until: NOW + 60 * MINUTE }, visits: [aVisit()] });
    expect(lookOf(job, NOW + 30 * MINUTE, NOW)).toBe("scheduled");
    expect(lookOf(job, NOW + 55 * MINUTE, NOW)).toBe("at_risk");
    expect(lookOf(job, NOW + 61 * MINUTE, NOW)).toBe("late");
  });

  it("measures against the promise where there is one, not against the wish", () => {
    const job = aJob({
      status: "scheduled",
      wanted: { from: NOW, until: NOW + 10 * MINUTE },
      promised: { from: NOW, until: NOW + 120 * MINUTE },
      visits: [aVisit()],
    });
    expect(lookOf(job, NOW + 60 * MINUTE, NOW)).toBe("scheduled");
  });

  it("does not believe in an arrival in the past", () => {
    const job = aJob({ status: "in_progress", wanted: { from: 0, until: NOW - MINUTE }, visits: [aVisit({ status: "en_route" })] });
    expect(lookOf(job, NOW - 30 * MINUTE, NOW)).toBe("late");
  });

  it("is unassigned again after a technician declined", () => {
    const job = aJob({ status: "open", visits: [aVisit({ status: "declined" })] });
    expect(lookOf(job, null, NOW)).toBe("unassigned");
  });
});

function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = parseInt(hex.slice(at, at + 2), 16) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
