// Everything written on the map. Layers that come later are placed first, so they are in the order of
// importance: house numbers first, places last.

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { SOURCE } from "./ground";
import type { Inks } from "./inks";

const FONT = ["Noto Sans"];
const NAME: ExpressionSpecification = ["get", "name"];
const CLASS: ExpressionSpecification = ["get", "class"];
const KIND: ExpressionSpecification = ["get", "kind"];
const RANK: ExpressionSpecification = ["get", "rank"];

/** The greater the street, the sooner it is named. */
const STREET_RANK: ExpressionSpecification = [
  "match",
  CLASS,
  ["motorway", "trunk"],
  0,
  "primary",
  1,
  "secondary",
  2,
  "tertiary",
  3,
  ["minor", "living_street", "pedestrian"],
  4,
  5,
];

export function labelLayers(ink: Inks): LayerSpecification[] {
  const written = (colour: string, halo = 1.5) => ({
    "text-color": colour,
    "text-halo-color": ink.halo,
    "text-halo-width": halo,
  });
  const symbols = { type: "symbol", source: SOURCE } as const;
  return [
    {
      ...symbols,
      id: "house-number",
      "source-layer": "housenumbers",
      minzoom: 17,
      layout: {
        "text-field": ["get", "housenumber"],
        "text-font": FONT,
        "text-size": 10.5,
        "text-padding": 3,
      },
      paint: written(ink.textQuiet, 1),
    },
    {
      ...symbols,
      id: "poi",
      "source-layer": "pois",
      minzoom: 11,
      layout: {
        "icon-image": ["concat", "poi-", KIND],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 14, 0.8, 18, 1.1],
        "text-field": NAME,
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 14, 10, 18, 12],
        "text-anchor": "top",
        "text-offset": [0, 0.5],
        "text-max-width": 8,
        "text-padding": 8,
        "symbol-sort-key": RANK,
      },
      paint: written(ink.textQuiet),
    },
    {
      ...symbols,
      id: "waterway-name",
      "source-layer": "waterway",
      minzoom: 13,
      filter: ["has", "name"],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 400,
        "text-field": NAME,
        "text-font": FONT,
        "text-size": 11,
        "text-letter-spacing": 0.06,
      },
      paint: written(ink.waterText, 1),
    },
    {
      ...symbols,
      id: "street-name",
      "source-layer": "streets",
      minzoom: 13,
      filter: [
        "all",
        ["has", "name"],
        ["step", ["zoom"], ["<=", STREET_RANK, 3], 14, ["<=", STREET_RANK, 4], 16, true],
      ] as unknown as ExpressionSpecification,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 300,
        "symbol-sort-key": STREET_RANK,
        "text-field": NAME,
        "text-font": FONT,
        "text-size": [
          "interpolate",
          ["linear"],
          ["zoom"],
          13,
          10,
          16,
          ["match", STREET_RANK, [0, 1, 2], 13, 3, 12, 11.5],
          18,
          14,
        ],
        "text-max-angle": 35,
        "text-padding": 4,
      },
      paint: written(ink.text),
    },
    {
      ...symbols,
      id: "road-number",
      "source-layer": "streets",
      minzoom: 9,
      filter: [
        "all",
        ["has", "ref"],
        ["<=", ["length", ["get", "ref"]], 7],
        ["!", ["has", "ramp"]],
        [
          "step",
          ["zoom"],
          ["<=", STREET_RANK, 0],
          11,
          ["<=", STREET_RANK, 1],
          13,
          ["<=", STREET_RANK, 2],
        ],
      ] as unknown as ExpressionSpecification,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 500,
        "symbol-sort-key": STREET_RANK,
        "icon-image": ["match", CLASS, "motorway", "shield-motorway", "shield"],
        "icon-text-fit": "both",
        "icon-text-fit-padding": [1, 3, 1, 3],
        "icon-rotation-alignment": "viewport",
        "text-rotation-alignment": "viewport",
        "text-field": ["get", "ref"],
        "text-font": FONT,
        "text-size": 10,
        "text-padding": 20,
      },
      paint: {
        "text-color": ["match", CLASS, "motorway", ink.shieldMotorwayText, ink.text],
      },
    },
    {
      ...symbols,
      id: "water-name",
      "source-layer": "water_names",
      layout: {
        "text-field": NAME,
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 16, 13],
        "text-letter-spacing": 0.05,
        "text-max-width": 7,
        "text-padding": 8,
        "symbol-sort-key": RANK,
      },
      paint: written(ink.waterText, 1),
    },
    {
      ...symbols,
      id: "district-name",
      "source-layer": "places",
      filter: [">=", RANK, 7],
      layout: {
        "text-field": NAME,
        "text-font": FONT,
        "text-size": ["interpolate", ["linear"], ["zoom"], 11, 10.5, 16, 13],
        "text-letter-spacing": 0.06,
        "text-max-width": 8,
        "text-padding": 10,
        "symbol-sort-key": RANK,
      },
      paint: written(ink.textQuiet),
    },
    {
      ...symbols,
      id: "place-name",
      "source-layer": "places",
      filter: ["<", RANK, 7],
      layout: {
        "text-field": NAME,
        "text-font": FONT,
        "text-size": [
          "interpolate",
          ["linear"],
          ["zoom"],
          8,
          ["match", RANK, [1, 2], 15, [3, 4], 12, 10.5],
          12,
          ["match", RANK, [1, 2], 20, [3, 4], 15, 12.5],
          15,
          ["match", RANK, [1, 2], 24, [3, 4], 19, 16],
        ],
        "text-max-width": 8,
        "text-padding": 8,
        "symbol-sort-key": RANK,
      },
      paint: written(ink.text, 1.8),
    },
  ];
}
