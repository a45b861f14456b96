import { describe, expect, it } from "vitest";
import type { PlaceView } from "../api/types";
import { doubt, placeDetail } from "./places";

const house: PlaceView = {
  name: "Triq il-Kbira 12, Mosta",
  kind: "address",
  lat: 35.9,
  lon: 14.4,
  postcode: "MST 1010",
  confidence: "exact",
  distance_m: null,
};

describe("a suggestion", () => {
  it("shows its postcode and no doubt where all of it fits", () => {
    expect(placeDetail(house)).toBe("MST 1010 · address");
    expect(placeDetail({ ...house, postcode: null })).toBe("address");
  });

  it("says what is doubtful about it", () => {
    expect(doubt({ ...house, confidence: "fuzzy" })).toBe("similar name");
    expect(doubt({ ...house, confidence: "near" })).toBe("number estimated");
    expect(doubt({ ...house, kind: "street", confidence: "near" })).toBe("street only");
  });

  it("does not say a postcode twice", () => {
    const code: PlaceView = { ...house, name: "MST 1010 Mosta", kind: "postcode" };
    expect(placeDetail(code)).toBe("postcode");
  });
});
