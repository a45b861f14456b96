// Streets and what is drawn among them. Features come in the order in which they are to be drawn, so one
// layer does for all classes; tunnels are below and bridges above all on the ground.

import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
} from "maplibre-gl";
import { SOURCE } from "./ground";
import type { Inks } from "./inks";

const CLASS: ExpressionSpecification = ["get", "class"];

/** Streets with two edges, from the widest. Width in pixels at zooms 8, 11, 14, 16 and 18. */
const WIDTHS: [classes: string[], widths: [number, number, number, number, number]][] = [
  [["motorway", "trunk"], [1.5, 2.8, 5.5, 11, 24]],
  [["primary"], [1, 2.1, 4.8, 10, 22]],
  [["secondary"], [0.7, 1.6, 4.2, 9, 20]],
  [["tertiary"], [0, 1, 3.5, 8, 18]],
  [["minor", "living_street"], [0, 0.4, 2.4, 6.2, 15]],
  [["pedestrian", "service"], [0, 0, 1.2, 3.6, 9]],
];
const ZOOMS = [8, 11, 14, 16, 18];

const STREETS = WIDTHS.flatMap(([classes]) => classes);
const among = (words: string[]): ExpressionSpecification => ["in", CLASS, ["literal", words]];

/** Line width by zoom and class, with so many pixels more for the edges. */
function width(edges: number): ExpressionSpecification {
  const stops = ZOOMS.flatMap((zoom, at) => [
    zoom,
    [
      "*",
      ["case", ["has", "ramp"], 0.75, 1],
      [
        "match",
        CLASS,
        ...WIDTHS.flatMap(([classes, widths]) => {
          const inside = widths[at] as number;
          return [classes, inside === 0 ? 0 : inside + edges];
        }),
        0,
      ],
    ],
  ]);
  return ["interpolate", ["exponential", 1.5], ["zoom"], ...stops] as unknown as ExpressionSpecification;
}

const ROUND = { "line-cap": "round", "line-join": "round" } as const;

function streets(name: string, ink: Inks, where: FilterSpecification, opacity: number): LayerSpecification[] {
  const filter: FilterSpecification = ["all", among(STREETS), where as ExpressionSpecification];
  const common = { type: "line", source: SOURCE, "source-layer": "streets", filter } as const;
  // The edge of a bridge ends where the bridge does; others run into each other.
  const cap = name === "bridge" ? ({ "line-cap": "butt", "line-join": "round" } as const) : ROUND;
  return [
    {
      ...common,
      id: `${name}-edge`,
      minzoom: 11,
      layout: cap,
      paint: {
        "line-color": ["match", CLASS, ["motorway", "trunk", "primary"], ink.casingMajor, ink.casing],
        "line-width": width(1.8),
        // Far out the edges of many small streets would be all that is seen.
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 11.5, 0.4 * opacity, 14, opacity],
      },
    },
    {
      ...common,
      id: name,
      layout: ROUND,
      paint: {
        "line-color": [
          "match",
          CLASS,
          ["motorway", "trunk"],
          ink.motorway,
          "primary",
          ink.primary,
          "secondary",
          ink.secondary,
          ink.minor,
        ],
        "line-width": width(0),
        "line-opacity": opacity,
      },
    },
  ];
}

export function roadLayers(ink: Inks): LayerSpecification[] {
  const lines = { type: "line", source: SOURCE, "source-layer": "streets" } as const;
  return [
    {
      ...lines,
      id: "ferry",
      filter: ["==", CLASS, "ferry"],
      paint: {
        "line-color": ink.ferry,
        "line-width": 0.9,
        "line-dasharray": [5, 4],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 9, 0.35, 13, 0.7],
      },
    },
    {
      ...lines,
      id: "pier",
      filter: ["==", CLASS, "pier"],
      paint: {
        "line-color": ink.land,
        "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 13, 1, 18, 9],
      },
    },
    {
      ...lines,
      id: "runway",
      filter: ["==", CLASS, "runway"],
      paint: {
        "line-color": ink.paved,
        "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 11, 2, 16, 16],
      },
    },
    ...streets("tunnel", ink, ["has", "tunnel"], 0.45),
    {
      ...lines,
      id: "path",
      minzoom: 14,
      filter: among(["path", "track"]),
      layout: { "line-join": "round" },
      paint: {
        "line-color": ink.path,
        "line-width": ["interpolate", ["linear"], ["zoom"], 14, 0.6, 17, 1.6],
        "line-dasharray": [3, 2],
        "line-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.5, 15.5, 1],
      },
    },
    ...streets("street", ink, ["!", ["any", ["has", "tunnel"], ["has", "bridge"]]], 1),
    {
      ...lines,
      id: "rail",
      filter: ["all", ["==", CLASS, "rail"], ["!", ["has", "tunnel"]]],
      paint: {
        "line-color": ink.rail,
        "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.7, 16, 1.8],
      },
    },
    {
      ...lines,
      id: "rail-ties",
      minzoom: 14,
      filter: ["all", ["==", CLASS, "rail"], ["!", ["has", "tunnel"]]],
      paint: {
        "line-color": ink.rail,
        "line-width": ["interpolate", ["linear"], ["zoom"], 14, 3, 18, 7],
        "line-dasharray": [0.25, 2.2],
      },
    },
    ...streets("bridge", ink, ["has", "bridge"], 1),
    {
      id: "oneway",
      type: "symbol",
      source: SOURCE,
      "source-layer": "streets",
      minzoom: 16,
      filter: ["all", ["has", "oneway"], among(STREETS)],
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 140,
        "icon-image": "oneway",
        "icon-size": ["interpolate", ["linear"], ["zoom"], 16, 0.75, 18, 1.1],
        "icon-padding": 2,
        "icon-ignore-placement": true,
        "icon-rotation-alignment": "map",
      },
    },
  ];
}
