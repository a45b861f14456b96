// What lies on the ground: land, green, water, buildings, borders.

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Inks } from "./inks";

export const SOURCE = "streets";

const KIND: ExpressionSpecification = ["get", "kind"];

export function groundLayers(ink: Inks): LayerSpecification[] {
  return [
    { id: "land", type: "background", paint: { "background-color": ink.land } },
    {
      id: "landuse",
      type: "fill",
      source: SOURCE,
      "source-layer": "landuse",
      filter: ["!", ["in", KIND, ["literal", ["pier", "plaza", "runway", "parking"]]]],
      paint: {
        "fill-color": [
          "match",
          KIND,
          ["industrial", "commercial", "railway", "military", "quarry", "aerodrome"],
          ink.industry,
          ["school", "hospital"],
          ink.campus,
          ink.built,
        ],
      },
    },
    {
      id: "green",
      type: "fill",
      source: SOURCE,
      "source-layer": "green",
      paint: {
        "fill-color": [
          "match",
          KIND,
          "farmland",
          ink.farmland,
          "scrub",
          ink.scrub,
          ["grass", "wetland"],
          ink.grass,
          "wood",
          ink.wood,
          "sand",
          ink.sand,
          ink.park,
        ],
      },
    },
    {
      id: "water",
      type: "fill",
      source: SOURCE,
      "source-layer": "water",
      paint: { "fill-color": ink.water },
    },
    {
      id: "waterway",
      type: "line",
      source: SOURCE,
      "source-layer": "waterway",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ink.water,
        "line-width": [
          "interpolate",
          ["exponential", 1.4],
          ["zoom"],
          9,
          ["match", KIND, ["river", "canal"], 1, 0.3],
          16,
          ["match", KIND, ["river", "canal"], 6, 2],
        ],
      },
    },
    {
      id: "paved",
      type: "fill",
      source: SOURCE,
      "source-layer": "landuse",
      filter: ["in", KIND, ["literal", ["pier", "plaza", "runway", "parking"]]],
      paint: { "fill-color": ["match", KIND, "pier", ink.land, ink.paved] },
    },
    {
      id: "building",
      type: "fill",
      source: SOURCE,
      "source-layer": "buildings",
      minzoom: 14,
      paint: {
        "fill-color": ink.building,
        "fill-outline-color": ink.buildingEdge,
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.35, 15.5, 1],
      },
    },
    {
      id: "border",
      type: "line",
      source: SOURCE,
      "source-layer": "boundaries",
      layout: { "line-join": "round" },
      paint: {
        "line-color": ink.border,
        "line-width": ["match", ["get", "level"], 2, 1.6, 0.9],
        "line-dasharray": [4, 2],
        "line-opacity": ["match", ["get", "level"], 2, 0.9, 0.5],
      },
    },
  ];
}
