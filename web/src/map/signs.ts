// The small pictures of the map: arrows of one-way streets, shields of roads, dots of points of interest.
// They are drawn here, so that there is no file of pictures to serve.

import type { Map as MapLibre, StyleImageMetadata } from "maplibre-gl";
import type { Inks } from "./inks";

/** Pixels of a picture for each pixel of the screen. */
const RATIO = 2;

/** Dots by the kind of a point of interest; greys of one lightness with a hint of colour. */
const DOTS: Record<string, [light: string, dark: string]> = {
  hospital: ["#b0525b", "#c98087"],
  health: ["#b0525b", "#c98087"],
  station: ["#4c6f9e", "#7f9dc4"],
  airport: ["#4c6f9e", "#7f9dc4"],
  fuel: ["#6b7280", "#8f9aaa"],
  education: ["#8a6d3b", "#b59a6b"],
  civic: ["#6b7280", "#8f9aaa"],
  culture: ["#7a5c93", "#a68fbd"],
  worship: ["#6b7280", "#8f9aaa"],
  shop: ["#8a6d3b", "#b59a6b"],
  lodging: ["#7a5c93", "#a68fbd"],
  industry: ["#6b7280", "#8f9aaa"],
  park: ["#5b8a4f", "#86ad7c"],
  sport: ["#5b8a4f", "#86ad7c"],
  cemetery: ["#5b8a4f", "#86ad7c"],
};

/** Gives a fresh style its pictures. */
export function addSigns(map: MapLibre, ink: Inks, isDark: boolean): void {
  add(map, "oneway", 14, 14, (pen) => arrow(pen, ink.arrow));
  for (const [kind, colours] of Object.entries(DOTS)) {
    add(map, `poi-${kind}`, 9, 9, (pen) => dot(pen, colours[isDark ? 1 : 0], ink.halo));
  }
  const shields = [
    ["shield", ink.shield, ink.shieldEdge],
    ["shield-motorway", ink.shieldMotorway, ink.shieldMotorway],
  ] as const;
  for (const [name, fill, edge] of shields) {
    // Only the middle grows with the number.
    const middle: [number, number] = [5 * RATIO, 11 * RATIO];
    add(map, name, 16, 16, (pen) => shield(pen, fill, edge), {
      stretchX: [middle],
      stretchY: [middle],
      content: [2 * RATIO, 2 * RATIO, 14 * RATIO, 14 * RATIO],
    });
  }
}

function add(
  map: MapLibre,
  name: string,
  width: number,
  height: number,
  draw: (pen: CanvasRenderingContext2D) => void,
  more: Partial<StyleImageMetadata> = {},
): void {
  const canvas = document.createElement("canvas");
  canvas.width = width * RATIO;
  canvas.height = height * RATIO;
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  pen.scale(RATIO, RATIO);
  draw(pen);
  if (map.hasImage(name)) map.removeImage(name);
  map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: RATIO, ...more });
}

function arrow(pen: CanvasRenderingContext2D, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = 1.4;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(2, 7);
  pen.lineTo(12, 7);
  pen.moveTo(9, 4.5);
  pen.lineTo(12, 7);
  pen.lineTo(9, 9.5);
  pen.stroke();
}

function dot(pen: CanvasRenderingContext2D, colour: string, edge: string): void {
  pen.beginPath();
  pen.arc(4.5, 4.5, 3, 0, Math.PI * 2);
  pen.fillStyle = colour;
  pen.strokeStyle = edge;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fill();
}

function shield(pen: CanvasRenderingContext2D, fill: string, edge: string): void {
  pen.beginPath();
  pen.roundRect(0.75, 0.75, 14.5, 14.5, 3);
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 1;
  pen.fill();
  pen.stroke();
}
