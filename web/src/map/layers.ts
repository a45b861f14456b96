// Jobs and the selected route on the map, as sources that MapLibre draws and finds under the pointer.

import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapLibre } from "maplibre-gl";
import type { Id, Point } from "../api/types";
import { type Look, LOOKS } from "../ui/status";
import { theme } from "../ui/theme";

export interface JobMark {
  id: Id;
  at: Point;
  look: Look;
  label: string;
}

const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };

/** Adds the layers to a fresh style; data is set afterwards. */
export function addLayers(map: MapLibre): void {
  const colours = theme();
  const accent = colours === "dark" ? "#7fb2ff" : "#1f5fbf";
  for (const [look, style] of Object.entries(LOOKS)) {
    if (map.hasImage(look)) map.removeImage(look);
    map.addImage(look, shape(style.path, style[colours], style.hollow, style.dashed), { pixelRatio: 2 });
  }
  map.addSource("route", { type: "geojson", data: EMPTY });
  map.addSource("jobs", { type: "geojson", data: EMPTY, promoteId: "id" });
  map.addLayer({
    id: "route-edge",
    type: "line",
    source: "route",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": colours === "dark" ? "#0f141b" : "#ffffff", "line-width": 8, "line-opacity": 0.8 },
  });
  map.addLayer({
    id: "route",
    type: "line",
    source: "route",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": accent, "line-width": 4.5, "line-opacity": ["case", ["get", "past"], 0.35, 0.95] },
  });
  map.addLayer({
    id: "job-selected",
    type: "circle",
    source: "jobs",
    filter: ["==", ["get", "selected"], true],
    paint: {
      "circle-radius": 17,
      "circle-color": "rgba(0,0,0,0)",
      "circle-stroke-color": colours === "dark" ? "#9cc4ff" : "#0b57d0",
      "circle-stroke-width": 3,
    },
  });
  map.addLayer({
    id: "jobs",
    type: "symbol",
    source: "jobs",
    layout: {
      "icon-image": ["get", "look"],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 1],
      "symbol-sort-key": ["get", "rank"],
      "text-field": ["step", ["zoom"], "", 14, ["get", "label"]],
      "text-font": ["Noto Sans"],
      "text-size": 11,
      "text-anchor": "top",
      "text-offset": [0, 1.1],
      "text-optional": true,
    },
    paint: {
      "text-color": colours === "dark" ? "#e8edf4" : "#17202e",
      "text-halo-color": colours === "dark" ? "#0f141b" : "#ffffff",
      "text-halo-width": 1.5,
    },
  });
}

const RANK: Record<Look, number> = {
  cancelled: 0,
  done: 1,
  hold: 2,
  scheduled: 3,
  en_route: 4,
  on_site: 5,
  unassigned: 6,
  at_risk: 7,
  late: 8,
};

export function showJobs(map: MapLibre, jobs: JobMark[], selected: Id | null): void {
  const source = map.getSource<GeoJSONSource>("jobs");
  source?.setData({
    type: "FeatureCollection",
    features: jobs.map((job) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [job.at.lon, job.at.lat] },
      properties: {
        id: job.id,
        look: job.look,
        label: job.label,
        rank: RANK[job.look],
        selected: job.id === selected,
      },
    })),
  });
}

export function showRoute(map: MapLibre, legs: { points: [number, number][]; past: boolean }[]): void {
  const source = map.getSource<GeoJSONSource>("route");
  source?.setData({
    type: "FeatureCollection",
    features: legs
      .filter((leg) => leg.points.length > 1)
      .map((leg) => ({
        type: "Feature",
        geometry: { type: "LineString", coordinates: leg.points },
        properties: { past: leg.past },
      })),
  });
}

/** The shape of a look, as an image at twice its size, with an edge that parts it from the streets. */
function shape(path: string, colour: string, hollow: boolean, dashed: boolean): ImageData {
  const side = 56;
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const edge = theme() === "dark" ? "#0f141b" : "#ffffff";
  context.translate(4, 4);
  context.scale(2, 2);
  const outline = new Path2D(path);
  context.lineJoin = "round";
  context.lineCap = "round";
  context.strokeStyle = edge;
  context.lineWidth = hollow ? 6.5 : 4;
  context.stroke(outline);
  if (hollow) {
    if (!dashed || path.length > 0) {
      context.fillStyle = edge;
      context.globalAlpha = 0.75;
      context.fill(outline);
      context.globalAlpha = 1;
    }
    context.strokeStyle = colour;
    context.lineWidth = 3;
    if (dashed) {
      context.lineCap = "butt";
      context.setLineDash([4, 3]);
    }
    context.stroke(outline);
  } else {
    context.fillStyle = colour;
    context.fill(outline);
  }
  return context.getImageData(0, 0, side, side);
}
