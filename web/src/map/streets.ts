// Streets that are closed or slower, and the one that is being chosen. Closed is told from slower by dashes
// too, not by colour alone.

import type { Feature, FeatureCollection } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Point } from "../api/types";
import { theme } from "../ui/theme";

export interface StreetMark {
  isClosed: boolean;
  /** Not yet in force: it is being drawn. */
  isDraft: boolean;
  lines: [number, number][][];
  /** The corners of an area, as far as they are chosen. */
  corners: Point[];
}

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const INK = {
  light: { closed: "#c4122f", slower: "#d98200", halo: "#ffffff" },
  dark: { closed: "#ff5c6c", slower: "#ffb02e", halo: "#0f141b" },
};

/** Adds the layers to a fresh style, below those of the jobs; data is set afterwards. */
export function addStreetLayers(map: MapLibre): void {
  const ink = INK[theme()];
  const below = map.getLayer("job-selected") === undefined ? undefined : "job-selected";
  map.addSource("street-changes", { type: "geojson", data: EMPTY });
  const common = { source: "street-changes" } as const;
  map.addLayer(
    {
      ...common,
      id: "street-area",
      type: "fill",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": ["case", ["get", "closed"], ink.closed, ink.slower], "fill-opacity": 0.1 },
    },
    below,
  );
  map.addLayer(
    {
      ...common,
      id: "street-area-edge",
      type: "line",
      filter: ["==", ["get", "part"], "edge"],
      paint: {
        "line-color": ["case", ["get", "closed"], ink.closed, ink.slower],
        "line-width": 1.5,
        "line-dasharray": [3, 2],
      },
    },
    below,
  );
  const lines = { ...common, type: "line", layout: { "line-join": "round" } } as const;
  const width: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 10, 2, 14, 4.5, 18, 9];
  map.addLayer(
    {
      ...lines,
      id: "street-halo",
      filter: ["==", ["get", "part"], "street"],
      paint: {
        "line-color": ink.halo,
        "line-opacity": 0.85,
        "line-width": ["interpolate", ["linear"], ["zoom"], 10, 3, 14, 8, 18, 14],
      },
    },
    below,
  );
  map.addLayer(
    {
      ...lines,
      id: "street-slower",
      filter: ["all", ["==", ["get", "part"], "street"], ["!", ["get", "closed"]]],
      paint: { "line-color": ink.slower, "line-width": width },
    },
    below,
  );
  map.addLayer(
    {
      ...lines,
      id: "street-closed",
      filter: ["all", ["==", ["get", "part"], "street"], ["get", "closed"]],
      paint: { "line-color": ink.closed, "line-width": width, "line-dasharray": [1.4, 0.8] },
    },
    below,
  );
  map.addLayer(
    {
      ...common,
      id: "street-corner",
      type: "circle",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 5,
        "circle-color": ink.halo,
        "circle-stroke-color": ["case", ["get", "closed"], ink.closed, ink.slower],
        "circle-stroke-width": 2.5,
      },
    },
    below,
  );
}

export function showStreets(map: MapLibre, marks: StreetMark[]): void {
  const features = marks.flatMap(featuresOf);
  map.getSource<GeoJSONSource>("street-changes")?.setData({ type: "FeatureCollection", features });
}

function featuresOf(mark: StreetMark): Feature[] {
  const of = (part: string) => ({ part, closed: mark.isClosed });
  const features: Feature[] = mark.lines.map((coordinates) => ({
    type: "Feature",
    geometry: { type: "LineString", coordinates },
    properties: of("street"),
  }));
  const ring = mark.corners.map((corner): [number, number] => [corner.lon, corner.lat]);
  const first = ring[0];
  if (first === undefined) return features;
  const closed = ring.length > 2 ? [...ring, first] : ring;
  if (ring.length > 2) {
    features.unshift({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [closed] },
      properties: of("area"),
    });
  }
  if (ring.length > 1) {
    features.push({
      type: "Feature",
      geometry: { type: "LineString", coordinates: closed },
      properties: of("edge"),
    });
  }
  if (mark.isDraft) {
    for (const coordinates of ring) {
      features.push({ type: "Feature", geometry: { type: "Point", coordinates }, properties: of("corner") });
    }
  }
  return features;
}
