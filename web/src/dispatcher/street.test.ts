import { describe, expect, it } from "vitest";
import type { StreetChangeView } from "../api/types";
import { circle, directionsOf, effectText, endOf, pointOf, spanText, streetsText } from "./street";

// Friday, 20 November 2026, 08:00 in Malta.
const NOW = 1_795_158_000_000;
const ZONE = "Europe/Malta";

describe("a change of the streets in words", () => {
  it("says what it does and where", () => {
    expect(effectText({ kind: "closed" })).toBe("Closed");
    expect(effectText({ kind: "factor", factor: 0.25 })).toBe("25 % of the speed");
    expect(effectText({ kind: "limit", kmh: 30 })).toBe("At most 30 km/h");
    const streets = { pieces: 4, length_m: 1_240, names: ["A", "B", "C", "D"], lines: [] };
    expect(streetsText(streets)).toBe("A, B, C and others, 1.2 km");
    expect(streetsText({ ...streets, names: [] })).toBe("Street without a name, 1.2 km");
    expect(streetsText({ ...streets, pieces: 0 })).toBe("No street of this map");
  });

  it("says when it begins, if that is ahead, and when it ends", () => {
    const change = { from: null, until: null } as StreetChangeView;
    expect(spanText(change, NOW, ZONE)).toBe("until lifted");
    expect(spanText({ ...change, from: NOW - 1, until: NOW + 5_400_000 }, NOW, ZONE)).toBe("until 09:30");
    expect(spanText({ ...change, from: NOW + 3_600_000, until: NOW + 86_400_000 }, NOW, ZONE)).toBe(
      "from 09:00 until Sat 21 Nov 08:00",
    );
  });

  it("ends in an hour, at midnight there, or when it is lifted", () => {
    // The clock of the screen knows parts of a millisecond, the server does not.
    expect(endOf("hour", NOW + 0.25, ZONE)).toBe(NOW + 3_600_000);
    expect(endOf("today", NOW, ZONE)).toBe(NOW + 16 * 3_600_000);
    expect(endOf("lifted", NOW, ZONE)).toBeNull();
  });

  it("names both directions of a street by where they lead", () => {
    expect(directionsOf([[14.5, 35.9], [14.6, 35.9]])).toEqual(["east", "west"]);
    expect(directionsOf([[14.5, 35.9], [14.49, 35.89]])).toEqual(["south-west", "north-east"]);
    expect(directionsOf([[14.5, 35.9], [14.6, 35.9], [14.5, 35.9]])).toBeNull();
    expect(directionsOf(undefined)).toBeNull();
  });

  it("takes coordinates for a place and draws a circle around it", () => {
    expect(pointOf(" 35.9, 14.5 ")).toEqual({ lat: 35.9, lon: 14.5 });
    expect(pointOf("-35.9 14.5")).toEqual({ lat: -35.9, lon: 14.5 });
    expect(pointOf("12 Main Street")).toBeNull();
    expect(pointOf("95, 14")).toBeNull();
    const corners = circle({ lat: 60, lon: 10 }, 500);
    expect(corners).toHaveLength(16);
    expect(Math.max(...corners.map((corner) => corner.lat)) - 60).toBeCloseTo(500 / 111_195, 6);
    expect(Math.max(...corners.map((corner) => corner.lon)) - 10).toBeCloseTo(1_000 / 111_195, 5);
  });
});
