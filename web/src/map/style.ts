// How the streets look, light and dark: complete without any other server. Jobs, routes and technicians
// are laid over it by their own files.

import type { StyleSpecification } from "maplibre-gl";
import type { MapView } from "../api/types";
import type { Theme } from "../ui/theme";
import { groundLayers, SOURCE } from "./ground";
import { INKS } from "./inks";
import { labelLayers } from "./labels";
import { roadLayers } from "./roads";

/** How far one can look beyond the streets, as a share of their longer side. */
const MARGIN_SHARE = 1.5;

export function streetStyle(map: MapView, theme: Theme, origin: string): StyleSpecification {
  const ink = INKS[theme];
  const [land, ...ground] = groundLayers(ink);
  const tiles = map.has_tiles;
  return {
    version: 8,
    name: `Sortie ${theme}`,
    sources: tiles
      ? {
          [SOURCE]: {
            type: "vector",
            tiles: [`${origin}/api/v1/tiles/{z}/{x}/{y}`],
            minzoom: map.min_zoom,
            maxzoom: map.max_zoom,
            bounds: surroundings(map),
            attribution: map.attribution,
          },
        }
      : {},
    layers: [
      ...(land === undefined ? [] : [land]),
      ...(tiles ? [...ground, ...roadLayers(ink), ...labelLayers(ink)] : []),
    ],
  };
}

/** The box around the streets with what lies around it: west, south, east, north. */
export function surroundings(map: MapView): [number, number, number, number] {
  const [west, south, east, north] = map.bounds;
  // A degree of longitude is shorter than one of latitude.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const high = Math.max((east - west) * squeeze, north - south) * MARGIN_SHARE;
  const wide = high / squeeze;
  return [
    Math.max(-180, west - wide),
    Math.max(-85, south - high),
    Math.min(180, east + wide),
    Math.min(85, north + high),
  ];
}
