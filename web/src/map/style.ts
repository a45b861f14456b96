// How the streets look, light and dark: complete without any other server. Jobs, routes and technicians
// are laid over it by their own files.

import type { GeoJSON } from "geojson";
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { MapView } from "../api/types";
import type { Theme } from "../ui/theme";

interface Inks {
  land: string;
  outside: string;
  built: string;
  water: string;
  green: string;
  building: string;
  casing: string;
  major: string;
  minor: string;
  path: string;
  text: string;
  halo: string;
  waterText: string;
}

const INKS: Record<Theme, Inks> = {
  light: {
    land: "#f5f3ee",
    outside: "#e4e7ec",
    built: "#eeebe4",
    water: "#b5d3ea",
    green: "#d5e6c8",
    building: "#e2dcd2",
    casing: "#cfc8bb",
    major: "#fbe6b4",
    minor: "#ffffff",
    path: "#d9d2c5",
    text: "#39424f",
    halo: "#ffffff",
    waterText: "#35597a",
  },
  dark: {
    land: "#161c25",
    outside: "#0f141b",
    built: "#1a212b",
    water: "#0d2236",
    green: "#1b2b24",
    building: "#222b37",
    casing: "#0f141b",
    major: "#4b5567",
    minor: "#333d4c",
    path: "#2a3340",
    text: "#b9c4d3",
    halo: "#12171f",
    waterText: "#7fa5c8",
  },
};

const CLASS = ["get", "class"] as unknown as ExpressionSpecification;

const RANKS = {
  highway: ["motorway", "trunk"],
  main: ["primary", "secondary"],
  middle: ["tertiary"],
  thin: ["service", "pedestrian", "track", "path", "pier", "runway"],
};

const among = (words: string[]): ExpressionSpecification => [
  "in",
  CLASS,
  ["literal", words],
] as unknown as ExpressionSpecification;

/** Line width in pixels by zoom and class; `extra` for the edge around it. */
function width(extra: number): ExpressionSpecification {
  const by = (highway: number, main: number, middle: number, minor: number, thin: number) => [
    "case",
    among(RANKS.highway),
    highway + extra,
    among(RANKS.main),
    main + extra,
    among(RANKS.middle),
    middle + extra,
    among(RANKS.thin),
    thin === 0 ? 0 : thin + extra / 2,
    minor === 0 ? 0 : minor + extra,
  ];
  return [
    "interpolate",
    ["exponential", 1.5],
    ["zoom"],
    8,
    by(1.2, 0.8, 0.4, 0, 0),
    11,
    by(2.2, 1.6, 1, 0.4, 0),
    14,
    by(5, 4.5, 3.5, 2.2, 0.9),
    16,
    by(11, 10, 8, 6, 2.5),
    18,
    by(24, 22, 18, 14, 6),
  ] as unknown as ExpressionSpecification;
}

export function streetStyle(map: MapView, theme: Theme, origin: string): StyleSpecification {
  const ink = INKS[theme];
  const tiles = map.has_tiles;
  return {
    version: 8,
    name: `Sortie ${theme}`,
    sources: {
      outside: { type: "geojson", data: outside(map) },
      ...(tiles && {
          streets: {
            type: "vector",
            tiles: [`${origin}/api/v1/tiles/{z}/{x}/{y}`],
            minzoom: map.min_zoom,
            maxzoom: map.max_zoom,
            bounds: map.bounds,
            attribution: map.attribution,
          },
      }),
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": ink.land } },
      ...(tiles ? streetLayers(ink) : []),
      { id: "outside", type: "fill", source: "outside", paint: { "fill-color": ink.outside } },
    ],
  };
}

/** Everything that the map does not have: the world with a hole. */
function outside(map: MapView): GeoJSON {
  const [west, south, east, north] = map.bounds;
  const world = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]];
  const hole = [[west, south], [west, north], [east, north], [east, south], [west, south]];
  return { type: "Polygon", coordinates: [world, hole] };
}

/** Streets that cars use, and the lines that are drawn otherwise. */
const RAIL: ExpressionSpecification = ["==", CLASS, "rail"] as unknown as ExpressionSpecification;
const FERRY: ExpressionSpecification = ["==", CLASS, "ferry"] as unknown as ExpressionSpecification;
const STREET: ExpressionSpecification = ["!", among(["rail", "ferry"])] as unknown as ExpressionSpecification;

function streetLayers(ink: Inks): LayerSpecification[] {
  const font = ["Noto Sans"];
  const source = "streets";
  const fill = (id: string, layer: string, colour: string, minzoom = 0): LayerSpecification => ({
    id,
    type: "fill",
    source,
    "source-layer": layer,
    minzoom,
    paint: { "fill-color": colour },
  });
  return [
    {
      ...fill("landuse", "landuse", ink.built),
      filter: ["in", ["get", "kind"], ["literal", ["residential", "commercial", "industrial", "school", "hospital", "railway", "aerodrome"]]],
    } as LayerSpecification,
    fill("green", "green", ink.green),
    fill("water", "water", ink.water),
    {
      id: "ground",
      type: "fill",
      source,
      "source-layer": "landuse",
      filter: ["in", ["get", "kind"], ["literal", ["pier", "plaza", "runway", "parking"]]],
      paint: { "fill-color": ink.path },
    },
    {
      id: "waterway",
      type: "line",
      source,
      "source-layer": "waterway",
      paint: { "line-color": ink.water, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1, 16, 4] },
    },
    {
      id: "building",
      type: "fill",
      source,
      "source-layer": "buildings",
      minzoom: 14,
      paint: {
        "fill-color": ink.building,
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0, 15, 1],
      },
    },
    {
      id: "ferry",
      type: "line",
      source,
      "source-layer": "streets",
      filter: FERRY,
      paint: { "line-color": ink.waterText, "line-width": 1, "line-dasharray": [4, 4], "line-opacity": 0.7 },
    },
    {
      id: "street-edge",
      type: "line",
      source,
      "source-layer": "streets",
      minzoom: 12,
      filter: STREET,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": ink.casing, "line-width": width(1.6) },
    },
    {
      id: "street",
      type: "line",
      source,
      "source-layer": "streets",
      filter: STREET,
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": [
          "case",
          among([...RANKS.highway, ...RANKS.main]),
          ink.major,
          among(RANKS.thin),
          ink.path,
          ink.minor,
        ],
        "line-width": width(0),
      },
    },
    {
      id: "rail",
      type: "line",
      source,
      "source-layer": "streets",
      filter: RAIL,
      paint: { "line-color": ink.casing, "line-width": 1.5, "line-dasharray": [5, 3] },
    },
    {
      id: "street-name",
      type: "symbol",
      source,
      "source-layer": "streets",
      minzoom: 13,
      filter: ["has", "name"],
      layout: {
        "symbol-placement": "line",
        "text-field": ["get", "name"],
        "text-font": font,
        "text-size": ["interpolate", ["linear"], ["zoom"], 13, 10, 17, 13],
      },
      paint: { "text-color": ink.text, "text-halo-color": ink.halo, "text-halo-width": 1.4 },
    },
    {
      id: "house-number",
      type: "symbol",
      source,
      "source-layer": "housenumbers",
      minzoom: 17,
      layout: { "text-field": ["get", "housenumber"], "text-font": font, "text-size": 10 },
      paint: { "text-color": ink.text, "text-halo-color": ink.halo, "text-halo-width": 1, "text-opacity": 0.8 },
    },
    {
      id: "waterway-name",
      type: "symbol",
      source,
      "source-layer": "waterway",
      minzoom: 13,
      filter: ["has", "name"],
      layout: {
        "symbol-placement": "line",
        "text-field": ["get", "name"],
        "text-font": font,
        "text-size": 11,
      },
      paint: { "text-color": ink.waterText, "text-halo-color": ink.halo, "text-halo-width": 1 },
    },
    {
      id: "place-name",
      type: "symbol",
      source,
      "source-layer": "places",
      layout: {
        "text-field": ["get", "name"],
        "text-font": font,
        "text-size": ["interpolate", ["linear"], ["zoom"], 9, ["-", 15, ["min", 5, ["get", "rank"]]], 15, ["-", 19, ["min", 6, ["get", "rank"]]]],
        "text-max-width": 8,
        "text-padding": 6,
        "symbol-sort-key": ["get", "rank"],
      },
      paint: { "text-color": ink.text, "text-halo-color": ink.halo, "text-halo-width": 1.6 },
    },
  ];
}
