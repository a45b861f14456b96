// What an explanation says, in words. The names of people and jobs are asked of the desk.

import type { Alternative, Cure, Explanation, Id, MovedJob, ReasonCount } from "../api/types";
import { signedMoney } from "../ui/money";
import { clockTime, signedDistance, signedDuration } from "../ui/time";

/** Names for ids, the zone in which times are told and the currency of costs. */
export interface Names {
  zone: string;
  currency: string;
  technicianName(id: Id): string;
  jobLabel(id: Id): string;
}

/** A sentence, and details below it. */
export interface Line {
  text: string;
  detail: string;
}

export interface Why {
  headline: string;
  lines: Line[];
  /** "It would fit if …". */
  cures: Line[];
}

const FIXED = {
  begun: "Work on it has begun, so it stays where it is.",
  locked: "It is locked to this route.",
  required_technician: "The job asks for this technician.",
};

export function why(found: Explanation, names: Names): Why {
  if (found.fixed !== null) return plain(FIXED[found.fixed]);
  if (found.alternative !== null) return ofAlternative(found.alternative, names);
  if (found.place !== null) {
    const { technician, arrival_at, moves } = found.place;
    const at = `${names.technicianName(technician)}, ${clockTime(arrival_at, names.zone)}`;
    const headline = moves.length === 0 ? `There is a place: ${at}` : `There is a place if others move: ${at}`;
    return { headline, lines: moves.map((move) => ofMove(move, names)), cures: [] };
  }
  if (found.reasons.length === 0) return plain("Nobody works in this territory on this day.");
  return {
    headline: "No technician has a place for it.",
    lines: found.reasons.map((reason) => ofReason(reason, names)),
    cures: found.cures.map((cure) => ofCure(cure, names)),
  };
}

function plain(headline: string): Why {
  return { headline, lines: [], cures: [] };
}

function ofAlternative(other: Alternative, names: Names): Why {
  if (other.technician === null) {
    const lines =
      other.nearest === null
        ? []
        : [{ text: `${names.technicianName(other.nearest.technician)} comes nearest`, detail: other.nearest.sentence }];
    return { headline: "Nobody else can do it.", lines, cures: [] };
  }
  const name = names.technicianName(other.technician);
  const at = other.arrival_at === null ? "" : `, ${clockTime(other.arrival_at, names.zone)}`;
  const parts = [`${signedDuration(other.travel_s)} driving`, signedDistance(other.travel_m)];
  if (other.lateness_s !== 0) parts.push(`${signedDuration(other.lateness_s)} late`);
  if (other.cost !== null) parts.push(signedMoney(other.cost, names.currency));
  if (other.waiting_s !== 0) parts.push(`${signedDuration(other.waiting_s)} waiting`);
  const isBetter = other.travel_s + other.lateness_s < 0;
  return {
    headline: isBetter ? "Somebody else would be better." : "The best that was found.",
    lines: [
      { text: `${isBetter ? "Better" : "Next best"}: ${name}${at}`, detail: parts.join(" · ") },
      ...other.moves.map((move) => ofMove(move, names)),
    ],
    cures: [],
  };
}

function ofMove(move: MovedJob, names: Names): Line {
  const who = (id: Id | null) => (id === null ? "nobody" : names.technicianName(id));
  return { text: `${names.jobLabel(move.job)} would move`, detail: `${who(move.from)} → ${who(move.to)}` };
}

function ofReason({ technicians, nearest }: ReasonCount, names: Names): Line {
  const name = names.technicianName(nearest.technician);
  if (technicians === 1) return { text: name, detail: nearest.sentence };
  const isMeasured = nearest.by !== undefined;
  return {
    text: `${technicians} technicians`,
    detail: isMeasured ? `${nearest.sentence} (nearest: ${name})` : nearest.sentence,
  };
}

function ofCure(cure: Cure, names: Names): Line {
  const label = cure.job === null ? null : names.jobLabel(cure.job);
  return {
    text: label === null ? cure.sentence : cure.sentence.replace("another job", label),
    detail: `${names.technicianName(cure.technician)}, ${clockTime(cure.arrival_at, names.zone)} · ${signedDuration(cure.added_travel_s)} driving`,
  };
}
