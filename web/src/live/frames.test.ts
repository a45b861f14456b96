import { describe, expect, it } from "vitest";
import { readPositions } from "./frames";

function frame(count: number, records: number): ArrayBuffer {
  const buffer = new ArrayBuffer(16 + 20 * records);
  const view = new DataView(buffer);
  view.setUint8(0, 1);
  view.setUint8(1, 1);
  view.setUint16(2, 7, true);
  view.setUint32(4, count, true);
  view.setFloat64(8, 1_763_640_000_000, true);
  for (let at = 0; at < records; at += 1) {
    const from = 16 + 20 * at;
    view.setUint32(from, at + 3, true);
    view.setInt32(from + 4, 35_898_765, true);
    view.setInt32(from + 8, -14_512_345, true);
    view.setUint16(from + 12, 15, true);
    view.setUint16(from + 14, 425, true);
    view.setUint16(from + 16, at === 0 ? 2_705 : 65_535, true);
    view.setUint8(from + 18, at === 0 ? 1 : 3);
  }
  return buffer;
}

describe("a frame of positions", () => {
  it("is read to the byte", () => {
    const read = readPositions(frame(2, 2));
    expect(read?.subscription).toBe(7);
    expect(read?.now).toBe(1_763_640_000_000);
    expect(read?.fixes[0]).toEqual({
      index: 3,
      lat: 35.898765,
      lon: -14.512345,
      age_ms: 1_500,
      speed_kmh: 42.5,
      heading_deg: 270.5,
      motion: "en_route",
    });
    expect(read?.fixes[1]).toMatchObject({ index: 4, heading_deg: null, motion: "silent" });
  });

  it("is refused when it is cut short or of another kind", () => {
    expect(readPositions(frame(3, 2))).toBeNull();
    expect(readPositions(new ArrayBuffer(3))).toBeNull();
    const other = frame(1, 1);
    new DataView(other).setUint8(0, 2);
    expect(readPositions(other)).toBeNull();
  });
});
