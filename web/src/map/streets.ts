// Streets that are closed or slower, and the one that is being chosen. Closed is told from slower by dashes
// and by its sign too, not by colour alone.

import type { Feature, FeatureCollection, Position } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Point } from "../api/types";
import { theme } from "../ui/theme";

export interface StreetMark {
  isClosed: boolean;
  /** Not yet in force: it is being chosen. */
  isDraft: boolean;
  lines: [number, number][][];
  /** The corners of an area, or the point of a street, as far as they are chosen. */
  corners: Point[];
}

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
// As in ui/tokens.css.
const INK = {
  light: { closed: "#c4122f", slower: "#d98200", halo: "#ffffff" },
  dark: { closed: "#ff5c6c", slower: "#ffb02e", halo: "#0f141b" },
};

/** Adds the layers to a fresh style: lines below all names, signs below the jobs; data is set afterwards. */
export function addStreetLayers(map: MapLibre): void {
  const ink = INK[theme()];
  const names = map.getStyle().layers.find((layer) => layer.type === "symbol")?.id;
  const jobs = map.getLayer("job-selected") === undefined ? undefined : "job-selected";
  const colour: ExpressionSpecification = ["case", ["get", "closed"], ink.closed, ink.slower];
  const part = (name: string): ExpressionSpecification => ["==", ["get", "part"], name];
  map.addSource("street-changes", { type: "geojson", data: EMPTY });
  for (const isClosed of [true, false]) {
    const image = isClosed ? "street-closed" : "street-slower";
    if (map.hasImage(image)) map.removeImage(image);
    map.addImage(image, sign(isClosed, isClosed ? ink.closed : ink.slower, ink.halo), { pixelRatio: 2 });
  }
  const common = { source: "street-changes" } as const;
  map.addLayer(
    { ...common, id: "street-area", type: "fill", filter: part("area"), paint: { "fill-color": colour, "fill-opacity": 0.12 } },
    names,
  );
  map.addLayer(
    {
      ...common,
      id: "street-area-edge",
      type: "line",
      filter: part("edge"),
      paint: { "line-color": colour, "line-width": 1.5, "line-dasharray": [3, 2] },
    },
    names,
  );
  const lines = { ...common, type: "line", layout: { "line-join": "round" } } as const;
  const width: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 10, 1, 13, 2.4, 15, 5, 18, 10];
  const halo: ExpressionSpecification = ["interpolate", ["linear"], ["zoom"], 10, 1.5, 13, 4, 15, 8.5, 18, 15];
  map.addLayer(
    { ...lines, id: "street-halo", filter: part("street"), paint: { "line-color": ink.halo, "line-opacity": 0.85, "line-width": halo } },
    names,
  );
  map.addLayer(
    {
      ...lines,
      id: "street-slower",
      filter: ["all", part("street"), ["!", ["get", "closed"]]],
      paint: { "line-color": ink.slower, "line-width": width },
    },
    names,
  );
  map.addLayer(
    {
      ...lines,
      id: "street-closed",
      filter: ["all", part("street"), ["get", "closed"]],
      paint: { "line-color": ink.closed, "line-width": width, "line-dasharray": [1.4, 0.8] },
    },
    names,
  );
  map.addLayer(
    {
      ...common,
      id: "street-sign",
      type: "symbol",
      filter: part("sign"),
      layout: {
        "icon-image": ["case", ["get", "closed"], "street-closed", "street-slower"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 1],
      },
    },
    jobs,
  );
  map.addLayer(
    {
      ...common,
      id: "street-corner",
      type: "circle",
      filter: part("corner"),
      paint: {
        "circle-radius": 5,
        "circle-color": ink.halo,
        "circle-stroke-color": colour,
        "circle-stroke-width": 2.5,
      },
    },
    jobs,
  );
}

export function showStreets(map: MapLibre, marks: StreetMark[]): void {
  const features = marks.flatMap(featuresOf);
  map.getSource<GeoJSONSource>("street-changes")?.setData({ type: "FeatureCollection", features });
}

export function featuresOf(mark: StreetMark): Feature[] {
  const of = (part: string) => ({ part, closed: mark.isClosed });
  const point = (coordinates: Position, part: string): Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates },
    properties: of(part),
  });
  const line = (coordinates: Position[], part: string): Feature => ({
    type: "Feature",
    geometry: { type: "LineString", coordinates },
    properties: of(part),
  });
  const corners = mark.corners.map((corner): Position => [corner.lon, corner.lat]);
  const ring = corners.length > 2 ? [...corners, corners[0] as Position] : corners;
  const features: Feature[] = mark.lines.map((each) => line(each, "street"));
  if (corners.length > 2) {
    features.push({ type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: of("area") });
  }
  if (corners.length > 1) features.push(line(ring, "edge"));
  if (mark.isDraft) return [...features, ...corners.map((corner) => point(corner, "corner"))];
  const at = middle(mark);
  return at === null ? features : [...features, point(at, "sign")];
}

/** Where the sign stands: in the middle of an area, else of the longest piece of street. */
function middle({ corners, lines }: StreetMark): Position | null {
  if (corners.length > 2) {
    const mean = (of: (corner: Point) => number) => corners.reduce((sum, each) => sum + of(each), 0) / corners.length;
    return [mean((corner) => corner.lon), mean((corner) => corner.lat)];
  }
  const line = lines[0] ?? [];
  const [before, after] = [line[Math.ceil(line.length / 2) - 1], line[Math.floor(line.length / 2)]];
  if (before === undefined || after === undefined) return null;
  return [(before[0] + after[0]) / 2, (before[1] + after[1]) / 2];
}

/** No entry, or a warning, at twice its size. */
function sign(isClosed: boolean, colour: string, halo: string): ImageData {
  const side = 44;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.lineJoin = "round";
  context.strokeStyle = halo;
  context.lineWidth = 4;
  context.fillStyle = colour;
  context.beginPath();
  if (isClosed) context.arc(22, 22, 17, 0, 2 * Math.PI);
  else context.roundRect(6, 6, 32, 32, 7);
  context.fill();
  context.stroke();
  context.fillStyle = halo;
  if (isClosed) {
    context.fillRect(12, 18, 20, 8);
  } else {
    context.fillRect(19.5, 12, 5, 12);
    context.fillRect(19.5, 27, 5, 5);
  }
  return context.getImageData(0, 0, side, side);
}
