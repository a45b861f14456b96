import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import type { MapView } from "../api/types";
import { INKS } from "./inks";
import { streetStyle, surroundings } from "./style";

const MAP: MapView = {
  bounds: [14.18, 35.8, 14.58, 36.08],
  centre: { lat: 35.94, lon: 14.38 },
  min_zoom: 8,
  max_zoom: 16,
  attribution: "© OpenStreetMap contributors",
  has_tiles: true,
};

/** The layers that docs/map.md promises. */
const TILE_LAYERS = [
  "landuse",
  "green",
  "water",
  "waterway",
  "buildings",
  "boundaries",
  "streets",
  "water_names",
  "pois",
  "housenumbers",
  "places",
];

/** Relative luminance of WCAG 2. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each(["light", "dark"] as const)("the %s style", (theme) => {
  it("is valid, asks no other server and uses every layer of the tiles", () => {
    const style = streetStyle(MAP, theme, "https://dispatch.example");
    expect(validateStyleMin(style)).toEqual([]);
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    const used = style.layers.flatMap((layer) => ("source-layer" in layer ? [layer["source-layer"]] : []));
    expect([...new Set(used)].sort()).toEqual([...TILE_LAYERS].sort());
  });

  it("can be read on every ground", () => {
    const ink = INKS[theme];
    for (const ground of [ink.land, ink.built, ink.industry, ink.park, ink.wood, ink.building]) {
      expect(contrast(ink.text, ground)).toBeGreaterThan(7);
      expect(contrast(ink.textQuiet, ground)).toBeGreaterThan(4.3);
    }
    expect(contrast(ink.waterText, ink.water)).toBeGreaterThan(3.8);
    expect(contrast(ink.shieldMotorwayText, ink.shieldMotorway)).toBeGreaterThan(4.5);
  });
});

it("without tiles there is land and nothing to fetch", () => {
  const style = streetStyle({ ...MAP, has_tiles: false }, "light", "https://dispatch.example");
  expect(style.layers.map((layer) => layer.id)).toEqual(["land"]);
  expect(style.sources).toEqual({});
});

it("one can look as far beyond the streets each way", () => {
  const [west, south, east, north] = surroundings(MAP);
  expect(MAP.bounds[1] - south).toBeCloseTo(north - MAP.bounds[3], 6);
  expect(MAP.bounds[0] - west).toBeCloseTo(east - MAP.bounds[2], 6);
  expect(south).toBeLessThan(35.5);
  expect(east).toBeGreaterThan(15);
});
