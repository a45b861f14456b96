// The technicians on the map: a canvas above it, because moving a point there repaints no street
// (measured: 1 ms for 2,000 points, against a whole repaint of the map for a source of its own).

import type { Map as MapLibre } from "maplibre-gl";
import type { Id, Point } from "../api/types";
import type { Motion } from "../live/frames";
import { LOOKS } from "../ui/status";
import { theme, type Theme } from "../ui/theme";
import { type Glide, glideAt, isGliding, nextGlide, startGlide } from "./motion";

export interface Marker {
  point: Point;
  heading: number | null;
  motion: Motion;
  name: string;
}

interface Drawn extends Marker {
  glide: Glide;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const RADIUS_PX = 9;
const HIT_PX = 18;

export class FleetLayer {
  private readonly canvas = document.createElement("canvas");
  private readonly markers = new Map<Id, Drawn>();
  private selected: Id | null = null;
  private frame: number | null = null;
  private readonly redraw = (): void => this.ask();

  constructor(
    private readonly map: MapLibre,
    private readonly glides: boolean,
  ) {
    this.canvas.className = "fleet";
    this.canvas.setAttribute("aria-hidden", "true");
    Object.assign(this.canvas.style, {
      position: "absolute",
      inset: "0",
      width: "100%",
      height: "100%",
      pointerEvents: "none",
    });
    map.getCanvasContainer().append(this.canvas);
    map.on("move", this.redraw);
    map.on("resize", this.redraw);
  }

  remove(): void {
    this.map.off("move", this.redraw);
    this.map.off("resize", this.redraw);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.canvas.remove();
  }

  set(id: Id, marker: Marker): void {
    const now = performance.now();
    const present = this.markers.get(id);
    const glide =
      present === undefined || !this.glides
        ? startGlide(marker.point, marker.heading, now)
        : nextGlide(present.glide, marker.point, marker.heading, now);
    this.markers.set(id, { ...marker, glide });
    this.ask();
  }

  keepOnly(ids: ReadonlySet<Id>): void {
    for (const id of this.markers.keys()) if (!ids.has(id)) this.markers.delete(id);
    this.ask();
  }

  select(id: Id | null): void {
    this.selected = id;
    this.ask();
  }

  where(id: Id): Point | null {
    const marker = this.markers.get(id);
    return marker === undefined ? null : glideAt(marker.glide, performance.now()).point;
  }

  /** The technician nearest to a point of the screen, if one is under the finger. */
  at(x: number, y: number): Id | null {
    const now = performance.now();
    let best: Id | null = null;
    let least = HIT_PX ** 2;
    for (const [id, marker] of this.markers) {
      const { point } = glideAt(marker.glide, now);
      const on = this.map.project([point.lon, point.lat]);
      const distance = (on.x - x) ** 2 + (on.y - y) ** 2;
      if (distance < least) {
        least = distance;
        best = id;
      }
    }
    return best;
  }

  private ask(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (this.canvas.width !== width * ratio || this.canvas.height !== height * ratio) {
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
    }
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const now = performance.now();
    const colours = theme();
    const namesAll = this.map.getZoom() >= 11.5 && this.markers.size <= 60;
    let moves = false;
    const named: Box[] = [];
    // The selected one last, so above; but its name is written first.
    const order = [...this.markers].sort(([a], [b]) => Number(a === this.selected) - Number(b === this.selected));
    const names: { id: Id; x: number; y: number; name: string }[] = [];
    for (const [id, marker] of order) {
      const { point, heading } = glideAt(marker.glide, now);
      moves ||= isGliding(marker.glide, now);
      const { x, y } = this.map.project([point.lon, point.lat]);
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue;
      const isSelected = id === this.selected;
      drawMarker(context, x, y, heading, marker.motion, isSelected, colours);
      if (isSelected || namesAll) names.push({ id, x, y, name: marker.name });
    }
    for (const { id, x, y, name } of names.reverse()) {
      // Where many stand together, names over names could not be read.
      const box = { left: x + 12, right: x + 20 + name.length * 7.5, top: y - 8, bottom: y + 8 };
      if (named.some((other) => overlaps(box, other))) continue;
      named.push(box);
      drawName(context, x, y, name, id === this.selected, colours);
    }
    if (moves && !document.hidden) this.ask();
  }
}

export function motionColour(motion: Motion, colours: Theme): string {
  switch (motion) {
    case "en_route":
      return LOOKS.en_route[colours];
    case "on_site":
      return LOOKS.on_site[colours];
    case "silent":
      return LOOKS.late[colours];
    case "off":
      return LOOKS.done[colours];
    case "idle":
      return colours === "dark" ? "#7fb2ff" : "#1f5fbf";
  }
}

function drawMarker(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  heading: number | null,
  motion: Motion,
  isSelected: boolean,
  colours: Theme,
): void {
  context.save();
  context.translate(x, y);
  const fill = motionColour(motion, colours);
  const edge = colours === "dark" ? "#0f141b" : "#ffffff";
  if (isSelected) {
    context.beginPath();
    context.arc(0, 0, RADIUS_PX + 7, 0, Math.PI * 2);
    context.strokeStyle = colours === "dark" ? "#9cc4ff" : "#0b57d0";
    context.lineWidth = 3;
    context.stroke();
  }
  context.lineWidth = 2;
  context.strokeStyle = edge;
  context.fillStyle = fill;
  context.beginPath();
  if (motion === "en_route" && heading !== null) {
    // An arrow that points where they drive.
    context.rotate((heading * Math.PI) / 180);
    context.moveTo(0, -RADIUS_PX - 5);
    context.lineTo(RADIUS_PX, RADIUS_PX);
    context.lineTo(0, RADIUS_PX - 4);
    context.lineTo(-RADIUS_PX, RADIUS_PX);
    context.closePath();
  } else {
    context.arc(0, 0, RADIUS_PX, 0, Math.PI * 2);
  }
  context.fill();
  context.stroke();
  if (motion === "silent") {
    context.fillStyle = "#ffffff";
    context.font = "700 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("?", 0, 0.5);
  }
  context.restore();
}

function drawName(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  name: string,
  isSelected: boolean,
  colours: Theme,
): void {
  context.font = `${isSelected ? 700 : 600} 12px system-ui, sans-serif`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineWidth = 3.5;
  context.lineJoin = "round";
  context.strokeStyle = colours === "dark" ? "#0f141b" : "#ffffff";
  context.fillStyle = colours === "dark" ? "#e8edf4" : "#17202e";
  context.strokeText(name, x + 15, y);
  context.fillText(name, x + 15, y);
}
