// What stands beside a suggestion of the address field.

import type { PlaceView } from "../api/types";
import { distanceText } from "../ui/time";

/** Why a place may not be the one that was meant; nothing where all of it fits. */
export function doubt(place: PlaceView): string | null {
  if (place.confidence === "fuzzy") return "similar name";
  if (place.confidence === "exact") return null;
  if (place.kind === "street") return "street only";
  return place.kind === "address" ? "number estimated" : "in part";
}

/** Doubt, postcode and distance, as far as there are any. */
export function placeDetail(place: PlaceView): string {
  const postcode = place.kind === "postcode" ? null : place.postcode;
  const where = place.distance_m === null ? place.kind : distanceText(place.distance_m);
  return [doubt(place), postcode, where].filter((part) => part !== null).join(" · ");
}
