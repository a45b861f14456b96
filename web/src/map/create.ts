// Makes a map of our own tiles. Loaded lazily: whoever imports this file pays for MapLibre.

import "maplibre-gl/dist/maplibre-gl.css";
import "./font.css";
import {
  AttributionControl,
  Map as MapLibre,
  NavigationControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { MapView } from "../api/types";
import { onTheme, theme } from "../ui/theme";
import { INKS } from "./inks";
import { addSigns } from "./signs";
import { streetStyle, surroundings } from "./style";

setWorkerUrl(workerUrl);

export interface MapOptions {
  container: HTMLElement;
  map: MapView;
  /** Read aloud as the name of the region. */
  label: string;
  /** Lays the layers of its owner over the streets: at the start, and again after a change of theme. */
  dress: (map: MapLibre) => void;
}

export interface LiveMap {
  map: MapLibre;
  remove: () => void;
}

export async function createMap(options: MapOptions): Promise<LiveMap> {
  // Before the first label, or it is drawn in another font: a letter of each file
  // that we have.
  await document.fonts.load('400 16px "Noto Sans"', "aħαἀжѣạ").catch(() => []);
  const map = new MapLibre({
    container: options.container,
    style: streetStyle(options.map, theme(), location.origin),
    bounds: options.map.bounds,
    fitBoundsOptions: { padding: 20 },
    maxBounds: surroundings(options.map),
    minZoom: Math.max(0, options.map.min_zoom - 2),
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    locale: { "Map.Title": options.label },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new AttributionControl({ compact: false, customAttribution: attribution(options.map) }));
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  // What cannot be drawn is not news for the console of a browser.
  map.on("error", () => {});
  const dress = () => {
    addSigns(map, INKS[theme()], theme() === "dark");
    options.dress(map);
  };
  await new Promise<void>((resolve) => {
    const dressWhenStyled = () => {
      dress();
      resolve();
    };
    if (map.isStyleLoaded() === true) dressWhenStyled();
    else map.once("style.load", dressWhenStyled);
  });
  const follow = onTheme((next) => {
    map.setStyle(streetStyle(options.map, next, location.origin), { diff: false });
    map.once("style.load", dress);
  });
  return {
    map,
    remove: () => {
      follow();
      map.remove();
    },
  };
}

/** With tiles the source brings its own words; the streets' makers are named in any case. */
function attribution(map: MapView): string[] {
  return map.has_tiles && map.attribution !== "" ? [] : ["© OpenStreetMap contributors"];
}

export const wantsMotion = (): boolean =>
  !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
